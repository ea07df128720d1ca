"""The data of the imported project, as a DuckDB file."""

from __future__ import annotations

import csv

from helpers import ROOT

from nlq.drivers.duckdb import connect

PLACE = ROOT / "tests" / "interop" / "metricflow"


def fill(connection):
    """The tables in an open database."""
    connection.execute((PLACE / "data" / "schema.sql").read_text(encoding="utf-8"))
    for path in sorted((PLACE / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            _, *rows = csv.reader(lines)
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {path.stem} VALUES ({marks})", [[cell or None for cell in row] for row in rows])  # fmt: skip


def build(path):
    """The tables in a file of their own."""
    with connect(str(path)) as connection:
        fill(connection)


SETTINGS = """
demo = true
as_of = "2025-06-01"
semantic_layer = "."
duckdb_path = "{path}"
default_principal = "a"

[principals.a]
sub = "a"
org_id = "lakeside"
regions = "*"
"""

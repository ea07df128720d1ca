"""The data of the imported project, as a DuckDB file."""

from __future__ import annotations

import csv
import re

import yaml
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


def as_dbt_builds(connection, project, target="main"):
    """The models of an exported project as views, where `dbt build` puts them; the schema that this is."""
    settings = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    (custom,) = {one["+schema"] for one in settings["models"].values()}
    schema = f"{target}_{custom}"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for path in (project / "models").glob("*.sql"):
        text = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"\1.\2", path.read_text(encoding="utf-8"))
        connection.execute(f"CREATE OR REPLACE VIEW {schema}.{path.stem} AS {text}")
    return schema


def within(schema, types):
    """The types of columns by table, for tables in a schema."""
    return {f"{schema}.{table}": columns for table, columns in types.items()}


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

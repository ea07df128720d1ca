"""The SQL that is written, one file a feature: to be read. Each case is the query, then its SQL, which also runs.

With NLQ_WRITE_FIXTURES=1 the files are written anew, to be reviewed as a diff.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace

import pytest
from helpers import ROOT
from sqlglot import parse_one

from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import SemanticQuery, Snapshot, TableState

FOLDER = ROOT / "tests" / "sql" / "fixtures"
CASE = re.compile(r"-- case: (.*?)\n-- (\{.*?\})\n(.*?)(?=\n\n-- case: |\Z)", re.DOTALL)
FILES = sorted(path.name for path in FOLDER.glob("*.sql"))
LAKESIDE = sorted(f"lakeside/{path.name}" for path in (FOLDER / "lakeside").glob("*.sql"))


def cases(name):
    """(what, query, SQL) of each case of a file."""
    return CASE.findall((FOLDER / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compiled(demo):
    """Compiles a query of Scout's model against the demo, and runs its text."""
    model, snapshot, connection = demo
    return lambda query: compile_query(model, SemanticQuery.from_json(query), snapshot), connection


@pytest.fixture(scope="module")
def lakeside():
    """The same for a model of its own, beside its fixtures, and the data of tests/interop."""
    import csv

    from nlq.drivers.duckdb import connect

    place = ROOT / "tests" / "interop" / "metricflow" / "data"
    model = load(FOLDER / "lakeside")
    with connect() as connection:
        connection.execute((place / "schema.sql").read_text(encoding="utf-8"))
        for table in {one.source or one.name for one in model.tables.values()}:
            with (place / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
                _, *rows = csv.reader(lines)
            connection.executemany(
                f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})",
                [[cell or None for cell in row] for row in rows],
            )
        states = {}
        for name, table in model.tables.items():
            spec = f"min({table.time}), max({table.time})" if table.time else "NULL, NULL"
            states[name] = TableState(
                "1", *connection.execute(f"SELECT count(*), {spec} FROM {table.source or name}").fetchone(), None
            )
        yield lambda query: compile_query(model, SemanticQuery.from_json(query), Snapshot(None, states)), connection


@pytest.mark.parametrize("name", [*FILES, *LAKESIDE])
def test_the_sql_is_as_it_was_reviewed(request, name):
    compile_, connection = request.getfixturevalue("lakeside" if name in LAKESIDE else "compiled")
    found = cases(name)
    assert found, f"{name} holds no case"
    written = []
    for what, query, expected in found:
        statement = compile_(json.loads(query))
        text = statement.sql("trino")
        written.append(f"-- case: {what}\n-- {query}\n{text}")
        connection.execute(statement.sql("duckdb"))
        if not os.environ.get("NLQ_WRITE_FIXTURES"):
            assert text == expected.strip(), f"{name}: {what}"
    if os.environ.get("NLQ_WRITE_FIXTURES"):
        head = (FOLDER / name).read_text(encoding="utf-8").partition("-- case: ")[0]
        (FOLDER / name).write_text(head + "\n\n".join(written) + "\n", encoding="utf-8")


def test_there_is_a_file_for_each_feature():
    assert (len(FILES) >= 12, len(LAKESIDE) >= 8) == (True, True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "FROM main.hires_2025 AS hires"),
        ({"valid": "price > 0 OR pier_id = 1"}, "hires.price > 0 OR hires.pier_id = 1"),
    ],
)
def test_a_table_of_another_name_is_shown_as_the_database_has_it(more, said):
    """Without any condition as well: a WHERE of nothing had been shown."""
    model = load(FOLDER / "lakeside")
    hires = replace(model.tables["hires"], source="main.hires_2025", **more)
    model = replace(model, tables={**model.tables, "hires": hires})
    text = compile_query(model, SemanticQuery.from_json({"metrics": ["hires"]}), Snapshot(None, {})).sql()
    assert said in text
    assert ("WHERE" in text) == bool(more)
    parse_one(text, read="trino")

"""Generated models with data, and generated queries: what is compiled gives what the definition says, row by row."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from nlq.errors import BadRequest
from tests.sql.any_model import by_hand, load, worlds

CASES = settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MANY = settings(CASES, max_examples=10_000)
SEEDS = {"world": st.integers(0, 10_000), "query": st.integers(0, 10_000_000), "size": st.integers(0, 40)}


def duck(world):
    """The rows in a database in memory."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute('CREATE SCHEMA "any"')
    for create, insert, rows in load.statements(world)[1:]:
        connection.execute(create)
        if rows:
            connection.executemany(insert + "(" + ", ".join("?" * len(rows[0])) + ")", rows)
    return connection


def plain(cell):
    """A cell as both sides have it: a whole number of any type is an int, a truth of an engine a bool."""
    if isinstance(cell, Decimal):
        return cell
    return int(cell) if isinstance(cell, bool) is False and isinstance(cell, int) else cell


def same(cell, other):
    if isinstance(cell, float) or isinstance(other, float):
        if cell is None or other is None:
            return cell is None and other is None
        return math.isclose(float(cell), float(other), rel_tol=1e-9, abs_tol=1e-9)
    return plain(cell) == plain(other)


def check(run, model, world, query, org):
    """The rows of an engine are those by hand, in their order."""
    expected = by_hand.answer(world, query, org)
    found = run(model, query, org)
    note(f"by hand {expected}\nfound   {found}")
    assert len(found) == len(expected), f"{len(found)} rows, by hand {len(expected)}"
    if len({repr(row) for row in expected}) == len(expected):
        for row, other in zip(found, expected, strict=True):
            assert all(same(*pair) for pair in zip(row, other, strict=True)), f"{row} by hand {other}"


def compare(world, query, size):
    """One case, on DuckDB, with rollups and without."""
    made = worlds.world(world, size)
    model = load.model_of(made)
    asked = worlds.query(query, made["model"])
    org = worlds.ORGS[query % 2]
    note(f"{asked}")
    snapshot = load.snapshot_of(made, org)
    with duck(made) as connection:

        def run(one, asked, org):
            text, values, _ = load.scoped(one, asked, snapshot, org, "duckdb")
            note(text)
            return connection.execute(text, values).fetchall()

        try:
            check(run, model, made, asked, org)
        except BadRequest as refused:
            note(f"refused: {refused}")
            assert by_hand_refuses(asked, made), str(refused)
            return "refused"
        check(run, replace(model, rollups=()), made, asked, org)
    return "answered"


def by_hand_refuses(asked, world):
    """Queries that have no meaning, by the rules that the documentation gives."""
    grain = next((name for name in asked.get("dimensions", []) if name.startswith("date.")), None)
    metrics = {one["name"]: one for one in world["model"]["metrics"]}
    names = [one if isinstance(one, str) else one.get("metric", "total") for one in asked["metrics"]]
    changes = [name for name in names if {"growth", "change", "derived", "cumulative"} & set(metrics[name])]
    return bool(changes) or grain is not None or "period" not in asked or "compare" in asked or any(
        isinstance(one, dict) and "each" in one for one in asked["metrics"])  # fmt: skip


@CASES
@given(**SEEDS)
def test_a_query_of_any_model_gives_what_its_definition_says(world, query, size):
    compare(world, query, size)


@pytest.mark.long
@MANY
@given(**SEEDS)
def test_many_queries_of_any_model_give_what_their_definitions_say(world, query, size):
    compare(world, query, size)

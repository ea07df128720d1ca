"""What must not change when a query is turned around: no second evaluator is needed to see that it did."""

from __future__ import annotations

import random
from contextlib import contextmanager
from decimal import Decimal

import pytest
from any_model import load, worlds
from any_model.compare import same
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nlq.drivers.duckdb import connect
from nlq.errors import BadRequest
from nlq.policy.scope import scope
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery

CASES = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
SEEDS = {"world": st.integers(0, 10_000), "query": st.integers(0, 10_000_000), "size": st.integers(0, 40)}


@contextmanager
def asked(world, size):
    """Runs queries of a world, for its first tenant: the columns' names and the rows."""
    made = worlds.world(world, size)
    model = load.model_of(made)
    snapshot = load.snapshot_of(made, "one")
    with connect(threads=1) as connection:
        load.fill(connection, made)

        def run(query):
            def fetch(text, values):
                return connection.execute(text, values).fetchall()

            return load.answer(model, worlds.fitted(query, made), snapshot, "one", "duckdb", fetch)[:2]

        yield run


def by_name(names, rows):
    """Rows as sets of named cells, in any order."""
    return sorted(repr(sorted(zip(names, map(plain, row), strict=True))) for row in rows)


def plain(cell):
    return f"{float(cell):.9g}" if isinstance(cell, (float, Decimal)) else cell


@CASES
@given(**SEEDS)
def test_the_order_in_which_parts_are_named_changes_nothing(world, query, size):
    plain_query = worlds.query(query)
    assume("limit" not in plain_query and "segments" not in plain_query and "totals" not in plain_query)
    pick = random.Random(query)
    turned = {**plain_query}
    for part in ("metrics", "dimensions", "where", "having", "compare"):
        if part in turned and part != "compare":
            turned[part] = pick.sample(turned[part], len(turned[part]))
    with asked(world, size) as run:
        try:
            first = run(plain_query)
        except BadRequest:
            with pytest.raises(BadRequest):
                run(turned)
            return
        assert by_name(*first) == by_name(*run(turned))


@CASES
@given(**SEEDS)
def test_the_sql_that_people_are_shown_gives_the_same_rows(world, query, size):
    """Unscoped, where all rows are one tenant's: rows that do not count are left out there as well."""
    made = worlds.world(world, size)
    alone = {name: [row for row in rows if row.get("org_id", "one") == "one"] for name, rows in made["rows"].items()}
    made = {**made, "rows": alone}
    model, snapshot = load.model_of(made), load.snapshot_of(made, "one")
    with connect(threads=1) as connection:
        load.fill(connection, made)
        try:
            statement = compile_query(
                model, SemanticQuery.from_json(worlds.fitted(worlds.query(query), made)), snapshot
            )
        except BadRequest:
            return
        text, values = scope(statement, Principal("a", "one", regions="*"), model).sql("duckdb")
        shown = connection.execute(statement.sql("duckdb")).fetchall()
        assert len(shown) == len(found := connection.execute(text, values).fetchall())
        assert all(
            same(*pair) for mine, other in zip(shown, found, strict=True) for pair in zip(mine, other, strict=True)
        )


@CASES
@given(**SEEDS)
def test_a_limit_gives_the_first_rows_of_all(world, query, size):
    asked_for = {key: value for key, value in worlds.query(query).items() if key not in ("limit", "per", "totals")}
    with asked(world, size) as run:
        try:
            names, rows = run(asked_for)
        except BadRequest:
            return
        for limit in (1, 3):
            assert run({**asked_for, "limit": limit}) == (names, rows[:limit])


@CASES
@given(**SEEDS)
def test_what_is_in_and_what_is_not_make_up_the_whole(world, query, size):
    pick = random.Random(query)
    fact, metric = pick.choice(
        [("sale", "total"), ("sale", "sales"), ("line", "units"), ("visit", "visits"), ("sale", "worth")]
    )
    field = pick.choice(worlds.FIELDS[fact])
    one = worlds.condition(pick, field)
    assume(one["op"] in ("=", "!=", "in", "not_in"))
    other = {"=": "!=", "!=": "=", "in": "not_in", "not_in": "in"}[one["op"]]
    with asked(world, size) as run:

        def total(where):
            rows = run({"metrics": [metric], "where": where})[1]
            return rows[0][0] or 0 if rows else 0

        assert same(total([one]) + total([{**one, "op": other}]), total([]))
        query_of = {
            "metrics": [metric],
            "dimensions": [pick.choice(["branch", "area"])],
            "having": [{"field": metric, "op": ">", "values": [1]}],
        }
        chosen = {"field": query_of["dimensions"][0], "query": query_of}
        assert same(total([{**chosen, "op": "in"}]) + total([{**chosen, "op": "not_in"}]), total([]))


@CASES
@given(**SEEDS)
def test_the_total_is_the_same_whichever_dimension_is_shown(world, query, size):
    pick = random.Random(query)
    fact, metric = pick.choice(
        [("sale", "total"), ("sale", "sales"), ("line", "units"), ("visit", "visits"), ("sale", "priced")]
    )
    period = {"period": worlds.period(pick)} if pick.random() < 0.6 else {}
    with asked(world, size) as run:
        whole = run({"metrics": [metric], **period})[1]
        for field in pick.sample(worlds.FIELDS[fact], 2):
            rows = run({"metrics": [metric], "dimensions": [field], **period})[1]
            parts = [row[-1] for row in rows if row[-1] is not None]
            assert same(sum(parts) if parts else 0, (whole[0][0] or 0) if whole else 0)
            shares = run({"metrics": [metric], "dimensions": [field], "share": {}, **period})[1]
            known = [row[-1] for row in shares if row[-1] is not None]
            assert not known or sum(known) == pytest.approx(1)


def test_a_grain_of_a_calendar_that_lacks_days_is_said_to():
    made = worlds.world(worlds.SHORT, 20)
    model, snapshot = load.model_of(made), load.snapshot_of(made, "one")
    window = {"metric": "total", "window": {"trailing": "7 day"}}
    notes = {grain: compile_query(model, SemanticQuery.from_json({"metrics": [window], "dimensions": [f"date.{grain}"]}), snapshot).lineage.notes
             for grain in ("fortnight", "month")}  # fmt: skip
    assert any("the calendar days lacks days" in one for one in notes["fortnight"])
    assert not any("calendar" in one for one in notes["month"])

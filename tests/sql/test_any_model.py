"""Generated models with data, and generated queries: what is compiled gives what the definition says, row by row."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from any_model import load, worlds
from any_model.compare import check
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from nlq.drivers.duckdb import connect

pytestmark = pytest.mark.slow
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
    connection = connect(threads=1)
    load.fill(connection, world)
    return connection


def compare(world, query, size, turned=lambda asked: asked):
    """One case on DuckDB, with rollups and without; `turned` may make another query of the one that is generated."""
    made = worlds.world(world, size)
    model = load.model_of(made)
    asked = worlds.fitted(turned(worlds.query(query)), made)
    org = worlds.ORGS[query % 2]
    note(f"{asked}")
    snapshot = load.snapshot_of(made, org)
    with duck(made) as connection:

        def run(one, asked, org):
            def fetch(text, values):
                note(text)
                return connection.execute(text, values).fetchall()

            return load.answer(one, asked, snapshot, org, "duckdb", fetch)

        check(run, replace(model, rollups=()), made, asked, org)
        return check(run, model, made, asked, org)


@CASES
@given(**SEEDS)
def test_a_query_of_any_model_gives_what_its_definition_says(world, query, size):
    compare(world, query, size)


@settings(CASES, max_examples=200)
@given(
    grain=st.sampled_from(("day", "month", "quarter", "year")),
    other=st.sampled_from((None, None, "week", "quarter", "year", "season")),
    window=st.sampled_from(
        ({"to_date": "year"}, {"trailing": "7 day"}, {"running": True}, {"to_date": "month"}, {"to_date": "period"})
    ),
    shift=st.sampled_from(("7 day", "1 month", "1 year")),
    **SEEDS,
)
def test_a_window_beside_one_before_gives_what_the_definition_says(world, query, size, grain, other, window, shift):
    """A comparison had laid windows beside themselves: too seldom drawn among all queries."""
    pick = random.Random(query)

    def turned(asked):
        plain = {key: value for key, value in asked.items() if key == "period"}
        fields = worlds.fields_of(["sale"])
        kept = pick.sample(fields, pick.choice([0, 0, 1]))
        if pick.random() < 0.4:
            plain["where"] = [worlds.condition(pick, pick.choice(fields))]
        metric = {"metric": "total", "window": window}
        grains = dict.fromkeys(f"date.{one}" for one in (grain, other) if one)
        return {**plain, "metrics": [metric], "dimensions": [*kept, *grains], "compare": [{"shift": shift}]}

    compare(world, query, max(size, 10), turned)


@settings(CASES, max_examples=200)
@given(grain=st.sampled_from((None, None, "day", "week", "month")), **SEEDS)
def test_a_place_among_the_rows_is_what_its_definition_says(world, query, size, grain):
    """One more than there are better ones: before conditions on figures and limits, within what the model says."""
    pick = random.Random(query)

    def turned(_):
        where = {"where": [worlds.condition(pick, "branch_kind")], "as": "place"} if pick.random() < 0.3 else {}
        asked = {"metrics": ["total", {"metric": "place", **where}],
                 "dimensions": [*pick.sample(["branch", "colour", "area"], pick.choice([1, 2, 2])), *([f"date.{grain}"] if grain else [])]}  # fmt: skip
        if pick.random() < 0.3:
            asked["having"] = [{"field": "place", "op": "<=", "values": [2]}]
        if pick.random() < 0.3:
            asked["order"] = [{"by": "place", "dir": pick.choice(["asc", "desc"])}]
        if pick.random() < 0.3:
            asked["limit"] = pick.choice([1, 3])
        if pick.random() < 0.2:
            asked["totals"] = [[]]
        if pick.random() < 0.2:
            asked["segments"] = [{"label": label, "where": [worlds.condition(pick, "area")]} for label in ("A", "B")]
        if pick.random() < 0.7:
            asked["period"] = worlds.period(pick)
        if pick.random() < 0.3:
            asked["compare"] = [{"shift": f"1 {grain}" if grain else "1 month"}]
        return asked

    compare(world, query, max(size, 10), turned)


@settings(CASES, max_examples=120)
@given(
    grain=st.sampled_from(("day", "week", "month")),
    window=st.sampled_from((None, None, {"to_date": "year"}, {"trailing": "7 day"}, {"running": True})),
    short=st.integers(0, 500).map(lambda number: number * 6 + worlds.SHORT),
    query=SEEDS["query"],
    size=SEEDS["size"],
)
def test_a_calendar_that_lacks_days_takes_no_figure_with_it(query, size, grain, window, short):
    """A series had been laid beside the days that the calendar has: the months that it has not had vanished, sales and all."""
    pick = random.Random(query)

    def turned(_):
        metric = {"metric": pick.choice(["total", "sales", "buyers"]), **({"window": window} if window else {})}
        asked = {"metrics": [metric], "dimensions": [f"date.{grain}"]}
        if pick.random() < 0.8:
            asked["period"] = worlds.period(pick)
        if pick.random() < 0.3:
            asked["include_empty"] = [f"date.{grain}"]
        return asked

    compare(short, query, max(size, 20), turned)


@settings(CASES, max_examples=120)
@given(
    grain=st.sampled_from((None, "day", "week", "month", "quarter")),
    metric=st.sampled_from(("total", "sales", "buyers", "units", "visits")),
    **SEEDS,
)
def test_what_lies_before_all_data_is_not_zero(world, query, size, grain, metric):
    """A count under its own filter had been zero there, where a sum was unknown."""
    pick = random.Random(query)

    def turned(_):
        entry = {"metric": metric, "where": [worlds.condition(pick, "branch_kind")], "as": "those"}
        dimensions = [*pick.sample(["branch"], pick.choice([0, 1])), *([f"date.{grain}"] if grain else [])]
        shift = f"1 {grain}" if grain else "1 month"
        return {
            "metrics": [entry],
            "dimensions": dimensions,
            "period": worlds.period(pick),
            "compare": [{"shift": shift}],
        }

    compare(world, query, max(size, 10), turned)


@settings(CASES, max_examples=200)
@given(
    grain=st.sampled_from((None, "day", "day", "week", "month", "quarter", "fortnight")),
    each=st.lists(
        st.sampled_from(("date.day", "date.week", "date.month", "area")), min_size=1, max_size=2, unique=True
    ),
    agg=st.sampled_from(("avg", "max", "min", "median", "count")),
    window=st.sampled_from(
        ({"trailing": "7 day"}, {"trailing": "2 month"}, {"to_date": "month"}, {"to_date": "year"}, {"running": True})
    ),
    shift=st.sampled_from((None, None, "7 day", "1 month", "1 year")),
    **SEEDS,
)
def test_an_average_within_a_window_gives_what_the_definition_says(world, query, size, grain, each, agg, window, shift):
    """A 7-day average, by day: within each window the rows are grouped by their own days."""
    pick = random.Random(query)

    def turned(asked):
        plain = {key: value for key, value in asked.items() if key == "period"}
        metric = {"metric": pick.choice(["total", "sales", "buyers"]), "each": each, "agg": agg, "window": window}
        if pick.random() < 0.3:
            metric["having"] = [{"field": metric["metric"], "op": ">", "values": [1]}]
        if pick.random() < 0.3:
            metric["where"] = [worlds.condition(pick, "branch_kind")]
        beside = {"compare": [{"shift": shift}]} if shift else {}
        dimensions = [*pick.sample(["branch"], pick.choice([0, 0, 1])), *([f"date.{grain}"] if grain else [])]
        return {**plain, **beside, "metrics": [metric], "dimensions": dimensions}

    compare(world, query, max(size, 10), turned)


@settings(CASES, max_examples=250)
@given(
    grains=st.lists(
        st.sampled_from(("day", "week", "month", "quarter", "year", "fortnight", "season")),
        min_size=2,
        max_size=3,
        unique=True,
    ),
    shift=st.sampled_from((None, None, "1 day", "1 week", "1 month", "1 quarter", "1 year")),
    **SEEDS,
)
def test_several_grains_of_time_at_once_give_what_the_definition_says(world, query, size, grains, shift):
    def turned(asked):
        kept = [name for name in asked.get("dimensions", []) if not name.startswith("date.")]
        plain = {
            key: value
            for key, value in asked.items()
            if key not in ("compare", "order", "per", "totals", "share", "include_empty")
        }
        beside = {"compare": [{"shift": shift}]} if shift else {}
        return {**plain, **beside, "dimensions": [*kept[:1], *(f"date.{grain}" for grain in grains)]}

    if compare(world, query, max(size, 10), turned) == "refused":
        note("refused")


@settings(CASES, max_examples=300)
@given(
    grain=st.sampled_from(("day", "week", "month", "quarter", "fortnight", "season")),
    other=st.sampled_from((None, None, "week", "quarter", "year", "season")),
    metric=st.sampled_from(("so_far", "since", "since_own", "rise", "other_rise")),
    **SEEDS,
)
def test_a_metric_of_other_days_gives_what_its_definition_says(world, query, size, grain, other, metric):
    """Windows that end with a bucket's last day or first, their average, days before: too seldom drawn among all queries."""

    pick = random.Random(query)

    def turned(asked):
        fields = [*worlds.fields_of(["sale"]), "team", "team"]  # of which there are versions
        grains = dict.fromkeys(f"date.{one}" for one in (grain, other) if one)
        asked = {"metrics": [metric], "dimensions": [*pick.sample(fields, pick.choice([0, 0, 1])), *grains]}
        if pick.random() < 0.3:
            asked["where"] = [worlds.condition(pick, pick.choice(fields))]
        if pick.random() < 0.6:
            asked["period"] = worlds.period(pick)
        if pick.random() < 0.3:
            asked["compare"] = [{"shift": pick.choice(["1 month", "7 day", "1 year"])}]
        return asked

    compare(world, query, max(size, 10), turned)


@pytest.mark.long
@MANY
@given(**SEEDS)
def test_many_queries_of_any_model_give_what_their_definitions_say(world, query, size):
    compare(world, query, size)


@settings(CASES, max_examples=200)
@given(days=st.integers(-5, 150), **SEEDS)
def test_a_query_over_two_tiers_gives_what_its_definition_says(world, query, size, days):
    """Hot and cold rows in two databases: no row is lost or doubled, whatever is computed of them."""
    made = load.tiered(worlds.world(world, size))
    watermark = worlds.FIRST + timedelta(days=days)
    model, asked, org = load.model_of(made), worlds.fitted(worlds.query(query), made), worlds.ORGS[query % 2]
    snapshot = replace(load.snapshot_of(made, org), watermark=watermark)
    note(f"{asked} split at {watermark}")
    with connect(threads=1) as connection:
        load.fill_tiers(connection, made, watermark)

        def run(one, asked, org):
            def fetch(text, values):
                note(text)
                return connection.execute(text, values).fetchall()

            return load.answer(one, asked, snapshot, org, "duckdb", fetch)

        check(run, model, made, asked, org)

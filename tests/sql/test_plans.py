"""What comes from the plan cache is what a compilation without it gives: text, tree, columns, lineage, errors and scoped text."""

from __future__ import annotations

import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from any_model import load, worlds
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from nlq.errors import BadRequest, NlqError
from nlq.policy.scope import scope
from nlq.sql.compile import compile_anew, compile_query
from nlq.sql.plans import Plans
from nlq.values import Condition, Period, Principal, SemanticQuery, Snapshot
from nlq.values.query import Segment

FEW = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
CASES = settings(FEW, max_examples=250)
SEEDS = {"world": st.integers(0, 10_000), "query": st.integers(0, 10_000_000)}
DIALECTS = ("trino", "duckdb", "postgres")
WHO = Principal("a", "one", regions="*")
TEXTS = (
    "red",
    "Green",
    "ß",
    "",
    "it's",
    "a\\b",
    "50%",
    "two\nlines",
    "7",
    "007",
    "٣",
    "North",
    "nut",
    "Main",
    "-1",
    "\ue000",
    "x" * 120,
)
NUMBERS = (0, 1, 2, 3, 17, 1_000_000, 10**30, -1, 1.0, 2.5, 0.0, -0.0, -2.5, 1e30, float("inf"))
DAYS = ("2025-02-01", "2025-03-01", "2024-02-29", "20250301", "2025-13-01")


def others(pick, plain):
    """The same query with other literals: mostly of the kind that they were, sometimes of another."""

    def literal(value):
        if pick.random() < 0.25:
            return value
        if isinstance(value, bool):
            return pick.choice([True, False, 1, "true"])
        if pick.random() < 0.08:
            return pick.choice([*TEXTS, *NUMBERS, True])
        if isinstance(value, str) and value[:2] == "20":
            return pick.choice(DAYS)
        return pick.choice(TEXTS if isinstance(value, str) else NUMBERS)

    def turned(part):
        if isinstance(part, dict):
            return {name: [literal(one) for one in value] if name == "values" else turned(value) for name, value in part.items()}  # fmt: skip
        return [turned(one) for one in part] if isinstance(part, list) else part

    return turned(plain)


def states(pick, snapshot):
    """Snapshots that differ in what decides between sources, tiers and spines."""
    found = [snapshot, Snapshot(snapshot.watermark, dict(snapshot.tables), snapshot.equal)]
    for _ in range(2):
        tables = dict(snapshot.tables)
        for name in pick.sample(sorted(tables), min(len(tables), 3)):
            state = tables[name]
            kind = pick.random()
            if kind < 0.2:
                del tables[name]
            elif kind < 0.4:
                tables[name] = replace(state, rows=pick.choice([0, 1, 15, 100_000]))
            elif kind < 0.7 and name.startswith("sale_by"):
                tables[name] = replace(state, stale=frozenset({date(2025, pick.randint(1, 4), 1)}))
            elif state.last:
                tables[name] = replace(state, last=state.last + timedelta(days=pick.choice([-20, 1, 40])) if state.last - timedelta(20) >= (state.first or state.last) else None)  # fmt: skip
        watermark = pick.choice([None, worlds.FIRST + timedelta(days=pick.randint(-5, 150))])
        found.append(Snapshot(watermark if snapshot.watermark else None, tables, snapshot.equal))
    return found


def outcome(compiler, model, query, snapshot, dialects=DIALECTS, *, guarded=True):
    """All that can be seen of a compilation, or of its refusal."""
    try:
        made = compiler(model, query, snapshot)
    except BadRequest as problem:
        return type(problem), str(problem), problem.where, problem.fix
    seen = [made.columns, made.lineage, made.watermark, made.tree, made.own_tree()]
    for dialect in dialects:
        seen += [made.sql(dialect), made.sql(dialect, pretty=False)]
    return [*seen, guarded and scoped(made, model, dialects[0])]


def scoped(made, model, dialect):
    try:
        return scope(made, WHO, model).sql(dialect)
    except NlqError as problem:
        return type(problem), str(problem)


def compare(world, query):
    """Queries of one shape over several snapshots, each twice or more, from one model's cache and without it."""
    pick = random.Random(query)
    made = worlds.world(world, 12)
    made = load.tiered(made) if pick.random() < 0.4 else made
    model, plain = load.model_of(made), worlds.fitted(worlds.query(query), made)
    base = load.snapshot_of(made, "one")
    if pick.random() < 0.5:
        base = replace(base, watermark=worlds.FIRST + timedelta(days=pick.randint(-5, 150)))
    moved = {**others(pick, plain), "period": worlds.period(pick), "limit": pick.randint(1, 4)}  # another shape
    asked = [plain, others(pick, plain), moved, plain]
    note(f"{asked}")
    for snapshot in states(pick, base):
        dialect = [pick.choice(DIALECTS)]
        for number, one in enumerate(asked):
            try:
                parsed = SemanticQuery.from_json(one)
            except ValueError:  # what JSON cannot say
                continue
            found = outcome(compile_query, model, parsed, snapshot, dialect, guarded=number == 1)
            assert found == outcome(compile_anew, model, parsed, snapshot, dialect, guarded=number == 1)


@FEW
@given(**SEEDS)
def test_a_query_of_a_known_shape_gives_what_a_new_compilation_gives(world, query):
    compare(world, query)


@pytest.mark.slow
@CASES
@given(**SEEDS)
def test_many_queries_of_known_shapes_give_what_new_compilations_give(world, query):
    compare(world, query)


def query(values=("red",), *, op="in", field="colour", **more):
    where = (Condition(field, op, tuple(values)),)
    return SemanticQuery(("total",), ("area",), where, period=Period(date(2025, 1, 1), date(2025, 3, 31)), **more)


@pytest.fixture
def asked():
    """A model with an empty cache, and a snapshot."""
    made = worlds.world(3, 20)
    return load.model_of(made), load.snapshot_of(made, "one")


def test_other_literals_are_a_hit_and_other_shapes_are_none(asked):
    model, snapshot = asked
    for number, one in enumerate(("red", "Green", "it's")):
        compile_query(model, query([one]), snapshot)
        assert (Plans.of(model).use.hits, Plans.of(model).use.made) == (number, 1)
    figure = {"having": (Condition("total", ">", (1,)),)}
    apart = [
        query(["red", "Green"]), query(["7"]), query(op="not_in"), query(limit=3), query(limit=4), query([7]), query(["7"], field="area"),
        query(["North"], field="area"), query(**figure), query(having=(Condition("total", ">", (-1,)),)),
        query(having=(Condition("total", ">", (1.5,)),)), replace(query(), period=Period(date(2025, 1, 1), date(2025, 3, 30))),
    ]  # fmt: skip
    for one in apart:
        assert outcome(compile_query, model, one, snapshot) == outcome(compile_anew, model, one, snapshot)
    assert Plans.of(model).use.hits == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (query(["North"], field="area"), query(["South"], field="area")),
        (query(["7"], field="area"), query(["007"], field="area")),
        (query(["e"], op="contains"), query(["50%_"], op="contains")),
        (query([1], field="area_rank", op=">="), query([2], field="area_rank", op=">=")),
        (query([1, 5], field="area_rank", op="between"), query([2, 4], field="area_rank", op="between")),
        (query(["2025-02-01"], field="date.month", op=">="), query(["2025-03-01"], field="date.month", op=">=")),
        (query(having=(Condition("total", ">", (1,)),)), query(having=(Condition("total", ">", (250,)),))),
        (
            query(segments=(Segment("A", (Condition("size", "=", ("low",)),)),)),
            query(segments=(Segment("A", (Condition("size", "=", ("high",)),)),)),
        ),
        (
            replace(query(), where=(Condition(any=query(["red"]).where + query(["low"], field="size").where),)),
            replace(query(), where=(Condition(any=query(["x"]).where + query(["mid"], field="size").where),)),
        ),
    ],
)
def test_a_plan_serves_each_kind_of_open_literal(asked, first, second):
    model, snapshot = asked
    for number, one in enumerate((first, second, first)):
        assert outcome(compile_query, model, one, snapshot) == outcome(compile_anew, model, one, snapshot)
        assert (Plans.of(model).use.hits, Plans.of(model).use.made) == (number, 1)


def test_a_literal_is_written_as_each_engine_quotes_it(asked):
    model, snapshot = asked
    for one in TEXTS:
        found = outcome(compile_query, model, query([one]), snapshot)
        assert found == outcome(compile_anew, model, query([one]), snapshot)
    assert Plans.of(model).use.hits > 5


def test_what_is_the_same_to_python_is_not_the_same_to_a_plan(asked):
    model, snapshot = asked
    for values in ((1,), (True,), (1.0,), ("1",), (0,), (False,), (0.0,), (-0.0,)):
        for field, op in (("area_rank", "="), ("is_big", "="), ("area", "in"), ("colour", "!=")):
            one = query(values, field=field, op=op)
            assert outcome(compile_query, model, one, snapshot) == outcome(compile_anew, model, one, snapshot)


@pytest.mark.parametrize("name", ["sale", "sale_by_day"])
def test_a_plan_is_made_anew_where_a_table_that_it_read_has_changed(asked, name):
    model, snapshot = asked
    plain = SemanticQuery(("total",), ("branch",), period=Period(date(2025, 1, 1), date(2025, 3, 31)))
    compile_query(model, plain, snapshot)
    for version, made in (("2", 2), ("2", 2), ("3", 3)):
        state = replace(snapshot.tables[name], version=version)
        compile_query(model, plain, replace(snapshot, tables={**snapshot.tables, name: state}))
        assert Plans.of(model).use.made == made
    other = replace(snapshot.tables["visit"], version="2")
    compile_query(model, plain, replace(snapshot, tables={**snapshot.tables, "visit": other}))
    assert Plans.of(model).use.made == 3


def test_another_watermark_is_another_plan():
    made = load.tiered(worlds.world(3, 20))
    model, snapshot = load.model_of(made), load.snapshot_of(made, "one")
    marks = [None, *(date(2025, month, day) for month in (1, 2, 3, 4) for day in (1, 15))]
    for number, mark in enumerate([*marks, *marks]):
        one = replace(snapshot, watermark=mark)
        found = outcome(compile_query, model, query(), one, guarded=False)
        assert found == outcome(compile_anew, model, query(), one, guarded=False)
        assert Plans.of(model).use.hits == max(0, number + 1 - len(marks))


def test_a_literal_that_a_compiler_looks_at_makes_no_plan(asked):
    model, snapshot = asked
    looks = (
        str,
        hash,
        bool,
        repr,
        lambda one: one == "red",
        lambda one: {one: 1},
        lambda one: f"{one}",
        lambda one: isinstance(one, str),
        lambda one: one.lower(),
        "".join,
        re.compile("a").match,
        lambda one: one < "z",
        len,
    )
    for look in looks:

        def build(model, query, snapshot, look=look):
            look(query.where[0].values[0])
            return compile_anew(model, query, snapshot)

        plans = Plans()
        for one in ("red", "Green"):
            found = plans.statement(model, query([one]), snapshot, build)
            assert found.sql() == compile_anew(model, query([one]), snapshot).sql()
        assert (plans.use.hits, plans.use.kept) == (0, 0)


def test_a_compiler_that_goes_through_all_tables_makes_no_plan(asked):
    model, snapshot = asked

    def build(model, query, snapshot):
        assert len(snapshot.tables) == len(list(snapshot.tables))
        return compile_anew(model, query, snapshot)

    plans = Plans()
    for _ in range(2):
        plans.statement(model, query(), snapshot, build)
    assert plans.use.kept == 0


def test_the_cache_is_bounded_and_lets_go_of_what_was_not_asked_for(asked):
    model, snapshot = asked
    plans = Plans(most=3)
    for limit in (1, 2, 3, 1, 4, 5, 1):
        plans.statement(model, query(limit=limit), snapshot, compile_anew)
    assert (plans.use.hits, plans.use.kept) == (2, 3)


def test_a_model_that_differs_has_plans_of_its_own(asked):
    model, snapshot = asked
    plain = replace(model, rollups=())
    for one in (model, plain, model, plain):
        assert outcome(compile_query, one, query(), snapshot) == outcome(compile_anew, one, query(), snapshot)
    assert Plans.of(model) is not Plans.of(plain)


def test_threads_share_a_cache(asked):
    model, snapshot = asked
    wanted = [query([text], limit=limit) for text in TEXTS[:6] for limit in (None, 1, 2)]
    expected = [compile_anew(model, one, snapshot).sql("duckdb") for one in wanted]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            found = list(pool.map(lambda one: compile_query(model, one, snapshot).sql("duckdb"), wanted))
            assert found == expected


def test_a_statement_can_be_changed_by_who_takes_its_own_tree(asked):
    model, snapshot = asked
    first = compile_query(model, query(), snapshot)
    text = first.sql()
    first.own_tree().set("expressions", [])
    assert first.sql() == text == compile_query(model, query(), snapshot).sql()

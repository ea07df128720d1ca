"""Generated queries against plain Python over the rows: written from the definitions, sharing no code with the compiler.

Every query also runs with the rollups taken out of the model: the same figures must come from the base rows.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from nlq.api import drive
from nlq.engines.base import Limits
from nlq.engines.duckdb import DuckDBEngine
from nlq.policy.scope import scope
from nlq.semantics.load import load as load_model
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery

PRINCIPALS = (
    Principal("a", "tingi", regions="*"),
    Principal("b", "suki", regions="*"),
    Principal("c", "tingi", regions=("NCR", "R07")),
    Principal("d", "bodega", regions=()),
)
SALE_FIELDS = ("region", "store_type", "province", "payment_method", "island_group", "is_payday", "is_weekend")
LINE_FIELDS = ("category", "brand")
TIMES = ("date.day", "date.week", "date.month", "date.quarter", "date.year")
METRICS = (
    "revenue",
    "transactions",
    "items",
    "units",
    "unique_customers",
    "active_stores",
    "average_basket",
    "revenue_per_customer",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small warehouse: its lines as Python rows, and two engines' worth of model (with rollups, and without)."""
    from nlq.drivers.duckdb import connect
    from nlq.resources import ROOT
    from nlq.warehouse.demo import build

    path = tmp_path_factory.mktemp("brute") / "small.duckdb"
    build(path, scale=0.02)
    with connect(str(path), read_only=True) as connection:
        cursor = connection.execute(
            """SELECT t.org_id, t.transaction_id, t.store_id, t.customer_id, t.date_key, t.region, t.peso_value, t.basket_size,
                      t.payment_method, s.store_type, s.province, r.island_group, c.is_payday, c.is_weekend,
                      i.quantity, i.line_value, p.category, p.brand
               FROM scout.silver_transactions_cleaned t
               JOIN scout.dim_store s ON s.org_id = t.org_id AND s.store_id = t.store_id
               JOIN scout.regions r ON r.region_code = t.region
               JOIN scout.dim_calendar c ON c.date_key = t.date_key
               JOIN scout.silver_transaction_items i ON i.org_id = t.org_id AND i.transaction_id = t.transaction_id
               JOIN scout.dim_product p ON p.product_id = i.product_id
               WHERE t.deleted_at IS NULL"""
        )
        names = [column[0] for column in cursor.description]
        lines = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    model = load_model(ROOT / "semantic_layer" / "scout")
    engine = DuckDBEngine(path, model, memory_limit="1GB", threads=2, blocking=True)
    yield Quiet((lines, model, replace(model, rollups=()), engine))
    asyncio.run(engine.close())


class Quiet(tuple):
    """A fixture's parts; hypothesis prints arguments, and these are long."""

    __slots__ = ()

    def __repr__(self):
        return "small"


def bucket(day, grain):
    """The first day of the unit that a day is in; the year as a number."""
    if grain == "week":
        return day - timedelta(days=day.isoweekday() - 1)
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return day.year if grain == "year" else day


def key_of(line, dimensions):
    return tuple(bucket(line["date_key"], name[5:]) if name.startswith("date.") else line[name] for name in dimensions)


def visible(line, principal):
    return line["org_id"] == principal.org_id and (principal.regions == "*" or line["region"] in principal.regions)


def passes(line, condition):
    field, op, values = condition["field"], condition["op"], condition["values"]
    return (line[field] in values) == (op in ("in", "="))


def figures(lines, by_line):
    """Every metric of a group of lines. With a field of products in play, sales count by their lines."""
    sales = {(line["transaction_id"]): line for line in lines}
    lines_value = sum((line["line_value"] for line in lines), Decimal(0))
    revenue = lines_value if by_line else sum((line["peso_value"] for line in sales.values()), Decimal(0))
    customers = {line["customer_id"] for line in lines if line["customer_id"] is not None}
    return {
        "revenue": revenue,
        "transactions": len(sales),
        "items": sum(line["basket_size"] for line in sales.values()),
        "units": sum(line["quantity"] for line in lines),
        "unique_customers": len(customers),
        "active_stores": len({line["store_id"] for line in lines}),
        "average_basket": float(revenue) / len(sales),
        "revenue_per_customer": float(revenue) / len(customers) if customers else None,
    }


def by_hand(lines, principal, query):
    """The rows of a query, by its definition."""
    fields = {*query["dimensions"], *(one["field"] for one in query["where"])}
    by_line = bool(fields & set(LINE_FIELDS))
    groups = defaultdict(list)
    for line in lines:
        inside = (
            query["period"] == "all"
            or query["period"]["start"] <= line["date_key"].isoformat() <= query["period"]["end"]
        )
        if visible(line, principal) and inside and all(passes(line, one) for one in query["where"]):
            groups[key_of(line, query["dimensions"])].append(line)
    return {key: [figures(found, by_line)[name] for name in query["metrics"]] for key, found in groups.items()}


def generated(seed, lines):
    """A query that fits the model, the same for the same seed."""
    pick = random.Random(seed)
    by_line = pick.random() < 0.5
    fields = (*SALE_FIELDS, *LINE_FIELDS) if by_line else SALE_FIELDS
    dimensions = pick.sample(fields, pick.randint(0, 2))
    if pick.random() < 0.5:
        dimensions.append(pick.choice(TIMES))
    where = []
    for name in pick.sample(fields, pick.randint(0, 2)):
        values = sorted({line[name] for line in lines}, key=str)
        chosen = pick.sample(values, min(len(values), pick.randint(1, 3)))
        where.append({"field": name, "op": pick.choice(["in", "not_in"]), "values": chosen})
    period = "all"
    if pick.random() < 0.6:
        start = date(2024, 1, 1) + timedelta(days=pick.randint(0, 1000))
        start = start.replace(day=1) if pick.random() < 0.5 else start
        end = start + timedelta(days=pick.choice([0, 6, 27, 29, 30, 89, 364]))
        period = {"start": start.isoformat(), "end": end.isoformat()}
    allowed = [name for name in METRICS if not (by_line and name == "items")]
    return {
        "metrics": pick.sample(allowed, pick.randint(1, 3)),
        "dimensions": dimensions,
        "where": where,
        "period": period,
    }


def run(engine, model, query, principal):
    snapshot = drive(engine.snapshot(principal.org_id))
    statement = compile_query(model, SemanticQuery.from_json(query), snapshot)
    return drive(engine.run(scope(statement, principal, model), Limits(max_rows=1_000_000))).rows


def close(cell, other):
    if isinstance(cell, float) and isinstance(other, float):
        return math.isclose(cell, other, rel_tol=1e-9)
    return cell == other


def same(rows, expected, width):
    """Equal by key. A plain series is filled with zero days, which are no rows by hand."""
    found = {row[:width]: list(row[width:]) for row in rows}
    assert len(found) == len(rows), "a key stands in two rows"
    for key, cells in found.items():
        if key not in expected:
            assert width == 1, f"{key} is no row by hand"
            assert all(cell in (0, None) for cell in cells), f"{key} is no row by hand"
        else:
            assert all(close(*pair) for pair in zip(cells, expected[key], strict=True)), (
                f"{key}: {cells} by hand {expected[key]}"
            )
    assert not set(expected) - set(found)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1_000_000))
def test_a_query_gives_what_its_definition_says(small, seed):
    lines, model, without_rollups, engine = small
    query, principal = generated(seed, lines[:4000]), PRINCIPALS[seed % len(PRINCIPALS)]
    note(f"{principal.sub}: {query}")
    expected = by_hand(lines, principal, query)
    width = len(query["dimensions"])
    same(run(engine, model, query, principal), expected, width)
    same(run(engine, without_rollups, query, principal), expected, width)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1_000_000))
def test_the_first_within_each_group_are_those_of_the_whole(small, seed):
    """By hand: all rows in order, and of each group the first N."""
    _, model, without_rollups, engine = small
    pick = random.Random(seed)
    dimensions = pick.sample(
        ("region", "store", "store_type", "province", "payment_method", "date.month"), pick.randint(1, 3)
    )
    per, limit = pick.sample(dimensions, pick.randint(1, len(dimensions))), pick.randint(1, 4)
    query = {"metrics": pick.sample(["revenue", "transactions"], pick.randint(1, 2)), "dimensions": dimensions,
             "period": {"start": "2026-01-01", "end": "2026-06-30"}}  # fmt: skip
    if pick.random() < 0.7:
        query["order"] = [{"by": query["metrics"][0], "dir": pick.choice(["asc", "desc"])}]
    if pick.random() < 0.3:
        query["having"] = [{"field": query["metrics"][0], "op": ">", "values": [pick.randint(1, 50)]}]
    principal = PRINCIPALS[seed % len(PRINCIPALS)]
    every = run(engine, model, query, principal)
    taken, expected = defaultdict(int), []
    for row in every:
        group = tuple(row[dimensions.index(name)] for name in per)
        taken[group] += 1
        if taken[group] <= limit:
            expected.append(row)
    labels = [row[: len(dimensions)] for row in every]
    if len(set(labels)) == len(labels):  # stores of one name are groups of their own, and look the same by hand
        for one in (model, without_rollups):
            assert list(run(engine, one, {**query, "per": per, "limit": limit}, principal)) == expected


def test_two_stores_of_one_name_are_two_groups(small):
    _, model, _, engine = small
    query = {
        "metrics": ["revenue"],
        "dimensions": ["store", "payment_method"],
        "per": ["store"],
        "limit": 1,
        "period": "all",
    }
    stores = run(engine, model, {"metrics": ["revenue"], "dimensions": ["store"], "period": "all"}, PRINCIPALS[0])
    assert len(run(engine, model, query, PRINCIPALS[0])) == len(stores)


def test_rollups_are_really_used(small):
    _, model, _, engine = small
    snapshot = drive(engine.snapshot("tingi"))
    used = {
        compile_query(model, SemanticQuery.from_json(query), snapshot).lineage.rollup
        for query in (
            {"metrics": ["revenue"], "dimensions": ["store"], "period": {"start": "2026-10-17", "end": "2026-11-15"}},
            {"metrics": ["units"], "dimensions": ["brand", "region"]},
            {
                "metrics": ["unique_customers"],
                "dimensions": ["region", "date.month"],
                "period": {"start": "2026-01-01", "end": "2026-10-31"},
            },
            {"metrics": ["unique_customers"], "dimensions": ["region"]},
        )
    }
    assert used == {"gold_daily_aggregates", "gold_product_daily", "gold_regional_performance", None}


def test_a_stale_rollup_is_not_used(small):
    _, model, _, engine = small
    snapshot = drive(engine.snapshot("tingi"))
    name = "gold_daily_aggregates"
    stale = replace(
        snapshot, tables={**snapshot.tables, name: replace(snapshot.tables[name], stale=frozenset({date(2026, 10, 1)}))}
    )
    query = {"metrics": ["revenue"], "dimensions": ["store"], "period": {"start": "2026-10-05", "end": "2026-10-06"}}
    assert compile_query(model, SemanticQuery.from_json(query), snapshot).lineage.rollup == name
    assert compile_query(model, SemanticQuery.from_json(query), stale).lineage.rollup is None
    later = {**query, "period": {"start": "2026-11-01", "end": "2026-11-15"}}
    assert compile_query(model, SemanticQuery.from_json(later), stale).lineage.rollup == name


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"metrics": ["stores"], "dimensions": ["payment_method"]}, "field payment_method"),
        ({"metrics": ["revenue"], "dimensions": ["nowhere"]}, "field nowhere"),
        (
            {"metrics": ["revenue"], "where": [{"field": "payment_method", "op": "=", "values": ["gold"]}]},
            "where payment_method",
        ),
        ({"metrics": ["revenue"], "where": [{"field": "is_payday", "op": "=", "values": ["yes"]}]}, "where is_payday"),
        ({"metrics": ["stores"], "period": {"start": "2026-01-01", "end": "2026-01-31"}}, "period"),
        ({"metrics": []}, "metrics"),
        ({"metrics": ["revenue"], "order": [{"by": "units"}]}, "order"),
        (
            {
                "metrics": ["revenue"],
                "where": [{"field": "store", "op": "in", "query": {"metrics": ["units"], "dimensions": ["brand"]}}],
            },
            "where store",
        ),
        ({"list": "payment_method"}, "list"),
        ({"list": "store", "period": {"start": "2026-01-01", "end": "2026-01-31"}}, "period"),
        ({"metrics": ["revenue"], "totals": [["region"]]}, "totals"),
        ({"metrics": ["revenue"], "share": {"free": ["region"]}}, "share.free"),
        ({"metrics": [{"metric": "revenue", "window": {"trailing": "7 day"}}]}, "window"),
        ({"metrics": ["revenue"], "dimensions": ["date.week"], "compare": [{"shift": "1 month"}]}, "compare"),
        ({"metrics": ["revenue"], "dimensions": [f"d{number}" for number in range(50)]}, "dimensions"),
        ({"metrics": ["revenue"], "dimensions": ["region", "region"]}, "dimensions"),
        ({"metrics": ["revenue"], "dimensions": ["region"], "per": ["region"]}, "per"),
        ({"metrics": ["revenue"], "dimensions": ["region"], "per": ["store"], "limit": 1}, "per"),
        (
            {
                "metrics": ["revenue"],
                "dimensions": ["date.day"],
                "compare": [{"start": "2026-01-01", "end": "2026-01-31"}],
            },
            "compare",
        ),
    ],
)
def test_what_does_not_fit_is_a_clear_error(small, query, field):
    from nlq.errors import BadRequest

    _, model, _, engine = small
    with pytest.raises(BadRequest) as caught:
        compile_query(model, SemanticQuery.from_json(query), drive(engine.snapshot("tingi")))
    assert field in caught.value.where
    assert caught.value.fix

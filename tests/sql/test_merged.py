"""One SELECT in place of two gives the rows that the two give, in their order; and is taken only where it says nothing three times."""

from __future__ import annotations

import json
from datetime import date

import pytest

from nlq.sql import compile as compiling
from nlq.sql.compile import compile_anew
from nlq.values import SemanticQuery

OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}
QUARTER = {"start": "2026-08-01", "end": "2026-10-31"}
QUERIES = [
    {"metrics": ["revenue"], "period": OCTOBER},
    {"metrics": ["revenue"], "period": {"start": "2031-01-01", "end": "2031-01-31"}},  # no row at all
    {"metrics": ["revenue", "transactions"], "dimensions": ["region"], "period": OCTOBER},
    {"metrics": ["average_basket"], "dimensions": ["store_type", "payment_method"], "period": OCTOBER},
    {"metrics": ["revenue"], "dimensions": ["date.month"], "period": QUARTER, "where": [{"field": "region", "op": "=", "values": ["BARMM"]}]},
    {"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER, "having": [{"field": "revenue", "op": ">", "values": [300000]}], "order": [{"by": "revenue", "dir": "asc"}], "limit": 3},
    {"metrics": ["units", "active_stores"], "dimensions": ["region"], "period": OCTOBER},
    {"metrics": ["revenue", "units", "unique_customers"], "dimensions": ["region"], "period": OCTOBER},
    {"metrics": ["revenue", "unique_customers", "active_stores", "units"], "period": OCTOBER},
    {"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER, "compare": [{"shift": "1 month"}]},
    {"metrics": ["revenue"], "dimensions": ["date.month"], "period": QUARTER, "compare": [{"shift": "1 year"}]},
    {"metrics": ["revenue"], "dimensions": ["region", "payment_method"], "period": OCTOBER, "share": {"within": ["region"]}},
    {"metrics": ["revenue"], "dimensions": ["region", "store_type"], "period": OCTOBER, "limit": 1, "per": ["region"]},
    {"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER, "totals": [[]]},
    {"metrics": ["transactions"], "dimensions": ["region"], "period": OCTOBER, "limit": 4, "order": [{"by": "transactions", "dir": "desc"}]},
    {"metrics": [{"metric": "revenue", "each": ["date.day"], "agg": "avg"}], "dimensions": ["store_type"], "period": OCTOBER},
    {"metrics": [{"metric": "revenue", "each": ["store"], "agg": "count", "having": [{"field": "revenue", "op": ">", "values": [50000]}]}], "period": OCTOBER},
    {"metrics": ["revenue"], "period": OCTOBER, "segments": [{"label": "Luzon", "where": [{"field": "island_group", "op": "=", "values": ["Luzon"]}]}, {"label": "Visayas", "where": [{"field": "island_group", "op": "=", "values": ["Visayas"]}]}]},
    {"metrics": ["price_per_unit", "units"], "dimensions": ["category"], "period": OCTOBER, "order": [{"by": "category", "dir": "desc"}]},
]  # fmt: skip


@pytest.fixture(scope="module")
def scout(demo):
    """Compiles against the demo, and runs the text."""
    model, snapshot, connection = demo

    def run(query):
        statement = compile_anew(model, SemanticQuery.from_json(query), snapshot)
        return statement.sql("trino"), connection.execute(statement.sql("duckdb")).fetchall()

    return run


@pytest.mark.parametrize("query", QUERIES, ids=json.dumps)
def test_the_rows_are_those_of_the_two(monkeypatch, scout, query):
    text, rows = scout(query)
    monkeypatch.setattr(compiling, "merged", lambda _, ctes: ctes)
    apart, expected = scout(query)
    assert list(map(plain, rows)) == list(map(plain, expected))
    assert text.count("SELECT") <= apart.count("SELECT")
    assert text.count("'") == apart.count("'")  # no literal is said twice


def plain(row):
    return [str(cell) if isinstance(cell, date) else cell for cell in row]


def test_one_table_is_one_select(scout):
    text, _ = scout({"metrics": ["revenue"], "dimensions": ["store_type"], "period": OCTOBER})
    assert (text.count("SELECT"), text.count("WITH")) == (1, 0)
    assert "/* revenue: " in text
    assert text.endswith("ORDER BY\n  revenue DESC,\n  store_type ASC")


def test_what_would_be_said_three_times_keeps_its_name(scout):
    text, _ = scout({"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER, "compare": [{"shift": "1 month"}]})  # fmt: skip
    assert text.count("MAX(revenue__prior)") == 1

"""One number whichever way it is reached: DuckDB, PostgreSQL, Trino, hot, cold or both, cache on and off."""

from __future__ import annotations

import sys

import pytest
import yaml
from helpers import ROOT, served

sys.path.insert(0, str(ROOT / "tests" / "questions"))
from test_questions import agree

QUESTIONS = yaml.safe_load((ROOT / "tests" / "questions" / "answered.yaml").read_text(encoding="utf-8"))


def month(first, last):
    return {"start": first, "end": last}


# Periods: hot, cold, over the watermark (2026-10-17), a month that it cuts, all; metrics that add up and ones that do not.
HOT, COLD, ACROSS = (
    month("2026-11-01", "2026-11-15"),
    month("2026-03-01", "2026-05-31"),
    month("2026-09-10", "2026-11-09"),
)
CUT = month("2026-10-01", "2026-10-31")
QUERIES = [
    {"metrics": ["revenue"], "period": "all"},
    {"metrics": ["revenue", "transactions", "items"], "dimensions": ["region"], "period": ACROSS},
    {"metrics": ["unique_customers"], "period": ACROSS},
    {"metrics": ["unique_customers", "revenue", "active_stores"], "dimensions": ["date.month"], "period": ACROSS},
    {"metrics": ["unique_customers"], "dimensions": ["region"], "period": CUT},
    {"metrics": ["revenue", "average_basket", "revenue_per_store"], "dimensions": ["date.month"], "period": CUT},
    {"metrics": ["revenue"], "dimensions": ["payment_method"], "period": ACROSS},
    {"metrics": ["units", "revenue", "transactions"], "dimensions": ["category"], "period": ACROSS},
    {"metrics": ["transactions"], "dimensions": ["product"], "period": HOT, "limit": 7},
    {"metrics": ["revenue"], "dimensions": ["store"], "period": ACROSS, "limit": 12},
    {"metrics": ["revenue"], "dimensions": ["region", "store"], "per": ["region"], "period": HOT, "limit": 2},
    {"metrics": ["transactions", "revenue"], "dimensions": ["date.month", "island_group", "city"], "per": ["island_group", "date.month"],
     "period": ACROSS, "limit": 1, "order": [{"by": "revenue", "dir": "asc"}]},
    {"metrics": ["revenue"], "dimensions": ["date.day"], "period": month("2026-10-10", "2026-10-24")},
    {"metrics": ["revenue", "unique_customers"], "dimensions": ["date.week"], "period": month("2026-10-05", "2026-11-08")},
    {"metrics": ["revenue"], "period": HOT, "compare": [{"shift": "1 month"}]},
    {"metrics": ["revenue", "unique_customers"], "dimensions": ["region"], "period": HOT, "compare": [{"shift": "1 year"}]},
    {"metrics": ["revenue"], "dimensions": ["region"], "period": ACROSS, "share": {"within": []}},
    {"metrics": ["revenue"], "dimensions": ["is_weekend"], "period": ACROSS},
    {"metrics": ["transactions"], "dimensions": ["date.hour_of_day"], "period": HOT},
    {"metrics": ["revenue"], "dimensions": ["region"], "period": COLD, "having": [{"field": "revenue", "op": ">", "values": [300000]}]},
    {"metrics": ["stores", "customers"]},
    {"metrics": ["stores"], "dimensions": ["province"]},
    {"metrics": ["unique_customers"], "dimensions": ["store_type"], "period": ACROSS,
     "where": [{"field": "payment_method", "op": "in", "values": ["gcash", "maya"]}]},
    {"metrics": [{"metric": "unique_customers", "as": "gcash_buyers", "where": [{"field": "payment_method", "op": "=", "values": ["gcash"]}]}],
     "dimensions": ["date.month"], "period": ACROSS},
    {"metrics": [{"metric": "revenue", "window": {"trailing": "7 day"}}, {"metric": "unique_customers", "window": {"to_date": "month"}}],
     "dimensions": ["date.day"], "period": month("2026-10-12", "2026-10-20")},
    {"metrics": [{"metric": "revenue", "window": {"running": True}}], "dimensions": ["date.month", "island_group"], "period": ACROSS},
    {"metrics": [{"metric": "revenue", "each": ["date.day"], "agg": "max"}, {"metric": "revenue", "each": ["store"], "agg": "median", "as": "middle"},
                 {"metric": "transactions", "each": ["store"], "agg": "count", "having": [{"field": "transactions", "op": ">", "values": [200]}]}],
     "dimensions": ["region"], "period": ACROSS},
    {"metrics": ["unique_customers", "revenue"], "dimensions": ["store_type"], "period": ACROSS,
     "where": [{"field": "customer", "op": "in", "query": {"metrics": ["units"], "dimensions": ["customer"],
                "where": [{"field": "category", "op": "=", "values": ["Instant Noodles"]}]}},
               {"field": "store", "op": "not_in", "query": {"metrics": ["revenue"], "dimensions": ["store"], "limit": 5}}]},
    {"metrics": ["revenue", "active_stores"], "dimensions": ["date.month"], "period": ACROSS, "segments": [
        {"label": "NCR", "where": [{"field": "region", "op": "=", "values": ["NCR"]}]},
        {"label": "Paydays", "where": [{"field": "is_payday", "op": "=", "values": [True]}]}]},
    {"metrics": ["transactions"], "dimensions": ["region"], "where": [{"field": "payment_method", "op": "=", "values": ["gcash"]}],
     "period": ACROSS, "share": {"within": ["region"], "free": ["payment_method"]}},
    {"metrics": ["active_stores", "units"], "dimensions": ["island_group", "store_type"], "totals": [["island_group"], []], "period": CUT},
    {"metrics": ["revenue"], "dimensions": ["store", "date.month"], "include_empty": ["store"], "period": ACROSS,
     "where": [{"field": "region", "op": "=", "values": ["NCR"]}]},
    {"list": "store", "where": [{"field": "store_type", "op": "=", "values": ["supermarket"]}]},
    {"metrics": ["revenue"], "period": month("2026-11-14", "2026-11-15"), "where": [{"field": "city", "op": "contains", "values": ["davao"]}]},
]  # fmt: skip
SQL = [
    "SELECT region, sum(peso_value) AS v, count(*) AS n FROM silver_transactions_cleaned GROUP BY region ORDER BY region",
    "SELECT count(DISTINCT customer_id) AS n FROM silver_transactions_cleaned WHERE date_key BETWEEN DATE '2026-10-01' AND DATE '2026-10-31'",
    "SELECT date_trunc('month', date_key) AS m, avg(basket_size) AS b FROM silver_transactions_cleaned WHERE date_key >= DATE '2026-11-01' GROUP BY 1",
    """SELECT s.store_type, sum(g.daily_revenue) AS v FROM gold_daily_aggregates g
       LEFT JOIN dim_store s ON s.org_id = g.org_id AND s.store_id = g.store_id
       WHERE g.date_key < DATE '2026-01-01' GROUP BY s.store_type ORDER BY 1""",
    "WITH m AS (SELECT month, sum(revenue) AS v FROM gold_regional_performance GROUP BY month) SELECT max(v) AS top FROM m",
    "SELECT count(*) AS n FROM dim_customer",
    "SELECT category, count(*) AS n FROM dim_product GROUP BY category ORDER BY category",
    "SELECT store_id, CAST(revenue AS double) / transactions AS b FROM gold_business_metrics WHERE month = DATE '2026-10-01' ORDER BY store_id LIMIT 20",
]  # fmt: skip
ASKERS = ("analyst@tingi", "ncr-analyst@tingi", "analyst@suki")


@pytest.mark.parametrize("case", QUESTIONS, ids=lambda case: case["id"])
def test_questions_over_both_tiers(case, stack, raw):
    answer = stack.ask(case["question"], stack.settings.principal(case["as"]))
    assert answer.status == "answered", answer.text
    assert agree(answer.rows, raw.execute(case["sql"]).fetchall(), ordered=case["ordered"]), answer.sql_executed
    assert answer.provenance.engine == ("trino" if answer.provenance.cold else "postgres")


@pytest.fixture(scope="session")
def trino(loaded, home):
    with served(loaded, home, engine="trino") as opened:
        yield opened


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_queries_are_the_same_on_every_engine(query, asker, stack, trino, assistant):
    expected = assistant.query(query, assistant.settings.principal(asker))
    assert expected.status == "answered", expected.text
    for one in (stack, trino):
        found = one.query(query, one.settings.principal(asker))
        assert found.status == "answered", found.text
        assert found.columns == expected.columns
        assert agree(found.rows, expected.rows, ordered=True), found.sql_executed


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("sql", SQL)
def test_sql_is_the_same_on_every_engine(sql, asker, stack, trino, assistant):
    expected = assistant.sql(sql, assistant.settings.principal(asker))
    assert expected.status == "answered", expected.text
    for one in (stack, trino):
        found = one.sql(sql, one.settings.principal(asker))
        assert found.status == "answered", found.text
        assert agree(found.rows, expected.rows, ordered=False), found.sql_executed


def test_a_kept_result_is_the_same(loaded, home, assistant):
    with served(loaded, home, cache=True) as first, served(loaded, home, cache=True) as second:
        for query in QUERIES[:12]:
            asker = first.settings.principal("analyst@bodega")
            before, after = first.query(query, asker), second.query(query, asker)
            assert after.cache_hit, query
            assert before.rows == after.rows
            assert [[type(cell) for cell in row] for row in before.rows] == [
                [type(cell) for cell in row] for row in after.rows
            ]
            assert before.id != after.id
            assert agree(after.rows, assistant.query(query, asker).rows, ordered=True)
        # Who may see other rows is given other rows, whoever asked the same before.
        query = {"metrics": ["revenue"], "dimensions": ["region"], "period": ACROSS}
        for name in ("analyst@tingi", "ncr-analyst@tingi", "analyst@suki", "analyst@tingi"):
            expected = assistant.query(query, assistant.settings.principal(name)).rows
            assert agree(second.query(query, second.settings.principal(name)).rows, expected, ordered=True)

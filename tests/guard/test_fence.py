"""The second lock on SQL that somebody wrote: its conditions are tried on no row that the policy has not let through.

Shown with the first lock off: statements are not made total, and one that raises on foreign rows alone runs.
"""

from __future__ import annotations

import pytest

from guard.test_differential import MODEL, database, rows
from nlq.policy import scope as guard
from nlq.policy import views
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery, Snapshot
from nlq.values.pipeline import SqlDraft

NCR = Principal("n", "tingi", regions=("NCR",))
RAISES = "SELECT count(*) AS n FROM {table} WHERE CASE WHEN {foreign} THEN CAST(999 AS TINYINT) ELSE 1 END = 3"
# Tables whose policy is an EXISTS, and what is so of foreign rows of them alone.
FOREIGN = {
    "gold_business_metrics": "store_id NOT IN ('S4', 'S8')",
    "dim_customer": "region NOT IN ('NCR') AND customer_id > 11",
    "silver_transaction_items": "org_id <> 'tingi'",
}


def untotal(table, monkeypatch):
    """A statement that raises on foreign rows of a table, not made total."""
    monkeypatch.setattr(guard, "total", lambda tree, _: tree)
    MODEL.memo.pop("guard", None)
    return guard.draft_statement(SqlDraft(RAISES.format(table=table, foreign=FOREIGN[table]), "caller"), MODEL)


@pytest.fixture(autouse=True)
def _nothing_kept():
    yield
    MODEL.memo.pop("guard", None)


@pytest.mark.parametrize("table", FOREIGN)
def test_no_condition_is_tried_on_foreign_rows(table, monkeypatch):
    statement = untotal(table, monkeypatch)
    assert rows(database("all"), *guard.scope(statement, NCR, MODEL).sql("duckdb")) == [(0,)]


def test_the_fence_is_needed(monkeypatch):
    monkeypatch.setattr(views, "fence_needed", lambda *_: False)
    statement = untotal("gold_business_metrics", monkeypatch)
    assert rows(database("all"), *guard.scope(statement, NCR, MODEL).sql("duckdb")) == "failed"


@pytest.mark.parametrize(("dialect", "fenced"), [("duckdb", 1), ("postgres", 2), ("trino", 0)])
def test_it_stands_where_an_engine_needs_it(dialect, fenced):
    """DuckDB: where the policy is a join; PostgreSQL: everywhere, but where the database holds the account itself; Trino: nowhere."""
    text = "SELECT count(*) AS n FROM gold_business_metrics m JOIN silver_transactions_cleaned t ON t.store_id = m.store_id"
    scoped = guard.scope(guard.draft_statement(SqlDraft(text, "caller"), MODEL), NCR, MODEL)
    assert scoped.sql(dialect)[0].count("OFFSET 0") == fenced
    assert scoped.sql("postgres", held=True)[0].count("OFFSET 0") == 0


def test_compiled_statements_have_none():
    from helpers import ROOT

    model = load(ROOT / "semantic_layer" / "scout")
    query = SemanticQuery.from_json({"metrics": ["units"], "dimensions": ["brand"], "period": "all"})
    scoped = guard.scope(compile_query(model, query, Snapshot(None, {}, frozenset())), NCR, model)
    assert all("OFFSET 0" not in scoped.sql(dialect)[0] for dialect in ("duckdb", "postgres"))

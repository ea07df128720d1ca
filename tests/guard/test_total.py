"""SQL that somebody wrote raises in no engine, whatever is in the rows: it is refused, with its place, or it runs."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard import boundaries
from guard.tables import filled
from guard.test_differential import CASES, MODEL, tell
from nlq.errors import NlqError, TooExpensive, UnsafeSql
from nlq.policy.scope import draft_statement, scope
from nlq.sql.allowed import ALLOWED, FUNCTIONS
from nlq.sql.validate import parse
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

ALL = Principal("a", "tingi", regions="*")


@cache
def edges():
    return filled(MODEL, boundaries.rows())


def drafted(text, model=MODEL):
    """The statement; or None where it is refused, which it is for a reason that is said, and with a place."""
    try:
        return draft_statement(SqlDraft(text, "caller"), model)
    except UnsafeSql as refusal:
        return placed(refusal)
    except TooExpensive:
        return None


def placed(refusal):
    assert "line 1, column" in refusal.where, refusal


def never_raises(seed):
    text = boundaries.statement(seed)
    tell(text)
    statement = drafted(text)
    if statement is None:
        return False
    scoped, values = scope(statement, ALL, MODEL).sql("duckdb")
    tell(scoped)
    found = edges().execute(scoped, values or None)
    with suppress(OverflowError):  # Python's own dates end sooner than DuckDB's: the statement has run
        found.fetchall()
    return True


@pytest.mark.slow
@settings(CASES, max_examples=3_000)
@given(seed=st.integers(0, 10_000_000))
def test_no_statement_raises_at_the_edges_of_types(seed):
    never_raises(seed)


@pytest.mark.long
@settings(CASES, max_examples=60_000)
@given(seed=st.integers(0, 10_000_000))
def test_of_many_statements_none_raises(seed):
    never_raises(seed)


def test_a_third_of_them_run_at_least():
    assert sum(never_raises(seed) for seed in range(150)) > 50


def test_they_reach_every_function_that_takes_values():
    found = {type(node) for seed in range(4_000) for node in parse(boundaries.statement(seed)).walk()}
    elsewhere = {
        "RowNumber",
        "Rank",
        "DenseRank",
        "PercentRank",
        "CumeDist",
        "Grouping",
        "FirstValue",
        "LastValue",
        "NthValue",
        "Lead",
    }  # of whole windows, without a value at an edge
    assert {kind.__name__ for kind in set(FUNCTIONS) & set(ALLOWED) - found} <= elsewhere


def run(text):
    try:
        scoped, values = scope(draft_statement(SqlDraft(text, "caller"), MODEL), ALL, MODEL).sql("duckdb")
    except NlqError as refusal:
        return refusal.code
    try:
        return edges().execute(scoped, values or None).fetchall()
    except duckdb.Error as problem:
        return f"raised {type(problem).__name__}"


# Conditions on a row of gold_business_metrics that an engine raises on, or raised on, in a branch that only some rows come to.
MISTAKES = [
    "store_id LIKE 'suki-0112\\' ESCAPE '\\'", "store_id LIKE 'a!b' ESCAPE '!'", "store_id NOT LIKE '%!' ESCAPE '!'", "store_id LIKE org_id ESCAPE '!'",
    "CAST(999 AS TINYINT) = 1", "CAST(1e300 AS DECIMAL(38, 2)) = 1", "CAST('99999999999' AS INTEGER) = 1", "CAST('1_000' AS BIGINT) = 1", "CAST('NaN' AS DECIMAL(3, 1)) = 1", "CAST('maybe' AS BOOLEAN)",
    "DATE '2026-02-30' = month", "DATE '99999-01-01' = month", "month > TIMESTAMP '2026-11-15 10:00:00 Nowhere/X'", "month > TIMESTAMP '2026-11-15 10:00:00' AT TIME ZONE 'Nowhere/X'",
    "month > TIMESTAMP '2026-11-15 10:00:00' AT TIME ZONE 'localtime'", "date_add('year', 300000, DATE '2026-11-15') = month", "month + INTERVAL '99999999999' YEAR = month", "month + INTERVAL 'abc' DAY = month",
    "substr('abc', 0) = 'x'", "substr('abc', 99999999999) = 'x'", "substr('abc', 1, -5) = 'x'", "substr('abc', 1.5) = 'x'", "round(revenue, transactions) = 1", "round(revenue, 400) = 1", "revenue = 1e400",
    "revenue = 99999999999999999999999999999999999999999999", "revenue = 0.00000000000000000001", "CAST(revenue AS DECIMAL(100, 3)) = 1", "CAST(revenue AS DECIMAL(3, 5)) = 1", "CAST(store_id AS VARCHAR(0)) = 'x'",
    "length(revenue) = 1", "substr(revenue, 1) = 'x'", "year(store_id) = 2026", "store_id + 1 = 2", "1 - month = 2", "sum(revenue) > 1", "rank() OVER (ORDER BY revenue) > 1", "CAST(month AS INTEGER) = 1",
    "date_trunc('dow', month) = month", "TIMESTAMP '2026-11-15 10:00:00 +08:00' = month",
]  # fmt: skip


@pytest.mark.parametrize("condition", MISTAKES)
def test_what_would_raise_is_refused_with_its_place(condition):
    with pytest.raises(UnsafeSql) as refusal:
        draft_statement(SqlDraft(f"SELECT count(*) FROM gold_business_metrics\nWHERE {condition}", "caller"), MODEL)
    assert refusal.value.where.startswith("line 2, column "), refusal.value


@pytest.mark.parametrize(
    "text",
    [
        "SELECT sum(max(revenue)) FROM gold_business_metrics", "SELECT max(rank() OVER (ORDER BY revenue)) FROM gold_business_metrics",
        "SELECT max(revenue) FROM gold_business_metrics GROUP BY sum(revenue)", "SELECT store_id FROM gold_business_metrics LIMIT 1e400", "SELECT store_id FROM gold_business_metrics OFFSET 1.5",
        "SELECT sum(revenue) OVER (ORDER BY month ROWS BETWEEN store_id PRECEDING AND CURRENT ROW) FROM gold_business_metrics", "SELECT sum(revenue) OVER (ORDER BY month ROWS 9999999999 PRECEDING) FROM gold_business_metrics",
    ],
)  # fmt: skip
def test_figures_limits_and_frames_that_no_engine_takes_are_refused_with_their_place(text):
    with pytest.raises(UnsafeSql) as refusal:
        draft_statement(SqlDraft(text, "caller"), MODEL)
    assert refusal.value.where.startswith("line 1, column "), refusal.value


@pytest.mark.parametrize(
    ("value", "gives"),
    [
        ("store_name LIKE 'a\\'", None), ("store_name LIKE '%!%%' ESCAPE '!'", None), ("abs(-9223372036854775807 - 5)", [None]), ("9223372036854775807 + quantity", [None]), ("-(9223372036854775807 + 9)", [None]), ("quantity * -abs(-9223372036854775807 - 9)", [None]),
        ("substr('abc', 2, quantity)", ["bc"]), ("substr('abc', -quantity)", [None]), ("substr('abc', 2, -quantity)", [None]), ("TRY_CAST('x' AS INTEGER)", [None]), ("TRY_CAST('12' AS INTEGER)", [12]), ("date_add('day', 1.4, DATE '2026-11-15')", None),
        ("round(quantity, -3)", [None]), ("(SELECT quantity) * 9", None), ("TIMESTAMP '9999-12-31 00:00:00' AT TIME ZONE 'Asia/Manila'", None), ("date_format(TIMESTAMP '9999-12-31 00:00:00', '%Y')", ["9999"]),
    ],
)  # fmt: skip
def test_what_is_made_total_gives_null_where_there_is_no_value(value, gives):
    """In a branch of CASE that one row comes to alone."""
    text = f"SELECT {value} AS x FROM (SELECT max(s.store_name) AS store_name, max(i.quantity) AS quantity FROM dim_store s CROSS JOIN silver_transaction_items i) AS one"
    found = run(text)
    assert not isinstance(found, str), found
    if gives is not None:
        assert [int(cell) if isinstance(cell, bool) else cell for (cell,) in found] == gives


@pytest.mark.parametrize(
    ("value", "about"),
    [
        ("(SELECT CAST(0.5 AS DECIMAL(38, 30))) * 1000000000000.123456789", 5e11), ("(SELECT CAST(0.5 AS DECIMAL(38, 30))) + 1000000000000.123456789", 1e12),
        ("max(CAST(0.5 AS DECIMAL(38, 30))) * 1000000000000.123456789", 5e11), ("max(CAST(0.5 AS DECIMAL(38, 30))) - 1000000000000.123456789", -1e12), ("count(*) * 0 + 9999999999 + max(CAST(0.5 AS DECIMAL(38, 30)))", 1e10),
        ("first_value(CAST(0.5 AS DECIMAL(38, 30))) OVER () + 1000000000000.123456789", 1e12), ("-(SELECT CAST(0.5 AS DECIMAL(38, 30))) - 1000000000000", -1e12),
    ],
)  # fmt: skip
def test_figures_and_sub_queries_meet_what_is_beside_them_without_raising(value, about):
    """What has one of these in it is tried by no engine: of a decimal of 30 places there are 8 digits before the point."""
    found = run(
        f"SELECT {value} AS x FROM dim_store AS s {'' if 'OVER' in value or 'SELECT' in value else 'GROUP BY s.org_id'} LIMIT 1"
    )
    assert not isinstance(found, str), found
    assert float(found[0][0]) == pytest.approx(about, rel=1e-6)


def test_a_sub_query_that_is_cast_in_a_select_list_keeps_its_name_outside():
    """Values that meet the column of IN (SELECT …) are cast where they do not fit."""
    found = run("SELECT s.longitude IN (SELECT (SELECT i.line_value)) AS x FROM dim_store AS s CROSS JOIN silver_transaction_items AS i LIMIT 1")  # fmt: skip
    assert not isinstance(found, str), found


def test_what_stands_in_two_tries_is_tried_in_both():
    """DuckDB's common_subexpressions took it out of them, and computed it untried: `connect` leaves that step out."""
    assert not isinstance(
        run("SELECT quantity * quantity + 1 AS a, quantity * quantity + 2 AS b FROM silver_transaction_items"), str
    )


@pytest.mark.parametrize(
    "text",
    ["SELECT date_trunc('month', DATE '2026-11-15') - INTERVAL '30' DAY AS d", "SELECT 60 * 60 * 24 AS n", "SELECT 1 + 2.5 AS n", "SELECT date_add('day', -30, DATE '2026-11-15') AS d", "SELECT CAST('12' AS INTEGER) AS n"],
)  # fmt: skip
def test_what_provably_fits_stays_as_it_is_written(text):
    assert "TRY" not in scope(draft_statement(SqlDraft(text, "caller"), MODEL), ALL, MODEL).sql("duckdb")[0]

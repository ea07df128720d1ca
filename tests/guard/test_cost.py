"""What a question may cost, from counts: a bound on what it reads, by hand; and the budgets that it is held to."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from helpers import ROOT, at_most_calls

from guard.test_honest import TAKEN
from nlq import Principal, TooExpensive
from nlq.api import Assistant
from nlq.policy.budgets import Budget, Budgets, InMemory
from nlq.policy.cost import Cost, estimate
from nlq.policy.scope import draft_statement, scope
from nlq.settings import Settings, load
from nlq.store.spending import Spending
from nlq.values.pipeline import SqlDraft

TINGI = Principal("a", "tingi", regions="*")
NCR = Principal("n", "tingi", regions=("NCR",))
DAY = date(2026, 11, 26)
MONTH = "date_key BETWEEN DATE '2026-10-01' AND DATE '2026-10-31'"


@pytest.fixture(scope="module")
def cells(assistant):
    """The estimate of a text."""
    snapshot = assistant.snapshot(TINGI)

    def of(text, asker=TINGI):
        statement = draft_statement(SqlDraft(text, "caller"), assistant.model, snapshot.watermark)
        reads = scope(statement, asker, assistant.model).reads
        return estimate(statement, assistant.model, snapshot, reads=reads, written=True).cells

    return of


@pytest.fixture(scope="module")
def rows(raw):
    """The rows of a table that are the tenant's, and of a month."""

    def of(table, condition="TRUE", own="org_id = 'tingi'"):
        return raw.execute(f"SELECT count(*) FROM scout.{table} WHERE {own} AND {condition}").fetchone()[0]

    return of


def test_a_scan_is_its_rows_times_its_columns(cells, rows):
    sales, stores = rows("silver_transactions_cleaned"), rows("dim_store")
    assert cells("SELECT count(*) FROM dim_store") == stores
    assert cells("SELECT city, count(*) FROM dim_store WHERE store_type = 'minimart' GROUP BY city") == 2 * stores
    assert cells("SELECT sum(peso_value) FROM silver_transactions_cleaned") >= sales
    both = "SELECT s.city, sum(t.peso_value) FROM silver_transactions_cleaned t JOIN dim_store s ON s.store_id = t.store_id GROUP BY s.city"
    assert cells(both) >= 2 * sales + 2 * stores
    twice = "SELECT sum(peso_value) FROM silver_transactions_cleaned UNION ALL SELECT sum(peso_value) FROM silver_transactions_cleaned"
    assert cells(twice) == 2 * cells("SELECT sum(peso_value) FROM silver_transactions_cleaned")


def test_a_period_counts_its_months_alone(cells, rows):
    whole, month = (cells(f"SELECT sum(daily_revenue) FROM gold_daily_aggregates{where}") for where in ("", f" WHERE {MONTH}"))  # fmt: skip
    assert month == 2 * rows("gold_daily_aggregates", MONTH)
    assert whole == rows("gold_daily_aggregates")
    one_day = "SELECT sum(daily_revenue) FROM gold_daily_aggregates WHERE date_key = DATE '2026-10-07'"
    assert cells(one_day) == month


def test_tables_that_decide_whose_rows_those_are_count(cells, rows):
    lines = cells(f"SELECT sum(quantity) FROM silver_transaction_items WHERE {MONTH}")
    assert lines >= 2 * rows("silver_transaction_items", MONTH) + rows("silver_transactions_cleaned", MONTH)
    assert cells("SELECT count(*) FROM dim_customer") == rows("dim_customer")
    assert cells("SELECT count(*) FROM dim_customer", NCR) > rows("silver_transactions_cleaned")  # where they buy


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("SELECT count(*) FROM dim_customer a, dim_customer b", 2),
        ("SELECT count(*) FROM dim_customer a CROSS JOIN dim_customer b CROSS JOIN dim_customer c", 3),
        ("SELECT count(*) FROM dim_customer a JOIN dim_customer b ON a.customer_id < b.customer_id", 2),
        ("SELECT count(*) FROM dim_customer a JOIN dim_customer b ON a.customer_id = a.customer_id", 2),
        ("SELECT count(*) FROM dim_customer a JOIN dim_customer b ON a.customer_id = b.customer_id OR a.customer_id < 5", 2),
        ("WITH c AS (SELECT customer_id FROM dim_customer) SELECT count(*) FROM c a, c b", 2),
        ("SELECT (SELECT count(*) FROM dim_customer b WHERE b.customer_id > a.customer_id) FROM dim_customer a", 2),
        ("SELECT count(*) FROM dim_customer a WHERE EXISTS (SELECT 1 FROM dim_customer b WHERE b.customer_id > a.customer_id)", 2),
        ("SELECT count(*) FROM dim_customer a JOIN dim_customer b ON a.org_id = b.org_id", 2),
        ("SELECT count(*) FROM dim_customer a JOIN dim_customer b USING (org_id)", 2),
        ("SELECT count(*) FROM dim_customer a JOIN dim_customer b ON a.birth_year = b.birth_year", 2),
        ("SELECT count(*) FROM (SELECT 1 AS c FROM dim_customer) a JOIN (SELECT 1 AS c FROM dim_customer) b ON a.c = b.c", 2),
        ("SELECT (SELECT count(*) FROM dim_customer b WHERE b.org_id = a.org_id) FROM dim_customer a", 2),
    ],
)  # fmt: skip
def test_what_is_joined_by_less_than_a_key_is_every_pair(cells, rows, text, least):
    assert cells(text) >= rows("dim_customer") ** least


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM dim_customer a JOIN dim_customer b ON a.customer_id = b.customer_id",
        "SELECT count(*) FROM dim_customer a, dim_customer b WHERE a.customer_id = b.customer_id",
        "SELECT count(*) FROM dim_customer a JOIN dim_customer b USING (customer_id)",
        "SELECT count(*) FROM dim_customer a CROSS JOIN (SELECT max(customer_id) AS m FROM dim_customer) b",
        "SELECT count(*) FROM dim_customer a WHERE EXISTS (SELECT 1 FROM dim_customer b WHERE b.customer_id = a.customer_id)",
        "SELECT count(*) FROM dim_customer a CROSS JOIN (SELECT customer_id FROM dim_customer LIMIT 3) b",
        "WITH g AS (SELECT region, count(*) AS n FROM dim_customer GROUP BY region) SELECT count(*) FROM dim_customer a JOIN g ON g.region = a.region",
        "WITH g AS (SELECT DISTINCT region FROM dim_customer) SELECT count(*) FROM dim_customer a JOIN g ON g.region = a.region OR (g.region IS NULL AND a.region IS NULL)",
        "WITH c AS (SELECT customer_id AS who, region FROM dim_customer) SELECT count(*) FROM c a JOIN c b ON a.who = b.who",
    ],
)
def test_what_is_joined_by_keys_or_to_little_is_not(cells, rows, text):
    assert cells(text) < 20 * rows("dim_customer")


def test_what_is_joined_by_a_parent_is_so_many_as_the_parent_has(cells, rows):
    sales, stores = rows("silver_transactions_cleaned"), rows("dim_store")
    pairs = cells(
        "SELECT count(*) FROM silver_transactions_cleaned a JOIN silver_transactions_cleaned b ON a.store_id = b.store_id"
    )
    assert sales * sales / stores <= pairs < 5 * sales * sales / stores
    one_of_many = cells(
        "SELECT count(*) FROM dim_store s JOIN silver_transactions_cleaned t ON t.store_id = s.store_id JOIN gold_daily_aggregates g ON g.store_id = s.store_id"
    )
    assert one_of_many >= sales * rows("gold_daily_aggregates") / stores


def test_an_estimate_over_many_ctes_takes_no_time(cells):
    ctes = ", ".join(
        f"c{n} AS (SELECT a.customer_id FROM {'dim_customer' if n == 0 else f'c{n - 1}'} a JOIN {'dim_customer' if n == 0 else f'c{n - 1}'} b ON a.customer_id = b.customer_id)"
        for n in range(20)
    )
    with at_most_calls(1_000_000):
        cells(f"WITH {ctes} SELECT count(*) FROM c19")


@pytest.mark.parametrize("one", TAKEN, ids=[one["id"] for one in TAKEN])
def test_no_honest_query_is_declined(cells, one):
    assert cells(one["sql"]) <= Settings().max_cells


def test_a_table_that_nobody_counts_is_not_read(assistant):
    from dataclasses import replace

    snapshot = assistant.snapshot(TINGI)
    lost = replace(snapshot, tables={}, counted=snapshot.counted - {"dim_store"})
    statement = draft_statement(SqlDraft("SELECT count(*) FROM dim_store", "caller"), assistant.model)
    with pytest.raises(TooExpensive, match="not known how much there is of dim_store"):
        estimate(statement, assistant.model, lost, reads=frozenset(), written=True)


def test_a_tenant_without_rows_reads_none(assistant):
    answer = assistant.sql("SELECT count(*) FROM dim_store", Principal("x", "no_such_tenant", regions="*"))
    assert (answer.status, answer.rows) == ("answered", ((0,),))


def test_what_costs_too_much_is_declined_and_not_run(assistant):
    cross = "SELECT count(*) FROM silver_transactions_cleaned a, silver_transactions_cleaned b"
    answer = assistant.sql(cross, TINGI)
    assert (answer.status, answer.reason.code, answer.timings.execute) == ("declined", "too_expensive", None)
    assert "trillion cells" in answer.reason.text or "billion cells" in answer.reason.text
    assert assistant.sql(cross, TINGI, explain=True).status == "answered"  # which runs nothing


def test_the_largest_of_what_roles_give_holds():
    budgets = Budgets(Budget(10, 100, 1), {"analyst": Budget(50, 20, 2), "manager": Budget(5, 900, 1)}, InMemory(), lambda: DAY)  # fmt: skip
    asker = Principal("a", "o", ("analyst", "manager", "other"), "*")
    assert budgets.of(asker) == Budget(50, 900, 2)
    assert budgets.of(TINGI) == Budget(10, 100, 1)
    budgets.check(asker, Cost(50, "t"))
    with pytest.raises(TooExpensive, match="most of them of t; 50 are allowed"):
        budgets.check(asker, Cost(51, "t"))


@pytest.fixture(params=["memory", "file"])
def spent(request, tmp_path):
    made = InMemory() if request.param == "memory" else Spending(tmp_path)
    yield made
    made.close()


def test_a_day_has_its_budget_and_each_asker_their_own(spent):
    today = [DAY]
    budgets = Budgets(Budget(10, 25, 9), {}, spent, lambda: today[0])
    for _ in range(2):
        budgets.check(TINGI, Cost(10))
        with budgets.spending(TINGI, Cost(10)):
            pass
    with pytest.raises(TooExpensive, match="5 are left of what you may read today"):
        budgets.check(TINGI, Cost(10))
    budgets.check(TINGI, Cost(5))
    budgets.check(NCR, Cost(10))
    budgets.check(Principal("a", "suki", regions="*"), Cost(10))  # the same name in another organisation
    today[0] = date(2026, 11, 27)
    budgets.check(TINGI, Cost(10))


def test_other_processes_spend_from_the_same(tmp_path):
    with closing(Spending(tmp_path)) as one, closing(Spending(tmp_path)) as other:
        one.add("o", "a", DAY, 7)
        assert other.of("o", "a", DAY) == 7
        other.add("o", "a", DAY, 2**80)
        assert one.of("o", "a", DAY) > 2**60
        one.add("o", "b", date(2026, 11, 27), 1)
        assert other.of("o", "a", DAY) == 0


def test_what_fails_costs_and_what_was_kept_does_not(spent):
    class Kept:
        age_s = 3.0

    budgets = Budgets(Budget(10, 25, 1), {}, spent, lambda: DAY)
    with budgets.spending(TINGI, Cost(10)) as found:
        found.append(Kept())
    assert spent.of("tingi", "a", DAY) == 0
    with pytest.raises(RuntimeError), budgets.spending(TINGI, Cost(10)):
        raise RuntimeError
    assert spent.of("tingi", "a", DAY) == 10
    with budgets.spending(TINGI, Cost(1)):  # the failed one runs no more
        pass


def settings_with(home, tmp_path, text=""):
    path = tmp_path / "nlq.toml"
    path.write_text((ROOT / "nlq.toml").read_text(encoding="utf-8").replace("[principals", f"{text}\n[principals", 1), encoding="utf-8")  # fmt: skip
    return load(path, env={"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"], "NLQ_STATE": str(tmp_path)})


def test_only_so_many_of_an_askers_questions_run_at_once(home, tmp_path):
    slow = "SELECT count(*) FROM dim_customer a, dim_customer b WHERE a.customer_id + b.customer_id > {}"
    settings = settings_with(home, tmp_path, "questions_at_once = 2\nmax_cells = 9000000000000\n")

    async def ask():
        async with Assistant(settings) as assistant:
            answers = asyncio.gather(*(assistant.sql(slow.format(n), TINGI) for n in range(4)), assistant.sql(slow.format(9), NCR))  # fmt: skip
            return await answers, await assistant.sql("SELECT count(*) FROM dim_store", TINGI)

    (*mine, other), after = asyncio.run(ask())
    told = sorted(one.status for one in mine)
    assert told == ["answered", "answered", "declined", "declined"]
    assert {one.reason.code for one in mine if one.reason} == {"too_expensive"}
    assert (other.status, after.status) == ("answered", "answered")


def test_budgets_come_from_the_settings(home, tmp_path):
    text = "max_cells = 100\n[budgets.analyst]\nmax_cells = 100000000\n"
    settings = settings_with(home, tmp_path, text)

    async def ask(*roles):
        async with Assistant(settings) as assistant:
            return (await assistant.sql("SELECT count(*) FROM dim_customer", Principal("a", "tingi", roles, "*"))).status  # fmt: skip

    assert asyncio.run(ask()) == "declined"
    assert asyncio.run(ask("analyst")) == "answered"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[budgets.analyst]\nmax_cell = 1\n", "did you mean max_cells"),
        ("[budgets.analyst]\nmax_cells = -1\n", "is no limit"),
        ("[budgets.analyst]\nmax_cells = true\n", "is no limit"),
        ("[budgets]\nanalyst = 1\n", "limits by role"),
    ],
)
def test_budgets_that_are_none_are_named(home, tmp_path, text, said):
    from nlq.errors import SettingsError

    with pytest.raises(SettingsError, match=said) as problem:
        settings_with(home, tmp_path, text)
    del problem


def test_what_was_spent_outlives_a_process_where_askers_have_tokens(home, tmp_path):
    text = (ROOT / "nlq.toml").read_text(encoding="utf-8").replace("demo = true", "daily_cells = 45000")
    path = tmp_path / "nlq.toml"
    path.write_text(text, encoding="utf-8")
    settings = load(path, env={"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"], "NLQ_STATE": str(tmp_path), "NLQ_AUDIT": "off"})  # fmt: skip

    async def ask():
        async with Assistant(settings, surface="test") as assistant:
            return (await assistant.sql("SELECT count(*) FROM dim_customer", TINGI)).status

    assert [asyncio.run(ask()) for _ in range(2)] == ["answered", "declined"]
    assert Path(tmp_path, "spending.sqlite3").stat().st_mode & 0o077 == 0

"""The database's own row security alone, and the guard alone: each shows one asker's rows and no others."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import pytest

TABLES = ("dim_store", "dim_customer", "silver_transactions_cleaned", "silver_transaction_items", "gold_daily_aggregates",
          "gold_product_daily", "gold_regional_performance", "gold_business_metrics", "platinum_executive_summary")  # fmt: skip
RAW = ("bronze_ingestion_batches", "bronze_transactions_raw", "bronze_dead_letters")


def counts(url, claims, tables=TABLES):
    """Rows of each table as the service's account sees them with these claims, and no WHERE of ours."""

    async def work():
        connection = await asyncpg.connect(url)
        try:
            found = {}
            async with connection.transaction(readonly=True):
                if claims is not None:
                    await connection.execute("SELECT set_config('request.jwt.claims', $1, true)", claims)
                for name in tables:
                    found[name] = await connection.fetchval(f"SELECT count(*) FROM scout.{name}")
            # The claims ended with the transaction: the connection, back in a pool, sees nothing.
            assert await connection.fetchval("SELECT count(*) FROM scout.dim_store") == 0
            return found
        finally:
            await connection.close()

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("org", "regions"), [("tingi", "*"), ("suki", "*"), ("tingi", ["NCR"]), ("bodega", ["R07", "R11"])]
)
def test_row_security_alone(loaded, raw, org, regions):
    found = counts(loaded["NLQ_POSTGRES_URL"], json.dumps({"org_id": org, "regions": regions}))
    inside = "true" if regions == "*" else "region IN ({})".format(", ".join(f"'{one}'" for one in regions))
    sales = f"SELECT transaction_id, customer_id FROM scout.silver_transactions_cleaned WHERE org_id = '{org}' AND {inside} AND date_key >= DATE '2026-10-17'"
    expected = {
        "dim_store": f"scout.dim_store WHERE org_id = '{org}' AND {inside}",
        "silver_transactions_cleaned": f"({sales})",
        "silver_transaction_items": f"scout.silver_transaction_items WHERE org_id = '{org}' AND transaction_id IN (SELECT transaction_id FROM ({sales}))",
        "dim_customer": f"scout.dim_customer WHERE org_id = '{org}'"
        + ("" if regions == "*" else f" AND customer_id IN (SELECT customer_id FROM ({sales}))"),
        "gold_business_metrics": f"scout.gold_business_metrics WHERE org_id = '{org}' AND store_id IN (SELECT store_id FROM scout.dim_store WHERE {inside})",
    }
    for name, rows in found.items():
        theirs = expected.get(name, f"scout.{name} WHERE org_id = '{org}' AND {inside}")
        assert rows == raw.execute(f"SELECT count(*) FROM {theirs}").fetchone()[0], name
        assert rows > 0


@pytest.mark.parametrize("claims", [None, "", "{}", '{"org_id": null}', '{"org_id": "tingi"}', '{"org_id": "tingi", "regions": []}',
                                    '{"org_id": "tingi", "regions": "NCR"}', '{"org_id": "nobody", "regions": "*"}'])  # fmt: skip
def test_without_claims_there_are_no_rows_and_no_error(loaded, claims):
    assert set(counts(loaded["NLQ_POSTGRES_URL"], claims).values()) == {0}


@pytest.mark.parametrize("statement", [
    *(f"SELECT count(*) FROM scout.{name}" for name in RAW),
    "SELECT count(*) FROM scout_private.gold_daily_aggregates_hot", "SELECT count(*) FROM scout_private.gold_daily_aggregates",
    "REFRESH MATERIALIZED VIEW scout_private.gold_daily_aggregates_hot", "DELETE FROM scout.dim_store", "CREATE TABLE scout.x (a int)",
    "UPDATE nlq.tier_watermark SET watermark = DATE '2020-01-01'", "SET ROLE nlq_owner",
])  # fmt: skip
def test_the_services_account_may_do_nothing_else(loaded, statement):
    async def work():
        connection = await asyncpg.connect(loaded["NLQ_POSTGRES_URL"])
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(work())


def test_the_services_accounts_own_nothing_and_bypass_nothing(loaded):
    async def work():
        connection = await asyncpg.connect(loaded["SERVERS_OWNER_URL"])
        try:
            roles = await connection.fetch(
                "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN ('nlq_reader', 'nlq_federation')"
            )
            owned = await connection.fetchval(
                "SELECT count(*) FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE rolname IN ('nlq_reader', 'nlq_federation')"
            )
            open_tables = await connection.fetch(
                """SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'scout' AND relkind = 'r'
                   AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1"""
            )
            plain = await connection.fetch(
                """SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'scout' AND relkind = 'v'
                   AND relname LIKE ANY (ARRAY['gold%', 'platinum%']) AND NOT coalesce('security_barrier=true' = ANY (reloptions), false)"""
            )
            return roles, owned, [row[0] for row in open_tables], plain
        finally:
            await connection.close()

    roles, owned, open_tables, plain = asyncio.run(work())
    assert len(roles) == 2
    assert not any(row["rolsuper"] or row["rolbypassrls"] for row in roles)
    assert owned == 0
    assert open_tables == ["dim_calendar", "dim_product", "regions"]  # shared by all tenants
    assert plain == []


@pytest.mark.parametrize("asker", ["analyst@suki", "ncr-analyst@tingi"])
def test_the_guard_alone(loaded, stack, assistant, asker):
    """The scoped text, run by the account that sees every tenant, gives the asker's rows."""
    for table, column in (("silver_transactions_cleaned", "date_key"), ("silver_transaction_items", "date_key"),
                          ("gold_product_daily", "date_key"), ("gold_business_metrics", "month")):  # fmt: skip
        sql = f"SELECT count(*) AS n, min({column}) AS first FROM {table} WHERE {column} >= DATE '2026-11-01'"
        principal = stack.settings.principal(asker)
        text, values = stack.scope(sql, principal).sql("postgres")

        async def work(text=text, values=values):
            url = loaded["NLQ_POSTGRES_URL"].replace("nlq_reader:reader", "nlq_federation:federation")
            connection = await asyncpg.connect(url)
            try:
                return tuple(await connection.fetchrow(text, *values))
            finally:
                await connection.close()

        assert asyncio.run(work()) == assistant.sql(sql, principal).rows[0]

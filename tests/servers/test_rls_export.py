"""`nlq model export --to postgres-rls`: its script alone, with no WHERE of ours, shows each asker their own rows on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from guard import twins
from guard.tables import fill_postgres
from guard.test_differential import ASKERS, EVERYTHING, MODEL

from nlq.exports.postgres_rls import FILE, READER, export

SCHEMA = "twins_rls"
HERE = replace(MODEL, header=replace(MODEL.header, schema_=SCHEMA))


@pytest.fixture(scope="module")
def owner(urls):
    """The owner's connection, with a copy of the three tenants' tables, secured by the script; and a table that no model has."""
    import asyncpg

    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"]))

    def run(text, *values):
        return loop.run_until_complete(connection.fetch(text, *values))

    loop.run_until_complete(fill_postgres(connection, MODEL, EVERYTHING, SCHEMA))
    run(f"CREATE TABLE {SCHEMA}.raw AS SELECT 1 AS secret")
    run(f"GRANT SELECT ON {SCHEMA}.raw TO {READER}")  # as somebody once did
    script = export(HERE, "postgres").files[FILE]
    for _ in range(2):  # it may be run again
        loop.run_until_complete(connection.execute(script))
    yield run
    run(f"DROP SCHEMA {SCHEMA} CASCADE")
    loop.run_until_complete(connection.close())
    loop.close()


def seen(url, claims, name):
    """Rows of a table as the service's account sees them."""
    import asyncpg

    async def work():
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction(readonly=True):
                await connection.execute("SELECT set_config('request.jwt.claims', $1, true)", claims)
                return [dict(row) for row in await connection.fetch(f"SELECT * FROM {SCHEMA}.{name}")]
        finally:
            await connection.close()

    return asyncio.run(work())


def expected(asker, name):
    """By hand, over all three tenants: row security knows nothing of rows that do not count."""
    own = [row for row in EVERYTHING[name] if row.get("org_id", asker.org_id) == asker.org_id]
    if asker.regions == "*" or name in twins.SHARED:
        return own
    if name in twins.WITH_REGION:
        return [row for row in own if row["region"] in asker.regions]
    parent, key = {
        "silver_transaction_items": ("silver_transactions_cleaned", "transaction_id"),
        "dim_customer": ("silver_transactions_cleaned", "customer_id"),
        "gold_business_metrics": ("dim_store", "store_id"),
    }[name]
    kept = {row[key] for row in EVERYTHING[parent] if row["org_id"] == asker.org_id and row["region"] in asker.regions}
    return [row for row in own if row[key] in kept]


def plain(rows, columns):
    """Rows in an order of their own; a decimal may have more zeros in one place than in the other."""
    number = lambda cell: float(cell) if isinstance(cell, Decimal) else cell  # noqa: E731
    return sorted(repr([number(row[name]) for name in columns]) for row in rows)


@pytest.mark.parametrize("asker", ASKERS, ids=str)
@pytest.mark.usefixtures("owner")
def test_each_asker_sees_their_own_rows_alone(urls, asker):
    regions = asker.regions if asker.regions == "*" else list(asker.regions)
    claims = json.dumps({"org_id": asker.org_id, "regions": regions})
    for name in EVERYTHING:
        found, rows = seen(urls["NLQ_POSTGRES_URL"], claims, name), expected(asker, name)
        columns = MODEL.tables[name].stored
        assert plain(found, columns) == plain(rows, columns), name


@pytest.mark.parametrize(
    "claims",
    ["", "{}", '{"org_id": "tingi"}', '{"org_id": null, "regions": "*"}', '{"org_id": "tingi", "regions": "NCR"}'],
)
@pytest.mark.usefixtures("owner")
def test_without_claims_there_are_no_rows_and_no_error(urls, claims):
    for name in EVERYTHING:
        assert bool(seen(urls["NLQ_POSTGRES_URL"], claims, name)) == (name in twins.SHARED), name


@pytest.mark.usefixtures("owner")
def test_what_no_model_has_is_closed(urls):
    import asyncpg

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        seen(urls["NLQ_POSTGRES_URL"], "{}", "raw")


def test_the_owner_still_loads_and_refreshes(owner):
    before = owner(f"SELECT count(*) AS n FROM {SCHEMA}.dim_store")[0]["n"]
    assert before == len(EVERYTHING["dim_store"])
    owner(f"UPDATE {SCHEMA}.dim_store SET city = city")


def test_it_is_the_database_that_holds_and_not_the_test(owner, urls):
    """Without the policy of one table its rows are everybody's."""
    claims = json.dumps({"org_id": "tingi", "regions": ["NCR"]})
    held = len(seen(urls["NLQ_POSTGRES_URL"], claims, "dim_store"))
    owner(f"ALTER TABLE {SCHEMA}.dim_store DISABLE ROW LEVEL SECURITY")
    try:
        assert len(seen(urls["NLQ_POSTGRES_URL"], claims, "dim_store")) == len(EVERYTHING["dim_store"]) > held
    finally:
        owner(f"ALTER TABLE {SCHEMA}.dim_store ENABLE ROW LEVEL SECURITY")


def test_masks_are_listed_for_row_security_cannot_say_them():
    issues = {(one.code, one.where) for one in export(HERE, "postgres").issues}
    assert ("masks", "table dim_customer") in issues

"""PostgreSQL without row security: conditions that somebody wrote are tried on the asker's rows alone; and what an account is held by is found out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from guard.tables import fill_postgres
from guard.test_differential import EVERYTHING, MODEL

from nlq.drivers.asyncpg import Postgres
from nlq.engines.held import Held
from nlq.errors import TooExpensive
from nlq.policy import scope as guard
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

pytestmark = pytest.mark.slow
SCHEMA = "twins_fence"
HERE = replace(MODEL, header=replace(MODEL.header, schema_=SCHEMA))
NCR = Principal("n", "tingi", regions=("NCR",))
RAISES = "SELECT count(*) AS n FROM gold_business_metrics WHERE substr('abc', 1, CASE WHEN store_id NOT IN ('S4', 'S8') THEN -5 ELSE 1 END) = 'x'"


@pytest.fixture
def run(urls):
    import asyncpg

    loop = asyncio.new_event_loop()
    owner = loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"]))
    loop.run_until_complete(fill_postgres(owner, MODEL, EVERYTHING, SCHEMA))
    yield lambda text, *values: loop.run_until_complete(owner.fetchval(text, *values))
    loop.run_until_complete(owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE"))
    loop.run_until_complete(owner.close())
    loop.close()


def test_no_condition_is_tried_on_foreign_rows(run, monkeypatch):
    import asyncpg

    monkeypatch.setattr(guard, "total", lambda tree, _: tree)
    HERE.memo.pop("guard", None)
    scoped = guard.scope(guard.draft_statement(SqlDraft(RAISES, "caller"), HERE), NCR, HERE)
    text, values = scoped.sql("postgres")
    assert run(text, *values) == 0
    with pytest.raises(asyncpg.PostgresError):
        run(scoped.sql("postgres", held=True)[0], *values)
    HERE.memo.pop("guard", None)


@asynccontextmanager
async def opened(url):
    database = Postgres(url, timezone="UTC")
    try:
        yield database
    finally:
        await database.close()


@pytest.mark.parametrize(("who", "held"), [("reader", True), ("owner", False)])
def test_what_holds_an_account_is_found_out(loaded, who, held):
    async def work():
        url = loaded["NLQ_POSTGRES_URL"] if who == "reader" else loaded["SERVERS_OWNER_URL"]
        async with opened(url) as database:
            found = Held(MODEL, lambda texts: database.several(texts, timeout_s=20))
            assert await found.of(["dim_store", "silver_transactions_cleaned", "gold_business_metrics"]) is held
            assert await found.of(["dim_product"])  # which all may share
            nowhere = Held(
                replace(MODEL, header=replace(MODEL.header, schema_="nowhere")),
                lambda texts: database.several(texts, timeout_s=20),
            )
            assert not await nowhere.of(["dim_store"])

    asyncio.run(work())


def test_a_result_of_too_much_text_is_declined(urls):
    async def work(most):
        async with opened(urls["NLQ_POSTGRES_URL"]) as database:
            text = "SELECT repeat('x', 100) AS x FROM generate_series(1, 30000)"
            return await database.run(text, (), max_rows=20_000, timeout_s=20, max_bytes=most)

    found = asyncio.run(work(3_000_000))
    assert len(found.rows) == 20_000
    assert found.truncated
    with pytest.raises(TooExpensive):
        asyncio.run(work(1_000_000))

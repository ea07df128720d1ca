"""Servers that go away under a running assistant, and come back; and ones that were never right."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from helpers import ROOT, Door, served

from nlq.api import Assistant
from nlq.settings import load

HOT = {"metrics": ["revenue"], "dimensions": ["region"], "period": {"start": "2026-11-01", "end": "2026-11-15"}}
COLD = {"metrics": ["revenue"], "dimensions": ["region"], "period": {"start": "2026-02-01", "end": "2026-02-28"}}


@asynccontextmanager
async def running(loaded, **doors):
    """An assistant that reaches each server through a door, with a scope of cache keys of its own."""
    urls = {
        "NLQ_POSTGRES_URL": loaded["NLQ_POSTGRES_URL"],
        "NLQ_TRINO_URL": loaded["NLQ_TRINO_URL"],
        "NLQ_REDIS_URL": loaded["NLQ_REDIS_URL"],
    }
    urls |= {name: door.url for name, door in doors.items()}
    settings = load(ROOT / "nlq.toml", env=urls)
    assistant = Assistant(settings)
    try:
        yield assistant, settings.principal("analyst@tingi")
    finally:
        await assistant.__aexit__(None, None, None)


async def comes_back(assistant, query, principal):
    """Answered again within some seconds, without a restart."""
    for _ in range(40):
        answer = await assistant.query(query, principal)
        if answer.status == "answered" and not answer.provenance.warnings:
            return answer
        await asyncio.sleep(0.25)
    pytest.fail(f"it did not come back: {answer.text}")


def test_redis_away_is_slower_never_wrong(loaded, assistant):
    expected = assistant.query(HOT, assistant.settings.principal("analyst@tingi")).rows

    async def work():
        door = Door(loaded["NLQ_REDIS_URL"])
        async with running(loaded, NLQ_REDIS_URL=door) as (one, asker):
            assert (await one.query(HOT, asker)).rows == expected
            assert (await one.query(HOT, asker)).cache_hit
            door.shut()
            away = await one.query(HOT, asker)
            assert away.status == "answered"
            assert not away.cache_hit
            assert away.rows == expected
            door.open()
            await asyncio.sleep(2.2)  # a server that failed is left alone for two seconds
            await one.query(HOT, asker)
            assert (await one.query(HOT, asker)).cache_hit

    asyncio.run(work())


def test_trino_away_declines_what_is_cold(loaded, assistant):
    expected = assistant.query(COLD, assistant.settings.principal("analyst@tingi")).rows

    async def work():
        door = Door(loaded["NLQ_TRINO_URL"])
        async with running(loaded, NLQ_TRINO_URL=door) as (one, asker):
            door.shut()
            fresh = {
                **COLD,
                "period": {"start": "2026-02-01", "end": f"2026-02-{int(time.time()) % 20 + 2:02}"},
                "limit": int(time.time()) % 900 + 50,
            }
            cold = await one.query(fresh, asker)
            assert (cold.status, cold.reason.code) == ("declined", "engine_down")
            assert "recent days" in cold.text
            assert (await one.query(HOT, asker)).status == "answered"
            door.open()
            assert (await comes_back(one, COLD, asker)).rows == expected

    asyncio.run(work())


def test_postgres_away_gives_kept_answers_and_says_so(loaded, assistant):
    expected = assistant.query(HOT, assistant.settings.principal("analyst@tingi")).rows

    async def work():
        door = Door(loaded["NLQ_POSTGRES_URL"])
        async with running(loaded, NLQ_POSTGRES_URL=door) as (one, asker):
            assert (await one.query(HOT, asker)).rows == expected
            door.shut()
            kept = await one.query(HOT, asker)
            assert kept.status == "answered"
            assert kept.cache_hit
            assert kept.rows == expected
            assert any("cannot be reached" in one for one in kept.provenance.warnings)
            unknown = await one.query({**HOT, "limit": int(time.time()) % 900 + 50}, asker)
            assert (unknown.status, unknown.reason.code) == ("failed", "engine_down")
            assert "127.0.0.1" not in unknown.text
            door.open()
            assert (await comes_back(one, HOT, asker)).rows == expected

    asyncio.run(work())


def test_cancelling_reaches_the_servers(loaded):
    """The statement is gone from PostgreSQL's and from Trino's lists soon after its task is cancelled."""
    from nlq.drivers.asyncpg import Owner, Postgres
    from nlq.drivers.trino import Cancel, Trino
    from nlq.engines.threads import run_in_thread
    from nlq.errors import TimedOut

    async def postgres():
        database = Postgres(loaded["NLQ_POSTGRES_URL"])
        running = asyncio.ensure_future(
            database.run("SELECT pg_sleep(60) /* slow one */", (), max_rows=1, timeout_s=50)
        )
        await asyncio.sleep(0.5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        admin = loaded["SERVERS_OWNER_URL"].replace("nlq_owner:owner", "postgres")
        async with Owner(admin) as owner:
            for _ in range(40):
                left = await owner.rows(
                    "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%slow one%' AND pid <> pg_backend_pid()"
                )
                if not left:
                    break
                await asyncio.sleep(0.1)
        await database.close()
        assert left == []

    async def cluster():
        trino, text = (
            Trino(loaded["NLQ_TRINO_URL"]),
            "SELECT count(*) FROM cold.scout.silver_transaction_items a, cold.scout.silver_transaction_items b WHERE a.quantity + b.quantity = 77 /* slow two */",
        )
        cancel = Cancel()
        running = asyncio.ensure_future(
            run_in_thread(
                lambda stop: trino.run(text, (), user="nlq-loader", max_rows=1, timeout_s=120, cancel=stop),
                cancel,
                blocking=False,
            )
        )
        await asyncio.sleep(3)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        import json
        import urllib.request

        request = urllib.request.Request(loaded["NLQ_TRINO_URL"] + "/v1/query", headers={"X-Trino-User": "nlq-loader"})
        listed = json.load(await asyncio.to_thread(urllib.request.urlopen, request, timeout=10))
        mine = [one["state"] for one in listed if "slow two" in one["query"]]
        assert mine
        assert "RUNNING" not in mine
        with pytest.raises(TimedOut):
            trino.run(text, (), user="nlq-loader", max_rows=1, timeout_s=2)

    async def late():
        database = Postgres(loaded["NLQ_POSTGRES_URL"])
        with pytest.raises(TimedOut):
            await database.run("SELECT pg_sleep(30)", (), max_rows=1, timeout_s=0.3)
        await database.close()

    asyncio.run(postgres())
    asyncio.run(late())
    asyncio.run(cluster())


@pytest.mark.parametrize(("name", "url"), [
    ("NLQ_POSTGRES_URL", "postgresql://nlq_reader:wrong@127.0.0.1:{port}/scout"),
    ("NLQ_POSTGRES_URL", "postgresql://nlq_reader:reader@127.0.0.1:1/scout"),
    ("NLQ_POSTGRES_URL", "postgresql://nlq_reader:reader@127.0.0.1:{port}/nowhere"),
])  # fmt: skip
def test_a_wrong_url_is_said_without_its_secrets(loaded, home, name, url):
    from urllib.parse import urlsplit

    port = urlsplit(loaded["NLQ_POSTGRES_URL"]).port
    with served(loaded, home, **{name: url.format(port=port)}) as one:
        answer = one.query(HOT, one.settings.principal("analyst@tingi"))
    assert (answer.status, answer.reason.code) == ("failed", "engine_down")
    for secret in ("wrong", "reader", "127.0.0.1", "nowhere"):
        assert secret not in answer.to_json_text().replace('"reader"', "")

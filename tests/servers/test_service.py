"""The service over PostgreSQL, Trino and Redis: whose rows each surface shows, and what it says while servers go and come back."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from dataclasses import replace

import httpx
import jwt
import pytest
from helpers import ROOT, Door, listening, serving

from nlq.drivers.asyncpg import Owner
from nlq.settings import load
from nlq.values import Principal

SECRET = "0123456789abcdef0123456789abcdef"
TENANTS = ("tingi", "suki", "bodega")
HOT = "top 5 stores last 7 days"
BOTH = "monthly revenue by island group this year"
COLD = {"metrics": ["revenue"], "dimensions": ["region"], "period": {"start": "2026-03-01", "end": "2026-03-31"}}


def settings_over(loaded, tmp_path, **doors):
    urls = {name: loaded[name] for name in ("NLQ_POSTGRES_URL", "NLQ_TRINO_URL", "NLQ_REDIS_URL")}
    more = {"NLQ_JWT_SECRET": SECRET, "NLQ_STATE": str(tmp_path), "NLQ_REQUESTS_PER_MINUTE": "1000"}
    return load(ROOT / "nlq.toml", env={**urls, **more, **{name: door.url for name, door in doors.items()}})


@contextmanager
def service(loaded, tmp_path, **doors):
    """The service as processes see it: over HTTP."""
    with (
        listening(settings_over(loaded, tmp_path, **doors)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def bearer(org_id="tingi", regions="*"):
    claims = {"sub": f"analyst@{org_id}", "org_id": org_id, "regions": regions, "exp": time.time() + 86_400}
    return {"Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"}


def plain(rows):
    return [[cell.isoformat() if hasattr(cell, "isoformat") else float(cell) if not isinstance(cell, (str, int)) else cell for cell in row]
            for row in rows]  # fmt: skip


@pytest.mark.parametrize("question", [HOT, BOTH])
def test_rest_shows_each_tenant_the_rows_of_the_file(loaded, tmp_path, assistant, question):
    with service(loaded, tmp_path) as client:
        for org_id in TENANTS:
            found = client.post("/v1/ask", json={"question": question}, headers=bearer(org_id)).json()
            assert found["status"] == "answered", found["text"]
            assert found["rows"] == plain(
                assistant.ask(question, assistant.settings.principal(f"analyst@{org_id}")).rows
            )
            assert (
                found["provenance"]["tiers"] == {"hot": True, "cold": question == BOTH, "watermark": "2026-10-17"}
                or question != HOT
            )
        less = client.post("/v1/ask", json={"question": HOT}, headers=bearer(regions=["NCR"])).json()
        assert less["rows"] == plain(assistant.ask(HOT, assistant.settings.principal("ncr-analyst@tingi")).rows)


def test_slack_shows_each_tenant_the_rows_of_the_file(loaded, tmp_path, assistant):
    import sys

    sys.path.insert(0, str(ROOT / "tests" / "surfaces"))
    from slack_api import SIGNING, TEAM, event, send, slack, table

    from nlq.surfaces.slack.app import over_http

    people = {f"{TEAM}/U{index}": Principal(f"analyst@{org}", org, regions="*") for index, org in enumerate(TENANTS)}
    with slack() as api:
        base = settings_over(loaded, tmp_path)
        ready = replace(
            base,
            slack_users=people,
            slack_bot_token="xoxb-1",
            slack_signing_secret=SIGNING,
            slack_api_url=f"{api.url}/api/",
        )
        with serving(over_http(ready, "auto")) as address:
            for index, org_id in enumerate(TENANTS):
                send(address, event(HOT, user=f"U{index}", ident=f"Ev{time.time_ns()}"))
                rows = assistant.ask(HOT, assistant.settings.principal(f"analyst@{org_id}")).rows
                assert table(api.said(index + 1)[-1]) == [[name, f"₱{money:,.2f}"] for name, money in rows]


def comes_back(client, query, expected):
    """Answered again within some seconds, without a restart."""
    for _ in range(60):
        found = client.post("/v1/query", json=query, headers=bearer()).json()
        if found["status"] == "answered" and not found["provenance"]["warnings"]:
            assert found["rows"] == expected
            return
        time.sleep(0.25)
    pytest.fail(f"it did not come back: {found['text']}")


def fresh(query):
    """The same rows under a statement that nobody kept."""
    return {**query, "limit": time.time_ns() % 900_000 + 1_000}


def test_one_running_service_lives_through_all_of_them(loaded, tmp_path, assistant):
    """Redis, then Trino, then PostgreSQL go and come back under one process, which is never restarted."""
    names = ("NLQ_POSTGRES_URL", "NLQ_TRINO_URL", "NLQ_REDIS_URL")
    doors = {name: Door(loaded[name]) for name in names}
    hot = {"metrics": ["revenue"], "dimensions": ["region"], "period": {"start": "2026-11-01", "end": "2026-11-14"}}
    asker = assistant.settings.principal("analyst@tingi")
    expected = {name: plain(assistant.query(query, asker).rows) for name, query in (("hot", hot), ("cold", COLD))}

    with service(loaded, tmp_path, **doors) as client:

        def ask(query):
            response = client.post("/v1/query", json=query, headers=bearer())
            assert response.status_code == 200
            assert "127.0.0.1" not in response.text
            return response.json()

        assert ask(hot)["rows"] == expected["hot"]
        assert ask(COLD)["rows"] == expected["cold"]

        doors["NLQ_REDIS_URL"].shut()
        assert (ask(hot)["rows"], ask(COLD)["rows"]) == (expected["hot"], expected["cold"])
        doors["NLQ_REDIS_URL"].open()
        time.sleep(2.2)  # a server that failed is left alone for two seconds
        ask(hot)
        assert ask(hot)["cache"]["hit"]

        doors["NLQ_TRINO_URL"].shut()
        assert ask(fresh(hot))["rows"] == expected["hot"]
        away = ask(fresh(COLD))
        assert (away["status"], away["reason"]["code"]) == ("declined", "engine_down")
        assert ask(COLD)["rows"] == expected["cold"]  # what was kept is still right
        doors["NLQ_TRINO_URL"].open()
        comes_back(client, fresh(COLD), expected["cold"])

        doors["NLQ_POSTGRES_URL"].shut()
        kept = ask(hot)
        assert kept["rows"] == expected["hot"]
        assert kept["cache"]["hit"]
        assert any("cannot be reached" in line for line in kept["provenance"]["warnings"])
        assert ask(fresh(hot))["reason"]["code"] == "engine_down"
        assert client.get("/healthz").status_code == 200
        doors["NLQ_POSTGRES_URL"].open()
        comes_back(client, fresh(hot), expected["hot"])
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_client_that_goes_away_takes_its_statement_along(loaded, tmp_path, accept):
    """A lock holds the statement back in PostgreSQL; when the client leaves, it is no longer in the server's list."""

    waiting = "select count(*) from pg_locks where not granted and relation = 'scout.dim_store'::regclass"

    async def until(owner, count):
        for _ in range(100):
            if (await owner.rows(waiting))[0][0] == count:
                return
            await asyncio.sleep(0.1)
        pytest.fail(f"PostgreSQL does not list {count} waiting statements of ours")

    async def work():
        with service(loaded, tmp_path) as client:
            client.post("/v1/ask", json={"question": HOT}, headers=bearer())
            question = {"question": f"top {time.time_ns() % 900 + 50} stores last 9 days"}
            url = loaded["SERVERS_OWNER_URL"]
            async with Owner(url) as holder, Owner(url) as looker, holder.transaction():
                await holder.execute("lock table scout.dim_store in access exclusive mode")
                async with httpx.AsyncClient(base_url=str(client.base_url), timeout=60) as leaving:
                    headers = {**bearer(), "Accept": accept}
                    task = asyncio.ensure_future(leaving.post("/v1/ask", json=question, headers=headers))
                    await until(looker, 1)
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
                await until(looker, 0)

    asyncio.run(work())

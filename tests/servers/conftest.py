"""Real PostgreSQL, Redis and Trino: the demo loaded once, and doors in front of them that can be shut.

`scripts/servers up` starts them and leaves their URLs in .servers/env. Without them these tests skip and say so; what
NLQ_REQUIRE names (postgres,redis,trino) fails instead.
"""

from __future__ import annotations

import asyncio
import os
import socket
from urllib.parse import urlsplit

import pytest
from helpers import ROOT, one_at_a_time, served

from nlq.drivers.duckdb import connect

NAMES = {"postgres": "NLQ_POSTGRES_URL", "redis": "NLQ_REDIS_URL", "trino": "NLQ_TRINO_URL"}


@pytest.fixture(scope="session")
def urls():
    """The servers' URLs by name, each of which answers on its port."""
    path = ROOT / ".servers" / "env"
    found = dict(line.split("=", 1) for line in path.read_text().split()) if path.is_file() else {}
    required = set(filter(None, os.environ.get("NLQ_REQUIRE", "").split(",")))
    for name, key in NAMES.items():
        parts = urlsplit(found.get(key, ""))
        try:
            socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 1), timeout=5).close()
        except OSError:
            said = f"{name} does not answer: `make servers` starts it"
            if name in required:
                pytest.fail(said)
            pytest.skip(said)
    return found


@pytest.fixture(scope="session")
def loaded(urls, warehouse):
    """The servers hold the demo, its last 30 days hot; gives their URLs."""
    from nlq.drivers.asyncpg import Owner
    from nlq.drivers.iceberg import Lake
    from nlq.warehouse.load import load

    async def work():
        async with Owner(urls["SERVERS_OWNER_URL"]) as owner:
            lake = Lake(urls["SERVERS_LAKE_URL"], urls["SERVERS_LAKE_FOLDER"])
            await load(warehouse, owner, lake)
            lake.close()

    with one_at_a_time(ROOT / ".servers" / "load.lock"):
        asyncio.run(work())
    return urls


@pytest.fixture(scope="session")
def stack(loaded, home):
    """The assistant over the servers, without a cache."""
    with served(loaded, home) as opened:
        yield opened


@pytest.fixture(scope="module")
def engines(urls):
    """Runs a text on DuckDB, PostgreSQL or Trino, by the dialect's name; nothing is read but what stands in it."""
    import asyncpg
    import trino

    parts = urlsplit(urls["NLQ_TRINO_URL"])
    there = trino.dbapi.connect(host=parts.hostname, port=parts.port, user="nlq-loader", catalog="hot", schema="scout")
    loop = asyncio.new_event_loop()
    postgres = loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"]))
    with connect() as duck:

        def run(dialect, text):
            if dialect == "duckdb":
                return duck.execute(text).fetchall()
            if dialect == "postgres":
                return [tuple(row.values()) for row in loop.run_until_complete(postgres.fetch(text))]
            cursor = there.cursor()
            cursor.execute(text)
            return [tuple(row) for row in cursor.fetchall()]

        yield run
    loop.run_until_complete(postgres.close())
    loop.close()
    there.close()

"""Generated models with data and generated queries on PostgreSQL and on Trino: the same rows as plain Python gives."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from any_model import load, worlds
from any_model.compare import check

TYPES = {**load.TYPES, "number": "DOUBLE PRECISION", "string": "TEXT"}
pytestmark = pytest.mark.slow
WORLDS, QUERIES = 25, 6


class Servers:
    """The worlds' tables in PostgreSQL, and Trino over them."""

    def __init__(self, urls):
        import asyncpg
        import trino

        self.loop = asyncio.new_event_loop()
        self.owner = self.loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"], statement_cache_size=0))
        self.run("DROP SCHEMA IF EXISTS world CASCADE")
        self.run("CREATE SCHEMA world")
        self.run("GRANT USAGE ON SCHEMA world TO PUBLIC")
        parts = urlsplit(urls["NLQ_TRINO_URL"])
        self.trino = trino.dbapi.connect(
            host=parts.hostname, port=parts.port, user="nlq-loader", catalog="hot", schema="world"
        )

    def run(self, text, *values):
        return self.loop.run_until_complete(self.owner.fetch(text, *values))

    def fill(self, world):
        for create, insert, rows in load.statements(world, TYPES)[1:]:
            self.run(f"DROP TABLE IF EXISTS {insert.split()[2]}")
            self.run(create)
            if rows:
                marks = ", ".join(f"${number}" for number in range(1, len(rows[0]) + 1))
                self.loop.run_until_complete(self.owner.executemany(f"{insert}({marks})", rows))
        self.run("GRANT SELECT ON ALL TABLES IN SCHEMA world TO PUBLIC")

    def rows(self, dialect, text, values):
        if dialect == "postgres":
            return [tuple(plain(cell) for cell in row.values()) for row in self.run(text, *values)]
        cursor = self.trino.cursor()
        cursor.execute(text, values)
        return [tuple(plain(cell) for cell in row) for row in cursor.fetchall()]

    def close(self):
        self.run("DROP SCHEMA world CASCADE")
        self.loop.run_until_complete(self.owner.close())
        self.loop.close()
        self.trino.close()


def plain(cell):
    """A whole decimal of a sum of integers is an integer to both."""
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, (date, str)) else int(cell) if isinstance(cell, Decimal) and cell.as_tuple().exponent == 0 else cell  # fmt: skip


@pytest.fixture(scope="module")
def servers(urls):
    made = Servers(urls)
    yield made
    made.close()


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_query_gives_what_its_definition_says(servers, seed):
    world = worlds.world(seed, (0, 2, 6, 15, 30)[seed % 5])
    model = load.model_of(world)
    servers.fill(world)
    for number in range(QUERIES):
        query = worlds.fitted(worlds.query(seed * 1000 + number), world)
        org = worlds.ORGS[number % 2]
        snapshot = load.snapshot_of(world, org)
        for dialect in ("postgres", "trino") if number % 3 == 0 else ("postgres",):

            def run(one, asked, org, dialect=dialect, snapshot=snapshot):
                def fetch(text, values):
                    print(dialect, asked, text, sep="\n")
                    return servers.rows(dialect, text, values)

                return load.answer(one, asked, snapshot, org, dialect, fetch)

            check(run, model, world, query, org)

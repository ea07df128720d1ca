"""SQL that somebody wrote raises on PostgreSQL as little as it does on DuckDB, whatever is in the rows."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from guard import boundaries
from guard.tables import fill_postgres
from guard.test_differential import MODEL
from guard.test_total import ALL, drafted

from nlq.errors import UnsafeSql
from nlq.policy.scope import scope

pytestmark = pytest.mark.slow
SCHEMA = "twins_edges"
HERE = replace(MODEL, header=replace(MODEL.header, schema_=SCHEMA))
STATEMENTS = 1_500


@pytest.fixture(scope="module")
def run(urls):
    import asyncpg

    loop = asyncio.new_event_loop()
    owner = loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"]))
    loop.run_until_complete(fill_postgres(owner, MODEL, boundaries.rows(), SCHEMA))
    yield lambda text, *values: loop.run_until_complete(owner.execute(f"SELECT count(*) FROM ({text}) AS whole", *values) if not values else owner.fetchval(f"SELECT count(whole.*) FROM ({text}) AS whole", *values))  # fmt: skip
    loop.run_until_complete(owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE"))
    loop.run_until_complete(owner.close())
    loop.close()


def test_no_statement_raises_at_the_edges_of_types(run):
    import asyncpg

    ran = 0
    for seed in range(STATEMENTS):
        text = boundaries.statement(seed, figures=False)  # a sum of doubles overflows there: of the asker's own
        statement = drafted(text, HERE)
        if statement is None:
            continue
        try:
            scoped, values = scope(statement, ALL, HERE).sql("postgres")
        except UnsafeSql:  # PostgreSQL has no safe way to write it
            continue
        try:
            run(scoped, *values)
        except asyncpg.PostgresError as problem:
            pytest.fail(f"{type(problem).__name__}: {problem}\n{text}\n{scoped}")
        ran += 1
    assert ran > STATEMENTS / 4

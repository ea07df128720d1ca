"""Date functions of the callers' dialect: DuckDB and PostgreSQL give what Trino gives."""

from __future__ import annotations

import asyncio
import random
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import sqlglot
from sqlglot.optimizer.annotate_types import annotate_types

from nlq.drivers.duckdb import connect
from nlq.sql.dialect import render

EDGES = [(date(2024, 1, 31), date(2024, 2, 29)), (date(2025, 1, 31), date(2025, 2, 28)), (date(2025, 2, 28), date(2025, 3, 31)),
         (date(2024, 2, 29), date(2025, 2, 28)), (date(2025, 12, 31), date(2025, 11, 30)), (date(2025, 3, 31), date(2025, 2, 28)),
         (date(2025, 3, 30), date(2025, 2, 28)), (date(2026, 10, 16), date(2026, 11, 15))]  # fmt: skip
ASKED = [*(f"date_diff('{unit}', a, b)" for unit in ("day", "week", "month", "quarter", "year")), "extract(DOW FROM a)", "day_of_week(b)",
         "last_day_of_month(a)", "date_add('month', 1, a)", "week(a)", "quarter(b)", "day_of_year(a)"]  # fmt: skip


@pytest.fixture(scope="module")
def engines(urls):
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


@pytest.mark.parametrize("asked", ASKED)
def test_engines_agree(engines, asked):
    pick = random.Random(5)
    pairs = [*EDGES, *((first, first + timedelta(days=pick.randint(-500, 500))) for first in
                       (date(2024, 1, 1) + timedelta(days=pick.randint(0, 800)) for _ in range(120)))]  # fmt: skip
    values = ", ".join(f"(DATE '{a}', DATE '{b}')" for a, b in pairs)
    tree = annotate_types(sqlglot.parse_one(f"SELECT CAST(a AS VARCHAR) AS x, CAST(b AS VARCHAR) AS y, CAST({asked} AS VARCHAR) AS z FROM (VALUES {values}) AS t(a, b)", read="trino"), dialect="trino")  # fmt: skip
    for column in tree.find_all(sqlglot.exp.Column):
        column.type = "date"
    tree = annotate_types(tree, dialect="trino", overwrite_types=False)
    expected = sorted(engines("trino", render(tree, "trino")))
    assert sorted(engines("duckdb", render(tree, "duckdb"))) == expected
    assert sorted(engines("postgres", render(tree, "postgres"))) == expected

"""The embedded engine's fence: read-only, no files, locked, interrupted in time, and errors in our words."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import duckdb
import pytest

from nlq.drivers.duckdb import DuckDBFile, mapped
from nlq.errors import EngineDown, Internal, NlqError, TimedOut, TooExpensive

SLOW = "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE hash(a.range + b.range) % 7 = 1"


@pytest.fixture
def opened(warehouse):
    file = DuckDBFile(warehouse, memory_limit="500MB", threads=2, timezone="Asia/Manila")
    yield file
    file.close()


def run(file, text, **more):
    return file.run(text, {}, **{"max_rows": 10, "timeout_s": 10.0, **more})


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE scout.x (i INTEGER)",
        "DELETE FROM scout.dim_store",
        "SELECT * FROM read_csv('/etc/hostname')",
        "COPY scout.dim_store TO '/tmp/nlq-test-out.csv'",
        "ATTACH '/tmp/nlq-test.duckdb' AS other",
        "SET threads = 8",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_the_engine_is_a_second_wall(opened, text):
    with pytest.raises(NlqError):
        run(opened, text)


def test_a_late_query_is_interrupted_and_the_connection_lives_on(opened):
    started = time.monotonic()
    with pytest.raises(TimedOut):
        run(opened, SLOW, timeout_s=0.5)
    assert time.monotonic() - started < 5
    assert run(opened, "SELECT count(*) FROM scout.regions").rows == ((18,),)


def test_cancelling_a_task_interrupts_the_engine(warehouse, assistant):
    from nlq.engines.base import Limits
    from nlq.engines.duckdb import DuckDBEngine

    async def cancelled() -> float:
        engine = DuckDBEngine(warehouse, assistant.model, memory_limit="500MB", threads=2, blocking=False)
        text = "SELECT count(*) FROM silver_transactions_cleaned a, silver_transactions_cleaned b WHERE a.peso_value * b.peso_value > 7"
        scoped = assistant.scope(text, assistant.settings.principal(None))
        task = asyncio.create_task(engine.run(scoped, Limits(timeout_s=60.0)))
        await asyncio.sleep(0.7)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await engine.close()
        return time.monotonic() - started

    assert asyncio.run(cancelled()) < 10


def test_rows_are_cut_and_said_to_be(opened):
    found = run(opened, "SELECT * FROM range(5000)", max_rows=2000)
    assert (len(found.rows), found.truncated) == (2000, True)
    assert run(opened, "SELECT * FROM range(10)").truncated is False


def test_an_engine_error_keeps_its_text_to_itself(opened):
    with pytest.raises(Internal) as caught:
        run(opened, "SELECT CAST(store_name AS INTEGER) FROM scout.dim_store")
    assert "store" not in caught.value.public.lower()


def test_every_error_of_the_driver_becomes_ours():
    """A walk over DuckDB's own classes: none gets past the driver."""
    kinds = [kind for kind in vars(duckdb).values() if isinstance(kind, type) and issubclass(kind, duckdb.Error)]
    assert len(kinds) > 20
    for kind in kinds:
        assert isinstance(mapped(kind("secret value"), timeout_s=1.0), NlqError)


def test_money_and_days_stay_exact(opened):
    found = run(opened, "SELECT sum(peso_value), min(date_key) FROM scout.silver_transactions_cleaned")
    assert isinstance(found.rows[0][0], Decimal)
    assert found.rows[0][1].isoformat() == "2024-01-01"


def test_a_file_named_as_its_schema_is_served(warehouse, tmp_path):
    """DuckDB takes a file's name for its catalog: scout.duckdb would hide the schema scout."""
    link = tmp_path / "scout.duckdb"
    link.symlink_to(warehouse)
    file = DuckDBFile(link)
    assert run(file, "SELECT count(*) FROM scout.regions").rows == ((18,),)
    file.close()


def test_a_missing_file(tmp_path):
    with pytest.raises(EngineDown):
        DuckDBFile(tmp_path / "none.duckdb")


def test_a_result_of_too_much_text_is_declined(opened):
    """In the first rows already, and as the last of many."""
    with pytest.raises(TooExpensive, match=r"more than 0\.001 MB"):
        run(opened, "SELECT repeat('x', 2000) AS x", max_bytes=1_000)
    long = "SELECT repeat('x', 100) AS x FROM range(5000)"
    with pytest.raises(TooExpensive):
        run(opened, long, max_rows=5_000, max_bytes=499_999)
    assert len(run(opened, long, max_rows=5_000, max_bytes=500_000).rows) == 5_000


def test_a_date_beyond_pythons_years_is_a_failure_of_ours(opened):
    with pytest.raises(Internal):
        run(opened, "SELECT TIMESTAMPTZ '9999-12-31 23:00:00+00' AS x")

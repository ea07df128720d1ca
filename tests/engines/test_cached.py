"""Kept results: the same rows of the same types, one run for many who ask at once, and never what may not be kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlq.engines.base import Limits
from nlq.engines.cached import CachedEngine, InProcess, decode, encode
from nlq.engines.duckdb import DuckDBEngine
from nlq.values import Column, Result

LIMITS = Limits()
SQL = "SELECT region, sum(peso_value) AS v, count(*) AS n, max(date_key) AS d FROM silver_transactions_cleaned GROUP BY region"


class Counted(DuckDBEngine):
    """The real engine, counting its runs."""

    runs = 0

    async def run(self, scoped, limits, snapshot=None):
        self.runs += 1
        return await super().run(scoped, limits, snapshot)


@pytest.fixture
def counted(warehouse, assistant):
    return Counted(warehouse, assistant.model, memory_limit="500MB", threads=2, blocking=False)


def kept_by(engine, assistant, store=None, **changed):
    given = {"ttl_s": 60, "max_bytes": 1_000_000} | changed
    return CachedEngine(engine, store or InProcess(), assistant.model.hash, **given)


def ask(assistant, name="analyst@tingi", sql=SQL):
    return assistant.scope(sql, assistant.settings.principal(name))


def test_many_at_once_run_it_once_and_the_next_finds_it(counted, assistant):
    async def work():
        engine = kept_by(counted, assistant)
        snapshot = await engine.snapshot("tingi")
        found = await asyncio.gather(*(engine.run(ask(assistant), LIMITS, snapshot) for _ in range(12)))
        again = await engine.run(ask(assistant), LIMITS, snapshot)
        other = await engine.run(ask(assistant, "ncr-analyst@tingi"), LIMITS, snapshot)
        await engine.close()
        return found, again, other

    found, again, other = asyncio.run(work())
    assert counted.runs == 2
    assert {one.rows for one in found} == {again.rows}
    assert again.age_s is not None
    assert [type(cell) for cell in again.rows[0]] == [type(cell) for cell in found[0].rows[0]]
    assert {row[0] for row in other.rows} == {"NCR"}


def test_who_leaves_does_not_take_the_others_with_them(counted, assistant):
    async def work():
        engine = kept_by(counted, assistant)
        snapshot = await engine.snapshot("tingi")
        first = asyncio.ensure_future(engine.run(ask(assistant), LIMITS, snapshot))
        second = asyncio.ensure_future(engine.run(ask(assistant), LIMITS, snapshot))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        rows = (await second).rows
        await engine.close()
        return rows

    assert len(asyncio.run(work())) > 10
    assert counted.runs == 1


@pytest.mark.parametrize("why", ["too large", "unmasked", "damaged", "another publication"])
def test_what_is_not_kept_or_not_found(counted, assistant, why):
    class Damaged(InProcess):
        async def get(self, key):
            found = await super().get(key)
            return found and found[:-7]

    async def work():
        engine = kept_by(
            counted, assistant, Damaged() if why == "damaged" else None, max_bytes=50 if why == "too large" else 10**6
        )
        snapshot = await engine.snapshot("tingi")
        scoped = (
            ask(assistant, "manager@tingi", "SELECT full_name FROM dim_customer LIMIT 3")
            if why == "unmasked"
            else ask(assistant)
        )
        await engine.run(scoped, LIMITS, snapshot)
        if why == "another publication":
            from dataclasses import replace

            snapshot = replace(snapshot, publication="2")
        second = await engine.run(scoped, LIMITS, snapshot)
        await engine.close()
        return second

    assert asyncio.run(work()).age_s is None
    assert counted.runs == 2


def test_the_store_in_process_forgets_what_was_used_longest_ago():
    async def work():
        store = InProcess(max_bytes=100)
        for name in "abc":
            await store.put(name, b"x" * 40, 60)
            await store.get("a")
        await store.put("gone", b"x", -1)
        return [name for name in ("a", "b", "c", "gone") if await store.get(name)]

    assert asyncio.run(work()) == ["a", "c"]


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(),
    st.decimals(allow_nan=False, allow_infinity=False), st.dates(date(1900, 1, 1)), st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)  # fmt: skip


@given(st.lists(st.tuples(CELLS, CELLS), max_size=20))
def test_every_cell_comes_back_as_it_was(rows):
    columns = (Column("a", "A", "string", None, "dimension"), Column("b", "B", "number", "PHP", "metric"))
    before = Result(columns, tuple(rows), truncated=False, engine="duckdb", sql="SELECT 1", execute_ms=1.0)
    after = decode(encode(before))
    assert after.columns == before.columns
    assert after.rows == before.rows
    assert [[type(cell) for cell in row] for row in after.rows] == [[type(cell) for cell in row] for row in before.rows]


@given(st.binary(max_size=200))
def test_anything_else_is_a_miss(data):
    assert decode(data) is None


def test_a_cell_without_a_form_is_not_kept():
    assert encode(Result((), ((object(),),), truncated=False, engine="duckdb", sql="", execute_ms=0.0)) is None
    assert (
        encode(Result((), ((Decimal("1.10"),),), truncated=False, engine="duckdb", sql="", execute_ms=0.0)) is not None
    )

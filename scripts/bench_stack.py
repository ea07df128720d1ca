"""What ours costs over the same SQL written by hand, on the running servers, as ratios in one run.

make bench-stack        (after make demo-stack)

Each pair runs interleaved; the smaller half of the times is averaged, for the machine is shared. "ours" is the whole of
Assistant.query: snapshot, compile, guard, run, answer, and the second look at what is published.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

import asyncpg
import redis.asyncio

from nlq.api import Assistant
from nlq.drivers.trino import Trino
from nlq.settings import load

ROOT = Path(__file__).parents[1]
HOT = {"metrics": ["revenue"], "dimensions": ["region"], "period": {"start": "2026-10-17", "end": "2026-11-15"}}
COLD = {**HOT, "period": {"start": "2026-03-01", "end": "2026-03-31"}}
BOTH = {**HOT, "dimensions": ["date.month"], "period": {"start": "2026-03-10", "end": "2026-11-12"}}
HAND_HOT = """SELECT region, sum(daily_revenue) FROM scout.gold_daily_aggregates
    WHERE org_id = 'tingi' AND date_key BETWEEN DATE '2026-10-17' AND DATE '2026-11-15' GROUP BY region ORDER BY 2 DESC"""
HAND_COLD = "SELECT region, sum(revenue) FROM cold.scout.gold_regional_performance WHERE org_id = 'tingi' AND month = DATE '2026-03-01' GROUP BY region"
HAND_BOTH = """SELECT m, sum(v) FROM (
    SELECT date_trunc('month', date_key) m, sum(daily_revenue) v FROM hot.scout.gold_daily_aggregates
    WHERE org_id = 'tingi' AND date_key BETWEEN DATE '2026-10-17' AND DATE '2026-11-12' GROUP BY 1
    UNION ALL SELECT date_trunc('month', date_key) m, sum(daily_revenue) v FROM cold.scout.gold_daily_aggregates
    WHERE org_id = 'tingi' AND date_key BETWEEN DATE '2026-03-10' AND DATE '2026-10-16' GROUP BY 1) GROUP BY m ORDER BY m"""


async def main() -> None:
    """Print a line a pair."""
    found = load(ROOT / "nlq.toml")
    if not (found.server_url and found.trino_url and found.redis_url):
        raise SystemExit("bench-stack: no servers are configured: make demo-stack")
    from dataclasses import replace

    plain, kept = Assistant(replace(found, redis_url="", cache_max_kb=0)), Assistant(found)
    asker = found.principal("analyst@tingi")
    connection = await asyncpg.connect(found.server_url)
    cluster, cache = Trino(found.trino_url), redis.asyncio.Redis.from_url(found.redis_url)
    await cache.set("bench", b"x" * 2_000)

    async def by_hand() -> None:
        async with connection.transaction(readonly=True):
            await connection.execute(
                "SELECT set_config('request.jwt.claims', $1, true)", '{"org_id": "tingi", "regions": "*"}'
            )
            await connection.fetch(HAND_HOT)

    async def least(claims: bool) -> None:  # noqa: FBT001 - of this script alone
        """The smallest transaction, with the asker's claims set for it or without."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if claims:
                await connection.execute(
                    "SELECT set_config('statement_timeout', $1, true), set_config('request.jwt.claims', $2, true)", "30000", '{"org_id": "tingi"}'
                )  # fmt: skip
            await connection.fetch("SELECT 1")

    def in_trino(text: str) -> object:
        return asyncio.to_thread(cluster.run, text, (), user="bench", max_rows=1_000, timeout_s=60)

    pairs = {
        "hot, PostgreSQL": (lambda: plain.query(HOT, asker), by_hand, 40),
        "cold, Trino": (lambda: plain.query(COLD, asker), lambda: in_trino(HAND_COLD), 12),
        "hot and cold, Trino": (lambda: plain.query(BOTH, asker), lambda: in_trino(HAND_BOTH), 12),
        "claims in a transaction": (lambda: least(True), lambda: least(False), 200),
        "kept in Redis, over one GET": (lambda: kept.query(HOT, asker), lambda: cache.get("bench"), 40),
    }
    print(f"{'':<30} {'ours ms':>9} {'by hand':>9} {'ratio':>7}")
    for name, (ours, theirs, times) in pairs.items():
        mine, hand = [], []
        for _ in range(times + 2):
            for work, into in ((ours, mine), (theirs, hand)):
                started = time.perf_counter()
                await work()
                into.append((time.perf_counter() - started) * 1_000)
        a, b = (statistics.mean(sorted(one[2:])[: times // 2]) for one in (mine, hand))
        print(f"{name:<30} {a:>9.2f} {b:>9.2f} {a / b:>7.2f}")
    await connection.close()
    await cache.aclose()
    for one in (plain, kept):
        await one.__aexit__(None, None, None)


if __name__ == "__main__":
    asyncio.run(main())

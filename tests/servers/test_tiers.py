"""Hot and cold: who is asked for what, and the same figures wherever the watermark stands, and while it moves."""

from __future__ import annotations

import asyncio
import threading
from datetime import date

import pytest
from helpers import ROOT, one_at_a_time, served

from nlq.drivers.asyncpg import Owner, Postgres
from nlq.drivers.trino import Trino
from nlq.errors import BadRequest, UnsafeSql, WarehouseError
from nlq.values.query import SemanticQuery
from nlq.warehouse import tier
from nlq.warehouse.load import publish
from nlq.warehouse.tables import DERIVED

START = date(2026, 10, 17)


def plan_of(stack, urls, query):
    """The cluster's own plan for a scoped query."""
    principal = stack.settings.principal("ncr-analyst@tingi")
    from nlq.policy.scope import scope

    scoped = scope(stack.compile(query), principal, stack.model)
    text, values = scoped.sql("trino")
    for value in values:  # EXPLAIN takes no parameters
        text = text.replace("?", f"'{value}'", 1)
    rows = Trino(urls["NLQ_TRINO_URL"]).run(f"EXPLAIN {text}", (), user="test", max_rows=100, timeout_s=60).rows
    return scoped, "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("metrics", [["revenue"], ["unique_customers", "average_basket"], ["units"]])
@pytest.mark.parametrize(("period", "tiers"), [
    (("2026-10-17", "2026-11-15"), {"hot"}), (("2026-11-01", "2026-11-15"), {"hot"}),
    (("2026-03-01", "2026-03-31"), {"cold"}), (("2024-01-01", "2026-10-16"), {"cold"}),
    (("2026-10-16", "2026-10-17"), {"hot", "cold"}), (("2026-08-03", "2026-11-08"), {"hot", "cold"}),
])  # fmt: skip
def test_a_tier_that_cannot_contribute_is_not_scanned(stack, loaded, metrics, period, tiers):
    query = SemanticQuery.from_json(
        {"metrics": metrics, "dimensions": ["store_type"], "period": {"start": period[0], "end": period[1]}}
    )
    scoped, plan = plan_of(stack, loaded, query)
    assert scoped.tiers == tiers
    assert {name for name in ("hot", "cold") if f"table = {name}:" in plan} == tiers
    answer = stack.query(query, stack.settings.principal("ncr-analyst@tingi"))
    assert answer.provenance.engine == ("postgres" if tiers == {"hot"} else "trino")
    assert answer.provenance.watermark == START


@pytest.fixture
def movable(loaded):
    """The watermark may be moved; afterwards it is back, and with it what the hot tier derives."""

    async def back():
        async with Owner(loaded["SERVERS_OWNER_URL"]) as owner:
            content, snapshots = (await owner.rows("SELECT content, cold_snapshots FROM nlq.tier_watermark"))[0]
            async with owner.transaction():
                import json

                await publish(owner, START, json.loads(snapshots), content)
                for one in DERIVED:
                    await owner.execute(f"REFRESH MATERIALIZED VIEW scout_private.{one.name}_hot")

    with one_at_a_time(ROOT / ".servers" / "load.lock"):
        yield loaded
        asyncio.run(back())


def move(urls, to):
    async def work():
        async with Owner(urls["SERVERS_OWNER_URL"]) as owner:
            return await tier.move(owner, Trino(urls["NLQ_TRINO_URL"]), to)

    return asyncio.run(work())


QUERIES = [
    {"metrics": ["revenue", "transactions", "unique_customers"], "dimensions": ["date.month"],
     "period": {"start": "2026-09-01", "end": "2026-11-15"}},
    {"metrics": ["revenue", "unique_customers"], "dimensions": ["region"], "period": {"start": "2026-10-01", "end": "2026-10-31"}},
    {"metrics": ["revenue"], "dimensions": ["category"], "period": {"start": "2026-10-05", "end": "2026-11-10"}},
]  # fmt: skip
BY_MONTH = """SELECT r.month, r.revenue, b.revenue AS from_base FROM
    (SELECT month, sum(revenue) AS revenue FROM gold_regional_performance GROUP BY month) r
    LEFT JOIN (SELECT date_trunc('month', date_key) AS month, sum(peso_value) AS revenue FROM silver_transactions_cleaned GROUP BY 1) b
    ON b.month = r.month ORDER BY r.month"""


def test_the_same_figures_while_the_watermark_moves(movable, home, assistant):
    """Through the middle of a month, over its end, and with questions under way all the time."""
    asker = assistant.settings.principal("analyst@tingi")
    expected = [assistant.query(query, asker).rows for query in QUERIES]
    wrong, asked, over = [], [], threading.Event()

    def ask_on():
        with served(movable, home) as opened:
            while not over.is_set():
                for query, rows in zip(QUERIES, expected, strict=True):
                    answer = opened.query(query, asker)
                    asked.append(answer.provenance.watermark)
                    if answer.status != "answered" or answer.rows != rows:
                        wrong.append((query, answer.text, answer.rows[:3]))

    with served(movable, home) as opened:
        thread = threading.Thread(target=ask_on)
        thread.start()
        try:
            for to in (date(2026, 10, 17), date(2026, 10, 25), date(2026, 11, 1), date(2026, 11, 9), date(2026, 11, 9)):
                moved = move(movable, to)
                assert moved.after == to
                by_month = opened.sql(BY_MONTH, asker)
                assert by_month.status == "answered", by_month.text
                assert len(by_month.rows) == 35
                assert all(rollup == base for _, rollup, base in by_month.rows)
                assert by_month.provenance.watermark == to
        finally:
            over.set()
            thread.join()
    assert wrong == []
    assert len(set(asked)) >= 3


def test_moving_back_or_beyond_the_data_is_refused(movable):
    for to in (date(2026, 10, 1), date(2026, 12, 1)):
        with pytest.raises(BadRequest):
            move(movable, to)


def test_cleaning_waits_for_the_grace_time(movable):
    move(movable, date(2026, 10, 20))

    async def work():
        async with Owner(movable["SERVERS_OWNER_URL"]) as owner:
            kept = await tier.clean(owner, grace_s=3_600)
            try:
                async with owner.transaction():
                    removed = await tier.clean(owner, grace_s=0)
                    left = (await owner.rows("SELECT min(date_key) FROM scout.silver_transactions_cleaned"))[0][0]
                    raise WarehouseError("undone: the rows are wanted again")  # noqa: TRY301 - it rolls back
            except WarehouseError:
                return kept, removed, left

    kept, removed, left = asyncio.run(work())
    assert set(kept.values()) == {0}
    assert all(removed.values())
    assert left == date(2026, 10, 20)


def test_nothing_published_is_said(loaded, stack):
    """While it is loaded, or where it never was: not an empty answer."""

    async def work():
        database = Postgres(loaded["SERVERS_OWNER_URL"].rpartition("/")[0] + "/lake")
        from nlq.engines.postgres import PostgresEngine
        from nlq.errors import EngineDown

        engine = PostgresEngine(database, stack.model)
        try:
            with pytest.raises(EngineDown):
                await engine.snapshot("tingi")
        finally:
            await engine.close()

    asyncio.run(work())


def test_what_needs_the_cold_tier_has_no_text_for_postgresql(stack):
    """Its catalogs taken off, both branches would read the hot table."""
    asker = stack.settings.principal("analyst@tingi")
    across = stack.scope("SELECT sum(daily_revenue) AS v FROM gold_daily_aggregates", asker)
    assert across.tiers == {"hot", "cold"}
    with pytest.raises(UnsafeSql):
        across.sql("postgres")


def test_another_engine_by_name_says_what_it_cannot(loaded, home):
    with served(loaded, home, engine="postgres") as one:
        answer = one.sql(
            "SELECT sum(daily_revenue) AS v FROM gold_daily_aggregates", one.settings.principal("analyst@tingi")
        )
    assert (answer.status, answer.reason.code) == ("declined", "engine_down")
    with served(loaded, home, NLQ_TRINO_URL="") as one:
        answer = one.sql(
            "SELECT sum(daily_revenue) AS v FROM gold_daily_aggregates", one.settings.principal("analyst@tingi")
        )
        assert (answer.status, answer.reason.code) == ("declined", "engine_down")
        hot = one.sql(
            "SELECT sum(daily_revenue) AS v FROM gold_daily_aggregates WHERE date_key = DATE '2026-11-15'",
            one.settings.principal("analyst@tingi"),
        )
        assert hot.status == "answered"


def test_an_asker_of_the_loaders_name_is_not_the_loader(loaded, stack):
    from nlq.values import Principal

    asker = Principal("nlq-loader", "tingi", regions="*")
    answer = stack.sql(
        "SELECT count(*) AS n FROM dim_store, gold_regional_performance WHERE month < DATE '2024-03-01'", asker
    )
    assert answer.status == "answered"
    import json
    import urllib.request

    request = urllib.request.Request(loaded["NLQ_TRINO_URL"] + "/v1/query", headers={"X-Trino-User": "nlq-loader"})
    with urllib.request.urlopen(request, timeout=10) as listed:
        users = {one["session"]["user"] for one in json.load(listed)}
    assert "tingi/nlq-loader" in users


@pytest.mark.parametrize("one", DERIVED, ids=lambda one: one.name)
def test_what_postgresql_derives_is_what_the_file_holds(loaded, raw, one):
    """The materialized views' SELECTs, written in a migration, and the transforms that built the file give the same rows."""

    async def work(columns):
        async with Owner(loaded["SERVERS_OWNER_URL"]) as owner:
            return await owner.rows(
                f"SELECT {columns} FROM scout_private.{one.name} WHERE {one.column} >= DATE '2026-09-01'"
            )

    columns = ", ".join(row[0] for row in raw.execute(f"DESCRIBE scout.{one.name}").fetchall())
    theirs = raw.execute(f"SELECT {columns} FROM scout.{one.name} WHERE {one.column} >= DATE '2026-09-01'").fetchall()
    mine = asyncio.run(work(columns))

    def rounded(rows):
        return sorted(tuple(f"{cell:.9g}" if isinstance(cell, float) else str(cell) for cell in row) for row in rows)

    assert rounded(mine) == rounded(theirs)


def test_loading_again_does_nothing_and_another_watermark_is_checked(loaded, warehouse):
    from nlq.drivers.iceberg import Lake
    from nlq.warehouse.load import load

    async def work(**more):
        async with Owner(loaded["SERVERS_OWNER_URL"]) as owner:
            lake = Lake(loaded["SERVERS_LAKE_URL"], loaded["SERVERS_LAKE_FOLDER"])
            before = await owner.rows("SELECT publication FROM nlq.tier_watermark")
            try:
                return await load(warehouse, owner, lake, **more)
            finally:
                lake.close()
                assert await owner.rows("SELECT publication FROM nlq.tier_watermark") == before

    assert asyncio.run(work()).fresh is False
    for day in (date(2023, 1, 1), date(2027, 1, 1)):
        with pytest.raises(BadRequest):
            asyncio.run(work(watermark=day))


def test_migrations_run_twice_and_notice_a_changed_file(loaded, tmp_path):
    from nlq.warehouse.migrate import FOLDER, migrate

    for path in FOLDER.glob("*.sql"):
        (tmp_path / path.name).write_text(path.read_text() + ("-- changed" if path.name.startswith("002") else ""))

    async def work(folder):
        async with Owner(loaded["SERVERS_OWNER_URL"]) as owner:
            return await migrate(owner, folder)

    assert asyncio.run(work(FOLDER)) == ()
    with pytest.raises(WarehouseError, match="002_state"):
        asyncio.run(work(tmp_path))
    (tmp_path / "007_gap.sql").write_text("select 1")
    with pytest.raises(WarehouseError):
        asyncio.run(work(tmp_path))

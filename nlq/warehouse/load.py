"""Load a warehouse file onto the servers: the last days hot in PostgreSQL, everything before them cold in Iceberg.

While it runs nothing is published, and questions are told so; what it publishes at its end, in one row, is the watermark,
the cold tables' snapshots and the version of every table. Stopped half-way it publishes nothing, and can be run again; run
again after its end it finds the same content and does nothing.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from nlq.errors import BadRequest, WarehouseError
from nlq.warehouse.migrate import migrate
from nlq.warehouse.source import SourceFile
from nlq.warehouse.tables import DERIVED, TABLES, Spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.drivers.asyncpg import Owner
    from nlq.drivers.iceberg import Lake

HOT_DAYS = 30
FORMAT = 1  # counts up when the same file would be loaded otherwise


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was published: rows by table and tier; `fresh` is False where it was there already."""

    watermark: date
    hot: dict[str, int]
    cold: dict[str, int]
    seconds: float
    fresh: bool


async def load(path: Path, owner: Owner, lake: Lake, *, watermark: date | None = None, force: bool = False,
               tell: Callable[[str, float], None] = lambda _label, _done: None) -> Loaded:  # fmt: skip
    """Load the file at `path`; `watermark` is the first hot day (without it, 29 days before the last day).

    Raises:
        BadRequest: there is no such file, or the watermark lies outside its days.
        WarehouseError: a server refused, or what was loaded does not add up to what the file holds; nothing is published.
        EngineDown: a server cannot be reached.
    """
    started = time.perf_counter()
    try:
        source = SourceFile(path)
    except duckdb.Error as problem:
        raise BadRequest(
            f"the file is no warehouse ({type(problem).__name__})",
            where=str(path),
            fix="`nlq warehouse demo` makes one",
        ) from None
    with source, tempfile.TemporaryDirectory() as folder:
        first, last = source.days()
        edge = watermark or last - timedelta(days=HOT_DAYS - 1)
        if not first < edge <= last:
            raise BadRequest(
                f"the watermark {edge} lies outside the data",
                where="--watermark",
                fix=f"a day after {first}, up to {last}",
            )
        tell("migrations", 0.0)
        await migrate(owner)
        content = hashlib.sha256(f"{FORMAT}|{source.content()}|{edge}".encode()).hexdigest()[:16]
        if not force and await owner.rows("select 1 from nlq.tier_watermark where content = $1", content):
            return Loaded(edge, {}, {}, time.perf_counter() - started, fresh=False)
        await owner.execute("delete from nlq.tier_watermark")
        snapshots, cold = _fill_lake(source, lake, edge, tell)
        async with owner.transaction():
            hot = await _fill_postgres(source, owner, edge, content, snapshots, Path(folder), tell)
            tell("checking", 0.95)
            await _check(source, owner, lake, hot, cold)
        tell("done", 1.0)
    return Loaded(edge, hot, cold, time.perf_counter() - started, fresh=True)


def _fill_lake(
    source: SourceFile, lake: Lake, edge: date, tell: Callable[[str, float], None]
) -> tuple[dict[str, int], dict[str, int]]:
    """Every cold table, some months a commit; gives snapshots and row counts by table."""
    snapshots, counts = {}, {}
    tables = [one for one in TABLES if not one.raw]
    for index, one in enumerate(tables):
        tell(f"cold {one.name}", 0.05 + 0.55 * index / len(tables))
        parts = source.cold_parts(one, edge)
        snapshots[one.name] = lake.write("scout", one.name, parts, month_of=one.column, sort=one.sort)
        counts[one.name] = source.count(one, before=edge)
    return snapshots, counts


async def _fill_postgres(source: SourceFile, owner: Owner, edge: date, content: str, snapshots: dict[str, int], folder: Path,
                         tell: Callable[[str, float], None]) -> dict[str, int]:  # fmt: skip
    """Every hot table, its history, the versions and, last, the row that publishes them."""
    counts = {}
    for index, one in enumerate(TABLES):
        tell(f"hot {one.name}", 0.6 + 0.25 * index / len(TABLES))
        if one.derived:
            await _copy(source, owner, "scout_private", f"{one.name}_history", source.history(one, edge), folder)
            continue
        # COPY does not pass row security, not even the owner's; it is put back in the same transaction.
        if not one.shared:
            await owner.execute(f"alter table scout.{one.name} no force row level security")
        counts[one.name] = await _copy(source, owner, "scout", one.name, source.hot(one, edge), folder)
        if not one.shared:
            await owner.execute(f"alter table scout.{one.name} force row level security")
    tell("versions", 0.85)
    await owner.execute("analyze")  # without it the planner joins a million new rows as if there were none
    await _copy(
        source,
        owner,
        "nlq",
        "dataset_versions",
        "SELECT * FROM nlq.dataset_versions WHERE dataset NOT LIKE 'bronze%'",
        folder,
    )
    await _copy(source, owner, "nlq", "checked_equalities", "SELECT * FROM nlq.checked_equalities", folder)
    await publish(owner, edge, snapshots, content)
    for one in DERIVED:
        tell(f"hot {one.name}", 0.9)
        await owner.execute(f"refresh materialized view scout_private.{one.name}_hot")
    return counts


async def publish(owner: Owner, watermark: date, snapshots: dict[str, int], content: str) -> None:
    """The one row that questions read before and after their query. Its number never comes back."""
    await owner.execute("create sequence if not exists nlq.publications")
    await owner.execute(
        """insert into nlq.tier_watermark (publication, watermark, cold_snapshots, content)
           values (nextval('nlq.publications'), $1, $2, $3)
           on conflict (only_row) do update set publication = excluded.publication, watermark = excluded.watermark,
               cold_snapshots = excluded.cold_snapshots, content = excluded.content, published_at = now()""",
        watermark, json.dumps(snapshots), content,
    )  # fmt: skip


async def _copy(source: SourceFile, owner: Owner, schema: str, table: str, query: str, folder: Path) -> int:
    """Replace a table's rows by those of a query over the file."""
    target = folder / f"{table}.csv"
    columns, rows = source.to_csv(query, target)
    await owner.execute(f"truncate {schema}.{table}")
    await owner.copy(schema, table, columns, target)
    target.unlink()
    return rows


async def _check(source: SourceFile, owner: Owner, lake: Lake, hot: dict[str, int], cold: dict[str, int]) -> None:
    """Hot and cold together are the file: no row lost, none twice; gold over all history adds up to what the file's does."""
    for one in TABLES:
        if one.raw:
            continue
        found = lake.count("scout", one.name)
        if found != cold[one.name]:
            raise _differs(one, f"{found} rows in the cold tier for {cold[one.name]}")
        if one.column is not None and not one.derived and hot[one.name] + cold[one.name] != source.count(one):
            raise _differs(one, f"{hot[one.name]} hot and {cold[one.name]} cold rows for {source.count(one)}")
        if one.derived:
            money = {"gold_daily_aggregates": "daily_revenue", "gold_product_daily": "line_value"}.get(
                one.name, "revenue"
            )
            mine = (await owner.rows(f"select count(*), sum({money}) from scout_private.{one.name}"))[0]
            theirs = source.one(f"SELECT count(*), sum({money}) FROM scout.{one.name}")
            if mine != theirs:
                raise _differs(one, f"{mine} over all history for {theirs}")


def _differs(one: Spread, what: str) -> WarehouseError:
    return WarehouseError(
        f"{one.name} does not add up: {what}", where=one.name, fix="nothing was published; load again"
    )


def report(loaded: Loaded) -> dict[str, Any]:
    """What was loaded, as JSON."""
    return {"watermark": loaded.watermark.isoformat(), "hot": loaded.hot, "cold": loaded.cold, "fresh": loaded.fresh,
            "seconds": round(loaded.seconds, 1)}  # fmt: skip

"""Move the watermark forward: what was hot becomes cold, without a row lost or twice seen at any moment.

Copy the rows to the cold tier, verify them, then publish the new watermark with the derived history in one transaction. Rows
before the watermark stay in PostgreSQL until `clean` removes them, at least a grace time after: a query that began before
goes on seeing them. Each step can be repeated; stopped anywhere, running it again finishes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest, WarehouseError
from nlq.warehouse.load import publish
from nlq.warehouse.tables import DERIVED, SILVER, TABLES, Spread

if TYPE_CHECKING:
    from datetime import date

    from nlq.drivers.asyncpg import Owner
    from nlq.drivers.trino import Trino

LOADER = "nlq-loader"  # the one user of Trino that may write
TIMEOUT_S = 600.0
GRACE_S = 900  # longer than any query may take


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows copied to the cold tier by table."""

    before: date
    after: date
    rows: dict[str, int]


async def move(owner: Owner, cluster: Trino, to: date) -> Moved:
    """Advance the watermark to `to`.

    Raises:
        BadRequest: nothing is published, `to` lies before the watermark, or after the last hot day.
        WarehouseError: what was copied does not add up; the old watermark stays.
        EngineDown: a server cannot be reached; run it again.
    """
    found = await owner.rows("select watermark, content, cold_snapshots from nlq.tier_watermark")
    if not found:
        raise BadRequest("nothing is published", where="nlq.tier_watermark", fix="`nlq warehouse load` first")
    before, content, snapshots = found[0]
    last = (await owner.rows("select max(date_key) from scout.silver_transactions_cleaned"))[0][0]
    if not before <= to <= last:
        raise BadRequest(
            f"the watermark moves forward only, from {before} to {last} at most", where="--to", fix="give a day between"
        )
    rows = {}
    for one in TABLES:
        if one.column is not None:
            rows[one.name] = await _copy(owner, cluster, one, one.edge(before), one.edge(to))
    async with owner.transaction():
        for one in DERIVED:
            await _keep(owner, one, before, to)
        import json  # noqa: PLC0415

        await publish(owner, to, json.loads(snapshots), content)
        for one in DERIVED:
            await owner.execute(f"refresh materialized view scout_private.{one.name}_hot")
    return Moved(before, to, rows)


async def clean(owner: Owner, *, grace_s: int = GRACE_S) -> dict[str, int]:
    """Remove hot rows before the watermark, where it was published at least `grace_s` seconds ago."""
    removed = {}
    for one in SILVER:
        gone = await owner.rows(
            f"""with gone as (delete from scout.{one.name} where {one.column} < (select watermark from nlq.tier_watermark
                    where published_at < now() - make_interval(secs => $1)) returning 1) select count(*) from gone""",
            float(grace_s),
        )
        removed[one.name] = int(gone[0][0])
    return removed


async def _copy(owner: Owner, cluster: Trino, one: Spread, since: date, until: date) -> int:
    """Rows of the days (or months) from `since` up to `until`, from hot to cold; what a stopped run left is replaced."""
    if since >= until:
        return 0
    span = f"{one.column} >= DATE '{since}' AND {one.column} < DATE '{until}'"
    columns = ", ".join(row[0] for row in await owner.rows(
        "select column_name from information_schema.columns where table_schema = 'scout' and table_name = $1 order by ordinal_position", one.name
    ))  # fmt: skip
    order = ", ".join(one.sort)
    await _trino(cluster, f"DELETE FROM cold.scout.{one.name} WHERE {span}")
    await _trino(
        cluster,
        f"INSERT INTO cold.scout.{one.name} ({columns}) SELECT {columns} FROM hot.scout.{one.name} WHERE {span} ORDER BY {order}",
    )
    count = f"SELECT count(*), count(DISTINCT {one.sort[0]}), min({one.column}), max({one.column}) FROM"
    mine = (await _trino(cluster, f"{count} cold.scout.{one.name} WHERE {span}"))[0]
    theirs = (await _trino(cluster, f"{count} hot.scout.{one.name} WHERE {span}"))[0]
    if mine != theirs:
        raise WarehouseError(
            f"{one.name} does not add up after copying: {mine} for {theirs}", where=one.name, fix="run it again"
        )
    return int(mine[0])


async def _keep(owner: Owner, one: Spread, before: date, to: date) -> None:
    """What a derived table will no longer be given by its hot rows alone is kept as history."""
    whole = "date_trunc('month', $1::date + interval '1 month' - interval '1 day')::date"
    since = whole if one.grain == "month" else "$1::date"
    until = since.replace("$1", "$2")
    span = f"{one.column} >= {since} and {one.column} < {until}"
    await owner.execute(f"delete from scout_private.{one.name}_history where {span}", before, to)
    await owner.execute(
        f"insert into scout_private.{one.name}_history select * from scout_private.{one.name}_hot where {span}",
        before,
        to,
    )


async def _trino(cluster: Trino, text: str) -> tuple[tuple[Any, ...], ...]:
    import asyncio  # noqa: PLC0415

    fetched = await asyncio.to_thread(cluster.run, text, (), user=LOADER, max_rows=10, timeout_s=TIMEOUT_S)
    return fetched.rows

"""Results kept by what they are: the engine, the scoped text and its values, the scope, the model, and the data's versions.

A hit is the same rows, of the same types; every answer made of it is a new one. A result that shows a column which the model
masks, unmasked, is not kept. Where what is published cannot be read, kept results are still given, within their time and
saying so; nothing else is.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import zlib
from collections import OrderedDict
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from nlq.errors import EngineDown
from nlq.values import Column, Result

if TYPE_CHECKING:
    from nlq.engines.base import Engine, Limits
    from nlq.policy.scope import ScopedQuery
    from nlq.values import Snapshot

FORMAT = 2
IN_PROCESS_BYTES = 64 * 1_024 * 1_024


class Store(Protocol):
    """Bytes by key. A store that is away gives None, and forgets."""

    async def get(self, key: str) -> bytes | None:
        """What is kept under a key."""

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """Keep a value for so many seconds."""

    async def close(self) -> None:
        """Let go of it."""


class InProcess:
    """A store in this process, with a limit on its size; what was used longest ago goes first."""

    def __init__(self, max_bytes: int = IN_PROCESS_BYTES) -> None:
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes, self._max = 0, max_bytes

    async def get(self, key: str) -> bytes | None:
        """What is kept under a key."""
        found = self._kept.get(key)
        if found is None or found[0] < time.monotonic():
            return None
        self._kept.move_to_end(key)
        return found[1]

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """Keep a value for so many seconds."""
        before = self._kept.pop(key, None)
        self._bytes += len(value) - (len(before[1]) if before else 0)
        self._kept[key] = (time.monotonic() + ttl_s, value)
        while self._bytes > self._max and self._kept:
            self._bytes -= len(self._kept.popitem(last=False)[1][1])

    async def close(self) -> None:
        """Forget everything."""
        self._kept.clear()


class CachedEngine:
    """An engine, with its results kept. Questions that ask for the same thing at once run it once."""

    def __init__(self, engine: Engine, store: Store, model_hash: str, *, ttl_s: int, max_bytes: int) -> None:
        self._engine, self._store, self._model_hash = engine, store, model_hash
        self._ttl_s, self._max_bytes = ttl_s, max_bytes
        self._running: dict[str, tuple[asyncio.Task[Result], int]] = {}
        self._last: dict[str | None, tuple[float, Snapshot]] = {}

    async def run(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot | None = None) -> Result:
        """The kept result, or the engine's.

        Raises:
            EngineDown: nothing is kept, and what is published cannot be read.
        """
        if snapshot is None or scoped.unmasked:
            return await self._engine.run(scoped, limits)
        key = self._key(scoped, limits, snapshot)
        kept = await self._store.get(key)
        found = decode(kept) if kept is not None else None
        if found is not None:
            return found
        if snapshot.unverified_s is not None:
            raise EngineDown("what is published cannot be read, and this was not asked before", where="NLQ_POSTGRES_URL",
                             fix="start PostgreSQL", public="the database cannot be reached")  # fmt: skip
        return await self._once(key, scoped, limits)

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """What is published now; where it cannot be read, what was last read, saying how long ago."""
        try:
            found = await self._engine.snapshot(org_id)
        except EngineDown:
            seen = self._last.get(org_id)
            if seen is None or time.monotonic() - seen[0] > self._ttl_s or not seen[1].publication:
                raise
            return replace(seen[1], unverified_s=time.monotonic() - seen[0])
        if len(self._last) > 1_000:
            self._last.clear()
        self._last[org_id] = (time.monotonic(), found)
        return found

    def picks(self, scoped: ScopedQuery) -> str:
        """The engine that a query goes to."""
        return self._engine.picks(scoped)

    async def close(self) -> None:
        """Let go of both."""
        await self._engine.close()
        await self._store.close()

    async def _once(self, key: str, scoped: ScopedQuery, limits: Limits) -> Result:
        """Run it, or wait for the run that is under way. It is cancelled when nobody waits for it any more."""
        running, waiting = self._running.get(key, (None, 0))
        if running is None:
            running = asyncio.ensure_future(self._fresh(key, scoped, limits))
        self._running[key] = (running, waiting + 1)
        try:
            return await asyncio.shield(running)
        finally:
            waiting = self._running[key][1] - 1
            self._running[key] = (running, waiting)
            if not waiting:
                del self._running[key]
                if not running.done():
                    running.cancel()
                    await asyncio.wait({running})

    async def _fresh(self, key: str, scoped: ScopedQuery, limits: Limits) -> Result:
        found = await self._engine.run(scoped, limits)
        data = encode(found)
        if data is not None and len(data) <= self._max_bytes:
            await self._store.put(key, data, self._ttl_s)
        return found

    def _key(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot) -> str:
        engine = self._engine.picks(scoped)
        text, values = scoped.sql(engine)
        bound = sorted(values.items()) if isinstance(values, dict) else list(values)
        columns = [(one.name, one.label, one.type, one.unit, one.role) for one in scoped.columns]
        parts = (FORMAT, engine, text, bound, columns, scoped.fingerprint, self._model_hash, str(snapshot.watermark),
                 snapshot.publication, snapshot.version_of(scoped.tables), limits.max_rows)  # fmt: skip
        return "nlq:result:" + hashlib.sha256(repr(parts).encode()).hexdigest()


def encode(result: Result) -> bytes | None:
    """A result as compressed JSON; each cell that JSON has no type for says which it is of. None where one has no form."""
    try:
        rows = [[_plain(cell) for cell in row] for row in result.rows]
    except TypeError:
        return None
    columns = [one.to_json() for one in result.columns]
    content = {
        "at": time.time(),
        "columns": columns,
        "rows": rows,
        "truncated": result.truncated,
        "engine": result.engine,
        "sql": result.sql,
        "tied": result.tied,
    }
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def decode(data: bytes) -> Result | None:
    """The result that was encoded, with its age; None where the bytes are anything else (that is a miss)."""
    try:
        content = json.loads(zlib.decompress(data))
        return Result(
            columns=tuple(Column(one["name"], one["label"], one["type"], one["unit"], one["role"]) for one in content["columns"]),
            rows=tuple(tuple(_typed(cell) for cell in row) for row in content["rows"]),
            truncated=content["truncated"], engine=content["engine"], sql=content["sql"], execute_ms=0.0,
            age_s=max(0.0, time.time() - content["at"]), tied=content["tied"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, zlib.error):
        return None


def _plain(cell: Any) -> Any:
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    if isinstance(cell, Decimal):
        return {"n": str(cell)}
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    raise TypeError(type(cell).__name__)


def _typed(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    ((kind, text),) = cell.items()
    readers: dict[str, Any] = {"n": Decimal, "t": datetime.fromisoformat, "d": date.fromisoformat}
    return readers[kind](text)

"""The embedded engine: DuckDB over one file."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlq.drivers.duckdb import DuckDBFile, Fetched, Stopper
from nlq.engines.snapshot import build
from nlq.errors import EngineDown, Internal
from nlq.values import Column, Result, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.engines.base import Limits
    from nlq.policy.scope import ScopedQuery
    from nlq.semantics.model import SemanticModel

STATE_TIMEOUT_S = 10.0
STATE_ROWS = 1_000_000


class DuckDBEngine:
    """Runs scoped queries on a warehouse file, opened at the first need.

    With `blocking` a query runs in the caller's thread (the command line, notebooks); without it in a worker thread, so
    that an event loop goes on, and cancelling the task interrupts the query.
    """

    name = "duckdb"

    def __init__(self, path: Path, model: SemanticModel, *, memory_limit: str, threads: int, blocking: bool) -> None:
        self._path, self._model = path, model
        self._memory_limit, self._threads, self._blocking = memory_limit, threads, blocking
        self._file: DuckDBFile | None = None

    async def run(self, scoped: ScopedQuery, limits: Limits) -> Result:
        """Run a scoped query.

        Raises:
            TimedOut, EngineDown, Internal: see the driver.
        """
        text, values = scoped.sql("duckdb")
        # A policy value that no scan came to use would be an unknown parameter.
        used = {name: value for name, value in values.items() if f"${name}" in text}
        fetched = await self._call(
            lambda stopper: self._open().run(
                text, used, max_rows=limits.max_rows, timeout_s=limits.timeout_s, stopper=stopper
            )
        )
        columns = scoped.columns or tuple(_column(*pair) for pair in zip(fetched.names, fetched.types, strict=True))
        return Result(columns, fetched.rows, fetched.truncated, self.name, text, fetched.ms)

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """The state of the tables for a tenant. One file has no tiers, so there is no watermark."""
        rows = await self._call(lambda stopper: self._state("duckdb_snapshot.sql", org_id, stopper))
        equal = await self._call(lambda stopper: self._state("duckdb_equal.sql", org_id, stopper))
        return build(self._model, rows.rows, (row[0] for row in equal.rows), None)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> DuckDBFile:
        if self._file is None:
            self._file = DuckDBFile(self._path, memory_limit=self._memory_limit, threads=self._threads,
                                    timezone=self._model.header.timezone)  # fmt: skip
        return self._file

    def _state(self, name: str, org_id: str | None, stopper: Stopper) -> Fetched:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        try:
            return self._open().run(
                text, {"org_id": org_id}, max_rows=STATE_ROWS, timeout_s=STATE_TIMEOUT_S, stopper=stopper
            )
        except Internal:
            raise EngineDown("the file holds no nlq warehouse: its table of versions is missing", where=str(self._path),
                             fix="build it again: `nlq warehouse demo`") from None  # fmt: skip

    async def _call(self, work: Callable[[Stopper], Fetched]) -> Fetched:
        """Run work here or in a thread; cancelling ends the statement in the engine, and waits until it has ended."""
        stopper = Stopper()
        if self._blocking:
            return _interruptibly(work, stopper)
        import asyncio  # noqa: PLC0415 - slow to import, and not needed by the command line

        running = asyncio.ensure_future(asyncio.to_thread(work, stopper))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            stopper.stop()
            await asyncio.wait({running})
            raise


def _interruptibly(work: Callable[[Stopper], Fetched], stopper: Stopper) -> Fetched:
    """Run work in a thread and wait here, where Ctrl-C arrives: DuckDB does not look for it while it executes."""
    found: list[Fetched] = []
    failed: list[BaseException] = []
    over = threading.Event()  # not join(): one that was interrupted takes the thread for ended

    def run() -> None:
        try:
            found.append(work(stopper))
        except BaseException as problem:  # noqa: BLE001 - raised again by the one who waits
            failed.append(problem)
        finally:
            over.set()

    threading.Thread(target=run, daemon=True).start()
    try:
        over.wait()
    except KeyboardInterrupt:
        stopper.stop()
        over.wait()
        raise
    if failed:
        raise failed[0]
    return found[0]


def _column(name: str, kind: str) -> Column:
    """A column of SQL that was not compiled: typed by the engine; numbers that are computed are metrics by role."""
    kind = kind.upper()
    types: tuple[tuple[str, Any, Any], ...] = (
        ("DECIMAL", "number", "metric"), ("DOUBLE", "number", "metric"), ("FLOAT", "number", "metric"),
        ("HUGEINT", "integer", "metric"), ("BIGINT", "integer", "metric"), ("INTEGER", "integer", "metric"),
        ("SMALLINT", "integer", "metric"), ("TINYINT", "integer", "metric"), ("BOOL", "boolean", "dimension"),
        ("TIMESTAMP", "timestamp", "dimension"), ("DATE", "date", "dimension"),
    )  # fmt: skip
    for start, cell, role in types:
        if kind.removeprefix("U").startswith(start):
            return Column(name, name, cell, None, role)
    return Column(name, name, "string", None, "dimension")

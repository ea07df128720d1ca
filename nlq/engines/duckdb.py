"""The embedded engine: DuckDB over one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nlq.drivers.duckdb import DuckDBFile, Stopper
from nlq.engines.cells import result
from nlq.engines.snapshot import build
from nlq.engines.threads import run_in_thread
from nlq.errors import EngineDown, Internal

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.drivers.fetched import Fetched
    from nlq.engines.base import Limits
    from nlq.policy.scope import ScopedQuery
    from nlq.semantics.model import SemanticModel
    from nlq.values import Result, Snapshot

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

    async def run(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot | None = None) -> Result:  # noqa: ARG002 - a cache keys by it
        """Run a scoped query.

        Raises:
            TimedOut, EngineDown, Internal: see the driver.
        """
        text, values = scoped.sql("duckdb")
        assert isinstance(values, dict)  # noqa: S101 - DuckDB binds by name
        fetched = await self._call(
            lambda stopper: self._open().run(
                text, values, max_rows=limits.max_rows, timeout_s=limits.timeout_s, stopper=stopper
            )
        )
        return result(scoped, fetched, self.name, text)

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """The state of the tables for a tenant. One file has no tiers, so there is no watermark."""
        rows = await self._call(lambda stopper: self._state("duckdb_snapshot.sql", org_id, stopper))
        equal = await self._call(lambda stopper: self._state("duckdb_equal.sql", org_id, stopper))
        return build(self._model, rows.rows, (row[0] for row in equal.rows), None)

    def picks(self, scoped: ScopedQuery) -> str:
        """There is one engine here."""
        del scoped
        return self.name

    async def close(self) -> None:
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
        return await run_in_thread(work, Stopper(), blocking=self._blocking)

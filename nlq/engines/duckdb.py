"""The embedded engine: DuckDB over one file."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nlq.drivers.duckdb import DuckDBFile, Stopper
from nlq.engines.bare import as_rows, states
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
T = TypeVar("T")
STATE_ROWS = 1_000_000
MOST_TENANTS = 10_000


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
        self._opened: tuple[int, int] | None = None  # the file's time and size when it was opened
        self._states: dict[str | None, list[tuple[Any, ...]]] = {}  # of a file that nlq did not build, by tenant
        self._lock = threading.Lock()

    async def run(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot | None = None) -> Result:  # noqa: ARG002 - a cache keys by it
        """Run a scoped query.

        Raises:
            TimedOut, EngineDown, Internal: see the driver.
        """
        text, values = scoped.sql("duckdb")
        assert isinstance(values, dict)  # noqa: S101 - DuckDB binds by name
        fetched = await self._call(
            lambda stopper: self._open().run(
                text,
                values,
                max_rows=limits.max_rows,
                timeout_s=limits.timeout_s,
                max_bytes=limits.max_bytes,
                stopper=stopper,
            )
        )
        return result(scoped, fetched, self.name, text)

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """The state of the tables for a tenant. One file has no tiers, so there is no watermark."""
        try:
            rows = await self._call(lambda stopper: self._state("duckdb_snapshot.sql", org_id, stopper))
        except Internal:  # a file that nlq did not build: nobody publishes versions there
            return build(self._model, await self._call(lambda stopper: self._bare(org_id, stopper)), (), None)
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
        with self._lock:
            if self._file is None:
                self._opened, self._states = self._signature(), {}
                self._file = DuckDBFile(self._path, memory_limit=self._memory_limit, threads=self._threads,
                                        timezone=self._model.header.timezone)  # fmt: skip
            return self._file

    def _signature(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _state(self, name: str, org_id: str | None, stopper: Stopper) -> Fetched:
        text = Path(__file__).with_name(name).read_text(encoding="utf-8")
        return self._open().run(
            text, {"org_id": org_id}, max_rows=STATE_ROWS, timeout_s=STATE_TIMEOUT_S, stopper=stopper
        )

    def _bare(self, org_id: str | None, stopper: Stopper) -> list[tuple[Any, ...]]:
        """The state of every table, from the tables themselves, read once for each tenant: an open file does not change.

        Which file it is, and the time that it had when it was opened, is the version of all: one that was put in its place since is not read.
        """
        file = self._open()
        if org_id in self._states:
            return self._states[org_id]
        changed, size = self._opened or (0, 0)
        fresh = datetime.fromtimestamp(changed / 1e9, UTC).isoformat()
        found = []
        for name, tree in states(self._model, org_id):
            try:
                rows = file.run(tree.sql("duckdb"), {}, max_rows=1, timeout_s=STATE_TIMEOUT_S, stopper=stopper).rows
            except Internal:
                raise EngineDown(f"the file has no table {name} as the model has it", where=str(self._path),
                                 fix="build it (`nlq warehouse demo` builds the demo's), or see `nlq model check`",
                                 public="the data is not as the model has it") from None  # fmt: skip
            found.append((name, rows[0]))
        which = hashlib.sha256(f"{self._path.resolve()} {changed} {size}".encode()).hexdigest()[:16]
        kept = as_rows(found, which, fresh)
        if len(self._states) < MOST_TENANTS:
            self._states[org_id] = kept
        return kept

    async def _call(self, work: Callable[[Stopper], T]) -> T:
        return await run_in_thread(work, Stopper(), blocking=self._blocking)

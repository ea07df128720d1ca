"""DuckDB: one read-only file, locked down, with a limit on time that really interrupts."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from nlq.errors import EngineDown, Internal, NlqError, TimedOut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BATCH = 1_024


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows as the driver gave them, with each column's name and the engine's name of its type."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    ms: float


class DuckDBFile:
    """A read-only connection to one file. External access, extensions and configuration are off and locked."""

    def __init__(self, path: Path, *, memory_limit: str = "1GB", threads: int = 2, timezone: str = "UTC") -> None:
        """Open the file.

        Raises:
            EngineDown: it is missing, locked by a writer, or no DuckDB file.
        """
        if not path.is_file():
            raise EngineDown(f"there is no warehouse at {path}", where=str(path),
                             fix="`nlq demo` builds the demo's; NLQ_DUCKDB_PATH names another", public="there is no warehouse yet")  # fmt: skip
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
            "threads": str(threads),
        }
        try:
            # Attached under a name of our own: opened directly, a file scout.duckdb would hide its own schema "scout".
            self._connection = duckdb.connect(":memory:", config=config)
            self._connection.execute(f"ATTACH '{_quoted(str(path))}' AS warehouse (READ_ONLY)")
            self._connection.execute(f"SET GLOBAL TimeZone = '{_quoted(timezone)}'")
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET lock_configuration = true")
        except duckdb.Error as problem:
            raise _opening(path, problem) from None

    def run(self, text: str, values: Mapping[str, Any], *, max_rows: int, timeout_s: float) -> Fetched:
        """Run one statement and fetch at most `max_rows` rows, in batches.

        Raises:
            TimedOut: it was interrupted after `timeout_s` seconds.
            EngineDown, Internal: as the driver's errors are mapped; its texts never leave.
        """
        cursor = self._connection.cursor()
        late = threading.Event()

        def stop() -> None:
            late.set()
            cursor.interrupt()

        timer = threading.Timer(timeout_s, stop)
        timer.daemon = True
        timer.start()
        started = time.perf_counter()
        try:
            cursor.execute("USE warehouse")
            cursor.execute(text, dict(values) if values else None)
            described = cursor.description or []
            rows: list[tuple[Any, ...]] = []
            while len(rows) <= max_rows:
                batch = cursor.fetchmany(BATCH)
                if not batch:
                    break
                rows.extend(batch)
        except duckdb.Error as problem:
            raise self._error(problem, late=late.is_set(), timeout_s=timeout_s) from None
        finally:
            timer.cancel()
            cursor.close()
        return Fetched(
            names=tuple(column[0] for column in described),
            types=tuple(str(column[1]) for column in described),
            rows=tuple(rows[:max_rows]),
            truncated=len(rows) > max_rows,
            ms=(time.perf_counter() - started) * 1_000,
        )

    def interrupt(self) -> None:
        """Stop what runs on this connection."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the file. Closing twice does nothing."""
        self._connection.close()

    @staticmethod
    def _error(problem: duckdb.Error, *, late: bool, timeout_s: float) -> NlqError:
        if late or isinstance(problem, duckdb.InterruptException):
            return TimedOut(f"the query took longer than {timeout_s:g} s and was stopped",
                            fix="ask for a shorter period or fewer details", public="the question took too long and was stopped")  # fmt: skip
        if isinstance(problem, duckdb.OutOfMemoryException):
            return EngineDown("the query needs more memory than is allowed", fix="raise memory_limit, or ask for less",
                              public="the question needs more memory than is allowed")  # fmt: skip
        return Internal(f"DuckDB refused a statement ({type(problem).__name__}): {problem}")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _opening(path: Path, problem: duckdb.Error) -> EngineDown:
    """An error of opening, in our words."""
    text = str(problem).lower()
    if "lock" in text:
        what, fix = "the warehouse is locked by another program that writes to it", "wait for it to end, or stop it"
    elif "not a valid duckdb" in text or "corrupt" in text or "serialization" in text:
        what, fix = "the file is no DuckDB warehouse, or is damaged", "build it again: `nlq warehouse demo`"
    else:
        what, fix = f"the warehouse cannot be opened ({type(problem).__name__})", "see `nlq doctor`"
    return EngineDown(f"{what}: {path}", where=str(path), fix=fix, public=what)

"""DuckDB: one read-only file, locked down, with a limit on time that really interrupts."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import duckdb

from nlq.drivers.fetched import BATCH, FIRST_BATCH, MOST_BYTES, Fetched, Scale
from nlq.errors import EngineDown, Internal, NlqError, TimedOut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Setting = str | bool | int | float | list[str]
# From 2.0.0 on (2.0.1 has it still) this step holds a sum over a left join to be zero where the right side is known to be
# empty, and answers comparisons with it from that: COALESCE(SUM(x), 0) > 1 is false. tests/engines/test_duckdb_sums.py.
FROM_VERSION, WRONG_STEP = 2, "statistics_propagation"
# This one takes what stands in two TRYs out of both, and computes it once, untried: TRY(x * x + 1), TRY(x * x + 2) raises.
UNTRYING_STEP = "common_subexpressions"


def connect(path: str = ":memory:", *, read_only: bool = False, **settings: Setting) -> duckdb.DuckDBPyConnection:
    """A connection to a file, or to nothing but memory, without what is known to give wrong figures or to raise. All of ours are of it."""
    wrong = WRONG_STEP if int(duckdb.__version__.partition(".")[0]) >= FROM_VERSION else ""
    settings["disabled_optimizers"] = ",".join(filter(None, (wrong, UNTRYING_STEP)))
    return duckdb.connect(path, read_only=read_only, config=settings)


class Stopper:
    """Ends one statement from another thread; ending one that is over, or not begun, is no error."""

    def __init__(self) -> None:
        self.stopped = False
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._lock = threading.Lock()

    def attach(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """The statement runs on this cursor from now on."""
        with self._lock:
            self._cursor = cursor

    def detach(self) -> None:
        """The statement is over."""
        with self._lock:
            self._cursor = None

    def stop(self) -> None:
        """Interrupt the statement, if it still runs."""
        with self._lock:
            if self._cursor is not None:
                self.stopped = True
                self._cursor.interrupt()


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
        try:
            # Attached under a name of our own: opened directly, a file scout.duckdb would hide its own schema "scout".
            self._connection = connect(
                autoinstall_known_extensions=False,
                autoload_known_extensions=False,
                memory_limit=memory_limit,
                threads=threads,
            )
            self._connection.execute(f"ATTACH '{_quoted(str(path))}' AS warehouse (READ_ONLY)")
            self._connection.execute(f"SET GLOBAL TimeZone = '{_quoted(timezone)}'")
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET lock_configuration = true")
        except duckdb.Error as problem:
            raise _opening(path, problem) from None

    def run(
        self, text: str, values: Mapping[str, Any], *, max_rows: int, timeout_s: float, max_bytes: int = MOST_BYTES,
        stopper: Stopper | None = None,
    ) -> Fetched:  # fmt: skip
        """Run one statement and fetch at most `max_rows` rows, in batches. `stopper` can end it from another thread.

        Raises:
            TooExpensive: the rows hold more than `max_bytes` of text.
            TimedOut: it was interrupted after `timeout_s` seconds, or by its stopper.
            KeyboardInterrupt: Ctrl-C.
            EngineDown, Internal: as the driver's errors are mapped; its texts never leave.
        """
        cursor = self._connection.cursor()
        stopper = stopper or Stopper()
        stopper.attach(cursor)
        timer = threading.Timer(timeout_s, stopper.stop)
        timer.daemon = True
        timer.start()
        started = time.perf_counter()
        try:
            cursor.execute("USE warehouse")
            cursor.execute(text, dict(values) if values else None)
            described = cursor.description or []
            rows: list[tuple[Any, ...]] = []
            scale = Scale(max_bytes)
            while len(rows) <= max_rows:
                batch = cursor.fetchmany(BATCH if rows else FIRST_BATCH)
                if not batch:
                    break
                scale.add(batch)
                rows.extend(batch)
        except OverflowError:
            raise Internal("a date of the result is beyond the years that Python has") from None
        except duckdb.Error as problem:
            if isinstance(problem, duckdb.InterruptException) and not stopper.stopped:
                raise KeyboardInterrupt from None
            raise mapped(problem, timeout_s=timeout_s) from None
        finally:
            timer.cancel()
            stopper.detach()
            cursor.close()
        return Fetched(
            names=tuple(column[0] for column in described),
            types=tuple(str(column[1]) for column in described),
            rows=tuple(rows[:max_rows]),
            truncated=len(rows) > max_rows,
            ms=(time.perf_counter() - started) * 1_000,
        )

    def close(self) -> None:
        """Close the file. Closing twice does nothing."""
        self._connection.close()


def mapped(problem: duckdb.Error, *, timeout_s: float) -> NlqError:
    """Any error of DuckDB's as one of ours."""
    if isinstance(problem, duckdb.InterruptException):
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

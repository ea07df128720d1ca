"""Trino through its Python client. The client blocks, so whoever calls from an event loop gives it a thread."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests
import trino
from trino import exceptions

from nlq.drivers.fetched import MOST_BYTES, Fetched, Scale
from nlq.errors import EngineDown, Internal, NlqError, SettingsError, TimedOut, TooExpensive

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUEST_S = 10.0
PLAIN = re.compile(r"[A-Za-z0-9._@+/-]{1,128}")
FIX = "start Trino, or mend NLQ_TRINO_URL; `nlq doctor` shows what answers"


class Cancel:
    """Ends one statement in the cluster from another thread; one that is over, or not begun, is no error."""

    def __init__(self) -> None:
        self.stopped = False
        self._cursor: Any = None
        self._lock = threading.Lock()

    def attach(self, cursor: Any) -> None:
        """The statement runs on this cursor from now on; None: it is over."""
        with self._lock:
            self._cursor = cursor
            late = self.stopped and cursor is not None
        if late:
            self.stop()

    def stop(self) -> None:
        """Cancel the statement, if it still runs."""
        with self._lock:
            self.stopped = True
            cursor = self._cursor
        if cursor is not None:
            try:
                cursor.cancel()
            except (exceptions.Error, exceptions.HttpError, requests.RequestException):
                return  # the cluster's own time limit ends it


class Trino:
    """A cluster. Every asker is a user of their own there."""

    def __init__(self, url: str, *, timezone: str = "UTC") -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(
                f"{url.partition('@')[2] or url} is no URL of Trino", where="NLQ_TRINO_URL", fix="give http://HOST:PORT"
            )
        self._parts, self._timezone = parts, timezone
        # One session keeps connections alive; what the environment says of proxies is not for a database.
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=32))
        self._http.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=32))

    def run(
        self,
        text: str,
        values: Sequence[Any],
        *,
        user: str,
        max_rows: int,
        timeout_s: float,
        max_bytes: int = MOST_BYTES,
        cancel: Cancel | None = None,
    ) -> Fetched:
        """Run one statement as a user and fetch at most `max_rows` rows, of at most `max_bytes` of text.

        Raises:
            TimedOut: it took longer than `timeout_s` seconds, or was cancelled.
            EngineDown, TooExpensive, Internal: as the client's errors are mapped; its texts never leave.
        """
        cancel = cancel or Cancel()
        timer = threading.Timer(timeout_s, cancel.stop)
        timer.daemon = True
        timer.start()
        started = time.perf_counter()
        try:
            cursor = self._connection(user, timeout_s).cursor()
            cancel.attach(cursor)
            cursor.execute(text, list(values) or None)
            rows: list[tuple[Any, ...]] = []
            scale = Scale(max_bytes)
            while len(rows) <= max_rows:
                batch = cursor.fetchmany(1_024)
                if not batch:
                    break
                scale.add(batch)
                rows.extend(tuple(row) for row in batch)
            described = cursor.description or []
            if len(rows) > max_rows:
                cursor.cancel()
        except (exceptions.Error, exceptions.HttpError, requests.RequestException) as problem:
            raise mapped(problem, timeout_s=timeout_s, stopped=cancel.stopped) from None
        finally:
            timer.cancel()
            cancel.attach(None)
        if cancel.stopped:
            raise _late(timeout_s)
        return Fetched(
            names=tuple(column[0] for column in described),
            types=tuple(str(column[1]) for column in described),
            rows=tuple(rows[:max_rows]),
            truncated=len(rows) > max_rows,
            ms=(time.perf_counter() - started) * 1_000,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _connection(self, user: str, timeout_s: float) -> Any:
        secret = {}
        if self._parts.password is not None:
            secret["auth"] = trino.auth.BasicAuthentication(
                unquote(self._parts.username or ""), unquote(self._parts.password)
            )
        return trino.dbapi.connect(  # type: ignore[no-untyped-call]
            host=self._parts.hostname, port=self._parts.port or (443 if self._parts.scheme == "https" else 8080),
            http_scheme=self._parts.scheme, user=as_user(user), source="nlq", timezone=self._timezone, http_session=self._http,
            session_properties={"query_max_execution_time": f"{max(1, int(timeout_s + 1))}s"},
            request_timeout=REQUEST_S, max_attempts=2, legacy_prepared_statements=False, **secret,
        )  # fmt: skip


def as_user(name: str) -> str:
    """A user's name as a header can carry it."""
    if PLAIN.fullmatch(name):
        return name
    import hashlib  # noqa: PLC0415

    return "user-" + hashlib.sha256(name.encode()).hexdigest()[:24]


def mapped(problem: Exception, *, timeout_s: float, stopped: bool = False) -> NlqError:
    """Any error of the client's, or of the way to the cluster, as one of ours."""
    if isinstance(problem, exceptions.TrinoQueryError):
        if stopped or problem.error_name in (
            "EXCEEDED_TIME_LIMIT",
            "USER_CANCELED",
            "ADMINISTRATIVELY_KILLED",
            "ABANDONED_QUERY",
        ):
            return _late(timeout_s)
        if problem.error_name in ("EXCEEDED_CPU_LIMIT", "EXCEEDED_SCAN_LIMIT", "QUERY_TEXT_TOO_LARGE"):
            return TooExpensive("the query is over a limit of the cluster's", fix="ask for a shorter period")
        if problem.error_type in ("INSUFFICIENT_RESOURCES", "EXTERNAL") or problem.error_name in (
            "SERVER_STARTING_UP", "SERVER_SHUTTING_DOWN", "NO_NODES_AVAILABLE", "REMOTE_TASK_ERROR", "PAGE_TRANSPORT_ERROR"
        ):  # fmt: skip
            return _down(problem)
        return Internal(f"Trino refused a statement ({problem.error_name}): {problem.message}")
    if stopped:
        return _late(timeout_s)
    if isinstance(problem, (exceptions.OperationalError, exceptions.HttpError, requests.RequestException)):
        return _down(problem)
    return Internal(f"Trino's client failed ({type(problem).__name__}): {problem}")


def _down(problem: Exception) -> EngineDown:
    return EngineDown(f"Trino cannot be reached ({type(problem).__name__})", where="NLQ_TRINO_URL", fix=FIX,
                      public="the archive of older data cannot be reached")  # fmt: skip


def _late(timeout_s: float) -> TimedOut:
    return TimedOut(f"the query took longer than {timeout_s:g} s and was stopped",
                    fix="ask for a shorter period or fewer details", public="the question took too long and was stopped")  # fmt: skip

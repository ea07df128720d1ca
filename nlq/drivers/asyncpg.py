"""PostgreSQL through asyncpg: a pool, one read-only transaction a statement, the asker's claims for that transaction only."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

import asyncpg

from nlq.drivers.fetched import FIRST_BATCH, MOST_BYTES, Fetched, Scale
from nlq.errors import EngineDown, Internal, NlqError, TimedOut, TooExpensive, WarehouseError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from pathlib import Path

CONNECT_S = 5.0
POOL = 10
SOME_ROWS = 10_000  # each batch is a round trip
FIX = "start PostgreSQL, or mend NLQ_POSTGRES_URL; `nlq doctor` shows what answers"


class Postgres:
    """Connections to one database, made at the first need. Each event loop has a pool of its own."""

    def __init__(self, url: str, *, timezone: str = "UTC", size: int = POOL) -> None:
        self._url, self._timezone, self._size = url, timezone, size
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncpg.Pool] = WeakKeyDictionary()
        self._opening: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def run(
        self, text: str, values: Sequence[Any], *, max_rows: int, timeout_s: float, claims: str = "", max_bytes: int = MOST_BYTES
    ) -> Fetched:  # fmt: skip
        """Run one statement and fetch at most `max_rows` rows, of at most `max_bytes` of text. `claims` is the JSON that row security reads.

        Cancelling the task cancels the statement in the database.

        Raises:
            TimedOut, EngineDown, TooExpensive, Internal: as the driver's errors are mapped; its texts never leave.
        """
        started = time.perf_counter()
        try:
            async with self._transaction(timeout_s, claims) as connection:
                statement = await connection.prepare(text)
                cursor = await statement.cursor(*values)
                found: list[asyncpg.Record] = []
                scale = Scale(max_bytes)
                while len(found) <= max_rows:
                    batch = await cursor.fetch(min(SOME_ROWS if found else FIRST_BATCH, max_rows + 1 - len(found)))
                    if not batch:
                        break
                    scale.add(batch)
                    found += batch
                described = statement.get_attributes()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as problem:
            raise mapped(problem, timeout_s=timeout_s) from None
        return Fetched(
            names=tuple(column.name for column in described),
            types=tuple(column.type.name for column in described),
            rows=tuple(tuple(row) for row in found[:max_rows]),
            truncated=len(found) > max_rows,
            ms=(time.perf_counter() - started) * 1_000,
        )

    async def several(
        self, texts: Iterable[tuple[str, Sequence[Any]]], *, timeout_s: float
    ) -> list[list[tuple[Any, ...]]]:
        """The rows of several statements, all as of one moment."""
        try:
            async with self._transaction(timeout_s, "") as connection:
                return [[tuple(row) for row in await connection.fetch(text, *values)] for text, values in texts]
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as problem:
            raise mapped(problem, timeout_s=timeout_s) from None

    async def note(self, text: str, values: Sequence[Any]) -> None:
        """One statement that writes the product's own state, in its own transaction."""
        try:
            async with asyncio.timeout(CONNECT_S), (await self._pool()).acquire() as connection:
                await connection.execute(text, *values)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as problem:
            raise mapped(problem, timeout_s=CONNECT_S) from None

    async def close(self) -> None:
        """Close the connections of this loop, without waiting for what runs; close once in each that was used."""
        found = self._pools.pop(asyncio.get_running_loop(), None)
        if found is not None:
            found.terminate()
            await asyncio.sleep(0)  # transports close at the loop's next turn

    @asynccontextmanager
    async def _transaction(self, timeout_s: float, claims: str) -> AsyncIterator[asyncpg.Connection]:
        """A read-only transaction as of one moment, with the limit on time and the claims set for it alone."""
        pool = await self._pool()
        async with (
            asyncio.timeout(timeout_s + CONNECT_S),
            pool.acquire(timeout=CONNECT_S) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(
                "SELECT set_config('statement_timeout', $1, true), set_config('request.jwt.claims', $2, true)",
                str(max(1, int(timeout_s * 1_000))), claims,
            )  # fmt: skip
            yield connection

    async def _pool(self) -> asyncpg.Pool:
        loop = asyncio.get_running_loop()
        async with self._opening.setdefault(loop, asyncio.Lock()):
            if loop not in self._pools:
                self._pools[loop] = await asyncpg.create_pool(
                    self._url, min_size=0, max_size=self._size, timeout=CONNECT_S, max_inactive_connection_lifetime=300,
                    server_settings={"application_name": "nlq", "timezone": self._timezone, "search_path": "pg_catalog"},
                )  # fmt: skip
            return self._pools[loop]


class Owner:
    """One connection with the right to define and to load; for migrations and loading, never for questions."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None

    async def __aenter__(self) -> Self:
        try:
            self._connection = await asyncpg.connect(self._url, timeout=CONNECT_S, command_timeout=1_800,
                                                     server_settings={"application_name": "nlq-warehouse", "timezone": "UTC"})  # fmt: skip
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as problem:
            raise mapped(problem, timeout_s=CONNECT_S) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close(timeout=CONNECT_S)

    async def execute(self, text: str, *values: Any) -> None:
        """Run statements (several, where there are no values)."""
        await self._do("execute", text, *values)

    async def rows(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return [tuple(row) for row in await self._do("fetch", text, *values)]

    async def copy(self, schema: str, table: str, columns: Sequence[str], source: Path) -> None:
        """Load a CSV file with a header into a table."""
        await self._do(
            "copy_to_table", table, schema_name=schema, columns=list(columns), source=source, format="csv", header=True
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing."""
        assert self._connection is not None  # noqa: S101 - inside `async with`
        async with self._connection.transaction():
            yield

    async def _do(self, method: str, *arguments: Any, **named: Any) -> Any:
        try:
            return await getattr(self._connection, method)(*arguments, **named)
        except asyncpg.PostgresError as problem:
            raise WarehouseError(f"PostgreSQL refused a statement ({type(problem).__name__}): {problem}",
                                 where=str(arguments[0])[:200], fix="nothing was changed by it") from None  # fmt: skip
        except (asyncpg.InterfaceError, OSError, TimeoutError) as problem:
            raise mapped(problem, timeout_s=CONNECT_S) from None


def mapped(problem: Exception, *, timeout_s: float) -> NlqError:
    """Any error of asyncpg's, or of the way to the server, as one of ours."""
    if isinstance(problem, (asyncpg.QueryCanceledError, TimeoutError)):
        return TimedOut(f"the query took longer than {timeout_s:g} s and was stopped",
                        fix="ask for a shorter period or fewer details", public="the question took too long and was stopped")  # fmt: skip
    if isinstance(
        problem,
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError),
    ):
        return EngineDown(f"PostgreSQL lets nobody in with this URL ({type(problem).__name__})", where="NLQ_POSTGRES_URL",
                          fix="mend user, password or database in the URL", public="the database cannot be reached")  # fmt: skip
    if isinstance(problem, asyncpg.StatementTooComplexError | asyncpg.ProgramLimitExceededError):
        return TooExpensive("the statement is too complex for PostgreSQL", fix="ask for less at once")
    gone = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError,
            asyncpg.InsufficientResourcesError, asyncpg.PostgresIOError, OSError)  # fmt: skip
    if isinstance(problem, gone):
        return EngineDown(f"PostgreSQL cannot be reached ({type(problem).__name__})", where="NLQ_POSTGRES_URL", fix=FIX,
                          public="the database cannot be reached")  # fmt: skip
    return Internal(f"PostgreSQL refused a statement ({type(problem).__name__}): {problem}")

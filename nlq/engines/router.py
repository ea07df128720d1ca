"""Which engine: the hot tier alone is PostgreSQL's; what needs the cold one is Trino's. It picks, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.errors import EngineDown, TierDown, UnsafeSql
from nlq.sql.tiers import COLD

if TYPE_CHECKING:
    from nlq.engines.base import Limits
    from nlq.engines.postgres import PostgresEngine
    from nlq.engines.trino import TrinoEngine
    from nlq.policy.scope import ScopedQuery
    from nlq.values import Result, Snapshot


class Router:
    """PostgreSQL for what is hot, Trino for the rest; or one of them for everything, where it is asked for by name."""

    name = "auto"

    def __init__(self, hot: PostgresEngine, both: TrinoEngine | None, *, only: str = "auto") -> None:
        self._hot, self._both, self._only = hot, both, only

    async def run(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot | None = None) -> Result:  # noqa: ARG002 - a cache keys by it
        """Run a scoped query where it belongs.

        Raises:
            TierDown: the cold tier is needed and away; what is hot can be asked for.
            EngineDown: PostgreSQL is away.
        """
        if self.picks(scoped) == "postgres":
            return await self._hot.run(scoped, limits)
        if self._both is None:
            raise self._without_cold("no Trino is configured")
        try:
            return await self._both.run(scoped, limits)
        except EngineDown as problem:
            if COLD in scoped.tiers:
                raise self._without_cold(problem.what) from problem
            raise

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """What PostgreSQL publishes, for both tiers."""
        return await self._hot.snapshot(org_id)

    def picks(self, scoped: ScopedQuery) -> str:
        """The engine that a query goes to.

        Raises:
            TierDown: it needs the cold tier, and PostgreSQL is asked for by name.
        """
        if self._only == "postgres" and COLD in scoped.tiers:
            raise self._without_cold("--engine postgres reads the hot tier only")
        if self._only != "auto":
            return self._only
        if COLD in scoped.tiers:
            return "trino"
        try:
            scoped.sql("postgres")
        except UnsafeSql:  # PostgreSQL has no way to write it that cannot raise; Trino has
            if self._both is None:
                raise
            return "trino"
        return "postgres"

    async def close(self) -> None:
        """Let go of both."""
        await self._hot.close()
        if self._both is not None:
            await self._both.close()

    @staticmethod
    def _without_cold(why: str) -> TierDown:
        return TierDown(f"this needs data older than the hot tier holds: {why}", where="NLQ_TRINO_URL",
                        fix="start Trino, or ask for the last days only",
                        public="the archive of older data cannot be reached; recent days can be asked for")  # fmt: skip

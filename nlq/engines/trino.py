"""Both tiers: Trino over hot PostgreSQL and cold Iceberg, each asker a user of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.drivers.trino import Cancel, Trino
from nlq.engines.cells import result
from nlq.engines.threads import run_in_thread

if TYPE_CHECKING:
    from nlq.engines.base import Limits
    from nlq.policy.scope import ScopedQuery
    from nlq.values import Result, Snapshot


class TrinoEngine:
    """Runs scoped queries on a cluster. It holds no state of the data: that is read from PostgreSQL."""

    name = "trino"

    def __init__(self, cluster: Trino) -> None:
        self._cluster = cluster

    async def run(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot | None = None) -> Result:  # noqa: ARG002 - a cache keys by it
        """Run a scoped query as its asker; cancelling the task cancels it in the cluster.

        Raises:
            TimedOut, EngineDown, Internal: see the driver.
        """
        text, values = scoped.sql("trino")
        user = f"{scoped.principal.org_id}/{scoped.principal.sub}"  # never the name of one of our own accounts
        fetched = await run_in_thread(
            lambda cancel: self._cluster.run(
                text,
                tuple(values),
                user=user,
                max_rows=limits.max_rows,
                timeout_s=limits.timeout_s,
                max_bytes=limits.max_bytes,
                cancel=cancel,
            ),
            Cancel(),
            blocking=False,
        )
        return result(scoped, fetched, self.name, text)

    async def close(self) -> None:
        """Let the connections go."""
        self._cluster.close()

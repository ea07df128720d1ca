"""What every engine offers. There is no way to hand one a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nlq.policy.scope import ScopedQuery
    from nlq.values import Result, Snapshot


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may take: rows fetched, seconds until it is interrupted in the engine, and bytes of text in its rows."""

    max_rows: int = 10_000
    timeout_s: float = 30.0
    max_bytes: int = 64_000_000


class Engine(Protocol):
    """Runs scoped queries over one database."""

    async def run(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot | None = None) -> Result:
        """Run a scoped query; the columns are typed, the rows at most `limits.max_rows`.

        `snapshot` is what it was compiled against: a cache keeps the result for that state of the data.
        """

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """The watermark, and each table's version for one tenant (None: over all of them)."""

    def picks(self, scoped: ScopedQuery) -> str:
        """The name of the engine that a query would run on: its dialect."""

    async def close(self) -> None:
        """Let go of the database."""

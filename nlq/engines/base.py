"""What every engine offers. There is no way to hand one a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nlq.policy.scope import ScopedQuery
    from nlq.values import Result, Snapshot


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may take: rows fetched, and seconds until it is interrupted in the engine."""

    max_rows: int = 10_000
    timeout_s: float = 30.0


class Engine(Protocol):
    """Runs scoped queries over one database."""

    name: str

    async def run(self, scoped: ScopedQuery, limits: Limits) -> Result:
        """Run a scoped query; the columns are typed, the rows at most `limits.max_rows`."""

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """The watermark, and each table's version for one tenant (None: over all of them)."""

    def close(self) -> None:
        """Let go of the database."""

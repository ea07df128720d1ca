"""The hot tier: PostgreSQL, whose own row security reads the asker's claims and holds the same rule once more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlq.engines.cells import result
from nlq.engines.held import Held
from nlq.engines.snapshot import build
from nlq.errors import EngineDown, Internal

if TYPE_CHECKING:
    from nlq.drivers.asyncpg import Postgres
    from nlq.engines.base import Limits
    from nlq.policy.scope import ScopedQuery
    from nlq.semantics.model import SemanticModel
    from nlq.values import Principal, Result, Snapshot

STATE_TIMEOUT_S = 10.0


class PostgresEngine:
    """Runs scoped queries over the hot tier, and reads what is published."""

    name = "postgres"

    def __init__(self, database: Postgres, model: SemanticModel) -> None:
        self._database, self._model = database, model
        self._kept: dict[str | None, Snapshot] = {}
        self._held = Held(model, lambda texts: database.several(texts, timeout_s=STATE_TIMEOUT_S))

    async def run(self, scoped: ScopedQuery, limits: Limits, snapshot: Snapshot | None = None) -> Result:  # noqa: ARG002 - a cache keys by it
        """Run a scoped query as its asker.

        Raises:
            TimedOut, EngineDown, Internal: see the driver.
        """
        held = scoped.foreign and await self._held.of(scoped.reads)
        text, values = scoped.sql("postgres", held=held)
        fetched = await self._database.run(
            text,
            tuple(values),
            max_rows=limits.max_rows,
            timeout_s=limits.timeout_s,
            max_bytes=limits.max_bytes,
            claims=claims(scoped.principal),
        )
        return result(scoped, fetched, self.name, text)

    async def snapshot(self, org_id: str | None) -> Snapshot:
        """What is published for a tenant. The whole of it is read only where its number has changed."""
        text = _read("postgres_published.sql")
        published = (await self._ask([(text, ())]))[0]
        kept = self._kept.get(org_id)
        if published and kept is not None and kept.publication == str(published[0][0]):
            return kept
        published, rows, equal = await self._ask(
            [(text, ()), (_read("postgres_snapshot.sql"), (org_id,)), (_read("postgres_equal.sql"), (org_id,))]
        )
        if not published:
            raise EngineDown("nothing is published: the warehouse is empty, or being loaded", where="nlq.tier_watermark",
                             fix="`nlq warehouse load` loads it; run it again where it was stopped",
                             public="the data is being loaded; ask again in some minutes")  # fmt: skip
        number, watermark = published[0]
        found = build(self._model, rows, (row[0] for row in equal), watermark, str(number))
        if len(self._kept) > 1_000:
            self._kept.clear()
        self._kept[org_id] = found
        return found

    def picks(self, scoped: ScopedQuery) -> str:
        """There is one engine here."""
        del scoped
        return self.name

    async def close(self) -> None:
        """Drop the connections."""
        await self._database.close()

    async def _ask(self, texts: list[tuple[str, tuple[str | None, ...]]]) -> list[list[tuple[Any, ...]]]:
        try:
            return await self._database.several(texts, timeout_s=STATE_TIMEOUT_S)
        except Internal:
            raise EngineDown("the database holds no nlq warehouse", where="NLQ_POSTGRES_URL",
                             fix="`nlq warehouse load` makes and loads it") from None  # fmt: skip


def claims(principal: Principal) -> str:
    """The asker as the token's claims that row security reads."""
    regions = principal.regions if principal.regions == "*" else list(principal.regions)
    return json.dumps(
        {"sub": principal.sub, "org_id": principal.org_id, "roles": list(principal.roles), "regions": regions}
    )


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")

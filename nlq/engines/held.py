"""Does PostgreSQL itself hold an account to the asker's rows? Then SQL that somebody wrote needs no barrier of ours before its conditions.

Two signs have to agree for every table: row security is active for the account, or a barrier view stands before the rows; and without
claims the account sees none. An account for which a policy says `true`, as Trino's, has the first and not the second.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import NlqError
from nlq.sql.defined import source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from typing import Any

    from nlq.semantics.model import SemanticModel

    Texts = list[tuple[str, tuple[Any, ...]]]

KEPT_S = (
    600.0  # how long an answer holds: rights change seldom, and an empty table has nothing to tell until it is loaded
)
SIGNS = """
SELECT count(*) = $2 AND bool_and(
    CASE WHEN c.relkind = 'v' THEN coalesce(c.reloptions && '{security_barrier=true,security_barrier=on,security_barrier=1}', false)
         ELSE row_security_active(c.oid) END)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname || '.' || c.relname = ANY ($1)
"""


class Held:
    """Answers for sets of tables, kept for a while. `ask` runs texts without claims, all as of one moment."""

    def __init__(
        self, model: SemanticModel, ask: Callable[[Texts], Coroutine[Any, Any, list[list[tuple[Any, ...]]]]]
    ) -> None:
        self._model, self._ask = model, ask
        self._kept: dict[frozenset[str], tuple[float, bool]] = {}

    async def of(self, tables: Iterable[str]) -> bool:
        """Whether the account sees of these tables only what claims open. What cannot be found out is no."""
        key = frozenset(name for name in tables if isinstance(self._model.tables[name].policy, dict))
        found = self._kept.get(key)
        if found is None or time.monotonic() - found[0] > KEPT_S:
            found = self._kept[key] = time.monotonic(), await self._found(key)
        return found[1]

    async def _found(self, tables: frozenset[str]) -> bool:
        if not tables:
            return True
        places = [source_of(self._model, name, "r0", None) for name in sorted(tables)]
        names = list({f"{one.text('db')}.{one.name}" for one in places})
        empty = exp.not_(exp.or_(*(exp.Exists(this=exp.select("1").from_(one)) for one in places)))
        try:
            signs, sees = await self._ask([(SIGNS, (names, len(names))), (exp.select(empty).sql("postgres"), ())])
        except NlqError:
            return False
        return bool(signs[0][0]) and bool(sees[0][0])

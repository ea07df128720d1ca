"""The values of a scope: which stores, cities, brands … an asker's own rows hold.

They are read by ordinary scoped queries of that asker, and kept under the scope's fingerprint and the tables' versions: what
one scope sees is never in another's index.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.engines.base import Engine, Limits
from nlq.policy.scope import fingerprint, scope
from nlq.semantics.joins import find_field
from nlq.sql.tiers import expand
from nlq.values import KnownValue, Lineage, Principal, ScopeValues, Snapshot, Statement, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension

LIMITS = Limits(max_rows=200_000, timeout_s=30.0)


class ValueIndex:
    """Known values by scope, in memory and in a cache folder."""

    def __init__(self, engine: Engine, model: SemanticModel, cache: Path | None) -> None:
        self._engine, self._model, self._cache = engine, model, cache
        self._kept: dict[str, ScopeValues] = {}

    async def of(self, principal: Principal, snapshot: Snapshot) -> ScopeValues:
        """The values of every dimension that takes them from the data, as this asker sees them."""
        dimensions = [one for one in self._model.dimensions.values() if one.values == "from_data"]
        tables = tuple(sorted({one.table for one in dimensions}))
        name = f"values-{fingerprint(principal, self._model)[:24]}-{snapshot.version_of(tables)}"
        if name not in self._kept:
            found = self._read(name)
            if found is None:
                found = ScopeValues({one.name: await self._values(one, principal, snapshot) for one in dimensions})
                self._write(name, found)
            found.name = name
            self._kept[name] = found
        return self._kept[name]

    async def _values(self, one: Dimension, principal: Principal, snapshot: Snapshot) -> tuple[KnownValue, ...]:
        """SELECT DISTINCT id, name and what it lies in."""
        columns = [one.id or one.columns[0], one.show or one.columns[0]]
        parents = []
        for parent in _ancestors(self._model, one):
            field = find_field(self._model, one.table, parent.name)
            if field is not None and not field.path:
                parents.append(parent.name)
                columns.append(field.columns[0])
        picked = [exp.alias_(exp.column(column, table=one.table), f"c{index}") for index, column in enumerate(columns)]
        table = exp.alias_(exp.table_(one.table, db=self._model.header.schema_), one.table, table=True)
        tree = exp.select(*picked).distinct().from_(table).order_by(*(f"c{index}" for index in range(len(columns))))
        placed = expand(tree, self._model, snapshot.watermark)
        statement = Statement(Tree(placed), (), Lineage((one.table,)), snapshot.watermark)
        result = await self._engine.run(scope(statement, principal, self._model), LIMITS)
        return tuple(
            KnownValue(str(row[0]), str(row[1]), {name: str(cell) for name, cell in zip(parents, row[2:], strict=True)})
            for row in result.rows
            if row[0] is not None and row[1] is not None
        )

    def _read(self, name: str) -> ScopeValues | None:
        if self._cache is None:
            return None
        try:
            raw = json.loads((self._cache / f"{name}.json").read_bytes())
            return ScopeValues({key: tuple(KnownValue(*one) for one in values) for key, values in raw.items()})
        except (OSError, ValueError, TypeError):
            return None

    def _write(self, name: str, values: ScopeValues) -> None:
        if self._cache is None:
            return
        try:
            self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._cache / f"{name}.{os.getpid()}"
            plain = {key: [(one.id, one.label, dict(one.within)) for one in known] for key, known in values.items()}
            draft.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
            draft.chmod(0o600)
            draft.replace(self._cache / f"{name}.json")
        except OSError:
            return


def _ancestors(model: SemanticModel, one: Dimension) -> Iterable[Dimension]:
    while one.parent:
        one = model.dimensions[one.parent]
        yield one

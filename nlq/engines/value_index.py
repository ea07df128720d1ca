"""The values of a scope: which stores, cities, brands … an asker's own rows hold.

They are read by ordinary scoped queries of that asker, and kept under the scope's fingerprint and the tables' versions: what
one scope sees is never in another's index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.engines import kept_values
from nlq.engines.base import Engine, Limits
from nlq.engines.kept_values import KeptValues, Packing
from nlq.policy.scope import fingerprint, scope
from nlq.semantics import sections
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
        self._kept: dict[str, KeptValues] = {}

    async def of(self, principal: Principal, snapshot: Snapshot) -> ScopeValues:
        """The values of every dimension that takes them from the data, as this asker sees them."""
        dimensions = [one for one in self._model.dimensions.values() if one.values == "from_data"]
        tables = tuple(sorted({one.table for one in dimensions}))
        name = f"values-{fingerprint(principal, self._model)[:24]}-{snapshot.version_of(tables)}"
        if name not in self._kept:
            kept = None if self._cache is None else kept_values.read(self._cache / f"{name}.bin", name)
            if kept is None:
                packing = Packing()
                for one in dimensions:
                    packing.add(one.name, await self._values(one, principal, snapshot))
                kept = self._keep(name, packing.content(name))
            kept.name = name
            self._kept[name] = kept
        return self._kept[name]

    def _keep(self, name: str, content: bytes) -> KeptValues:
        """The values as they are kept: mapped from a file, or in memory where none can be written."""
        kept = None
        if self._cache is not None and sections.write(self._cache / f"{name}.bin", content):
            kept = kept_values.read(self._cache / f"{name}.bin", name)
        return kept or kept_values.opened(name, content)

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


def _ancestors(model: SemanticModel, one: Dimension) -> Iterable[Dimension]:
    while one.parent:
        one = model.dimensions[one.parent]
        yield one

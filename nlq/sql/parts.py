"""A statement as it grows: its WITH, what its lineage will say, and relations of one row a group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.tiers import HOME

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.semantics.model import SemanticModel
    from nlq.sql.fields import Keys
    from nlq.sql.leaves import Breakdown
    from nlq.sql.small import Withheld
    from nlq.values.pipeline import Snapshot


@dataclass(slots=True)
class Parts:
    """The WITH of a statement as it grows, and what its lineage will say."""

    model: SemanticModel
    snapshot: Snapshot
    ctes: list[tuple[str, exp.Expr]] = field(default_factory=list)
    tables: dict[str, None] = field(default_factory=dict)
    rollups: dict[str, None] = field(default_factory=dict)
    why: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)  # CTEs that several may read, by what they hold

    @property
    def home(self) -> str | None:
        """Where tables that are on both tiers are read."""
        return HOME if self.snapshot.watermark is not None else None

    def add(self, name: str, query: exp.Expr) -> str:
        """One more CTE, under the name or one like it that is free."""
        taken = {one for one, _ in self.ctes}
        free, count = name, 2
        while free in taken or free in self.model.tables:
            free, count = f"{name}_{count}", count + 1
        self.ctes.append((free, query))
        return free

    def once(self, name: str, query: Callable[[], exp.Expr]) -> str:
        """The CTE that holds what the name says, added where it is not there yet."""
        if name not in self.shared:
            self.shared[name] = self.add(name, query())
        return self.shared[name]


@dataclass(frozen=True, slots=True)
class Figures:
    """A relation of one row a group: the keys, and the leaves of a breakdown.

    `zero` are leaves for which nothing is zero; `withheld` says which figures may not be shown.
    """

    name: str
    keys: tuple[Keys, ...]
    broken: Breakdown
    zero: frozenset[str]
    withheld: Withheld

    def over(self, expression: exp.Expr) -> exp.Expr:
        """A metric's expression over this relation's columns."""

        def fix(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column) or node.table:
                return node
            column = exp.column(node.name, table=self.name)
            return self._or_zero(column)

        if isinstance(expression, exp.Column):  # a plain aggregate, as most are: nothing to copy
            return self._or_zero(exp.column(expression.name, table=self.name))
        return expression.transform(fix)

    def _or_zero(self, column: exp.Expr) -> exp.Expr:
        zero = column.name in self.zero
        value = exp.Coalesce(this=column, expressions=[exp.Literal.number(0)]) if zero else column
        return self.withheld.shown(column.name, value)

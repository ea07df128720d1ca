"""Small groups: figures that are made of the rows of fewer people than a model says are withheld, and so are totals that hold one.

They are withheld where figures are put together, before conditions on them, orders, limits, places, shares and comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import NotPermitted
from nlq.sql.build import called, cast, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import SmallGroups
    from nlq.sql.fields import Keys
    from nlq.sql.leaves import Leaf
    from nlq.sql.parts import Parts

SMALL = "__small"


def held(model: SemanticModel, metric: str) -> list[SmallGroups]:
    """What withholds small groups of a metric's rows: one of each table that it is made of."""
    key = ("small_groups", metric)
    found: list[SmallGroups] | None = model.memo.get(key)
    if found is None:
        one = model.metrics.get(metric)
        tables = model.base_tables(metric) if one is not None else frozenset()
        found = model.memo[key] = [rule for rule in map(model.small_groups, sorted(tables)) if rule is not None]
    return found


def refused(model: SemanticModel, metric: str, what: str) -> NotPermitted:
    """The refusal of what would tell of small groups by itself."""
    rule = held(model, metric)[0]
    people = model.metrics[rule.people].label.lower()
    return NotPermitted(f"{what} would tell of fewer than {rule.fewer_than} {people}", where=f"metric {metric}",
                        fix="ask for plain figures of each period")  # fmt: skip


def note(model: SemanticModel, rule: SmallGroups) -> str:
    """What is said beside every answer of which figures may be withheld."""
    people = model.metrics[rule.people].label.lower()
    return f"figures of fewer than {rule.fewer_than} {people} are withheld, and totals and shares that hold one"


@dataclass(frozen=True, slots=True)
class Withheld:
    """Of the figures in a relation: for each leaf the column that counts its people, and how many there have to be.

    Without a number the column marks what is withheld.
    """

    relation: str
    people: Mapping[str, tuple[str, int | None]]

    def __bool__(self) -> bool:
        return bool(self.people)

    def shown(self, leaf: str, value: exp.Expr) -> exp.Expr:
        """A leaf's value, where it is not withheld. Where there are no rows, there are no people."""
        if leaf not in self.people:
            return value
        column, fewest = self.people[leaf]
        found = exp.column(column, table=self.relation)
        if fewest is None:
            return exp.Case().when(exp.Is(this=found, expression=exp.Null()), value, copy=False)
        number = exp.Literal.number(fewest)
        enough = exp.GTE(this=exp.Coalesce(this=found, expressions=[number]), expression=number.copy())
        return exp.Case().when(enough, value, copy=False)

    @property
    def any(self) -> exp.Expr:
        """Whether any figure of a row is withheld."""
        return exp.or_(*(self._small(*one) for one in dict.fromkeys(self.people.values())), copy=False)

    def mark(self) -> exp.Expr:
        """A one where any figure of a row is withheld, else null."""
        return exp.Case().when(self.any, cast(exp.Literal.number(1), "bigint"), copy=False)

    def _small(self, column: str, fewest: int | None) -> exp.Expr:
        found = exp.column(column, table=self.relation)
        if fewest is None:
            return exp.not_(exp.Is(this=found, expression=exp.Null()), copy=False)
        number = exp.Literal.number(fewest)
        return exp.LT(this=exp.Coalesce(this=found, expressions=[number]), expression=number.copy())


NOTHING = Withheld("", {})


def withheld(model: SemanticModel, relation: str, leaves: Iterable[Leaf]) -> Withheld:
    """Of each leaf whose people are counted."""
    people: dict[str, tuple[str, int | None]] = {}
    for leaf in leaves:
        if leaf.people:
            people[leaf.alias] = (
                leaf.people,
                None if leaf.fold is not None else held(model, leaf.metric)[0].fewer_than,
            )
    return Withheld(relation, people)


def groups(parts: Parts, name: str, found: Withheld, keys: tuple[Keys, ...], kept: tuple[str, ...]) -> tuple[str, tuple[Keys, ...]]:  # fmt: skip
    """A relation of the groups by some of the keys, each marked (`__small`) where any figure in it is withheld."""
    by = tuple(key for key in keys if key.field in kept)
    columns = [exp.column(alias, table=found.relation) for key in by for alias in key.aliases]
    mark = called(exp.Max(this=found.mark()), SMALL)
    tree = exp.select(*columns, mark, copy=False).from_(named(found.relation), copy=False)
    if columns:
        tree = tree.group_by(*(one.copy() for one in columns), copy=False)
    return parts.add(name, tree), by

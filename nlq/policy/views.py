"""A model's tables as askers of one reach see them, each made once: the sub-selects that stand in place of scans."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.policy.kept import Kept
from nlq.policy.rules import Policies
from nlq.sql.dialect import adapted, bind, written
from nlq.sql.tiers import tiers_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from nlq.policy.reach import Reach
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Table

MOST_VIEWS = 512  # of one reach: a table with some of its columns, in a tier


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """`SELECT columns FROM table WHERE policy`, in the canonical dialect.

    `reads` are all tables that it reads, `tiers` where; `unmasked`: it shows what the model masks.
    """

    canonical: exp.Select
    reads: frozenset[str]
    tiers: frozenset[str]
    unmasked: bool
    _texts: dict[object, str] = field(default_factory=dict)

    def placed(self, dialect: str, *, fenced: bool) -> exp.Expr:
        """What stands in a statement's tree in place of a table's name: the text for an engine, which is written once."""
        return exp.Var(this=f"({self._text(dialect, fenced=fenced)})")

    def text(self, dialect: str, names: Collection[str], order: Sequence[str], *, fenced: bool) -> str:
        """The text for an engine, its placeholders as they stand in a statement that binds its values in this order.

        `fenced`: with OFFSET 0, before which an engine tries nothing of what stands around it, where the engine needs that.
        """
        key = dialect, fenced, tuple(order) if dialect == "postgres" else ()  # which alone numbers them
        if key not in self._texts:
            self._texts[key] = bind(self._text(dialect, fenced=fenced), names, dialect, order)[0]
        return self._texts[key]

    def _text(self, dialect: str, *, fenced: bool) -> str:
        """The text in which values are named still."""
        key = dialect, fenced
        if key not in self._texts:
            tree = adapted(self.canonical.copy(), dialect)
            if fenced and fence_needed(self.canonical, dialect):
                tree.set("offset", exp.Offset(expression=exp.Literal.number(0)))
            self._texts[key] = written(tree, dialect, pretty=False)
        return self._texts[key]


def fence_needed(view: exp.Expr, dialect: str) -> bool:
    """Whether an engine tries conditions around a policy before the policy itself.

    PostgreSQL does so by their cost, DuckDB where the policy is a join to another table; plain conditions on a scan DuckDB tries first,
    and a fence there would cost what the days of a scan spare.
    """
    where = view.args.get("where")
    if dialect == "postgres":
        return where is not None
    return dialect == "duckdb" and where is not None and where.find(exp.Exists) is not None


class Views:
    """The views of one reach. Safe to share between threads."""

    def __init__(self, model: SemanticModel, reach: Reach, watermark: date | None) -> None:
        self.model, self.reach, self.watermark = model, reach, watermark
        self._found: Kept[View] = Kept(MOST_VIEWS)

    @cached_property
    def hidden(self) -> dict[str, frozenset[str]]:
        """The columns of each table whose values these askers may not see."""
        masked = self._policies().masked
        return {name: frozenset(column for column, spec in table.columns.items() if masked(spec))
                for name, table in self.model.tables.items()}  # fmt: skip

    def table(self, name: str) -> Table:
        """A table that has a policy.

        Raises:
            NotPermitted: it has none, or there is none.
        """
        return self._policies().table(name)

    def of(self, name: str, columns: tuple[str, ...], tier: str | None) -> View:
        """A table with these columns, in one tier.

        Raises:
            NotPermitted: the table has no policy.
        """
        return self._found.get((name, columns, tier), lambda: self._made(name, columns, tier))

    def _made(self, name: str, columns: tuple[str, ...], tier: str | None) -> View:
        policies = self._policies()
        tree = policies.view(name, columns, tier)
        specs = self.model.tables[name].columns
        unmasked = any(specs[column].mask and column not in self.hidden[name] for column in columns)
        return View(tree, frozenset(policies.read), tiers_of(tree), unmasked)

    def _policies(self) -> Policies:
        return Policies(self.model, self.reach, self.watermark)

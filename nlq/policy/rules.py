"""Row rules and masks: for a table and a reach, the SELECT that holds only what such an asker may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import NotPermitted
from nlq.policy.reach import MASK_KEY, placeholder
from nlq.semantics.model import ATTRIBUTES, SemanticModel
from nlq.semantics.tables import Exists, Rule, Table, TableColumn
from nlq.sql.defined import source_of, validity
from nlq.sql.masked import masked_value
from nlq.sql.tiers import Branch, for_period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from nlq.policy.reach import Reach
    from nlq.values.principal import Principal


@dataclass(frozen=True, slots=True)
class RowRule:
    """One decision about a table's rows, and its reason."""

    table: str
    because: str


class Policies:
    """The policy of a model for askers of one reach. Deny by default: no policy, no attribute or no value means no rows."""

    def __init__(self, model: SemanticModel, reach: Reach, watermark: date | None = None) -> None:
        self.model = model
        self.reach = reach
        self.watermark = watermark
        self.read: dict[str, None] = {}  # every table that a view of these askers' reads, policies included

    def view(self, name: str, columns: Sequence[str], tier: str | None = None) -> exp.Select:
        """`SELECT columns FROM table WHERE policy`, with masks in place of masked columns, in one tier.

        Raises:
            NotPermitted: the table has no policy.
        """
        table = self.table(name)
        alias = "r0"
        picked = [self._column(table, column, alias) for column in columns]
        tree = exp.select(*picked).from_(self._source(name, alias, tier))
        terms = self.predicate(name, alias, 0, tier)
        return tree.where(*terms, copy=False) if terms else tree

    def table(self, name: str) -> Table:
        """A table that has a policy."""
        table = self.model.tables.get(name)
        if table is None or table.policy is None:
            raise NotPermitted(f"there is no table {name} that you may read")
        return table

    def predicate(self, name: str, alias: str, depth: int, tier: str | None = None) -> list[exp.Expr]:
        """What a row of a table, under this alias, must fulfil: that it counts, and that the asker may see it."""
        table = self.table(name)
        terms: list[exp.Expr] = []
        if isinstance(table.valid, str):
            terms.append(validity(self.model, table, alias))
        elif isinstance(table.valid, Exists):
            terms.append(self._exists(table, table.valid.exists, table.valid.on, alias, depth, tier))
        if table.policy != "shared":
            rules: Mapping[str, Rule] = table.policy or {}
            for attribute in ATTRIBUTES:
                term = self._attribute(table, rules.get(attribute), attribute, alias, depth, tier)
                if term is not None and term not in terms:
                    terms.append(term)
        return terms

    def _attribute(self, table: Table, rule: Rule | None, attribute: str, alias: str, depth: int,
                   tier: str | None) -> exp.Expr | None:  # fmt: skip
        """The term of one attribute; None where it does not restrict."""
        if rule is None:
            return exp.false()
        count = self.reach.count(attribute)
        if rule.not_applicable is not None or count is None:
            return None
        if count == 0:
            return exp.false()
        if rule.exists is not None and rule.on is not None:
            return self._exists(table, rule.exists, rule.on, alias, depth, tier)
        column = exp.column(rule.column or "", table=alias)
        bound = [exp.Placeholder(this=placeholder(attribute, index)) for index in range(count)]
        return exp.EQ(this=column, expression=bound[0]) if len(bound) == 1 else exp.In(this=column, expressions=bound)

    def _exists(self, child: Table, parent: str, on: Mapping[str, str], alias: str, depth: int,
                tier: str | None) -> exp.Expr:  # fmt: skip
        """A visible row of the parent names this row. The parent's own policy holds inside.

        A parent that the watermark splits is looked for in the row's own tier where the row is split as well (by the
        same day: `valid` and policies join a row to a parent of its day), else in both.
        """
        spec = self.table(parent)
        branches: tuple[Branch, ...] = (Branch(tier),)
        if tier is not None and spec.tier is not None and child.tier is None:
            branches = for_period(spec, None, self.watermark)
        found = [self._exists_in(spec, branch, on, alias, depth) for branch in branches]
        return found[0] if len(found) == 1 else exp.paren(exp.or_(*found))

    def _exists_in(self, parent: Table, branch: Branch, on: Mapping[str, str], alias: str, depth: int) -> exp.Expr:
        inner = f"r{depth + 1}"
        same = [
            exp.EQ(this=exp.column(its, table=inner), expression=exp.column(mine, table=alias))
            for mine, its in on.items()
        ]
        edge = branch.conditions(exp.column(parent.tier.column, table=inner)) if parent.tier is not None else []
        terms = [*same, *edge, *self.predicate(parent.name, inner, depth + 1, branch.tier)]
        chosen = exp.select(exp.Literal.number(1)).from_(self._source(parent.name, inner, branch.tier)).where(*terms)
        return exp.Exists(this=chosen)

    def _source(self, name: str, alias: str, tier: str | None) -> exp.Expr:
        self.read[name] = None
        return source_of(self.model, name, alias, tier)

    def _column(self, table: Table, name: str, alias: str) -> exp.Expr:
        column = exp.column(name, table=alias)
        spec = table.columns[name]
        if not self.masked(spec):
            return column
        return exp.alias_(masked_value(spec, column, self._key()), name)

    def _key(self) -> exp.Expr | None:
        """The tenant's key of hashing masks, bound as a value; None where there is none."""
        return exp.Placeholder(this=MASK_KEY) if self.reach.keyed else None

    def masked(self, spec: TableColumn) -> bool:
        """Whether a column's values are hidden from this asker."""
        return spec.mask is not None and self.reach.lifts.isdisjoint(spec.unmask)


def reasons(model: SemanticModel, principal: Principal, names: Sequence[str]) -> tuple[RowRule, ...]:
    """Why rows of these tables are, or are not, seen: for provenance and audit."""
    regions = principal.regions
    part = "all regions" if regions == "*" else f"regions {', '.join(regions) or 'none'}"
    own, shared = f"rows of {principal.org_id}, {part}", "shared by all tenants"
    return tuple(RowRule(name, shared if model.tables[name].policy == "shared" else own) for name in names)

"""Hot and cold: which tiers a scan needs, and the branches written out with the watermark in each.

A tier is a catalog of that name. The watermark W splits a table's rows: hot `column >= W`, cold `column < W`; for a table kept
by month, W stands for the first day of its month. A tier that cannot contribute is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.build import day
from nlq.sql.build import table as base_table
from nlq.sql.dialect import HOT
from nlq.sql.resolve import is_cte

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Table, Tier
    from nlq.values.query import Period

COLD = "cold"
HOME = "home"  # in place of a tier until it is known which: for tables that are on both


@dataclass(frozen=True, slots=True)
class Branch:
    """One tier of a scan: its rows are those `since` a day, or `before` one; neither where the period alone says it."""

    tier: str | None
    since: date | None = None
    before: date | None = None

    def conditions(self, column: exp.Expr) -> list[exp.Expr]:
        """The bound that keeps the tiers apart."""
        found: list[exp.Expr] = []
        if self.since is not None:
            found.append(exp.GTE(this=column.copy(), expression=day(self.since)))
        if self.before is not None:
            found.append(exp.LT(this=column.copy(), expression=day(self.before)))
        return found


WHOLE = (Branch(None),)


def bound(tier: Tier, watermark: date) -> date:
    """The first day that is hot in a table."""
    return watermark.replace(day=1) if tier.grain == "month" else watermark


def branches(table: Table, first: date | None, last: date | None, watermark: date | None) -> tuple[Branch, ...]:
    """The tiers that hold a table's rows from `first` to `last` (None: without end), hot first.

    A table that is not split is on both; it is read from the hot one.
    """
    if watermark is None:
        return WHOLE
    if table.tier is None:
        return (Branch(HOT),)
    edge = bound(table.tier, watermark)
    if first is not None and first >= edge:
        return (Branch(HOT),)
    if last is not None and last < edge:
        return (Branch(COLD),)
    return (Branch(HOT, since=edge), Branch(COLD, before=edge))


def for_period(table: Table, period: Period | None, watermark: date | None) -> tuple[Branch, ...]:
    """The tiers of a scan over a period; where the table has no time of its own, the period does not bind it."""
    if period is None or table.time is None or table.tier is None or table.tier.column != table.time:
        return branches(table, None, None, watermark)
    return branches(table, period.start, period.end, watermark)


def at_home(tree: exp.Expr) -> exp.Expr:
    """Tables that are on both tiers are read in the cold one where nothing else is hot, else in the hot one."""
    tables = [one for one in tree.find_all(exp.Table) if one.catalog]
    home = (
        COLD if {one.catalog for one in tables} <= {COLD, HOME} and any(one.catalog == COLD for one in tables) else HOT
    )
    for one in tables:
        if one.catalog == HOME:
            one.set("catalog", exp.to_identifier(home))
    return tree


def expand(tree: exp.Expr, model: SemanticModel, watermark: date | None) -> exp.Expr:
    """A resolved tree (names qualified) with each base table in the tiers that hold its rows.

    A table that needs both becomes the union of its branches. What the query's own WHERE says about the table's time
    column leaves a tier out. If every split table is cold, the tables that are on both are read there too.
    """
    if watermark is None:
        return tree
    scans = [table for table in tree.find_all(exp.Table) if not is_cte(table)]
    chosen = [(table, _needed(table, model, watermark)) for table in scans]
    split = [found for table, found in chosen if model.tables[table.name].tier is not None]
    all_cold = bool(split) and all(len(found) == 1 and found[0].tier == COLD for found in split)
    for table, found in chosen:
        home = COLD if all_cold and model.tables[table.name].tier is None else None
        if len(found) == 1:
            table.set("catalog", exp.to_identifier(home or found[0].tier))
        else:
            table.replace(_union(table, model.tables[table.name], found))
    return tree


def tiers_of(tree: exp.Expr) -> frozenset[str]:
    """The tiers that a tree reads; empty where there is one tier."""
    return frozenset(table.catalog for table in tree.find_all(exp.Table) if table.catalog)


def _needed(table: exp.Table, model: SemanticModel, watermark: date) -> tuple[Branch, ...]:
    spec = model.tables[table.name]
    if spec.tier is None:
        return branches(spec, None, None, watermark)
    first, last = said_days(table, spec.tier.column)
    return branches(spec, first, last, watermark)


def _union(table: exp.Table, spec: Table, found: tuple[Branch, ...]) -> exp.Subquery:
    """SELECT columns FROM hot … UNION ALL SELECT columns FROM cold …, under the table's alias."""
    assert spec.tier is not None  # noqa: S101 - only a split table has two branches
    arms = []
    for branch in found:
        picked = [exp.alias_(exp.column(name, table=table.name), name) for name in spec.stored]
        arm = exp.select(*picked).from_(base_table(table.name, table.db, table.name, branch.tier))
        arms.append(arm.where(*branch.conditions(exp.column(spec.tier.column, table=table.name)), copy=False))
    union = exp.Union(this=arms[0], expression=arms[1], distinct=False)
    return exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))


def said_days(table: exp.Table, column: str) -> tuple[date | None, date | None]:
    """The first and last day that the WHERE around a table leaves, as far as it says so with plain dates.

    Only conditions that a null fails are taken, so that it holds on the optional side of a join as well.
    """
    select = table.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    first, last = None, None
    for term in where.this.flatten() if where is not None and isinstance(where.this, exp.And) else [where.this] if where else []:  # fmt: skip
        low, high = _range(term, table.alias_or_name, column)
        first = max(filter(None, (first, low)), default=None)
        last = min(filter(None, (last, high)), default=None)
    return first, last


def _range(term: exp.Expr, alias: str, column: str) -> tuple[date | None, date | None]:
    """What one condition says about the days of a column."""
    term = term.unnest()
    if not isinstance(term, (exp.Between, exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        return None, None
    subject = term.this
    if not (isinstance(subject, exp.Column) and subject.table == alias and subject.name == column):
        return None, None
    if isinstance(term, exp.Between):
        return _date(term.args["low"]), _date(term.args["high"])
    value = _date(term.expression)
    if value is None:
        return None, None
    if isinstance(term, exp.EQ):
        return value, value
    one = timedelta(days=1)
    if isinstance(term, (exp.GT, exp.GTE)):
        return (value + one if isinstance(term, exp.GT) else value), None
    return None, (value - one if isinstance(term, exp.LT) else value)


def _date(node: exp.Expr) -> date | None:
    """A literal date: CAST('2026-11-01' AS DATE), however it was written."""
    if not (isinstance(node, (exp.Cast, exp.TryCast)) and node.to.this.name == "DATE"):
        return None
    if not (isinstance(node.this, exp.Literal) and node.this.is_string):
        return None
    try:
        return date.fromisoformat(node.this.this)
    except ValueError:
        return None

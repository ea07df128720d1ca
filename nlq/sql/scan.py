"""One inner query: a table, the joins that its fields need, the filters in it, aggregated by the keys."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql import columns as of_columns
from nlq.sql import filters
from nlq.sql.build import again, called, day, joined, select, some_rows, table
from nlq.sql.fields import SEGMENT, Fields
from nlq.sql.frames import length

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.periods import Unit
    from nlq.sql.leaves import Leaf
    from nlq.sql.sources import Measure

MATCHED = "__matched"  # a one on rows that the filter of a distinct count leaves
AGGREGATES: dict[str, type[exp.AggFunc]] = {"sum": exp.Sum, "count": exp.Count, "min": exp.Min, "max": exp.Max}


def figure(model: SemanticModel, leaf: Leaf, value: exp.Expr) -> exp.Expr:
    """A leaf's column, with what its metric means beside it."""
    metric, made = model.metrics[leaf.metric], called(value, leaf.alias)
    made.add_comments([f" {metric.name}: {metric.description} "])
    return made


class Scan(Fields):
    """Builds one inner query."""

    def build(self) -> exp.Select:
        """The aggregates, by the keys."""
        grouped, picked = self.keyed()
        for measure in self.source.measures:
            picked.append(figure(self.model, measure.leaf, self._aggregate(measure)))
        tree = self.rows(picked)
        return tree.group_by(*grouped, copy=False) if grouped else some_rows(tree)

    def distinct(self, measure: Measure) -> exp.Select:
        """The different values that a distinct count counts, by the keys."""
        _, picked = self.keyed()
        picked.append(
            exp.alias_(self.only(measure, self.counted(measure, self.home(measure))), measure.leaf.alias, copy=False)
        )
        if self.some(measure):
            picked.append(exp.alias_(self.only(measure, exp.Literal.number(1)), MATCHED, copy=False))
        return self.rows(picked).distinct(copy=False)

    def keyed(self) -> tuple[list[exp.Expr], list[exp.Expr]]:
        """What is grouped by, and the same under its names."""
        grouped: list[exp.Expr] = []
        picked: list[exp.Expr] = []
        for key in self.job.keys:
            for alias, column in zip(key.aliases, self._key_columns(key.field, own=key.own), strict=True):
                if key.field != SEGMENT:  # a literal groups nothing, and means a position to some engines
                    grouped.append(column)
                picked.append(called(again(column), alias))
        return grouped, picked

    def rows(self, picked: list[exp.Expr]) -> exp.Select:
        """SELECT these FROM the source and what its fields asked to be joined, for the rows that count."""
        wanted = (*self.job.where, *(self.job.segment.where if self.job.segment else ()))
        conditions = [*self._period(), *filters.where(self.model, wanted, self)]
        tree = select(picked, self._relation(self.table, self.table))
        spine = self.job.spines.get(self.source.frame)
        if spine is not None and self.frame.spined:
            tree = joined(tree, exp.Table(this=exp.to_identifier(spine)), on=self._in_window(spine))
        for near, alias, join in self.joins.values():
            same = [exp.EQ(this=self.column(join.to, its, alias), expression=self.column(join.from_, mine, near))
                    for mine, its in join.on.items()]  # fmt: skip
            on = exp.and_(*same, *self._version(join.to, alias), copy=False)
            tree = joined(tree, self._relation(join.to, alias), on=on, side="LEFT")
        for alias, same_day in self.calendars.items():
            time = self.model.time_dimension
            assert time is not None  # noqa: S101 - whose calendar it is
            tree = joined(tree, self._relation(time.table, alias), on=same_day, side="LEFT")
        return tree.where(*conditions, copy=False) if conditions else tree

    def only(self, measure: Measure, value: exp.Expr) -> exp.Expr:
        """The value on rows that the leaf's own filter leaves, else null: so leaves share a scan."""
        conditions = filters.where(self.model, measure.leaf.where, self)
        return exp.Case().when(exp.and_(*conditions, copy=False), value, copy=False) if conditions else value

    def value(self, measure: Measure) -> exp.Expr:
        """The column that a measure aggregates, under its leaf's filter; a one where it counts rows."""
        if not measure.column:
            return self.only(measure, exp.Literal.number(1))
        dated = self.model.metrics[measure.leaf.metric].unit == "date"
        read = of_columns.local_date(self.model, self.table, measure.column, self.table) if dated else None
        return self.only(measure, read or self.column(self.table, measure.column, self.table))

    def _relation(self, name: str, alias: str) -> exp.Expr:
        return table(name, self.model.header.schema_, alias, self.branch.tier)

    def _period(self) -> list[exp.Expr]:
        """The period, and the bound of the tier."""
        spec = self.model.tables[self.table]
        found: list[exp.Expr] = []
        period = self.source.period
        if period is not None and self.source.time is not None:
            subject = self.day()
            if period.start != date.min and period.end != date.max:
                found.append(exp.Between(this=subject, low=day(period.start), high=day(period.end)))
            elif period.start != date.min:
                found.append(exp.GTE(this=subject, expression=day(period.start)))
            elif period.end != date.max:
                found.append(exp.LTE(this=subject, expression=day(period.end)))
        if spec.tier is not None:
            found += self.branch.conditions(exp.column(spec.tier.column, table=self.table))
        return found

    def _in_window(self, spine: str) -> exp.Expr:
        """The rows that a day of the spine holds: of the window that ends with it, or of the one day that it stands for."""
        window, until = self.frame.window, exp.column("until", table=spine)
        if self.frame.lag is not None:
            count, unit = self.frame.lag
            if unit in self.model.own_grains:
                return exp.EQ(this=self.day(), expression=exp.column("day", table=spine))
            return exp.EQ(this=self.day(), expression=of_columns.moved(until, -count, unit))
        if self.frame.start is not None:
            return exp.EQ(this=self.day(), expression=of_columns.first_day(until, self.frame.start))
        assert window is not None  # noqa: S101 - asked before
        ends = exp.LTE(this=self.day(), expression=until)
        if window.trailing is not None:
            count, unit = length(window.trailing)
            begins: exp.Expr = exp.GT(this=self.day(), expression=of_columns.moved(until, -count, unit))
            if unit not in ("day", "week"):  # nor before whole months that end with it: February's last day is no 31st
                after = of_columns.moved(of_columns.moved(until, 1, "day"), -count, unit)
                begins = exp.and_(begins, exp.GTE(this=self.day(), expression=after), copy=False)
            return exp.and_(begins, ends, copy=False)
        if (
            window.to_date is not None and window.to_date != "period"
        ):  # whose first day is that of the rows that are read
            unit_of: Unit = window.to_date
            first = of_columns.first_day(until.copy(), unit_of)
            return exp.and_(exp.GTE(this=self.day(), expression=first), ends, copy=False)
        return ends

    def _aggregate(self, measure: Measure) -> exp.Expr:
        """The aggregate of one leaf."""
        if measure.function == "count_distinct":
            counted = self.only(measure, self.counted(measure, self.home(measure)))
            approximate = measure.approximate and len(measure.columns) <= 2
            found = (
                exp.ApproxDistinct(this=counted) if approximate else exp.Count(this=exp.Distinct(expressions=[counted]))
            )
            return self._unless_none(measure, found)
        if measure.function == "count" and not measure.column:
            found = exp.Count(this=self.value(measure) if measure.leaf.where else exp.Star())
            return self._unless_none(measure, found)
        if measure.function == "count":
            return self._unless_none(measure, exp.Count(this=self.value(measure)))
        return AGGREGATES[measure.function](this=self.value(measure))

    def _unless_none(self, measure: Measure, count: exp.Expr) -> exp.Expr:
        """A count, and null where the leaf's own filter leaves no row: a group without rows has no figure either.

        Where absence is zero the count itself says so.
        """
        if not self.some(measure):
            return count
        matched = exp.Count(this=self.only(measure, exp.Literal.number(1)))
        return exp.Case().when(exp.GT(this=matched, expression=exp.Literal.number(0)), count, copy=False)

    def some(self, measure: Measure) -> bool:
        """Whether it matters that the leaf's own filter leaves any row."""
        leaf = measure.leaf
        zero = self.model.metrics[leaf.metric].absence_is_zero and leaf.frame not in self.job.unknown and not leaf.of
        return bool(leaf.where) and not zero

    def home(self, measure: Measure) -> str:
        """The table whose keys a distinct count counts."""
        if measure.distinct_on is None or measure.distinct_on == self.table:
            return self.table
        return self._alias(self._path(measure.distinct_on))

    def counted(self, measure: Measure, alias: str) -> exp.Expr:
        """The key whose different values are counted; the tenant's column needs no counting."""
        value = self._counted(measure, alias)
        read = [self.column(self.table, name, self.table) for name in measure.known]
        there = [exp.not_(exp.Is(this=one, expression=exp.Null()), copy=False) for one in read]
        return exp.Case().when(exp.and_(*there, copy=False), value, copy=False) if there else value

    def _counted(self, measure: Measure, alias: str) -> exp.Expr:
        home = measure.distinct_on or self.table
        tenant = self.model.tenant_column(home)
        names = [name for name in measure.columns if name != tenant] or list(measure.columns)
        found = [self.column(home, name, alias) for name in names]
        if len(found) == 1:
            return found[0]
        known = exp.and_(
            *(exp.not_(exp.Is(this=one.copy(), expression=exp.Null()), copy=False) for one in found), copy=False
        )
        return exp.Case().when(known, exp.Tuple(expressions=found), copy=False)

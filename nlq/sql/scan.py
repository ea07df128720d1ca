"""One inner query: a table, the joins that its fields need, the filters in it, aggregated by the keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.semantics.joins import find_field, kept_field, kept_path, paths_from
from nlq.sql import columns as of_columns
from nlq.sql import filters
from nlq.sql.build import again, called, day, joined, select, some_rows, table
from nlq.sql.columns import time_bucket
from nlq.sql.frames import Frame, length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlq.semantics.joins import Field
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.periods import Unit
    from nlq.semantics.tables import Dimension, Join
    from nlq.sql.metrics import Leaf
    from nlq.sql.sources import Measure, Source
    from nlq.sql.tiers import Branch
    from nlq.values.query import Condition, Segment

SEGMENT = "segment"
MATCHED = "__matched"  # a one on rows that the filter of a distinct count leaves


@dataclass(frozen=True, slots=True)
class Keys:
    """What a dimension is grouped by, and under which names an inner query gives it; `label` is joined on later."""

    field: str
    table: str
    columns: tuple[str, ...]
    aliases: tuple[str, ...]
    label: str | None = None


def keys_of(model: SemanticModel, dimensions: tuple[str, ...]) -> tuple[Keys, ...]:
    """The grouping keys of the dimensions of a query."""
    found = []
    for name in dimensions:
        plain = name.replace(".", "_")
        one = model.dimensions.get(name)
        if one is None:  # a grain of a date, or a named filter
            found.append(Keys(name, "", (), (plain,)))
        elif one.key:
            found.append(Keys(name, one.table, one.key, tuple(f"{plain}__{column}" for column in one.key), one.show))
        else:
            found.append(Keys(name, one.table, one.columns, (plain,)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Job:
    """What all scans of a query share.

    `sets` are the queries of its set filters; `spines` the days that windows end with. `apart` are the grains of time by which
    rows are grouped before anything is shown: of their own days, where the others are of the days at which a comparison shows them.
    """

    model: SemanticModel
    where: tuple[Condition, ...]
    keys: tuple[Keys, ...]
    frames: tuple[Frame, ...]
    sets: Mapping[Condition, exp.Select]
    spines: Mapping[int, str]
    segment: Segment | None = None
    apart: frozenset[str] = frozenset()


def figure(model: SemanticModel, leaf: Leaf, value: exp.Expr) -> exp.Expr:
    """A leaf's column, with what its metric means beside it."""
    metric, made = model.metrics[leaf.metric], called(value, leaf.alias)
    made.add_comments([f" {metric.name}: {metric.description} "])
    return made


class Scan:
    """Builds one inner query; remembers the joins that its fields asked for."""

    def __init__(self, job: Job, source: Source, branch: Branch) -> None:
        self.job, self.source, self.branch = job, source, branch
        self.model, self.table = job.model, source.table
        self.frame = job.frames[source.frame]
        self.joins: dict[tuple[str, ...], tuple[str, str, Join]] = {}
        self.calendars: dict[str, exp.Expr] = {}

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
            exp.alias_(
                self.only(measure, self.counted(measure, self._alias_of(measure))), measure.leaf.alias, copy=False
            )
        )
        if self.some(measure):
            picked.append(exp.alias_(self.only(measure, exp.Literal.number(1)), MATCHED, copy=False))
        return self.rows(picked).distinct(copy=False)

    def keyed(self) -> tuple[list[exp.Expr], list[exp.Expr]]:
        """What is grouped by, and the same under its names."""
        grouped: list[exp.Expr] = []
        picked: list[exp.Expr] = []
        for key in self.job.keys:
            for alias, column in zip(key.aliases, self._key_columns(key.field), strict=True):
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

    def day(self) -> exp.Expr:
        """The local date of a row."""
        return of_columns.local_date(self.model, self.table, self.source.time or "", self.table)

    def shown_day(self, *, moved: bool = True) -> exp.Expr:
        """The day for which a row counts: its own, or the later one at which a comparison or a window shows it.

        Conditions on dates are of that day: what is asked of March is answered of March, whatever is shown there. What is not
        `moved` is the day itself: of the 30th and 31st of March a month's shift makes one day of April, and they are two.
        """
        if self.frame.spined and self.source.frame in self.job.spines:
            day: exp.Expr = exp.column("until", table=self.job.spines[self.source.frame])
        else:
            day = self.day()
        return of_columns.moved(day, *self.frame.step) if self.frame.step and moved else day

    def column(self, name: str, column: str, alias: str) -> exp.Expr:
        """A column of a table, computed ones spelt out."""
        return self._found(name, column, alias, of_columns.column(self.model, name, column, alias))

    def _found(self, name: str, column: str, alias: str, value: exp.Expr) -> exp.Expr:
        """What is read of a joined table: null where no row was found, whatever is computed there."""
        expr = self.model.tables[name].columns[column].expr
        if (
            expr is None
            or alias == self.table
            or not of_columns.made_of_nothing(of_columns.computed(self.model, name, expr))
        ):
            return value
        key = exp.column(self.model.tables[name].key[0], table=alias)
        there = exp.not_(exp.Is(this=key, expression=exp.Null()), copy=False)
        return exp.Case().when(there, value, copy=False)

    # What conditions ask for (filters.Columns).

    def id(self, field: str) -> exp.Expr:
        """A field to compare by."""
        if field in self.model.filters:
            return exp.Coalesce(
                this=filters.truth(self.model, self.model.filters[field], self), expressions=[exp.false()]
            )
        found = self._field(field)
        if found.dimension.time:
            return self._key_columns(field)[0]
        one, alias = found.dimension, self._alias(found.path)
        wanted = found.columns[one.key.index(one.id)] if one.id else found.columns[0]
        return self._read(found, one, wanted, alias)

    def shown(self, field: str) -> exp.Expr:
        """The column that a keyed dimension shows, always in its own table; any other shows itself."""
        one = self.model.dimensions[field]
        if not one.show:
            return self.id(field)
        return self.column(one.table, one.show, self._alias(self._path(one.table)))

    def _path(self, goal: str) -> tuple[Join, ...]:
        """The joins to another table, as the source's base table has them."""
        path = paths_from(self.model, self.source.base)[goal][0]
        if self.source.rollup is None or not path:
            return path
        found = kept_path(self.model, self.source.rollup, path, self.model.tables[goal].key, joined=True)
        assert found is not None and found[0], goal  # noqa: S101, PT018 - the rollup was chosen for keeping the key
        return found[0]

    def keys(self, field: str) -> list[exp.Expr]:
        """A field's keys, without the tenant's."""
        one = self.model.dimensions.get(field)
        columns = self._key_columns(field)
        if one is None or not one.key:
            return columns
        return [column for name, column in zip(one.key, columns, strict=True) if name != self.model.tenant_column(one.table)]  # fmt: skip

    def chosen(self, condition: Condition) -> exp.Select:
        """The keys that a set filter chooses."""
        return self.job.sets[condition].copy()

    # Fields.

    def _field(self, name: str) -> Field:
        rollup = self.source.rollup
        field = (
            kept_field(self.model, rollup, name)
            if rollup
            else find_field(self.model, self.table, name, self.source.time)
        )
        assert field is not None, name  # noqa: S101 - the source was chosen for reaching it
        return field

    def _key_columns(self, name: str) -> list[exp.Expr]:
        if name == SEGMENT and self.job.segment is not None:
            return [exp.Literal.string(self.job.segment.label)]
        if name in self.model.filters:
            return [self.id(name)]
        field = self._field(name)
        if field.dimension.time:
            apart = name in self.job.apart
            called = f"{field.dimension.name}_{'counted' if apart else 'shown'}"
            return [self._bucket(self.shown_day(moved=not apart), field, called)]
        alias = self._alias(field.path)
        return [self._read(field, field.dimension, column, alias) for column in field.columns]

    def _read(self, field: Field, one: Dimension, column: str, alias: str) -> exp.Expr:
        """A column as its dimension takes it: a date's bucket, a part of it, a number's bin, or as it is."""
        home = field.path[-1].to if field.path else self.table
        if field.grain is not None:
            found = self._found(home, column, alias, of_columns.local_date(self.model, home, column, alias))
            return self._bucket(found, field, f"{one.name}_own")
        return self._found(home, column, alias, of_columns.taken(self.model, one, home, column, alias))

    def _bucket(self, day: exp.Expr, field: Field, called: str) -> exp.Expr:
        """The bucket of a date at a field's grain; a grain of the model's own is read from its calendar."""
        own = self.model.own_grains.get(field.grain or "")
        if own is None:
            return time_bucket(day, field.grain)  # type: ignore[arg-type]
        time = self.model.time_dimension
        assert time is not None and time.column is not None  # noqa: S101, PT018 - it has grains, so it has a calendar
        alias = f"{called}_calendar"
        self.calendars.setdefault(alias, exp.EQ(this=self.column(time.table, time.column, alias), expression=day))
        return self.column(time.table, own, alias)

    def _version(self, name: str, alias: str) -> list[exp.Expr]:
        """The version that held when a day began: the row's own, or where days stand for others the one that it is shown at."""
        versions = self.model.tables[name].versions
        if versions is None:
            return []
        since, before = (
            of_columns.local_time(self.model, name, column, alias) for column in (versions.since, versions.before)
        )
        day = self.shown_day if self.frame.spined or self.frame.by_day else self.day
        still = exp.or_(
            exp.LT(this=day(), expression=before), exp.Is(this=again(before), expression=exp.Null()), copy=False
        )
        return [exp.GTE(this=day(), expression=since), exp.paren(still, copy=False)]

    def _alias(self, path: tuple[Join, ...]) -> str:
        """The alias of the table at a path's end, joining it once."""
        near, walked = self.table, []
        for join in path:
            walked.append(join.to)
            known = self.joins.get(tuple(walked))
            if known is None:
                taken = {alias for _, alias, _ in self.joins.values()} | {self.table}
                alias = join.to if join.to not in taken else "_".join(walked)
                self.joins[tuple(walked)] = (near, alias, join)
                near = alias
            else:
                near = known[1]
        return near

    def _relation(self, name: str, alias: str) -> exp.Expr:
        return table(name, self.model.header.schema_, alias, self.branch.tier)

    # Rows.

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
            return exp.and_(exp.GT(this=self.day(), expression=of_columns.moved(until, -count, unit)), ends, copy=False)
        if window.to_date is not None:
            unit_of: Unit = window.to_date
            first = of_columns.first_day(until.copy(), unit_of)
            return exp.and_(exp.GTE(this=self.day(), expression=first), ends, copy=False)
        return ends

    def _aggregate(self, measure: Measure) -> exp.Expr:
        """The aggregate of one leaf."""
        if measure.function == "count_distinct":
            counted = self.only(measure, self.counted(measure, self._alias_of(measure)))
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
        return bool(measure.leaf.where) and not self.model.metrics[measure.leaf.metric].absence_is_zero

    def _alias_of(self, measure: Measure) -> str:
        """The table whose keys a distinct count counts."""
        if measure.distinct_on is None or measure.distinct_on == self.table:
            return self.table
        return self._alias(self._path(measure.distinct_on))

    def counted(self, measure: Measure, alias: str) -> exp.Expr:
        """The key whose different values are counted; the tenant's column needs no counting."""
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


AGGREGATES: dict[str, type[exp.AggFunc]] = {"sum": exp.Sum, "count": exp.Count, "min": exp.Min, "max": exp.Max}

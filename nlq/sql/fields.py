"""The fields of one scan as columns of its tables: the joins that they ask for, dates in their buckets, versions of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.semantics.joins import find_field, kept_field, kept_path, paths_from
from nlq.sql import columns as of_columns
from nlq.sql import filters
from nlq.sql.build import again
from nlq.sql.columns import time_bucket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nlq.semantics.joins import Field
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Join
    from nlq.sql.frames import Frame
    from nlq.sql.sources import Source
    from nlq.sql.tiers import Branch
    from nlq.values.query import Condition, Segment

SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Keys:
    """What a dimension is grouped by, and under which names an inner query gives it; `label` is joined on later.

    `own` is a grain of the rows' own days, whatever day a window shows them at.
    """

    field: str
    table: str
    columns: tuple[str, ...]
    aliases: tuple[str, ...]
    label: str | None = None
    own: bool = False


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


def own_keys(grains: Iterable[str]) -> tuple[Keys, ...]:
    """Grains of time as keys of the rows' own days."""
    return tuple(Keys(name, "", (), (f"each_{name.replace('.', '_')}",), own=True) for name in grains)


@dataclass(frozen=True, slots=True)
class Job:
    """What all scans of a query share.

    `sets` are the queries of its set filters; `spines` the days that windows end with. `apart` are the grains of time by which
    rows are grouped before anything is shown: of their own days, where the others are of the days at which a comparison shows them.
    In frames that are `unknown` there is not data for all of the time: what is absent there is not zero.
    """

    model: SemanticModel
    where: tuple[Condition, ...]
    keys: tuple[Keys, ...]
    frames: tuple[Frame, ...]
    sets: Mapping[Condition, exp.Select]
    spines: Mapping[int, str]
    segment: Segment | None = None
    apart: frozenset[str] = frozenset()
    unknown: frozenset[int] = frozenset()


class Fields:
    """What a source's fields are there; remembers the joins that they asked for. It is what conditions ask (filters.Columns)."""

    def __init__(self, job: Job, source: Source, branch: Branch) -> None:
        self.job, self.source, self.branch = job, source, branch
        self.model, self.table = job.model, source.table
        self.frame = job.frames[source.frame]
        self.joins: dict[tuple[str, ...], tuple[str, str, Join]] = {}
        self.calendars: dict[str, exp.Expr] = {}

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

    def _field(self, name: str) -> Field:
        rollup = self.source.rollup
        field = (
            kept_field(self.model, rollup, name)
            if rollup
            else find_field(self.model, self.table, name, self.source.time)
        )
        assert field is not None, name  # noqa: S101 - the source was chosen for reaching it
        return field

    def _key_columns(self, name: str, *, own: bool = False) -> list[exp.Expr]:
        if name == SEGMENT and self.job.segment is not None:
            return [exp.Literal.string(self.job.segment.label)]
        if name in self.model.filters:
            return [self.id(name)]
        field = self._field(name)
        if field.dimension.time:
            apart = own or name in self.job.apart
            called = f"{field.dimension.name}_{'counted' if apart else 'shown'}"
            return [self._bucket(self.day() if own else self.shown_day(moved=not apart), field, called)]
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
        """The version that held when a day began: the row's own; in a window, or where days are moved, the one that it is shown at."""
        versions = self.model.tables[name].versions
        if versions is None:
            return []
        since, before = (
            of_columns.local_time(self.model, name, column, alias) for column in (versions.since, versions.before)
        )
        day = self.shown_day if self.frame.window is not None or self.frame.by_day else self.day
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

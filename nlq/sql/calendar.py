"""Days and buckets that hold whether or not there are rows: from the model's calendar table, or counted out.

A calendar that is known to lack a day would lack its bucket too, rows and all, so the days are counted out then; the grains that
a model adds are in its calendar alone, and of days that are not there the answer says so.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.build import called, cast, day, joined, named, select, table, with_
from nlq.sql.columns import time_bucket
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.periods import Unit
    from nlq.sql.frames import Step
    from nlq.sql.parts import Parts
    from nlq.values.pipeline import Snapshot, TableState

DIGITS = "digits"
NO_DAY = Period(start=date(2000, 1, 1), end=date(2000, 1, 1))  # stands where a statement needs a span and there is none


def covered(model: SemanticModel, snapshot: Snapshot, metrics: Iterable[str]) -> Period | None:
    """The days on which there is data of any of these metrics; None where that is not known: of other days than their tables' own."""
    known = [name for name in metrics if name in model.metrics]
    if not all(map(model.on_own_time, known)):
        return None
    tables = sorted(frozenset().union(*map(model.base_tables, known)))
    states = [snapshot.tables[name] for name in tables if name in snapshot.tables]
    firsts = [state.first for state in states if state.first]
    lasts = [state.last for state in states if state.last]
    return Period(start=min(firsts), end=max(lasts)) if firsts and lasts else None


def within(period: Period | None, limits: Period) -> Period | None:
    """The days of a period that lie within the limits; None where there are none."""
    if period is None:
        return limits
    start, end = max(period.start, limits.start), min(period.end, limits.end)
    return None if end < start else Period(start=start, end=end)


def read(parts: Parts) -> None:
    """The lineage names the calendar, where the model has one."""
    time = parts.model.time_dimension
    if time is not None and time.table:
        parts.tables[time.table] = None


def buckets(parts: Parts, span: Period | None, grain: Unit, alias: str) -> exp.Select:
    """Every bucket that a span of days touches, under the name `alias`. No span, no buckets."""
    tree, column = _spanned(parts, span, own=grain in parts.model.own_grains)
    bucket = exp.alias_(_bucket(parts.model, column, grain, None), alias, copy=False)
    return tree.select(bucket, copy=False).distinct(copy=False)


def ends(parts: Parts, span: Period | None, steps: Mapping[str, Step | None]) -> exp.Select:
    """The last day of each bucket within a span: what a window ends with. No span, no days.

    Of several grains it is that of each bucket that they make together; each with the step that moves it, if any does.
    """
    own = not steps.keys().isdisjoint(parts.model.own_grains)
    tree, column = _spanned(parts, span, own=own)
    if "day" in steps:
        return tree.select(exp.alias_(column, "until", copy=False), copy=False)
    last = exp.alias_(exp.Max(this=column), "until", copy=False)
    by = [_bucket(parts.model, column.copy(), grain, step) for grain, step in steps.items()]
    return tree.select(last, copy=False).group_by(*by, copy=False)


def places(parts: Parts, grain: str) -> exp.Select:
    """Each day of the calendar, with the number `nth` of its bucket, its `place` in it, and how many `days` that has.

    A bucket is a run of days that have one value of a grain that the model adds: two summers are two, whatever both are called.
    """
    model, time = parts.model, parts.model.time_dimension
    assert time is not None and time.column is not None  # noqa: S101, PT018 - it has grains, so it has a calendar
    read(parts)
    the_day, value = exp.column(time.column, table=time.table), exp.column(model.own_grains[grain], table=time.table)

    def over(function: exp.Expr, by: exp.Expr, *parts: exp.Expr) -> exp.Window:
        order = exp.Order(expressions=[exp.Ordered(this=by, desc=False, nulls_first=False)])
        return exp.Window(this=function, partition_by=list(parts), order=order)

    before = over(exp.Lag(this=value.copy()), the_day.copy())
    same = exp.NullSafeEQ(this=value, expression=before)
    begins = exp.Case().when(same, exp.Literal.number(0), copy=False).else_(exp.Literal.number(1), copy=False)
    days = select(
        [called(the_day, "day"), called(begins, "begins")],
        table(time.table, model.header.schema_, time.table, parts.home),
    )
    nth = over(exp.Sum(this=exp.column("begins")), exp.column("day"))
    numbered = select([exp.column("day"), called(nth, "nth")], _inner(days, "begun"))
    place = over(exp.RowNumber(), exp.column("day"), exp.column("nth"))
    many = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[exp.column("nth")])
    picked = [exp.column("day"), exp.column("nth"), called(place, "place"), called(many, "days")]
    return select(picked, _inner(numbered, "numbered"))


def later(placed: str, count: int, shown: Period | None, *, whole: bool) -> exp.Select:
    """Each `day`, and the day `until` which it is shown: as far into the bucket `count` later, where that lies in `shown`.

    Where the later bucket is shorter, what is over is of no day; or, `whole`, of its last one.
    """
    here, there = (
        exp.Table(this=exp.to_identifier(placed), alias=exp.TableAlias(this=exp.to_identifier(alias)))
        for alias in ("earlier", "later")
    )

    def of(alias: str, name: str) -> exp.Expr:
        return exp.column(name, table=alias)

    place = of("earlier", "place")
    if whole:
        place = exp.Least(this=place, expressions=[of("later", "days")], ignore_nulls=False)
    nth = exp.Add(this=of("earlier", "nth"), expression=exp.Literal.number(count))
    same = exp.and_(
        exp.EQ(this=of("later", "nth"), expression=nth), exp.EQ(this=of("later", "place"), expression=place), copy=False
    )
    tree = joined(select([called(of("later", "day"), "until"), of("earlier", "day")], here), there, on=same)
    if shown is None:
        return tree
    return tree.where(exp.Between(this=of("later", "day"), low=day(shown.start), high=day(shown.end)), copy=False)


def _inner(query: exp.Select, alias: str) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias)))


def _bucket(model: SemanticModel, column: exp.Expr, grain: str, step: Step | None) -> exp.Expr:
    """The bucket of a day of the calendar; a grain of the model's own is a column beside it."""
    time, own = model.time_dimension, model.own_grains.get(grain)
    return exp.column(own, table=time.table) if own and time else time_bucket(column, grain, step)  # type: ignore[arg-type]


def _spanned(parts: Parts, span: Period | None, *, own: bool) -> tuple[exp.Select, exp.Expr]:
    """A SELECT of nothing yet over the days of a span, and the expression that is the day. `own`: with the calendar's columns."""
    if span is not None:
        return _days(parts, span, own=own)
    tree, column = _days(parts, NO_DAY, own=own)
    return tree.where(exp.false(), copy=False), column


def _days(parts: Parts, span: Period, *, own: bool) -> tuple[exp.Select, exp.Expr]:
    model, time = parts.model, parts.model.time_dimension
    if time is None or not time.table or not time.column:
        return _counted(span)
    lacking = span is not NO_DAY and _lacks(parts.snapshot.tables.get(time.table), span)
    if lacking and not own:
        return _counted(span)
    if lacking:
        said = f"the calendar {time.table} lacks days from {span.start} to {span.end}: figures may be missing"
        parts.notes[said] = None
    read(parts)
    column = exp.column(time.column, table=time.table)
    tree = exp.Select().from_(table(time.table, model.header.schema_, time.table, parts.home), copy=False)
    return tree.where(exp.Between(this=column, low=day(span.start), high=day(span.end)), copy=False), column.copy()


def _lacks(state: TableState | None, span: Period) -> bool:
    """Whether a calendar is known not to have each day of a span; its days are unique, which `nlq model check` holds."""
    if state is None or state.first is None or state.last is None:
        return False
    whole = state.rows == (state.last - state.first).days + 1
    return not (whole and state.first <= span.start and span.end <= state.last)


def _counted(span: Period) -> tuple[exp.Select, exp.Expr]:
    """Days counted out from the first, where the model has no calendar: ones, tens, hundreds … of days."""
    places = len(str(span.days - 1))
    names = ["ones", "tens", "hundreds", "thousands", "myriads", "more"][:places]
    number: exp.Expr = exp.column("n", table=names[0])
    tree = exp.Select().from_(_digits(names[0]), copy=False)
    for power, name in enumerate(names[1:], start=1):
        worth = exp.Mul(this=exp.column("n", table=name), expression=exp.Literal.number(10**power))
        number = exp.Add(this=number, expression=worth)
        tree = joined(tree, _digits(name), kind="CROSS")
    counted = exp.DateAdd(this=day(span.start), expression=exp.paren(number, copy=False), unit=exp.var("DAY"))
    picked = tree.select(exp.alias_(cast(counted, "date"), "day", copy=False), copy=False)
    inner = with_(exp.Select(), DIGITS, _ten()).from_(_inner(picked, "days"), copy=False)
    column = exp.column("day", table="days")
    return inner.where(exp.LTE(this=column, expression=day(span.end)), copy=False), column.copy()


def _digits(alias: str) -> exp.Expr:
    relation = named(DIGITS)
    relation.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return relation


def _ten() -> exp.Expr:
    arms: list[exp.Expr] = [
        exp.select(exp.alias_(exp.Literal.number(digit), "n", copy=False), copy=False) for digit in range(10)
    ]
    whole = arms[0]
    for arm in arms[1:]:
        whole = exp.Union(this=whole, expression=arm, distinct=False)
    return whole

"""Rules about what is computed: metrics, named filters, computed columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nlq.errors import BadRequest
from nlq.semantics.measures import NAME_IN_EXPRESSION
from nlq.semantics.periods import UNITS
from nlq.values.query import SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nlq.semantics.check import Context
    from nlq.semantics.measures import Aggregate, Metric

NUMBERS = ("integer", "number", "decimal")
DAYS = ("date", "timestamp", "datetime")
# What arithmetic over figures is made of: none of it raises on a value.
ARITHMETIC = (exp.Column, exp.Identifier, exp.Literal, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Paren, exp.Neg, exp.Coalesce, exp.Nullif,
              exp.Abs, exp.Round, exp.Greatest, exp.Least, exp.Case, exp.If, exp.And, exp.Or, exp.Not, exp.Is, exp.Null, exp.EQ,
              exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)  # fmt: skip
# A computed column may also read texts and dates; none of these raises on a value, and none reads anything but its row.
ROW_BY_ROW = (*ARITHMETIC, exp.Boolean, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Substring, exp.Concat, exp.DPipe, exp.Like,
              exp.Escape, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Extract, exp.Var, exp.Mod, exp.StartsWith, exp.Replace,
              exp.DateDiff, exp.DateTrunc, exp.TimestampTrunc, exp.Floor, exp.Ceil, exp.Sign)  # fmt: skip


def computed_columns_fit(context: Context) -> Iterator[BadRequest]:
    """A computed column is arithmetic over stored columns of its own table."""
    for where, table in context.each("tables"):
        stored = [name for name, column in table.columns.items() if column.expr is None]
        for name, column in table.columns.items():
            if column.expr is not None:
                what = f'the computed column "{name}"'
                yield from _expression(context, what, column.expr, ROW_BY_ROW, stored, where)
        if isinstance(table.valid, str):
            what = f'which rows of "{table.name}" count'
            yield from _expression(context, what, table.valid, ROW_BY_ROW, table.columns, where)
        for key in table.key:
            if key in table.columns and table.columns[key].expr is not None:
                yield BadRequest(
                    f'the key "{key}" is a computed column', where=where, fix="let a key be of stored columns"
                )


def filters_fit(context: Context) -> Iterator[BadRequest]:
    """A named filter is made of fields that exist, has a name of its own, and does not hold itself."""
    fields = {name for name, one in context.dimensions.items() if not one.time}
    dates = {name for name, one in context.dimensions.items() if one.time or one.type == "date"}
    for where, one in context.each("filters"):
        if one.name in context.dimensions or one.name in context.metrics:
            yield BadRequest(
                f'the filter "{one.name}" has the name of a dimension or a metric', where=where, fix="rename it"
            )
        for part in (field for condition in one.where for field in condition.fields()):
            if part.rpartition(".")[0] not in dates:
                yield from context.known("the field", part, {*fields, *context.filters} - {one.name}, where)
    yield from no_circles(context, "filters", {name: [part for condition in one.where for part in condition.fields()]
                                                for name, one in context.filters.items()})  # fmt: skip


def metrics_fit(context: Context) -> Iterator[BadRequest]:
    """Metrics say what they count, and name metrics, dimensions and filters that exist."""
    for where, metric in context.each("metrics"):
        if not metric.description.strip():
            yield BadRequest(f'the metric "{metric.name}" has no description', where=where, fix="say what it counts")
        others = (*metric.parts, *(name for name in (metric.same_as, metric.during) if name))
        for name in others:
            yield from context.known("the metric", name, context.metrics, where)
        if metric.counts:
            yield from context.known("the dimension", metric.counts, context.dimensions, where)
        if metric.derived is not None:
            known = {*context.metrics, *metric.derived.inputs}
            yield from _expression(context, f'"{metric.name}"', metric.derived.expr, ARITHMETIC, known, where)
        yield from _lengths(context, metric, where)
        inputs = metric.derived.inputs.values() if metric.derived else ()
        conditions = (*metric.where, *(one for given in inputs for one in given.where))
        for field in (part for condition in conditions for part in condition.fields()):
            root = field.rpartition(".")[0] or field
            yield from context.known("the field", field if field in context.dimensions else root,
                                     {*context.dimensions, *context.filters}, where)  # fmt: skip


def _lengths(context: Context, metric: Metric, where: str) -> Iterator[BadRequest]:
    """Lengths of time are a number and a unit; a figure may also be of so many of the calendar's own grains before."""
    own = {grain for one in context.dimensions.values() if one.time for grain in one.grains}
    given = [one.offset for one in metric.derived.inputs.values() if one.offset] if metric.derived else []
    if metric.change is not None and isinstance(metric.change.against, str):
        given += [one for one in (metric.change.against,) if one not in ("previous_period", "previous_year")]
    if metric.conversion is not None and metric.conversion.within is not None:
        given.append(metric.conversion.within)
    for length in given:
        count, _, unit = length.partition(" ")
        moved_by_own = metric.derived is not None and unit in own and re.fullmatch(r"[1-9][0-9]{0,3}", count)
        if not SHIFT.fullmatch(length) and not moved_by_own:
            units = ", ".join((*UNITS, *(sorted(own) if metric.derived else ())))
            yield BadRequest(
                f'"{metric.name}" has the length "{length}"',
                where=where,
                fix=f'write "1 month" or the like: of {units}',
            )


def metrics_end(context: Context) -> Iterator[BadRequest]:
    """No metric is made of itself, by whichever way."""
    yield from no_circles(context, "metrics", {name: list(one.parts) for name, one in context.metrics.items()})


def ranks_fit(context: Context) -> Iterator[BadRequest]:
    """A rank is by fields that exist, and the last thing that is made: it is of the rows of a query."""
    time = {name for name, one in context.dimensions.items() if one.time}
    for where, metric in context.each("metrics"):
        for name in metric.rank.within if metric.rank is not None else ():
            if name.rpartition(".")[0] not in time:
                yield from context.known("the field", name, {*context.dimensions, *context.filters}, where)
        for name in metric.parts:
            part = context.metrics.get(name)
            if part is not None and part.rank is not None:
                yield BadRequest(f'"{metric.name}" is made of the rank "{name}", which is of the rows of a query', where=where,
                                 fix=f"make it of {part.rank.of}")  # fmt: skip


def aggregates_fit(context: Context) -> Iterator[BadRequest]:
    """Aggregates read columns that exist and that can be aggregated so."""
    for where, metric in context.each("metrics"):
        if metric.agg is None:
            continue
        yield from context.known("the table", metric.agg.table, context.tables, where)
        if metric.agg.table in context.tables:
            yield from _aggregate(context, metric, metric.agg, where)


def _aggregate(context: Context, metric: Metric, agg: Aggregate, where: str) -> Iterator[BadRequest]:
    table = context.tables[agg.table]
    for name in (*agg.columns, *agg.each, *((agg.column,) if agg.column else ()), *((agg.time,) if agg.time else ())):
        yield from context.known("the column", name, table.columns, where)
    column = table.columns.get(agg.column or "")
    ordered = agg.function in ("min", "max") and column is not None and column.type in DAYS
    if ordered and metric.unit != "date":
        yield BadRequest(f'"{metric.name}" is a date, and its unit {metric.unit}', where=where, fix="write unit: date")
    if metric.unit == "date" and column is not None and not ordered:
        yield BadRequest(f'"{metric.name}" is no date, as its unit says', where=where, fix="name its unit, or take the least or greatest date")  # fmt: skip
    if column is not None and agg.function != "count" and column.type not in NUMBERS and not ordered:
        yield BadRequest(f'"{metric.name}" is the {agg.function} of {agg.column}, which is {column.type}', where=where,
                         fix="aggregate a number, or count it")  # fmt: skip
    time = agg.time or table.time
    if agg.over_time is not None and time is None:
        yield BadRequest(f'"{metric.name}" is taken over time, and {agg.table} has no time column', where=where,
                         fix=f"give {agg.table} a `time`, or leave `over_time` out")  # fmt: skip
    if agg.time in table.columns and table.columns[agg.time].type not in DAYS:
        yield BadRequest(
            f'the time column "{agg.time}" is {table.columns[agg.time].type}', where=where, fix="name a date"
        )


def conversions_fit(context: Context) -> Iterator[BadRequest]:
    """A conversion is from one plain count to another, each over time, by columns that both tables have."""
    for where, metric in context.each("metrics"):
        one = metric.conversion
        if one is None:
            continue
        for name, columns in ((one.from_, one.by), (one.to, one.to_by or one.by)):
            part = context.metrics.get(name)
            if part is None:
                continue
            if (
                part.agg is None
                or part.agg.function not in ("count", "count_distinct")
                or part.agg.table not in context.tables
            ):
                yield BadRequest(f'"{metric.name}" goes from or to "{name}", which is no plain count', where=where,
                                 fix="name metrics with `agg: {function: count, …}`")  # fmt: skip
                continue
            table = context.tables[part.agg.table]
            for column in columns:
                yield from context.known("the column", column, table.columns, where)
            if (part.agg.time or table.time) is None:
                yield BadRequest(f'"{name}" has no time, so nothing comes before or after it', where=where,
                                 fix=f"give {table.name} a `time`")  # fmt: skip


def _expression(context: Context, what: str, text: str, allowed: tuple[type[exp.Expr], ...], names: Iterable[str], where: str) -> Iterator[BadRequest]:  # fmt: skip
    """Problems of an expression: what cannot be parsed, what is no arithmetic, names that are not there."""
    try:
        tree = sqlglot.parse_one(text, read="trino")
    except SqlglotError:
        yield BadRequest(
            f"{what} cannot be parsed: {text}", where=where, fix="write arithmetic over names: (a - b) / c"
        )
        return
    for node in tree.walk():
        if (
            not isinstance(node, allowed)
            or (isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast))
            or (isinstance(node, exp.Column) and node.table)
        ):
            yield BadRequest(f"{what} holds {node.sql()}, which is not allowed there", where=where,
                             fix="use names, numbers, + - * / and coalesce")  # fmt: skip
            return
    for name in sorted({column.name for column in tree.find_all(exp.Column)}):
        if NAME_IN_EXPRESSION.fullmatch(name):
            yield from context.known(f"{what} names", name, names, where)


def no_circles(context: Context, section: str, parts: dict[str, list[str]], said: str = "is made of itself: {way}",
               fix: str = "let one of them be an aggregate") -> Iterator[BadRequest]:  # fmt: skip
    """A part of the section that is made of itself, with the way round; each circle is told once."""
    told: set[frozenset[str]] = set()
    for where, one in context.each(section):
        way = _circle(parts, one.name)
        if way and frozenset(way) not in told:
            told.add(frozenset(way))
            yield BadRequest(f'"{one.name}" {said.format(way=" > ".join(way))}', where=where, fix=fix)


def _circle(parts: dict[str, list[str]], start: str) -> tuple[str, ...] | None:
    edge: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while edge:
        way = edge.pop()
        for part in parts.get(way[-1], ()):
            if part == start:
                return (*way, part)
            if part not in seen:
                seen.add(part)
                edge.append((*way, part))
    return None

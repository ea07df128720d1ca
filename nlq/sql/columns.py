"""A table's columns as expressions: computed ones spelt out, dates in the model's zone, parts of dates, bins of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from nlq.sql.build import cast, nullif

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.periods import Unit
    from nlq.semantics.tables import Dimension
    from nlq.values.pipeline import CellType


def column(model: SemanticModel, table: str, name: str, alias: str) -> exp.Expr:
    """A column of `table` under `alias`; a computed one as its expression over the stored ones."""
    spec = model.tables[table].columns.get(name)
    if spec is None or spec.expr is None:
        return exp.column(name, table=alias)
    return exp.paren(computed(model, table, spec.expr).transform(lambda node: _under(node, alias)), copy=False)


def computed(model: SemanticModel, table: str, text: str) -> exp.Expr:
    """A computed column's expression, parsed once. It is to be copied before it is changed."""
    key = ("computed", table, text)
    if key not in model.memo:
        model.memo[key] = of_doubles(sqlglot.parse_one(text, read="trino"))
    return model.memo[key]  # type: ignore[no-any-return]


def of_doubles(tree: exp.Expr) -> exp.Expr:
    """Divisions as every engine does them alike: of doubles, and null by zero. Whole numbers lose their rest on some, not on others."""
    for node in reversed(list(tree.walk(bfs=True))):
        if not isinstance(node, exp.Div) or (_is_double(node.this) and never_zero(node.expression.unnest())):
            continue
        under = node.expression
        divisor = under.copy() if never_zero(under.unnest()) else nullif(under.unnest().copy(), exp.Literal.number(0))
        over = node.this.copy() if _is_double(node.this) else cast(node.this.unnest().copy(), "double")
        made = exp.Div(this=over, expression=divisor)
        if node is tree:
            return made
        node.replace(made)
    return tree


def _is_double(node: exp.Expr) -> bool:
    node = node.unnest()
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DOUBLE


def never_zero(node: exp.Expr) -> bool:
    """Whether a divisor is a number other than zero, or null where it would be zero."""
    if isinstance(node, exp.Literal):
        return not node.is_string and float(node.this) != 0
    other = node.expression if isinstance(node, exp.Nullif) else None
    return isinstance(other, exp.Literal) and not other.is_string and float(other.this) == 0


def _under(node: exp.Expr, alias: str) -> exp.Expr:
    return exp.column(node.name, table=alias) if isinstance(node, exp.Column) else node


def local_date(model: SemanticModel, table: str, name: str, alias: str) -> exp.Expr:
    """A date or time column as a date in the model's zone."""
    spec, found = model.tables[table].columns[name], column(model, table, name, alias)
    if spec.type == "timestamp":
        zone = exp.Literal.string(model.header.timezone)
        return cast(exp.AtTimeZone(this=found, zone=zone), "date")
    return cast(found, "date") if spec.type == "datetime" else found


def local_time(model: SemanticModel, table: str, name: str, alias: str) -> exp.Expr:
    """A date or time column as the model's zone has it, to be compared with a day: with the moment at which that begins."""
    spec, found = model.tables[table].columns[name], column(model, table, name, alias)
    if spec.type == "timestamp":
        return exp.AtTimeZone(this=found, zone=exp.Literal.string(model.header.timezone))
    return found


def taken(model: SemanticModel, one: Dimension, table: str, name: str, alias: str) -> exp.Expr:
    """A column as its dimension takes it: a part of a date, a bin of a number, or as it is."""
    if one.part is not None:
        found = column(model, table, name, alias)
        if model.tables[table].columns[name].type == "timestamp":
            found = exp.AtTimeZone(this=found, zone=exp.Literal.string(model.header.timezone))
        return exp.Extract(this=exp.var(one.part.unit.upper()), expression=found)
    if one.bins is not None:
        found = column(model, table, name, alias)
        case = exp.Case()
        for edge, label in zip(one.bins.edges, one.bins.names[:-1], strict=True):
            below = exp.LT(this=found.copy(), expression=exp.Literal.number(repr(edge)))
            case = case.when(below, exp.Literal.string(label), copy=False)
        known = exp.not_(exp.Is(this=found, expression=exp.Null()), copy=False)
        return case.when(known, exp.Literal.string(one.bins.names[-1]), copy=False)
    return column(model, table, name, alias)


def moved(value: exp.Expr, count: int, unit: Unit) -> exp.Expr:
    """A date moved by units; the day of the month is clamped to the month's end."""
    months = {"quarter": (count * 3, "MONTH")}.get(unit, (count, unit.upper()))
    by = exp.Literal.number(abs(months[0]))
    step = by if months[0] >= 0 else exp.Neg(this=by)
    return cast(exp.DateAdd(this=value.copy(), expression=step, unit=exp.var(months[1])), "date")


def first_day(value: exp.Expr, unit: Unit) -> exp.Expr:
    """The first day of the unit that a date is in."""
    if unit == "day":
        return value
    return cast(exp.DateTrunc(this=value, unit=exp.Literal.string(unit.upper())), "date")  # type: ignore[no-untyped-call]


def time_bucket(value: exp.Expr, grain: Unit, step: tuple[int, Unit] | None = None) -> exp.Expr:
    """The first day of the unit that a date is in (the year as a number), after it was moved forward by `step`."""
    if step is not None:
        value = moved(value, *step)
    if grain == "year":
        return exp.Extract(this=exp.var("YEAR"), expression=value)
    return first_day(value, grain)


def made_of_nothing(tree: exp.Expr) -> bool:
    """Whether a computed column may have a value where all that it is made of is null."""
    return any(
        isinstance(node, (exp.Case, exp.Coalesce, exp.Is, exp.Concat, exp.Greatest, exp.Least)) for node in tree.walk()
    ) or not any(isinstance(node, exp.Column) for node in tree.walk())


def grain_type(model: SemanticModel, grain: str) -> CellType:
    """The type of a grain's cells: a date, a year's number, or what the calendar holds for one of the model's own."""
    own, time = model.own_grains.get(grain), model.time_dimension
    if own is None or time is None:
        return "integer" if grain == "year" else "date"
    kind = model.tables[time.table].columns[own].type
    return kind if kind in ("string", "integer", "date", "boolean") else "number" if kind == "decimal" else "date"

"""Functions that PostgreSQL does not have, or not for such values, said by what it has."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.build import cast, put_into
from nlq.sql.postgres import of_calendar, within
from nlq.sql.types import Kind, is_of

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS = {"WEEK": 0, "MONTH": 1, "QUARTER": 3, "YEAR": 12}  # in months; a week is 7 days
PARTS_OF_DATES: dict[type[exp.Expr], str] = {exp.Year: "YEAR", exp.Quarter: "QUARTER", exp.Month: "MONTH", exp.WeekOfYear: "WEEK", exp.Day: "DAY", exp.DayOfMonth: "DAY", exp.DayOfYear: "DOY",
                  exp.DayOfWeekIso: "ISODOW", exp.Hour: "HOUR", exp.Minute: "MINUTE"}  # fmt: skip
TIMES = frozenset({"HOUR", "MINUTE", "SECOND"})
ENDLESS = Decimal(10) ** 6  # a year that is none: of a date without end


def iso(node: exp.Expr) -> exp.Expr:
    """The number of a week's day as Trino has it: Monday is 1, Sunday 7."""
    if isinstance(node, exp.Extract) and node.this.name.upper() in ("DOW", "DAY_OF_WEEK", "DAYOFWEEK"):
        node.set("this", exp.var("ISODOW"))
    return node


def said_there(node: exp.Expr) -> exp.Expr:
    """A function that PostgreSQL does not have, or not for such values, as what it has."""
    rule = SAYS.get(type(node))
    made = node if rule is None else rule(node)
    if made is not node:
        made.type = node.type
    return made


def _part(node: exp.Expr) -> exp.Expr:
    unit = PARTS_OF_DATES[type(node)]
    part = exp.Extract(this=exp.var(unit), expression=_with_time(node.this, unit))
    return cast(within(part, ENDLESS) if unit == "YEAR" else part, "int")


def _extracted(node: exp.Expr) -> exp.Expr:
    _with_time(node.expression, node.name.upper())
    return node


def _one_of(node: exp.Expr) -> exp.Expr:
    if is_of(node.this, (Kind.BOOLEAN,)):
        return (exp.LogicalAnd if isinstance(node, exp.Min) else exp.LogicalOr)(this=node.this)
    return exp.Min(this=node.this) if isinstance(node, exp.AnyValue) else node


def _between(node: exp.Expr) -> exp.Expr:
    if node.find_ancestor(exp.Try) is not None:
        for moment in (node.this, node.expression):
            of_calendar(moment)
    return _whole_units(node) if node.text("unit").upper() in UNITS else node


def _rounded(node: exp.Expr) -> exp.Expr:
    if node.args.get("decimals") is not None:
        put_into(exp.Cast(to=exp.DataType(this=exp.DType.DECIMAL)), node.this)
    return node


def _as_text(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, exp.Literal) and node.this.is_string:
        node.this.replace(cast(node.this.copy(), "text"))
    return node


def _from_the_end(node: exp.Expr) -> exp.Expr:
    """A part of a text that begins before its end: a start below 1 is before the text there."""
    start = node.args.get("start")
    if not isinstance(start, exp.Neg):
        return node
    ending = exp.Right(this=node.this, expression=start.this)
    return exp.Substring(this=ending, start=exp.Literal.number(1), length=node.args.get("length"))


def _with_time(moment: exp.Expr, unit: str) -> exp.Expr:
    """A date as a time, where an hour of it is asked for: it has none there."""
    if unit not in TIMES or not is_of(moment, (Kind.DATE,)):
        return moment
    holder = exp.Cast(to=exp.DataType(this=exp.DType.TIMESTAMP))
    return put_into(holder, moment)


def _whole_units(node: exp.Expr) -> exp.Expr:
    """How many whole units lie between two dates, as Trino counts them: a month's last day is a month after another's."""
    start, end, count = node.expression, node.this, UNITS[node.text("unit").upper()]
    if count == 0:
        days = exp.Sub(this=cast(end.copy(), "date"), expression=cast(start.copy(), "date"))
        return exp.Div(this=exp.paren(days), expression=exp.Literal.number(7), typed=True)

    def part(unit: str) -> exp.Expr:
        of = (exp.Extract(this=exp.var(unit), expression=one.copy()) for one in (end, start))
        return exp.paren(exp.Sub(this=next(of), expression=next(of)))

    months = cast(
        exp.Add(this=exp.Mul(this=part("YEAR"), expression=exp.Literal.number(12)), expression=part("MONTH")), "int"
    )
    there = exp.Add(
        this=start.copy(),
        expression=exp.Mul(
            this=exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MONTH")), expression=months.copy()
        ),
    )
    short, far = (
        exp.and_(
            sign(this=months.copy(), expression=exp.Literal.number(0)),
            beyond(this=exp.paren(there.copy()), expression=end.copy()),
        )
        for sign, beyond in ((exp.GT, exp.GT), (exp.LT, exp.LT))
    )
    one = exp.Literal.number(1)
    whole = (
        exp.Case()
        .when(short, exp.Sub(this=months.copy(), expression=one))
        .when(far, exp.Add(this=months.copy(), expression=one.copy()))
        .else_(months)
    )
    return whole if count == 1 else exp.Div(this=exp.paren(whole), expression=exp.Literal.number(count), typed=True)


def _of_the_most(node: exp.Expr) -> exp.Expr:
    """The first of all values in the order of another, where that is known."""
    by = node.expression
    order = exp.Ordered(this=by.copy(), desc=isinstance(node, exp.ArgMax), nulls_first=False)
    every = exp.ArrayAgg(this=exp.Order(this=node.this, expressions=[order]))
    known = exp.Where(this=exp.not_(exp.Is(this=by.copy(), expression=exp.Null())))
    return exp.Bracket(
        this=exp.paren(exp.Filter(this=every, expression=known)), expressions=[exp.Literal.number(1)], offset=1
    )


SAYS: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    **dict.fromkeys(PARTS_OF_DATES, _part),
    exp.Extract: _extracted,
    exp.ApproxDistinct: lambda node: exp.Count(this=exp.Distinct(expressions=[node.this])),
    **dict.fromkeys((exp.Min, exp.Max, exp.AnyValue), _one_of),
    exp.DateDiff: _between,
    **dict.fromkeys((exp.ArgMax, exp.ArgMin), _of_the_most),
    **dict.fromkeys((exp.Round, exp.Trunc), _rounded),
    **dict.fromkeys((exp.FirstValue, exp.LastValue, exp.NthValue, exp.Lag, exp.Lead), _as_text),
    exp.Substring: _from_the_end,
}

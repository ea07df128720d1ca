"""What type a value of written SQL has, from the types of what it is made of: a rule for each class of node that is allowed.

Types are shared between nodes; nobody changes one. None where it is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

Type = exp.DataType | None
Kind: TypeAlias = exp.DType

# Of each family the wider first: of two types that meet, the wider is taken.
INTEGERS = (Kind.BIGINT, Kind.INT, Kind.SMALLINT, Kind.TINYINT)
NUMBERS = (Kind.DOUBLE, Kind.FLOAT, Kind.DECIMAL, *INTEGERS)
TEXTS = (Kind.TEXT, Kind.VARCHAR, Kind.CHAR)
MOMENTS = (Kind.TIMESTAMPTZ, Kind.TIMESTAMP, Kind.DATE)
WIDTH = {kind: (family, -place) for family in (NUMBERS, TEXTS, MOMENTS) for place, kind in enumerate(family)}
# What kind of value a type is: values are compared with values of their own kind.
KINDS = {
    **dict.fromkeys(NUMBERS, "number"), **dict.fromkeys(TEXTS, "text"), **dict.fromkeys(MOMENTS, "date"), Kind.BOOLEAN: "truth value",
    Kind.INTERVAL: "interval", Kind.ARRAY: "list", Kind.JSON: "document",
}  # fmt: skip
DAYS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})  # units that leave a date a date
BOOLEAN, INT, BIGINT, DOUBLE, VARCHAR, DATE, TIMESTAMP, INTERVAL, NULL = (
    exp.DataType(this=one) for one in (Kind.BOOLEAN, Kind.INT, Kind.BIGINT, Kind.DOUBLE, Kind.VARCHAR, Kind.DATE, Kind.TIMESTAMP, Kind.INTERVAL, Kind.NULL)
)  # fmt: skip


def is_of(node: exp.Expr, kinds: Container[Kind]) -> bool:
    """Whether a node's type is one of these."""
    return node.type is not None and node.type.this in kinds


def wider(one: Type, other: Type) -> Type:
    """The type of two values that meet. A type with parameters, DECIMAL(38, 2), stays what it is."""
    if one is other or one is None or other is None:
        return one if one is other else None
    if one.this is Kind.NULL or other.this is Kind.NULL:
        return other if one.this is Kind.NULL else one
    if one.expressions or other.expressions:
        return one if one.expressions else other
    mine, its = WIDTH.get(one.this), WIDTH.get(other.this)
    return other if mine is not None and its is not None and mine[0] == its[0] and its > mine else one


def widest(values: Iterable[exp.Expr | None]) -> Type:
    """The type of values that are alternatives to each other."""
    found: Type = NULL
    for value in values:
        if value is not None:
            found = wider(found, value.type)
    return found


def _literal(node: exp.Expr) -> Type:
    return VARCHAR if node.args["is_string"] else INT if node.is_int else DOUBLE


def _both(node: exp.Expr) -> Type:
    return widest((node.this, node.expression))


def _all(node: exp.Expr) -> Type:
    return widest((node.this, *node.expressions))


def _sum(node: exp.Expr) -> Type:
    kind = node.this.type
    return (
        BIGINT
        if kind is not None and kind.this in INTEGERS
        else DOUBLE
        if kind is not None and kind.this is Kind.FLOAT
        else kind
    )


def _moved(node: exp.Expr) -> Type:
    """A date or a time that a unit is added to, or that is cut to one."""
    kind = node.this.type
    if kind is None or kind.this not in MOMENTS:
        return None
    unit = node.args.get("unit")
    return TIMESTAMP if kind.this is Kind.DATE and unit is not None and unit.name.upper() not in DAYS else kind


def _plus(node: exp.Expr) -> Type:
    """A sum, a difference, a product; of a date and a length of time a date."""
    left, right = node.this.type, node.expression.type
    if left is None or right is None:
        return None
    for moment, length, by in ((left, right, node.expression), (right, left, node.this)):
        if length.this is Kind.INTERVAL and moment.this in MOMENTS:
            unit = by.args.get("unit")
            days = moment.this is not Kind.DATE or (unit is not None and unit.name.upper() in DAYS)
            return moment if days else TIMESTAMP
    return wider(left, right)


def _over(node: exp.Expr) -> Type:
    """A quotient: of whole numbers a whole one."""
    left, right = node.this.type, node.expression.type
    if left is None or right is None:
        return None
    if left.this in INTEGERS and right.this in INTEGERS and node.args.get("typed"):
        return BIGINT
    found = wider(left, right)
    return found if found is None or found.this not in INTEGERS else DOUBLE


def _whole(node: exp.Expr) -> Type:
    """FLOOR and CEIL of a number."""
    kind = node.this.type
    return kind if kind is None or kind.this in NUMBERS else INT


def _case(node: exp.Expr) -> Type:
    return widest((*(one.args["true"] for one in node.args["ifs"]), node.args.get("default")))


def _scalar(node: exp.Expr) -> Type:
    """A sub-query of one column has its type."""
    query = node.unnest()
    picked = query.selects if isinstance(query, exp.Query) else []
    return picked[0].type if len(picked) == 1 else None


RULES: dict[type[exp.Expr], Callable[[exp.Expr], Type]] = {
    exp.Literal: _literal,
    **dict.fromkeys((exp.Cast, exp.TryCast), lambda node: node.args["to"]),
    **dict.fromkeys((exp.Add, exp.Sub), _plus),
    **dict.fromkeys((exp.Mul, exp.Mod, exp.Nullif), _both),
    exp.Div: _over,
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), _all),
    exp.Case: _case,
    exp.If: lambda node: widest((node.args["true"], node.args.get("false"))),
    **dict.fromkeys((exp.Lag, exp.Lead), lambda node: widest((node.this, node.args.get("default")))),
    exp.Sum: _sum,
    **dict.fromkeys((exp.Floor, exp.Ceil), _whole),
    **dict.fromkeys((exp.DateAdd, exp.DateTrunc), _moved),
    exp.Distinct: lambda node: widest(node.expressions),
    exp.Subquery: _scalar,
    **dict.fromkeys((
        exp.Abs, exp.AnyValue, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Round, exp.Trunc, exp.Sign, exp.Min, exp.Max, exp.ArgMax,
        exp.ArgMin, exp.TimestampTrunc, exp.Window, exp.Filter, exp.Alias, exp.Neg, exp.Paren,
    ), lambda node: node.this.type),
}  # fmt: skip
ALWAYS: dict[type[exp.Expr], Type] = {
    **dict.fromkeys((
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Like,
        exp.Escape, exp.Between, exp.In, exp.Exists, exp.Boolean, exp.LogicalAnd, exp.LogicalOr, exp.StartsWith,
    ), BOOLEAN),
    **dict.fromkeys((exp.ApproxDistinct, exp.CountIf, exp.Length, exp.StrPosition, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile), BIGINT),
    **dict.fromkeys((exp.Count, exp.DateDiff), BIGINT),
    **dict.fromkeys((
        exp.Year, exp.Quarter, exp.Month, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeekIso, exp.DayOfYear, exp.Hour, exp.Minute,
        exp.Extract, exp.Grouping,
    ), INT),
    **dict.fromkeys((
        exp.Avg, exp.Corr, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.PercentRank, exp.CumeDist,
    ), DOUBLE),
    **dict.fromkeys((exp.Concat, exp.DPipe, exp.Lower, exp.Upper, exp.Substring, exp.Trim, exp.Reverse, exp.Replace, exp.TimeToStr), VARCHAR),
    **dict.fromkeys((exp.Date, exp.LastDay), DATE),
    exp.AtTimeZone: TIMESTAMP,
    exp.Interval: INTERVAL,
    exp.Null: NULL,
}  # fmt: skip


def tell(node: exp.Expr) -> None:
    """Say a node's type, where what it is made of has one; a column's is not told by itself."""
    kind = type(node)
    known = ALWAYS.get(kind)
    if known is not None:
        node.type = known
    elif kind in RULES:
        node.type = RULES[kind](node)

"""Values of several types that meet, brought to one that cannot fail: engines widen numbers and dates by themselves, and raise where they do not fit.

A DECIMAL(38, 2) beside one of 12 decimals becomes a DECIMAL(38, 12) in DuckDB and in Trino, which has no room for its digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.build import put_into
from nlq.sql.fits import DECIMALS, MOST_DIGITS, size
from nlq.sql.types import DOUBLE, INTEGERS, MOMENTS, Kind, is_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    Digits = tuple[int, int]  # before the point, and after it

DECIMAL_DOUBLE = (MOST_DIGITS - DECIMALS, DECIMALS)
WHOLE: dict[Kind, Digits] = {
    Kind.TINYINT: (3, 0),
    Kind.SMALLINT: (5, 0),
    Kind.INT: (10, 0),
    Kind.BIGINT: (19, 0),
    Kind.DOUBLE: DECIMAL_DOUBLE,
    Kind.FLOAT: DECIMAL_DOUBLE,
}
SUMS = (exp.Add, exp.Sub, exp.Mod)


def meet(values: Sequence[exp.Expr]) -> None:
    """Cast those of some numbers, or of some dates, that may not fit the type in which they meet, in place."""
    kinds = {one.type.this for one in values if one.type is not None}
    if kinds <= _MOMENTS:
        if len(kinds) > 1:
            _as_moments(values)
        return
    if kinds <= _WHOLE:
        return
    found = [(one, digits) for one in values if (digits := digits_of(one)) is not None]
    places = max((after for _, (_, after) in found), default=0)
    if any(after < places and before + places > MOST_DIGITS for _, (before, after) in found):
        for one, _ in found:
            _cast(one, DOUBLE)


_MOMENTS, _WHOLE = frozenset(MOMENTS), frozenset(INTEGERS)


def _as_moments(values: Sequence[exp.Expr]) -> None:
    widest = next(kind for kind in MOMENTS if any(is_of(one, (kind,)) for one in values))
    for one in values:
        written = isinstance(one.unnest(), exp.Cast) and isinstance(one.unnest().this, exp.Literal)
        if not is_of(one, (widest,)) and is_of(one, MOMENTS) and not written:
            _cast(one, exp.DataType(this=widest), exp.TryCast)


def _cast(value: exp.Expr, to: exp.DataType, kind: type[exp.Cast] = exp.Cast) -> None:
    """Cast a value in its place; a column of a SELECT list keeps its name."""
    words = {"safe": True} if kind is exp.TryCast else {}
    name = value.name if isinstance(value.parent, exp.Select) and isinstance(value, exp.Column) else ""
    if isinstance(value, exp.Subquery) and value.alias:  # which holds its own: it is that of the cast
        name = value.alias
        value.set("alias", None)
    made = put_into(kind(to=to, **words), value)
    made.type = to
    if name:
        put_into(exp.Alias(alias=exp.to_identifier(name)), made).type = to


def digits_of(node: exp.Expr) -> Digits | None:
    """How many digits a number has at most; None where it is none. What is a double may be a decimal to an engine: 2.5 is one."""
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.Literal) and not node.is_string and "e" not in node.this.lower():
        whole, _, after = node.this.partition(".")
        return len(whole), len(after)
    if isinstance(node, (*SUMS, exp.Mul)):
        left, right = digits_of(node.this), digits_of(node.expression)
        if left is None or right is None:
            return None
        after = left[1] + right[1] if isinstance(node, exp.Mul) else max(left[1], right[1])
        before = left[0] + right[0] if isinstance(node, exp.Mul) else max(left[0], right[0]) + 1
        return min(before, max(MOST_DIGITS - after, 0)), after
    if isinstance(node, ALTERNATIVES):
        found = [one for one in map(digits_of, _alternatives(node)) if one is not None]
        return (max(one[0] for one in found), max(one[1] for one in found)) if found else None
    if node.type is None:
        return None
    if node.type.this is Kind.DECIMAL:
        digits, after = size(node.type)
        return digits - after, after
    return WHOLE.get(node.type.this)


ALTERNATIVES = (
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Greatest,
    exp.Least,
    exp.Nullif,
    exp.Neg,
    exp.Abs,
    exp.Round,
    exp.Max,
    exp.Min,
)


def _alternatives(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Case):
        found = [*(one.args["true"] for one in node.args["ifs"]), node.args.get("default")]
    elif isinstance(node, exp.If):
        found = [node.args["true"], node.args.get("false")]
    else:
        found = [node.this, *node.expressions]
    return [one for one in found if one is not None and not isinstance(one, exp.Null)]

"""Arithmetic of literals that provably fits every engine's types: it need not be tried, and ordinary statements stay as they read."""

from __future__ import annotations

from sqlglot import exp

from nlq.sql.arguments import A_YEAR
from nlq.sql.types import MOMENTS, is_of

MOST = 1_000_000_000  # that a 32-bit whole number holds
FEW_DECIMALS = 4
FIRST, LAST, FAR = 1_000, 8_999, 900  # years from which, and by how many, a date may be moved

CUT = (exp.LastDay, exp.DateTrunc, exp.TimestampTrunc, exp.Paren)


def cannot_fail(node: exp.Expr) -> bool:
    """Whether arithmetic without columns can be computed."""
    most = _most(node)
    return (most is not None and most <= MOST) or _is_day(node)


def _most(node: exp.Expr) -> int | None:
    """How large a number of literals can be, counting every part of it; None where that is not known."""
    if isinstance(node, (exp.Paren, exp.Neg, exp.Abs)):
        return _most(node.this)
    if isinstance(node, exp.Literal):
        whole, _, decimals = node.this.partition(".")
        return (
            None
            if node.is_string or not whole.isdigit() or len(decimals) > FEW_DECIMALS or len(whole) > 10
            else int(whole) + 1
        )
    if not isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div)):
        return None
    left, right = (
        _most(node.this),
        _most(node.expression.this if isinstance(node.expression, exp.Nullif) else node.expression),
    )
    if left is None or right is None:
        return None
    return left * right if isinstance(node, exp.Mul) else left + right


def _is_day(node: exp.Expr) -> bool:
    """A date that is written out, perhaps moved by what is written out, and cut."""
    if isinstance(node, CUT):
        return _is_day(node.this)
    if isinstance(node, (exp.Add, exp.Sub, exp.DateAdd)):
        moved = node.this
        while isinstance(moved, CUT):
            moved = moved.this
        return _is_written(moved) and _is_near(node.expression, node.text("unit"))
    if isinstance(node, exp.DateDiff):
        return _is_written(node.this) and _is_written(node.expression)
    return _is_written(node)


def _is_written(node: exp.Expr) -> bool:
    text = (
        node.this.name
        if isinstance(node, exp.Cast) and is_of(node, MOMENTS) and isinstance(node.this, exp.Literal)
        else ""
    )
    return text[:4].isdigit() and FIRST <= int(text[:4]) <= LAST


def _is_near(length: exp.Expr, unit: str) -> bool:
    if isinstance(length, exp.Interval):
        length, unit = length.this, length.text("unit")
    number = length.this if isinstance(length, exp.Neg) else length
    text = number.this.lstrip("+-") if isinstance(number, exp.Literal) else ""
    return text.isdigit() and len(text) < 13 and int(text) <= FAR * A_YEAR.get(unit.upper() or "DAY", 0)

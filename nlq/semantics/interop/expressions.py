"""SQL of a row, as other formats hold it, into the expressions that our columns and metrics may have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nlq.semantics.check_metrics import ARITHMETIC, ROW_BY_ROW
from nlq.semantics.interop.carried import NotCarried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DIVIDES_WHOLES = frozenset({"trino", "postgres", "redshift", "athena", "presto", "tsql"})  # 3 / 2 is 1 there
PARTS_OF_DATES: dict[type[exp.Expr], str] = {
    exp.Year: "YEAR",
    exp.Quarter: "QUARTER",
    exp.Month: "MONTH",
    exp.Day: "DAY",
    exp.DayOfMonth: "DAY",
}
SPELT_OUT = (*PARTS_OF_DATES, exp.ILike, exp.NullSafeEQ, exp.NullSafeNEQ)
WORDS = frozenset({"true", "false", "null", "current_date", "current_timestamp"})


def plain_column(text: str) -> str | None:
    """The name where an expression is a bare column, else None."""
    text = text.strip().strip('"`')
    return text.lower() if PLAIN.fullmatch(text) and text.lower() not in WORDS else None


def parsed(text: str, dialect: str) -> exp.Expr:
    """An expression of the source's dialect as a tree.

    Raises:
        NotCarried: it is no single expression.
    """
    try:
        return sqlglot.parse_one(text, read=dialect)
    except (SqlglotError, RecursionError):
        raise NotCarried("expression", f"it cannot be parsed: {text}") from None


def row_expression(text: str, dialect: str) -> str:
    """An expression over one row's columns, in the canonical dialect; casts give null where they would raise.

    Raises:
        NotCarried: it holds what a computed column may not.
    """
    return written(total(parsed(text, dialect), dialect), ROW_BY_ROW, text)


def arithmetic(text: str, dialect: str) -> str:
    """An expression over metrics, in the canonical dialect.

    Raises:
        NotCarried: it holds more than arithmetic.
    """
    tree = of_doubles(parsed(text, dialect))
    for one in tree.find_all(exp.Div):  # a division of figures is one of doubles here, whatever it is there
        one.set("typed", True)
        one.set("safe", False)
    return written(tree, ARITHMETIC, text)


def of_doubles(tree: exp.Expr) -> exp.Expr:
    """Arithmetic over figures without its casts to doubles: a division of figures is one of doubles here anyway."""

    def change(node: exp.Expr) -> exp.Expr:
        cast = isinstance(node, exp.Cast) and node.to.this in (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT)
        if not cast:
            return node
        return exp.paren(node.this) if isinstance(node.this, exp.Binary) else node.this

    return upward(tree, change)


def total(tree: exp.Expr, dialect: str) -> exp.Expr:
    """The same without what raises on a value, and with divisions as the source means them."""

    def change(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            return exp.column(node.name.lower())
        if isinstance(node, SPELT_OUT):
            return _spelt_out(node)
        if type(node) is exp.Cast:
            return exp.TryCast(this=node.this, to=node.to)
        if isinstance(node, exp.Is) and isinstance(
            node.expression, exp.Boolean
        ):  # a truth, also where the value is unknown
            value = node.this if node.expression.this else exp.Not(this=exp.paren(node.this))
            return exp.Coalesce(this=value, expressions=[exp.false()])
        if isinstance(node, exp.DPipe):  # put together as texts, whatever they are, as the source may do
            sides = [one if isinstance(one, (exp.DPipe, exp.TryCast)) or (isinstance(one, exp.Literal) and one.is_string)
                     else exp.TryCast(this=one, to=exp.DataType(this=exp.DataType.Type.VARCHAR)) for one in (node.this, node.expression)]  # fmt: skip
            return exp.DPipe(this=sides[0], expression=sides[1])
        if isinstance(node, exp.Div) and dialect not in DIVIDES_WHOLES:
            over = exp.TryCast(this=node.this, to=exp.DataType(this=exp.DataType.Type.DOUBLE))
            under = node.expression
            if not isinstance(under.unnest(), (exp.Nullif, exp.Literal)):
                under = exp.Nullif(this=under, expression=exp.Literal.number(0))
            return exp.Div(this=over, expression=under)
        return node

    return upward(tree.copy(), change)


def _spelt_out(node: exp.Expr) -> exp.Expr:
    """In what a row's expression may have: YEAR(…) and the like, ILIKE, and IS [NOT] DISTINCT FROM (two that are unknown are alike)."""
    if type(node) in PARTS_OF_DATES:
        return exp.Extract(this=exp.var(PARTS_OF_DATES[type(node)]), expression=node.this)
    if isinstance(node, exp.ILike):
        return exp.Like(this=exp.Lower(this=node.this), expression=exp.Lower(this=node.expression))
    left, right = (exp.paren(side) for side in (node.this, node.expression))
    unknown = [exp.Is(this=side.copy(), expression=exp.Null()) for side in (left, right)]
    if isinstance(node, exp.NullSafeEQ):
        equal = exp.Coalesce(this=exp.EQ(this=left, expression=right), expressions=[exp.false()])
        return exp.paren(exp.or_(equal, exp.and_(*unknown)))
    other = exp.Coalesce(this=exp.NEQ(this=left, expression=right), expressions=[exp.true()])
    return exp.paren(exp.and_(other, exp.not_(exp.and_(*unknown))))


def upward(tree: exp.Expr, change: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Every node changed, the inner ones first: what stands in a node that is replaced is changed too."""
    for node in reversed(list(tree.walk(bfs=True))):
        made = change(node)
        if made is not node:
            if node is tree:
                return made
            node.replace(made)
    return tree


def written(tree: exp.Expr, allowed: Iterable[type[exp.Expr]], text: str) -> str:
    """A tree as text, once all of it is allowed.

    Raises:
        NotCarried: it is not.
    """
    kinds = tuple(allowed)
    for node in tree.walk():
        if not isinstance(node, kinds):
            raise NotCarried("expression", f"{node.key} is not allowed in {text}")
    return tree.sql("trino")

"""SQL that somebody wrote, made total: no value of a row can raise. An error tells that some row, perhaps a foreign one, has such a value.

Casts try, divisors are not zero, arithmetic on rows tries; what an engine would convert by itself, text to a number say, has to be
said, as in Trino. Expects a resolved tree with types; what is over figures (aggregates, windows) is of the asker's rows alone.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.build import cast, rewritten, with_heirs
from nlq.sql.types import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    _Parts = Callable[[exp.Expr], Iterable[exp.Expr]]
    _Groups = Callable[[exp.Expr], Iterable[Iterable[exp.Expr]]]

COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Nullif)
FORMAT = re.compile(r"(%[YymdHMS]|[-/:., _])+")  # as the library reads %i and %s of Trino's
ALIKE = (exp.Coalesce, exp.Greatest, exp.Least)


def _moment(text: str) -> datetime:
    """A date or a time, which may end with the name of a zone."""
    moment, _, zone = text.rpartition(" ")
    return (
        datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)) if "/" in zone else datetime.fromisoformat(text)
    )


READ: dict[str, Callable[[str], object]] = {
    "number": Decimal,
    "date": _moment,
    "truth value": lambda text: ("true", "false").index(text.lower()),
}  # how a literal of a kind is read
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.DateAdd, exp.LastDay)
MOVING = with_heirs(*ARITHMETIC)
REWRITTEN = with_heirs(exp.Div, exp.Mod, exp.Cast, exp.Date)


def total(tree: exp.Expr) -> exp.Expr:
    """The same tree, in place, in which no value can raise.

    Raises:
        UnsafeSql: two kinds of values are compared or mixed; a condition that is none; an argument that has to be a literal.
    """
    nodes = list(tree.walk())
    for node in nodes:
        node._meta = None  # noqa: SLF001 - places in the text, which are of use no more, and which copies would copy as well
        kind = type(node)
        if kind in JUDGED:
            _kinds_agree(node)
        if kind in LITERALS:
            _literals(node)
    tree = rewritten(tree, _cast_or_divide, [one for one in nodes if type(one) in REWRITTEN])
    for part in nodes:
        if type(part) in MOVING and not isinstance(_holder(part), ARITHMETIC):
            _tried(part)
    return tree


def _cast_or_divide(node: exp.Expr) -> exp.Expr:
    """Casts that try, divisors that are not zero."""
    if isinstance(node, exp.Div | exp.Mod) and not _never_zero(node.expression):
        guarded = exp.Nullif(this=exp.Paren(this=node.expression), expression=exp.Literal.number(0))
        guarded.type = guarded.this.this.type
        node.set("expression", guarded)
    elif type(node) is exp.Cast and isinstance(node.this, exp.Literal):
        _casts(node)
    elif type(node) is exp.Cast:
        tried = exp.TryCast(this=node.this, to=node.args["to"], safe=True)
        tried.type = node.type
        return tried
    elif isinstance(node, exp.Date) and node.this is not None:
        tried = exp.TryCast(this=node.this, to=exp.DataType(this=exp.DType.DATE), safe=True)
        tried.type = exp.DataType(this=exp.DType.DATE)
        return tried
    return node


def _casts(node: exp.Expr) -> None:
    """A literal that cannot be cast is a mistake, and says nothing of any row."""
    wanted, text = KINDS.get(node.args["to"].this, ""), node.this.this
    try:
        read = READ.get(wanted)
        if read is not None:
            read(text)
    except (ValueError, ArithmeticError, ZoneInfoNotFoundError):
        raise UnsafeSql(f"{_said(node.this)} is no {wanted}", where=_said(node), fix="write what can be cast") from None


def _never_zero(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.this) != 0


# Arithmetic.


def _tried(node: exp.Expr) -> None:
    """Arithmetic of a row, tried as a whole; where figures or sub-queries are in it, which no engine tries, part by part."""
    own = list(_own(node))
    figures = any(isinstance(part, exp.AggFunc | exp.Window) for part in own)
    queries = any(isinstance(part, exp.Query) for part in own)
    columns = [part for part in own if isinstance(part, exp.Column)]
    if any(
        not one.table for one in columns
    ):  # an ORDER BY over the columns of the result, which are tried where they stand
        return
    row = bool(columns)
    if not figures and not queries:
        if row:
            whole = exp.Try(this=node.copy())
            whole.type = node.this.type if isinstance(node, exp.Paren) else node.type
            node.replace(whole)
        return
    if queries and row and not figures:
        _as_doubles(node)
    for operand in _operands(node):
        if isinstance(operand, ARITHMETIC):
            _tried(operand)


def _as_doubles(node: exp.Expr) -> None:
    """Numbers as doubles, which do not overflow: a sub-query cannot be tried."""
    if kind(node) != "number":
        raise UnsafeSql("a date is moved by a sub-query", fix="join what it is moved by")
    for operand in _operands(node):
        if not isinstance(operand, ARITHMETIC):
            operand.replace(cast(operand.copy(), "double"))


def _operands(node: exp.Expr) -> list[exp.Expr]:
    found = [node.args.get("this"), node.args.get("expression")]
    return [one.unnest() if isinstance(one, exp.Paren) else one for one in found if isinstance(one, exp.Expr)]


def _own(node: exp.Expr) -> Iterator[exp.Expr]:
    """What is of the row itself: not of a sub-query in it."""
    return node.walk(prune=lambda part: isinstance(part, exp.Query))


def _holder(node: exp.Expr) -> exp.Expr | None:
    """What holds a node, parentheses aside."""
    found = node.parent
    while isinstance(found, exp.Paren):
        found = found.parent
    return found


# Kinds.


def kind(node: exp.Expr) -> str | None:
    """What kind of value a node has: one of KINDS; None where it is null, or is not known."""
    if isinstance(node, exp.Query):
        query = node.unnest() if isinstance(node, exp.Subquery) else node
        picked = query.selects if isinstance(query, exp.Query) else []
        node = picked[0] if len(picked) == 1 else query
    return KINDS.get(node.type.this) if node.type is not None else None


def _kinds_agree(node: exp.Expr) -> None:
    """Values are compared with values of their own kind, and conditions are conditions."""
    conditions, groups = JUDGED[type(node)]
    for condition in conditions(node):
        if kind(condition.unnest()) != "truth value" and not _is_null(condition):
            raise UnsafeSql(f"{_said(condition)} is no condition", where=_said(node), fix="compare it with something")
    for group in groups(node):
        _alike(group, node)


def _case(node: exp.Expr) -> Iterator[Iterable[exp.Expr]]:
    if node.this is not None:
        yield node.this, *(one.this for one in node.args["ifs"])
    default = node.args.get("default")
    yield *(one.args["true"] for one in node.args["ifs"]), *([default] if default is not None else [])


def _branches(node: exp.Expr) -> Iterable[Iterable[exp.Expr]]:
    """What IF gives; that of CASE is looked at with all of its others."""
    if isinstance(node.parent, exp.Case) or node.args.get("false") is None:
        return ()
    return ((node.args["true"], node.args["false"]),)


def _members(node: exp.Expr) -> Iterator[Iterable[exp.Expr]]:
    query = node.args.get("query")
    wanted = node.this.unnest()
    rows = [query.unnest().selects] if query is not None else [_parts(one) for one in node.expressions]
    for row in rows:
        yield from zip(_parts(wanted), row, strict=False)


def _parts(node: exp.Expr) -> list[exp.Expr]:
    node = node.unnest() if isinstance(node, exp.Paren) else node
    return list(node.expressions) if isinstance(node, exp.Tuple) else [node]


def _alike(values: Iterable[exp.Expr], where: exp.Expr) -> None:
    """The values are of one kind. A literal beside dates is a date, where it is one."""
    values = list(values)
    of = {kind(one) for one in values}
    if len(of) == 1 and None not in of:
        return
    given = [one for one in (value.unalias() for value in values) if not _is_null(one)]
    kinds = [kind(one) for one in given]
    if "date" in kinds:
        for place, (one, found) in enumerate(zip(given, kinds, strict=True)):
            if found == "text" and isinstance(one.unnest(), exp.Literal):
                _dated(one)
                kinds[place] = "date"
    if None in kinds:
        unknown = given[kinds.index(None)]
        if len(given) > 1:
            raise UnsafeSql(f"it is not known what {_said(unknown)} is", where=_said(where), fix="CAST it")
    elif len(set(kinds)) > 1:
        first, other = dict.fromkeys(kinds)
        raise UnsafeSql(f"a {first} meets a {other}", where=_said(where), fix="CAST one of them: texts are written '…', dates DATE '2026-11-15'")  # fmt: skip


def _dated(node: exp.Expr) -> None:
    text = node.unnest().this
    made = cast(exp.Literal.string(text), "date" if len(text) == len("2026-11-15") else "timestamp")
    _casts(made)
    node.replace(made)


def _is_null(node: exp.Expr) -> bool:
    return isinstance(node.unnest(), exp.Null)


# Of each class of node which of its parts are conditions, and which are groups of values of one kind.
_NONE: _Parts = lambda _: ()  # noqa: E731
_THIS: _Parts = lambda node: (node.this,)  # noqa: E731
_PAIR: _Groups = lambda node: ((node.this, node.expression),)  # noqa: E731
JUDGED: dict[type[exp.Expr], tuple[_Parts, _Groups]] = {
    **dict.fromkeys((exp.Where, exp.Having, exp.Not, exp.CountIf, exp.LogicalOr, exp.LogicalAnd), (_THIS, _NONE)),
    **dict.fromkeys((exp.And, exp.Or), (lambda node: (node.this, node.expression), _NONE)),
    exp.Join: (lambda node: (node.args["on"],) if node.args.get("on") is not None else (), _NONE),
    exp.If: (lambda node: () if isinstance(node.parent, exp.Case) and node.parent.this is not None else (node.this,), _branches),
    **dict.fromkeys(COMPARED, (_NONE, _PAIR)),
    **dict.fromkeys((exp.Union, exp.Intersect, exp.Except), (_NONE, lambda node: zip(node.this.selects, node.expression.selects, strict=False))),
    exp.Between: (_NONE, lambda node: ((node.this, node.args["low"], node.args["high"]),)),
    exp.In: (_NONE, _members),
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), (_NONE, lambda node: ((node.this, *node.expressions),))),
    exp.Case: (_NONE, _case),
}  # fmt: skip

# Literals.

LITERALS = frozenset((exp.AtTimeZone, exp.Escape, exp.Interval, exp.TimeToStr, exp.DateAdd))


def _literals(node: exp.Expr) -> None:
    """Arguments that an engine reads as something other than a value: a zone, a pattern with its own escape, a length of time."""
    wrong = None
    if isinstance(node, exp.AtTimeZone) and not isinstance(node.args["zone"], exp.Literal):
        wrong = "a time zone"
    elif isinstance(node, exp.Escape) and not isinstance(node.this.expression, exp.Literal):
        wrong = "a pattern with ESCAPE"
    elif isinstance(node, exp.Interval) and not isinstance(node.this, exp.Literal):
        wrong = "an INTERVAL"
    elif isinstance(node, exp.TimeToStr) and not _is_plain_format(node):
        wrong = "how a date is written (of %Y %y %m %d %H %i %s and marks between them)"
    elif isinstance(node, exp.DateAdd) and kind(node.expression) not in ("number", "interval"):
        wrong = "how far a date is moved"
    if wrong:
        raise UnsafeSql(f"{wrong} is written as a literal", where=_said(node), fix="write it out")


def _is_plain_format(node: exp.TimeToStr) -> bool:
    """Whether every engine writes a date so, and it is a date: no names that one of them pads, nothing that it would read as more."""
    form = node.args.get("format")
    return kind(node.this) == "date" and isinstance(form, exp.Literal) and FORMAT.fullmatch(form.name) is not None


def _said(node: exp.Expr) -> str:
    text = node.sql(dialect="trino", comments=False)
    return text if len(text) <= 80 else f"{text[:77]}…"

"""SQL that somebody wrote, made total: no value of a row can raise. An error tells that some row, perhaps a foreign one, has such a value.

Casts try, divisors are not zero, arithmetic tries; what cannot be tried is looked at as it is written (kinds.py, arguments.py). Expects
a resolved tree with types; what is over figures (aggregates, windows) is of the asker's rows alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.arguments import LONGEST, RULES, written_amount
from nlq.sql.build import cast, put_into, rewritten, with_heirs
from nlq.sql.constant import cannot_fail
from nlq.sql.digits import digits_of, meet
from nlq.sql.fits import DECIMALS, MOST_DIGITS, check_cast, fits
from nlq.sql.free import depends
from nlq.sql.growth import check_growth
from nlq.sql.kinds import JUDGED, kind, kinds_agree
from nlq.sql.levels import RULES as LEVELS
from nlq.sql.limits import check_repeats
from nlq.sql.place import at
from nlq.sql.types import DOUBLE, INT, INTEGERS, MOMENTS, Kind, is_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.DateAdd, exp.LastDay, exp.DateDiff, exp.DateTrunc,
              exp.TimestampTrunc, exp.AtTimeZone)  # fmt: skip
TRIED = with_heirs(*ARITHMETIC, exp.Round, exp.TimeToStr)
REWRITTEN = with_heirs(exp.Div, exp.Mod, exp.Cast, exp.Date, exp.Substring, exp.Sum, exp.Avg, exp.DateAdd)
STORED = 2  # decimals of money: other types of all digits are made by casts, and a sum of such has no digit left
NO_ROOM = frozenset((MOST_DIGITS - places, places) for places in range(MOST_DIGITS + 1) if places != STORED)

CHECKS = {one: (*RULES.get(one, ()), *LEVELS.get(one, ())) for one in {**RULES, **LEVELS}}


def total(tree: exp.Expr, placed: frozenset[str] = frozenset()) -> exp.Expr:
    """The same tree, in place, in which no value can raise. Names of columns that are `placed` go on telling where they stand.

    Raises:
        TooExpensive: a text could grow without bounds, or values within values would be written out too often.
        UnsafeSql: two kinds of values are compared or mixed; a condition that is none; an argument that no engine takes, or one only as
            a literal.
    """
    nodes = list(tree.walk())
    check_repeats(nodes)
    check_growth(tree, nodes)
    tree = rewritten(tree, _cannot_raise, _judged(nodes))
    for part in nodes:
        if part._meta is not None and not (type(part) is exp.Identifier and part.this in placed):  # noqa: SLF001
            part._meta = None  # noqa: SLF001 - places in the text, which are of use no more, and which copies would copy as well
        if type(part) in TRIED and not isinstance(_holder(part), ARITHMETIC) and _may_raise(part):
            _tried(part)
    return tree


def _judged(nodes: Sequence[exp.Expr]) -> list[exp.Expr]:
    """Refuse what is not given well, and values that do not meet; the nodes that are to be said otherwise."""
    checked, judged, found = [], [], []
    for node in nodes:  # once: the nodes of a statement are many, and those that a rule looks at few
        of = type(node)
        if of in CHECKS:
            checked.append(node)
        if of in JUDGED:
            judged.append(node)
        if of in REWRITTEN:
            found.append(node)
    for node in checked:
        for rule in CHECKS[type(node)]:
            rule(node)
    for node in judged:
        kinds_agree(node)
    return found


def _cannot_raise(node: exp.Expr) -> exp.Expr:
    """Casts that try, divisors that are not zero, parts of texts that are within what engines count."""
    if isinstance(node, exp.Div | exp.Mod) and not _never_zero(node.expression):
        guarded = exp.Nullif(this=exp.Paren(this=node.expression), expression=exp.Literal.number(0))
        guarded.type = guarded.this.this.type
        node.set("expression", guarded)
    elif isinstance(node, exp.Cast):
        return _tried_cast(node)
    elif isinstance(node, exp.Date) and node.this is not None:
        day = exp.DataType(this=exp.DType.DATE)
        return _tried_cast(exp.Cast(this=node.this, to=day))
    elif isinstance(node, exp.Sum | exp.Avg):
        if is_of(node.this, (Kind.DECIMAL,)) and digits_of(node.this) in NO_ROOM:
            put_into(exp.Cast(to=DOUBLE), node.this).type = DOUBLE
    elif isinstance(node, exp.DateAdd):
        far = written_amount(node)
        if far is not None:
            whole = exp.Literal.number(abs(far))
            whole.type = INT
            node.set("expression", exp.Neg(this=whole) if far < 0 else whole)
    elif isinstance(node, exp.Substring):
        _within(node, "start", 0)
        _within(node, "length", -1)
    return node


def _tried_cast(node: exp.Expr) -> exp.Expr:
    """A cast that gives null where it fails. That of a literal is known: one that fails is a mistake, or, where it is tried, null."""
    value, to = node.this, node.args["to"]
    if to.expressions and to.this in MOMENTS:  # DuckDB has a type of its own for each precision, and most end in 2262
        to = exp.DataType(this=to.this)
    if not isinstance(value, exp.Literal):
        made: exp.Expr = exp.TryCast(this=value, to=to, safe=True)
    elif isinstance(node, exp.TryCast) and not fits(value, to):
        made = exp.Cast(this=exp.Null(), to=to)
    else:
        made = exp.Cast(this=value, to=to)
        check_cast(made)
    made.type = to
    return made


def _within(node: exp.Expr, name: str, below: int) -> None:
    """A computed place in a text, or null where it is before the first: engines raise on others, each in its own way."""
    given = node.args.get(name)
    number = given.this if isinstance(given, exp.Neg) else given
    if given is None or isinstance(number, exp.Literal):
        return
    if not is_of(given, INTEGERS):
        given = cast(given, "double")
    least, none, most = (exp.Literal.number(one) for one in (below, below, LONGEST))
    above = exp.Greatest(this=given, expressions=[least], ignore_nulls=True)
    bounded = exp.Least(this=above, expressions=[most], ignore_nulls=True)
    node.set(name, cast(exp.Nullif(this=bounded, expression=none), "int"))


def _never_zero(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.this) != 0


# Arithmetic.


def _may_raise(node: exp.Expr) -> bool:
    """Rounding raises only to tens, hundreds, and so on, where a whole number has no room for the next; writing a date out where it has a time."""
    if isinstance(node, exp.TimeToStr):
        return not is_of(node.this, (Kind.DATE,))
    return not isinstance(node, exp.Round) or isinstance(node.args.get("decimals"), exp.Neg)


def _tried(node: exp.Expr) -> None:
    """Arithmetic, tried as a whole; where figures or sub-queries are in it, which no engine tries, part by part."""
    own = list(_own(node))
    columns = [part for part in own if isinstance(part, exp.Column)]
    if any(
        not one.table for one in columns
    ):  # an ORDER BY over the columns of the result, which are tried where they stand
        return
    queries = [part for part in own if isinstance(part, exp.Query)]
    figures = any(isinstance(part, exp.AggFunc | exp.Window) for part in own)
    _fitted(own, tried=not (figures or queries))
    if figures:
        _parts_tried(node)
    elif queries:
        if columns or any(depends(one) for one in queries):
            _as_doubles(node)
        _parts_tried(node)
    elif columns or not cannot_fail(node):
        for part in own:
            if isinstance(part, exp.Neg) and part.this.find(exp.Column) is None and not cannot_fail(part.this):
                put_into(
                    exp.Try(), part.this
                ).type = part.type  # DuckDB computes what a minus stands before as it reads it, untried
        put_into(exp.Try(), node).type = node.type


def _fitted(own: Sequence[exp.Expr], *, tried: bool) -> None:
    """Numbers brought to a type that holds what comes of them: of products always; of sums where nothing tries them."""
    for part in own:
        if isinstance(part, exp.Mul):
            _short(part)
        elif isinstance(part, exp.Add | exp.Sub) and not tried and digits_of(part) is not None:
            meet((part.this, part.expression))


def _parts_tried(node: exp.Expr) -> None:
    for operand in _operands(node):
        if isinstance(operand, ARITHMETIC):
            _tried(operand)


def _short(node: exp.Mul) -> None:
    """A product of so many decimals that no type holds them is one of doubles."""
    digits, operands = digits_of(node), (node.this, node.expression)
    done = all(isinstance(one, exp.Cast) and is_of(one, (Kind.DOUBLE,)) for one in operands)
    if digits is not None and digits[1] > DECIMALS and not done:
        for operand in operands:
            put_into(exp.Cast(to=DOUBLE), operand).type = DOUBLE


def _as_doubles(node: exp.Expr) -> None:
    """Numbers as doubles, which do not overflow where a sub-query cannot be tried; an engine whose do has other ways to try it."""
    if kind(node) != "number":
        raise UnsafeSql("a date is moved by a sub-query", where=at(node), fix="join what it is moved by")
    for operand in _operands(node):
        if not isinstance(operand, ARITHMETIC):
            put_into(exp.Cast(to=DOUBLE), operand).type = DOUBLE
    put_into(exp.Try(doubles=True), node).type = DOUBLE


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

"""Kinds of values in written SQL: numbers meet numbers, texts texts, dates dates; conditions are conditions.

What an engine would convert by itself, text to a number say, has to be said, as in Trino: where it does so unsaid, a value can raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.build import cast
from nlq.sql.digits import meet
from nlq.sql.fits import check_cast
from nlq.sql.place import at, said
from nlq.sql.types import INTEGERS, KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    _Parts = Callable[[exp.Expr], Iterable[exp.Expr]]
    _Groups = Callable[[exp.Expr], Iterable[Iterable[exp.Expr]]]

COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Nullif)
PLAIN = frozenset(
    (*INTEGERS, Kind.DATE, *(one for one, name in KINDS.items() if name in ("text", "truth value")))
)  # of one size each
MEETING = frozenset(("number", "date"))  # kinds of which an engine has several types, and widens one to another


def kind(node: exp.Expr) -> str | None:
    """What kind of value a node has: one of KINDS; None where it is null, or is not known."""
    if isinstance(node, exp.Query):
        query = node.unnest() if isinstance(node, exp.Subquery) else node
        picked = query.selects if isinstance(query, exp.Query) else []
        node = picked[0] if len(picked) == 1 else query
    return KINDS.get(node.type.this) if node.type is not None else None


def kinds_agree(node: exp.Expr) -> None:
    """Values are compared with values of their own kind, and conditions are conditions."""
    conditions, groups = JUDGED[type(node)]
    for condition in conditions(node):
        if kind(condition.unnest()) != "truth value" and not is_null(condition):
            raise UnsafeSql(f"{said(condition)} is no condition", where=at(node), fix="compare it with something")
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
    if _of_one_type(values):
        return
    of = {kind(one) for one in values}
    if len(of) == 1 and not of & MEETING and None not in of:
        return
    given = [one for one in (value.unalias() for value in values) if not is_null(one)]
    kinds = [kind(one) for one in given]
    if "date" in kinds:
        for place, (one, found) in enumerate(zip(given, kinds, strict=True)):
            if found == "text" and isinstance(one.unnest(), exp.Literal):
                given[place] = _dated(one)
                kinds[place] = "date"
    if None in kinds:
        unknown = given[kinds.index(None)]
        if len(given) > 1:
            raise UnsafeSql(f"it is not known what {said(unknown)} is", where=at(where), fix="CAST it")
    elif len(set(kinds)) > 1:
        first, other = dict.fromkeys(kinds)
        raise UnsafeSql(f"a {first} meets a {other}", where=at(where), fix="CAST one of them: texts are written '…', dates DATE '2026-11-15'")  # fmt: skip
    elif len(given) > 1 and kinds[0] in MEETING:
        meet(given)


def _of_one_type(values: list[exp.Expr]) -> bool:
    """Whether all are of one type of one size, which meets itself: what most comparisons are of."""
    types = [one.type for one in values]
    first = types[0] if types else None
    return first is not None and first.this in PLAIN and all(one is not None and one.this is first.this and not one.expressions for one in types)  # fmt: skip


def _dated(node: exp.Expr) -> exp.Expr:
    literal = node.unnest()
    made = cast(literal.copy(), "date" if len(literal.this) == len("2026-11-15") else "timestamp")
    made.type = made.args["to"]
    check_cast(made)
    node.replace(made)
    return made


def is_null(node: exp.Expr) -> bool:
    """Whether a value is NULL as it stands there."""
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

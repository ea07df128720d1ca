"""Does a sub-query depend on the row around it? Then what is computed with it is of that row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator


def depends(query: exp.Expr) -> bool:
    """Whether a resolved query uses a column of a query around it."""
    return bool(_free(query))


def _free(query: exp.Expr) -> frozenset[str]:
    """The relations around a query that it uses."""
    found: set[str] = set()
    inside: set[str] = set()
    if isinstance(query, exp.Select):
        inside = {relation.alias_or_name for relation in _relations(query)}
    around = {id(relation) for relation in _relations(query)} | {id(query.args.get("with_"))}
    for node, outside in _parts(query, around):
        used = _free(node) if isinstance(node, exp.Query) else frozenset({node.text("table")})
        found |= used if outside else used - inside
    return frozenset(found - {""})


def _relations(query: exp.Expr) -> list[exp.Expr]:
    start = query.args.get("from_")
    return [*([start.this] if start is not None else []), *(join.this for join in query.args.get("joins") or ())]


def _parts(query: exp.Expr, around: set[int]) -> Iterator[tuple[exp.Expr, bool]]:
    """The columns of a query and the queries in it, each with whether it stands where the query's own FROM is not seen."""
    waiting = [(one, id(one) in around) for one in query.iter_expressions()]
    while waiting:
        node, outside = waiting.pop()
        outside = outside or id(node) in around
        if isinstance(node, (exp.Query, exp.Column)):
            yield node, outside
        else:
            waiting += [(one, outside) for one in node.iter_expressions()]

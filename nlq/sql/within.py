"""The first N within each group: rows are numbered in the order that was asked for, then those with small numbers are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.sql.build import named, with_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlq.values.query import SemanticQuery

RANKED, PLACE, OVERALL = "ranked", "place_within", "place_overall"


def check(query: SemanticQuery) -> None:
    """See that a limit within groups can be meant.

    Raises:
        BadRequest: there is no limit, or a group is no dimension of the query.
    """
    if not query.per:
        return
    if query.limit is None:
        raise BadRequest("`per` needs a limit: how many within each", where="per", fix="give a limit")
    foreign = [name for name in query.per if name not in query.dimensions]
    if foreign:
        raise BadRequest(f"`per` names {foreign[0]!r}, which the query is not split by", where="per",
                         fix=f"add it to dimensions, or name one of {', '.join(query.dimensions) or 'none'}")  # fmt: skip


def first_within(tree: exp.Select, query: SemanticQuery, names: list[str], groups: Mapping[str, list[exp.Expr]],
                 order: list[exp.Expr]) -> exp.Select:  # fmt: skip
    """The rows of `tree` whose place within their group is at most the limit, in the whole order.

    Args:
        tree: a SELECT of the columns `names`, with neither order nor limit.
        query: says the groups (`per`) and the limit.
        names: the columns of the result, in order.
        groups: the expressions that each dimension is grouped by: two things of one name are two groups.
        order: the terms of the order, ending with the keys, so that no two rows are equal in it.
    """
    parts = [part.copy() for name in query.per for part in groups[name]]

    def numbered(within: list[exp.Expr]) -> exp.Window:
        terms = exp.Order(expressions=[term.copy() for term in order])
        return exp.Window(this=exp.RowNumber(), partition_by=within, order=terms)

    ranked = tree.select(exp.alias_(numbered(parts), PLACE), exp.alias_(numbered([]), OVERALL), copy=False)
    ctes = ranked.args.pop("with_", None)
    outer = exp.select(*(exp.column(exp.to_identifier(name, quoted="." in name)) for name in names)).from_(
        named(RANKED)
    )
    if ctes is not None:
        outer.set("with_", ctes)
    limit = exp.LTE(this=exp.column(PLACE), expression=exp.Literal.number(query.limit or 1))
    with_(outer, RANKED, ranked)
    return outer.where(limit, copy=False).order_by(exp.column(OVERALL), copy=False)

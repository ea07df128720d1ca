"""Rules about what one can split and filter by, and the ways that lead there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlq.errors import BadRequest
from nlq.semantics.check_metrics import DAYS, NUMBERS, no_circles
from nlq.semantics.model import GRAINS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.check import Context
    from nlq.semantics.tables import Dimension, Join

PLAIN = re.compile(r"[a-z][a-z0-9_]{0,62}")


def dimensions_fit(context: Context) -> Iterator[BadRequest]:
    """Dimensions name a table, its columns and a parent that exist."""
    for where, one in context.each("dimensions"):
        if one.table or not one.time:
            yield from context.known("the table", one.table, context.tables, where)
        if one.table in context.tables:
            columns = [*one.columns, *([one.id, one.show] if one.key else [])]
            for column in columns:
                yield from context.known("the column", column, context.tables[one.table].columns, where)
            yield from _kinds(context, one, where)
        if one.key and one.id not in one.key:
            yield BadRequest(
                f'the id of "{one.name}" ({one.id}) is no part of its key',
                where=where,
                fix=f"name one of {', '.join(one.key)}",
            )
        if one.parent:
            yield from context.known("the dimension", one.parent, context.dimensions, where)
        if one.kind_of:
            yield from context.known("the dimension", one.kind_of, context.dimensions, where)
        if one.ranked_by:
            yield from context.known("the metric", one.ranked_by, context.metrics, where)


def time_is_one(context: Context) -> Iterator[BadRequest]:
    """At most one dimension is the time of every table; no dimension is its own parent, by whichever way."""
    times = [(where, one.name) for where, one in context.each("dimensions") if one.time]
    for where, name in times[1:]:
        yield BadRequest(f'"{name}" is `time: true`, and so is "{times[0][1]}"', where=where,
                         fix="keep one: the others are dimensions of type date")  # fmt: skip
    parents = {name: [one.parent] if one.parent else [] for name, one in context.dimensions.items()}
    yield from no_circles(context, "dimensions", parents, "is its own parent: {way}", "let the widest have none")


def _kinds(context: Context, one: Dimension, where: str) -> Iterator[BadRequest]:
    """Parts are of dates, bins of numbers, and a date's grains of a date."""
    columns = context.tables[one.table].columns
    for of, fits, what in (
        (one.part.of if one.part else None, DAYS, "a part of a date"),
        (one.bins.of if one.bins else None, NUMBERS, "bins of a number"),
        (one.column if one.type == "date" and not one.time else None, DAYS, "a date"),
    ):
        if of in columns and columns[of].type not in fits:
            yield BadRequest(
                f'"{one.name}" is {what}, and {of} is {columns[of].type}',
                where=where,
                fix="name another column, or give it its type",
            )


def dimensions_hold(context: Context) -> Iterator[BadRequest]:
    """What other tables hold as well is a column there; what there are versions of is not grouped by their key."""
    for where, one in context.each("dimensions"):
        for table, column in one.held_by.items():
            yield from context.known("the table", table, context.tables, where)
            if table in context.tables:
                yield from context.known("the column", column, context.tables[table].columns, where)
        if one.key and one.table in context.tables and context.tables[one.table].versions:
            yield BadRequest(f'"{one.name}" is grouped by a key of versions', where=where,
                             fix="give it a column, or let another table hold what there are versions of")  # fmt: skip


def grains_fit(context: Context) -> Iterator[BadRequest]:
    """Further grains belong to the time dimension, and are columns of its calendar."""
    for where, one in context.each("dimensions"):
        if one.grains and not (one.time and one.table):
            yield BadRequest(f'"{one.name}" has grains of its own and is no calendar', where=where,
                             fix="say them where `time: true` is, with the calendar's table and column")  # fmt: skip
            continue
        for name, column in one.grains.items():
            if name in GRAINS or not PLAIN.fullmatch(name):
                yield BadRequest(f'"{name}" cannot be the name of a grain', where=where, fix="give it another")
            if one.table in context.tables:
                yield from context.known("the column", column, context.tables[one.table].columns, where)


def paths_are_single(context: Context) -> Iterator[BadRequest]:
    """From a table with figures to a dimension there is one shortest path: with two, the figure would depend on which."""
    joins = [join for _, join in context.each("joins")]
    measured = {metric.agg.table for _, metric in context.each("metrics") if metric.agg}
    for where, one in context.each("dimensions"):
        for table in sorted(measured - set(one.held_by)):
            ways = _shortest(joins, table, one.table)
            if one.reach is not None:
                ways = [way for way in ways if len(way) <= one.reach]
            if len(ways) > 1:
                said = " and ".join(" > ".join((table, *way)) for way in ways)
                yield BadRequest(f'"{one.name}" can be reached from {table} in {len(ways)} ways: {said}', where=where,
                                 fix="remove one of the joins, or join the table under another name for the other meaning")  # fmt: skip


def _shortest(joins: list[Join], start: str, goal: str) -> list[tuple[str, ...]]:
    """The paths of fewest joins from a table to another, as the tables on the way."""
    edge: list[tuple[str, ...]] = [()]
    seen = {start}
    while edge:
        found = [way for way in edge if (way[-1] if way else start) == goal]
        if found:
            return found
        grown = [(*way, join.to) for way in edge for join in joins if join.from_ == (way[-1] if way else start)]
        edge = [way for way in grown if way[-1] not in seen]
        seen |= {way[-1] for way in edge}
    return []

"""Where small groups are withheld, it can be told of every figure whose rows it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.check import Context


def small_groups_fit(context: Context) -> Iterator[BadRequest]:
    """People are counted by a distinct count of the table's own or of one that it joins to."""
    ways = {(join.from_, join.to) for _, join in context.each("joins")}
    sums = {rollup.table: rollup.of for _, rollup in context.each("rollups")}
    for where, table in context.each("tables"):
        if table.small_groups is None:
            continue
        if table.name in sums:
            yield BadRequest(f'"{table.name}" is a table of sums, which names no people', where=where,
                             fix=f"say `small_groups` of {sums[table.name]}")  # fmt: skip
        people = context.metrics.get(table.small_groups.people)
        if people is None:
            yield from context.known("the metric", table.small_groups.people, context.metrics, where)
        elif people.agg is None or people.agg.function != "count_distinct" or people.agg.approximate or people.where:
            yield BadRequest(f'"{people.name}" does not count the people of "{table.name}"', where=where,
                             fix="name an exact count of distinct keys, without conditions")  # fmt: skip
        elif people.agg.table != table.name and not _leads(ways, table.name, people.agg.table):
            yield BadRequest(f'"{table.name}" does not lead to "{people.agg.table}", whose keys are to be counted', where=where,
                             fix="join them, or name a count of the table's own")  # fmt: skip


def figures_have_people(context: Context) -> Iterator[BadRequest]:
    """A figure of a table that withholds small groups is of all rows of a group, and of rows that name people."""
    held = {table.name for _, table in context.each("tables") if table.small_groups is not None}
    sums = {rollup.table: rollup.of for _, rollup in context.each("rollups")}
    for where, metric in context.each("metrics"):
        agg = metric.agg
        if agg is None or not held & {agg.table, sums.get(agg.table)}:
            continue
        if agg.over_time is not None:
            yield BadRequest(f'"{metric.name}" is of some days alone, and small groups of "{agg.table}" are withheld', where=where,
                             fix="leave `over_time` out, or `small_groups`")  # fmt: skip
        elif agg.table in sums:
            yield BadRequest(f'"{metric.name}" counts a table of sums: whose rows those are made of is not known', where=where,
                             fix=f"let it count {sums[agg.table]}")  # fmt: skip


def _leads(ways: set[tuple[str, str]], start: str, goal: str) -> bool:
    """Whether joins lead from a table to another."""
    reached, edge = {start}, {start}
    while edge:
        edge = {to for origin, to in ways if origin in edge} - reached
        reached |= edge
    return goal in reached

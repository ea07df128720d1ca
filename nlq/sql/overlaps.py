"""Figures of the same rows under several conditions: they differ by what is between these, which is to be of enough people as well.

Each row of a group fulfils some of the conditions. Rows that fulfil the same ones are a piece; every figure is of whole pieces, and
whatever is worked out of several figures is so, too. The least piece of a group decides whether its figures are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql import arms, filters
from nlq.sql.arms import MANY, VALUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.sql.fields import Job
    from nlq.sql.scan import Scan
    from nlq.sql.sources import Source
    from nlq.sql.tiers import Branch
    from nlq.values.query import Segment


def fewest(source: Source, branches: tuple[Branch, ...], segments: Sequence[Segment], job: Job) -> exp.Select:
    """Of each group the people of its least piece, for a leaf of `parts`; segments are conditions too."""
    measure = source.measures[0]
    parts = measure.leaf.parts
    others = [one.where for one in segments if one is not job.segment]
    marks = [f"__in_{number}" for number in range(1, len(parts) + len(others) + 1)]

    def extra(scan: Scan) -> list[exp.Expr]:
        read = [scan.column(source.table, name, source.table) for name in measure.known]
        there = [
            exp.not_(exp.Is(this=one, expression=exp.Null()), copy=False) for one in read
        ]  # else no figure is of the row
        found = [
            _mark([*there, *filters.where(scan.model, where, scan)], mark)
            for where, mark in zip(parts, marks, strict=False)
        ]
        found += [
            _mark(filters.where(scan.model, where, scan), mark)
            for where, mark in zip(others, marks[len(parts) :], strict=True)
        ]
        return [*found, exp.alias_(scan.counted(measure, scan.home(measure)), VALUE, copy=False)]

    keys = arms.columns(job.keys)
    people = exp.Count(this=exp.Distinct(expressions=[exp.column(VALUE)]))
    within = [exp.not_(exp.Is(this=exp.column(one), expression=exp.Null()), copy=False) for one in marks[: len(parts)]]
    pieces = exp.select(*keys, exp.alias_(people, MANY, copy=False), copy=False)
    pieces = pieces.from_(arms.named_rows(arms.rows_of(job, source, branches, extra), "rows_in"), copy=False)
    pieces = pieces.where(exp.or_(*within, copy=False), copy=False)
    pieces = pieces.group_by(*(one.copy() for one in keys), *map(exp.column, marks), copy=False)
    least = exp.alias_(exp.Min(this=exp.column(MANY)), measure.leaf.alias, copy=False)
    tree = exp.select(*arms.columns(job.keys), least, copy=False).from_(arms.named_rows(pieces, "pieces"), copy=False)
    return arms.grouped(tree, job.keys)


def _mark(wanted: list[exp.Expr], name: str) -> exp.Expr:
    """A one on rows that fulfil conditions, else null."""
    one: exp.Expr = exp.Literal.number(1)
    return exp.alias_(
        exp.Case().when(exp.and_(*wanted, copy=False), one, copy=False) if wanted else one, name, copy=False
    )

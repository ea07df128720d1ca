"""The inner queries by kind. Each gives the keys under their names, and one column a leaf; a group is in it where it has rows.

Where a source needs both tiers, or base rows beside a rollup, what adds up is aggregated in each and added; distinct counts
count the different keys of both; what needs the rows themselves (places in an order, last days) takes those of both.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.build import cast, joined, some_rows
from nlq.sql.columns import moved
from nlq.sql.fields import SEGMENT
from nlq.sql.frames import length
from nlq.sql.scan import AGGREGATES, MATCHED, Scan, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nlq.semantics.measures import Conversion
    from nlq.sql.fields import Job, Keys
    from nlq.sql.leaves import Leaf
    from nlq.sql.sources import Measure, Source
    from nlq.sql.tiers import Branch

# Columns of inner relations; no dimension and no metric can be called so.
VALUE, PLACE, MANY, DAY, EDGE, CAME = "__value", "__place", "__many", "__day", "__edge", "__came"


def columns(keys: Iterable[Keys], table: str | None = None) -> list[exp.Expr]:
    """The key columns of an inner query, by their names there."""
    return [exp.column(alias, table=table) for key in keys for alias in key.aliases]


def plain(job: Job, parts: Sequence[tuple[Source, tuple[Branch, ...]]]) -> exp.Select:
    """Sums, counts, least, greatest, distinct counts: one aggregate, or those of each part put together."""
    pairs = [(source, branch) for source, branches in parts for branch in branches]
    if len(pairs) == 1:
        return Scan(job, *pairs[0]).build()
    measures = parts[0][0].measures
    counted = next((one for one in measures if one.function == "count_distinct"), None)
    arms = [Scan(job, *pair).distinct(counted) if counted else Scan(job, *pair).build() for pair in pairs]
    picked: list[exp.Expr] = columns(job.keys)
    for measure in measures:
        value = exp.column(measure.leaf.alias)
        whole = _whole(measure, value)
        if counted and Scan(job, *pairs[0]).some(measure):
            found = exp.EQ(this=exp.Max(this=exp.column(MATCHED)), expression=exp.Literal.number(1))
            whole = exp.Case().when(found, whole, copy=False)
        picked.append(figure(job.model, measure.leaf, whole))
    return grouped(exp.select(*picked, copy=False).from_(union(arms, "parts"), copy=False), job.keys)


def _whole(measure: Measure, value: exp.Expr) -> exp.Expr:
    """A measure of the whole from those of its parts."""
    if measure.function == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[value]))
    return AGGREGATES["sum" if measure.function == "count" else measure.function](this=value)


def ranked(job: Job, source: Source, branches: tuple[Branch, ...]) -> exp.Select:
    """A median or a percentile: the rows of each group numbered in the order of their values."""
    measure = source.measures[0]
    agg = job.model.metrics[measure.leaf.metric].agg
    assert agg is not None  # noqa: S101 - sources are of aggregates
    rows = rows_of(job, source, branches, lambda scan: [exp.alias_(scan.value(measure), VALUE, copy=False)])
    fraction = Fraction(str(agg.percentile)) if agg.percentile is not None else Fraction(1, 2)
    found = middle(rows, job.keys, fraction, measure.leaf.alias, discrete=agg.discrete)
    metric = job.model.metrics[measure.leaf.metric]
    found.selects[-1].add_comments([f" {metric.name}: {metric.description} "])
    return found


def middle(
    rows: exp.Expr, keys: tuple[Keys, ...], fraction: Fraction, alias: str, *, discrete: bool = False
) -> exp.Select:
    """The value at a fraction of the way through each group's values: of one row, or between two. Nulls have no place.

    With n values and a fraction a/b, the value lies (n - 1) a / b rows after the first; both sides are multiplied by b, for
    engines differ in how they divide.
    """
    parts = [column.copy() for column in columns(keys)]
    value = exp.column(VALUE)
    order = exp.Order(expressions=[exp.Ordered(this=value.copy(), desc=False, nulls_first=False)])
    place = exp.Window(this=exp.RowNumber(), partition_by=parts, order=order)
    many = exp.Window(this=exp.Count(this=value.copy()), partition_by=[part.copy() for part in parts])
    numbered = exp.select(
        *columns(keys), value, exp.alias_(place, PLACE, copy=False), exp.alias_(many, MANY, copy=False), copy=False
    ).from_(exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier("these"))), copy=False)
    over, under = (exp.Literal.number(part) for part in fraction.as_integer_ratio())
    found = _first_that_reaches(value, over, under) if discrete else _between(value, over, under)
    tree = exp.select(*columns(keys), exp.alias_(found, alias, copy=False), copy=False).from_(
        exp.Subquery(this=numbered, alias=exp.TableAlias(this=exp.to_identifier("numbered"))), copy=False
    )
    return grouped(tree, keys)


def _between(value: exp.Expr, over: exp.Expr, under: exp.Expr) -> exp.Expr:
    """Interpolated between the last row at or before the place and the row after it."""
    before = exp.paren(exp.Sub(this=exp.column(MANY), expression=exp.Literal.number(1)), copy=False)
    target = exp.Mul(this=before, expression=over)

    def at(offset: int) -> exp.Expr:
        """Whether a row's place is that of the row before the target, or `offset` rows after it."""
        low = exp.Mul(this=_less(exp.column(PLACE), 1 + offset), expression=under.copy())
        high = exp.Mul(this=_less(exp.column(PLACE), offset), expression=under.copy())
        return exp.and_(
            exp.LTE(this=low, expression=target.copy()), exp.LT(this=target.copy(), expression=high), copy=False
        )

    def of(condition: exp.Expr, picked: exp.Expr) -> exp.Expr:
        return cast(exp.Max(this=exp.Case().when(condition, picked, copy=False)), "double")

    low, high = of(at(0), value.copy()), of(at(1), value.copy())
    passed = exp.Sub(this=target.copy(), expression=exp.Mul(this=_less(exp.column(PLACE), 1), expression=under.copy()))
    part = exp.Div(this=of(at(0), passed), expression=cast(under.copy(), "double"))
    step = exp.paren(exp.Sub(this=exp.Coalesce(this=high, expressions=[low.copy()]), expression=low.copy()), copy=False)
    return exp.Add(this=low, expression=exp.Mul(this=step, expression=part))


def _first_that_reaches(value: exp.Expr, over: exp.Expr, under: exp.Expr) -> exp.Expr:
    """The first row whose place is at least the fraction of all."""
    target = exp.Mul(this=exp.column(MANY), expression=over)
    reached = exp.GTE(this=exp.Mul(this=exp.column(PLACE), expression=under), expression=target)
    before = exp.LT(this=exp.Mul(this=_less(exp.column(PLACE), 1), expression=under.copy()), expression=target.copy())
    first = exp.EQ(this=exp.column(PLACE), expression=exp.Literal.number(1))
    here = first if over.this == "0" else exp.and_(reached, before, copy=False)
    return exp.Max(this=exp.Case().when(here, value.copy(), copy=False))


def outermost(
    relation: exp.Expr, keys: tuple[Keys, ...], value: exp.Expr, by: str, alias: str, *, last: bool
) -> exp.Select:
    """The value of each group's last row in the order of the column `by`, or of its first."""
    order = exp.Order(expressions=[exp.Ordered(this=exp.column(by), desc=last, nulls_first=False)])
    place = exp.Window(this=exp.RowNumber(), partition_by=columns(keys), order=order)
    rows = exp.select(
        *columns(keys), exp.alias_(value.copy(), VALUE, copy=False), exp.alias_(place, PLACE, copy=False), copy=False
    ).from_(relation, copy=False)
    here = exp.EQ(this=exp.column(PLACE), expression=exp.Literal.number(1))
    found = exp.Max(this=exp.Case().when(here, exp.column(VALUE), copy=False))
    tree = exp.select(*columns(keys), exp.alias_(found, alias, copy=False), copy=False).from_(
        named_rows(rows, "placed"), copy=False
    )
    return grouped(tree, keys)


def _less(value: exp.Expr, by: int) -> exp.Expr:
    return exp.paren(exp.Sub(this=value, expression=exp.Literal.number(by)), copy=False) if by else value


def over_time(job: Job, source: Source, branches: tuple[Branch, ...]) -> exp.Select:
    """What does not add up over days: rows of the last or first day that has any, or the sum over how many days have any."""
    measure = source.measures[0]
    agg = job.model.metrics[measure.leaf.metric].agg
    assert agg is not None  # noqa: S101 - sources are of aggregates
    buckets = columns(key for key in job.keys if key.field == SEGMENT or job.model.is_time_grain(key.field))
    each = tuple(f"__each_{name}" for name in agg.each)

    def extra(scan: Scan) -> list[exp.Expr]:
        apart = [exp.alias_(scan.column(source.table, name, source.table), alias, copy=False) for name, alias in zip(agg.each, each, strict=True)]  # fmt: skip
        values = [exp.alias_(scan.value(one), one.leaf.alias, copy=False) for one in source.measures]
        return [*apart, *values, exp.alias_(scan.only(measure, scan.day()), DAY, copy=False)]

    rows: exp.Expr = rows_of(job, source, branches, extra)
    within = [*buckets, *(exp.column(alias) for alias in each)]
    if agg.over_time == "average":
        rows = _with(rows, exp.Window(this=exp.RowNumber(), partition_by=[*(one.copy() for one in within), exp.column(DAY)],
                                      order=exp.Order(expressions=[exp.Ordered(this=exp.column(DAY), nulls_first=False)])), PLACE)  # fmt: skip
        first = exp.and_(exp.EQ(this=exp.column(PLACE), expression=exp.Literal.number(1)),
                         exp.not_(exp.Is(this=exp.column(DAY), expression=exp.Null()), copy=False), copy=False)  # fmt: skip
        ones = exp.Sum(this=exp.Case().when(first, exp.Literal.number(1), copy=False))
        rows = _with(rows, exp.Window(this=ones, partition_by=within), MANY)
    else:
        edge = (exp.Max if agg.over_time == "last" else exp.Min)(this=exp.column(DAY))
        rows = _with(rows, exp.Window(this=edge, partition_by=within), EDGE)
    picked: list[exp.Expr] = columns(job.keys)
    picked += [figure(job.model, one.leaf, _taken(agg.over_time, one)) for one in source.measures]
    return grouped(exp.select(*picked, copy=False).from_(named_rows(rows, "marked"), copy=False), job.keys)


def _taken(how: str | None, measure: Measure) -> exp.Expr:
    value = exp.column(measure.leaf.alias)
    if how == "average":
        whole = (exp.Sum if measure.function == "sum" else exp.Count)(this=value)
        days = exp.Nullif(this=cast(exp.Max(this=exp.column(MANY)), "double"), expression=exp.Literal.number(0))
        return exp.Div(this=cast(whole, "double"), expression=days)
    here = exp.EQ(this=exp.column(DAY), expression=exp.column(EDGE))
    return AGGREGATES[measure.function](this=exp.Case().when(here, value, copy=False))


def conversion(job: Job, leaves: Sequence[Leaf], one: Conversion, start: Source, branches: tuple[Branch, ...],
               goal: Source, goal_branches: tuple[Branch, ...]) -> exp.Select:  # fmt: skip
    """Who did the first thing, and which of them did the second in the days that begin with it.

    Args:
        job: the query's own: its filters and keys are of the first thing.
        leaves: `reached` and `converted`, both under the same filter.
        one: what the model says.
        start: the table of the first thing; its measure holds the filter of the leaves and of the first metric.
        branches: its tiers.
        goal: the table of the second thing, over the days in which it may have happened.
        goal_branches: its tiers.
    """
    who = [name for name in one.by if name != job.model.tenant_column(start.table)]
    whom = [name for name in one.to_by or one.by if name != job.model.tenant_column(goal.table)]
    first, second = start.measures[0], goal.measures[0]
    of = [f"__who_{number}" for number in range(1, len(who) + 1)]
    ids, goal_ids = list(job.model.tables[start.table].key), list(job.model.tables[goal.table].key)
    events = one.counting == "events"
    aim = job.model.metrics[one.to].agg
    distinct = (
        replace(second, columns=aim.columns)
        if events and aim is not None and aim.function == "count_distinct"
        else None
    )

    def begun(scan: Scan) -> list[exp.Expr]:
        found = [exp.alias_(scan.only(first, scan.column(start.table, name, start.table)), alias, copy=False) for name, alias in zip(who, of, strict=True)]  # fmt: skip
        rows = (
            [exp.alias_(scan.column(start.table, name, start.table), f"__id_{name}", copy=False) for name in ids]
            if events
            else []
        )
        return [*found, *rows, exp.alias_(scan.day(), DAY, copy=False)]

    def done(scan: Scan) -> list[exp.Expr]:
        found = [exp.alias_(scan.only(second, scan.column(goal.table, name, goal.table)), alias, copy=False) for name, alias in zip(whom, of, strict=True)]  # fmt: skip
        rows = [exp.alias_(scan.column(goal.table, name, goal.table), f"__id_{name}", copy=False) for name in goal_ids] if events else []  # fmt: skip
        counted = [exp.alias_(scan.counted(distinct, goal.table), VALUE, copy=False)] if distinct else []
        return [*found, *rows, *counted, exp.alias_(scan.day(), DAY, copy=False)]

    begins = rows_of(job, start, branches, begun)
    ends = rows_of(replace(job, where=(), keys=(), segment=None), goal, goal_branches, done)
    if events and not goal_ids:  # nothing names a row of it: any number that it alone has will do
        by_day = exp.Order(expressions=[exp.Ordered(this=exp.column(DAY), desc=False, nulls_first=False)])
        ends, goal_ids = _with(ends, exp.Window(this=exp.RowNumber(), order=by_day), "__id_row"), ["row"]
    same = [exp.EQ(this=exp.column(name, table="done"), expression=exp.column(name, table="begun")) for name in of]
    later = exp.GTE(this=exp.column(DAY, table="done"), expression=exp.column(DAY, table="begun"))
    on: list[exp.Expr] = [*same, later]
    if one.within is not None:
        limit = moved(exp.column(DAY, table="begun"), *length(one.within))
        on.append(exp.LT(this=exp.column(DAY, table="done"), expression=limit))
    if events:
        named_ids = [[f"__id_{name}" for name in names] for names in (ids, goal_ids)]
        return _events(job, leaves, begins, ends, on, *named_ids, distinct=distinct is not None)
    return _entities(job, leaves, begins, ends, on, of)


def _entities(job: Job, leaves: Sequence[Leaf], begins: exp.Expr, ends: exp.Expr, on: list[exp.Expr], of: list[str]) -> exp.Select:  # fmt: skip
    """Each one counts once, however often they did either."""
    names = [exp.column(name, table="begun") for name in of]
    who: exp.Expr = names[0] if len(names) == 1 else exp.Tuple(expressions=list(names))
    reached = who
    if len(names) > 1:  # a row that names nobody counts nobody
        known = exp.and_(
            *(exp.not_(exp.Is(this=name.copy(), expression=exp.Null()), copy=False) for name in names), copy=False
        )
        reached = exp.Case().when(known, who, copy=False)
    came = exp.not_(exp.Is(this=exp.column(DAY, table="done"), expression=exp.Null()), copy=False)
    picked: list[exp.Expr] = columns(job.keys, "begun")
    for leaf in leaves:
        counted = reached.copy() if leaf.function == "reached" else exp.Case().when(came.copy(), who.copy(), copy=False)
        picked.append(figure(job.model, leaf, exp.Count(this=exp.Distinct(expressions=[counted]))))
    tree = exp.select(*picked, copy=False).from_(named_rows(begins, "begun"), copy=False)
    tree = joined(tree, named_rows(ends, "done"), on=exp.and_(*on, copy=False), side="LEFT")
    return grouped(tree, job.keys, "begun")


def _events(job: Job, leaves: Sequence[Leaf], begins: exp.Expr, ends: exp.Expr, on: list[exp.Expr], ids: list[str],
            goal_ids: list[str], *, distinct: bool) -> exp.Select:  # fmt: skip
    """Every second thing counts once, where its latest first thing stands; of what is counted distinct, its different values."""
    latest = exp.Order(expressions=[
        exp.Ordered(this=exp.column(DAY, table="begun"), desc=True, nulls_first=False),
        *(exp.Ordered(this=exp.column(name, table="begun"), desc=False, nulls_first=False) for name in ids),
    ])  # fmt: skip
    nth = exp.Window(
        this=exp.RowNumber(), partition_by=[exp.column(name, table="done") for name in goal_ids], order=latest
    )
    came = exp.alias_(exp.column(DAY, table="done"), CAME, copy=False)
    values = [exp.column(VALUE, table="done")] if distinct else []
    pairs = exp.select(
        *columns(job.keys, "begun"), came, *values, exp.alias_(nth, PLACE, copy=False), copy=False
    ).from_(named_rows(begins, "begun"), copy=False)
    pairs = joined(pairs, named_rows(ends, "done"), on=exp.and_(*on, copy=False), side="LEFT")
    first = exp.and_(exp.EQ(this=exp.column(PLACE), expression=exp.Literal.number(1)),
                     exp.not_(exp.Is(this=exp.column(CAME), expression=exp.Null()), copy=False), copy=False)  # fmt: skip
    counted = exp.Case().when(first, exp.column(VALUE) if distinct else exp.Literal.number(1), copy=False)
    value = exp.Count(this=exp.Distinct(expressions=[counted]) if distinct else counted)
    picked = [*columns(job.keys), *(figure(job.model, leaf, value.copy()) for leaf in leaves)]
    return grouped(exp.select(*picked, copy=False).from_(named_rows(pairs, "pairs"), copy=False), job.keys)


def grouped(tree: exp.Select, keys: tuple[Keys, ...], table: str | None = None) -> exp.Select:
    """The same grouped by the keys; without any, no row where there are none."""
    by = columns(keys, table)
    return tree.group_by(*by, copy=False) if by else some_rows(tree)


def union(arms: Sequence[exp.Expr], alias: str) -> exp.Subquery:
    """All rows of all arms, as a relation."""
    whole = arms[0]
    for arm in arms[1:]:
        whole = exp.Union(this=whole, expression=arm, distinct=False)
    return named_rows(whole, alias)


def rows_of(
    job: Job, source: Source, branches: tuple[Branch, ...], extra: Callable[[Scan], list[exp.Expr]]
) -> exp.Expr:
    """The rows of a source in all of its tiers: the keys, and what else is asked of each."""
    arms: list[exp.Expr] = []
    for branch in branches:
        scan = Scan(job, source, branch)
        picked = scan.keyed()[1] + extra(scan)
        arms.append(scan.rows(picked))
    return arms[0] if len(arms) == 1 else exp.Union(this=arms[0], expression=arms[1], distinct=False)


def _with(rows: exp.Expr, window: exp.Expr, alias: str) -> exp.Select:
    """The same rows with one more column."""
    kept = [exp.column(one.alias_or_name) for one in rows.selects]  # type: ignore[attr-defined]
    return exp.select(*kept, exp.alias_(window, alias, copy=False), copy=False).from_(
        named_rows(rows, f"with{alias.removeprefix('_')}"), copy=False
    )


def named_rows(rows: exp.Expr, alias: str) -> exp.Subquery:
    """A query as a relation."""
    return exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier(alias)))

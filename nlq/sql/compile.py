"""From a SemanticQuery to one SELECT in the canonical dialect (Trino).

One inner query for each table and period (aggregated there, along many-to-one joins only), put together on the shared
dimensions, then one outer SELECT that divides, labels, filters by figures, orders and limits. There is no form of a
SemanticQuery that joins two fact tables before they are aggregated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics.joins import find_field, unknown_field
from nlq.sql import filters, within
from nlq.sql.build import day, named, with_
from nlq.sql.build import table as base_table
from nlq.sql.dialect import HOT
from nlq.sql.metrics import Breakdown, Output, break_down, not_yet
from nlq.sql.scan import Keys, keys_of, scan, time_bucket
from nlq.sql.sources import Source, choose
from nlq.sql.tiers import COLD, Branch, for_period
from nlq.values.pipeline import Column, Lineage, Snapshot, Statement
from nlq.values.query import Condition, Order, Period, SemanticQuery

if TYPE_CHECKING:
    from datetime import date

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.periods import Unit

MAX_DIMENSIONS = 8
MAX_METRICS = 20


def compile_query(model: SemanticModel, query: SemanticQuery, snapshot: Snapshot) -> Statement:
    """One SELECT for a SemanticQuery, unscoped.

    Raises:
        BadRequest: a name that the model does not have, a field that a metric cannot reach, a part that does not fit.
    """
    _check(model, query)
    broken = break_down(model, query)
    sources = choose(model, query, broken.leaves, broken.variants, snapshot)
    keys = keys_of(model, query.dimensions)
    tiered = _by_tier(model, sources, broken, snapshot.watermark)
    sources = tuple(source for source, _ in tiered)
    scans = [scan(model, query, source, broken.variants[source.variant], keys, found) for source, found in tiered]
    home = _home_tier([found for _, found in tiered], snapshot)
    names = _scan_names(sources, broken)
    tree = exp.Select()
    for name, inner in zip(names, scans, strict=True):
        tree = with_(tree, name, inner)
    figures = names[0]
    if len(scans) > 1:
        figures = "figures"
        tree = with_(tree, figures, _together(model, broken, sources, names, keys))
    filled = _fill(model, query, broken, snapshot, sources, home)
    tables = [source.table for source in sources]
    if filled is not None:
        tree = with_(tree, "days", filled)
    shared = _dimension_tables(model, query, sources)
    tree = _outer(model, query, broken, keys, tree, figures, home, filled=filled is not None)
    columns = (
        *(_dimension_column(model, name) for name in query.dimensions),
        *(one.column for one in _all_outputs(query, broken)),
    )
    time = model.time_dimension
    every = [*tables, *shared, *([time.table] if filled is not None and time else [])]
    rollups = [source.rollup.table for source in sources if source.rollup]
    lineage = Lineage(
        tables=tuple(dict.fromkeys(every)),
        metrics=tuple(dict.fromkeys(one.metric for one in broken.outputs if one.metric in model.metrics)),
        rollup=rollups[0] if rollups else None,
        why=tuple(dict.fromkeys(source.why for source in sources)),
    )
    return Statement(tree, columns, lineage, snapshot.watermark)


def _by_tier(model: SemanticModel, sources: tuple[Source, ...], broken: Breakdown,
             watermark: date | None) -> list[tuple[Source, tuple[Branch, ...]]]:  # fmt: skip
    """Each source with the tiers that it is read from; over two, each distinct count is a source of its own."""
    found: list[tuple[Source, tuple[Branch, ...]]] = []
    for source in sources:
        branches = for_period(model.tables[source.table], broken.variants[source.variant].period, watermark)
        if len(branches) == 1:
            found.append((source, branches))
            continue
        adding = tuple(one for one in source.measures if one.function != "count_distinct")
        parts = [(one,) for one in source.measures if one.function == "count_distinct"]
        alone = [*([adding] if adding else []), *parts]
        found.extend((replace(source, measures=measures), branches) for measures in alone)
    return found


def _home_tier(found: list[tuple[Branch, ...]], snapshot: Snapshot) -> str | None:
    """Where the tables that are on both tiers are read: in the cold one where nothing else is hot."""
    if snapshot.watermark is None:
        return None
    tiers = {branch.tier for branches in found for branch in branches}
    return COLD if tiers == {COLD} else HOT


def _check(model: SemanticModel, query: SemanticQuery) -> None:
    """What can be said before anything is built."""
    within.check(query)
    for part in ("segments", "totals", "include_empty", "list"):
        if getattr(query, part):
            raise not_yet(part)
    if not query.metrics:
        raise BadRequest(
            "the query names no metric", where="metrics", fix=f"name one of {', '.join(model.public_metrics())}"
        )
    for what, most in (("metrics", MAX_METRICS), ("dimensions", MAX_DIMENSIONS)):
        if len(getattr(query, what)) > most:
            raise BadRequest(f"more than {most} {what}", where=what, fix=f"ask for {most} at most")
    _check_names(model, query)
    if sum(model.is_time_grain(name) for name in query.dimensions) > 1:
        raise BadRequest("two grains of time at once", where="dimensions", fix="keep the finer one")
    untimed = [
        one for one in query.metrics if isinstance(one, str) and one in model.metrics and not model.has_time(one)
    ]
    if untimed and query.period != "all":
        raise BadRequest(f"{untimed[0]} is not counted over time, so a period means nothing to it", where="period",
                         fix=f"leave the period out{_instead(model, untimed[0])}")  # fmt: skip


def _check_names(model: SemanticModel, query: SemanticQuery) -> None:
    """Dimensions and filters are fields of the model, each dimension once."""
    if len(set(query.dimensions)) < len(query.dimensions):
        raise BadRequest("a dimension is named twice", where="dimensions", fix="name each once")
    for name in (*query.dimensions, *filters.fields_of(query.where)):
        if name in model.metrics:
            raise BadRequest(f"{name} is a metric", where=f"field {name}", fix="filter by figures in `having`")
        if name not in model.field_names():
            raise unknown_field(model, name)


def _instead(model: SemanticModel, metric: str) -> str:
    during = model.metrics[metric].during
    return f", or ask for {during}" if during else ""


def _scan_names(sources: tuple[Source, ...], broken: Breakdown) -> list[str]:
    """A readable name for each inner query: the metrics' table, and the period where there are several."""
    names = []
    for source in sources:
        suffix = broken.variants[source.variant].name.strip("_")
        name = f"by_{source.table}" + (f"_{suffix}" if suffix else "")
        names.append(name if name not in names else f"{name}_{source.measures[0].leaf.alias}")
    return names


def _together(model: SemanticModel, broken: Breakdown, sources: tuple[Source, ...], names: list[str],
              keys: tuple[Keys, ...]) -> exp.Expr:  # fmt: skip
    """Inner queries put together on their keys, groups of either side kept; null keys meet null keys.

    A union that is grouped again does what a full outer join on null-safe keys would, on every engine.
    """
    key_columns = [column for one in keys for column in one.aliases]
    leaves = [leaf.alias for leaf in broken.leaves]
    arms: list[exp.Select] = []
    for source, name in zip(sources, names, strict=True):
        mine = {measure.leaf.alias for measure in source.measures}
        picked: list[exp.Expr] = [exp.column(column) for column in key_columns]
        for leaf in broken.leaves:
            kind = "decimal(38, 2)" if model.metrics[leaf.metric].unit == "PHP" else "bigint"
            value = exp.column(leaf.alias) if leaf.alias in mine else exp.cast(exp.Null(), kind)
            picked.append(exp.alias_(value, leaf.alias))
        arms.append(exp.select(*picked).from_(named(name)))
    union: exp.Expr = arms[0]
    for arm in arms[1:]:
        union = exp.Union(this=union, expression=arm, distinct=False)
    outer = exp.select(
        *(exp.column(column) for column in key_columns),
        *(exp.alias_(exp.Max(this=exp.column(leaf)), leaf) for leaf in leaves),
    ).from_(exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier("every"))))
    if key_columns:
        return outer.group_by(*(exp.column(column) for column in key_columns))
    return outer.having(
        exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0))
    )  # no rows stay no row


def _fill(model: SemanticModel, query: SemanticQuery, broken: Breakdown, snapshot: Snapshot,
          sources: tuple[Source, ...], home: str | None) -> exp.Select | None:  # fmt: skip
    """The calendar of a plain time series whose metrics are zero where there is nothing; None elsewhere.

    It covers the days on which there is data: a day before the first or after the last is not zero, it is unknown.
    """
    time = model.time_dimension
    plain = len(query.dimensions) == 1 and model.is_time_grain(query.dimensions[0]) and time is not None
    zero = all(model.metrics[leaf.metric].absence_is_zero for leaf in broken.leaves)
    if not plain or not zero or query.having or time is None or time.column is None:
        return None
    states = [snapshot.tables[source.base] for source in sources if source.base in snapshot.tables]
    firsts = [state.first for state in states if state.first]
    lasts = [state.last for state in states if state.last]
    if not firsts or not lasts:
        return None
    first, last = min(firsts), max(lasts)
    if isinstance(query.period, Period):
        first, last = max(first, query.period.start), min(last, query.period.end)
    if first > last:
        return None
    grain: Unit = query.dimensions[0].rpartition(".")[2]  # type: ignore[assignment]
    bucket = time_bucket(exp.column(time.column, table=time.table), grain, None)
    table = base_table(time.table, model.header.schema_, time.table, home)
    column = exp.column(time.column, table=time.table)
    return (
        exp.select(exp.alias_(bucket, grain))
        .distinct()
        .from_(table)
        .where(exp.Between(this=column, low=day(first), high=day(last)))
    )


def _dimension_tables(model: SemanticModel, query: SemanticQuery, sources: tuple[Source, ...]) -> list[str]:
    """The tables that are joined to for labels and filters."""
    found: list[str] = []
    for source in sources:
        leaf_fields = [name for measure in source.measures for name in filters.fields_of(measure.leaf.where)]
        for name in (*query.dimensions, *filters.fields_of(query.where), *leaf_fields):
            field = find_field(model, source.table, name)
            if field is not None:
                found.extend(join.to for join in field.path)
    found.extend(
        model.dimensions[name].table
        for name in query.dimensions
        if not model.is_time_grain(name) and model.dimensions[name].key
    )
    return found


def _all_outputs(query: SemanticQuery, broken: Breakdown) -> list[Output]:
    """The metric columns, each followed by its share where shares are asked for."""
    if query.share is None:
        return list(broken.outputs)
    if query.share.free:
        raise not_yet("share.free")
    if query.compare or query.having:
        raise not_yet("share together with compare or having")
    outputs: list[Output] = []
    for one in broken.outputs:
        if not one.additive:
            raise BadRequest(f"{one.column.name} does not add up over the rows, so it has no shares", where="share",
                             fix="ask for the share of a sum or a count")  # fmt: skip
        column = Column(f"{one.column.name}__share", f"{one.column.label}, share", "number", "ratio", "metric")
        outputs += [one, Output(column, one.expression, one.metric, additive=False)]
    return outputs


def _outer(model: SemanticModel, query: SemanticQuery, broken: Breakdown, keys: tuple[Keys, ...], tree: exp.Select,
           figures: str, home: str | None, *, filled: bool) -> exp.Select:  # fmt: skip
    """The outer SELECT: labels, ratios, having, order and limit."""
    shown: dict[str, exp.Expr] = {}
    groups: dict[str, list[exp.Expr]] = {}
    joins: list[tuple[exp.Expr, str, exp.Expr]] = []
    for one in keys:
        if one.label is None:
            source = "days" if filled else figures
            column = exp.column(one.field.rpartition(".")[2] if filled else one.aliases[0], table=source)
            shown[one.field] = column
            groups[one.field] = [column]
        else:
            table = base_table(one.table, model.header.schema_, one.field, home)
            on = exp.and_(*(exp.EQ(this=exp.column(key, table=one.field), expression=exp.column(alias, table=figures))
                            for key, alias in zip(one.columns, one.aliases, strict=True)))  # fmt: skip
            joins.append((table, "left", on))
            shown[one.field] = exp.column(one.label, table=one.field)
            groups[one.field] = [exp.column(alias, table=figures) for alias in one.aliases]
    values: dict[str, exp.Expr] = {}
    now = {leaf.alias for leaf in broken.leaves if leaf.variant == 0}
    for output in broken.outputs:
        values[output.column.name] = _over(output.expression, figures, now if filled else set())
    picked: list[exp.Expr] = [exp.alias_(column.copy(), name, quoted="." in name) for name, column in shown.items()]
    for output in _all_outputs(query, broken):
        name = output.column.name
        value = values[name] if name in values else _share(query, values[name.removesuffix("__share")], shown)
        picked.append(exp.alias_(value.copy(), name))
    tree = tree.select(*picked, copy=False)
    if filled:
        tree = tree.from_(named("days"), copy=False).join(
            named(figures), on=exp.EQ(this=exp.column(keys[0].aliases[0], table=figures),
                                             expression=exp.column(keys[0].field.rpartition(".")[2], table="days")),
            join_type="left", copy=False,
        )  # fmt: skip
    else:
        tree = tree.from_(named(figures), copy=False)
    for table, kind, condition in joins:
        tree = tree.join(table, on=condition, join_type=kind, copy=False)
    if query.having:
        tree = tree.where(*_having(query.having, values), copy=False)
    order = _order(model, query, shown, values, [part for parts in groups.values() for part in parts])
    if query.per:
        return within.first_within(tree, query, [one.alias for one in picked], groups, order)
    if order:
        tree = tree.order_by(*order, copy=False)
    return tree.limit(query.limit, copy=False) if query.limit else tree


def _over(expression: exp.Expr, figures: str, zero: set[str]) -> exp.Expr:
    """A metric's expression over the columns of the figures; nothing counts as zero for the leaves named."""

    def fix(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            column = exp.column(node.name, table=figures)
            return exp.func("COALESCE", column, exp.Literal.number(0)) if node.name in zero else column
        return node

    return expression.copy().transform(fix)


def _share(query: SemanticQuery, value: exp.Expr, shown: dict[str, exp.Expr]) -> exp.Expr:
    """A row's part of the total of its group."""
    from nlq.sql.metrics import divide  # noqa: PLC0415 - only where shares are asked for

    within = query.share.within if query.share else ()
    unknown = [name for name in within if name not in shown]
    if unknown:
        raise BadRequest(
            f"shares within {unknown[0]} need it as a dimension", where="share.within", fix=f"add {unknown[0]}"
        )
    total = exp.Window(this=exp.Sum(this=value.copy()), partition_by=[shown[name].copy() for name in within])
    return divide(value, total)


def _having(having: tuple[Condition, ...], values: dict[str, exp.Expr]) -> list[exp.Expr]:
    """Conditions on figures."""
    found: list[exp.Expr] = []
    for one in having:
        if one.any is not None or one.all is not None:
            parts = _having(one.any or one.all or (), values)
            found.append(exp.paren(exp.or_(*parts) if one.any is not None else exp.and_(*parts)))
            continue
        if one.field not in values:
            raise BadRequest(f"`having` names {one.field!r}, which is no column of this query", where="having",
                             fix=f"columns are {', '.join(values)}")  # fmt: skip
        value = values[one.field].copy()
        wrong = [cell for cell in one.values if isinstance(cell, (str, bool))]
        if wrong or one.op == "contains" or one.query is not None:
            raise BadRequest(
                f"{one.field} is compared with numbers", where="having", fix="give a number and =, >, <, between …"
            )
        numbers = [exp.Literal.number(repr(cell)) for cell in one.values]
        if one.op in ("is_null", "is_not_null"):
            empty = exp.Is(this=value, expression=exp.Null())
            found.append(empty if one.op == "is_null" else exp.not_(empty))
        elif one.op in ("=", "in", "!=", "not_in"):
            among = exp.In(this=value, expressions=numbers)
            found.append(among if one.op in ("=", "in") else exp.not_(among))
        elif one.op == "between":
            found.append(exp.Between(this=value, low=numbers[0], high=numbers[1]))
        else:
            found.append(filters.COMPARE[str(one.op)](this=value, expression=numbers[0]))
    return found


def _order(model: SemanticModel, query: SemanticQuery, shown: dict[str, exp.Expr], values: dict[str, exp.Expr],
           ties: list[exp.Expr]) -> list[exp.Expr]:  # fmt: skip
    """As asked; else by time; else by the first metric descending. Nulls last, ties by the dimensions' keys."""
    order = query.order
    if not order:
        times = [name for name in query.dimensions if model.is_time_grain(name)]
        order = (
            (Order(by=times[0], dir="asc"),) if times else (Order(by=next(iter(values)), dir="desc"),) if shown else ()
        )
    terms: list[exp.Expr] = []
    for one in order:
        subject = values.get(one.by, shown.get(one.by))
        if subject is None:
            raise BadRequest(f"`order` names {one.by!r}, which is no column of this query", where="order",
                             fix=f"columns are {', '.join([*shown, *values])}")  # fmt: skip
        terms.append(exp.Ordered(this=subject.copy(), desc=one.dir == "desc", nulls_first=False))
    by = {term.this for term in terms}
    terms.extend(exp.Ordered(this=tie.copy(), desc=False, nulls_first=False) for tie in ties if tie not in by)
    return terms


def _dimension_column(model: SemanticModel, name: str) -> Column:
    """The result column of a dimension."""
    if model.is_time_grain(name):
        grain = name.rpartition(".")[2]
        return Column(name, grain.capitalize(), "integer" if grain == "year" else "date", None, "dimension")
    one = model.dimensions[name]
    return Column(name, one.label, one.type, None, "dimension")

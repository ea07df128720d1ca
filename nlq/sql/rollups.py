"""Rollups: the cheapest table of sums that gives the same figures as the base rows, by rule; else why it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nlq.semantics import periods
from nlq.semantics.joins import kept_field
from nlq.sql.frames import fineness
from nlq.values.query import Period

if TYPE_CHECKING:
    from nlq.semantics.joins import Field
    from nlq.semantics.measures import Aggregate
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.periods import Unit
    from nlq.semantics.tables import Rollup
    from nlq.sql.sources import Asked, Measure, Source

ADDING = frozenset({"sum", "count", "min", "max"})  # what can be put together from parts


def cheapest(asked: Asked, base: Source) -> Source:
    """The rollup with the fewest rows that gives the same figures by rule, else the base table; with the reason."""
    if asked.model.small_groups(base.table):
        return replace(base, why="base rows: small groups are counted from them")
    best: tuple[int, Source] | None = None
    refused: list[str] = []
    for rollup in asked.model.rollups:
        if rollup.of != base.base:
            continue
        found = _through(asked, base, rollup)
        if isinstance(found, str):
            refused.append(f"{rollup.table}: {found}")
            continue
        rows = asked.snapshot.tables[rollup.table].rows
        if best is None or rows < best[0]:
            best = (rows, found)
    return best[1] if best else replace(base, why="; ".join(["base rows", *refused]))


def _through(asked: Asked, base: Source, rollup: Rollup) -> Source | str:
    """The source over a rollup, or the reason why it cannot answer."""
    state = asked.snapshot.tables.get(rollup.table)
    if state is None:
        return "not built"
    grain: Unit = rollup.time["grain"]  # type: ignore[assignment]
    period, frame = base.period, asked.frames[base.frame]
    if grain != "day" and frame.spined:
        return f"a window is read by day, and it is kept by {grain}"
    if period is not None and grain != "day" and not periods.is_whole(period, grain):
        return f"the period is not made of whole {grain}s"
    found: list[Measure] = []
    for measure in base.measures:
        for name in asked.fields(measure.leaf):
            reason = _same_field(asked.model, rollup, name)
            if reason:
                return reason
        served = _serve(asked, rollup, measure, at_once=not frame.spined)
        if served is None:
            return f"{measure.leaf.metric} cannot be added up from it"
        found.append(served)
    whole = replace(base, table=rollup.table, time=rollup.time["column"], measures=tuple(found), rollup=rollup,
                    why=f"{rollup.table} gives the same figures as {base.base}, from fewer rows")  # fmt: skip
    return _as_far_as_fresh(asked, base, whole, grain)


def _as_far_as_fresh(asked: Asked, base: Source, whole: Source, grain: Unit) -> Source | str:
    """The rollup where it is fresh for all of the period; else up to the day that it is, with base rows after it."""
    edge = _fresh_before(asked, base, whole, grain)
    start = base.period.start if base.period else date.min
    end = base.period.end if base.period else date.max
    if edge is None or edge > end:
        return whole
    parts = all(measure.function in ADDING for measure in base.measures)
    if edge <= start or not parts:
        return "it is older than the rows that it was built from"
    last = edge - timedelta(days=1)
    rest = replace(base, period=Period(start=edge, end=end))
    why = f"{whole.table} gives the same figures as {base.base} up to {last}, from fewer rows; base rows after it"
    return replace(whole, period=Period(start=start, end=last), rest=rest, why=why)


def _fresh_before(asked: Asked, base: Source, whole: Source, grain: Unit) -> date | None:
    """The first day of the period from which the rollup was not built from the current rows; None where all of it was."""
    state, rows = asked.snapshot.tables[whole.table], asked.snapshot.tables.get(base.base)
    first = periods.start_of(base.period.start, "month") if base.period else date.min
    edges = [month for month in state.stale if month >= first]
    if state.last is not None and rows is not None and rows.last is not None:
        after = periods.add(periods.start_of(state.last, grain), 1, grain)
        edges += [after] if after <= rows.last else []
    return min(edges, default=None)


def _same_field(model: SemanticModel, rollup: Rollup, name: str) -> str | None:
    """None where a field read from the rollup is the same column, through the same joins, as on the base table."""
    if name in model.filters:
        inner = (part for one in model.filters[name].where for part in one.fields())
        return next((reason for part in inner if (reason := _same_field(model, rollup, part))), None)
    here = kept_field(model, rollup, name)
    if here is None:
        return f"it does not keep {name}"
    if not here.dimension.time:
        return None
    kept = rollup.time["grain"]
    by_day = here.grain == "week" or here.grain in model.own_grains  # their buckets need not be made of whole months
    fits = fineness(here.grain or "") >= fineness(kept) and not (by_day and kept != "day")
    return None if fits else f"it is kept by {kept}"


def _serve(asked: Asked, rollup: Rollup, measure: Measure, *, at_once: bool) -> Measure | None:
    """A measure over a rollup: sums of sums, least of least, distinct counts of what it keeps, or its own cell at its grain.

    `at_once`: each of its rows counts in one bucket of time.
    """
    kept = _column_of(asked.model, rollup, measure)
    if measure.function in ("sum", "count"):
        return replace(measure, function="sum", column=kept, columns=()) if kept else None
    if measure.function in ("min", "max"):
        return replace(measure, column=kept) if kept else None
    own = {base: mine for mine, base in rollup.kept.items()}
    if measure.distinct_on is None and set(measure.columns) <= set(own):
        return replace(measure, columns=tuple(own[column] for column in measure.columns))
    if kept and at_once and not measure.leaf.where and _at_its_grain(asked, rollup):
        return replace(measure, function="max", column=kept, columns=(), approximate=False)
    return None


def _column_of(model: SemanticModel, rollup: Rollup, measure: Measure) -> str | None:
    """The rollup's column that holds the same aggregate of the same column, by whichever metric it is declared."""
    for name, column in rollup.measures.items():
        one = model.metrics[name]
        if one.agg is not None and not one.where and _signature(one.agg) == (measure.function, rollup.of, measure.column, measure.columns):  # fmt: skip
            return column
    return None


def _signature(agg: Aggregate) -> tuple[object, ...]:
    return ("" if agg.over_time else agg.function, agg.table, agg.column, agg.columns)


def _at_its_grain(asked: Asked, rollup: Rollup) -> bool:
    """Whether each group of the query is exactly one row of the rollup."""
    grouped: set[str] = set()
    by_time = False
    for name in asked.dimensions:
        field: Field | None = kept_field(asked.model, rollup, name) if name not in asked.model.filters else None
        if field is None:
            return False
        if field.dimension.time:
            by_time = by_time or field.grain == rollup.time["grain"]
        elif not field.path:
            grouped |= set(field.columns)
    tenant = {column for column in rollup.keeps if column == asked.model.tenant_column(rollup.table)}
    return by_time and set(rollup.keeps) - {rollup.time["column"]} <= grouped | tenant

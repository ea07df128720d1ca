"""Do the rollups add up, and are equivalents equal? Each figure is read both ways, for an asker of each tenant."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics import periods
from nlq.semantics.joins import kept_field, reaches
from nlq.sql.build import table
from nlq.sql.compile import compile_query
from nlq.sql.tiers import expand
from nlq.values import Lineage, Statement, TableState, Tree
from nlq.values.query import Period, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from nlq.api import SyncAssistant
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Rollup
    from nlq.values import Principal, Snapshot

UNITS = 2  # how many of its last whole units are compared
Rows = tuple[tuple[Any, ...], ...]
MOST_SPLITS = 4  # for the first asker; for those of the other tenants by time and in all


@dataclass(frozen=True, slots=True)
class Checked:
    """One comparison: of a rollup's (or an equivalent's) metric, split by some fields over some days, for one asker.

    `differs` says where it does not add up. Where nothing is published of the rollup it is not `used`, and was compared as if.
    """

    rollup: str
    metric: str
    dimensions: tuple[str, ...]
    period: Period | None
    asker: str
    groups: int
    differs: str = ""
    used: bool = True


def one_of_each(principals: Iterable[Principal]) -> list[Principal]:
    """One asker of each tenant, who sees as much of it as any."""
    found: dict[str | None, Principal] = {}
    for one in principals:
        known = found.get(one.org_id)
        if known is None or (known.regions != "*" and one.regions == "*"):
            found[one.org_id] = one
    return list(found.values())


def verify(assistant: SyncAssistant, principals: Iterable[Principal]) -> Iterator[Checked]:
    """Compare every measure of every rollup with its base rows, over the last whole units that it is fresh for, and in all."""
    model = _everything_public(assistant.model)
    for number, principal in enumerate(principals):
        published = assistant.snapshot(principal)
        for rollup in model.rollups:
            used = rollup.table in published.tables
            snapshot = published if used else _as_if_built(assistant, rollup, principal, published)
            splits = 0 if number else MOST_SPLITS
            yield from _compared(assistant, principal, snapshot, model, rollup, splits, used=used)


def _compared(assistant: SyncAssistant, principal: Principal, snapshot: Snapshot, model: SemanticModel, rollup: Rollup,
              splits: int, *, used: bool) -> Iterator[Checked]:  # fmt: skip
    from_it, from_base = replace(model, rollups=(rollup,)), replace(model, rollups=())
    days = _days(snapshot.tables.get(rollup.table), rollup)
    for metric in rollup.measures:
        for dimensions, period in _splits(model, rollup, days, splits):
            query = SemanticQuery(metrics=(metric,), dimensions=dimensions, period=period)
            try:
                chosen = compile_query(from_it, query, snapshot).lineage.rollup
            except BadRequest:  # a field that this metric does not reach
                continue
            if chosen != rollup.table:
                continue
            ours, theirs = (_rows(assistant, query, principal, snapshot, one) for one in (from_it, from_base))
            differs = _difference(ours, theirs, len(dimensions), "from base rows")
            yield Checked(rollup.table, metric, dimensions, period, principal.sub, len(theirs), differs, used)


def equal(assistant: SyncAssistant, principals: Iterable[Principal]) -> Iterator[Checked]:
    """Compare every metric with its equivalent at a finer grain: in all, by month, and by fields that both reach.

    A distinct count in the place of a count is no equivalent but what the question means there: it is not compared.
    """
    model = replace(_everything_public(assistant.model), rollups=())
    alone = replace(model, metrics={name: replace(one, same_as=None) for name, one in model.metrics.items()})
    time = model.time_dimension
    by_month = (f"{time.name}.month",) if time is not None else ()
    for name, one in model.metrics.items():
        finer = model.metrics[one.same_as] if one.same_as else None
        if finer is None or finer.agg is None or finer.agg.function == "count_distinct":
            continue
        fields = [field for field, of in model.dimensions.items()
                  if not of.time and all(reaches(alone, part, field) for part in (name, finer.name))]  # fmt: skip
        for number, principal in enumerate(principals):
            snapshot = assistant.snapshot(principal)
            for dimensions in ((), by_month, *((field,) for field in fields[: 0 if number else MOST_SPLITS])):
                queries = [
                    SemanticQuery(metrics=(part,), dimensions=dimensions, period="all") for part in (name, finer.name)
                ]
                mine, other = (_rows(assistant, query, principal, snapshot, alone) for query in queries)
                differs = _difference(mine, other, len(dimensions), f"as {finer.name}")
                yield Checked(finer.name, name, dimensions, None, principal.sub, len(mine), differs)


def _rows(
    assistant: SyncAssistant, query: SemanticQuery, principal: Principal, snapshot: Snapshot, model: SemanticModel
) -> Rows:
    return assistant.run(compile_query(model, query, snapshot), principal, snapshot).rows


def _everything_public(model: SemanticModel) -> SemanticModel:
    """The model with its internal metrics to be asked for."""
    return replace(model, metrics={name: replace(one, internal=False) for name, one in model.metrics.items()})


def _as_if_built(assistant: SyncAssistant, rollup: Rollup, principal: Principal, published: Snapshot) -> Snapshot:
    """What would be published of a rollup, had somebody done so: fresh for all of the buckets that it holds."""
    model = assistant.model
    column = exp.column(rollup.time["column"], table=rollup.table)
    tree = exp.select(exp.Min(this=column), exp.Max(this=column.copy())).from_(
        table(rollup.table, model.header.schema_, rollup.table)
    )
    placed = expand(tree, model, published.watermark)
    statement = Statement(Tree(placed), (), Lineage((rollup.table,)), published.watermark)
    found = assistant.run(statement, principal, published).rows
    first, last = found[0] if found else (None, None)
    if first is None or last is None:
        return published
    unit: periods.Unit = rollup.time["grain"]  # type: ignore[assignment]
    state = TableState("as if built", 0, first, periods.end_of(last, unit), None)
    return replace(published, tables={**published.tables, rollup.table: state})


def _days(state: TableState | None, rollup: Rollup) -> tuple[Period, Period] | None:
    """The last whole buckets, of so many units, before the first month that is stale; and all days up to their end."""
    if state is None or state.last is None or state.first is None:
        return None
    grain: periods.Unit = rollup.time["grain"]  # type: ignore[assignment]
    unit: periods.Unit = "month" if grain == "day" else grain
    after = periods.start_of(periods.add(state.last, 1, "day"), grain)
    end: date = periods.add(min([after, *state.stale]), -1, "day")
    start = periods.add(periods.start_of(end, unit), 1 - UNITS, unit)
    return Period(start, end), Period(min(start, periods.start_of(state.first, unit)), end)


def _splits(model: SemanticModel, rollup: Rollup, days: tuple[Period, Period] | None, most: int) -> Iterator[tuple[tuple[str, ...], Any]]:  # fmt: skip
    """By its own unit of time, by each of the first fields that it keeps, and in all: with the days of each."""
    time = model.time_dimension
    own = (f"{time.name}.{rollup.time['grain']}",) if time is not None else ()
    last, every = days or ("all", "all")
    names = [
        name
        for name, one in model.dimensions.items()
        if not one.time and one.type != "date" and kept_field(model, rollup, name)
    ]
    for dimensions in (own, *((name, *own) for name in names[:most])):
        yield dimensions, last
    yield (), every


def _difference(
    ours: tuple[tuple[Any, ...], ...], theirs: tuple[tuple[Any, ...], ...], width: int, other_way: str
) -> str:
    """Where two results differ, in words; "" where they do not."""
    mine, base = {row[:width]: row[width] for row in ours}, {row[:width]: row[width] for row in theirs}
    for key in [*base, *(key for key in mine if key not in base)]:
        one, other = mine.get(key), base.get(key)
        same = one == other or (
            one is not None and other is not None and math.isclose(float(one), float(other), rel_tol=1e-9)
        )
        if not same:
            return f"{', '.join(str(part) for part in key) or 'in all'}: {one}, and {other_way} {other}"
    return ""

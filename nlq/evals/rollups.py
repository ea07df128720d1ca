"""Do the rollups add up? Each figure that one may answer is read both ways, for one asker: from it, and from base rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.semantics import periods
from nlq.semantics.joins import kept_field
from nlq.values.query import Period, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nlq.api import SyncAssistant
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Rollup
    from nlq.values import Principal

UNITS = 2  # how many of its last whole units are compared
MOST_SPLITS = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """One comparison: a rollup's metric, split by some fields over some days; `differs` says where it does not add up."""

    rollup: str
    metric: str
    dimensions: tuple[str, ...]
    period: Period | None
    groups: int
    differs: str = ""


def verify(assistant: SyncAssistant, principal: Principal) -> Iterator[Checked]:
    """Compare every measure of every rollup with its base rows, over the last whole units that it is fresh for."""
    model = _everything_public(assistant.model)
    for rollup in model.rollups:
        from_it, from_base = replace(model, rollups=(rollup,)), replace(model, rollups=())
        period = _sample(assistant, rollup, principal)
        for metric in rollup.measures:
            for dimensions in _splits(model, rollup):
                query = SemanticQuery(metrics=(metric,), dimensions=dimensions, period=period or "all")
                try:
                    statement = assistant.compile(query, model=from_it)
                except BadRequest:  # a field that this metric does not reach
                    continue
                if statement.lineage.rollup != rollup.table:
                    continue
                ours = assistant.rows(query, principal, model=from_it).rows
                theirs = assistant.rows(query, principal, model=from_base).rows
                yield Checked(
                    rollup.table, metric, dimensions, period, len(theirs), _difference(ours, theirs, len(dimensions))
                )


def _everything_public(model: SemanticModel) -> SemanticModel:
    """The model with its internal metrics to be asked for."""
    return replace(model, metrics={name: replace(one, internal=False) for name, one in model.metrics.items()})


def _splits(model: SemanticModel, rollup: Rollup) -> list[tuple[str, ...]]:
    """By its own unit of time, and by each of the first fields that it keeps."""
    time = model.time_dimension
    own = (f"{time.name}.{rollup.time['grain']}",) if time is not None else ()
    names = [
        name
        for name, one in model.dimensions.items()
        if not one.time and one.type != "date" and kept_field(model, rollup, name)
    ]
    return [own, *((name, *own) for name in names[:MOST_SPLITS])]


def _sample(assistant: SyncAssistant, rollup: Rollup, principal: Principal) -> Period | None:
    """The last whole units before the first month that is stale, and within the data."""
    state = assistant.state(rollup.table, principal)
    if state is None or state.last is None:
        return None
    last: date = state.last
    unit: periods.Unit = "month" if rollup.time["grain"] in ("day", "month") else rollup.time["grain"]  # type: ignore[assignment]
    after = periods.start_of(min([last, *state.stale]), unit)
    if not state.stale and periods.end_of(last, unit) == last:
        after = periods.add(after, 1, unit)
    start = periods.add(after, -UNITS, unit)
    return Period(start=start, end=periods.add(after, -1, "day"))


def _difference(ours: tuple[tuple[Any, ...], ...], theirs: tuple[tuple[Any, ...], ...], width: int) -> str:
    """Where two results differ, in words; "" where they do not."""
    mine, base = {row[:width]: row[width] for row in ours}, {row[:width]: row[width] for row in theirs}
    for key in [*base, *(key for key in mine if key not in base)]:
        one, other = mine.get(key), base.get(key)
        same = one == other or (
            one is not None and other is not None and math.isclose(float(one), float(other), rel_tol=1e-9)
        )
        if not same:
            return f"{', '.join(str(part) for part in key) or 'in all'}: {one}, and from base rows {other}"
    return ""

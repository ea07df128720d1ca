"""What is told of the data itself, from the model and the data's versions: no engine is asked."""

from __future__ import annotations

from calendar import month_name
from typing import TYPE_CHECKING

from nlq.semantics.joins import reaches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.values import Snapshot
    from nlq.values.explaining import About

MOST_NAMES = 14


def told(about: About, model: SemanticModel, snapshot: Snapshot) -> str:
    """A few sentences. Nothing in them is of a tenant's rows but the first and last day and when they were filled."""
    said = {
        "meaning": _meanings, "figures": _figures, "splits": _splits, "extent": _extent, "freshness": _freshness, "week": _week, "defaults": _defaults, "source": _source,
    }[about.topic](about, model, snapshot)  # fmt: skip
    left = (
        f" (I do not know {' and '.join(f'{chr(34)}{word}{chr(34)}' for word in about.unknown)}.)"
        if about.unknown
        else ""
    )
    return " ".join(said) + left


def _meanings(about: About, model: SemanticModel, _snapshot: Snapshot) -> Iterator[str]:
    for kind, name in about.refs:
        if kind == "metric":
            one = model.metrics[name]
            parts = f" It is {model.metrics[one.ratio[0]].label.lower()} over {model.metrics[one.ratio[1]].label.lower()}." if one.ratio else ""  # fmt: skip
            unit = f" In {one.unit}." if one.unit else ""
            yield f"{one.label}: {one.description}{parts}{unit}"
        elif kind == "absent":
            yield f"{name[:1].upper()}{name[1:]}: {next(one.reason for one in model.absent if one.name == name)}."
        elif kind == "filter":
            yield f"{model.filters[name].label}: {model.filters[name].description}"
        else:
            known = model.dimensions[name]
            values = [value.label for value in known.values] if isinstance(known.values, tuple) else []
            listed = "" if known.type == "boolean" or not values else f" Its values: {_listed(values)}."
            yield f"{known.label}: {known.description}{listed}"


def _figures(_about: About, model: SemanticModel, _snapshot: Snapshot) -> Iterator[str]:
    yield f"{model.header.description}"
    yield f"You can ask for {_listed(one.label.lower() for one in model.public_metrics().values())}."
    yield f"They can be split by {_listed(_split_names(model, model.header.default_metric))}, and by day, week, month, quarter or year."
    if model.header.examples:
        yield f"For example: {'; '.join(model.header.examples)}."


def _splits(about: About, model: SemanticModel, _snapshot: Snapshot) -> Iterator[str]:
    metrics = [name for kind, name in about.refs if kind == "metric"] or [model.header.default_metric]
    for name in metrics:
        yield f"{model.metrics[name].label} can be split and filtered by {_listed(_split_names(model, name), most=40)}; and over time by day, week, month, quarter or year."


def _extent(_about: About, model: SemanticModel, snapshot: Snapshot) -> Iterator[str]:
    bases = {table for name in model.public_metrics() if model.has_time(name) for table in model.base_tables(name)}
    states = [state for name, state in snapshot.tables.items() if name in bases and state.first is not None and state.last is not None]  # fmt: skip
    if not states:
        yield "There is no data of yours with dates."
        return
    yield f"The data runs from {min(state.first for state in states if state.first)} to {max(state.last for state in states if state.last)}."


def _freshness(about: About, model: SemanticModel, snapshot: Snapshot) -> Iterator[str]:
    yield from _extent(about, model, snapshot)
    filled = [state.fresh_as_of for state in snapshot.tables.values() if state.fresh_as_of is not None]
    if filled:
        yield f"It was last filled on {max(filled):%Y-%m-%d at %H:%M}."


def _week(_about: About, model: SemanticModel, _snapshot: Snapshot) -> Iterator[str]:
    yield "Weeks start on Monday and end on Sunday."
    first = model.header.fiscal_year_start
    if first is not None:
        yield f"Fiscal years start in {month_name[first]}, and are called by the year in which they end."
    else:
        yield "Years are those of the calendar: no fiscal year is set."


def _source(about: About, model: SemanticModel, snapshot: Snapshot) -> Iterator[str]:
    yield model.header.description
    for name in (name for kind, name in about.refs if kind == "metric"):
        tables = ", ".join(f"{table} ({model.tables[table].description})" for table in sorted(model.base_tables(name)))
        yield f"{model.metrics[name].label} is from {tables}."
        if model.metrics[name].owner:
            yield f"Its definition is kept by {model.metrics[name].owner}."
    yield from _extent(about, model, snapshot)


def _defaults(_about: About, model: SemanticModel, _snapshot: Snapshot) -> Iterator[str]:
    header = model.header
    yield f"Where a question names no period, it is {header.default_period}; where it ranks by no figure, it is by {model.metrics[header.default_metric].label.lower()}; the top without a number are {header.default_ranking_limit}. Each is said beside the answer, with the other choice."  # fmt: skip
    yield f"Money is in {header.currency}; days are those of {header.timezone}, and weeks start on Monday."


def _split_names(model: SemanticModel, metric: str) -> list[str]:
    return [one.label.lower() for name, one in model.dimensions.items() if not one.time and one.type != "date" and reaches(model, metric, name)]  # fmt: skip


def _listed(names: Iterator[str] | list[str], most: int = MOST_NAMES) -> str:
    found = list(dict.fromkeys(names))
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return f"{', '.join(found[:most])}{more}"

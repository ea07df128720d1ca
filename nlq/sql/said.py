"""What a figure is called, and of what type and unit its cells are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.semantics.draft.words import plural
from nlq.sql.frames import SUFFIX

if TYPE_CHECKING:
    from nlq.semantics.measures import Metric
    from nlq.semantics.model import SemanticModel
    from nlq.values.pipeline import CellType
    from nlq.values.query import Condition, MetricEntry

LIMITS = {">": "above", ">=": "at least", "<": "below", "<=": "at most", "between": "between"}
FOLDED: dict[str, CellType] = {"avg": "number", "median": "number", "count": "integer"}


def is_place(model: SemanticModel, entry: str | MetricEntry) -> bool:
    """Whether a metric is a place among the rows of a query."""
    one = model.metrics.get(entry if isinstance(entry, str) else entry.metric or "")
    return one is not None and one.rank is not None


def is_itself(metric: Metric) -> bool:
    """Whether a figure is an aggregate's own, in a window or at another time maybe: nothing is computed with it."""
    if metric.cumulative is not None:
        return metric.cumulative.at != "average"
    return (
        metric.agg is not None
        or metric.conversion is not None
        or (metric.change is not None and metric.change.give == "value")
    )


def kind_of(model: SemanticModel, metric: Metric) -> CellType:
    """The type of a metric's cells."""
    if metric.agg is not None:
        if metric.agg.function in ("count", "count_distinct") and metric.agg.over_time != "average":
            return "integer"
        if metric.unit == "date":
            return "date"
        whole = metric.agg.function in ("sum", "min", "max") and metric.agg.over_time != "average"
        column = model.tables[metric.agg.table].columns[metric.agg.column or ""].type if metric.agg.column else ""
        return "integer" if whole and column == "integer" else "number"
    if metric.rank is not None:
        return "integer"
    if metric.conversion is not None:
        return "integer" if metric.conversion.give == "count" else "number"
    if metric.cumulative is not None and metric.cumulative.at == "average":
        return "number"
    if metric.cumulative is not None or (metric.change is not None and metric.change.give != "growth"):
        return kind_of(model, model.metrics[metric.parts[0]])
    return "number"


def tail_of(entry: MetricEntry) -> str:
    """What a column's name ends with, where the entry gives it none."""
    window = next((end for kind, end in SUFFIX.items() if entry.window and getattr(entry.window, kind)), "")
    return f"{f'__{entry.agg}' if entry.agg else ''}{window}"


def unit_of(metric: Metric, entry: MetricEntry) -> str | None:
    """The unit of an entry's cells; dates have none."""
    if metric.unit == "date":
        return None
    return "count" if entry.agg == "count" else metric.unit


def label_of(metric: Metric, entry: MetricEntry) -> str:
    """A figure in words, as a column's heading."""
    said = [metric.label]
    if entry.agg == "count":
        limits = " and ".join(_limit(one) for one in entry.having if one.op in LIMITS)
        counted = " and ".join(plural(_plain(name)) for name in entry.each)
        said = [f"Number of {counted} with {metric.label.lower()}{f' {limits}' if limits else ''}"]
    elif entry.agg is not None:
        how = {"avg": "average", "max": "highest", "min": "lowest", "median": "median"}[entry.agg]
        said.append(f"{how} over {' and '.join(_plain(name) for name in entry.each)}")
    if entry.window is not None:
        trailing, to_date = entry.window.trailing, entry.window.to_date
        said.append(f"trailing {trailing}" if trailing else f"{to_date} to date" if to_date else "running")
    return ", ".join(said)


def _limit(one: Condition) -> str:
    """A limit on a figure as a heading says it: "above 50,000"; dates are limits too."""
    values = (f"{value:,}" if isinstance(value, (int, float)) else str(value) for value in one.values)
    return f"{LIMITS[str(one.op)]} {' and '.join(values)}"


def is_money(metric: Metric) -> bool:
    """Whether a metric's unit is a currency."""
    return metric.unit not in ("count", "ratio", "days")


def _plain(field: str) -> str:
    """A field as a label says it: date.day is the day."""
    return field.rpartition(".")[2].replace("_", " ")

"""Which chart a result asks for, by its shape alone; the same choice is drawn by Vega-Lite and in the terminal.

The spec is one of a few fixed templates: no expression, no link and no address goes into it, and the data's own texts stand
only in its values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nlq.answer.figures import shown
from nlq.values.answer import plain_cell

if TYPE_CHECKING:
    from nlq.values import Column

MOST_BARS = 50
MOST_POINTS = 2_000
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chosen chart: columns by index. `series` is the second dimension, where there is one."""

    kind: Literal["bar", "line"]
    x: int
    y: int
    series: int | None = None


def choose(columns: tuple[Column, ...], rows: tuple[tuple[Any, ...], ...]) -> Chart | None:
    """A line over time, bars over anything else; nothing for one figure, for many dimensions or for too many bars."""
    dimensions = [index for index, one in enumerate(columns) if one.role == "dimension"]
    metrics = [index for index, one in enumerate(columns) if one.role == "metric"]
    if not metrics or len(rows) < 2 or not 1 <= len(dimensions) <= 2 or len(rows) > MOST_POINTS:
        return None
    y = metrics[0]
    times = [index for index in dimensions if _is_time(columns[index])]
    if times:
        others = [index for index in dimensions if index != times[0]]
        return Chart("line", times[0], y, others[0] if others else None)
    if len(rows) > MOST_BARS:
        return None
    return Chart("bar", dimensions[0], y, dimensions[1] if len(dimensions) > 1 else None)


def vega(chart: Chart | None, columns: tuple[Column, ...], rows: tuple[tuple[Any, ...], ...]) -> dict[str, Any] | None:
    """The Vega-Lite spec of a chart, data included."""
    if chart is None:
        return None
    x, y = columns[chart.x], columns[chart.y]
    values = []
    for row in rows:
        point: dict[str, Any] = {"y": None if row[chart.y] is None else plain_cell(row[chart.y])}
        point["x"] = (
            row[chart.x].isoformat()
            if chart.kind == "line" and hasattr(row[chart.x], "isoformat")
            else shown(row[chart.x], x)
        )
        if chart.series is not None:
            point["series"] = shown(row[chart.series], columns[chart.series])
            if (
                chart.kind == "bar"
            ):  # a bar each, coloured by the first: averages that were stacked would look like sums
                point["x"], point["series"] = f"{point['x']}, {point['series']}", point["x"]
        values.append(point)
    temporal = x.type == "date"
    titles = [x.label, columns[chart.series].label] if chart.kind == "bar" and chart.series is not None else [x.label]
    across: dict[str, Any] = {"field": "x", "type": "temporal" if temporal else "nominal", "title": ", ".join(titles)}
    if not temporal:
        across["sort"] = None
    up: dict[str, Any] = {"field": "y", "type": "quantitative", "title": f"{y.label} ({y.unit})" if y.unit else y.label}
    if y.unit == "ratio":
        up["axis"] = {"format": ".0%"}
    encoding = {"x": across, "y": up} if chart.kind == "line" else {"y": across, "x": up}
    if chart.series is not None:
        encoding["color"] = {
            "field": "series",
            "type": "nominal",
            "title": (columns[chart.series] if chart.kind == "line" else x).label,
        }
    mark = {"type": "line", "point": True} if chart.kind == "line" else {"type": "bar"}
    return {"$schema": SCHEMA, "data": {"values": values}, "mark": mark, "encoding": encoding, "width": "container"}


def _is_time(column: Column) -> bool:
    return column.type == "date" or column.grain in ("year", "hour_of_day", "day_of_week", "month_of_year")

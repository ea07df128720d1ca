"""One or two sentences about a result. Every figure in them is a cell of the rows, written by `figures.shown`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from nlq.answer.figures import shown
from nlq.semantics.periods import LARGER, end_of

if TYPE_CHECKING:
    from nlq.values import Column

WHOLE = 0.9995  # what is more is all of it, but for rounding
MOST_GROUPS = 4
Rows = tuple[tuple[Any, ...], ...]


def narrate(columns: tuple[Column, ...], rows: Rows, *, limited: bool, per: tuple[str, ...] = (), whole: str = "",
            days: tuple[date | None, date | None] = (None, None)) -> str:  # fmt: skip
    """What the rows say.

    Args:
        columns: of the rows; metrics and dimensions.
        rows: as they are shown.
        limited: whether they are the first of a ranking.
        per: the dimensions of whose groups they are the first.
        whole: the name of the row that is all of what the others are parts of; "" where none is.
        days: the first and the last day that the figures are over: a month that these cut is not whole.
    """
    names = {one.name for one in columns}
    metrics = [index for index, one in enumerate(columns) if one.role == "metric" and not _beside(one.name, names)]
    dimensions = [index for index, one in enumerate(columns) if one.role == "dimension"]
    if not rows:
        return "No rows match."
    if not metrics:
        return f"{len(rows)} row{'s' if len(rows) > 1 else ''}."
    if not dimensions or len(rows) == 1:
        return _single(columns, rows[0], metrics, dimensions) + _part(columns, rows[0], dimensions, days)
    filled = [row for row in rows if row[metrics[0]] is not None]
    if not filled:
        return f"{columns[metrics[0]].label} is unknown in all {len(rows)} rows."
    if whole and len(dimensions) == 1:
        return _of_the_whole(columns, filled, dimensions[0], metrics[0], whole)
    if per:
        groups = [index for index in dimensions if columns[index].name in per]
        return _firsts(columns, filled, groups, [index for index in dimensions if index not in groups], metrics[0])
    if not limited and any(columns[index].type == "date" or columns[index].grain == "year" for index in dimensions[:1]):
        return _series(columns, filled, dimensions[0], metrics[0], days, single=len(dimensions) == 1)
    return _ranking(columns, filled, dimensions, metrics[0], limited=limited)


def _beside(name: str, names: set[str]) -> bool:
    """Whether a column stands beside another: revenue__prior beside revenue."""
    base, mark, _ = name.rpartition("__")
    return bool(mark) and base in names


def _single(columns: tuple[Column, ...], row: tuple[Any, ...], metrics: list[int], dimensions: list[int]) -> str:
    """One row: each figure, and its change where there is a comparison."""
    where = ", ".join(shown(row[index], columns[index]) for index in dimensions)
    said = []
    for index in metrics:
        column = columns[index]
        text = f"{column.label}: {shown(row[index], column)}"
        said.append(text + _share(columns, row, index) + _moved(columns, row, index))
    return f"{where}: {'; '.join(said)}." if where else f"{'; '.join(said)}."


def _moved(columns: tuple[Column, ...], row: tuple[Any, ...], metric: int) -> str:
    """How a figure moved from what it was before, where that stands beside it."""
    by_name = {one.name: (one, cell) for one, cell in zip(columns, row, strict=True)}
    name = columns[metric].name
    prior, growth = by_name.get(f"{name}__prior"), by_name.get(f"{name}__growth")
    if prior is None or growth is None or prior[1] is None:
        return ""
    if growth[1] is None:
        return f" (before: {shown(prior[1], prior[0])})"
    way = "up" if growth[1] > 0 else "down" if growth[1] < 0 else "unchanged"
    moved = "" if growth[1] == 0 else f" {shown(abs(growth[1]), growth[0])}"
    return f" ({way}{moved} from {shown(prior[1], prior[0])})"


def _share(columns: tuple[Column, ...], row: tuple[Any, ...], metric: int) -> str:
    """A figure's part of the whole, where it stands beside it."""
    at = next((at for at, one in enumerate(columns) if one.name == f"{columns[metric].name}__share"), None)
    return "" if at is None or row[at] is None else f", a share of {shown(row[at], columns[at])}"


def _part(columns: tuple[Column, ...], row: tuple[Any, ...], dimensions: list[int],
          days: tuple[date | None, date | None]) -> str:  # fmt: skip
    """That a week, or a month, which comes first or last is so for only a part of it lies in the period."""
    cut = [shown(row[index], columns[index]) for index in dimensions if _cut(row[index], columns[index], days)]
    return f" Only a part lies in this period: {' and '.join(cut)}." if cut else ""


def _series(columns: tuple[Column, ...], rows: list[tuple[Any, ...]], time: int, metric: int,
            days: tuple[date | None, date | None], *, single: bool) -> str:  # fmt: skip
    """Over time: where it was highest and lowest, and where it ended. An unfinished month is no low, and is named."""
    when, what = columns[time], columns[metric]
    every, cut = rows, list(dict.fromkeys(row[time] for row in rows if _cut(row[time], when, days)))
    whole = [row for row in rows if row[time] not in cut]
    rows = whole or rows
    high, low = max(rows, key=lambda row: row[metric]), min(rows, key=lambda row: row[metric])
    text = f"{what.label} was highest in {_at(high, columns, time)} ({shown(high[metric], what)})"
    text += f" and lowest in {_at(low, columns, time)} ({shown(low[metric], what)})"
    if single:
        last = every[-1]
        text += f"; the last, {shown(last[time], when)}, is {shown(last[metric], what)}"
    if cut:
        passed = ", and not counted as high or low" if whole else ""
        text += f". Not whole in this period{passed}: {' and '.join(shown(one, when) for one in cut)}"
    return text + "."


def _cut(cell: Any, column: Column, days: tuple[date | None, date | None]) -> bool:
    """Whether a unit of time reaches beyond the days that the figures are over."""
    grain = column.grain
    if grain not in LARGER or cell is None:
        return False
    start = cell if isinstance(cell, date) else date(int(cell), 1, 1)
    first, last = days
    return (first is not None and start < first) or (last is not None and end_of(start, grain) > last)


def _at(row: tuple[Any, ...], columns: tuple[Column, ...], time: int) -> str:
    """A row's dimensions, time first."""
    others = [
        shown(cell, one)
        for index, (cell, one) in enumerate(zip(row, columns, strict=True))
        if one.role == "dimension" and index != time
    ]
    return ", ".join([shown(row[time], columns[time]), *others])


def _firsts(
    columns: tuple[Column, ...], rows: list[tuple[Any, ...]], groups: list[int], rest: list[int], metric: int
) -> str:
    """The first of each group, as far as a sentence can hold them."""
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in rows:
        found.setdefault(tuple(row[index] for index in groups), row)

    def said(row: tuple[Any, ...], indices: list[int]) -> str:
        return ", ".join(shown(row[index], columns[index]) for index in indices)

    named = [
        f"{said(row, groups)}: {said(row, rest)} ({shown(row[metric], columns[metric])})" if rest
        else f"{said(row, groups)} ({shown(row[metric], columns[metric])})"
        for row in list(found.values())[:MOST_GROUPS]
    ]  # fmt: skip
    more = f"; and {len(found) - MOST_GROUPS} groups more" if len(found) > MOST_GROUPS else ""
    return f"First in each by {columns[metric].label.lower()}: {'; '.join(named)}{more}."


def _of_the_whole(columns: tuple[Column, ...], rows: list[tuple[Any, ...]], name: int, metric: int, whole: str) -> str:
    """Parts of a figure, each with the whole, and with what it is of it where there is but one."""
    of = next((shown(row[metric], columns[metric]) for row in rows if row[name] == whole), "none")
    ratio = next((at for at, one in enumerate(columns) if one.name == f"{columns[metric].name}__ratio"), None)

    def part(row: tuple[Any, ...]) -> str:
        share = f", {shown(row[ratio], columns[ratio])}" if ratio is not None and row[ratio] is not None else ""
        return f"{shown(row[name], columns[name])} {shown(row[metric], columns[metric])} of {of}{share}"

    parts = "; ".join(part(row) for row in rows if row[name] != whole)
    return f"{columns[metric].label}: {parts or of}."


def _ranking(
    columns: tuple[Column, ...], rows: list[tuple[Any, ...]], dimensions: list[int], metric: int, *, limited: bool
) -> str:
    """Over things: the first, the second, and the last that is shown."""
    what = columns[metric]

    def name(row: tuple[Any, ...]) -> str:
        return ", ".join(shown(row[index], columns[index]) for index in dimensions)

    def figure(row: tuple[Any, ...]) -> str:
        return f"{shown(row[metric], what)}{_share(columns, row, metric)}{_moved(columns, row, metric)}"

    first, second, last = rows[0], rows[1] if len(rows) > 1 else None, rows[-1]
    text = f"{name(first)} comes first with {figure(first)}"
    if second is not None:
        text += f", then {name(second)} with {figure(second)}"
    if len(rows) > 2:
        text += f"; the last of the {len(rows)} {'shown' if limited else 'rows'} is {name(last)} with {shown(last[metric], what)}{_moved(columns, last, metric)}"
    return text + _together(columns, rows, metric, dimensions) + "."


def _together(columns: tuple[Column, ...], rows: list[tuple[Any, ...]], metric: int, dimensions: list[int]) -> str:
    """What several parts make of the whole, where they are not all of it: "share of GCash and Maya"."""
    at = next((at for at, one in enumerate(columns) if one.name == f"{columns[metric].name}__share"), None)
    shares = [row[at] for row in rows] if at is not None and len(dimensions) == 1 else []
    if at is None or len(shares) < 2 or None in shares or sum(shares) > WHOLE:
        return ""
    return f"; together {shown(sum(shares), columns[at])} of the whole"

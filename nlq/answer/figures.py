"""A cell as people read it. Every figure that nlq says goes through here, so that what is said is what the row holds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nlq.values.pipeline import TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.values import Column

Rows = tuple[tuple[Any, ...], ...]

UNKNOWN = "unknown"
SYMBOLS = {"PHP": "₱", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}  # other money is shown with its code


def shown(cell: Any, column: Column) -> str:
    """A cell in words: pesos with centavos, whole counts, fractions as percentages, months by name, codes by their labels."""
    if cell is None:
        return UNKNOWN if column.role == "dimension" else "—"
    if column.labels and isinstance(cell, (str, int)) and cell in column.labels:  # a list has no hash
        return column.labels[cell]
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, float, Decimal)) and column.role == "metric":
        return _number(cell, column)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return _day(cell, column)
    return str(cell)


def cells(row: Sequence[Any], columns: Sequence[Column]) -> list[str]:
    """A row in words. What a total is not split by is "all" of it, which is not the same as unknown."""
    mark = next((cell for cell, one in zip(row, columns, strict=False) if one.name == TOTAL and cell is not None), None)
    kept = None if mark is None else str(mark).split(", ")
    return [
        "" if one.name == TOTAL and cell is None
        else "all" if kept is not None and cell is None and one.role == "dimension" and one.name not in kept
        else shown(cell, one)
        for cell, one in zip(row, columns, strict=False)
    ]  # fmt: skip


def without_totals(columns: tuple[Column, ...], rows: Rows) -> tuple[tuple[Column, ...], Rows]:
    """The rows that are no totals of others, without the column that says so: what is drawn and spoken of."""
    mark = next((index for index, one in enumerate(columns) if one.name == TOTAL), None)
    if mark is None:
        return columns, rows
    kept = tuple((*row[:mark], *row[mark + 1 :]) for row in rows if row[mark] is None)
    return (*columns[:mark], *columns[mark + 1 :]), kept


def _number(cell: float | Decimal, column: Column) -> str:
    if column.unit is not None and column.unit.isupper():
        mark = SYMBOLS.get(column.unit, f"{column.unit} ")
        return f"-{mark}{-cell:,.2f}" if cell < 0 else f"{mark}{cell:,.2f}"
    if column.unit == "ratio":
        return f"{cell:.1%}"
    if column.type == "integer" or isinstance(cell, int):
        return f"{cell:,.0f}"
    return f"{cell:,.2f}"


def _day(cell: date, column: Column) -> str:
    grain = column.grain
    if grain == "month":
        return f"{cell:%b %Y}"
    if grain == "quarter":
        return f"Q{(cell.month + 2) // 3} {cell.year}"
    return f"week of {cell}" if grain == "week" else cell.isoformat()

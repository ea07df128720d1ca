"""A cell as people read it. Every figure that nlq says goes through here, so that what is said is what the row holds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlq.values import Column

UNKNOWN = "unknown"
SYMBOLS = {"PHP": "₱", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}  # other money is shown with its code


def shown(cell: Any, column: Column) -> str:
    """A cell in words: pesos with centavos, whole counts, fractions as percentages, months by name."""
    if cell is None:
        return UNKNOWN if column.role == "dimension" else "—"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, float, Decimal)) and column.role == "metric":
        return _number(cell, column)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return _day(cell, column)
    return str(cell)


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
    if column.name.endswith(".month"):
        return f"{cell:%b %Y}"
    if column.name.endswith(".quarter"):
        return f"Q{(cell.month + 2) // 3} {cell.year}"
    return f"week of {cell}" if column.name.endswith(".week") else cell.isoformat()

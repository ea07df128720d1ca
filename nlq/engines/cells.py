"""What an engine fetched, as a Result: the same types of cells whichever engine they come from."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

from nlq.values import Column, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.drivers.fetched import Fetched
    from nlq.policy.scope import ScopedQuery

# Names of types as DuckDB, PostgreSQL and Trino give them, by how they begin.
TYPES: tuple[tuple[str, Any, Any], ...] = (
    ("DECIMAL", "number", "metric"), ("NUMERIC", "number", "metric"), ("DOUBLE", "number", "metric"),
    ("FLOAT", "number", "metric"), ("REAL", "number", "metric"), ("HUGEINT", "integer", "metric"),
    ("BIGINT", "integer", "metric"), ("INT", "integer", "metric"), ("SMALLINT", "integer", "metric"),
    ("TINYINT", "integer", "metric"), ("BOOL", "boolean", "dimension"), ("TIMESTAMP", "timestamp", "dimension"),
    ("DATE", "date", "dimension"),
)  # fmt: skip


def result(scoped: ScopedQuery, fetched: Fetched, engine: str, text: str) -> Result:
    """Typed columns and rows. Sums of whole numbers are whole whatever the engine widens them to."""
    columns = scoped.columns or tuple(column_of(*pair) for pair in zip(fetched.names, fetched.types, strict=True))
    mends = [_mend(column, scoped.columns != ()) for column in columns]
    rows, tied = without_ties(fetched.rows, scoped.cut)
    if any(mends):
        rows = tuple(tuple(mend(cell) if mend else cell for mend, cell in zip(mends, row, strict=True)) for row in rows)
    return Result(columns, rows, fetched.truncated, engine, text, fetched.ms, tied=0 if fetched.truncated else tied)


def without_ties(rows: tuple[tuple[Any, ...], ...], cut: int | None) -> tuple[tuple[tuple[Any, ...], ...], int]:
    """The rows of a statement that is `cut` without their last column, and how many more are as good as the last of them."""
    if cut is None:
        return rows, 0
    as_good = [row[-1] for row in rows if row[-1] is not None]  # totals are not counted
    return tuple(row[:-1] for row in rows), max(0, max(as_good, default=0) - cut)


def column_of(name: str, kind: str) -> Column:
    """A column of SQL that was not compiled: typed by the engine; numbers that are computed are metrics by role."""
    kind = kind.upper().removeprefix("U")
    for start, cell, role in TYPES:
        if kind.startswith(start) and not kind.startswith("INTERVAL"):
            return Column(name, name, cell, None, role)
    return Column(name, name, "string", None, "dimension")


def _mend(column: Column, compiled: bool) -> Callable[[Any], Any] | None:  # noqa: FBT001
    """How a column's cells come to the type that it states; None where they are of it."""
    if column.type == "integer":
        return lambda cell: int(cell) if isinstance(cell, (Decimal, float)) else cell
    if compiled and column.unit == "ratio":
        return lambda cell: float(cell) if isinstance(cell, Decimal) else _finite(cell)
    return _finite if column.type == "number" else None


def _finite(cell: Any) -> Any:
    """A number, or null where there is none: JSON has no word for what an engine makes of a correlation of constants."""
    return None if isinstance(cell, float) and not isfinite(cell) else cell

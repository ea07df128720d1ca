"""What every driver gives back for a statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlq.errors import TooExpensive

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MB = 1_000_000
MOST_BYTES = 64 * MB
FIRST_BATCH, BATCH = 64, 1_024  # rows fetched at once: few at first, for nobody knows yet how long their texts are


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows as the driver gave them, with each column's name and the engine's name of its type."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    ms: float


class Scale:
    """Weighs what is fetched: the texts of a result's cells, in characters, for other cells are small."""

    def __init__(self, max_bytes: int) -> None:
        self._left = self._max = max_bytes

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Some more rows.

        Raises:
            TooExpensive: the result is too large.
        """
        self._left -= sum(len(cell) for row in rows for cell in row if isinstance(cell, str | bytes))
        if self._left < 0:
            raise TooExpensive(f"the result holds more than {self._max / MB:g} MB of text", where="max_result_mb",
                               fix="ask for fewer rows, or for shorter texts")  # fmt: skip

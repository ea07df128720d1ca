"""Is a file the demo that would be built now? Then `nlq demo` need not build it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from nlq.drivers.duckdb import connect
from nlq.warehouse.demo.scripts import generator_hash

if TYPE_CHECKING:
    from pathlib import Path


def is_current(path: Path, *, scale: float, seed: int) -> bool:
    """Whether the file at `path` was made by this generator with this scale and seed; a file of another kind was not."""
    if not path.is_file():
        return False
    try:
        with connect(str(path), read_only=True) as connection:
            found = connection.execute("SELECT scale, seed, generator_hash FROM nlq.demo").fetchone()
    except duckdb.Error:
        return False
    return found == (scale, seed, generator_hash())

"""Build the demo warehouse into one DuckDB file: the steps, in order, and what can go wrong around them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import duckdb

from nlq.drivers.duckdb import connect
from nlq.errors import BadRequest, WarehouseError
from nlq.warehouse import transform
from nlq.warehouse.demo import scripts
from nlq.warehouse.demo.target import replacing, spill_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FIRST_DAY: Final = date(2024, 1, 1)
AS_OF: Final = date(2026, 11, 15)  # the demo's clock: nothing here asks the machine's
SCHEMA_VERSION: Final = 1
_SALES_HELD: Final = 700_000  # about so many sales are held in memory at once, at any scale
_SALES_A_MONTH: Final = 57_000  # at scale 1

# The steps around the months: file, label, where on the way it begins and how much of the way it is.
_BEFORE: Final = (
    ("01_noise", "preparing", 0.0, 0.0),
    ("02_schema", "preparing", 0.0, 0.0),
    ("10_banks", "preparing", 0.0, 0.005),
    ("20_dimensions", "stores and products", 0.005, 0.015),
    ("30_demand", "stores and products", 0.02, 0.01),
)
_CHUNKS_BEGIN: Final = 0.03
_CHUNKS_WIDTH: Final = 0.83
_AFTER: Final = (
    ("50_customers", "customers", 0.86, 0.02),
    ("60_bronze", "raw records", 0.88, 0.04),
    ("70_versions", "versions", 0.92, 0.04),
    ("90_views", "writing the file", 0.96, 0.01),
)


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What was built: `rows` by table of the scout schema, `seconds` of wall clock."""

    path: Path
    bytes: int
    rows: Mapping[str, int]
    seconds: float


def build(
    path: Path,
    *,
    scale: float = 1.0,
    seed: int = 2026,
    progress: Callable[[str, float], None] | None = None,
) -> BuildSummary:
    """Write the demo warehouse to `path`, replacing what is there only when the new file is whole.

    The same `scale` and `seed` give the same rows. `scale` multiplies the number of sales: up to 1 with the stores of scale
    1 and fewer sales in each; above 1 both stores and sales a store grow with its square root.

    Raises:
        BadRequest: a scale or seed out of range.
        WarehouseError: the path cannot be written, the disk is full, or DuckDB failed; nothing half-written is left.
        KeyboardInterrupt: Ctrl-C, after the same cleaning up.
    """
    _check(scale, seed)
    started = time.perf_counter()
    tell = progress or (lambda _label, _done: None)
    with replacing(path) as temporary:
        try:
            rows = _fill(temporary, scale, seed, tell)
        except (duckdb.InterruptException, RuntimeError) as error:
            if "interrupted" in str(error).lower():
                # DuckDB takes Ctrl-C while it works, and gives it on under another name.
                raise KeyboardInterrupt from error
            raise
        except (duckdb.Error, OSError) as error:
            raise _explained(error, path) from error
    tell("done", 1.0)
    return BuildSummary(path=path, bytes=path.stat().st_size, rows=rows, seconds=time.perf_counter() - started)


def _check(scale: float, seed: int) -> None:
    if not (math.isfinite(scale) and 0 < scale <= 100):
        raise BadRequest(f"the scale {scale} is out of range", where="--scale", fix="a number above 0, at most 100")
    if not 0 <= seed < 2**31:
        raise BadRequest(f"the seed {seed} is out of range", where="--seed", fix="a whole number from 0 to 2147483647")


def _fill(temporary: Path, scale: float, seed: int, tell: Callable[[str, float], None]) -> dict[str, int]:
    connection = connect(
        threads=2,
        memory_limit="2GB",
        temp_directory=str(spill_folder(temporary)),
        preserve_insertion_order=True,  # the rows lie by day and store, which lets DuckDB skip most of them
        checkpoint_threshold="1TB",  # one checkpoint, at the end: the file is thrown away if we fail before it
    )
    try:
        # Under a name of its own: opened as "scout.duckdb" the catalog is called scout too, and `scout.x` is ambiguous.
        quoted = str(temporary).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS warehouse")
        connection.execute("USE warehouse")
        for label, done in _steps(connection, scale, seed):
            tell(label, done)
        connection.execute("CHECKPOINT")
        return _rows(connection)
    finally:
        connection.close()


def _steps(connection: duckdb.DuckDBPyConnection, scale: float, seed: int) -> Iterator[tuple[str, float]]:
    """Do the work; yields a label and the part done after each statement."""
    stores = max(scale, 1.0) ** 0.5
    values: dict[str, Any] = {
        "seed": seed,
        "scale": scale,
        "store_factor": stores,
        "volume": scale / stores,  # what multiplies the sales of a store
        "data_dir": str(scripts.DATA),
        "as_of": AS_OF,
        "schema_version": SCHEMA_VERSION,
        "generator_hash": scripts.generator_hash(),
    }
    yield "preparing", 0.0
    for name, label, begin, width in _BEFORE:
        for part in scripts.run(connection, name, values):
            yield label, begin + width * part
    chunks = list(_chunks(scale))
    width = _CHUNKS_WIDTH / len(chunks)
    for number, (since, until) in enumerate(chunks):
        begin = _CHUNKS_BEGIN + width * number
        for part in scripts.run(connection, "40_sales", {**values, "since": since, "until": until}):
            yield f"sales from {since:%Y-%m} on", begin + width * 0.5 * part
        for place, table in enumerate(transform.TABLES, start=1):
            _derive(connection, table, since, until)
            yield f"{table} from {since:%Y-%m} on", begin + width * (0.5 + 0.5 * place / len(transform.TABLES))
    for name, label, begin, width in _AFTER:
        for part in scripts.run(connection, name, values):
            yield label, begin + width * part


def _derive(connection: duckdb.DuckDBPyConnection, table: str, since: date, until: date) -> None:
    rows = transform.select(table, since=since, until=until, dialect="duckdb")
    connection.execute(f"INSERT INTO scout.{table} {rows} ORDER BY 2, 1, 3, 4")


def _chunks(scale: float) -> Iterator[tuple[date, date]]:
    """The spans of whole months that are made at once, second day excluded: few enough sales to hold, whatever the scale."""
    months = max(1, min(12, int(_SALES_HELD / (_SALES_A_MONTH * scale))))
    first = FIRST_DAY.year * 12 + FIRST_DAY.month - 1
    last = AS_OF.year * 12 + AS_OF.month - 1
    for start in range(first, last + 1, months):
        end = min(start + months, last + 1)
        yield date(start // 12, start % 12 + 1, 1), date(end // 12, end % 12 + 1, 1)


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'scout' AND table_type = 'BASE TABLE'"
        " ORDER BY table_name"
    ).fetchall()
    rows: dict[str, int] = {}
    for (table,) in tables:
        found = connection.execute(f"SELECT count(*) FROM scout.{table}").fetchone()
        rows[table] = found[0] if found else 0
    return rows


def _explained(error: duckdb.Error | OSError, path: Path) -> WarehouseError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    full = any(
        sign in str(error)
        for sign in ("No space left", "File too large", "Could not write", "quota", "max_temp_directory_size")
    )
    if full:
        return WarehouseError(
            f"the disk is full or the file may not grow: {text}",
            where=str(path.parent),
            fix="free some space (about 250 MB for each unit of --scale), or choose another path with --out",
        )
    return WarehouseError(
        f"the demo warehouse was not built: {text}", where=str(path), fix="see the message; then run it again"
    )

"""A second business: the TPC-H schema (orders, parts, suppliers), filled by our own SQL from row numbers.

Schema, keys, domains and row counts are those of TPC-H's specification; the values are not dbgen's. It shows, and tests,
that nothing outside the warehouse knows of Scout.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_FILE = "tables.sql"


def build(path: Path, *, scale: float = 0.1) -> dict[str, int]:
    """Write the file, in place of an older one.

    Args:
        path: where to.
        scale: 1 is 1.5 million orders.

    Returns:
        The number of rows of each table.

    Raises:
        BadRequest: the scale is not from 0.001 to 10; the file is there, and holds other data.
        WarehouseError: the file cannot be written.
    """
    from nlq.drivers.duckdb import connect  # noqa: PLC0415 - a tenth of a second
    from nlq.warehouse.demo.target import replacing  # noqa: PLC0415

    if not 0.001 <= scale <= 10:
        raise BadRequest(f"the scale is {scale}", where="--scale", fix="give a number from 0.001 to 10")
    if path.exists() and not _is_ours(path):
        raise BadRequest(
            "the file holds other data, which would be lost", where=str(path), fix="give another file with --out"
        )
    text = resources.files(__package__).joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    with replacing(path) as temporary, connect() as connection:
        quoted = str(temporary).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS warehouse")  # under a name of ours: a file's name may be a schema's
        connection.execute("USE warehouse")
        for name, count in (("suppliers", 10_000), ("customers", 150_000), ("parts", 200_000), ("orders", 1_500_000)):
            connection.execute(f"SET VARIABLE {name} = {max(int(count * scale), 10)}")
        for statement in (part for part in text.split(";\n") if part.strip()):
            connection.execute(statement)
        rows = connection.execute("SELECT dataset, row_count FROM nlq.dataset_versions ORDER BY dataset").fetchall()
        connection.execute("USE memory")
        connection.execute("DETACH warehouse")
    return dict(rows)


def _is_ours(path: Path) -> bool:
    """Whether a file holds this business and nothing else."""
    import duckdb  # noqa: PLC0415 - a tenth of a second

    from nlq.drivers.duckdb import connect  # noqa: PLC0415

    quoted = str(path).replace("'", "''")
    try:
        with connect() as connection:
            connection.execute(f"ATTACH '{quoted}' AS held (READ_ONLY)")
            found = connection.execute(
                "SELECT DISTINCT schema_name FROM duckdb_tables() WHERE database_name = 'held'"
            ).fetchall()
    except duckdb.Error:
        return False
    return {name for (name,) in found} <= {"tpch", "nlq"}

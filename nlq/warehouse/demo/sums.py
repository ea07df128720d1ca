"""What is in a demo file, as one line a table: equal lines, equal rows, in whatever order they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

# What stands for a value as text. The zone of a session must not change what a timestamp reads as.
_AS_TEXT: Final = {"TIMESTAMP WITH TIME ZONE": "CAST(epoch_us({}) AS VARCHAR)"}


def checksums(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """For each table of `scout`: its number of rows and the sum of its rows' md5 halves, as `"rows:sum"`.

    A sum, and not an exclusive or: two equal rows must not cancel out. md5, and not DuckDB's own hash, whose values may
    change between versions.
    """
    tables: dict[str, list[str]] = {}
    for table, column, kind in connection.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c"
        " JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
        " WHERE c.table_schema = 'scout' AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position"
    ).fetchall():
        text = _AS_TEXT.get(kind, "CAST({} AS VARCHAR)").format(f'"{column}"')
        tables.setdefault(table, []).append(f"coalesce({text}, '<null>')")
    return {table: _checksum(connection, table, texts) for table, texts in tables.items()}


def _checksum(connection: duckdb.DuckDBPyConnection, table: str, texts: list[str]) -> str:
    row = f"concat_ws('|', {', '.join(texts)})"
    found = connection.execute(
        f"SELECT count(*), coalesce(sum(CAST(md5_number_lower({row}) AS HUGEINT)), 0) FROM scout.{table}"
    ).fetchone()
    if found is None:
        return "0:0"
    return f"{found[0]}:{found[1] % (1 << 64):016x}"

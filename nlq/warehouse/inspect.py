"""A look at a warehouse file for those who write models: catalog, keys, checks. It reads structure and counts, no rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from sqlglot import exp

from nlq.drivers.duckdb import DuckDBFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

ROWS = 100_000
TIMEOUT_S = 120.0


class Inspector:
    """One open file."""

    def __init__(self, path: Path, schema: str) -> None:
        """Open the file.

        Raises:
            EngineDown: it cannot be opened.
        """
        self._file = DuckDBFile(path)
        self._schema = schema

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Columns of every table of the schema, in order."""
        text = "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = $schema AND database_name = 'warehouse' ORDER BY table_name, column_index"
        found: dict[str, list[str]] = {}
        for table, column in self._file.run(text, {"schema": self._schema}, max_rows=ROWS, timeout_s=TIMEOUT_S).rows:
            found.setdefault(table, []).append(column)
        return {table: tuple(columns) for table, columns in found.items()}

    def types(self) -> dict[tuple[str, str], str]:
        """The type of every column of the schema, by table and column, as the database spells it."""
        text = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = $schema AND database_name = 'warehouse'"
        rows = self._file.run(text, {"schema": self._schema}, max_rows=ROWS, timeout_s=TIMEOUT_S).rows
        return {(table, column): kind for table, column, kind in rows}

    def repeated(self, table: str, key: Sequence[str]) -> int:
        """How many keys stand in more than one row."""
        inner = exp.select(*key).from_(exp.table_(table, db=self._schema)).group_by(*key).having("COUNT(*) > 1")
        tree = exp.select(exp.Count(this=exp.Star())).from_(inner.subquery("repeated"))
        return int(self._file.run(tree.sql("duckdb"), {}, max_rows=1, timeout_s=TIMEOUT_S).rows[0][0])

    def broken_equalities(self) -> frozenset[str]:
        """Metrics whose equivalent was found to differ, for any tenant and month."""
        text = "SELECT DISTINCT metric FROM nlq.checked_equalities WHERE NOT holds"
        return frozenset(row[0] for row in self._file.run(text, {}, max_rows=ROWS, timeout_s=TIMEOUT_S).rows)

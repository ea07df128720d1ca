"""A warehouse file as the loader reads it: which rows are hot, which are cold, as CSV for PostgreSQL and Arrow for Iceberg."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from nlq.drivers.duckdb import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pyarrow as pa

    from nlq.warehouse.tables import Spread

ROWS_A_PART = 1_000_000  # about so many rows are held in memory at once


class SourceFile:
    """One DuckDB file, read only. Dates and times leave it in UTC."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(memory_limit="2GB", threads=2)
        quoted = str(path).replace("'", "''")
        self._connection.execute(f"ATTACH '{quoted}' AS warehouse (READ_ONLY)")
        self._connection.execute("USE warehouse; SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def one(self, query: str, values: list[Any] | None = None) -> tuple[Any, ...]:
        """The first row of a query."""
        found: list[tuple[Any, ...]] = self._connection.execute(query, values or []).fetchall()
        return found[0] if found else ()

    def days(self) -> tuple[date, date]:
        """The first and the last day with a sale."""
        first, last = self.one("SELECT min(date_key), max(date_key) FROM scout.silver_transactions_cleaned")
        return first, last

    def content(self) -> str:
        """What the file holds: another file, another text."""
        return str(
            self.one(
                "SELECT string_agg(dataset || version || row_count, ',' ORDER BY dataset, org_id, month) FROM nlq.dataset_versions"
            )[0]
        )

    def count(self, one: Spread, *, before: date | None = None) -> int:
        """Rows of a table; only the cold ones, where a watermark is given."""
        where = f"WHERE {one.column} < DATE '{one.edge(before)}'" if one.column and before else ""
        return int(self.one(f"SELECT count(*) FROM scout.{one.name} {where}")[0])

    def hot(self, one: Spread, watermark: date) -> str:
        """The rows that PostgreSQL holds of a table: all, or those from the watermark on."""
        return f"SELECT * FROM scout.{one.name}" + (f" WHERE {one.column} >= DATE '{watermark}'" if one.column else "")

    def history(self, one: Spread, watermark: date) -> str:
        """What PostgreSQL keeps of a derived table because its hot rows alone do not give it.

        That is the days before the watermark, and every month that does not lie wholly after it.
        """
        return f"SELECT * FROM scout.{one.name} WHERE {one.column} < DATE '{watermark}'"

    def to_csv(self, query: str, target: Path) -> tuple[list[str], int]:
        """Write a query's rows as CSV; gives the columns' names and the number of rows. Lists are written as PostgreSQL reads them."""
        described = self._connection.execute(f"DESCRIBE {query}").fetchall()
        picked = [
            f"'{{' || array_to_string({name}, ',') || '}}' AS {name}" if kind.endswith("[]") else name
            for name, kind, *_ in described
        ]
        quoted = str(target).replace("'", "''")
        written = self._connection.execute(
            f"COPY (SELECT {', '.join(picked)} FROM ({query})) TO '{quoted}' (FORMAT csv, HEADER)"
        ).fetchall()
        return [name for name, *_ in described], int(written[0][0]) if written else 0

    def cold_parts(self, one: Spread, watermark: date) -> list[Callable[[], pa.Table]]:
        """The rows of the cold tier, in parts of whole months, each sorted as its files are to be."""
        order = ", ".join(one.sort) or "1"
        if one.column is None:
            return [partial(self._arrow, f"SELECT * FROM scout.{one.name} ORDER BY {order}")]
        column, edge = one.column, one.edge(watermark)
        months = self._connection.execute(
            f"SELECT CAST(date_trunc('month', {column}) AS DATE) AS month, count(*) FROM scout.{one.name} WHERE {column} < DATE '{edge}' GROUP BY ALL ORDER BY 1"
        ).fetchall()
        spans: list[list[Any]] = []
        for month, rows in months:
            if spans and spans[-1][2] + rows <= ROWS_A_PART:
                spans[-1][1:] = [month, spans[-1][2] + rows]
            else:
                spans.append([month, month, rows])
        parts = [
            f"{column} >= DATE '{first}' AND {column} < DATE '{last}' + INTERVAL 1 MONTH AND {column} < DATE '{edge}'"
            for first, last, _ in spans
        ] or ["false"]
        return [
            partial(
                self._arrow,
                f"SELECT * FROM scout.{one.name} WHERE {part} ORDER BY date_trunc('month', {column}), {order}",
            )
            for part in parts
        ]

    def _arrow(self, query: str) -> pa.Table:
        return self._connection.sql(query).to_arrow_table()

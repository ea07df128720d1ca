"""Iceberg tables through PyIceberg: made, filled and looked at by the loader; questions reach them through Trino."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nlq.errors import EngineDown, WarehouseError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa


class Lake:
    """One catalog, kept in PostgreSQL; its files lie under one folder. `name` is the catalog's name in Trino."""

    def __init__(self, catalog_url: str, folder: str, *, name: str = "cold") -> None:
        """Open the catalog.

        Raises:
            EngineDown: it cannot be reached.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies
            from pyiceberg.catalog.sql import SqlCatalog  # noqa: PLC0415 - a second to import
            from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
        url = catalog_url.replace("postgresql://", "postgresql+psycopg2://", 1)
        try:
            self._catalog = SqlCatalog(name, uri=url, warehouse=f"file://{folder}")
        except SQLAlchemyError as problem:
            raise EngineDown(f"the lake's catalog cannot be reached ({type(problem).__name__})", where="lake_catalog_url",
                             fix="start PostgreSQL, or mend the URL") from None  # fmt: skip

    def write(
        self,
        schema: str,
        table: str,
        parts: Sequence[Callable[[], pa.Table]],
        *,
        month_of: str | None,
        sort: Sequence[str],
    ) -> int:
        """Make a table anew and append the parts, each a commit; gives the snapshot's id.

        The parts are sorted already; the table states the order, and is partitioned by the month of a column.

        Raises:
            WarehouseError: a file or the catalog cannot be written.
        """
        try:
            self._catalog.create_namespace_if_not_exists(schema)
            name = (schema, table)
            if self._catalog.table_exists(name):
                self._catalog.drop_table(name)
            made: Any = None
            for part in parts:
                rows = part()
                if made is None:
                    made = self._create(name, rows, month_of, sort)
                if rows.num_rows:
                    made.append(rows)
            snapshot = made.current_snapshot() if made is not None else None
        except OSError as problem:
            raise WarehouseError(
                f"the lake's files cannot be written: {problem}", where=table, fix="see the disk's space"
            ) from None
        return int(snapshot.snapshot_id) if snapshot is not None else 0

    def count(self, schema: str, table: str) -> int:
        """Rows of a table, from its metadata."""
        return int(self._catalog.load_table((schema, table)).scan().count())

    def close(self) -> None:
        """Let the catalog's connections go."""
        self._catalog.close()

    def _create(self, name: tuple[str, str], rows: pa.Table, month_of: str | None, sort: Sequence[str]) -> Any:
        from pyiceberg.transforms import IdentityTransform, MonthTransform  # noqa: PLC0415

        made = self._catalog.create_table(name, rows.schema, properties={"write.parquet.compression-codec": "zstd"})
        if month_of is not None:
            with made.update_spec() as spec:
                spec.add_field(month_of, MonthTransform(), f"{month_of}_month")
        if sort:
            with made.update_sort_order() as order:
                for column in sort:
                    order.asc(column, IdentityTransform())
        return made

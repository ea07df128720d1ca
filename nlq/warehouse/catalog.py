"""A look at a database for those who write models: tables, columns, constraints, and counts. DuckDB, PostgreSQL and Trino."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nlq.errors import EngineDown, Internal, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROWS = 1_000_000
TIMEOUT_S = 120.0
# What the types of the engines are to a model; a type that is not here cannot be read by one.
TYPES = {
    "VARCHAR": "string", "TEXT": "string", "CHAR": "string", "NCHAR": "string", "NVARCHAR": "string", "UUID": "string", "ENUM": "string",
    "BPCHAR": "string", "NAME": "string", "BOOLEAN": "boolean",
    "TINYINT": "integer", "SMALLINT": "integer", "INT": "integer", "BIGINT": "integer", "HUGEINT": "integer", "INT128": "integer",
    "UTINYINT": "integer", "USMALLINT": "integer", "UINT": "integer", "UBIGINT": "integer", "DECIMAL": "decimal", "DOUBLE": "number",
    "FLOAT": "number", "REAL": "number", "DATE": "date", "TIMESTAMP": "datetime", "DATETIME": "datetime", "TIMESTAMPNTZ": "datetime",
    "TIMESTAMP_S": "datetime", "TIMESTAMP_MS": "datetime", "TIMESTAMP_NS": "datetime", "TIMESTAMPTZ": "timestamp", "ARRAY": "array",
    "LIST": "array", "JSON": "json", "JSONB": "json",
}  # fmt: skip

COLUMNS = {
    "duckdb": """SELECT table_name, column_name, data_type FROM duckdb_columns()
                 WHERE schema_name = {schema} AND database_name = 'warehouse' ORDER BY table_name, column_index""",
    "postgres": """SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
                   FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = {schema} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
                   ORDER BY c.relname, a.attnum""",
    "trino": """SELECT table_name, column_name, data_type FROM {catalog}.information_schema.columns
                WHERE table_schema = {schema} ORDER BY table_name, ordinal_position""",
}
KEYS = {
    "duckdb": """SELECT table_name, constraint_column_names FROM duckdb_constraints()
                 WHERE schema_name = {schema} AND database_name = 'warehouse' AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')
                 ORDER BY table_name, constraint_type, constraint_index""",
    "postgres": """SELECT c.relname, ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(num, place)
                     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.place)
                   FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = {schema} AND k.contype IN ('p', 'u') ORDER BY c.relname, k.contype, k.conname""",
}
REFERENCES = {
    "duckdb": """SELECT table_name, constraint_column_names, referenced_table, referenced_column_names FROM duckdb_constraints()
                 WHERE schema_name = {schema} AND database_name = 'warehouse' AND constraint_type = 'FOREIGN KEY'
                 ORDER BY table_name, constraint_index""",
    "postgres": """SELECT c.relname,
                     ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(num, place)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.place),
                     f.relname,
                     ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u(num, place)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.place)
                   FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
                   JOIN pg_catalog.pg_class f ON f.oid = k.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = {schema} AND k.contype = 'f' ORDER BY c.relname, k.conname""",
}


@dataclass(slots=True)
class Catalog:
    """One open database. `run` gives the rows of a text in its dialect; `name` is what people call it.

    Raises, in every method:
        EngineDown, TimedOut: it went away, or took too long.
    """

    name: str
    dialect: str
    schema: str
    run: Callable[[str], list[tuple[Any, ...]]]
    prefix: str | None = None

    def columns(self) -> dict[str, dict[str, str]]:
        """The tables (and views) of the schema, each with its columns in order and their types as the database spells them."""
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in self._asked(COLUMNS):
            found.setdefault(self._folded(table), {})[self._folded(column)] = str(kind)
        return found

    def types(self) -> dict[str, dict[str, str]]:
        """The same with the types in a model's words; a column of another type is left out."""
        return {
            table: {name: ours for name, kind in columns.items() if (ours := self.type(kind))}
            for table, columns in self.columns().items()
        }

    def _folded(self, name: object) -> str:
        """A name as a model may have it: DuckDB keeps how it was first written, and takes it in any case."""
        return str(name).lower() if self.dialect == "duckdb" else str(name)

    def type(self, spelt: str) -> str:
        """A type of the database in a model's words; empty where a model has none."""
        try:
            kind = exp.DataType.build(spelt, dialect=self.dialect)
        except SqlglotError:
            return ""
        name = kind.this.name if hasattr(kind.this, "name") else str(kind.this)
        return TYPES.get(name, "")

    def keys(self) -> list[tuple[str, tuple[str, ...]]]:
        """The declared keys, a table's primary one first. Trino declares none."""
        return [(self._folded(table), tuple(map(self._folded, columns))) for table, columns in self._asked(KEYS)]

    def references(self) -> list[tuple[str, tuple[str, ...], str, tuple[str, ...]]]:
        """The declared foreign keys: a table's columns, and those of the table that they name."""
        return [
            (self._folded(table), tuple(map(self._folded, mine)), self._folded(other), tuple(map(self._folded, theirs)))
            for table, mine, other, theirs in self._asked(REFERENCES)
        ]

    def rows(self, tree: exp.Expr) -> list[tuple[Any, ...]]:
        """The rows of a SELECT in the canonical dialect, its tables by bare names."""
        tree = tree.copy()
        for table in tree.find_all(exp.Table):
            if not table.db:
                table.set("db", exp.to_identifier(self.schema, quoted=True))
            if self.prefix:
                table.set("catalog", exp.to_identifier(self.prefix, quoted=True))
            table.this.set("quoted", True)
        return self.run(tree.sql(self.dialect))

    def repeated(self, table: str, key: Sequence[str], where: str = "") -> int:
        """How many keys stand in more than one of the rows."""
        columns = [exp.column(name, quoted=True) for name in key]
        inner = (
            exp.select(*columns)
            .from_(exp.table_(table))
            .group_by(*(one.copy() for one in columns))
            .having("COUNT(*) > 1")
        )
        if where:
            inner = inner.where(sqlglot.parse_one(where, read="trino"))
        return int(self.rows(exp.select(exp.Count(this=exp.Star())).from_(inner.subquery("repeated")))[0][0])

    def count(self, table: str) -> int:
        """How many rows this account sees."""
        return int(self.rows(exp.select(exp.Count(this=exp.Star())).from_(exp.table_(table)))[0][0])

    def _asked(self, texts: dict[str, str]) -> list[tuple[Any, ...]]:
        text = texts.get(self.dialect)
        if text is None:
            return []
        catalog = exp.to_identifier(self.prefix or "", quoted=True).sql("trino")
        return self.run(text.format(schema=exp.Literal.string(self.schema).sql(self.dialect), catalog=catalog))


class Relations(Mapping[str, Mapping[str, str]]):
    """The columns and types of a database's tables by name, or by "schema.name" in any schema, looked at when it is asked for."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._schemas: dict[str, dict[str, dict[str, str]]] = {}

    def __getitem__(self, name: str) -> dict[str, str]:
        schema, _, table = name.rpartition(".")
        return self._of(schema or self._catalog.schema)[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of(self._catalog.schema))

    def __len__(self) -> int:
        return len(self._of(self._catalog.schema))

    def _of(self, schema: str) -> dict[str, dict[str, str]]:
        if schema not in self._schemas:
            self._schemas[schema] = replace(self._catalog, schema=schema).types()
        return self._schemas[schema]


@contextmanager
def open_catalog(url: str, schema: str, name: str = "") -> Iterator[Catalog]:
    """The database of a URL: duckdb:///PATH, postgresql://…, or trino://[USER@]HOST:PORT/CATALOG.

    Raises:
        SettingsError: a URL of another kind, or a driver that is not installed.
        EngineDown: it cannot be reached.
    """
    kind = url.partition("://")[0]
    if kind == "duckdb":
        from nlq.drivers.duckdb import DuckDBFile  # noqa: PLC0415 - the one that is used is imported

        file = DuckDBFile(Path(url.removeprefix("duckdb://")))
        try:
            yield Catalog(
                name or "duckdb",
                "duckdb",
                schema,
                lambda text: list(file.run(text, {}, max_rows=ROWS, timeout_s=TIMEOUT_S).rows),
            )
        finally:
            file.close()
    elif kind in ("postgresql", "postgres"):
        with _postgres(url) as run:
            yield Catalog(name or "postgres", "postgres", schema, run)
    elif kind == "trino":
        with _trino(url) as (run, catalog):
            yield Catalog(name or f"trino {catalog}", "trino", schema, run, catalog)
    else:
        raise SettingsError(f"{kind}://… is no database that can be looked at", where="URL",
                            fix="give duckdb:///FILE, postgresql://… or trino://HOST:PORT/CATALOG")  # fmt: skip


@contextmanager
def _postgres(url: str) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    import asyncio  # noqa: PLC0415 - only where there is a server

    try:
        from nlq.drivers.asyncpg import Postgres  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            "the extra postgres is needed here", where="URL", fix='pip install "nlq[postgres]"'
        ) from None
    database = Postgres(url, size=1)
    with asyncio.Runner() as loop:
        try:
            yield lambda text: list(loop.run(database.run(text, (), max_rows=ROWS, timeout_s=TIMEOUT_S)).rows)
        finally:
            loop.run(database.close())


@contextmanager
def _trino(url: str) -> Iterator[tuple[Callable[[str], list[tuple[Any, ...]]], str]]:
    try:
        from nlq.drivers.trino import Trino  # noqa: PLC0415 - only where there is a cluster
    except ImportError:
        raise SettingsError("the extra trino is needed here", where="URL", fix='pip install "nlq[trino]"') from None
    parts = urlsplit(url)
    catalog = parts.path.strip("/")
    if not catalog or "/" in catalog:
        raise SettingsError("the URL names no catalog", where="URL", fix="give trino://[USER@]HOST:PORT/CATALOG")
    secure = "https" if parts.port == 443 else "http"
    cluster = Trino(f"{secure}://{parts.netloc}")
    try:
        yield (
            (
                lambda text: list(
                    cluster.run(text, (), user=parts.username or "nlq", max_rows=ROWS, timeout_s=TIMEOUT_S).rows
                )
            ),
            catalog,
        )
    finally:
        cluster.close()


def broken_equalities(catalog: Catalog) -> frozenset[str]:
    """Metrics whose equivalent the last check of the data found to differ, for any tenant and month; none where nobody checked."""
    checked = (
        exp.select(exp.column("metric")).distinct().from_(exp.table_("checked_equalities", db="nlq")).where("NOT holds")
    )
    try:
        return frozenset(str(row[0]) for row in catalog.rows(checked))
    except (Internal, EngineDown):
        return frozenset()

"""Rows into a database of DuckDB, as Scout's model names their tables and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guard.twins import TYPES
from nlq.drivers.duckdb import connect

if TYPE_CHECKING:
    import asyncpg
    import duckdb

    from nlq.semantics.model import SemanticModel

OF_POSTGRES = {**TYPES, "string": "TEXT", "number": "DOUBLE PRECISION", "array": "TEXT[]"}
Rows = dict[str, list[dict[str, object]]]


def statements(model: SemanticModel, rows: Rows) -> list[tuple[str, str, list[tuple[object, ...]]]]:
    """For each table CREATE TABLE, the beginning of an INSERT, and its rows in the columns' order."""
    found = []
    for name, own in rows.items():
        table = model.tables[name]
        columns = ", ".join(f"{column} {TYPES[table.columns[column].type]}" for column in table.stored)
        values = [tuple(row[column] for column in table.stored) for row in own]
        found.append((f"CREATE TABLE scout.{name} ({columns})", f"INSERT INTO scout.{name} VALUES ", values))
    return found


def filled(model: SemanticModel, rows: Rows, path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A database, in memory or in a file, that holds the rows."""
    connection = connect(path, threads=1)
    connection.execute("SET TimeZone = 'Asia/Manila'; CREATE SCHEMA scout")
    for create, insert, values in statements(model, rows):
        connection.execute(create)
        if values:
            row = "(" + ", ".join("?" * len(values[0])) + ")"
            connection.execute(insert + ", ".join([row] * len(values)), [cell for one in values for cell in one])
    return connection


async def fill_postgres(owner: asyncpg.Connection, model: SemanticModel, rows: Rows, schema: str) -> None:
    """A schema of PostgreSQL's, made anew, that holds the rows."""
    await owner.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    await owner.execute(f"CREATE SCHEMA {schema}")
    for name, own in rows.items():
        table = model.tables[name]
        columns = ", ".join(f"{column} {OF_POSTGRES[table.columns[column].type]}" for column in table.stored)
        await owner.execute(f"CREATE TABLE {schema}.{name} ({columns})")
        marks = ", ".join(f"${number}" for number in range(1, len(table.stored) + 1))
        values = [tuple(row[column] for column in table.stored) for row in own]
        await owner.executemany(f"INSERT INTO {schema}.{name} VALUES ({marks})", values)

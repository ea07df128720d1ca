"""A world into a database, and a query of it out again: through the model's own YAML, the compiler and the policy."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

from any_model import worlds
from nlq.engines.cells import without_ties
from nlq.policy.scope import scope
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery, Snapshot, TableState

TYPES = {
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "decimal": "DECIMAL(12, 2)",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "timestamp": "TIMESTAMPTZ",
}
SHOWS = {"string", "integer", "number", "boolean", "date", "timestamp"}


@cache
def calendar(days):
    """The rows of a calendar as literals: many, and binding them takes most of a case's time."""
    return ", ".join(f"(DATE '{day}', DATE '{fortnight}', '{season}')" for day, fortnight, season in days)


def model_of(world):
    """The model, as `nlq` loads it from a file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "any.yml").write_text(json.dumps(world["model"], default=str), encoding="utf-8")
        return load(Path(folder))


def snapshot_of(world, org):
    """What the deployment would know of the tables: their extents, and which months of the rollups are stale."""
    states = {}
    for name, rows in world["rows"].items():
        first, last = world["extent"].get(name) or (None, None)
        if name.startswith("sale_by"):
            time = "day" if name.endswith("day") else "month"
            days = [row[time] for row in rows if row["org_id"] == org]
            first, last = (min(days), max(days)) if days else (None, None)
        stale = world["stale"] if name.startswith("sale_by") else frozenset()
        count = {"sale_by_day": 20, "sale_by_month": 10, "days": len(world["rows"].get("days", ()))}.get(name, 1000)
        states[name] = TableState("1", count, first, last, None, stale)
    return Snapshot(None, states)


def statements(world, types=TYPES):
    """CREATE TABLE of every table, and its rows as tuples: [(create, insert, rows)]."""
    found = [("CREATE SCHEMA world", None, [])]
    for table in world["model"]["tables"]:
        stored = [(name, one["type"]) for name, one in table["columns"].items() if "expr" not in one]
        columns = ", ".join(f'"{name}" {types[kind]}' for name, kind in stored)
        rows = [tuple(row[name] for name, _ in stored) for row in world["rows"][table["name"]]]
        found.append(
            (
                f'CREATE TABLE "world"."{table["name"]}" ({columns})',
                f'INSERT INTO "world"."{table["name"]}" VALUES ',
                rows,
            )
        )
    return found


def fill(connection, world):
    """The world's tables in a DuckDB, a statement each."""
    connection.execute("CREATE SCHEMA world")
    for create, insert, rows in statements(world)[1:]:
        connection.execute(create)
        if insert.split()[2].endswith('"days"'):
            connection.execute(insert + calendar(tuple(rows)))
        elif rows:
            row = "(" + ", ".join("?" * len(rows[0])) + ")"
            connection.execute(insert + ", ".join([row] * len(rows)), [cell for one in rows for cell in one])


TIERS = {
    "sale": "day",
    "line": "day",
    "visit": "at",
    "stock": "counted_on",
    "sale_by_day": "day",
    "sale_by_month": "month",
}


def tiered(world):
    """The same world with its facts split over two tiers."""
    tables = [
        {**one, "tier": {"column": TIERS[one["name"]], **({"grain": "month"} if one["name"] == "sale_by_month" else {})}}
        if one["name"] in TIERS else one
        for one in world["model"]["tables"]
    ]  # fmt: skip
    return {**world, "model": {**world["model"], "tables": tables}}


def fill_tiers(connection, world, watermark):
    """Rows since the watermark in one database, earlier ones in another, what is not split in both.

    Half of the rows are in the other as well: not deleted yet, or copied before the watermark moves.
    """
    for tier in ("hot", "cold"):
        connection.execute(f"ATTACH ':memory:' AS {tier}")
        connection.execute(f"USE {tier}")

        def here(name, row, tier=tier):
            if name not in TIERS:
                return True
            day = row[TIERS[name]]
            day = worlds.day_of(day)
            edge = watermark.replace(day=1) if name == "sale_by_month" else watermark
            return (day >= edge) == (tier == "hot") or day.toordinal() % 2 == 0

        fill(
            connection,
            {**world, "rows": {name: [row for row in rows if here(name, row)] for name, rows in world["rows"].items()}},
        )


def answer(model, query, snapshot, org, dialect, fetch):
    """The columns' names, the rows as `fetch` gives them for a text and its values, and how many more tie with the last."""
    statement = compile_query(model, SemanticQuery.from_json(query), snapshot)
    text, values = scope(statement, Principal("a", org, regions="*"), model).sql(dialect)
    rows, tied = without_ties(tuple(fetch(text, values)), statement.cut)
    return [column.name for column in statement.columns], list(rows), tied

"""Figures of few people on PostgreSQL and on Trino: withheld where DuckDB withholds them, which is held to plain Python elsewhere."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest
from guard import test_small_groups as small

from nlq.drivers.duckdb import connect
from nlq.engines.cells import without_ties
from nlq.policy.scope import scope
from nlq.sql.compile import compile_query
from nlq.values import SemanticQuery, Snapshot, TableState

SCHEMA = "small_there"
KINDS = {"integer": "BIGINT", "string": "TEXT", "date": "DATE", "decimal": "NUMERIC(12, 2)"}
CARD = {"metric": "total", "where": small.WHERE["card"], "as": "card"}
QUERIES = [
    {"metrics": ["total", "sales", "people", "average", "typical", "each_sale"], "dimensions": ["area", "kind"]},
    {"metrics": ["total", "cash", CARD], "dimensions": ["area"]},
    {"metrics": ["sales", {"metric": "sales", "where": small.WHERE["north"], "as": "up"}], "dimensions": ["date.month"]},
    {"metrics": ["units", {"metric": "units", "where": small.WHERE["paid"], "as": "paid"}], "dimensions": ["item"]},
    {"metrics": ["total"], "dimensions": ["area"], "period": "all", "segments": [{"label": one, "where": small.WHERE[one]} for one in ("cash", "paid")]},
    {"metrics": ["total", "cash"], "dimensions": ["area", "kind"], "totals": [["area"], []]},
    {"metrics": ["total"], "dimensions": ["area", "kind"], "share": {"within": ["area"]}},
    {"metrics": [{"metric": "total", "each": ["kind"], "agg": "avg", "as": "typical_kind"}], "dimensions": ["area"]},
]  # fmt: skip


@pytest.fixture(scope="module", params=[1, 2, 5])
def there(request, tmp_path_factory, urls):
    """Runs a compiled text on any of three engines over the same rows."""
    import asyncpg
    import trino

    world = small.World(request.param)
    model = small.loaded(tmp_path_factory.mktemp("small"), lambda made: made["model"].update(schema=SCHEMA) or made)
    loop = asyncio.new_event_loop()
    owner = loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"], statement_cache_size=0))
    parts = urlsplit(urls["NLQ_TRINO_URL"])
    over = trino.dbapi.connect(host=parts.hostname, port=parts.port, user="nlq-loader", catalog="hot", schema=SCHEMA)
    with connect(threads=1) as here:
        for text in (f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}"):
            loop.run_until_complete(owner.execute(text))
            here.execute(text)
        loop.run_until_complete(owner.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC"))
        for table in ("branch", "sale", "line", "by_day"):
            spec = model.tables[table].columns
            create = f"CREATE TABLE {SCHEMA}.{table} ({', '.join(f'{name} {KINDS[one.type]}' for name, one in spec.items())})"
            rows = [tuple(row[name] for name in spec) for row in getattr(world, table)]
            here.execute(create)
            here.executemany(f"INSERT INTO {SCHEMA}.{table} VALUES ({', '.join('?' * len(spec))})", rows)
            loop.run_until_complete(owner.execute(create))
            loop.run_until_complete(owner.copy_records_to_table(table, schema_name=SCHEMA, records=rows))
        loop.run_until_complete(owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO PUBLIC"))

        def run(query, dialect):
            states = {name: TableState("1", 100, small.FIRST if model.tables[name].time else None, small.LAST if model.tables[name].time else None, None)
                      for name in model.tables}  # fmt: skip
            statement = compile_query(model, SemanticQuery.from_json(query), Snapshot(None, states))
            text, values = scope(statement, small.ASKER, model).sql(dialect)
            if dialect == "duckdb":
                found = here.execute(text, values or None).fetchall()
            elif dialect == "postgres":
                found = [tuple(row.values()) for row in loop.run_until_complete(owner.fetch(text, *values))]
            else:
                cursor = over.cursor()
                cursor.execute(text, values)
                found = [tuple(row) for row in cursor.fetchall()]
            return without_ties(tuple(found), statement.cut)[0]

        yield run
    loop.run_until_complete(owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE"))
    loop.run_until_complete(owner.close())
    loop.close()
    over.close()


@pytest.mark.parametrize("dialect", ["postgres", "trino"])
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_the_same_figures_are_withheld_there(there, query, dialect):
    def cells(rows):
        return sorted((tuple(cell if cell is None or isinstance(cell, str) else str(round(float(cell), 6)) if not hasattr(cell, "year") else str(cell) for cell in row) for row in rows), key=repr)  # fmt: skip

    assert cells(there(query, dialect)) == cells(there(query, "duckdb"))


def test_something_is_withheld_of_these(there):
    assert sum(None in row[-1:] for query in QUERIES for row in there(query, "duckdb")) > len(QUERIES)

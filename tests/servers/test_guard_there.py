"""Scoped queries on PostgreSQL and Trino, without row security: the guard alone gives what a copy of the asker's rows gives."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from guard import queries, test_masks, twins
from guard.attacks import HARMLESS, POLICED
from guard.tables import fill_postgres
from guard.test_differential import ASKERS, EVERYTHING, MODEL

from nlq.errors import UnsafeSql
from nlq.policy.scope import draft_statement, scope
from nlq.sql.dialect import render
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

pytestmark = pytest.mark.slow
OF_SERVERS = (ASKERS[0], ASKERS[2], ASKERS[3])
HERE = {
    "all": "twins",
    **{f"seen{n}": f"twins_seen_{n}" for n in range(3)},
    **{f"poisoned{n}": f"twins_poisoned_{n}" for n in range(3)},
}
MODELS = {what: replace(MODEL, header=replace(MODEL.header, schema_=name)) for what, name in HERE.items()}
LEAST_RUN = 0.9  # of the queries: a guard that refuses analysts' work fails too


class Servers:
    """The twins' tables in schemas of PostgreSQL's, and Trino over them."""

    def __init__(self, urls):
        import asyncpg
        import trino

        self.loop = asyncio.new_event_loop()
        self.owner = self.loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"]))
        self.fill("all", EVERYTHING)
        for number, asker in enumerate(OF_SERVERS):
            self.fill(f"seen{number}", twins.seen(EVERYTHING, asker))
            self.fill(f"poisoned{number}", twins.poisoned(EVERYTHING, asker))
        parts = urlsplit(urls["NLQ_TRINO_URL"])
        place = {"host": parts.hostname, "port": parts.port, "user": "nlq-loader", "catalog": "hot", "schema": "twins"}
        self.trino = trino.dbapi.connect(**place)
        # What Trino hands to PostgreSQL as one query it names by no table: for plans it hands over single tables.
        apart = {f"hot.{what}_pushdown_enabled": "false" for what in ("join", "aggregation", "topn")}
        self.planner = trino.dbapi.connect(**place, session_properties=apart)

    def run(self, text, *values):
        return self.loop.run_until_complete(self.owner.fetch(text, *values))

    def fill(self, what, everything):
        schema = HERE[what]
        self.loop.run_until_complete(fill_postgres(self.owner, MODEL, everything, schema))
        self.run(
            f"ANALYZE {', '.join(f'{schema}.{name}' for name in everything)}"
        )  # plans that no background job changes
        self.run(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")
        self.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO PUBLIC")

    def rows(self, dialect, text, values):
        """The rows in an order of their own, or that it failed and how."""
        try:
            found = (
                [tuple(row.values()) for row in self.run(text, *values)]
                if dialect == "postgres"
                else self.of_trino(text, values)
            )
        except Exception as problem:  # noqa: BLE001 - whatever an engine says is what an asker would notice
            return f"failed: {type(problem).__name__} {problem}"
        return sorted((tuple(map(plain, row)) for row in found), key=repr)

    def of_trino(self, text, values, *, planner=False):
        cursor = (self.planner if planner else self.trino).cursor()
        cursor.execute(text, list(values) or None)
        return cursor.fetchall()

    def close(self):
        for schema in HERE.values():
            self.run(f"DROP SCHEMA {schema} CASCADE")
        self.loop.run_until_complete(self.owner.close())
        self.loop.close()
        self.trino.close()
        self.planner.close()


def plain(cell):
    return f"{cell:.9g}" if isinstance(cell, float | Decimal) else tuple(cell) if isinstance(cell, list) else cell


@pytest.fixture(scope="module")
def servers(urls):
    made = Servers(urls)
    yield made
    made.close()


def statement(text, what):
    """The query over the tables of a schema, resolved."""
    return draft_statement(SqlDraft(text.replace("scout.", f"{HERE[what]}."), "analyst"), MODELS[what])


MANY = pytest.param(
    "postgres", 2_000, marks=pytest.mark.long
)  # of each asker; on DuckDB `make test-long` runs ten times as many


@pytest.mark.parametrize(("dialect", "count"), [("postgres", 250), ("trino", 50), MANY])
@pytest.mark.parametrize("number", range(len(OF_SERVERS)), ids=lambda number: str(OF_SERVERS[number].regions))
def test_a_scoped_query_gives_what_the_askers_rows_alone_give(servers, dialect, count, number):
    asker = OF_SERVERS[number]
    principal = Principal("a", asker.org_id, roles=asker.roles, regions=asker.regions)
    ran = 0
    for seed in range(number * 10_000, number * 10_000 + count):
        text = queries.query(seed)
        try:
            mine = servers.rows(dialect, render(statement(text, f"seen{number}").own_tree(), dialect), ())
        except UnsafeSql:  # PostgreSQL has no safe way to write it
            continue
        for what in ("all", f"poisoned{number}"):
            scoped = scope(statement(text, what), principal, MODELS[what]).sql(dialect)
            assert servers.rows(dialect, *scoped) == mine, f"{what}: {text}\n{json.dumps(scoped[0])}"
        ran += not isinstance(mine, str)
    assert ran >= LEAST_RUN * count


@pytest.mark.parametrize(("dialect", "every"), [("postgres", 1), ("trino", 9)])
def test_ordinary_sql_for_everybodys_rows_gives_the_askers_own(servers, dialect, every):
    """The attacks that are no more than SQL; the others are refused before any engine is asked."""
    asker = OF_SERVERS[1]
    principal = Principal("a", asker.org_id, regions=asker.regions)
    texts = [text.format(t=table) for text in HARMLESS for table in POLICED]
    for text in texts[::every]:
        mine = servers.rows(dialect, render(statement(text, "seen1").own_tree(), dialect), ())
        assert not isinstance(mine, str), f"{text}\n{mine}"
        for what in ("all", "poisoned1"):
            scoped = scope(statement(text, what), principal, MODELS[what]).sql(dialect)
            assert servers.rows(dialect, *scoped) == mine, f"{what}: {text}\n{scoped[0]}"


def named(node, found):
    """Every relation that a plan of PostgreSQL's names, with its schema."""
    if isinstance(node, dict):
        if "Relation Name" in node:
            found.add((node.get("Schema"), node["Relation Name"]))
        for part in node.values():
            named(part, found)
    elif isinstance(node, list):
        for part in node:
            named(part, found)
    return found


def planned(servers, dialect, text, values):
    """The relations that an engine says it reads for a statement, as (schema, name)."""
    if dialect == "postgres":
        return named(json.loads(servers.run(f"EXPLAIN (VERBOSE, FORMAT JSON) {text}", *values)[0][0]), set())
    for value in values:  # Trino explains no statement with parameters; the drawn queries hold no question mark
        text = text.replace("?", f"'{value}'", 1)
    told = json.loads(servers.of_trino(f"EXPLAIN (TYPE IO, FORMAT JSON) {text}", (), planner=True)[0][0])
    tables = (one["table"] for one in told["inputTableColumnInfos"])
    return {(one["schemaTable"]["schema"], one["schemaTable"]["table"]) for one in tables}


@pytest.mark.parametrize(("dialect", "count"), [("postgres", 200), ("trino", 40)])
def test_an_engine_reads_what_the_guard_says(servers, dialect, count):
    """Planners leave out what cannot matter, and never read what the guard does not know."""
    principal = Principal("a", OF_SERVERS[1].org_id, regions=OF_SERVERS[1].regions)
    same = 0
    for seed in range(count):
        scoped = scope(statement(queries.query(seed), "all"), principal, MODELS["all"])
        read = planned(servers, dialect, *scoped.sql(dialect))
        allowed = {("twins", name) for name in scoped.reads}
        assert read <= allowed, queries.query(seed)
        same += read == allowed
    assert same > count / 2


@pytest.mark.parametrize("dialect", ["postgres", "trino"])
def test_masks_by_hash_and_year_are_the_same_here(servers, dialect):
    model = replace(test_masks.HASHED, header=replace(test_masks.HASHED.header, schema_="twins"))
    for org, key in test_masks.KEYS.items():
        asker = Principal("a", org, regions="*", mask_key=key)
        text = test_masks.SHOWN.replace("dim_customer", "twins.dim_customer")
        scoped = scope(draft_statement(SqlDraft(text, "caller"), model), asker, model)
        assert servers.rows(dialect, *scoped.sql(dialect)) == sorted(test_masks.expected(org, key), key=repr)

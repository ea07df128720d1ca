"""What an engine itself says that it reads is what the guard says: sqlglot parsing its own output only agrees with itself."""

from __future__ import annotations

import json

import pytest

from guard import queries, twins
from guard.tables import filled
from guard.test_differential import ASKERS, MODEL
from nlq.policy.scope import draft_statement, scope
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

pytestmark = pytest.mark.slow


def scanned(node):
    """The tables of a plan, by their names in the schema."""
    own = (
        {node["extra_info"]["Table"].rpartition(".")[2]}
        if node["name"].endswith("SCAN") and "Table" in node.get("extra_info", {})
        else set()
    )
    return own.union(*map(scanned, node["children"]))


@pytest.fixture(scope="module")
def planned():
    """The relations that DuckDB plans to read for a text, before it drops those that cannot matter."""
    with filled(MODEL, twins.rows()) as connection:
        connection.execute("SET explain_output = 'all'")

        def relations(text, values):
            plan = connection.execute(f"EXPLAIN (FORMAT json) {text}", values).fetchone()[
                1
            ]  # the logical plan is the first
            return set().union(*map(scanned, json.loads(plan)))

        yield relations


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_duckdb_reads_what_the_guard_says(planned, asker):
    principal = Principal("a", asker.org_id, roles=asker.roles, regions=asker.regions)
    for seed in range(150):
        text = queries.query(seed)
        scoped = scope(draft_statement(SqlDraft(text, "analyst"), MODEL), principal, MODEL)
        assert planned(*scoped.sql("duckdb")) == scoped.reads, text

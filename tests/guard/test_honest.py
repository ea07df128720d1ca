"""Queries that analysts write, by one who had not seen the guard: they are taken, and give what the asker's rows alone give.

A guard that refuses analysts' work fails too. What it refuses still is marked so in honest.yaml: a wish that comes true is to be
unmarked, or this fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from guard.test_differential import ASKERS, MODEL, database, rows
from nlq.errors import UnsafeSql
from nlq.policy.scope import draft_statement, scope
from nlq.sql.dialect import render
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

QUERIES = yaml.safe_load((Path(__file__).parent / "honest.yaml").read_text(encoding="utf-8"))
TAKEN = [one for one in QUERIES if "refused" not in one]


@pytest.mark.parametrize("one", TAKEN, ids=[one["id"] for one in TAKEN])
def test_an_honest_query_gives_what_the_askers_rows_alone_give(one):
    statement = draft_statement(SqlDraft(one["sql"], "analyst"), MODEL)
    for asker in (ASKERS[0], ASKERS[3]):
        mine = rows(database("seen", asker), render(statement.own_tree(), "duckdb"))
        principal = Principal("a", asker.org_id, roles=asker.roles, regions=asker.regions)
        scoped = scope(statement, principal, MODEL).sql("duckdb")
        assert mine != "failed"
        assert rows(database("all"), *scoped) == mine
        assert rows(database("poisoned", asker), *scoped) == mine


def test_what_is_still_refused_is_marked():
    assert len(TAKEN) >= 150
    for one in QUERIES:
        if "refused" in one:
            with pytest.raises(UnsafeSql):
                draft_statement(SqlDraft(one["sql"], "analyst"), MODEL)

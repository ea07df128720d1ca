"""Queries that analysts write, by one who had not seen the guard: they are taken, and give what the asker's rows alone give.

A guard that refuses analysts' work fails too. What it refuses still is marked so in honest.yaml: a wish that comes true is to be
unmarked, or this fails.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from guard.test_differential import ASKERS, MODEL, database, rows
from nlq.errors import Refused, UnsafeSql
from nlq.policy.scope import draft_statement, scope
from nlq.sql.dialect import render
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

QUERIES = yaml.safe_load((Path(__file__).parent / "honest.yaml").read_text(encoding="utf-8"))
TAKEN = [one for one in QUERIES if "refused" not in one]
TODAY = date(2026, 11, 15)
# As a language model writes them for an analyst, in lines of its own: eight of about 15 and eight of about 80. Fifteen say CURRENT_DATE.
WRITTEN = {path.stem: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "written").glob("*.sql"))}  # fmt: skip
TEXTS = {**{one["id"]: one["sql"] for one in TAKEN}, **WRITTEN}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_honest_query_gives_what_the_askers_rows_alone_give(text):
    statement = draft_statement(SqlDraft(text, "caller"), MODEL, as_of=TODAY)
    for asker in (ASKERS[0], ASKERS[3]):
        mine = rows(database("seen", asker), render(statement.own_tree(), "duckdb"))
        principal = Principal("a", asker.org_id, roles=asker.roles, regions=asker.regions)
        scoped = scope(statement, principal, MODEL).sql("duckdb")
        assert mine != "failed"
        assert rows(database("all"), *scoped) == mine
        assert rows(database("poisoned", asker), *scoped) == mine


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_current_date_is_the_askers_day(text):
    """Held to the same text in which somebody wrote the date."""
    dated = re.sub("current_date", f"DATE '{TODAY}'", text, flags=re.IGNORECASE)
    asker = Principal("a", "tingi", regions="*")
    one, other = (scope(draft_statement(SqlDraft(sql, "caller"), MODEL, as_of=day), asker, MODEL).sql("duckdb")
                  for sql, day in ((text, TODAY), (dated, None)))  # fmt: skip
    assert rows(database("all"), *one) == rows(database("all"), *other)
    assert (one == scope(draft_statement(SqlDraft(text, "caller"), MODEL, as_of=date(2026, 9, 1)), asker, MODEL).sql("duckdb")) == (text == dated)  # fmt: skip


def test_the_engines_clock_stays_refused():
    for text in (
        "SELECT current_timestamp",
        "SELECT now()",
        "SELECT current_datetime",
        "SELECT localtime",
        "SELECT current_date('UTC')",
    ):
        with pytest.raises(Refused):
            draft_statement(SqlDraft(text, "caller"), MODEL, as_of=TODAY)
    with pytest.raises(UnsafeSql):  # of nobody's day
        draft_statement(SqlDraft("SELECT current_date", "caller"), MODEL)


def test_what_is_still_refused_is_marked():
    assert len(TAKEN) >= 150
    for one in QUERIES:
        if "refused" in one:
            with pytest.raises(UnsafeSql):
                draft_statement(SqlDraft(one["sql"], "analyst"), MODEL)

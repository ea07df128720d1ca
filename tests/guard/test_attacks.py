"""The attacks: each is refused, or gives what a copy of the asker's rows alone gives, whatever else is there."""

from __future__ import annotations

import pytest

from guard.attacks import HARMLESS, POLICED, REFUSED
from guard.test_differential import ASKERS, MODEL, database, rows
from nlq.errors import Refused
from nlq.policy.scope import draft_statement, scope
from nlq.sql.dialect import render
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

TINGI = Principal("a", "tingi", regions="*")
ALL = [(kind, text) for kind, texts in REFUSED.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), ALL, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(ALL)])
def test_an_attack_is_refused(kind, text):
    del kind
    with pytest.raises(Refused) as caught:
        scope(draft_statement(SqlDraft(text, "analyst"), MODEL), TINGI, MODEL)
    told = str(caught.value)
    assert not any(word in told for word in ("Traceback", "sqlglot", "SUKI", "BODEGA")), told


@pytest.mark.parametrize("table", POLICED)
@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_sql_for_everybodys_rows_gives_the_askers_own(table, text):
    statement = draft_statement(SqlDraft(text.format(t=table), "analyst"), MODEL)
    for asker in (ASKERS[0], ASKERS[2], ASKERS[4]):
        mine = rows(database("seen", asker), render(statement.own_tree(), "duckdb"))
        scoped = scope(statement, Principal("a", asker.org_id, regions=asker.regions), MODEL).sql("duckdb")
        assert rows(database("all"), *scoped) == mine != "failed"
        assert rows(database("poisoned", asker), *scoped) == mine


def test_there_are_enough_of_them():
    assert len(ALL) + len(HARMLESS) * len(POLICED) >= 400
    assert len({text for _, text in ALL}) == len(ALL)

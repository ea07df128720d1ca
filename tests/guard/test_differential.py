"""The guard against data itself: a scoped query on all rows gives what the query gives on a copy of the asker's rows alone.

The copy is made by plain Python (twins.seen) and read without the guard. Whatever else is in the database changes nothing.
"""

from __future__ import annotations

import math
from functools import cache

import duckdb
import pytest
from helpers import ROOT
from hypothesis import HealthCheck, currently_in_test_context, given, note, settings
from hypothesis import strategies as st

from guard import queries, twins
from guard.tables import filled
from nlq.policy.scope import draft_statement, scope
from nlq.semantics.load import load
from nlq.sql import validate
from nlq.sql.dialect import render
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

MODEL = load(ROOT / "semantic_layer" / "scout")
ASKERS = (
    twins.Asker("tingi"),
    twins.Asker("suki", roles=("pii",)),
    twins.Asker("tingi", ("NCR",)),
    twins.Asker("bodega", ("NCR", "R07", "R11")),
    twins.Asker("tingi", ()),
    twins.Asker("nobody"),
)
EVERYTHING = twins.rows()
CASES = settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SEEDS = {"seed": st.integers(0, 10_000_000), "asker": st.sampled_from(ASKERS)}


@cache
def database(what, asker=None):
    """All rows; all with other values in what the asker may not see; or the asker's own alone."""
    if what == "seen":
        return filled(MODEL, twins.seen(EVERYTHING, asker))
    return filled(MODEL, EVERYTHING if what == "all" else twins.poisoned(EVERYTHING, asker))


def tell(text):
    """Shown where a case fails."""
    if currently_in_test_context():
        note(text)


class Near:
    """A number as far as the order in which an engine adds up does not matter: by how far two are apart, for rounded ones differ at an edge."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Near) and math.isclose(self.value, other.value, rel_tol=2e-9, abs_tol=1e-12)

    def __hash__(self):
        return 0

    def __repr__(self):
        return f"{0 if abs(self.value) < 1e-12 else self.value:.6g}"


def near(cell):
    if not isinstance(cell, float):
        return cell
    return Near(cell) if math.isfinite(cell) else repr(cell)


def rows(connection, text, values=None):
    """The rows in an order of their own, or that the statement failed: that is something which an asker sees, too."""
    try:
        found = connection.execute(text, values or None).fetchall()
    except duckdb.Error as problem:
        tell(f"{type(problem).__name__}: {problem}")
        return "failed"
    return sorted((tuple(near(cell) for cell in row) for row in found), key=repr)


def compare(seed, asker):
    text = queries.query(seed)
    tell(text)
    statement = draft_statement(SqlDraft(text, "analyst"), MODEL)
    mine = rows(database("seen", asker), render(statement.own_tree(), "duckdb"))
    principal = Principal("a", asker.org_id, roles=asker.roles, regions=asker.regions)
    scoped, values = scope(statement, principal, MODEL).sql("duckdb")
    tell(scoped)
    assert rows(database("all"), scoped, values) == mine
    assert rows(database("poisoned", asker), scoped, values) == mine
    return mine


@pytest.mark.slow
@CASES
@given(**SEEDS)
def test_a_scoped_query_gives_what_the_askers_rows_alone_give(seed, asker):
    compare(seed, asker)


@pytest.mark.long
@settings(CASES, max_examples=20_000)
@given(**SEEDS)
def test_many_scoped_queries_give_what_the_askers_rows_alone_give(seed, asker):
    compare(seed, asker)


@pytest.mark.slow
def test_the_queries_reach_whatever_is_allowed():
    found = {type(node) for seed in range(1_500) for node in validate.parse(queries.query(seed)).walk()}
    assert {kind.__name__ for kind in set(validate.ALLOWED) - found} == set()


@pytest.mark.slow
def test_most_of_the_queries_say_something():
    told = [compare(seed, ASKERS[0]) for seed in range(120)]
    assert "failed" not in told
    assert sum(len(found) > 0 for found in told) > len(told) / 2


@pytest.mark.slow
def test_these_tests_go_red_without_the_policy(monkeypatch):
    from nlq.policy.rules import Policies

    monkeypatch.setattr(Policies, "predicate", lambda *_: [])
    monkeypatch.delitem(MODEL.memo, "guard", raising=False)  # what was scoped with them is kept
    wrong = 0
    for seed in range(60):
        try:
            compare(seed, ASKERS[2])
        except AssertionError:
            wrong += 1
    assert wrong > 20


def test_an_empty_text_at_the_end_is_no_open_one():
    """sqlglot's tokenizer for DuckDB, after a parameter: an honest query could not be proven."""
    statement = draft_statement(SqlDraft("SELECT count(*) FROM dim_store WHERE city <> ''", "analyst"), MODEL)
    assert scope(statement, Principal("a", "tingi", regions="*"), MODEL).sql("duckdb")[0].endswith("''")

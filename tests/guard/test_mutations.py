"""Each rule of the guard deleted in turn: something that it stops gets through. A rule that nothing needs would be none."""

from __future__ import annotations

import pytest

from guard import twins
from guard.test_differential import MODEL, database, rows
from nlq.errors import NlqError
from nlq.policy import rules, scope
from nlq.sql import total, validate
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

TINGI = Principal("a", "tingi", regions=("NCR", "R07"))
MANY = ", ".join(str(n) for n in range(1_200))
# What one rule alone stops: the rule's name, and a statement.
STOPPED = {
    "lists_are_short": f"SELECT count(*) FROM dim_store WHERE latitude IN ({MANY})",
    "nodes_are_allowed": "SELECT md5(store_name) FROM dim_store",
    "something_is_selected": "SELECT FROM dim_store",
    "types_are_plain": "SELECT CAST(latitude AS DECIMAL(100, 3)) FROM dim_store",
    "relations_are_tables": "SELECT count(*) FROM (dim_store)",
    "tables_are_named": "SELECT 1 FROM lower('x')",
    "limits_are_numbers": "SELECT store_id FROM dim_store LIMIT (SELECT 1)",
    "counts_are_written_out": "SELECT lag(store_id, latitude) OVER (ORDER BY store_id) FROM dim_store",
    "windows_are_of_functions": "SELECT last_value(city) OVER (city) OVER w FROM dim_store WINDOW w AS (ORDER BY city)",
    "names_are_plain": 'SELECT city AS "a\u200bb" FROM dim_store',
    "units_are_known": "SELECT date_trunc('fortnight', month) FROM gold_business_metrics",
    "stars_are_plain": "SELECT max(t.*) FROM dim_store t",
}


# What a second lock further in stops as well.
TWICE_LOCKED = {
    "resolve_tables",
    "relations_are_tables",
    "tables_are_named",
    "stars_are_plain",
    "windows_are_of_functions",
}  # what is no table or column of the model has no policy


def gets_through(text):
    try:
        scoped(text)
    except (NlqError, KeyError):
        return False
    return True


def scoped(text):
    MODEL.memo.pop("guard", None)  # what was scoped with a rule, or without it, is kept
    return scope.scope(scope.draft_statement(SqlDraft(text, "analyst"), MODEL), TINGI, MODEL)


def found(text):
    return rows(database("all"), *scoped(text).sql("duckdb"))


@pytest.mark.parametrize("rule", [one.__name__ for one in validate.RULES])
def test_a_rule_of_what_may_be_written_is_needed(rule, monkeypatch):
    with pytest.raises(NlqError):
        scoped(STOPPED[rule])
    without = {one: kinds for one, kinds in validate.RULES.items() if one.__name__ != rule}
    monkeypatch.setattr(validate, "CHECKS", validate.Checks(without))
    assert gets_through(STOPPED[rule]) != (rule in TWICE_LOCKED)


@pytest.mark.parametrize(
    ("where", "name", "without", "text"),
    [
        (rules.Policies, "predicate", lambda *_: [], "SELECT count(*) FROM dim_store"),
        (rules.Policies, "_attribute", lambda *_: None, "SELECT count(*) FROM dim_store"),
        (rules.Policies, "_exists", lambda *_: None, "SELECT count(*) FROM gold_business_metrics"),
        (
            rules,
            "validity",
            lambda *_: validate.exp.true(),
            "SELECT count(*) FROM silver_transactions_cleaned",
        ),
        (rules.Policies, "masked", lambda *_: False, "SELECT full_name FROM dim_customer"),
        (rules, "masked_value", lambda _, column, __: column, "SELECT email FROM dim_customer"),
    ],
)
def test_a_rule_of_who_may_see_what_is_needed(where, name, without, text, monkeypatch):
    asker = twins.Asker("tingi", ("NCR", "R07"))
    mine = rows(database("seen", asker), text.replace(" FROM ", " FROM scout."))
    assert found(text) == mine
    monkeypatch.setattr(where, name, without)
    assert found(text) != mine


@pytest.mark.parametrize(
    ("where", "name", "without", "text"),
    [
        (scope, "masks_hold", lambda *_: None, "SELECT customer_id FROM dim_customer WHERE full_name LIKE 'A%'"),
        (validate, "bounded", lambda tree: list(tree.walk()), f"SELECT {'(' * 39}{'NOT ' * 90}TRUE{')' * 39}"),
        (validate, "resolve_tables", lambda *_: (), "SELECT count(*) FROM bronze_transactions_raw"),
        (total, "kinds_agree", lambda *_: None, "SELECT count(*) FROM dim_store WHERE store_name = 5"),
    ],
)
def test_a_refusal_is_needed(where, name, without, text, monkeypatch):
    with pytest.raises(NlqError):
        scoped(text)
    monkeypatch.setattr(where, name, without)
    assert gets_through(text) != (name in TWICE_LOCKED)


@pytest.mark.parametrize("name", ["_tried", "_cannot_raise"])
def test_what_makes_sql_total_is_needed(name, monkeypatch):
    """Items of a region are seen by way of their sales: their own values are read before it is known whose they are."""
    text = {
        "_tried": "SELECT max(length(store_name) * 4000000000000000000) FROM dim_store",
        "_cannot_raise": "SELECT count(*) FROM dim_store WHERE CAST(store_name AS BIGINT) > 0",
    }[name]
    assert found(text) != "failed"
    monkeypatch.setattr(total, name, lambda node: node)
    assert found(text) == "failed"


def test_the_proof_is_needed(monkeypatch):
    """What a fault of the rewriting would let through, the proof finds: here a scan that nothing was put around."""
    monkeypatch.setattr(scope.exp.Table, "replace", lambda self, _: self)
    with pytest.raises(NlqError, match="failed its proof"):
        found("SELECT count(*) FROM dim_store")
    monkeypatch.setattr(scope, "prove", lambda *_: None)
    assert found("SELECT count(*) FROM dim_store") == [(27,)]

"""Each rule of the guard deleted in turn: something that it stops gets through. A rule that nothing needs would be none."""

from __future__ import annotations

import pytest

from guard import twins
from guard.test_differential import MODEL, database, rows
from nlq.errors import NlqError
from nlq.language import plan
from nlq.policy import budgets, rules, scope
from nlq.sql import resolve, total, validate
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
    "_is_query",  # no node of a statement that is none is allowed
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
        (validate, "_the_only", lambda statements: statements[0], "SELECT 1 AS n; SELECT 2 AS n"),
        (validate, "_is_query", lambda _: None, "DELETE FROM dim_store"),
        (resolve, "_folded", lambda _, lower: lower, 'SELECT count(*) FROM "DIM_STORE"'),
        (
            scope,
            "masks_hold",
            lambda *_: None,
            "WITH c AS (SELECT phone AS p FROM dim_customer) SELECT p FROM c ORDER BY p",
        ),
        (total, "kinds_agree", lambda *_: None, "SELECT count(*) FROM dim_store WHERE store_name = 5"),
    ],
)
def test_a_refusal_is_needed(where, name, without, text, monkeypatch):
    with pytest.raises(NlqError):
        scoped(text)
    monkeypatch.setattr(where, name, without)
    assert gets_through(text) != (name in TWICE_LOCKED)


# Of each check of an argument a statement that it alone refuses.
ARGUMENTS = {
    "given_well": "SELECT length(latitude) AS n FROM dim_store",
    "are_added": "SELECT 1 - opened_on AS n FROM dim_store",
    "zone_is_known": "SELECT max(occurred_at AT TIME ZONE region) AS x FROM silver_transactions_cleaned",
    "pattern_is_whole": "SELECT count(*) FROM dim_store WHERE city LIKE 'a!' ESCAPE '!'",
    "length_is_written": "SELECT opened_on + INTERVAL 'abc' DAY AS d FROM dim_store",
    "unit_is_of_time": "SELECT date_trunc('dow', opened_on) AS d FROM dim_store",
    "format_is_plain": "SELECT date_format(opened_on, city) AS d FROM dim_store",
    "places_are_written": "SELECT round(latitude, 400) AS n FROM dim_store",
    "part_is_within": "SELECT substr(city, 0) AS t FROM dim_store",
    "cast_is_possible": "SELECT CAST(opened_on AS INTEGER) AS n FROM dim_store",
    "number_is_ordinary": "SELECT latitude = 1e400 AS b FROM dim_store",
    "figures_are_of_rows": "SELECT sum(max(latitude)) AS n FROM dim_store",
    "frames_are_of_rows": "SELECT sum(latitude) OVER (ORDER BY city ROWS 9999999999 PRECEDING) AS n FROM dim_store",
}


def test_each_check_of_an_argument_has_such_a_statement():
    assert {rule.__name__ for rules in total.CHECKS.values() for rule in rules} == set(ARGUMENTS)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_check_of_an_argument_is_needed(name, monkeypatch):
    with pytest.raises(NlqError):
        scoped(ARGUMENTS[name])
    without = {kind: tuple(one for one in rules if one.__name__ != name) for kind, rules in total.CHECKS.items()}
    monkeypatch.setattr(total, "CHECKS", without)
    assert gets_through(ARGUMENTS[name])


def test_what_a_model_writes_is_held_to_declared_joins(monkeypatch):
    draft = SqlDraft("SELECT sum(a.latitude) AS n FROM dim_store a JOIN dim_customer b ON a.region = b.region", "model")
    MODEL.memo.pop("guard", None)
    with pytest.raises(NlqError, match="not one that the model declares"):
        scope.draft_statement(draft, MODEL)
    monkeypatch.setattr(scope, "joins_hold", lambda *_: None)
    assert scope.draft_statement(draft, MODEL)
    MODEL.memo.pop("guard", None)


def test_tables_of_small_groups_are_read_through_metrics_alone(monkeypatch):
    text = "SELECT count(*) AS n FROM dim_store"
    assert gets_through(text)
    with monkeypatch.context() as patched:
        patched.setattr(type(MODEL), "small_groups", lambda _, name: name == "dim_store")
        assert not gets_through(text)
    assert gets_through(text)


def test_places_outside_an_askers_regions_are_refused_not_empty(assistant, monkeypatch):
    query = {"metrics": ["revenue"], "where": [{"field": "region", "op": "=", "values": ["R07"]}], "period": "all"}
    asker = Principal("n", "tingi", regions=("NCR",))
    assert assistant.query(query, asker).status == "declined"
    monkeypatch.setattr(plan, "check_places", lambda *_: None)
    assert assistant.query(query, asker).status == "answered"


def test_budgets_are_needed(assistant, monkeypatch):
    """Of one question, of a day, and of what runs at once: each declines by itself in test_cost; here all of a question's are asked."""
    text, asker = "SELECT count(*) AS n FROM dim_customer a, dim_customer b, dim_customer c WHERE a.customer_id < 0", Principal("b", "tingi", regions="*")  # fmt: skip
    assert assistant.sql(text, asker).reason.code == "too_expensive"
    monkeypatch.setattr(budgets.Budgets, "check", lambda *_: None)
    assert assistant.sql(text, asker).status == "answered"


def test_division_by_a_zero_that_is_written_gives_null(monkeypatch):
    assert found("SELECT 7 / 0 AS n") == [(None,)]
    monkeypatch.setattr(total, "_never_zero", lambda _: True)
    assert found("SELECT 7 / 0 AS n") == "failed"


REFUSED_AT = {
    "SELECT 1 AS n\nFROM bronze_transactions_raw": "line 2, column 6",
    'SELECT 1 AS n\nFROM "DIM_STORE"': "line 2, column 6",
    "SELECT customer_id FROM dim_customer\nWHERE full_name = 'x'": "line 2, column 7",
    "SELECT customer_id FROM dim_customer\nORDER BY phone": "line 2, column 10",
    f"SELECT count(*) AS n FROM dim_store\nWHERE latitude IN ({MANY})": "line 2, column 20",
    "SELECT count(*) AS n FROM dim_store\nWHERE nope = 1": "line 2, column 7",
}


@pytest.mark.parametrize("text", REFUSED_AT, ids=range(len(REFUSED_AT)))
def test_a_refusal_says_where(text):
    with pytest.raises(NlqError) as refusal:
        scoped(text)
    assert refusal.value.where == REFUSED_AT[text]


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

"""The guard from outside: what is refused, whose rows leave, and that these tests go red when the policy is neutered."""

from __future__ import annotations

import pytest
from helpers import at_most_calls

from nlq import NotPermitted, Principal, Refused, UnsafeSql
from nlq.errors import NlqError
from nlq.policy.proof import prove
from nlq.policy.rules import Policies
from nlq.policy.scope import ScopedQuery, draft_statement
from nlq.values import SqlDraft

TINGI = Principal("a", "tingi", regions="*")
NCR = Principal("n", "tingi", regions=("NCR",))
NOBODY = Principal("z", "tingi", regions=())
MANAGER = Principal("m", "tingi", roles=("pii",), regions="*")

UNSAFE = (
    "DROP TABLE dim_store",
    "SELECT 1; SELECT 2",
    "INSERT INTO dim_store SELECT * FROM dim_store",
    "WITH x AS (DELETE FROM dim_store RETURNING *) SELECT * FROM x",
    "SELECT * FROM read_csv('x')",
    "SELECT * FROM UNNEST(ARRAY[1])",
    "SELECT city AS $$c FROM dim_store",
    "SELECT date() FROM dim_store",
    "SELECT count(*) OVER (city) OVER w FROM dim_store WINDOW w AS (ORDER BY city)",
    "SELECT ſtore_id FROM dim_store",
    "SELECT date_add('day), (SELECT getenv(''HOME''), (1', 1, opened_on) FROM dim_store",
    "SELECT date_add('DAY, getenv(''HOME'')', 1, opened_on) FROM dim_store",
    "SELECT date_trunc('fortnight', opened_on) FROM dim_store",
    "SELECT extract(epoch FROM opened_on) FROM dim_store",
    "SELECT opened_on + INTERVAL '1' FORTNIGHT FROM dim_store",
    "SELECT * FROM TABLE(exclude_columns(input => TABLE(dim_store)))",
    "SELECT getenv('HOME')",
    "SELECT * FROM dim_store TABLESAMPLE BERNOULLI (10)",
    "SELECT * FROM dim_store FOR VERSION AS OF 1",
    "SELECT * FROM dim_store FETCH FIRST 5 ROWS WITH TIES",
    "SELECT * FROM dim_store WHERE org_id = :x",
    "SELECT * FROM dim_store WHERE org_id = ?",
    "EXPLAIN SELECT 1",
    "SHOW TABLES",
    "SET ROLE x",
    "CALL system.runtime.kill_query()",
    "VALUES (1)",
    "WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT * FROM t",
    "SELECT * FROM dim_store NATURAL JOIN dim_customer",
    "SELECT * FROM a.b.dim_store",
    "SELECT CAST(store_id AS JSON) FROM dim_store",
    "SELECT * FROM dim_store LIMIT (SELECT 1)",
    "SELECT full_name, row_number() OVER w FROM dim_customer WINDOW w AS (ORDER BY full_name)",
    "SELECT store_id FROM dim_store FETCH FIRST 5 PERCENT ROWS ONLY",
    "this is no SQL",
    "SELECT " + "(" * 60 + "1" + ")" * 60,
)
FORBIDDEN = (
    "SELECT * FROM bronze_transactions_raw",
    "SELECT * FROM nlq.dataset_versions",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "Dim_Store"',
    "SELECT rowid FROM dim_store",
    "SELECT nope FROM dim_store",
    "SELECT full_name FROM dim_customer ORDER BY full_name",
    "SELECT count(DISTINCT phone) FROM dim_customer",
    "SELECT customer_id FROM dim_customer WHERE email LIKE 'a%'",
    "SELECT full_name, count(*) FROM dim_customer GROUP BY full_name",
    "SELECT DISTINCT full_name FROM dim_customer",
    "SELECT upper(full_name) FROM dim_customer",
    "WITH c AS (SELECT full_name AS n FROM dim_customer) SELECT n FROM c WHERE n > 'a'",
    "SELECT full_name FROM dim_customer UNION SELECT store_name FROM dim_store",
    "SELECT customer_id, full_name FROM dim_customer UNION ALL SELECT customer_id, full_name FROM dim_customer ORDER BY 2",
    "SELECT customer_id, full_name FROM dim_customer UNION ALL SELECT customer_id, full_name FROM dim_customer ORDER BY full_name",
    "SELECT customer_id, full_name FROM dim_customer UNION ALL SELECT customer_id, full_name FROM dim_customer ORDER BY 1, upper(full_name)",
    "(SELECT customer_id, full_name FROM dim_customer) ORDER BY 2",
    "SELECT (SELECT max(email) FROM dim_customer) AS x FROM dim_store",
    "SELECT a.customer_id FROM dim_customer a JOIN dim_customer b ON a.phone = b.phone",
    "SELECT row_number() OVER (ORDER BY full_name) FROM dim_customer",
)
# Statements that try to get around a row filter; each must give what it gives on tingi's own rows.
AROUND = (
    "SELECT count(*), min(org_id), max(org_id) FROM dim_store",
    "SELECT count(*), min(org_id), max(org_id) FROM scout.dim_store WHERE org_id = 'suki' OR 1 = 1",
    "WITH dim_store AS (SELECT * FROM dim_store) SELECT count(*), min(org_id), max(org_id) FROM dim_store",
    "SELECT count(*), min(org_id), max(org_id) FROM (SELECT * FROM dim_store UNION ALL SELECT * FROM dim_store) AS x",
    "SELECT count(*), min(b.org_id), max(b.org_id) FROM regions a LEFT JOIN dim_store b ON b.region = a.region_code",
    "SELECT count(*), min(o), max(o) FROM (SELECT (SELECT min(s.org_id) FROM dim_store s WHERE s.region = r.region_code) AS o FROM regions r) AS x",
    "SELECT count(*), min(org_id), max(org_id) FROM silver_transaction_items WHERE date_key >= DATE '2026-11-10'",
    "SELECT count(*), min(org_id), max(org_id) FROM dim_customer WHERE NOT (org_id = 'tingi') OR org_id IS NOT NULL",
    'SELECT count(*), min(org_id), max(org_id) FROM gold_business_metrics AS "t"',
    "SELECT count(*), min(x.o), max(x.o) FROM (SELECT org_id AS o FROM dim_store) AS x /* ') OR 1=1 -- */",
)


@pytest.mark.parametrize("text", UNSAFE)
def test_what_is_no_plain_select_is_refused(assistant, text):
    with pytest.raises(Refused) as caught:
        assistant.scope(text, TINGI)
    assert isinstance(caught.value, UnsafeSql) or caught.value.code in ("too_expensive", "not_permitted")


@pytest.mark.parametrize("text", FORBIDDEN)
def test_what_may_not_be_read_is_not_permitted(assistant, text):
    with pytest.raises(NotPermitted):
        assistant.scope(text, TINGI)


def foreign(assistant, text, principal=TINGI):
    """Whether a result names another tenant."""
    return [cell for row in assistant.sql(text, principal).rows for cell in row if cell in ("suki", "bodega")]


@pytest.mark.parametrize("text", AROUND)
def test_only_the_tenants_rows_leave(assistant, text):
    answer = assistant.sql(text, TINGI)
    assert answer.status == "answered", answer.text
    assert answer.rows[0][0] > 0
    assert not foreign(assistant, text)


def test_these_tests_go_red_when_the_policy_is_neutered(assistant, monkeypatch):
    monkeypatch.setattr(Policies, "predicate", lambda *_: [])
    monkeypatch.delitem(assistant.model.memo, "guard", raising=False)  # what was scoped before is kept
    red = [text for text in AROUND if foreign(assistant, text)]
    assert len(red) == len(AROUND)


def test_sums_are_the_tenants_own(assistant, raw):
    text = "SELECT sum(peso_value) FROM silver_transactions_cleaned"
    for org in ("tingi", "suki", "bodega"):
        by_hand = raw.execute(
            "SELECT sum(peso_value) FROM scout.silver_transactions_cleaned WHERE deleted_at IS NULL AND org_id = ?",
            [org],
        ).fetchone()
        assert assistant.sql(text, Principal("x", org, regions="*")).rows == (by_hand,)


def test_regions_narrow_every_table(assistant, raw):
    pairs = {
        "SELECT count(*) FROM dim_store": "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND region = 'NCR'",
        "SELECT sum(line_value) FROM silver_transaction_items": "SELECT sum(i.line_value) FROM scout.silver_transaction_items i "
        "JOIN scout.silver_transactions_cleaned t ON t.org_id = i.org_id AND t.transaction_id = i.transaction_id "
        "WHERE t.org_id = 'tingi' AND t.region = 'NCR' AND t.deleted_at IS NULL",
        "SELECT count(*) FROM dim_customer": "SELECT count(DISTINCT customer_id) FROM scout.silver_transactions_cleaned "
        "WHERE org_id = 'tingi' AND region = 'NCR' AND deleted_at IS NULL",
        "SELECT sum(revenue) FROM gold_business_metrics": "SELECT sum(t.peso_value) FROM scout.silver_transactions_cleaned t "
        "WHERE org_id = 'tingi' AND region = 'NCR' AND deleted_at IS NULL",
    }
    for text, by_hand in pairs.items():
        assert assistant.sql(text, NCR).rows[0] == raw.execute(by_hand).fetchone(), text
        assert assistant.sql(text, NOBODY).rows[0][0] in (0, None), text


def test_masks(assistant):
    text = "SELECT full_name, phone, email FROM dim_customer LIMIT 5"
    for name, phone, email in assistant.sql(text, TINGI).rows:
        assert name == email == "(hidden)"
        assert phone.startswith("…")
        assert len(phone) == 5
    assert all("@" in row[2] for row in assistant.sql(text, MANAGER).rows)
    assert assistant.scope("SELECT full_name FROM dim_customer WHERE full_name LIKE 'A%'", MANAGER)


def test_errors_of_values_do_not_reach_the_caller(assistant):
    answer = assistant.sql(
        "SELECT count(CAST(store_name AS INTEGER)), sum(1 / (length(store_type) - length(store_type))) FROM dim_store",
        TINGI,
    )
    assert (answer.status, answer.rows) == ("answered", ((0, None),))


def test_a_refusal_says_where_it_stands_and_what_to_do(assistant):
    answer = assistant.sql("SELECT city,\n  md5(city) FROM dim_store", TINGI)
    assert answer.reason.text.endswith("is not allowed (line 2, column 3). See docs/sql.md for what is")
    one, other = (assistant.sql(f"SELECT * FROM {name}", TINGI).reason.text for name in ("bronze_transactions_raw", "bronze_transactions_xyz"))  # fmt: skip
    assert one.replace("_raw", "_xyz") == other


def test_a_scoped_query_is_made_by_the_guard_alone():
    with pytest.raises(TypeError):
        ScopedQuery(object(), None, None, TINGI, None)


def test_the_proof_finds_what_stands_outside():
    wrap = "SELECT r0.org_id AS org_id FROM scout.dim_store AS r0 WHERE r0.org_id = $nlq_org_id_0"
    good = f"SELECT count(*) FROM ({wrap}) AS s"
    assert prove(good, [wrap], "duckdb", "scout") is None
    assert (
        prove(f"WITH nlq_proven_0_ AS ({good}) SELECT * FROM nlq_proven_0_, ({wrap}) AS s", [wrap], "duckdb", "scout")
        is None
    )
    holder = f"SELECT r1.city FROM scout.dim_city AS r1 WHERE r1.city IN ({wrap})"
    assert prove(f"SELECT * FROM ({holder}) AS a, ({wrap}) AS b", [wrap, holder], "duckdb", "scout") is None
    assert prove(f"SELECT * FROM ({holder}) AS a", [wrap, holder], "duckdb", "scout") is not None
    assert prove(good, [f"{wrap}; SELECT 1"], "duckdb", "scout") is not None
    for text in (
        "SELECT count(*) FROM scout.dim_store",
        "SELECT count(*) FROM dim_store",
        f"SELECT count(*) FROM ({wrap.rpartition(' WHERE')[0]}) AS s",
        f"SELECT count(*) FROM ({wrap} OR TRUE) AS s",
        f"{good} CROSS JOIN scout.dim_store AS x",
        f"{good}; SELECT 1",
        f"SELECT count(*) FROM ({wrap}) AS s WHERE EXISTS (SELECT 1 FROM scout.dim_store)",
        f"SELECT '({wrap})' AS a FROM ({wrap}) AS s",
        f"SELECT '({wrap})' AS a",
        f"SELECT ({wrap}) AS a",
        f"SELECT a /* ({wrap}) */ FROM scout.dim_store AS s",
        f"WITH nlq_proven_0_ AS (SELECT * FROM scout.dim_store) SELECT * FROM nlq_proven_0_ CROSS JOIN ({wrap}) AS s",
        f"SELECT * FROM ({wrap}) AS s, (SELECT * FROM scout.dim_store AS r0 WHERE r0.org_id = $nlq_org_id_0) AS t",
        f"SELECT * FROM nlq_proven_0_ AS s CROSS JOIN ({wrap}) AS t",
        f"SELECT count(*) FROM {wrap} AS s",
        "SELECT 1",
    ):
        assert prove(text, [wrap], "duckdb", "scout") is not None, text


def test_forbidden_and_absent_read_the_same(assistant):
    one = assistant.sql("SELECT * FROM bronze_transactions_raw", TINGI).reason
    two = assistant.sql("SELECT * FROM bronze_transactions_rax", TINGI).reason
    assert (one.code, one.text.replace("raw", "rax")) == (two.code, two.text)


def test_another_tenants_store_is_unknown_like_a_made_up_one(assistant, raw):
    theirs = raw.execute(
        "SELECT store_name FROM scout.dim_store WHERE org_id = 'suki' AND store_name NOT IN (SELECT store_name FROM scout.dim_store WHERE org_id = 'tingi') ORDER BY 1"
    ).fetchone()[0]
    ours = assistant.ask(f"sales of {theirs}", TINGI)
    assert ours.status == "declined"
    assert assistant.ask(f"sales of {theirs}", Principal("x", "suki", regions="*")).status == "answered"


CEBU = [{"field": "region", "op": "=", "values": ["R07"]}]


@pytest.mark.parametrize(
    "query",
    [
        {"metrics": ["revenue"], "where": CEBU},
        {"metrics": ["revenue"], "segments": [{"label": "NCR", "where": []}, {"label": "Cebu", "where": CEBU}]},
        {"metrics": [{"metric": "revenue", "where": CEBU}]},
        {"metrics": ["revenue"], "where": [{"field": "store", "op": "in", "query": {"metrics": ["units"], "dimensions": ["store"], "where": CEBU}}]},
        {"metrics": [{"metric": "revenue", "each": ["store"], "agg": "avg", "where": [{"all": CEBU}]}]},
        {"list": "store", "where": CEBU},
    ],
)  # fmt: skip
def test_places_outside_are_named_wherever_a_query_names_them(assistant, query):
    answer = assistant.query(query, NCR)
    assert (answer.status, answer.reason.code) == ("declined", "not_permitted")
    assert assistant.query(query, TINGI).status == "answered"


@pytest.mark.parametrize(
    "query",
    [
        {"metrics": ["revenue", "active_stores"], "dimensions": ["region"], "totals": [[]]},
        {"metrics": [{"metric": "revenue", "window": {"running": True}}], "dimensions": ["region", "date.month"]},
        {"metrics": ["transactions"], "dimensions": ["store"], "include_empty": ["store"]},
        {"list": "store", "dimensions": ["region"]},
        {"metrics": ["stores"], "where": [{"field": "store", "op": "not_in", "query": {"metrics": ["revenue"], "dimensions": ["store"]}}]},
        {"metrics": [{"metric": "revenue", "each": ["store"], "agg": "count"}, {"metric": "revenue", "each": ["store"], "agg": "median"}],
         "dimensions": ["region"]},
        {"metrics": ["transactions"], "dimensions": ["region"], "share": {"within": [], "free": ["payment_method"]},
         "where": [{"field": "payment_method", "op": "=", "values": ["gcash"]}]},
    ],
)  # fmt: skip
def test_what_a_limited_asker_gets_is_what_there_is_in_their_regions(assistant, query):
    """The same query by someone who sees all, held to the region by a filter, gives the same rows."""
    held = {**query, "where": [*query.get("where", []), {"field": "region", "op": "=", "values": ["NCR"]}]}
    held["where"] = [
        {**one, "query": {**one["query"], "where": [{"field": "region", "op": "=", "values": ["NCR"]}]}} if "query" in one else one
        for one in held["where"]
    ]  # fmt: skip
    mine, theirs = assistant.query(query, NCR), assistant.query(held, TINGI)
    assert mine.rows == theirs.rows
    assert len(mine.rows) > 0 or "stores" in query["metrics"]


@pytest.mark.parametrize(
    ("forbidden", "absent"),
    [("SELECT * FROM bronze_transactions_raw", "SELECT * FROM bronze_transactions_xyz"), ("SELECT scout_raw.x.a FROM dim_store", "SELECT scout_xyz.x.a FROM dim_store"),
     ("SELECT manager_phone FROM dim_store", "SELECT manager_xxxxx FROM dim_store"), ("SELECT * FROM information_schema.tables", "SELECT * FROM information_xxxxxx.tables")],
)  # fmt: skip
def test_forbidden_and_absent_take_the_same_work(assistant, forbidden, absent):
    """Counted in calls, which are the same on every machine: what takes the same work cannot be told apart by how long it takes."""
    made: dict[str, list[int]] = {forbidden: [], absent: []}
    for text in (
        forbidden,
        absent,
    ) * 4:  # the first of each may do what is done once, any may meet what the collector frees
        with at_most_calls(1_000_000) as calls, pytest.raises(NlqError):
            draft_statement(SqlDraft(text, "caller"), assistant.model)
        made[text].append(calls[0])
    assert min(made[forbidden]) == min(made[absent])

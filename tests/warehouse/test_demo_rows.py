"""What must hold of every row of the demo warehouse, whatever its scale."""

from __future__ import annotations

import pytest

SCHEMA = """
regions(region_code, psgc_code, region_name, short_name, island_group, languages, timezone)
dim_calendar(date_key, week_start, month_start, quarter_start, year, day_of_week, is_weekend, is_payday, is_holiday, holiday_name, season)
dim_store(store_id, org_id, store_name, store_type, region, province, city, latitude, longitude, geography, opened_on, closed_on)
dim_customer(customer_id, org_id, full_name, phone, email, birth_year, region, joined_on)
dim_product(product_id, product_name, brand, category, unit_price)
bronze_ingestion_batches(batch_id, ingested_at, source, org_id, record_count, raw_data)
bronze_transactions_raw(batch_id, line_no, org_id, payload, ingested_at)
bronze_dead_letters(id, batch_id, org_id, payload, error, attempts, next_attempt_at, resolved_at)
silver_transactions_cleaned(transaction_id, org_id, store_id, customer_id, date_key, occurred_at, region, peso_value, basket_size, payment_method, deleted_at)
silver_transaction_items(transaction_id, line_no, org_id, date_key, product_id, quantity, line_value)
gold_daily_aggregates(org_id, date_key, store_id, region, daily_revenue, transactions, items, unique_customers)
gold_product_daily(org_id, date_key, region, product_id, quantity, line_value, transactions)
gold_regional_performance(org_id, month, region, revenue, transactions, active_stores, unique_customers)
gold_business_metrics(org_id, month, store_id, revenue, transactions, unique_customers, average_basket)
platinum_executive_summary(org_id, month, region, revenue, revenue_previous_month, growth_pct, transactions, unique_customers, average_basket, top_store_id)
"""
TABLES = {line.split("(")[0]: line.split("(")[1].rstrip(")").split(", ") for line in SCHEMA.strip().splitlines()}
TENANTS = {"tingi", "suki", "bodega"}
KEYS = {
    "silver_transactions_cleaned": "transaction_id",
    "silver_transaction_items": "transaction_id, line_no",
    "gold_daily_aggregates": "org_id, date_key, store_id",
    "gold_product_daily": "org_id, date_key, region, product_id",
    "gold_regional_performance": "org_id, month, region",
    "gold_business_metrics": "org_id, month, store_id",
    "platinum_executive_summary": "org_id, month, region",
    "dim_customer": "customer_id",
    "dim_product": "product_name",
    "bronze_transactions_raw": "batch_id, line_no",
    "nlq.dataset_versions": "dataset, org_id, month",
    "nlq.checked_equalities": "metric, org_id, month",
}
# Each counts what must not be there.
NEVER = {
    "a region that is not the store's": """
        SELECT count(*) FROM scout.silver_transactions_cleaned AS t LEFT JOIN scout.dim_store AS s
        ON s.org_id = t.org_id AND s.store_id = t.store_id WHERE s.region IS DISTINCT FROM t.region""",
    "a sale before the opening or after the closing": """
        SELECT count(*) FROM scout.silver_transactions_cleaned AS t JOIN scout.dim_store AS s USING (store_id)
        WHERE date_key < opened_on OR date_key > closed_on""",
    "a customer of another tenant, or nobody": """
        SELECT count(*) FROM scout.silver_transactions_cleaned AS t LEFT JOIN scout.dim_customer AS c
        ON c.customer_id = t.customer_id WHERE t.customer_id IS NOT NULL AND c.org_id IS DISTINCT FROM t.org_id""",
    "a sale before its customer joined": """
        SELECT count(*) FROM scout.silver_transactions_cleaned JOIN scout.dim_customer USING (customer_id) WHERE date_key < joined_on""",
    "a date_key that is not the day in Manila": """
        SELECT count(*) FROM scout.silver_transactions_cleaned
        WHERE CAST(timezone('Asia/Manila', occurred_at) AS DATE) <> date_key""",
    "a sale outside the opening hours": """
        SELECT count(*) FROM scout.silver_transactions_cleaned
        WHERE hour(timezone('Asia/Manila', occurred_at)) NOT BETWEEN 6 AND 21""",
    "a deletion before the sale or after the demo's clock": """
        SELECT count(*) FROM scout.silver_transactions_cleaned
        WHERE deleted_at < occurred_at OR deleted_at > TIMESTAMPTZ '2026-11-15 23:59:59+08'""",
    "a sale whose amount or pieces are not its lines'": """
        SELECT count(*) FROM scout.silver_transactions_cleaned AS t FULL JOIN (
            SELECT org_id, transaction_id, date_key, sum(line_value) AS peso_value, sum(quantity) AS basket_size
            FROM scout.silver_transaction_items GROUP BY ALL
        ) AS i USING (org_id, transaction_id, date_key)
        WHERE t.peso_value IS DISTINCT FROM i.peso_value OR t.basket_size IS DISTINCT FROM i.basket_size""",
    "a line that is not quantity times price": """
        SELECT count(*) FROM scout.silver_transaction_items LEFT JOIN scout.dim_product USING (product_id)
        WHERE line_value IS DISTINCT FROM CAST(quantity * unit_price AS DECIMAL(12, 2)) OR quantity < 1""",
    "lines not numbered from one": """
        SELECT count(*) FROM (SELECT max(line_no) <> count(*) OR min(line_no) <> 1 AS wrong
        FROM scout.silver_transaction_items GROUP BY transaction_id) WHERE wrong""",
    "a payment method of its own": """
        SELECT count(*) FROM scout.silver_transactions_cleaned WHERE payment_method NOT IN ('cash', 'gcash', 'maya', 'card')""",
    "a null where none belongs": """
        SELECT count(*) FROM scout.silver_transactions_cleaned WHERE transaction_id IS NULL OR org_id IS NULL OR store_id IS NULL
        OR date_key IS NULL OR occurred_at IS NULL OR region IS NULL OR peso_value IS NULL OR basket_size IS NULL OR payment_method IS NULL""",
    "a store name without its city": "SELECT count(*) FROM scout.dim_store WHERE NOT contains(store_name, city)",
    "a store id of another tenant": "SELECT count(*) FROM scout.dim_store WHERE NOT starts_with(store_id, org_id || '-')",
    "a store that closed before it opened": "SELECT count(*) FROM scout.dim_store WHERE closed_on <= opened_on",
    "a revenue check that fails": "SELECT count(*) FROM nlq.checked_equalities WHERE NOT holds",
    "a raw record of before the last 30 days": """
        SELECT count(*) FROM scout.bronze_transactions_raw WHERE CAST(timezone('Asia/Manila', ingested_at) AS DATE) <= DATE '2026-10-16'""",
    "a batch whose count is not its records'": """
        SELECT count(*) FROM scout.bronze_ingestion_batches AS b FULL JOIN
        (SELECT batch_id, count(*) AS records FROM scout.bronze_transactions_raw GROUP BY batch_id) USING (batch_id)
        WHERE records IS DISTINCT FROM record_count""",
    "a raw record that is not the sale": """
        SELECT count(*) FROM scout.silver_transactions_cleaned AS t FULL JOIN (
            SELECT CAST(payload ->> 'transaction_id' AS BIGINT) AS transaction_id, payload ->> 'org_id' AS org_id,
                CAST(payload ->> 'peso_value' AS DECIMAL(12, 2)) AS peso_value, CAST(payload ->> 'occurred_at' AS TIMESTAMPTZ) AS occurred_at,
                CAST(json_array_length(payload, 'items') AS BIGINT) AS lines
            FROM scout.bronze_transactions_raw
        ) AS b USING (transaction_id, org_id, peso_value, occurred_at)
        WHERE (t.date_key >= DATE '2026-10-17' OR t.date_key IS NULL) AND (b.lines IS NULL OR t.store_id IS NULL)""",
}


def test_tables_and_columns_are_those_of_the_design(demo):
    found = {}
    for table, column in demo.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'scout' AND table_name NOT IN ('cache', 'query_performance_log')"
        " ORDER BY table_name, ordinal_position"
    ).fetchall():
        found.setdefault(table, []).append(column)
    assert found == TABLES


def test_every_table_has_a_view_of_its_bare_name(demo):
    for table in TABLES:
        bare = demo.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert bare == demo.execute(f"SELECT count(*) FROM scout.{table}").fetchone()
    assert demo.execute("SELECT count(*) FROM scout.cache").fetchone() == (0,)
    assert demo.execute("SELECT count(*) FROM scout.query_performance_log").fetchone() == (0,)
    assert demo.execute("SELECT count(*) FROM nlq.tier_watermark").fetchone() == (0,)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_types_are_those_that_the_engines_share(demo, table):
    for column, kind in demo.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'scout' AND table_name = ?",
        [table],
    ).fetchall():
        if column in {"peso_value", "line_value", "unit_price"} and not table.startswith("gold"):
            assert kind == "DECIMAL(12,2)", column
        elif "revenue" in column or column == "line_value":
            assert kind == "DECIMAL(38,2)", column
        elif column in {"date_key", "month", "opened_on", "closed_on", "joined_on", "week_start"}:
            assert kind == "DATE", column
        elif column.endswith("_at"):
            assert kind == "TIMESTAMP WITH TIME ZONE", column
        elif column in {
            "transactions",
            "items",
            "quantity",
            "basket_size",
            "unique_customers",
            "active_stores",
            "record_count",
        }:
            assert kind == "BIGINT", column
        elif column in {"average_basket", "growth_pct", "latitude", "longitude"}:
            assert kind == "DOUBLE", column


@pytest.mark.parametrize("table", sorted(KEYS))
def test_keys_are_unique(one, table):
    name = table if "." in table else f"scout.{table}"
    assert one(f"SELECT count(*) FROM (SELECT 1 FROM {name} GROUP BY {KEYS[table]} HAVING count(*) > 1)") == 0


@pytest.mark.parametrize("what", sorted(NEVER))
def test_there_is_never(one, what):
    assert one(NEVER[what]) == 0


def test_some_rows_of_each_care_point_are_there(one):
    live = "FROM scout.silver_transactions_cleaned"
    assert 0.005 <= one(f"SELECT avg(CAST(deleted_at IS NOT NULL AS INT)) {live}") <= 0.01
    assert 0.32 <= one(f"SELECT avg(CAST(customer_id IS NULL AS INT)) {live}") <= 0.38
    assert one(f"SELECT count(DISTINCT date_key) {live}") == 1050
    assert (
        one(
            "SELECT avg(lines) FROM (SELECT count(*) AS lines FROM scout.silver_transaction_items GROUP BY transaction_id)"
        )
        > 1.9
    )
    twice = "SELECT 1 FROM scout.silver_transaction_items GROUP BY transaction_id, product_id HAVING count(*) > 1"
    assert one(f"SELECT count(*) FROM ({twice})") > 0  # what a count of lines would take for two transactions


def test_customers_buy_mostly_at_home(one):
    at_home = """SELECT avg(CAST(c.region = t.region AS INT)) FROM scout.silver_transactions_cleaned AS t
        JOIN scout.dim_customer AS c USING (customer_id)"""
    assert 0.9 < one(at_home) < 0.99


def test_mails_and_phones_reach_nobody(one):
    assert (
        one(
            "SELECT count(*) FROM scout.dim_customer WHERE NOT regexp_full_match(email, '[a-z.]+[0-9]+@example[.](com|net|org)')"
        )
        == 0
    )
    assert (
        one("SELECT count(*) FROM scout.dim_customer WHERE NOT regexp_full_match(phone, '[+]63 900 [0-9]{3} [0-9]{4}')")
        == 0
    )


def test_versions_cover_every_row_of_every_table(demo, demo_summary):
    counted = dict(
        demo.execute("SELECT dataset, CAST(sum(row_count) AS BIGINT) FROM nlq.dataset_versions GROUP BY 1").fetchall()
    )
    assert counted == dict(demo_summary.rows)


def test_versions_tell_tenants_months_and_what_gold_was_built_from(demo, one):
    rows = demo.execute("SELECT dataset, org_id, month, version, built_from FROM nlq.dataset_versions").fetchall()
    silver = {
        (org, month): version for dataset, org, month, version, _ in rows if dataset == "silver_transactions_cleaned"
    }
    assert len(silver) == len(set(silver.values())) == 3 * 35
    for dataset, org, month, version, built_from in rows:
        if dataset.startswith(("gold", "platinum")):
            assert built_from == silver[org, month]
            assert version != built_from
        else:
            assert built_from is None
        if dataset == "silver_transaction_items":
            assert version == silver[org, month]
    assert {org for dataset, org, *_ in rows if dataset in {"regions", "dim_calendar", "dim_product"}} == {None}
    assert {org for dataset, org, *_ in rows if dataset == "dim_store"} == TENANTS
    assert one("SELECT count(*) FROM nlq.dataset_versions WHERE epoch_us(fresh_as_of) <> 1794758399000000") == 0
    assert one("SELECT max(last_date) = DATE '2026-11-15' FROM nlq.dataset_versions WHERE dataset LIKE 'silver%'")


def test_dead_letters_are_a_handful(one):
    assert 3 <= one("SELECT count(*) FROM scout.bronze_dead_letters") <= 12
    assert one("SELECT count(*) FROM scout.bronze_dead_letters WHERE resolved_at IS NOT NULL") > 0

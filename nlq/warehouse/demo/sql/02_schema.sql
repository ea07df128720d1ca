-- Every table of the scout schema. Primary keys stand on the small tables only: DuckDB keeps an index in memory for each, which
-- on the silver and gold tables would cost more than building the rows. There the tests prove that the keys are unique.
CREATE SCHEMA scout;
CREATE SCHEMA nlq;

CREATE TABLE scout.regions (
    region_code VARCHAR PRIMARY KEY, psgc_code VARCHAR NOT NULL, region_name VARCHAR NOT NULL, short_name VARCHAR NOT NULL,
    island_group VARCHAR NOT NULL, languages VARCHAR[] NOT NULL, timezone VARCHAR NOT NULL);

CREATE TABLE scout.dim_calendar (
    date_key DATE PRIMARY KEY, week_start DATE NOT NULL, month_start DATE NOT NULL, quarter_start DATE NOT NULL,
    year BIGINT NOT NULL, day_of_week BIGINT NOT NULL, is_weekend BOOLEAN NOT NULL, is_payday BOOLEAN NOT NULL,
    is_holiday BOOLEAN NOT NULL, holiday_name VARCHAR, season VARCHAR NOT NULL);

-- latitude, longitude and geography are synthetic: seeded points inside the region, near the city, where no real store need be.
CREATE TABLE scout.dim_store (
    store_id VARCHAR PRIMARY KEY, org_id VARCHAR NOT NULL, store_name VARCHAR NOT NULL, store_type VARCHAR NOT NULL,
    region VARCHAR NOT NULL, province VARCHAR NOT NULL, city VARCHAR NOT NULL, latitude DOUBLE NOT NULL,
    longitude DOUBLE NOT NULL, geography VARCHAR NOT NULL, opened_on DATE NOT NULL, closed_on DATE);

CREATE TABLE scout.dim_customer (
    customer_id BIGINT NOT NULL, org_id VARCHAR NOT NULL, full_name VARCHAR NOT NULL, phone VARCHAR NOT NULL,
    email VARCHAR NOT NULL, birth_year BIGINT NOT NULL, region VARCHAR NOT NULL, joined_on DATE NOT NULL);

CREATE TABLE scout.dim_product (
    product_id BIGINT PRIMARY KEY, product_name VARCHAR NOT NULL, brand VARCHAR NOT NULL, category VARCHAR NOT NULL,
    unit_price DECIMAL(12, 2) NOT NULL);

CREATE TABLE scout.bronze_ingestion_batches (
    batch_id UUID PRIMARY KEY, ingested_at TIMESTAMPTZ NOT NULL, source VARCHAR NOT NULL, org_id VARCHAR NOT NULL,
    record_count BIGINT NOT NULL, raw_data JSON NOT NULL);

CREATE TABLE scout.bronze_transactions_raw (
    batch_id UUID NOT NULL, line_no BIGINT NOT NULL, org_id VARCHAR NOT NULL, payload JSON NOT NULL,
    ingested_at TIMESTAMPTZ NOT NULL);

CREATE TABLE scout.bronze_dead_letters (
    id BIGINT PRIMARY KEY, batch_id UUID NOT NULL, org_id VARCHAR NOT NULL, payload JSON NOT NULL, error VARCHAR NOT NULL,
    attempts BIGINT NOT NULL, next_attempt_at TIMESTAMPTZ, resolved_at TIMESTAMPTZ);

CREATE TABLE scout.silver_transactions_cleaned (
    transaction_id BIGINT, org_id VARCHAR, store_id VARCHAR, customer_id BIGINT, date_key DATE, occurred_at TIMESTAMPTZ,
    region VARCHAR, peso_value DECIMAL(12, 2), basket_size BIGINT, payment_method VARCHAR, deleted_at TIMESTAMPTZ);

CREATE TABLE scout.silver_transaction_items (
    transaction_id BIGINT, line_no BIGINT, org_id VARCHAR, date_key DATE, product_id BIGINT, quantity BIGINT,
    line_value DECIMAL(12, 2));

CREATE TABLE scout.gold_daily_aggregates (
    org_id VARCHAR, date_key DATE, store_id VARCHAR, region VARCHAR, daily_revenue DECIMAL(38, 2), transactions BIGINT,
    items BIGINT, unique_customers BIGINT);

CREATE TABLE scout.gold_product_daily (
    org_id VARCHAR, date_key DATE, region VARCHAR, product_id BIGINT, quantity BIGINT, line_value DECIMAL(38, 2),
    transactions BIGINT);

CREATE TABLE scout.gold_regional_performance (
    org_id VARCHAR, month DATE, region VARCHAR, revenue DECIMAL(38, 2), transactions BIGINT, active_stores BIGINT,
    unique_customers BIGINT);

CREATE TABLE scout.gold_business_metrics (
    org_id VARCHAR, month DATE, store_id VARCHAR, revenue DECIMAL(38, 2), transactions BIGINT, unique_customers BIGINT,
    average_basket DOUBLE);

CREATE TABLE scout.platinum_executive_summary (
    org_id VARCHAR, month DATE, region VARCHAR, revenue DECIMAL(38, 2), revenue_previous_month DECIMAL(38, 2),
    growth_pct DOUBLE, transactions BIGINT, unique_customers BIGINT, average_basket DOUBLE, top_store_id VARCHAR);

-- The product's own tables.
CREATE TABLE nlq.query_performance_log (
    query_id UUID PRIMARY KEY, query_text VARCHAR, execution_time_ms BIGINT, rows_returned BIGINT, user_id VARCHAR,
    created_at TIMESTAMPTZ);

CREATE TABLE nlq.cache (key VARCHAR PRIMARY KEY, value JSON, created_at TIMESTAMPTZ, expires_at TIMESTAMPTZ);

CREATE TABLE nlq.tier_watermark (watermark DATE);

CREATE TABLE nlq.dataset_versions (
    dataset VARCHAR NOT NULL, org_id VARCHAR, month DATE, version VARCHAR NOT NULL, row_count BIGINT NOT NULL,
    first_date DATE, last_date DATE, built_from VARCHAR, fresh_as_of TIMESTAMPTZ NOT NULL);

CREATE TABLE nlq.checked_equalities (metric VARCHAR NOT NULL, org_id VARCHAR NOT NULL, month DATE NOT NULL, holds BOOLEAN NOT NULL);

CREATE TABLE nlq.demo (scale DOUBLE NOT NULL, seed BIGINT NOT NULL, schema_version BIGINT NOT NULL, generator_hash VARCHAR NOT NULL);

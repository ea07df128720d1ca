-- The tables of the scout schema on PostgreSQL: the hot tier (the last days of silver), the dimensions, and raw records.
-- Column types are exactly those of the cold tier: a cast between them would keep Trino from pushing filters down.
create schema if not exists scout;
create schema if not exists scout_private;   -- what nobody reads directly: materialized views and history
create schema if not exists nlq;             -- the product's own

create table scout.regions (
    region_code text primary key, psgc_code text not null, region_name text not null, short_name text not null,
    island_group text not null, languages text[] not null, timezone text not null);

create table scout.dim_calendar (
    date_key date primary key, week_start date not null, month_start date not null, quarter_start date not null,
    year bigint not null, day_of_week bigint not null, is_weekend boolean not null, is_payday boolean not null,
    is_holiday boolean not null, holiday_name text, season text not null);

-- latitude, longitude and geography (WKT) are synthetic points inside the region.
create table scout.dim_store (
    store_id text not null, org_id text not null, store_name text not null, store_type text not null, region text not null,
    province text not null, city text not null, latitude double precision not null, longitude double precision not null,
    geography text not null, opened_on date not null, closed_on date, primary key (org_id, store_id));

create table scout.dim_customer (
    customer_id bigint not null, org_id text not null, full_name text not null, phone text not null, email text not null,
    birth_year bigint not null, region text not null, joined_on date not null, primary key (org_id, customer_id));

create table scout.dim_product (
    product_id bigint primary key, product_name text not null, brand text not null, category text not null,
    unit_price numeric(12, 2) not null);

create table scout.bronze_ingestion_batches (
    batch_id uuid primary key, ingested_at timestamptz not null default now(), source text not null, org_id text not null,
    record_count bigint not null, raw_data jsonb not null);

create table scout.bronze_transactions_raw (
    batch_id uuid not null, line_no bigint not null, org_id text not null, payload jsonb not null, ingested_at timestamptz not null,
    primary key (org_id, batch_id, line_no));

create table scout.bronze_dead_letters (
    id bigint primary key, batch_id uuid not null, org_id text not null, payload jsonb not null, error text not null,
    attempts bigint not null, next_attempt_at timestamptz, resolved_at timestamptz);

create table scout.silver_transactions_cleaned (
    transaction_id bigint not null, org_id text not null, store_id text not null, customer_id bigint, date_key date not null,
    occurred_at timestamptz not null, region text not null, peso_value numeric(12, 2) not null, basket_size bigint not null,
    payment_method text not null, deleted_at timestamptz, primary key (org_id, transaction_id));

create table scout.silver_transaction_items (
    transaction_id bigint not null, line_no bigint not null, org_id text not null, date_key date not null,
    product_id bigint not null, quantity bigint not null, line_value numeric(12, 2) not null,
    primary key (org_id, transaction_id, line_no));

-- The indexes of the platform's own document, then those that a tenant's questions use.
create index idx_transactions_store_date on scout.silver_transactions_cleaned (store_id, date_key) where deleted_at is null;
create index idx_transactions_region_date on scout.silver_transactions_cleaned (region, date_key) include (peso_value, basket_size);
create index idx_transactions_tenant_date on scout.silver_transactions_cleaned (org_id, date_key);
create index idx_transactions_customer on scout.silver_transactions_cleaned (org_id, customer_id);
create index idx_items_tenant_date on scout.silver_transaction_items (org_id, date_key);
-- The document's GIST index needs PostGIS; without it the same name stands over plain points (longitude, latitude).
create index idx_stores_location on scout.dim_store using gist (point(longitude, latitude));

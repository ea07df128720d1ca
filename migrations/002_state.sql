-- What the product keeps about its data. One row publishes the watermark, the cold tier's snapshots and, by its number, the
-- versions of every table: a question reads it before and after its query and knows whether the data moved under it.
create table nlq.tier_watermark (
    only_row boolean primary key default true check (only_row),
    publication bigint not null,            -- counts up with every change of what is published
    watermark date not null,                -- hot: date_key >= watermark; cold: date_key < watermark
    cold_snapshots jsonb not null,          -- Iceberg snapshot by table
    content text not null,                  -- what was loaded: the same content is not loaded twice
    published_at timestamptz not null default now());

create table nlq.dataset_versions (
    dataset text not null, org_id text, month date, version text not null, row_count bigint not null, first_date date,
    last_date date, built_from text, fresh_as_of timestamptz not null);

create table nlq.checked_equalities (metric text not null, org_id text not null, month date not null, holds boolean not null);

create table nlq.query_performance_log (
    query_id uuid primary key, query_text text, execution_time_ms bigint, rows_returned bigint, user_id text,
    created_at timestamptz not null default now());

create table nlq.cache (key text primary key, value jsonb, created_at timestamptz not null default now(), expires_at timestamptz);

create view scout.query_performance_log as select * from nlq.query_performance_log;
create view scout.cache as select * from nlq.cache;

-- The watermark, for views; null where nothing is published, and then they hold no rows.
create function nlq.watermark() returns date language sql stable parallel safe
    as $$ select watermark from nlq.tier_watermark $$;

-- The first month that lies wholly in the hot tier: what is kept by month is taken from hot rows from here on.
create function nlq.first_hot_month() returns date language sql stable parallel safe
    as $$ select date_trunc('month', watermark + interval '1 month' - interval '1 day')::date from nlq.tier_watermark $$;

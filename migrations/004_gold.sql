-- Gold and platinum hold all history. What follows from hot rows is a materialized view; what lies before the watermark is kept
-- beside it as a table, and one view unites them. A materialized view over the hot days alone would be a wrong number that looks
-- right. Tables by month take a month from hot rows only when it is wholly hot: a month that the watermark cuts is history,
-- computed from all its base rows when it was cut.
--
-- PostgreSQL's row security does not reach materialized views: they are the owner's, and are read through security-barrier
-- views that hold the same rule. The SELECTs are those of nlq/warehouse/transform; tests hold both to the same rows.

create table scout_private.gold_daily_aggregates_history (
    org_id text not null, date_key date not null, store_id text not null, region text not null, daily_revenue numeric(38, 2),
    transactions bigint, items bigint, unique_customers bigint, primary key (org_id, date_key, store_id, region));
create materialized view scout_private.gold_daily_aggregates_hot as
    SELECT
      org_id,
      date_key,
      store_id,
      region,
      CAST(SUM(peso_value) AS DECIMAL(38, 2)) AS daily_revenue,
      COUNT(*) AS transactions,
      CAST(SUM(basket_size) AS BIGINT) AS items,
      COUNT(DISTINCT customer_id) AS unique_customers
    FROM scout.silver_transactions_cleaned
    WHERE
      deleted_at IS NULL
      AND date_key >= (
        SELECT
          nlq.watermark()
      )
      AND date_key < CAST('9999-01-01' AS DATE)
    GROUP BY
      org_id,
      date_key,
      store_id,
      region
with no data;
create unique index on scout_private.gold_daily_aggregates_hot (org_id, date_key, store_id, region);
create view scout_private.gold_daily_aggregates as
    select org_id, date_key, store_id, region, daily_revenue, transactions, items, unique_customers
    from scout_private.gold_daily_aggregates_history where date_key < (select nlq.watermark())
    union all
    select org_id, date_key, store_id, region, daily_revenue, transactions, items, unique_customers
    from scout_private.gold_daily_aggregates_hot where date_key >= (select nlq.watermark());
create view scout.gold_daily_aggregates with (security_barrier) as
    select g.org_id, g.date_key, g.store_id, g.region, g.daily_revenue, g.transactions, g.items, g.unique_customers
    from scout_private.gold_daily_aggregates as g
    where current_user = 'nlq_federation'
        or (g.org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or g.region = any ((select nlq.claim_regions())::text[])));

create table scout_private.gold_product_daily_history (
    org_id text not null, date_key date not null, region text not null, product_id bigint not null, quantity bigint,
    line_value numeric(38, 2), transactions bigint, primary key (org_id, date_key, region, product_id));
create materialized view scout_private.gold_product_daily_hot as
    SELECT
      org_id,
      date_key,
      region,
      product_id,
      CAST(SUM(quantity) AS BIGINT) AS quantity,
      CAST(SUM(line_value) AS DECIMAL(38, 2)) AS line_value,
      COUNT(*) AS transactions
    FROM (
      SELECT
        t.org_id,
        t.date_key,
        t.region,
        t.transaction_id,
        i.product_id,
        SUM(i.quantity) AS quantity,
        SUM(i.line_value) AS line_value
      FROM scout.silver_transaction_items AS i
      INNER JOIN scout.silver_transactions_cleaned AS t
        ON t.org_id = i.org_id AND t.transaction_id = i.transaction_id
      WHERE
        t.deleted_at IS NULL
        AND t.date_key >= (
          SELECT
            nlq.watermark()
        )
        AND t.date_key < CAST('9999-01-01' AS DATE)
        AND i.date_key >= (
          SELECT
            nlq.watermark()
        )
        AND i.date_key < CAST('9999-01-01' AS DATE)
      GROUP BY
        t.org_id,
        t.date_key,
        t.region,
        t.transaction_id,
        i.product_id
    ) AS sold
    GROUP BY
      org_id,
      date_key,
      region,
      product_id
with no data;
create unique index on scout_private.gold_product_daily_hot (org_id, date_key, region, product_id);
create view scout_private.gold_product_daily as
    select org_id, date_key, region, product_id, quantity, line_value, transactions
    from scout_private.gold_product_daily_history where date_key < (select nlq.watermark())
    union all
    select org_id, date_key, region, product_id, quantity, line_value, transactions
    from scout_private.gold_product_daily_hot where date_key >= (select nlq.watermark());
create view scout.gold_product_daily with (security_barrier) as
    select g.org_id, g.date_key, g.region, g.product_id, g.quantity, g.line_value, g.transactions
    from scout_private.gold_product_daily as g
    where current_user = 'nlq_federation'
        or (g.org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or g.region = any ((select nlq.claim_regions())::text[])));

create table scout_private.gold_regional_performance_history (
    org_id text not null, month date not null, region text not null, revenue numeric(38, 2), transactions bigint,
    active_stores bigint, unique_customers bigint, primary key (org_id, month, region));
create materialized view scout_private.gold_regional_performance_hot as
    SELECT
      org_id,
      CAST(DATE_TRUNC('MONTH', date_key) AS DATE) AS month,
      region,
      CAST(SUM(peso_value) AS DECIMAL(38, 2)) AS revenue,
      COUNT(*) AS transactions,
      COUNT(DISTINCT store_id) AS active_stores,
      COUNT(DISTINCT customer_id) AS unique_customers
    FROM scout.silver_transactions_cleaned
    WHERE
      deleted_at IS NULL
      AND date_key >= (
        SELECT
          nlq.first_hot_month()
      )
      AND date_key < CAST('9999-01-01' AS DATE)
    GROUP BY
      org_id,
      CAST(DATE_TRUNC('MONTH', date_key) AS DATE),
      region
with no data;
create unique index on scout_private.gold_regional_performance_hot (org_id, month, region);
create view scout_private.gold_regional_performance as
    select org_id, month, region, revenue, transactions, active_stores, unique_customers
    from scout_private.gold_regional_performance_history where month < (select nlq.first_hot_month())
    union all
    select org_id, month, region, revenue, transactions, active_stores, unique_customers
    from scout_private.gold_regional_performance_hot where month >= (select nlq.first_hot_month());
create view scout.gold_regional_performance with (security_barrier) as
    select g.org_id, g.month, g.region, g.revenue, g.transactions, g.active_stores, g.unique_customers
    from scout_private.gold_regional_performance as g
    where current_user = 'nlq_federation'
        or (g.org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or g.region = any ((select nlq.claim_regions())::text[])));

create table scout_private.gold_business_metrics_history (
    org_id text not null, month date not null, store_id text not null, revenue numeric(38, 2), transactions bigint,
    unique_customers bigint, average_basket double precision, primary key (org_id, month, store_id));
create materialized view scout_private.gold_business_metrics_hot as
    SELECT
      org_id,
      CAST(DATE_TRUNC('MONTH', date_key) AS DATE) AS month,
      store_id,
      CAST(SUM(peso_value) AS DECIMAL(38, 2)) AS revenue,
      COUNT(*) AS transactions,
      COUNT(DISTINCT customer_id) AS unique_customers,
      CAST(SUM(peso_value) AS DOUBLE PRECISION) / CAST(COUNT(*) AS DOUBLE PRECISION) AS average_basket
    FROM scout.silver_transactions_cleaned
    WHERE
      deleted_at IS NULL
      AND date_key >= (
        SELECT
          nlq.first_hot_month()
      )
      AND date_key < CAST('9999-01-01' AS DATE)
    GROUP BY
      org_id,
      CAST(DATE_TRUNC('MONTH', date_key) AS DATE),
      store_id
with no data;
create unique index on scout_private.gold_business_metrics_hot (org_id, month, store_id);
create view scout_private.gold_business_metrics as
    select org_id, month, store_id, revenue, transactions, unique_customers, average_basket
    from scout_private.gold_business_metrics_history where month < (select nlq.first_hot_month())
    union all
    select org_id, month, store_id, revenue, transactions, unique_customers, average_basket
    from scout_private.gold_business_metrics_hot where month >= (select nlq.first_hot_month());
create view scout.gold_business_metrics with (security_barrier) as
    select g.org_id, g.month, g.store_id, g.revenue, g.transactions, g.unique_customers, g.average_basket
    from scout_private.gold_business_metrics as g
    where current_user = 'nlq_federation'
        or (g.org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or exists (
            select from scout.dim_store as s where s.org_id = g.org_id and s.store_id = g.store_id
                and s.region = any ((select nlq.claim_regions())::text[]))));

create table scout_private.platinum_executive_summary_history (
    org_id text not null, month date not null, region text not null, revenue numeric(38, 2), revenue_previous_month numeric(38, 2),
    growth_pct double precision, transactions bigint, unique_customers bigint, average_basket double precision, top_store_id text,
    primary key (org_id, month, region));
create materialized view scout_private.platinum_executive_summary_hot as
    WITH store_month AS (
      SELECT
        org_id,
        CAST(DATE_TRUNC('MONTH', date_key) AS DATE) AS month,
        region,
        store_id,
        SUM(daily_revenue) AS revenue
      FROM scout_private.gold_daily_aggregates
      WHERE
        date_key >= (
          SELECT
            nlq.first_hot_month()
        )
        AND date_key < CAST('9999-01-01' AS DATE)
      GROUP BY
        org_id,
        CAST(DATE_TRUNC('MONTH', date_key) AS DATE),
        region,
        store_id
    ), ranked AS (
      SELECT
        org_id,
        month,
        region,
        store_id,
        ROW_NUMBER() OVER (PARTITION BY org_id, month, region ORDER BY revenue DESC NULLS LAST, store_id ASC) AS place
      FROM store_month
    )
    SELECT
      g.org_id,
      g.month,
      g.region,
      g.revenue,
      p.revenue AS revenue_previous_month,
      CAST(g.revenue - p.revenue AS DOUBLE PRECISION) / NULLIF(CAST(p.revenue AS DOUBLE PRECISION), 0) AS growth_pct,
      g.transactions,
      g.unique_customers,
      CAST(g.revenue AS DOUBLE PRECISION) / NULLIF(CAST(g.transactions AS DOUBLE PRECISION), 0) AS average_basket,
      r.store_id AS top_store_id
    FROM scout_private.gold_regional_performance AS g
    LEFT JOIN scout_private.gold_regional_performance AS p
      ON p.org_id = g.org_id
      AND p.region = g.region
      AND p.month = CAST(g.month - INTERVAL '1 MONTH' AS DATE)
    LEFT JOIN ranked AS r
      ON r.org_id = g.org_id AND r.month = g.month AND r.region = g.region AND r.place = 1
    WHERE
      g.month >= (
        SELECT
          nlq.first_hot_month()
      )
      AND g.month < CAST('9999-01-01' AS DATE)
with no data;
create unique index on scout_private.platinum_executive_summary_hot (org_id, month, region);
create view scout_private.platinum_executive_summary as
    select org_id, month, region, revenue, revenue_previous_month, growth_pct, transactions, unique_customers, average_basket, top_store_id
    from scout_private.platinum_executive_summary_history where month < (select nlq.first_hot_month())
    union all
    select org_id, month, region, revenue, revenue_previous_month, growth_pct, transactions, unique_customers, average_basket, top_store_id
    from scout_private.platinum_executive_summary_hot where month >= (select nlq.first_hot_month());
create view scout.platinum_executive_summary with (security_barrier) as
    select g.org_id, g.month, g.region, g.revenue, g.revenue_previous_month, g.growth_pct, g.transactions, g.unique_customers, g.average_basket, g.top_store_id
    from scout_private.platinum_executive_summary as g
    where current_user = 'nlq_federation'
        or (g.org_id = (select nlq.claim_org()) and ((select nlq.every_region()) or g.region = any ((select nlq.claim_regions())::text[])));

-- What the service's two accounts may read: what is published, and nothing else.
grant usage on schema scout, nlq to nlq_reader, nlq_federation;
grant select on scout.regions, scout.dim_calendar, scout.dim_product, scout.dim_store, scout.dim_customer,
    scout.silver_transactions_cleaned, scout.silver_transaction_items, scout.gold_daily_aggregates, scout.gold_product_daily,
    scout.gold_regional_performance, scout.gold_business_metrics, scout.platinum_executive_summary
    to nlq_reader, nlq_federation;
grant select on nlq.tier_watermark to nlq_reader, nlq_federation;  -- the views read it for whoever asks
grant select on nlq.dataset_versions, nlq.checked_equalities to nlq_reader;
grant insert on nlq.query_performance_log to nlq_reader;

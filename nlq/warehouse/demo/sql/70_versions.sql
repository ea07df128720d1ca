-- What each partition is and what it was built from. A partition's content follows from the generator, its seed and scale alone,
-- so a hash of these names it as well as a hash over its rows would, and costs nothing. The lines of a month are loaded with
-- their sales and carry the version of them.
INSERT INTO nlq.dataset_versions
WITH partition AS (
    SELECT 'regions' AS dataset, NULL AS org_id, NULL AS month, count(*) AS row_count, NULL AS first_date, NULL AS last_date
    FROM scout.regions
    UNION ALL SELECT 'dim_calendar', NULL, NULL, count(*), min(date_key), max(date_key) FROM scout.dim_calendar
    UNION ALL SELECT 'dim_product', NULL, NULL, count(*), NULL, NULL FROM scout.dim_product
    UNION ALL SELECT 'dim_store', org_id, NULL, count(*), NULL, NULL FROM scout.dim_store GROUP BY ALL
    UNION ALL SELECT 'dim_customer', org_id, NULL, count(*), NULL, NULL FROM scout.dim_customer GROUP BY ALL
    UNION ALL SELECT dataset, org_id, date_trunc('month', day), sum(row_count), min(day), max(day) FROM (
        SELECT 'bronze_ingestion_batches' AS dataset, org_id, CAST(timezone('Asia/Manila', ingested_at) AS DATE) AS day, count(*) AS row_count
        FROM scout.bronze_ingestion_batches GROUP BY ALL
        UNION ALL SELECT 'bronze_transactions_raw', org_id, CAST(timezone('Asia/Manila', ingested_at) AS DATE), count(*)
        FROM scout.bronze_transactions_raw GROUP BY ALL
        UNION ALL SELECT 'bronze_dead_letters', d.org_id, CAST(timezone('Asia/Manila', b.ingested_at) AS DATE), count(*)
        FROM scout.bronze_dead_letters AS d JOIN scout.bronze_ingestion_batches AS b USING (batch_id) GROUP BY ALL
        -- By day first: the month of a thousand days is cheaper to find than that of each row.
        UNION ALL SELECT 'silver_transactions_cleaned', org_id, date_key, count(*) FROM scout.silver_transactions_cleaned GROUP BY ALL
        UNION ALL SELECT 'silver_transaction_items', org_id, date_key, count(*) FROM scout.silver_transaction_items GROUP BY ALL
        UNION ALL SELECT 'gold_daily_aggregates', org_id, date_key, count(*) FROM scout.gold_daily_aggregates GROUP BY ALL
        UNION ALL SELECT 'gold_product_daily', org_id, date_key, count(*) FROM scout.gold_product_daily GROUP BY ALL
    ) GROUP BY ALL
    -- A month's table covers the days that its sales cover.
    UNION ALL SELECT dataset, m.org_id, m.month, row_count, first_date, last_date FROM (
        SELECT 'gold_regional_performance' AS dataset, org_id, month, count(*) AS row_count
        FROM scout.gold_regional_performance GROUP BY ALL
        UNION ALL SELECT 'gold_business_metrics', org_id, month, count(*) FROM scout.gold_business_metrics GROUP BY ALL
        UNION ALL SELECT 'platinum_executive_summary', org_id, month, count(*) FROM scout.platinum_executive_summary GROUP BY ALL
    ) AS m JOIN (
        SELECT org_id, CAST(date_trunc('month', date_key) AS DATE) AS month, min(date_key) AS first_date, max(date_key) AS last_date
        FROM scout.gold_daily_aggregates GROUP BY ALL
    ) AS d ON d.org_id = m.org_id AND d.month = m.month
), typed AS (
    SELECT dataset, org_id, CAST(month AS DATE) AS month, CAST(row_count AS BIGINT) AS row_count, CAST(first_date AS DATE) AS first_date,
        CAST(last_date AS DATE) AS last_date, concat_ws('|', $generator_hash, $seed, $scale, org_id, CAST(month AS DATE)) AS content
    FROM partition
)
SELECT dataset, org_id, month,
    left(md5(CASE dataset WHEN 'silver_transaction_items' THEN 'silver_transactions_cleaned' ELSE dataset END || '|' || content), 16),
    row_count, first_date, last_date,
    CASE WHEN dataset LIKE 'gold%' OR dataset LIKE 'platinum%' THEN left(md5('silver_transactions_cleaned|' || content), 16) END,
    TIMESTAMPTZ '2026-11-15 15:59:59+00'
FROM typed ORDER BY dataset, org_id, month;

-- Are the live lines of each month worth what its live sales are? Only then may revenue be cut by product.
INSERT INTO nlq.checked_equalities
WITH sales AS (
    SELECT org_id, CAST(date_trunc('month', date_key) AS DATE) AS month, sum(revenue) AS revenue FROM (
        SELECT org_id, date_key, sum(peso_value) AS revenue FROM scout.silver_transactions_cleaned
        WHERE deleted_at IS NULL GROUP BY ALL
    ) GROUP BY ALL
), lines AS (
    SELECT org_id, CAST(date_trunc('month', date_key) AS DATE) AS month, sum(revenue) AS revenue FROM (
        SELECT i.org_id, i.date_key, sum(i.line_value) AS revenue FROM scout.silver_transaction_items AS i
        WHERE (i.org_id, i.transaction_id) IN (
            SELECT (org_id, transaction_id) FROM scout.silver_transactions_cleaned WHERE deleted_at IS NULL)
        GROUP BY ALL
    ) GROUP BY ALL
)
SELECT 'revenue', coalesce(s.org_id, l.org_id), coalesce(s.month, l.month), s.revenue IS NOT DISTINCT FROM l.revenue
FROM sales AS s FULL JOIN lines AS l ON l.org_id = s.org_id AND l.month = s.month
ORDER BY ALL;

INSERT INTO nlq.demo VALUES ($scale, $seed, $schema_version, $generator_hash);

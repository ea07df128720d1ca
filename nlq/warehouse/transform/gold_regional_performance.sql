-- Each tenant's month in a region.
SELECT
    org_id,
    CAST(DATE_TRUNC('month', date_key) AS DATE) AS month,
    region,
    CAST(SUM(peso_value) AS DECIMAL(38, 2)) AS revenue,
    COUNT(*) AS transactions,
    COUNT(DISTINCT store_id) AS active_stores,
    COUNT(DISTINCT customer_id) AS unique_customers
FROM scout.silver_transactions_cleaned
WHERE deleted_at IS NULL AND date_key >= :since AND date_key < :until
GROUP BY org_id, CAST(DATE_TRUNC('month', date_key) AS DATE), region

-- Each store's day: only where it sold something. Deleted sales count nowhere.
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
WHERE deleted_at IS NULL AND date_key >= :since AND date_key < :until
GROUP BY org_id, date_key, store_id, region

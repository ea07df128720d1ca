-- Each store's month.
SELECT
    org_id,
    CAST(DATE_TRUNC('month', date_key) AS DATE) AS month,
    store_id,
    CAST(SUM(peso_value) AS DECIMAL(38, 2)) AS revenue,
    COUNT(*) AS transactions,
    COUNT(DISTINCT customer_id) AS unique_customers,
    CAST(SUM(peso_value) AS DOUBLE) / CAST(COUNT(*) AS DOUBLE) AS average_basket
FROM scout.silver_transactions_cleaned
WHERE deleted_at IS NULL AND date_key >= :since AND date_key < :until
GROUP BY org_id, CAST(DATE_TRUNC('month', date_key) AS DATE), store_id

-- Each tenant's month in a region for those who read one page: beside the month before it, with its best store. The month
-- before is the calendar's, not the row before: after a month without sales growth is null.
WITH store_month AS (
    SELECT
        org_id,
        CAST(DATE_TRUNC('month', date_key) AS DATE) AS month,
        region,
        store_id,
        SUM(daily_revenue) AS revenue
    FROM scout.gold_daily_aggregates
    WHERE date_key >= :since AND date_key < :until
    GROUP BY org_id, CAST(DATE_TRUNC('month', date_key) AS DATE), region, store_id
), ranked AS (
    SELECT
        org_id,
        month,
        region,
        store_id,
        ROW_NUMBER() OVER (PARTITION BY org_id, month, region ORDER BY revenue DESC, store_id ASC) AS place
    FROM store_month
)
SELECT
    g.org_id,
    g.month,
    g.region,
    g.revenue,
    p.revenue AS revenue_previous_month,
    CAST(g.revenue - p.revenue AS DOUBLE) / NULLIF(CAST(p.revenue AS DOUBLE), 0) AS growth_pct,
    g.transactions,
    g.unique_customers,
    CAST(g.revenue AS DOUBLE) / NULLIF(CAST(g.transactions AS DOUBLE), 0) AS average_basket,
    r.store_id AS top_store_id
FROM scout.gold_regional_performance AS g
LEFT JOIN scout.gold_regional_performance AS p
    ON p.org_id = g.org_id AND p.region = g.region AND p.month = CAST(g.month - INTERVAL '1' MONTH AS DATE)
LEFT JOIN ranked AS r
    ON r.org_id = g.org_id AND r.month = g.month AND r.region = g.region AND r.place = 1
WHERE g.month >= :since AND g.month < :until

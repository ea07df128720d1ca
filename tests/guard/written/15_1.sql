SELECT
    s.store_id,
    s.store_name,
    s.city,
    sum(g.daily_revenue) AS revenue,
    sum(g.transactions) AS transactions
FROM gold_daily_aggregates AS g
JOIN dim_store AS s
    ON s.org_id = g.org_id
    AND s.store_id = g.store_id
WHERE g.region = 'NCR'
    AND g.date_key >= date_trunc('quarter', current_date)
GROUP BY s.org_id, s.store_id, s.store_name, s.city
ORDER BY revenue DESC
LIMIT 10

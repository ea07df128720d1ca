SELECT
    extract(hour FROM t.occurred_at) AS hour_of_day,
    count(*) AS transactions,
    sum(t.peso_value) AS revenue,
    round(avg(t.peso_value), 2) AS average_basket,
    round(avg(t.basket_size), 2) AS items_per_transaction
FROM silver_transactions_cleaned t
JOIN dim_calendar c
    ON c.date_key = t.date_key
WHERE t.deleted_at IS NULL
    AND c.is_weekend = true
    AND t.date_key >= current_date - INTERVAL '90' DAY
GROUP BY extract(hour FROM t.occurred_at)
HAVING count(*) >= 20
ORDER BY hour_of_day

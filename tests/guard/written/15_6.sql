SELECT
    s.store_type,
    sum(CASE WHEN t.payment_method = 'cash' THEN 1 ELSE 0 END) AS cash_sales,
    sum(CASE WHEN t.payment_method <> 'cash' THEN 1 ELSE 0 END) AS cashless_sales,
    round(
        100.0 * sum(CASE WHEN t.payment_method <> 'cash' THEN t.peso_value ELSE 0 END)
        / nullif(sum(t.peso_value), 0), 1
    ) AS cashless_revenue_pct
FROM silver_transactions_cleaned AS t
JOIN dim_store AS s
    ON s.org_id = t.org_id AND s.store_id = t.store_id
WHERE t.deleted_at IS NULL
    AND t.date_key >= date_trunc('month', current_date) - INTERVAL '1' MONTH
    AND t.date_key < date_trunc('month', current_date)
GROUP BY s.store_type
ORDER BY cashless_revenue_pct DESC

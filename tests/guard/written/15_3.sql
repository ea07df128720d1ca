SELECT
    p.brand,
    p.category,
    sum(i.quantity) AS units,
    sum(i.line_value) AS revenue,
    round(sum(i.line_value) / nullif(sum(i.quantity), 0), 2) AS price_per_unit
FROM silver_transaction_items i
JOIN silver_transactions_cleaned t ON t.org_id = i.org_id AND t.transaction_id = i.transaction_id
JOIN dim_store s ON s.org_id = t.org_id AND s.store_id = t.store_id
JOIN dim_product p ON p.product_id = i.product_id
WHERE t.deleted_at IS NULL
  AND s.province = 'Cebu'
  AND t.date_key >= date_trunc('quarter', current_date)
GROUP BY p.brand, p.category
ORDER BY revenue DESC
LIMIT 5

SELECT
    s.org_id,
    s.store_id,
    s.store_name,
    s.store_type,
    r.short_name AS region,
    max(g.date_key) AS last_sale_on
FROM dim_store s
JOIN regions r ON r.region_code = s.region
LEFT JOIN gold_daily_aggregates g
    ON g.org_id = s.org_id
    AND g.store_id = s.store_id
WHERE s.closed_on IS NULL
GROUP BY s.org_id, s.store_id, s.store_name, s.store_type, r.short_name
HAVING coalesce(max(g.date_key), DATE '1900-01-01') < current_date - INTERVAL '14' DAY
ORDER BY last_sale_on

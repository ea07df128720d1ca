WITH last_month AS (
    SELECT
        b.org_id,
        b.store_id,
        b.revenue,
        b.transactions,
        b.unique_customers
    FROM gold_business_metrics b
    WHERE b.month = date_trunc('month', current_date) - INTERVAL '1' MONTH
),
previous_month AS (
    SELECT
        b.org_id,
        b.store_id,
        b.revenue,
        b.transactions
    FROM gold_business_metrics b
    WHERE b.month = date_trunc('month', current_date) - INTERVAL '2' MONTH
),
year_ago AS (
    SELECT
        b.org_id,
        b.store_id,
        b.revenue
    FROM gold_business_metrics b
    WHERE b.month = date_trunc('month', current_date) - INTERVAL '13' MONTH
),
scorecard AS (
    SELECT
        s.org_id,
        s.store_id,
        s.store_name,
        s.store_type,
        r.short_name AS region_name,
        coalesce(lm.revenue, 0) AS revenue,
        coalesce(lm.transactions, 0) AS transactions,
        coalesce(lm.unique_customers, 0) AS unique_customers,
        pm.revenue AS revenue_previous_month,
        ya.revenue AS revenue_year_ago,
        lm.revenue / nullif(lm.transactions, 0) AS average_basket,
        pm.revenue / nullif(pm.transactions, 0) AS average_basket_previous_month
    FROM dim_store s
    JOIN regions r ON r.region_code = s.region
    LEFT JOIN last_month lm
        ON lm.org_id = s.org_id
        AND lm.store_id = s.store_id
    LEFT JOIN previous_month pm
        ON pm.org_id = s.org_id
        AND pm.store_id = s.store_id
    LEFT JOIN year_ago ya
        ON ya.org_id = s.org_id
        AND ya.store_id = s.store_id
    WHERE s.closed_on IS NULL
)
SELECT
    sc.region_name,
    sc.store_id,
    sc.store_name,
    sc.store_type,
    sc.revenue,
    sc.transactions,
    sc.unique_customers,
    round(sc.average_basket, 2) AS average_basket,
    round(sc.average_basket - sc.average_basket_previous_month, 2) AS basket_change,
    round(100.0 * (sc.revenue - sc.revenue_previous_month)
        / nullif(sc.revenue_previous_month, 0), 1) AS mom_growth_pct,
    round(100.0 * (sc.revenue - sc.revenue_year_ago)
        / nullif(sc.revenue_year_ago, 0), 1) AS yoy_growth_pct,
    rank() OVER (PARTITION BY sc.region_name ORDER BY sc.revenue DESC) AS rank_in_region,
    CASE
        WHEN sc.revenue = 0 THEN 'no sales'
        WHEN sc.revenue_year_ago IS NULL THEN 'new store'
        WHEN sc.revenue >= sc.revenue_previous_month
            AND sc.revenue >= sc.revenue_year_ago THEN 'growing'
        WHEN sc.revenue < sc.revenue_previous_month
            AND sc.revenue < sc.revenue_year_ago THEN 'declining'
        ELSE 'mixed'
    END AS status
FROM scorecard sc
ORDER BY sc.region_name, rank_in_region

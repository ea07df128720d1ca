WITH store_sales AS (
    SELECT
        s.store_type,
        s.region,
        sum(CASE WHEN g.date_key >= date_trunc('year', current_date) THEN g.daily_revenue ELSE 0 END) AS revenue,
        sum(CASE WHEN g.date_key < current_date - INTERVAL '1' YEAR THEN g.daily_revenue ELSE 0 END) AS revenue_last_year
    FROM gold_daily_aggregates g
    JOIN dim_store s
        ON s.org_id = g.org_id
        AND s.store_id = g.store_id
    WHERE g.date_key >= date_trunc('year', current_date) - INTERVAL '1' YEAR
        AND g.date_key < current_date
    GROUP BY s.store_type, s.region
),
product_sales AS (
    SELECT
        p.category,
        p.brand,
        sum(CASE WHEN g.date_key >= date_trunc('year', current_date) THEN g.line_value ELSE 0 END) AS revenue,
        sum(CASE WHEN g.date_key < current_date - INTERVAL '1' YEAR THEN g.line_value ELSE 0 END) AS revenue_last_year
    FROM gold_product_daily g
    JOIN dim_product p ON p.product_id = g.product_id
    WHERE g.date_key >= date_trunc('year', current_date) - INTERVAL '1' YEAR
        AND g.date_key < current_date
    GROUP BY p.category, p.brand
),
combined AS (
    SELECT
        1 AS section_order,
        'Island group' AS section,
        r.island_group AS item,
        sum(ss.revenue) AS revenue,
        sum(ss.revenue_last_year) AS revenue_last_year
    FROM store_sales ss
    JOIN regions r ON r.region_code = ss.region
    GROUP BY r.island_group
    UNION ALL
    SELECT
        2 AS section_order,
        'Store type' AS section,
        ss.store_type AS item,
        sum(ss.revenue) AS revenue,
        sum(ss.revenue_last_year) AS revenue_last_year
    FROM store_sales ss
    GROUP BY ss.store_type
    UNION ALL
    SELECT
        3 AS section_order,
        'Category' AS section,
        ps.category AS item,
        sum(ps.revenue) AS revenue,
        sum(ps.revenue_last_year) AS revenue_last_year
    FROM product_sales ps
    GROUP BY ps.category
    UNION ALL
    SELECT
        4 AS section_order,
        'Brand' AS section,
        ps.brand AS item,
        sum(ps.revenue) AS revenue,
        sum(ps.revenue_last_year) AS revenue_last_year
    FROM product_sales ps
    GROUP BY ps.brand
),
ranked AS (
    SELECT
        c.*,
        row_number() OVER (PARTITION BY c.section ORDER BY c.revenue DESC) AS section_rank,
        sum(c.revenue) OVER (PARTITION BY c.section) AS section_revenue
    FROM combined c
)
SELECT
    r.section,
    r.section_rank,
    r.item,
    r.revenue,
    r.revenue_last_year,
    round(100.0 * r.revenue / nullif(r.section_revenue, 0), 1) AS share_pct,
    round(100.0 * (r.revenue - r.revenue_last_year) / nullif(r.revenue_last_year, 0), 1) AS growth_pct
FROM ranked r
WHERE r.section_rank <= 10
ORDER BY r.section_order, r.section_rank

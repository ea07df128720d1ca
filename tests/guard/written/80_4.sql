WITH product_sales AS (
    SELECT
        g.product_id,
        sum(CASE WHEN g.date_key >= current_date - INTERVAL '90' DAY THEN g.line_value ELSE 0 END) AS revenue,
        sum(CASE WHEN g.date_key >= current_date - INTERVAL '90' DAY THEN g.quantity ELSE 0 END) AS units,
        sum(CASE WHEN g.date_key < current_date - INTERVAL '90' DAY THEN g.line_value ELSE 0 END) AS prior_revenue,
        sum(CASE WHEN g.date_key < current_date - INTERVAL '90' DAY THEN g.quantity ELSE 0 END) AS prior_units,
        count(DISTINCT g.region) AS regions_sold_in
    FROM gold_product_daily g
    WHERE g.date_key >= current_date - INTERVAL '180' DAY
        AND g.date_key < current_date
    GROUP BY g.product_id
),
catalogue AS (
    SELECT
        p.product_id,
        p.product_name,
        p.brand,
        p.category,
        p.unit_price,
        coalesce(ps.revenue, 0) AS revenue,
        coalesce(ps.units, 0) AS units,
        coalesce(ps.prior_revenue, 0) AS prior_revenue,
        coalesce(ps.prior_units, 0) AS prior_units,
        coalesce(ps.regions_sold_in, 0) AS regions_sold_in
    FROM dim_product p
    LEFT JOIN product_sales ps
        ON ps.product_id = p.product_id
),
ranked AS (
    SELECT
        c.product_id,
        c.product_name,
        c.brand,
        c.category,
        c.unit_price,
        c.revenue,
        c.units,
        c.prior_revenue,
        c.prior_units,
        c.regions_sold_in,
        row_number() OVER (PARTITION BY c.category ORDER BY c.revenue DESC, c.product_id) AS rank_in_category,
        sum(c.revenue) OVER (PARTITION BY c.category) AS category_revenue,
        sum(c.revenue) OVER (
            ORDER BY c.revenue DESC, c.product_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS running_revenue,
        sum(c.revenue) OVER () AS total_revenue
    FROM catalogue c
)
SELECT
    r.category,
    r.rank_in_category,
    r.product_id,
    r.product_name,
    r.brand,
    r.revenue,
    r.units,
    round(100.0 * r.revenue / nullif(r.category_revenue, 0), 2) AS share_of_category_pct,
    round(100.0 * r.running_revenue / nullif(r.total_revenue, 0), 2) AS cumulative_share_pct,
    CASE
        WHEN r.revenue = 0 THEN 'not selling'
        WHEN r.running_revenue <= 0.80 * r.total_revenue THEN 'A'
        WHEN r.running_revenue <= 0.95 * r.total_revenue THEN 'B'
        ELSE 'C'
    END AS abc_class,
    r.prior_revenue,
    round(100.0 * (r.revenue - r.prior_revenue) / nullif(r.prior_revenue, 0), 1) AS revenue_growth_pct,
    round(100.0 * (r.units - r.prior_units) / nullif(r.prior_units, 0), 1) AS units_growth_pct,
    round(r.revenue / nullif(r.units, 0), 2) AS average_selling_price,
    round(r.revenue / nullif(r.units, 0) - r.unit_price, 2) AS difference_from_list_price,
    r.regions_sold_in,
    CASE
        WHEN r.revenue = 0 AND r.prior_revenue > 0 THEN 'dropped out'
        WHEN r.revenue > 0 AND r.prior_revenue = 0 THEN 'new'
        WHEN r.revenue > 1.1 * r.prior_revenue THEN 'rising'
        WHEN r.revenue < 0.9 * r.prior_revenue THEN 'falling'
        ELSE 'stable'
    END AS trend
FROM ranked r
ORDER BY r.category, r.rank_in_category

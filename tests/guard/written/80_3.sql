WITH daily_category AS (
    SELECT
        g.date_key,
        r.island_group,
        p.category,
        sum(g.line_value) AS revenue,
        sum(g.quantity) AS units
    FROM gold_product_daily g
    JOIN dim_product p ON p.product_id = g.product_id
    JOIN regions r ON r.region_code = g.region
    WHERE g.date_key >= date_trunc('month', current_date) - INTERVAL '12' MONTH
      AND g.date_key < date_trunc('month', current_date)
    GROUP BY g.date_key, r.island_group, p.category
),
tagged AS (
    SELECT
        d.date_key,
        d.island_group,
        d.category,
        d.revenue,
        d.units,
        CASE
            WHEN c.is_holiday THEN 'holiday'
            WHEN c.is_payday THEN 'payday'
            WHEN c.is_weekend THEN 'weekend'
            ELSE 'ordinary day'
        END AS day_kind
    FROM daily_category d
    JOIN dim_calendar c ON c.date_key = d.date_key
),
averages AS (
    SELECT
        t.island_group,
        t.category,
        t.day_kind,
        count(DISTINCT t.date_key) AS days,
        sum(t.revenue) AS revenue,
        sum(t.units) AS units,
        sum(t.revenue) / count(DISTINCT t.date_key) AS revenue_per_day,
        sum(t.units) * 1.0 / count(DISTINCT t.date_key) AS units_per_day
    FROM tagged t
    GROUP BY t.island_group, t.category, t.day_kind
),
baseline AS (
    SELECT
        a.island_group,
        a.category,
        a.revenue_per_day,
        a.units_per_day
    FROM averages a
    WHERE a.day_kind = 'ordinary day'
),
uplift AS (
    SELECT
        a.island_group,
        a.category,
        a.day_kind,
        a.days,
        a.revenue_per_day,
        b.revenue_per_day AS ordinary_revenue_per_day,
        a.revenue_per_day / nullif(b.revenue_per_day, 0) - 1 AS revenue_uplift,
        a.units_per_day / nullif(b.units_per_day, 0) - 1 AS units_uplift
    FROM averages a
    JOIN baseline b
        ON b.island_group = a.island_group
        AND b.category = a.category
    WHERE a.day_kind <> 'ordinary day'
)
SELECT
    u.island_group,
    u.category,
    u.day_kind,
    u.days,
    round(u.revenue_per_day, 2) AS revenue_per_day,
    round(u.ordinary_revenue_per_day, 2) AS ordinary_revenue_per_day,
    round(100.0 * u.revenue_uplift, 1) AS revenue_uplift_pct,
    round(100.0 * u.units_uplift, 1) AS units_uplift_pct,
    rank() OVER (
        PARTITION BY u.island_group, u.day_kind
        ORDER BY u.revenue_uplift DESC
    ) AS uplift_rank
FROM uplift u
ORDER BY u.island_group, u.day_kind, uplift_rank

WITH monthly AS (
    SELECT month, sum(revenue) AS revenue, sum(transactions) AS transactions
    FROM gold_regional_performance
    GROUP BY month
)
SELECT
    month,
    revenue,
    transactions,
    revenue - lag(revenue) OVER (ORDER BY month) AS revenue_change,
    round(100.0 * (revenue / nullif(lag(revenue) OVER (ORDER BY month), 0) - 1), 1) AS growth_pct,
    sum(revenue) OVER (PARTITION BY extract(year FROM month) ORDER BY month) AS revenue_ytd
FROM monthly
WHERE month >= DATE '2024-01-01'
ORDER BY month

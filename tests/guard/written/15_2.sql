SELECT
    r.island_group,
    g.month,
    sum(g.revenue) AS revenue,
    sum(g.transactions) AS transactions,
    round(sum(g.revenue) / nullif(sum(g.transactions), 0), 2) AS average_basket,
    round(
        100.0 * sum(g.revenue) / sum(sum(g.revenue)) OVER (PARTITION BY g.month),
        1
    ) AS share_of_month_pct
FROM gold_regional_performance AS g
JOIN regions AS r
    ON r.region_code = g.region
WHERE g.month >= date_trunc('year', current_date)
GROUP BY r.island_group, g.month
ORDER BY g.month, revenue DESC

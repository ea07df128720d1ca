WITH monthly_payments AS (
    SELECT
        t.region,
        date_trunc('month', t.date_key) AS sales_month,
        t.payment_method,
        count(*) AS transactions,
        sum(t.peso_value) AS revenue
    FROM silver_transactions_cleaned t
    WHERE t.deleted_at IS NULL
        AND t.date_key >= date_trunc('month', current_date) - INTERVAL '6' MONTH
        AND t.date_key < date_trunc('month', current_date)
    GROUP BY
        t.region,
        date_trunc('month', t.date_key),
        t.payment_method
),
pivoted AS (
    SELECT
        mp.region,
        mp.sales_month,
        sum(mp.transactions) AS transactions,
        sum(mp.revenue) AS revenue,
        sum(CASE WHEN mp.payment_method = 'cash' THEN mp.revenue ELSE 0 END) AS cash_revenue,
        sum(CASE WHEN mp.payment_method = 'gcash' THEN mp.revenue ELSE 0 END) AS gcash_revenue,
        sum(CASE WHEN mp.payment_method = 'maya' THEN mp.revenue ELSE 0 END) AS maya_revenue,
        sum(CASE WHEN mp.payment_method = 'card' THEN mp.revenue ELSE 0 END) AS card_revenue,
        sum(CASE WHEN mp.payment_method <> 'cash' THEN mp.transactions ELSE 0 END) AS cashless_transactions,
        sum(CASE WHEN mp.payment_method = 'cash' THEN mp.transactions ELSE 0 END) AS cash_transactions
    FROM monthly_payments mp
    GROUP BY mp.region, mp.sales_month
),
shares AS (
    SELECT
        p.region,
        p.sales_month,
        p.transactions,
        p.revenue,
        100.0 * p.cash_revenue / nullif(p.revenue, 0) AS cash_pct,
        100.0 * p.gcash_revenue / nullif(p.revenue, 0) AS gcash_pct,
        100.0 * p.maya_revenue / nullif(p.revenue, 0) AS maya_pct,
        100.0 * p.card_revenue / nullif(p.revenue, 0) AS card_pct,
        100.0 * (p.revenue - p.cash_revenue) / nullif(p.revenue, 0) AS cashless_pct,
        (p.revenue - p.cash_revenue) / nullif(p.cashless_transactions, 0) AS cashless_basket,
        p.cash_revenue / nullif(p.cash_transactions, 0) AS cash_basket
    FROM pivoted p
),
trended AS (
    SELECT
        s.*,
        lag(s.cashless_pct) OVER (PARTITION BY s.region ORDER BY s.sales_month) AS previous_cashless_pct,
        first_value(s.cashless_pct) OVER (PARTITION BY s.region ORDER BY s.sales_month) AS first_cashless_pct
    FROM shares s
)
SELECT
    r.island_group,
    r.short_name AS region_name,
    t.sales_month,
    t.transactions,
    t.revenue,
    round(t.cash_pct, 1) AS cash_pct,
    round(t.gcash_pct, 1) AS gcash_pct,
    round(t.maya_pct, 1) AS maya_pct,
    round(t.card_pct, 1) AS card_pct,
    round(t.cashless_pct, 1) AS cashless_pct,
    round(t.cashless_pct - t.previous_cashless_pct, 1) AS change_on_month_points,
    round(t.cashless_pct - t.first_cashless_pct, 1) AS change_since_start_points,
    round(t.cash_basket, 2) AS cash_basket,
    round(t.cashless_basket, 2) AS cashless_basket,
    CASE
        WHEN t.previous_cashless_pct IS NULL THEN 'first month'
        WHEN t.cashless_pct - t.previous_cashless_pct >= 1 THEN 'moving to cashless'
        WHEN t.cashless_pct - t.previous_cashless_pct <= -1 THEN 'moving to cash'
        ELSE 'steady'
    END AS direction
FROM trended t
JOIN regions r
    ON r.region_code = t.region
ORDER BY r.island_group, r.short_name, t.sales_month

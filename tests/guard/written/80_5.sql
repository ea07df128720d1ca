WITH first_purchase AS (
    SELECT
        t.org_id,
        t.customer_id,
        date_trunc('month', min(t.date_key)) AS cohort_month
    FROM silver_transactions_cleaned t
    WHERE t.deleted_at IS NULL
      AND t.customer_id IS NOT NULL
    GROUP BY t.org_id, t.customer_id
),
monthly_activity AS (
    SELECT
        t.org_id,
        t.customer_id,
        date_trunc('month', t.date_key) AS activity_month,
        count(*) AS transactions,
        sum(t.peso_value) AS spend
    FROM silver_transactions_cleaned t
    WHERE t.deleted_at IS NULL
      AND t.customer_id IS NOT NULL
    GROUP BY
        t.org_id,
        t.customer_id,
        date_trunc('month', t.date_key)
),
cohort_activity AS (
    SELECT
        f.org_id,
        f.customer_id,
        f.cohort_month,
        (extract(year FROM m.activity_month) - extract(year FROM f.cohort_month)) * 12
            + extract(month FROM m.activity_month)
            - extract(month FROM f.cohort_month) AS months_since_first,
        m.transactions,
        m.spend
    FROM first_purchase f
    JOIN monthly_activity m
      ON m.org_id = f.org_id
     AND m.customer_id = f.customer_id
    WHERE f.cohort_month >= date_trunc('month', current_date) - INTERVAL '12' MONTH
),
cohort_size AS (
    SELECT
        f.cohort_month,
        count(*) AS customers
    FROM first_purchase f
    GROUP BY f.cohort_month
),
retention AS (
    SELECT
        ca.cohort_month,
        ca.months_since_first,
        count(*) AS active_customers,
        sum(ca.transactions) AS transactions,
        sum(ca.spend) AS spend
    FROM cohort_activity ca
    WHERE ca.months_since_first BETWEEN 0 AND 6
    GROUP BY ca.cohort_month, ca.months_since_first
)
SELECT
    r.cohort_month,
    cs.customers AS cohort_customers,
    r.months_since_first,
    r.active_customers,
    round(100.0 * r.active_customers / cs.customers, 1) AS retention_pct,
    round(
        100.0 * (r.active_customers - lag(r.active_customers) OVER (
            PARTITION BY r.cohort_month
            ORDER BY r.months_since_first
        )) / cs.customers,
        1
    ) AS change_in_points,
    round(1.0 * r.transactions / r.active_customers, 2) AS visits_per_active_customer,
    round(r.spend / r.active_customers, 2) AS spend_per_active_customer,
    round(sum(r.spend) OVER (
        PARTITION BY r.cohort_month
        ORDER BY r.months_since_first
    ) / cs.customers, 2) AS cumulative_spend_per_customer
FROM retention r
JOIN cohort_size cs
  ON cs.cohort_month = r.cohort_month
ORDER BY r.cohort_month, r.months_since_first

WITH customer_sales AS (
    SELECT
        t.org_id,
        t.customer_id,
        max(t.date_key) AS last_purchase_on,
        count(*) AS visits,
        sum(t.peso_value) AS spend,
        count(DISTINCT t.store_id) AS stores_visited
    FROM silver_transactions_cleaned AS t
    WHERE t.deleted_at IS NULL
        AND t.customer_id IS NOT NULL
        AND t.date_key >= current_date - INTERVAL '365' DAY
    GROUP BY t.org_id, t.customer_id
),
scored AS (
    SELECT
        cs.org_id,
        cs.customer_id,
        cs.last_purchase_on,
        cs.visits,
        cs.spend,
        cs.stores_visited,
        ntile(5) OVER (ORDER BY cs.last_purchase_on) AS recency_score,
        ntile(5) OVER (ORDER BY cs.visits) AS frequency_score,
        ntile(5) OVER (ORDER BY cs.spend) AS monetary_score
    FROM customer_sales AS cs
),
segmented AS (
    SELECT
        sc.org_id,
        sc.customer_id,
        sc.last_purchase_on,
        sc.visits,
        sc.spend,
        sc.stores_visited,
        CASE
            WHEN sc.recency_score >= 4 AND sc.frequency_score >= 4 AND sc.monetary_score >= 4
                THEN 'champions'
            WHEN sc.recency_score >= 3 AND sc.frequency_score >= 3
                THEN 'loyal'
            WHEN sc.recency_score >= 4 AND sc.frequency_score <= 2
                THEN 'recent'
            WHEN sc.recency_score <= 2 AND sc.monetary_score >= 4
                THEN 'big spenders at risk'
            WHEN sc.recency_score <= 2 AND sc.frequency_score >= 3
                THEN 'slipping away'
            WHEN sc.recency_score = 1
                THEN 'lost'
            ELSE 'occasional'
        END AS segment
    FROM scored AS sc
),
by_region AS (
    SELECT
        r.island_group,
        r.short_name AS region_name,
        sg.segment,
        count(*) AS customers,
        sum(sg.spend) AS spend,
        sum(sg.visits) AS visits,
        avg(sg.stores_visited) AS average_stores_visited,
        max(sg.last_purchase_on) AS latest_purchase_on
    FROM segmented AS sg
    JOIN dim_customer AS c
        ON c.org_id = sg.org_id
        AND c.customer_id = sg.customer_id
    JOIN regions AS r
        ON r.region_code = c.region
    GROUP BY r.island_group, r.short_name, sg.segment
)
SELECT
    b.island_group,
    b.region_name,
    b.segment,
    b.customers,
    round(100.0 * b.customers / sum(b.customers) OVER (PARTITION BY b.region_name), 1) AS customer_share_pct,
    b.spend,
    round(100.0 * b.spend / nullif(sum(b.spend) OVER (PARTITION BY b.region_name), 0), 1) AS spend_share_pct,
    round(b.spend / nullif(b.customers, 0), 2) AS spend_per_customer,
    round(b.spend / nullif(b.visits, 0), 2) AS average_basket,
    round(b.average_stores_visited, 1) AS average_stores_visited,
    b.latest_purchase_on
FROM by_region AS b
ORDER BY b.island_group, b.region_name, b.spend DESC

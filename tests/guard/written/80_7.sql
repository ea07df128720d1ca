WITH valid_sales AS (
    SELECT
        t.org_id,
        t.transaction_id,
        t.peso_value,
        s.store_type
    FROM silver_transactions_cleaned t
    JOIN dim_store s
        ON s.org_id = t.org_id
        AND s.store_id = t.store_id
    WHERE t.deleted_at IS NULL
        AND t.date_key >= current_date - INTERVAL '90' DAY
),
basket_categories AS (
    SELECT
        v.org_id,
        v.transaction_id,
        v.store_type,
        v.peso_value,
        p.category,
        sum(i.line_value) AS category_value
    FROM valid_sales v
    JOIN silver_transaction_items i
        ON i.org_id = v.org_id
        AND i.transaction_id = v.transaction_id
    JOIN dim_product p
        ON p.product_id = i.product_id
    GROUP BY v.org_id, v.transaction_id, v.store_type, v.peso_value, p.category
),
baskets AS (
    SELECT
        store_type,
        count(*) AS baskets
    FROM valid_sales
    GROUP BY store_type
),
category_counts AS (
    SELECT
        store_type,
        category,
        count(*) AS baskets
    FROM basket_categories
    GROUP BY store_type, category
),
pairs AS (
    SELECT
        a.store_type,
        a.category AS category_a,
        b.category AS category_b,
        count(*) AS baskets_together,
        avg(a.category_value + b.category_value) AS average_pair_value,
        avg(a.peso_value) AS average_basket
    FROM basket_categories a
    JOIN basket_categories b
        ON b.org_id = a.org_id
        AND b.transaction_id = a.transaction_id
        AND b.category > a.category
    GROUP BY a.store_type, a.category, b.category
)
SELECT
    p.store_type,
    p.category_a,
    p.category_b,
    p.baskets_together,
    round(100.0 * p.baskets_together / n.baskets, 2) AS support_pct,
    round(100.0 * p.baskets_together / ca.baskets, 2) AS confidence_a_to_b_pct,
    round(100.0 * p.baskets_together / cb.baskets, 2) AS confidence_b_to_a_pct,
    round(1.0 * p.baskets_together * n.baskets / (ca.baskets * cb.baskets), 2) AS lift,
    round(p.average_pair_value, 2) AS average_pair_value,
    round(p.average_basket, 2) AS average_basket
FROM pairs p
JOIN baskets n
    ON n.store_type = p.store_type
JOIN category_counts ca
    ON ca.store_type = p.store_type
    AND ca.category = p.category_a
JOIN category_counts cb
    ON cb.store_type = p.store_type
    AND cb.category = p.category_b
WHERE p.baskets_together >= 50
ORDER BY p.store_type, lift DESC

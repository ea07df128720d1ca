-- Each product's day in a region. A sale with two lines of one product is one transaction: hence the two steps, which come to
-- COUNT(DISTINCT transaction_id) at half its price. A line counts where its sale does; region is the sale's.
SELECT
    org_id,
    date_key,
    region,
    product_id,
    CAST(SUM(quantity) AS BIGINT) AS quantity,
    CAST(SUM(line_value) AS DECIMAL(38, 2)) AS line_value,
    COUNT(*) AS transactions
FROM (
    SELECT
        t.org_id,
        t.date_key,
        t.region,
        t.transaction_id,
        i.product_id,
        SUM(i.quantity) AS quantity,
        SUM(i.line_value) AS line_value
    FROM scout.silver_transaction_items AS i
    INNER JOIN scout.silver_transactions_cleaned AS t ON t.org_id = i.org_id AND t.transaction_id = i.transaction_id
    WHERE t.deleted_at IS NULL
        AND t.date_key >= :since AND t.date_key < :until
        AND i.date_key >= :since AND i.date_key < :until
    GROUP BY t.org_id, t.date_key, t.region, t.transaction_id, i.product_id
) AS sold
GROUP BY org_id, date_key, region, product_id

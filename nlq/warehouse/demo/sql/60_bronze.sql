-- What arrived in the last 30 days: one batch a tenant and day, sent at half past ten in the evening.
CREATE OR REPLACE TEMP TABLE arrived AS
SELECT org_id, date_key, CAST(md5(org_id || ' ' || CAST(date_key AS VARCHAR)) AS UUID) AS batch_id,
    make_timestamptz((epoch(date_key)::BIGINT + 81000 - 28800) * 1000000) AS ingested_at
FROM (SELECT DISTINCT org_id, date_key FROM scout.silver_transactions_cleaned WHERE date_key > $as_of - 30);

INSERT INTO scout.bronze_ingestion_batches
SELECT a.batch_id, a.ingested_at, 'pos-' || a.org_id, a.org_id, count(*),
    CAST(json_object('date', CAST(a.date_key AS VARCHAR), 'stores', count(DISTINCT t.store_id), 'peso_value', CAST(sum(t.peso_value) AS VARCHAR)) AS JSON)
FROM arrived AS a JOIN scout.silver_transactions_cleaned AS t ON t.org_id = a.org_id AND t.date_key = a.date_key
GROUP BY a.batch_id, a.ingested_at, a.org_id, a.date_key
ORDER BY a.ingested_at, a.org_id;

-- The payload is as the till sent it: no region (the store has one), no deletion (that came later), local time with its offset.
INSERT INTO scout.bronze_transactions_raw
WITH line AS (
    SELECT org_id, transaction_id,
        list({'line_no': line_no, 'product_id': product_id, 'quantity': quantity, 'line_value': CAST(line_value AS VARCHAR)} ORDER BY line_no) AS items
    FROM scout.silver_transaction_items WHERE date_key > $as_of - 30
    GROUP BY org_id, transaction_id
)
SELECT a.batch_id, row_number() OVER (PARTITION BY a.batch_id ORDER BY t.transaction_id) AS line_no, t.org_id,
    CAST(to_json({'transaction_id': t.transaction_id, 'org_id': t.org_id, 'store_id': t.store_id, 'customer_id': t.customer_id,
        'occurred_at': strftime(make_timestamp(epoch_us(t.occurred_at) + 28800000000), '%Y-%m-%dT%H:%M:%S+08:00'),
        'peso_value': CAST(t.peso_value AS VARCHAR), 'payment_method': t.payment_method, 'items': l.items}) AS JSON),
    a.ingested_at
FROM scout.silver_transactions_cleaned AS t
JOIN line AS l ON l.org_id = t.org_id AND l.transaction_id = t.transaction_id
JOIN arrived AS a ON a.org_id = t.org_id AND a.date_key = t.date_key
WHERE t.date_key > $as_of - 30
ORDER BY a.ingested_at, t.org_id, line_no;

-- A handful of records that could not be taken in; two of them were mended since.
INSERT INTO scout.bronze_dead_letters
SELECT d.id, a.batch_id, d.org_id, CAST(d.payload AS JSON), d.error, d.attempts,
    CASE WHEN d.resolved_after_h IS NULL AND d.attempts < 5 THEN a.ingested_at + to_hours(CAST(1 << d.attempts AS INTEGER)) END,
    a.ingested_at + to_hours(d.resolved_after_h)
FROM (VALUES
    (1, 'tingi', 3, '{"store_id": "tingi-9999", "peso_value": "118.00"}', 'unknown_store: tingi-9999', 5, NULL),
    (2, 'tingi', 9, '{"store_id": "tingi-0007", "peso_value": "-42.00"}', 'negative_value: peso_value is -42.00', 5, NULL),
    (3, 'suki', 2, '{"store_id": "suki-0011", "occurred_at": "2026-13-01T10:00:00+08:00"}', 'bad_timestamp: occurred_at', 2, 8),
    (4, 'suki', 12, '{"store_id": "suki-0030", "payment_method": "cheque"}', 'unknown_payment_method: cheque', 5, NULL),
    (5, 'bodega', 1, '{"store_id": "bodega-0002", "items": []}', 'empty_basket: a sale needs a line', 3, NULL),
    (6, 'bodega', 5, '{"store_id": "bodega-0004", "items": [{"product_id": 9001}]}', 'unknown_product: 9001', 2, 20),
    (7, 'tingi', 0, '{"store_id": "tingi-0015", "peso_value": "75.50"}', 'total_mismatch: lines add up to 57.50', 1, NULL)
) AS d (id, org_id, days_ago, payload, error, attempts, resolved_after_h)
JOIN arrived AS a ON a.org_id = d.org_id AND a.date_key = $as_of - d.days_ago
ORDER BY d.id;

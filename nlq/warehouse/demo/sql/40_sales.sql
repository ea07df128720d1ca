-- The sales of the days from $since up to (not including) $until, whole months: first how many in each store and day, then who,
-- when and how, then the lines, and from the lines the amounts. transaction_id is the month and a number within it.
CREATE OR REPLACE TEMP TABLE chunk_store_day AS
WITH expected AS (
    SELECT s.*, d.date_key, d.day_no, d.season_no, r.digital, c.first_customer, c.customers, c.org_customers,
        s.store_key * 4096 + d.day_no AS key,
        s.sales_a_day * (0.7 + 0.3 * r.digital) * d.factor * $volume * 0.82
            * (1 + s.growth * (d.day_no / 365.25) + s.growth_squared * (d.day_no / 365.25) * (d.day_no / 365.25))
            -- A new store takes three months to find its custom.
            * CASE WHEN d.date_key - s.opened_on < 90 THEN 0.4 + (d.date_key - s.opened_on) / 150.0 ELSE 1 END AS sales
    FROM store_plan AS s
    JOIN day_demand AS d ON d.region = s.region
    JOIN region_bank AS r ON r.region_code = s.region
    JOIN customer_range AS c ON c.org_no = s.org_no AND c.region = s.region
    WHERE d.date_key >= $since AND d.date_key < $until
        AND d.date_key >= s.opened_on AND (s.closed_on IS NULL OR d.date_key <= s.closed_on)
), counted AS (
    SELECT *, CAST(floor(sales * (0.75 + 0.5 * share($seed, 201, key)) + share($seed, 202, key)) AS BIGINT) AS sold FROM expected
)
SELECT
    org_id, store_id, region, date_key, sold, CAST(line_spread AS UBIGINT) AS line_spread,
    year(date_key) * 1000000000 + month(date_key) * 10000000 + 1
        + CAST(sum(sold) OVER (PARTITION BY month(date_key), year(date_key) ORDER BY date_key, store_no ROWS UNBOUNDED PRECEDING) AS BIGINT) - sold
        AS first_id,
    CAST((kind_no * 3 + season_no) * 4096 AS INTEGER) AS slot_base,
    -- Midnight in Manila, which has no daylight saving, as microseconds since 1970 in UTC.
    (epoch(date_key)::BIGINT - 28800) * 1000000 AS midnight_us,
    first_customer, CAST(greatest(floor(customers * (0.45 + day_no / 1910.0)), 1) AS UBIGINT) AS home_customers,
    org_no * 10000000 + 1 AS org_first_customer, CAST(org_customers AS UBIGINT) AS org_customers,
    CAST(65536 * (0.17 + day_no * 0.0002) * digital * wallet_pull AS INTEGER) AS gcash_to,
    CAST(65536 * (0.04 + day_no * 0.00003) * digital * wallet_pull AS INTEGER) AS maya_share,
    CAST(65536 * card_share * digital AS INTEGER) AS card_share
FROM counted WHERE sold > 0
ORDER BY date_key, store_no;

CREATE OR REPLACE TEMP TABLE chunk_sale AS
WITH numbered AS (
    SELECT *, first_id + unnest(range(sold)) AS transaction_id FROM chunk_store_day
), drawn AS (
    SELECT *, draw($seed, 301, transaction_id) AS a, draw($seed, 302, transaction_id) AS b, draw($seed, 303, transaction_id) AS c
    FROM numbered
)
SELECT transaction_id, org_id, store_id, region, date_key, slot_base,
    -- 35 in a hundred are walk-ins; of the others some shop away from home. The square makes regulars.
    CASE
        WHEN a & 255 < 90 THEN NULL
        WHEN a & 255 < 101 THEN org_first_customer + CAST((a >> 16) * org_customers >> 16 AS BIGINT)
        ELSE first_customer + CAST(((a >> 16) * (a >> 16) >> 16) * home_customers >> 16 AS BIGINT)
    END AS customer_id,
    -- A quarter comes in the morning from six on; the others from one o'clock to ten in the evening, most about six.
    make_timestamptz(midnight_us + 1000000 * CAST(CASE
        WHEN b & 255 < 66 THEN 21600 + ((b >> 16) * 25200 >> 16)
        ELSE 46800 + (((b >> 16) + (c & 65535)) * 32400 >> 17)
    END AS BIGINT)) AS occurred_at,
    CASE
        WHEN c >> 16 < gcash_to THEN 'gcash'
        WHEN c >> 16 < gcash_to + maya_share THEN 'maya'
        WHEN c >> 16 < gcash_to + maya_share + card_share THEN 'card'
        ELSE 'cash'
    END AS payment_method,
    -- Seven in a thousand were taken back within three days.
    a >> 8 & 1023 < 7 AS is_deleted,
    CAST(1 + ((b >> 8 & 255) * (b >> 8 & 255) * line_spread >> 16) AS BIGINT) AS lines
FROM drawn;

INSERT INTO scout.silver_transaction_items
WITH numbered AS (
    SELECT transaction_id, org_id, date_key, slot_base, unnest(range(1, lines + 1)) AS line_no FROM chunk_sale
), drawn AS (
    SELECT *, draw($seed, 401, transaction_id * 16 + line_no) AS a FROM numbered
), picked AS (
    SELECT transaction_id, line_no, org_id, date_key, p.product_id, p.unit_price,
        CAST(1 + ((a >> 24) * (a >> 24) * CAST(p.piece_spread AS UBIGINT) >> 16) AS BIGINT) AS quantity
    FROM drawn JOIN line_pick AS p ON p.slot_key = slot_base + CAST(a & 4095 AS INTEGER)
)
SELECT transaction_id, line_no, org_id, date_key, product_id, quantity,
    CAST(quantity * unit_price AS DECIMAL(12, 2)) AS line_value
FROM picked;

INSERT INTO scout.silver_transactions_cleaned
SELECT transaction_id, org_id, store_id, customer_id, date_key, occurred_at, region,
    peso_value, basket_size, payment_method,
    CASE WHEN is_deleted THEN least(
        to_timestamp(epoch(occurred_at) + 600 + pick($seed, 304, transaction_id, 259200)), TIMESTAMPTZ '2026-11-15 15:59:59+00') END
FROM chunk_sale
JOIN (
    SELECT transaction_id, CAST(sum(line_value) AS DECIMAL(12, 2)) AS peso_value, CAST(sum(quantity) AS BIGINT) AS basket_size
    FROM scout.silver_transaction_items WHERE date_key >= $since AND date_key < $until
    GROUP BY transaction_id
) USING (transaction_id);

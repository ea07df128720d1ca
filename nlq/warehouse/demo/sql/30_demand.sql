-- What is bought: 4096 slots for each type of store and season, filled by weight. A line draws a slot. Whole numbers throughout.
CREATE OR REPLACE TEMP TABLE line_pick AS
WITH season AS (
    SELECT * FROM (VALUES (0, 'other'), (1, 'ber_months'), (2, 'summer')) AS t (season_no, season)
), weighted AS (
    SELECT kind_no, season_no, product_id, unit_price, piece_spread,
        CAST(popularity * 100 AS BIGINT)
            * CASE kind_no WHEN 1 THEN sari_sari WHEN 2 THEN minimart WHEN 3 THEN convenience ELSE supermarket END
            * CAST(100 * CASE season_no WHEN 1 THEN ber_months WHEN 2 THEN summer ELSE 1 END AS BIGINT) * 1000
            -- Households stock up in supermarkets, so big packs are as likely there as sachets are at the corner.
            * CASE WHEN kind_no = 4 AND unit_price >= 40 THEN 5 WHEN kind_no IN (2, 3) AND unit_price >= 40 THEN 2 ELSE 1 END
            // sum(CAST(popularity * 100 AS BIGINT)) OVER (PARTITION BY kind_no, season_no, category) AS weight
    FROM product_bank JOIN category_bank USING (category) CROSS JOIN store_kind CROSS JOIN season
), bounded AS (
    SELECT *,
        sum(weight) OVER (PARTITION BY kind_no, season_no ORDER BY product_id) AS up_to,
        sum(weight) OVER (PARTITION BY kind_no, season_no) AS total
    FROM weighted
), slotted AS (
    SELECT kind_no, season_no, product_id, unit_price, piece_spread,
        unnest(range(CAST((up_to - weight) * 4096 // total AS BIGINT), CAST(up_to * 4096 // total AS BIGINT))) AS slot
    FROM bounded
)
SELECT CAST((kind_no * 3 + season_no) * 4096 + slot AS INTEGER) AS slot_key, product_id, unit_price,
    CAST(CASE WHEN unit_price < 15 THEN piece_spread + 2 WHEN unit_price < 70 THEN piece_spread ELSE 1 END AS INTEGER) AS piece_spread
FROM slotted;

-- How much is bought: what a day multiplies a region's expected sales by.
CREATE OR REPLACE TEMP TABLE day_demand AS
WITH felt AS (
    -- ORDER BY: a product of doubles depends on the order of its factors.
    SELECT date_key, region_code, product(factor ORDER BY event) AS factor
    FROM scout.dim_calendar CROSS JOIN region_bank
    JOIN event_bank ON date_key BETWEEN first_day AND last_day AND (region IS NULL OR region = region_code)
    GROUP BY date_key, region_code
)
SELECT c.date_key, r.region_code AS region, coalesce(f.factor, 1)
    * [0.92, 0.93, 0.98, 1.00, 1.04, 0.97, 0.93, 0.94, 1.02, 1.06, 1.13, 1.30][month(c.date_key)]
    * [0.92, 0.94, 0.95, 0.97, 1.08, 1.18, 1.12][c.day_of_week]
    * CASE
        WHEN c.is_payday THEN 1.24
        WHEN day(c.date_key) IN (1, 16) THEN 1.18
        WHEN day(c.date_key) IN (13, 14) OR last_day(c.date_key) - c.date_key IN (1, 2) THEN 0.91  -- petsa de peligro
        ELSE 1 END AS factor,
    CASE c.season WHEN 'ber_months' THEN 1 WHEN 'summer' THEN 2 ELSE 0 END AS season_no,
    CAST(c.date_key - DATE '2024-01-01' AS INTEGER) AS day_no
FROM scout.dim_calendar AS c
CROSS JOIN region_bank AS r
LEFT JOIN felt AS f ON f.date_key = c.date_key AND f.region_code = r.region_code
WHERE c.date_key <= DATE '2026-11-15';

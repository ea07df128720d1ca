INSERT INTO scout.regions
SELECT region_code, psgc_code, region_name, short_name, island_group, languages, timezone FROM region_bank ORDER BY region_no;

INSERT INTO scout.dim_calendar
SELECT
    day, CAST(day - CAST(isodow(day) - 1 AS INTEGER) AS DATE), CAST(date_trunc('month', day) AS DATE),
    CAST(date_trunc('quarter', day) AS DATE), year(day), isodow(day), isodow(day) >= 6,
    day(day) = 15 OR day = last_day(day), holiday_name IS NOT NULL, holiday_name,
    CASE
        WHEN month(day) >= 9 THEN 'ber_months'
        WHEN month(day) BETWEEN 3 AND 5 THEN 'summer'
        WHEN month(day) BETWEEN 6 AND 8 THEN 'rainy'
        ELSE 'other'
    END
FROM (SELECT CAST(day AS DATE) AS day FROM range(DATE '2024-01-01', DATE '2027-01-01', INTERVAL 1 DAY) AS t (day))
LEFT JOIN holiday_bank ON date_key = day
ORDER BY day;

INSERT INTO scout.dim_product
SELECT product_id, product_name, brand, category, unit_price FROM product_bank ORDER BY product_id;

-- One row a store, with what only the generator knows of it. store_no numbers all stores, rank_* count a tenant's stores.
-- Above scale 1 a city has more stores; up to scale 1 the stores are the same, whatever the scale.
CREATE OR REPLACE TEMP TABLE store_plan AS
WITH counted AS (
    SELECT city_no, region, province, city, latitude, longitude, spread, org_no, org_id, sign, growth, growth_squared,
        CASE org_no WHEN 1 THEN tingi WHEN 2 THEN suki ELSE bodega END AS stores
    FROM city_bank CROSS JOIN tenant
), placed AS (
    SELECT *, unnest(range(CAST(round(stores * $store_factor) AS BIGINT))) AS rank_in_city FROM counted
), numbered AS (
    SELECT *,
        row_number() OVER (ORDER BY org_no, city_no, rank_in_city) AS store_no,
        row_number() OVER (PARTITION BY org_no ORDER BY city_no, rank_in_city) AS rank_in_tenant,
        row_number() OVER (PARTITION BY org_no, region ORDER BY city_no, rank_in_city) AS rank_in_region
    FROM placed
), drawn AS (
    -- Keyed by what a store is, not by its number, so that a bigger scale adds stores and leaves the others as they are.
    SELECT *, city_no * 100000 + org_no * 10000 + rank_in_city AS store_key FROM numbered
), typed AS (
    SELECT drawn.*, k.* FROM drawn
    JOIN store_kind AS k ON pick($seed, 101, store_key, 100) >= CASE org_no WHEN 1 THEN tingi_from WHEN 2 THEN suki_from ELSE bodega_from END
        AND pick($seed, 101, store_key, 100) < CASE org_no WHEN 1 THEN tingi_to WHEN 2 THEN suki_to ELSE bodega_to END
), named AS (
    SELECT typed.*,
        row_number() OVER (PARTITION BY org_no, city_no, store_type ORDER BY rank_in_city) - 1 AS rank_of_kind,
        (SELECT count(*) FROM store_name_bank AS b WHERE b.store_type = typed.store_type) AS names
    FROM typed
)
SELECT store_no, store_key, org_id || '-' || lpad(CAST(rank_in_tenant AS VARCHAR), 4, '0') AS store_id, org_no, org_id, kind_no, named.store_type,
    region, province, city, growth, growth_squared, line_spread, piece_spread, card_share, wallet_pull,
    -- The fourth store of one tenant and type in a city carries the first one's name, as happens with franchises.
    replace(replace(b.pattern, '{city}', city), '{tenant}', sign) AS store_name,
    latitude + spread * (share($seed, 102, store_key) - 0.5) * 1.4 AS latitude,
    longitude + spread * (share($seed, 103, store_key) - 0.5) * 1.4 AS longitude,
    sales_a_day * (0.55 + share($seed, 104, store_key) * (0.6 + 0.6 * share($seed, 105, store_key))) AS sales_a_day,
    -- A tenant's first store in a region is old and stays, so that every tenant is in its regions at all times.
    CASE WHEN rank_in_region > 1 AND pick($seed, 106, store_key, 100) < 17
        THEN DATE '2024-02-01' + CAST(pick($seed, 107, store_key, 990) AS INTEGER)
        ELSE DATE '2012-01-15' + CAST(pick($seed, 108, store_key, 4300) AS INTEGER) END AS opened_on,
    CASE WHEN rank_in_region > 1 AND pick($seed, 106, store_key, 100) >= (CASE org_no WHEN 3 THEN 84 ELSE 96 END)
        THEN DATE '2024-09-30' + CAST(pick($seed, 109, store_key, 730) AS INTEGER) END AS closed_on
FROM named
JOIN store_name_bank AS b ON b.store_type = named.store_type
    AND b.name_no = ((CASE rank_of_kind WHEN 3 THEN 0 ELSE rank_of_kind END) + pick($seed, 110, city_no * 10 + org_no, names)) % names
ORDER BY store_no;

INSERT INTO scout.dim_store
SELECT store_id, org_id, store_name, store_type, region, province, city, round(latitude, 5), round(longitude, 5),
    'POINT(' || CAST(CAST(round(longitude, 5) AS DECIMAL(9, 5)) AS VARCHAR) || ' '
        || CAST(CAST(round(latitude, 5) AS DECIMAL(9, 5)) AS VARCHAR) || ')',
    opened_on, closed_on
FROM store_plan ORDER BY store_no;

-- Customers stand one after the other by tenant and home region, so a sale finds its customer by arithmetic, not by a join.
CREATE OR REPLACE TEMP TABLE customer_range AS
WITH counted AS (
    SELECT org_no, org_id, region_no, region, greatest(CAST(floor(count(*) * 170 * $volume) AS BIGINT), 6) AS customers
    FROM store_plan JOIN region_bank ON region_code = region
    GROUP BY ALL
)
SELECT org_no, org_id, region, customers,
    org_no * 10000000 + 1
        + CAST(coalesce(sum(customers) OVER (PARTITION BY org_no ORDER BY region_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS BIGINT)
        AS first_customer,
    CAST(sum(customers) OVER (PARTITION BY org_no) AS BIGINT) AS org_customers
FROM counted;

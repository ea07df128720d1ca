-- The data banks as temporary tables. Columns are read as text and cast here: '0100000000' is a code and no number.
CREATE OR REPLACE TEMP TABLE tenant AS
SELECT * FROM (VALUES
    -- tenant, its brand on the signs, growth: the linear and square terms of what a year multiplies its stores' trade by
    (1, 'tingi', 'Tingi', 0.105, 0.0055),
    (2, 'suki', 'Suki', -0.012, 0.0),
    (3, 'bodega', 'Bodega', -0.140, 0.0080)
) AS t (org_no, org_id, sign, growth, growth_squared);

-- How often each tenant has a store of a type, in hundredths, as bounds; and what a store of the type is like: sales a day,
-- spread of lines a sale and of pieces a line, share of card payments, pull of e-wallets.
CREATE OR REPLACE TEMP TABLE store_kind AS
SELECT * FROM (VALUES
    (1, 'sari-sari', 0, 70, 0, 0, 0, 0, 4.6, 3, 3, 0.000, 0.80),
    (2, 'minimart', 70, 95, 0, 20, 0, 25, 6.4, 4, 3, 0.030, 1.00),
    (3, 'convenience', 95, 100, 20, 95, 25, 35, 7.2, 4, 2, 0.060, 1.25),
    (4, 'supermarket', 100, 100, 95, 100, 35, 100, 10.5, 8, 5, 0.200, 1.00)
) AS t (kind_no, store_type, tingi_from, tingi_to, suki_from, suki_to, bodega_from, bodega_to,
        sales_a_day, line_spread, piece_spread, card_share, wallet_pull);

CREATE OR REPLACE TEMP TABLE region_bank AS
SELECT CAST(region_no AS BIGINT) AS region_no, region_code, psgc_code, region_name, short_name, island_group,
    string_split(languages, '|') AS languages, timezone, CAST(digital AS DOUBLE) AS digital
FROM read_csv($data_dir || '/regions.csv', header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE city_bank AS
SELECT row_number() OVER () AS city_no, region, province, city, CAST(latitude AS DOUBLE) AS latitude,
    CAST(longitude AS DOUBLE) AS longitude, CAST(spread AS DOUBLE) AS spread, CAST(tingi AS BIGINT) AS tingi,
    CAST(suki AS BIGINT) AS suki, CAST(bodega AS BIGINT) AS bodega
FROM read_csv($data_dir || '/cities.csv', header = true, all_varchar = true, parallel = false);

CREATE OR REPLACE TEMP TABLE store_name_bank AS
SELECT store_type, CAST(name_no AS BIGINT) AS name_no, pattern
FROM read_csv($data_dir || '/store_names.csv', header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE first_name_bank AS
SELECT CAST(name_no AS BIGINT) AS name_no, name
FROM read_csv($data_dir || '/first_names.csv', header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE last_name_bank AS
SELECT CAST(name_no AS BIGINT) AS name_no, name
FROM read_csv($data_dir || '/last_names.csv', header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE category_bank AS
SELECT category, CAST(sari_sari AS BIGINT) AS sari_sari, CAST(minimart AS BIGINT) AS minimart,
    CAST(convenience AS BIGINT) AS convenience, CAST(supermarket AS BIGINT) AS supermarket,
    CAST(ber_months AS DECIMAL(6, 2)) AS ber_months, CAST(summer AS DECIMAL(6, 2)) AS summer
FROM read_csv($data_dir || '/categories.csv', header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE product_bank AS
SELECT CAST(product_id AS BIGINT) AS product_id, category, brand, product_name,
    CAST(unit_price AS DECIMAL(12, 2)) AS unit_price, CAST(popularity AS DECIMAL(8, 2)) AS popularity
FROM read_csv($data_dir || '/products.csv', header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE holiday_bank AS
SELECT CAST(date_key AS DATE) AS date_key, holiday_name
FROM read_csv($data_dir || '/holidays.csv', header = true, all_varchar = true);

-- An event without a region is felt everywhere.
CREATE OR REPLACE TEMP TABLE event_bank AS
SELECT event, nullif(region, '') AS region, CAST(first_day AS DATE) AS first_day, CAST(last_day AS DATE) AS last_day,
    CAST(factor AS DOUBLE) AS factor
FROM read_csv($data_dir || '/events.csv', header = true, all_varchar = true);

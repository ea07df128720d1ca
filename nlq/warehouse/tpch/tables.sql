-- The TPC-H schema from row numbers: every value is a function of its row's number and of a word that says which value it is.
CREATE SCHEMA tpch;

CREATE SCHEMA nlq;

CREATE MACRO draw(word, number, many) AS CAST(hash(word || '/' || CAST(number AS VARCHAR)) % CAST(many AS UBIGINT) AS BIGINT);

CREATE MACRO money(word, number, low, high) AS CAST(low + draw(word, number, (high - low) * 100 + 1) / 100.0 AS DECIMAL(15, 2));

CREATE TABLE tpch.region AS
SELECT CAST(n AS BIGINT) AS r_regionkey, ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'][n + 1] AS r_name
FROM range(5) AS t(n);

CREATE TABLE tpch.nation AS
SELECT CAST(n AS BIGINT) AS n_nationkey,
    ['ALGERIA', 'ARGENTINA', 'BRAZIL', 'CANADA', 'EGYPT', 'ETHIOPIA', 'FRANCE', 'GERMANY', 'INDIA', 'INDONESIA', 'IRAN', 'IRAQ', 'JAPAN',
     'JORDAN', 'KENYA', 'MOROCCO', 'MOZAMBIQUE', 'PERU', 'CHINA', 'ROMANIA', 'SAUDI ARABIA', 'VIETNAM', 'RUSSIA', 'UNITED KINGDOM',
     'UNITED STATES'][n + 1] AS n_name,
    CAST([0, 1, 1, 1, 4, 0, 3, 3, 2, 2, 4, 4, 2, 4, 0, 0, 0, 1, 2, 3, 4, 2, 3, 3, 1][n + 1] AS BIGINT) AS n_regionkey
FROM range(25) AS t(n);

CREATE TABLE tpch.supplier AS
SELECT n AS s_suppkey, printf('Supplier#%09d', n) AS s_name, draw('s_nation', n, 25) AS s_nationkey,
    money('s_acctbal', n, -999, 9999) AS s_acctbal
FROM range(1, getvariable('suppliers') + 1) AS t(n);

CREATE TABLE tpch.customer AS
SELECT n AS c_custkey, printf('Customer#%09d', n) AS c_name, draw('c_nation', n, 25) AS c_nationkey,
    money('c_acctbal', n, -999, 9999) AS c_acctbal,
    ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'][draw('c_segment', n, 5) + 1] AS c_mktsegment
FROM range(1, getvariable('customers') + 1) AS t(n);

CREATE TABLE tpch.part AS
SELECT n AS p_partkey,
    ['almond', 'azure', 'blush', 'chocolate', 'forest', 'ghost', 'ivory', 'lemon', 'misty', 'navy'][draw('p_a', n, 10) + 1] || ' '
        || ['antique', 'burlywood', 'coral', 'cyan', 'drab', 'firebrick', 'honeydew', 'khaki', 'olive', 'peru'][draw('p_b', n, 10) + 1] AS p_name,
    printf('Manufacturer#%d', draw('p_m', n, 5) + 1) AS p_mfgr,
    printf('Brand#%d%d', draw('p_m', n, 5) + 1, draw('p_brand', n, 5) + 1) AS p_brand,
    ['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'][draw('p_t', n, 6) + 1] || ' '
        || ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'][draw('p_u', n, 5) + 1] AS p_type,
    draw('p_size', n, 50) + 1 AS p_size,
    CAST((90000 + (n // 10) % 20001 + 100 * (n % 1000)) / 100.0 AS DECIMAL(15, 2)) AS p_retailprice
FROM range(1, getvariable('parts') + 1) AS t(n);

CREATE TABLE tpch.partsupp AS
SELECT n AS ps_partkey, 1 + (n + k * (getvariable('suppliers') // 4 + 1)) % getvariable('suppliers') AS ps_suppkey,
    draw('ps_qty', n * 4 + k, 9999) + 1 AS ps_availqty, money('ps_cost', n * 4 + k, 1, 1000) AS ps_supplycost
FROM range(1, getvariable('parts') + 1) AS t(n), range(4) AS u(k);

CREATE TABLE tpch.orders AS
SELECT n AS o_orderkey,
    -- a third of the customers never order, as the specification has it
    3 * draw('o_cust', n, getvariable('customers') // 3) + 1 + draw('o_of', n, 2) AS o_custkey,
    DATE '1992-01-01' + CAST(draw('o_date', n, 2406) AS INTEGER) AS o_orderdate,
    ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'][draw('o_prio', n, 5) + 1] AS o_orderpriority
FROM range(1, getvariable('orders') + 1) AS t(n);

CREATE TABLE tpch.lineitem AS
WITH line AS (
    SELECT o.o_orderkey AS l_orderkey, o.o_orderdate, k + 1 AS l_linenumber, o.o_orderkey * 8 + k AS n
    FROM tpch.orders AS o, range(7) AS u(k)
    WHERE k <= draw('o_lines', o.o_orderkey, 7)
), priced AS (
    SELECT *, draw('l_part', n, getvariable('parts')) + 1 AS l_partkey, draw('l_qty', n, 50) + 1 AS l_quantity,
        o_orderdate + CAST(draw('l_ship', n, 121) + 1 AS INTEGER) AS l_shipdate
    FROM line
)
SELECT l_orderkey, l_linenumber, l_partkey,
    1 + (l_partkey + draw('l_supp', n, 4) * (getvariable('suppliers') // 4 + 1)) % getvariable('suppliers') AS l_suppkey,
    l_quantity, CAST(l_quantity * p.p_retailprice AS DECIMAL(15, 2)) AS l_extendedprice,
    CAST(draw('l_disc', n, 11) / 100.0 AS DECIMAL(15, 2)) AS l_discount, CAST(draw('l_tax', n, 9) / 100.0 AS DECIMAL(15, 2)) AS l_tax,
    CASE WHEN l_shipdate + CAST(draw('l_rec', n, 30) + 1 AS INTEGER) > DATE '1995-06-17' THEN 'N'
        ELSE ['R', 'A'][draw('l_ret', n, 2) + 1] END AS l_returnflag,
    CASE WHEN l_shipdate > DATE '1995-06-17' THEN 'O' ELSE 'F' END AS l_linestatus,
    o_orderdate AS l_orderdate, l_shipdate, o_orderdate + CAST(draw('l_com', n, 61) + 30 AS INTEGER) AS l_commitdate,
    l_shipdate + CAST(draw('l_rec', n, 30) + 1 AS INTEGER) AS l_receiptdate,
    ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'][draw('l_mode', n, 7) + 1] AS l_shipmode
FROM priced JOIN tpch.part AS p ON p.p_partkey = l_partkey;

-- Orders of a customer's country on a day: a rollup, to answer from fewer rows.
CREATE TABLE tpch.order_day AS
SELECT o.o_orderdate AS day, c.c_nationkey AS nationkey, o.o_orderpriority AS priority, count(*) AS orders
FROM tpch.orders AS o JOIN tpch.customer AS c ON c.c_custkey = o.o_custkey
GROUP BY ALL;

CREATE TABLE nlq.dataset_versions (
    dataset VARCHAR NOT NULL, org_id VARCHAR, month DATE, version VARCHAR NOT NULL, row_count BIGINT NOT NULL,
    first_date DATE, last_date DATE, built_from VARCHAR, fresh_as_of TIMESTAMPTZ NOT NULL);

CREATE TABLE nlq.checked_equalities (metric VARCHAR NOT NULL, org_id VARCHAR NOT NULL, month DATE NOT NULL, holds BOOLEAN NOT NULL);

INSERT INTO nlq.dataset_versions
SELECT dataset, NULL, NULL, left(md5(dataset || rows), 16), rows, first_date, last_date, NULL, TIMESTAMPTZ '1998-08-02 16:00:00+00'
FROM (
    SELECT 'region' AS dataset, count(*) AS rows, NULL AS first_date, NULL AS last_date FROM tpch.region
    UNION ALL SELECT 'nation', count(*), NULL, NULL FROM tpch.nation
    UNION ALL SELECT 'supplier', count(*), NULL, NULL FROM tpch.supplier
    UNION ALL SELECT 'customer', count(*), NULL, NULL FROM tpch.customer
    UNION ALL SELECT 'part', count(*), NULL, NULL FROM tpch.part
    UNION ALL SELECT 'partsupp', count(*), NULL, NULL FROM tpch.partsupp
    UNION ALL SELECT 'orders', count(*), min(o_orderdate), max(o_orderdate) FROM tpch.orders
    UNION ALL SELECT 'lineitem', count(*), min(l_orderdate), max(l_shipdate) FROM tpch.lineitem
    UNION ALL SELECT 'order_day', count(*), min(day), max(day) FROM tpch.order_day
);

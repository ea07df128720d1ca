-- A customer joined on the day of the first purchase or up to 60 days before it; who never bought joined some day.
INSERT INTO scout.dim_customer
WITH numbered AS (
    SELECT org_id, region, first_customer + unnest(range(customers)) AS customer_id FROM customer_range
), drawn AS (
    SELECT *, pick($seed, 501, customer_id, (SELECT count(*) FROM first_name_bank)) AS first_no,
        pick($seed, 502, customer_id, (SELECT count(*) FROM last_name_bank)) AS last_no
    FROM numbered
), first_seen AS (
    SELECT customer_id, min(date_key) AS first_day FROM scout.silver_transactions_cleaned
    WHERE customer_id IS NOT NULL GROUP BY customer_id
), named AS (
    SELECT n.*, f.name AS first_name, l.name AS last_name, s.first_day
    FROM drawn AS n
    JOIN first_name_bank AS f ON f.name_no = n.first_no
    JOIN last_name_bank AS l ON l.name_no = n.last_no
    LEFT JOIN first_seen AS s ON s.customer_id = n.customer_id
)
SELECT customer_id, org_id, first_name || ' ' || last_name,
    -- 0900 is no mobile prefix and the mail domains are reserved for examples: neither reaches anybody.
    '+63 900 ' || lpad(CAST(pick($seed, 503, customer_id, 1000) AS VARCHAR), 3, '0') || ' '
        || lpad(CAST(pick($seed, 504, customer_id, 10000) AS VARCHAR), 4, '0'),
    lower(replace(strip_accents(first_name || '.' || last_name), ' ', '')) || CAST(customer_id % 10000000 AS VARCHAR) || '@example.'
        || ['com', 'net', 'org'][1 + pick($seed, 505, customer_id, 3)],
    1950 + pick($seed, 506, customer_id, 30) + pick($seed, 507, customer_id, 29), region,
    coalesce(first_day - CAST(pick($seed, 508, customer_id, 61) AS INTEGER), DATE '2024-01-01' + CAST(pick($seed, 509, customer_id, 1040) AS INTEGER))
FROM named ORDER BY customer_id;

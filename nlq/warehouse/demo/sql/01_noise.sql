-- Pseudo-randomness without random(): a number from 0 to 2^32 - 1 that depends on the seed, a salt (what it is drawn for) and a
-- key (what it is drawn of) only, so rows do not depend on threads or on how the months are cut. Plain integer arithmetic, and
-- not hash(), whose values DuckDB may change between versions.
CREATE OR REPLACE TEMP MACRO mixed(x) AS xor(x >> 16, x) * 73244475 & 4294967295;

CREATE OR REPLACE TEMP MACRO draw(seed, salt, key) AS mixed(mixed(mixed(xor(
    xor(CAST(key AS UBIGINT) & 4294967295, CAST(key AS UBIGINT) >> 32),
    CAST(seed AS UBIGINT) * 2654435761 + CAST(salt AS UBIGINT) * 2246822519 & 4294967295))));

-- The same as a DOUBLE from 0 (included) to 1 (excluded); exact, for it is a division by a power of two.
CREATE OR REPLACE TEMP MACRO share(seed, salt, key) AS CAST(draw(seed, salt, key) AS DOUBLE) / 4294967296.0;

-- A whole number from 0 to count - 1.
CREATE OR REPLACE TEMP MACRO pick(seed, salt, key, count) AS
    CAST(draw(seed, salt, key) * CAST(count AS UBIGINT) >> 32 AS BIGINT);

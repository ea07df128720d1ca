"""DuckDB 2.0.0 and 2.0.1 answer comparisons with a sum over a left join from wrong bounds; found by `make test-long`.

Where the right side is known to be empty, they hold the sum to be zero. Connections of ours leave that step out.
"""

from __future__ import annotations

import pytest

from nlq.drivers.duckdb import connect

TABLES = """
CREATE TABLE line (sale BIGINT, item VARCHAR, units BIGINT);
INSERT INTO line VALUES (77, 'cog', 5), (77, 'bolt', 5);
CREATE TABLE sale (id BIGINT, person BIGINT, org VARCHAR);
INSERT INTO sale VALUES (1, 4, 'two');
"""
SUMS = """SELECT sale.person, line.item, SUM(line.units) AS units
FROM line LEFT JOIN (SELECT * FROM sale WHERE org = 'one') AS sale ON sale.id = line.sale GROUP BY 1, 2"""


@pytest.fixture
def connection():
    with connect() as connection:
        connection.execute(TABLES)
        yield connection


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("SELECT COUNT(CASE WHEN COALESCE(units, 0) > 1 THEN 1 END) FROM ({sums})", 2),
        ("SELECT COUNT(*) FROM ({sums}) WHERE COALESCE(units, 0) > 1", 2),
        ("SELECT COUNT(*) FROM ({sums} HAVING COALESCE(SUM(line.units), 0) > 1)", 2),
        ("SELECT SUM(COALESCE(units, 0)) FROM ({sums})", 10),
        ("SELECT COUNT(*) FROM ({sums}) WHERE COALESCE(units, 0) = 0", 0),
    ],
)
def test_a_sum_beside_nothing_is_the_sum(connection, asked, expected):
    assert connection.execute(asked.format(sums=SUMS)).fetchone() == (expected,)

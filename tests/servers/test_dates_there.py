"""Date functions of the callers' dialect: DuckDB and PostgreSQL give what Trino gives."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
import sqlglot
from sqlglot.optimizer.annotate_types import annotate_types

from nlq.sql.dialect import render

EDGES = [(date(2024, 1, 31), date(2024, 2, 29)), (date(2025, 1, 31), date(2025, 2, 28)), (date(2025, 2, 28), date(2025, 3, 31)),
         (date(2024, 2, 29), date(2025, 2, 28)), (date(2025, 12, 31), date(2025, 11, 30)), (date(2025, 3, 31), date(2025, 2, 28)),
         (date(2025, 3, 30), date(2025, 2, 28)), (date(2026, 10, 16), date(2026, 11, 15))]  # fmt: skip
ASKED = [*(f"date_diff('{unit}', a, b)" for unit in ("day", "week", "month", "quarter", "year")), "extract(DOW FROM a)", "day_of_week(b)",
         "last_day_of_month(a)", "date_add('month', 1, a)", "week(a)", "quarter(b)", "day_of_year(a)"]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_engines_agree(engines, asked):
    pick = random.Random(5)
    pairs = [*EDGES, *((first, first + timedelta(days=pick.randint(-500, 500))) for first in
                       (date(2024, 1, 1) + timedelta(days=pick.randint(0, 800)) for _ in range(120)))]  # fmt: skip
    values = ", ".join(f"(DATE '{a}', DATE '{b}')" for a, b in pairs)
    tree = annotate_types(sqlglot.parse_one(f"SELECT CAST(a AS VARCHAR) AS x, CAST(b AS VARCHAR) AS y, CAST({asked} AS VARCHAR) AS z FROM (VALUES {values}) AS t(a, b)", read="trino"), dialect="trino")  # fmt: skip
    for column in tree.find_all(sqlglot.exp.Column):
        column.type = "date"
    tree = annotate_types(tree, dialect="trino", overwrite_types=False)
    expected = sorted(engines("trino", render(tree, "trino")))
    assert sorted(engines("duckdb", render(tree, "duckdb"))) == expected
    assert sorted(engines("postgres", render(tree, "postgres"))) == expected

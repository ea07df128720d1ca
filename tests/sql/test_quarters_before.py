"""A comparison one quarter back, over one quarter and over several, of which the last is not over: against SQL by hand and days counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nlq.semantics.periods import shift
from nlq.values.query import Period

RAW = """
SELECT date_trunc('quarter', d)::DATE, sum(v) FROM (
  SELECT t.date_key AS d, t.peso_value AS v FROM scout.silver_transactions_cleaned t
  WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL AND t.date_key BETWEEN '2025-10-01' AND '2026-08-15'
) GROUP BY 1 ORDER BY 1
"""


@pytest.mark.parametrize(
    "question", ["qoq growth of revenue this year", "quarter on quarter growth of sales this year"]
)
def test_each_quarter_is_beside_the_one_before(assistant, analyst, raw, question):
    answer = assistant.ask(question, analyst)
    assert [row[0] for row in answer.rows] == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]
    assert [row[2] for row in answer.rows] == [row[1] for row in raw.execute(RAW).fetchall()]  # Q3 as far as 15 August


def quarter(day):
    return day.year, (day.month - 1) // 3


def of_its_quarter(day):
    """The day's number within its quarter, counted."""
    number = 0
    while quarter(day - timedelta(days=number)) == quarter(day):
        number += 1
    return number


@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2025, 10, 1), date(2024, 1, 1), date(2026, 7, 1)])
def test_the_last_day_is_as_far_into_its_quarter(start):
    for days in range(0, 500, 3):
        end = start + timedelta(days=days)
        moved = shift(Period(start, end), -1, "quarter")
        assert quarter(moved.start) == quarter(start - timedelta(days=1))
        assert moved.start == moved.start.replace(day=1)
        first = end - timedelta(days=of_its_quarter(end) - 1)
        assert quarter(moved.end) == quarter(first - timedelta(days=1))
        whole = quarter(end + timedelta(days=1)) != quarter(end)
        last = quarter(moved.end + timedelta(days=1)) != quarter(moved.end)
        if (end + timedelta(days=1)).day == 1:  # whole months are set beside whole months
            assert (moved.end + timedelta(days=1)).day == 1
            continue
        assert last if whole else of_its_quarter(moved.end) == of_its_quarter(end) or last

"""Periods that people write, against dates worked out by hand. Today is Sunday, 2026-11-15."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlq.language import time
from nlq.language.tokens import tokenize
from nlq.semantics import periods
from nlq.values import Period

TODAY = date(2026, 11, 15)
WRITTEN = {
    "today": ("2026-11-15", "2026-11-15"),
    "yesterday": ("2026-11-14", "2026-11-14"),
    "this week": ("2026-11-09", "2026-11-15"),
    "last week": ("2026-11-02", "2026-11-08"),
    "this month": ("2026-11-01", "2026-11-15"),
    "month to date": ("2026-11-01", "2026-11-15"),
    "last month": ("2026-10-01", "2026-10-31"),
    "this quarter": ("2026-10-01", "2026-11-15"),
    "last quarter": ("2026-07-01", "2026-09-30"),
    "ytd": ("2026-01-01", "2026-11-15"),
    "last year": ("2025-01-01", "2025-12-31"),
    "last 30 days": ("2026-10-17", "2026-11-15"),
    "past 7 days": ("2026-11-09", "2026-11-15"),
    "last two weeks": ("2026-11-02", "2026-11-15"),  # today is a Sunday: the week that ends with it is over
    "last 3 months": ("2026-08-01", "2026-10-31"),
    "October": ("2026-10-01", "2026-10-31"),
    "december": ("2025-12-01", "2025-12-31"),
    "Nov 2026": ("2026-11-01", "2026-11-15"),
    "october last year": ("2025-10-01", "2025-10-31"),
    "Q3 2025": ("2025-07-01", "2025-09-30"),
    "Q4": ("2026-10-01", "2026-11-15"),
    "third quarter of 2025": ("2025-07-01", "2025-09-30"),
    "H1 2026": ("2026-01-01", "2026-06-30"),
    "2025": ("2025-01-01", "2025-12-31"),
    "2026-10-05": ("2026-10-05", "2026-10-05"),
    "October 5": ("2026-10-05", "2026-10-05"),
    "5 October 2025": ("2025-10-05", "2025-10-05"),
    "october 5th, 2025": ("2025-10-05", "2025-10-05"),
    "Dec 25": ("2025-12-25", "2025-12-25"),
    "from March to May 2026": ("2026-03-01", "2026-05-31"),
    "november to january 2026": ("2025-11-01", "2026-01-31"),
    "between 2026-10-01 and 2026-10-15": ("2026-10-01", "2026-10-15"),
    "since august": ("2026-08-01", "2026-11-15"),
    "last quarter of 2025": ("2025-10-01", "2025-12-31"),
    "last weekend": ("2026-11-07", "2026-11-08"),
    "last monday": ("2026-11-09", "2026-11-09"),
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items())
def test_a_period_as_it_is_written(text, expected):
    (found,) = time.find(tokenize(text), TODAY)
    assert (found.period.start.isoformat(), found.period.end.isoformat()) == expected


@pytest.mark.parametrize("text", ["may I see sales", "top 5 stores", "march on"])
def test_what_is_no_period(text):
    assert time.find(tokenize(text), TODAY) == []


@pytest.mark.parametrize("text", ["sales on 31 February 2026", "2026-02-30", "April 31"])
def test_a_date_that_is_none(text):
    with pytest.raises(time.BadDate):
        time.find(tokenize(text), TODAY)


days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(days, st.sampled_from(periods.UNITS))
def test_units_hold_their_days(day, unit):
    start, end = periods.start_of(day, unit), periods.end_of(day, unit)
    assert start <= day <= end
    assert periods.start_of(end + timedelta(days=1), unit) == end + timedelta(days=1)


@given(days, st.integers(0, 400))
def test_the_period_before_is_earlier_and_no_longer_than_a_unit_allows(day, length):
    period = Period(start=day, end=day + timedelta(days=length))
    earlier = periods.before(period)
    assert earlier.start < period.start
    if periods.step_of(period)[1] == "day":
        assert (earlier.end, earlier.days) == (period.start - timedelta(days=1), period.days)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        (("2026-11-01", "2026-11-15"), ("2026-10-01", "2026-10-15")),
        (("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28")),
        (("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
        (("2026-10-01", "2026-11-15"), ("2026-07-01", "2026-08-15")),
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (("2026-11-09", "2026-11-15"), ("2026-11-02", "2026-11-08")),
        (("2026-10-17", "2026-11-15"), ("2026-09-17", "2026-10-16")),
    ],
)
def test_like_with_like(period, expected):
    found = periods.before(Period(start=date.fromisoformat(period[0]), end=date.fromisoformat(period[1])))
    assert (found.start.isoformat(), found.end.isoformat()) == expected

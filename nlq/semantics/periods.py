"""Arithmetic of days and calendar units. Weeks start on Monday; both ends of a period are included."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache
from typing import Literal

from nlq.errors import BadRequest
from nlq.values.query import Period

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")
LARGER: tuple[Unit, ...] = ("week", "month", "quarter", "year")
EARLIEST = date(1900, 1, 1)  # where a period begins that is only said to end
MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Relative:
    """A period relative to a day: this or last unit, or the last `count` of them.

    `this` runs from the unit's first day to the day itself. `last` with a count of days ends on the day; with a count of
    other units it is that many whole units before the one that the day is in.
    """

    kind: Literal["this", "last"]
    unit: Unit
    count: int = 1

    def resolve(self, as_of: date) -> Period:
        """The days that it means on `as_of`."""
        if self.kind == "this":
            return Period(start=start_of(as_of, self.unit), end=as_of)
        if self.unit == "day":
            return Period(start=as_of - timedelta(days=self.count - 1), end=as_of)
        first = start_of(as_of, self.unit)
        return Period(start=add(first, -self.count, self.unit), end=first - timedelta(days=1))


@lru_cache(maxsize=64)
def named_period(text: str) -> Relative | None:
    """What a model's `default_period` says: "last 30 days", "this month", "last quarter"; None where it says nothing."""
    words = text.lower().split()
    if len(words) < 2 or words[0] not in ("this", "last") or len(words) > 3:
        return None
    unit = next((unit for unit in UNITS if words[-1] in (unit, f"{unit}s")), None)
    count = words[1] if len(words) == 3 else "1"
    if unit is None or not count.isdigit() or not 1 <= int(count) <= 3660:
        return None
    if words[0] == "this":
        return Relative("this", unit) if len(words) == 2 else None
    return Relative("last", unit, int(count))


def start_of(day: date, unit: Unit) -> date:
    """The first day of the unit that a day is in."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def end_of(day: date, unit: Unit) -> date:
    """The last day of the unit that a day is in."""
    try:
        return add(start_of(day, unit), 1, unit) - timedelta(days=1)
    except BadRequest:
        return date.max


def beyond() -> BadRequest:
    """What is asked for lies before the year 1, or after 9999."""
    return BadRequest(
        "it reaches beyond the years of the calendar", where="period", fix="ask for less, or for a shorter way back"
    )


def add(day: date, count: int, unit: Unit) -> date:
    """A day moved by units; the day of the month is clamped to the month's end."""
    if unit in ("day", "week"):
        try:
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        except OverflowError:
            raise beyond() from None
    months = day.year * 12 + day.month - 1 + count * MONTHS[unit]
    year, month = divmod(months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise beyond()
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_whole(period: Period, unit: Unit) -> bool:
    """Whether a period is made of whole units."""
    return period.start == start_of(period.start, unit) and period.end == end_of(period.end, unit)


def shift(period: Period, count: int, unit: Unit) -> Period:
    """A period moved by units: whole units to whole units, else the same dates (clamped to the month's end).

    A quarter that is unfinished is compared with the same ordinal days, as weeks are; it may be the last of several.
    """
    for whole in ("month", "quarter", "year") if unit in MONTHS else ():
        if is_whole(period, "month") and whole == unit:
            return Period(start=add(period.start, count, unit), end=end_of(add(period.end, count, unit), "month"))
    if unit == "quarter" and period.start == start_of(period.start, "quarter"):
        return Period(start=add(period.start, count, unit), end=last_before(period.end, -count, unit))
    return Period(start=add(period.start, count, unit), end=add(period.end, count, unit))


def last_before(day: date, count: int, unit: Unit) -> date:
    """The last day that lies beside a day or before it, `count` units back: of a month's last day the last of the month before.

    Of a quarter that is not over, it is the same ordinal day.
    """
    if unit == "quarter":
        start, first = start_of(day, unit), add(start_of(day, unit), -count, unit)
        last = end_of(first, unit)
        return last if day == end_of(day, unit) else min(first + (day - start), last)
    found = add(day, -count, unit)
    while add(found + timedelta(days=1), count, unit) <= day:
        found += timedelta(days=1)
    return found


def step_of(period: Period) -> tuple[int, Unit]:
    """How far back the period before lies: one unit where the period is a unit or the beginning of one, else its length."""
    if period.days == 1:
        return 1, "day"
    for unit in LARGER:
        if period.start == start_of(period.start, unit) and period.end <= end_of(period.start, unit):
            return 1, unit
    for unit in reversed(LARGER[1:]):
        if is_whole(period, unit):
            months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
            return months // MONTHS[unit], unit
    return period.days, "day"


def before(period: Period) -> Period:
    """The period before: like with like (a month to date with the same dates of the month before)."""
    count, unit = step_of(period)
    return shift(period, -count, unit)


def buckets(period: Period, unit: Unit) -> list[date]:
    """The first day of each unit that a period touches, in order."""
    found, day = [], start_of(period.start, unit)
    while day <= period.end:
        found.append(day)
        day = add(day, 1, unit)
    return found


def say(period: Period) -> str:
    """A period in words that also give its dates: "October 2026 (2026-10-01 to 2026-10-31, 31 days)"."""
    dates = f"{period.start} to {period.end}, {period.days} days"
    if period.start == EARLIEST:
        return f"everything up to {period.end}"
    if period.days == 1:
        return f"{period.start:%A} {period.start}"
    if is_whole(period, "month") and period.start.month == period.end.month and period.start.year == period.end.year:
        return f"{period.start:%B %Y} ({dates})"
    if is_whole(period, "year") and period.start.year == period.end.year:
        return f"{period.start.year} ({dates})"
    return dates

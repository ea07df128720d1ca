"""Dates that are numbers alone: 10/31/2026, 11.11, from the 1st to the 10th."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import count, islice

from nlq.language.dates import LONGEST, Dates
from nlq.language.when import MONTHS, BadDate, OpenDate, When
from nlq.semantics.periods import add, end_of, start_of
from nlq.values.query import Period

DOUBLE = re.compile(r"(\d{1,2})\.\1")
SLASHED = re.compile(r"(\d{1,4})/(\d{1,2})/(\d{1,4})")
MOST_SHORT = 99  # what is beyond it is a year in full
NTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
JOINS = ("to", "-", "–", "until", "through", "thru", "till")


class Numbered(Dates):
    """Each method looks at one position and gives what it found there."""

    def _slashed(self, at: int) -> When | None:
        """10/31/2026, 2026/10/31: the month first or the day, as all such dates of a question can be read."""
        text = self.tokens[at].text if at < len(self.tokens) else ""
        if not SLASHED.fullmatch(text):
            return None
        written = [one.text for one in self.tokens if SLASHED.fullmatch(one.text)]
        ways = {
            month_first: [_slashed(one, self.as_of, month_first=month_first) for one in written]
            for month_first in (True, False)
        }
        read = {first: [day for day in days if day is not None] for first, days in ways.items()}
        orders = [first for first, days in read.items() if len(days) == len(written)]
        if not orders:
            raise BadDate(text)
        been = [first for first in orders if max(read[first]) <= self.as_of] or orders[:1]
        if read[been[0]] == read[been[-1]]:
            been = been[:1]
        if len(been) > 1 and len(written) > 1:
            raise OpenDate(text)
        days = [read[first][written.index(text)] for first in been]
        found = [When(at, at + 1, Period(start=day, end=day)) for day in days]
        if len(found) > 1:
            return replace(found[0], either=tuple((f"{day:%B} {day.day}, {day.year}", one) for day, one in zip(days, found, strict=True)))  # fmt: skip
        open_ = len(orders) > 1 and read[True] != read[False]  # but for the days that are yet to be
        said = f"{text} as {days[0]:%B} {days[0].day}: read the other way round it is yet to be" if open_ else ""
        return replace(found[0], said=said)

    def _double(self, at: int) -> When | None:
        """11.11, 12.12: the day of the month of its own number, as sales go by that name."""
        found = DOUBLE.fullmatch(self.tokens[at].text) if at < len(self.tokens) else None
        return self._day(at, at + 1, int(found[1]), int(found[1])) if found and 1 <= int(found[1]) <= 12 else None

    def _nth_days(self, at: int) -> When | None:
        """From the 1st to the 10th: of the month that is named, or of the latest in which they have been."""
        place = at + (self.word(at) in ("from", "since", "between"))
        first, middle = self._nth(place)
        last, end = self._nth(middle + 1) if self.word(middle) in JOINS else (0, 0)
        if first and not last:
            return self._nth_day(at, first, middle)
        if not 0 < first <= last <= LONGEST:
            return None
        named = end + (self.word(end) in ("of", "ng", "sa"))
        this = start_of(self.as_of, "month")
        if self.word(named) in ("this", "last") and self.word(named + 1) == "month":
            days = _of_month(add(this, -1, "month") if self.word(named) == "last" else this, first, last)
            return self._until_now(at, named + 2, days.start, days.end)
        month = self._month(named) if self.word(named) in MONTHS else None
        if month is not None and month.period != "all":
            days = _of_month(month.period.start, first, last)
            return self._until_now(at, month.last, days.start, days.end)
        if place == at or month is not None:  # "3rd to 5th stores" are places in a ranking
            return None
        months = (add(this, -back, "month") for back in count(last > self.as_of.day))
        latest, before = islice((one for one in months if last <= end_of(one, "month").day), 2)
        said = f"of {latest:%B %Y}, the latest such days"
        return When(at, end, _of_month(latest, first, last), said, _of_month(before, first, last))

    def _nth_day(self, at: int, day: int, last: int) -> When | None:
        """On the 15th: of this month or the latest one that has had it, or of the month that is named behind it by today ("the 15th of last month")."""
        named = last + (self.word(last) in ("of", "ng", "sa"))
        month = self._month_at(named) if self.word(named) not in MONTHS and named > last else None
        if month is not None and month.period != "all":
            found = _of_month(month.period.start, day, day)
            return None if found.end > self.as_of else When(at, month.last, found)
        if self.word(at) != "the" or self.word(at - 1) not in ("on", "noong", "nung", "niadtong") or named > last or self.word(last) in MONTHS or not 1 <= day <= LONGEST:  # fmt: skip
            return None
        this = start_of(self.as_of, "month")
        months = (add(this, -back, "month") for back in count(day > self.as_of.day))
        latest, before = islice((one for one in months if day <= end_of(one, "month").day), 2)
        return When(
            at,
            last,
            _of_month(latest, day, day),
            f"of {latest:%B %Y}, the latest such day",
            _of_month(before, day, day),
        )

    def _nth(self, at: int) -> tuple[int, int]:
        """A day of a month and where it ends: "the 1st", "ika-10"; 0 where there is none."""
        at += self.word(at) == "the"
        if self.word(at) == "ika":
            at += 1 + (self.word(at + 1) == "-")
            return (int(self.word(at)), at + 1) if self.word(at).isdecimal() else (0, at)
        found = NTH.fullmatch(self.word(at))
        return (int(found[1]), at + 1) if found else (0, at)


def _of_month(month: date, first: int, last: int) -> Period:
    try:
        return Period(start=month.replace(day=first), end=month.replace(day=last))
    except ValueError:
        raise BadDate(f"{month:%B} {last}") from None


def _slashed(text: str, as_of: date, *, month_first: bool) -> date | None:
    """A date of numbers in this order; None where the calendar has no such day."""
    first, second, last = map(int, text.split("/"))
    year = last if last > MOST_SHORT else as_of.year // 100 * 100 + last
    of = (
        (first, second, last) if first > MOST_SHORT else (year, first, second) if month_first else (year, second, first)
    )
    try:
        return date(*of)
    except ValueError:
        return None

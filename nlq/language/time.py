"""Periods in a question: calendar and rolling ones, months, quarters, years, dates, and ranges between any of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from nlq.language.calendar_words import LINKERS, english
from nlq.language.tokens import number
from nlq.semantics.periods import Relative, Unit, add, end_of, start_of
from nlq.values.query import Period

if TYPE_CHECKING:
    from nlq.language.tokens import Token

MONTHS = {name: index + 1 for index, names in enumerate((
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sep", "sept"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
)) for name in names}  # fmt: skip
DAYS = {name: index for index, names in enumerate((
    ("monday", "mon"), ("tuesday", "tue", "tues"), ("wednesday", "wed"), ("thursday", "thu", "thurs"), ("friday", "fri"),
    ("saturday", "sat"), ("sunday", "sun"),
)) for name in names}  # fmt: skip
UNITS: dict[str, Unit] = {
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "qtr": "quarter",
    "year": "year",
    "yr": "year",
}
LAST = ("last", "previous", "past", "prior", "preceding")
THIS = ("this", "current")
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class When:
    """A period found in tokens `first` to `last` (exclusive); `said` explains a choice that was made, with the other one."""

    first: int
    last: int
    period: Period | Literal["all"]
    said: str = ""
    other: Period | None = None
    running: Unit | None = None  # the unit that is not over yet, where it is one


class BadDate(ValueError):
    """A date that is not in the calendar."""


def find(tokens: list[Token], as_of: date) -> list[When]:
    """Every period of a question, left to right.

    Raises:
        BadDate: something written as a date is none (31 February).
    """
    kept = [at for at, token in enumerate(tokens) if token.text.lower() not in LINKERS]
    found = _Finder([tokens[at] for at in kept], as_of).all()
    return [replace(one, first=kept[one.first], last=kept[one.last - 1] + 1) for one in found]


class _Finder:
    """Reads periods off tokens; each method looks at one position and gives what it found there."""

    def __init__(self, tokens: list[Token], as_of: date) -> None:
        self.tokens, self.as_of = tokens, as_of
        self.words = english([token.text.lower().strip("'’").rstrip(".") for token in tokens])

    def all(self) -> list[When]:
        found: list[When] = []
        at = 0
        while at < len(self.tokens):
            one = self._range(at) or self._single(at)
            if one is None:
                at += 1
                continue
            found.append(one)
            at = one.last
        return found

    def word(self, at: int) -> str:
        return self.words[at] if 0 <= at < len(self.words) else ""

    def _range(self, at: int) -> When | None:
        """From A to B, between A and B, A to B, since A, until B, before B, after A."""
        start = at + 1 if self.word(at) in ("from", "between") else at
        opener = self.word(at)
        if opener in ("since", "after", "starting", "until", "before", "till"):
            start = (
                at + 2
                if self.word(at + 1) in ("from", "of", "on", "the", "noong", "nung", "sa", "niadtong")
                else at + 1
            )
            one = self._single(start)
            if one is None or one.period == "all":
                return None
            return self._open(at, one, opener)
        first = self._single(start)
        if first is None or first.period == "all":
            return None
        middle = self.word(first.last)
        joins = ("and",) if opener == "between" else ("to", "until", "till", "through", "thru", "-", "–", "up")
        if middle not in joins:
            return None
        second = self._single(first.last + (2 if middle == "up" else 1))
        if second is None or second.period == "all":
            return None
        begin, end = first.period, second.period
        if begin.start > end.end and self._is_bare_month(start, first):
            begin = Period(start=add(begin.start, -1, "year"), end=add(begin.end, -1, "year"))
        elif self._is_bare_month(start, first) and not self._is_bare_month(first.last + 1, second):
            year = end.end.year - (1 if begin.start.month > end.end.month else 0)
            begin = Period(start=begin.start.replace(year=year), end=end_of(begin.start.replace(year=year), "month"))
        if begin.start > end.end:
            return None
        return When(at, second.last, Period(start=begin.start, end=min(end.end, max(self.as_of, begin.start))))

    def _open(self, at: int, one: When, opener: str) -> When:
        assert one.period != "all"  # noqa: S101 - asked before
        if opener in ("since", "starting"):
            return When(at, one.last, Period(start=one.period.start, end=max(self.as_of, one.period.start)))
        if opener == "after":
            start = one.period.end + timedelta(days=1)
            return When(at, one.last, Period(start=start, end=max(self.as_of, start)))
        end = one.period.start - timedelta(days=1) if opener == "before" else one.period.end
        return When(at, one.last, Period(start=date(1900, 1, 1), end=end), said="everything up to then")

    def _is_bare_month(self, at: int, one: When) -> bool:
        return one.last == at + 1 and self.word(at) in MONTHS

    def _single(self, at: int) -> When | None:
        for reader in (
            self._named_day,
            self._to_date,
            self._quarter,
            self._relative,
            self._iso,
            self._month,
            self._half,
            self._year,
            self._ever,
        ):
            found = reader(at)
            if found is not None:
                return found
        return None

    def _until_now(self, first: int, last: int, start: date, end: date, unit: Unit | None = None, said: str = "",
                   other: Period | None = None) -> When:  # fmt: skip
        """A calendar period; what lies after today is left out and said."""
        if start <= self.as_of < end:
            return When(
                first,
                last,
                Period(start=start, end=self.as_of),
                said or "up to today: the period is not over",
                other,
                unit,
            )
        return When(first, last, Period(start=start, end=end), said, other)

    def _named_day(self, at: int) -> When | None:
        word = self.word(at)
        if word in ("today", "tonight"):
            return When(at, at + 1, Period(start=self.as_of, end=self.as_of))
        if word == "yesterday":
            day = self.as_of - timedelta(days=1)
            return When(at, at + 1, Period(start=day, end=day))
        if word in (*LAST, *THIS) and self.word(at + 1) in ("weekend", "weekends"):
            back = (self.as_of.weekday() - 5) % 7
            saturday = self.as_of - timedelta(days=back)
            if word in LAST and saturday + timedelta(days=1) >= self.as_of:
                saturday -= timedelta(days=7)
            return When(
                at, at + 2, Period(start=saturday, end=min(saturday + timedelta(days=1), max(self.as_of, saturday)))
            )
        if word in LAST and self.word(at + 1) in DAYS:
            back = (self.as_of.weekday() - DAYS[self.word(at + 1)] - 1) % 7 + 1
            day = self.as_of - timedelta(days=back)
            return When(at, at + 2, Period(start=day, end=day))
        return None

    def _to_date(self, at: int) -> When | None:
        short = {"ytd": "year", "mtd": "month", "qtd": "quarter", "wtd": "week"}
        if self.word(at) in short:
            unit = short[self.word(at)]
            return When(at, at + 1, Relative("this", unit).resolve(self.as_of), running=unit)  # type: ignore[arg-type]
        if self.word(at) in UNITS and self.words[at + 1 : at + 3] == ["to", "date"]:
            unit = UNITS[self.word(at)]
            return When(at, at + 3, Relative("this", unit).resolve(self.as_of), running=unit)
        return None

    def _relative(self, at: int) -> When | None:
        """This month, last 3 months, the past week."""
        word, after = self.word(at), self.word(at + 1)
        unit = UNITS.get(after)
        if word in THIS and unit:
            return When(at, at + 2, Relative("this", unit).resolve(self.as_of), running=unit)
        if word == "so" and after == "far" and self.word(at + 2) == "this" and self.word(at + 3) in UNITS:
            unit = UNITS[self.word(at + 3)]
            return When(at, at + 4, Relative("this", unit).resolve(self.as_of), running=unit)
        if word not in LAST:
            return None
        if unit and unit != "day":
            period = Relative("last", unit).resolve(self.as_of)
            if word != "past":
                return When(at, at + 2, period)
            rolling = Period(start=add(self.as_of, -1, unit) + timedelta(days=1), end=self.as_of)
            return When(at, at + 2, period, f"the {unit} before this one", rolling)
        if unit == "day":
            day = self.as_of - timedelta(days=1)
            return When(at, at + 2, Period(start=day, end=day))
        count = number(self.tokens[at + 1]) if at + 1 < len(self.tokens) else None
        unit = UNITS.get(self.word(at + 2).rstrip("s"))
        if count is None or unit is None or not 1 <= count <= 3660 or count != int(count):
            return None
        period = Relative("last", unit, int(count)).resolve(self.as_of)
        if unit == "day":
            return When(at, at + 3, period)
        rolling = Period(start=add(self.as_of, -int(count), unit) + timedelta(days=1), end=self.as_of)
        return When(at, at + 3, period, f"the last {int(count)} whole {unit}s", rolling)

    def _iso(self, at: int) -> When | None:
        text = self.tokens[at].text if at < len(self.tokens) else ""
        if not DATE.fullmatch(text):
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise BadDate(text) from None
        return When(at, at + 1, Period(start=day, end=day))

    def _month(self, at: int) -> When | None:
        """October, Oct 2026, October 5, 5 October 2026, October last year."""
        word = self.word(at)
        if word.isdecimal() and 1 <= int(word) <= 31 and self.word(at + 1) in MONTHS:
            return self._day(at, at + 2, int(word), MONTHS[self.word(at + 1)])
        if word not in MONTHS or not self._is_month(at):
            return None
        month, after = MONTHS[word], at + 1
        day = self.word(after).removesuffix("st").removesuffix("nd").removesuffix("rd").removesuffix("th")
        if day.isdecimal() and 1 <= int(day) <= 31 and not self._year_at(after):
            return self._day(at, after + 1, int(day), month)
        year, last = self._year_after(after)
        if year is not None:
            start = date(year, month, 1)
            return self._until_now(at, last, start, end_of(start, "month"), "month")
        start = date(self.as_of.year, month, 1)
        if start > self.as_of:
            start = start.replace(year=start.year - 1)
        earlier = start.replace(year=start.year - 1)
        other = Period(start=earlier, end=end_of(earlier, "month"))
        return self._until_now(
            at, last, start, end_of(start, "month"), "month", f"{start:%B %Y}, the latest {start:%B}", other
        )

    def _is_month(self, at: int) -> bool:
        """Whether a month is meant: "may" and "march" are months where written as names, or standing as a date does."""
        word = self.word(at)
        if word not in ("may", "march", "mar", "sat", "sun", "mon"):
            return True
        around = {
            "in",
            "of",
            "since",
            "from",
            "to",
            "until",
            "through",
            "last",
            "this",
            "between",
            "and",
            "for",
            "during",
            "-",
            "vs",
        }
        return self.tokens[at].text[:1].isupper() or self.word(at - 1) in around or self._year_at(at + 1)

    def _day(self, at: int, last: int, day: int, month: int) -> When:
        if self.word(last) == ",":
            year, end = (int(self.word(last + 1)), last + 2) if self._year_at(last + 1) else (None, last)
        else:
            year, end = self._year_after(last)
        try:
            if year is not None:
                found = date(year, month, day)
                return When(at, end, Period(start=found, end=found))
            found = date(self.as_of.year, month, day)
        except ValueError:
            raise BadDate(" ".join(self.words[at:end])) from None
        if found > self.as_of:
            found = add(found, -1, "year")
        earlier = add(found, -1, "year")
        return When(
            at, end, Period(start=found, end=found), f"{found}, the latest such day", Period(start=earlier, end=earlier)
        )

    def _year_at(self, at: int) -> bool:
        word = self.word(at)
        return len(word) == 4 and word.isdecimal() and 1900 <= int(word) <= 2199

    def _year_after(self, at: int) -> tuple[int | None, int]:
        """A year, "of 2025", "last year" or "this year" at a place; and where it ends."""
        skip = at + 1 if self.word(at) in ("of", "in", ",") else at
        if self._year_at(skip):
            return int(self.word(skip)), skip + 1
        if self.word(skip) in (*LAST, *THIS) and self.word(skip + 1) == "year":
            return self.as_of.year - (1 if self.word(skip) in LAST else 0), skip + 2
        return None, at

    def _quarter(self, at: int) -> When | None:
        """Q3, Q3 2025, quarter 3, third quarter of 2025."""
        word, last = self.word(at), at + 1
        if word == "q" and self.word(at + 1) in ("1", "2", "3", "4"):
            quarter, last = int(self.word(at + 1)), at + 2
        elif len(word) == 2 and word[0] == "q" and word[1] in "1234":
            quarter = int(word[1])
        elif word == "last" and self.word(at + 1) == "quarter" and self.word(at + 2) == "of" and self._year_at(at + 3):
            quarter, last = 4, at + 2
        elif word in ORDINALS and self.word(at + 1) == "quarter":
            quarter, last = ORDINALS[word], at + 2
        elif word == "quarter" and self.word(at + 1) in ("1", "2", "3", "4"):
            quarter, last = int(self.word(at + 1)), at + 2
        else:
            return None
        year, last = self._year_after(last)
        start = date(year or self.as_of.year, quarter * 3 - 2, 1)
        if year is None and start > self.as_of:
            start = start.replace(year=start.year - 1)
        said = "" if year else f"Q{quarter} {start.year}, the latest"
        return self._until_now(at, last, start, end_of(start, "quarter"), "quarter", said)

    def _half(self, at: int) -> When | None:
        """H1 2025, first half of 2025."""
        word, last = self.word(at), at + 1
        if word in ("h1", "h2"):
            half = int(word[1])
        elif (
            word in ("first", "second") and self.word(at + 1) == "half" and self.word(at + 2) in ("of", "this", "last")
        ):
            half, last = ORDINALS[word], at + 2
        else:
            return None
        year, last = self._year_after(last)
        start = date(year or self.as_of.year, 1 if half == 1 else 7, 1)
        return self._until_now(at, last, start, end_of(add(start, 5, "month"), "month"), None)

    def _year(self, at: int) -> When | None:
        if not self._year_at(at):
            return None
        start = date(int(self.word(at)), 1, 1)
        return self._until_now(at, at + 1, start, end_of(start, "year"), "year")

    def _ever(self, at: int) -> When | None:
        for words in (
            ("all", "time"),
            ("of", "all", "time"),
            ("ever",),
            ("to", "date"),
            ("all", "year"),
            ("all", "years"),
        ):
            if tuple(self.words[at : at + len(words)]) == words and words != ("all", "year"):
                return When(at, at + len(words), "all")
        return None


def whole(period: Period, unit: Unit) -> bool:
    """Whether a period is exactly one unit."""
    return period.start == start_of(period.start, unit) and period.end == end_of(period.start, unit)

"""Periods in a question: calendar and rolling ones, months, quarters, years, dates, and ranges between any of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nlq.language import anchored, calendar_words, dates, fiscal, named_days, numbered, relative, when
from nlq.language import tokens as numbers
from nlq.language.calendar_words import LINKERS
from nlq.language.dates import DAYS_OF_WEEK
from nlq.language.fiscal import Fiscal
from nlq.language.numbered import Numbered
from nlq.language.relative import Relatives
from nlq.language.said_of_time import words_of
from nlq.language.tokens import near
from nlq.language.when import DAYS, LAST, MONTHS, THIS, UNITS, BadDate, OpenDate, When
from nlq.semantics import periods
from nlq.semantics.periods import EARLIEST, Unit, add, end_of, start_of
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.language.tokens import Token

DOING = ("without", "w/o", "have", "has", "not", "never", "hasnt", "havent", "did", "who")
# Words for all of the data, by their first.
EVER: dict[str, tuple[list[str], ...]] = {
    "all": (["time"], ["-", "time"], ["years"]), "of": (["all", "time"],), "ever": ([],), "to": (["date"],), "from": (["the", "start"], ["the", "beginning"]),
    "since": (["we", "started"], ["we", "opened"], ["the", "beginning"], ["the", "start"]),
}  # fmt: skip
ONWARDS = ("onward", "onwards", "forward", "pasulong")
UP_TO_NOW = ("date", "now", "present", "ngayon", "karon")
OPENERS = ("since", "after", "starting", "until", "before", "till")
UNTIL = ("hanggang", "hangtod", "hangtud")  # "until", where no period stands before it
ENDS = ("end", "katapusan", "dulo", "pagtatapos", "tapos")
STARTS = ("start", "beginning", "pagsugod", "sinugdanan", "sinugdan", "umpisa", "pagsisimula", "pasimula")
SHORTEST = 6  # letters of a word that is put right
VOCABULARY = frozenset((*MONTHS, *DAYS, "yesterday", "today", "month", "quarter", "previous", "weekend", "current"))

__all__ = ["BadDate", "OpenDate", "When", "find", "whole"]


def find(
    tokens: list[Token], as_of: date, known: Callable[[str], bool] = lambda _: False, fiscal: int | None = None
) -> list[When]:
    """Every period of a question, left to right. A word that is not `known`, one slip from one of the calendar's, is that one.

    `fiscal` is the month with which fiscal years begin, where they are known.

    Raises:
        BadDate: something written as a date is none (31 February).
        OpenDate: dates of numbers of which nothing says whether the month comes first.
    """
    kept = [at for at, token in enumerate(tokens) if token.text.lower() not in LINKERS]
    finder = _Finder([tokens[at] for at in kept], as_of, fiscal)
    mended = finder.mend(known)
    return [
        replace(one, first=kept[one.first], last=kept[one.last - 1] + 1, mended=" ".join(mended[at] for at in range(one.first, one.last) if at in mended))
        for one in finder.all()
    ]  # fmt: skip


class _Finder(Numbered, Fiscal, Relatives):
    """Reads periods off tokens, left to right."""

    def __init__(self, tokens: list[Token], as_of: date, fiscal: int | None) -> None:
        super().__init__(tokens, as_of, fiscal)
        self._found: dict[int, When | None] = {}

    def mend(self, known: Callable[[str], bool]) -> dict[int, str]:
        """Put right the words of the calendar that were mistyped; which they are now, by position."""
        found: dict[int, str] = {}
        for at, (word, token) in enumerate(zip(self.words, self.tokens, strict=True)):
            if len(word) < SHORTEST or word in VOCABULARY or known(word) or known(token.word):
                continue
            close = [other for other in VOCABULARY if len(other) >= SHORTEST and near(word, other)]
            if len(close) == 1:
                self.words[at] = found[at] = close[0]
        return found

    def all(self) -> list[When]:
        found: list[When] = []
        at = 0
        while at < len(self.tokens):
            if self._says_no_time(at):
                at += 1
                continue
            one = self._nth_days(at) or self._going_on(at) or self._range(at) or self.single(at)
            if one is None:
                at += 1
                continue
            found.append(one)
            at = one.last
        return found

    def _range(self, at: int) -> When | None:
        """From A to B, between A and B, A to B, since A, until B, before B, after A."""
        start = at + 1 if self.word(at) in ("from", "between") else at
        opener = self.word(at)
        if opener in OPENERS or opener in ("as", "by") or self.tokens[at].text.lower() in UNTIL:
            return self._opened(at)
        until = self._from_day(at, start) if opener in ("from", *DAYS) else None
        if until is not None:
            return until
        begins = self._beginning(start) if opener == "from" else 0
        first = self.single(begins or start) or (self._of_now(begins) if begins else None)
        if first is None or first.period == "all":
            return None
        middle = self.word(first.last)
        joins = ("and",) if opener == "between" else ("to", "until", "till", "through", "thru", "-", "–", "up")
        if middle not in joins:
            within = opener == "from" and any(word in joins for word in self.words[start : first.last])
            return replace(first, first=at) if within else None  # "mula Nobyembre 1 hanggang 10"
        if self.word(first.last + 1) in UP_TO_NOW:  # "jan to date", "2024 to now"
            return self._open(at, replace(first, last=first.last + 2), "since")
        after = first.last + (2 if middle == "up" else 1)
        second = self.single(self._end(after) or self._behind(after))
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
        parts = (first, second) if opener in ("from", "between") or middle == "to" else None
        return When(at, second.last, Period(start=begin.start, end=min(end.end, max(self.as_of, begin.start))), parts=parts)  # fmt: skip

    def _going_on(self, at: int) -> When | None:
        """A period that goes on until now: "2025 onwards", "in 2025 or later", "from August on"."""
        opener = self.word(at)
        first = None if opener in OPENERS else self.single(at + 1 if opener == "from" else at)
        if first is None or first.period == "all":
            return None
        tie, after = self.word(first.last), self.word(first.last + 1)
        ends = opener == "from" and tie == "on" and after in ("", ",", "?", ".", "by", "per")
        if tie in ONWARDS or ends:
            return self._open(at, replace(first, last=first.last + 1), "since")
        later = tie in ("or", "and") and after in (*ONWARDS, "later", "after", "newer")
        return self._open(at, replace(first, last=first.last + 2), "since") if later else None

    def _opened(self, at: int) -> When | None:
        """Since A, until B, before B, after A, as of B."""
        opener = "until" if self.tokens[at].text.lower() in UNTIL else self.word(at)
        if opener in ("as", "by"):
            return self._as_of(at, opener)
        begins = self._beginning(at + 1)
        ends = self._end(at + 1) if opener in ("until", "till", "after") else 0
        start = begins or ends or self._behind(at + 1)
        one = self.single(start) or (self._of_now(start) if begins else None) or (self._since_day(start) if opener == "since" else None)  # fmt: skip
        return None if one is None or one.period == "all" else self._open(at, one, opener)

    def _behind(self, at: int) -> int:
        """Where a period stands behind a word that ties it."""
        at += self.word(at) in ("from", "of", "on", "the", "noong", "nung", "sa", "niadtong", "mag")
        return at + (self.word(at) == "-" and self.word(at - 1) == "mag")  # "bago mag-Hulyo"

    def _end(self, at: int) -> int:
        """Where a period stands up to whose last day is meant: "until the end of May"; 0 where none does."""
        at = self._behind(at)
        return self._behind(at + 1) if self.word(at) in ENDS else 0

    def _as_of(self, at: int, opener: str) -> When | None:
        """What there was in the year up to the end of a period: "as of September", "by the end of May"; not "as of today", which is now."""
        ends = self._end(at + 1 + (opener == "as"))
        if (opener == "as" and self.word(at + 1) != "of") or (opener == "by" and not ends):
            return None
        one = self.single(ends or self._behind(at + 2))
        if (
            one is None
            or one.period == "all"
            or one.running is not None
            or one.period.end >= self.as_of
            or one.period.days == 1
        ):
            return None
        begins = start_of(one.period.end, "year")
        return When(at, one.last, Period(start=begins, end=one.period.end), said="the year up to then")

    def _from_day(self, at: int, start: int) -> When | None:
        """From Monday to yesterday: from the latest such day on."""
        if self.word(start) not in DAYS or self.word(start + 1) not in ("to", "until", "till", "-", "–"):
            return None
        ends = {"yesterday": 1, "today": 0, "now": 0}.get(self.word(start + 2))
        if ends is None:
            return None
        end = self.as_of - timedelta(days=ends)
        begin = end - timedelta(days=(end.weekday() - DAYS[self.word(start)]) % DAYS_OF_WEEK)
        return When(at, start + 3, Period(start=begin, end=end), "from the latest such day on")

    def _since_day(self, at: int) -> When | None:
        """The latest day of the week of that name: "since Monday"."""
        known = self.word(at) in DAYS and not self.named_after(at + 1)
        return When(at, at + 1, self._latest(DAYS[self.word(at)]), "the latest such day") if known else None

    def _beginning(self, at: int) -> int:
        """Where a period stands whose first day is meant: "since the start of 2025"; 0 where none does."""
        at += self.word(at) in ("the", "sa")
        day = self.words[at : at + 2] == ["first", "day"]
        after = at + 1 + day
        return after + (self.word(after) in ("of", "sa")) if day or self.word(at) in STARTS else 0

    def _of_now(self, at: int) -> When | None:
        """The unit that today is in: "since the start of the year"."""
        at += self.word(at) == "the"
        unit = UNITS.get(self.word(at))
        return None if unit is None else When(at, at + 1, Period(start=start_of(self.as_of, unit), end=self.as_of))

    def _open(self, at: int, one: When, opener: str) -> When:
        assert one.period != "all"  # noqa: S101 - asked before
        if opener in ("since", "starting"):
            return When(at, one.last, Period(start=one.period.start, end=max(self.as_of, one.period.start)), since=True)
        if opener == "after":
            start = one.period.end + timedelta(days=1)
            return When(at, one.last, Period(start=start, end=max(self.as_of, start)))
        end = one.period.start - timedelta(days=1) if opener == "before" else one.period.end
        if (
            opener != "before"
            and self.word(one.last - 1) == "year"
            and self.word(one.last - 2) in (*LAST, *THIS)
            and one.last - 2 > at + 1
        ):
            return When(at, one.last, Period(start=start_of(end, "year"), end=end))  # "until the end of May this year"
        return When(at, one.last, Period(start=EARLIEST, end=end), said="everything up to then")

    def _is_bare_month(self, at: int, one: When) -> bool:
        return one.last == at + 1 and self.word(at) in MONTHS

    def single(self, at: int) -> When | None:
        """The one period that begins at a place; looked for once."""
        if at not in self._found:
            self._found[at] = self._sought(at)
        return self._found[at]

    def _says_no_time(self, at: int) -> bool:
        """Whether a word is of letters alone, and none that any of the readers names."""
        word = self.words[at]
        return word.isalpha() and word not in SAID and self.tokens[at].text.lower() not in SAID

    def _sought(self, at: int) -> When | None:
        if 0 <= at < self._many and self._says_no_time(at):
            return None
        for reader in (
            self._week_of,
            self._anchored,
            self._by_name,
            self._linggo,
            self._named_day,
            self._fiscal,
            self._to_date,
            self._quarter,
            self._days_of_month,
            self._week_number,
            self._ly,
            self._ago,
            self._relative,
            self._iso,
            self._slashed,
            self._double,
            self._month,
            self._half,
            self._payroll,
            self._year,
            self._ever,
        ):
            found = reader(at)
            if found is not None:
                return found
        return None

    def named_after(self, at: int) -> bool:
        """Whether another period is named from a position on."""
        return any(self.single(place) is not None for place in range(at, len(self.tokens)))

    def _ever(self, at: int) -> When | None:
        """All of the data: "of all time", "since we opened", "ever"; not "without ever buying"."""
        first = self.word(at)
        for rest in EVER.get(first, ()):
            if (first != "ever" or self.word(at - 1) not in DOING) and self.words[at + 1 : at + 1 + len(rest)] == rest:
                return When(at, at + 1 + len(rest), "all")
        return None


def whole(period: Period, unit: Unit) -> bool:
    """Whether a period is exactly one unit."""
    return period.start == start_of(period.start, unit) and period.end == end_of(period.start, unit)


SAID = words_of(anchored, calendar_words, dates, fiscal, named_days, numbered, numbers, periods, relative, when, sys.modules[__name__])  # fmt: skip

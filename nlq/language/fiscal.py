"""Fiscal years and their quarters: "FY25", "last fiscal year", "Q1 FY2026", "fiscal ytd", where the model says when one begins."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from nlq.language.when import LAST, THIS, When, Words
from nlq.semantics.periods import add

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.tokens import Token

NAMES = ("fy", "fiscal")
SPANS = {"year": 12, "yr": 12, "quarter": 3, "qtr": 3}
MONTHS_OF_YEAR, MONTHS_OF_QUARTER = 12, 3


class Fiscal(Words):
    """Each method looks at one position and gives what it found there. A fiscal year is called by the year in which it ends."""

    def __init__(self, tokens: list[Token], as_of: date, begins: int | None = None) -> None:
        """`begins`: the month with which fiscal years begin; None where the model has none, and nothing is found."""
        super().__init__(tokens, as_of)
        self._begins = begins

    def _fiscal(self, at: int) -> When | None:
        if self._begins is None:
            return None
        quarter, after = self._fiscal_quarter(at)
        if quarter:
            year, last = self._fiscal_year_named(after)
            if year is None and not self.word(at).startswith("f"):
                return None  # "Q1" alone is the calendar's
            return self._quarter_of(at, last if year else after, quarter, year)
        if self.word(at) == "fytd" or (self.word(at) in NAMES and self.words[at + 1 :][:1] == ["ytd"]):
            return self._spanning(at, at + 1 + (self.word(at) != "fytd"), self._start_of(self.as_of), MONTHS_OF_YEAR)
        return self._by_today(at) or self._by_name_of_year(at)

    def _by_today(self, at: int) -> When | None:
        """This fiscal year, last fiscal quarter, fiscal year to date."""
        relative = self.word(at) in (*THIS, *LAST)
        start = at + relative
        if self.word(start) not in NAMES:
            return None
        months = SPANS.get(self.word(start + 1), 0) or (MONTHS_OF_YEAR if self.word(start) == "fy" else 0)
        last = start + 1 + (self.word(start + 1) in SPANS)
        to_date = self.words[last : last + 2] == ["to", "date"]
        if not months or not (relative or to_date):
            return None
        begins = self._start_of(self.as_of)
        while months == MONTHS_OF_QUARTER and add(begins, MONTHS_OF_QUARTER, "month") <= self.as_of:
            begins = add(begins, MONTHS_OF_QUARTER, "month")
        if self.word(at) in LAST:
            begins = add(begins, -months, "month")
        return self._spanning(at, last + 2 * to_date, begins, months)

    def _by_name_of_year(self, at: int) -> When | None:
        """FY25, fiscal year 2025."""
        year, last = self._fiscal_year_named(at)
        return None if year is None else self._spanning(at, last, self._first_of(year), MONTHS_OF_YEAR)

    def _fiscal_quarter(self, at: int) -> tuple[int, int]:
        """The number of a quarter, "fq2", "fiscal q2", "q2", and where it ends; 0 where none stands there."""
        start = at + (self.word(at) in NAMES)
        word = self.word(start).removeprefix("f")
        return (int(word[1]), start + 1) if len(word) == 2 and word[0] == "q" and word[1] in "1234" else (0, at)

    def _fiscal_year_named(self, at: int) -> tuple[int | None, int]:
        """The year that "FY25" or "fiscal year 2025" names, and where it ends."""
        at += self.word(at) in ("of", "in")
        word = self.word(at)
        if word[:2] == "fy" and word[2:].isdecimal():
            return _of_digits(word[2:]), at + 1
        if word not in NAMES:
            return None, at
        after = at + 1 + (self.word(at + 1) in SPANS)
        digits = self.word(after)
        year = _of_digits(digits) if digits.isdecimal() else None
        return year, after + 1

    def _quarter_of(self, at: int, last: int, quarter: int, year: int | None) -> When:
        """A quarter of a fiscal year; of none that is named, the latest that has begun."""
        first = self._first_of(year) if year is not None else self._start_of(self.as_of)
        begins = add(first, (quarter - 1) * MONTHS_OF_QUARTER, "month")
        if year is None and begins > self.as_of:
            begins = add(begins, -1, "year")
        return self._spanning(at, last, begins, MONTHS_OF_QUARTER)

    def _spanning(self, at: int, last: int, begins: date, months: int) -> When:
        end = add(begins, months, "month") - timedelta(days=1)
        return self._until_now(at, last, begins, end, "year" if months == MONTHS_OF_YEAR else "quarter")

    def _start_of(self, day: date) -> date:
        """The first day of the fiscal year in which a day lies."""
        assert self._begins is not None  # noqa: S101 - asked before
        return date(day.year - (day.month < self._begins), self._begins, 1)

    def _first_of(self, year: int) -> date:
        """The first day of the fiscal year that ends in a year."""
        assert self._begins is not None  # noqa: S101 - asked before
        return date(year - (self._begins > 1), self._begins, 1)


def _of_digits(digits: Sequence[str] | str) -> int | None:
    """25 and 2025 are one year; other numbers are none."""
    text = "".join(digits)
    return int(text) + 2_000 if len(text) == 2 else int(text) if len(text) == 4 and "1900" <= text <= "2199" else None

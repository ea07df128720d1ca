"""What a period in a question is, and what every reader of periods needs: the words in English, and the years beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nlq.language import money
from nlq.language.calendar_words import english
from nlq.values.query import Period

if TYPE_CHECKING:
    from datetime import date

    from nlq.language.tokens import Token
    from nlq.semantics.periods import Unit

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
    "mo": "month",
    "quarter": "quarter",
    "qtr": "quarter",
    "year": "year",
    "yr": "year",
}
LAST = ("last", "previous", "prev", "past", "prior", "preceding")
THIS = ("this", "current")
PAST = ("noong", "nung", "nuong", "niadtong", "adtong", "atong")  # what stands before a day that has been
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
MONTHS_OF_HALF = 6
YEARS_BACK = 10  # of which two digits may be said
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
    back: Unit | None = None  # "last year": the whole unit before this one
    named: str = ""  # a day that goes by a name; of no year that was said, where there is an `other`
    either: tuple[tuple[str, When], ...] = ()  # what it may mean that nothing decides, each by its name
    parts: tuple[When, When] | None = None  # "from A to B"
    since: bool = False  # it goes on until today
    mended: str = ""  # words of it that were put right
    moved: str = ""  # "1 month": that long before the period that stands beside it
    to_date: Unit | None = None  # "ytd": since this unit began


class BadDate(ValueError):
    """A date that is not in the calendar."""


class OpenDate(ValueError):
    """A date that may be of either of two months, beside others of which that is so too."""


class Words:
    """The tokens of a question, with the words of the calendar in English."""

    def __init__(self, tokens: list[Token], as_of: date) -> None:
        self.tokens, self.as_of = tokens, as_of
        said = (token.text.lower().replace("’", "'").strip("'").rstrip(".") for token in tokens)
        self.words = english([word.removesuffix("'s") for word in said])
        self._many = len(self.words)

    def word(self, at: int) -> str:
        """The word at a position; nothing beyond the ends."""
        return self.words[at] if 0 <= at < self._many else ""

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

    def _year_at(self, at: int) -> bool:
        """Whether a year stands there: four digits, which are no sum of money ("2000 pesos")."""
        word = self.word(at)
        return (
            len(word) == 4 and word.isdecimal() and 1900 <= int(word) <= 2199 and self.word(at + 1) not in money.WORDS
        )

    def _short_year(self, at: int) -> tuple[int | None, int]:
        """As `_year_after`, and a year of two digits, which stands right behind a quarter or a half: "Q3 25", "h1 '26"."""
        place = at + (self.word(at) in ("'", "’"))
        word = self.word(place).lstrip("'’")
        if (
            len(word) == 2
            and word.isdecimal()
            and 0 <= self.as_of.year % 100 - int(word) <= YEARS_BACK
            and self.word(place + 1) not in ("%", "percent")
        ):
            return self.as_of.year // 100 * 100 + int(word), place + 1
        return self._year_after(at)

    def _year_after(self, at: int) -> tuple[int | None, int]:
        """A year, "of 2025", "last year" or "this year" at a place; and where it ends."""
        skip = at + 1 if self.word(at) in ("of", "in", ",", *PAST) else at
        if self._year_at(skip):
            return int(self.word(skip)), skip + 1
        if self.word(skip) in (*LAST, *THIS) and self.word(skip + 1) in ("year", "yr"):
            return self.as_of.year - (1 if self.word(skip) in LAST else 0), skip + 2
        return None, at

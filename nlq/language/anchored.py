"""Periods that are said by another one: "same month last year", "the week before", "a year ago"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.tokens import WORDS
from nlq.language.when import DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME = (
    "same",
    "parehong",
    "kaparehong",
    "pareho",
    "parehas",
    "samang",
    "sama",
    "katulad",
    "corresponding",
    "equivalent",
)
SPANS = (
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "qtr",
    "period",
    "time",
    "date",
    "dates",
    "days",
    "stretch",
    "point",
    "stage",
    "span",
    "panahon",
    "petsa",
    "weeks",
    "months",
)
UNITS = {
    "day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month", "quarter": "quarter", "quarters": "quarter", "qtr": "quarter",
    "year": "year", "years": "year", "yr": "year",
}  # fmt: skip
TIES = ("of", "in", "from", "the", "noong", "nung", "nuong", "sa", "niadtong", "ng", "na", "nga")
LAST = ("last", "previous", "prior", "past", "prev", "preceding")
EARLIER = ("previous", "prior", "preceding", "prev")
AGO = ("ago", "earlier", "before")
THAT = ("yun", "yan", "nun", "that", "it", "this", "then", "niyan", "nito", "iyon", "niana", "ana", "noon", "niyon")
PRECEDING = ("sinundan", "sinusundan", "nauna", "preceding", "giuna")  # the one before
SA_WALA_PA = ("sa", "wala", "pa")  # "ang bulan sa wala pa ana": the one before that
AGAINST = ("w", "over", "sa", "noong", "nung", "vs", "versus", "to", "the", "with", "kaysa", "kontra", "laban")
ITS_LENGTH = "period"  # moved by as much as the other one is long


def moved(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """How long before the other period it is, as a shift or ITS_LENGTH, and where the words end; None where no such words stand there."""
    return (
        _same(words, at)
        or _then_same(words, at)
        or _ago(words, at)
        or _last_one(words, at)
        or _day_before(words, at)
        or _before(words, at)
    )


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _count(words: Sequence[str], at: int) -> int:
    """The number that stands at a place; 0 where none does."""
    word = _word(words, at)
    return int(word) if word.isdecimal() else WORDS.get(word, 0)


def _against(words: Sequence[str], at: int) -> bool:
    """Whether what begins at a place is set against something."""
    return _word(words, at - 1 - (_word(words, at - 1) == "the")) in AGAINST


def _same(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The same month last year, the same days of last month."""
    if words[at] not in SAME:
        return None
    at += 1
    while _word(words, at) in SPANS or _word(words, at) in TIES:
        at += 1
    if _word(words, at) in LAST and _word(words, at + 1) in UNITS:
        return f"1 {UNITS[words[at + 1]]}", at + 2
    if _word(words, at) in ("a", "one") and _word(words, at + 1) in UNITS and _word(words, at + 2) in AGO:
        return f"1 {UNITS[words[at + 1]]}", at + 3
    if _word(words, at) == "ly":
        return "1 year", at + 1
    return None


def _then_same(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """Last year, same period."""
    comma = _word(words, at + 2) == ","
    if (
        words[at] in LAST
        and _word(words, at + 1) in UNITS
        and _word(words, at + 2 + comma) in SAME
        and _word(words, at + 3 + comma) in SPANS
    ):
        return f"1 {UNITS[words[at + 1]]}", at + 4 + comma
    return None


def _ago(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """A year ago, a month earlier: what is so long before the period that stands beside it."""
    if words[at] in ("a", "one") and _word(words, at + 1) in UNITS and _word(words, at + 2) in AGO[:2]:
        return f"1 {UNITS[words[at + 1]]}", at + 3
    if words[at] in ("year", "yr") and _word(words, at + 1) in AGO[:1]:
        return "1 year", at + 2
    return None


def _last_one(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The last one, set against a period: "this week vs the last one"."""
    start = at + (words[at] == "the")
    said = _word(words, start) in LAST[:3] and _word(words, start + 1) == "one"
    return (ITS_LENGTH, start + 2) if said and _against(words, start) else None


def _day_before(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The day of that name before the other, "last Friday vs the Friday before that"; or simply what is before that one."""
    if words[at] == "bago":  # "yung buwan bago nun", then "at bago pa nun"
        after = at + 1 + (_word(words, at + 1) == "pa")
        return (ITS_LENGTH, after + 1) if _word(words, after) in THAT else None
    at += words[at] == "the"
    said = _word(words, at) in DAYS and _word(words, at + 1) == "before" and _word(words, at + 2) in THAT
    return ("7 day", at + 3) if said else None


def _before(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The week before, the 7 days before that, the previous period. "The week before Christmas" is none of these."""
    if words[at] == "the":
        at += 1
    if _word(words, at) in LAST[1:3] and _word(words, at + 1) == "period":
        return ITS_LENGTH, at + 2
    if (
        _word(words, at) in EARLIER and _count(words, at + 1) and _against(words, at)
    ):  # "the last 30 days vs the previous 30"
        unit = UNITS.get(_word(words, at + 2))
        return (f"{_count(words, at + 1)} {unit}", at + 3) if unit else (ITS_LENGTH, at + 2)
    count = _count(words, at) or 1
    at += bool(_count(words, at))
    if _word(words, at) == "period" and _word(words, at + 1) == "before":
        return ITS_LENGTH, at + 2 + (_word(words, at + 2) in THAT)
    if _word(words, at) in LAST[:3] and _word(words, at - 1) in AGAINST and not _word(words, at + 1)[:1].isalnum():
        return ITS_LENGTH, at + 1  # "kumpara sa nakaraan"
    if _word(words, at) in PRECEDING and _word(words, at + 1) in THAT:
        return ITS_LENGTH, at + 2
    return _units_before(words, at, count)


def _units_before(words: Sequence[str], at: int, count: int) -> tuple[str, int] | None:
    """So many units before: "7 days before that", "ang bulan sa wala pa ana"."""
    if _word(words, at) in UNITS and tuple(words[at + 1 : at + 4]) == SA_WALA_PA and _word(words, at + 4) in THAT:
        return f"{count} {UNITS[words[at]]}", at + 5
    if _word(words, at) not in UNITS or _word(words, at + 1) not in ("before", "bago", "prior", "una"):
        return None
    if _word(words, at + 1) == "una" and _word(words, at + 2) not in THAT:
        return None
    after = _word(words, at + 2)
    if after in THAT or after in ("", "?", ".", "!", ",") or not after[:1].isalnum():
        return (f"{count} {UNITS[words[at]]}", at + 2 + (after in THAT)) if 1 <= count <= 366 else None
    return None

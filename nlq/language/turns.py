"""Words that mean one thing in one turn of phrase and another in the next: "moved" that sold, "diff" that is different, "but" that only ties."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nlq.language.calendar_words import WORDS
from nlq.language.draft import COMPARE, REACHED, SILENT, VALUES, next_kind
from nlq.language.lexicon import GRAINS
from nlq.language.ordering import SORT
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span

SPLITS = frozenset(("split", "breakdown", "distribution", "mix"))
HOW = ("how has", "how have", "how did", "how is", "how are")
BUT = ("not", "none", *COMPARE, "between", "preposition")
STRONG, WEAK = (
    frozenset(("kusog", "malakas", "mabenta", "mahalin")),
    frozenset(("mahina", "matumal", "hinay", "mahinay")),
)
DISTINCT = ("distinct", "unique", "number of distinct", "no. of distinct")
FIRST = ("una", "unang", "first")
ONE = ("isa", "isang", "isa ka", "usa", "usa ka", "sa isa", "sa isang", "sa usa", "sa usa ka")
EXCLUDED = (
    "excluded",
    "left out",
    "not included",
    "not counted",
    "hindi kasama",
    "di kasama",
    "hindi isama",
    "dili apil",
)
INCLUDED = ("included", "counted", "kasama", "isama", "apil")
BEFORE = ("bago",)
LARGE = 1_000  # a figure, and no number of rows
THOSE = ("only those", "just those", "those", "only the ones", "the ones")
NOT_ALONE = ("hindi lang", "hindi lang sa", "hindi lamang", "di lang", "dili lang", "not only", "not just")
NONE_YET = ("wala pang", "walang pang", "wala pa")
IN_EACH = ("in each", "for each", "of each", "each")
DIFFERENCE = frozenset(("difference", "change", "diff"))
ASKING = frozenset(
    ("isnt", "arent", "wasnt", "werent", "havent", "hasnt")
)  # which ask where a question begins with them
BY_YEAR = re.compile(r"(?:years?|taon|tuig) \d")
HAPPENED = ("nahitabo", "nahitabong", "nangyari", "nangyaring", "happened")
NEGATIONS = ("hindi", "di", "dili")  # "not", of what stands right behind
PARTS = ("how much", "how mch", "hw much", "gaano kalaki", "gano kalaki")
COMES = frozenset(
    ("is", "are", "was", "were", "come", "comes", "came", "coming", "galing", "gikan", "nanggaling", "mula")
)


def taken(spans: list[Span]) -> None:
    """Settle each such word by what stands beside it, before anything else is read."""
    if spans and spans[0].kind == "not" and spans[0].text.lower().replace("’", "").replace("'", "") in ASKING:
        spans[0].kind = "filler"  # "isn't NCR the top region"
    for one, after in pairwise(spans):
        text = one.text.lower()
        if one.kind == "versus" and text == "diff" and after.kind == "dimension":
            one.kind = "filler"  # "how many diff products"
        elif one.kind == "number" and after.text.lower() == "x" and after.start == one.end:
            after.kind = "times"  # "5x or more"
        elif one.kind == "but" and after.kind in BUT:
            one.kind = "filler"
        elif text.split()[0] in REACHED and one.kind in COMPARE and next_kind(spans, one) in ("top", "bottom"):
            one.kind = "filler"  # "when did we reach our highest sales"
        elif one.kind == "active":
            one.kind = "filler" if after.kind in ("time", "preposition") else "unsupported"
        elif one.kind == "but" and after.kind in ("value", "place", "ask"):
            one.kind = "unsupported"
    if len(spans) > 1 and spans[0].text.lower() in DISTINCT and spans[1].kind == "dimension":
        spans[0].kind = "count"  # "distinct products sold in Mindanao"
    _each_of_them(spans)
    negated(spans)
    _left_out(spans)
    _only_those(spans)
    _same_again(spans)
    _part_of_day(spans)
    _there_is(spans)
    _not_alone(spans)
    _years(spans)
    _earliest_or_between(spans)
    _before_not_bago(spans)
    _neither_and_topped(spans)
    _by_years(spans)
    _up_to(spans)
    _which_unit(spans)
    _strong(spans)
    _moved(spans)
    _part(spans)
    _both_figures(spans)
    _idle(spans)


def _both_figures(spans: Sequence[Span]) -> None:
    """Take "both" for nothing before two figures: "show both revenue and transactions"."""
    for one, first, tie, second in zip(spans, spans[1:], spans[2:], spans[3:], strict=False):
        if (
            one.kind == "both"
            and first.kind == second.kind == "metric"
            and (tie.kind == "and" or tie.text.lower() == "at")
        ):
            one.kind = "filler"


def happened(spans: Sequence[Span]) -> None:
    """Take what happened for no question why where it is said of a figure: "pila ka transaksyon ang nahitabo sa …"; in place."""
    for at, one in enumerate(spans):
        if (
            one.kind == "why"
            and one.text.lower().split()[0] in HAPPENED
            and any(other.kind == "metric" for other in spans[:at])
        ):
            one.kind = "preposition"


def _idle(spans: Sequence[Span]) -> None:
    """Take "again" for nothing where it is only said to show something: "pakita ulit ang benta"."""
    for at, one in enumerate(spans):
        if one.kind == "again" and at in (1, 2) and all(other.kind in (*SILENT, "list") for other in spans[:at]):
            one.kind = "filler"


def _by_years(spans: list[Span]) -> None:
    """Part "by year 2024 to 2026" into what splits and the period."""
    for at, (one, after) in enumerate(pairwise(list(spans))):
        if one.kind == "by" and after.kind == "time" and BY_YEAR.match(after.text.lower()):
            spans.insert(at + 1, replace(after, text="year", kind="grain", ref="year", when=None, end=after.start))
            return


def _each_of_them(spans: Sequence[Span]) -> None:
    """Take "in each" for nothing where it is of the values that are set against each other: "NCR vs Cebu, how many customers in each"."""
    against = [one for one in spans if one.kind == "versus"]
    values = [one for one in spans if one.kind in VALUES]
    for at, one in enumerate(spans):
        if one.kind != "by" or one.text.lower() not in IN_EACH or not against or not values[1:]:
            continue
        after = next((other for other in spans[at + 1 :] if other.kind not in SILENT), None)
        if after is None or after.comma or after.kind == "time":
            one.kind = "filler"
    named = [one for one in against if not DIFFERENCE.isdisjoint(one.text.lower().split())]
    for one in named if len(against) > len(named) else ():
        one.kind = "filler"  # "1-14 Nov vs 1-14 Oct, with the difference"


def negated(spans: Sequence[Span]) -> None:
    """Take the "not" of Tagalog and Cebuano that stands right before a value for what leaves it out: "hindi weekend", "dili sari-sari"; and "tagsa-tagsa nga tindahan" for "by store"."""
    for one, after in pairwise([one for one in spans if one.kind not in SILENT]):
        if one.kind == "apiece" and after.kind in ("dimension", "grain"):
            one.kind = "by"
    for one, after in pairwise(spans):
        if after.kind == "metric" and one.text.lower() == "on" and any(SORT.intersection(other.text.lower().split()) for other in spans):  # fmt: skip
            one.kind = "by"  # "sort on transactions"
        if one.kind == "unsupported" and one.text.lower() in NEGATIONS and after.kind in VALUES:
            one.kind = "not"


def _left_out(spans: list[Span]) -> None:
    """Put the words that leave a value out before it: "closed ones not included", "ncr excluded"."""
    for at, one in enumerate(list(spans)):
        behind = (
            spans[at + 1 : at + 2] if one.kind == "not" and one.text.lower() in ("not", "hindi", "di", "dili") else []
        )
        ends = one.text.lower() in EXCLUDED or bool(behind and behind[0].text.lower() in INCLUDED)
        before = next((place for place in range(at - 1, -1, -1) if spans[place].kind not in SILENT), None)
        last = at + len(behind)
        rest = next((other for other in spans[last + 1 :] if other.kind not in SILENT), None)
        free = rest is None or rest.comma or rest.kind not in VALUES
        if not ends or before is None or spans[before].kind not in VALUES or not free:
            continue
        one.kind = "not"
        for other in behind:
            other.kind = "filler"
        spans.remove(one)
        spans.insert(before, one)


def _only_those(spans: Sequence[Span]) -> None:
    """Take "only those" for nothing where what they are stands behind it, and what is asked before it: "stores with no sales, only those still open"."""
    for at, (one, after) in enumerate(pairwise(spans)):
        asked = any(other.kind in ("metric", "dimension") for other in spans[:at])
        limits = after.kind in COMPARE or (after.kind == "preposition" and spans[at + 2 : at + 3] and spans[at + 2].kind in COMPARE)  # fmt: skip
        if one.kind == "reference" and one.text.lower() in THOSE and (after.kind in VALUES or limits) and asked:
            one.kind = "filler"
            for before in spans[max(0, at - 1) : at]:
                before.kind = "filler" if before.kind == "but" or before.text.lower() == "counting" else before.kind


def _same_again(spans: Sequence[Span]) -> None:
    """Take a value once that is said on both sides of what sets two periods against each other: "summer this year vs summer last year"."""
    at = next((place for place, one in enumerate(spans) if one.kind == "versus"), None)
    if at is None or not all(any(one.kind == "time" for one in side) for side in (spans[:at], spans[at + 1 :])):
        return
    said = {one.text.lower() for one in spans[:at] if one.kind in VALUES}
    for one in spans[at + 1 :]:
        if one.kind in VALUES and one.text.lower() in said:
            one.kind = "filler"


def _part_of_day(spans: Sequence[Span]) -> None:
    """Take the part of a day for nothing where its hours are said beside it: "evening, 6pm to 9pm", "gabi, 7pm pataas"."""
    named = [(one, one.hours) for one in spans if one.hours is not None and one.hours.said]
    said = [one.hours for one in spans if one.hours is not None and not one.hours.said]
    if len(named) != 1 or len(said) != 1 or any(one.kind in ("versus", "and", "more") for one in spans):
        return
    (part, within), (hours,) = named[0], said
    if hours.start < within.end and within.start < hours.end:
        part.kind, part.hours = "filler", None


def _there_is(spans: Sequence[Span]) -> None:
    """Take the "may" of "may benta ba" for "there is", not for the month."""
    for at, (one, after) in enumerate(pairwise(spans)):
        asks = any(other.text.lower().split()[0] in ("ba", "bang") for other in spans[at + 2 : at + 4])
        if one.text.lower() == "may" and after.kind == "metric" and asks:
            one.kind, one.when = "filler", None


def _not_alone(spans: Sequence[Span]) -> None:
    """Take "not only" for what it is where the other one follows: "hindi lang NCR, pati Calabarzon" is both."""
    for at, (one, after) in enumerate(pairwise(spans)):
        both = any(other.kind == "and" for other in spans[at + 2 :])
        if one.text.lower() in NOT_ALONE and after.kind in VALUES and both:
            one.kind = "filler"


def _years(spans: Sequence[Span]) -> None:
    """What is "more than one" in Tagalog and Cebuano is a number there, and no article: "higit sa isang tindahan". What looks like a year is a number between a limit and what it is of: "more than 2000 transactions"."""
    for at, (before, one) in enumerate(pairwise(spans)):
        after = next((other for other in spans[at + 2 :] if other.kind not in SILENT), None)
        counted = after is not None and after.kind in ("metric", "dimension", "grain")
        if before.kind in COMPARE and one.kind in (*SILENT, "by") and one.text.lower() in ONE and counted:
            one.kind, one.number = "number", 1
        if before.kind in COMPARE and before.text.lower() in NONE_YET and one.kind == "metric":
            before.kind = "none"  # "wala pang benta", not "wala pang 100"
        if before.kind in COMPARE and one.kind == "time" and one.text.isdecimal() and counted:
            one.kind, one.number, one.when = "number", int(one.text), None


def _earliest_or_between(spans: Sequence[Span]) -> None:
    """The first month with so much is the earliest, and not the best; what is "between NCR and Cebu" is a difference."""
    for one, after in pairwise(spans):
        if one.kind == "between" and after.kind in VALUES and any(other.kind == "versus" for other in spans):
            one.kind = "filler"
        elif one.kind == "top" and one.text.lower() in FIRST and after.kind == "grain":
            one.kind = "unsupported"


def _before_not_bago(spans: Sequence[Span]) -> None:
    """A place that is called as the word for "before" is none right before a time: "huling payday bago ngayon", not "sa Bago ngayon"."""
    for at, (one, after) in enumerate(pairwise(spans)):
        named = at > 0 and spans[at - 1].kind == "preposition"
        if one.kind in VALUES and one.text in BEFORE and after.kind == "time" and not named:
            one.kind = "unsupported"


def _neither_and_topped(spans: Sequence[Span]) -> None:
    """What was paid "neither by cash nor by card" is split by nothing; sales that "top 1 million" are above it."""
    for before, one, after in zip(spans, spans[1:], spans[2:], strict=False):
        if before.text.lower() in ("neither", "nor") and one.kind == "by" and after.kind in VALUES:
            one.kind = "filler"
        elif (
            before.kind == "metric" and one.kind == "top" and one.text.lower() == "top" and (after.number or 0) >= LARGE
        ):
            one.kind = "above"


def _up_to(spans: Sequence[Span]) -> None:
    """What is there "by November 10", or "as of yesterday", came up to that day: since when, another period says, "by November 10 this month"."""
    for at, (one, after) in enumerate(pairwise(spans)):
        as_of = one.text.lower() == "of" and at > 0 and spans[at - 1].text.lower() == "as"
        day = after.when.period if after.kind == "time" and after.when is not None else None
        if not (as_of or (one.kind == "by" and one.text.lower() == "by")) or day is None:
            continue
        words = [spans[at - 1], one] if as_of else [one]
        words[0].kind = "unsupported"
        around = [
            other for other in spans if other is not after and other.when is not None and _holds(other.when.period, day)
        ]
        if len(around) == 1 and isinstance(day, Period) and after.when is not None:
            begins = around[0].when.period.start  # type: ignore[union-attr]
            around[0].when = replace(around[0].when, period=Period(start=begins, end=day.end))  # type: ignore[type-var]
            for word in (*words, after):
                word.kind, word.role, word.when = "filler", "period", None


def _holds(whole: Period | Literal["all"], day: Period | Literal["all"]) -> bool:
    """Whether a day lies in a longer period."""
    return isinstance(whole, Period) and isinstance(day, Period) and day.days == 1 < whole.days and whole.start <= day.start <= whole.end  # fmt: skip


def _which_unit(spans: Sequence[Span]) -> None:
    """Of what time it is asked which, though it stands as before a date: "aling buwan ng 2025 ang pinakamatumal"."""
    for before, one in pairwise(spans):
        word = one.text.lower().split()[0]
        unit = GRAINS.get(WORDS.get(word, word))
        if before.kind == "which" and one.kind == "preposition" and unit is not None:
            one.kind, one.ref, one.meanings = "grain", unit, []


def _strong(spans: Sequence[Span]) -> None:
    """When something "is strong" is when it is strongest: "unsang orasa kusog ang halin"; what is "behind" last month is below it."""
    for at, one in enumerate(spans):
        words = set(one.text.lower().split())
        after = spans[at + 1] if at + 1 < len(spans) else None
        if one.kind == "moved" and one.text.lower() == "behind" and after is not None and after.kind == "time":
            one.kind = "rose"
        elif (
            one.kind == "moved"
            and words & (STRONG | WEAK)
            and at > 1
            and not any(other.kind == "versus" for other in spans)
        ):
            noun = next((other for other in reversed(spans[:at]) if other.kind not in SILENT), None)
            asked = (
                noun is not None
                and noun.kind in ("dimension", "grain")
                and any(other.kind == "which" for other in spans[:at])
            )
            one.kind = ("top" if words & STRONG else "bottom") if asked else one.kind


def _moved(spans: Sequence[Span]) -> None:
    """Goods that "moved" were sold; a figure that is asked how it "has moved" is a series."""
    if any(one.kind in ("why", "versus", "rose", "growth") for one in spans):
        return
    for one in spans:
        if one.kind == "moved" and one.text.lower() == "moved":
            one.kind = "trend" if spans[0].text.lower() in HOW or spans[0].text.lower() == "how" else "filler"


def _part(spans: Sequence[Span]) -> None:
    """How much of a figure comes from something is its share: "how much of Visayas revenue comes from Cebu"."""
    for at, one in enumerate(spans[:-2]):
        of = next((other for other in spans[at + 1 : at + 2] if other.kind in SILENT), None)
        said = one.text.lower()
        if one.kind != "amount" or not (
            said in PARTS and of is not None and of.text.lower().split()[0] in ("of", "sa", "ng")
        ):
            continue
        rest = spans[at + 2 :]
        later = [place for place, other in enumerate(rest) if COMES.intersection(other.text.lower().split())]
        part = bool(later) and any(other.kind in ("value", "place", "ask", "top") for other in rest[later[-1] :])
        if part and any(other.kind == "metric" for other in spans[at + 1 :]):
            one.kind = "share"


def before_split(spans: Sequence[Span], noun: Span) -> bool:
    """Whether a noun says what is split: "payment split by store type", "category breakdown of sales"."""
    at = next(place for place, one in enumerate(spans) if one is noun)
    after = spans[at + 1] if at + 1 < len(spans) else None
    return (
        after is not None and after.kind in ("filler", "by") and bool(SPLITS.intersection(after.text.lower().split()))
    )

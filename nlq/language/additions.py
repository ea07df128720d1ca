"""What is added to a list later on: "rice last month and noodles too", "benta sa Cebu ... pati Bohol", "apil ang bugas".

Two values of one field are nothing that one row can be at once: behind a word that adds, the second goes with the first.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, VALUES, Stop
from nlq.language.relations import alike
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span

BEFORE = frozenset((
    "and", "plus", "also", "pati", "pati na", "pati na rin", "apil", "apil ang", "lakip", "lakip ang", "uban", "likewise", "saka", "tsaka", "isama mo",
    "isama mo na", "isama", "kasama", "kasama rin", "gayundin", "and likewise", "include", "including",
))  # fmt: skip
BEHIND = frozenset(("too", "as well", "also", "likewise", "din", "rin", "usab", "sad", "pud", "naman din"))
BETWEEN = (*SILENT, "time", "metric", "and", "but", "followup", "by", "amount", "grain", "dimension", "count")


def found(spans: Sequence[Span]) -> list[Span]:
    """The values that are added to the list before them; the words that say so are used up."""
    added = []
    for at, one in enumerate(spans):
        if one.kind not in VALUES:
            continue
        first = next((place for place in range(at - 1, -1, -1) if spans[place].kind in VALUES), None)
        if first is None or not alike(spans[first], one) or any(each.kind not in BETWEEN for each in spans[first + 1 : at]):  # fmt: skip
            continue
        marks = [each for each in _beside(spans, at) if each.kind != "time"]
        if marks and at - first > len(marks):
            for mark in marks:
                mark.kind = "filler" if mark.kind in ("followup", "reference", "but") else mark.kind
            added.append(one)
    return added


def _beside(spans: Sequence[Span], at: int) -> list[Span]:
    """The words right before a value, and right behind it, that say that it is added."""
    marks, place = [], at - 1
    while place >= 0 and (spans[place].kind in (*SILENT, "and", "but", "followup")):
        if spans[place].text.lower() in BEFORE:
            marks.append(spans[place])
        place -= 1
    tied = bool(marks)
    marks += [spans[other] for other in range(place + 1, at) if tied and spans[other].kind == "but"]
    if at + 1 < len(spans) and spans[at + 1].text.lower() in BEHIND:
        marks.append(spans[at + 1])
    return marks


def apiece(spans: Sequence[Span]) -> Span | None:
    """The first value of a list of which each is asked for: "gcash, maya and card each", "tagsa ang Caraga ug Zamboanga"."""
    for at, one in enumerate(spans):
        beside = [other for other in (at - 1, at + 1) if 0 <= other < len(spans)]
        after = next((each for each in spans[at + 1 :] if each.kind not in SILENT), None)
        trails = one.kind == "by" and one.text.lower() in ("each", "for each", "in each") and at > 0 and spans[at - 1].kind in (*VALUES, "time") and (after is None or after.kind in ("time", "metric"))  # fmt: skip
        follows = _next_value(spans, at)
        leads = (
            one.kind == "by" and one.text.lower().endswith("each") and follows is not None and follows.kind in VALUES
        )
        if one.kind != "apiece" and not trails and not leads:
            continue
        listed = [each for each in (spans[at + 1 :] if leads else spans) if each.kind in VALUES]
        near = any(spans[other].kind in (*VALUES, *SILENT, "time") for other in beside)
        first = next((each for each, other in pairwise(listed) if alike(each, other)), None)
        if first is not None and near:
            one.kind, one.role = "filler", "grouping"
            return first
    return None


def _next_value(spans: Sequence[Span], at: int) -> Span | None:
    """The first value behind a word, with no more than "of" or "in" between them: "3 each from Luzon and Visayas"."""
    return next((one for one in spans[at + 1 :] if one.kind not in (*SILENT, "preposition")), None)


def split_by_them(composer: Composer) -> None:
    """Split by what the values are of each of which is asked for.

    Raises:
        Stop: they are of several levels.
    """
    if composer.apiece is None:
        return
    fields = {
        name
        for one in composer.filters.listed(composer.apiece)
        for each in composer.filters.of(one)
        for name in each.fields()
    }
    if len(fields) != 1:
        raise Stop(Refusal("out_of_scope", f'each of "{composer.apiece.text}" and the others cannot be split by yet: name one kind of them'))  # fmt: skip
    draft = composer.draft
    if draft.top is not None:  # "top 3 categories in Luzon, Visayas and Mindanao each"
        draft.per.extend(name for name in fields if name not in draft.per)
        draft.dimensions[:] = [*fields, *(name for name in draft.dimensions if name not in fields)]
        return
    draft.dimensions.extend(name for name in fields if name not in draft.dimensions)

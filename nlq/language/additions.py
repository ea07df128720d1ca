"""What is added to a list later on: "rice last month and noodles too", "benta sa Cebu ... pati Bohol", "apil ang bugas".

Two values of one field are nothing that one row can be at once: behind a word that adds, the second goes with the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, VALUES
from nlq.language.relations import alike

if TYPE_CHECKING:
    from collections.abc import Sequence

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

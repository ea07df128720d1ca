"""What rows are sorted by where that is said of what comes first: "most units first", "biggest one on top", "biggest peso drop first"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language import money, why
from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.language.match import Span

FIRST = ("first", "top", "una", "muna", "on top", "sa taas", "sa ibabaw", "at the top", "to the top", "the first")
BEST, MOVED = ("top", "high_first", "fastest"), ("rose", "growth", "moved")
RANKS = ("top", "bottom", "fastest", "slowest")


def taken(composer: Composer) -> None:
    """Take such words for an order of the rows, which leaves none out; a change in money is sorted by as such, and not in percent."""
    spans, draft = composer.spans, composer.draft
    cash = {*money.names(composer.model.header.currency)}
    draft.absolute = any(one.kind == "filler" and cash.intersection(one.text.lower().split()) for one in spans)
    found = _place(spans)
    if found is None:
        return
    at, ends = found
    between = spans[at + 1 : ends]
    rank, moved = spans[at], [one for one in between if one.kind in MOVED]
    falls = any(why.ways(one.text) == (-1,) for one in moved)
    up = (rank.kind in BEST) != falls  # the biggest drop is the least change
    for one in (*moved, spans[ends]):
        one.kind, one.role = "filler", "order"
    draft.growth = draft.growth or bool(moved) or rank.kind in ("fastest", "slowest")
    rank.kind, rank.role = "high_first" if up else "low_first", "order"
    figure = next((one for one in between if one.kind == "metric"), None)
    if figure is not None and not moved:
        spans.insert(at + 1, replace(rank, text="by", start=rank.end, end=rank.end, kind="by", meanings=[], role=""))


def are_sorted(spans: list[Span]) -> bool:
    """Whether it is said what comes first of all, and no row is pointed at."""
    return _place(spans) is not None


def _place(spans: list[Span]) -> tuple[int, int] | None:
    """Where the word of the rank stands, and the one that says "first"; None where none does, or something else stands between."""
    ends = next((at for at, one in enumerate(spans) if at and _ends(spans, at)), None)
    at = next((at for at in range(ends - 1, -1, -1) if spans[at].kind in RANKS), None) if ends is not None else None
    if at is None or ends is None or any(one.kind not in (*SILENT, *MOVED, "metric") for one in spans[at + 1 : ends]):
        return None
    return at, ends


def _ends(spans: list[Span], at: int) -> bool:
    """Whether a word says what comes first, and ends the question or a part of it."""
    after = spans[at + 1] if at + 1 < len(spans) else None
    return spans[at].text.lower() in FIRST and (after is None or after.comma or after.kind == "and")

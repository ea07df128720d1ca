"""The cheapest way through all spans that words may be parted into, and its runners-up: those that cost as much and say something else.

Every span costs one, so longer phrases win; an unknown word costs ten. A span that begins within the name of a dimension costs twice as much and
a little more, one over a comma a little under. A runner-up is as good where it costs less than half a span more.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nlq.language.match import Span

    Edges = Callable[[int], Iterable[tuple[int, float, Span]]]

UNKNOWN, SPAN = 10.0, 1.0
PARTED = 1.1  # more, of beginning a span within the name of a dimension: "sales per store | type"
OVER_COMMA = 0.75  # more, where a comma parts the words
MARGIN = 0.5  # in spans: a runner-up that costs at most so much more is as likely
MOST_RIVALS = 3


def ways(count: int, edges: Edges) -> tuple[list[Span], list[list[Span]]]:
    """The cheapest cover of so many words, and its runners-up, each with spans of its own.

    Args:
        count: how many words there are.
        edges: the spans that begin at a word, each with its length in words and its cost, longest first.
    """
    costs = [0.0] + [float("inf")] * count
    back: list[list[tuple[float, int, Span]]] = [[] for _ in range(count + 1)]  # what a way may end with at a place
    for start in range(count):
        for length, cost, span in edges(start):
            total, end = costs[start] + cost, start + length
            if total < costs[end]:
                costs[end] = total
                back[end].insert(0, (total, start, span))
            else:
                back[end].append((total, start, span))
    best = _from(back, count)
    rivals: list[list[Span]] = []
    end = count
    for at in range(len(best) - 1, -1, -1):
        for total, start, span in back[end][1:]:
            if total <= costs[end] + MARGIN and len(rivals) < MOST_RIVALS:
                other = [*_from(back, start), span]
                if _said(other) != _said(best[: at + 1]):
                    rivals.append([copy(one) for one in (*other, *best[at + 1 :])])
        end = back[end][0][1]
    return best, rivals


def _from(back: list[list[tuple[float, int, Span]]], end: int) -> list[Span]:
    """The cheapest way to a place."""
    found: list[Span] = []
    while end:
        _, end, span = back[end][0]
        found.append(span)
    return found[::-1]


def _said(spans: list[Span]) -> list[tuple[str, str, object]]:
    """What spans say, but for words that say nothing."""
    return [(one.kind, one.ref_of, one.meanings or one.number) for one in spans if one.kind not in SILENT]

"""Readings of one question whose words were parted otherwise, weighed: the cheaper one is taken, and where none is, it is asked which is meant.

Their spans cost the same (`lattice`), so what counts is what was done with them: each word that was passed over costs one, and so does each
that was put right, and each assumption.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language.lattice import MARGIN
from nlq.values import Clarification, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nlq.values import Interpretation


def weighed(read: Interpretation, others: Iterable[Interpretation], say: Callable[[SemanticQuery], list[str]]) -> Interpretation:  # fmt: skip
    """The reading that costs least, or a question back where others cost as much and are of other figures.

    Args:
        read: the first reading, whose outcome is a query.
        others: readings of the same words, parted otherwise; those that are no query say nothing.
        say: what is said of a query, part by part.
    """
    found = {read.outcome: read}
    for other in others:
        if isinstance(other.outcome, SemanticQuery):
            found.setdefault(other.outcome, other)
    least = min(map(_cost, found.values()))
    near = [one for one in found.values() if _cost(one) <= least + MARGIN]
    if len(near) == 1:
        return near[0]
    said = [say(one.outcome) for one in near if isinstance(one.outcome, SemanticQuery)]
    shared = set.intersection(*map(set, said))
    labels = [", ".join(part for part in parts if part not in shared) or parts[0] for parts in said]
    options = tuple((label, one.outcome) for label, one in zip(labels, near, strict=True) if isinstance(one.outcome, SemanticQuery))  # fmt: skip
    text = f"The words may be read in {len(options)} ways: {' or '.join(labels)}. Which is meant?"
    return replace(near[0], outcome=Clarification(text, options), assumptions=())


def _cost(read: Interpretation) -> int:
    passed_over = sum(len(one.text.split()) for one in read.words if one.kind == "ignored")
    return passed_over + len(read.doubts) + len(read.assumptions)

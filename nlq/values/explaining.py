"""Outcomes that are no single query: what is asked about the data itself, and why a figure changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nlq.values.query import SemanticQuery

Topic = Literal["meaning", "figures", "splits", "extent", "freshness", "week", "defaults", "source"]


@dataclass(frozen=True, slots=True)
class About:
    """A question about the data itself. `refs` are names of the model, each with what it names: metric, dimension or filter."""

    topic: Topic
    refs: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()  # words that are in no list: what is told is not about them


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Of a "why": one metric over a period against another, and the dimensions over which its change is taken apart.

    `claimed` is what the question says of the change: 1 that it rose, -1 that it fell, 0 nothing.
    """

    query: SemanticQuery
    over: tuple[str, ...]
    claimed: int = 0

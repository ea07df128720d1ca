"""What has been taken of a question so far, and how reading it ends early."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.values import Clarification, Refusal
    from nlq.values.query import Condition

COMPARE = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
SILENT = ("filler", "preposition", "reference")
VALUES = ("value", "place", "ask")
# Words for "at least" that say that it came to so much.
REACHED = frozenset(("reach", "reached", "hit", "hits", "pass", "passed", "cross", "crossed", "umabot", "naabot", "maabot", "nakaabot", "niabot", "miabot"))  # fmt: skip
ALL = frozenset(("all", "lahat", "tanan", "tanang"))
WHATEVER = frozenset(
    ("regardless", "irrespective", "kahit", "bisan", "anuman", "anumang")
)  # before what does not matter: all are meant
HELD = ("=", "in")  # operators of a condition that holds for the values it names


def words_between(spans: Sequence[Span], start: int, end: int) -> set[str]:
    """The words that stand between two places of the text."""
    return {word for one in spans if start <= one.start < end for word in one.text.lower().split()}


class Stop(Exception):
    """The reading ends here: a question back, or a refusal."""

    def __init__(self, outcome: Clarification | Refusal) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


@dataclass(slots=True)
class Draft:
    """What has been taken so far."""

    metrics: list[str] = field(default_factory=list)
    by_metric: str | None = None
    dimensions: list[str] = field(default_factory=list)
    adverbial: list[str] = field(default_factory=list)  # grains that were said as "daily" is
    absolute: bool = False  # a change is meant in money, not in percent
    newest: bool = False  # the newest or the oldest of things
    absent: list[Span] = field(default_factory=list)  # periods in which somebody did nothing: "but not in 1998"
    present: list[Span] = field(
        default_factory=list
    )  # periods in which somebody did something too: "in both May and June"
    pair: tuple[str, str] | None = None  # a figure over another, for which the model has no name
    whose: Span | None = None  # things of which only those beyond a limit are meant
    whose_by: str = ""  # the figure that limit is of, where it is not the usual one
    lacks: bool = False  # nothing at all of the figure: "no sales"
    over: list[Span] = field(default_factory=list)  # nouns after "per", by which a figure may be meant to be divided
    each: list[str] = field(default_factory=list)  # dimensions of which every group was asked for: "in each region"
    per: list[str] = field(default_factory=list)
    apart: list[str] = field(
        default_factory=list
    )  # what is split by only because values of it are set against each other
    loose: list[Span] = field(default_factory=list)
    whens: list[Span] = field(default_factory=list)
    top: bool | None = None
    earliest: bool = False  # the first day, week, month on which a limit was reached
    extremes: bool = False  # the best and the worst at once
    number: int | None = None
    position: tuple[int, int] | None = (
        None  # the places in the ranking that are meant: the second, the third to the fifth
    )
    trend: bool = False
    versus: bool = False
    growth: bool = False
    sorted: bool | None = None  # whether the highest come first, of all rows
    step: str = ""
    beyond: tuple[str, float] | None = (
        None  # how much things have to have risen or fallen, as a part of what was before
    )
    part: bool = False  # the limit is on what part each is of the whole
    worth: list[Condition] = field(default_factory=list)  # what each event has to be worth
    having: list[tuple[str, tuple[float, ...], str | None]] = field(default_factory=list)

    @property
    def besides(self) -> list[Span]:
        """Periods that things are chosen by, beside the one that figures are of."""
        return [*self.absent, *self.present]


def next_kind(spans: Sequence[Span], one: Span) -> str:
    """The kind of the next word that says something."""
    at = next(place for place, other in enumerate(spans) if other is one)
    return next((other.kind for other in spans[at + 1 :] if other.kind not in SILENT), "")

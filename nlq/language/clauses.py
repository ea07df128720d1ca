"""Who did something, of whom another figure is asked: "revenue this year from customers who bought rice in October".

The clause is a set, in a period of its own where one stands in it; the figure is of all that they did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.language import habits, sets
from nlq.language.draft import SILENT
from nlq.values.query import Condition, Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span

DID = frozenset((
    "bought", "buy", "buys", "purchased", "ordered", "bumili", "bumibili", "namili", "nipalit", "mipalit", "namalit", "mopalit", "got", "availed",
))  # fmt: skip
ELSE = (
    "top",
    "bottom",
    "count",
    "list",
    "by",
    "none",
    "both",
    "solely",
    "not",
    "again",
    "versus",
    "share",
    "which",
    "placing",
    "times",
    "once",
)
FIRST = ("and", "at", "ug")


@dataclass(frozen=True, slots=True)
class Clause:
    """People, by what they bought; `period` where it is not that of the figure."""

    people: str
    values: tuple[Span, ...]
    period: Period | None


def taken(composer: Composer) -> None:
    """Note the clause of a question for a figure of those whom it says; its words say nothing more."""
    spans = composer.spans
    if any(one.kind in ELSE for one in spans):
        return
    for at, one in enumerate(spans):
        people = habits.people_of(composer, one)
        values = _bought(spans, at) if people else []
        others = [
            each
            for each in spans
            if each.kind == "metric" and each is not one and habits.people_of(composer, each) is None
        ]
        if not people or not values or len(others) != 1 or (at and spans[at - 1].text.lower() in FIRST):
            continue
        last = next(place for place, each in enumerate(spans) if each is values[-1])
        after = next((each for each in spans[last + 1 :] if each.kind not in SILENT), None)
        own = after is not None and after.kind == "time" and sum(each.kind == "time" for each in spans) > 1
        period = after.when.period if own and after is not None and after.when is not None else None
        if own and not isinstance(period, Period):
            return
        one.kind, one.role = "filler", "set"
        if own and after is not None:
            after.kind, after.role = "filler", "set"
        composer.clause = Clause(people, tuple(values), period if isinstance(period, Period) else None)
        return


def _bought(spans: Sequence[Span], at: int) -> list[Span]:
    """The values right behind people and the word for what they did: "customers who bought | rice"."""
    place, said = at + 1, set(spans[at].text.lower().split())
    while place < len(spans) and spans[place].kind == "filler":
        said |= set(spans[place].text.lower().split())
        place += 1
    values: list[Span] = []
    while place < len(spans) and (spans[place].kind == "value" or (values and spans[place].kind == "and")):
        values += [spans[place]] if spans[place].kind == "value" else []
        place += 1
    return values if DID & said else []


def among(composer: Composer) -> tuple[Condition, ...]:
    """Those whom the clause says, as a condition on whose figure it is."""
    found = composer.clause
    if found is None:
        return ()
    conditions = composer.filters.take(list(found.values))
    field = conditions[0].field
    if len(conditions) > 1 and all(one.field == field and one.op in ("=", "in") for one in conditions):
        conditions = [
            Condition(field=field, op="in", values=tuple(value for one in conditions for value in one.values))
        ]
    return (sets.chosen(composer.model, found.people, conditions, found.period),)

"""Times of the clock in a question: "after 6pm", "from 8am to 10am", "between 5pm and 7pm", as whole hours of the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.language.tokens import hour
from nlq.values.query import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.tokens import Token
    from nlq.semantics.model import SemanticModel

FROM = ("after", "since", "from", "starting", "pagkatapos", "mula", "simula", "human", "sukad", "gikan")
UNTIL = ("before", "until", "till", "bago", "hanggang", "una", "hangtod")
TO = ("to", "until", "till", "and", "-", "–", "hanggang", "at", "hangtod", "ug")
TIES = ("ng", "sa", "mag", "the", "of", "-", "nga")
LATER = ("onwards", "onward", "pataas", "pasulong", "paibabaw")
DAY = 24


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day found in tokens `first` to `last` (exclusive): from one hour up to before another."""

    first: int
    last: int
    start: int
    end: int


def find(tokens: Sequence[Token]) -> list[Hours]:
    """Every stretch of hours of a question, left to right. A time that bounds nothing ("at 6pm") is the hour that it begins."""
    found: list[Hours] = []
    at = 0
    while at < len(tokens):
        if hour(tokens[at]) is None:
            at += 1
            continue
        one = _stretch(tokens, at)
        found.append(one)
        at = one.last
    return found


def _stretch(tokens: Sequence[Token], at: int) -> Hours:
    begins = hour(tokens[at]) or 0
    first = at
    while first and tokens[first - 1].word in TIES:
        first -= 1
    opener = tokens[first - 1].word if first else ""
    middle = tokens[at + 1].word if at + 1 < len(tokens) else ""
    ends = hour(tokens[at + 2]) if at + 2 < len(tokens) else None
    if middle in TO and ends is not None:
        start = first - 1 if opener in (*FROM, "between", "pagitan") else at
        return Hours(start, at + 3, begins, ends or DAY)
    if opener in FROM:
        return Hours(first - 1, at + 1, begins, DAY)
    if opener in UNTIL:
        return Hours(first - 1, at + 1, 0, begins or DAY)
    if middle in LATER:
        return Hours(at, at + 2, begins, DAY)
    return Hours(at, at + 1, begins, begins + 1)


def condition(model: SemanticModel, found: Hours) -> Condition | None:
    """The hours as a condition; None where nothing of the data has hours, or they go over midnight."""
    field = next((name for name, one in model.dimensions.items() if one.part is not None and one.part.unit == "hour"), None)  # fmt: skip
    if field is None or found.start >= found.end:
        return None
    if (found.start, found.end) == (0, DAY):
        return None
    return Condition(field=field, op="between", values=(found.start, found.end - 1))

"""Days of a kind: the latest of them ("last payday", "huling sweldo", "the last 3 paydays"), and days of the week from one to another ("Monday through Thursday")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language import positions
from nlq.language.draft import SILENT, Stop
from nlq.language.lexicon import Meaning
from nlq.language.match import Span
from nlq.values import Refusal
from nlq.values.query import Order

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.semantics.model import SemanticModel

LATEST = frozenset((
    "last", "latest", "most recent", "previous", "huli", "huling", "pinakahuling", "pinakabagong", "nakaraang", "nagdaang", "miaging", "niaging", "kataposang", "katapusang", "past",
))  # fmt: skip
TO = frozenset((*positions.TO, "till", "hangtud"))
FROM = frozenset(("from", "mula", "gikan", "simula", "sukad", "between"))
AND = frozenset(("and", "at", "ug"))
WEEK = 7


def taken(composer: Composer) -> None:
    """Take the words for such days, before anything else is read."""
    _from_one_to_another(composer.model, composer.spans)
    _latest(composer)


def _from_one_to_another(model: SemanticModel, spans: list[Span]) -> None:
    """Name every day of the week from one to another, each by itself: what holds for any of them is meant."""
    time = model.time_dimension
    field = f"{time.name}.day_of_week" if time is not None else ""
    at = 0
    while at + 2 < len(spans):
        first, tie, last = spans[at : at + 3]
        before = spans[at - 1] if at else None
        opened = before is not None and before.text.lower() in FROM
        between = opened and before is not None and before.text.lower() == "between"
        named = first.ref_of == last.ref_of == field and first.kind == last.kind == "value"
        if not named or tie.text.lower() not in (AND if between else TO):
            at += 1
            continue
        if opened and before is not None:
            before.kind, before.role = "filler", "connector"
        begin, days = int(str(first.meanings[0].value)), list[Span]()
        count = (int(str(last.meanings[0].value)) - begin) % WEEK
        for step in range(1, count):
            day = (begin + step - 1) % WEEK + 1
            days += [Span(tie.text, tie.end, tie.end, "value", [Meaning("value", field, value=day, label=str(day))]), Span("and", tie.end, tie.end, "and")]  # fmt: skip
        tie.kind = "and"
        spans[at + 2 : at + 2] = days
        at += 2 + len(days)


def _latest(composer: Composer) -> None:
    """Note how many of the latest days of a kind are meant, and put the words that say so aside."""
    spans, model = composer.spans, composer.model
    for at, one in enumerate(spans):
        if one.text.lower() not in LATEST or one.kind == "time":
            continue
        rest = [other for other in spans[at + 1 :] if other.kind not in SILENT][:2]
        number = rest.pop(0) if rest and rest[0].kind == "number" else None
        value = rest[0] if rest else None
        if value is None or value.kind != "value" or not model.is_of_days(value.ref_of) or model.dimensions.get(value.ref_of) is None:  # fmt: skip
            continue
        plural = value.text.lower().endswith("s")
        if model.dimensions[value.ref_of].type != "boolean" or value.meanings[0].value is not True or value.text.lower().startswith("weekend") or (plural and number is None):  # fmt: skip
            continue
        one.kind, one.role = "filler", "order"
        if number is not None and number.number is not None:
            number.kind, number.role = "filler", "limit"
        composer.latest_days = int(number.number or 1) if number is not None else 1
        return


def ranked(composer: Composer, dimensions: list[str]) -> tuple[tuple[Order, ...], int]:
    """The latest days first, and how many of them are meant.

    Raises:
        Stop: figures are split or ranked by something else as well.
    """
    time = composer.model.time_dimension
    assert time is not None  # noqa: S101 - days of a kind were named
    day = f"{time.name}.day"
    if set(dimensions) - {day} or composer.draft.top is not None or composer.draft.versus:
        raise Stop(Refusal("out_of_scope", "the latest of such days cannot be split, ranked or compared in one step: ask which day it was, then name it"))  # fmt: skip
    dimensions[:] = [day]
    return (Order(by=day, dir="desc"),), composer.latest_days

"""A part of the figure that was asked for before it: "sales in Q3, and how much of that was snacks"; "magkano doon ang cash" as a turn.

In one question both are answered, side by side. As a turn it narrows the question before; where that showed some of many, just these are meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language import shares
from nlq.language.draft import SILENT, VALUES, Stop
from nlq.language.relations import called
from nlq.language.turns import COMES
from nlq.values import Refusal
from nlq.values.query import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.values.query import Condition

THAT = frozenset(("that", "this", "it", "those", "these", "them"))
THERE = frozenset(("doon", "dun", "don", "diyan", "dyan", "didto", "ana", "niana", "ato", "nun", "niyan", "nyan", "niini"))  # fmt: skip
OF = frozenset(("of", "of that", "out of"))
ASKS = ("amount", "count", "share")
WHOLE = "all of it"


def pointing(spans: Sequence[Span]) -> list[Span]:
    """The words that say "of that" behind "how much", with what is asked of it behind them; none where it is not so asked."""
    for at, one in enumerate(spans):
        if one.kind not in ASKS or at + 1 == len(spans):
            continue
        after = spans[at + 1 : at + 3]
        first = after[0].text.lower()
        if first.split()[-1] in THERE and after[0].kind in SILENT:
            return [after[0]]
        words = [first, *(other.text.lower() for other in after[1:])]
        if first in OF and len(after) > 1 and after[1].kind in SILENT and words[1].split()[0] in THAT:
            return list(after)
        if after[0].kind in SILENT and first.split()[:2] in (
            ["of", "that"],
            ["of", "those"],
            ["of", "it"],
            ["of", "them"],
        ):
            return [after[0]]
    return []


def points_back(spans: Sequence[Span]) -> None:
    """Take such words for what they are in a turn of a conversation: they point at what was shown."""
    for one in pointing(spans):
        one.kind = "reference"


def taken(composer: Composer) -> None:
    """Note what part is asked for beside the whole, in one question; the words that say so are used up.

    Raises:
        Stop: there is no whole, or the part is more than a value or two of one kind.
    """
    spans = composer.spans
    found = pointing(spans)
    if not found:
        return
    at = next(place for place, one in enumerate(spans) if one is found[0])
    asked, before, behind = spans[at - 1], spans[: at - 1], spans[at + len(found) :]
    if not any(one.kind in ("metric", "amount", "count") for one in before):
        if any(word in THERE for word in found[0].text.lower().split()):
            return  # "magkano dun sa NCR": there, and nothing was asked before
        raise Stop(Refusal("out_of_scope", "this goes on from a question before, and there is none in this conversation: say all of it"))  # fmt: skip
    values = [one for one in behind if one.kind in VALUES]
    said = {one.kind for one in behind} - {*SILENT, *VALUES, "and"}
    if asked.kind == "count" or not values or said:
        raise Stop(Refusal("out_of_scope", f'"{asked.text} {found[0].text}" beside another figure cannot be read here: ask for one at a time'))  # fmt: skip
    for one in (asked, *found):
        one.kind, one.role = "filler", "comparison"
    for one in spans[at - 2 : at - 1]:
        one.role = "comparison" if one.kind == "and" else one.role
        one.kind = "filler" if one.kind == "and" else one.kind
    composer.part = tuple(values)


def of_a_condition(composer: Composer, metrics: list[str], own: tuple[Condition, ...], hours: Callable[[Composer], list[Condition]]) -> bool:  # fmt: skip
    """Whether a share is asked for of what is so by no value of a field: of receipts over 1k, of sales before 9am, of those of stores that opened this year.

    What it is of is noted, to stand beside the whole.
    """
    draft, spans, model = composer.draft, composer.spans, composer.model
    kinds = {one.kind for one in spans}
    said = [one for one in spans if one.role == "threshold" or one.hours is not None or (own and one.role == "filter")]
    plain = len(metrics) == 1 and model.metrics[metrics[0]].adds_up and not (draft.dimensions or draft.having or draft.versus)  # fmt: skip
    if "share" not in kinds or kinds & {"top", "bottom"} or not said or not plain:
        return False
    if kinds & {*VALUES} and not _comes(spans, said[0]):
        return False  # "share of gcash in sales after 8pm" is that of gcash
    conditions = (*hours(composer), *draft.worth, *own)
    if len(conditions) != 1:
        return False
    for one in spans:
        one.role = "share" if one.kind == "share" else one.role
    for one in [each for each in draft.loose if own and each.ref_of in model.counted]:
        one.role = "context"  # "of sales from stores opened this year"
        draft.loose.remove(one)
    composer.condition = Segment(" ".join(one.text for one in said), conditions)
    return True


def of_what_is_left(composer: Composer, metrics: list[str]) -> bool:
    """Whether the part that is asked for is all but a value, which is one figure and no split: "what % of sales was not paid in cash"; it is noted."""
    draft, spans, filters = composer.draft, composer.spans, composer.filters
    kinds = {one.kind for one in spans}
    plain = len(metrics) == 1 and composer.model.metrics[metrics[0]].adds_up and not (draft.dimensions or draft.having or draft.versus) and all(map(composer.is_entity, draft.loose))  # fmt: skip
    if "share" not in kinds or kinds & {"top", "bottom", "growth"} or not plain:
        return False
    figure = next((at for at, one in enumerate(spans) if one.kind == "metric"), 0)
    behind = [one for one in spans[figure:] if one.kind in VALUES and filters.are_left_out([one])]
    of_a_value = figure > 0 and spans[figure - 1].kind in VALUES  # "% of cash sales not in NCR"
    parts = behind if of_a_value and behind else shares.part_of(spans, filters, split=False) or []
    if not filters.are_left_out(parts):
        return False
    for one in spans:
        one.role = "share" if one.kind in ("share", "none", "not") else one.role
    label = f"not {' or '.join(one.text for one in parts)}"
    composer.condition = Segment(label, filters.take_left_out(parts))
    return True


def _comes(spans: Sequence[Span], said: Span) -> bool:
    """Whether a figure is said to come in so: "what portion of sales comes in after 8pm"."""
    figure = next((one for one in spans if one.kind == "metric"), None)
    between = [one for one in spans if figure is not None and figure.start < one.start < said.start]
    return bool(between) and any(COMES.intersection(one.text.lower().split()) for one in between[:3]) and not any(one.kind in VALUES for one in between)  # fmt: skip


def segments(composer: Composer) -> tuple[Segment, ...]:
    """The whole, and the part of it that is asked for beside it.

    Raises:
        Stop: the part has no split to be beside, or is not of one kind.
    """
    if composer.condition is not None:
        return (Segment(WHOLE, ()), composer.condition)
    held = composer.filters.take(list(composer.part))
    names = composer.draft.metrics
    if composer.draft.top is not None or composer.draft.versus or any(not composer.model.metrics[one].adds_up for one in names):  # fmt: skip
        raise Stop(Refusal("out_of_scope", "a part of what is ranked or compared cannot be read here: ask for one at a time"))  # fmt: skip
    parts = tuple(Segment(called(one), (each,)) for one, each in zip(composer.part, held, strict=True))
    return (Segment(WHOLE, ()), *parts)

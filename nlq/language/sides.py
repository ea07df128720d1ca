"""This against that, in one question: which values, times of the day or people are set against each other, and what holds of all sides."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import additions, clock, habits, of_that, one_by_one, opposites, relations
from nlq.language.draft import HELD, SILENT, Stop
from nlq.language.spans_of_time import two_periods
from nlq.values import Refusal
from nlq.values.query import Condition, Order, Segment

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.language.draft import Draft
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import SemanticQuery


def against(composer: Composer) -> list[Span]:
    """Values that are set against each other; where it is periods that are, or times of the day, none.

    Raises:
        Stop: it is not said what is set against what.
    """
    draft, spans = composer.draft, composer.spans
    one_by_one.apart(composer)
    found = relations.opposed(spans, composer.filters) if draft.versus else []
    if found and len(draft.whens) > 1 and two_periods(draft.whens):
        found = _periods_apart(composer, found)
    if draft.versus and not found:
        _not_beyond_one(composer)
    if draft.versus and not found:
        _of_clocks(composer)
    several = len(relations.compared_at(spans)) > 1
    if draft.versus and not found and (not two_periods(draft.whens) or several):
        raise Stop(Refusal("out_of_scope", "nlq can set values or periods against each other, one at a time; ask for each, or for all by name"))  # fmt: skip
    draft.versus = draft.versus and not found  # of periods, from here on
    for one in spans if draft.versus else ():
        one.role = "comparison" if one.kind == "versus" else one.role
    return found


def _periods_apart(composer: Composer, found: list[Span]) -> list[Span]:
    """Values that are set against each other beside two periods; none where figures are split by what they are of, and it is the periods that are."""
    fields = {name for one in found for condition in composer.filters.of(one) for name in condition.fields()}
    if fields <= set(composer.draft.dimensions):
        return []
    raise Stop(Refusal("out_of_scope", "several values and two periods at once cannot be set against each other: ask for one of them"))  # fmt: skip


def _not_beyond_one(composer: Composer) -> None:
    """Refuse "which regions sold more than NCR": those beyond the figure of one of them, which no limit can be.

    Raises:
        Stop: it is asked.
    """
    spans = composer.spans
    for at in relations.compared_at(spans):
        value = relations.value_beside(spans, at, 1)
        nouns = [one for one in spans[:at] if one.kind == "dimension" and one.role != "level"]
        kin = [one for one in nouns if value is not None and any(each.ref == one.ref_of for each in value.meanings)]
        if value is not None and kin:
            raise Stop(Refusal("out_of_scope", f'those beyond the figure of {value.text} cannot be found in one step: ask for "{kin[0].text}" ranked, or name a number'))  # fmt: skip


def _of_clocks(composer: Composer) -> None:
    """Two times of the day that are set against each other: "mornings vs afternoons"."""
    clocks = [one for one in composer.spans if one.hours is not None]
    said = [one for one in composer.spans if one.kind not in SILENT]
    beside = any("versus" in (one.kind, other.kind) and (one.hours or other.hours) for one, other in pairwise(said))
    if len(clocks) == 2 and (beside or not two_periods(composer.draft.whens)):
        composer.clocks, composer.draft.versus = clocks, False
        for one in composer.spans:
            one.role = "comparison" if one.kind == "versus" else one.role


def best_of_each(model: SemanticModel, draft: Draft, query: SemanticQuery) -> SemanticQuery:
    """What is best is so on each side: "top 3 categories in Luzon vs Visayas", "busiest hour on paydays vs other days".

    Raises:
        Stop: the sides are no values of one thing.
    """
    apart = draft.apart
    if query.limit is None or query.per or not set(query.dimensions) - set(apart):
        return query
    if query.segments:
        held = [one.where[0] for one in query.segments if len(one.where) == 1 and one.where[0].op in HELD]
        fields = {one.field for one in held if one.field in model.dimensions}
        values = tuple(value for one in held for value in one.values)
        if len(held) < len(query.segments) or len(fields) != 1 or len(values) != len(held):
            names = " and ".join(one.label for one in query.segments)
            raise Stop(Refusal("out_of_scope", f"the best for {names} at once cannot be read: ask for one at a time"))
        (field,) = fields
        both = () if set(values) == {True, False} else (Condition(field=field, op="in", values=values),)
        apart = [str(field)]
        query = replace(query, segments=(), where=(*query.where, *both), dimensions=(*apart, *query.dimensions))
    if not apart:
        return query
    return replace(query, per=tuple(apart), order=(*(Order(by=name, dir="asc") for name in apart), *query.order))


def named(composer: Composer, found: list[Span], periods: tuple[Segment, ...], totals: list[str]) -> tuple[tuple[Condition, ...], tuple[Segment, ...]]:  # fmt: skip
    """The conditions of all that was named, and the sides (or the `periods`): what holds of both stands in the conditions.

    `totals` are metrics of which plain totals are asked for.

    Raises:
        Stop: both values and periods are set beside one another.
    """
    where, sides = _sides(composer, found)
    if sides and periods:
        raise Stop(Refusal("out_of_scope", "several periods and several sides at once cannot be shown yet: ask for one period, or one side"))  # fmt: skip
    _of_unlike_days(composer, sides, totals)
    return where, sides or periods


def _of_unlike_days(composer: Composer, sides: tuple[Segment, ...], metrics: list[str]) -> None:
    """Say of totals over days of two kinds that there are more of the one: weekdays sell more than weekends, for there are five of them."""
    model, time = composer.model, composer.model.time_dimension
    fields = [name for side in sides for one in side.where for name in one.fields()]
    either = all(
        model.is_of_days(name)
        and (composer.opposite is not None or name in model.filters or model.dimensions[name].type == "boolean")
        for name in fields
    )
    if fields and either and time is not None and len(metrics) == 1 and model.metrics[metrics[0]].adds_up:
        each = {"metric": metrics[0], "each": [f"{time.name}.day"], "agg": "avg"}
        composer.assume(
            "these are totals over more days of the one kind than of the other, not what an average day of each had",
            {"metrics": [each]},
        )


def _sides(composer: Composer, found: list[Span]) -> tuple[tuple[Condition, ...], tuple[Segment, ...]]:
    additions.split_by_them(composer)
    composer.settle_places()
    beside = () if composer.condition is not None else (*hours(composer), *composer.draft.worth)
    sides: tuple[Segment, ...] = ()
    if composer.part or composer.condition is not None:
        sides = of_that.segments(composer)
    elif composer.opposite is not None:
        sides = opposites.segments(composer, composer.opposite)
    elif composer.known_before is not None:
        sides = habits.parts(composer)
    elif composer.clocks:
        sides = tuple(Segment(one.text, (_of_hours(composer, one),)) for one in composer.clocks)
    elif found:
        where, sides = relations.against(composer.model, composer.filters, composer.draft, found)
        return (*where, *beside), sides
    return _halved(composer, (*composer.filters.conditions(), *beside)), sides


def _halved(composer: Composer, where: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Conditions of which both answers are named split by what is asked: "weekday/weekend breakdown"."""
    both = [one for one in where if one.op == "in" and one.field in composer.model.dimensions and set(one.values) == {True, False}]  # fmt: skip
    dimensions = composer.draft.dimensions
    dimensions.extend(one.field for one in both if one.field is not None and one.field not in dimensions)
    return tuple(one for one in where if one not in both)


def hours(composer: Composer) -> list[Condition]:
    """Hours of the day that were named, and are set against no others."""
    apart = [id(one) for one in composer.clocks]
    return [_of_hours(composer, one) for one in composer.spans if one.hours is not None and id(one) not in apart]


def _of_hours(composer: Composer, one: Span) -> Condition:
    made = clock.condition(composer.model, one.hours) if one.hours is not None else None
    if made is None:
        raise Stop(Refusal("out_of_scope", f'"{one.text}" is nothing that these figures can be split by'))
    one.role = "filter"
    if one.hours is not None and one.hours.said:
        composer.assume(one.hours.said, {})
    return made

"""Conditions that nothing can meet at once: "NCR branches located in Cebu", "cash sales paid with GCash"."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from nlq.language.draft import HELD
from nlq.values import Refusal

LEAVES_OUT = ("!=", "not_in")
STATES = ("is_null", "is_not_null", "between", *LEAVES_OUT)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.semantics.model import Place, SemanticModel
    from nlq.values.query import Condition, SemanticQuery


def refused(model: SemanticModel, where: Sequence[Condition]) -> Refusal | None:
    """Why no row can be meant: two conditions hold one field to different values, or name places of which neither lies in the other."""
    mixed = {name for one in where if one.any for name in one.fields()}
    if mixed & {name for one in where if not one.any and one.query is None for name in one.fields()}:
        return Refusal("out_of_scope", "I do not know what belongs to what here: ask for each by itself", firm=True)
    held = [one for one in (*where, *_states(model, where)) if one.op in (*HELD, *STATES) and one.field is not None and one.query is None]  # fmt: skip
    for one, other in combinations(held, 2):
        found = places(model, one), places(model, other)
        both = one.op in HELD and other.op in HELD
        if one.field == other.field and ((both and not set(one.values) & set(other.values)) or _never(one, other)):
            return _no(model, one, other)
        if both and all(found) and not any(_meet(first, second) for first in found[0] for second in found[1]):
            return _no(model, one, other)
        if _left_out(one, other, *found) or _left_out(other, one, *reversed(found)):
            return _no(model, one, other)
    return None


def off_day(model: SemanticModel, query: SemanticQuery) -> Refusal | None:
    """Why a query of one day can mean none: it is not the day of the week that is named beside it ("on Monday and on Friday")."""
    period, time = query.period, model.time_dimension
    if time is None or period is None or isinstance(period, str) or period.start != period.end or period.start is None:
        return None
    for one in query.where:
        if one.field == f"{time.name}.day_of_week" and one.op in HELD and period.start.isoweekday() not in one.values:
            said = ", ".join(str(model.labels.get(one.field, {}).get(value, value)) for value in one.values)
            return Refusal("out_of_scope", f"{period.start:%A %Y-%m-%d} is no {said}: ask for one day at a time, or name the dates", firm=True)  # fmt: skip
    return None


def _states(model: SemanticModel, where: Sequence[Condition]) -> list[Condition]:
    """What the conditions that go by a name say: "open" is of those with no closing date."""
    return [term for one in where if one.field in model.filters and one.values == (True,) for term in model.filters[one.field or ""].where]  # fmt: skip


def _never(one: Condition, other: Condition) -> bool:
    """Whether one says that there is no such thing, and the other which it is, or one leaves out what the other holds; or two stretches of one field do not meet."""
    if one.op == other.op == "between":
        ends: tuple[Any, ...] = (*one.values, *other.values)
        first, last, start, end = ends
        return bool(last < start or end < first)
    for first, second in ((one, other), (other, one)):
        if first.op in HELD and second.op in LEAVES_OUT:  # "cashless", and in cash
            return set(first.values) <= set(second.values)
    return "is_null" in (one.op, other.op) and one.op != other.op


def is_the_rest(model: SemanticModel, one: Condition, other: Condition) -> bool:
    """Whether two conditions between them hold of everything: "open" and "closed", "cashless" and in cash."""
    first, second = _state(model, one), _state(model, other)
    if first is None or second is None or first.field != second.field:
        return False
    ops = {first.op, second.op}
    parted = bool(ops & {*HELD}) and bool(ops & {*LEAVES_OUT}) and set(first.values) == set(second.values)
    return parted or ops == {"is_null", "is_not_null"}


def _state(model: SemanticModel, condition: Condition) -> Condition | None:
    """What a condition says, where that is one thing, by a name or not."""
    if condition.field not in model.filters:
        return condition
    said = model.filters[condition.field].where
    return said[0] if condition.values == (True,) and len(said) == 1 else None


def _left_out(one: Condition, other: Condition, held: Sequence[Place], without: Sequence[Place]) -> bool:
    """Whether the places that one condition names lie in those that the other leaves out."""
    if one.op not in HELD or other.op not in LEAVES_OUT or not held:
        return False
    return all(any(_lies(place, around) for around in without) for place in held)


def places(model: SemanticModel, condition: Condition) -> list[Place]:
    """The places that a condition names, where they are known; of a name that several places of a level have, all."""
    known = model.dimensions.get(condition.field or "")
    level = known.place if known is not None else None
    found = [[place for place in model.gazetteer.places if place.level == level and place.value == value] for value in condition.values]  # fmt: skip
    if level == "island_group":  # which is a place by its regions
        found = [[place for place in model.gazetteer.places if place.level == "region" and place.island_group == value] for value in condition.values]  # fmt: skip
    return [place for places in found for place in places] if level and all(found) else []


def _meet(one: Place, other: Place) -> bool:
    return _lies(one, other) or _lies(other, one) or one.id == other.id


def _lies(inner: Place, outer: Place) -> bool:
    above = {"region": inner.region, "province": inner.province, "island_group": inner.island_group}
    return inner.level != outer.level and above.get(outer.level) == outer.value


def _no(model: SemanticModel, one: Condition, other: Condition) -> Refusal:
    if one.field == other.field and "is_null" in (one.op, other.op):
        known = model.dimensions[one.field or ""].label.lower()
        return Refusal("out_of_scope", f"nothing has a {known} and has none at once: ask for those that have one, or for the others", firm=True)  # fmt: skip
    if {*LEAVES_OUT} & {one.op, other.op}:
        held = next(each for each in (one, other) if each.op in HELD)
        said = ", ".join(map(str, held.values))
        return Refusal("out_of_scope", f'nothing is of "{said}" and not of it at once: ask for one of the two', firm=True)  # fmt: skip
    first, second = (", ".join(map(str, each.values)) for each in (one, other))
    fields = " and ".join(dict.fromkeys(model.dimensions[each.field or ""].label.lower() for each in (one, other)))
    return Refusal("out_of_scope", f'nothing is of "{first}" and of "{second}" at once ({fields}): ask for one of them, or for each', firm=True)  # fmt: skip

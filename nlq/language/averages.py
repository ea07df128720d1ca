"""Averages over groups: "average sales per day", "in a typical month"; refused where it is not said of what the average is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import Stop
from nlq.language.entries import Figured
from nlq.semantics.periods import UNITS
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.draft import Draft
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

A = ("a", "an", "one", "isang", "typical", "ordinary", "normal", "single", "given")
IN = ("in", "at", "sa", "ng")
MARKS = ("average", "median")
PRICED = frozenset(("magkano", "magkanong", "tagpila"))  # which ask for money alone


def averaged(model: SemanticModel, draft: Draft, spans: Sequence[Span], metrics: list[str]) -> Figured | None:
    """An average over groups: "average sales per day", "average daily sales". Where the model has a name for it, that is taken.

    None where nothing says over what; what is split by the same word is split no more.
    """
    marks = [one for one in spans if one.kind in MARKS and not one.role]
    if not marks or len(metrics) != 1:
        return None
    if any(one.kind == "median" for one in marks):
        return _taken(marks, _median(model, draft, spans, metrics))
    if draft.pair is not None:
        return _taken(marks, None)
    if model.metrics[metrics[0]].ratio is not None:
        if draft.adverbial and not any(one.kind == "by" for one in spans):
            raise Stop(
                Refusal(
                    "out_of_scope",
                    f"an average of {model.metrics[metrics[0]].label.lower()} over days is another figure: ask for it by day, or for the whole",
                )
            )
        return _taken(marks, None)
    unit = _unit(model, draft, spans) or _in_a(model, draft, spans) or _of_such_days(model, draft, spans, metrics[0])
    if unit is None:
        return None
    _check_money(model, spans, metrics[0])
    _one_of_many(model, draft, spans, unit)
    _over_two(model, draft, unit)
    if model.is_time_grain(unit):  # those of an average day are those who came
        metrics[0] = model.metrics[metrics[0]].during or metrics[0]
    draft.dimensions[:] = [name for name in draft.dimensions if name != unit]
    draft.over.clear()
    counts = next((one for one in model.public_metrics().values() if one.counts and one.counts == unit), None)
    pair = (metrics[0], (counts.during or counts.name) if counts is not None else "")
    ratio = next((name for name, one in model.public_metrics().items() if one.ratio == pair), None)
    if ratio is not None:
        metrics[0] = ratio
        return _taken(marks, None)
    return _taken(marks, Figured((unit,), "avg"))


def _check_money(model: SemanticModel, spans: Sequence[Span], metric: str) -> None:
    """Refuse how many there are on average where it is asked how much that is: "magkano ang karaniwang resibo" is no number of receipts.

    Raises:
        Stop: money is asked for, and the figure is none.
    """
    priced = any(PRICED.intersection(one.text.lower().split()) for one in spans)
    if priced and model.metrics[metric].unit != model.header.currency:
        raise _no(f"{model.metrics[metric].label.lower()} are no money: how much of what is it on average?")


def _median(model: SemanticModel, draft: Draft, spans: Sequence[Span], metrics: list[str]) -> Figured:
    """The middle one of the figures of each day, store or whatever: never an average, nor of a quotient.

    Raises:
        Stop: it is not said of what, or the figure is a quotient.
    """
    under = _counted_under(model, metrics[0])
    if under is not None and draft.pair is None:  # "median sales per store"
        metrics[0] = under[0]
        draft.metrics[:] = [under[0]]
        return Figured((under[1],), "median")
    if draft.pair is not None or model.metrics[metrics[0]].ratio is not None:
        raise _no(f"the median of {model.metrics[metrics[0]].label.lower()} cannot be taken: ask for that of a plain figure, as of daily sales")  # fmt: skip
    unit = _unit(model, draft, spans) or _in_a(model, draft, spans) or _of_such_days(model, draft, spans, metrics[0])
    if unit is None:
        raise _no('a median of what? Say "the median of daily sales", or "median sales per store"')
    _one_of_many(model, draft, spans, unit)
    if model.is_time_grain(unit):
        metrics[0] = model.metrics[metrics[0]].during or metrics[0]
    draft.dimensions[:] = [name for name in draft.dimensions if name != unit]
    draft.over.clear()
    return Figured((unit,), "median")


def _over_two(model: SemanticModel, draft: Draft, unit: str) -> None:
    """Refuse an average day of an average store, split further: "average daily transactions per store by store type".

    Raises:
        Stop: that is asked.
    """
    things = [name for name in draft.each if name in model.counted and name != unit]
    others = [name for name in draft.dimensions if name not in things and name != unit]
    if things and others and model.is_time_grain(unit) and draft.top is None:
        label = model.dimensions[things[0]].label.lower()
        raise _no(f"an average over each day and each {label} at once cannot be read yet: ask for one of the two")


def _counted_under(model: SemanticModel, metric: str) -> tuple[str, str] | None:
    """Of a figure over how many things there are, the figure, and the things."""
    ratio = model.metrics[metric].ratio
    counts = [one.counts for one in model.metrics.values() if ratio is not None and one.counts and ratio[1] in (one.name, one.during)]  # fmt: skip
    return (ratio[0], counts[0]) if ratio is not None and counts else None


def _one_of_many(model: SemanticModel, draft: Draft, spans: Sequence[Span], unit: str) -> None:
    """Refuse "average sales per day of a minimart": what all of them sell on an average day is another figure, by many times."""
    for one in spans:
        known = [
            model.dimensions[meaning.ref]
            for meaning in one.meanings
            if meaning.kind == one.kind and meaning.ref in model.dimensions
        ]
        counted = {each.kind_of if one.kind == "value" else each.name for each in known} & model.counted
        if counted - {unit} and one.role != "dimension" and one.ref_of not in draft.dimensions and _after_a(spans, one):
            raise _no(
                f'I do not know how to take the average of each "{one.text}" over each {unit.rpartition(".")[2]}: ask for one of the two'
            )


def check_grains(model: SemanticModel, figured: Figured, dimensions: Sequence[str]) -> None:
    """Refuse an average month of each week.

    Raises:
        Stop: figures are split by what is as short as that which they are averaged over.
    """
    over, split = ([UNITS.index(name.rpartition(".")[2]) for name in names if model.is_time_grain(name)] for names in (figured.each, dimensions))  # fmt: skip
    if figured.window is None and over and split and min(split) <= max(over):
        raise _no(
            f"an average {UNITS[max(over)]} of each {UNITS[min(split)]} cannot be taken: name a longer one, or leave it out"
        )


def _of_such_days(model: SemanticModel, draft: Draft, spans: Sequence[Span], metric: str) -> str | None:
    """The day, where it is said of which days an average is: "average sales on a Monday", "typical payday sales"."""
    time = model.time_dimension
    if time is None or draft.loose or draft.top is not None or not model.metrics[metric].adds_up:
        return None
    days = {one.ref_of for one in spans if one.kind == "value" and model.is_of_days(one.ref_of)}
    return f"{time.name}.day" if len(days) == 1 else None


def _unit(model: SemanticModel, draft: Draft, spans: Sequence[Span]) -> str | None:
    """What an average is over: "daily" of "average daily sales", else what stands after "per"; of several, a unit of one ("of one store")."""
    units = list(dict.fromkeys(draft.adverbial or draft.each))
    single = [
        one.ref_of for one in spans if one.role == "dimension" and one.kind == "dimension" and _of_one(spans, one)
    ]
    grains = [name for name in units if model.is_time_grain(name)]
    within = {
        one.ref_of
        for before, one in pairwise(spans)
        if before.kind == "by"
        and before.text.lower().split()[0] in IN
        and not before.text.lower().endswith(("isang", "usa ka"))
    }
    if (
        len(units) > 1 and len(grains) == 1 and not (model.counted & set(units)) - within
    ):  # "average sales per day in each region"
        return grains[0]
    if len(units) > 1 and len(set(single)) == 1:
        pers = [one.text for before, one in pairwise(spans) if before.text.lower() == "per" and one.ref_of in units]
        if len(pers) > 1 and grains and not draft.adverbial:
            raise _no(f'is it an average over each {pers[0]}, or over each {pers[1]}? Say "average sales per {pers[0]}, by {pers[1]}"')  # fmt: skip
        return single[0]
    return units[0] if len(units) == 1 else None


def _in_a(model: SemanticModel, draft: Draft, spans: Sequence[Span]) -> str | None:
    """The unit of "in a day", "in a typical month"."""
    time = model.time_dimension
    nouns = [one for one in draft.loose if _after_a(spans, one)]
    if len(nouns) != 1 or (time is None and nouns[0].kind == "grain"):
        return None
    noun = nouns[0]
    noun.role = "average"
    draft.loose[:] = [one for one in draft.loose if one is not noun]
    return f"{time.name}.{noun.ref}" if noun.kind == "grain" and time is not None else noun.ref_of


def _after_a(spans: Sequence[Span], noun: Span) -> bool:
    """Whether a noun is one of its kind: "in a day", "what a customer spends"."""
    at = next(place for place, one in enumerate(spans) if one is noun)
    return at > 0 and spans[at - 1].text.lower().split()[-1] in A


def _of_one(spans: Sequence[Span], noun: Span) -> bool:
    """Whether "one" stands before a noun: an average is of one store, or of one day."""
    at = next(place for place, one in enumerate(spans) if one is noun)
    return at > 0 and spans[at - 1].text.lower().endswith(("isang", "usa ka", "per"))


def _taken(marks: Sequence[Span], found: Figured | None) -> Figured | None:
    for one in marks:
        one.role = "average"
    return found


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

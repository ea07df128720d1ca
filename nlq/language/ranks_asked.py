"""How rows are split, in which order they come and how many are meant, and what limits there are on their figures."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from nlq.language import choices, days_asked, entries, lists, ordering, sets
from nlq.language.deeds import BOUGHT, does
from nlq.language.draft import Stop
from nlq.values import Refusal
from nlq.values.query import Condition, Order, Period

if TYPE_CHECKING:
    from nlq.language.compose import Composer

ORDERS: dict[str, Literal["asc", "desc"]] = {"latest_first": "desc", "earliest_first": "asc"}
LENGTHS = {"week": 7, "month": 31, "quarter": 92, "year": 366}  # days at most


WHAT = (
    "what",
    "whats",
    "what's",
    "ano",
    "anong",
    "unsa",
    "unsay",
)  # what is best, and not which of those that are named


def split(composer: Composer, period: Any) -> list[str]:
    """The dimensions, with the grain of time that a trend or a growth takes where none was named."""
    draft = composer.draft
    if draft.step and isinstance(period, Period) and period.days > LENGTHS[draft.step] and not any(map(composer.model.is_time_grain, draft.dimensions)):  # fmt: skip
        time = composer.model.time_dimension  # "month over month growth in 1997": of each of its months
        draft.dimensions.extend([f"{time.name}.{draft.step}"] if time is not None else [])
    if draft.trend and draft.top is not None and draft.dimensions:
        raise Stop(Refusal("out_of_scope", "the best, and how they went over time, are two questions: ask one at a time"))  # fmt: skip
    if draft.trend and not any(composer.model.is_time_grain(name) for name in draft.dimensions):
        time = composer.model.time_dimension
        days = period.days if isinstance(period, Period) else 10_000
        grain = "day" if days <= 31 else "week" if days <= 120 else "month" if days <= 1_100 else "quarter"
        if time is not None:
            draft.dimensions.append(f"{time.name}.{grain}")
            composer.assume(f"by {grain}, as the trend's grain was not named", {"dimensions": [f"{time.name}.month"]})
    dates = [name for name in draft.dimensions if name in composer.model.dimensions and composer.model.dimensions[name].type == "date" and not composer.model.dimensions[name].time]  # fmt: skip
    if dates and any(
        map(composer.model.is_time_grain, draft.dimensions)
    ):  # "stores opened over time": revenue, or how many
        label = composer.model.dimensions[dates[0]].label.lower()
        raise Stop(
            Refusal("out_of_scope", f'by {label} and over time at once cannot be read: say "how many … per year"')
        )
    return draft.dimensions


def _unranked(composer: Composer, metrics: list[str], dimensions: list[str]) -> tuple[tuple[Order, ...], int | None]:
    """The order of rows of which none are left out; of days on which a total had come to an amount only the first is meant."""
    draft, model = composer.draft, composer.model
    if entries.is_reached(model, draft, composer.spans):
        return (Order(by=dimensions[-1], dir="asc"),), 1
    grains = [name for name in dimensions if model.is_time_grain(name)]
    if draft.earliest and draft.having and len(grains) == len(dimensions) == 1:
        return (Order(by=grains[0], dir="asc"),), 1
    if draft.earliest:
        raise Stop(
            Refusal("out_of_scope", "the first time of what? Ask for one figure beyond a limit, by day, week or month")
        )
    sorts = bool(draft.by_metric) and any(
        ordering.SORT.intersection(one.text.lower().split()) for one in composer.spans
    )
    if draft.sorted is not None or sorts:
        return (Order(by=metrics[0], dir="asc" if draft.sorted is False else "desc"),), None
    dated = [name for name in dimensions if "." in name and name in model.grains and not model.is_time_grain(name)]
    return tuple(Order(by=name, dir="asc") for name in dated[:1]), None  # by the year of opening: as years go


def ranked(composer: Composer, metrics: list[str], dimensions: list[str]) -> tuple[tuple[Order, ...], int | None]:
    """The order, and how many of the first are meant (None: all).

    Raises:
        Stop: nothing is ranked.
    """
    draft = composer.draft
    if composer.latest_days:
        return days_asked.ranked(composer, dimensions)
    latest = next((one for one in composer.spans if one.kind in ORDERS), None)
    if latest is not None and draft.top is None:
        grains = [name for name in dimensions if composer.model.is_time_grain(name)]
        if len(grains) != 1:
            raise Stop(Refusal("out_of_scope", f'I do not know what "{latest.text}" puts in order'))
        latest.role = "order"
        return (Order(by=grains[0], dir=ORDERS[latest.kind]),), None
    if draft.top is None:
        return _unranked(composer, metrics, dimensions)
    if not dimensions and not _of_such_things(composer):
        dimensions.extend(_kinds(composer))
    if not dimensions:
        dimensions.extend(who(composer) or _such_days(composer))
    if not dimensions:
        ask = (
            choices.for_missing_time
            if any(one.kind == "whenever" for one in composer.spans)
            else choices.for_missing_entity
        )
        raise Stop(ask(composer.model, composer.options_base(composer.filters.conditions()), top=draft.top))
    if set(dimensions) <= set(draft.each) and not draft.per:
        base = composer.options_base(composer.filters.conditions())  # "top 3 in each region": three of what?
        raise Stop(choices.for_missing_entity(composer.model, base, top=draft.top))
    order = ordering.by(composer.draft, metrics[0])
    limit = draft.number
    if limit is None:
        limit = composer.model.header.default_ranking_limit if ordering.plural(composer.model, composer.spans) else 1
        other = 1 if limit > 1 else composer.model.header.default_ranking_limit
        composer.assume(f"the {'top' if draft.top else 'bottom'} {limit}, as no number was named", {"limit": other})
    return order, limit


def _of_such_things(composer: Composer) -> bool:
    """Whether the things that are ranked go by the name of their count: "top 20 items in supermarkets" ranks no stores."""
    spans = composer.spans
    at = next((place for place, one in enumerate(spans) if one.kind in ("top", "bottom")), None)
    if at is None:  # "the third Monday" is a place by another word
        return False
    rest = [one for one in spans[at + 1 :] if one.kind not in ("filler", "number")]
    counts = bool(rest) and rest[0].kind == "metric" and composer.model.metrics[rest[0].ref_of].unit == "count"
    return counts and len(rest) > 1 and rest[1].kind == "preposition"


def _kinds(composer: Composer) -> list[str]:
    """What the values that are named are kinds of: supermarkets are stores; not where it is asked what is best in them."""
    spans = composer.spans
    what = spans[0].text.lower().split()[0] in WHAT
    inside = [one for before, one in pairwise(spans) if before.text.lower().split()[-1] in ("in", "at") or (what and before.kind == "preposition")]  # fmt: skip
    kinds = [
        composer.model.dimensions[meaning.ref].kind_of
        for one in spans
        if one.kind == "value" and not any(one is each for each in inside)
        for meaning in one.meanings
        if meaning.ref in composer.model.dimensions
    ]
    return list(dict.fromkeys(kind for kind in kinds if kind))


def _such_days(composer: Composer) -> list[str]:
    """Days, where it is asked which of them: "which payday had the highest sales". A weekend is no day."""
    time, model = composer.model.time_dimension, composer.model
    for before, one in pairwise(composer.spans):
        named = before.kind == "which" and one.kind == "value" and model.is_of_days(one.ref_of)
        if named and time is not None and not one.text.lower().startswith("weekend"):
            composer.draft.number = composer.draft.number or (None if one.text.lower().endswith("s") else 1)
            return [f"{time.name}.day"]
    return []


def who(composer: Composer) -> list[str]:
    """People, where it is asked who bought the most."""
    people = [name for name, one in composer.model.dimensions.items() if one.optional]
    who = any(
        one.kind == "which" and lists.WHO.intersection(re.split(r"[\s-]", one.text.lower())) for one in composer.spans
    )
    bought = any(word in BOUGHT for one in composer.spans for word in one.text.lower().split())
    return people if who and bought and len(people) == 1 else []


def limits(composer: Composer, metrics: list[str], dimensions: list[str]) -> tuple[Condition, ...]:
    """Limits on the figures of what is split.

    Raises:
        Stop: nothing is split.
    """
    found = []
    if dimensions and _counts_those_who(composer, dimensions):
        raise Stop(Refusal("out_of_scope", "how many did so in each group cannot be counted in one step: ask which they are"))  # fmt: skip
    if composer.draft.having and not dimensions:
        dimensions.extend(
            _kinds(composer) or who(composer)
        )  # "who shopped at 3+ branches", "supermarkets with at least 1,000 customers"
    for op, value, metric in composer.draft.having:
        if not dimensions:
            raise Stop(
                Refusal("out_of_scope", "a limit on a figure needs something to apply to: stores, products, days …")
            )
        if metric is not None and metric not in metrics:
            label = composer.model.metrics[metric].label.lower()
            raise Stop(Refusal("out_of_scope", f"a limit on {label} needs the figure beside it: ask which they are"))
        name = f"{metrics[0]}__share" if composer.draft.part else metric or metrics[0]
        if composer.draft.part and not composer.model.metrics[metrics[0]].adds_up:
            raise Stop(Refusal("out_of_scope", "what part each is of the whole is known of figures that add up, such as sales"))  # fmt: skip
        found.append(Condition(field=name, op=op, values=value))  # type: ignore[arg-type]
    return tuple(found)


def _counts_those_who(composer: Composer, dimensions: list[str]) -> bool:
    """Whether it is things that did so much that are counted, in each of other groups: "customers who spent over 10,000, by island group"."""
    spans, model = composer.spans, composer.model
    first = next((at for at, one in enumerate(spans) if one.kind == "metric"), None)
    limit = next((at for at, one in enumerate(spans) if one.role == "threshold"), None)
    counted = sets.counted_by(model, [spans[first].ref_of]) if first is not None else None
    if first is None or limit is None or first > limit or counted is None or counted in dimensions:
        return False
    did = any(one.kind == "which" or does(one) for one in spans[first + 1 : limit])
    return did and any(metric not in (None, spans[first].ref_of) for _, _, metric in composer.draft.having)


def named_only(composer: Composer, metrics: list[str], dimensions: list[str], *, chosen: bool) -> list[Condition]:
    """Rows that name no customer (or whatever is optional) are not ranked among the customers, nor chosen by a limit."""
    tables = {table for name in metrics for table in composer.model.base_tables(name)}
    found = []
    for name in dimensions if chosen else ():
        one = composer.model.dimensions.get(name)
        if one is not None and one.optional and tables != {one.table}:
            composer.assume(f"known {one.label.lower()}s only: rows that name none are left out", {})
            found.append(Condition(field=name, op="is_not_null"))
    return found

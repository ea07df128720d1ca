"""In which order rows come, how many are meant, and what a growth is shown beside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nlq.language.draft import Stop
from nlq.language.spans_of_time import lined_up
from nlq.semantics.periods import step_of
from nlq.values import Refusal
from nlq.values.query import Order, Period, Shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.draft import Draft
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Share


SINGLE = frozenset(("one", "alin", "aling", "hain", "asa", "kinsa", "sino"))
SEVERAL = ("ano ano", "anu ano", "sino sino", "sinu sino", "alin alin")
SORT = frozenset(("sort", "sorted", "order", "ordered", "arrange", "arranged", "ayusin", "i-sort", "isort"))
PEOPLE = ("people", "ppl", "folks")
LONGEST = 366  # days of a period that is set against as many before it, where nothing says against what


def by(draft: Draft, metric: str) -> tuple[Order, ...]:
    """By the figure; within each group, group after group."""
    groups = (Order(by=name, dir="asc") for name in draft.per)
    return (*groups, Order(by=metric, dir="desc" if draft.top else "asc"))


def by_share(order: tuple[Order, ...], share: Share | None, draft: Draft) -> tuple[Order, ...]:
    """By the shares, where these are what is sorted, and each is of another whole: "GCash's share per region, highest to lowest"."""
    if share is None or not share.free or not share.within or draft.sorted is None:
        return order
    return tuple(replace(one, by=f"{one.by}__share") for one in order)


def plural(model: SemanticModel, spans: Sequence[Span]) -> bool:
    """Whether what is ranked was named in the plural: in English by its end, in Tagalog and Cebuano by "mga" before it."""
    if any(one.kind == "which" and one.text.lower().replace("-", " ").startswith(SEVERAL) for one in spans):
        return True
    named = [at for at, one in enumerate(spans) if one.kind in ("dimension", "grain") and one.role == "dimension"]
    owned = [at for at in named if not spans[at].text.lower().endswith(("'s", "’s"))]  # "each store's best month"
    at = next(iter(owned or named), None)
    if at is None:
        return not any(
            SINGLE.intersection(one.text.lower().split()) for one in spans if one.kind == "which"
        )  # "which one was worst", "alin ang pinakamataas"
    return is_plural(model, spans, spans[at])


def is_plural(model: SemanticModel, spans: Sequence[Span], noun: Span) -> bool:
    """Whether a noun is in the plural: in English by its end, in Tagalog and Cebuano by "mga" before it."""
    at = next(place for place, one in enumerate(spans) if one is noun)
    if any("mga" in one.text.lower().split() for one in spans[max(0, at - 2) : at + 1]):
        return True
    known = model.dimensions.get(spans[at].ref_of)
    text = (
        spans[at].text.lower().replace("’", "'").partition(" of ")[0].removesuffix("'s").rstrip("'")
    )  # "hours of the day"
    local = known is not None and any(text in known.synonyms.get(language, ()) for language in ("fil", "ceb"))
    return (text.endswith("s") or text in PEOPLE) and not local


def growth(model: SemanticModel, draft: Draft, metrics: list[str], order: tuple[Order, ...], compare: Any, dimensions: list[str],
           period: Any) -> tuple[list[str], tuple[Order, ...], Any]:  # fmt: skip
    """The metrics, the order and the comparison, where a growth is shown beside the figure, the figure before, and the change."""
    compare = lined_up(period, compare, split=any(map(model.is_time_grain, dimensions)))
    growths = [name for name in metrics if model.metrics[name].growth]
    if not (growths or draft.growth) or not isinstance(period, Period):
        return metrics, order, compare
    shown = {name: model.metrics[name].growth or name for name in metrics}
    grains = [name.rpartition(".")[2] for name in dimensions if model.is_time_grain(name)]
    count, unit = (1, draft.step) if draft.step else (1, grains[0]) if grains else step_of(period)
    if compare is None and unit == "day" and count > LONGEST:
        raise Stop(Refusal("out_of_scope", "a growth since when, against what? Name the two periods"))
    every, by = growths or metrics, "change" if draft.absolute else "growth"
    order = tuple(Order(by=f"{shown[one.by]}__{by}", dir=one.dir) if one.by in every else one for one in order)
    if growths and not order and dimensions and not grains and draft.beyond is None:
        order = (Order(by=f"{shown[growths[0]]}__{by}", dir="desc"),)  # what was asked for comes first
    return list(dict.fromkeys(shown.values())), order, compare or Shift(shift=f"{count} {unit}")

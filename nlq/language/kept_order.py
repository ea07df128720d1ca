"""The order and the number of rows in a change of a query: those that there were, or what is ranked and sorted now."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import kept_figures, ordering, turns
from nlq.language.draft import ALL, SILENT, Stop
from nlq.language.walk import ONLY
from nlq.values import Refusal
from nlq.values.query import MetricEntry, Order, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

FIRST_PLACE = ("number one", "number 1", "no 1", "no. 1", "#1")


def of(composer: Composer, last: SemanticQuery, metrics: list[str | MetricEntry], dimensions: list[str], *, within: bool, of_each: bool) -> tuple[tuple[Order, ...], int | None, tuple[str, ...]]:  # fmt: skip
    """The order, how many rows, and of which groups each has so many.

    `within`: it is said to be in each group that was shown; `of_each`: the best of what was ranked are asked for in each of something else.

    Raises:
        Stop: it is not said what is ranked, or by what.
    """
    draft, model, spans = composer.draft, composer.model, composer.spans
    first = _name(metrics[0]) if metrics else ""
    if not first and (draft.top is not None or draft.sorted is not None):
        raise _no("the best by which figure? Name it")  # of a list
    per = last.per if set(last.per) <= set(dimensions) else ()
    if within:
        per = tuple(name for name in last.dimensions if name in dimensions)
        draft.per.extend(per)
    per = tuple(draft.dimensions) if of_each else per
    if draft.top is not None:
        return _ranked(composer, last, metrics, dimensions, per)
    sorts = draft.by_metric in metrics and (not last.order or last.limit is None) and bool(dimensions)
    if sorts and ordering.SORT.intersection(kept_figures.words_of(spans)):  # "sort by receipts, lowest on top"
        return (Order(by=draft.by_metric or first, dir="asc" if draft.sorted is False else "desc"),), last.limit, per
    if draft.number is None and last.limit is not None and _all_of_them(composer, last):
        return (), None, per
    if draft.number is not None:
        return _same_order(composer, last, metrics, dimensions) or (Order(by=first),), draft.number, per
    said = any(one.kind in ("high_first", "low_first") for one in spans)  # "mas malaki" sorts, too
    if draft.sorted is not None and (said or not draft.versus):
        by_growth = (
            f"{first}__{'change' if draft.absolute else 'growth'}" if draft.growth else first
        )  # "growth vs last year, worst first"
        return (Order(by=by_growth, dir="desc" if draft.sorted else "asc"),), last.limit, per
    order = _same_order(composer, last, metrics, dimensions)
    another = bool(draft.metrics) and not {*metrics} & {*last.metrics} and not {*dimensions} & {*last.dimensions}
    turned = another or (tuple(dimensions) != last.dimensions and any(model.is_time_grain(name) for name in dimensions))  # fmt: skip
    return ((), None, ()) if turned else (order, last.limit if order else None, per)


def _all_of_them(composer: Composer, last: SemanticQuery) -> bool:
    """Whether all are to be shown of which the first were: "show all hours", "ipakita ang lahat ng oras"."""
    for before, one in pairwise(composer.spans):
        named = one.kind in ("dimension", "grain") and composer.walker.name(one) in last.dimensions
        if named and ALL.intersection(before.text.lower().split()):
            return True
    return False


def _ranked(composer: Composer, last: SemanticQuery, metrics: list[str | MetricEntry], dimensions: list[str], per: tuple[str, ...]) -> tuple[tuple[Order, ...], int | None, tuple[str, ...]]:  # fmt: skip
    """The same, where the best of something are asked for.

    Raises:
        Stop: it is not said of what.
    """
    draft, model, spans, first = composer.draft, composer.model, composer.spans, _name(metrics[0])
    ranked = [name for name in dimensions if name not in per]
    if not ranked:
        raise _no("the best of what? Name what is ranked: stores, products …")
    default = 1 if _one_asked(composer) else model.header.default_ranking_limit
    moved = [one for one in last.order if one.by in (f"{first}__growth", f"{first}__change") and not draft.metrics]
    ranks = draft.by_metric if draft.by_metric in metrics else None
    by = (Order(by=moved[0].by, dir="desc" if draft.top else "asc"),) if moved else ordering.by(draft, ranks or first)  # fmt: skip
    if not draft.metrics and _first_of_them(spans):
        by = last.order or _in_time(model, dimensions) or by
    leader = any(one.text.lower() in FIRST_PLACE for one in spans)  # "who was no. 1 in Q2"
    if leader and tuple(dimensions) != last.dimensions:  # "monthly for number 1"
        raise _no("which is number 1? Name it")
    if draft.number is None and not leader and ordering.SORT.intersection(kept_figures.words_of(spans)):
        return by, last.limit, per  # "sort from busiest" leaves none out
    return by, draft.number or (1 if leader or _just_the_best(spans) else last.limit) or default, per


def _in_time(model: SemanticModel, dimensions: Sequence[str]) -> tuple[Order, ...]:
    """The order in which a series stands: the first five days of it are no five best ones."""
    series = len(dimensions) == 1 and model.is_time_grain(dimensions[0])
    return (Order(by=dimensions[0], dir="asc"),) if series else ()


def _same_order(
    composer: Composer, last: SemanticQuery, metrics: Sequence[str | MetricEntry], dimensions: Sequence[str]
) -> tuple[Order, ...]:
    """The order that there was: where that was of the first figure, of the one that is the first now."""
    stays = {*map(_name, metrics), *dimensions}
    old, new = (_name(one[0]) if one else "" for one in (last.metrics, metrics))
    grown = new in composer.model.metrics and bool(
        composer.model.metrics[new].growth
    )  # which is shown as a growth itself
    renamed = {f"{old}__growth": new, f"{old}__change": new} if grown else {f"{old}{end}": f"{new}{end}" for end in ("", "__growth", "__change")}  # fmt: skip
    order = (replace(one, by=renamed.get(one.by, one.by) if new and old else one.by) for one in last.order)
    return tuple(one for one in order if one.by.partition("__")[0] in stays or one.by in stays)


def _first_of_them(spans: Sequence[Span]) -> bool:
    """Whether the first ones are asked for, in the order in which they stand: "unang lima lang" behind the lowest first."""
    ranks = [one for one in spans if one.kind in ("top", "bottom")]
    return bool(ranks) and all(not set(turns.FIRST).isdisjoint(one.text.lower().split()) for one in ranks)


def _just_the_best(spans: Sequence[Span]) -> bool:
    """Whether all but the best one is to go: "just the highest", "pinakamababa lang"."""
    said = [one for one in spans if one.kind not in SILENT]
    superlative = len(said) == 1 and said[0].text.lower().split()[-1] not in ("top", "bottom")
    return superlative and not (ONLY | {"just"}).isdisjoint(kept_figures.words_of(spans))


def _one_asked(composer: Composer) -> bool:
    """Whether it is asked which one is best: "which is highest", "alin ang pinakamataas"."""
    model, spans = composer.model, composer.spans
    singular = any(one.text.lower() in ("which is", "which was", "what is", "what was") for one in spans[:1])
    said = [one for one in spans if one.kind not in SILENT]
    if any(one.kind == "which" and "of" in (*one.text.lower().split(), after.text.lower().split()[0]) for one, after in pairwise(spans)):  # fmt: skip
        return True  # "which of those regions sold the least"
    ranked = next((after for one, after in pairwise(said) if one.kind in ("top", "bottom")), None)
    if ranked is not None and ranked.kind in ("dimension", "grain") and not ordering.is_plural(model, spans, ranked):
        return True  # "what was the busiest hour"
    return singular or (any(one.kind == "which" for one in spans) and not ordering.plural(model, spans))  # fmt: skip


def _name(one: str | MetricEntry) -> str:
    return one if isinstance(one, str) else one.as_ or one.metric or ""


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

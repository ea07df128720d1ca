"""The query of a list: which things, chosen by what they are and by what they did, what stands beside each, and in which order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nlq.language import habits, ordering, periods_asked, sets
from nlq.language.draft import Stop
from nlq.language.match import Span
from nlq.semantics.joins import out_of_reach, reaches
from nlq.values import Assumed, Refusal
from nlq.values.query import Order, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition, Period

WITHOUT = frozenset(("without", "w/o", "w/out", "walang", "wala", "walay", "sans"))
WHERE = frozenset(("where", "wheres", "saan", "san", "nasaan", "asa", "located"))
BUT = frozenset(("but", "pero", "ngunit", "subalit", "kaso", "apan", "and", "at", "ug"))
NEWEST = {"newest": "desc", "oldest": "asc"}


def query(composer: Composer, noun: Span, entity: str) -> SemanticQuery:
    """The list of a noun: conditions that are its own narrow it; what it did in a period, or was sold in it, chooses it as a set.

    Raises:
        Stop: something stands there that a list has no use for.
    """
    model, draft = composer.model, composer.draft
    table = model.dimensions[entity].table
    noun.role = "list" if noun.kind != "value" else noun.role
    if noun.kind == "which":
        for one in draft.loose:
            one.role = "context"
        draft.loose.clear()
    _began(composer, table)
    dated = periods_asked.of_date(composer, table)
    period = composer.given_period()
    found = sets.of_words(model, draft, composer.filters, composer.spans, entity, period or "all", counted=True)
    found = (*found, *habits.newcomers(composer))
    where = composer.where()
    far = [one for one in where if out_of_reach(model, table, tuple(one.fields()))]
    near = [one for one in where if one not in far]
    far, lacking = _but_not(composer, far)
    found = (*found, *(sets.chosen(model, entity, (one,), period or "all", lacking=True) for one in lacking))
    if lacking and far:
        found, far = (sets.chosen(model, entity, far, period or "all"), *found), []
    _is_said_of_all(composer, far, near, entity)
    found = _chosen(composer, entity, found, where, far, period)
    when = _when(composer, table, dated=bool(dated))
    beside = [*_attributes(composer, noun, entity), *_where(composer, entity), *when]
    for mark in (one for one in composer.spans if one.kind in ("none", "both")):
        mark.role = "set"
    order, limit = _order(composer, noun, table)
    conditions = (*near, *dated, *found)
    if model.dimensions[entity].key:
        return SemanticQuery(list=entity, dimensions=tuple(dict.fromkeys((*beside, *(one.by for one in order)))), where=conditions, order=order, limit=limit)  # fmt: skip
    counts = next((name for name, one in model.public_metrics().items() if one.counts and model.dimensions[one.counts].table == table), None)  # fmt: skip
    if beside or order:
        raise Stop(Refusal("out_of_scope", f'"{noun.text}" have nothing that could be listed with them'))
    if counts is None:
        counts = next((name for name, one in model.public_metrics().items() if one.counts and not out_of_reach(model, model.dimensions[one.counts].table, (entity,))), None)  # fmt: skip
    if counts is None and reaches(model, model.header.default_metric, entity):
        counts = model.header.default_metric
    if counts is None:
        raise Stop(Refusal("no_metric", f'"{noun.text}" cannot be listed here'))
    composer.assumptions.append(Assumed(f"those for which there are {model.metrics[counts].label.lower()}", {}))
    return SemanticQuery(metrics=(counts,), dimensions=(entity,), where=conditions)


def _but_not(composer: Composer, far: list[Condition]) -> tuple[list[Condition], list[Condition]]:
    """What is said of things that did the one and not the other, "sold in NCR but not in Cebu": what they did, and what they did not."""
    tied = pairwise([Span("", 0, 0, ""), *composer.spans])
    marks = [
        one for before, one in tied if one.kind == "not" and BUT & {one.text.lower().split()[0], before.text.lower()}
    ]
    left_out = [one for one in far if one.op in ("!=", "not_in") and one.query is None]
    if not marks or not left_out or len(left_out) == len(far):
        return far, []
    return [one for one in far if one not in left_out], [replace(one, op="in") for one in left_out]


def _chosen(composer: Composer, entity: str, found: tuple[Condition, ...], where: tuple[Condition, ...], far: list[Condition],
            period: Period | Literal["all"] | None) -> tuple[Condition, ...]:  # fmt: skip
    """The sets by which the things are chosen: what they did in a period, and what they did not."""
    if not found and (far or period is not None):
        return (sets.chosen(composer.model, entity, where, period or "all"),)
    bought = far or (composer.draft.besides and period is not None)
    if (
        found and not composer.draft.lacks and bought
    ):  # those who bought the one, or then, of whom some have none of the other, or now
        return (sets.chosen(composer.model, entity, where, period or "all"), *found)
    return found


def _is_said_of_all(composer: Composer, far: Sequence[Condition], near: Sequence[Condition], entity: str) -> None:
    """Refuse "stores without dairy": those that sold none of it, or those that sold anything else?

    Raises:
        Stop: something is left out that is no thing's own.
    """
    left_out = [
        one
        for one in (*far, *(() if composer.model.dimensions[entity].key else near))
        if one.op in ("!=", "not_in") and one.query is None
    ]
    without = [one for one in composer.spans if one.kind == "not" and WITHOUT.intersection(one.text.lower().split())]
    if left_out and (without or any(one in far for one in left_out)):
        raise Stop(
            Refusal(
                "out_of_scope",
                'are those meant that have none of it, or those that have anything else? Say "that never sold …", or ask for a figure',
            )
        )


def _attributes(composer: Composer, noun: Span, entity: str) -> list[str]:
    """What is to stand beside each: other nouns of the same table."""
    found = []
    table = composer.model.dimensions[entity].table
    for one in composer.draft.loose:
        name = composer.walker.name(one)
        if (
            one is noun
            or name == entity
            or (composer.is_entity(one) and not _keyed_alike(composer.model, entity, name))
        ):
            one.role = one.role or "list"  # "cities in which we have stores", "customers of our stores in Cebu"
            continue
        known = composer.model.dimensions.get(name)
        if known is None or known.table != table:
            raise Stop(Refusal("out_of_scope", f'I do not know what "{one.text}" is to do in a list of {noun.text}'))
        one.role, one.ref = "dimension", name
        found.append(name)
    return list(dict.fromkeys((*found, *composer.draft.dimensions)))


def _began(composer: Composer, table: str) -> None:
    """Asked when, a state that something is still in says when it began: "when did our branches open" is not of those still open."""
    if not any(one.kind == "whenever" for one in composer.spans) or composer.model.begins(table) is None:
        return
    for one in composer.spans:
        known = composer.model.filters.get(one.ref_of) if one.kind == "value" else None
        if known is not None and [term.op for term in known.where] == ["is_null"]:
            composer.filters.take([one])
            one.kind, one.role = "filler", "dimension"


def _where(composer: Composer, entity: str) -> list[str]:
    """The places that are to stand beside each, where it is asked where they are."""
    asked = any(
        one.kind in ("which", "filler") and WHERE.intersection(one.text.lower().split()) for one in composer.spans
    )
    known = composer.model.dimensions
    if not asked or not known[entity].key:
        return []
    return [
        name
        for name, one in known.items()
        if one.place and one.place != "island_group" and one.table == known[entity].table
    ]


def _when(composer: Composer, table: str, *, dated: bool) -> list[str]:
    """The date that is to stand beside each, where "when" or "with dates" asks for it: that of the state that is named, else the first."""
    asked = [one for one in composer.spans if one.kind == "whenever"]
    asked += [one for one in composer.draft.loose if one.kind == "grain" and one.ref == "day" and not dated]
    states = [term.field for one in composer.spans if one.kind == "value" and one.ref_of in composer.model.filters
              for term in composer.model.filters[one.ref_of].where]  # fmt: skip
    date = next(
        (name for name in states if name and composer.model.dimensions[name].type == "date"), None
    ) or composer.model.begins(table)
    if not asked or date is None:
        return []
    for one in asked:
        one.role = "dimension"
    composer.draft.loose[:] = [one for one in composer.draft.loose if one not in asked]
    return [date]


def _keyed_alike(model: SemanticModel, entity: str, name: str) -> bool:
    """Whether what is listed is such a thing itself, so that the other noun would stand beside it."""
    return bool(model.dimensions[entity].key) and model.dimensions[entity].table == model.dimensions[name].table


def _order(composer: Composer, noun: Span, table: str) -> tuple[tuple[Order, ...], int | None]:
    """The newest or the oldest first, by the first date that the model knows of such a thing; of one in the singular only the first."""
    draft = composer.draft
    mark = next((one for one in composer.spans if one.kind in NEWEST), None)
    if mark is None:
        return (), draft.number
    begins = composer.model.begins(table)
    if begins is None:
        raise Stop(Refusal("out_of_scope", f"nothing says which is the {mark.text} here"))
    composer.assumptions.append(Assumed(f"by {composer.model.dimensions[begins].label.lower()}", {}))
    limit = draft.number or _number(composer.spans)
    if limit is None and not ordering.is_plural(composer.model, composer.spans, noun):
        composer.assume(
            f"only the {mark.text}, as one is asked for", {"limit": composer.model.header.default_ranking_limit}
        )
        limit = 1
    return (Order(by=begins, dir="desc" if NEWEST[mark.kind] == "desc" else "asc"),), limit


def _number(spans: Sequence[Span]) -> int | None:
    number = next((one for one in spans if one.kind == "number" and one.number is not None), None)
    return int(number.number) if number is not None and number.number is not None else None

"""The figures in a change of a query: those that were there, what is asked for now, how many there were of what it names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language import choices, habits, metrics_asked, ordering, sets
from nlq.language import counting as counting_
from nlq.language.deeds import BOUGHT
from nlq.language.draft import SILENT, Stop
from nlq.language.stays import DROPPING
from nlq.values import Clarification, Refusal
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.values.query import Condition, MetricEntry, SemanticQuery


def of(composer: Composer, last: SemanticQuery, *, adding: bool) -> list[str | MetricEntry]:
    """The figures; those of before beside the new ones where `adding`.

    Raises:
        Stop: the time that is pointed at has no name.
    """
    named: list[str] = list(composer.draft.metrics)
    counting = [one for one in composer.spans if one.kind == "count"]
    if counting and not named:
        named = counting_.of_noun(composer.model, composer.spans, composer.walker) or habits.who_shopped(composer)
        for one in composer.draft.loose if named else ():
            one.role = "counted"
        composer.draft.loose[:] = [one for one in composer.draft.loose if not named]
    elif counting and named and _counts_those_that(composer, counting[0]):
        raise _no("how many there were that had so much? Ask for that in a question of its own")
    then = [one for one in composer.spans if one.kind == "reference" and one.text.lower() in choices.THEN]
    for one in then:
        one.role = "period"
    if then and not isinstance(last.period, Period):
        raise _no(f'which time is "{then[0].text}"? Name it')
    if then and not composer.draft.whens:
        named = [counting_.during(composer.model, name, (), given=True)[0] for name in named]
    if not named:
        return _in_money(composer, last) or list(last.metrics)
    limited = {metric for _, _, metric in composer.draft.having}.issuperset(named)  # "with more than 300 receipts"
    limited = limited or (
        named == [composer.draft.by_metric] and not ordering.SORT.isdisjoint(words_of(composer.spans))
    )
    ranks = named == [composer.draft.by_metric] and named[0] in last.metrics  # "top 3 by transactions" of two figures
    return list(dict.fromkeys([*last.metrics, *named])) if adding or limited or ranks else list(named)


def _counts_those_that(composer: Composer, count: Span) -> bool:
    """Whether it is things that are counted by a figure that they had: "how many supermarkets had sales"."""
    rest = [one for one in composer.spans if one.start >= count.end and one.kind not in SILENT]
    kinds = {name for name, one in composer.model.dimensions.items() if one.kind_of}
    return bool(rest) and (rest[0].kind == "dimension" or (rest[0].kind == "value" and rest[0].ref_of in kinds))


def without(spans: Sequence[Span], last: SemanticQuery) -> SemanticQuery:
    """The query before without figures that are to go, of several that it shows: "remove the sales", "tanggalin na yung sales". The words that say so are read."""
    at = next((at for at, one in enumerate(spans) if one.kind not in SILENT or one.text.lower() in DROPPING), None)
    rest = [one for one in spans[at + 1 :] if one.kind not in SILENT] if at is not None else []
    gone = {one.ref_of for one in rest}
    if at is None or spans[at].text.lower().split()[0] not in DROPPING or {one.kind for one in rest} != {"metric"}:
        return last
    left = tuple(one for one in last.metrics if one not in gone)
    if not left or len(left) + len(gone) != len(last.metrics) or any(one.by in gone for one in last.order):
        return last
    for one in (spans[at], *rest):
        one.kind, one.role = "filler", "context"
    return replace(last, metrics=left)


def during(
    composer: Composer, last: SemanticQuery, metrics: list[str | MetricEntry], where: tuple[Condition, ...]
) -> list[str | MetricEntry]:
    """What is counted now, of those that were active where only sales say of which: "how many customers" after sales of supermarkets."""
    fields = [name for one in where for name in one.fields()]
    bought = not BOUGHT.isdisjoint(words_of(composer.spans)) or metrics_asked.had_some(composer.model, composer.spans)
    found: list[str | MetricEntry] = []
    for one in metrics:
        new = isinstance(one, str) and one not in last.metrics
        taken, assumed = counting_.during(composer.model, str(one), fields, given=bought) if new else (one, None)
        composer.assumptions.extend([assumed] if assumed is not None else [])
        found.append(taken)
    return found


def _in_money(composer: Composer, last: SemanticQuery) -> list[str | MetricEntry]:
    """The usual figure, where it is asked how much of what was counted: "ilang resibo sa NCR", then "magkano nung september"."""
    usual, shown = composer.model.metrics[composer.model.header.default_metric], last.metrics
    asked = [one for one in composer.spans if one.kind == "amount" and not one.role and one.text.lower().split()[0] not in counting_.HOW_MANY]  # fmt: skip
    counts = len(shown) == 1 and isinstance(shown[0], str) and composer.model.metrics[shown[0]].unit == "count"
    return [usual.name] if asked and counts and usual.unit == composer.model.header.currency else []


def people_or_each(composer: Composer, last: SemanticQuery) -> None:
    """Ask whether "what about customers" is of how many there were or of each.

    Raises:
        Stop: people are named alone.
    """
    nouns = [one for one in composer.spans if one.kind not in (*SILENT, "followup", "and")]
    known = (
        composer.model.dimensions.get(nouns[0].ref_of) if len(nouns) == 1 and nouns == composer.draft.loose else None
    )
    counts = [one.during for one in composer.model.public_metrics().values() if known is not None and known.optional and one.counts == known.name and one.during]  # fmt: skip
    old = last.metrics[0] if len(last.metrics) == 1 else None
    if known is None or not counts or not isinstance(old, str) or last.having or last.share or last.segments:
        return
    order = tuple(replace(one, by=counts[0]) if one.by == old else one for one in last.order)
    label = composer.model.metrics[old].label.lower()
    raise Stop(Clarification(
        f"how many {nouns[0].text.lower()}, or the {label} of each?",
        ((composer.model.metrics[counts[0]].label, replace(last, metrics=(counts[0],), order=order)),
         (f"{label} of each {known.label.lower()}", replace(last, dimensions=(known.name,), order=last.order))),
    ))  # fmt: skip


def check_per_head(composer: Composer, last: SemanticQuery) -> None:
    """Ask whether "magkano kada tao" is what each of them spent, or the figure over how many they were.

    Raises:
        Stop: money is asked for, and people stand behind "per".
    """
    model, draft = composer.model, composer.draft
    _check_one_each(composer, last)
    metrics = _in_money(composer, last) or list(last.metrics)
    known = model.dimensions.get(draft.dimensions[0]) if len(draft.dimensions) == 1 and draft.each == draft.dimensions else None  # fmt: skip
    asked = any(one.kind == "amount" for one in composer.spans) and not draft.metrics and len(metrics) == 1
    if known is None or not known.optional or not asked or not isinstance(metrics[0], str):
        return
    by = next((one.during or one.name for one in model.public_metrics().values() if one.counts == known.name), None)
    noun = next(one for one in composer.spans if one.ref_of == known.name)
    if by is not None:
        rest = {"where": last.where, "dimensions": (*last.dimensions, known.name), "period": last.period}
        raise Stop(choices.for_division(model, metrics[0], by, noun, rest))


def _check_one_each(composer: Composer, last: SemanticQuery) -> None:
    """Refuse to count stores by store: each is one, and another figure was meant.

    Raises:
        Stop: that is asked.
    """
    draft, model = composer.draft, composer.model
    names = draft.metrics or [str(one) for one in last.metrics if isinstance(one, str)]
    counted = sets.counted_by(model, names) if len(names) == 1 else None
    money = any(one.kind == "amount" for one in composer.spans)  # "magkano kada tao" is not of how many there are
    if (
        not last.having
        and not money
        and counted is not None
        and counted in (*draft.dimensions, *(one.ref_of for one in draft.loose))
    ):
        label = model.dimensions[counted].label.lower()
        raise _no(f"each {label} is one {label}: which figure is meant of each? Name it")


def words_of(spans: Sequence[Span]) -> list[str]:
    """The words of a turn, in small letters."""
    return [word for one in spans for word in one.text.lower().split()]


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

"""Things chosen by what they did: customers who bought noodles but no rice, stores without sales, the categories of our top 5 stores.

Each is a set filter: a query whose only dimension is the thing. What is chosen by stands in the set; what says where, in both.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nlq.language.additions import BEHIND
from nlq.language.deeds import does
from nlq.language.draft import HELD, SILENT, VALUES, Stop
from nlq.semantics.joins import out_of_reach
from nlq.values import Refusal
from nlq.values.query import Condition, Period, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nlq.language.draft import Draft
    from nlq.language.filters import Filters
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Order

ONLY = frozenset(
    ("only", "just", "alone", "lang", "lamang", "lng", "ra")
)  # which stand before what is alone, or behind it
NEVER = frozenset(("never", "kailanman"))
WITH = frozenset(("with", "w/", "may", "has", "had", "have", "having", "adunay", "naay", "meron", "merong", "mayroong"))
BOTH = ("and", "ug", "at", "saka", "at saka", "&")


def counted_by(model: SemanticModel, metrics: Sequence[str]) -> str | None:
    """The things that the first of these metrics that counts any counts, on the books or active ones."""
    counts: dict[str, str] | None = model.memo.get("counted_by")
    if counts is None:
        every = [one for one in model.public_metrics().values() if one.counts]
        named = [(name, str(one.counts)) for one in every for name in (one.name, one.during) if name]
        counts = model.memo["counted_by"] = dict(reversed(named))  # of two that count a thing the first
    return next((counts[name] for name in metrics if name in counts), None)


def entity_of(model: SemanticModel, metrics: Sequence[str], draft: Draft) -> str | None:
    """The things that are meant: those that a metric counts, on the books or active ones, or the one noun that nothing was done with."""
    found = counted_by(model, metrics)
    if found is not None:
        return found
    nouns = list(dict.fromkeys(one.ref_of for one in draft.loose if one.kind == "dimension"))
    return nouns[0] if len(nouns) == 1 else None


def event_of(model: SemanticModel, metrics: Sequence[str]) -> str | None:
    """The event of which one metric counts the rows, "transactions with rice but no noodles"; None where the model knows no single one."""
    agg = model.metrics[metrics[0]].agg if len(metrics) == 1 and not model.metrics[metrics[0]].counts else None
    if agg is None or agg.function != "count":
        return None
    return next(
        (name for name, one in model.dimensions.items() if one.key and one.table == agg.table and not one.optional),
        None,
    )


def chosen(model: SemanticModel, entity: str, where: Sequence[Condition], period: Period | Literal["all"] | None, *,
           lacking: bool = False, order: tuple[Order, ...] = (), limit: int | None = None, having: tuple[Condition, ...] = (),
           metric: str | None = None) -> Condition:  # fmt: skip
    """The things that have the figure under these conditions, or that have not; None as a period is the outer query's."""
    inner = SemanticQuery(
        metrics=(metric or model.header.default_metric,), dimensions=(entity,), where=tuple(where), period=period,
        order=order, limit=limit, having=having,
    )  # fmt: skip
    return Condition(field=entity, op="not_in" if lacking else "in", query=inner)


def of_words(model: SemanticModel, draft: Draft, filters: Filters, spans: Sequence[Span], entity: str | None,
             period: Period | Literal["all"] | None, *, counted: bool) -> tuple[Condition, ...]:  # fmt: skip
    """The set filters that the words ask for. Values that are taken for them are no filters any more.

    `counted`: it is the things themselves that are counted or listed, not some figure of theirs.

    Raises:
        Stop: it is not said of what things.
    """
    both, alone = ([one for one in spans if one.kind == kind] for kind in ("both", "solely"))
    ranked = draft.top is not None and not any(
        map(does, spans)
    )  # "top 3 stores for rice and snacks": by what they sold of either
    twice = _each_or_either(model, filters, spans, entity) if entity is not None and not both and not ranked else None
    pairs = _pair(filters, spans, both) if both else filters.take(filters.listed(twice)) if twice is not None else []
    lacking = filters.lacking(entity)
    if not (pairs or alone or lacking or draft.lacks or draft.besides):
        return ()
    if entity is None and not (pairs or alone or draft.lacks or draft.besides) and _left_out_alone(filters, spans, lacking):  # fmt: skip
        return tuple(replace(each, op="not_in") for one in lacking for each in one)
    if entity is None:
        raise _no("I do not know who or what is meant to have the one and not the other: name customers, stores or products")  # fmt: skip
    if draft.present and not counted:
        raise _no(f'are figures of those meant in "{draft.present[0].text}" alone, or in both periods? Ask how many they are')  # fmt: skip
    sets: list[tuple[list[Condition], bool]] = [([one], False) for one in pairs]
    sets += [(one, True) for one in lacking]
    if draft.lacks:
        sets.append(([], True))
    for one in alone:
        sets += _alone(model, filters, spans, one, entity)
    own = [one for one in filters.conditions() if _own(one, lacking)]
    if own and not counted:  # "revenue from customers who bought A but not B": all that they bought
        sets += [([one], False) for one in own]
        filters.leave(own)
    pair = [
        one for of, lack in sets if not lack and pairs for one in of
    ]  # "both rice and noodles": what else they bought is no part of that
    beside = [one for one in filters.conditions() if not _own(one, lacking) and not _own(one, [pair]) and not _placed(model, one, lacking)]  # fmt: skip
    never = _never(spans)
    found = [chosen(model, entity, (*of, *beside), "all" if lack and never else period, lacking=lack) for of, lack in sets]  # fmt: skip
    for one in draft.besides:
        if one.when is None or not isinstance(one.when.period, Period):
            raise _no(f'I do not know when "{one.text}" is')
        found.append(chosen(model, entity, beside, one.when.period, lacking=one in draft.absent))
    return tuple(found) if counted else somebody(model, entity, tuple(found))


def _left_out_alone(filters: Filters, spans: Sequence[Span], lacking: list[list[Condition]]) -> bool:
    """Whether figures are of all but what is named, nothing else of its kind being so: "sales by category, no rice"; not "sales with no rice"."""
    having = any(one.kind == "none" and WITH.intersection(f"{before.text} {one.text}".lower().split()) for before, one in pairwise(spans))  # fmt: skip
    plain = all(one.op in HELD and one.field is not None for each in lacking for one in each)
    fields = {name for each in lacking for one in each for name in one.fields()}
    held = {name for one in filters.conditions() if one.op != "not_in" for name in one.fields()}
    return plain and not having and not fields & held


def _never(spans: Sequence[Span]) -> bool:
    """Whether what was never done was not so at any time, though the rest is of one: "bought rice last month but never noodles"."""
    marks = [at for at, one in enumerate(spans) if one.kind in ("none", "not")]
    whens = [at for at, one in enumerate(spans) if one.kind == "time"]
    if len(marks) != 1 or not whens or max(whens) > marks[0]:
        return False
    at = marks[0]
    words = [
        word for one in spans[at : at + 2] if one.kind in ("none", "not", *SILENT) for word in one.text.lower().split()
    ]
    yet = "pa" in words and not {"wala", "hindi", "di"}.isdisjoint(words)
    return yet or not NEVER.isdisjoint(words)


def somebody(model: SemanticModel, entity: str, found: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Sets that something is left out by, for figures: rows that name nobody are of nobody who "bought no rice"."""
    known = model.dimensions[entity]
    if not known.optional or not any(one.op == "not_in" for one in found) or any(one.op == "in" for one in found):
        return found
    return (*found, Condition(field=entity, op="is_not_null"))


def _each_or_either(model: SemanticModel, filters: Filters, spans: Sequence[Span], entity: str) -> Span | None:
    """Who "bought rice and snacks" may have bought both, or either: of things that somebody does, "and" does not say; "snacks too" does.

    The first of two that are meant at once; None where nothing is said twice.
    """
    for at, one in enumerate(spans[1:-1], 1):
        before, after = spans[at - 1], next((other for other in spans[at + 1 :] if other.kind not in SILENT), None)
        if (
            (one.kind != "and" and one.text.lower() != "at")
            or one.text.lower() not in BOTH
            or before.kind != "value"
            or after is None
            or after.kind != "value"
        ):
            continue
        fields = {meaning.ref for meaning in before.meanings} & {meaning.ref for meaning in after.meanings}
        if is_its_own(model, entity, fields):  # no store is in Luzon and in Visayas
            continue
        if before.role != "left out" and any(name in model.dimensions and model.dimensions[name].kind_of is None for name in fields) and after in filters.listed(before):  # fmt: skip
            behind = next((other for other, last in pairwise(reversed(spans)) if last is after), None)
            if behind is not None and behind.text.lower() in BEHIND:  # "rice and snacks too"
                return before
            raise _no(
                f'are those meant who have both {before.text} and {after.text}, or either? Say "both … and …", or "… or …"'
            )
    return None


def is_its_own(model: SemanticModel, entity: str, fields: Iterable[str]) -> bool:
    """Whether things have one value of each of these: a store is of one type and in one region; people buy of many brands, and in many places."""
    known = model.dimensions[entity]
    return not known.optional and not out_of_reach(model, known.table, tuple(fields))


def _own(condition: Condition, lacking: Sequence[Sequence[Condition]]) -> bool:
    """Whether a condition is of what somebody lacks too: bought noodles, and no rice."""
    fields = {name for group in lacking for one in group for name in one.fields()}
    return bool(fields.intersection(condition.fields()))


def _placed(model: SemanticModel, condition: Condition, lacking: Sequence[Sequence[Condition]]) -> bool:
    """Whether a condition says where, and what is lacking says where not: "sold in NCR but not in Mindanao"."""
    where = [condition, *(other for group in lacking for other in group)]
    return bool(lacking) and all(
        name in model.dimensions and model.dimensions[name].place for one in where for name in one.fields()
    )


def _pair(filters: Filters, spans: Sequence[Span], both: Sequence[Span]) -> list[Condition]:
    """The two values after "both"."""
    at = next(place for place, one in enumerate(spans) if one is both[0])
    first = next((one for one in spans[at + 1 :] if one.kind in VALUES), None)
    listed = filters.listed(first) if first is not None else []
    if len(listed) != 2:
        raise _no(f'"{both[0].text}" of what? Name the two')
    for one in both:
        one.role = "set"
    return filters.take(listed)


def _alone(
    model: SemanticModel, filters: Filters, spans: Sequence[Span], mark: Span, entity: str
) -> list[tuple[list[Condition], bool]]:
    """The sets of those who only did the one: "customers who only paid cash" paid cash, and nothing else.

    Raises:
        Stop: it is not said what alone, or it is nothing that somebody does.
    """
    at = next(place for place, one in enumerate(spans) if one is mark)
    value = next((one for one in spans[at + 1 :] if one.kind in ("value", "place", "time")), None)
    if at and spans[at - 1].kind in VALUES and mark.text.lower() in ONLY:
        value = spans[at - 1]
    named = value is not None and value.kind != "time"
    listed = filters.of(value) if value is not None and named and len(filters.listed(value)) == 1 else []
    if value is None or len(listed) != 1 or listed[0].op not in ("=", "in") or not model.dimensions[entity].key:
        raise _no(f'"{mark.text}" what? Name the one thing')
    taken = filters.take([value])
    mark.role = "set"
    return [(taken, False), ([replace(taken[0], op="not_in")], True)]


def beyond(model: SemanticModel, draft: Draft) -> Condition:
    """Things of which only those are meant that made more than so much, or less."""
    noun = draft.whose
    assert noun is not None  # noqa: S101 - the caller asked
    metric = draft.whose_by or model.header.default_metric
    having = tuple(Condition(field=metric, op=op, values=values) for op, values, _ in draft.having)  # type: ignore[arg-type]
    if len(having) != 1:
        raise _no(f"I do not know which limit is of the {noun.text}")
    draft.having.clear()
    noun.role = "set"
    return chosen(model, noun.ref_of, (), None, having=having, metric=metric)


def best_of(model: SemanticModel, noun: Span, spans: Sequence[Span], metric: str, where: tuple[Condition, ...],
            order: tuple[Order, ...], limit: int, period: Period | None) -> Condition:  # fmt: skip
    """What is best by a figure, in a period of its own where there is one: "sales per category of our top 5 stores"."""
    noun.role = "set"
    for one in spans:
        if one.kind in ("top", "bottom"):
            one.role = "set"
    return chosen(model, noun.ref_of, where, period, order=order, limit=limit, metric=metric)


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

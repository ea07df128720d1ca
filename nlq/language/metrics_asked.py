"""Which figures are asked for: those that are named, counts of what is named, or the usual one where a rank or a change says that one is meant."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import choices, counting, entries, habits, sets, shares, two_figures, usual
from nlq.language.deeds import BOUGHT, SHOPPED, SOLD, TOOK, does
from nlq.language.draft import COMPARE, SILENT, VALUES, Draft, Stop, next_kind
from nlq.language.entries import Figured
from nlq.language.nouns import BESIDE
from nlq.language.spans_of_time import NOW
from nlq.semantics.joins import reaches
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

THAT = ("that", "this", "it", "yan", "yun", "iyan", "iyon", "kana", "ana")
EVERY = ("every", "each", "bawat", "kada", "matag", "every single")
# How things fare, which is no matter of how many there are: "bakit humina ang mga tindahan".
FARED = frozenset((
    "humina", "lumakas", "mahina", "malakas", "hina", "lakas", "matumal", "tumumal", "sumigla", "tamlay", "matamlay", "tumamlay", "lumamlam", "gumanda", "pumangit", "hinay", "nahinay", "kusog",
    "nikusog", "mikusog", "weak", "weaker", "strong", "stronger", "slow", "soft", "bad", "good", "struggling", "weakened",
))  # fmt: skip

HAD = frozenset(("had", "has", "have", "made", "recorded", "may", "naay", "dunay", "adunay"))
PRICED = frozenset(("magkano", "much", "tagpila"))


def asked(composer: Composer) -> list[str]:
    """The metrics asked for; without one the default, where a rank or "performing" says that one is meant."""
    draft = composer.draft
    counts_ = any(one.kind == "count" for one in composer.spans) and not any(
        one.kind == "share" for one in composer.spans
    )
    if not counts_:
        _those_that(composer)
    if not draft.metrics and not counts_:
        of_things = shares.of_things(composer)
        draft.metrics.extend([of_things] if of_things is not None else _of_things(composer))
    if counts_ and draft.metrics:
        two_figures.and_how_many(composer)
    if counts_ and not draft.metrics:
        draft.metrics.extend(_counts(composer))
    if draft.metrics:
        return _named(composer, counts_=counts_)
    if any(one.kind in ("followup", "reference") and one.text.lower() != "naman" for one in composer.spans) or _of_it(
        composer.spans
    ):
        raise Stop(
            Refusal(
                "out_of_scope",
                "this goes on from a question before, and there is none in this conversation: say all of it",
            )
        )
    limited = usual.of_limits(composer)
    if limited:
        return limited
    if usual.is_meant(composer):
        return [usual.taken(composer)]
    problem = composer.filters.problem()  # what a place means is the greater doubt
    raise Stop(problem or choices.for_missing_metric(composer.model, composer.rest(), draft.loose))


def _named(composer: Composer, *, counts_: bool) -> list[str]:
    """The metrics that were named, what is ranked by first.

    Raises:
        Stop: how many there are of a figure of money.
    """
    draft = composer.draft
    _of_what_stands_before(composer)
    _on_every_one(composer)
    two_figures.one_in_another(composer)
    if _only_limits(composer):
        draft.metrics.insert(0, usual.taken(composer))
    if draft.by_metric:
        draft.metrics.sort(key=lambda name: name != draft.by_metric)
    elif draft.top is not None and _beside(composer):  # "top 20 products with units and revenue"
        draft.metrics.sort(key=lambda name: name != composer.model.header.default_metric)
    priced = any(one.kind == "amount" and PRICED.intersection(one.text.lower().split()) for one in composer.spans)
    if priced and not counts_ and draft.worth and sets.event_of(composer.model, draft.metrics) is not None:
        draft.metrics[:] = [composer.model.header.default_metric]  # "how much were receipts above 1000 pesos"
    if two_figures.and_how_many_of_it(composer):
        draft.metrics.append(composer.model.header.default_metric)
    if len(draft.metrics) == 1 and two_figures.and_how_much(composer):
        draft.metrics.append(composer.model.header.default_metric)
    if counts_ and composer.model.metrics[draft.metrics[0]].unit == composer.model.header.currency:
        raise Stop(choices.for_missing_metric(composer.model, composer.rest(), draft.loose))
    return draft.metrics


def _only_limits(composer: Composer) -> bool:
    """Whether what is ranked is named, and by what is not: the one figure says which of them count, "top 5 stores with more than 500 transactions"."""
    draft, spans = composer.draft, composer.spans
    limited = {name for _, _, name in draft.having}
    if draft.top is None or draft.by_metric or not draft.metrics or not limited.issuperset(draft.metrics):
        return False
    said = [one for one in spans if one.kind not in (*SILENT, "number")]
    ranked = {after.kind for one, after in pairwise(said) if one.kind in ("top", "bottom")}
    return bool(ranked) and ranked <= {"dimension", "grain"} and composer.model.header.default_metric not in limited


def _beside(composer: Composer) -> bool:
    """Whether the figures only stand beside what is ranked: "top products with units and revenue"."""
    first = next((at for at, one in enumerate(composer.spans) if one.kind == "metric"), 0)
    return bool(first) and composer.spans[first - 1].text.lower() in BESIDE


def _counts(composer: Composer) -> list[str]:
    """The metric that counts what stands behind "how many".

    Raises:
        Stop: it is counted nowhere, or a cause is asked for and nothing says of what.
    """
    found = counting.of_noun(composer.model, composer.spans, composer.walker)
    if not found and composer.draft.loose:
        counts = [
            metric.label.lower()
            for metric in composer.model.public_metrics().values()
            if metric.unit == "count" and metric.agg
        ]
        raise Stop(
            Refusal(
                "no_metric", f'"{composer.draft.loose[0].text}" are not counted here; counted are {", ".join(counts)}'
            )
        )
    if not found and not composer.draft.loose:
        found = _people_who(composer)
    if not found and any(one.kind == "why" for one in composer.spans):
        raise Stop(choices.for_missing_metric(composer.model, composer.rest(), composer.draft.loose))
    return found


def _people_who(composer: Composer) -> list[str]:
    """Those who bought, where only what they did is said: "ilan ang bumili sa Cebu", "how many shopped twice"."""
    named = any(one.kind in ("value", "place", "ask", "time") for one in composer.spans)
    return habits.who_shopped(composer) if named else []


def _on_every_one(composer: Composer) -> None:
    """Ask what "how many stores had sales every day" counts: those of each day, or those that had some on all of them.

    Raises:
        Stop: it may be either.
    """
    model, spans = composer.model, composer.spans
    every = next((one for one in spans if one.kind == "by" and one.text.lower() in EVERY), None)
    counted = [one for one in spans if one.kind == "metric" and sets.counted_by(model, [one.ref_of])]
    usual = [one for one in spans if one.kind == "metric" and one.ref_of == model.header.default_metric]
    if every is not None and counted and usual and counted[0].start < usual[0].start < every.start:
        text = f'is it how many there were "{every.text}" one by itself, or those that had some in all of them? Say "how many … by …", or name one'
        raise Stop(Refusal("out_of_scope", text))


def _of_what_stands_before(composer: Composer) -> None:
    """Ask what is counted where a thing stands before "how many": "of all branches, how many had transactions"."""
    spans, counts = composer.spans, composer.model.counted
    at = next((place for place, one in enumerate(spans) if one.kind == "count"), 0)
    noun = next((one for one in composer.draft.loose if one.ref_of in counts and one in spans[:at]), None)
    if noun is not None and any(
        one.kind == "metric" and one.text.lower() not in spans[at].text.lower() for one in spans[at:]
    ):
        raise Stop(Refusal("out_of_scope", f'is it {noun.text} that are counted? Say "how many {noun.text} had …"'))


def _those_that(composer: Composer) -> None:
    """Take the name of a count for the things that it counts, where they have a limit: "stores that sold more than 100k"."""
    model, draft = composer.model, composer.draft
    found = [one for one in composer.spans if one.kind == "metric"]
    if len(found) != 1 or [name for _, _, name in draft.having] not in ([None], [found[0].ref_of]):
        return
    entity = sets.entity_of(model, [found[0].ref_of], Draft())
    names = {word for texts in model.dimensions[entity].synonyms.values() for word in texts} if entity else set()
    if not entity or found[0].text.lower().split()[0] not in names:
        return
    beside = [*draft.dimensions, *(one.ref_of for one in draft.loose)]  # "with their city and store type"
    if any(name not in model.dimensions or model.dimensions[name].table != model.dimensions[entity].table for name in beside):  # fmt: skip
        if does(found[0]) and next_kind(composer.spans, found[0]) in COMPARE:
            raise Stop(Refusal("out_of_scope", f"I do not know how the {found[0].text} so much are to be split: ask which they are"))  # fmt: skip
        return
    if beside and not (does(found[0]) and next_kind(composer.spans, found[0]) in COMPARE):
        return
    draft.metrics.clear()
    draft.having[:] = [(op, values, None) for op, values, _ in draft.having]
    composer.walker.group(entity, found[0])
    draft.dimensions.sort(key=lambda name: name != entity)
    for one in [each for each in draft.loose if each.kind == "dimension"]:
        composer.walker.group(one.ref_of, one)
        draft.loose.remove(one)


def _of_things(composer: Composer) -> list[str]:
    """How many there were of a thing, where it is that which is compared: "did customers grow", "why did we lose customers"."""
    draft = composer.draft
    kinds = {one.kind for one in composer.spans}
    nouns = [one for one in draft.loose if one.kind == "dimension"]
    befell = _what_befell(composer)
    if befell:
        return befell
    if not (draft.growth or draft.versus or "why" in kinds) or draft.top is not None:
        return []
    if not nouns and _are_those_who(composer.spans):
        return habits.who_shopped(composer)
    if len(nouns) != 1 or _only_those(composer.spans, nouns[0]):
        return []
    if any(one.kind == "which" and after is nouns[0] for one, after in pairwise(composer.spans)):
        return []  # "which branches dragged us down": a figure of theirs
    counts = next(
        (one for one in composer.model.public_metrics().values() if one.counts == nouns[0].ref_of and one.during), None
    )
    if counts is None or counts.during is None:
        return []
    fared = any(one.kind == "moved" and FARED.intersection(one.text.lower().split()) for one in composer.spans) or _took(composer.spans, nouns[0])  # fmt: skip
    nouns[0].role = "context" if fared else "counted"
    draft.loose[:] = [one for one in draft.loose if one is not nouns[0]]
    return [composer.model.header.default_metric if fared else counts.during]


def _took(spans: Sequence[Span], noun: Span) -> bool:
    """Whether it is said of things that they sold or made more, which is of what they sold: "did stores sell more than last month"."""
    behind = [
        word for one in spans if one.start > noun.start and one.kind in SILENT for word in one.text.lower().split()
    ]
    return not TOOK.isdisjoint(behind)


def _only_those(spans: Sequence[Span], noun: Span) -> bool:
    """Whether a noun only says where a figure is to be from: "metro manila stores only"."""
    at = next(place for place, one in enumerate(spans) if one is noun)
    after = spans[at + 1].text.lower() if at + 1 < len(spans) else ""
    return after in ("only", "lang", "lamang", "ra") and at > 0 and spans[at - 1].kind in VALUES


def _what_befell(composer: Composer) -> list[str]:
    """How many there were of things that something befell, unit by unit: "stores opened per month", "mga tindahang nagsara kada taon"."""
    draft, model = composer.draft, composer.model
    nouns = [one for one in counting.things(model, draft.loose) if one.kind == "dimension"]
    counts = next(
        (name for name, one in model.public_metrics().items() if len(nouns) == 1 and one.counts == nouns[0].ref_of),
        None,
    )
    if counts is None or draft.top is not None or not any(map(model.is_time_grain, draft.dimensions)):
        return []
    table = model.dimensions[nouns[0].ref_of].table
    dated = [
        one
        for one in draft.loose
        if one not in nouns and one.kind == "dimension" and model.dimensions[one.ref_of].table == table
    ]
    states = [one for one in composer.spans if one.kind == "value" and one.ref_of in model.filters
              and [term.op for term in model.filters[one.ref_of].where] == ["is_not_null"]]  # fmt: skip
    if len(dated) + len(states) != 1:
        return []
    nouns[0].role = "counted"
    draft.loose[:] = [one for one in draft.loose if one is not nouns[0]]
    return [counts]


def _of_it(spans: Sequence[Span]) -> bool:
    """Whether it is asked why "it" changed, or how "that" compares, of which nothing was said."""
    if any(
        one.kind == "filler" and one.text.lower() in THAT and after.kind == "versus" for one, after in pairwise(spans)
    ):
        return True
    return any(one.kind == "why" for one in spans) and any(one.kind == "filler" and "it" in one.text.lower().split() for one in spans)  # fmt: skip


def _are_those_who(spans: Sequence[Span]) -> bool:
    """Whether people are named by what they do: "bakit nabawasan ang bumibili", "nisaka ang mga namalit"."""
    return any(
        before.kind in SILENT and before.text.lower().split()[-1] in ("ang", "mga", "yung")
        and one.kind in SILENT and one.text.lower().split()[0] in SHOPPED
        for before, one in pairwise(spans)
    )  # fmt: skip


def check_division(composer: Composer, metrics: list[str]) -> None:
    """A figure "per store" is split by stores, or is that of an average store: which is not said where the model has no name for it."""
    for noun in composer.draft.over if composer.draft.top is None and composer.draft.pair is None else ():
        counts = next(
            (one for one in composer.model.public_metrics().values() if one.counts and one.counts == noun.ref_of), None
        )
        if counts is not None and composer.model.metrics[metrics[0]].adds_up and len(metrics) == 1:
            if composer.draft.versus or any(one.kind == "versus" for one in composer.spans):
                return  # "this week vs last week per branch": each with its own change
            if _split_further(composer, noun):  # "transactions per store by region"
                by = counts.during or counts.name
                composer.draft.dimensions[:] = [name for name in composer.draft.dimensions if name != noun.ref_of]
                composer.draft.pair = metrics[0], by
                text = f"over {composer.model.metrics[by].label.lower()}, not split by {noun.text.lower()}"
                composer.assume(text, {"metrics": metrics, "dimensions": [*composer.draft.dimensions, noun.ref_of]})
                return
            raise Stop(
                choices.for_division(composer.model, metrics[0], counts.during or counts.name, noun, composer.rest())
            )


def _split_further(composer: Composer, noun: Span) -> bool:
    """Whether figures per something right behind them are then split by something else."""
    spans, at = composer.spans, next(place for place, one in enumerate(composer.spans) if one is noun)
    beside = at > 1 and spans[at - 2].kind == "metric"
    others = [one for one in spans[at + 1 :] if one.kind == "dimension" and one.role == "dimension"]
    return beside and len(others) == 1


def check_averages(composer: Composer, metrics: list[str]) -> None:
    """An average that does not say over what is asked about."""
    averages = [one for one in composer.spans if one.kind == "average" and not one.role]
    if averages:
        averages[0].role = "not understood"
        raise Stop(choices.for_average(composer.model, metrics, averages[0], composer.rest()))


def _of_sales(composer: Composer) -> bool:
    """Whether a filter is of what only sales have, so that what sold is counted, not what is on the books."""
    fields = [name for one in composer.filters.conditions() for name in one.fields()]
    counts = [name for name, one in composer.model.public_metrics().items() if one.counts]
    return any(not any(reaches(composer.model, name, field) for name in counts) for field in fields)


def was_sold(spans: Sequence[Span]) -> bool:
    """Whether words say that something was sold, which is over a period though none is named: "how many products were sold"."""
    return any(not SOLD.isdisjoint(one.text.lower().split()) for one in spans if one.kind == "filler")


def had_some(model: SemanticModel, spans: Sequence[Span]) -> bool:
    """Whether things are counted that had something of a figure, which is over a period though none is named: "how many stores had sales"."""
    counts = {name for name, one in model.public_metrics().items() if one.counts}
    said: set[str] = set()
    counted = False
    for one in spans:
        if one.kind in SILENT:
            said |= {*one.text.lower().split()}
            continue
        if counted and HAD & said and one.kind == "metric" and one.ref_of not in counts and model.has_time(one.ref_of):
            return True
        counted, said = one.kind == "metric" and one.ref_of in counts, set()
    return False


def they_bought(composer: Composer, metrics: list[str]) -> bool:
    """Whether it is of people that they bought, which is over a period though none is named: "ilang suki ang bumili"."""
    counted = sets.counted_by(composer.model, metrics)
    people = counted is not None and composer.model.dimensions[counted].optional
    return people and any(not BOUGHT.isdisjoint(one.text.lower().split()) for one in composer.spans if one.kind == "filler")  # fmt: skip


def _sold(composer: Composer) -> tuple[str, Figured] | None:
    """How many things of a catalogue sold in a period: "how many products were sold last month"; their count itself has no time."""
    model, draft = composer.model, composer.draft
    if not (any(one.text.lower() not in NOW for one in draft.whens) or was_sold(composer.spans)) or draft.having:
        return None
    names = draft.metrics or (counting.of_noun(model, composer.spans, composer.walker) if any(one.kind == "count" for one in composer.spans) else [])  # fmt: skip
    known = model.metrics[names[0]] if len(names) == 1 else None
    default = model.header.default_metric
    if known is None or not known.counts or known.during or not reaches(model, default, known.counts) or composer.dated:
        return None
    if any(one.kind == "dimension" and model.dimensions[one.ref_of].type == "date" for one in composer.spans):
        return None
    for one in draft.loose:
        one.role = "counted" if one.ref_of == known.counts else one.role
    draft.loose[:] = [one for one in draft.loose if one.role != "counted"]
    draft.metrics.clear()
    composer.assume(f"{known.label.lower()} of which anything was sold", {})
    return default, Figured((known.counts,), "count")


def counted(composer: Composer) -> tuple[str, Figured] | None:
    """The figure that a count of things beyond a limit, with any of a figure, or of a kind, is made of; None where nothing so is counted."""
    model, draft, spans = composer.model, composer.draft, composer.spans
    default = model.header.default_metric
    found = entries.counted(model, draft, spans, default) or entries.with_any(model, draft, spans)
    if found is None:
        found = _sold(composer)
    bare = not draft.metrics and any(one.kind == "count" for one in spans) and not counting.of_noun(model, spans, composer.walker)  # fmt: skip
    if found is None and bare:
        return entries.kinds(model, draft, default, beyond=bool(draft.whens) or was_sold(spans) or _of_sales(composer))
    return found

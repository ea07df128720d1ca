"""Lists of things: "list the stores in Palawan with their types", "which brands had no sales", "our 5 newest stores".

A thing that has a key is listed by it, every one; of others, such as cities, those are listed in which there is anything, with how many.
"""

from __future__ import annotations

import re
from itertools import dropwhile, pairwise, takewhile
from typing import TYPE_CHECKING

from nlq.language import counting, ordering, sets
from nlq.language.deeds import does
from nlq.language.draft import SILENT, Draft, Stop, words_between
from nlq.language.listing import NEWEST, WHERE
from nlq.semantics.joins import out_of_reach
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span

WHO = frozenset(("who", "whose", "sino", "sinong", "sinu", "kinsa", "kinsang"))
SHOW = frozenset(
    (
        "show",
        "display",
        "pull",
        "give",
        "gimme",
        "need",
        "see",
        "view",
        "get",
        "pakita",
        "ipakita",
        "patingin",
        "tingnan",
        "tignan",
        "bigyan",
        "ibigay",
        "ihatag",
        "hatagi",
        "penge",
        "pahingi",
    )
)
HOW = ("how", "paano", "pano", "giunsa")
POINTING = frozenset(("what", "all", "lahat", "tanan", "tanang", "anong", "unsang", "unsa"))
HAVING = frozenset(("have", "have", "got", "has", "may", "meron", "naa", "operate"))
OWN = frozenset(("their", "they", "each", "nila", "ila", "bawat"))  # figures of what was named before
FIGURES = ("count", "performing", "amount", "share", "trend", "growth", "yearly", "quarterly", "monthly", "versus", "average", "median", "running", "moving", "rose", "more", "fewer", "why")  # fmt: skip
WHEN = ("kailan", "kelan", "kanus-a")  # as a model's word for a date begins: "kailan nagbukas"


def wanted(composer: Composer) -> tuple[Span, str] | None:
    """The noun that is to be listed, and the thing that it names; None where figures are asked for."""
    model, draft, spans = composer.model, composer.draft, composer.spans
    by_time = any(map(model.is_time_grain, draft.dimensions))  # "stores that closed, per year" is how many
    how = spans[0].text.lower().split()[0] in HOW  # "how did people pay" is not who they were
    if how or draft.by_metric or draft.having or by_time or any(one.kind in FIGURES for one in spans):
        return None
    ordered = [one for one in spans if one.kind in NEWEST]
    if draft.top is not None and not ordered:
        return None
    asked = [one for one in spans if one.kind in ("list", "which")]
    nouns = [(one, one.ref_of) for one in counting.things(model, draft.loose) if one.kind == "dimension"]
    kinds = _of_kind(composer)
    if not nouns or (kinds and kinds[0][0].start < nouns[0][0].start and not composer.is_entity(nouns[0][0])):
        nouns = kinds  # "list the supermarkets in Cebu with their city"
    nouns = _people(composer, nouns) or _named(composer)
    pointed = bool(nouns) and (_pointed_at(spans, nouns[0][0]) or _shown(spans))
    if _exists(composer, nouns):
        for one in spans:
            one.role = "set" if one.kind == "metric" else one.role
        draft.metrics.clear()
    if draft.metrics:  # "list the customers who bought": those whom that counts
        entity = sets.entity_of(model, draft.metrics, Draft())
        if (
            len(draft.metrics) != 1
            or entity is None
            or not (any(one.kind == "list" for one in asked) or _those_who(composer, entity))
        ):
            return None
        nouns = [(one, entity) for one in spans if one.kind == "metric"][:1]
        draft.loose[:] = [one for one in draft.loose if composer.is_entity(one)]
    state = (
        any(one.kind == "metric" and one.role == "set" for one in spans)  # "no sales", "no gcash sales"
        or bool(draft.metrics)  # a count's name, which stands for the things
        or _asked_when(composer)
        or bool(composer.dated)
        or any(composer.model.filters.get(one.ref_of) for one in spans if one.kind == "value")
    )
    said = asked or ordered
    if not nouns or not (said or ((state or pointed or _bare(composer, nouns[0])) and _of_each(composer, nouns[0]))):
        return None
    for one in (*asked, *ordered):
        one.role = one.role or ("order" if one.kind in NEWEST else "list")
    return nouns[0]


def _of_each(composer: Composer, noun: tuple[Span, str]) -> bool:
    """Whether things are shown one by one; not where they are counted, nor where a total is asked for."""
    return not (_are_counted(composer, noun) or _is_total(composer.spans))


def _are_counted(composer: Composer, noun: tuple[Span, str]) -> bool:
    """Whether things are split by what they are of, so that they are counted: "closed stores per province"."""
    model, draft, (span, entity) = composer.model, composer.draft, noun
    counts = next((name for name, one in model.public_metrics().items() if one.counts == entity), None)
    split = bool(draft.dimensions) and any(one.kind == "by" for one in composer.spans)
    states = any(model.filters.get(one.ref_of) for one in composer.spans if one.kind == "value")
    if counts is None or not split or not states or draft.metrics or any(one.role == "set" for one in composer.spans) or composer.dated:  # fmt: skip
        return False
    span.role = "counted"
    draft.loose[:] = [one for one in draft.loose if one is not span]
    draft.metrics.append(counts)
    return True


def _is_total(spans: Sequence[Span]) -> bool:
    """Whether a total is asked for: "yesterday's total, all stores"."""
    return any(one.kind in SILENT and one.text.lower() in ("total", "totals", "grand total") for one in spans)


def check_events(composer: Composer, metrics: list[str]) -> None:
    """Refuse to list what happened one by one: "list all transactions above 5,000" is not how many there were.

    Raises:
        Stop: it is asked for.
    """
    spans, draft = composer.spans, composer.draft
    said = [one for one in spans if one.kind not in SILENT]
    listed = any(one.kind == "list" and after.kind == "metric" for one, after in pairwise(said))
    if listed and not (draft.dimensions or draft.loose) and draft.top is None and sets.event_of(composer.model, metrics) is not None:  # fmt: skip
        label = composer.model.metrics[metrics[0]].label.lower()
        raise Stop(Refusal("out_of_scope", f"single {label} are not listed one by one: ask for the biggest ones, or how many there were"))  # fmt: skip


def with_figures(composer: Composer) -> None:
    """Split figures by the things that they are to stand beside: "list the stores in Tarlac with their sales", "minimarts in NCR and what they sold"."""
    draft, spans = composer.draft, composer.spans
    kinds = [one.kind for one in spans]
    if draft.top is not None or draft.dimensions or "metric" not in kinds or len(draft.loose) > 1:
        return
    figure = kinds.index("metric")
    first = next(at for at, one in enumerate(spans) if one.kind not in (*SILENT, "list"))
    own = any(OWN.intersection(one.text.lower().split()) for one in spans[first:])
    if not (own or "list" in kinds[:first]) or first >= figure:
        return
    noun = draft.loose[0] if draft.loose and draft.loose[0] is spans[first] and kinds[first] == "dimension" else None
    known = composer.model.dimensions.get(noun.ref_of) if noun is not None else None
    if (
        known is not None and known.type == "date" and not known.time
    ):  # "mga tindahang nagbukas this year, magkano benta nila"
        draft.dimensions.extend(
            name for name in composer.model.counted if composer.model.dimensions[name].table == known.table
        )
    elif noun is not None:
        composer.walker.group(noun.ref_of, noun)
        draft.loose.clear()
    elif own and not draft.loose and kinds[first] == "value":
        draft.dimensions.extend(dict.fromkeys(name for _, name in _of_kind(composer)))


def _those_who(composer: Composer, entity: str) -> bool:
    """Whether a count's name stands for the things, which did the one and not the other: "stores that sold dairy in August but not in September"."""
    names = {word for texts in composer.model.dimensions[entity].synonyms.values() for word in texts}
    figures = [one for one in composer.spans if one.kind == "metric"]
    chosen = composer.draft.besides or any(one.kind in ("none", "both", "solely") for one in composer.spans)
    known = composer.model.dimensions[entity]
    return bool(chosen and figures and not known.optional and figures[0].text.lower().split()[0] in names)


def _exists(composer: Composer, nouns: list[tuple[Span, str]]) -> bool:
    """Whether a figure only says that there was any: "stores with sales in September but none in October"."""
    draft, spans = composer.draft, composer.spans
    first = next((one for one in spans if one.kind not in (*SILENT, "list", "which")), None)
    usual = draft.metrics == [composer.model.header.default_metric]
    if not (usual and nouns and nouns[0][0] is first):
        return False
    figure = next(one for one in spans if one.kind == "metric")
    having = sets.WITH & words_between(spans, nouns[0][0].end, figure.start)
    lacks = any(one.kind in ("none", "not") for one in spans)  # "with sales of rice but no canned goods"
    return bool(draft.besides or (having and lacks))


def _bare(composer: Composer, noun: tuple[Span, str]) -> bool:
    """Whether nothing is said but which things are meant: "stores in Iloilo City", "stores opened in 2021", "brands sold in NCR but not in Cebu"."""
    model, draft, (span, entity) = composer.model, composer.draft, noun
    dates = [one for one in draft.loose if one.kind == "dimension" and model.dimensions[one.ref_of].type == "date"]
    named = [one for one in composer.spans if one.kind in ("value", "place", "ask")]
    beside = {one.ref_of for one in draft.loose if one not in dates and _is_beside(composer, one, entity)}
    alone = (
        {one.ref_of for one in draft.loose if one not in dates} - beside == {entity}
        and not draft.dimensions
        and not draft.metrics
    )
    chosen = bool(draft.besides) or any(
        one.kind in ("none", "both", "solely") or (one.kind == "not" and len(named) > 1) for one in composer.spans
    )
    did = _did(composer.spans, span)
    chosen = chosen or did
    fields = tuple(name for one in composer.filters.conditions() for name in one.fields())
    own = chosen or not out_of_reach(model, model.dimensions[entity].table, fields)
    table = {
        model.dimensions[one.ref_of].table for one in named if one.kind == "value" and one.ref_of in model.dimensions
    }
    listed = chosen or bool(model.dimensions[entity].key) or table == {model.dimensions[entity].table}  # "dairy brands"
    listed = listed or bool(model.dimensions[entity].place and beside)  # "provinces in region 6 where we have stores"
    told = bool(named or dates or draft.besides or (did and draft.whens)) and bool(dates or chosen or not draft.whens)
    return alone and ordering.is_plural(model, composer.spans, span) and own and listed and told


def _did(spans: Sequence[Span], noun: Span) -> bool:
    """Whether those are meant who did something, said right behind the noun: "mga tindahan na nagbenta ng bigas", "products sold in Cebu"."""
    behind = takewhile(lambda one: one.kind in SILENT, dropwhile(lambda one: one.start <= noun.start, spans))
    first = next((one for one in spans if one.kind not in SILENT), None)
    return first is noun and any(map(does, behind))


def _is_beside(composer: Composer, one: Span, entity: str) -> bool:
    """Whether a noun is to stand beside what is listed, or only says that there are such: "skus with their brand", "cities where we have stores"."""
    model = composer.model
    if one.kind != "dimension" or one.ref_of == entity:
        return False
    same = model.dimensions[one.ref_of].table == model.dimensions[entity].table
    if composer.is_entity(one):
        at = next(place for place, span in enumerate(composer.spans) if span is one)
        said = [
            word
            for span in composer.spans[max(0, at - 3) : at]
            if span.kind in SILENT
            for word in span.text.lower().split()
        ]
        return bool(model.dimensions[entity].place) and bool(HAVING.intersection(said))
    return same and bool(model.dimensions[entity].key)


def _people(composer: Composer, nouns: list[tuple[Span, str]]) -> list[tuple[Span, str]]:
    """Those who did something, where "who" is asked: other nouns only say where, or what."""
    spans = composer.spans
    who = next((one for one in spans if one.kind == "which" and WHO.intersection(re.split(r"[\s-]", one.text.lower()))), None)  # fmt: skip
    people = [name for name, one in composer.model.dimensions.items() if one.optional]
    if who is not None and any(one is who and noun is after for one, after in pairwise(spans) for noun, _ in nouns):
        return nouns  # "kinsang tindahan" is which stores
    if who is None or any(name in people for _, name in nouns):
        return [pair for pair in nouns if pair[1] in people] if who is not None else nouns
    if len(people) != 1:
        raise Stop(Refusal("out_of_scope", f'I do not know who is meant by "{who.text}"'))
    return [(who, people[0])]


def _shown(spans: Sequence[Span]) -> bool:
    """Whether something is to be shown: "show supermarkets in Cebu"."""
    return any(one.kind == "filler" and SHOW.intersection(one.text.lower().split()) for one in spans[:3])


def _asked_when(composer: Composer) -> bool:
    """Whether it is asked when something befell things: "when did the store in Bais open"."""
    dates = [
        one
        for one in composer.draft.loose
        if one.kind == "dimension" and composer.model.dimensions[one.ref_of].type == "date"
    ]
    whenever = any(one.kind == "whenever" for one in composer.spans) or any(
        one.text.lower().startswith(WHEN) for one in dates
    )
    return bool(dates) and whenever


def _named(composer: Composer) -> list[tuple[Span, str]]:
    """A thing that is called by its name, where something is asked of it itself: "where is Tingi Mini Mart San Pablo", "when did it open"."""
    spans, model = composer.spans, composer.model
    asks = any(
        one.kind == "whenever" or (one.kind == "which" and WHERE.intersection(one.text.lower().split()))
        for one in spans
    )
    state = any(one.kind == "value" and one.ref_of in model.filters for one in spans)
    things = [
        one
        for one in spans
        if one.kind == "value" and one.ref_of in model.dimensions and model.dimensions[one.ref_of].key
    ]
    if len(things) != 1 or composer.draft.metrics or composer.draft.whens or not (asks or state):
        return []
    return [(things[0], things[0].ref_of)]


def _of_kind(composer: Composer) -> list[tuple[Span, str]]:
    """What a value is a kind of, where no noun stands: "list our supermarkets"."""
    model = composer.model
    found = [(one, model.dimensions[one.ref_of].kind_of) for one in composer.spans if one.kind == "value" and one.ref_of in model.dimensions]  # fmt: skip
    return [(one, name) for one, name in found if name is not None][:1]


def _pointed_at(spans: Sequence[Span], noun: Span) -> bool:
    """Whether "what" or "all" stands right before a noun: "toledo is in what region", "all stores in Palawan"."""
    at = next(place for place, one in enumerate(spans) if one is noun)
    words = [word for one in spans[max(0, at - 2) : at] if one.kind in SILENT for word in one.text.lower().split()]
    return bool(POINTING.intersection(words))

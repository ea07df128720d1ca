"""Words whose sense the model decides: what "type" is of, "without" a figure, "only" this, "with the most customers", the "largest receipt"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import dropwhile, pairwise, takewhile
from typing import TYPE_CHECKING

from nlq.language import money
from nlq.language.deeds import does
from nlq.language.draft import SILENT, VALUES, WHATEVER, next_kind, words_between
from nlq.language.lexicon import Meaning
from nlq.language.sets import ONLY, WITH, counted_by, event_of
from nlq.language.turns import FIRST
from nlq.semantics.joins import reaches
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

MOST = frozenset(("most", "fewest", "least", "pinakamarami", "pinakamaraming", "pinakakaunti", "pinakakaunting", "pinakakonti", "pinakakonting", "pinakadaghan", "pinakadaghang", "pinakagamay"))  # fmt: skip
LARGE = frozenset(
    (
        "largest",
        "biggest",
        "smallest",
        "pinakamalaki",
        "pinakamalaking",
        "pinakamaliit",
        "pinakadako",
        "pinakadakong",
        "pinakagamay",
    )
)  # "highest" is how many as well
HAVE = frozenset(
    (
        "had",
        "have",
        "has",
        "having",
        "with",
        "w",
        "containing",
        "contain",
        "contained",
        "may",
        "naay",
        "adunay",
        "laman",
        "holding",
    )
)  # what an event has of things
DID, STEM = frozenset(("did", "were", "was")), 4
TOOK = frozenset(("take", "takes", "took", "taken", "make", "makes", "made", "earn", "earned", "gross", "grossed", "bring", "brought", "ring", "rung", "pull", "pulled", "rake", "raked", "turn", "turned", "sell", "sold", "do", "done"))  # fmt: skip
ONES = frozenset(("yung", "mga", "the", "those", "ang"))
INCLUDING = (
    "including",
    "incl",
    "counting",
    "included",
    "kasama",
    "kasama ang",
    "kasama na ang",
    "kasama na",
    "kasama yung",
    "pati",
    "pati ang",
    "apil",
    "apil ang",
    "lakip",
    "lakip ang",
    "isama ang",
    "isama mo ang",
)
TODAY = ("today", "now", "ngayon", "karon", "right now", "as of today", "as of now", "hanggang ngayon")
OTHER = ("other", "others", "another", "ibang", "iba", "uban", "laing")
IN_ONE = ("sa isang", "sa usa ka", "in one", "in a single")
ON = frozenset(("on", "for", "in", "during", "mga", "adlaw"))
THAT = frozenset(("that", "which", "na", "nga"))
WITHOUT = ("without", "w/o", "wo", "walang", "walay")


def settled(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Settle each such word, by what the model knows of what stands beside it."""
    other(spans)
    _types(model, spans)
    _what_they_took(spans)
    _when_did(model, spans)
    _compounds(model, spans)
    _which_of_such(model, spans)
    _neither(model, spans)
    _without_its_end(model, spans)
    _without(model, spans)
    _only(model, spans)
    _most(model, spans)
    _single(model, spans)
    _opened_first(model, spans)
    _said_by_its_date(model, spans)
    not_money(model, spans)
    _included(model, spans)
    _whatever(model, spans)
    _still_so(model, spans)
    days_that(model, spans)
    _in_one(spans)
    for one, after in pairwise(spans):
        if one.kind == "not" and after.kind == "share":
            one.kind = "unsupported"  # "in pesos, not percent"


def _included(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Things of a state that are to be counted as well narrow nothing down: "including closed ones", "kasama ang sarado na"."""
    said = [one for one in spans if one.kind not in SILENT or one.text.lower() in INCLUDING]
    nouns = [one for before, one in pairwise(said) if one.kind == "dimension" and before.text.lower() in INCLUDING]
    for one, after in pairwise([one for one in said if one not in nouns]):
        state = model.filters.get(after.ref_of) if after.kind == "value" else None
        whether = state is not None and {term.op for term in state.where} <= {"is_null", "is_not_null"}
        if whether and one.text.lower() in INCLUDING:
            one.kind, one.role = "filler", "context"
            after.pass_over()
            for noun in nouns:  # "kasama na yung mga store na nagsara na"
                noun.pass_over()


def _whatever(model: SemanticModel, spans: Sequence[Span]) -> None:
    """What figures are of whatever it is says nothing, and splits by nothing: "regardless of payment method", "kahit anong bayad"."""
    for at, one in enumerate(spans):
        before = {word for other in spans[max(0, at - 2) : at] for word in other.text.lower().split()}
        if one.kind == "dimension" and one.ref_of in model.dimensions and not before.isdisjoint(WHATEVER):
            one.kind, one.role = "filler", "filter"
    whatever_else(spans)


def whatever_else(spans: Sequence[Span]) -> None:
    """What is said not to matter, and has no name here, may not be passed over: "kahit anong bayad"."""
    for at, one in enumerate(spans):
        named = any(other.kind == "dimension" or other.role == "filter" for other in spans[at + 1 : at + 3])
        if one.kind == "filler" and not one.role and not named and not WHATEVER.isdisjoint(one.text.lower().split()):
            one.kind = "unsupported"


def _still_so(model: SemanticModel, spans: Sequence[Span]) -> None:
    """A state is of today in any case: "still open today" names no period; and what is "the latest to open" has a verb."""
    for before, one in pairwise(spans):
        state = model.filters.get(before.ref_of) if before.kind == "value" else None
        if state is not None and [term.op for term in state.where] == ["is_null"] and one.kind == "time" and one.text.lower() in TODAY:  # fmt: skip
            one.kind, one.role, one.when = "filler", "context", None
        if before.text.lower() == "to" and one.kind == "value" and one.ref_of in model.filters and any(other.kind in ("newest", "oldest") for other in spans):  # fmt: skip
            one.pass_over()


def _in_one(spans: Sequence[Span]) -> None:
    """Of the best there was in one day each day is meant, and the best of all: "pinakamataas na benta sa isang araw", as in "highest sales in a day"."""
    groups = [one for one in spans if one.kind in ("dimension", "grain")]
    ranked = any(one.kind in ("top", "bottom") for one in spans)
    for one, after in pairwise(spans if ranked and len(groups) == 1 else ()):
        if one.kind == "by" and one.text.lower() in IN_ONE and after.kind == "grain":
            one.kind = "preposition"


def days_that(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Days that are of some kind are said by that: "on days that aren't paydays", "sa mga araw na hindi holiday"."""
    for at, (before, one) in enumerate(pairwise(spans), 1):
        after = spans[at + 1 : at + 2]
        if one.kind != "grain" or not after or after[0].text.lower().split()[0] not in THAT or before.text.lower().split()[-1] not in ON:  # fmt: skip
            continue
        rest = [other for other in spans[at + 1 :] if other.kind not in SILENT]
        kind = next((other for other in rest[:2] if other.kind != "not"), None)
        if kind is not None and kind.kind == "value" and model.is_of_days(kind.ref_of):
            one.kind, one.role = "filler", "context"


def _what_they_took(spans: Sequence[Span]) -> None:
    """What somebody took in is an amount: "what did supermarkets take in October" lists no supermarkets."""
    words = [one.text.lower() for one in spans]
    asked = words[:1] in (["what"], ["whats"]) and words[1:2] in (["did"], ["do"], ["does"], ["have"], ["has"]) and "you" not in words  # fmt: skip
    took = any(not TOOK.isdisjoint(word.split()) for word in words[2:])
    named = {one.kind for one in spans}
    if asked and took and named & {*VALUES} and not named & {"metric", "dimension"}:
        spans[0].kind = "amount"


def _when_did(model: SemanticModel, spans: Sequence[Span]) -> None:
    """When something was done to things is a date that they have: "which stores are closed, and when did they close"."""
    at = next((place for place, (one, after) in enumerate(pairwise(spans)) if "when" in one.text.lower().split() and not DID.isdisjoint(f"{one.text} {after.text}".lower().split())), 0)  # fmt: skip
    if not at:  # by itself it may ask for the first time, or the last
        return
    rest = [one for one in spans[at + 1 :] if one.kind not in SILENT]
    stem = rest[0].text.lower()[:STEM] if len(rest) == 1 else ""
    dates = [one for one in model.dimensions.values() if one.type == "date" and not one.time]
    found = [one.name for one in dates if stem and any(word.startswith(stem) for text in (one.label, *(name for names in one.synonyms.values() for name in names)) for word in text.lower().split())]  # fmt: skip
    if len(found) == 1:
        for one in spans[at:]:
            one.kind, one.role = "filler", "list"
        rest[0].kind, rest[0].role, rest[0].meanings = "dimension", "", [Meaning("dimension", found[0])]


def _compounds(model: SemanticModel, spans: Sequence[Span]) -> None:
    """A thing before what it has, as one noun: "product brands" are brands, and so are those of "how many product brands"."""
    for one, after in pairwise(spans):
        had = model.dimensions.get(after.ref_of) if after.kind == "dimension" and not after.comma else None
        named = (
            one.ref_of if one.kind == "dimension" else counted_by(model, [one.ref_of]) if one.kind == "metric" else None
        )
        thing = model.dimensions.get(named or "")
        if had is None or thing is None or had.key or not thing.key or thing.table != had.table:
            continue
        if not one.text.lower().endswith("s") and after.text.lower().endswith("s"):
            one.kind, one.meanings = ("filler" if one.kind == "dimension" else "count"), []


def _types(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Settle what "type" is of: of the things that are named, where these have types ("stores in Palawan, with type")."""
    nouns = [one.ref_of for one in spans if one.kind == "dimension"]
    nouns += [model.dimensions[one.ref_of].kind_of or "" for one in spans if one.kind == "value" and one.ref_of in model.dimensions]  # fmt: skip
    named = [name for noun in nouns for name, one in model.dimensions.items() if one.kind_of == noun]
    for one in spans:
        if one.kind == "type":
            known = dict.fromkeys(named)
            one.kind = "dimension" if len(known) == 1 else "unknown"
            one.meanings = [Meaning("dimension", name) for name in known] if len(known) == 1 else []


def _opened_first(model: SemanticModel, spans: Sequence[Span]) -> None:
    """The "first" of things to which something happened is the earliest, and not the best: "unang supermarket na nagbukas", "opened first"."""
    dates = [one for one in spans if one.kind == "dimension" and one.ref_of in model.dimensions and model.dimensions[one.ref_of].type == "date" and not model.dimensions[one.ref_of].time]  # fmt: skip
    for one in spans if dates else ():
        behind = any(one is after and before in dates for before, after in pairwise(spans))
        if one.text.lower() == "last" and one.kind == "unknown" and behind:
            one.kind = "newest"  # "stores opened last"
        if one.text.lower() in FIRST and one.kind in ("top", "ordinal", "unsupported", "earliest_first"):
            one.kind = "oldest"


def _said_by_its_date(model: SemanticModel, spans: Sequence[Span]) -> None:
    """When "the closed ones" closed is a column of what is listed, and no choice of them: "kasama kung kelan nagsara yung mga sarado na"."""
    for date, those, value in zip(spans, spans[1:], spans[2:], strict=False):
        known = model.dimensions.get(date.ref_of) if date.kind == "dimension" else None
        told = model.filters.get(value.ref_of) if value.kind == "value" else None
        fields = {name for one in told.where for name in one.fields()} if told is not None else set()
        if known is not None and known.type == "date" and those.kind in SILENT and date.ref_of in fields and ONES.intersection(those.text.lower().split()):  # fmt: skip
            value.kind, value.role = "filler", "list"


def _single(model: SemanticModel, spans: Sequence[Span]) -> None:
    """The "largest transaction" is one of them, not how many there were: where the model knows the single one.

    Beside another noun it is so for one, or a number of them: "which hour had the biggest transactions" had the most.
    """
    others = any(one.kind in ("which", "whenever", "dimension", "grain", "by") for one in spans)
    numbered = any(one.kind == "number" and after.kind in ("dimension", "grain") for one, after in pairwise(spans))
    said = [one for one in spans if one.kind not in ("filler", "number")]
    for best, one in pairwise(said):
        event = event_of(model, [one.ref_of]) if one.kind == "metric" else None
        words = set(best.text.lower().split()) & LARGE
        if event is None or best.kind not in ("top", "bottom") or not words:
            continue
        at = next(place for place, other in enumerate(spans) if other is best)
        several = any(other.kind == "number" for other in (*spans[max(0, at - 1) : at], *spans[at + 1 : at + 2]))
        plural = one.text.lower().endswith("s") or words <= MOST  # "pinakagamay" is the fewest as well
        if not others or several or not (plural or numbered):
            one.kind, one.meanings = "dimension", [Meaning("dimension", event)]


def not_money(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Take "hindi peso", "not pesos" for what the figure that is named says already: pieces are no money."""
    named = [model.metrics[one.ref_of].unit for one in spans if one.kind == "metric"]
    for one, after in pairwise(spans):
        if one.kind in ("unsupported", "not") and after.text.lower().split()[-1] in money.names(model.header.currency) and named and model.header.currency not in named:  # fmt: skip
            one.kind = after.kind = "filler"


def other(spans: Sequence[Span]) -> None:
    """Take "other" before a noun for no value that is called so: "other store types" are of no season."""
    for one, after in pairwise(spans):
        named = one.kind == "value" and one.text.lower() in OTHER and after.kind in ("dimension", "metric", *VALUES)
        if named and after.ref_of not in {meaning.ref for meaning in one.meanings}:
            one.kind, one.meanings = "unsupported", []


def _neither(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Money that came "neither by cash nor by card" leaves both out; receipts "with neither snacks nor drinks" hold none of them, and are told by a set."""
    figures = [one.ref_of for one in spans if one.kind == "metric"]
    things = any(one.kind == "dimension" for one in spans) or any(
        model.metrics[name].unit == "count" for name in figures
    )
    for one, after in pairwise([each for each in spans if each.kind not in SILENT]):
        if figures and not things and one.kind == "none" and one.text.lower() == "neither" and after.kind in VALUES:
            one.kind = "not"


def _without_its_end(model: SemanticModel, spans: Sequence[Span]) -> None:
    """A period without what is left out at its end, or its beginning: "sales this year, not counting November".

    Not of things that are counted, chosen or listed: "customers who bought this year but not in November" did nothing then.
    """
    things = any(one.kind == "dimension" and one.ref_of in model.counted for one in spans)
    if things or any(one.kind == "metric" and counted_by(model, [one.ref_of]) for one in spans):
        return
    times = [one for one in spans if one.when is not None]
    for left, after in pairwise(spans):
        out = after.when.period if left.kind == "not" and after.when is not None else None
        rest = [one for one in times if one is not after]
        whole = rest[0].when.period if len(rest) == 1 and rest[0].when is not None else None
        if next_kind(spans, after) == "and":
            continue  # "not including November and Cebu" leaves out more
        if not isinstance(out, Period) or not isinstance(whole, Period) or rest[0].when is None:
            continue
        kept = None
        if whole.start < out.start <= whole.end <= out.end:
            kept = Period(start=whole.start, end=out.start - timedelta(days=1))
        elif out.start <= whole.start <= out.end < whole.end:
            kept = Period(start=out.end + timedelta(days=1), end=whole.end)
        if kept is not None:
            rest[0].when = replace(rest[0].when, period=kept, running=None, back=None, to_date=None)
            for one in (left, after):
                one.kind, one.role, one.when = "filler", "left out", None


def _without(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Things "without" a figure, or without that of some value, have none of it; figures "without" a value leave it out."""
    for at, (before, one) in enumerate(pairwise(spans), 2):
        if one.kind != "not" or one.text.lower() not in WITHOUT:
            continue
        things = before.kind == "dimension" or (before.kind == "metric" and model.metrics[before.ref_of].counts)
        rest = list(dropwhile(lambda other: other.kind in ("value", "place", "and"), spans[at:]))
        if things and rest and rest[0].kind == "metric":
            one.kind = "none"  # "stores without gcash sales"


def _most(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Those "with the most customers" are ranked by how many came: the second noun is a count, and no split."""
    said = [one for one in spans if one.kind not in (*SILENT, *VALUES)]  # "the fewest open stores"
    for at, (before, most, one) in enumerate(zip(said, said[1:], said[2:], strict=False)):
        by = before.kind == "by" and at > 0  # "products bought by the most customers"
        before = said[at - 1] if by else before  # noqa: PLW2901 - what is ranked stands before that word
        nouns = before.kind == one.kind == "dimension" and before.ref_of != one.ref_of
        if not nouns or most.kind not in ("top", "bottom") or MOST.isdisjoint(most.text.lower().split()):
            continue
        between = words_between(spans, before.end, most.start)
        found = next((each for each in model.public_metrics().values() if each.counts == one.ref_of), None)
        if found is not None and (by or not WITH.isdisjoint(between)):
            for other in spans if by else ():
                other.kind = "filler" if other.kind == "by" and before.end <= other.start < most.start else other.kind
            there = reaches(model, found.name, before.ref_of)  # on the books of these
            one.kind, one.meanings = "metric", [Meaning("metric", found.name if there else found.during or found.name)]


def _only(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Who "bought only on paydays", "weekend ra mopalit", "bumili ng bigas lang" did nothing else; sales "in NCR only" are of NCR."""
    nouns = [one for one in spans if one.kind in ("dimension", "metric")]
    events = any(event_of(model, [one.ref_of]) for one in nouns if one.kind == "metric")  # "receipts with snacks only"
    if not events and not any(
        model.dimensions[one.ref_of].key if one.kind == "dimension" else counted_by(model, [one.ref_of])
        for one in nouns
    ):
        return

    def so(one: Span) -> bool:
        return does(one) or (events and not HAVE.isdisjoint(one.text.lower().split()))

    for at, one in enumerate(spans[1:], 1):
        if one.kind not in SILENT or one.text.lower() not in ONLY:
            continue
        value = spans[at - 1].kind in VALUES
        behind = next_kind(spans, one) in (*VALUES, "time") and so(spans[at - 1])
        before = spans[at - 1].kind == "value" and any(map(so, _silent(spans[: at - 1][::-1])))
        if behind or before or (value and any(map(so, _silent(spans[at + 1 :])))):
            one.kind = "solely"


def _silent(spans: Sequence[Span]) -> Sequence[Span]:
    """The first of these that say nothing of themselves, and the one after them, which may be a figure that ends with what is done."""
    silent = list(takewhile(lambda one: one.kind in SILENT, spans))
    return spans[: len(silent) + 1]


def _which_of_such(model: SemanticModel, spans: Sequence[Span]) -> None:
    """The best "weekday" is one of the days, not the days that are no weekend: where the model knows "which weekday" as a noun."""
    for before, one in pairwise(spans):
        if before.kind not in ("top", "bottom") or one.kind != "value":
            continue
        asked = f"which {one.text.lower()}"
        known = [name for name, each in model.dimensions.items() if asked in each.synonyms.get("en", ())]
        if len(known) == 1:
            one.kind, one.meanings = "dimension", [Meaning("dimension", known[0])]

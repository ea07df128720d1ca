"""Words that mean one thing in one turn of phrase and another in the next: "moved" that sold, "diff" that is different, "but" that only ties."""

from __future__ import annotations

from itertools import dropwhile, pairwise, takewhile
from typing import TYPE_CHECKING

from nlq.language import money
from nlq.language.calendar_words import WORDS
from nlq.language.deeds import does
from nlq.language.draft import COMPARE, REACHED, SILENT, VALUES, words_between
from nlq.language.lexicon import GRAINS, Meaning
from nlq.language.sets import ONLY, WITH, counted_by, event_of
from nlq.semantics.joins import reaches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

SPLITS = frozenset(("split", "breakdown", "distribution", "mix"))
HOW = ("how has", "how have", "how did", "how is", "how are")
BUT = ("not", "none", *COMPARE, "between", "preposition")
STRONG, WEAK = (
    frozenset(("kusog", "malakas", "mabenta", "mahalin")),
    frozenset(("mahina", "matumal", "hinay", "mahinay")),
)
DISTINCT = ("distinct", "unique", "number of distinct", "no. of distinct")
FIRST = ("una", "unang", "first")
MOST = frozenset(("most", "fewest", "least", "pinakamarami", "pinakamaraming", "pinakakaunti", "pinakakaunting", "pinakakonti", "pinakakonting", "pinakadaghan", "pinakadaghang", "pinakagamay"))  # fmt: skip
ONE = ("isa", "isang", "isa ka", "usa", "usa ka", "sa isa", "sa isang", "sa usa", "sa usa ka")
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
EXCLUDED = (
    "excluded",
    "left out",
    "not included",
    "not counted",
    "hindi kasama",
    "di kasama",
    "hindi isama",
    "dili apil",
)
INCLUDED = ("included", "counted", "kasama", "isama", "apil")
THOSE = ("only those", "just those", "those", "only the ones", "the ones")
NOT_ALONE = ("hindi lang", "hindi lang sa", "hindi lamang", "di lang", "dili lang", "not only", "not just")
NONE_YET = ("wala pang", "walang pang", "wala pa")
NEGATIONS = ("hindi", "di", "dili")  # "not", of what stands right behind
WITHOUT = ("without", "w/o", "wo", "walang", "walay")
PARTS = ("how much", "how mch", "hw much", "gaano kalaki", "gano kalaki")
COMES = frozenset(
    ("is", "are", "was", "were", "come", "comes", "came", "coming", "galing", "gikan", "nanggaling", "mula")
)


def taken(spans: list[Span]) -> None:
    """Settle each such word by what stands beside it, before anything else is read."""
    for one, after in pairwise(spans):
        text = one.text.lower()
        if one.kind == "versus" and text == "diff" and after.kind == "dimension":
            one.kind = "filler"  # "how many diff products"
        elif one.kind == "number" and after.text.lower() == "x" and after.start == one.end:
            after.kind = "times"  # "5x or more"
        elif one.kind == "but" and after.kind in BUT:
            one.kind = "filler"
        elif text.split()[0] in REACHED and one.kind in COMPARE and _next(spans, one) in ("top", "bottom"):
            one.kind = "filler"  # "when did we reach our highest sales"
        elif one.kind == "active":
            one.kind = "filler" if after.kind in ("time", "preposition") else "unsupported"
        elif one.kind == "but" and after.kind in ("value", "place", "ask"):
            one.kind = "unsupported"
    if len(spans) > 1 and spans[0].text.lower() in DISTINCT and spans[1].kind == "dimension":
        spans[0].kind = "count"  # "distinct products sold in Mindanao"
    negated(spans)
    _left_out(spans)
    _only_those(spans)
    _same_again(spans)
    _part_of_day(spans)
    _there_is(spans)
    _not_alone(spans)
    _years(spans)
    _earliest_or_between(spans)
    _which_unit(spans)
    _strong(spans)
    _moved(spans)
    _part(spans)


def negated(spans: Sequence[Span]) -> None:
    """Take the "not" of Tagalog and Cebuano that stands right before a value for what leaves it out: "hindi weekend", "dili sari-sari"."""
    for one, after in pairwise(spans):
        if one.kind == "unsupported" and one.text.lower() in NEGATIONS and after.kind in VALUES:
            one.kind = "not"


def _left_out(spans: list[Span]) -> None:
    """Put the words that leave a value out before it: "closed ones not included", "ncr excluded"."""
    for at, one in enumerate(list(spans)):
        behind = (
            spans[at + 1 : at + 2] if one.kind == "not" and one.text.lower() in ("not", "hindi", "di", "dili") else []
        )
        ends = one.text.lower() in EXCLUDED or bool(behind and behind[0].text.lower() in INCLUDED)
        before = next((place for place in range(at - 1, -1, -1) if spans[place].kind not in SILENT), None)
        last = at + len(behind)
        rest = next((other for other in spans[last + 1 :] if other.kind not in SILENT), None)
        free = rest is None or rest.comma or rest.kind not in VALUES
        if not ends or before is None or spans[before].kind not in VALUES or not free:
            continue
        one.kind = "not"
        for other in behind:
            other.kind = "filler"
        spans.remove(one)
        spans.insert(before, one)


def _only_those(spans: Sequence[Span]) -> None:
    """Take "only those" for nothing where what they are stands behind it, and what is asked before it: "stores with no sales, only those still open"."""
    for at, (one, after) in enumerate(pairwise(spans)):
        asked = any(other.kind in ("metric", "dimension") for other in spans[:at])
        if one.kind == "reference" and one.text.lower() in THOSE and after.kind in VALUES and asked:
            one.kind = "filler"


def _same_again(spans: Sequence[Span]) -> None:
    """Take a value once that is said on both sides of what sets two periods against each other: "summer this year vs summer last year"."""
    at = next((place for place, one in enumerate(spans) if one.kind == "versus"), None)
    if at is None or not all(any(one.kind == "time" for one in side) for side in (spans[:at], spans[at + 1 :])):
        return
    said = {one.text.lower() for one in spans[:at] if one.kind in VALUES}
    for one in spans[at + 1 :]:
        if one.kind in VALUES and one.text.lower() in said:
            one.kind = "filler"


def _part_of_day(spans: Sequence[Span]) -> None:
    """Take the part of a day for nothing where its hours are said beside it: "evening, 6pm to 9pm", "gabi, 7pm pataas"."""
    named = [(one, one.hours) for one in spans if one.hours is not None and one.hours.said]
    said = [one.hours for one in spans if one.hours is not None and not one.hours.said]
    if len(named) != 1 or len(said) != 1 or any(one.kind in ("versus", "and", "more") for one in spans):
        return
    (part, within), (hours,) = named[0], said
    if hours.start < within.end and within.start < hours.end:
        part.kind, part.hours = "filler", None


def _there_is(spans: Sequence[Span]) -> None:
    """Take the "may" of "may benta ba" for "there is", not for the month."""
    for at, (one, after) in enumerate(pairwise(spans)):
        asks = any(other.text.lower().split()[0] in ("ba", "bang") for other in spans[at + 2 : at + 4])
        if one.text.lower() == "may" and after.kind == "metric" and asks:
            one.kind, one.when = "filler", None


def _not_alone(spans: Sequence[Span]) -> None:
    """Take "not only" for what it is where the other one follows: "hindi lang NCR, pati Calabarzon" is both."""
    for at, (one, after) in enumerate(pairwise(spans)):
        both = any(other.kind == "and" for other in spans[at + 2 :])
        if one.text.lower() in NOT_ALONE and after.kind in VALUES and both:
            one.kind = "filler"


def _next(spans: Sequence[Span], one: Span) -> str:
    """The kind of the next word that says something."""
    at = next(place for place, other in enumerate(spans) if other is one)
    return next((other.kind for other in spans[at + 1 :] if other.kind not in SILENT), "")


def _years(spans: Sequence[Span]) -> None:
    """What is "more than one" in Tagalog and Cebuano is a number there, and no article: "higit sa isang tindahan". What looks like a year is a number between a limit and what it is of: "more than 2000 transactions"."""
    for at, (before, one) in enumerate(pairwise(spans)):
        after = next((other for other in spans[at + 2 :] if other.kind not in SILENT), None)
        counted = after is not None and after.kind in ("metric", "dimension", "grain")
        if before.kind in COMPARE and one.kind in (*SILENT, "by") and one.text.lower() in ONE and counted:
            one.kind, one.number = "number", 1
        if before.kind in COMPARE and before.text.lower() in NONE_YET and one.kind == "metric":
            before.kind = "none"  # "wala pang benta", not "wala pang 100"
        if before.kind in COMPARE and one.kind == "time" and one.text.isdecimal() and counted:
            one.kind, one.number, one.when = "number", int(one.text), None


def types(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Settle what "type" is of: of the things that are named, where these have types ("stores in Palawan, with type")."""
    nouns = [one.ref_of for one in spans if one.kind == "dimension"]
    nouns += [model.dimensions[one.ref_of].kind_of or "" for one in spans if one.kind == "value" and one.ref_of in model.dimensions]  # fmt: skip
    named = [name for noun in nouns for name, one in model.dimensions.items() if one.kind_of == noun]
    for one in spans:
        if one.kind == "type":
            known = dict.fromkeys(named)
            one.kind = "dimension" if len(known) == 1 else "unknown"
            one.meanings = [Meaning("dimension", name) for name in known] if len(known) == 1 else []
    _which_of_such(model, spans)
    _without(model, spans)
    _only(model, spans)
    _most(model, spans)
    _single(model, spans)
    _opened_first(model, spans)
    not_money(model, spans)


def _opened_first(model: SemanticModel, spans: Sequence[Span]) -> None:
    """The "first" of things to which something happened is the earliest, and not the best: "unang supermarket na nagbukas", "opened first"."""
    dates = [one for one in spans if one.kind == "dimension" and one.ref_of in model.dimensions and model.dimensions[one.ref_of].type == "date" and not model.dimensions[one.ref_of].time]  # fmt: skip
    for one in spans if dates else ():
        if one.text.lower() in FIRST and one.kind in ("top", "ordinal", "unsupported", "earliest_first"):
            one.kind = "oldest"


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
        behind = _next(spans, one) in (*VALUES, "time") and so(spans[at - 1])
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


def _earliest_or_between(spans: Sequence[Span]) -> None:
    """The first month with so much is the earliest, and not the best; what is "between NCR and Cebu" is a difference."""
    for one, after in pairwise(spans):
        if one.kind == "between" and after.kind in VALUES and any(other.kind == "versus" for other in spans):
            one.kind = "filler"
        elif one.kind == "top" and one.text.lower() in FIRST and after.kind == "grain":
            one.kind = "unsupported"


def _which_unit(spans: Sequence[Span]) -> None:
    """Of what time it is asked which, though it stands as before a date: "aling buwan ng 2025 ang pinakamatumal"."""
    for before, one in pairwise(spans):
        word = one.text.lower().split()[0]
        unit = GRAINS.get(WORDS.get(word, word))
        if before.kind == "which" and one.kind == "preposition" and unit is not None:
            one.kind, one.ref, one.meanings = "grain", unit, []


def _strong(spans: Sequence[Span]) -> None:
    """When something "is strong" is when it is strongest: "unsang orasa kusog ang halin"; what is "behind" last month is below it."""
    for at, one in enumerate(spans):
        words = set(one.text.lower().split())
        after = spans[at + 1] if at + 1 < len(spans) else None
        if one.kind == "moved" and one.text.lower() == "behind" and after is not None and after.kind == "time":
            one.kind = "rose"
        elif (
            one.kind == "moved"
            and words & (STRONG | WEAK)
            and at > 1
            and not any(other.kind == "versus" for other in spans)
        ):
            noun = next((other for other in reversed(spans[:at]) if other.kind not in SILENT), None)
            asked = (
                noun is not None
                and noun.kind in ("dimension", "grain")
                and any(other.kind == "which" for other in spans[:at])
            )
            one.kind = ("top" if words & STRONG else "bottom") if asked else one.kind


def _moved(spans: Sequence[Span]) -> None:
    """Goods that "moved" were sold; a figure that is asked how it "has moved" is a series."""
    if any(one.kind in ("why", "versus", "rose", "growth") for one in spans):
        return
    for one in spans:
        if one.kind == "moved" and one.text.lower() == "moved":
            one.kind = "trend" if spans[0].text.lower() in HOW or spans[0].text.lower() == "how" else "filler"


def _part(spans: Sequence[Span]) -> None:
    """How much of a figure comes from something is its share: "how much of Visayas revenue comes from Cebu"."""
    for at, one in enumerate(spans[:-2]):
        of = next((other for other in spans[at + 1 : at + 2] if other.kind in SILENT), None)
        said = one.text.lower()
        if one.kind != "amount" or not (
            said in PARTS and of is not None and of.text.lower().split()[0] in ("of", "sa", "ng")
        ):
            continue
        rest = spans[at + 2 :]
        later = [place for place, other in enumerate(rest) if COMES.intersection(other.text.lower().split())]
        part = bool(later) and any(other.kind in ("value", "place", "ask", "top") for other in rest[later[-1] :])
        if part and any(other.kind == "metric" for other in spans[at + 1 :]):
            one.kind = "share"


def before_split(spans: Sequence[Span], noun: Span) -> bool:
    """Whether a noun says what is split: "payment split by store type", "category breakdown of sales"."""
    at = next(place for place, one in enumerate(spans) if one is noun)
    after = spans[at + 1] if at + 1 < len(spans) else None
    return (
        after is not None and after.kind in ("filler", "by") and bool(SPLITS.intersection(after.text.lower().split()))
    )

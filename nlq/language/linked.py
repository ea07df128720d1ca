"""Words that tie a noun to the question before: "sa araw na yun" and "sa maong lalawigan" point at what was shown, "instead of sales" at what goes."""

from __future__ import annotations

import itertools
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import turns
from nlq.language.draft import SILENT, VALUES
from nlq.language.match import Span
from nlq.semantics.periods import UNITS, end_of
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.semantics.model import SemanticModel
    from nlq.values.query import SemanticQuery

LINKS = ("na", "nga")
THOSE = frozenset(
    ("yun", "yon", "yan", "iyon", "iyan", "kana", "kadto", "kato", "adto")
)  # "ito" of a time is the one now
SAID_BEFORE = frozenset(
    ("maong", "adtong", "adtung", "nianang", "niadtong", "anang")
)  # Cebuano: the same that was spoken of
MANY = frozenset(("mga", "duha", "dalawang", "lahat"))  # of several: these are "those", not "that"
LINKED = frozenset(("na", "nga", "sa"))
INSTEAD = {
    "instead": {"of"},
    "rather": {"than"},
    "imbes": LINKED,
    "imbis": LINKED,
    "halip": {"na"},
}  # and what has to follow
BARE = ("imbes", "imbis")
POINTS = THOSE | {"ana", "niana", "ato"}  # before a noun: "ana nga rehiyon"
CORRECTED = {"diay", "pala", "i mean", "i meant", "sorry", "dapat"}
NOT = frozenset(("not", *turns.NEGATIONS))
SO_MANY = frozenset(
    (
        "those",
        "these",
        "nung",
        "yung",
        "ng",
        "sa",
        "silang",
        "the",
        "of",
        "kanang",
        "adtong",
        "atong",
        "katong",
        "kadtong",
    )
)
BREAKS = ("break", "drill", "zoom")
OF_THOSE = ("of those", "of these", "of the", "among those", "those", "these")
SAME = ("same", "parehong", "samang")
SAME_SHAPE = ("list", "ranking", "table", "view", "breakdown", "report", "chart")
EXCHANGE = ("verb", "what goes", "tie", "what comes")
EXCHANGE_VERBS = frozenset(("replace", "change", "swap", "switch", "exchange", "palitan", "papalitan", "ilisi", "ilisan", "usba", "usbi"))  # fmt: skip
EXCHANGED = frozenset(("with", "to", "for", "into", "ng", "og", "ug"))
NAMED = ("metric", "dimension", "grain", *VALUES)


def to_that(spans: list[Span]) -> None:
    """Say of a noun that is tied to what was spoken of that it is that one: "araw na yun" is "that day"; in place."""
    for at in range(len(spans) - 1, -1, -1):
        one = spans[at]
        if one.kind not in ("grain", "dimension"):
            continue
        behind = [
            word for other in _silent(spans[at + 1 :])[:3] for word in other.text.lower().replace("'", "").split()
        ][:2]
        before = (
            spans[at - 1].text.lower().split()
            if at and spans[at - 1].kind in (*SILENT, "preposition", "time", "unknown")
            else []
        )
        tied = len(behind) == 2 and behind[0] in LINKS and behind[1] in THOSE and not MANY.intersection(before)
        tied = tied or (one.text.lower().endswith("ng") and not THOSE.isdisjoint(behind[:1]))  # "sa buwang yun"
        spoken_of = SAID_BEFORE.intersection(before[-1:])
        pointed = _pointed(spans, at)
        if not tied and not spoken_of and not pointed:
            continue
        for other in pointed:
            other.kind, other.role = "filler", "context"
        if spoken_of and spans[at - 1].kind == "unknown":
            spans[at - 1].kind, spans[at - 1].role = "filler", "context"
        if one.kind == "grain" or "." in one.ref_of:  # "oras na iyon", as "that hour"
            unit = (one.ref or one.ref_of).rpartition(".")[2].partition("_of_")[0]
            one.kind, one.text, one.meanings = "reference", f"that {unit}", []
        else:
            spans.insert(at, Span("that", one.start, one.start, "filler"))


def _pointed(spans: Sequence[Span], at: int) -> list[Span]:
    """The words that point at a noun from before it, with what ties them: "kana nga brand", "ana nga rehiyon"."""
    before = spans[max(0, at - 2) : at]
    words = [word for one in before for word in one.text.lower().split()][-2:]
    return list(before) if len(words) == 2 and words[0] in POINTS and words[1] in LINKS else []


def contrasted(spans: Sequence[Span]) -> None:
    """Take what is set aside beside what is meant for nothing: "Sabado diay, dili Domingo", "minimarts not supermarkets", "dili diay Mandaue, Lapu-Lapu"; in place."""
    for at, one in enumerate(spans):
        if one.kind not in ("not", "none", "unsupported") or one.text.lower().split()[-1] not in NOT:
            continue
        gone = next((other for other in spans[at + 1 :] if other.kind not in SILENT), None)
        meant = next((other for other in reversed(spans[:at]) if other.kind not in (*SILENT, "followup")), None)
        if meant is None and gone is not None and gone.kind in (*VALUES, "metric") and CORRECTED.intersection(other.text.lower() for other in spans):  # fmt: skip
            meant = next((other for other in spans if other.start >= gone.end and other.kind not in SILENT), None)
        if gone is None or meant is None or gone.kind not in ("metric", *VALUES):
            continue
        if gone.kind != meant.kind or _field(gone) != _field(meant):
            continue
        one.kind = gone.kind = "filler"
        one.role = gone.role = "context"


def _field(one: Span) -> str:
    """What a value is of; figures are of one kind."""
    return "" if one.kind == "metric" else ", ".join(sorted({other.ref for other in one.meanings}))


def swapped(spans: Sequence[Span]) -> None:
    """Take what one thing is to be exchanged for another for what is not meant any more: "replace NCR with Cebu", "palitan ang NCR ng Cebu"; in place."""
    said = [one for one in spans if one.kind not in (*SILENT, "preposition") or one.text.lower().split()[-1] in EXCHANGED]  # fmt: skip
    if len(said) != len(EXCHANGE) or said[0].text.lower().split()[0] not in EXCHANGE_VERBS:
        return
    verb, gone, tie, new = said
    alike = gone.kind == new.kind or {gone.kind, new.kind} <= {*VALUES}
    if tie.text.lower().split()[-1] not in EXCHANGED or gone.kind not in (*NAMED, "time") or not alike or gone.comma:
        return
    verb.kind, verb.role = "followup", ""
    gone.kind, gone.role = "filler", "context"
    tie.kind = "filler"


def looked_into(spans: Sequence[Span]) -> None:
    """Take "break Mindanao down into its regions" for "Mindanao by region", and "same list for Caraga" for "same for Caraga"; in place."""
    first = next((one for one in spans if one.kind not in (*SILENT, "followup", "and")), None)
    breaks = first is not None and first.text.lower() in BREAKS and any(one.kind == "dimension" for one in spans)
    for one in spans if breaks else ():
        if one is first or one.text.lower() in ("down", "its", "their"):
            one.kind, one.role = "filler", "grouping"
        elif one.text.lower() in ("into", "by"):
            one.kind = "by"
    for one, after in pairwise(spans):
        if one.text.lower() == "same" and after.text.lower() in SAME_SHAPE:
            one.kind = after.kind = "filler"
            one.role = after.role = "context"


def to_those(spans: Sequence[Span], last: SemanticQuery) -> None:
    """Say of as many as were shown, or of what they are, that it is those: "for those three", "presyo nung tatlo", "units for those brands"; in place."""
    limit, ranks = last.limit, any(one.kind in ("top", "bottom") for one in spans)
    for before, one in pairwise(spans):
        if one.text.lower() == "same" and before.text.lower().split()[-1] in ("those", "these"):
            one.kind, one.role, one.text = "filler", "set", before.text  # "for those same brands"
        if limit is not None and one.kind == "dimension" and one.ref_of in last.dimensions and before.text.lower() in ("those", "these"):  # fmt: skip
            before.kind, before.text = "reference", "of those"
            one.kind, one.role = "filler", "set"
        if limit is None and ranks and one.kind == "dimension" and one.ref_of in last.dimensions and before.kind == "reference" and before.text.lower() in OF_THOSE:  # fmt: skip
            before.kind, before.role = "filler", "set"  # "which of those regions sold the least", where all were shown
        pointed = before.kind in (*SILENT, "preposition", "reference") and before.text.lower().split()[-1] in SO_MANY
        after = next((other for other in spans if other.start >= one.end), None)
        ends = after is None or after.kind in ("preposition", "time", "by", *SILENT)
        if one.kind == "number" and one.number == limit and after is not None and after.text.lower() in THOSE:
            one.kind, one.text, after.role = "reference", "of those", "set"  # "ng tatlong yan"
        if one.kind == "number" and one.number == limit and pointed and not ranks and ends:
            before.kind, before.text = "reference", "of those"
            one.kind, one.role = "filler", "set"


def of_the_same(spans: Sequence[Span], last: SemanticQuery, model: SemanticModel) -> None:
    """Take "for the same region and month" for nothing where the query before is of one, which it stays, and "on those days" where it is of some; in place."""
    held = {name for one in last.where for name in one.fields()}
    if any(map(model.is_of_days, held)):
        _those_days(spans)
    for at, one in enumerate(spans):
        if one.text.lower().split()[-1] not in SAME:
            continue
        rest = list(itertools.takewhile(lambda other: other.kind in (*SILENT, "and", "dimension", "grain"), spans[at + 1 :]))  # fmt: skip
        nouns = [other for other in rest if other.kind in ("dimension", "grain")]
        ends = one is spans[-1] and at > 0  # "spend per head for the same"
        if ends or (
            nouns
            and all(
                _holds_for(other, last.period) if other.kind == "grain" else other.ref_of in held for other in nouns
            )
        ):
            for other in (one, *rest):
                other.kind, other.role = "filler", "context"


def _those_days(spans: Sequence[Span]) -> None:
    for one, after in pairwise(spans):
        if one.text.lower() in ("those", "these") and after.kind == "grain" and after.text.lower() == "days":
            one.kind = after.kind = "filler"
            one.role = after.role = "context"


def only_counted(spans: Sequence[Span], model: SemanticModel) -> None:
    """Take "only count sari-sari stores", of a figure that is there, for "only sari-sari stores"; in place."""
    at = next((at for at, one in enumerate(spans) if at and one.text.lower() == "count" and spans[at - 1].text.lower() in ("only", "just")), None)  # fmt: skip
    if at is None:
        return
    spans[at].kind, spans[at].role = "filler", "filter"
    for value, noun in pairwise(spans[at + 1 :]):
        known = model.dimensions.get(value.ref_of) if value.kind == "value" else None
        if known is not None and noun.kind == "dimension" and known.kind_of == noun.ref_of:
            noun.kind, noun.role = "filler", "filter"


def _holds_for(grain: Span, period: Period | str | None) -> bool:
    """Whether a period is one of a unit, or lies in one."""
    name = (grain.ref or grain.ref_of).rpartition(".")[2]
    unit = next((one for one in UNITS if one == name), None)
    return isinstance(period, Period) and unit is not None and end_of(period.start, unit) >= period.end


def replaced(spans: Sequence[Span]) -> None:
    """Take what stands behind "instead of" for what is not meant any more: "average basket instead of sales"; in place."""
    for at, one in enumerate(spans):
        words = one.text.lower().split()
        mark = next((place for place, word in enumerate(words) if word in INSTEAD), None)
        if mark is None:
            continue
        rest = spans[at + 1 :]
        ties = [*words[mark + 1 :], *(word for other in _silent(rest)[:2] for word in other.text.lower().split())]
        bare = words[mark] in BARE and not ties  # "units imbis halin"
        if not bare and (not ties or ties[0] not in INSTEAD[words[mark]]):
            continue
        gone = next((other for other in rest if other.kind not in (*SILENT, "preposition")), None)
        if gone is not None and gone.kind in NAMED and not gone.comma:
            gone.kind, gone.role = "filler", "context"


def _silent(spans: Sequence[Span]) -> list[Span]:
    """The words up to the first that says something."""
    end = next((at for at, one in enumerate(spans) if one.kind not in (*SILENT, "preposition")), len(spans))
    return list(spans[:end])

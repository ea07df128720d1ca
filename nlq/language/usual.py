"""The usual figure, where a question names none: a rank, a change or a slice of the data says that one is meant."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.deeds import SHOPPED, TOOK
from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from nlq.language.compose import Composer

USUAL = frozenset(
    ("share", "running", "moving", "rose", "more", "fewer")
)  # what is asked of a figure, and says that one is meant
BUSY = frozenset(
    (
        "busiest",
        "busy",
        "pinakabusy",
        "pinaka-busy",
        "namalit",
        "mamalitay",
        "mopalit",
        "namimili",
        "mamimili",
        "quietest",
        "rush",
        "used",
        "packed",
        "crowded",
        "deadest",
        "pinakamatao",
        "pinakamataong",
        "often",
        "frequent",
        "frequently",
        "pinakamadalas",
        "madalas",
        "bumibili",
        "subsob",
    )
)  # of how many come, not of how much they spend
NUMBER = ("dami", "rami", "konti", "kaunti", "onti", "daghan")  # what is said of how many there are, within a word
LINKS = ("ang", "og", "ug", "nga", "ng", "na")
MANY = frozenset(("marami", "maraming", "daghan", "more"))
PAID = frozenset(
    (
        "nagbayad",
        "nagbabayad",
        "mibayad",
        "nibayad",
        "paid",
        "pay",
        "pays",
        "used",
        "use",
        "gumamit",
        "gumagamit",
        "migamit",
        "nigamit",
    )
)
SLICES = frozenset(("versus", "value", "place", "ask", "time", "clock", "and", "not", "by", "dimension", "grain", "filler", "preposition"))  # fmt: skip
WHETHER = frozenset((
    "is", "are", "was", "were", "do", "does", "did", "has", "have", "can", "could", "may", "meron", "mayroon", "naa", "aduna", "which", "who", "when", "where",
    "saan", "sino", "alin", "kailan", "asa", "kinsa", "there",
))  # fmt: skip
VAGUE = frozenset(("any", "anything", "mean", "means", "right", "ok", "okay"))  # of a question about something else


def of_limits(composer: Composer) -> list[str]:
    """The figures that limits are of, where no other is named: "provinces with 3 or more stores"; a limit of none is of the usual one."""
    draft = composer.draft
    limited = list(dict.fromkeys(name for _, _, name in draft.having if name is not None))
    if not limited or draft.top is not None:
        return []
    default = composer.model.header.default_metric
    bare = any(name is None for _, _, name in draft.having)
    draft.having[:] = [(op, values, name or default) for op, values, name in draft.having]
    return list(
        dict.fromkeys((*([default] if bare else []), *limited))
    )  # "at least ₱250,000 in fewer than 2,000 transactions"


def is_meant(composer: Composer) -> bool:
    """Whether what is asked is asked of a figure, which goes without saying."""
    draft = composer.draft
    kinds = {one.kind for one in composer.spans}
    compared = (
        draft.versus
        or ("versus" in kinds and _took(composer))
        or ("why" in kinds and bool(kinds & {"value", "place", "ask", "time"}))
    )
    shaped = bool(kinds & USUAL) or (
        bool(kinds & {"average", "median"}) and bool(draft.adverbial or draft.each)
    )  # "daily average in October"
    ranked = draft.top is not None or (
        draft.sorted is not None and bool(draft.loose)
    )  # "rank frozen brands worst to best"
    changed = draft.trend or draft.growth or compared or shaped
    return ranked or bool(draft.having) or changed or bool(kinds & {"performing", "amount"}) or _is_slice(composer)


def taken(composer: Composer) -> str:
    """The usual figure, which is said with the other choice; of what is busy, how many come."""
    model = composer.model
    name, second = model.header.default_metric, model.header.second_metric
    busy = any(one.kind in ("top", "bottom") and BUSY.intersection(one.text.lower().split()) for one in composer.spans) or _more_paid(composer) or _many_come(composer)  # fmt: skip
    if busy and second is not None and model.metrics[second].unit == "count":
        name, second = second, name
    composer.assume(
        f"by {model.metrics[name].label.lower()}, as no figure was named", {"metrics": [second]} if second else {}
    )
    return name


def _took(composer: Composer) -> bool:
    """Whether it is said of values that one sold more than the other: "did Iloilo City sell more than Bacolod"."""
    return any(TOOK.intersection(one.text.lower().split()) for one in composer.spans if one.kind in SILENT)


def _more_paid(composer: Composer) -> bool:
    """Whether it is how many paid one way that is more, not how much: "mas marami ba ang nagbayad ng gcash kaysa cash"."""
    spans = composer.spans
    more = any(one.kind == "more" and MANY.intersection(one.text.lower().split()) for one in spans)
    return more and any(PAID.intersection(one.text.lower().split()) for one in spans if one.kind in SILENT)


def _many_come(composer: Composer) -> bool:
    """Whether it is how many come that is most or least: "anong oras pinakakonti ang bumibili", "pinakadaghan mamalit"."""
    said = [one for one in composer.spans if one.text.lower() not in LINKS]
    return any(
        one.kind in ("top", "bottom") and after.kind in SILENT and SHOPPED.intersection(after.text.lower().split()) and any(word in one.text.lower() for word in NUMBER)
        for one, after in pairwise(said)
    )  # fmt: skip


def _is_slice(composer: Composer) -> bool:
    """Whether nothing is said but of what, and when: "gcash + maya combined this qtr", "sundays in ncr by the hour, q3"."""
    draft, spans = composer.draft, composer.spans
    said = [one.text.lower() for one in spans]
    other = [one for one in spans if one.kind not in SLICES]
    timed = any(one.kind in ("time", "clock") for one in spans)
    sliced = any(
        one.kind in ("place", "ask") or (one.kind == "value" and not composer.model.is_of_days(one.ref_of))
        for one in spans
    )
    sliced = sliced or bool(draft.dimensions) or any(one.kind == "clock" for one in spans)
    asks = said[0].split()[0] in WHETHER or any(VAGUE.intersection(text.split()) for text in said)
    return timed and sliced and not (other or draft.loose or asks)

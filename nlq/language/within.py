"""Things that a value's own words name: "top dairy products" ranks products, though "dairy products" is a category."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT
from nlq.language.tokens import phrase

if TYPE_CHECKING:
    from nlq.language.lexicon import Lexicon, Meaning
    from nlq.language.match import Span

RANKS, COUNTED = ("top", "bottom"), ("count", "list")
ON_EACH = ("tuwing", "pag", "kapag", "tuwing araw ng", "pag araw ng")
SPLITS = ("dimension", "grain")


def parted(spans: list[Span], lexicon: Lexicon) -> list[Span]:
    """The spans; where something is ranked, counted or listed and no thing is named, a value whose words end with one is the value and the thing."""
    _sundays(spans, lexicon)
    kinds = {one.kind for one in spans}
    asked = kinds.intersection(RANKS) or (kinds.intersection(COUNTED) and "metric" not in kinds)
    split = any(one.kind in SPLITS or (one.kind == "by" and after.kind != "metric") for one, after in pairwise([*spans, *spans[-1:]]))  # fmt: skip
    found: list[Span] = []
    for at, one in enumerate(spans):
        before = next((other for other in reversed(spans[:at]) if other.kind not in (*SILENT, "number")), None)
        behind = spans[at + 1].kind if at + 1 < len(spans) else ""
        ranked = (
            before is not None and before.kind in RANKS and behind not in SPLITS
        )  # "top dairy products by region", not "top canned goods brands"
        parts = (
            one.kind == "value" and " " in one.text and (asked if not split else ranked)
        )  # "by units" splits nothing
        found.extend(_two(one, lexicon) if parts else [one])
    return found


def _sundays(spans: list[Span], lexicon: Lexicon) -> None:
    """Settle "tuwing Linggo": each Sunday where it is written as days are, else that or week by week, which is asked."""
    for before, one in pairwise(spans):
        if one.kind != "grain" or one.text.lower() != "linggo" or before.text.lower() not in ON_EACH:
            continue
        day = [known for known in _meanings(["sunday"], lexicon) if known.kind == "value"]
        if day and one.text != "Linggo":
            one.either = ("every Sunday", replace(one, kind="value", meanings=day)), ("week by week", replace(one, text="weekly"))  # fmt: skip
        elif day:
            one.kind, one.meanings = "value", day


def _two(span: Span, lexicon: Lexicon) -> list[Span]:
    *rest, last = span.text.split()
    value = [
        one
        for one in _meanings(rest, lexicon)
        if any((one.ref, one.value) == (other.ref, other.value) for other in span.meanings)
    ]
    thing = [one for one in _meanings([last], lexicon) if one.kind == "dimension"]
    if not value or not thing:
        return [span]
    start = span.end - len(last)
    return [
        replace(
            span,
            text=span.text[: -len(last)].rstrip(),
            end=span.start + len(span.text[: -len(last)].rstrip()),
            meanings=value,
        ),
        replace(span, text=last, start=start, kind="dimension", meanings=thing, comma=False, corrected=""),
    ]


def _meanings(words: list[str], lexicon: Lexicon) -> list[Meaning]:
    """What these words mean, all of them together."""
    said = [*phrase(" ".join(words))]
    return next((meanings for length, meanings in lexicon.at(said, 0) if length == len(said)), [])

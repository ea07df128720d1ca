"""Numbers as spans: with what multiplies them ("2.5 milyon", "half a million", "tulo ka libo"), percents, and what may be either of two."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language.tokens import EITHER, SCALES, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nlq.language.match import Span
    from nlq.language.tokens import Token

HUNDRED, THOUSAND, MILLION = 100, 1_000, 1_000_000
ONE = ("isang", "usang", "usa", "isa", "a")
HALF = ("half", "kalahating", "kalahati", "tunga")
# A minus before a number, which is less than nothing and none that is placed here; it stands at most so many characters before.
NEGATIVE, LONGEST_SIGN = re.compile(r"(?<!\S)[-−]\s?₱?$"), 3
PERCENT = re.compile(r"\d{1,4}(?:\.\d+)?%")


def at(
    text: str, tokens: list[Token], words: list[str], start: int, span: Callable[[int, str], Span]
) -> Iterator[tuple[int, Span]]:
    """The number, or number of percents, that begins at a word; one below zero belongs nowhere, and so is none."""
    place = tokens[start].start
    if not NEGATIVE.search(text, max(0, place - LONGEST_SIGN), place):
        yield from _number(tokens, words, start, span)
    if PERCENT.fullmatch(tokens[start].text):
        one = span(1, "percent")
        one.number = float(tokens[start].text.rstrip("%"))
        yield 1, one


def _half_of(words: list[str], start: int) -> tuple[int, float] | None:
    """Half a million, "kalahating milyon": the length in words, and the number."""
    if words[start] not in HALF:
        return None
    after = start + 1 + (words[start + 1 : start + 2] in (["a"], ["ka"], ["na"]))
    scale = SCALES.get(words[after], 0) if after < len(words) else 0
    return (after + 1 - start, scale // 2) if scale >= THOUSAND else None


def _number(
    tokens: list[Token], words: list[str], start: int, span: Callable[[int, str], Span]
) -> Iterator[tuple[int, Span]]:
    """The number that begins at a word, with what multiplies it: "2.5 milyon", "isang libo", "tulo ka milyon"."""
    value = number(tokens[start])
    half = _half_of(words, start)
    if half:
        one = span(half[0], "number")
        one.number = half[1]
        yield half[0], one
        return
    tied = start + 1 + (words[start + 1 : start + 2] in (["ka"], ["na"]))  # "usa ka milyon"
    if words[start] in ONE and tied < len(words) and words[tied] in SCALES:
        value = 1
    if value is None or tokens[start].text.lower() == "ones":  # things that were named, and not how many
        return
    linked = start + 1 < len(words) and words[start + 1] in ("ka", "na")  # "tulo ka milyon"
    after = words[start + 1 + linked] if start + 1 + linked < len(words) else ""
    scale = MILLION if after in EITHER and value != int(value) else SCALES.get(after, 0)
    length = 2 + linked if scale or after in EITHER else 1
    further = SCALES.get(words[start + length], 0) if scale == HUNDRED and start + length < len(words) else 0
    scale, length = scale * (further or 1), length + bool(further)  # "two hundred thousand"
    one = span(length, "number")
    one.number = value * (scale or 1)
    if after in EITHER and not scale:  # "2 mil": its half would be no whole thousand
        one.either = (f"{value * THOUSAND:,}", replace(one, number=value * THOUSAND)), (f"{value:,} million", replace(one, number=value * MILLION))  # fmt: skip
    yield length, one

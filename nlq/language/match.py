"""From tokens to spans: the cheapest way to cover every word of a question with phrases that are known."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import clock, lattice, number_spans, time, typos
from nlq.language.draft import COMPARE
from nlq.language.lexicon import GRAINS
from nlq.language.tokens import number, phrase, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from nlq.language.clock import Hours
    from nlq.language.lexicon import Lexicon, Meaning
    from nlq.language.time import When
    from nlq.language.tokens import Token

POINTING = (
    "unsang",
    "kinsang",
    "asang",
    "kining",
    "kanang",
    "kadtong",
    "karong",
    "nianing",
    "niining",
    "ning",
    "niadtong",
    "nianang",
    "aning",
)  # before a noun in "-a"
LONE = (
    ["one"],
    ["a", "single"],
    ["isa"],
    ["isang"],
    ["usa"],
    ["usa", "ka"],
)  # a number where a limit stands before it: "at least one"


@dataclass(slots=True)
class Span:
    """A part of the question and what it may mean. `role` is filled in when it is taken for something."""

    text: str
    start: int
    end: int
    kind: str
    meanings: list[Meaning] = field(default_factory=list)
    when: When | None = None
    number: float | None = None
    hours: Hours | None = None
    either: tuple[tuple[str, Span], ...] = ()  # what it may mean that nothing decides, each by its name
    comma: bool = False
    corrected: str = ""
    role: str = ""
    ref: str = ""

    @property
    def ref_of(self) -> str:
        """The first meaning's name."""
        return self.meanings[0].ref if self.meanings else self.ref

    def pass_over(self) -> None:
        """Take it for nothing that says anything of a figure."""
        self.kind, self.role, self.corrected = "filler", "ignored", ""
        self.meanings, self.when, self.number, self.hours, self.either = [], None, None, None, ()


def covers(text: str, lexicon: Lexicon, as_of: date, fiscal: int | None = None) -> list[list[Span]]:
    """The question as spans, left to right; words that are in no phrase are spans of kind "unknown".

    The first cover is the cheapest one; after it stand those that cost as much and say something else, each with spans of its own.
    `fiscal` is the month with which fiscal years begin, where the model has them.

    Raises:
        BadDate: something written as a date is none.
        OpenDate: dates of numbers of which nothing says whether the month comes first.
    """
    tokens = tokenize(text)
    hours = {one.first: one for one in clock.find(tokens)}
    whens = {one.first: one for one in time.find(tokens, as_of, lexicon.knows, fiscal)}
    for first, last in _names(tokens, lexicon) if whens or hours else ():
        whens = {at: one for at, one in whens.items() if not first <= at < one.last <= last}
        hours = {at: one for at, one in hours.items() if not first <= at < one.last <= last}
    found = _parted(text, tokens, whens, hours, lexicon)
    for at, one in list(whens.items()):
        if one.last - at == 1 and _unsure(found[0]):  # "May Ricadro Bautista"
            others = {place: other for place, other in whens.items() if place != at}
            read = _parted(text, tokens, others, hours, lexicon)
            named = any(span.kind == "value" and span.start <= tokens[at].start < span.end and span.text != tokens[at].text for span in read[0])  # fmt: skip
            if named and _unread(read[0]) <= _unread(found[0]):
                found, whens = read, others
    return found


def _parted(text: str, tokens: list[Token], whens: dict[int, When], hours: dict[int, Hours], lexicon: Lexicon) -> list[list[Span]]:  # fmt: skip
    """The spans, with these periods and times of the clock among them; then the same with a runner-up of one run of words."""
    parts: list[list[list[Span]]] = []
    run: list[Token] = []
    at = 0

    def flush() -> None:
        if run:
            parts.append(_covers(text, run, lexicon))
            run.clear()

    while at < len(tokens):
        if at in whens or at in hours:
            flush()
            parts.append([[_at(text, tokens, whens.get(at), hours.get(at))]])
            at = (whens.get(at) or hours[at]).last
        else:
            run.append(tokens[at])
            at += 1
    flush()
    found = [[span for covers in parts for span in covers[0]]]
    for place, covers in enumerate(parts):
        for rival in covers[1:]:
            around = [rival if at == place else [copy(one) for one in other[0]] for at, other in enumerate(parts)]
            found.append([span for part in around for span in part])
    return found if len(found) == 1 else [one for one in found if not _splits_by_nothing(one)] or found[:1]


def _splits_by_nothing(spans: Sequence[Span]) -> bool:
    """Whether a word that splits is followed by one that opens something else: "kada", and then "buwan ng" as in "buwan ng Mayo"."""
    return any(one.kind == "by" and after.kind == "preposition" for one, after in pairwise(spans))


def _names(tokens: list[Token], lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """Where names of several words stand: what is a month or an hour by itself ("June Santos") is none within them."""
    at = [place for place, token in enumerate(tokens) if _is_said(tokens, place)]
    words = [_said(tokens[place]) for place in at]
    for start in range(len(words)):
        longest = lexicon.begins(words, start)
        if longest:
            yield at[start], at[start + longest - 1] + 1


def _unsure(found: list[Span]) -> bool:
    """Whether a word is unknown, or a name was mistyped."""
    return any(span.kind == "unknown" or (span.kind == "value" and span.corrected) for span in found)


def _unread(found: list[Span]) -> int:
    return sum(span.kind == "unknown" for span in found)


def _at(text: str, tokens: list[Token], when: When | None, hours: Hours | None) -> Span:
    """A period, or a time of the clock."""
    one = when or hours
    assert one is not None  # noqa: S101 - either was found there
    first, last = tokens[one.first], tokens[one.last - 1]
    found = Span(text[first.start : last.end], first.start, last.end, "time" if when else "clock", when=when, hours=None if when else hours)  # fmt: skip
    if when is not None:
        found.corrected = when.mended
    if when is not None and when.either:
        found.either = tuple((name, replace(found, when=other)) for name, other in when.either)
    return found


def _covers(text: str, run: list[Token], lexicon: Lexicon) -> list[list[Span]]:
    """The cheapest cover of a run of tokens, and then its runners-up."""
    tokens = [token for at, token in enumerate(run) if _is_said(run, at)]
    commas = {token.start for before, token in pairwise(run) if before.text in (",", "/", ";")}
    words = [_said(token) for token in tokens]
    unknown = []
    within = {place for start in range(len(words) if "may" in words else 0) for place in range(start, start + lexicon.begins(words, start))}  # fmt: skip
    for index, word in enumerate(words):
        if word == "may" and index and index not in within:
            words[index] = "ang"  # "may benta": there is; a month was taken for one before; but not "ng Ana May Santos"
        if lexicon.knows(word) or number(tokens[index]) is not None:
            continue
        words[index] = _unlinked(words, index, lexicon)
        if words[index] == word:
            unknown.append(index)
    corrections = typos.mend(words, unknown, lexicon)
    best, rivals = lattice.ways(len(words), partial(_edges, text, tokens, words, commas, lexicon, {}))
    slips = _slips(tokens, words, best, lexicon)
    if slips:
        corrections |= slips
        best, rivals = lattice.ways(len(words), partial(_edges, text, tokens, words, commas, lexicon, {}))
    found = [best, *rivals]
    for cover in found:
        for before, span in pairwise(cover):
            if before.kind in COMPARE and span.kind != "number" and span.text.lower().split() in LONE:
                span.kind, span.number, span.meanings = "number", 1, []
        for span in cover:
            _noted(span, tokens, words, commas, corrections)
    return found


def _noted(span: Span, tokens: list[Token], words: list[str], commas: set[int], corrections: dict[int, str]) -> None:
    """Note of a span whether a comma stands before it, and what of it was mended."""
    span.comma = span.start in commas
    inside = [at for at, token in enumerate(tokens) if span.start <= token.start < span.end]
    mended = " ".join(corrections[at] for at in inside if at in corrections)
    named = next((one.label for one in span.meanings if one.kind == "value"), "") if len(inside) > 1 else ""
    span.corrected = named if mended and [*phrase(named)] == [words[at] for at in inside] else mended


def _slips(tokens: list[Token], words: list[str], best: list[Span], lexicon: Lexicon) -> dict[int, str]:
    """Slips that made another known word: "Maria Santo" is one where that is no name, and "Maria Santos" is.

    A word of the model may be one too ("pero" for Pedro), beside words that are in names only and make none as they stand.
    """
    starts = {span.start for span in best if span.kind == "unknown"}
    strange = [at for at, token in enumerate(tokens) if token.start in starts and words[at] in lexicon.names]
    found = typos.mend(words, strange, lexicon, least=2)
    beside = {other for at in strange if at not in found for other in (at - 1, at + 1)} - set(strange)
    return found | typos.mend(words, sorted(at for at in beside if 0 <= at < len(words)), lexicon, least=3)


def _edges(text: str, tokens: list[Token], words: list[str], commas: set[int], lexicon: Lexicon, named_from: dict[int, bool], start: int) -> Iterator[tuple[int, float, Span]]:  # fmt: skip
    """The spans that can begin at a word, longest first: the length of each in words, what it costs, and itself.

    `named_from` holds of the words before whether a dimension's name of several words begins there.
    """
    known = list(lexicon.at(words, start))
    named_from[start] = any(length > 1 and meanings[0].kind == "dimension" for length, meanings in known)
    named = named_from.get(start - 1)
    for length, span in _from(text, tokens, words, start, lexicon, known):
        cost = lattice.UNKNOWN if span.kind == "unknown" else lattice.SPAN
        parted = commas and any(token.start in commas for token in tokens[start + 1 : start + length])
        yield length, cost + (lattice.PARTED if named else 0) + (lattice.OVER_COMMA if parted else 0), span


def _is_said(run: list[Token], at: int) -> bool:
    """Whether a token is compared: a word, a number, or a sign that stands for a word."""
    return run[at].is_word or run[at].text == "&" or _adds(run, at)


def _said(token: Token) -> str:
    return "and" if token.text in ("&", "+") else token.word


def _adds(run: list[Token], at: int) -> bool:
    """Whether a plus stands between two words: "gcash + maya" is a list."""
    return run[at].text == "+" and 0 < at < len(run) - 1 and all(other.word[:1].isalpha() for other in (run[at - 1], run[at + 1]))  # fmt: skip


def _unlinked(words: list[str], at: int, lexicon: Lexicon) -> str:
    """A word without what Tagalog and Cebuano put to its end: a linker ("bentang", "tindahang"), or after one that points "-a" ("unsang tindahana")."""
    word = words[at]
    if at and words[at - 1] in POINTING and word.endswith("a"):
        for known in (word.removesuffix("ha"), word[:-1]):
            if known != word and lexicon.knows(known):
                return known
    if word.endswith("ng") and len(word) > typos.MIN_CORRECTED:
        for known in (word[:-2], word[:-1]):
            if lexicon.knows(known):
                return known
    return word


def _from(text: str, tokens: list[Token], words: list[str], start: int, lexicon: Lexicon, known: list[tuple[int, list[Meaning]]]) -> list[tuple[int, Span]]:  # fmt: skip
    """The spans that can begin at a word, longest first; `known` are the phrases that do."""
    found: list[tuple[int, Span]] = []

    def span(length: int, kind: str) -> Span:
        first, last = tokens[start], tokens[start + length - 1]
        return Span(text[first.start : last.end], first.start, last.end, kind)

    plain = _unlinked(words, start, lexicon) if not any(length == 1 for length, _ in known) else words[start]
    if plain != words[start]:  # known within longer phrases only
        lengths = {length for length, _ in known}
        words = [*words[:start], plain, *words[start + 1 :]]
        known += [(length, meanings) for length, meanings in lexicon.at(words, start) if length not in lengths]
        known.sort(key=lambda one: -one[0])
    for length, meanings in known:
        one = span(length, meanings[0].kind)
        one.meanings = [m for m in meanings if not m.capitals or m.capitals == one.text]
        if one.meanings:
            one.kind = one.meanings[0].kind
            if one.kind == "grain":
                one.ref = one.meanings[0].ref
            found.append((length, one))
    counted = start > 0 and number(tokens[start - 1]) is not None
    unit = GRAINS.get(words[start]) or (
        "day" if counted and words[start] == "d" and tokens[start - 1].end == tokens[start].start else None
    )
    if unit is not None and counted:
        found.clear()  # "3 mo": of a number, a month; "30d"
    if unit is not None and not any(length == 1 for length, _ in found):
        one = span(1, "grain")
        one.ref = unit
        found.append((1, one))
    found.extend(number_spans.at(text, tokens, words, start, span))
    if not found or all(length > 1 for length, _ in found):
        found.append((1, span(1, "unknown")))
    return found

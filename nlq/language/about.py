"""Questions about the data itself: what a figure means, what can be asked, how far back the data goes and how fresh it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from nlq.language import about_words
from nlq.language.draft import SILENT
from nlq.language.tokens import phrase
from nlq.values.explaining import About, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

PHRASES = Path(__file__).with_name("about.toml")
MOST_UNKNOWN = 3
CHAT = {
    "u": "you",
    "r": "are",
    "ur": "your",
    "wat": "what",
    "wut": "what",
    "wats": "whats",
    "abt": "about",
    "hw": "how",
}
WHETHER = frozenset(phrase("does do is are was were did kasama apil kabilang kasali counted included"))
INCLUDING = frozenset(
    phrase(
        "include including included count counting counted exclude excluding excluded leave leaves omit omits skip skips kasama kasali kabilang apil netted"
    )
)
THAT = frozenset(("that", "it", "this", "those", "these", "niyan", "iyan", "yan", "iyon", "yun", "niyon", "nito", "ito", "ana", "kana", "ani", "kini"))  # fmt: skip
PAIR = 2
WHAT = ("what", "when", "ano", "anong", "kailan", "kelan", "unsa", "unsay", "kanus")
TOPICS: tuple[Topic, ...] = get_args(Topic)
DATED = ("extent", "freshness", "source")
FIGURED = (
    "time",
    "number",
    "top",
    "bottom",
    "growth",
    "trend",
    "above",
    "below",
    "at_least",
    "at_most",
    "clock",
    "rose",
    "why",
)


@cache
def phrases() -> dict[tuple[str, ...], Topic]:
    """The phrases of each topic, as folded words."""
    import tomllib  # noqa: PLC0415 - once, and only where a question may be one of these

    found: dict[tuple[str, ...], Topic] = {}
    listed = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    for topic in TOPICS:
        found.update({_plain(phrase(text)): topic for text in listed.get(topic, ())})
    return found


def _plain(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words as they are spelled out: "wat can u do"."""
    return tuple(CHAT.get(word, word) for word in words)


def _includes(words: tuple[str, ...]) -> Topic | None:
    """Take "does revenue include vouchers", "are closed branches counted in stores" for a question about what a figure is of."""
    return "meaning" if words and (words[0] in WHETHER or "ba" in words) and INCLUDING.intersection(words) else None


def _set_apart(words: tuple[str, ...], spans: Sequence[Span]) -> Topic | None:
    """Take "explain active stores vs stores" for a question about what figures mean: of no values, and over no time."""
    others = [one for one in spans if one.kind not in (*SILENT, "metric", "dimension", "versus", "and") and one.start]
    named = sum(one.kind in ("metric", "dimension") for one in spans)
    return (
        "meaning" if words and words[0] in ("explain", "define", "describe") and named >= PAIR and not others else None
    )


def asked(text: str, spans: Sequence[Span], model: SemanticModel) -> About | None:
    """What is asked about the data; None where it is figures that are asked for.

    A meaning is asked for by a phrase for it and by what it is of; a question that names a period or a rank wants a figure.
    """
    words = _plain(phrase(text))
    apart = _set_apart(words, spans)
    refs = _refs(spans, model, apart=apart is not None)
    by_words = about_words.topic_of(words, spans, refs)
    told = by_words if by_words == "source" else None  # "which table does revenue come from" is not of all tables
    topic = told or _topic(words) or _includes(words) or apart or _what_is(words, spans, refs, model) or by_words
    figured = [one.kind for one in spans if one.kind in FIGURED and not (topic == "meaning" and one.start == 0)]
    dated = topic in DATED and not any(
        kind in ("metric", "filter") for kind, _ in refs
    )  # "is yesterday in already", "anything from 2019"
    if topic is None or (topic != by_words and any(kind != "time" or not dated for kind in figured)):
        return None
    named = sum(one.kind == "metric" for one in spans)  # "the difference between revenue and sales": none
    if (
        any(one.kind == "versus" for one in spans)
        and apart is None
        and (any(kind != "metric" for kind, _ in refs) or named < PAIR)
    ):
        return None  # values are set against each other by their figures, metrics by what they mean
    if topic == "meaning" and all(kind == "absent" for kind, _ in refs):
        return None
    placed = any(one.kind in ("place", "ask") for one in spans)
    if placed and (topic in ("figures", "extent", "freshness", "week") or (topic == "meaning" and named)):
        return None  # "what does a shopper spend per visit in Baguio"
    known = {word for known in phrases() for word in known}
    unknown = tuple(one.text for one in spans if one.kind == "unknown" and phrase(one.text) and phrase(one.text)[0] not in known)  # fmt: skip
    if len(unknown) > MOST_UNKNOWN or (topic != "meaning" and unknown and by_words is None):
        return None
    return About(topic, refs, unknown if topic == "meaning" else ())


def of_that(text: str, spans: Sequence[Span], metrics: Sequence[str]) -> About | None:
    """What the figures before mean, where it is asked of "that" and of nothing else: "how do you compute that", "ano ang ibig sabihin niyan"."""
    words = _plain(phrase(text))
    named = any(one.kind not in (*SILENT, "unknown", "average", "count", "amount", "which", "list") for one in spans)
    if (
        named
        or not metrics
        or {"add", "sum", "total"} & set(words)
        or _topic(words) != "meaning"
        or THAT.isdisjoint(words)
    ):
        return None
    return About("meaning", tuple(("metric", name) for name in metrics))


def _what_is(
    words: tuple[str, ...], spans: Sequence[Span], refs: tuple[tuple[str, str], ...], model: SemanticModel
) -> Topic | None:
    """Take "what are ber months", "when is payday" for a question about a word of the calendar, of which nothing else is asked."""
    others = [one for one in spans if one.kind not in (*SILENT, "which", "whenever", "value")]
    if not words or words[0] not in WHAT or others or len(refs) != 1:
        return None
    return "meaning" if model.is_of_days(refs[0][1]) else None


def _topic(words: tuple[str, ...]) -> Topic | None:
    """The topic of the longest phrase in the words, the first of those that are as long."""
    table, longest = phrases(), _longest_from()
    begins = [at for at, word in enumerate(words) if word in longest]
    for length in range(max((longest[words[at]] for at in begins), default=0), 0, -1):
        for start in begins:
            found = table.get(words[start : start + length]) if start + length <= len(words) else None
            if found is not None:
                return found
    return None


@cache
def _longest_from() -> dict[str, int]:
    """The words with which phrases begin, each with the length in words of the longest."""
    found: dict[str, int] = {}
    for words in phrases():
        found[words[0]] = max(len(words), found.get(words[0], 0))
    return found


def _refs(spans: Sequence[Span], model: SemanticModel, *, apart: bool = False) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for one in spans:
        if one.kind == "metric":
            found.append(("metric", one.ref_of))
        elif one.kind == "dimension" and apart and one.ref_of in model.counted:
            found.extend(
                ("metric", name) for name, other in model.public_metrics().items() if other.counts == one.ref_of
            )
        elif one.kind == "absent":
            found.append(("absent", one.ref_of))
        elif one.kind == "dimension":
            found.append(("dimension", one.ref_of))
        elif one.kind == "value":
            found.extend(("filter" if other.ref in model.filters else "dimension", other.ref) for other in one.meanings)
    if not found and any(one.kind == "growth" for one in spans):
        usual = model.header.default_metric
        found += [("metric", name) for name, one in model.public_metrics().items() if one.growth == usual]
    return tuple(dict.fromkeys(found))

"""Questions about the data itself: what a figure means, what can be asked, how far back the data goes and how fresh it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from nlq.language.draft import SILENT
from nlq.language.tokens import phrase
from nlq.values.explaining import About, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

PHRASES = Path(__file__).with_name("about.toml")
MOST_UNKNOWN = 3
PAIR = 2
WHAT = ("what", "when", "ano", "anong", "kailan", "kelan", "unsa", "unsay", "kanus")
TOPICS: tuple[Topic, ...] = get_args(Topic)
DATED = ("extent", "freshness")
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
        found.update({phrase(text): topic for text in listed[topic]})
    return found


def asked(text: str, spans: Sequence[Span], model: SemanticModel) -> About | None:
    """What is asked about the data; None where it is figures that are asked for.

    A meaning is asked for by a phrase for it and by what it is of; a question that names a period or a rank wants a figure.
    """
    words = phrase(text)
    refs = _refs(spans, model)
    topic = _topic(words) or _what_is(words, spans, refs, model)
    figured = [one.kind for one in spans if one.kind in FIGURED]
    dated = topic in DATED and not any(
        kind == "metric" for kind, _ in refs
    )  # "is yesterday in already", "anything from 2019"
    if topic is None or any(kind != "time" or not dated for kind in figured):
        return None
    named = sum(one.kind == "metric" for one in spans)  # "the difference between revenue and sales": none
    if any(one.kind == "versus" for one in spans) and (any(kind != "metric" for kind, _ in refs) or named < PAIR):
        return None  # values are set against each other by their figures, metrics by what they mean
    if topic == "meaning" and not refs:
        return None
    if topic in ("figures", "extent", "freshness", "week") and any(one.kind in ("place", "ask") for one in spans):
        return None
    known = {word for known in phrases() for word in known}
    unknown = tuple(one.text for one in spans if one.kind == "unknown" and phrase(one.text) and phrase(one.text)[0] not in known)  # fmt: skip
    if len(unknown) > MOST_UNKNOWN or (topic != "meaning" and unknown):
        return None
    return About(topic, refs, unknown)


def _what_is(
    words: tuple[str, ...], spans: Sequence[Span], refs: tuple[tuple[str, str], ...], model: SemanticModel
) -> Topic | None:
    """Take "what are ber months", "when is payday" for a question about a word of the calendar, of which nothing else is asked."""
    others = [one for one in spans if one.kind not in (*SILENT, "which", "whenever", "value")]
    if not words or words[0] not in WHAT or others or len(refs) != 1:
        return None
    return "meaning" if model.is_of_days(refs[0][1]) else None


def _topic(words: tuple[str, ...]) -> Topic | None:
    """The topic of the longest phrase in the words."""
    table = phrases()
    longest = max(map(len, table))
    for length in range(min(longest, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            found = table.get(words[start : start + length])
            if found is not None:
                return found
    return None


def _refs(spans: Sequence[Span], model: SemanticModel) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for one in spans:
        if one.kind == "metric":
            found.append(("metric", one.ref_of))
        elif one.kind == "dimension":
            found.append(("dimension", one.ref_of))
        elif one.kind == "value":
            found.extend(("filter" if other.ref in model.filters else "dimension", other.ref) for other in one.meanings)
    return tuple(dict.fromkeys(found))

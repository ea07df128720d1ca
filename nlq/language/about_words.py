"""Questions about the data by the words that they are made of, whatever their order: "when does the data end", "saan hanggang ang datos".

Said of a figure or of a place these words ask for rows; so each topic says what may not stand beside it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT
from nlq.language.tokens import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.values.explaining import Topic

Refs = tuple[tuple[str, str], ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(phrase(text))


DATA = _words("data dataset datos database records numbers info information date petsa")
ENDS = _words("start starts begin begins earliest oldest end ends latest recent newest last first until since cover covers when hanggang hangtod kutob mula simula nagsimula "
              "nagsugod nagsisimula sukad pinakahuling pinakahuli huli pinakabago pinakabagong pinakaulahing pinakauna kailan kelan kanus")  # fmt: skip
OPENS = _words("what whats when which where how is are does do saan san hanggang hangtod kailan kelan ano anong unsa unsay kanus up latest may meron naa until mula sukad")  # fmt: skip
FRESH = _words("fresh current updated update refreshed refresh loaded load live realtime outdated bago")
METRICS = _words(
    "metric metrics measures measure kpi kpis sukatan question questions itanong tanungin ipangutana mapangutana pangutana"
)
SPLITS = _words(
    "group split slice cut drill filter dimensions paghatian hatiin mahati salain mabahin pagbahin pagbukurin"
)
ABLE = _words("can could possible able pwede pwedeng puwede puwedeng maaari maaaring mahimo")
UNITS = _words("currency timezone utc")
PAIRS = (("time", "zone"), ("time", "zones"))  # units that are written as two words
YEARS = (("fiscal", "year"), ("financial", "year"), ("fiscal", "years"))
BEGINS = _words("start starts begin begins starting end ends nagsisimula simula magsugod sugod")
OWNS = _words("own owns owner owned maintain maintains responsible accountable handles hawak tag nagmamay ari")
COMPUTES = _words("calculate calculated compute computed define defined derive derived count counted work binibilang kinukwenta kinukuwenta kwenta pagkwenta pagkuwenta kinukuha "
                  "kinakalkula kinocompute computation")  # fmt: skip
HOW = _words("how pano paano giunsa")
WHAT = _words("what whats define explain describe")
SOURCE = _words("source sources galing gikan nanggaling come comes coming pulled taken sourced kinukuha nagmula")
WHERE = _words("what whats where which from san saan asa taga")
WHO = _words("who whos sino sinong kinsa kinsay kaninong kanino kang")
# "Where do most sales come from" is of places, "which region did sales come from" of regions.
RANKED = ("top", "bottom", "growth", "share", "number", "above", "below", "at_least", "at_most", "time", "dimension", "grain")  # fmt: skip
MORE = ("value", "place", "ask", "metric", "dimension", "absent")  # kinds of what rows are asked for by


def topic_of(words: tuple[str, ...], spans: Sequence[Span], refs: Refs) -> Topic | None:
    """The topic that words add up to; None where they ask for figures."""
    said, kinds = frozenset(words), {one.kind for one in spans}
    opener = words[0] if words else ""
    named = bool(kinds & {*MORE, "anew", "undo", "unlimited"})
    if not named and "time" not in kinds and said & METRICS:
        return "figures"
    if said & SPLITS and said & ABLE and not kinds & {*MORE} - {"metric"}:
        return "splits"
    if _together(words, PAIRS) or "timezone" in said or (not named and said & UNITS):
        return "defaults"
    if _together(words, YEARS) and said & BEGINS and not kinds & {"metric", "place"}:
        return "week"
    if not named and opener in OPENS and said & DATA and said & FRESH:
        return "freshness"
    if not named and opener in OPENS and said & DATA and (said & ENDS or ("time" in kinds and _has(said))):
        return "extent"
    if (
        opener in WHERE
        and said & SOURCE
        and (said & DATA or "metric" in kinds)
        and not kinds & {"place", "ask", "value", *RANKED}
    ):
        return "source"
    if opener in WHO and said & OWNS and "metric" in kinds and not kinds & {"place", "ask", "value", *RANKED}:
        return "source"
    return _meaning(words, spans, refs)


def _together(words: tuple[str, ...], pairs: tuple[tuple[str, str], ...]) -> bool:
    """Whether two words stand side by side."""
    return any(pair in pairs for pair in pairwise(words))


def _has(said: frozenset[str]) -> bool:
    """Whether it is asked if there is any."""
    return bool(said & _words("have has may meron naa any there"))


def _meaning(words: tuple[str, ...], spans: Sequence[Span], refs: Refs) -> Topic | None:
    """Take "what is an active store", "how do you compute it" for a question about a meaning; not "what is our revenue this month"."""
    if not refs or not words:
        return None
    if words[0] in HOW and words[1:2] not in (("many",), ("much",)) and COMPUTES.intersection(words):
        return "meaning"
    others = [
        one
        for one in spans
        if one.kind not in (*SILENT, "metric", "value", "dimension")
        and one.start
        and one.text.lower() not in ("this", "in this")
    ]
    single = (
        len(refs) == 1 and words[0] in WHAT and not others and not any(one.kind in ("place", "ask") for one in spans)
    )
    article = any(word in ("a", "an") for word in words[1:3])
    bare = words[0] in ("explain", "define", "describe") or (words[1:2] == ("is",) and len(words) <= len(spans) + 2)
    owned = {"our", "my", "the", "total", "overall"}.intersection(words)
    return "meaning" if single and (article or (bare and not owned and spans[-1].kind == "metric")) else None

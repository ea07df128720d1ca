"""What somebody says beside a question: "need it before lunch, thanks", "Adding it to our site map." It says nothing of the figure.

Some words are in the vocabulary as "aside": in a clause with nothing else they are passed over; anywhere else they are not known. A sentence of
its own in which somebody speaks of himself, with no word of the data, is left aside too, and that it was is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span

CLAUSE = re.compile(r"[.,;:?!()\n—–]|\s-+\s")
SENTENCE = re.compile(r"[.?!\n]")
BESIDE = (*SILENT, "aside", "and", "but")
# How a sentence begins in which somebody says why he asks.
SPEAKS = frozenset((
    "i", "i'm", "im", "i'd", "i'll", "we", "we're", "we'll", "my", "our", "it's", "they", "adding", "presenting", "putting", "using", "finance", "planning", "marketing", "management", "boss", "sir", "maam",
    "gusto", "ipapakita", "ipapasa", "isasama", "isusumite", "kailangan", "kinahanglan", "medyo", "baka", "basin", "akong", "among", "pang", "hinihingi", "tinatanong", "nagtatanong", "nagrereklamo",
))  # fmt: skip
# Words by which such a sentence would say which figures are meant after all.
LIMITS = frozenset((
    "only", "except", "excluding", "exclude", "without", "not", "no", "never", "if", "when", "unless", "mean", "meant", "meaning", "include", "including", "all", "every", "each", "just", "lamang", "hindi", "di", "wala", "walang", "walay",
    "dili", "maliban", "kasama", "bukod", "apil", "instead", "per", "by", "versus", "vs", "than", "kaysa", "net", "gross",
))  # fmt: skip
TIES = frozenset(("for", "of", "in", "with", "from", "about", "on", "at", "sa", "ng", "nang", "para sa", "tungkol sa", "og", "ug"))  # fmt: skip


def settle(text: str, spans: Sequence[Span]) -> str:
    """Take the words that only stand beside a question for nothing, and for unknown where they do not; the sentences that are left aside, as typed."""
    left = [one for one in _parts(text, spans, SENTENCE) if _is_remark(one, spans)]
    for one in [each for sentence in left for each in sentence]:
        one.kind, one.role = "filler", "ignored"
    if any(one.kind == "aside" for one in spans):
        _clauses(text, spans)
    return " ".join(text[one[0].start : one[-1].end] for one in left)


def _parts(text: str, spans: Sequence[Span], ends: re.Pattern[str]) -> list[list[Span]]:
    """The spans between marks of punctuation."""
    parts: list[list[Span]] = []
    end = 0
    for one in spans:
        if not parts or ends.search(text[end : one.start]):
            parts.append([])
        parts[-1].append(one)
        end = one.end
    return parts


def _is_remark(sentence: Sequence[Span], spans: Sequence[Span]) -> bool:
    """Whether somebody only speaks of himself in a sentence, which holds a word that nobody knows and none that says anything of the data."""
    words = [one.text.lower() for one in sentence]
    strange = [at for at, one in enumerate(sentence) if one.kind == "unknown"]
    tied = any(at and words[at - 1].split()[-1] in TIES for at in strange)
    plain = all(one.kind in (*BESIDE, "unknown") for one in sentence) and len(sentence) < len(spans)
    limited = any(LIMITS.intersection(word.split()) for word in words)
    return bool(strange) and plain and not tied and not limited and words[0].split()[0] in SPEAKS


def _clauses(text: str, spans: Sequence[Span]) -> None:
    """Settle the words that the vocabulary has for asides."""
    clauses = _parts(text, spans, CLAUSE)
    beside = [all(one.kind in BESIDE for one in clause) for clause in clauses]
    for clause, aside in zip(clauses, beside, strict=True):
        passed = aside and not all(beside)
        for one in clause if any(one.kind == "aside" for one in clause) else ():
            if passed:
                one.kind = "filler"
            elif one.kind == "aside":
                one.kind = "unknown"

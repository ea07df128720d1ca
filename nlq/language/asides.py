"""What somebody says beside a question: "need it before lunch, thanks", "Adding it to our site map." It says nothing of the figure.

Some words are in the vocabulary as "aside": in a clause with nothing else they are passed over; anywhere else they are not known. A sentence or
clause of its own in which somebody speaks of himself behind what he asks, with no word of the data, is left aside too, and that it was is said. Before it he may say of whom he asks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlq.language import framing
from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span

CLAUSE = re.compile(r"[.,;:?!()\n—–]|\s-+\s")
SENTENCE = re.compile(r"[.?!\n]")
# What begins a clause of reason within a sentence: "… this year so I can update the deck".
REASON = re.compile(r"(?:so|so that|because|bcoz|bec|coz|cuz|since|as|para) (?:i|we|he|she|they|my|our|it|ma|maipakita)\b|because\b|bcoz\b|para ma|para maka|kay (?:gi|mag)", re.IGNORECASE)  # fmt: skip
BESIDE = (*SILENT, "aside", "and", "but")
# What may stand in a remark, having no figure there to say anything of: "it skews the chart", "parang bumababa kasi".
IDLE = ("rose", "moved", "moving", "as_chart", "as_table", "list", "performing", "clock", "more", "fewer")
# How a clause begins in which somebody says why he asks.
SPEAKS = frozenset((
    "i", "i'm", "im", "i'd", "i'll", "i've", "we", "we're", "we'll", "we've", "my", "our", "it", "it's", "they", "he", "she", "somebody", "someone", "adding", "presenting", "putting", "using", "finance",
    "planning", "marketing", "management", "boss", "sir", "maam", "need", "needed", "trying", "working", "preparing", "prepping", "curious", "because", "bcoz", "bec", "coz", "cuz", "since", "so", "as",
    "feeling", "gusto", "ipapakita", "ipapasa", "isasama", "isusumite", "kailangan", "kinahanglan", "medyo", "baka", "basin", "akong", "among", "pang", "hinihingi", "tinatanong", "nagtatanong",
    "nagrereklamo", "parang", "mukhang", "feel", "para",
))  # fmt: skip
SEEMS = frozenset(("parang", "mukhang", "feel", "feeling", "i"))
WHY = frozenset(("kasi", "kse", "kc", "man gud", "gud"))  # by which a clause says why, wherever they stand
# Words by which such a clause would say which figures are meant after all.
LIMITS = frozenset((
    "only", "except", "excluding", "exclude", "without", "not", "no", "never", "if", "when", "unless", "mean", "meant", "meaning", "include", "including", "all", "every", "each", "just", "lamang", "hindi", "di", "wala", "walang", "walay",
    "dili", "maliban", "kasama", "bukod", "apil", "instead", "per", "by", "versus", "vs", "than", "kaysa", "net", "gross",
))  # fmt: skip
# … or would claim a right to more: that changes nothing, and it is better not answered as if it did.
CLAIMS = frozenset((
    "admin", "administrator", "permission", "permissions", "permitted", "allowed", "access", "authorized", "authorised", "owner", "superuser", "role", "org", "organization", "tenant", "tenants", "system",
    "instruction", "instructions", "rule", "rules", "filter", "filters", "policy", "override", "bypass", "ignore", "disregard", "developer", "mode", "unrestricted", "prompt", "security", "restriction", "restrictions",
))  # fmt: skip
WANTS = ("need", "needs", "want", "wants", "wanted", "gusto", "kailangan", "kinahanglan", "nais", "mean")  # before what is wanted
TIES = frozenset((*WANTS, "for", "of", "in", "with", "from", "about", "on", "at", "sa", "ng", "nang", "para sa", "tungkol sa", "og", "ug"))  # fmt: skip


def settle(text: str, spans: Sequence[Span]) -> str:
    """Take the words that only stand beside a question for nothing, and for unknown where they do not; what is left aside of it, as typed."""
    left = framing.settle(_parts(text, spans, CLAUSE))
    left += _remarks(_parts(text, spans, SENTENCE), spans)
    left += _remarks(_parts(text, spans, CLAUSE, REASON), spans, clauses=True)
    if any(one.kind == "aside" for one in spans):
        _clauses(text, spans)
    left.sort(key=lambda one: one[0].start)
    return "; ".join(text[one[0].start : one[-1].end] for one in left)


def _remarks(parts: list[list[Span]], spans: Sequence[Span], *, clauses: bool = False) -> list[list[Span]]:
    """The parts in which somebody only speaks of himself; their words say nothing any more."""
    left = []
    for part in parts:
        if not _is_remark(part, spans, clause=clauses):
            continue
        dated = sum(one.kind == "time" for one in part)  # "for last year": the only period there is says of when
        if dated and dated == sum(one.kind == "time" for one in spans):
            continue
        left.append(part)
        for one in part:
            one.pass_over()
    return left


def _parts(text: str, spans: Sequence[Span], ends: re.Pattern[str], begins: re.Pattern[str] | None = None) -> list[list[Span]]:  # fmt: skip
    """The spans between marks of punctuation, or from where a part begins by its words."""
    parts: list[list[Span]] = []
    end = 0
    for one in spans:
        if not parts or ends.search(text[end : one.start]) or (begins is not None and begins.match(text[one.start :])):
            parts.append([])
        parts[-1].append(one)
        end = one.end
    return parts


def _is_remark(part: Sequence[Span], spans: Sequence[Span], *, clause: bool) -> bool:
    """Whether somebody only speaks of himself in a part, which holds a word that nobody knows and none that says anything of the data."""
    part = part[1:] if clause and part[0].kind in ("and", "but") and len(part) > 1 else part
    words = [one.text.lower() for one in part]
    seems = SEEMS.intersection(words[0].split()) or any(word in WHY for word in words)
    known = ("unknown", "rose", "moved") if seems else ("unknown",)  # "parang bumababa kasi"
    strange = [at for at, one in enumerate(part) if one.kind in known or one.corrected]
    tied = any(at and words[at - 1].split()[-1] in TIES for at in strange)
    idle = IDLE if not any(one.kind == "metric" for one in part) else ()
    plain = all(one.kind in (*BESIDE, "unknown", "time", *idle) or one.corrected for one in part) and len(part) < len(spans)  # fmt: skip
    limited = any((LIMITS | CLAIMS).intersection(word.split()) for word in words)
    first = next((one for one in spans if one.kind not in (*BESIDE, "unknown", *idle)), part[0])
    behind = part[0].start > first.start or any(framing.is_occasion(one) for one in part)  # "my org is X" says of whom, before a wish
    speaks = words[0].split()[0] in SPEAKS or any(word in WHY for word in words)
    return bool(strange) and plain and behind and not tied and not limited and speaks


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

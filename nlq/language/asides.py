"""What somebody says beside a question: "need it before lunch, thanks", "Adding it to our site map." It says nothing of the figure.

Some words are in the vocabulary as "aside": in a clause with nothing else they are passed over; anywhere else they are not known. A whole sentence
behind what is asked, or a clause in which somebody says why, is left aside too where it holds no word of the data and none that may limit or add to
what is asked; that it was is said. What stands before a question may say of whom it is, and is no remark but before a "so".
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import framing
from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlq.language.match import Span

CLAUSE = re.compile(r"[.,;:?!()\n—–]|\s-+\s")
SENTENCE = re.compile(r"[.?!\n]")
# What begins a clause of reason within a sentence: "… this year so I can update the deck".
REASON = re.compile(r"and (?:i |we )?need\b|(?:so|so that|because|bcoz|bec|coz|cuz|since|as|para) (?:i|we|he|she|they|my|our|it|ma|maipakita)\b|because\b|bcoz\b|para ma|para maka|kay (?:gi|mag)", re.IGNORECASE)  # fmt: skip
BESIDE = (*SILENT, "aside", "and", "but")
# What may stand in a remark, having no figure there to say anything of: "it skews the chart", "parang bumababa kasi".
IDLE = ("rose", "moved", "moving", "as_chart", "as_table", "list", "performing", "clock", "more", "fewer", "above", "below", "between", "unsupported", "forecast", "again", "apiece", "action")  # fmt: skip
# How a clause begins in which somebody says why he asks.
SPEAKS = frozenset((
    "i", "i'm", "im", "i'd", "i'll", "i've", "we", "we're", "we'll", "we've", "my", "our", "it", "it's", "they", "he", "she", "somebody", "someone", "adding", "presenting", "putting", "using", "finance",
    "planning", "marketing", "management", "boss", "sir", "maam", "need", "needed", "trying", "working", "preparing", "prepping", "curious", "because", "bcoz", "bec", "coz", "cuz", "since", "so", "as",
    "feeling", "gusto", "ipapakita", "ipapasa", "isasama", "isusumite", "kailangan", "kinahanglan", "medyo", "baka", "basin", "akong", "among", "pang", "hinihingi", "tinatanong", "nagtatanong",
    "nagrereklamo", "parang", "mukhang", "feel", "para",
))  # fmt: skip
WHOLE = 4  # words that a sentence has at least that is no mere addition to what was asked
THANKS = frozenset(("thanks", "thank", "thx", "salamat", "maraming", "daghang"))
SO = frozenset(("so", "but", "and", "kaya", "pero", "busa", "please", "pls", "can", "could", "kindly"))
# Verbs with which a clause says something of somebody.
SAYS = frozenset(("is", "are", "was", "were", "has", "have", "had", "needs", "need", "wants", "want", "asked", "asks", "says", "said", "thinks", "will", "just", "keeps", "requested", "would", "did", "made"))  # fmt: skip
# Verbs by which somebody says what his figures are of.
SCOPES = frozenset(("handle", "handles", "cover", "covers", "manage", "manages", "auditing", "audit", "run", "runs", "own", "owns", "work", "works", "represent", "focus", "focusing", "assigned", "responsible", "charge", "sell", "sells", "from", "looking"))  # fmt: skip
# How a sentence begins that asks, adds or limits.
BEGINS_NO_REMARK = frozenset((
    "for", "of", "in", "with", "from", "about", "on", "at", "by", "per", "only", "just", "except", "excluding", "without", "not", "no", "also", "and", "but", "or", "then", "please", "pls", "kindly", "show", "give", "can",
    "could", "would", "what", "which", "how", "who", "when", "where", "why", "is", "are", "was", "were", "do", "does", "did", "exclude", "include", "focus", "limit", "use", "make", "add", "split", "group", "compare", "ignore",
    "skip", "filter", "sort", "take", "count", "treat", "consider", "assume", "round", "convert", "remove", "drop", "list", "break", "mean", "sa", "ng", "para", "yung", "ang", "mga", "lahat", "pati", "kasama", "paki", "pa",
    "magkano", "ilan", "ilang", "ano", "anong", "alin", "aling", "pila", "unsa", "unsang", "asa", "kinsa", "huwag", "wag", "ayaw", "tanggalin", "isama",
))  # fmt: skip
SEEMS = frozenset(("parang", "mukhang", "feel", "feeling", "i", "my", "our"))
THERE_IS = frozenset(("may", "naa", "naay", "meron", "mayroon"))
WHY = frozenset(("kasi", "kse", "kc", "man gud", "gud"))  # by which a clause says why, wherever they stand
# Words by which such a clause would say which figures are meant after all.
LIMITS = frozenset((
    "only", "except", "excluding", "exclude", "without", "not", "no", "never", "if", "when", "unless", "mean", "meant", "meaning", "include", "including", "all", "every", "each", "lamang", "hindi", "di", "wala", "walang", "walay",
    "dili", "should", "must", "counts", "meaning", "maliban", "kasama", "bukod", "apil", "instead", "per", "by", "versus", "vs", "than", "kaysa", "net", "gross",
))  # fmt: skip
# … or would claim a right to more: that changes nothing, and it is better not answered as if it did.
CLAIMS = frozenset((
    "admin", "administrator", "permission", "permissions", "permitted", "allowed", "access", "authorized", "authorised", "owner", "superuser", "role", "org", "organization", "tenant", "tenants", "system",
    "instruction", "instructions", "rule", "rules", "filter", "filters", "policy", "override", "bypass", "ignore", "disregard", "developer", "mode", "unrestricted", "prompt", "security", "restriction", "restrictions",
))  # fmt: skip
ME = frozenset(
    ("ako", "ko", "kami", "namin", "mi", "nako", "namo", "daw", "raw", "kuno")
)  # who tells, or that it is told
MARKERS = frozenset(("ng", "nang", "sa", "og", "ug"))
WANTS = framing.WANTS | {"needs", "want", "wants", "wanted", "mean"}  # before what is wanted
TIES = frozenset((*WANTS, "for", "of", "in", "with", "from", "about", "on", "at", "sa", "ng", "nang", "para sa", "tungkol sa", "og", "ug"))  # fmt: skip


def settle(text: str, spans: Sequence[Span]) -> str:
    """Take the words that only stand beside a question for nothing, and for unknown where they do not; what is left aside of it, as typed."""
    sentences = _parts(text, spans, SENTENCE)
    for part in sentences if len(sentences) > 1 else ():
        if framing.first_word(part[0]) in THANKS:  # "Thanks again for yesterday!"
            _pass_over(part)
    left = _remarks(sentences, spans, _is_sentence_beside)
    left += framing.settle(_parts(text, spans, CLAUSE))
    left += _remarks(_parts(text, spans, CLAUSE, REASON), spans, _is_clause_beside)
    if any(one.kind == "aside" for one in spans):
        _clauses(text, spans)
    left.sort(key=lambda one: one[0].start)
    return "; ".join(text[one[0].start : one[-1].end] for one in left)


def _pass_over(part: list[Span]) -> None:
    for one in part:
        one.pass_over()


def _remarks(parts: list[list[Span]], spans: Sequence[Span], is_beside: Callable[[list[Span], Sequence[Span]], bool]) -> list[list[Span]]:  # fmt: skip
    """The parts in which somebody only says why he asks; their words say nothing any more."""
    left = []
    for part in parts:
        dated = sum(one.kind == "time" for one in part)  # "for last year": the only period there is says of when
        only = dated and dated == sum(one.kind == "time" for one in spans)
        if len(part) < len(spans) and not only and is_beside(part, spans):
            left.append(part)
            _pass_over(part)
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


def _is_sentence_beside(part: list[Span], spans: Sequence[Span]) -> bool:
    """Whether a sentence that follows a question says nothing of its figure: it is whole, asks for nothing, and names nothing of the data."""
    whole = (
        len(part) >= WHOLE
        and framing.first_word(part[0]) not in BEGINS_NO_REMARK
        and part[0].kind not in ("preposition", "and", "but")
    )
    return (whole or _speaks(part)) and _is_idle(part, spans) and _is_behind(part, spans)


def _is_clause_beside(part: list[Span], spans: Sequence[Span]) -> bool:
    """Whether a clause is one in which somebody only says why he asks: behind what he asks, or before a "so"."""
    part = part[1:] if part[0].kind in ("and", "but") and len(part) > 1 else part
    after = next((one for one in spans if one.start >= part[-1].end), None)
    leads = after is not None and framing.first_word(after) in SO and not any(framing.first_word(one) in SCOPES or (one.kind == "unknown" and one.text[:1].isupper() and one is not part[0]) for one in part)  # fmt: skip
    return (_speaks(part) or _says(part)) and _is_idle(part, spans) and (leads or _is_behind(part, spans))


def _speaks(part: Sequence[Span]) -> bool:
    """Whether somebody speaks of himself, or says that he says why: "I …", "our …", "… kasi"."""
    return framing.first_word(part[0]) in SPEAKS or any(one.text.lower() in WHY for one in part) or _tells(part)


def _says(part: Sequence[Span]) -> bool:
    """Whether a clause says something of somebody: "the loyalty team is redoing its map", "Anna needs it for the town hall"."""
    verb = next((at for at, one in enumerate(part[1:5], 1) if framing.first_word(one) in SAYS), None)
    named = any(one.kind in ("unknown", "aside") or (one.kind == "reference" and one.text[:1].isupper()) for one in part[: verb or 0])  # fmt: skip
    return verb is not None and len(part) > verb + 1 and named


def _is_idle(part: Sequence[Span], spans: Sequence[Span]) -> bool:
    """Whether a part holds a word that nobody knows, none that says anything of the data, and none that says which is meant after all."""
    words = [one.text.lower() for one in part]
    seems = framing.first_word(part[0]) in SEEMS or any(word in WHY for word in words)
    known = ("unknown", "rose", "moved") if seems else ("unknown",)  # "parang bumababa kasi"
    strange = [at for at, one in enumerate(part) if one.kind in known or one.corrected]
    tied = any(at and _ties(words[at - 1].split()[-1], words[at], told=_tells(part)) for at in strange)
    idle = IDLE if not any(one.kind == "metric" for one in part) else ()
    plain = all(
        one.kind in (*BESIDE, "unknown", "time", *idle) or one.corrected or _says_nothing_new(one, part, spans)
        for one in part
    )
    limited = any((LIMITS | CLAIMS).intersection(one.text.lower().split()) and not (one.text.lower() == "by" and after.kind == "clock") for one, after in pairwise([*part, part[-1]]))  # fmt: skip
    return bool(strange) and plain and not tied and not limited


def _says_nothing_new(one: Span, part: Sequence[Span], spans: Sequence[Span]) -> bool:
    """Whether a value is named in what is asked as well ("the GCash manager is visiting"), or is the day of an occasion ("the Monday deck")."""
    rest = [other for other in spans if other not in part and other.kind == one.kind]
    again = one.kind in ("value", "place") and any(other.meanings == one.meanings for other in rest)
    after = next((other for other in part if other.start >= one.end), None)
    return again or (one.ref_of.endswith(".day_of_week") and after is not None and framing.is_occasion(after))


def _tells(part: Sequence[Span]) -> bool:
    """Whether a part tells in Tagalog or Cebuano what somebody does, so that "ng" and "sa" mark whom and where: "nagpaplano kasi kami ng extended hours"."""
    first = framing.first_word(part[0])
    mine = (part[0].kind == "unknown" or first in THERE_IS) and any(
        not ME.isdisjoint(one.text.lower().split()) for one in part[:4]
    )
    why = any(one.text.lower() in WHY for one in part)
    return first not in WANTS and (mine or why or first in framing.ASKS_FIRST)


def _ties(word: str, strange: str, *, told: bool) -> bool:
    """Whether a word ties an unknown one to what is asked: "for shampoo", "need shampoo", "just shampoo"."""
    if word == "just":
        return not strange.endswith(("ed", "ing"))
    return word in TIES and not (told and word in MARKERS)


def _is_behind(part: Sequence[Span], spans: Sequence[Span]) -> bool:
    """Whether a part stands behind what is asked, or says what for: "my org is X" before a wish says of whom."""
    first = next((one for one in spans if one.kind not in (*BESIDE, "unknown", *IDLE) and one not in part), None)
    return (first is not None and part[0].start > first.start) or any(framing.is_occasion(one) for one in part)


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

"""What stands round a wish: whom it greets, who asks, and what the figures are for. It says nothing of the figure.

"Hi Jun, the CFO wants our sales for tomorrow's meeting" wishes for sales. Each of the three has a form by which it is known: a greeting and
no more than a name; a subject that nobody knows right before a verb of asking; "for" before what people hold or hand in. A word that no
list has is left out in these places only, and a name of the data in none of them but a greeting.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nlq.language.match import Span

SORRY = frozenset(("sorry", "apologies", "pasensya", "pasensiya", "pasaylo"))
GREETINGS = frozenset(("hi", "hello", "hey", "dear", "morning", "afternoon", "evening", "good", "gud", "magandang", "maayong", "uy", "hoy"))  # fmt: skip
# What a person is who asks: wants, is asking, keeps asking, would like; and, in Tagalog and Cebuano, before the person.
ASKS = frozenset(("want", "wants", "wanted", "ask", "asks", "asked", "asking", "need", "needs", "needed", "requested", "requests", "requesting", "curious", "wondering"))  # fmt: skip
LIKES = ("would like", "would love")
ASKS_FIRST = frozenset((
    "gusto", "nais", "kailangan", "tinatanong", "itinatanong", "nagtatanong", "pinapatanong", "pinapacheck", "hinihingi", "hinihingan", "hinahanap", "pinapahanap",
    "tanong", "curious", "gipangutana", "nangutana", "gipangayo", "nangayo", "gipangita", "kinahanglan", "pangayo", "need",
))  # fmt: skip
WANTS = frozenset(("gusto", "nais", "kailangan", "kinahanglan", "need"))
OF_WHOM = frozenset(("yung", "ng", "ni", "nina", "si", "sina", "ang", "sa", "og", "ug"))
WHETHER = frozenset(("if", "kung", "whether", "malaman", "mahibaloan", "masayran", "na", "nga", "to know", "about"))
IT = frozenset(("it", "this", "that"))
FOR = frozenset(("for", "for the", "for my", "for our", "para sa", "para", "pang", "re", "in", "in the", "sa", "during"))  # fmt: skip
FOR_WHAT = frozenset(("for", "para", "pang"))
OCCASIONS = frozenset((
    "pack", "meeting", "mtg", "huddle", "mancom", "execom", "townhall", "review", "deck", "slide", "presentation", "pres", "report", "memo", "board", "call", "audit", "briefing", "brief", "newsletter",
    "planning", "standup", "sync", "workshop", "conference", "summit", "training", "renewal", "proposal", "pitch", "forum", "handover", "recap", "offsite", "alignment", "kickoff", "post-mortem",
    "thesis", "assignment", "homework", "miting", "pulong", "presentasyon", "ulat", "taho", "panagtigom", "tigom", "email", "reference", "submission", "campaign", "proposals", "negotiation", "negotiations",
))  # fmt: skip
OF_FIGURES = frozenset(("report", "recap", "ulat", "taho", "email", "campaign"))  # a "Monday report" may be of Mondays
SENDS = ("send",)
PLEASE = ("pa", "paki", "paki-", "pa-")
DOING = frozenset(("every", "daily", "weekly", "automatically", "when", "whenever", "if", "once", "email", "e-mail", "to", "via", "tuwing", "kada", "matag", "sa email", "attach", "attached", "notify", "alert", "always", "regularly", "at"))  # fmt: skip
SOON = frozenset(("today", "tonight", "later", "tomorrow", "mamaya", "bukas", "ugma", "karon"))
BESIDE = (*SILENT, "unknown", "aside", "forecast")
MOST = 5  # words before the verb, or between "for" and what it is for


def settle(clauses: Sequence[list[Span]]) -> list[list[Span]]:
    """Take a greeting, who asks and what for, for nothing; those purposes that hold a word that nobody knows."""
    strange = []
    for one, after in pairwise(span for clause in clauses for span in clause):
        if one.ref_of.endswith(".day_of_week") and is_occasion(after) and _last(after) not in OF_FIGURES:
            one.pass_over()  # "the Monday deck"
    _shown(one for clause in clauses for one in clause)
    for at, clause in enumerate(clauses):
        purpose = _purpose(clause)
        left = [*_greeted(clause, first=at == 0 and len(clauses) > 1), *_asker(clause), *purpose]
        if len(clauses) == 1 and len(left) == len(clause):
            continue
        if any(one.kind == "unknown" and not is_occasion(one) for one in purpose):
            strange.append(purpose)
        for one in left:
            one.pass_over()
    return strange


def _shown(spans: Iterable[Span]) -> None:
    """Take "send me" for "show me", where nothing says when or to whom else: that would be to be done."""
    spans = list(spans)
    words = {word for one in spans for word in one.text.lower().split()}
    to_do = not DOING.isdisjoint(words) or any(one.kind == "action" and one.text.lower() not in SENDS for one in spans)
    for at, one in enumerate(spans if not to_do else ()):
        before, after = (spans[near].text.lower() if 0 <= near < len(spans) else "" for near in (at - 1, at + 1))
        if one.kind == "action" and (after.split()[:1] in (["me"], ["us"], ["ko"]) or before in PLEASE):
            one.pass_over()


def first_word(one: Span) -> str:
    """The first word of a span, in small letters."""
    return one.text.lower().split()[0].strip("'")


def _greeted(clause: list[Span], *, first: bool) -> list[Span]:
    """Who is greeted, where nothing else stands in a first clause: "Hi Jun, …", "good morning team, …"."""
    said = all(one.kind in (*SILENT, "unknown", "time") or one.ref_of.endswith(".day_of_week") for one in clause)
    if (
        first and first_word(clause[0]) in SORRY and len(clause) > 1 and said
    ):  # "Sorry to bother you on a Sunday, but …"
        return clause
    if not first or first_word(clause[0]) not in GREETINGS:
        return []
    names = [one for one in clause[1:] if one.kind not in SILENT]
    if not names:  # "Morning all, …"; "morning, afternoon and evening" are hours
        return clause if len(clause) > 1 else []
    if len(names) == 1 and names[0] is clause[-1] and names[0].text[:1].isupper() and names[0].kind in ("unknown", "time", "value", "aside"):  # fmt: skip
        return clause
    return clause if names and all(one.kind in ("unknown", "aside") for one in names) and len(names) <= 2 else []


def _asker(clause: list[Span]) -> list[Span]:
    """Who asks, with the verb: "the CFO wants", "marketing keeps asking me about", "hinihingi ng ops team", "gusto ng client malaman kung"."""
    if first_word(clause[0]) in ASKS_FIRST:
        return _asker_behind(clause)
    at = next((place for place, one in enumerate(clause[: MOST + 1]) if first_word(one) in ASKS or one.text.lower().startswith(LIKES)), None)  # fmt: skip
    subject = clause[:at] if at else []
    if not subject or not any(one.kind in ("unknown", "aside") for one in subject) or not _is_beside(subject):
        return []
    assert at is not None  # noqa: S101 - there is a subject before it
    until = at + 1
    while until < len(clause) and until - at < MOST and _follows_asking(clause[until]):  # fmt: skip
        until += 1
    return clause[:until]


def _follows_asking(one: Span) -> bool:
    """Whether a word only leads from who asks to what: "to know whether", "for our", "me about this"."""
    return (
        one.kind in ("filler", "again")
        or first_word(one) in WHETHER
        or one.text.lower() in ("for", "for the", "for our", *IT)
    )


def _asker_behind(clause: list[Span]) -> list[Span]:
    """Who asks, behind the verb as Tagalog and Cebuano have it."""
    known = len(clause[0].text.split()) > 1 and not OF_WHOM.isdisjoint(clause[0].text.lower().split())
    if known and len(clause) > 1 and clause[1].text.lower() in WHETHER:  # "tinatanong ni boss kung", in one
        return clause[:2]
    marked = next((place for place, one in enumerate(clause[: MOST + 1]) if one.text.lower() in OF_WHOM), None)
    if marked is None or marked + 1 >= len(clause) or not _is_beside(clause[:marked]):
        return []
    until = marked + 1
    while until < len(clause) and until - marked <= MOST and clause[until].kind in ("unknown", "aside", "filler") and clause[until].text.lower() not in WHETHER:  # fmt: skip
        until += 1
    person = clause[marked + 1]
    if until == marked + 1 and person.kind == "dimension" and until + 1 < len(clause) and clause[until + 1].text.lower() in WHETHER:  # fmt: skip
        until += 1  # "gusto ng client malaman": not every client
    if until == marked + 1 and person.kind in ("dimension", "metric") and all(one.kind == "filler" for one in clause[until + 1 :]) and first_word(clause[0]) not in WANTS:  # fmt: skip
        return clause  # "curious lang yung buyer namin"
    whom = until < len(clause) and clause[until].text.lower() in WHETHER
    alone = until == len(clause) and first_word(clause[0]) not in WANTS  # "kailangan ng shampoo" says what is wanted
    if until == marked + 1 or not (whom or alone):
        return []
    while until < len(clause) and clause[until].text.lower() in WHETHER:
        until += 1
    return clause[:until]


def _purpose(clause: list[Span]) -> list[Span]:
    """What the figures are for: "for tomorrow's mancom", "in the Monday huddle", "for benchmarking"."""
    for at, one in enumerate(clause):
        soon = (
            _until_whose(clause, at + 1)
            if one.kind in SILENT and is_occasion(one) and first_word(one) in FOR_WHAT
            else 0
        )
        if soon > at + 1:
            return clause[at:soon]  # "for my report tomorrow"
        if one.text.lower() not in FOR:
            continue
        for end in range(at + 1, min(at + MOST + 1, len(clause))):
            last, between = clause[end], clause[at + 1 : end]
            if not all(_may_stand_between(other) for other in between):
                break
            doing = one.text.lower() == "for" and last.kind == "unknown" and last.text.endswith("ing") and last.text.islower()  # fmt: skip
            if (is_occasion(last) and last.kind in (*BESIDE, "rose")) or doing:
                return clause[at : _until_whose(clause, end + 1)]
    return []


def _until_whose(clause: list[Span], end: int) -> int:
    """Where an occasion ends, with whose it is: "para sa report ni Kim"."""
    whose = end + 1 < len(clause) and clause[end].text.lower() in ("ni", "nina") and clause[end + 1].kind == "unknown"
    end = end + 2 if whose else end
    soon = end
    while soon < len(clause) and clause[soon].kind in SILENT and clause[soon].text.lower() not in SOON:
        soon += 1  # "para sa report ko bukas"
    return soon + 1 if soon < len(clause) and clause[soon].text.lower() in SOON else end


def _may_stand_between(one: Span) -> bool:
    """Whether a word may say which meeting it is: "the category meeting", "Monday's huddle", not "the NCR meeting"."""
    soon = one.kind == "time" and one.text.lower().removesuffix("'s") in SOON
    named = one.kind in ("dimension", "metric", "grain", "absent") or one.ref_of.endswith(".day_of_week")
    return soon or named or one.kind in BESIDE or (bool(one.corrected) and one.kind not in ("value", "place"))


def is_occasion(one: Span) -> bool:
    """Whether a word is what figures are wanted for: a meeting, a deck."""
    return _last(one) in OCCASIONS


def _last(one: Span) -> str:
    return re.sub(r"[^\w-]", "", one.text.lower().split()[-1]).removesuffix("s") if one.text else ""


def _is_beside(spans: Iterable[Span]) -> bool:
    return all(one.kind in BESIDE or one.corrected for one in spans)

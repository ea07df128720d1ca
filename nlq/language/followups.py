"""Does a question go on from the one before? Commands ("go back"), chosen options, and fragments that change a part of it.

What stands by itself is a new question, whatever was asked before: nothing of the old one sticks to it.
"""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nlq.language.additions import BEHIND
from nlq.language.deeds import BOUGHT
from nlq.language.draft import SILENT
from nlq.language.one_row import THERE
from nlq.language.stays import is_of_all_places
from nlq.language.tokens import phrase
from nlq.language.walk import ONLY
from nlq.values import Interpretation, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values import Question
    from nlq.values.conversation import Conversation
    from nlq.values.query import SemanticQuery

Kind = Literal["new", "edit", "command"]
COMMANDS = ("undo", "unlimited", "as_chart", "as_table", "anew")
FIGURES = ("performing", "amount", "trend", "growth", "share")  # figures that are asked for by no name of their own
NARROWING = ("time", "value", "place", "ask", "clock")
NAMES = {"metrics": "figure", "dimensions": "split", "where": "filters", "having": "limits on figures", "period": "period", "compare": "comparison",
         "segments": "groups", "share": "share", "order": "order", "limit": "number of rows", "per": "number of rows", "list": "list"}  # fmt: skip
SMALL = frozenset(("the", "one", "ang", "yung", "sa", "po", "lang", "please", "pls", "in", "of", "option", "ng", "city"))  # fmt: skip
ANOTHER = frozenset(("and", "what", "how", "about", "other", "another", "is", "naman", "isa", "isang", "kaya", "eh", "at", "ug", "katong", "usa", "nga", "ra"))  # fmt: skip
BACK = frozenset(
    ("then", "instead", "na lang", "nalang", "na lng", "nalang po", "na lang po", "na lang muna")
)  # of what was not answered
ABOUT_BACK = (("na", "lang"), ("na", "lng"), ("nalang", "po"))
LOST = Refusal("out_of_scope", "the question before this was not answered, so there is nothing to go on from: ask all of it in one question", firm=True)  # fmt: skip
IN_TURN = ("naman", "naman po", "na pud", "na sad", "na sab", "pud", "sad")
SAME = frozenset(("same", "parehong", "kaparehong", "samang", "parehas"))
CORRECTING = ("no", "nope", "hindi", "dili")
WE_HAVE = (
    "do we have",
    "we have",
    "meron tayo",
    "meron tayong",
    "mayroon tayo",
    "mayroon tayong",
    "on the books",
    "on our books",
    "in our catalogue",
    "in the catalogue",
    "in our catalog",
    "in the catalog",
)
PLACED = (
    "first",
    "1st",
    "una",
    "second",
    "2nd",
    "ikalawa",
    "ikaduha",
    "third",
    "3rd",
    "ikatlo",
    "ikatulo",
    "fourth",
    "4th",
)


def corrected(spans: Sequence[Span]) -> None:
    """A "no" that corrects what was said before goes on from it: "no, last month"."""
    if len(spans) > 1 and spans[0].text.lower() in CORRECTING and (spans[1].comma or spans[1].kind == "time"):
        spans[0].kind = "followup"


def narrows(spans: Sequence[Span], last: SemanticQuery, model: SemanticModel) -> None:
    """Take the usual figure for nothing where it only says what a value is of: "gcash sales only", behind an average basket; in place."""
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    usual = model.header.default_metric
    if usual in last.metrics or not _only_narrows(spans, kinds) or not all(map(model.has_time, last.metric_names())):
        return
    for one, after in pairwise(spans):
        if one.kind == "value" and after.kind == "metric" and after.ref_of == usual:
            after.kind, after.role = "filler", "filter"


def depends_on_rows(spans: Sequence[Span]) -> bool:
    """Whether a turn names nothing that could stand by itself, so that it is of what the turn before would have shown: "top 3 lang", "list them"; or it says "same"."""
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    same = any("same" in one.text.lower().split() for one in spans)
    names = kinds & {*NARROWING, "metric", "dimension", "grain"}
    ranks = bool(kinds & {"top", "bottom"}) and (not names or asks_which(spans))
    return same or (bool(kinds) and not names and not kinds & {*COMMANDS, "number"}) or ranks


def asks_which(spans: Sequence[Span]) -> bool:
    """Whether it is only asked which of something is best: "which hour is the slowest"."""
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    return "which" in kinds and bool(kinds & {"top", "bottom"}) and not kinds & {*NARROWING, "metric"}


def goes_back(spans: Sequence[Span]) -> bool:
    """Whether words go back to what was asked just before: "ok, sales then", "show units too"."""
    words = " ".join(one.text.lower() for one in spans).split()
    if words and words[-1] in BEHIND and not any(one.kind in NARROWING for one in spans):
        return True
    return any(one.kind == "followup" or one.text.lower() in BACK for one in spans) or any(pair in ABOUT_BACK for pair in pairwise(words))  # fmt: skip


def _asks_which_in_time(spans: Sequence[Span], kinds: set[str], model: SemanticModel) -> bool:
    """Whether it is asked which things something befell, and when: "which stores opened this year"."""
    nouns = [model.dimensions[one.ref_of] for one in spans if one.kind == "dimension" and one.ref_of in model.dimensions]  # fmt: skip
    dated = [one for one in nouns if one.type == "date" and not one.time]
    return bool(dated) and {"which", "time"} <= kinds and any(one.name in model.counted for one in nouns)


def _is_compared(kinds: set[str], spans: Sequence[Span]) -> bool:
    """Whether it is only asked if a figure was more than at another time: "mas mataas ba ang benta kaysa noong setyembre"."""
    times = sum(one.kind == "time" for one in spans)
    return (
        times == 1
        and bool(kinds & {"more", "fewer"})
        and "versus" in kinds
        and kinds <= {"more", "fewer", "versus", "time", "metric"}
    )


def _is_split_so(spans: Sequence[Span], last: SemanticQuery) -> bool:
    """Whether all that is ranked by no figure of its own is what the query before was split by: "which day was best in October", behind sales by weekday."""
    split = {name.rpartition(".")[2] for name in last.dimensions}
    nouns = [one.ref_of.rpartition(".")[2] for one in spans if one.kind in ("dimension", "grain")]
    return bool(nouns) and all(name in split or f"{name}_of_week" in split for name in nouns)


def names_only_a_part(spans: Sequence[Span]) -> bool:
    """Whether a turn is of no question but the one before: it goes back to that, asks which is best, or is a figure's name alone."""
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    bare = bool(spans) and spans[0].kind == "and" and not kinds & {*NARROWING, "metric", "dimension", "count"}
    return goes_back(spans) or asks_which(spans) or bare or kinds == {"metric"}


def kind_of(spans: Sequence[Span], model: SemanticModel, last: SemanticQuery | None = None) -> Kind:
    """Whether a question is new, a command on what was said before, or changes a part of the query before it, `last`."""
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    if not kinds and not any(one.kind == "reference" for one in spans):
        # "how's business" names no part that could be another
        return "edit" if any(is_of_all_places(one) for one in spans) else "new"
    if len(kinds & {*COMMANDS}) == 1 and not kinds - {*COMMANDS, "followup"}:
        return "command"
    if kinds & {"followup", *COMMANDS} or (spans[0].kind == "share" and spans[0].text.lower().startswith("as ")):
        return "edit"
    words = " ".join(one.text.lower() for one in spans).split()
    if any(one.text.lower() == "pala" for one in spans) or ("ok" in words[:1] and any(pair in ABOUT_BACK for pair in pairwise(words))):  # fmt: skip
        return "edit"  # "ay september pala", "ok benta na lang"
    if "why" in kinds:
        return "new" if "metric" in kinds else "edit"
    counted = "count" in kinds and ("dimension" in kinds or any(one.kind == "metric" and model.metrics[one.ref_of].counts for one in spans))  # fmt: skip
    if _is_relative(spans, kinds) or (counted and _is_bare(spans, kinds) and not BOUGHT.isdisjoint(words)):
        return "edit"
    if _is_the_same_time(spans, kinds) or _only_narrows(spans, kinds) or _in_turn(spans) or (last is not None and _is_compared(kinds, spans)):  # fmt: skip
        return "edit"
    named = "metric" in kinds or counted
    narrowed = bool(kinds & {*NARROWING})
    split = bool(kinds & {"dimension", "grain"})
    weak = any(one.kind == "reference" for one in spans)
    if named:
        pointing = weak and not narrowed
        return "edit" if pointing or not (narrowed or split or counted or _is_of_the_books(spans, model)) else "new"
    ranked = bool(kinds & {"top", "bottom"}) and split and "time" in kinds  # "top 5 stores in october" says all of it
    absent = "absent" in kinds and (split or narrowed)
    ranked = ranked or _asks_which_in_time(spans, kinds, model)
    ranked = ranked and not (last is not None and "which" in kinds and _is_split_so(spans, last))
    if (("list" in kinds and split) or absent or ranked) and not weak:
        return "new"
    return "new" if narrowed and not weak and _is_of_a_figure(kinds, split=split) else "edit"


def _is_of_a_figure(kinds: set[str], *, split: bool) -> bool:
    """Whether a turn that names no metric asks for a figure by words that say which by themselves: "how is Cebu doing"; not of what was asked before."""
    figures = kinds & {*FIGURES} - (set() if "time" in kinds else {"share"})
    if figures == {"growth"} and kinds & {*NARROWING} <= {"time"}:
        return False  # "growth vs last month", "growth by region this year"
    if figures == {"amount"} and not split and len(kinds & {"time", "place", "value", "ask"}) == 1:
        return False  # "how much in September"
    return bool(figures)


def _in_turn(spans: Sequence[Span]) -> bool:
    """Whether a figure is named in the place of the one before, or beside it: "items kada resibo naman, sa Cavite", "pati average basket, sa minimart lang"."""
    kinds = {one.kind for one in spans}
    leads = spans[0].kind == "and" and "metric" in kinds and not kinds & {"time", "dimension", "grain", "count"}
    return leads or any(one.kind == "metric" and after.text.lower() in IN_TURN for one, after in pairwise(spans))


def _only_narrows(spans: Sequence[Span], kinds: set[str]) -> bool:
    """Whether a figure is named again for nothing but a value that it is to be of: "cashless sales only", "benta sa gcash lang"."""
    said = [one for one in spans if one.kind not in ("filler", "preposition")] or list(spans)
    only = any(ONLY.intersection(one.text.lower().split()) for one in (spans[-1], said[0], spans[0]))
    return only and bool(kinds & {"value", "place", "ask"}) and kinds <= {"metric", "value", "place", "ask"}


def _is_relative(spans: Sequence[Span], kinds: set[str]) -> bool:
    """Whether the only time that is said lies before what was asked: "growth from the quarter before"."""
    moved = [one.when is not None and bool(one.when.moved) for one in spans if one.kind == "time"]
    return bool(moved) and all(moved) and not kinds & {"metric", "dimension", "grain", "value", "place"}


def _is_the_same_time(spans: Sequence[Span], kinds: set[str]) -> bool:
    """Whether the only time that is said is the same of another year: "price per piece, same month last year" is of the month before."""
    times = [one for one in spans if one.kind == "time"]
    same = any(one.when is not None and one.when.moved and SAME.intersection(one.text.lower().split()) for one in times)
    return same and len(times) == 1 and not kinds & {"value", "place", "ask", "versus", "growth"}


def _is_of_the_books(spans: Sequence[Span], model: SemanticModel) -> bool:
    """Whether it is asked how many of something there are at all: "how many stores do we have in all"; of what was asked before only where that is pointed at."""
    counts = [one for one in spans if one.kind == "metric" and not model.has_time(one.ref_of)]
    pointing = any(one.kind == "reference" or one.text.lower() in THERE for one in spans)
    return len(counts) == 1 and not pointing and any(one.text.lower() in WE_HAVE for one in spans)


def _is_bare(spans: Sequence[Span], kinds: set[str]) -> bool:
    """Whether one noun stands for all that is asked of: "pila ka suki ang namalit" is of what was asked before."""
    nouns = [one for one in spans if one.kind == "dimension"]
    return len(nouns) == 1 and not kinds & {*NARROWING, "grain", "metric", "by"}


def changes(before: SemanticQuery, query: SemanticQuery) -> tuple[str, ...]:
    """The parts in which a query differs from the one before it, by the names that people know."""
    parts = [NAMES.get(one.name, one.name) for one in fields(query) if getattr(query, one.name) != getattr(before, one.name)]  # fmt: skip
    return tuple(dict.fromkeys(parts))


def commanded(spans: Sequence[Span], before: Conversation) -> Interpretation:
    """What a command makes of the conversation."""
    command = next(one for one in spans if one.kind in COMMANDS)
    command.role = "command"
    last = before.queries[-1] if before.queries else None
    if command.kind == "anew":
        return Interpretation(Refusal("out_of_scope", "Forgotten. Ask a new question.", firm=True))
    if last is None:
        return Interpretation(Refusal("out_of_scope", f'there is nothing before this that "{command.text}" could act on'))  # fmt: skip
    if before.last is None:  # what came after it was not answered
        return (
            Interpretation(last, changed=("one step back",))
            if command.kind == "undo"
            else Interpretation(LOST, changed=())
        )
    if command.kind == "undo":
        if len(before.queries) < 2:
            return Interpretation(Refusal("out_of_scope", "there is nothing before the first question to go back to"))
        return Interpretation(before.queries[-2], changed=("one step back",))
    if command.kind == "unlimited":
        having = last.having if last.limit is not None else ()  # the limit that there was: of rows, or of a figure
        return Interpretation(replace(last, limit=None, per=(), having=having), changed=("limit",))
    return Interpretation(last, changed=("shown " + ("as a chart" if command.kind == "as_chart" else "as a table"),))


def is_about_turns(question: Question, read: Interpretation) -> bool:
    """Whether a question is about the conversation itself, a command or the choice of an option: no reading of words changes it."""
    if read.changed is None:
        return False
    return picked(question.text, question.before) is not None or any(one.kind == "command" for one in read.words)


def picked(text: str, before: Conversation) -> SemanticQuery | None:
    """The option that words choose of the question back before them: "Pampanga", "the first", "2"; None where they choose none or several.

    Where one was chosen, "and the one in Pampanga?" is another of them, and "the other one" of two.
    """
    said = {*phrase(text)}
    if before.options:
        return _of(before.options, said - SMALL)
    others = tuple(one for one in before.passed if one[1] != before.last)
    if len(others) == len(before.passed) or not {"one", "ones", "yung", "isa", "katong", "usa"} & said:
        return None
    said -= SMALL | ANOTHER
    return (others[0][1] if len(others) == 1 else None) if not said else _of(others, said, by_place=False)


def _of(options: tuple[tuple[str, SemanticQuery], ...], said: set[str], *, by_place: bool = True) -> SemanticQuery | None:  # fmt: skip
    """The one of these that is so called, or stands at that place in the list."""
    if len(said) == 1 and by_place:
        (word,) = said
        place = int(word) if word.isdecimal() else PLACED.index(word) // 3 + 1 if word in PLACED else 0
        if 1 <= place <= len(options):
            return options[place - 1][1]
    found = [query for label, query in options if said <= set(phrase(label))]
    return found[0] if said and len(found) == 1 else None

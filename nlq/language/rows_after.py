"""Turns that are of the answers before: the next five, those split, by name, the two that were asked for, what part the last one is of the one before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language import ordering, rows_left, rows_shown
from nlq.language.draft import HELD, SILENT, Stop
from nlq.language.tokens import WORDS
from nlq.values import Clarification, Refusal
from nlq.values.query import Order, Period, Share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition, SemanticQuery

NEXT = frozenset(("next", "following", "sunod", "kasunod", "sumunod", "sunod-sunod", "mosunod"))
BESIDE_NEXT = frozenset((
    "the", "what", "whats", "what's", "are", "is", "and", "show", "me", "after", "those", "that", "excluding", "them", "please", "pls", "ok", "then", "now", "ones", "give", "yung", "ang", "na", "mga", "naman", "po", "nga",
    "ug", "unya", "at", "rank", "ranked", "in", "list", "ka", "ra", "lang",
))  # fmt: skip
SPLIT = frozenset(("split", "hatiin", "paghiwalayin", "ihiwalay", "separate", "bulaga"))
BESIDE_SPLIT = frozenset(("them", "those", "it", "up", "out", "apart", "into", "two", "each", "by", "itself", "please", "pls", "mo", "yung", "dalawa", "silang", "sila", "ang", "and", "can", "you", "the", "both", "na", "po", "naman", "now", "then", "ok"))  # fmt: skip
BY_NAME = frozenset(
    ("name", "names", "alphabetically", "alphabetical", "alphabetic", "pangalan", "ngalan", "a-z", "abc")
)
BESIDE_NAME = frozenset(("by", "the", "them", "it", "in", "order", "please", "pls", "mo", "ayon", "sa", "ang", "now", "ok", "and", "a", "to", "z", "paki", "lang", "na", "naman"))  # fmt: skip
TWO = frozenset(("two", "both", "dalawa", "dalawang", "duha", "duha ka", "2"))
BESIDE = ("side by side", "next to each other", "beside each other", "pagtabihin", "itapad", "tapara")
OF_BOTH = frozenset(
    ("both", "reference", "number", "versus", "followup")
)  # with words for "beside": "put them side by side"
SPLIT_BY = frozenset(("both", "by", "dimension", "grain", "time"))  # "both, by month", "both since june"
TOGETHER = frozenset(("total", "combined", "together", "sum", "kabuuan", "pinagsama", "pagsamahin", "tanan", "lahat"))
POINTS = frozenset(("that", "it", "those", "these", "yan", "yun", "iyan", "iyon", "ana", "kana"))
ENTIRE = frozenset(("whole", "entire", "buong", "buo", "tibuok"))
THEY = frozenset(("they", "these", "those", "them", "sila", "nila", "each", "bawat", "isa", "mga"))
PART = THEY | frozenset((
    "as", "percent", "percentage", "%", "pct", "ilang", "what", "is", "that", "yan", "yun", "iyan", "ng", "sa", "total", "the", "of", "kabuuan", "pila", "ka", "porsyento", "porsiyento", "ana", "kana", "kinatibuk-an", "a",
    "share", "are", "do", "does", "did", "make", "up", "account", "for", "contribute", "percent of", "overall", "our", "ang", "and", "whats", "what's", "lahat", "tanan", "all", "it", "in", "show", "me", "naman", "po", "ba", "na", "whole", "same", "everything",
))  # fmt: skip


def change(spans: Sequence[Span], before: Sequence[SemanticQuery]) -> Callable[[SemanticModel, SemanticQuery], SemanticQuery] | None:  # fmt: skip
    """What such a turn makes of the queries before, the newest last; None where it is another turn. What it gives raises `Stop` where that cannot be read."""
    words = [word for one in spans for word in one.text.lower().replace("’", "'").split()]
    said = set(words)
    counts = [WORDS.get(word, int(word) if word.isdecimal() else 0) for word in words]
    rest = {word for word, count in zip(words, counts, strict=True) if not count}
    if said & NEXT and rest <= NEXT | BESIDE_NEXT and sum(map(bool, counts)) <= 1:
        return rows_shown.mark(spans, lambda model, last: _next(model, last, next(filter(None, counts), 0)))
    if said & SPLIT and rest <= SPLIT | BESIDE_SPLIT and rest - SPLIT:
        return rows_shown.mark(spans, _split)
    if said & ordering.SORT and said & BY_NAME and said <= ordering.SORT | BY_NAME | BESIDE_NAME:
        return rows_shown.mark(spans, _by_name)
    apart = _periods_apart(before) if _asks_difference(spans, said) else None
    if apart is not None:
        return rows_shown.mark(spans, lambda _model, _last: apart)
    if _of_each_shown(spans, said, before[-1]):
        return rows_shown.mark(spans, lambda model, last: _part(model, last, last.where[0]))
    whole = _of_whole(spans, said)
    if whole:
        return rows_shown.mark(spans, lambda model, last: _part_in(model, last, whole))
    figures = [one for one in spans if one.kind == "metric"]
    same = all((one.ref_of,) == before[-1].metrics for one in figures)  # "what share of total sales is that"
    part = said - {word for one in figures for word in one.text.lower().split()} <= PART
    if not (any(one.kind == "share" for one in spans) and part and same):
        return None
    last = before[-1]
    if last.limit is not None and last.dimensions:
        return rows_shown.mark(spans, _part_of_all) if said & THEY else None
    added = _added(before)
    if added is not None:
        return rows_shown.mark(spans, lambda model, last: _part(model, last, added))
    several = len(last.where) > 1 and not (last.dimensions or last.share or last.segments or last.list or last.having)
    return rows_shown.mark(spans, _which_part) if several else None


def _of_each_shown(spans: Sequence[Span], said: set[str], last: SemanticQuery) -> bool:
    """Whether it is asked what part of each group's whole the figures shown are: "what % of each region's total sales is that"."""
    nouns = [one for one in spans if one.kind in ("dimension", "metric")]
    things = [one.ref_of for one in nouns if one.kind == "dimension"]
    rest = (
        said
        - {word for one in nouns for word in one.text.lower().replace("’", "'").split()}
        - {"each", "every", "bawat"}
    )
    plain = len(last.where) == 1 and not (last.share or last.segments or last.list or last.having or last.limit)
    figures = {one.ref_of for one in nouns if one.kind == "metric"} <= {*map(str, last.metrics)}
    return plain and things == [*last.dimensions] and figures and any(one.kind == "share" for one in spans) and not rest.isdisjoint(POINTS) and rest <= PART  # fmt: skip


def _of_whole(spans: Sequence[Span], said: set[str]) -> str:
    """The field of which a whole is named in a question what part of it that is: "ilang porsyento yan ng buong rehiyon"; "" where none is."""
    nouns = [one for one in spans if one.kind == "dimension"]
    asked = any(one.kind == "share" for one in spans) and len(nouns) == 1 and not said.isdisjoint(ENTIRE)
    rest = said - {word for one in nouns for word in one.text.lower().split()}
    return nouns[0].ref_of if asked and rest <= PART | ENTIRE else ""


def _part_in(model: SemanticModel, last: SemanticQuery, field: str) -> SemanticQuery:
    """What part a figure is of all in the region, say, that it is of.

    Raises:
        Stop: it is of no one region, or of more than one thing beside it.
    """
    others = [one for one in last.where if one.field != field]
    if len(others) != 1 or len(last.where) != 2 or last.dimensions or last.share or last.segments or last.list or last.having:  # fmt: skip
        raise _no("a share of which whole? Ask it in one question: the share of … in …")
    return _part(model, last, others[0])


def _next(model: SemanticModel, last: SemanticQuery, count: int) -> SemanticQuery:
    """The rows that come behind those that were shown."""
    if last.limit is None or not last.order or last.per:
        raise _no("the next after which? The question before shows no first few")
    return replace(last, where=(*last.where, rows_left.left_out(model, last)), limit=count or last.limit)


def _listed(last: SemanticQuery) -> list[Condition]:
    """The conditions that hold for several values."""
    return [one for one in last.where if one.op == "in" and len(one.values) > 1 and one.query is None]


def _split(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """What was summed over several values, of each."""
    found = [str(one.field) for one in _listed(last) if one.field in model.dimensions and one.field not in last.dimensions]  # fmt: skip
    if not found and any(one.field in last.dimensions for one in _listed(last)):
        return last  # they are split already
    if len(found) != 1 or last.limit is not None or last.having or last.segments or last.list or last.share:
        raise _no("split by what? Name it: by region, by category …")
    return replace(last, dimensions=(*found, *last.dimensions))


def _by_name(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """The same rows in the order of their names."""
    names = [name for name in last.dimensions if not model.is_time_grain(name)]
    if len(names) != 1 or len(last.dimensions) != 1 or last.limit is not None or last.list:
        raise _no("by whose name? Rows in that order would be others: ask for all of them, by name")
    return replace(last, order=(Order(by=names[0], dir="asc"),))


def _asks_difference(spans: Sequence[Span], said: set[str]) -> bool:
    """Whether it is asked what lies between the last two figures: "difference", "magkano ang itinaas"."""
    named = said & rows_shown.DIFFERENCE and said <= rows_shown.DIFFERENCE | rows_shown.OF_BOTH
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    return bool(named) or (bool(kinds & {"rose", "growth"}) and kinds <= {"rose", "amount", "growth", "which", "followup", "share", "and"})  # fmt: skip


def _periods_apart(before: Sequence[SemanticQuery]) -> SemanticQuery | None:
    """The later of the last two queries against the earlier, where they are of two periods and alike in all else."""
    if len(before) < 2:
        return None
    last, first = before[-1], before[-2]
    if not isinstance(last.period, Period) or not isinstance(first.period, Period) or replace(last, period=first.period) != first or last.compare:  # fmt: skip
        return None
    later, earlier = (last, first) if last.period.start > first.period.start else (first, last)
    return replace(later, compare=(earlier.period,)) if isinstance(earlier.period, Period) else None


def _added(before: Sequence[SemanticQuery]) -> Condition | None:
    """The one condition by which the last query only narrows the one before it; None where it does not."""
    last, whole = before[-1], before[-2] if len(before) > 1 else None
    if len(last.where) == 1 and not (last.dimensions or last.share or last.segments or last.list or last.having):
        return last.where[0]  # the one thing that it is of
    if whole is None or last.share or last.segments or replace(last, where=whole.where) != whole:
        return None
    added = [one for one in last.where if one not in whole.where]
    kept = all(one in last.where for one in whole.where) and not last.dimensions
    return added[0] if kept and len(added) == 1 and not (last.limit or last.having or last.list) else None


def _part(model: SemanticModel, last: SemanticQuery, added: Condition) -> SemanticQuery:
    """What part a figure is of the one that it narrows."""
    one = added
    if one.field not in model.dimensions or one.op not in HELD or one.field in last.dimensions or len(one.values) != 1:
        raise _no("a share of what? Ask it in one question: the share of … in …")
    return replace(
        last, dimensions=(*last.dimensions, one.field), share=Share(within=last.dimensions, free=(one.field,))
    )


def _part_of_all(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """What part each of the few that were shown is of all: "top 5 brands", then "what percent of the total are they"."""
    shown = [name for name in last.dimensions if not model.is_time_grain(name)]
    if len(shown) != 1 or last.per or last.having or last.compare or last.segments or last.share:
        raise _no("a share of what? Ask it in one question: the share of … in …")
    return replace(last, share=Share(within=tuple(name for name in last.dimensions if name not in shown)))


def _which_part(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """Of a figure of several conditions: of which whole it is a part has to be said.

    Raises:
        Stop: always, with each whole that there may be.
    """
    options = []
    for one in last.where:
        known = model.dimensions.get(one.field or "")
        if known is None or one.op not in HELD or len(one.values) != 1:
            raise _no("a share of what? Ask it in one question: the share of … in …")
        rest = [model.dimensions[str(other.field)].label.lower() for other in last.where if other is not one]
        options.append((f"of every {known.label.lower()}, the {' and the '.join(rest)} as before", _part(model, last, one)))  # fmt: skip
    raise Stop(Clarification("A share of which whole?", tuple(options)))


def the_two(spans: Sequence[Span], before: Sequence[SemanticQuery], model: SemanticModel) -> SemanticQuery | None:
    """The query of both of two values that were asked for one after the other, or at once, each by itself: "which of the two sold more". None where nothing says so.

    The words for "the two" say nothing more.
    """
    marks = [one for one in spans if one.text.lower() in TWO and one.kind in ("number", "both", "filler")]
    nouns = any(one.kind in ("dimension", "grain", "metric") for one in spans)
    beside = _of_both(spans)
    if beside:
        found = _both_of(before, model)
        for one in beside if found is not None else ():
            one.kind, one.role = "filler", "set"
        return _of_each_whole(found) if found is not None else None
    if len(marks) != 1 or nouns:
        return None
    at = next(place for place, one in enumerate(spans) if one is marks[0])
    asked = ("above",) if any(one.kind == "which" for one in spans) else ()  # "alin ang mas malaki sa dalawa"
    tied = {one.text.lower().split()[-1] for one in spans[max(0, at - 1) : at] if one.kind in (*SILENT, "which", "versus", *asked)}  # fmt: skip
    if not tied & {"the", "of", "yung", "ang", "sa", "nung", "ng", "compare", "silang", "sa mga", "kanang"}:
        return None
    found = _both_of(before, model)
    if found is None:
        return None
    for one in spans:
        if one is marks[0] or one.kind in ("versus", "more", "which", *asked):
            one.kind, one.role = "filler", "set" if one is marks[0] else "comparison"
    together = any(TOGETHER.intersection(one.text.lower().split()) for one in spans)
    if together:
        return replace(found, dimensions=found.dimensions[1:])
    return _of_each_whole(found)


def _of_each_whole(found: SemanticQuery) -> SemanticQuery:
    """The query of both, each with its part of its own whole, where shares are shown."""
    share = found.share and replace(found.share, within=(found.dimensions[0], *found.share.within))
    return replace(found, share=share)


def _of_both(spans: Sequence[Span]) -> list[Span]:
    """The words that ask for both by themselves: "both", "both, by month", "put them side by side"; none where no such are."""
    said = [one for one in spans if one.kind not in SILENT]
    kinds = {one.kind for one in said}
    numbers = all(one.text.lower() in TWO for one in said if one.kind == "number")
    if any(one.text.lower() in BESIDE for one in said) and kinds <= OF_BOTH and numbers:
        return said
    first = bool(said) and said[0].kind == "both" and kinds <= SPLIT_BY
    last = [one.kind for one in said] == ["metric", "both"]  # "average basket for both"
    return [said[0] if first else said[-1]] if first or last else []


def _both_of(before: Sequence[SemanticQuery], model: SemanticModel) -> SemanticQuery | None:
    """The query of two values, each by itself, that were asked for at once or one after the other; None where they are no two, or were ranked."""
    last = before[-1]
    listed = [one for one in _listed(last) if len(one.values) == 2 and one.field in model.dimensions]
    found = replace(last, dimensions=tuple(dict.fromkeys((str(listed[0].field), *last.dimensions)))) if len(listed) == 1 else None  # fmt: skip
    if found is None and len(before) > 1:
        found = _both(last, before[-2], model)
    return found if last.limit is None else None


def _both(last: SemanticQuery, first: SemanticQuery, model: SemanticModel) -> SemanticQuery | None:
    """One query of what two ask of one value each; None where they differ in more."""
    new, old = ([one for one in mine.where if one not in other.where] for mine, other in ((last, first), (first, last)))
    if len(new) != 1 or len(old) != 1 or replace(first, where=last.where) != last:
        return None
    one, other = new[0], old[0]
    same = one.field == other.field and one.field in model.dimensions and one.op in HELD and other.op in HELD
    if not same or one.field is None or one.field in last.dimensions:
        return None
    both = replace(one, op="in", values=tuple(dict.fromkeys((*other.values, *one.values))))
    all_there_are = model.dimensions[one.field].type == "boolean" and len(both.values) > 1
    where = tuple(both if each is one else each for each in last.where if not (all_there_are and each is one))
    return replace(last, where=where, dimensions=(one.field, *last.dimensions))


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

"""This against that: which of the values that a question names are set against each other.

Only what the order of the words says is taken: "A vs B", "compare A and B". The rest is a filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, VALUES, Stop
from nlq.values import Refusal
from nlq.values.query import Condition, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.draft import Draft
    from nlq.language.filters import Filters
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

PAIR = 2
BESIDE = ("side by side", "head to head", "toe to toe")
COMPARES = ("diff", "gap", "agwat", "kaiba", "kalainan", "compar", "kumpar", "kompar", "hambing", "tandi")


def opposed(spans: Sequence[Span], filters: Filters) -> list[Span]:
    """The values that are set against each other, at least two; none where it is not values that are."""
    more = _more(spans)
    if more:
        return _had_more(spans, filters, more)
    marks = compared_at(spans)
    pairs = [(value_beside(spans, at, -1), value_beside(spans, at, 1)) for at in marks]
    if len(pairs) == 1:
        before, after = pairs[0]
        if after is not None and (before is None or not alike(before, after)):
            pairs = [(_alone_before(spans, marks[0], after) or before, after)]
    if len(pairs) == 1 and None in pairs[0]:
        return _of_one_list(spans, filters, marks[0], *pairs[0])
    found: list[Span] = []
    for before, after in pairs:  # "A vs B vs C"
        if before is None or after is None or (found and found[-1] is not before):
            return []
        found = [*(found or [before]), after]
    return found


def _more(spans: Sequence[Span]) -> list[Span]:
    """The words that ask which had more; where values stand against each other anyway they say nothing else: "mas marami ba ang A kaysa B"."""
    more = [one for one in spans if one.kind == "more"]
    at = next((place for place, one in enumerate(spans) if one.kind == "versus"), None)
    if at is None or any(one.kind in ("time", "above") for one in spans[at : at + 2]):
        return more
    for one in more:
        one.role = "comparison"
    return []


def _had_more(spans: Sequence[Span], filters: Filters, more: list[Span]) -> list[Span]:
    """The values of which it is asked which had more: "which sold more, A or B"."""
    lists: list[list[Span]] = []
    for one in spans:
        if one.kind in VALUES and not any(one in each for each in lists) and len(filters.listed(one)) >= PAIR:
            lists.append(filters.listed(one))
    if len(more) > 1 or len(lists) != 1:
        whens = [one for one in spans if one.kind == "time"]
        more[0].role = "comparison" if len(whens) == PAIR and len(more) == 1 else more[0].role  # of two periods
        return []
    more[0].role = "comparison"
    return lists[0]


def _of_one_list(spans: Sequence[Span], filters: Filters, at: int, before: Span | None, after: Span | None) -> list[Span]:  # fmt: skip
    """The values of one list that are set against each other: "compare A and B", "the sales of A and B compared", "A and B side by side"."""
    if after is not None:
        lists = [filters.listed(after)]
    elif before is not None:
        lists = [
            one for one in map(filters.listed, (one for one in spans[:at] if one.kind in VALUES)) if before in one
        ][:1]
    elif any(stem in spans[at].text.lower() for stem in (*COMPARES, *BESIDE)):
        lists = []
        for one in spans if any(stem in spans[at].text.lower() for stem in BESIDE) else spans[at:]:
            if one.kind in VALUES and not any(one in each for each in lists) and len(filters.listed(one)) > 1:
                lists.append(filters.listed(one))
    else:
        return []
    return lists[0] if len(lists) == 1 and len(lists[0]) > 1 else []


def compared_at(spans: Sequence[Span]) -> list[int]:
    """Where something is set against something. The verb of "compare A vs B" is not another place, but that of "compare A and B, C vs D" is."""
    marks = [place for place, one in enumerate(spans) if one.kind == "versus"]
    between = [one.kind for one in spans[marks[0] : marks[1]]] if len(marks) > 1 else []
    if between and any(stem in spans[marks[0]].text.lower() for stem in COMPARES) and "and" not in between:
        spans[marks[0]].role = "comparison"
        return marks[1:]
    if len(marks) > 1 and marks[-1] == len(spans) - 1 and any(stem in spans[-1].text.lower() for stem in COMPARES):
        spans[-1].role = "comparison"  # "ber months 2025 vs 2024 per category, pa-compare"
        return marks[:-1]
    return marks


def against(
    model: SemanticModel, filters: Filters, draft: Draft, spans: list[Span]
) -> tuple[tuple[Condition, ...], tuple[Segment, ...]]:
    """The conditions and the segments of values that are set against each other: the groups of their dimension, where they have one."""
    taken = filters.take(spans)
    where = filters.conditions()
    fields = {one.field for one in taken}
    answers = [model.dimensions[name or ""] for name in fields if (name or "") in model.dimensions]
    if len(answers) > 1 and all(one.type == "boolean" and model.is_of_days(one.name) for one in answers) and any(one.values == (False,) for one in taken):  # fmt: skip
        named = next(span for span, one in zip(spans, taken, strict=True) if one.values == (False,))
        other = next(span for span in spans if span is not named)
        raise Stop(Refusal("out_of_scope", f'is "{named.text}" what is no {other.text}? Say "{other.text} or not"'))
    known = model.dimensions.get(fields.pop() or "") if len(fields) == 1 else None
    if known is None or known.type != "string":  # whose values are numbers to nobody who types names
        labels = [called(one) for one in spans]
        if len(set(labels)) < len(labels):
            raise Stop(Refusal("out_of_scope", f'"{labels[0]}" against itself? Say what is to stand on the other side'))
        return where, tuple(Segment(label, (condition,)) for label, condition in zip(labels, taken, strict=True))
    if known.name not in draft.dimensions:
        draft.dimensions.insert(0, known.name)
        draft.apart.append(known.name)
    values = tuple(value for one in taken for value in one.values)
    return (*where, Condition(field=known.name, op="in", values=values)), ()


def _alone_before(spans: Sequence[Span], at: int, after: Span) -> Span | None:
    """The one value before a mark that is of the kind of the one behind it: "card sales vs cash", "how did BGC do in October vs Makati"."""
    if any(one.kind in ("and", "not", "none", "dimension", "grain", "by") for one in spans[:at]):
        return None
    found = [one for one in spans[:at] if one.kind in VALUES and alike(one, after)]
    return found[0] if len(found) == 1 else None


def alike(one: Span, other: Span) -> bool:
    """Whether two values are of one field, or both places."""
    places = all(each.kind in ("place", "ask") for each in (one, other))
    return places or bool({(each.kind, each.ref) for each in one.meanings} & {(each.kind, each.ref) for each in other.meanings})  # fmt: skip


def called(one: Span) -> str:
    """A value as it was typed, in the capitals that it has."""
    known = [name for each in one.meanings for name in (each.label, *(each.place.names if each.place else ()))]
    return next((name for name in known if name.casefold() == one.text.casefold()), one.text)


def value_beside(spans: Sequence[Span], at: int, step: int) -> Span | None:
    """The value that stands beside a span, what says nothing left out."""
    place = at + step
    while 0 <= place < len(spans) and spans[place].kind in SILENT:
        place += step
    return spans[place] if 0 <= place < len(spans) and spans[place].kind in VALUES else None

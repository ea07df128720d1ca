"""Figures of the very things that the answer before showed: "top 5 stores in Cebu", then "how much did they sell last year".

They are chosen as they were, by a set filter; only what is asked of them is new.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import followups, of_that, sets
from nlq.language.draft import HELD, SILENT, VALUES, Stop
from nlq.language.lexicon import Meaning
from nlq.language.match import Span
from nlq.language.places import families
from nlq.values import Clarification, Refusal
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition, SemanticQuery

THEY = frozenset(
    (
        "they",
        "their",
        "theirs",
        "its",
        "niya",
        "nya",
        "nila",
        "sila",
        "kanila",
        "kanilang",
        "nilang",
        "silang",
        "iyang",
        "iyaha",
        "iyahang",
    )
)
THEM = frozenset(("them", "those", "these"))  # which may also say what is shown: "rank them", "only those with …"
OF_EACH = ("sa bawat isa", "bawat isa", "sa matag usa", "in each", "for each", "of each", "in each of them", "for each of them", "per each")  # fmt: skip
THOSE = frozenset(
    ("iyon", "yun", "yon", "iyan", "yan", "ito", "kadto", "kato", "kana", "kini")
)  # behind "mga": those things
DOES = ("did", "does", "has", "had", "was")  # before "it", which else is mere grammar: "how much is it"
RELATIVE = ("that", "who", "which", "with", "where", "whose")
WHOLE = frozenset(("why", "share", "list"))  # what a change of the query before says of all that it shows


THERE = of_that.THERE | {"there"}
AMONG = ("of those", "of them", "among them", "among those", "sa kanila", "sa mga yun", "sa mga iyon", "sa ila")
UNKNOWN = Refusal(
    "out_of_scope", "which are meant cannot be told from the question before: ask all of it in one question"
)
OPEN = Refusal(
    "out_of_scope",
    "the question before this is still open: choose what was meant there first, or ask all of it in one question",
)


def are_pointed_at(spans: Sequence[Span]) -> bool:
    """Whether words point at what was shown before."""
    words = _words(spans)
    if any(one.kind == "again" for one in spans) or any(" ".join(words).startswith(one) for one in ("who are they", "where are they", "what are they")):  # fmt: skip
        return False
    if _they(words) or _each_of_them(spans) or that_one(spans) is not None or _figure_there(spans):
        return True
    at = next((place for place, one in enumerate(words) if one in THEM), None)
    return at is not None and not any(one in RELATIVE for one in words[at:])


def are_meant(spans: Sequence[Span], last: SemanticQuery, model: SemanticModel) -> bool:
    """Whether words that point ask a figure of just the things that the query before showed.

    A question that could not stand by itself is a change of the query before, which has those things; where that chose some of them,
    another figure would choose others.
    """
    if of(last, model) is None:
        return False
    that = that_one(spans)
    if that is not None:
        return last.limit == 1 and of(last, model) == that.ref_of
    kinds = {one.kind for one in spans}
    counted = sets.counted_by(model, _names(last)) if last.list is None and not _some(last) else None
    if last.dimensions and counted is not None and not model.dimensions[counted].optional:
        return False  # "how many stores are open, by region", then "their sales": those of the stores, not of regions
    they = _they(_words(spans)) or ((_each_of_them(spans) or _figure_there(spans)) and _some(last))
    if followups.kind_of(spans, model, last) == "new":
        return not kinds & WHOLE or they
    asked = kinds & {"metric", "amount"} and "time" in kinds and not kinds & WHOLE
    counts = sets.counted_by(model, _names(last)) is not None and not any(
        one.kind == "metric" and sets.counted_by(model, [one.ref_of]) for one in spans
    )
    return (they and (_some(last) or ("metric" in kinds and counts and not last.dimensions))) or (
        bool(asked) and (_some(last) or last.list is not None)
    )


def are_some(spans: Sequence[Span], last: SemanticQuery) -> bool:
    """Whether they are some of many, chosen by a figure, whom a change of the query before would choose anew; or one, which was not named."""
    that = that_one(spans)
    if that is not None:
        return not any(one.field == that.ref_of and one.op in HELD and len(one.values) == 1 for one in last.where)
    return _some(last) and (_they(_words(spans)) or _figure_there(spans))


def are_counted(spans: Sequence[Span], last: SemanticQuery, model: SemanticModel) -> bool:
    """Whether it is asked how many of the things shown are of some kind: "ilan doon ang supermarket", "how many of those are in Mindanao"."""
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    nouns = [one for one in spans if one.kind == "dimension"]
    dated = all(model.dimensions[one.ref_of].type == "date" for one in nouns if one.ref_of in model.dimensions)
    some = kinds & {*VALUES} or nouns
    return bool(_among_counted(spans)) and kinds <= {*VALUES, "count", "time", "dimension", "and", "not"} and bool(some) and dated and of(last, model) is not None  # fmt: skip


def _among_counted(spans: Sequence[Span]) -> list[Span]:
    """The words that point at what was shown, behind "how many"."""
    counts = next((place for place, one in enumerate(spans) if one.kind == "count"), None)
    if counts is None:
        return []
    return of_that.pointing(spans) or [one for one in spans[counts:] if one.kind == "reference" and one.text.lower() in AMONG]  # fmt: skip


def that_one(spans: Sequence[Span]) -> Span | None:
    """The thing in "that store"; None where nothing is so pointed at."""
    return next(
        (one for before, one in pairwise(spans)
         if one.kind == "dimension" and before.kind in SILENT and before.text.lower().split()[-1] == "that" and not one.text.lower().endswith("s")), None,
    )  # fmt: skip


def _they(words: Sequence[str]) -> bool:
    if "pila" in words and "ilang" in words[words.index("pila") + 1 :]:
        return True  # Cebuano's "their": "pila ang ilang transactions"
    linked = ("mga", *(("na", "nga") if "mga" in words else ()))  # "ng mga branch na yan"
    return bool(THEY.intersection(words)) or any(
        (one == "it" and before in DOES) or (one in THOSE and before in linked) for before, one in pairwise(words)
    )


def _figure_there(spans: Sequence[Span]) -> bool:
    """Whether a figure is asked for of what was shown: "average basket of those", "ilang stores dun"."""
    pointing = any(one.kind in SILENT and (one.text.lower() in AMONG or one.text.lower() in THERE) for one in spans[1:])
    kinds = {one.kind for one in spans}
    figure = "metric" in kinds or ("count" in kinds and "dimension" in kinds)
    return pointing and figure and not kinds & {"grain", "top", "bottom", "share", "value", "place", "by"}


def _each_of_them(spans: Sequence[Span]) -> bool:
    """Whether a figure "of each" is asked for, and nothing else that there is to be one of."""
    kinds = {one.kind for one in spans}
    each = any(one.text.lower() in OF_EACH for one in spans)
    return each and "metric" in kinds and not kinds & {"dimension", "grain", "top", "bottom", "share", "value", "place"}


def chosen_in(last: SemanticQuery) -> Period | None:
    """The period in which the things of a query were chosen; None where they were not."""
    inner = [one.query.period for one in last.where if one.query is not None]
    return next((one for one in inner if isinstance(one, Period)), None)


def _some(last: SemanticQuery) -> bool:
    return last.limit is not None or bool(last.having)


def of(last: SemanticQuery, model: SemanticModel) -> str | None:
    """The things that a query shows or counts; None where it shows none."""
    if last.list is not None:
        return last.list
    shown = [name for name in last.dimensions if not model.is_time_grain(name)]
    if shown:
        return shown[0] if len(shown) == 1 else None
    return sets.counted_by(model, _names(last))


def _names(last: SemanticQuery) -> list[str]:
    return [one for one in last.metrics if isinstance(one, str)]


def query(composer: Composer, last: SemanticQuery) -> SemanticQuery:
    """What the words ask, of those things alone; of each of them, where the query before showed each.

    Raises:
        Stop: it is better to ask, or to decline.
    """
    model, spans = composer.model, composer.spans
    if any(one.kind in WHOLE for one in spans):
        raise Stop(UNKNOWN)
    entity = of(last, model)
    assert entity is not None  # noqa: S101 - asked before
    counted = _among_counted(spans) if are_counted(spans, last, model) else []
    if counted:
        at = next(place for place, one in enumerate(spans) if one.kind == "count")
        noun = Span(spans[at].text, spans[at].end, spans[at].end, "dimension", [Meaning("dimension", entity)])
        composer.spans.insert(at + 1, noun)
        for one in counted:
            one.kind, one.role = "filler", "set"
    same_rows = _each_of_them(spans) or _some(last)  # "units of each", "top 5 snack brands", then "units of those"
    beside = tuple(one for one in last.where if one.query is None) if same_rows else ()
    for one in spans:
        points = one.kind in SILENT and (THEY | THEM | THOSE | THERE | {"it", "of"}).intersection(
            one.text.lower().split()
        )
        if points or one.text.lower() in OF_EACH:
            one.kind, one.role = "filler", "set"
    composer.before = last.period if isinstance(last.period, Period) else chosen_in(last)
    those_shown = chosen(last, entity, model)
    shown = bool(last.list or last.dimensions) and not counted
    try:
        return _of(model, composer.compose(), those_shown, beside, entity if shown else None)
    except Stop as stop:
        asked = stop.outcome
        if not isinstance(asked, Clarification):
            raise
        options = tuple(
            (label, _of(model, one, those_shown, beside, entity if shown else None)) for label, one in asked.options
        )
        raise Stop(replace(asked, options=options)) from None


def _of(
    model: SemanticModel,
    query: SemanticQuery,
    chosen: tuple[Condition, ...],
    beside: tuple[Condition, ...],
    entity: str | None,
) -> SemanticQuery:
    """A query of those who are chosen alone, and where they are named of each, unless it says what else it splits or ranks.

    `beside`: what the figures before were of, which they still are where nothing else of its kind is named.
    """
    named = set().union(*(families(model, one) for one in query.where))
    kept = tuple(one for one in beside if not named & families(model, one))
    over_time = all(model.is_time_grain(name) for name in query.dimensions)
    each = (entity,) if entity is not None and over_time and query.list is None and query.limit is None else ()
    return replace(
        query, where=tuple(dict.fromkeys((*chosen, *kept, *query.where))), dimensions=(*each, *query.dimensions)
    )


def chosen(last: SemanticQuery, entity: str, model: SemanticModel) -> tuple[Condition, ...]:
    """The conditions that hold for those things and for no others."""
    plain = last.list is not None and not last.metrics
    names = _names(last)
    by = [one.by for one in last.order if one.by in names] or names
    metric = by[0] if by and len(names) == len(last.metrics) else None
    others = {one.by for one in last.order} | {str(one.field) for one in last.having}  # a set knows one figure
    counted = metric is not None and sets.counted_by(model, [metric]) == entity
    parted = [name for name in last.dimensions if name != entity] if not plain else []
    if (
        last.per
        or last.compare
        or last.segments
        or last.share
        or parted
        or others - {metric, entity}
        or (plain and (last.limit or last.having))
        or not (plain or metric)
    ):
        raise Stop(UNKNOWN)
    if plain or (
        counted and metric is not None and not model.has_time(metric)
    ):  # what is on the books is what its conditions say
        return last.where
    if not (last.where or last.having or last.limit):
        return ()  # all of them
    return (sets.chosen(model, entity, last.where, last.period, order=last.order, limit=last.limit, having=last.having,
                        metric=None if counted else metric),)  # fmt: skip


def _words(spans: Sequence[Span]) -> list[str]:
    return [word for one in spans for word in one.text.lower().split()]

"""The one row of the answer before that a turn points at: "the second one by month", "which provinces make up the biggest one", "#1 by category".

The question before is asked again of that thing alone; what else the turn says changes it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nlq.language import rows_left, sorting, those
from nlq.language.draft import SILENT, VALUES, Stop
from nlq.language.positions import PLACES
from nlq.values import Refusal
from nlq.values.query import Condition, Order, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

FIRSTS = frozenset(("first", "1st", "una", "unang", "una nga", "pang-una", "pang una", "top", "number one"))
MARKS = ("ordinal", "unsupported", "top", "bottom")
POINTS = frozenset(("yung", "ung", "ang", "sa", "ng", "katong", "kadtong", "kadto", "kanang", "iyong", "the", "of the", "sa mga", "nung", "dun sa", "doon sa"))  # fmt: skip
OWNED = ("nung", "ng", "of the", "sa", "atong")
ONE = ("one", "isa", "one's", "one’s", "ones")
THAT = ("that", "that one")
THERE = ("there", "doon", "dun", "don", "didto", "diyan", "dyan", "siya", "sya", "nito", "niini", "its")
# How one asks to look further into a row; with "down" or "into" behind them.
LOOKS = frozenset(("break", "split", "drill", "dig", "zoom", "down", "into", "in", "up", "open", "look", "hatiin", "bahina", "himayin", "expand", "deeper", "closer"))  # fmt: skip
WHAT = frozenset(("what", "what's", "whats", "ano", "anong", "unsa", "unsay", "unsang"))
SELLS = frozenset(("sell", "sells", "selling", "sold", "binebenta", "ibinebenta", "nabebenta", "gibaligya", "ginabaligya", "baligya"))  # fmt: skip
SPLITS = ("dimension", "grain", "metric", "amount", "why", "share")
MOST = 10  # places behind the one that was shown


def pointed_at(spans: list[Span], last: SemanticQuery, model: SemanticModel) -> SemanticQuery | None:
    """The query of the one row that is pointed at. None where nothing points so. The words that point say nothing more.

    Raises:
        Stop: the query before shows no rows in an order, or none of things.
    """
    timed = _in_that_time(spans, last, model)
    if timed is not None:
        return timed
    if sorting.are_sorted(spans):
        return None  # "biggest one first"
    shown = those.of(last, model)
    found = _pointing(spans) or _named(spans, shown) or _there(spans, last) or _that(spans, last, shown)
    if found is None:
        return None
    first, end, place, best = found
    there = spans[first].text.lower() in (*THERE, *THAT)
    others = [one for one in (*spans[:first], *spans[end:]) if one.kind in MARKS and one.kind != "unsupported"]
    owned = end == len(spans) and spans[first].text.lower() in OWNED  # "top 5 brands nung pangalawa"
    if others and not (there or owned or _is_set_off(spans, end)):
        return None
    _check_sold(spans)
    splits = any(one.kind in ("dimension", "grain") for one in (*spans[:first], *spans[end:]))
    share = any(one.kind == "share" for one in spans) and not splits  # its part of all, not of itself
    if share and any(one.kind == "time" for one in spans):
        raise Stop(those.UNKNOWN)  # of another time another may come first
    query = _first_few(last, place, best, model) if share else _of_the_row(last, place, best, model)
    for one in spans[first:end]:
        one.kind, one.role, one.number = "filler", "set", None
    for one in spans:
        opens = one.text.lower() == "open" and one is spans[0]  # "open up the biggest one" is of no open store
        if (one.kind in ("unknown", "moved") or opens) and one.text.lower() in LOOKS:
            one.kind, one.role = "filler", "grouping"
    if any(one.kind in ("dimension", "grain") for one in spans):  # split by something else now
        query = replace(query, dimensions=tuple(name for name in query.dimensions if model.is_time_grain(name)))
    return query


def _in_that_time(spans: Sequence[Span], last: SemanticQuery, model: SemanticModel) -> SemanticQuery | None:
    """What the query before would be of the one day or month alone that it shows: "which day was highest", then "top categories on that day"."""
    named = next((one for one in spans if one.kind == "reference" and one.text.lower().split()[0] == "that"), None)
    grain = last.dimensions[0] if len(last.dimensions) == 1 and _is_of_time(last.dimensions[0], model) else ""
    unit = named.text.lower().split()[-1] if named is not None else ""
    asks = any(one.kind in (*SPLITS, *VALUES, "top", "bottom") for one in spans)
    plain = last.limit == 1 and last.order and all(isinstance(one, str) for one in last.metrics) and not (last.per or last.share or last.compare or last.segments)  # fmt: skip
    if named is None or not plain or not grain or grain.rpartition(".")[2].partition("_of_")[0] != unit or not asks:
        return None
    if last.order[0].by not in last.metrics:
        raise Stop(those.UNKNOWN)
    named.kind, named.role = "filler", "set"
    first = SemanticQuery(metrics=(last.order[0].by,), dimensions=(grain,), where=last.where, period=last.period, order=last.order, limit=1)  # fmt: skip
    found = Condition(field=grain, op="in", query=first)
    return replace(last, where=(*last.where, found), dimensions=(), order=(), limit=None, having=())


def _is_of_time(name: str, model: SemanticModel) -> bool:
    """Whether rows are of days or months, or of weekdays and hours."""
    time = model.time_dimension
    return model.is_time_grain(name) or (time is not None and name.startswith(f"{time.name}."))


def _is_set_off(spans: Sequence[Span], end: int) -> bool:
    """Whether a comma parts the words that point from a question about what they point at: "ang nanguna, asa nga tindahan siya pinakakusog"."""
    return end < len(spans) and spans[end].comma and any(one.kind in ("which", "dimension") for one in spans[end:])


def _check_sold(spans: Sequence[Span]) -> None:
    """Refuse to show how much a thing sells where it is asked what it sells.

    Raises:
        Stop: that is asked, and not by what it is to be split.
    """
    words = {word for one in spans for word in one.text.lower().replace("’", "'").split()}
    if words & WHAT and words & SELLS and not any(one.kind in SPLITS for one in spans):
        raise Stop(Refusal("out_of_scope", "what it sells, by what? Say by product, by category …"))


def _pointing(spans: Sequence[Span]) -> tuple[int, int, int, bool] | None:
    """Where the words stand that point at a row, its place (the lowest is -1), and whether it is told by its figure rather than by that place."""
    for at, one in enumerate(spans):
        place = _place(one)
        after = spans[at + 1] if at + 1 < len(spans) else None
        begins = at - 1 if at and spans[at - 1].kind in SILENT and spans[at - 1].text.lower() in POINTS else at
        if one.kind == "count" and one.text == "#" and after is not None and after.kind == "number" and after.number and after.number == int(after.number) and _goes_on([*spans[:at], *spans[at + 2 :]]):  # fmt: skip
            return at, at + 2, int(after.number), False
        if not place:
            continue
        if after is not None and after.text.lower() in ONE[: -1 if one.kind in ("top", "bottom") else None]:
            return begins, at + 2, place, _is_best(one)
        last = _of_so_many(spans, at)
        if last:
            return begins, last, place, True  # "yung pinakamababa sa tatlo"
        closed = after is None or after.comma or after.text.lower() in THERE or (one.kind in ("ordinal", "unsupported") and after.kind in SILENT and after.text.lower() not in POINTS and begins < at)  # fmt: skip
        owned = one.kind == "ordinal" and begins < at and spans[begins].text.lower() in OWNED
        asked = not owned and any(
            other.kind == "which" for other in spans[:at]
        )  # "which hour is the busiest" points at none
        whole = all(
            other is one or other.kind in (*SILENT, "followup", "and") for other in spans
        )  # "ang ikaduha", "ang una ra"
        if (closed and begins < at and not asked and (_goes_on([*spans[:begins], *spans[at + 1 :]]))) or (whole and one.kind in ("ordinal", "unsupported")):  # fmt: skip
            return begins, at + 1, place, _is_best(one)
    return None


def _of_so_many(spans: Sequence[Span], at: int) -> int:
    """Where the words end that say of how many a row is the best: "the lowest of the three"; 0 where none do."""
    one = spans[at]
    rest = [place for place in range(at + 1, min(at + 4, len(spans))) if spans[place].kind not in (*SILENT, "preposition")]  # fmt: skip
    of = one.text.lower().split()[-1:] + [other.text.lower().split()[0] for other in spans[at + 1 : rest[0] if rest else at + 1]]  # fmt: skip
    number = spans[rest[0]] if rest else None
    if (
        one.kind not in ("top", "bottom")
        or number is None
        or number.kind != "number"
        or {"of", "sa", "among"}.isdisjoint(of)
    ):
        return 0
    after = spans[rest[0] + 1] if rest[0] + 1 < len(spans) else None
    return rest[0] + 1 if after is None or after.kind not in ("dimension", "grain", "metric") or after.comma else 0


def _there(spans: Sequence[Span], last: SemanticQuery) -> tuple[int, int, int, bool] | None:
    """The same, where one row alone was shown: "aling city ang may pinakamataas na benta", then "ano ang top 5 brands dun"."""
    at = next((at for at, one in enumerate(spans) if one.kind in SILENT and one.text.lower() in THERE), None)
    alone = last.limit == 1 and len(last.dimensions) == 1 and not last.per
    return (at, at + 1, 1, False) if at is not None and alone and _goes_on(spans) else None


def _that(spans: Sequence[Span], last: SemanticQuery, entity: str | None) -> tuple[int, int, int, bool] | None:
    """The same, where it goes by what it is of, and is split: "in that region, by city" behind the top region."""
    noun = those.that_one(spans) or next((one for one in spans if one.text.lower() in THAT), None)
    alone = last.limit == 1 and len(last.dimensions) == 1 and not last.per
    other = noun is not None and noun.kind == "dimension" and noun.ref_of != entity
    if noun is None or not alone or other or any(one.kind == "metric" for one in spans):
        return None
    at = next(place for place, one in enumerate(spans) if one is noun)
    splits = any(one.kind in ("dimension", "grain") for one in spans if one is not noun)
    return (at - (noun.kind == "dimension"), at + 1, 1, False) if splits else None


def _named(spans: Sequence[Span], entity: str | None) -> tuple[int, int, int, bool] | None:
    """The same, where the row goes by what it is of, and is split: "go into the top region by province" after regions."""
    for at, (one, noun) in enumerate(pairwise(spans)):
        whose = noun.text.lower().endswith(("'s", "’s"))  # "the top region's stores"
        alone = one.kind in ("top", "bottom") and noun.kind == "dimension" and noun.ref_of == entity and (whose or not noun.text.lower().endswith("s"))  # fmt: skip
        if alone and any(
            other.kind in (SPLITS if whose else ("dimension", "grain")) for other in (*spans[:at], *spans[at + 2 :])
        ):
            return at, at + 2, _place(one), _is_best(one)
    return None


def _place(one: Span) -> int:
    """The place in the rows that a word names; 0 for none."""
    text = one.text.lower()
    if text.removeprefix("the ") in FIRSTS:
        return 1
    if one.kind in ("top", "bottom"):
        return 1 if one.kind == "top" else -1
    return PLACES.get(text, 0)


def _goes_on(rest: Sequence[Span]) -> bool:
    """Whether a turn asks for something more than which row that is."""
    return any(one.kind in SPLITS for one in rest)


def _is_best(one: Span) -> bool:
    """Whether a row is told by its figure: "the best one" of the worst five is the last of them, "the top one" may be either."""
    return one.kind in ("top", "bottom") and one.text.lower().removeprefix("the ") not in FIRSTS


def _placed(last: SemanticQuery, place: int, best: bool, model: SemanticModel) -> tuple[SemanticQuery, int]:  # noqa: FBT001
    """The query before in an order, and the place in it that is meant.

    Raises:
        Stop: it shows no rows in an order, none of things, or not so many.
    """
    last = _in_order(last, place, best, model)
    entity = those.of(last, model)
    if not last.order or last.limit is None or entity is None or model.is_time_grain(entity):
        raise Stop(those.UNKNOWN)
    low = last.order[0].dir == "asc"
    if best and (place < 0) != low:
        place = last.limit
    elif best:
        place = 1
    if place > max(last.limit, MOST if last.limit == 1 else 0):
        raise Stop(those.UNKNOWN)
    return last, place


def _of_the_row(last: SemanticQuery, place: int, best: bool, model: SemanticModel) -> SemanticQuery:  # noqa: FBT001
    """The query before, of the thing in one row.

    Raises:
        Stop: see `_placed`.
    """
    last, place = _placed(last, place, best, model)
    first, entity = replace(last, limit=place), str(those.of(last, model))
    rest = (rows_left.left_out(model, replace(last, limit=place - 1)),) if place > 1 else ()
    return replace(last, where=(*last.where, *those.chosen(first, entity, model), *rest), order=(), limit=None)


def _first_few(last: SemanticQuery, place: int, best: bool, model: SemanticModel) -> SemanticQuery:  # noqa: FBT001
    """The query before, of its first row as one among all.

    Raises:
        Stop: another row is meant.
    """
    last, place = _placed(last, place, best, model)
    if place != 1:
        raise Stop(those.UNKNOWN)
    return replace(last, limit=1)


def _in_order(last: SemanticQuery, place: int, best: bool, model: SemanticModel) -> SemanticQuery:  # noqa: FBT001
    """A query of all things of a kind, as it is shown, the highest first; from the end that is meant, where a row is told by its figure."""
    names = [one for one in last.metrics if isinstance(one, str)]
    plain = len(names) == len(last.metrics) == len(last.dimensions) == 1 and not (last.having or last.share or last.segments or last.compare)  # fmt: skip
    if last.limit is not None or not plain or model.is_time_grain(last.dimensions[0]):
        return last
    if last.order and not best:
        return replace(last, limit=MOST)
    way: Literal["asc", "desc"] = "asc" if place < 0 else "desc"
    return replace(last, order=(Order(by=last.order[0].by if last.order else names[0], dir=way),), limit=MOST)

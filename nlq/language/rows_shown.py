"""Turns that are of the rows which the answer before showed, as rows: "how many is that", "what do they add up to", "the average of those five"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from nlq.language import entries, money, of_that, rows_left, sets, those
from nlq.language.draft import ALL, SILENT, VALUES, Stop
from nlq.language.entries import Figured
from nlq.language.relations import PAIR
from nlq.language.tokens import WORDS
from nlq.semantics import periods
from nlq.semantics.joins import out_of_reach
from nlq.semantics.periods import UNITS
from nlq.values import Refusal
from nlq.values.query import Condition, MetricEntry, Period, Segment, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.language.stays import Stays
    from nlq.semantics.model import SemanticModel

BESIDE_AVERAGE = ("average", "followup", "and", "which", "amount")
OF_SO_MANY = ("reference", "number", "dimension", "grain")  # "of those five", "sa unom ka bulan"
FIRST = frozenset(
    (
        "first",
        "top",
        "una",
        "unang",
        "nauna",
        "nag-una",
        "nanguna",
        "nangunguna",
        "best",
        "biggest",
        "highest",
        "pinakadako",
        "pinakataas",
        "pinakamataas",
        "pinakamalaki",
    )
)
LEFT_OUT = frozenset((
    "excluding", "exclude", "except", "without", "minus", "skip", "drop", "remove", "omit", "maliban", "bukod", "tanggalin", "alisin", "gawas", "tangtanga", "kuhaa", "labot", "leave",
))  # fmt: skip
PLAIN = frozenset((
    "the", "one", "ones", "ang", "yung", "sa", "dun", "doon", "don", "na", "nga", "pls", "please", "and", "but", "now", "ok", "okay", "ra", "lang", "po", "naman", "mo", "ng", "out", "walay", "wala",
    "just", "then", "apil", "'y", "y", "kay", "nasa",
))  # fmt: skip
VALUE = frozenset(("value", "amount", "halaga", "kantidad"))
NOT = ("not", "hindi", "di", "dili")
IN = frozenset(("total", "whole", "their", "in", "by", "sa", "pls", "please", "instead", "naman", "lang", "ra", "the", "na", "now", "and", "not", "pieces", "show", "me", "kay", "ayon"))  # fmt: skip
WHERE = frozenset(("where", "where's", "wheres", "saan", "nasaan"))
RANKED = ("top", "bottom", "number", "metric", "by", "which", "and", "followup")
AMONG = (
    "of those",
    "keep those",
    "keep only those",
    "keep just those",
    "keep the ones",
    "keep only the ones",
    "of them",
    "of these",
    "among them",
    "among those",
    "only those",
    "those",
    "just those",
)
HOW_MANY = frozenset(("many", "ilan", "ilang", "pila", "count"))
COUNTED = HOW_MANY | frozenset((
    "how", "is", "are", "that", "those", "they", "these", "in", "all", "total", "there", "lahat", "yan", "yun", "iyan", "iyon", "yon", "sila", "ba", "po", "tanan", "kana", "kini", "ka", "na", "kabuuan",
    "altogether", "exactly", "them", "of", "so", "ok", "and", "ang", "mga", "ito", "na", "bale", "it", "what", "the", "number", "a", "man", "pud", "silang", "kabuok",
))  # fmt: skip

POINTING = frozenset(("that", "those", "they", "these", "them", "yan", "yun", "yon", "iyan", "iyon", "ito", "ana", "kana", "kadto", "kato"))  # fmt: skip
ADDS_UP = {"add", "up"}
TOTAL = frozenset(("altogether", "total", "sum", "totals", "kabuuan", "kabuuang", "kinatibukan", "kinatibuk-an"))
OF_ALL = frozenset((
    "what", "whats", "what's", "is", "the", "and", "in", "of", "those", "them", "these", "that", "all", "for", "ok", "so", "how", "much", "grand", "overall", "magkano", "pila", "ang", "lahat", "tanan", "nila", "nilang", "yang", "iyang", "silang", "atong", "kanang",
    "niyan", "nyan", "ana", "yung", "then", "show", "me", "give", "please", "pls", "ba", "na", "po", "naman", "kana", "sa", "ng", "together",
    "does", "do", "did", "make", "made", "bring", "sell", "sold", "earn", "it", "they", "to", "together", "just", "only", "lang", "lamang", "ra", "lng", "a", "as", "one", "single", "number", "figure", "now", "can", "you", "i", "want", "need", "us", "get", "nalang",
))  # fmt: skip
DIFFERENCE = frozenset(("difference", "diff", "gap", "diperensya", "diperensiya", "kalainan", "kaibahan", "agwat", "pagkakaiba"))  # fmt: skip
OF_BOTH = OF_ALL | frozenset(
    ("between", "two", "both", "dalawa", "dalawang", "duha", "duha ka", "by", "ilan", "ilang", "big", "gaano", "kalaki")
)


def change(
    spans: Sequence[Span], model: SemanticModel
) -> Callable[[SemanticModel, SemanticQuery], SemanticQuery] | None:
    """What such a turn makes of the query before; None where it is another turn. What it gives raises `Stop` where that cannot be read."""
    words = [word for one in spans for word in one.text.lower().replace("’", "'").split()]
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    if any(one.kind == "rest" and one.text.lower().split()[-1] in ("one", "isa") for one in spans):
        return mark(spans, rows_left.which_other)
    others = rows_left.others(spans, words, kinds) if "rest" in kinds else None
    if others is not None:
        return mark(spans, others)
    summed = _all_together(words)
    if summed is not None:
        return mark(spans, summed)
    if HOW_MANY.intersection(words) and COUNTED.issuperset(words) and len(words) > 1:
        return mark(spans, _how_many)
    noun = _how_many_of(spans, model)
    if noun is not None:
        return mark(spans, lambda model, last: _how_many(model, last, noun))
    if DIFFERENCE.intersection(words) and (DIFFERENCE | OF_BOTH).issuperset(words):
        return mark(spans, _difference)
    of_money = VALUE.union(money.names(model.header.currency))
    denied = any(one in NOT and other in of_money for one, other in pairwise(words))  # "in pieces, not pesos"
    if of_money.intersection(words) and (of_money | IN).issuperset(words) and not denied:
        return mark(spans, _in_money)
    averaged = _average_of(spans, kinds)
    if averaged is not None:
        return mark(spans, averaged)
    numbers = [WORDS.get(word, int(word) if word.isdecimal() else 0) for word in words if word not in PLAIN]
    rest = [word for word, number in zip([word for word in words if word not in PLAIN], numbers, strict=True) if not number]  # fmt: skip
    several = [number for number in numbers if number]
    if len(rest) == len(set(rest)) == 2 and LEFT_OUT & set(rest) and FIRST & set(rest) and len(several) <= 1:
        count = several[0] if several else 1
        return mark(spans, lambda model, last: rows_left.without_first(model, last, count))
    return None


def _all_together(words: Sequence[str]) -> Callable[[SemanticModel, SemanticQuery], SemanticQuery] | None:
    """What makes one figure of all that was shown: "what's the total", "what do those ten add up to", "pila tanan"; None where nothing says so."""
    if {"pila", "tanan"} <= {*words} and {"ka", "kabuok", "buok"}.isdisjoint(words) and COUNTED.issuperset(words):
        return _how_much
    priced = "magkano" in words or ("how", "much") in pairwise(words)
    numbers = {word for word in words if word.isdecimal() or word in WORDS}
    several = [int(word) if word.isdecimal() else int(WORDS[word]) for word in numbers]
    rest = {*words} - numbers
    together = priced and bool((ALL | rows_left.TOGETHER) & rest) and (OF_ALL | POINTING | rows_left.TOGETHER).issuperset(rest)  # fmt: skip
    if together and not several:
        return _of_money  # "magkano lahat yan", "how much is that together"
    adds = rest >= ADDS_UP and (ADDS_UP | OF_ALL).issuperset(rest)
    named = bool(TOTAL & rest) and (TOTAL | OF_ALL).issuperset(rest)
    counted = bool(several) and bool({"lahat", "tanan"} & rest) and OF_ALL.issuperset(rest)  # "magkano lahat yang lima"
    if (
        not (adds or named or counted or together) or len(several) > 1 or several == [PAIR]
    ):  # two may be two turns: see `rows_after.the_two`
        return None
    return (lambda model, last: _total_of(model, last, several[0])) if several else _total


def are_counted(spans: Sequence[Span], model: SemanticModel) -> bool:
    """Whether it is asked how many those are that were shown, by their name: "ilang tindahan yun"."""
    return _how_many_of(spans, model) is not None


def _how_many_of(spans: Sequence[Span], model: SemanticModel) -> str | None:
    """The things of which it is asked how many those are that were shown: "how many stores is that", "ilang tindahan yun"."""
    nouns = [one for one in spans if one.kind in ("dimension", "metric")]
    rest = {word for one in spans if one not in nouns for word in one.text.lower().split()}
    said = rest | {word for one in nouns for word in one.text.lower().split()}
    if len(nouns) != 1 or HOW_MANY.isdisjoint(said) or POINTING.isdisjoint(rest) or not COUNTED.issuperset(rest):
        return None
    one = nouns[0]
    return one.ref_of if one.kind == "dimension" else sets.counted_by(model, [one.ref_of])


def _total(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """What the rows that were shown make together: "what's the total".

    Raises:
        Stop: they were no groups of something, or nothing of theirs that could be taken together.
    """
    metrics = [one for one in last.metrics if isinstance(one, str) and model.metrics[one].ratio is None]
    plain = bool(last.dimensions) and not (last.share or last.segments or last.per)
    if not plain or len(metrics) != len(last.metrics) or not metrics:  # averages have no total
        raise _no("the total of what? Name the figure")
    where = last.where
    if last.limit is not None or last.having:
        entity = those.of(last, model)
        if entity is None or model.is_time_grain(entity) or last.dimensions != (entity,):
            raise Stop(those.UNKNOWN)
        where = (*where, *those.chosen(last, entity, model))
    return replace(last, dimensions=(), where=where, order=(), limit=None, having=())


def _total_of(model: SemanticModel, last: SemanticQuery, count: int) -> SemanticQuery:
    """What so many rows make together, which are all that were shown.

    Raises:
        Stop: they are not so many.
    """
    if last.limit != count:
        raise Stop(those.UNKNOWN)
    return _total(model, last)


def _how_much(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """All of what was shown, of money: Cebuano's "pila tanan" asks how much as well as how many."""
    names = [one for one in last.metrics if isinstance(one, str)]
    money_ = names and all(model.metrics[one].unit == model.header.currency for one in names)
    return _total(model, last) if money_ and last.dimensions else _how_many(model, last)


def _of_money(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """All of what was shown, which is of money.

    Raises:
        Stop: it is not.
    """
    found = _total(model, last)
    if not all(model.metrics[str(one)].unit == model.header.currency for one in found.metrics):
        raise _no("how much of what? Name the figure")
    return found


def _difference(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """Two that were shown, set against each other: "what's the difference between the two".

    Raises:
        Stop: they were not two.
    """
    if len(last.segments) == PAIR or (len(last.compare) == 1 and not last.dimensions):
        return last  # it stands beside them
    held = [one for one in last.where if last.dimensions == (one.field,) and one.op == "in" and len(one.values) == PAIR]
    if len(held) != 1 or last.share or last.limit or last.having:
        raise _no("the difference between which two? Name them: NCR vs Cebu")
    (both,) = held
    known = model.labels.get(both.field or "", {})
    sides = tuple(Segment(str(known.get(value, value)), (replace(both, op="=", values=(value,)),)) for value in both.values)  # fmt: skip
    return replace(
        last, dimensions=(), where=tuple(one for one in last.where if one is not both), segments=sides, order=()
    )


def mark(spans: Sequence[Span], make: Callable[[SemanticModel, SemanticQuery], SemanticQuery]) -> Callable[[SemanticModel, SemanticQuery], SemanticQuery]:  # fmt: skip
    """What a turn makes, the words of which are all read."""
    for one in spans:
        one.role = "ignored" if one.kind in ("filler", "preposition") else "set"
    return make


def _in_money(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """The usual figure, which is money, in the place of how many there were: "in pesos", "by value"."""
    usual, shown = model.metrics[model.header.default_metric], last.metrics
    name = shown[0] if len(shown) == 1 and isinstance(shown[0], str) else None
    if name is None or usual.unit != model.header.currency or model.metrics[name].unit != "count" or last.having:
        raise _no("which figure is to be in money? Name it")
    order = tuple(replace(one, by=usual.name) if one.by == name else one for one in last.order)
    return replace(last, metrics=(usual.name,), order=order)


def _average_of(spans: Sequence[Span], kinds: set[str]) -> Callable[[SemanticModel, SemanticQuery], SemanticQuery] | None:  # fmt: skip
    """What makes the average of what was shown, by what those are called or how many they are: "the average of those months", "average nung limang yan"; None where more is said."""
    numbers = [at for at, one in enumerate(spans) if one.kind == "number"]
    nouns = [one for one in spans if one.kind in ("dimension", "grain")]
    words = {word for one in spans for word in one.text.lower().split()}
    tied = bool(numbers) and numbers[0] > 0 and spans[numbers[0] - 1].kind in ("preposition", "reference")
    if "average" not in kinds or not kinds <= {*BESIDE_AVERAGE, *OF_SO_MANY} or len(numbers) > 1 or len(nouns) > 1:
        return None
    if POINTING.isdisjoint(words) and not tied:
        return _average if kinds <= {*BESIDE_AVERAGE} else None
    noun = (nouns[0].ref or nouns[0].ref_of) if nouns else ""
    count = int(spans[numbers[0]].number or 0) if numbers else 0
    return lambda model, last: _average(model, last, noun, count, pointed=True)


def _average(model: SemanticModel, last: SemanticQuery, noun: str = "", count: int = 0, *, pointed: bool = False) -> SemanticQuery:  # fmt: skip
    """The average of what was shown for each day, month or store: "and the average?" behind daily sales.

    Raises:
        Stop: it is of more than one figure, or of groups of another kind, or not of so many; or a few were shown, which are not pointed at.
    """
    name = last.metrics[0] if len(last.metrics) == 1 and isinstance(last.metrics[0], str) else None
    plain = not (last.per or last.share or last.compare or last.segments) and (
        pointed or not (last.limit or last.having)
    )
    if name is None or len(last.dimensions) != 1 or not plain or not model.metrics[name].adds_up:
        raise Stop(
            Refusal("out_of_scope", "the average of what, over what? Say of which figure, and of each day, store …")
        )
    (over,) = last.dimensions
    many = last.limit or (_buckets(last, over) if model.is_time_grain(over) else 0)
    if noun not in ("", over, over.rpartition(".")[2]) or (count and count != many):
        raise Stop(those.UNKNOWN)
    some: tuple[Condition, ...] = ()
    if last.limit is not None or last.having:
        if model.is_time_grain(over):
            raise Stop(those.UNKNOWN)
        some = those.chosen(last, over, model)
    known = () if some else entries.known_only(model, Figured(last.dimensions))
    entry = MetricEntry(metric=name, each=last.dimensions, agg="avg")
    where = (*last.where, *some, *known)
    return replace(last, metrics=(entry,), dimensions=(), where=where, order=(), limit=None, having=())


def _buckets(last: SemanticQuery, grain: str) -> int:
    """How many days, months … a query shows; 0 where it cannot be told."""
    unit = next((one for one in UNITS if one == grain.rpartition(".")[2]), None)
    if not isinstance(last.period, Period) or unit is None:
        return 0
    start, found = last.period.start, 0
    while start <= last.period.end:
        start, found = periods.end_of(start, unit) + timedelta(days=1), found + 1
    return found


def _how_many(model: SemanticModel, last: SemanticQuery, noun: str = "") -> SemanticQuery:
    """How many rows there were: of a list how many there are, of things beyond a limit how many are beyond it.

    Raises:
        Stop: they are no things, or as many as were asked for.
    """
    if noun and noun not in (*last.dimensions, last.list):
        raise _no("how many of what? Those before were of another kind: ask all of it in one question")
    if last.list is not None and not last.limit:
        counts = next((name for name, one in model.public_metrics().items() if one.counts == last.list), None)
        if counts is not None and not last.having:
            return SemanticQuery(metrics=(counts,), where=last.where, period="all" if not model.has_time(counts) else last.period)  # fmt: skip
    metric = last.metrics[0] if len(last.metrics) == 1 and isinstance(last.metrics[0], str) else None
    shown = [name for name in last.dimensions if not model.is_time_grain(name)]
    plain = not (last.limit or last.per or last.share or last.compare or last.segments or last.include_empty)
    if (
        metric is None
        or len(shown) != len(last.dimensions)
        or len(shown) != 1
        or not plain
        or sets.counted_by(model, [metric]) is not None
    ):
        raise _no("how many of what? Name what is to be counted")
    known = [one for one in entries.known_only(model, Figured((shown[0],))) if one not in last.where]
    entry = MetricEntry(metric=metric, each=(shown[0],), agg="count", having=last.having)
    return SemanticQuery(metrics=(entry,), where=(*last.where, *known), period=last.period)


def are_listed(spans: Sequence[Span], last: SemanticQuery, model: SemanticModel) -> bool:
    """Whether it is asked which of those that were counted are of some kind: "ilang stores ang nagsara", then "alin sa kanila ang nasa Visayas"."""
    pointing = any(one.kind == "reference" and one.text.lower() in (*AMONG, *those.AMONG) for one in spans)
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    counted = not last.dimensions and last.list is None and those.of(last, model) is not None
    return counted and pointing and "which" in kinds and kinds <= {*VALUES, "which", "not", "and"}


def among(composer: Composer, last: SemanticQuery) -> tuple[Condition, ...]:
    """The very ones that were shown, where only such of them are asked for as are of some kind: "which of those are minimarts".

    Raises:
        Stop: they are no things that can be told from the others.
    """
    spans = composer.spans
    pointing = of_that.pointing(spans) or [
        one for one in spans if one.kind == "reference" and one.text.lower() in AMONG
    ]
    kinds = {one.kind for one in spans if one.kind not in SILENT}
    places = WHERE.intersection(word for one in spans for word in one.text.lower().replace("’", "'").split())
    ranked = bool(kinds & {"top", "bottom"}) and kinds <= {*RANKED, *VALUES} and not places  # "bottom 5 of those"
    chosen = bool(kinds & {*VALUES}) and kinds <= {*VALUES, "which", "not", "and", "amount"}
    chosen = chosen or ("time" in kinds and kinds <= {"time", "list", "followup"})  # "those five for October"
    if not pointing or not (ranked or chosen):
        return ()
    for one in spans:
        one.role = one.role or ("set" if one in pointing else "list" if one.kind == "which" else one.role)
    entity = those.of(last, composer.model)
    if last.limit is None and not last.having:
        return ()
    if entity is None or composer.model.is_time_grain(entity):
        raise Stop(those.UNKNOWN)
    return those.chosen(last, entity, composer.model)


def listed(composer: Composer, stays: Stays, last: SemanticQuery) -> SemanticQuery:
    """The things that the query before counts: "list them, with their types".

    Raises:
        Stop: it counts none, or they have nothing of what is to stand beside them.
    """
    model, draft = composer.model, composer.draft
    names = [one for one in last.metrics if isinstance(one, str)]
    nouns = [one for one in draft.loose if one.kind == "dimension"]
    entity = sets.entity_of(model, names, type(draft)())
    if entity is None:
        raise _no("list what? Name the things: stores, customers, products …")
    table = model.dimensions[entity].table
    beside = [one.ref_of for one in nouns if one.ref_of != entity]
    if any(model.dimensions[name].table != table for name in beside):
        raise _no(f"that is nothing that a {entity.replace('_', ' ')} has")
    for one in composer.spans:
        if one.kind in ("list", "reference", "which") or one in nouns:
            one.role = "list"
    where, _, _ = stays.where([], set_against=False, adding=False)
    near = tuple(one for one in where if not out_of_reach(model, table, tuple(one.fields())))
    active = len(near) < len(where) or model.has_time(names[0])
    period: Period | Literal["all"] = last.period if isinstance(last.period, Period) else "all"
    found = (sets.chosen(model, entity, where, period),) if active else ()
    return SemanticQuery(list=entity, dimensions=tuple(beside), where=(*near, *found))


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

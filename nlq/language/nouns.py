"""Nouns without "by": what is ranked, what a threshold selects, or only where the figure comes from."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.language import ordering
from nlq.language.draft import ALL, SILENT, Stop
from nlq.semantics.joins import out_of_reach
from nlq.values import Refusal
from nlq.values.query import Period

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.language.match import Span

BESIDE = ("with", "w", "with their", "and their", "plus", "incl", "including", "kasama", "uban")
THEIRS = ("their", "its", "nila", "ila")
THAT = (
    "with",
    "that",
    "who",
    "having",
    "which",
    "na may",
    "may",
    "nga naay",
    "nga adunay",
    "whose",
)  # what things do, or have
SPENT = frozenset(
    (
        "spend",
        "spent",
        "spending",
        "gumastos",
        "ginastos",
        "ginagastos",
        "nagastos",
        "nagagastos",
        "migasto",
        "nigasto",
        "gigasto",
    )
)
OF = ("of", "from", "ng", "sa", "mula", "gikan")


@dataclass(frozen=True, slots=True)
class Best:
    """Things of which the best are meant: by which figure, where it is another one, and in which period, where it is one of its own."""

    noun: Span
    metric: str = ""
    period: Period | None = None


def placed(composer: Composer, metrics: list[str]) -> Best | None:
    """Settle every such noun; the one of which the best are meant is given back: "sales per category of our top 5 stores".

    Raises:
        Stop: what a noun is there for is not said.
    """
    draft = composer.draft
    if draft.top is not None and draft.by_metric and len(metrics) > 1 and _after_figure(composer):
        return _by_another(composer)
    if draft.top is not None and draft.dimensions and draft.loose:
        return _beside_a_split(composer)
    ranked = draft.by_metric is not None and len(draft.loose) == 1 and not draft.dimensions  # "stores by sales"
    draft.sorted = True if ranked and draft.top is None and draft.sorted is None else draft.sorted
    wanted = draft.top is not None or bool(draft.having) or ranked or any(one.kind == "which" for one in composer.spans)
    counted = {composer.model.metrics[metric].counts for metric in metrics}
    for one in sorted(draft.loose, key=lambda one: not _is_ranked(composer, one)):
        _place(composer, one, counted, wanted=wanted)
    return None


def _is_ranked(composer: Composer, noun: Span) -> bool:
    """Whether a noun stands right behind the word that ranks: "the no. 1 category", "top 5 brands"."""
    before = [one for one in composer.spans if one.start < noun.start and one.kind not in (*SILENT, "number")]
    return composer.draft.top is not None and bool(before) and before[-1].kind in ("top", "bottom")


def _by_another(composer: Composer) -> Best:
    """The best by another figure than the one that is asked for: "orders this year from our top 20 customers by revenue in 1997"."""
    draft, spans = composer.draft, composer.spans
    nouns = [one for one in draft.loose if one.kind == "dimension"]
    if len(nouns) != 1 or len(draft.loose) != 1 or draft.by_metric is None:
        raise _no("the best of what, and by which figure? Ask for the best first")
    at = next(place for place, one in enumerate(spans) if one.kind in ("top", "bottom"))
    later = [one for one in draft.whens if one.start > spans[at].start]
    own = later[0].when.period if len(draft.whens) > 1 and len(later) == 1 and later[0].when is not None else None
    if own is not None:
        later[0].role = "set"
        draft.whens[:] = [one for one in draft.whens if one is not later[0]]
    return Best(nouns[0], draft.by_metric, own if isinstance(own, Period) else None)


def _beside_a_split(composer: Composer) -> Best | None:
    """A rank of one thing beside a split by another: the best of each, or figures of the best of all."""
    draft, walker = composer.draft, composer.walker
    if draft.number is None and [walker.name(one) for one in draft.loose] == draft.dimensions:
        draft.loose.pop().role = "grouping"  # "which hour is the strongest? per hour": all of them, the best first
        draft.top, draft.sorted = None, draft.top
        return None
    single, time = len(draft.loose) == 1, composer.model.time_dimension
    if single and time is not None and draft.dimensions == [f"{time.name}.day"] and composer.model.is_of_days(walker.name(draft.loose[0])):  # fmt: skip
        walker.group(
            walker.name(draft.loose[0]), draft.loose[0]
        )  # "our best day, and which day of the week that was": each day is of one
        return None
    if single and draft.loose[0].kind == "dimension" and _of_the_best(composer):
        return Best(draft.loose[0])
    first = draft.number == 1 or (
        draft.number is None and not ordering.is_plural(composer.model, composer.spans, draft.loose[0])
    )
    if single and (set(draft.dimensions) <= set(draft.each) or first):  # "best brand by region"
        draft.per.extend(draft.dimensions)
        walker.group(walker.name(draft.loose[0]), draft.loose[0])
        return None
    raise _no('I do not know whether the best of all or of each is meant: say "in each …", or ask for one group')


def _after_figure(composer: Composer) -> bool:
    """Whether a figure is said to be of the best by another: "orders of our top 20 customers by revenue"."""
    spans = composer.spans
    at = next((place for place, one in enumerate(spans) if one.kind in ("top", "bottom")), 0)
    between = list(itertools.takewhile(lambda one: one.kind in (*SILENT, "time"), reversed(spans[:at])))
    return any(one.kind == "metric" for one in spans[:at]) and any(one.text.lower().split()[0] in OF for one in between)


def _of_the_best(composer: Composer) -> bool:
    """Whether a figure is split first, and then said to be of the best of something."""
    spans = composer.spans
    at = next((place for place, one in enumerate(spans) if one.kind in ("top", "bottom")), 0)
    split = any(one.kind in ("dimension", "grain") and one.role == "dimension" for one in spans[:at])
    between = itertools.takewhile(lambda one: one.kind in SILENT, reversed(spans[:at]))
    return split and any(one.text.lower().split()[0] in OF for one in between)


TOTAL = frozenset(("total", "kabuuang", "kabuuan", "combined", "kinatibuk-ang", "kinatibukang", "tibuok"))
ONE_TOTAL = re.compile(
    r"\b(?:one|single|isang|isa|usa(?: ra)? ka) (?:grand |combined |overall )?(?:total|figure|number|sum|numero|kabuuan)\b"
)


def _summed(composer: Composer, noun: Span) -> bool:
    """Whether one figure of all of them is asked for: "in all regions except NCR, one total only", "kabuuang benta sa lahat ng rehiyon maliban sa NCR"."""
    words = [word for one in composer.spans for word in one.text.lower().split()]
    at = next(place for place, one in enumerate(composer.spans) if one is noun)
    every = any(not ALL.isdisjoint(one.text.lower().split()) for one in composer.spans[max(0, at - 2) : at])
    without = any(one.kind == "not" for one in composer.spans)
    return bool(ONE_TOTAL.search(" ".join(words))) or (every and without and not TOTAL.isdisjoint(words))


def _place(composer: Composer, one: Span, counted: set[str | None], *, wanted: bool) -> None:
    draft, walker = composer.draft, composer.walker
    name, split = walker.name(one), bool(draft.dimensions)
    if one.kind == "grain" and (not wanted or split):
        raise _no(f'I do not know what "{one.text}" is to do here; say "by {one.text}" or name a period')
    known = composer.model.dimensions.get(name)
    if known is not None and known.type == "date" and not known.time and draft.whens:
        if len(draft.whens) == 1 and not any(composer.model.has_time(metric) for metric in composer.draft.metrics):
            one.role = "filter"  # "stores opened in 2023": the period is of that date
            composer.dated = name
            return
        raise _no(f'I do not know whether the period is of "{one.text}": periods are of {_time(composer)}')
    when = any(each.kind == "whenever" for each in composer.spans)
    if name in counted or name in draft.dimensions:
        one.role = "counted"
    elif when and wanted and composer.is_entity(one):
        one.role = "context"  # "when were the stores at their slowest"
    elif wanted and not split:
        walker.group(name, one)
    elif _summed(composer, one):
        one.role = "context"
    elif wanted or composer.is_entity(one):
        _beside_the_figure(composer, one, name)
    else:
        walker.group(name, one)
        kept = [each for each in draft.dimensions if each != name]
        composer.assume(f"split by {one.text.lower()}", {"dimensions": kept})


def _beside_the_figure(composer: Composer, one: Span, name: str) -> None:
    """A noun that only says whose figure it is: "sales of our stores in Cebu".

    Raises:
        Stop: it may as well say what is ranked, or of which of them something is said.
    """
    known = composer.model.dimensions.get(name)
    if _with_figure(composer, one):
        composer.walker.group(name, one)
        return
    if _describes(composer, one, name):
        composer.walker.group(name, one)
        return
    if composer.draft.top is not None and _of_all(composer, one):
        one.role = "context"  # "top 5 products for all regions"
        return
    if composer.draft.top is not None and not composer.is_entity(one):
        raise _no(f'is the best of each "{one.text}" meant, or the best of all? Say "in each …"')
    at = next(place for place, each in enumerate(composer.spans) if each is one)
    if _is_said_of(composer, one) or _is_limited(composer, one) or (at and composer.spans[at - 1].kind == "which"):
        raise _no(f'are those {one.text} meant that do so, or figures of all? Say "which {one.text} …", or ask for the figure')  # fmt: skip
    if known is not None and known.optional and not _spend(composer, one):  # the whole holds rows that name none
        raise _no(f'I do not know what "{one.text}" is to do here; say "by {one.text}"')
    one.role = "context"
    composer.assume(f"the whole, not split by {one.text.lower()}", {"dimensions": [*composer.draft.dimensions, name]})


def _of_all(composer: Composer, noun: Span) -> bool:
    """Whether all of a kind are taken together: "for all regions", "sa lahat ng rehiyon"."""
    at = next(place for place, one in enumerate(composer.spans) if one is noun)
    before = [word for one in composer.spans[max(0, at - 2) : at] if one.kind in (*SILENT, "by") for word in one.text.lower().split()]  # fmt: skip
    return not ALL.isdisjoint(before)


def _spend(composer: Composer, noun: Span) -> bool:
    """Whether it is only said who spends: "how much did customers spend", "magkano ang ginastos ng mga customer"."""
    spans = composer.spans
    at = next(place for place, one in enumerate(spans) if one is noun)
    beside = [
        word
        for one in spans[max(0, at - 1) : at + 2]
        if one.kind in (*SILENT, "metric")
        for word in one.text.lower().split()
    ]
    return any(one.kind == "amount" for one in spans[:at]) and not SPENT.isdisjoint(beside)


def _is_limited(composer: Composer, noun: Span) -> bool:
    """Whether a limit on a figure may be one on that of each: "mga tindahang hindi bababa sa 20 libo ang benta bawat linggo"."""
    first = next((one for one in composer.spans if one.kind not in SILENT), None)
    return bool(composer.draft.having) and first is noun


def _describes(composer: Composer, noun: Span, name: str) -> bool:
    """Whether a noun says what is to stand beside things that are ranked, and that each has one of: "top 10 stores with their city", "biggest receipt, and in which store"."""
    spans, model, split = composer.spans, composer.model, composer.draft.dimensions
    at = next(place for place, one in enumerate(spans) if one is noun)
    before = itertools.dropwhile(lambda one: one.kind == "and" or one.role == "dimension" or one.text.lower() in THEIRS, reversed(spans[:at]))  # fmt: skip
    tie = next(before, None)
    things = model.dimensions[split[0]] if split and split[0] in model.dimensions else None
    asked = things is not None and things.name not in model.counted and tie is not None and tie.kind == "which"
    if tie is None or not (tie.text.lower() in BESIDE or asked) or things is None or not things.key:
        return False
    return not out_of_reach(model, things.table, (name,))


def _with_figure(composer: Composer, noun: Span) -> bool:
    """Whether things come first, and a figure is to stand beside each: "show products sold yesterday with quantity"."""
    spans = composer.spans
    first = next((one for one in spans if one.kind not in (*SILENT, "list", "which")), None)
    figures = [at for at, one in enumerate(spans) if one.kind == "metric"]
    tied = bool(figures) and spans[figures[0] - 1].text.lower() in BESIDE
    return first is noun and tied and ordering.is_plural(composer.model, spans, noun) and not composer.draft.dimensions


def _is_said_of(composer: Composer, noun: Span) -> bool:
    """Whether something is said of things that a question begins with: "stores with sales every day"."""
    at = next(place for place, one in enumerate(composer.spans) if one is noun)
    before, after = composer.spans[:at], composer.spans[at + 1 : at + 2]
    return all(one.kind in ("filler", "list") for one in before) and bool(after) and after[0].text.lower() in THAT


def _time(composer: Composer) -> str:
    time = composer.model.time_dimension
    return time.label.lower() if time is not None else "nothing"


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

"""Figures of figures: an average day's sales, a running total, a 7-day average, how many stores are above a limit.

What the words say is noted on the draft before nouns are settled; `applied` puts the entries into the query at its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from nlq.language import counting, sets
from nlq.language.draft import REACHED, SILENT, Stop
from nlq.semantics.joins import reaches
from nlq.semantics.periods import end_of, start_of
from nlq.values import Refusal
from nlq.values.query import Condition, MetricEntry, Period, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.draft import Draft
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import SemanticQuery

MOST_TRAILING = 366
SUMS = frozenset(("sum", "total", "kabuuan", "suma"))
AVERAGED = re.compile(r"a(?:ve|vg|verage)|mean|smooth|^s?ma$")
MOST_LETTERS = 60
WHEN = ("when", "kailan", "kelan")
OWNING = ("with", "w/", "having", "whose")  # behind a noun: of which something is said
UNITS_OF_TOTALS: tuple[Literal["week", "month", "quarter", "year"], ...] = ("week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Figured:
    """What is made of a metric: an aggregate over groups (`each`, `agg`), within a window."""

    each: tuple[str, ...] = ()
    agg: Any = None
    window: Window | None = None
    having: tuple[Condition, ...] = ()

    @property
    def ending(self) -> str:
        """What a column of it is called after the metric's name."""
        window = "" if self.window is None else "__trailing" if self.window.trailing else "__to_date" if self.window.to_date else "__running"  # fmt: skip
        return f"{f'__{self.agg}' if self.agg else ''}{window}"


def moving(model: SemanticModel, draft: Draft, spans: Sequence[Span]) -> Figured | None:
    """A moving average: "7-day moving average", "rolling 7 day avg", "a 7 day average". Its number is taken, and its unit.

    Raises:
        Stop: it does not say over how long.
    """
    marks = [at for at, one in enumerate(spans) if one.kind == "moving"]
    length = _length(spans, marks)
    if length is None:
        if marks:
            raise _no(f'how long is "{spans[marks[0]].text}" to be? Say "7-day", "4-week" or the like')
        return None
    number, unit = length
    count, grain = int(spans[number].number or 0), spans[unit].ref
    time = model.time_dimension
    if time is None or not 2 <= count <= MOST_TRAILING:
        raise _no(f"an average over {count} {grain}s cannot be read")
    for at in (number, unit, *marks):
        spans[at].role = "window"
    if number and spans[number - 1].text.lower() == "over":  # "smoothed over 14 days"
        spans[number - 1].kind = "preposition"
    for one in spans:
        if one.kind == "average":
            one.role = "window"
    name = f"{time.name}.{grain}"
    smooth = any(one.kind == "average" or (one.kind == "moving" and AVERAGED.search(one.text.lower())) for one in spans)
    summed = not smooth and any(SUMS.intersection(one.text.lower().split()) for one in spans)
    if not smooth and not summed:
        raise _no(f'is "{spans[marks[0]].text}" to be an average or a total? Say "rolling average" or "rolling total"')
    draft.loose[:] = [one for one in draft.loose if one is not spans[unit]]
    if not any(model.is_time_grain(known) for known in draft.dimensions):
        draft.dimensions.append(name)
    window = Window(trailing=f"{count} {grain}")
    return Figured(window=window) if summed else Figured((name,), "avg", window)  # "28 day rolling sum"


def _length(spans: Sequence[Span], marks: Sequence[int]) -> tuple[int, int] | None:
    """Where the number and the unit of a window stand: beside the words for it, or right before "average"."""
    for at, one in enumerate(spans[:-1]):
        linked = at + 2 < len(spans) and spans[at + 1].text.lower() in ("ka", "na")
        if (
            linked
            and spans[at + 2].kind == "grain"
            and marks
            and one.kind == "number"
            and one.number == int(one.number or 0.5)
        ):
            return at, at + 2  # "7 ka adlaw nga moving average"
        if one.kind != "number" or one.number is None or one.number != int(one.number) or spans[at + 1].kind != "grain":
            continue
        after = next((other for other in spans[at + 2 :] if other.kind not in SILENT), None)
        before = next((other for other in reversed(spans[:at]) if other.kind not in SILENT), None)
        if after is not None and after.kind in ("moving", "average"):
            return at, at + 1
        if marks and before is not None and before.kind == "moving":
            return at, at + 1
    pairs = [at for at, one in enumerate(spans[:-1]) if one.kind == "number" and one.number is not None and one.number == int(one.number) and spans[at + 1].kind == "grain"]  # fmt: skip
    return (pairs[0], pairs[0] + 1) if marks and len(pairs) == 1 else None


def running(model: SemanticModel, draft: Draft, spans: Sequence[Span]) -> Figured | None:
    """A running total; or since the year began, where "ytd" stands beside other periods."""
    marks = [one for one in spans if one.kind == "running"]
    to_date = [one for one in draft.whens if one.when is not None and one.when.to_date is not None]
    window = None
    if marks:
        window = Window(running=True)  # until the period is known: see `within`
        for one in marks:
            one.role = "window"
    elif len(to_date) == 1 and len(draft.whens) > 1 and to_date[0].when is not None and not draft.versus:
        unit: Any = to_date[0].when.to_date
        window = Window(to_date=unit)
        to_date[0].role = "window"
        draft.whens[:] = [one for one in draft.whens if one is not to_date[0]]
    if (
        is_reached(model, draft, spans) and model.time_dimension is not None
    ):  # the day on which the total so far came to it
        window = window or Window(running=True)
        draft.dimensions.append(f"{model.time_dimension.name}.day")
    if window is not None and not any(model.is_time_grain(name) for name in draft.dimensions):
        again = [name for name in draft.dimensions if name in model.dimensions and time_of(model, name)]
        if again:
            raise _no(
                f"a running total by {model.dimensions[again[0]].label.lower()} cannot be read yet: ask for it by day, week or month"
            )
        draft.trend = True
    return None if window is None else Figured(window=window)


def is_reached(model: SemanticModel, draft: Draft, spans: Sequence[Span]) -> bool:
    """Whether it is asked when a total came to an amount: "when did sales reach 10M this year", "kailan umabot sa 10M ang benta"."""
    asked = bool(spans) and (spans[0].kind == "whenever" or spans[0].text.lower() in WHEN)
    reached = any(one.kind == "at_least" and one.text.lower().split()[0] in REACHED for one in spans)
    figures = [one for one in spans if one.kind == "metric"]
    if not (asked and reached and len(draft.having) == len(figures) == 1 and draft.top is None):
        return False
    return model.metrics[figures[0].ref_of].adds_up and all(name.endswith(".day") for name in draft.dimensions)


def time_of(model: SemanticModel, name: str) -> bool:
    """Whether a dimension is a time that comes again: the hour of the day, the day of the week."""
    return model.time_dimension is not None and name.startswith(f"{model.time_dimension.name}.")


def within(figured: Figured, period: object) -> Figured:
    """A running total within its period: since the month, the quarter or the year began with which it begins; else since it began itself."""
    if figured.window is None or not figured.window.running or not isinstance(period, Period):
        return figured
    for unit in UNITS_OF_TOTALS:
        if start_of(period.start, unit) == period.start and period.end <= end_of(period.start, unit):
            return replace(figured, window=Window(to_date=unit))
    return replace(figured, window=Window(to_date="period"))


def counted(model: SemanticModel, draft: Draft, spans: Sequence[Span], default: str) -> tuple[str, Figured] | None:
    """How many things are beyond a limit: "how many stores did over 1M". The metric that the limit is of, and the count."""
    at = next((place for place, one in enumerate(spans) if one.kind == "count" or _counts(model, one)), None)
    if at is None or not draft.having or any(map(model.is_time_grain, draft.dimensions)):
        return None
    active = spans[at].kind == "metric" and not model.metrics[spans[at].ref_of].counts
    if active and (any(one.kind == "dimension" for one in spans[:at]) or any(metric in (None, spans[at].ref_of) for _, _, metric in draft.having)):  # fmt: skip
        return None  # "stores with more than 200 customers", "stores that sold more than 100k" are not counted
    noun = _counted_noun(model, draft, spans, at)
    if noun is None:
        return None
    time = model.time_dimension
    behind = next(
        (one for one in spans if one.start > noun.start), None
    )  # "supermarket sales", not "supermarkets with sales"
    if noun.kind == "value" and behind is not None and behind.kind == "metric":
        raise _no(f'is it "{noun.text}" that are counted, or "{behind.text}"? Say "how many … had {behind.text} of …", or name what is counted')  # fmt: skip
    if noun.kind == "metric":
        kinds = [_counts(model, noun)]
        draft.metrics[:] = [name for name in draft.metrics if name != noun.ref_of]
    else:
        kinds = [noun.ref_of] if noun.kind == "dimension" else [f"{time.name}.{noun.ref}"] if noun.kind == "grain" and time else [model.dimensions[one.ref].kind_of or "" for one in noun.meanings if one.kind == "value" and one.ref in model.dimensions]  # fmt: skip
    if len(set(kinds)) != 1 or not (kinds[0] in model.dimensions or model.is_time_grain(kinds[0])):
        return None
    if draft.dimensions and (kinds[0] in draft.dimensions or not _is_of_things(model, draft, spans, noun, kinds[0])):
        return None
    every = {metric for _, _, metric in draft.having if metric is not None and model.metrics[metric].counts != kinds[0]} or set(draft.metrics)  # fmt: skip
    if (
        len(every) > 1 or noun.role == "counted"
    ):  # "bought at more than one branch, how many": of branches, or of who bought
        raise _no("which figure the limit is of is not said")
    metric = next(iter(every), default)
    if noun.kind in ("dimension", "grain"):
        noun.role = "counted"
        draft.loose[:] = [one for one in draft.loose if one is not noun]
    having = tuple(Condition(field=metric, op=op, values=values) for op, values, _ in draft.having)  # type: ignore[arg-type]
    draft.having.clear()
    return metric, Figured((kinds[0],), "count", having=having)


def _counted_noun(model: SemanticModel, draft: Draft, spans: Sequence[Span], at: int) -> Span | None:
    """What is counted: the count's own name, or what stands behind "how many"."""
    if spans[at].kind == "metric":
        return spans[at]
    noun = next((one for one in spans[at + 1 :] if one.kind not in SILENT), None)
    if noun is None:  # "stores above 50k, how many"
        return next((one for one in draft.loose if one.kind == "dimension"), None)
    return noun if noun.kind in ("dimension", "value", "grain") or _counts(model, noun) else None


def _is_of_things(model: SemanticModel, draft: Draft, spans: Sequence[Span], noun: Span, kind: str) -> bool:
    """Whether a limit is of each of the things that are counted in groups: "how many stores per region sold over 1M".

    Raises:
        Stop: it may be of the groups ("stores in each province with sales above 200k"), or of all that somebody did in every group.
    """
    people = kind in model.dimensions and model.dimensions[kind].optional
    if people and not sets.is_its_own(model, kind, draft.dimensions):
        raise _no("how many did so in each group cannot be counted in one step: ask which they are")
    for group, after in pairwise(spans):
        named = group.kind == "dimension" and group is not noun and group.ref_of in draft.dimensions
        if named and after.text.lower() in OWNING:
            thing, whole = (
                model.dimensions[name].label.lower() if name in model.dimensions else name.rpartition(".")[2]
                for name in (kind, group.ref_of)
            )
            raise _no(
                f'is the limit of each {thing} or of each {whole}? Say "each {thing} that …", or ask for each {whole} alone'
            )
    return True


def _counts(model: SemanticModel, one: Span) -> str:
    """The things that a metric counts, on the books or active ones: "how many stores" may be its very name; "" for another."""
    named = model.public_metrics().values() if one.kind == "metric" else ()
    return next((other.counts for other in named if other.counts and one.ref_of in (other.name, other.during)), "")


def with_any(model: SemanticModel, draft: Draft, spans: Sequence[Span]) -> tuple[str, Figured] | None:
    """How many things have any of a figure: "how many cities had sales of dairy"."""
    at = next((place for place, one in enumerate(spans) if one.kind == "count"), None)
    if at is None or len(draft.metrics) != 1 or draft.dimensions or draft.having:
        return None
    after = [one for one in spans[at + 1 :] if one.kind not in SILENT]
    noun, metric = (after[0] if after else None), draft.metrics[0]
    figure = next((place for place, one in enumerate(spans) if one.kind == "metric"), -1)
    if noun is None or noun.kind != "dimension" or noun not in draft.loose or figure < at or not reaches(model, metric, noun.ref_of):  # fmt: skip
        return None
    if model.metrics[metric].unit == "count" and spans[figure - 1] is noun:
        return None  # "how many store transactions"
    if asks_twice(spans, noun, figure):
        return None
    noun.role = "counted"
    draft.loose[:] = [one for one in draft.loose if one is not noun]
    return metric, Figured((noun.ref_of,), "count")


def asks_twice(spans: Sequence[Span], noun: Span, figure: int) -> bool:
    """Whether a figure is asked for by itself, beside how many there were: "ilang customers ang bumili at magkano ang gastos kada suki"."""
    between = [one for one in spans[:figure] if one.start > noun.start and one.kind not in SILENT]
    return any(one.kind == "amount" for one in between)


def kinds(model: SemanticModel, draft: Draft, default: str, *, beyond: bool) -> tuple[str, Figured] | None:
    """How many different brands, cities, provinces there are, where no metric counts them.

    Those in the catalogue, or, where something is said of a period or of sales (`beyond`), those that sold anything.
    """
    noun = next(iter(counting.things(model, draft.loose)), None)
    if noun is None or noun.kind != "dimension":
        return None
    table = model.dimensions[noun.ref_of].table
    counts = next((name for name, one in model.public_metrics().items() if one.counts and reaches(model, name, noun.ref_of) and (model.dimensions[one.counts].table == table or model.dimensions[noun.ref_of].place)), None)  # fmt: skip
    metric = default if beyond or counts is None else counts
    if not reaches(model, metric, noun.ref_of):
        return None
    noun.role = "counted"
    draft.loose[:] = [one for one in draft.loose if one is not noun]
    return metric, Figured((noun.ref_of,), "count")


def known_only(model: SemanticModel, figured: Figured) -> list[Condition]:
    """Groups that name nobody are no groups: walk-ins are not one customer."""
    return [Condition(field=name, op="is_not_null") for name in figured.each if name in model.dimensions and model.dimensions[name].optional]  # fmt: skip


def divided(query: SemanticQuery, pair: tuple[str, str]) -> SemanticQuery:
    """The query with one figure over another in the first one's place."""
    name = f"{pair[0]}_per_{pair[1]}"[:MOST_LETTERS]
    return replace(
        query,
        metrics=tuple(MetricEntry(ratio=pair, as_=name) if one == pair[0] else one for one in query.metrics),
        order=tuple(replace(one, by=name) if one.by == pair[0] else one for one in query.order),
        having=tuple(replace(one, field=name) if one.field == pair[0] else one for one in query.having),
    )


def applied(query: SemanticQuery, metric: str, figured: Figured) -> SemanticQuery:
    """The query with the figure in the metric's place, where it is shown, ordered by and limited."""
    entry = MetricEntry(metric=metric, each=figured.each, agg=figured.agg, window=figured.window, having=figured.having)
    name = f"{metric}{figured.ending}"
    return replace(
        query,
        metrics=tuple(entry if one == metric else one for one in query.metrics),
        order=tuple(replace(one, by=name) if one.by == metric else one for one in query.order),
        having=tuple(replace(one, field=name) if one.field == metric else one for one in query.having),
    )


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

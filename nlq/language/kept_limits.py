"""Limits on figures in a change of a query: those that were there, those that come, those that are to go, and what only rose or fell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from nlq.language import ranks_asked, why
from nlq.language.draft import COMPARE, SILENT, Stop
from nlq.language.numbers import MOST
from nlq.language.relations import PAIR
from nlq.language.when import When
from nlq.semantics import periods
from nlq.values import Refusal
from nlq.values.query import Condition, Period

LONGEST = 31  # days of a month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.values.query import MetricEntry, SemanticQuery


def of(composer: Composer, last: SemanticQuery, metrics: Sequence[str | MetricEntry], dimensions: list[str]) -> tuple[Condition, ...]:  # fmt: skip
    """The limits that were there, but for those on what is limited now: "those below 50k", "with more than 300 receipts".

    Raises:
        Stop: nothing is split, or the figure has no name of its own; or a limit that was there is on another split.
    """
    draft = composer.draft
    _as_days(composer, last)
    old = () if _unlimited(composer.spans) else last.having
    if old and set(dimensions) != set(last.dimensions):
        raise _no("the limit of the question before is on what that was split by: ask all of it in one question")
    names = [one for one in metrics if isinstance(one, str)]
    rose = _rose(composer, last, names, dimensions)
    if not draft.having and not rose:
        return old
    if len(names) != len(metrics):
        raise _no("which figure is the limit of? Ask it in one question")
    found = (*ranks_asked.limits(composer, names, dimensions), *rose)
    return (*(one for one in old if one.field not in {each.field for each in found}), *found)


def _as_days(composer: Composer, last: SemanticQuery) -> None:
    """Take two numbers for days of the month that is shown by day: "December 2025 by day", then "just 16 to 24"; in place.

    Raises:
        Stop: it is one month, not shown by day, so that they may be of the figure as well.
    """
    draft, base, time = composer.draft, last.period, composer.model.time_dimension
    ends = draft.having[0][1] if len(draft.having) == 1 and draft.having[0][0] == "between" else ()
    whole = len(ends) == PAIR and all(float(one).is_integer() and 1 <= one <= LONGEST for one in ends)
    kinds = {one.kind for one in composer.spans} - {*SILENT, "number", "between", "followup", "and"}
    month = isinstance(base, Period) and periods.start_of(base.start, "month") == periods.start_of(base.end, "month")
    if not whole or kinds or not month or time is None or not isinstance(base, Period):
        return
    part = base.start != periods.start_of(base.start, "month") or base.end != periods.end_of(base.start, "month")
    if f"{time.name}.day" not in last.dimensions and not part:  # "October 1 to 15", then "16 to 31", is of days
        raise _no(
            "are those days of the month, or limits of the figure? Write the days with their month, or say above and below"
        )
    first, end = (base.start.replace(day=1) + timedelta(days=int(one) - 1) for one in ends)
    if not first <= end <= periods.end_of(base.start, "month"):
        return
    numbers = [one for one in composer.spans if one.kind == "number"]
    draft.having.clear()
    numbers[0].when = When(0, 0, Period(start=first, end=end))
    draft.whens.append(numbers[0])
    for one in composer.spans:
        one.role = "period" if one.kind in ("number", "between") else one.role


def moved(composer: Composer, last: SemanticQuery, number: Span) -> bool:
    """Whether a number by itself, or with a word that limits, is instead of the one limit that there was: "make it 50k", "above 500 instead". It is noted."""
    spans, draft, known = composer.spans, composer.draft, composer.model.dimensions
    words = [one for one in spans if one.kind in COMPARE]
    worth = [one for one in last.where if one.field in known and known[one.field].type in ("number", "integer") and one.op in COMPARE.values()]  # fmt: skip
    having = [one for one in last.having if one.field in composer.model.metrics and one.op in COMPARE.values()]
    others = {one.kind for one in spans} - {*SILENT, *COMPARE, "number", "followup", "and", "unit"}
    if others or len(worth) + len(having) != 1 or len(words) > 1 or len(last.having) != len(having) or number.number is None:  # fmt: skip
        return False
    if not words and last.limit is not None and number.number <= MOST:
        return False  # "make it 10": how many rows
    (old,) = (*worth, *having)
    op = COMPARE[words[0].kind] if words else str(old.op)
    for one in (number, *words):
        one.role = "threshold"
        one.kind = "filler" if one in words else one.kind
    if worth:
        draft.worth.append(replace(old, op=op, values=(_plain(number.number),)))  # type: ignore[arg-type]
    else:
        draft.having.append((op, (_plain(number.number),), old.field))
    return True


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def known_only(composer: Composer, query: SemanticQuery) -> SemanticQuery:
    """The query without rows that name nobody, where people are ranked or limited."""
    names = [one for one in query.metrics if isinstance(one, str)]
    chosen = query.limit is not None or bool(query.having)
    known = ranks_asked.named_only(composer, names, list(query.dimensions), chosen=chosen)
    return replace(query, where=(*query.where, *(one for one in known if one not in query.where)))


def _unlimited(spans: Sequence[Span]) -> bool:
    """Whether the limit of before is to go, and more is to be another: "forget the cutoff, and show units too"."""
    words = [one for one in spans if one.kind == "unlimited"]
    for one in words:
        one.role = "limit"
    return bool(words)


def _rose(composer: Composer, last: SemanticQuery, names: list[str], dimensions: list[str]) -> tuple[Condition, ...]:
    """Only those whose figure rose, or fell, where it stands against another: "yung tumaas lang", "only those that fell"."""
    draft = composer.draft
    kinds = ("rose", "moved") if last.compare else ("rose",)  # "open up convenience stores" says nothing of a rise
    words = [one for one in composer.spans if one.kind in kinds and not one.role and why.ways(one.text)]
    ways = {why.ways(one.text) for one in words}
    against = bool(last.compare) or not draft.whens or (draft.versus and len(draft.whens) == 1)
    plain = (
        len(names) == 1 and bool(dimensions) and against and not draft.metrics and (last.compare or draft.top is None)
    )
    if len(ways) != 1 or not plain or (last.compare and draft.whens and not draft.versus):
        return ()
    ((way, *both),) = ways
    if both:
        return ()
    for one in words:
        one.role = "growth"
    draft.growth = draft.growth or not last.compare  # "which ones fell", against the month before
    return (Condition(field=f"{names[0]}__change", op=">" if way > 0 else "<", values=(0,)),)


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

"""The period in a change of a query: that which was there, or one that is said by it, "and the week before that", "2025" behind October, "from June lang"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from nlq.language import anchored
from nlq.language.calendar_words import english
from nlq.language.draft import Stop
from nlq.language.kept_figures import words_of
from nlq.language.spans_of_time import LONG, YEAR, settle
from nlq.language.those import chosen_in
from nlq.language.walk import ONLY
from nlq.language.when import LAST, MONTHS, THIS
from nlq.semantics import periods
from nlq.semantics.periods import Relative
from nlq.values import Refusal
from nlq.values.query import Period, Shift

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.values.query import MetricEntry, SemanticQuery

SAME = frozenset((*anchored.SAME, "ganun", "ganoon"))
OF_TODAY = frozenset((*LAST, *THIS, "year", "ago", "before", "now", "today", "yesterday", "next", "since"))
LATEST = "the latest"  # how a choice is said that was made for want of a year
FROM = frozenset(("from", "since", "mula", "simula", "gikan", "sukad", "starting"))


def of(composer: Composer, last: SemanticQuery, metrics: list[str | MetricEntry]) -> tuple[Any, tuple[Any, ...]]:
    """The period, and those that it is compared with.

    Raises:
        Stop: it cannot be told, or all of the data is to be compared with a part of it.
    """
    whens = composer.draft.whens
    base = last.period if isinstance(last.period, Period) else composer.default_period()
    timed = all(composer.model.has_time(name) for name in replace(last, metrics=tuple(metrics)).metric_names())
    _in_its_year(composer, last)
    if not whens:
        kept = last.period if isinstance(last.period, Period) or not timed else _whole(composer, last)
        return (kept if timed else "all"), (last.compare if timed else ())
    _check_shown(composer, last)
    against = _against(composer, base)
    if against is not None:
        return base, (against,)
    _check_since(composer)
    within = _within(composer, base) or _in_year(composer, base) or _from_on(composer, last, base)
    if within is not None:
        return within, last.compare
    found = settle(whens, versus=composer.draft.versus, default=base)
    if isinstance(found, Refusal):
        raise Stop(found)
    period, compare, said = found
    composer.assumptions.extend(said)
    shifts = tuple(one for one in last.compare if isinstance(one, Shift))
    if period is None and isinstance(compare, Shift) and not composer.draft.versus:  # "and the week before that?"
        count, _, unit = compare.shift.partition(" ")
        period, compare = periods.shift(base, -int(count), unit.rstrip("s")), None  # type: ignore[arg-type]
        shifts = () if (ONLY | {"just"}).intersection(words_of(composer.spans)) else shifts  # "just the month before"
    return period or base, ((compare,) if compare is not None else shifts)


def _against(composer: Composer, base: Period) -> Period | Shift | None:
    """What the period of before is to be compared with: the same days of another year, or days that are named; None where nothing is set against it.

    Raises:
        Stop: all of the data is.
    """
    one = composer.draft.whens[0]
    when = one.when if composer.draft.versus and len(composer.draft.whens) == 1 else None
    if when is None:
        return None
    if when.back == "year" and not when.moved and base.days < LONG:
        return Shift(shift="1 year")
    year = int(one.text) if YEAR.fullmatch(one.text) else base.start.year
    if year < base.start.year == base.end.year and base.days < LONG:
        return Shift(shift=f"{base.start.year - year} year")  # "October by day", then "compare 2024"
    if when.back is not None and base == Relative("this", when.back).resolve(composer.as_of):
        return Shift(shift=f"1 {when.back}")  # so far, against the same days
    if when.moved:
        return None
    if not isinstance(when.period, Period):
        raise _no("all of the data cannot be compared with a part of it")
    return when.period


def _in_its_year(composer: Composer, last: SemanticQuery) -> None:
    """Read months, quarters and days of no year that is named as of the year that was asked about, or as right behind it: "sales by month 2025", then "feb only"; in place."""
    base = last.period
    if not isinstance(base, Period) or base.start.year != base.end.year:
        return
    for one in composer.draft.whens:
        when = one.when
        if when is None or not (LATEST in when.said or _of_no_year(one.text)) or not isinstance(when.period, Period) or when.period.days > LONG:  # fmt: skip
            continue
        start, end = when.period.start, when.period.end
        whole = Period(start=start, end=periods.end_of(start, when.running) if when.running else end)
        there = periods.shift(whole, base.start.year - start.year, "year")
        after = periods.shift(whole, base.start.year + 1 - start.year, "year")
        inside = base.start <= there.start and there.end <= base.end
        found = after if not inside and after.start == base.end + timedelta(days=1) and after.start <= composer.as_of else there  # fmt: skip
        if found.start > composer.as_of or found.start == start:
            continue
        one.when = replace(when, period=Period(start=found.start, end=min(found.end, composer.as_of)), said=f"of {found.start.year}, as the question before was of {base.start.year}", other=when.period)  # fmt: skip


def _of_no_year(text: str) -> bool:
    """Whether months or halves are named by themselves: "from june to august", "first half"; not "last June"."""
    words = english([word.strip(".,()") for word in text.lower().replace("-", " ").split()])
    named = any(word in MONTHS or word == "half" for word in words)
    return named and not YEAR.search(text) and OF_TODAY.isdisjoint(words)  # fmt: skip


def _check_shown(composer: Composer, last: SemanticQuery) -> None:
    """Refuse another period of what is of the one day or month that was shown: "that day" lies in no other year.

    Raises:
        Stop: the query before is of such a one.
    """
    if any(one.query is not None and composer.model.is_time_grain(str(one.field)) for one in last.where):
        raise _no(
            "the figures before are of one day, week or month that was shown: say all of it in one question, with the period"
        )


def _check_since(composer: Composer) -> None:
    """Refuse a growth since a day on, which may be of all that time or against the one before it.

    Raises:
        Stop: that is what is asked.
    """
    whens = composer.draft.whens
    grew = any(one.kind in ("rose", "growth") for one in composer.spans)
    if grew and len(whens) == 1 and whens[0].text.lower().split()[0] in FROM:
        raise _no("a growth since when, against what? Name the two periods")


def taken_since(spans: Sequence[Span]) -> bool:
    """Whether figures are compared with what they grew from (see `is_since`); the words that say how they moved are used up."""
    since = is_since(spans)
    for one in spans if since else ():
        one.role = "comparison" if one.kind == "moved" else one.role
    return since


def is_since(spans: Sequence[Span]) -> bool:
    """Whether the one period that is named is what the figures of before grew from: "how much did each grow from the quarter before", "growth since september"."""
    whens = [at for at, one in enumerate(spans) if one.kind == "time" and one.when is not None]
    if len(whens) != 1 or not any(one.kind in ("rose", "growth", "moved") for one in spans):
        return False
    at = whens[0]
    before = spans[at - 1].text.lower().split()[-1] if at else ""
    when = spans[at].when
    return before in FROM or (when is not None and bool(when.moved))


def _within(composer: Composer, base: Period) -> Period | None:
    """A period that is said by the one before: its part up to then ("hanggang Agosto lang"), the same days of last year ("same for last year")."""
    when = composer.draft.whens[0].when if len(composer.draft.whens) == 1 else None
    if when is None or not isinstance(when.period, Period):
        return None
    if when.period.start == periods.EARLIEST and base.start <= when.period.end:
        return Period(
            start=base.start,
            end=_in_base(when.period.end, base, named=any(char.isdigit() for char in composer.draft.whens[0].text)),
        )
    same = any(SAME.intersection(one.text.lower().split()) for one in composer.spans)
    if when.back != "year" or not same or base.days >= LONG:
        return None
    composer.assume("the same days of last year", {})
    return periods.shift(base, -1, "year")


def _in_base(end: date, base: Period, *, named: bool) -> date:
    """The last day that is meant: of the year before, "last year", then "until June", where no year is named."""
    earlier = periods.shift(Period(start=end, end=end), base.end.year - end.year, "year").end if base.end < end else end
    return earlier if not named and base.start <= earlier <= base.end else end


def _in_year(composer: Composer, base: Period) -> Period | None:
    """The same months of the year that is named by itself, behind a month or a quarter: "sales in October", then "2025"."""
    one = composer.draft.whens[0]
    alone = all(
        other is one or other.kind in ("filler", "followup", "and") for other in composer.spans
    )  # not "in 2025"
    when = one.when if len(composer.draft.whens) == 1 and one.text.isdecimal() and alone else None
    whole = any(periods.end_of(base.start, unit) == base.end and periods.start_of(base.start, unit) == base.start for unit in ("month", "quarter"))  # fmt: skip
    if when is None or not isinstance(when.period, Period) or not whole:
        return None
    moved = periods.shift(base, when.period.start.year - base.start.year, "year")
    if moved.start > composer.as_of:
        return None
    composer.assume(f"the same months of {one.text}", {"period": {"start": when.period.start.isoformat(), "end": when.period.end.isoformat()}})  # fmt: skip
    return moved


def _from_on(composer: Composer, last: SemanticQuery, base: Period) -> Period | None:
    """From a month on, of a series that goes on beyond it: "by month this year", then "from June lang"."""
    one = composer.draft.whens[0]
    when = one.when if len(composer.draft.whens) == 1 else None
    at = next(place for place, other in enumerate(composer.spans) if other is one)
    opens = at > 0 and composer.spans[at - 1].text.lower().split()[-1] in FROM
    series = any(map(composer.model.is_time_grain, last.dimensions))
    if when is None or not isinstance(when.period, Period) or not (opens and series) or not base.start <= when.period.start <= when.period.end < base.end:  # fmt: skip
        return None
    return Period(start=when.period.start, end=base.end)


def _whole(composer: Composer, last: SemanticQuery) -> Any:
    """The period of a query that had none: all of it where it was so asked; else the usual one."""
    if all(composer.model.has_time(name) for name in last.metric_names()):
        return "all"
    return chosen_in(last) or composer.default_period()


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

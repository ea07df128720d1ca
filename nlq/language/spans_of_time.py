"""The periods of a question, settled: one, two that make one, or one against another."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nlq.language import anchored, named_days
from nlq.language.shared_years import in_one_year
from nlq.language.time import whole
from nlq.language.when import YEARS_BACK
from nlq.semantics import periods
from nlq.semantics.periods import Relative, step_of
from nlq.values import Assumed, Refusal
from nlq.values.query import Period, Shift

if TYPE_CHECKING:
    from datetime import date

    from nlq.language.match import Span
    from nlq.language.time import When

NOW = frozenset(("now", "ngayon", "karon", "right now"))
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
LAST_OF = 2  # a year that is named, and the one before it
LONG = 365  # days: what is as long is set against the whole year
Settled = tuple["Period | str | None", "Period | Shift | None", list[Assumed]]


def settle(spans: list[Span], *, versus: bool, default: Period | str | None = None, near: bool = True,
           today: date | None = None) -> Settled | Refusal:  # fmt: skip
    """The period and the one to compare with (None: not said), with what was assumed.

    Several that stand `near` one another are one period, where they make one ("October and November", "the last week of October").
    `default` is the period that holds where none is named: what is said by another period ("the week before") is said by that one.
    """
    whens = in_their_years([one.when for one in spans if one.when is not None], versus=versus)
    if today is not None and len(whens) == len(spans):
        whens = in_one_year([one.text for one in spans], whens, today) or whens
    if versus and today is not None:
        whens = _the_one_before(spans, _now(spans, whens, today), today)
        whens = _in_that_year(spans, whens)
    said = [_assumed(one) for one in whens if one.said and one.period != "all"]
    moved = [one for one in whens if one.moved]
    if moved:
        bases = [one for one in whens if not one.moved]
        if not bases and moved[0].running is not None and today is not None:  # "down vs the same month last year"
            default = Relative("this", moved[0].running).resolve(today)
            said = [*said, Assumed(f"this {moved[0].running} so far", {})]
            return default, _shift(moved[0], default), said
        return _moved(moved, bases, default, said)
    if versus and len(whens) == 2:
        return _days_or_years(spans, today) or _against(whens[0], whens[1], said)
    if (
        versus and len(whens) == 1 and whens[0].back is not None and today is not None
    ):  # "sales vs last month": so far against the same days
        text = f"this {whens[0].back} so far against the same days of the one before"
        return (
            Relative("this", whens[0].back).resolve(today),
            Shift(shift=f"1 {whens[0].back}"),
            [*said, Assumed(text, {})],
        )
    if not whens:
        return None, None, []
    if len(whens) == 1:
        return whens[0].period, None, said
    within = _begun_within(whens)
    merged = within or (_merge([one.period for one in whens]) if near and not any(one.since for one in whens) else None)
    if merged is None:
        return Refusal(
            "out_of_scope", f"{' and '.join(repr(one.text) for one in spans)} are two periods; ask for one at a time"
        )
    return merged, None, said


def _days_or_years(spans: list[Span], today: date | None) -> Refusal | None:
    """Ask where "Dec 25 vs Dec 24" may be days as well as months of two years."""
    said = [one.text.split() for one in spans]
    if today is None or len({words[0].lower() for words in said}) > 1 or any(len(words) != 2 or not words[1].isdecimal() for words in said):  # fmt: skip
        return None
    if any(one.when is None or not isinstance(one.when.period, Period) or one.when.period.days > 1 for one in spans):
        return None
    this = today.year % 100
    if not all(this - YEARS_BACK <= int(words[1]) <= this for words in said):
        return None
    month = said[0][0]
    return Refusal("out_of_scope", f'is "{spans[0].text}" a day of {month}, or {month} of a year? Write the year in full, as "{month} {today.year}"')  # fmt: skip


def _now(spans: list[Span], whens: list[When], today: date) -> list[When]:
    """What is now is of the kind that it is set against: "more now than last week" is of this week so far."""
    back = next((one.back for one in whens if one.back is not None), None)
    if back is None or len(whens) != len(spans):
        return whens
    this = Relative("this", back).resolve(today)
    return [
        replace(one, period=this, running=back) if span.text.lower() in NOW else one
        for span, one in zip(spans, whens, strict=True)
    ]


def _the_one_before(spans: list[Span], whens: list[When], today: date) -> list[When]:
    """The "previous month" that stands beside a period which is over is the one before that, not before today."""
    if len(whens) != len(spans) or len(whens) != LAST_OF:
        return whens
    for at, other in ((0, 1), (1, 0)):
        base, back = whens[other].period, whens[at].back
        earlier = spans[at].text.lower().split()[0] in anchored.EARLIER
        if not earlier or back is None or not isinstance(base, Period) or whens[other].back is not None:
            continue
        alike = whole(base, back) or (back == "month" and base.end <= periods.end_of(base.start, back))
        if base.end < today and alike:
            return [replace(one, moved=f"1 {back}") if place == at else one for place, one in enumerate(whens)]
    return whens


def _in_that_year(spans: list[Span], whens: list[When]) -> list[When]:
    """A bare year set against a part of another is the same part of it: "March 2025 vs 2026", "Dec 1-25 2024 vs 2025"."""
    if (
        len(whens) != len(spans)
        or len(whens) != LAST_OF
        or not YEAR.fullmatch(spans[1].text)
        or not YEAR.search(spans[0].text)
    ):
        return whens
    first, second = (one.period for one in whens)
    if (
        not isinstance(first, Period)
        or not isinstance(second, Period)
        or whole(first, "year")
        or first.start.year != first.end.year
    ):
        return whens
    years = second.start.year - first.start.year
    if not years or whens[0].since or any(one.named for one in whens):
        return whens
    return [whens[0], replace(whens[1], period=periods.shift(first, years, "year"), said="", other=None, running=None, back=None, to_date=None)]  # fmt: skip


def two_periods(spans: list[Span]) -> bool:
    """Whether two periods are named, or one by another."""
    whens = in_their_years([one.when for one in spans if one.when is not None], versus=True)
    back = len(whens) == 1 and whens[0].back is not None
    return len(whens) == 2 or back or sum(bool(one.moved) for one in whens) == 1


def in_their_years(whens: list[When], *, versus: bool) -> list[When]:
    """A day that goes by a name, in the years that are named beside it: "Holy Week, this year against last year"."""
    named = [one for one in whens if one.named]
    if len(named) == 1 and any(one is not named[0] and _within(one, named[0]) for one in whens):
        whens, named = [one for one in whens if one is not named[0]], []  # "undas, Nov 1-2": these days of it
    if len(named) == 1 and isinstance(named[0].period, Period) and len(whens) == LAST_OF:
        year = named[0].period.start.year - 1  # "Good Friday this year vs last"
        whens = [replace(one, period=named_days.in_year(named[0].named, year), moved="", back=None) if one.moved == anchored.ITS_LENGTH else one for one in whens]  # fmt: skip
    whens = [
        _year_before(whens)
        if named and one.moved == anchored.ITS_LENGTH and len(whens) == len(named) + LAST_OF
        else one
        for one in whens
    ]
    years = [one for one in whens if not one.named and isinstance(one.period, Period) and _of_a_year(one)]
    if len(named) != 1 or not years or len(years) + 1 != len(whens):
        return whens
    found = [one for one in named if one.other is None or (versus and len(years) == 1)]  # "Holy Week 2026 against 2025"
    for one in years:
        assert isinstance(one.period, Period)  # noqa: S101 - asked above
        period = named_days.in_year(named[0].named, one.period.start.year)
        found.append(replace(one, period=period, said="", other=None, running=None, back=None, to_date=None))
    return found


def _within(one: When, other: When) -> bool:
    """Whether a period lies in another, or is it."""
    inner, outer = one.period, other.period
    return (
        isinstance(inner, Period)
        and isinstance(outer, Period)
        and outer.start <= inner.start
        and inner.end <= outer.end
    )


def _year_before(whens: list[When]) -> When:
    """The year before the one that is named: "Undas this year vs last"."""
    one = next((one for one in whens if isinstance(one.period, Period) and not one.named), whens[0])
    assert isinstance(one.period, Period) or one is whens[0]  # noqa: S101 - found so
    if not isinstance(one.period, Period):
        return one
    start = periods.add(one.period.start, -1, "year")
    return replace(
        one, period=Period(start=start, end=periods.end_of(start, "year")), running=None, back=None, to_date=None
    )


def _of_a_year(one: When) -> bool:
    assert isinstance(one.period, Period)  # noqa: S101 - the caller asked
    return one.running == "year" or whole(one.period, "year")


def _moved(moved: list[When], bases: list[When], default: Period | str | None, said: list[Assumed]) -> Settled | Refusal:  # fmt: skip
    """A period and one that is said by it."""
    base = bases[0].period if len(bases) == 1 else default if not bases else None
    if len(moved) > 1 or not isinstance(base, Period):
        return Refusal("out_of_scope", "I do not know which period is meant by the other one: name both")
    return (base if bases else None), _shift(moved[0], base), said


def _shift(one: When, base: Period) -> Shift:
    if one.moved != anchored.ITS_LENGTH:
        return Shift(shift=one.moved)
    count, unit = step_of(base)
    return Shift(shift=f"{count} {unit}")


def _assumed(when: When) -> Assumed:
    change = (
        {}
        if when.other is None
        else {"period": {"start": when.other.start.isoformat(), "end": when.other.end.isoformat()}}
    )
    return Assumed(f"{when.said}: {periods.say(when.period)}" if isinstance(when.period, Period) else when.said, change)


def _merge(found: list[Period | str]) -> Period | None:
    """Periods that follow one another, or lie in one another, as one."""
    if any(not isinstance(one, Period) for one in found):
        return None
    ordered = sorted((one for one in found if isinstance(one, Period)), key=lambda one: one.start)
    first, second = ordered[0], ordered[1]
    if len(ordered) > 2:  # "June, July and August"
        on = all(one.end + timedelta(days=1) == after.start for one, after in pairwise(ordered))
        return Period(start=first.start, end=ordered[-1].end) if on else None
    if first.start == periods.EARLIEST and second.start <= first.end:  # "in 2026 until August"
        return Period(start=second.start, end=first.end)
    if first.start <= second.start and second.end <= first.end:
        return second
    return Period(start=first.start, end=second.end) if first.end + timedelta(days=1) == second.start else None


def _begun_within(whens: list[When]) -> Period | None:
    """A year, from a day of it on: "in 2025, starting from March"."""
    years = [
        one.period for one in whens if not one.since and isinstance(one.period, Period) and whole(one.period, "year")
    ]
    opened = [one.period for one in whens if one.since and isinstance(one.period, Period)]
    running = [one.period for one in whens if one.running == "year" and isinstance(one.period, Period)]
    if len(whens) == LAST_OF and len(running) == 1 and len(opened) == 1 and running[0].start <= opened[0].start:
        return opened[0] if opened[0].end == running[0].end else None  # "this year, since January"
    if len(whens) != LAST_OF or len(years) != 1 or len(opened) != 1:
        return None
    year = years[0].start.year
    return Period(start=opened[0].start.replace(year=year, day=min(opened[0].start.day, 28)), end=years[0].end)


def _is_bare(one: When) -> bool:
    """Whether it is a month of no year that was said."""
    return one.other is not None and whole(one.other, "month")


def _months_apart(one: Period | str | None, other: Period | str) -> int:
    if not isinstance(one, Period) or not isinstance(other, Period):
        return LONG
    return abs((one.start.year - other.start.year) * 12 + one.start.month - other.start.month)


def _against(one: When, other: When, said: list[Assumed]) -> Settled | Refusal:
    """A period against another; where the first is not over, the other is cut to the same dates."""
    if not isinstance(one.period, Period) or not isinstance(other.period, Period):
        return Refusal("out_of_scope", "all of the data cannot be compared with a part of it")
    if one.period == other.period:
        return Refusal("out_of_scope", "both periods are the same days: name another one to set against them")
    now, then = (one, other) if one.period.start >= other.period.start else (other, one)
    if (
        _months_apart(now.other, then.period) < _months_apart(now.period, then.period)
        and _is_bare(now)
        and _is_bare(then)
    ):
        assert isinstance(now.other, Period)  # noqa: S101 - a bare month has one
        assert isinstance(then.period, Period)  # noqa: S101 - both were asked above
        text = f"months of one year: {periods.say(now.other)} against {periods.say(then.period)}"
        earlier = replace(now, period=now.other, running=None)
        return _against(replace(earlier, other=None), replace(then, other=None), [Assumed(text, {})])
    if then.back == "year" and isinstance(now.period, Period) and now.period.days < LONG and now.running != "year":
        text = f"{periods.say(now.period)} against the same days a year before, not the whole of that year"
        assert isinstance(then.period, Period)  # noqa: S101 - asked above
        change = {"compare": [{"start": then.period.start.isoformat(), "end": then.period.end.isoformat()}]}
        return now.period, Shift(shift="1 year"), [*said, Assumed(text, change)]
    if now.running is not None and isinstance(now.period, Period) and isinstance(then.period, Period):
        for count, unit in ((1, now.running), (1, "year")):
            moved = periods.shift(now.period, -count, unit)
            if moved.start == then.period.start and moved.end < then.period.end:
                text = f"like with like: {periods.say(now.period)} against {periods.say(moved)}"
                change = {"compare": [{"start": then.period.start.isoformat(), "end": then.period.end.isoformat()}]}
                return now.period, moved, [*said, Assumed(text, change)]
    assert isinstance(now.period, Period)  # noqa: S101 - both were asked above
    assert isinstance(then.period, Period)  # noqa: S101
    return now.period, then.period, said


def lined_up(period: Any, compare: Any, *, split: bool) -> Any:
    """A comparison with dates that lie a year or more before as that, where it is split by time: each month beside the one of 2024."""
    if not (split and isinstance(period, Period) and isinstance(compare, Period)):
        return compare
    years = period.start.year - compare.start.year
    return Shift(shift=f"{years} year") if years > 0 and periods.shift(period, -years, "year") == compare else compare

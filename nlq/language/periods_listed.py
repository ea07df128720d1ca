"""Several periods in one question, each by itself: "9.9, 10.10 and 11.11", "June, July and August", "Holy Week 2025 and 2026".

Months that follow one another are shown month by month, and so on; others are named parts of the data, beside one another.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, VALUES, Stop
from nlq.language.periods_asked import near
from nlq.language.shared_years import in_one_year
from nlq.language.spans_of_time import in_their_years
from nlq.semantics.periods import UNITS, end_of, start_of
from nlq.values import Refusal
from nlq.values.query import Condition, Period, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nlq.language.compose import Composer
    from nlq.language.when import When
    from nlq.semantics.periods import Unit

TIES = ("at", "ug", "saka", "tsaka", "tapos")
PAIR = 2  # periods that are set against each other otherwise
# What is asked of all periods as one, or has its own way with periods.
AS_ONE = frozenset((
    "top", "bottom", "fastest", "slowest", "more", "fewer", "rose", "growth", "running", "moving", "average", "median", "share", "why", "both", "none",
    "again", "yearly", "quarterly", "monthly", "weekly", "trend", "newest", "oldest", "list", "solely",
))  # fmt: skip
TOGETHER = frozenset(("combined", "together", "altogether", "pinagsama", "pinagsamang", "kombinado", "combine", "sum", "both", "gihiusa", "gitipon"))  # fmt: skip


def taken(composer: Composer) -> tuple[Segment, ...]:
    """The periods of a question as parts of the data, or as a split by what each of them is; nothing where they are one, or two that are compared."""
    draft, model, spans = composer.draft, composer.model, composer.spans
    time, whens = model.time_dimension, draft.whens
    listed = len(whens) > (PAIR if draft.versus else 1)
    if time is None or not listed or draft.besides or draft.having or composer.opposite is not None or composer.dated:
        return ()
    said = {word for one in spans for word in one.text.lower().split()}
    if AS_ONE & {one.kind for one in spans} or TOGETHER & said or not near(composer, ties=("versus",)):
        return ()
    if any(map(model.is_time_grain, draft.dimensions)) or draft.step:
        return ()
    labels = [one.text for one in whens]
    found = in_their_years([one.when for one in whens if one.when is not None], versus=True)
    found = in_one_year(labels, found, composer.as_of)
    periods = _apart(found)
    bare = {one.period.start.year for one in found if one.other is not None and isinstance(one.period, Period)}
    if len(periods) != len(whens) or len(bare) > 1:  # "October and December", of which the one is of last year
        return ()
    if not _tied(composer) and not one_unit(periods, composer.as_of):  # "sales yesterday last month" contradicts itself
        return ()
    for one in spans if draft.versus else ():
        one.role = "comparison" if one.kind == "versus" else one.role
    draft.versus = False
    hull = Period(start=min(one.start for one in periods), end=max(one.end for one in periods))
    for one in spans:
        one.role = "period" if one in whens else "grouping" if one.kind == "apiece" else one.role
    assert whens[0].when is not None  # noqa: S101 - asked above
    whens[:] = [
        replace(whens[0], when=replace(whens[0].when, period=hull, said="", other=None, running=None, back=None))
    ]
    unit = _unit(sorted(periods, key=lambda one: one.start), composer.as_of)
    if unit:
        draft.dimensions.append(f"{time.name}.{unit}")
        return ()
    return tuple(Segment(label, (Condition(field=time.name, op="between", values=(one.start.isoformat(), one.end.isoformat())),)) for label, one in zip(labels, periods, strict=True))  # fmt: skip


def _apart(found: Sequence[When]) -> list[Period]:
    """The periods, where each is one by itself and none lies in another."""
    periods = [
        one.period for one in found if isinstance(one.period, Period) and not (one.moved or one.since or one.parts)
    ]
    ordered = sorted(periods, key=lambda one: one.start)
    return [] if any(second.start <= first.end for first, second in pairwise(ordered)) else periods


def _tied(composer: Composer) -> bool:
    """Whether a word between periods says that they are several."""
    first, last = composer.draft.whens[0], composer.draft.whens[-1]
    between = [one for one in composer.spans if first.end <= one.start < last.start]
    return any(one.kind in ("and", "versus") or one.text.lower() in TIES for one in between)


def one_unit(periods: Sequence[Period], today: date) -> str:
    """The unit that each of the periods is one of; "" where they are of several lengths."""
    whole = (unit for unit in UNITS if all(_is_one(one, unit, today) for one in periods))
    return next(iter(whole), "")


def _is_one(period: Period, unit: Unit, today: date) -> bool:
    """Whether a period is a whole day, week or month, or such a one as far as it has gone."""
    last = end_of(period.start, unit)
    return period.start == start_of(period.start, unit) and (period.end == last or period.end == today < last)


def _unit(ordered: Sequence[Period], today: date) -> str:
    """The unit that each of the periods is one of, where they follow one another; "" where they do not."""
    if any(first.end + timedelta(days=1) != second.start for first, second in pairwise(ordered)):
        return ""
    return one_unit(ordered, today)


def left_out(composer: Composer, base: Period | str | None) -> tuple[Condition, ...]:
    """The days or months that figures are without: "sales by month this year, without November"; a month of no year is one of the period `base`.

    Raises:
        Stop: they are not of one unit, or not in that period.
    """
    draft, time = composer.draft, composer.model.time_dimension
    if not draft.absent or draft.present or time is None:
        return ()
    found = [one.when for one in draft.absent if one.when is not None and not one.when.moved]
    periods = [_in_its_year(one, base) for one in found]
    known = [one for one in periods if isinstance(one, Period)]
    said = [one for one in composer.spans if one.kind not in SILENT]
    for before, after in pairwise(said):
        if after in draft.absent and before.kind != "not":
            known.clear()  # "sa wala pa ang Hunyo" is before June
    for before, after in pairwise(composer.spans):
        if before.kind == "and" and after.kind in VALUES and any(one.end <= before.start for one in draft.absent):
            known.clear()  # "without November and Cebu"
    unit = one_unit(known, composer.as_of) if len(known) == len(draft.absent) else ""
    inside = not isinstance(base, Period) or all(base.start <= one.start and one.end <= base.end and one != base for one in known)  # fmt: skip
    if not unit or not inside:
        raise Stop(Refusal("out_of_scope", f'I do not know from what "{draft.absent[0].text}" is left out: name the periods that are meant'))  # fmt: skip
    for one in draft.absent:
        one.role = "left out"
    draft.absent.clear()
    return (Condition(field=f"{time.name}.{unit}", op="not_in", values=tuple(one.start.isoformat() for one in known)),)


def _in_its_year(when: When, base: Period | str | None) -> Period | str | None:
    """A period of no year that was said, in the year that another one is of."""
    found = when.period
    if when.other is None or not isinstance(base, Period) or not isinstance(found, Period):
        return found
    years = base.start.year - found.start.year
    if not years or found.start.replace(day=1) != found.start:
        return found
    start = found.start.replace(year=base.start.year)
    return Period(start=start, end=end_of(start, "month"))

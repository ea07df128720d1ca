"""A year that is said once and holds for all: "January, March and July 2025", "March vs April 2025"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.semantics.periods import end_of
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nlq.language.when import When

YEAR = re.compile(r"\b(19|20)\d\d\b|['’]\d\d\b|\b(this|last|ngayong|nakaraang|niaging|karong) (year|yr|taon|tuig)")
QUARTER = re.compile(r"q[1-4]|(first|second|third|fourth|1st|2nd|3rd|4th) (quarter|qtr)")  # of no year
YEAR_LONG = 365  # days: what is as long is a year, and dates nothing beside it


def in_one_year(labels: Sequence[str], found: Sequence[When], today: date) -> list[When]:
    """The periods, where those of no year are of the one that stands beside another: "January, March and July 2025"; none where several do."""
    years = [YEAR.search(label) is not None for label in labels]
    whole = any(dated and isinstance(one.period, Period) and one.period.days >= YEAR_LONG for one, dated in zip(found, years, strict=False))  # fmt: skip
    if all(years) or not any(years) or len(labels) != len(found) or whole:
        return list(found)
    said = {
        one.period.start.year
        for one, dated in zip(found, years, strict=True)
        if dated and isinstance(one.period, Period)
    }
    if not said:  # of a year that is moved by another, as "same month last year"
        return []
    moved = []
    for one, dated, label in zip(found, years, labels, strict=True):
        named = one.other is not None or QUARTER.fullmatch(label.lower()) is not None
        if dated or not named or not isinstance(one.period, Period):
            moved.append(one)
            continue
        start = one.period.start.replace(year=max(said))
        end = end_of(start, "quarter" if QUARTER.fullmatch(label.lower()) else "month")
        if len(said) != 1 or end > today or one.period.start.day != 1:
            return []
        moved.append(
            replace(
                one,
                period=Period(start=start, end=end),
                other=None,
                running=None,
                said=f"of {max(said)}, as what stands beside it",
            )
        )
    return moved

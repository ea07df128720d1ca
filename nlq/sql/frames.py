"""Frames: which rows an aggregate is taken over, and which bucket of time they count in.

A query has one frame of its own (its period). A comparison adds the same moved back, with the buckets moved forward again; a
window adds one in which each bucket has rows of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from nlq.errors import BadRequest
from nlq.semantics import periods
from nlq.values.query import Period, Window

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.periods import Unit

Step = tuple[int, "Unit"]
FINENESS = {"day": 0, "week": 1, "month": 2, "quarter": 3, "year": 4}
# What a shift by a unit leaves whole: a month of days cannot be laid beside another day by day.
LINES_UP: dict[str, tuple[str, ...]] = {
    "day": ("day",), "week": ("day", "week"), "month": ("month",), "quarter": ("month", "quarter"),
    "year": ("month", "quarter", "year"),
}  # fmt: skip
COARSEST = 9  # of grains that a model adds: what they hold is known to its calendar alone
SUFFIX = {"trailing": "__trailing", "to_date": "__to_date", "running": "__running"}


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of `period` (None: all). `step` moves their time buckets forward onto those of the first frame.

    With a `window`, each bucket of `shown` holds the rows of the window that ends with its last day, and `period` is what
    has to be read for all of them.
    """

    name: str
    period: Period | None
    step: Step | None = None
    window: Window | None = None
    shown: Period | None = None
    at: Literal["last", "first"] = "last"  # which day of a bucket its window ends with
    prior: bool = False  # it stands beside another: what is not in it is unknown, unless there is data for all of it


class Frames:
    """The frames of a query, each once; the first is its own."""

    def __init__(self, model: SemanticModel, dimensions: tuple[str, ...], first: Frame) -> None:
        grains = [model.grains[name][1] for name in dimensions if model.is_time_grain(name)]
        finest = min(grains, key=fineness, default=None)
        self.grain: Unit | None = finest  # type: ignore[assignment]
        self._found: list[Frame] = [first]

    def __getitem__(self, index: int) -> Frame:
        return self._found[index]

    def all(self) -> tuple[Frame, ...]:
        """Every frame, by its index."""
        return tuple(self._found)

    def add(self, frame: Frame) -> int:
        """The index of a frame, which is added where there is none that reads and shows the same."""
        for index, one in enumerate(self._found):
            if replace(one, name="") == replace(frame, name=""):
                return index
        names = {one.name for one in self._found}
        name, count = frame.name, 2
        while name in names:
            name, count = f"{frame.name}{count}", count + 1
        self._found.append(replace(frame, name=name))
        return len(self._found) - 1

    def given(self, index: int, period: Period, name: str) -> int:
        """Rows of given dates, beside those of a frame."""
        if self.grain is not None:
            raise BadRequest("a comparison with given dates cannot be split by time", where="compare",
                             fix='compare with a shift ("1 month"), or leave the time dimension out')  # fmt: skip
        return self.add(Frame(f"{self[index].name}{name}", period, prior=True))

    def shifted(self, index: int, step: Step, name: str) -> int:
        """A frame moved back."""
        outer = self[index]
        fits = LINES_UP.get(step[1], ())
        if self.grain is not None and self.grain not in fits:
            raise BadRequest(
                f"{self.grain}s cannot be compared with those {step[0]} {step[1]} before: they do not line up",
                where="compare",
                fix=f"split by {' or '.join(fits)}, or compare by another shift" if fits else "split by another grain",
            )
        if outer.period is None and self.grain is None:
            raise BadRequest("all of the data has no period before it", where="compare", fix="give a period")
        if outer.step is not None or outer.window is not None:
            raise BadRequest("a comparison of a comparison, or of a window, has no meaning here", where="compare",
                             fix="compare the plain metric, or leave `compare` out")  # fmt: skip
        period = None if outer.period is None else periods.shift(outer.period, -step[0], step[1])
        return self.add(Frame(f"{outer.name}{name}", period, step, prior=True))

    def before(self, index: int, name: str = "__before") -> int:
        """The period before: one bucket back, or the period that lies before the frame's own."""
        outer = self[index]
        if self.grain is None and outer.period is None:
            raise BadRequest("growth needs a period to compare", where="period", fix="give a period")
        step: Step = (1, self.grain) if self.grain else periods.step_of(outer.period)  # type: ignore[arg-type]
        return self.shifted(index, step, name)

    def windowed(self, index: int, window: Window, at: Literal["last", "first"] = "last") -> int:
        """A frame in which each bucket (or the period, where there are none) holds the rows of its window.

        The window of a bucket ends with its last day, or with its first (`at`).
        """
        outer = self[index]
        if outer.window is not None:
            raise BadRequest("a window over a window has no meaning here", where="window", fix="leave one of them out")
        kind = next(name for name in SUFFIX if getattr(window, name))
        name = f"{outer.name}{SUFFIX[kind]}"
        if self.grain is None:
            if outer.period is None and kind != "running":
                raise BadRequest("a window needs a period to end with, or a split by time", where="window",
                                 fix="give a period, or add date.month or the like")  # fmt: skip
            if outer.period is None:
                return index
            span = Period(start=opens(window, outer.period.end), end=outer.period.end)
            return self.add(Frame(name, span, prior=outer.prior))
        read = None if outer.period is None else Period(opens(window, outer.period.start), outer.period.end)
        name = f"{name}_first" if at == "first" else name
        return self.add(Frame(name, read, outer.step, window, outer.period, at, outer.prior))


def fineness(grain: str) -> int:
    """How fine a grain is, days first."""
    return FINENESS.get(grain, COARSEST)


def opens(window: Window, until: date) -> date:
    """The first day of a window that ends on a day."""
    if window.trailing is not None:
        count, unit = length(window.trailing)
        return periods.add(until, -count, unit) + timedelta(days=1)
    return periods.start_of(until, window.to_date) if window.to_date else date.min


def length(text: str) -> Step:
    """A length such as "7 days", as (7, "day")."""
    count, _, unit = text.partition(" ")
    return int(count), unit.rstrip("s")  # type: ignore[return-value]

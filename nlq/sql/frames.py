"""Frames: which rows an aggregate is taken over, and which bucket of time they count in.

A query has one frame of its own (its period). A comparison adds the same moved back, with the buckets moved forward again; a
window adds one in which each bucket has rows of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

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
    by_day: bool = False  # `step` moves days under buckets that it does not fit, as a metric of the model says
    lag: Step | None = None  # each day shows the rows of so long before
    start: Unit | None = None  # each day shows the rows of the first day of its unit
    whole: bool = False  # with a `lag` by a grain of the model's own: no day of a longer bucket before is left out
    cut: date | None = None  # the last day that is read, where the buckets that it stands beside are unfinished
    prior: bool = False  # it stands beside another: what is not in it is unknown, unless there is data for all of it

    @property
    def spined(self) -> bool:
        """Whether its buckets are made of days of their own, which each hold the rows of others."""
        return self.window is not None or self.lag is not None or self.start is not None


# Of each grain the units that move its buckets onto whole ones.
WHOLE_OF: dict[str, tuple[str, ...]] = {
    "day": ("day", "week"), "week": ("week",), "month": ("month", "quarter", "year"), "quarter": ("quarter", "year"), "year": ("year",),
}  # fmt: skip


class Frames:
    """The frames of a query, each once; the first is its own."""

    def __init__(
        self, model: SemanticModel, dimensions: tuple[str, ...], first: Frame, last: date | None = None
    ) -> None:
        self._last = last  # the last day with data, where it is known
        grains = [model.grains[name][1] for name in dimensions if model.is_time_grain(name)]
        finest = min(grains, key=fineness, default=None)
        self.grains, self._own = frozenset(grains), model.own_grains
        self.grain: Unit | None = finest  # type: ignore[assignment]
        self._found: list[Frame] = [first]

    def __getitem__(self, index: int) -> Frame:
        return self._found[index]

    def all(self) -> tuple[Frame, ...]:
        """Every frame, by its index."""
        return tuple(self._found)

    def overlap(self, index: int, other: int) -> bool:
        """Whether two frames read days in common that do not make the same whole buckets in both."""
        pair = self._found[index], self._found[other]
        periods = [one.period for one in pair]
        if None not in periods:
            one, two = periods
            if one.start > two.end or two.start > one.end:  # type: ignore[union-attr]
                return False
        plain = all(not (one.spined or one.by_day or one.cut) for one in pair)
        steps = [one.step[1] for one in pair if one.step is not None]
        return not (plain and steps and self.grains and all(unit in WHOLE_OF.get(grain, ()) for unit in steps for grain in self.grains))  # fmt: skip

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

    def shifted(self, index: int, step: Step, name: str, *, alike: bool = True) -> int:
        """A frame moved back; `alike`: what is not finished yet, as the data ends in it, beside as many days as there are of it."""
        outer = self[index]
        fits = LINES_UP.get(step[1], ())
        beside = next((one for one in sorted(self.grains) if self.grain in fits and not made_of(one, self.grain)), None)
        if beside is not None:
            raise BadRequest(f"{beside}s are not made of whole {self.grain}s, and are compared by days alone",
                             where="dimensions", fix=f"leave out {beside}, or {self.grain}, or add date.day")  # fmt: skip
        if self.grain is not None and self.grain not in fits:
            raise BadRequest(
                f"{self.grain}s cannot be compared with those {step[0]} {step[1]} before: they do not line up",
                where="compare",
                fix=f"split by {' or '.join(fits)}, or compare by another shift" if fits else "split by another grain",
            )
        if outer.period is None and self.grain is None:
            raise BadRequest("all of the data has no period before it", where="compare", fix="give a period")
        self._once(index)
        period = None if outer.period is None else periods.shift(outer.period, -step[0], step[1])
        if not alike or self._last is None or (outer.period is not None and outer.period.end <= self._last):
            return self.add(Frame(f"{outer.name}{name}", period, step, prior=True))
        cut = periods.last_before(self._last, *step)
        if period is not None and not period.start <= cut < period.end:
            return self.add(Frame(f"{outer.name}{name}", period, step, prior=True))
        start = date.min if period is None else period.start
        return self.add(Frame(f"{outer.name}{name}", Period(start, cut), step, prior=True, cut=cut))

    def back(self, index: int, step: Step, name: str) -> int:
        """A frame moved back as a metric of the model says it: whole buckets that line up, else day by day, whatever the buckets are.

        A comparison that is asked for keeps like with like (`shifted`); what a model says about days is about days.
        """
        if step[1] in self._own:
            return self._by_own(index, step, name)
        if self.grain is None or self.grain in LINES_UP.get(step[1], ()):
            return self.shifted(index, step, name, alike=False)
        if step[1] in ("day", "week"):
            self._once(index)
            outer = self[index]
            period = None if outer.period is None else periods.shift(outer.period, -step[0], step[1])
            return self.add(Frame(f"{outer.name}{name}", period, step, by_day=True, prior=True))
        return self._lagged(index, name, lag=step)

    def _by_own(self, index: int, step: Step, name: str) -> int:
        """Moved back by a grain that the model adds: each day shows the one that is as far into the bucket so many before.

        What its buckets hold is known to the calendar alone, so all rows before are read. Shown in those buckets, or in none,
        the last day of a shorter one shows all that the longer one before has more; under other grains nothing does.
        """
        self._once(index)
        outer = self[index]
        if outer.period is None and self.grain is None:
            raise BadRequest("all of the data has no period before it", where="period", fix="give a period")
        read = None if outer.period is None else Period(start=date.min, end=outer.period.end)
        whole = self.grains <= {step[1]}
        return self.add(Frame(f"{outer.name}{name}", read, shown=outer.period, lag=step, whole=whole, prior=True))

    def to_start(self, index: int, unit: Unit, name: str) -> int:
        """A frame in which each day shows the first day of its unit; a bucket of that unit shows itself."""
        if self.grain == unit and all(made_of(one, unit) for one in self.grains):
            return index
        if self.grain != "day":
            raise BadRequest(f"the first day of a {unit} is shown by day or by {unit}", where="dimensions",
                             fix=f"add date.day or date.{unit}")  # fmt: skip
        return self._lagged(index, name, start=unit)

    def _lagged(self, index: int, name: str, *, lag: Step | None = None, start: Unit | None = None) -> int:
        self._once(index)
        outer = self[index]
        read = None
        if outer.period is not None:
            ends = (outer.period.start, outer.period.end)
            first, last = (
                periods.add(day, -lag[0], lag[1]) if lag else periods.start_of(day, start or "day") for day in ends
            )
            read = Period(start=first, end=last)
        return self.add(Frame(f"{outer.name}{name}", read, shown=outer.period, lag=lag, start=start, prior=True))

    def _once(self, index: int) -> None:
        if self[index].step is not None or self[index].spined:
            raise BadRequest("a comparison of a comparison, or of a window, has no meaning here", where="compare",
                             fix="compare the plain metric, or leave `compare` out")  # fmt: skip

    def before(self, index: int, name: str = "__before") -> int:
        """The period before: one bucket back, or the period that lies before the frame's own."""
        outer = self[index]
        if self.grain is None and outer.period is None:
            raise BadRequest("growth needs a period to compare", where="period", fix="give a period")
        step: Step = (1, self.grain) if self.grain else periods.step_of(outer.period)  # type: ignore[arg-type]
        return self.shifted(index, step, name)

    def windowed(self, index: int, window: Window) -> int:
        """A frame in which each bucket (or the period, where there are none) holds the rows of its window."""
        outer = self[index]
        if outer.spined:
            raise BadRequest("a window over a window has no meaning here", where="window", fix="leave one of them out")
        kind = next(name for name in SUFFIX if getattr(window, name))
        name = f"{outer.name}{SUFFIX[kind]}"
        if window.to_date == "period":
            if outer.period is None:
                raise BadRequest("a window since the period began needs a period", where="window", fix="give a period")
            if self.grain is None:
                return index
            return self.add(Frame(name, outer.period, outer.step, window, outer.period, prior=outer.prior))
        if self.grain is None:
            if outer.period is None and kind != "running":
                raise BadRequest("a window needs a period to end with, or a split by time", where="window",
                                 fix="give a period, or add date.month or the like")  # fmt: skip
            if outer.period is None:
                return index
            span = Period(start=opens(window, outer.period.end), end=outer.period.end)
            return self.add(Frame(name, span, prior=outer.prior))
        read = None if outer.period is None else Period(opens(window, outer.period.start), outer.period.end)
        return self.add(Frame(name, read, outer.step, window, outer.period, prior=outer.prior))


def made_of(grain: str, finer: str | None) -> bool:
    """Whether each bucket of a grain is made of whole ones of another: years of months, anything of days."""
    return finer in ("day", grain) or (finer in ("month", "quarter") and grain in ("quarter", "year"))


def fineness(grain: str) -> int:
    """How fine a grain is, days first."""
    return FINENESS.get(grain, COARSEST)


def opens(window: Window, until: date) -> date:
    """The first day of a window that ends on a day."""
    if until == date.min:
        return until
    if window.trailing is not None:
        count, unit = length(window.trailing)
        day = timedelta(
            days=1
        )  # three months that end on 28 February begin on 1 December, two that end on 29 April on 1 March
        return max(periods.add(until, -count, unit) + day, periods.add(until + day, -count, unit))
    return periods.start_of(until, window.to_date) if window.to_date and window.to_date != "period" else date.min


def length(text: str) -> Step:
    """A length such as "7 days", as (7, "day"); a grain that a model adds has the name that it has there."""
    count, _, unit = text.partition(" ")
    one = unit.removesuffix("s")
    return int(count), one if one in FINENESS else unit  # type: ignore[return-value]

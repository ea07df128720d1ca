"""The periods of a question, settled: one, two that make one, or one against another."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from nlq.semantics import periods
from nlq.values import Assumed, Refusal
from nlq.values.query import Period, Shift

if TYPE_CHECKING:
    from nlq.language.match import Span
    from nlq.language.time import When

Settled = tuple["Period | str | None", "Period | Shift | None", list[Assumed]]


def settle(spans: list[Span], *, versus: bool) -> Settled | Refusal:
    """The period and the one to compare with (None: not said), with what was assumed."""
    whens = [one.when for one in spans if one.when is not None]
    said = [_assumed(one) for one in whens if one.said and one.period != "all"]
    if versus and len(whens) == 2:
        return _against(whens[0], whens[1], said)
    if not whens:
        return None, None, []
    if len(whens) == 1:
        return whens[0].period, None, said
    merged = _merge([one.period for one in whens])
    if merged is None:
        return Refusal(
            "out_of_scope", f"{' and '.join(repr(one.text) for one in spans)} are two periods; ask for one at a time"
        )
    return merged, None, said


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
    if len(ordered) > 2:
        return None
    if first.start <= second.start and second.end <= first.end:
        return second
    return Period(start=first.start, end=second.end) if first.end + timedelta(days=1) == second.start else None


def _against(one: When, other: When, said: list[Assumed]) -> Settled | Refusal:
    """A period against another; where the first is not over, the other is cut to the same dates."""
    if not isinstance(one.period, Period) or not isinstance(other.period, Period):
        return Refusal("out_of_scope", "all of the data cannot be compared with a part of it")
    now, then = (one, other) if one.period.start >= other.period.start else (other, one)
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

"""A share in each of two periods: "GCash share of sales, October vs September" is split by month, each month's part of its own whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT
from nlq.language.periods_listed import one_unit
from nlq.language.relations import PAIR, opposed
from nlq.language.shares import BARE
from nlq.values.query import Condition, Period

if TYPE_CHECKING:
    from nlq.language.compose import Composer


def by_unit(composer: Composer) -> tuple[Condition, ...]:
    """Split by the unit that both periods are one of, where a share is set against that of another period; the condition that leaves out those between."""
    draft, spans, model = composer.draft, composer.spans, composer.model
    time, shares = model.time_dimension, [one for one in spans if one.kind == "share"]
    said = [one for one in spans if one.kind not in SILENT]
    if any(one.kind in ("growth", "rose", "moved") for one in spans):
        return ()  # "by what percent did sales rise last month vs September"
    if time is None or not draft.versus or not shares or any(map(model.is_time_grain, draft.dimensions)):
        return ()
    if said[-1].kind == "share" and BARE.issuperset(said[-1].text.lower().split()):
        return ()  # "October vs September, in percent" is how much it grew
    found = [one.when for one in draft.whens if one.when is not None and not one.when.moved]
    periods = sorted((one.period for one in found if isinstance(one.period, Period)), key=lambda one: one.start)
    unit = one_unit(periods, composer.as_of) if len(periods) == len(draft.whens) == PAIR else ""
    if not unit or opposed(spans, composer.filters):
        return ()
    first, second = periods
    apart = first.end + timedelta(days=1) != second.start
    if unit not in ("week", "month", "quarter") and apart:
        return ()
    for one in spans:
        if one.kind == "versus":
            one.kind, one.role = "filler", "comparison"
        one.role = "period" if one in draft.whens else one.role
    draft.versus, grain = False, f"{time.name}.{unit}"
    draft.dimensions.append(grain)
    hull = replace(found[0], period=Period(start=first.start, end=second.end), said="", other=None, running=None, back=None)  # fmt: skip
    draft.whens[:] = [replace(draft.whens[0], when=hull)]
    return (Condition(field=grain, op="in", values=tuple(one.start.isoformat() for one in periods)),) if apart else ()

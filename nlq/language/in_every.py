"""Things of which a figure is beyond a limit in every one of a period's parts: "which stores cleared 50k every month this year".

They are those that have as many such parts as the period has. Below a limit cannot be read so: a part in which nothing was sold has no figure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from nlq.language import entries, periods_asked, sets
from nlq.language.deeds import does
from nlq.language.draft import SILENT, Stop
from nlq.language.entries import Figured
from nlq.language.one_by_one import EACH
from nlq.semantics.periods import add, end_of, start_of
from nlq.values import Refusal
from nlq.values.query import Condition, Order, Period, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.semantics.periods import Unit

EVERY = EACH - {"per"} | {
    "every single",
    "on every",
    "in every",
    "in each",
    "on each",
    "bawat isang",
    "kada isang",
}  # "per month" may be divided by
MOST = 6  # parts of which each is a condition of its own
OTHER = (
    "top",
    "bottom",
    "share",
    "versus",
    "growth",
    "rose",
    "why",
    "average",
    "trend",
    "not",
    "none",
    "both",
    "whenever",
)  # what makes it another question


def wanted(composer: Composer) -> tuple[Span, str] | None:
    """The noun whose things are to be so in every part, and the things; None where a figure of each part is asked for."""
    draft, spans, model = composer.draft, composer.spans, composer.model
    at = next((place for place, one in enumerate(spans) if one.kind == "by" and one.text.lower() in EVERY), None)
    grains = [name for name in draft.dimensions if model.is_time_grain(name)]
    if at is None or at + 1 == len(spans) or spans[at + 1].kind != "grain" or len(grains) != 1 or len(draft.dimensions) > 1:  # fmt: skip
        return None
    if _counts(composer) and "every" not in spans[at].text.lower().split():
        return None  # "how many bought each month", "bilang ng bumili kada buwan" are month by month
    if any(one.kind in OTHER for one in spans) or len(draft.having) > 1 or len(draft.metrics) > 1:
        return None
    found = _things(composer, at)
    first = next((one for one in spans if one.kind not in SILENT and one.kind not in ("which", "list", "count")), None)
    if found is None or not (found[0] is first or any(one.kind in ("which", "list") for one in spans[:at])):
        return None
    did = any(does(one) for one in spans[:at]) or any(
        one.kind == "metric" and one is not found[0] for one in spans[:at]
    )
    return found if draft.having or did else None


def _counts(composer: Composer) -> bool:
    """Whether it is asked how many there were: by a word for it, or by a figure that is not called as the things themselves are."""
    figure = next((one for one in composer.spans if one.kind == "metric"), None)
    entity = sets.counted_by(composer.model, [figure.ref_of]) if figure is not None else None
    names = (
        {word for texts in composer.model.dimensions[entity].synonyms.values() for word in texts} if entity else set()
    )
    called = figure is not None and figure.text.lower().split()[0] in names
    return any(one.kind == "count" for one in composer.spans) or (entity is not None and not called)


def _things(composer: Composer, at: int) -> tuple[Span, str] | None:
    """The one noun before "every month" that names things, or the count of them that stands for them ("customers")."""
    draft, model = composer.draft, composer.model
    nouns = [one for one in draft.loose if one.kind == "dimension" and one in composer.spans[:at]]
    if len(nouns) == len(draft.loose) == 1:
        return nouns[0], nouns[0].ref_of
    counts = [one for one in composer.spans[:at] if one.kind == "metric" and sets.counted_by(model, [one.ref_of])]
    entity = sets.counted_by(model, [counts[0].ref_of]) if len(counts) == 1 and not draft.loose else None
    return (counts[0], entity) if entity is not None else None


def query(composer: Composer, noun: Span, entity: str) -> SemanticQuery:
    """Those things, with the number of parts in which each was so, and the figure over all of them.

    Raises:
        Stop: the limit is from above, or the period has no end to count its parts by.
    """
    draft, model = composer.draft, composer.model
    figures = [name for name in draft.metrics if sets.counted_by(model, [name]) is None]
    limit = draft.having[0] if draft.having else None
    metric = (limit[2] if limit is not None else None) or (figures[0] if figures else model.header.default_metric)
    if sets.counted_by(model, [metric]) == entity and any(map(does, composer.spans)):
        metric = model.header.default_metric  # "how many stores sold more than 50k every month"
    if limit is not None and limit[0] not in (">", ">="):
        raise _no(
            f"where nothing was sold there is no figure to be below a limit: ask for {noun.text} by {_grain(composer)}"
        )
    if sets.counted_by(model, [metric]) == entity or not model.has_time(metric):
        raise _no(f"I do not know which figure of the {noun.text} is meant: name it")
    for one in composer.spans:
        one.role = one.role or ("list" if one.kind in ("list", "which") else "set" if one.kind == "metric" else "")
    noun.role = "dimension"
    draft.loose[:] = [one for one in draft.loose if one is not noun]
    where = composer.where()
    period, compare = periods_asked.settled(composer, [metric])
    if not isinstance(period, Period) or compare is not None:
        raise _no("in every part of which period? Name one")
    grain, unit = draft.dimensions[0], _grain(composer)
    period = _over(composer, period, unit)
    parts = _parts(composer, period, unit)
    if any(one.kind == "count" for one in composer.spans):
        return _how_many(composer, entity, metric, where, period)
    limits = (Condition(field=metric, op=limit[0], values=limit[1]),) if limit is not None else ()  # type: ignore[arg-type]
    figured = Figured((grain,), "count", having=limits)
    known = entries.known_only(model, Figured((entity,)))
    made = SemanticQuery(
        metrics=(metric,), dimensions=(entity,), where=(*where, *known), period=period,
        having=(Condition(field=metric, op=">=", values=(parts,)),), order=(Order(by=metric, dir="desc"),),
    )  # fmt: skip
    counted = entries.applied(made, metric, figured)
    return replace(counted, metrics=(*counted.metrics, metric), order=made.order)


def _how_many(composer: Composer, entity: str, metric: str, where: Sequence[Condition], period: Period) -> SemanticQuery:  # fmt: skip
    """How many there are of them: those in the first part who are in the second as well, and so on.

    Raises:
        Stop: there are too many parts, or nothing counts such things.
    """
    model, limit = composer.model, composer.draft.having[0] if composer.draft.having else None
    count = next((one.during or one.name for one in model.public_metrics().values() if one.counts == entity), None)
    unit, parts = _grain(composer), list[Period]()
    while not parts or parts[-1].end < period.end:
        begins = parts[-1].end + timedelta(days=1) if parts else period.start
        parts.append(Period(start=begins, end=min(end_of(begins, unit), period.end)))
        if count is None or len(parts) > MOST:
            raise _no(f"how many did so in every {unit} of so many cannot be counted in one step: ask which they are")
    assert count is not None  # noqa: S101 - it was refused
    for one in composer.spans:
        one.role = "count" if one.kind == "count" else one.role
    limits = (Condition(field=metric, op=limit[0], values=limit[1]),) if limit is not None else ()  # type: ignore[arg-type]
    sets_of = [sets.chosen(model, entity, where, part, having=limits, metric=metric) for part in parts]
    return SemanticQuery(metrics=(count,), where=(*where, *sets_of), period=period)


def _grain(composer: Composer) -> Any:
    return composer.draft.dimensions[0].rpartition(".")[2]


def _over(composer: Composer, period: Period, unit: Unit) -> Period:
    """The period up to the part that is not over: nothing can have come to its whole in that; where it is the only one, as it is."""
    begun = start_of(composer.as_of, unit)
    unfinished = period.end == composer.as_of and end_of(composer.as_of, unit) > composer.as_of
    if not unfinished or begun <= period.start:
        return period
    composer.assume(
        f"up to the {unit} that is not over", {"period": {"start": f"{period.start}", "end": f"{period.end}"}}
    )
    return Period(start=period.start, end=begun - timedelta(days=1))


def _parts(composer: Composer, period: Period, unit: Unit) -> int:
    """How many parts a period has; what lies in it in part is one as well, and is said."""
    begins, parts = start_of(period.start, unit), 0
    while begins <= period.end:
        begins, parts = add(begins, 1, unit), parts + 1
    whole = start_of(period.start, unit) == period.start and end_of(period.end, unit) == period.end
    composer.assume(f"in each of the {parts} {unit}s{'' if whole else ', those that lie in it in part as well'}", {})
    return parts


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

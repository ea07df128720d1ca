"""Why a figure changed: its change taken apart over each dimension, so that the parts of each add up to it exactly.

Of a figure that adds up, a group's part is its own change. Of a ratio (the average basket), a group's part has two effects: its own
rate changed, and its weight in the whole did; both are taken at the mean of the two periods, so that nothing is left over. What the
calendar and the counts of things say stands beside it as facts: they are no proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from nlq.answer.figures import UNKNOWN, shown
from nlq.semantics.joins import reaches
from nlq.values import Column
from nlq.values.query import MetricEntry, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlq.semantics.model import SemanticModel
    from nlq.values import Result
    from nlq.values.explaining import Decomposition

MOST_GROUPS = 5  # of each dimension are shown, the rest as one
MOST_SPLITS = 5  # dimensions are shown
MOST_SAID = 3  # dimensions are spoken of
REST, ALL, SEVERAL = "(the rest)", "(all)", "(counted in several)"
Number = Any  # a Decimal, an int or a float, as the metric has it


@dataclass(frozen=True, slots=True)
class Part:
    """One of the queries that an explanation is made of: the whole, a split by a field, days by a field, or a count of things."""

    kind: Literal["whole", "split", "days", "things"]
    field: str
    query: SemanticQuery


@dataclass(frozen=True, slots=True)
class Group:
    """One group's figures and its part of the change; `rate` and `mix` are the two effects of a ratio."""

    name: str
    now: Number
    before: Number
    part: Number
    rate: Number = None
    mix: Number = None


def parts(outcome: Decomposition, model: SemanticModel) -> tuple[Part, ...]:
    """The queries that it takes, the whole first."""
    query = outcome.query
    metric = str(query.metrics[0])
    ratio = model.metrics[metric].ratio
    shown_ = replace(query, metrics=(metric, *ratio)) if ratio is not None else query
    adds = ratio is None or all(model.metrics[name].adds_up for name in ratio)
    splits = [Part("split", name, replace(shown_, dimensions=(name,))) for name in outcome.over] if adds else []
    return (Part("whole", "", shown_), *splits, *_facts(outcome, model, metric))


def _facts(outcome: Decomposition, model: SemanticModel, metric: str) -> Iterator[Part]:
    """What the calendar knows of the days, and how many things were active."""
    time = model.time_dimension
    if time is not None:
        days = MetricEntry(metric=metric, each=(f"{time.name}.day",), agg="count")
        for name, one in model.dimensions.items():
            if one.table == time.table and one.type == "boolean" and reaches(model, metric, name):
                yield Part("days", name, replace(outcome.query, metrics=(days,), dimensions=(name,)))
    fields = [name for one in outcome.query.where for name in one.fields()]
    for counts in model.public_metrics().values():
        active = counts.during if counts.counts else None
        if active is not None and active != metric and all(reaches(model, active, name) for name in fields):
            yield Part("things", active, replace(outcome.query, metrics=(active,)))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A dimension's groups, how unevenly the change lies on them, and what people read for their codes."""

    unevenness: float
    label: str
    groups: list[Group]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Explained:
    """The table, with its columns, the sentences, and of the dimension that explains most the columns and rows to be drawn."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    text: str
    drawn: tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]


def explained(outcome: Decomposition, model: SemanticModel, found: Sequence[tuple[Part, Result]]) -> Explained:
    """What the results say. The first of them is the whole."""
    metric = str(outcome.query.metrics[0])
    whole = found[0][1]
    column = next(one for one in whole.columns if one.name == metric)
    now, before = _pair(whole, whole.rows[0], metric) if whole.rows else (None, None)
    change = None if now is None or before is None else now - before
    columns = _columns(column, ratio=model.metrics[metric].ratio is not None)
    rows: list[tuple[Any, ...]] = [_row("", Group(ALL, now, before, change), change, len(columns))]
    ranked: list[Ranked] = []
    for part, result in found[1:]:
        if part.kind == "split" and change is not None:
            groups = _groups(model, metric, part.field, result, change, whole)
            if groups:
                labels = {str(code): label for code, label in model.labels.get(part.field, {}).items()}
                ranked.append(Ranked(_unevenness(groups, change), model.dimensions[part.field].label, groups, labels))
    ranked = sorted(ranked, key=lambda one: (-one.unevenness, one.label))[:MOST_SPLITS]
    for split in ranked:
        rows.extend(_row(split.label, one, change, len(columns)) for one in _folded(split.groups))
    text = " ".join(_sentences(outcome, column, now, before, change, ranked, list(_said_facts(model, found))))
    return Explained(columns, tuple(rows), text, _drawn(ranked, columns))


def _pair(result: Result, row: Sequence[Any], metric: str) -> tuple[Number, Number]:
    names = {one.name: index for index, one in enumerate(result.columns)}
    return row[names[metric]], row[names[f"{metric}__prior"]]


def _groups(
    model: SemanticModel, metric: str, field: str, result: Result, change: Number, whole: Result
) -> list[Group]:
    """Each group with its part; what the parts do not add up to stands in one more, for a count of people is counted in several."""
    ratio = model.metrics[metric].ratio
    at = next(index for index, one in enumerate(result.columns) if one.name == field)
    named = [(UNKNOWN if row[at] is None else str(row[at]), row) for row in result.rows]
    if ratio is not None:
        return _of_ratio(metric, ratio, result, named, whole)
    found = []
    for name, row in named:
        now, before = _pair(result, row, metric)
        found.append(Group(name, now, before, _or_zero(now) - _or_zero(before)))
    left = change - sum((one.part for one in found), start=type(change)(0))
    if left:
        found.append(Group(SEVERAL, None, None, left))
    return found


def _of_ratio(metric: str, ratio: tuple[str, str], result: Result, named: list[tuple[str, Any]], whole: Result) -> list[Group]:  # fmt: skip
    """The two effects of each group: its rate at the mean weight, and its weight at the mean rate, against that of the whole.

    None where what it is over does not add up over the groups: one sale may hold several categories.
    """
    over, under = ratio
    sums = [
        sum((_or_zero(one) for one in column), start=Decimal(0))
        for column in zip(*(_pair(result, row, under) for _, row in named), strict=True)
    ]
    if sums != [_or_zero(one) for one in _pair(whole, whole.rows[0], under)]:
        return []
    total_now, total_before = (float(_or_zero(one)) for one in _pair(whole, whole.rows[0], under))
    rates = [float(one) for one in _pair(whole, whole.rows[0], metric) if one is not None]
    mean = sum(rates) / len(rates)
    found = []
    for name, row in named:
        a1, a0 = (float(_or_zero(one)) for one in _pair(result, row, over))
        b1, b0 = (float(_or_zero(one)) for one in _pair(result, row, under))
        w1, w0 = (b1 / total_now if total_now else 0.0), (b0 / total_before if total_before else 0.0)
        r1 = a1 / b1 if b1 else a0 / b0 if b0 else 0.0
        r0 = a0 / b0 if b0 else r1
        rate, mix = (w0 + w1) / 2 * (r1 - r0), ((r0 + r1) / 2 - mean) * (w1 - w0)
        now, before = _pair(result, row, metric)
        found.append(Group(name, now, before, rate + mix, rate, mix))
    return found


def _or_zero(value: Number) -> Number:
    return Decimal(0) if value is None else value


def _unevenness(groups: Sequence[Group], change: Number) -> float:
    """How far the parts are from being in proportion to what the groups were before: 0 where the change is spread evenly.

    Many small groups differ by chance alone, so what they say counts for less.
    """
    total = float(sum(float(_or_zero(one.before)) for one in groups)) or 1.0
    apart = sum(abs(float(one.part) - float(change) * float(_or_zero(one.before)) / total) for one in groups)
    return apart / (2 * abs(float(change) or 1.0) * math.log2(1 + len(groups)))


def _folded(groups: Sequence[Group]) -> Iterator[Group]:
    """The groups with the greatest parts, and the rest as one, so that all of them add up to the change."""
    ranked = sorted(groups, key=lambda one: (-abs(one.part), one.name))
    yield from ranked[:MOST_GROUPS]
    rest = ranked[MOST_GROUPS:]
    if len(rest) == 1:
        yield rest[0]
    elif rest:
        part = sum((one.part for one in rest), start=type(rest[0].part)(0))
        if rest[0].rate is not None:
            yield Group(REST, None, None, part, sum(one.rate for one in rest), sum(one.mix for one in rest))
            return
        now, before = (
            sum((_or_zero(getattr(one, name)) for one in rest), start=Decimal(0)) for name in ("now", "before")
        )
        yield Group(REST, type(part)(now), type(part)(before), part)


def _columns(column: Column, *, ratio: bool) -> tuple[Column, ...]:
    found = [
        Column("split", "By", "string", None, "dimension"), Column("group", "Group", "string", None, "dimension"), column,
        replace(column, name=f"{column.name}__prior", label=f"{column.label}, before"), replace(column, name=f"{column.name}__change", label="Part of the change"),
        Column("explains", "Explains", "number", "ratio", "metric"),
    ]  # fmt: skip
    if ratio:
        found += [replace(column, name="rate_effect", label="By its own rate"), replace(column, name="mix_effect", label="By its weight")]  # fmt: skip
    return tuple(found)


def _row(split: str, one: Group, change: Number, width: int) -> tuple[Any, ...]:
    explains = None if not change or one.part is None else float(one.part) / float(change)
    return (split, one.name, one.now, one.before, one.part, explains, one.rate, one.mix)[:width]


# What is said.


def _sentences(outcome: Decomposition, column: Column, now: Number, before: Number, change: Number, ranked: Sequence[Ranked],
               facts: Sequence[str]) -> Iterator[str]:  # fmt: skip
    if change is None:
        yield f"{column.label} is known for one of the two periods only, so there is no change to explain."
        return
    way = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    premise = outcome.claimed and (change > 0) - (change < 0) != outcome.claimed
    grew = f" ({abs(float(change) / float(before)):.1%})" if before else ""
    if change:
        yield f"{'It was the other way round: ' if premise else ''}{column.label} {way} by {shown(abs(change), column)}{grew}, from {shown(before, column)} to {shown(now, column)}."
    else:
        yield f"{column.label} did not change: it is {shown(now, column)} in both."
        return
    for split in ranked[:MOST_SAID]:
        first = max(split.groups, key=lambda one: (abs(one.part), one.name))
        share = float(first.part) / float(change)
        told = f"accounts for {share:.0%} of it" if share > 0 else "went the other way"
        yield f"By {split.label.lower()}, {split.labels.get(first.name, first.name)} {told} ({'+' if first.part > 0 else ''}{shown(first.part, column)})."
    if facts:
        yield f"Facts beside it, no proof: {'; '.join(facts)}."


def _said_facts(model: SemanticModel, found: Sequence[tuple[Part, Result]]) -> Iterator[str]:
    """Days by what the calendar says of them, and counts of things, where they differ."""
    for part, result in found[1:]:
        name = next((one.name for one in result.columns if one.role == "metric"), "")
        if part.kind == "days":
            at = next(index for index, one in enumerate(result.columns) if one.name == part.field)
            row = next((one for one in result.rows if one[at] is True), None)
            now, before = _pair(result, row, name) if row is not None else (0, 0)
            if (now or 0) != (before or 0):
                yield f"{now or 0} {model.dimensions[part.field].label.lower()} days, {before or 0} before"
        elif part.kind == "things" and result.rows:
            now, before = _pair(result, result.rows[0], name)
            if now is not None and before is not None and now != before:
                yield f"{now:,} {model.metrics[part.field].label.lower()}, {before:,} before"


def _drawn(ranked: Sequence[Ranked], columns: tuple[Column, ...]) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:  # fmt: skip
    """The parts of the dimension that explains most, as bars."""
    if not ranked:
        return (), ()
    first = ranked[0]
    group = Column("group", first.label, "string", None, "dimension", first.labels)
    return (group, columns[4]), tuple((one.name, one.part) for one in _folded(first.groups))

"""Metrics taken apart: which aggregates a query needs (leaves), and what its columns are made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics import periods
from nlq.semantics.joins import unknown_metric
from nlq.sql.build import cast, nullif
from nlq.values.pipeline import Column
from nlq.values.query import Condition, MetricEntry, Period, SemanticQuery, Shift

if TYPE_CHECKING:
    from nlq.semantics.model import Metric, SemanticModel
    from nlq.semantics.periods import Unit


@dataclass(frozen=True, slots=True)
class Variant:
    """One period that aggregates are taken over. `step` moves its time buckets onto those of the first variant."""

    name: str
    period: Period | None
    step: tuple[int, Unit] | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One aggregate over one table in one period, under its own filter: a column of an inner query."""

    alias: str
    metric: str
    variant: int
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """A metric column of the result: what it is called, and its expression over leaf columns."""

    column: Column
    expression: exp.Expr
    metric: str
    additive: bool


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All leaves and outputs of a query."""

    leaves: tuple[Leaf, ...]
    outputs: tuple[Output, ...]
    variants: tuple[Variant, ...]


def break_down(model: SemanticModel, query: SemanticQuery) -> Breakdown:
    """Take every metric of a query apart.

    Raises:
        BadRequest: a metric that is not in the model, or one that cannot be asked this way.
    """
    return _Builder(model, query).build()


class _Builder:
    """Collects leaves without repetition while the outputs are made."""

    def __init__(self, model: SemanticModel, query: SemanticQuery) -> None:
        self.model = model
        self.query = query
        self.leaves: dict[Leaf, None] = {}
        period = None if query.period == "all" else query.period
        self.variants: list[Variant] = [Variant("", period)]

    def build(self) -> Breakdown:
        entries = [one if isinstance(one, MetricEntry) else MetricEntry(metric=one) for one in self.query.metrics]
        outputs: list[Output] = []
        names: set[str] = set()
        comparisons = [self._compared(index, one) for index, one in enumerate(self.query.compare)]
        for entry in entries:
            made = self._entry(entry, comparisons)
            for output in made:
                if output.column.name in names:
                    raise BadRequest(f"two columns are called {output.column.name!r}", where="metrics",
                                     fix='give one of them another name with "as"')  # fmt: skip
                names.add(output.column.name)
            outputs.extend(made)
        return Breakdown(tuple(self.leaves), tuple(outputs), tuple(self.variants))

    def _compared(self, index: int, compare: Shift | Period) -> tuple[str, int]:
        """A compared period's column suffix, and its variant."""
        suffix = "__prior" if index == 0 else f"__prior{index + 1}"
        outer = self.variants[0].period
        if isinstance(compare, Period):
            if self._time_grain() is not None:
                raise BadRequest("a comparison with given dates cannot be split by time", where="compare",
                                 fix='compare with a shift ("1 month"), or leave the time dimension out')  # fmt: skip
            return suffix, self._variant(Variant(suffix, compare))
        count, _, unit = compare.shift.partition(" ")
        step: tuple[int, Unit] = (int(count), unit.rstrip("s"))  # type: ignore[assignment]
        return suffix, self._shifted(suffix, outer, step)

    def _shifted(self, name: str, outer: Period | None, step: tuple[int, Unit]) -> int:
        grain = self._time_grain()
        fits = {"day": ("day",), "week": ("day", "week"), "month": ("month",), "quarter": ("month", "quarter"),
                "year": ("month", "quarter", "year")}[step[1]]  # fmt: skip
        if grain is not None and grain not in fits:
            raise BadRequest(f"{grain}s cannot be compared with those {step[0]} {step[1]} before: they do not line up",
                             where="compare", fix=f"split by {' or '.join(fits)}, or compare by another shift")  # fmt: skip
        if outer is None and grain is None:
            raise BadRequest("all of the data has no period before it", where="compare", fix="give a period")
        period = None if outer is None else periods.shift(outer, -step[0], step[1])
        return self._variant(Variant(name, period, step))

    def _variant(self, variant: Variant) -> int:
        for index, one in enumerate(self.variants):
            if (one.period, one.step) == (variant.period, variant.step):
                return index
        self.variants.append(variant)
        return len(self.variants) - 1

    def _time_grain(self) -> Unit | None:
        grains = [name.rpartition(".")[2] for name in self.query.dimensions if self.model.is_time_grain(name)]
        return grains[0] if grains else None  # type: ignore[return-value]

    def _entry(self, entry: MetricEntry, comparisons: list[tuple[str, int]]) -> list[Output]:
        unsupported = [name for name in ("each", "agg", "having", "window") if getattr(entry, name)]
        if unsupported:
            raise not_yet(f"metrics.{unsupported[0]}")
        metric = self._metric(entry)
        name = entry.as_ or metric.name
        here = self._value(metric, name, 0, entry.where)
        number = "integer" if metric.unit == "count" and metric.agg is not None else "number"
        additive = metric.agg is not None and metric.agg.function in ("sum", "count")
        outputs = [Output(Column(name, metric.label, number, metric.unit, "metric"), here, metric.name, additive)]  # type: ignore[arg-type]
        for suffix, variant in comparisons:
            prior = self._value(metric, name, variant, entry.where)
            tail = suffix.removeprefix("__prior")
            change = exp.Sub(this=here.copy(), expression=prior.copy())
            made = (
                (suffix, f"{metric.label}, before", number, metric.unit, prior),
                (f"__change{tail}", f"{metric.label}, change", number, metric.unit, change),
                (f"__growth{tail}", f"{metric.label}, growth", "number", "ratio", growth(here, prior)),
            )
            outputs.extend(
                Output(Column(f"{name}{end}", label, kind, unit, "metric"), expression, metric.name, additive=False)  # type: ignore[arg-type]
                for end, label, kind, unit, expression in made
            )
        return outputs

    def _metric(self, entry: MetricEntry) -> Metric:
        if entry.ratio is not None:
            for part in entry.ratio:
                if self._named(part).agg is None:
                    raise BadRequest(f"a ratio is made of plain metrics; {part!r} is none", where="metrics.ratio",
                                     fix="name metrics that are sums or counts")  # fmt: skip
            first, second = (self._named(part) for part in entry.ratio)
            return replace(
                first,
                name=entry.as_ or f"{first.name}_per_{second.name}",
                label=f"{first.label} / {second.label}",
                unit="PHP" if first.unit == "PHP" else "ratio",
                agg=None,
                ratio=entry.ratio,
                growth=None,
            )
        return self._named(entry.metric or "")

    def _named(self, name: str) -> Metric:
        metric = self.model.metrics.get(name)
        if metric is None or metric.internal:
            raise unknown_metric(self.model, name)
        return metric

    def _value(self, metric: Metric, name: str, variant: int, where: tuple[Condition, ...]) -> exp.Expr:
        """A metric's value in one variant, over leaf columns."""
        suffix = self.variants[variant].name
        if metric.agg is not None:
            alias = f"{name}{suffix}"
            return self._leaf(metric.name, variant, where, alias)
        if metric.ratio is not None:
            over, under = (self._value(self.model.metrics[part], f"{name}__{part}" if where else part, variant, where)
                           for part in metric.ratio)  # fmt: skip
            return divide(over, under)
        of = self.model.metrics[metric.growth or ""]
        if suffix:
            raise BadRequest(f"{metric.name} is a comparison already", where="compare",
                             fix=f"compare {of.name} instead, or leave `compare` out")  # fmt: skip
        outer = self.variants[0].period
        grain = self._time_grain()
        if grain is None and outer is None:
            raise BadRequest(f"{metric.name} needs a period to compare", where="period", fix="give a period")
        step: tuple[int, Unit] = (1, grain) if grain else periods.step_of(outer)  # type: ignore[arg-type]
        prior = self._shifted("__before", outer, step)
        return growth(self._value(of, of.name, 0, where), self._value(of, of.name, prior, where))

    def _leaf(self, metric: str, variant: int, where: tuple[Condition, ...], alias: str) -> exp.Expr:
        for leaf in self.leaves:
            if (leaf.metric, leaf.variant, leaf.where) == (metric, variant, where):
                return exp.column(leaf.alias)
        self.leaves[Leaf(alias, metric, variant, where)] = None
        return exp.column(alias)


def divide(over: exp.Expr, under: exp.Expr) -> exp.Expr:
    """A division of doubles that gives null for a zero divisor, and is never rounded."""
    divisor = nullif(cast(under.copy(), "double"), exp.Literal.number(0))
    return exp.Div(this=cast(over.copy(), "double"), expression=divisor)


def growth(now: exp.Expr, prior: exp.Expr) -> exp.Expr:
    """The change as a fraction of what was before; null where that is null or zero."""
    return divide(exp.paren(exp.Sub(this=now.copy(), expression=prior.copy())), prior)


def not_yet(part: str) -> BadRequest:
    """A part of the SemanticQuery that this version does not compile."""
    return BadRequest(f"`{part}` is not compiled by this version of nlq", where=part,
                      fix="leave it out; `nlq sql` can express it meanwhile")  # fmt: skip

"""Spans put together: which metric, split by what, filtered how, over which days, in what order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from nlq.language import choices, ordering, relations
from nlq.language.filters import Filters
from nlq.language.walk import SILENT, Stop, Walker
from nlq.semantics.joins import out_of_reach
from nlq.semantics.periods import named_period
from nlq.values import Assumed, Refusal
from nlq.values.query import Condition, Order, Period, Segment, SemanticQuery, dump

if TYPE_CHECKING:
    from datetime import date

    from nlq.language.match import Span
    from nlq.semantics.measures import Metric
    from nlq.semantics.model import SemanticModel
    from nlq.values import ScopeValues


OF = ("of", "from", "ng", "sa", "mula", "gikan")


class Composer:
    """Goes over the spans once, then settles what is open. `assumptions` and `doubts` are filled on the way."""

    def __init__(self, model: SemanticModel, values: ScopeValues, spans: list[Span], as_of: date) -> None:
        self.model, self.values, self.spans, self.as_of = model, values, spans, as_of
        self.assumptions: list[Assumed] = []
        self.doubts: list[str] = []
        self.filters = Filters(model, values)
        self.walker = Walker(model, spans, self.filters)
        self.draft = self.walker.draft

    def compose(self) -> SemanticQuery:
        """The query that the words ask for.

        Raises:
            Stop: it is better to ask, or to decline.
        """
        refused = choices.refused(self.model, self.spans)
        if refused is not None:
            raise Stop(refused)
        self._corrected()
        self.draft = self.walker.walk()
        against = relations.opposed(self.spans, self.filters) if self.draft.versus else []
        several = sum(one.kind == "versus" for one in self.spans) > 1
        if self.draft.versus and not against and (len(self.draft.whens) != 2 or several):
            raise Stop(
                Refusal(
                    "out_of_scope",
                    "nlq can set values or periods against each other, one at a time; ask for each, or for all by name",
                )
            )
        self.draft.versus = self.draft.versus and not against  # of periods, from here on
        metrics = self._metrics()
        self._divided(metrics)
        self._loose(metrics)
        share = relations.share(self.model, self.filters, self.draft, self.spans, metrics)
        where = self._where()
        segments: tuple[Segment, ...] = ()
        if against:
            where, segments = relations.against(self.model, self.filters, self.draft, against)
        period, compare = self._period(metrics)
        metrics = self._during(metrics, where, given=bool(self.draft.whens))
        dimensions = self._dimensions(period)
        order, limit = self._rank(metrics, dimensions)
        metrics, order, compare = ordering.growth(self.model, self.draft, metrics, order, compare, dimensions, period)
        where = (*where, *self._named_only(metrics, dimensions, ranked=limit is not None))
        timed = all(self.model.has_time(name) for name in metrics)
        query = SemanticQuery(
            metrics=tuple(metrics), dimensions=tuple(dimensions), where=where, having=self._having(metrics, dimensions),
            period=period if timed else "all", compare=(compare,) if compare else (), order=order, limit=limit,
            per=tuple(self.draft.per),
        )  # fmt: skip
        query = replace(query, segments=segments, share=share)
        self.assumptions = [_completed(one, query) for one in self.assumptions]
        return query

    def _corrected(self) -> None:
        """Words that were mended are said."""
        for one in self.spans:
            if one.corrected:
                self.doubts.append(f'"{one.text}" was read as "{one.corrected}"')
                self.assumptions.append(Assumed(f'"{one.text}" read as "{one.corrected}"', {}))

    def _metrics(self) -> list[str]:
        """The metrics asked for; without one the default, where a rank or "performing" says that one is meant."""
        draft = self.draft
        averages = [one for one in self.spans if one.kind == "average"]
        if averages:
            averages[0].role = "not understood"
            raise Stop(choices.for_average(self.model, draft.metrics, averages[0], self._rest()))
        counting = any(one.kind == "count" for one in self.spans)
        if counting and not draft.metrics:
            draft.metrics.extend(self._counted())
            if not draft.metrics and draft.loose:
                counts = [
                    metric.label.lower()
                    for metric in self.model.public_metrics().values()
                    if metric.unit == "count" and metric.agg
                ]
                raise Stop(
                    Refusal(
                        "no_metric", f'"{draft.loose[0].text}" are not counted here; counted are {", ".join(counts)}'
                    )
                )
        if draft.metrics:
            if draft.by_metric:
                draft.metrics.sort(key=lambda name: name != draft.by_metric)
            if counting and self.model.metrics[draft.metrics[0]].unit == self.model.header.currency:
                raise Stop(choices.for_missing_metric(self.model, self._rest(), draft.loose))
            return draft.metrics
        if any(one.kind == "followup" for one in self.spans):
            raise Stop(
                Refusal(
                    "out_of_scope", "questions that go on from the one before cannot be read yet: say all of it again"
                )
            )
        figured = any(one.kind in ("performing", "amount") for one in self.spans)
        if draft.top is not None or draft.having or draft.trend or draft.growth or figured:
            metric = self.model.metrics[self.model.header.default_metric]
            second = self.model.header.second_metric
            self._assume(f"by {metric.label.lower()}, as no figure was named", {"metrics": [second]} if second else {})
            return [metric.name]
        raise Stop(choices.for_missing_metric(self.model, self._rest(), draft.loose))

    def _divided(self, metrics: list[str]) -> None:
        """A figure "per store" is split by stores, or is that of an average store: which is not said where the model has no name for it."""
        for noun in self.draft.over if self.draft.top is None else ():
            counts = next(
                (one for one in self.model.public_metrics().values() if one.counts and one.counts == noun.ref_of), None
            )
            if counts is not None and self.model.metrics[metrics[0]].adds_up and len(metrics) == 1:
                raise Stop(
                    choices.for_division(self.model, metrics[0], counts.during or counts.name, noun, self._rest())
                )

    def _counted(self) -> list[str]:
        """The metric that counts what was named by its kind ("how many supermarkets")."""
        kinds = {
            self.model.dimensions[meaning.ref].kind_of
            for one in self.spans
            if one.kind == "value"
            for meaning in one.meanings
        }
        nouns = {self.walker.name(one) for one in self.draft.loose[:1]}  # what stands first after "how many"
        return [
            name
            for name, metric in self.model.public_metrics().items()
            if metric.counts and metric.counts in (nouns or kinds)
        ]

    def _rest(self) -> dict[str, Any]:
        """What is known beside the metric, for the options of a question back."""
        period = self._given_period()
        return {
            "where": self.filters.conditions(),
            "dimensions": tuple(self.draft.dimensions),
            "period": period or self._default(),
        }

    def _loose(self, metrics: list[str]) -> None:
        """Nouns without "by": what is ranked, what a threshold selects, or only where the figure comes from."""
        draft = self.draft
        if draft.top is not None and draft.dimensions and draft.loose:
            if self._of_the_best():
                raise Stop(
                    Refusal(
                        "out_of_scope", "figures of what is best by another figure cannot be read yet; ask for either"
                    )
                )
            if set(draft.dimensions) <= set(draft.each) and len(draft.loose) == 1:
                draft.per.extend(draft.dimensions)
                self.walker.group(self.walker.name(draft.loose[0]), draft.loose[0])
                return
            raise Stop(
                Refusal(
                    "out_of_scope",
                    'I do not know whether the best of all or of each is meant: say "in each …", or ask for one group',
                )
            )
        wanted = draft.top is not None or draft.having or any(one.kind == "which" for one in self.spans)
        for one in draft.loose:
            name = self.walker.name(one)
            counted = {self.model.metrics[metric].counts for metric in metrics}
            if one.kind == "grain" and (not wanted or self._has_entity()):
                raise Stop(
                    Refusal(
                        "out_of_scope",
                        f'I do not know what "{one.text}" is to do here; say "by {one.text}" or name a period',
                    )
                )
            if name in counted or (name in draft.dimensions):
                one.role = "counted"
            elif wanted and not self._has_entity():
                self.walker.group(name, one)
            elif wanted or self._is_entity(name):
                known = self.model.dimensions.get(name)
                if known is not None and known.optional:  # the whole holds rows that name none
                    raise Stop(
                        Refusal("out_of_scope", f'I do not know what "{one.text}" is to do here; say "by {one.text}"')
                    )
                one.role = "context"
                self._assume(f"the whole, not split by {one.text.lower()}", {"dimensions": [*draft.dimensions, name]})
            else:
                self.walker.group(name, one)
                self._assume(
                    f"split by {one.text.lower()}", {"dimensions": [each for each in draft.dimensions if each != name]}
                )

    def _of_the_best(self) -> bool:
        """Whether a figure is split first, and then said to be of the best of something: "sales per category of our top 5 stores"."""
        at = next((place for place, one in enumerate(self.spans) if one.kind in ("top", "bottom")), 0)
        split = any(one.kind in ("dimension", "grain") and one.role == "dimension" for one in self.spans[:at])
        between = itertools.takewhile(lambda one: one.kind in SILENT, reversed(self.spans[:at]))
        return split and any(one.text.lower().split()[0] in OF for one in between)

    def _has_entity(self) -> bool:
        return bool(self.draft.dimensions)

    def _is_entity(self, name: str) -> bool:
        """Whether a metric counts this noun: people say "stores" where they mean the business."""
        return any(metric.counts == name for metric in self.model.metrics.values())

    def _where(self) -> tuple[Condition, ...]:
        problem = self.filters.problem(self._options_base)
        if problem is not None:
            raise Stop(problem)
        self.assumptions.extend(self.filters.assumptions())
        return self.filters.conditions()

    def _options_base(self, conditions: tuple[Condition, ...]) -> SemanticQuery:
        """The query with one choice of places, for the options of a question back."""
        draft = self.draft
        metrics = tuple(draft.metrics) or (self.model.header.default_metric,)
        timed = all(self.model.has_time(name) for name in metrics)
        ranked = draft.top is not None
        return SemanticQuery(
            metrics=metrics, dimensions=tuple(draft.dimensions), where=conditions,
            period=(self._given_period() or self._default()) if timed else "all",
            order=ordering.by(self.draft, metrics[0]) if ranked else (), per=tuple(draft.per),
            limit=(draft.number or self.model.header.default_ranking_limit) if ranked else None,
        )  # fmt: skip

    # Time.

    def _given_period(self) -> Period | Literal["all"] | None:
        return self.draft.whens[0].when.period if self.draft.whens and self.draft.whens[0].when else None

    def _default(self) -> Period:
        relative = named_period(self.model.header.default_period)
        assert relative is not None  # noqa: S101 - model check holds it
        return relative.resolve(self.as_of)

    def _period(self, metrics: list[str]) -> tuple[Any, Any]:
        """The period, and the one to compare with; a choice that was made is said."""
        from nlq.language.spans_of_time import settle  # noqa: PLC0415 - beside its one use

        found = settle(self.draft.whens, versus=self.draft.versus)
        if isinstance(found, Refusal):
            raise Stop(found)
        period, compare, said = found
        self.assumptions.extend(said)
        if period is not None:
            return period, compare
        default = self._default()
        if all(self.model.has_time(name) for name in metrics):
            this = named_period("this month")
            other = this.resolve(self.as_of) if this else default
            self._assume(f"{self.model.header.default_period}, as no period was named",
                         {"period": {"start": other.start.isoformat(), "end": other.end.isoformat()}})  # fmt: skip
        return default, None

    def _during(self, metrics: list[str], where: tuple[Condition, ...], *, given: bool) -> list[str]:
        """A count of things on the books, asked for over a period or by what only sales have, is a count of active ones."""
        from nlq.sql.filters import fields_of  # noqa: PLC0415

        found = []
        for name in metrics:
            metric: Metric = self.model.metrics[name]
            fields = (*self.draft.dimensions, *fields_of(where))
            table = metric.agg.table if metric.agg else ""
            beyond = bool(table) and bool(out_of_reach(self.model, table, fields))
            if metric.during and (given or beyond):
                during = self.model.metrics[metric.during]
                self._assume(f"{during.label.lower()}: {during.description[0].lower()}{during.description[1:].rstrip('.')}",
                             {"metrics": [name], "period": "all"})  # fmt: skip
                found.append(during.name)
            elif given and not self.model.has_time(name):
                raise Stop(
                    Refusal("no_metric", f"{metric.label.lower()} are counted as they stand today, not over a period")
                )
            else:
                found.append(name)
        return found

    # Order.

    def _dimensions(self, period: Any) -> list[str]:
        draft = self.draft
        if draft.trend and not any(self.model.is_time_grain(name) for name in draft.dimensions):
            time = self.model.time_dimension
            days = period.days if isinstance(period, Period) else 10_000
            grain = "day" if days <= 31 else "week" if days <= 120 else "month" if days <= 1_100 else "quarter"
            if time is not None:
                draft.dimensions.append(f"{time.name}.{grain}")
                self._assume(f"by {grain}, as the trend's grain was not named", {"dimensions": [f"{time.name}.month"]})
        return draft.dimensions

    def _rank(self, metrics: list[str], dimensions: list[str]) -> tuple[tuple[Order, ...], int | None]:
        draft = self.draft
        if draft.top is None and draft.sorted is not None:
            return (Order(by=metrics[0], dir="desc" if draft.sorted else "asc"),), None
        if draft.top is None:
            return (), None
        if not dimensions:
            kinds = [
                self.model.dimensions[meaning.ref].kind_of
                for one in self.spans
                if one.kind == "value"
                for meaning in one.meanings
            ]
            dimensions.extend(dict.fromkeys(kind for kind in kinds if kind))
        if not dimensions:
            raise Stop(
                choices.for_missing_entity(self.model, self._options_base(self.filters.conditions()), top=draft.top)
            )
        order = ordering.by(self.draft, metrics[0])
        limit = draft.number
        if limit is None:
            limit = self.model.header.default_ranking_limit if ordering.plural(self.model, self.spans) else 1
            other = 1 if limit > 1 else self.model.header.default_ranking_limit
            self._assume(f"the {'top' if draft.top else 'bottom'} {limit}, as no number was named", {"limit": other})
        return order, limit

    def _having(self, metrics: list[str], dimensions: list[str]) -> tuple[Condition, ...]:
        found = []
        for op, value, metric in self.draft.having:
            if not dimensions:
                raise Stop(
                    Refusal("out_of_scope", "a limit on a figure needs something to apply to: stores, products, days …")
                )
            found.append(Condition(field=metric or metrics[0], op=op, values=(value,)))  # type: ignore[arg-type]
        return tuple(found)

    def _named_only(self, metrics: list[str], dimensions: list[str], *, ranked: bool) -> list[Condition]:
        """Rows that name no customer (or whatever is optional) are not ranked among the customers."""
        tables = {table for name in metrics for table in self.model.base_tables(name)}
        found = []
        for name in dimensions if ranked else ():
            one = self.model.dimensions.get(name)
            if one is not None and one.optional and tables != {one.table}:
                self._assume(f"known {one.label.lower()}s only: rows that name none are left out", {})
                found.append(Condition(field=name, op="is_not_null"))
        return found

    def _assume(self, text: str, change: dict[str, Any]) -> None:
        self.assumptions.append(Assumed(text, change))


def _completed(one: Assumed, query: SemanticQuery) -> Assumed:
    """Another metric is another order, and another column for a limit on figures to look at."""
    metrics = one.change.get("metrics")
    if not metrics:
        return one
    moved: dict[str, Any] = {}
    if query.order:
        moved["order"] = [{"by": metrics[0], "dir": term.dir} for term in query.order]
    if query.having:
        moved["having"] = [{**dump(term), "field": metrics[0]} for term in query.having]
    return Assumed(one.text, {**one.change, **moved})

"""Spans put together: which metric, split by what, filtered how, over which days, in what order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from nlq.language import choices, clock, entries, lists, nouns, numbers, ordering, relations, sets
from nlq.language import counting as counting_
from nlq.language.filters import Filters
from nlq.language.spans_of_time import settle, two_periods
from nlq.language.walk import SILENT, Draft, Stop, Walker
from nlq.semantics.joins import reaches
from nlq.semantics.periods import named_period
from nlq.sql.filters import fields_of
from nlq.values import Assumed, Refusal
from nlq.values.query import Condition, Order, Period, Segment, SemanticQuery, dump

if TYPE_CHECKING:
    from datetime import date

    from nlq.language.entries import Figured
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values import ScopeValues


LENGTHS = {"month": 31, "year": 366}  # days at most
SHOWN = ("list", "as_chart", "as_table")  # every answer has a table, and a chart where one can be drawn
ORDERS: dict[str, Literal["asc", "desc"]] = {"latest_first": "desc", "earliest_first": "asc"}


class Composer:
    """Goes over the spans once, then settles what is open. `assumptions` and `doubts` are filled on the way."""

    def __init__(self, model: SemanticModel, values: ScopeValues, spans: list[Span], as_of: date) -> None:
        self.model, self.values, self.spans, self.as_of = model, values, spans, as_of
        self.assumptions: list[Assumed] = []
        self.doubts: list[str] = []
        self.filters = Filters(model, values)
        self.walker = Walker(model, spans, self.filters)
        self.draft = self.walker.draft
        self.dated = ""  # the date of things that the period is of
        self._best: nouns.Best | None = None  # what is best by a figure, where figures of the best are asked for

    def compose(self) -> SemanticQuery:
        """The query that the words ask for.

        Raises:
            Stop: it is better to ask, or to decline.
        """
        refused = choices.refused(self.model, self.spans)
        if refused is not None:
            raise Stop(refused)
        self.corrected()
        self.walker.nouns()
        figured = entries.moving(self.model, self.draft, self.spans)
        numbers.placed(self.walker)
        listed = lists.wanted(self)
        query = lists.query(self, *listed) if listed is not None else self._figures(figured)
        left = choices.leftover(self.spans)
        if left is not None:
            raise Stop(left)
        self.assumptions = [_completed(one, query) for one in self.assumptions]
        return query

    def _figures(self, figured: Figured | None) -> SemanticQuery:
        """A query for figures."""
        model, draft, spans = self.model, self.draft, self.spans
        for one in spans:
            one.role = "ignored" if one.kind in SHOWN else one.role  # "list the top 3 stores", "chart the sales"
        self._from_one_to_another()
        against = self._against()
        default = model.header.default_metric
        counted = entries.counted(model, draft, spans, default)
        if counted is None:
            counted = entries.with_any(model, draft, spans)
        if counted is None and not draft.metrics and any(one.kind == "count" for one in spans) and not counting_.of_noun(model, spans, self.walker):  # fmt: skip
            counted = entries.kinds(model, draft, default, beyond=bool(draft.whens) or self._of_sales())
        metrics = [counted[0]] if counted is not None else self._metrics()
        figured = figured or (counted[1] if counted is not None else None) or entries.running(model, draft, spans) or entries.averaged(model, draft, spans, metrics)  # fmt: skip
        chosen = self._sets(metrics)
        self._averages(metrics)
        self._divided(metrics)
        self._best = nouns.placed(self, metrics)
        part = relations.part_metric(model, draft, spans, metrics)
        share = None if part else relations.share(model, self.filters, draft, spans, metrics)
        where = (*self.where(), *chosen, *self._of_date())
        segments: tuple[Segment, ...] = ()
        if against:
            where, segments = relations.against(model, self.filters, draft, against)
        period, compare = self._period(metrics)
        if figured is not None and figured.window is not None and figured.window.running and not draft.whens:
            period = self._so_far()
        metrics = self._during(metrics, where, given=bool(draft.whens) and (not chosen or bool(draft.absent)))
        figured = entries.within(figured, period) if figured is not None else None
        if self._best is not None:
            metrics = [name for name in metrics if name != self._best.metric]
            where = (*where, self._of_the_best_ones(metrics))
        dimensions = self._dimensions(period)
        order, limit = self._rank(metrics, dimensions)
        for one in spans:  # "when was it highest" is answered by a time beside the figure
            one.role = "grouping" if one.kind == "whenever" and any(map(model.is_time_grain, dimensions)) else one.role
        metrics, order, compare = ordering.growth(model, draft, metrics, order, compare, dimensions, period)
        where = (*where, *self._named_only(metrics, dimensions, ranked=limit is not None))
        where = (*where, *(entries.known_only(model, figured) if figured is not None else ()))
        timed = all(model.has_time(name) for name in metrics)
        query = SemanticQuery(
            metrics=tuple(metrics), dimensions=tuple(dimensions), where=where, having=self._having(metrics, dimensions),
            period=period if timed else "all", compare=(compare,) if compare else (), order=order, limit=limit,
            per=tuple(draft.per), segments=segments, share=share,
        )  # fmt: skip
        if query.having and any(one.kind == "count" for one in spans):
            raise Stop(Refusal("out_of_scope", 'how many there are beyond a limit: say "how many stores have …"'))
        if draft.pair is not None:
            query = entries.divided(query, draft.pair)
        return entries.applied(query, metrics[0], figured) if figured is not None else query

    def _from_one_to_another(self) -> None:
        """A change "from Q1 to Q2" is of one period against another, not over both."""
        draft = self.draft
        if (
            (draft.growth or draft.versus)
            and len(draft.whens) == 1
            and draft.whens[0].when is not None
            and draft.whens[0].when.parts
        ):
            span, (first, second) = draft.whens[0], draft.whens[0].when.parts
            draft.whens[:] = [replace(span, when=first), replace(span, when=second)]
            draft.versus = True

    def _of_date(self) -> tuple[Condition, ...]:
        """The period, as a condition on the date of things that it is of."""
        period = self.given_period()
        if not self.dated or not isinstance(period, Period):
            return ()
        self.draft.whens.clear()
        return (Condition(field=self.dated, op="between", values=(period.start.isoformat(), period.end.isoformat())),)

    def _against(self) -> list[Span]:
        """Values that are set against each other; where it is periods that are, none."""
        draft, spans = self.draft, self.spans
        against = relations.opposed(spans, self.filters) if draft.versus else []
        several = sum(one.kind == "versus" for one in spans) > 1
        if draft.versus and not against and (not two_periods(draft.whens) or several):
            raise Stop(
                Refusal(
                    "out_of_scope",
                    "nlq can set values or periods against each other, one at a time; ask for each, or for all by name",
                )
            )
        draft.versus = draft.versus and not against  # of periods, from here on
        return against

    def _sets(self, metrics: list[str]) -> tuple[Condition, ...]:
        """Things that are chosen by what they did, and are counted or that figures are of."""
        period = None if all(self.model.has_time(name) for name in metrics) else self.given_period() or "all"
        entity = sets.entity_of(self.model, metrics, self.draft)
        counted = sets.entity_of(self.model, metrics, Draft()) is not None
        found = sets.of_words(self.model, self.draft, self.filters, self.spans, entity, period, counted=counted)
        if self.draft.whose is not None:
            found = (*found, sets.beyond(self.model, self.draft))
        for one in self.spans if found else ():
            if one.kind in ("none", "both") or (one in self.draft.loose and one.ref_of == entity):
                one.role = one.role or "set"
        self.draft.loose[:] = [one for one in self.draft.loose if not found or one.role != "set"]
        return found

    def _of_sales(self) -> bool:
        """Whether a filter is of what only sales have, so that what sold is counted, not what is on the books."""
        fields = [name for one in self.filters.conditions() for name in one.fields()]
        counts = [name for name, one in self.model.public_metrics().items() if one.counts]
        return any(not any(reaches(self.model, name, field) for name in counts) for field in fields)

    def _averages(self, metrics: list[str]) -> None:
        """An average that does not say over what is asked about."""
        averages = [one for one in self.spans if one.kind == "average" and not one.role]
        if averages:
            averages[0].role = "not understood"
            raise Stop(choices.for_average(self.model, metrics, averages[0], self._rest()))

    def _of_the_best_ones(self, metrics: list[str]) -> Condition:
        """Those that are best by the figure, or by another one."""
        draft, best = self.draft, self._best
        assert best is not None  # noqa: S101 - asked before
        metric, limit = best.metric or metrics[0], draft.number or self.model.header.default_ranking_limit
        text = f"the {'top' if draft.top else 'bottom'} {limit} by {self.model.metrics[metric].label.lower()}"
        self.assume(text, {})
        made = sets.best_of(self.model, best.noun, self.spans, metric, self.filters.conditions(), ordering.by(draft, metric), limit, best.period)  # fmt: skip
        draft.top = None
        return made

    def corrected(self) -> None:
        """Words that were mended are said."""
        for one in self.spans:
            if one.corrected:
                self.doubts.append(f'"{one.text}" was read as "{one.corrected}"')
                self.assumptions.append(Assumed(f'"{one.text}" read as "{one.corrected}"', {}))

    def _metrics(self) -> list[str]:
        """The metrics asked for; without one the default, where a rank or "performing" says that one is meant."""
        draft = self.draft
        counting = any(one.kind == "count" for one in self.spans) and not any(one.kind == "share" for one in self.spans)
        if not draft.metrics and not counting:
            draft.metrics.extend(self._of_things())
        if counting and not draft.metrics:
            draft.metrics.extend(counting_.of_noun(self.model, self.spans, self.walker))
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
        if any(one.kind in ("followup", "reference") for one in self.spans):
            raise Stop(
                Refusal(
                    "out_of_scope",
                    "this goes on from a question before, and there is none in this conversation: say all of it",
                )
            )
        figured = any(one.kind in ("performing", "amount") for one in self.spans)
        limited = list(dict.fromkeys(name for _, _, name in draft.having if name is not None))
        if limited and draft.top is None:  # "provinces with 3 or more stores"
            return limited
        kinds = {one.kind for one in self.spans}
        compared = draft.versus or ("why" in kinds and bool(kinds & {"value", "place", "ask", "time"}))
        if draft.top is not None or draft.having or draft.trend or draft.growth or figured or compared:
            metric = self.model.metrics[self.model.header.default_metric]
            second = self.model.header.second_metric
            self.assume(f"by {metric.label.lower()}, as no figure was named", {"metrics": [second]} if second else {})
            return [metric.name]
        raise Stop(choices.for_missing_metric(self.model, self._rest(), draft.loose))

    def _of_things(self) -> list[str]:
        """How many there were of a thing, where it is that which is compared: "did customers grow", "why did we lose customers"."""
        draft = self.draft
        kinds = {one.kind for one in self.spans}
        nouns = [one for one in draft.loose if one.kind == "dimension"]
        if not (draft.growth or draft.versus or "why" in kinds) or len(nouns) != 1 or draft.top is not None:
            return []
        counts = next(
            (one for one in self.model.public_metrics().values() if one.counts == nouns[0].ref_of and one.during), None
        )
        if counts is None or counts.during is None:
            return []
        nouns[0].role = "counted"
        draft.loose[:] = [one for one in draft.loose if one is not nouns[0]]
        return [counts.during]

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

    def _rest(self) -> dict[str, Any]:
        """What is known beside the metric, for the options of a question back."""
        period = self.given_period()
        return {
            "where": self.filters.conditions(),
            "dimensions": tuple(self.draft.dimensions),
            "period": period or self.default_period(),
        }

    def is_entity(self, one: Span) -> bool:
        """Whether a metric counts this noun: people say "stores" where they mean the business."""
        return any(metric.counts == one.ref_of for metric in self.model.metrics.values())

    def where(self) -> tuple[Condition, ...]:
        """The conditions of all that was named, what was chosen among several places being assumed.

        Raises:
            Stop: what a name means has to be asked.
        """
        problem = self.filters.problem(self._options_base)
        if problem is not None:
            raise Stop(problem)
        self.assumptions.extend(self.filters.assumptions())
        return (*self.filters.conditions(), *self._hours())

    def _hours(self) -> list[Condition]:
        """Hours of the day that were named."""
        found = []
        for one in self.spans:
            if one.hours is not None:
                made = clock.condition(self.model, one.hours)
                if made is None:
                    raise Stop(Refusal("out_of_scope", f'"{one.text}" is nothing that these figures can be split by'))
                one.role = "filter"
                found.append(made)
        return found

    def _options_base(self, conditions: tuple[Condition, ...]) -> SemanticQuery:
        """The query with one choice of places, for the options of a question back."""
        draft = self.draft
        metrics = tuple(draft.metrics) or (self.model.header.default_metric,)
        timed = all(self.model.has_time(name) for name in metrics)
        ranked = draft.top is not None
        return SemanticQuery(
            metrics=metrics, dimensions=tuple(draft.dimensions), where=conditions,
            period=(self.given_period() or self.default_period()) if timed else "all",
            order=ordering.by(self.draft, metrics[0]) if ranked else (), per=tuple(draft.per),
            limit=(draft.number or self.model.header.default_ranking_limit) if ranked else None,
        )  # fmt: skip

    # Time.

    def given_period(self) -> Period | Literal["all"] | None:
        """The period that is named first; None where none is."""
        return next((one.when.period for one in self.draft.whens if one.when is not None and not one.when.moved), None)

    def default_period(self) -> Period:
        """The period that the model takes where none is named."""
        relative = named_period(self.model.header.default_period)
        assert relative is not None  # noqa: S101 - model check holds it
        return relative.resolve(self.as_of)

    def _period(self, metrics: list[str]) -> tuple[Any, Any]:
        """The period, and the one to compare with; a choice that was made is said."""
        found = settle(
            self.draft.whens,
            versus=self.draft.versus,
            default=self.default_period(),
            near=self._near(),
            today=self.as_of,
        )
        if isinstance(found, Refusal):
            raise Stop(found)
        period, compare, said = found
        self.assumptions.extend(said)
        if period is not None:
            return period, compare
        default = self.default_period()  # which what is said by another period is said by
        if all(self.model.has_time(name) for name in metrics):
            this = named_period("this month")
            other = this.resolve(self.as_of) if this else default
            self.assume(f"{self.model.header.default_period}, as no period was named",
                         {"period": {"start": other.start.isoformat(), "end": other.end.isoformat()}})  # fmt: skip
        return default, compare

    def _so_far(self) -> Period:
        """The period of a running total that names none: this month by day, else this year."""
        time = self.model.time_dimension
        daily = time is not None and f"{time.name}.day" in self.draft.dimensions
        relative = named_period("this month" if daily else "this year")
        assert relative is not None  # noqa: S101 - our own words
        period = relative.resolve(self.as_of)
        self.assumptions[:] = [one for one in self.assumptions if "period" not in one.change]
        self.assume(f"{'this month' if daily else 'this year'}, as no period was named", {})
        return period

    def _near(self) -> bool:
        """Whether the periods stand beside one another, with nothing but "and" and the like between them."""
        places = [at for at, one in enumerate(self.spans) if one in self.draft.whens]
        between = [one for at, one in enumerate(self.spans[places[0] : places[-1]], places[0]) if at not in places] if places else []  # fmt: skip
        return all(one.kind in (*SILENT, "and") for one in between)

    def _during(self, metrics: list[str], where: tuple[Condition, ...], *, given: bool) -> list[str]:
        """Counts of things on the books, or of those that were active in the period."""
        found = []
        for name in metrics:
            taken, assumed = counting_.during(
                self.model, name, (*self.draft.dimensions, *fields_of(where)), given=given
            )
            self.assumptions.extend([assumed] if assumed is not None else [])
            found.append(taken)
        return found

    # Order.

    def _dimensions(self, period: Any) -> list[str]:
        draft = self.draft
        if draft.step and isinstance(period, Period) and period.days > LENGTHS[draft.step] and not any(map(self.model.is_time_grain, draft.dimensions)):  # fmt: skip
            time = self.model.time_dimension  # "month over month growth in 1997": of each of its months
            draft.dimensions.extend([f"{time.name}.{draft.step}"] if time is not None else [])
        if draft.trend and not any(self.model.is_time_grain(name) for name in draft.dimensions):
            time = self.model.time_dimension
            days = period.days if isinstance(period, Period) else 10_000
            grain = "day" if days <= 31 else "week" if days <= 120 else "month" if days <= 1_100 else "quarter"
            if time is not None:
                draft.dimensions.append(f"{time.name}.{grain}")
                self.assume(f"by {grain}, as the trend's grain was not named", {"dimensions": [f"{time.name}.month"]})
        return draft.dimensions

    def _rank(self, metrics: list[str], dimensions: list[str]) -> tuple[tuple[Order, ...], int | None]:
        draft = self.draft
        latest = next((one for one in self.spans if one.kind in ORDERS), None)
        if latest is not None and draft.top is None:
            grains = [name for name in dimensions if self.model.is_time_grain(name)]
            if len(grains) != 1:
                raise Stop(Refusal("out_of_scope", f'I do not know what "{latest.text}" puts in order'))
            latest.role = "order"
            return (Order(by=grains[0], dir=ORDERS[latest.kind]),), None
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
                if meaning.ref in self.model.dimensions
            ]
            dimensions.extend(dict.fromkeys(kind for kind in kinds if kind))
        if not dimensions:
            ask = (
                choices.for_missing_time
                if any(one.kind == "whenever" for one in self.spans)
                else choices.for_missing_entity
            )
            raise Stop(ask(self.model, self._options_base(self.filters.conditions()), top=draft.top))
        order = ordering.by(self.draft, metrics[0])
        limit = draft.number
        if limit is None:
            limit = self.model.header.default_ranking_limit if ordering.plural(self.model, self.spans) else 1
            other = 1 if limit > 1 else self.model.header.default_ranking_limit
            self.assume(f"the {'top' if draft.top else 'bottom'} {limit}, as no number was named", {"limit": other})
        return order, limit

    def _having(self, metrics: list[str], dimensions: list[str]) -> tuple[Condition, ...]:
        found = []
        for op, value, metric in self.draft.having:
            if not dimensions:
                raise Stop(
                    Refusal("out_of_scope", "a limit on a figure needs something to apply to: stores, products, days …")
                )
            found.append(Condition(field=metric or metrics[0], op=op, values=value))  # type: ignore[arg-type]
        return tuple(found)

    def _named_only(self, metrics: list[str], dimensions: list[str], *, ranked: bool) -> list[Condition]:
        """Rows that name no customer (or whatever is optional) are not ranked among the customers."""
        tables = {table for name in metrics for table in self.model.base_tables(name)}
        found = []
        for name in dimensions if ranked else ():
            one = self.model.dimensions.get(name)
            if one is not None and one.optional and tables != {one.table}:
                self.assume(f"known {one.label.lower()}s only: rows that name none are left out", {})
                found.append(Condition(field=name, op="is_not_null"))
        return found

    def assume(self, text: str, change: dict[str, Any]) -> None:
        """Note a choice that was made for the asker, and the parts of the query that the other choice would replace."""
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

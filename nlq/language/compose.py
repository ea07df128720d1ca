"""Spans put together: which metric, split by what, filtered how, over which days, in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from nlq.language import (
    additions,
    apart,
    averages,
    beside_ranks,
    choices,
    clauses,
    days_asked,
    entries,
    habits,
    in_every,
    listing,
    lists,
    metrics_asked,
    movers,
    nouns,
    numbers,
    of_that,
    one_by_one,
    opposites,
    ordering,
    part_of_all,
    periods_asked,
    periods_listed,
    positions,
    ranks_asked,
    senses,
    sets,
    shares,
    shares_over_time,
    sides,
    sorting,
    turns,
)
from nlq.language import counting as counting_
from nlq.language.draft import Draft, Stop
from nlq.language.filters import Filters
from nlq.language.spans_of_time import LONG, NOW
from nlq.language.walk import Walker
from nlq.semantics.periods import named_period
from nlq.sql.filters import fields_of
from nlq.values import Assumed, Refusal
from nlq.values.query import Condition, Period, SemanticQuery, Share, dump

if TYPE_CHECKING:
    from datetime import date

    from nlq.language.entries import Figured
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values import ScopeValues
    from nlq.values.query import Segment


SHOWN = ("list", "as_chart", "as_table")  # every answer has a table, and a chart where one can be drawn


class Composer:
    """Goes over the spans once, then settles what is open. `assumptions` and `doubts` are filled on the way."""

    def __init__(self, model: SemanticModel, values: ScopeValues, spans: list[Span], as_of: date) -> None:
        self.model, self.values, self.spans, self.as_of = model, values, spans, as_of
        self.assumptions: list[Assumed] = []
        self.doubts: list[str] = []
        self.filters = Filters(model, values)
        self.walker = Walker(model, spans, self.filters)
        self.draft = self.walker.draft
        self.newcomers = ""  # the people of whom only those are meant who are new
        self.new_in: Period | None = None  # the period that they are new in, where it is not that of the figures
        self.dated = ""  # the date of things that the period is of
        self.each_year = False  # whether figures are of the same part of every year
        self.opposite: opposites.Opposite | None = None  # a value that is set against all others
        self.known_before: tuple[str, str, str] | None = (
            None  # people who are new against those who are not, by their names
        )
        self.apiece: Span | None = None  # the first of a list of which each is asked for
        self.clause: clauses.Clause | None = None  # those of whom figures are, by what they bought
        self.latest_days = 0  # how many of the latest days of a kind are meant
        self.condition: Segment | None = None  # what a share is asked for of, where it is no value
        self.part: tuple[Span, ...] = ()  # the part of a figure that is asked for beside it
        self.clocks: list[Span] = []  # hours of the day that are set against each other
        self.before: Period | None = None  # the period of the question before, which stands where none is named
        self.against: Any = None  # what that was compared with
        self.placed: Span | None = None  # a value whose place in a ranking is asked for
        self._best: nouns.Best | None = None  # what is best by a figure, where figures of the best are asked for

    def compose(self) -> SemanticQuery:
        """The query that the words ask for.

        Raises:
            Stop: it is better to ask, or to decline.
        """
        self.walker.beside.added = additions.found(self.spans)
        of_that.taken(self)
        days_asked.taken(self)
        turns.taken(self.spans)
        sorting.taken(self)
        beside_ranks.settled(self.spans)
        senses.settled(self.model, self.spans)
        periods_asked.newly(self)
        periods_asked.earliest(self)
        habits.taken(self)
        self.apiece = additions.apiece(self.spans)
        opposites.taken(self)
        against_rest = opposites.is_of_ranked(self.spans)
        positions.taken(self)
        refused = choices.refused(self.model, self.spans)
        if refused is not None:
            raise Stop(refused)
        self.corrected()
        counting_.in_cebuano(self.model, self.spans)
        clauses.taken(self)
        self.walker.nouns()
        one_by_one.listed(self.walker)
        periods_asked.in_both(self)
        positions.among(self)
        figured = entries.moving(self.model, self.draft, self.spans)
        numbers.placed(self.walker)
        ever, part = in_every.wanted(self), part_of_all.wanted(self)
        listed = lists.wanted(self) if ever is None else None
        if ever is not None:
            query = in_every.query(self, *ever)
        elif part is not None:
            query = part_of_all.query(self, *part)
        else:
            query = listing.query(self, *listed) if listed is not None else self._figures(figured)
        query = opposites.beside_the_rest(self.model, query) if against_rest else query
        left = (
            choices.leftover(self.spans) or apart.refused(self.model, query.where) or apart.off_day(self.model, query)
        )
        if left is not None:
            raise Stop(left)
        self.assumptions = [_completed(one, query) for one in self.assumptions]
        return query

    def _figures(self, figured: Figured | None) -> SemanticQuery:
        """A query for figures."""
        model, draft, spans = self.model, self.draft, self.spans
        lists.with_figures(self)
        self._pass_over_shown()
        own = (*periods_asked.own_dates(self), *habits.returned(self), *periods_asked.of_each_year(self), *shares_over_time.by_unit(self))  # fmt: skip
        periods_asked.from_one_to_another(self)
        listed = periods_listed.taken(self)
        against = sides.against(self)
        draft.trend = draft.trend and not draft.versus  # "movement in sales, Q3 over Q2"
        ways = movers.taken(self)
        counted = metrics_asked.counted(self)
        metrics = [counted[0]] if counted is not None else metrics_asked.asked(self)
        figured = figured or (counted[1] if counted is not None else None) or entries.running(model, draft, spans) or averages.averaged(model, draft, spans, metrics)  # fmt: skip
        lists.check_events(self, metrics)
        chosen = self._sets(metrics)
        metrics_asked.check_averages(self, metrics)
        metrics_asked.check_division(self, metrics)
        best = shares.of_the_best(self, metrics)
        table = self._counted_table(metrics)
        by_date = periods_asked.by_date(self, table)
        self._best = nouns.placed(self, metrics)
        used = best is None and self.condition is None and of_that.of_a_condition(self, metrics, own, sides.hours)
        share = best.share if best is not None else None if self.condition else shares.asked(self, metrics, against)
        dated = by_date or periods_asked.of_date(self, table)
        named, segments = sides.named(self, against, listed, metrics if figured is None else [])
        where = (
            *named,
            *chosen,
            *(best.those if best is not None else ()),
            *dated,
            *(() if used else own),
        )
        period, compare = periods_asked.settled(self, metrics)
        if figured is not None and figured.window is not None and figured.window.running and not draft.whens:
            period = periods_asked.so_far(self)
        metrics = self._during(metrics, where, period, chosen=bool(chosen))
        figured = entries.within(figured, period) if figured is not None else None
        if self._best is not None:
            metrics = [name for name in metrics if name != self._best.metric]
            where = (*where, self._of_the_best_ones(metrics))
        dimensions = ranks_asked.split(self, period)
        if figured is not None:
            averages.check_grains(model, figured, dimensions)
        order, limit = ranks_asked.ranked(self, metrics, dimensions)
        for one in spans:  # "when was it highest" is answered by a time beside the figure
            one.role = "grouping" if one.kind == "whenever" and any(map(model.is_time_grain, dimensions)) else one.role
        metrics, order, compare = ordering.growth(model, draft, metrics, order, compare, dimensions, period)
        order = ordering.by_share(movers.ordered(ways, metrics, order), share, draft)
        where = (
            *where,
            *ranks_asked.named_only(self, metrics, dimensions, chosen=limit is not None or bool(draft.having)),
        )
        where = (
            *where,
            *positions.behind(self, metrics, dimensions, where, order),
            *(entries.known_only(model, figured) if figured is not None else ()),
        )
        having = (*ranks_asked.limits(self, metrics, dimensions), *movers.limits(ways, metrics, compare, draft.beyond))
        timed = all(model.has_time(name) for name in metrics)
        query = sides.best_of_each(model, draft, SemanticQuery(
            metrics=tuple(metrics), dimensions=tuple(dimensions), where=where, having=having,
            period=period if timed else "all", compare=(compare,) if compare else (), order=order, limit=None if draft.extremes else limit,
            per=tuple(draft.per), segments=segments, share=share or (Share() if draft.part else None),
        ))  # fmt: skip
        if query.having and any(one.kind == "count" for one in spans):
            raise Stop(Refusal("out_of_scope", 'how many there are beyond a limit: say "how many stores have …"'))
        if draft.pair is not None:
            query = entries.divided(query, draft.pair)
        return entries.applied(query, metrics[0], figured) if figured is not None else query

    def _pass_over_shown(self) -> None:
        """Words of how figures are shown say nothing of which: "list the top 3 stores", "chart the sales"."""
        for one in self.spans:
            one.role = "ignored" if one.kind in SHOWN else one.role
        if any(one.kind == "why" for one in self.spans):  # "why is it slow now" is not of today against yesterday
            self.draft.whens[:] = [one for one in self.draft.whens if one.text.lower() not in NOW]

    def _counted_table(self, metrics: list[str]) -> str:
        """The table whose rows are counted, as they stand today; "" where figures have a time."""
        entity = sets.entity_of(self.model, metrics, Draft())
        timed = any(map(self.model.has_time, metrics))
        return "" if timed or entity is None else self.model.dimensions[entity].table

    def _sets(self, metrics: list[str]) -> tuple[Condition, ...]:
        """Things that are chosen by what they did, and are counted or that figures are of; what is only left out of a share chooses none."""
        of_that.of_what_is_left(self, metrics)
        period = None if all(self.model.has_time(name) for name in metrics) else self.given_period() or "all"
        timely = (
            self.draft.besides or self.draft.lacks or self.draft.present
        )  # an event is at one time, and is not nothing
        event = None if timely else sets.event_of(self.model, metrics)
        entity = sets.entity_of(self.model, metrics, self.draft) or habits.somebody(self) or event
        counted = all(sets.entity_of(self.model, [name], Draft()) is not None for name in metrics) or entity == event
        without = periods_listed.left_out(self, self.given_period() or self.before) if entity is None else ()
        found = sets.of_words(self.model, self.draft, self.filters, self.spans, entity, period, counted=counted)
        found = (*without, *found, *habits.newcomers(self, counted=counted), *clauses.among(self))
        if self.draft.whose is not None:
            found = (*found, sets.beyond(self.model, self.draft))
        for one in self.spans if found else ():
            if one.kind in ("none", "both") or (one in self.draft.loose and one.ref_of == entity):
                one.role = one.role or "set"
        self.draft.loose[:] = [one for one in self.draft.loose if not found or one.role != "set"]
        return found

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

    def rest(self) -> dict[str, Any]:
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
        self.settle_places()
        return (*self.filters.conditions(), *sides.hours(self), *self.draft.worth)

    def settle_places(self) -> None:
        """Note which place each name was taken for, and what a limit is of.

        Raises:
            Stop: what a name means has to be asked.
        """
        problem = self.filters.problem()
        if problem is not None:
            raise Stop(problem)
        self.assumptions.extend(self.filters.assumptions())
        for _ in self.draft.worth:
            self.assume("the limit is of what each is worth, not of how many there are", {})

    def options_base(self, conditions: tuple[Condition, ...]) -> SemanticQuery:
        """The query with these conditions, for the options of a question back."""
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

    def given_period(self) -> Period | Literal["all"] | None:
        """The period that is named first; None where none is."""
        return next((one.when.period for one in self.draft.whens if one.when is not None and not one.when.moved), None)

    def default_period(self) -> Period:
        """The period that is taken where none is named."""
        season = periods_asked.seasonal(self)
        if season and self.before is not None and self.before.days < LONG:
            self.before = None  # "ber months" behind a question about yesterday
        if self.before is not None:
            return self.before
        relative = named_period("this year" if season else self.model.header.default_period)
        assert relative is not None  # noqa: S101 - model check holds it
        return relative.resolve(self.as_of)

    def _during(self, metrics: list[str], where: tuple[Condition, ...], period: Any, *, chosen: bool) -> list[str]:
        """Counts of things on the books, or of those that were active in the period; the usual one, where none is named, is said."""
        timed = any(one.text.lower() not in NOW for one in self.draft.whens)
        given = metrics_asked.was_sold(self.spans) or metrics_asked.they_bought(self, metrics)
        given = given or metrics_asked.had_some(self.model, self.spans)
        given = given or (timed and (not chosen or bool(self.draft.besides or self.newcomers)))
        found: list[str] = []
        if given and any(one.text.lower().startswith("as of") for one in self.draft.whens):
            counts = [self.model.metrics[name] for name in metrics if self.model.metrics[name].counts]
            if any(not self.model.has_time(one.name) for one in counts):  # active ones since January were not asked for
                raise Stop(
                    Refusal(
                        "no_metric",
                        f"{counts[0].label.lower()} are counted as they stand today, not as they stood then",
                    )
                )
        for name in metrics:
            taken, assumed = counting_.during(
                self.model, name, (*self.draft.dimensions, *fields_of(where)), given=given
            )
            self.assumptions.extend([assumed] if assumed is not None else [])
            found.append(taken)
        if found != metrics and not self.draft.whens and isinstance(period, Period):  # what has no time is over one now
            periods_asked.assume_usual(self, period)
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

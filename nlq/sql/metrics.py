"""Metrics as what is aggregated (leaves) and what is made of them (outputs). No SELECT is built here."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics.joins import unknown_metric
from nlq.semantics.measures import Change
from nlq.sql import small
from nlq.sql.build import divide, growth, minus
from nlq.sql.fields import SEGMENT, keys_of
from nlq.sql.frames import Frame, Frames, length
from nlq.sql.leaves import Breakdown, Leaf, Output
from nlq.sql.said import FOLDED, is_itself, is_money, kind_of, label_of, tail_of, unit_of
from nlq.values.pipeline import TOTAL, CellType, Column
from nlq.values.query import Condition, MetricEntry, Period, SemanticQuery, Shift

if TYPE_CHECKING:
    from datetime import date

    from nlq.semantics.measures import Conversion, Cumulative, Derived, Metric, Rank
    from nlq.semantics.model import SemanticModel

PEOPLE = "people"  # first in the keys of leaves that count people


def break_down(model: SemanticModel, query: SemanticQuery, first: Frame, last: date | None = None) -> Breakdown:
    """Take every metric of a query apart; `first` is the frame of its own period, `last` the last day with data, where known.

    Raises:
        BadRequest: a metric that is not in the model, or one that cannot be asked this way.
    """
    return _Builder(model, query, first, last).build()


class _Builder:
    """Collects leaves without repetition while the outputs are made."""

    def __init__(self, model: SemanticModel, query: SemanticQuery, first: Frame, last: date | None) -> None:
        self.model, self.last = model, last
        self.query = query
        self.leaves: dict[tuple[object, ...], Leaf] = {}
        self.aliases: set[str] = set()
        self.frames = Frames(model, query.dimensions, first, last)

    def build(self) -> Breakdown:
        comparisons = [self._compared(index, one) for index, one in enumerate(self.query.compare)]
        outputs: dict[str, Output] = {}
        for one in self.query.metrics:
            entry = one if isinstance(one, MetricEntry) else MetricEntry(metric=one)
            for made in self._entry(entry, comparisons):
                if made.column.name in (*self.query.dimensions, "segment", TOTAL):
                    raise BadRequest(f"a figure is called {made.column.name!r}, as what it is split by", where="metrics",
                                     fix='give it another name with "as"')  # fmt: skip
                if made.column.name in outputs:
                    raise BadRequest(f"two columns are called {made.column.name!r}", where="metrics",
                                     fix='give one of them another name with "as"')  # fmt: skip
                outputs[made.column.name] = made
        return Breakdown(self._leaves(), tuple(outputs.values()), self.frames.all())

    def _leaves(self) -> tuple[Leaf, ...]:
        """All leaves. Where people are counted under several conditions, figures differ by what is between these: it is counted instead."""
        counts: dict[tuple[object, ...], list[Leaf]] = {}
        for key, leaf in self.leaves.items():
            if key[0] == PEOPLE:
                counts.setdefault(key[:-1], []).append(leaf)
        self._periods_apart(counts)
        instead: dict[str, Leaf] = {}
        for together in counts.values():
            if len(together) > 1 or len(self.query.segments) > 1:
                first = together[0]
                parts = tuple(one.where for one in together)
                made = replace(first, alias=f"{first.alias}__apart", function="overlap", where=(), parts=parts)
                instead.update((one.alias, made) for one in together)
        if not instead:
            return tuple(self.leaves.values())
        kept = [replace(one, people=instead[one.people].alias) if one.people in instead else one for one in self.leaves.values() if one.alias not in instead]  # fmt: skip
        return (*kept, *dict.fromkeys(instead.values()))

    def _periods_apart(self, counts: dict[tuple[object, ...], list[Leaf]]) -> None:
        """Figures of periods that overlap differ by the days between: where small groups are withheld they are refused, but for whole buckets."""
        by_rows: dict[tuple[object, ...], list[Leaf]] = {}
        for key, together in counts.items():
            by_rows.setdefault(key[:-1], []).append(together[0])  # all but the frame
        for leaves in by_rows.values():
            for one, other in combinations(leaves, 2):
                if self.frames.overlap(one.frame, other.frame):
                    raise small.refused(self.model, next(each.metric for each in self.leaves.values() if each.people == one.alias),
                                        "periods that overlap")  # fmt: skip

    def _compared(self, index: int, compare: Shift | Period) -> tuple[str, int]:
        """A compared period's column suffix, and its frame."""
        suffix = "__prior" if index == 0 else f"__prior{index + 1}"
        if isinstance(compare, Period):
            return suffix, self.frames.given(0, compare, suffix)
        return suffix, self.frames.shifted(0, length(compare.shift), suffix)

    def _entry(self, entry: MetricEntry, comparisons: list[tuple[str, int]]) -> list[Output]:
        metric = self._metric(entry)
        name = entry.as_ or f"{metric.name}{tail_of(entry)}"
        kind, unit, label = self._kind(metric, entry), unit_of(metric, entry), label_of(metric, entry)
        plain = entry.window is None and entry.agg is None
        if metric.rank is not None and entry.agg is not None:
            raise BadRequest(f"{metric.name} is a place among the rows of a query: there is none to take the {entry.agg} of",
                             where=f"metric {metric.name}", fix=f"ask for {metric.rank.of} so")  # fmt: skip
        if kind == "date" and (comparisons or entry.agg in ("avg", "median")):
            raise BadRequest(f"{metric.name} is a date: it has no difference and no average", where=f"metric {metric.name}",
                             fix="ask for it plainly, or for its least or greatest")  # fmt: skip
        here = self._asked(metric, entry, name, 0)
        additive = plain and metric.adds_up and not self._of_days(metric)
        ranked = metric.rank is not None
        outputs = [
            Output(
                Column(name, label, kind, unit, "metric"), here, metric.name, additive, itself=True, over_rows=ranked
            )
        ]
        for suffix, frame in comparisons:
            prior = self._asked(metric, entry, name, frame)
            tail = suffix.removeprefix("__prior")
            change = minus(here, prior)
            made: list[tuple[str, str, CellType, str | None, exp.Expr]] = [
                (suffix, f"{label}, before", kind, unit, prior),
                (f"__change{tail}", f"{label}, change", kind, unit, change),
            ]
            if not ranked:  # places do not grow
                made.append((f"__growth{tail}", f"{label}, growth", "number", "ratio", growth(here, prior)))
            outputs.extend(
                Output(
                    Column(f"{name}{end}", said, cell, of, "metric"),
                    expression,
                    metric.name,
                    additive=False,
                    over_rows=ranked,
                )
                for end, said, cell, of, expression in made
            )
        return outputs

    def _of_days(self, metric: Metric) -> bool:
        """Whether a figure is an average of days over rows of several buckets of time: these do not add up."""
        within = self.query.share.within if self.query.share else ()
        apart = [name for name in self.query.dimensions if self.model.is_time_grain(name) and name not in within]
        return metric.agg is not None and metric.agg.over_time == "average" and bool(apart)

    def _asked(self, metric: Metric, entry: MetricEntry, name: str, frame: int) -> exp.Expr:
        """An entry's value in one frame."""
        if entry.window is not None:
            self._no_steps(metric)
            frame = self.frames.windowed(frame, entry.window)
        if entry.agg is not None:
            self._value(metric, name, frame, entry.where, dry=True)  # what is wrong with it is said here
            named = metric.name if entry.ratio is None else entry.ratio[0]
            return self._leaf(named, frame, "fold", (), name, entry)
        if metric.rank is not None:
            return self._place(metric.rank, name, frame, (*entry.where, *metric.where))
        return self._value(metric, name, frame, entry.where)

    def _place(self, rank: Rank, name: str, frame: int, where: tuple[Condition, ...]) -> exp.Expr:
        """The place of a figure among those of all rows, or of those that are alike in what it is within."""
        value = self._part(rank.of, name, frame, where)
        within: list[str] = []
        for field in rank.within:
            one = self.model.dimensions.get(field)
            split = [
                name
                for name in self.query.dimensions
                if name == field or (one is not None and one.time and self.model.is_time_grain(name))
            ]
            if not split and not (one is not None and one.time):
                raise BadRequest(f"{name} is a place within each {field}, which the query is not split by", where="dimensions",
                                 fix=f"add {field}")  # fmt: skip
            within += split
        apart = [alias for key in keys_of(self.model, tuple(dict.fromkeys(within))) for alias in key.aliases]
        apart += [SEGMENT] if self.query.segments else []
        order = exp.Ordered(this=value.copy(), desc=rank.first == "highest", nulls_first=False)
        place = exp.Window(
            this=exp.Rank(), partition_by=[exp.column(alias) for alias in apart], order=exp.Order(expressions=[order])
        )
        known = exp.not_(exp.Is(this=value, expression=exp.Null()), copy=False)
        return exp.Case().when(known, place, copy=False)

    def _kind(self, metric: Metric, entry: MetricEntry) -> CellType:
        return FOLDED.get(entry.agg or "", kind_of(self.model, metric))

    def _metric(self, entry: MetricEntry) -> Metric:
        if entry.ratio is None:
            return self._named(entry.metric or "")
        first, second = (self._named(part) for part in entry.ratio)
        dated = next((one.name for one in (first, second) if kind_of(self.model, one) == "date"), None)
        if dated is not None:
            raise BadRequest(
                f"{dated} is a date: there is no ratio of it", where=f"metric {dated}", fix="ask for it plainly"
            )
        return replace(first, name=entry.as_ or f"{first.name}_per_{second.name}", label=f"{first.label} / {second.label}",
                       unit=first.unit if is_money(first) and not is_money(second) else "ratio", where=(), agg=None, growth=None, derived=None,
                       cumulative=None, change=None, conversion=None, rank=None, ratio=entry.ratio)  # fmt: skip

    def _named(self, name: str) -> Metric:
        metric = self.model.metrics.get(name)
        if metric is None or metric.internal:
            raise unknown_metric(self.model, name)
        return metric

    def _value(self, metric: Metric, name: str, frame: int, where: tuple[Condition, ...], *, dry: bool = False) -> exp.Expr:  # fmt: skip
        """A metric's value in one frame, over leaf columns; a dry one leaves no leaves behind."""
        if dry:
            return _Builder(self.model, self.query, self.frames[frame], self.last)._value(metric, name, 0, where)  # noqa: SLF001
        if metric.rank is not None:
            raise BadRequest(f"{metric.name} is a place among the rows of a query, and nothing is made of it", where=f"metric {metric.name}",
                             fix=f"use {metric.rank.of}")  # fmt: skip
        if not is_itself(metric):
            dated = next(
                (part for part in metric.parts if kind_of(self.model, self.model.metrics[part]) == "date"), None
            )
            if dated is not None:
                raise BadRequest(
                    f"{metric.name} computes with {dated}, which is a date",
                    where=f"metric {metric.name}",
                    fix=f"ask for {dated}",
                )
        where = (*where, *metric.where)
        if metric.agg is not None:
            return self._aggregate(metric, name, frame, where)
        if metric.ratio is not None:
            over, under = (self._part(part, name, frame, where) for part in metric.ratio)
            return divide(over, under)
        if metric.derived is not None:
            return self._derived(metric.derived, name, frame, where)
        if metric.cumulative is not None:
            return self._cumulative(metric, metric.cumulative, name, frame, where)
        if metric.conversion is not None:
            return self._converted(metric, metric.conversion, name, frame, where)
        return self._changed(metric.change or Change(of=metric.growth or ""), name, frame, where)

    def _part(self, part: str, name: str, frame: int, where: tuple[Condition, ...]) -> exp.Expr:
        return self._value(self.model.metrics[part], f"{name}__{part}" if where else part, frame, where)

    def _cumulative(self, metric: Metric, one: Cumulative, name: str, frame: int, where: tuple[Condition, ...]) -> exp.Expr:  # fmt: skip
        """A window that ends with each bucket's last day; or of those that end with each of its days, one or their average."""
        self._no_steps(metric)
        time = self.model.time_dimension
        if one.at == "last" or self.frames.grain in (None, "day") or time is None:
            return self._part(one.of, name, self.frames.windowed(frame, one.window), where)
        daily = MetricEntry(metric=metric.name, where=where, each=(f"{time.name}.day",), agg="avg")
        how = {"average": "fold", "first_known": "first", "last_known": "last"}[one.at]
        return self._leaf(metric.name, frame, how, (), name, daily)

    def _no_steps(self, metric: Metric) -> None:
        """Windows that end with one bucket after another differ by what is between: where small groups are withheld, by those."""
        if self.frames.grain is not None and small.held(self.model, metric.name):
            raise small.refused(self.model, metric.name, "windows over time")

    def _aggregate(self, metric: Metric, name: str, frame: int, where: tuple[Condition, ...]) -> exp.Expr:
        assert metric.agg is not None  # noqa: S101 - asked before
        if metric.agg.function != "avg":
            return self._leaf(metric.name, frame, metric.agg.function, where, name)
        over = self._leaf(metric.name, frame, "sum", where, f"{name}__sum")
        return divide(over, self._leaf(metric.name, frame, "count", where, f"{name}__count"))

    def _derived(self, derived: Derived, name: str, frame: int, where: tuple[Condition, ...]) -> exp.Expr:
        """The model's arithmetic with each metric's value in its place; a division gives null for a zero divisor."""
        values: dict[str, exp.Expr] = {}
        tree = expression(self.model, derived.expr)
        for column in tree.find_all(exp.Column):
            given = derived.inputs.get(column.name)
            if column.name in values:
                continue
            if given is None:
                values[column.name] = self._part(column.name, name, frame, where)
                continue
            at = frame
            if given.offset is not None:
                at = self.frames.back(frame, length(given.offset), f"__{column.name}")
            if given.to_start is not None:
                at = self.frames.to_start(at, given.to_start, f"__{column.name}")
            metric = self.model.metrics[given.metric]
            values[column.name] = self._value(metric, f"{name}__{column.name}", at, (*where, *given.where))

        def fill(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column):
                return exp.paren(values[node.name].copy(), copy=False) if isinstance(values[node.name], exp.Binary) else values[node.name].copy()  # fmt: skip
            if isinstance(node, exp.Div):
                return divide(node.this.transform(fill), node.expression.transform(fill))
            return node

        return tree.transform(fill)

    def _converted(self, metric: Metric, one: Conversion, name: str, frame: int, where: tuple[Condition, ...]) -> exp.Expr:  # fmt: skip
        if self.frames[frame].spined:
            raise BadRequest(f"{metric.name} is followed over days of its own: a window over it has no meaning", where="window",
                             fix="leave the window out")  # fmt: skip
        done = self._leaf(metric.name, frame, "converted", where, f"{name}__converted")
        if one.give == "count":
            return done
        if one.counting == "events":
            return divide(done, self._part(one.from_, name, frame, where))
        return divide(done, self._leaf(metric.name, frame, "reached", where, f"{name}__reached"))

    def _changed(self, change: Change, name: str, frame: int, where: tuple[Condition, ...]) -> exp.Expr:
        """A metric's own value then, its change since, or its growth."""
        of = self.model.metrics[change.of]
        if isinstance(change.against, Period):
            prior = self.frames.given(frame, change.against, "__before")
        elif change.against == "previous_period":
            prior = self.frames.before(frame)
        else:
            step = (1, "year") if change.against == "previous_year" else length(change.against)
            prior = self.frames.shifted(frame, step, "__before")  # type: ignore[arg-type]
        part = f"{name}__{of.name}" if where else of.name
        then = self._value(of, f"{part}{self.frames[prior].name}", prior, where)
        if change.give == "value":
            return then
        now = self._value(of, part, frame, where)
        return growth(now, then) if change.give == "growth" else minus(now, then)

    def _leaf(self, metric: str, frame: int, function: str, where: tuple[Condition, ...], alias: str,
              fold: MetricEntry | None = None) -> exp.Expr:  # fmt: skip
        key = (metric, frame, function, where, fold and replace(fold, as_=None))
        known = self.leaves.get(key)
        if known is None:
            suffix = self.frames[frame].name
            wanted = alias if alias.endswith(suffix) else f"{alias}{suffix}"
            free, count = wanted, 2
            while free in self.aliases:
                free, count = f"{wanted}_{count}", count + 1
            self.aliases.add(free)
            known = Leaf(free, metric, frame, function, where, fold)
            if self.model.withholds:
                known = replace(known, people=self._people(known))
            self.leaves[key] = known
        return exp.column(known.alias)

    def _people(self, leaf: Leaf) -> str:
        """The leaf that counts the people of one, where its table withholds small groups; once for all of the same rows."""
        ratio = leaf.fold.ratio if leaf.fold is not None else None
        held = [rule for name in ratio or (leaf.metric,) for rule in small.held(self.model, name)]
        if not held:
            return ""
        if leaf.function in ("reached", "converted"):
            raise small.refused(self.model, leaf.metric, "who did one thing after another")
        key: tuple[object, ...] = ("small", leaf.alias)
        made = Leaf(f"{leaf.alias}__small", leaf.metric, leaf.frame, "small", fold=leaf.fold, of=leaf.alias)
        if leaf.fold is None:
            metric = self.model.metrics[leaf.metric]
            agg = metric.agg
            read = agg and (agg.table, agg.time, agg.column, agg.columns)
            key = (PEOPLE, held[0].people, read, metric.same_as, leaf.frame, leaf.where)
            made = Leaf(
                f"{leaf.alias}__people", held[0].people, leaf.frame, "count_distinct", leaf.where, of=leaf.alias
            )
        return self.leaves.setdefault(key, made).alias


def expression(model: SemanticModel, text: str) -> exp.Expr:
    """A derived metric's arithmetic as a tree, parsed once. It is to be copied before it is changed."""
    key = ("expression", text)
    if key not in model.memo:
        model.memo[key] = sqlglot.parse_one(text, read="trino")
    return model.memo[key]  # type: ignore[no-any-return]

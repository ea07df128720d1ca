"""All inner queries of a SemanticQuery put together: one row a group, one column a leaf.

Facts never meet before they are aggregated: each arm is grouped by the same keys, and the arms are united and grouped again,
which does what a full outer join on null-safe keys would, on every engine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics import periods
from nlq.semantics.joins import find_field, kept_field
from nlq.sql import arms, calendar, conditions, empties, filters, overlaps, small
from nlq.sql.build import called, divide, limited, named, select
from nlq.sql.empties import OF_ARMS
from nlq.sql.fields import SEGMENT, Job, Keys, keys_of, own_keys
from nlq.sql.frames import Frame, length
from nlq.sql.metrics import break_down
from nlq.sql.parts import Figures, Parts
from nlq.sql.sources import Asked, Measure, Source, choose, of_rows
from nlq.sql.tiers import Branch, branches, for_period
from nlq.values.query import Condition, Period, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nlq.sql.frames import Step
    from nlq.sql.leaves import Leaf
    from nlq.sql.small import Withheld


class Gather:
    """Builds the figures of one query into the parts of a statement."""

    def __init__(self, parts: Parts, query: SemanticQuery, first: Frame, sets: Callable[[Condition], exp.Select],
                 *, label: str = "", apart: frozenset[str] = frozenset(), own: tuple[str, ...] = ()) -> None:  # fmt: skip
        self.apart = apart  # grains by which rows are grouped before anything is shown
        self.fields = (
            *query.dimensions,
            *own,
        )  # by which rows are grouped; `own`: by their own days, within each window
        self.parts, self.query, self.label, self._set = parts, query, label, sets
        self.model, self.snapshot = parts.model, parts.snapshot
        asked = query.metric_names()
        self.covered = calendar.covered(self.model, self.snapshot, asked)
        self.broken = break_down(self.model, query, first, self.covered.end if self.covered else None)
        self.frames = self.broken.frames
        self.keys = (*keys_of(self.model, query.dimensions), *own_keys(own))
        if query.segments:
            self.keys = (*self.keys, Keys(SEGMENT, "", (), (SEGMENT,)))
        self.arms: list[tuple[str, tuple[Leaf, ...]]] = []
        bases = [table for leaf in self.broken.leaves for table in self.model.base_tables(leaf.metric)]
        # A table without days has no rows.
        self.known = all(table in self.snapshot.tables for table in bases) and all(map(self.model.on_own_time, asked))
        for frame in self.frames:
            if frame.cut is not None and self.covered is not None:
                parts.notes[
                    f"the data ends on {self.covered.end}: what is before is compared up to {frame.cut}, like with like"
                ] = None

    def build(self, *, fill: bool = False) -> Figures:
        """The arms, and what puts them together. `fill`: buckets of a plain series without rows are zero."""
        everywhere = (*self.query.where, *(part for one in self.query.segments for part in one.where))
        leaf_filters = [one for leaf in self.broken.leaves for one in leaf.where]
        named = [
            one
            for name in self.query.dimensions
            if name in self.model.filters
            for one in self.model.filters[name].where
        ]
        wanted = (*everywhere, *leaf_filters, *named)
        sets = {one: self._set(one) for one in conditions.sets_in(self.model, wanted)}
        spines = self._spines()
        self.asked = Asked(self.model, self.fields, everywhere, self.frames, self.snapshot)
        self.unknown = frozenset(index for index, frame in enumerate(self.frames) if not self._has_data(frame))
        self.jobs = [Job(self.model, self.query.where, self.keys, self.frames, sets, spines, one, self.apart, self.unknown)
                     for one in (self.query.segments or (None,))]  # fmt: skip
        self._aggregates()
        for leaf in self.broken.leaves:
            if leaf.fold is not None and not leaf.of:
                self._fold(leaf)
        self._conversions()
        filled = fill and empties.fill(self)
        if self.query.include_empty:
            empties.members(self)
        many = len(self.arms) > 1
        beside = filled and len(self.arms) == 2 and self.frames[0].period is not None
        name = empties.beside_days(self) if beside else self.together() if many else self.arms[0][0]
        zero = frozenset(leaf.alias for leaf in self.broken.leaves if self._is_zero(leaf, many=many or filled))
        return Figures(name, self.keys, self.broken, zero, self._withheld(name))

    def _withheld(self, name: str) -> Withheld:
        if not self.model.withholds:
            return small.NOTHING
        found = small.withheld(self.model, name, self.broken.leaves)
        for leaf in self.broken.leaves:
            for rule in small.held(self.model, leaf.metric) if leaf.people else ():
                self.parts.notes[small.note(self.model, rule)] = None
        return found

    def _add(self, name: str, leaves: Iterable[Leaf], select: Callable[[Job], exp.Expr]) -> None:
        """An arm, once for each segment."""
        for number, job in enumerate(self.jobs, start=1):
            ending = f"_{conditions.plain_name(job.segment.label) or number}" if job.segment else ""
            self.arms.append((self.parts.add(f"{self.label}{name}{ending}", select(job)), tuple(leaves)))

    def _aggregates(self) -> None:
        """Leaves that are aggregates of a table, a scan each."""
        plain = [leaf for leaf in self.broken.leaves if leaf.function not in OF_ARMS]
        for chosen in choose(self.asked, plain):
            for source in self._apart(chosen):
                self._read(source)
                pieces = [(one, self._tiers(one)) for one in (source, *([source.rest] if source.rest else []))]
                name = self._name(source)
                leaves = [measure.leaf for measure in source.measures]
                if source.kind == "plain":
                    self._add(name, leaves, lambda job, pieces=pieces: arms.plain(job, pieces))  # type: ignore[misc]
                elif source.kind == "overlap":
                    self._add(f"people_{name}", leaves, partial(overlaps.fewest, *pieces[0], self.query.segments))
                else:
                    how = arms.ranked if source.kind == "ranked" else arms.over_time
                    self._add(name, leaves, lambda job, how=how, one=pieces[0]: how(job, *one))  # type: ignore[misc]

    def _apart(self, source: Source) -> list[Source]:
        """Over several tiers or parts each distinct count is a source of its own."""
        several = source.rest is not None or len(self._tiers(source)) > 1
        counted = [one for one in source.measures if one.function == "count_distinct"]
        if source.kind != "plain" or not several or not counted:
            return [source]
        adding = tuple(one for one in source.measures if one.function != "count_distinct")
        alone = [*([adding] if adding else []), *((one,) for one in counted)]
        return [replace(source, measures=measures) for measures in alone]

    def _tiers(self, source: Source) -> tuple[Branch, ...]:
        spec, mark = self.model.tables[source.table], self.snapshot.watermark
        own = spec.tier is not None and source.time == spec.tier.column
        return for_period(spec, source.period, mark) if own else branches(spec, None, None, mark)

    def _read(self, source: Source) -> None:
        """What the lineage says of a source."""
        for one in (source, *([source.rest] if source.rest else [])):
            self.parts.tables[one.table] = None
        names = [*self.fields, *filters.fields_of(self.asked.where)]
        names += [name for measure in source.measures for name in filters.fields_of(measure.leaf.where)]
        for name in conditions.plain_fields(self.model, names):
            found = (
                kept_field(self.model, source.rollup, name)
                if source.rollup
                else find_field(self.model, source.table, name, source.time)
            )
            for join in found.path if found is not None else ():
                self.parts.tables[join.to] = None
            if found is not None and found.grain in self.model.own_grains:
                calendar.read(self.parts)
        if source.rollup is not None:
            self.parts.rollups[source.rollup.table] = None
        self.parts.why[source.why] = None
        for measure in source.measures:
            if measure.approximate:
                self.parts.notes[f"{self.model.metrics[measure.leaf.metric].label} is approximate"] = None

    def _name(self, source: Source) -> str:
        """A readable name: the table, the frame, and what is counted where it is counted apart."""
        suffix = self.frames[source.frame].name.strip("_")
        return f"by_{source.table}" + (f"_{suffix}" if suffix else "")

    def _spines(self) -> dict[int, str]:
        """The days that the windows of each frame end with."""
        grains = [name for name in self.query.dimensions if self.model.is_time_grain(name)]
        found = {}
        read = {leaf.frame for leaf in self.broken.leaves if leaf.fold is None}  # folds have inner queries of their own
        for index, frame in enumerate(self.frames):
            if not frame.spined or index not in read:
                continue
            name = f"{self.label}ends{frame.name.replace('__', '_')}"
            if frame.lag is not None and frame.lag[1] in self.model.own_grains:
                found[index] = self.parts.add(name, self._later_days(frame.lag, frame))
                continue
            if self.covered is None and frame.shown is None and not self.known:
                raise BadRequest(
                    "a window over all of the data needs to know where it ends", where="period", fix="give a period"
                )
            span = self._shown_of(frame)
            steps = {self.model.grains[name][1]: None if name in self.apart else frame.step for name in grains}
            if frame.lag is not None:  # each day of a bucket stands for one before
                steps = {"day": None}
            found[index] = self.parts.add(name, calendar.ends(self.parts, span, steps))
        return found

    def _later_days(self, lag: Step, frame: Frame) -> exp.Select:
        """For each day of the calendar the one as far into the bucket so many later, within what is shown."""
        count, grain = lag
        placed = self.parts.once(f"{grain}_days", lambda: calendar.places(self.parts, grain))
        return calendar.later(placed, count, frame.shown, whole=frame.whole)

    def _shown_of(self, frame: Frame) -> Period | None:
        """The days that the buckets of a frame are made of; None where there are none."""
        if self.covered is None:
            return frame.shown
        if frame.lag is not None:  # a day without rows may stand for one that has some
            return frame.shown or Period(self.covered.start, periods.add(self.covered.end, *frame.lag))
        if frame.start is not None:
            return frame.shown or Period(self.covered.start, periods.end_of(self.covered.end, frame.start))
        return calendar.within(frame.shown, self.covered)

    def _fold(self, leaf: Leaf) -> None:
        """An aggregate over groups of a metric: the figures by those groups first, then over them."""
        entry = leaf.fold
        assert entry is not None and entry.agg is not None  # noqa: S101, PT018 - that is what a fold is
        # In a window each bucket has rows of many days: what they are grouped by is not where they are shown.
        own = tuple(name for name in entry.each if entry.window is not None and self.model.is_time_grain(name))
        finer = tuple(dict.fromkeys((*self.query.dimensions, *(name for name in entry.each if name not in own))))
        plain = replace(entry, each=(), agg=None, having=(), window=None, as_="value_of_each")
        inner = SemanticQuery(metrics=(plain,), dimensions=finer, where=self.query.where, segments=self.query.segments)
        frame = replace(self.frames[leaf.frame], name="")
        apart = self.apart | frozenset(entry.each) - {*self.query.dimensions, *own}
        label = f"{self.label}each_"
        figures = Gather(self.parts, inner, frame, self._set, label=label, apart=apart, own=own).build()
        value = figures.over(figures.broken.outputs[0].expression)
        names = {name: value for name in (entry.metric, entry.as_, leaf.metric) if name}
        dated = figures.broken.outputs[0].column.type == "date"
        wanted = conditions.figures(entry.having, names, names if dated else ())
        kept = exp.Case().when(exp.and_(*wanted, copy=False), value.copy(), copy=False) if wanted else value

        def fold(job: Job) -> exp.Expr:
            if leaf.function in ("first", "last"):
                by = conditions.plain_name(entry.each[0])
                return arms.outermost(
                    named(figures.name), job.keys, value, by, leaf.alias, last=leaf.function == "last"
                )
            if entry.agg == "median":
                rows = exp.select(
                    *arms.columns(job.keys), exp.alias_(kept.copy(), arms.VALUE, copy=False), copy=False
                ).from_(named(figures.name), copy=False)
                return arms.middle(rows, job.keys, Fraction(1, 2), leaf.alias)
            if entry.agg == "count":
                one = (
                    exp.Case().when(exp.and_(*wanted, copy=False), exp.Literal.number(1), copy=False)
                    if wanted
                    else exp.Star()
                )
                whole: exp.Expr = exp.Count(this=one)
            elif entry.agg == "avg":
                whole = divide(exp.Sum(this=kept.copy()), exp.Count(this=kept.copy()))
            else:
                whole = (exp.Max if entry.agg == "max" else exp.Min)(this=kept.copy())
            picked = [*arms.columns(job.keys, figures.name), exp.alias_(whole, leaf.alias, copy=False)]
            return arms.grouped(
                exp.select(*picked, copy=False).from_(named(figures.name), copy=False), job.keys, figures.name
            )

        jobs, self.jobs = self.jobs, self.jobs[:1]  # segments are keys of the inner figures already
        self._add(f"over_{figures.name}", (leaf,), fold)
        if leaf.people:
            mark = next(one for one in self.broken.leaves if one.alias == leaf.people)
            self._add(f"small_of_{figures.name}", (mark,), lambda job: self._marked(job, figures, mark))
        self.jobs = jobs

    @staticmethod
    def _marked(job: Job, figures: Figures, mark: Leaf) -> exp.Expr:
        """The groups of which some part is withheld: what is made of the others alone would be another figure."""
        picked = [*arms.columns(job.keys, figures.name), called(exp.Max(this=figures.withheld.mark()), mark.alias)]
        tree = exp.select(*picked, copy=False).from_(named(figures.name), copy=False)
        return arms.grouped(tree, job.keys, figures.name)

    def _conversions(self) -> None:
        """Conversions, each under each filter once: who did the first thing, and who the second after it."""
        found: dict[tuple[object, ...], list[Leaf]] = {}
        for leaf in self.broken.leaves:
            if leaf.function in ("reached", "converted"):
                found.setdefault((leaf.metric, leaf.frame, leaf.where), []).append(leaf)
        for leaves in found.values():
            one = self.model.metrics[leaves[0].metric].conversion
            assert one is not None  # noqa: S101 - only conversions have such leaves
            start, goal = self.model.metrics[one.from_], self.model.metrics[one.to]
            assert start.agg is not None and goal.agg is not None  # noqa: S101, PT018 - model check holds it
            begun = replace(
                leaves[0], metric=one.from_, where=(*leaves[0].where, *start.where), function="count_distinct"
            )
            done = replace(leaves[0], metric=one.to, where=goal.where, function="count_distinct")
            first = replace(of_rows(self.asked, begun), measures=(Measure(begun, "count_distinct", None, one.by),))
            time = goal.agg.time or self.model.tables[goal.agg.table].time
            second = Source(goal.agg.table, goal.agg.table, time, leaves[0].frame, _after(first.period, one.within),
                            (Measure(done, "count_distinct", None, one.to_by or one.by),))  # fmt: skip
            for read in (first, second):
                self.parts.tables[read.table] = None
            tiers = self._tiers(first), self._tiers(second)
            self._add(f"after_{one.from_}", leaves, lambda job, args=(leaves, one, first, tiers[0], second, tiers[1]):
                      arms.conversion(job, *args))  # type: ignore[misc]  # fmt: skip

    def together(self) -> str:
        """Arms put together on their keys, groups of any of them kept; null keys meet null keys."""
        leaves = self.broken.leaves
        homes = {leaf.alias: name for name, given in self.arms for leaf in given}
        known = {
            leaf.alias for _, given in self.arms[:2] for leaf in given
        }  # of which the first two arms tell the type
        selects: list[exp.Expr] = []
        for name, given in self.arms:
            mine = {leaf.alias for leaf in given}
            picked: list[exp.Expr] = arms.columns(self.keys)
            for leaf in leaves:
                if leaf.alias in mine:
                    picked.append(exp.column(leaf.alias))
                    continue
                value = exp.Null() if leaf.alias in known else self._null(leaf, homes[leaf.alias])
                picked.append(called(value, leaf.alias))
            selects.append(select(picked, named(name)))
        picked = [
            *arms.columns(self.keys),
            *(called(exp.Max(this=exp.column(leaf.alias)), leaf.alias) for leaf in leaves),
        ]
        tree = arms.grouped(select(picked, arms.union(selects, "every_arm")), self.keys)
        return self.parts.add(f"{self.label}figures", tree)

    def _null(self, leaf: Leaf, home: str) -> exp.Expr:
        """A null of a leaf's own type. A decimal's scale is known to the engine alone, and another would round it."""
        kind = self._type(leaf)
        if kind is None:
            return exp.Subquery(this=limited(select([exp.column(leaf.alias)], named(home)), 0))
        return exp.Cast(this=exp.Null(), to=exp.DataType(this=kind))

    def _type(self, leaf: Leaf) -> exp.DType | None:
        """The type of a leaf's column, for the nulls of the arms that have none; None where it is a decimal."""
        metric, function = self.model.metrics[leaf.metric], leaf.function
        if leaf.function in ("first", "last"):
            return None
        if leaf.fold is not None and not leaf.of:
            if leaf.fold.agg == "count":
                return exp.DType.BIGINT
            if leaf.fold.agg in ("avg", "median") or metric.agg is None or leaf.fold.ratio is not None:
                return exp.DType.DOUBLE
            function = metric.agg.function
        if function in ("avg", "median") or (metric.agg is not None and metric.agg.over_time == "average"):
            return exp.DType.DOUBLE
        if function in ("count", "count_distinct", "reached", "converted", "small", "overlap"):
            return exp.DType.BIGINT
        assert metric.agg is not None  # noqa: S101 - conversions were taken before
        if function == "percentile" and not metric.agg.discrete:
            return exp.DType.DOUBLE
        column = self.model.tables[metric.agg.table].columns[metric.agg.column or ""].type
        if column == "decimal":
            return None
        if metric.unit == "date":
            return exp.DType.DATE
        return exp.DType.BIGINT if column == "integer" else exp.DType.DOUBLE

    def _has_data(self, frame: Frame) -> bool:
        """Whether what is not there is known not to be: what stands beside the figures may lie before all data."""
        return not frame.prior or bool(frame.period and self.covered and frame.period.start >= self.covered.start)

    def _is_zero(self, leaf: Leaf, *, many: bool) -> bool:
        """Whether nothing is zero for a leaf: where its metric says so, and there was data to be absent."""
        if leaf.of:
            return False
        if leaf.fold is not None:
            return leaf.function == "fold" and leaf.fold.agg == "count" and many
        metric = self.model.metrics[leaf.metric]
        if leaf.frame in self.unknown:
            return False
        if leaf.function in ("reached", "converted"):
            return many
        adds = leaf.function in ("sum", "count", "count_distinct")
        return metric.absence_is_zero and adds and (many or bool(leaf.where) or leaf.function == "sum")


def _after(period: Period | None, within: str | None) -> Period | None:
    """The days in which the second thing of a conversion may have happened."""
    if period is None:
        return None
    if within is None or period.end == date.max:
        return Period(start=period.start, end=date.max)
    return Period(start=period.start, end=periods.add(period.end, *length(within)) - timedelta(days=1))

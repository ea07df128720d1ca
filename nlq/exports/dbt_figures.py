"""A model's metrics as dbt's, of every kind that dbt has; the others are listed, with all that is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from nlq.exports.dbt_entities import plain_name
from nlq.exports.dbt_fields import Spelling, common
from nlq.exports.exported import words
from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.semantics.interop.dbt_project import Element, Input, Measure, MetricOf, NonAdditive
from nlq.values.query import SHIFT, Period

if TYPE_CHECKING:
    from nlq.exports.dbt_shape import Shape
    from nlq.semantics.measures import Aggregate, Metric
    from nlq.values.query import Condition

AT = {"first_known": "first", "last_known": "last", "last": "last", "average": "average"}
AGGREGATES = {"avg": "average"}
UNSAID = ("same_as", "during", "counts")  # of a metric, what only a reader of questions or our compiler uses


class Figures:
    """The metrics of an export, put into the shape's project; `lost` are those that dbt has no words for."""

    def __init__(self, shape: Shape) -> None:
        self.shape, self.model, self.project, self.issues = shape, shape.model, shape.project, shape.issues
        self.lost: set[str] = set()
        self.names = shape.metric_names

    def build(self) -> None:
        """Every metric."""
        made: dict[str, MetricOf] = {}
        for one in self.model.metrics.values():
            try:
                made[one.name] = self._metric(one)
            except NotCarried as problem:
                self._lose(one.name, problem.code, problem.what)
        while True:
            gone = {
                name: sorted({*self._made_of(name)} & self.lost) for name in made if {*self._made_of(name)} & self.lost
            }
            if not gone:
                break
            for name, parts in gone.items():
                del made[name]
                self._lose(name, "depends", f"it is made of {', '.join(parts)}")
        for semantics in self.project.semantics.values():
            kept = {one.of["measure"].name for one in made.values() if "measure" in one.of}
            semantics.measures = {name: one for name, one in semantics.measures.items() if name in kept}
        self.project.metrics = {one.name: one for one in made.values()}
        self._distinct_labels()
        # `join_to_timespine` would show them, but MetricFlow then repeats the rows of ratios by month, once a day.
        if any(given.fill is not None for one in made.values() for given in one.of.values()):
            what = (
                "days on which there are no rows at all are not shown there; here they are zero where absence is zero"
            )
            self.issues.append(Issue("otherwise", "metrics", what))

    def _distinct_labels(self) -> None:
        """A label can stand once there: of those that several have, each gets its name beside it."""
        labels = [one.label.lower() for one in self.project.metrics.values()]
        for one in self.project.metrics.values():
            if labels.count(one.label.lower()) > 1:
                one.label = f"{one.label} ({one.name.replace('_', ' ')})"

    def _lose(self, name: str, code: str, what: str) -> None:
        self.lost.add(name)
        self.issues.append(Issue(code, f"metric {name}", what))

    def _made_of(self, name: str) -> tuple[str, ...]:
        """The metrics that one is made of, or chosen by."""
        one = self.model.metrics[name]
        inputs = one.derived.inputs.values() if one.derived else ()
        conditions = [*one.where, *(part for given in inputs for part in given.where)]
        return (*one.parts, *_choosing(conditions))

    def _metric(self, one: Metric) -> MetricOf:
        meta: dict[str, object] = {"owner": one.owner} if one.owner else {}
        meta |= {"unit": one.unit} if one.unit != "count" else {}
        meta |= {"decimals": one.decimals} if one.decimals is not None else {}
        said = words(one.synonyms, one.name, one.label)
        meta |= {"synonyms": said} if said else {}
        made = MetricOf(self.names[one.name], "simple", "", one.label, one.description, private=one.internal, meta=meta)
        if made.name != one.name and not one.internal:
            self.issues.append(Issue("name", f"metric {one.name}", f"there it is called {made.name}"))
        if one.agg is not None:
            self._simple(made, one, one.agg)
        elif one.ratio is not None:
            self._ratio(made, one, one.ratio)
        elif one.derived is not None:
            self._derived(made, one)
        elif one.cumulative is not None:
            self._cumulative(made, one)
        elif one.conversion is not None:
            self._conversion(made, one)
        elif one.change is not None:
            self._change(made, one)
        elif one.rank is not None:
            raise NotCarried("aggregation", "a place among the rows of a query")
        else:
            raise NotCarried(
                "aggregation",
                "growth against the period before, whatever the period is: there every offset is a fixed one",
            )
        unsaid = [name for name in UNSAID if getattr(one, name) is not None]
        if unsaid:
            self.issues.append(Issue("left_out", f"metric {one.name}", ", ".join(unsaid)))
        return made

    # The kinds.

    def _simple(self, made: MetricOf, one: Metric, agg: Aggregate) -> None:
        home = self.shape.home_of(agg.table)
        semantics, table = self.project.semantics[home], self.model.tables[agg.table]
        time = agg.time or table.time
        if time is None:
            raise NotCarried("aggregation", f"{agg.table} has no time, and there every metric counts by one")
        rows = self.shape.rows
        expr = (
            "1"
            if agg.function == "count" and agg.column is None
            else rows.several(home, agg.columns)
            if agg.columns
            else rows.value(home, agg.column or "", agg.function)
        )
        if agg.approximate:
            self.issues.append(Issue("left_out", f"metric {one.name}", "here it may be approximate; there it is exact"))
        name = made.name
        while (
            name in semantics.entities
            or name in semantics.dimensions
            or (name != made.name and name in self.model.metrics)
        ):
            name += "_measure"
        own = self.shape.time_of(home, agg.time) if agg.time and agg.time != table.time else None
        made.filter = Spelling(self.shape, agg.table, agg.time).conditions(one.where)
        semantics.measures[name] = Measure(name, semantics.name, AGGREGATES.get(agg.function, agg.function), expr, agg.percentile, agg.discrete,
                                           time=own, non_additive=self._over_time(one, agg, home, time))  # fmt: skip
        made.of["measure"] = (
            Input(name, fill=0)
            if one.absence_is_zero and agg.function in ("sum", "count", "count_distinct")
            else Input(name)
        )

    def _over_time(self, one: Metric, agg: Aggregate, home: str, time: str) -> NonAdditive | None:
        """The last or first day: there of each group apart, and rows that name no group are left out."""
        if agg.over_time is None:
            return None
        if agg.over_time == "average":
            raise NotCarried("aggregation", "an average over days")
        named = {part.field for part in one.where if part.op == "is_not_null"}
        groupings = []
        for column in agg.each:
            entity = self.shape.keys.get((home, (column,)))
            fields = [
                field.name
                for field in self.model.dimensions.values()
                if (field.column == column and agg.table == field.table) or field.held_by.get(agg.table) == column
            ]
            if entity is None:
                raise NotCarried("aggregation", f"the last day of each {column}, which is no entity")
            if column not in self.model.tables[agg.table].key and not named & {*fields, entity}:
                raise NotCarried("aggregation", f"the last day of each {column}: there rows without one are left out")
            groupings.append(entity)
        return NonAdditive(self.shape.times[home, time], "max" if agg.over_time == "last" else "min", tuple(groupings))

    def _ratio(self, made: MetricOf, one: Metric, parts: tuple[str, str]) -> None:
        made.type = "ratio"
        where = self._pushed(made, one, parts)
        for role, part in zip(("numerator", "denominator"), parts, strict=True):
            made.of[role] = Input(self.names[part], where=where[part])

    def _pushed(self, made: MetricOf, one: Metric, parts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """A metric's filter on it; or where its tables call fields otherwise than one another, on each of its parts."""
        try:
            made.filter = common(self.shape, one.name, one.where)
        except NotCarried:
            return {part: common(self.shape, part, one.where) for part in parts}
        return dict.fromkeys(parts, ())

    def _derived(self, made: MetricOf, one: Metric) -> None:
        derived = one.derived
        assert derived is not None  # noqa: S101 - asked before
        made.type = "derived"
        tree = sqlglot.parse_one(derived.expr, read="trino")
        named = list(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))
        where = self._pushed(made, one, one.parts)
        inputs: list[Input] = []
        called: dict[str, str] = {}
        for name in named:
            given = derived.inputs.get(name)
            metric = given.metric if given else name
            alias, number = self.names[metric] if given is None else plain_name(name), 2
            while alias in called.values():
                alias, number = f"{plain_name(name)}_{number}", number + 1
            called[name] = alias
            if given is None:
                inputs.append(Input(self.names[metric], alias if alias != self.names[metric] else None, where[metric]))
                continue
            self._may_be_moved(metric, given.offset or given.to_start)
            filters = (*where[metric], *common(self.shape, metric, given.where))
            inputs.append(Input(self.names[metric], alias, filters, given.offset, given.to_start))
        made.inputs = tuple(inputs)
        for column in list(tree.find_all(exp.Column)):
            new = exp.column(called[column.name])
            if column is tree:
                tree = new
            else:
                column.replace(new)
        made.expr = self.shape.rows.arithmetic(tree)

    def _may_be_moved(self, metric: str, offset: str | None) -> None:
        if offset and self.model.metrics[metric].cumulative is not None:
            raise NotCarried("aggregation", f"{metric}, a window over time, at another time")

    def _cumulative(self, made: MetricOf, one: Metric) -> None:
        said = one.cumulative
        assert said is not None  # noqa: S101 - asked before
        if self.model.metrics[said.of].agg is None:
            raise NotCarried("aggregation", f"a window over {said.of}, which is no plain aggregate")
        made.type, made.of["input_metric"] = "cumulative", Input(self.names[said.of])
        made.window, made.to_grain, made.period_agg = said.trailing, said.to_date, AT[said.at]
        made.filter = common(self.shape, one.name, one.where)
        if said.at == "last":
            self.issues.append(
                Issue(
                    "otherwise",
                    f"metric {one.name}",
                    "where the last days of a bucket have no rows in the window, the last day that has some is shown",
                )
            )

    def _conversion(self, made: MetricOf, one: Metric) -> None:
        said = one.conversion
        assert said is not None  # noqa: S101 - asked before
        if said.counting != "events":
            raise NotCarried("aggregation", "each counted once; there every event counts")
        ends = [self.model.metrics[name].agg for name in (said.from_, said.to)]
        if ends[0] is None or ends[1] is None:
            raise NotCarried("aggregation", "a conversion of what is no plain aggregate")
        homes = [self.shape.home_of(agg.table) for agg in ends if agg]
        pairs = list(zip(said.by, said.to_by or said.by, strict=True))
        made.type, made.entity, made.window = "conversion", self._shared(homes, pairs[0]), said.within
        made.calculation = "conversion_rate" if said.give == "rate" else "conversions"
        made.constants = tuple(
            (self._constant(homes[0], mine), self._constant(homes[1], its)) for mine, its in pairs[1:]
        )
        made.of["base_metric"], made.of["conversion_metric"] = Input(self.names[said.from_]), Input(self.names[said.to])
        made.filter = Spelling(self.shape, ends[0].table, ends[0].time).conditions(one.where)

    def _shared(self, homes: list[str], pair: tuple[str, str]) -> str:
        """The entity that a column of each of two models is."""
        first, second = ({name for name, one in self.project.semantics[home].entities.items() if one.expr == self.shape.rows.column(home, column)}
                         for home, column in zip(homes, pair, strict=True))  # fmt: skip
        if not first & second:
            raise NotCarried(
                "aggregation", f"{pair[0]} of {homes[0]} and {pair[1]} of {homes[1]} are no entity of both"
            )
        return min(first & second)

    def _constant(self, home: str, column: str) -> str:
        """The dimension or entity that a column is, made where it is none."""
        made, expr = self.project.semantics[home], self.shape.rows.column(home, column)
        for name, one in (*made.dimensions.items(), *made.entities.items()):
            if one.expr == expr and one.type != "time":
                return name
        made.dimensions[column] = Element(column, "categorical", expr)
        return column

    def _change(self, made: MetricOf, one: Metric) -> None:
        said = one.change
        assert said is not None  # noqa: S101 - asked before
        shift = "1 year" if said.against == "previous_year" else said.against
        if isinstance(shift, Period) or not SHIFT.fullmatch(str(shift)):
            raise NotCarried(
                "aggregation",
                "a change against a given period, or the one before whatever it is: there every offset is a fixed one",
            )
        self._may_be_moved(said.of, str(shift))
        where = self._pushed(made, one, one.parts)[said.of]
        made.type = "derived"
        now, then = (
            Input(self.names[said.of], "this_time", where),
            Input(self.names[said.of], "that_time", where, str(shift)),
        )
        made.inputs = (then,) if said.give == "value" else (now, then)
        given = {
            "value": "that_time",
            "change": "this_time - that_time",
            "growth": "(this_time - that_time) / that_time",
        }
        made.expr = self.shape.rows.arithmetic(sqlglot.parse_one(given[said.give], read="trino"))
        self.issues.append(
            Issue(
                "otherwise",
                f"metric {one.name}",
                "a period that is not over is there compared with the whole of the one before",
            )
        )


def _choosing(conditions: list[Condition]) -> list[str]:
    """The metrics by whose figures conditions choose."""
    found = []
    for one in conditions:
        if one.query is not None:
            found += [name for name in one.query.metrics if isinstance(name, str)]
        found += _choosing([*(one.any or ()), *(one.all or ())])
    return found

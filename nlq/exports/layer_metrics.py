"""A model's metrics for formats that are written in SQL: aggregates over members, and arithmetic over those."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from nlq.exports.layer_shape import Fields
from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.sql.columns import of_doubles
from nlq.values.query import SHIFT, Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.exports.layer_shape import LayerShape
    from nlq.semantics.measures import Aggregate, Metric
    from nlq.values.query import Condition

MARK = re.compile(r"figure__(\d+)__")
UNSAID = ("same_as", "during", "counts")


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric: an aggregate, or made of other figures.

    An aggregate is of the member `value` (of rows, where None) under `where`. What is made of others is `tree` over them, or
    one of them (`of`) over a window or at another time. `home` is the table of the aggregate, or of the first part.
    """

    name: str
    metric: Metric
    home: str
    hidden: bool
    agg: Aggregate | None = None
    value: str | None = None
    where: tuple[Condition, ...] = ()
    tree: exp.Expr | None = None
    of: str | None = None
    window: dict[str, str] | None = None
    offset: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The figures that it is made of."""
        named = tuple(column.name for column in self.tree.find_all(exp.Column)) if self.tree is not None else ()
        return (*named, *([self.of] if self.of else []))


class LayerMetrics:
    """All figures by name. `moved`: whether the format has windows over time and figures of another time."""

    def __init__(self, shape: LayerShape, *, moved: bool, fields: type[Fields] = Fields) -> None:
        self.shape, self.model, self.issues, self.moved, self.fields = shape, shape.model, shape.issues, moved, fields
        self.figures: dict[str, Figure] = {}
        self.lost: set[str] = set()

    def build(self) -> None:
        """Every metric; those that cannot be carried are listed, and so is what is made of them."""
        for one in self.model.metrics.values():
            self._figure(one.name)
        for one in self.model.metrics.values():
            unsaid = [key for key in UNSAID if getattr(one, key) is not None]
            if one.name in self.figures and unsaid:
                self.issues.append(Issue("left_out", f"metric {one.name}", ", ".join(unsaid)))
        if any(self.model.metrics[name].absence_is_zero for name in self.figures if name in self.model.metrics):
            self.issues.append(
                Issue(
                    "otherwise",
                    "metrics",
                    "where there are no rows at all a sum is null there, or not shown; here it is zero where absence is zero",
                )
            )

    def _figure(self, name: str) -> None:
        """The figure of a metric; where it cannot be carried, that is listed once."""
        if name not in self.figures and name not in self.lost:
            try:
                self._one(self.model.metrics[name])
            except NotCarried as problem:
                self.lost.add(name)
                self.issues.append(Issue(problem.code, f"metric {name}", problem.what))

    def _needed(self, name: str) -> None:
        self._figure(name)
        if name in self.lost:
            raise NotCarried("depends", f"it is made of {name}")

    def _one(self, one: Metric) -> None:
        kinds: dict[str, Callable[[Metric], None]] = {"agg": self._simple, "ratio": self._ratio, "derived": self._derived,
                                                      "cumulative": self._cumulative, "change": self._change}  # fmt: skip
        for kind, make in kinds.items():
            if getattr(one, kind) is not None:
                make(one)
                return
        if one.rank is not None:
            raise NotCarried("aggregation", "a place among the rows of a query")
        raise NotCarried(
            "aggregation", "growth against the period before, whatever it is" if one.growth else "a conversion"
        )

    # The kinds.

    def _simple(self, one: Metric, name: str = "", where: tuple[Condition, ...] = ()) -> None:
        agg = one.agg
        assert agg is not None  # noqa: S101 - asked before
        if agg.over_time is not None:
            raise NotCarried("aggregation", "what does not add up over time")
        relation = self.shape.relation_of(agg.table)
        conditions = (*one.where, *where)
        self.fields(self.shape, agg.table, agg.time, lambda table, member: f"{table}.{member}").conditions(
            conditions
        )  # it can be said
        value = None
        if agg.columns:
            called = agg.columns[0] if len(agg.columns) == 1 else f"{one.name}_counted"
            value = self.shape.fact(
                agg.table,
                self.shape.rows.several(agg.table, agg.columns),
                called,
                self.shape.type(agg.table, agg.columns[0]) if len(agg.columns) == 1 else "string",
            )
        elif agg.column:
            text = self.shape.rows.value(agg.table, agg.column, agg.function)
            kind = (
                "date"
                if text != self.shape.rows.column(agg.table, agg.column)
                else self.shape.type(agg.table, agg.column)
            )
            value = self.shape.fact(agg.table, text, agg.column, kind)
        if agg.function == "count" and conditions and not one.absence_is_zero:
            self.issues.append(
                Issue(
                    "otherwise",
                    f"metric {name or one.name}",
                    "where its filter leaves no row it is zero there; here it is unknown",
                )
            )
        if agg.time not in (None, self.model.tables[agg.table].time):
            self.issues.append(
                Issue(
                    "left_out",
                    f"metric {name or one.name}",
                    f"it counts by {agg.time}: there a period is of whatever date is asked by",
                )
            )
        made = name or one.name
        self.figures[made] = Figure(made, one, relation.name, one.internal or bool(name), agg, value, conditions)

    def _made(self, one: Metric, tree: exp.Expr, name: str = "") -> None:
        made = name or one.name
        first = next(column.name for column in tree.find_all(exp.Column))
        self.figures[made] = Figure(made, one, self.figures[first].home, one.internal or bool(name), tree=tree)

    def _ratio(self, one: Metric, name: str = "", where: tuple[Condition, ...] = ()) -> None:
        assert one.ratio is not None  # noqa: S101 - asked before
        over, under = (self._part(part, (*one.where, *where), name or one.name) for part in one.ratio)
        self._made(one, of_doubles(exp.Div(this=over, expression=under)), name)

    def _derived(self, one: Metric, name: str = "", where: tuple[Condition, ...] = ()) -> None:
        derived = one.derived
        assert derived is not None  # noqa: S101 - asked before
        tree = sqlglot.parse_one(derived.expr, read="trino")

        def part(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            given = derived.inputs.get(node.name)
            if given is None:
                return self._part(node.name, (*one.where, *where), name or one.name)
            if given.to_start:
                raise NotCarried("aggregation", f"{given.metric} on the first day of a {given.to_start}")
            found = self._part(given.metric, (*one.where, *where, *given.where), f"{name or one.name}_{node.name}")
            return self._at(found, given.offset, one) if given.offset else found

        self._made(one, of_doubles(tree.transform(part)), name)

    def _part(self, metric: str, where: tuple[Condition, ...], owner: str) -> exp.Expr:
        """A figure in arithmetic, narrowed where that is asked for; what is zero where there is nothing is zero there too."""
        self._needed(metric)
        name = metric
        if where:
            one = self.model.metrics[metric]
            name = self._unused(f"{metric}_of_{owner}")
            narrowed = {"agg": self._simple, "ratio": self._ratio, "derived": self._derived}
            make = next((make for kind, make in narrowed.items() if getattr(one, kind) is not None), None)
            if make is None:
                raise NotCarried("filter", f"{metric} under a filter of another")
            make(one, name, where)
        column: exp.Expr = exp.column(name)
        made = self.figures[name]
        if (
            made.agg is not None
            and made.agg.function == "count"
            and made.value is None
            and made.where
            and not self._zero(metric)
        ):
            column = exp.Nullif(this=column, expression=exp.Literal.number(0))  # as here: without a row it is unknown
        return exp.Coalesce(this=column, expressions=[exp.Literal.number(0)]) if self._zero(metric) else column

    def _zero(self, metric: str) -> bool:
        """Whether a metric is zero where there is nothing: of what adds up, or counts, alone."""
        one = self.model.metrics[metric]
        return one.absence_is_zero and one.agg is not None and one.agg.function in ("sum", "count", "count_distinct")

    def _unused(self, name: str) -> str:
        """A name for a figure of our own, that neither a metric nor another figure has."""
        called, number = name, 2
        while called in self.figures or called in self.model.metrics:
            called, number = f"{name}_{number}", number + 1
        return called

    def _at(self, found: exp.Expr, offset: str, one: Metric) -> exp.Expr:
        """A figure at another time, as one of its own."""
        if not self.moved:
            raise NotCarried("aggregation", f"a figure of {offset} before")
        if not SHIFT.fullmatch(offset):
            raise NotCarried("grain", f"a figure of {offset} before, which is a grain of the calendar's own")
        column = found.find(exp.Column)
        assert column is not None  # noqa: S101 - every part is one
        name = self._unused(f"{column.name}_{offset.replace(' ', '_')}_before")
        inner = self.figures[column.name]
        self.figures[name] = Figure(
            name, replace(one, internal=True), inner.home, hidden=True, of=column.name, offset=offset
        )
        if column is found:
            return exp.column(name)
        column.replace(exp.column(name))
        return found

    def _cumulative(self, one: Metric) -> None:
        said = one.cumulative
        assert said is not None  # noqa: S101 - asked before
        if not self.moved:
            raise NotCarried("aggregation", "a window over time")
        of = self.model.metrics[said.of].agg
        if of is None or of.function not in ("sum", "count", "count_distinct", "min", "max"):
            raise NotCarried("aggregation", f"a window over {said.of}, which is no sum, count, least or greatest")
        if said.at != "last":
            raise NotCarried("aggregation", f"of the days of a bucket the {said.at.replace('_', ' ')}")
        window = (
            {"trailing": said.trailing}
            if said.trailing
            else {"to_date": said.to_date}
            if said.to_date
            else {"trailing": "unbounded"}
        )
        found = self._part(said.of, one.where, one.name).find(exp.Column)
        assert found is not None  # noqa: S101 - every part is one
        inner = self.figures[found.name]
        self.figures[one.name] = Figure(
            one.name,
            one,
            inner.home,
            one.internal,
            of=found.name,
            window={key: str(value) for key, value in window.items()},
        )

    def _change(self, one: Metric) -> None:
        said = one.change
        assert said is not None  # noqa: S101 - asked before
        shift = "1 year" if said.against == "previous_year" else said.against
        if isinstance(shift, Period) or not SHIFT.fullmatch(str(shift)):
            raise NotCarried("aggregation", "a change against a given period, or the one before whatever it is")
        now = self._part(said.of, one.where, one.name)
        then = self._at(self._part(said.of, one.where, one.name), str(shift), one)
        difference = exp.Sub(this=now.copy(), expression=then.copy())
        tree = {
            "value": then,
            "change": difference,
            "growth": of_doubles(exp.Div(this=exp.paren(difference.copy()), expression=then.copy())),
        }[said.give]
        self._made(one, tree)
        self.issues.append(
            Issue(
                "otherwise",
                f"metric {one.name}",
                "a period that is not over is there compared with the whole of the one before",
            )
        )

    # As SQL.

    def aggregate(self, one: Figure, called: Callable[[str, str], str], value: str | None = None) -> str:
        """An aggregate as SQL. `called` writes a member; `value` stands in for that of the value."""
        agg = one.agg
        assert agg is not None  # noqa: S101 - asked before
        fields = self.fields(self.shape, agg.table, agg.time, called)
        conditions = fields.conditions(one.where)
        what = value if value is not None else called(agg.table, one.value) if one.value is not None else None
        if conditions:
            what = f"CASE WHEN {' AND '.join(conditions)} THEN {what if what is not None else 1} END"
        return self.around(agg, what if what is not None else "*")

    def around(self, agg: Aggregate, what: str) -> str:
        """The function of an aggregate around SQL that holds its value."""
        if agg.function == "count_distinct":
            return f"{'APPROX_COUNT_DISTINCT(' if agg.approximate else 'COUNT(DISTINCT '}{what})"
        if agg.function in ("median", "percentile"):
            share = 0.5 if agg.percentile is None else agg.percentile
            return f"PERCENTILE_{'DISC' if agg.discrete else 'CONT'}({share}) WITHIN GROUP (ORDER BY {what})"
        return f"{agg.function.upper()}({what})"

    def arithmetic(self, one: Figure, part: Callable[[str], str]) -> str:
        """What a figure is made of, each part written by `part`."""
        assert one.tree is not None  # noqa: S101 - asked before
        names: list[str] = []

        def marked(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            names.append(node.name)
            return exp.column(f"figure__{len(names) - 1}__")

        text = str(one.tree.copy().transform(marked).sql(self.shape.rows.dialect))
        return MARK.sub(lambda found: part(names[int(found.group(1))]), text)

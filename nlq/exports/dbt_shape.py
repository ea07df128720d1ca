"""A model's fields as the dimensions of dbt's semantic models, and the days by which metrics count there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from nlq.exports.dbt_entities import RESERVED, WAY, Entities, plain_name
from nlq.exports.exported import words
from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.semantics.interop.dbt_project import Element, Spine

if TYPE_CHECKING:
    from nlq.exports.rows import Rows
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension

SPINE = "metricflow_time_spine"


class Shape(Entities):
    """The semantic models of an export, without metrics. `elements` gives what a field is called in a semantic model."""

    def __init__(self, model: SemanticModel, rows: Rows, issues: list[Issue]) -> None:
        super().__init__(model, rows, issues)
        self.elements: dict[tuple[str, str], str] = {}  # a semantic model and a field of ours to an element
        self.times: dict[tuple[str, str], str] = {}  # a semantic model and a column to the time dimension that it is
        self.metric_names: dict[str, str] = {}  # metrics of ours to what they are called there
        for name in model.metrics:
            called, number = plain_name(name), 2
            while called in self.metric_names.values():
                called, number = f"{plain_name(name)}_{number}", number + 1
            self.metric_names[name] = called

    def build(self) -> None:
        """All of it, in the order in which the parts need one another."""
        self.entities()
        for one in self.model.dimensions.values():
            self._fields(one)
        for name in self.project.semantics:
            self._times(name)
        self._spine()

    def _fields(self, one: Dimension) -> None:
        """A field as a dimension of the model that its table is, and of every other that holds it."""
        if one.time:
            return
        for table, column in {one.table: None, **one.held_by}.items():
            if table not in self.home or self.home[table] not in self.project.semantics:
                continue
            try:
                self._field(one, table, column)
            except NotCarried as problem:
                self.issues.append(Issue(problem.code, f"dimension {one.name}", problem.what))

    def _field(self, one: Dimension, table: str, column: str | None) -> None:
        name = self.home[table]
        if one.key:
            for part in dict.fromkeys((one.id, one.show)):
                if part and self.keys.get((name, (part,))) is None:
                    said = one if part == one.show else replace(one, label=f"{one.label} id", synonyms={})
                    self._element(
                        name, f"{one.name}.{part}", plain_name(part), self.rows.column(table, part), "categorical", said
                    )
            return
        plain = (column or one.column or "",)
        if plain[0] and self.keys.get((name, plain)) in (one.name, one.name.rpartition(WAY)[2]):
            return  # it is an entity
        called = plain_name(one.name.rpartition(WAY)[2])
        self._element(
            name,
            one.name,
            called,
            self.rows.field(one, table, column),
            "time" if one.type == "date" else "categorical",
            one,
        )
        if one.type == "date" and plain[0]:
            self.times.setdefault((name, plain[0]), self.elements[name, one.name])

    def _element(self, model: str, field: str, called: str, expr: str, kind: str, one: Dimension) -> None:
        """One dimension, unless the model has the same already; a name that is taken is made another."""
        made = self.project.semantics[model]
        same = next(
            (
                known
                for known in made.dimensions.values()
                if known.expr == expr and known.type == kind and known.name == called
            ),
            None,
        )
        if same is None:
            if called in made.entities:
                called = (
                    one.column
                    if one.column and one.column not in made.entities and one.column == expr
                    else f"{called}_value"
                )
            while called in made.dimensions or called in made.entities or called in RESERVED:
                called = f"{made.name}_{called}" if not called.startswith(made.name) else f"{called}_value"
            label, description = one.label, one.description
            made.dimensions[called] = Element(
                called, kind, expr, label, description, "day" if kind == "time" else None, meta=self._meta(one)
            )
        self.elements[model, field] = called

    def _meta(self, one: Dimension) -> dict[str, object]:
        found = words(one.synonyms, one.name.rpartition(WAY)[2], one.label)
        return {"synonyms": found} if found else {}

    def _times(self, name: str) -> None:
        """The columns by which metrics count, and between which a version holds."""
        made, table = self.project.semantics[name], self.model.tables[name]
        own = [one for one in self.model.metrics.values() if one.agg and self.home.get(one.agg.table) == name]
        columns = dict.fromkeys(
            [*([table.time] if table.time else []), *(one.agg.time for one in own if one.agg and one.agg.time)]
        )
        for column in columns:
            self.time_of(name, column)
        if table.time and own:
            made.time = self.times[name, table.time]
        if table.versions:
            ends: tuple[tuple[str, Literal["since", "before"]], ...] = (
                (table.versions.since, "since"),
                (table.versions.before, "before"),
            )
            for column, end in ends:
                called = self.time_of(name, column)
                made.dimensions[called] = replace(made.dimensions[called], validity=end)

    def time_of(self, name: str, column: str) -> str:
        """The time dimension that a column is; made where no field of ours is it."""
        if (name, column) not in self.times:
            made = self.project.semantics[name]
            called = plain_name(column)
            while called in made.dimensions or called in made.entities or called in RESERVED:
                called += "_day"
            made.dimensions[called] = Element(called, "time", self.rows.moment(name, column), grain="day")
            self.times[name, column] = called
        return self.times[name, column]

    def column_of(self, table: str, column: str) -> str:
        """The dimension that a column of a table is; made where there is none."""
        made, expr = self.project.semantics[self.home_of(table)], self.rows.column(table, column)
        for name, one in made.dimensions.items():
            if one.expr == expr and one.type == "categorical":
                return name
        called = plain_name(column)
        while called in made.dimensions or called in made.entities:
            called += "_value"
        made.dimensions[called] = Element(called, "categorical", expr)
        return called

    def _spine(self) -> None:
        """The calendar, or a spine that the export brings itself."""
        time = self.model.time_dimension
        if time is None or not time.table:
            self.project.spines.append(Spine(SPINE, None, "date_day", "day"))
            return
        relation = self.project.semantics[time.table].relation if time.table in self.project.semantics else time.table
        self.project.spines.append(Spine(relation, None, time.column or "", "day", dict(time.grains)))

"""A model's tables as those of formats that are written in SQL (Cube, Snowflake, Ossie): fields as members, joins on columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.exports.conditions import Conditions
from nlq.exports.exported import carried_tables
from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.semantics.joins import find_field, paths_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.exports.rows import Rows
    from nlq.semantics.joins import Path
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Join

WAY, MARK = "__", "field__"


@dataclass(slots=True)
class Member:
    """A field of a table: SQL over one row of it. A fact is there for aggregates alone."""

    name: str
    expr: str
    type: str
    fact: bool = False
    label: str = ""
    description: str = ""
    of: Dimension | None = None
    shown: bool = True  # of a thing with a key, what it shows; its id says no synonyms


@dataclass(slots=True)
class Relation:
    """A table: `where` are the rows that count, `time` the member by which its metrics do."""

    name: str
    source: str
    schema: str
    where: str | None
    key: tuple[str, ...]
    time: str | None = None
    members: dict[str, Member] = field(default_factory=dict)


class LayerShape:
    """The relations of an export, and what our fields are called there."""

    def __init__(self, model: SemanticModel, rows: Rows, issues: list[Issue]) -> None:
        self.model, self.rows, self.issues = model, rows, issues
        self.relations: dict[str, Relation] = {}
        self.members: dict[tuple[str, str], str] = {}  # a table and a field (or a part of a keyed one) to a member
        self.joins: list[Join] = []
        for name in carried_tables(model):
            self._table(name)
        for name in self.relations:
            self._time(name)
        for one in model.dimensions.values():
            self._fields(one)
        for join in model.joins:
            if join.from_ in self.relations and join.to in self.relations:
                self.joins.append(join)

    def _table(self, name: str) -> None:
        table = self.model.tables[name]
        if table.versions:
            self.issues.append(
                Issue("expression", f"table {name}", "versions, which are joined by the day that they hold on")
            )
            return
        try:
            where = self.rows.counts(name)
        except NotCarried as problem:
            self.issues.append(Issue(problem.code, f"table {name}", problem.what))
            return
        self.relations[name] = Relation(name, self.rows.source(name), self.rows.schema(name), where, table.key)

    def _time(self, name: str) -> None:
        """The day on which a table's rows count, before all other dates: readers take the first."""
        column = self.model.tables[name].time
        if column is None:
            return
        one = next(
            (
                one
                for one in self.model.dimensions.values()
                if one.type == "date" and not one.time and one.table == name and one.column == column
            ),
            None,
        )
        if one is not None:
            self._field(one, name, None)
            self.relations[name].time = self.members[name, one.name]
            return
        self.relations[name].time = self._member(
            name,
            Member(
                column,
                self.rows.moment(name, column),
                self.type(name, column),
                label=column.replace("_", " ").capitalize(),
            ),
        )

    def type(self, table: str, column: str) -> str:
        """A column's type, as these formats have types."""
        kind = self.model.tables[table].columns[column].type
        return "datetime" if kind == "timestamp" else "string" if kind in ("array", "json") else kind

    # Fields.

    def _fields(self, one: Dimension) -> None:
        if one.time:
            return
        for table, column in {one.table: None, **one.held_by}.items():
            if table not in self.relations or (table, one.name) in self.members:
                continue
            try:
                self._field(one, table, column)
            except NotCarried as problem:
                self.issues.append(Issue(problem.code, f"dimension {one.name}", problem.what))

    def _field(self, one: Dimension, table: str, column: str | None) -> None:
        if one.key:
            for part in dict.fromkeys((one.id, one.show)):
                if part:
                    label = one.label if part == one.show else f"{one.label} id"
                    made = Member(
                        part,
                        self.rows.column(table, part),
                        self.type(table, part),
                        label=label,
                        description=one.description,
                        of=one,
                        shown=part == one.show,
                    )
                    self.members[table, f"{one.name}.{part}"] = self._member(table, made)
            return
        way, _, last = one.name.rpartition(WAY)
        called = (last if way else one.name).replace(".", "_")
        stored = column or one.column
        kind = self.type(table, stored) if stored else one.type
        expr = self.rows.field(one, table, column)
        self.members[table, one.name] = self._member(
            table, Member(called, expr, kind, label=one.label, description=one.description, of=one)
        )

    def _member(self, table: str, made: Member) -> str:
        """A member of a table under a name that none has; the same one once."""
        known = self.relations[table].members
        same = next(
            (
                one
                for one in known.values()
                if one.expr == made.expr and (one.of is made.of or one.name == made.name) and not one.fact
            ),
            None,
        )
        if same is not None:
            return same.name
        if (
            made.name in self.model.metrics or made.name in self.model.filters
        ):  # a table has one name once, of whatever kind
            made.name = f"{made.name}_{'value' if made.fact else 'field'}"
        called, number = made.name, 2
        while called in known:
            called, number = f"{made.name}_{number}", number + 1
        made.name = called
        known[called] = made
        return called

    def fact(self, table: str, expr: str, called: str, kind: str) -> str:
        """What an aggregate is over: a member that is that, or a fact under a name of its own."""
        known = self.relations[table].members
        same = next((one.name for one in known.values() if one.expr == expr), None)
        return same or self._member(table, Member(called, expr, kind, fact=True))

    def relation_of(self, table: str) -> Relation:
        """The relation that a table is.

        Raises:
            NotCarried: it is none.
        """
        if table not in self.relations:
            raise NotCarried("depends", f"the table {table} is not carried")
        return self.relations[table]


class Fields(Conditions):
    """What fields are called where a metric counts on one table; `called` writes a relation's member."""

    def __init__(self, shape: LayerShape, table: str, time: str | None, called: Callable[[str, str], str]) -> None:
        super().__init__(shape.model, shape.rows.dialect)
        self.shape, self.table, self.time, self.called = shape, table, time, called

    def found(self, field: str) -> tuple[str, str]:
        """The relation and the member that a field is; of a thing with a key its id."""
        one = self.model.grains[field][0] if field in self.model.grains else self.model.dimensions.get(field)
        if one is None:
            raise NotCarried("filter", f"{field} is no field")
        if one.time:
            return self.table, self._time(field)
        part = f"{one.name}.{one.id}" if one.key else one.name
        if self.table in one.held_by and (self.table, part) in self.shape.members:
            return self.table, self.shape.members[self.table, part]
        path, column = self._path(one, field)
        end = path[-1].to if path else self.table
        if column is not None:  # the joining table holds it itself, also where it names no row
            return end, self.shape.fact(end, self.shape.rows.column(end, column), column, self.shape.type(end, column))
        if (end, part) not in self.shape.members:
            raise NotCarried("depends", f"{field} is not carried")
        return end, self.shape.members[end, part]

    def homes(self, field: str) -> set[str]:
        """The tables that a condition on a field reads: of a thing with a key also that of what it shows."""
        if field in self.model.filters:
            return {
                home for part in self.model.filters[field].where for name in part.fields() for home in self.homes(name)
            }
        one = self.model.dimensions.get(field)
        return {self.found(field)[0], *({one.table} if one is not None and one.key else set())}

    def _time(self, field: str) -> str:
        relation = self.shape.relation_of(self.table)
        if self.time is not None and self.time != self.model.tables[self.table].time:
            expr = self.shape.rows.moment(self.table, self.time)
            return self.shape.fact(self.table, expr, self.time, self.shape.type(self.table, self.time))
        if relation.time is None:
            raise NotCarried("filter", f"{self.table} has no {field}")
        return relation.time

    def _path(self, one: Dimension, field: str) -> tuple[Path, str | None]:
        """The joins that lead to a field's table; or those to one that holds its very column, and that column."""
        try:
            found = find_field(self.model, self.table, field if field in self.model.grains else one.name)
        except BadRequest as problem:
            raise NotCarried("ambiguous", str(problem)) from None
        paths = paths_from(self.model, self.table).get(one.table, ())
        if found is None or len(paths) != 1 or any(join.to not in self.shape.relations for join in paths[0]):
            raise NotCarried("filter", f"{self.table} does not reach {field}")
        if len(found.path) < len(paths[0]) and not one.part and not one.bins:
            return found.path, found.columns[one.key.index(one.id) if one.key and one.id else 0]
        return paths[0], None

    def subject(self, field: str) -> str:
        """A field as SQL: a date at its grain."""
        made = self.called(*self.found(field))
        grain = self.model.grains[field][1] if field in self.model.grains else None
        if grain in (None, "day"):
            return made if grain is None else f"CAST({made} AS DATE)" if self._moment(field) else made
        if grain == "year":
            return f"EXTRACT(YEAR FROM {made})"
        if grain not in ("week", "month", "quarter"):
            raise NotCarried("grain", f"{field}, a grain of the calendar's own")
        first = exp.DateTrunc(this=exp.column(MARK), unit=exp.Literal.string(grain.upper()))  # type: ignore[no-untyped-call]
        tree = exp.Cast(this=first, to=exp.DataType(this=exp.DataType.Type.DATE))
        return str(tree.sql(self.dialect)).replace(MARK, made, 1)

    def _moment(self, field: str) -> bool:
        relation, member = self.found(field)
        return self.shape.relations[relation].members[member].type == "datetime"

    def shown(self, field: str) -> str:
        """What a field shows."""
        one = self.model.dimensions.get(field)
        if one is None or not one.key:
            return self.subject(field)
        path = paths_from(self.model, self.table).get(one.table, ())
        if len(path) != 1 or any(join.to not in self.shape.relations for join in path[0]):
            raise NotCarried("filter", f"{self.table} does not reach {field}")
        return self.called(one.table, self.shape.members[one.table, f"{field}.{one.show}"])

    def value(self, field: str, value: object) -> str:
        """A value; a date as a date."""
        grain = self.model.grains.get(field, (None, None))[1]
        if grain is not None and grain != "year":
            return f"DATE '{value}'"
        return super().value(field, value)

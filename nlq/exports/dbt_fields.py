"""Fields and conditions of ours in dbt's templates, as one table's metrics reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nlq.errors import BadRequest
from nlq.exports.conditions import OPS, Conditions
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.joins import find_field, paths_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.exports.dbt_shape import Shape
    from nlq.semantics.joins import Field, Path
    from nlq.semantics.tables import Dimension
    from nlq.values.query import Condition

MOST_JOINS = 2  # MetricFlow follows no more


class Call(NamedTuple):
    """How a field is called: the entities that lead to it, its own name, its grain, and whether it is an entity itself."""

    way: list[str]
    name: str
    grain: str | None = None
    entity: bool = False

    @property
    def template(self) -> str:
        """The call, as templates and saved queries have it: of a dimension the last entity is in its name, the others apart."""
        if self.entity:
            return f"Entity('{self.name}'{f', entity_path={self.way!r}' if self.way else ''})"
        whole = "__".join([*self.way[-1:], self.name])
        more = f", entity_path={self.way[:-1]!r}" if len(self.way) > 1 else ""
        return f"TimeDimension('{whole}', '{self.grain}'{more})" if self.grain else f"Dimension('{whole}'{more})"

    @property
    def whole(self) -> str:
        """entity__dimension, with __grain for a date."""
        return "__".join([*self.way, self.name, *([self.grain] if self.grain else [])])


class Spelling(Conditions):
    """What fields are called by metrics that count on one table, by its column `time` where not by the table's own."""

    def __init__(self, shape: Shape, table: str, time: str | None = None) -> None:
        super().__init__(shape.model, shape.rows.dialect)
        self.shape, self.table, self.time = shape, table, time

    def name(self, field: str) -> str:
        """A field as saved queries call it."""
        return self._found(field).whole

    def group_by(self, field: str) -> tuple[str, ...]:
        """The calls by which a saved query groups by a field: of a thing with a key its entity, and what it shows."""
        one = self.model.dimensions.get(field)
        if one is None or not one.key or one.key == (one.id,) == (one.show,):
            return (self._found(field).template,)
        return tuple(call.template for call in (self._key(one), *([] if one.show == one.id else [self._shown(one)])))

    # Fields.

    def _found(self, field: str) -> Call:
        """The call of a field; of a thing with a key that of its id."""
        try:
            found = find_field(self.model, self.table, field, self.time)
        except BadRequest as problem:
            raise NotCarried("ambiguous", str(problem)) from None
        if found is None:
            raise NotCarried("filter", f"{self.table} does not reach {field}")
        if found.dimension.time:
            return Call([], "metric_time", found.grain)
        entity = self._entity(found)
        if entity is not None:
            return Call(self._way(found.path), entity, entity=True)
        one = found.dimension
        held = self.table in one.held_by
        path = () if held else self._path(one, field)
        if one.key and len(found.path) < len(path):  # the joining table holds the id itself, also where it names no row
            end = found.path[-1].to if found.path else self.table
            column = found.columns[one.key.index(one.id)] if one.id in one.key else found.columns[0]
            return Call(self._way(found.path) or [self._own_entity(end)], self.shape.column_of(end, column))
        end = self.shape.home_of(path[-1].to if path else self.table)
        last = self.shape.elements.get((end, self._part(found)))
        if last is None:
            raise NotCarried("depends", f"{field} is not carried")
        return Call(self._way(path) or [self._own_entity(end)], last, found.grain)

    def _own_entity(self, table: str) -> str:
        return str(self.shape.project.semantics[self.shape.home_of(table)].primary_entity)

    def _part(self, found: Field) -> str:
        """The name that the element of a field has; a keyed one is compared by its id."""
        one = found.dimension
        return f"{one.name}.{one.id}" if one.key else one.name

    def _entity(self, found: Field) -> str | None:
        """The entity that a field is, where it is one."""
        one = found.dimension
        if one.part or one.bins or found.grain or (one.key and one.key != (one.id,)):
            return None
        end = self.shape.home_of(found.path[-1].to if found.path else self.table)
        name = self.shape.keys.get((end, found.columns))
        homes = {end, self.shape.home.get(one.table)}
        return None if any((home, self._part(found)) in self.shape.elements for home in homes) else name

    def _path(self, one: Dimension, field: str) -> Path:
        """The joins that lead to a field's table."""
        paths = paths_from(self.model, self.table).get(one.table, ())
        if len(paths) != 1:
            raise NotCarried(
                "filter",
                f"{self.table} does not reach {field}" if not paths else f"two ways lead from {self.table} to {field}",
            )
        return paths[0]

    def _way(self, path: Path) -> list[str]:
        if len(path) > MOST_JOINS:
            raise NotCarried("reach", f"{len(path)} joins lead from {self.table} to {path[-1].to}")
        found = [self.shape.entity.get((join.from_, join.to)) for join in path]
        if None in found:
            raise NotCarried("depends", f"a join from {self.table} to {path[-1].to} is not carried")
        return [str(one) for one in found]

    def subject(self, field: str) -> str:
        """The template of a field, or of the id of a thing with a key."""
        return f"{{{{ {self._found(field).template} }}}}"

    def shown(self, field: str) -> str:
        """The template of what a field shows."""
        one = self.model.dimensions.get(field)
        if one is None or not one.key or one.show == one.id:
            return self.subject(field)
        return f"{{{{ {self._shown(one).template} }}}}"

    def _shown(self, one: Dimension) -> Call:
        """The call of what a field with a key shows."""
        path = self._path(one, one.name)
        last = self.shape.elements.get((self.shape.home_of(one.table), f"{one.name}.{one.show}"))
        if last is None:
            raise NotCarried("depends", f"what {one.name} shows is not carried")
        return Call(self._way(path) or [self._own_entity(one.table)], last)

    def _key(self, one: Dimension) -> Call:
        """The entity that the key of a thing is."""
        path = self._path(one, one.name)
        entity = self.shape.keys.get((self.shape.home_of(one.table), one.key))
        if entity is None:
            raise NotCarried("depends", f"the key of {one.name} is not carried")
        return Call(self._way(path)[:-1], entity, entity=True)

    def chosen_by(self, field: str) -> str:
        """The entity that a set filter's field is: MetricFlow chooses by nothing else."""
        one = self.model.dimensions.get(field)
        if one is not None and one.key and one.key != (one.id,):
            return self._key(one).whole
        found = self._found(field)
        if not found.entity:
            raise NotCarried("filter", f"{field} chooses nothing there, for it is no entity")
        return found.whole

    def value(self, field: str, value: object) -> str:
        """A value; dbt takes dates as texts."""
        if field in self.model.grains and self.model.grains[field][1] == "year":
            return f"'{int(str(value)):04d}-01-01'"  # there a year is its first day
        return super().value(field, value)

    def text(self, value: str) -> str:
        """A text, in which dbt would take two braces for a template."""
        if any(mark in value for mark in ("{{", "{%", "{#")):
            raise NotCarried("filter", f"{value} would be taken for a template")
        return super().text(value)

    def chosen(self, one: Condition) -> str:
        """A set filter that chooses by a metric's figure."""
        query = one.query
        assert query is not None  # noqa: S101 - asked before
        name = query.metrics[0] if len(query.metrics) == 1 and isinstance(query.metrics[0], str) else None
        asked = (query.period, query.dimensions, query.where, query.compare, query.segments, query.limit, query.list)
        plain = name is not None and asked == ("all", (one.field,), (), (), (), None, None)
        if (
            not plain
            or not query.having
            or any(part.field != name or part.op not in (*OPS, "in", "not_in", "is_not_null") for part in query.having)
        ):
            raise NotCarried("filter", f"the set of {one.field} is chosen by more than one figure of all time")
        ops = {part.op for part in query.having}
        if ops & {"!=", "not_in"} and "is_not_null" not in ops:
            raise NotCarried("filter", f"the {one.field} of which {name} is another, or unknown")
        if one.op == "not_in" and ops != {"is_not_null"}:
            raise NotCarried("filter", f"all {one.field} but those that a figure chooses")
        entities = {
            self.chosen_by(one.field or ""),
            *(Spelling(self.shape, table).chosen_by(one.field or "") for table in self.model.base_tables(str(name))),
        }
        if len(entities) > 1:
            raise NotCarried("filter", f"{name} calls {one.field} otherwise")
        subject = f"{{{{ Metric('{self.shape.metric_names[str(name)]}', group_by=['{entities.pop()}']) }}}}"
        if one.op == "not_in":
            return f"{subject} IS NULL"
        parts = []
        for part in query.having:
            values = [str(value) for value in part.values]
            if part.op == "is_not_null":
                parts += [] if ops & {"!=", "not_in"} else [f"{subject} IS NOT NULL"]
            elif part.op in ("in", "not_in"):
                parts.append(f"{subject} {'NOT IN' if part.op == 'not_in' else 'IN'} ({', '.join(values)})")
            else:
                parts.append(f"{subject} {OPS[str(part.op)]} {values[0]}")
        return " AND ".join(parts)


def common(shape: Shape, metric: str, conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Conditions as all tables that a metric counts on call them.

    Raises:
        NotCarried: they call them otherwise than one another, or one cannot.
    """
    made = {Spelling(shape, table).conditions(conditions) for table in sorted(shape.model.base_tables(metric))}
    if len(made) > 1:
        raise NotCarried(
            "filter", f"{metric} is made of tables that call its filter's fields otherwise than one another"
        )
    return made.pop() if made else ()

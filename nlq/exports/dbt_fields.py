"""Fields and conditions of ours in dbt's templates, as one table's metrics reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


class Spelling(Conditions):
    """What fields are called by metrics that count on one table, by its column `time` where not by the table's own."""

    def __init__(self, shape: Shape, table: str, time: str | None = None) -> None:
        super().__init__(shape.model, shape.rows.dialect)
        self.shape, self.table, self.time = shape, table, time

    def name(self, field: str) -> str:
        """A field as saved queries call it: entity__dimension, with __grain for a date."""
        way, last, grain = self._found(field)
        return "__".join([*way, last, *([grain] if grain else [])])

    def group_by(self, field: str) -> tuple[str, ...]:
        """The calls by which a saved query groups by a field: of a thing with a key its entity, and what it shows."""
        one = self.model.dimensions.get(field)
        if one is None or not one.key or one.key == (one.id,) == (one.show,):
            return (self.subject(field)[3:-3],)
        path = self._path(one, field)
        entity = self.shape.keys.get((self.shape.home_of(one.table), one.key))
        if entity is None:
            raise NotCarried("depends", f"the key of {field} is not carried")
        shown = () if one.show == one.id else (self.shown(field)[3:-3],)
        return (_entity(self._way(path)[:-1], entity), *shown)

    # Fields.

    def _found(self, field: str) -> tuple[list[str], str, str | None]:
        """The entities that lead to a field, its own name, and its grain."""
        try:
            found = find_field(self.model, self.table, field, self.time)
        except BadRequest as problem:
            raise NotCarried("ambiguous", str(problem)) from None
        if found is None:
            raise NotCarried("filter", f"{self.table} does not reach {field}")
        if found.dimension.time:
            return [], "metric_time", found.grain
        entity = self._entity(found)
        if entity is not None:
            return self._way(found.path), entity, None
        one = found.dimension
        held = self.table in one.held_by
        path = () if held else self._path(one, field)
        if one.key and len(found.path) < len(path):  # the joining table holds the id itself, also where it names no row
            end = found.path[-1].to if found.path else self.table
            column = found.columns[one.key.index(one.id)] if one.id in one.key else found.columns[0]
            return self._way(found.path) or [self._own_entity(end)], self.shape.column_of(end, column), None
        end = self.shape.home_of(path[-1].to if path else self.table)
        last = self.shape.elements.get((end, self._part(found)))
        if last is None:
            raise NotCarried("depends", f"{field} is not carried")
        return self._way(path) or [self._own_entity(end)], last, found.grain

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
        way, last, grain = self._found(field)
        if self._is_entity(field):
            return f"{{{{ {_entity(way, last)} }}}}"
        return f"{{{{ {_dimension(way, last, grain)} }}}}"

    def _is_entity(self, field: str) -> bool:
        found = find_field(self.model, self.table, field, self.time)
        return found is not None and not found.dimension.time and self._entity(found) is not None

    def shown(self, field: str) -> str:
        """The template of what a field shows."""
        one = self.model.dimensions.get(field)
        if one is None or not one.key or one.show == one.id:
            return self.subject(field)
        *way, last = self._shown_name(field).split("__")
        return f"{{{{ {_dimension(way, last, None)} }}}}"

    def _shown_name(self, field: str) -> str:
        """What a field with a key shows, by its whole name."""
        one = self.model.dimensions[field]
        path = self._path(one, field)
        end = self.shape.home_of(one.table)
        last = self.shape.elements.get((end, f"{field}.{one.show}"))
        if last is None:
            raise NotCarried("depends", f"what {field} shows is not carried")
        return "__".join([*(self._way(path) or [str(self.shape.project.semantics[end].primary_entity)]), last])

    def chosen_by(self, field: str) -> str:
        """The entity that a set filter's field is: MetricFlow chooses by nothing else."""
        one = self.model.dimensions.get(field)
        if one is not None and one.key and one.key != (one.id,):
            path = self._path(one, field)
            entity = self.shape.keys.get((self.shape.home_of(one.table), one.key))
            if entity is None:
                raise NotCarried("filter", f"the key of {field} is not carried")
            return "__".join([*self._way(path)[:-1], entity])
        if not self._is_entity(field):
            raise NotCarried("filter", f"{field} chooses nothing there, for it is no entity")
        return self.name(field)

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


def _entity(way: list[str], name: str) -> str:
    return f"Entity('{name}'{f', entity_path={way!r}' if way else ''})"


def _dimension(way: list[str], name: str, grain: str | None) -> str:
    """A field by the last of the entities that lead to it, the first apart."""
    whole, more = "__".join([*way[-1:], name]), f", entity_path={way[:-1]!r}" if len(way) > 1 else ""
    return f"TimeDimension('{whole}', '{grain}'{more})" if grain else f"Dimension('{whole}'{more})"

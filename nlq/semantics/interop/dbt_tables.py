"""dbt's semantic models as tables, joins and dimensions.

MetricFlow calls a field by the entities that lead to it (pier__kind, boat__workshop__town). Each such way is a table here: the
model's own for the entity that it has a row of, else one that is `like` it under the name of the way; and `reach` holds a name to
the number of joins that it says, so that it never means another way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.semantics.interop.dbt_parts import several, synonyms
from nlq.semantics.interop.tables import Building

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlq.semantics.interop.dbt_project import Element, Project, Semantics, Spine

TIME = "metric_time"
GRAINS = ("day", "week", "month", "quarter", "year")
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of the database's tables; `schema` is that of the model, `target` the one that was looked at."""

    found: Mapping[str, Mapping[str, str]]
    schema: str
    target: str

    def of(self, relation: str, schema: str | None) -> Mapping[str, str]:
        """Those of one table, with their types; none where there is no such table."""
        whole = schema or self.schema
        known = self.found.get(f"{whole}.{relation}")
        return known if known is not None else self.found.get(relation, {}) if whole == self.target else {}


@dataclass(slots=True)
class Tables:
    """What the semantic models become. `columns` gives the column of an element of a model; `fields` each field's type."""

    project: Project
    dialect: str
    types: Columns | None
    issues: list[Issue]
    building: dict[str, Building] = field(default_factory=dict)
    aliases: dict[str, Plain] = field(default_factory=dict)
    joins: list[Plain] = field(default_factory=list)
    dimensions: dict[str, Plain] = field(default_factory=dict)
    elements: dict[tuple[str, str], str] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    parts: dict[tuple[str, str], tuple[str, ...]] = field(
        default_factory=dict
    )  # of an entity that several columns make up

    def build(self) -> None:
        """All of it, in the order in which the parts need one another."""
        for model in self.project.semantics.values():
            self._table(model)
        self._time()
        for model in self.project.semantics.values():
            self._own(model)
        for model in self.project.semantics.values():
            self._joins(model)
        self._entities()
        for model in self.project.semantics.values():
            self._two_hops(model)

    # Tables.

    def _table(self, model: Semantics) -> None:
        known = None if self.types is None else self.types.of(model.relation, model.schema)
        if self.types is not None and not known:
            schema = model.schema or self.types.schema
            self.issues.append(Issue("unknown_reference", f"{model.where}: {model.name}", f"the database has no table {schema}.{model.relation}"))  # fmt: skip
        made = Building(model.name, model.relation, self.dialect, known, self.issues)
        self.building[model.name] = made
        main = model.primary_entity or next(iter(model.keys), model.name)
        made.plain = {
            "description": model.description or f"{titled(model.name)}.",
            "grain": f"one row a {main.replace('_', ' ')}",
        }
        source = f"{model.schema}.{model.relation}" if model.schema else model.relation
        if source != model.name:
            made.plain["source"] = source
        if model.meta.get("owner"):
            made.plain["owner"] = str(model.meta["owner"])
        for name, entity in model.entities.items():
            parts = several(entity.expr, self.dialect)
            if parts:
                self.parts[model.name, name] = tuple(made.column(part, part, "string") for part in parts)
        for element in (*model.entities.values(), *model.dimensions.values()):
            guess = "datetime" if element.type == "time" else "string"
            try:
                self.elements[model.name, element.name] = made.column(element.expr, element.name, guess)
            except NotCarried as problem:
                self.issues.append(Issue(problem.code, f"{model.where}: {model.name}.{element.name}", problem.what))
        made.plain["key"] = self._key(model)
        if model.versions is not None:
            since, before = (self.elements.get((model.name, one.name)) for one in model.versions)
            made.plain["versions"] = {"since": since, "before": before}
            made.plain["key"] = [*made.plain["key"], since]
        if model.time and model.measures:
            made.plain["time"] = self.elements.get((model.name, model.time))

    def _key(self, model: Semantics, entity: str | None = None) -> list[str]:
        """The columns by which a row is found: an entity's, with those that part the table."""
        entity = entity or next(iter(sorted(model.keys, key=lambda one: model.entities[one].type != "primary")), None)
        own = [*self._columns(model, entity)] if entity else []
        if any("expr" in self.building[model.name].columns[column] for column in own):
            self.issues.append(
                Issue(
                    "expression",
                    f"{model.where}: {model.name}.{entity}",
                    "a key that is computed: nothing is joined by it",
                )
            )
            return []
        return own + [self.elements[model.name, one.name] for one in model.dimensions.values() if one.partition and own]

    def _columns(self, model: Semantics, entity: str) -> tuple[str, ...]:
        """The columns that an entity is: one, those that make it up, or none where it is not carried."""
        one = self.elements.get((model.name, entity))
        return self.parts.get((model.name, entity), () if one is None else (one,))

    def _time(self) -> None:
        """The one time dimension, over the project's spine of days where it has one."""
        self.dimensions[TIME] = time = {
            "name": TIME,
            "label": "Date",
            "description": "The day that a metric counts on.",
            "time": True,
        }
        days = [spine for spine in self.project.spines if spine.grain == "day"]
        for spine in self.project.spines:
            if spine.grain != "day" or spine is not days[0]:
                self.issues.append(
                    Issue("left_out", f"time spine {spine.relation}", "one spine of days is enough here")
                )
        if not days:
            return
        spine = days[0]
        made = self._days(spine)
        for name, column in spine.grains.items():
            made.column(column, name, "date")
        time |= {"table": made.name, "column": spine.column}
        if spine.grains:
            time["grains"] = dict(spine.grains)

    def _days(self, spine: Spine) -> Building:
        """The table of all days: a semantic model of the same table with one row a day, else one of its own."""
        same = next(
            (
                name
                for name, model in self.project.semantics.items()
                if (model.relation, model.schema) == (spine.relation, spine.schema)
            ),
            None,
        )
        if same is not None and self.building[same].plain["key"] == [spine.column]:
            return self.building[same]
        known = None if self.types is None else self.types.of(spine.relation, spine.schema)
        name = spine.relation if spine.relation not in self.building else f"{spine.relation}_days"
        made = self.building[name] = Building(name, spine.relation, self.dialect, known, self.issues)
        made.column(spine.column, spine.column, "date")
        made.plain = {"description": "All days.", "grain": "one row a day", "key": [spine.column]}
        source = f"{spine.schema}.{spine.relation}" if spine.schema else spine.relation
        if source != name:
            made.plain["source"] = source
        return made

    # Fields.

    def _main(self, model: Semantics) -> str | None:
        """The entity under which a model's own table is joined; others lead to one like it."""
        return next(iter(sorted(model.keys, key=lambda one: model.entities[one].type != "primary")), None)

    def _joined_by(self, entity: str, to: Semantics) -> list[Semantics]:
        """The models from which an entity leads to a row of another."""
        return [model for model in self.project.semantics.values() if model is not to and fits(model, entity, to)
                and (model.name, entity) in self.elements and (to.name, entity) in self.elements]  # fmt: skip

    def _role(self, entity: str, model: Semantics) -> str:
        """The table that stands for a model where an entity leads to it; made where it is not there yet."""
        if entity == self._main(model):
            return model.name
        return self._like(f"{entity}__{model.name}", model, entity)

    def _like(self, name: str, model: Semantics, entity: str) -> str:
        key = self._key(model, entity)
        if model.versions is not None:
            key.append(self.building[model.name].plain["versions"]["since"])
        own = {"key": key} if key != self.building[model.name].plain["key"] else {}
        self.aliases.setdefault(name, {"name": name, "like": model.name, **own})
        return name

    def _own(self, model: Semantics) -> None:
        """The dimensions of a model under each entity that it is called by, where one join or none leads to them."""
        for entity in model.links:
            joined = entity in model.keys and self._joined_by(entity, model)
            table = self._role(entity, model) if joined else model.name
            for element in model.dimensions.values():
                more: Plain = {"reach": 1 if joined else 0}
                if table != model.name:
                    more["held_by"] = {model.name: self.elements.get((model.name, element.name))}
                self._dimension(f"{entity}__{element.name}", table, model, element, **more)

    def _dimension(self, name: str, table: str, model: Semantics, element: Element, **more: Any) -> None:
        column = self.elements.get((model.name, element.name))
        if column is None:
            return
        known = self.dimensions.get(name)
        if known is not None:  # two models say the same name: each holds its own
            if model.name not in (known["table"], *known.get("held_by", {})):
                known.setdefault("held_by", {})[model.name] = column
                known["reach"] = (
                    max(known.get("reach", 0), more.get("reach", 0)) if known["table"] == table else known["reach"]
                )
                self.issues.append(Issue("ambiguous", f"dimension {name}", f"{known['table']} and {model.name} both have it; a join takes the former's"))  # fmt: skip
            return
        kind = self.building[model.name].type(column)
        made: Plain = {"name": name, "label": element.label or titled(element.name), "description": element.description or f"{titled(element.name)} of a {name.rpartition('__')[0].replace('__', ' > ').replace('_', ' ')}.",
                       "table": table, "column": column, **more}  # fmt: skip
        if element.type == "time":
            made["type"] = "date"
            if element.grain and element.grain not in GRAINS:
                self.issues.append(Issue("grain", f"{model.where}: {model.name}.{element.name}", f"by {element.grain} it is kept; here it is read by the day"))  # fmt: skip
        else:
            made["type"] = {"decimal": "number", "datetime": "date", "timestamp": "date"}.get(kind, kind)
        words = self._words(element, name)
        own = {
            language: [word for word in said if word not in self.said]
            for language, said in synonyms(element.meta).items()
        }
        self.said |= {word for said in own.values() for word in said}
        own["en"] = [*([words] if words else []), *own.get("en", [])]
        if any(own.values()):
            made["synonyms"] = {language: said for language, said in own.items() if said}
        self.dimensions[name] = made

    def _words(self, element: Element, name: str) -> str | None:
        """A phrase for a dimension that no other has: its label, else with what it is of before it."""
        plain = (element.label or element.name).replace("_", " ").lower()
        of = name.rpartition("__")[0].replace("__", " ").replace("_", " ")
        for words in (plain, f"{of} {plain}"):
            if words not in self.said:
                self.said.add(words)
                return words
        return None

    # Joins.

    def _joins(self, model: Semantics) -> None:
        for entity in model.entities:
            for to in self.project.semantics.values():
                if to is not model and to in [one for one in self.project.semantics.values() if entity in one.keys] and model in self._joined_by(entity, to):  # fmt: skip
                    self._join(model.name, self._role(entity, to), entity, model, to)

    def _join(self, start: str, end: str, entity: str, model: Semantics, to: Semantics) -> None:
        mine, its = self._columns(model, entity), self._columns(to, entity)
        if len(mine) != len(its) or any("expr" in self.building[to.name].columns[column] for column in its):
            self.issues.append(
                Issue(
                    "expression",
                    f"{model.where}: {model.name}",
                    f"the join to {to.name} by {entity}, which is computed",
                )
            )
            return
        on = dict(zip(mine, its, strict=True))
        for part in to.dimensions.values():
            if part.partition and (model.name, part.name) in self.elements:
                on[self.elements[model.name, part.name]] = self.elements[to.name, part.name]
        same = [one for one in self.joins if one["from"] == start and one["to"] == end]
        if not same:
            self.joins.append({"from": start, "to": end, "on": on})
        elif same[0]["on"] != on:
            self.issues.append(
                Issue("ambiguous", f"{model.where}: {model.name}", f"a second way to {end}, by {entity}, is left out")
            )

    def _entities(self) -> None:
        """An entity is a dimension of every model that names it: the key itself, never a join."""
        for model in self.project.semantics.values():
            for entity in model.entities.values():
                column = self.elements.get((model.name, entity.name))
                if column is None:
                    continue
                known = self.dimensions.get(entity.name)
                if known is not None:
                    if known.get("reach") == 0 and known["table"] != model.name:
                        known.setdefault("held_by", {})[model.name] = column
                    continue
                kind = self.building[model.name].type(column)
                words = entity.name.replace("_", " ")
                self.dimensions[entity.name] = {
                    "name": entity.name, "label": entity.label or titled(entity.name), "description": entity.description or f"The key of a {words}.",
                    "table": model.name, "column": column, "reach": 0,
                    "type": {"decimal": "number", "datetime": "date", "timestamp": "date"}.get(kind, kind),
                    **({"synonyms": {"en": [words]}} if words not in self.said else {}),
                }  # fmt: skip
                self.said.add(words)

    def _two_hops(self, middle: Semantics) -> None:
        """What lies behind a model that others join to, by its own entities."""
        for first in middle.keys:
            if not self._joined_by(first, middle):
                continue
            start = self._role(first, middle)
            for second, element in middle.entities.items():
                if second == first or (middle.name, second) not in self.elements:
                    continue
                self._entity_behind(f"{first}__{second}", start, middle, element)
                for to in self.project.semantics.values():
                    if to is not middle and second in to.keys and middle in self._joined_by(second, to):
                        self._behind(first, second, start, middle, to)

    def _entity_behind(self, name: str, start: str, middle: Semantics, element: Element, reach: int = 1) -> None:
        column = self.elements[middle.name, element.name]
        if name in self.dimensions:
            return
        kind = self.building[middle.name].type(column)
        self.dimensions[name] = {"name": name, "label": element.label or titled(name), "description": f"The key of a {name.replace('__', ' > ').replace('_', ' ')}.",
                                 "table": start, "column": column, "reach": reach,
                                 "type": {"decimal": "number", "datetime": "date", "timestamp": "date"}.get(kind, kind)}  # fmt: skip

    def _behind(self, first: str, second: str, start: str, middle: Semantics, to: Semantics) -> None:
        name = f"{first}__{second}__{to.name}"
        if name in self.aliases and self.aliases[name]["like"] == to.name:
            self.issues.append(
                Issue("ambiguous", f"{middle.where}: {middle.name}", f"a second way to {first}__{second} is left out")
            )
            return
        end = self._like(name, to, second)
        self._join(start, end, second, middle, to)
        for element in to.dimensions.values():
            self._dimension(f"{first}__{second}__{element.name}", end, to, element, reach=2)
        for third, element in to.entities.items():
            if third not in (first, second) and (to.name, third) in self.elements:
                self._entity_behind(f"{first}__{second}__{third}", end, to, element, reach=2)


def fits(model: Semantics, entity: str, to: Semantics) -> bool:
    """Whether an entity leads from one model to at most one row of another: theirs has to be a key, and versions only by it."""
    if entity not in model.entities or entity not in to.keys:
        return False
    mine, theirs = model.entities[entity].type, to.entities[entity].type
    if theirs == "natural":
        return mine != "natural"
    return to.versions is None


def titled(name: str) -> str:
    """A name as a label: pier_name is Pier name."""
    return name.replace("__", " ").replace("_", " ").strip().capitalize()

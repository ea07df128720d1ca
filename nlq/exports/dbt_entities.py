"""A model's tables as dbt's semantic models, and its joins as their entities.

MetricFlow joins whatever two models name the same entity, and calls a field by the entities that lead to it. So each join of
ours gives an entity to both of its ends, called by the way in our field's name where that says one (pier__kind), else by the
table. Tables that are one way to another's rows (`like`), their fields called by ways, are that other model under one more entity.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.exports.exported import carried_tables
from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.semantics.interop.dbt_project import Element, Project, Semantics
from nlq.semantics.model import GRAINS

if TYPE_CHECKING:
    from nlq.exports.rows import Rows
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Join, Table

WAY = "__"
SHORTEST = 2
RESERVED = frozenset({*GRAINS, "metric_time", "hour", "minute", "second"})


class Entities:
    """The semantic models of an export with their entities; `home` says in which of them each table is."""

    def __init__(self, model: SemanticModel, rows: Rows, issues: list[Issue]) -> None:
        self.model, self.rows, self.issues = model, rows, issues
        self.project = Project(plain_name(model.header.name))
        self.tables = [name for name in carried_tables(model) if self._can_be_read(name)]
        self.home = {name: self._home(name) for name in self.tables}
        self.entity: dict[tuple[str, str], str] = {}  # a join's two tables to its entity
        # An entity to the models that it leads to, and whether their fields say so; a model and columns to the entity that they are.
        self.ends: dict[str, dict[str, bool]] = {}
        self.keys: dict[tuple[str, tuple[str, ...]], str] = {}

    def entities(self) -> None:
        """The semantic models, and the entities by which they are joined and their fields are called."""
        for name in self.tables:
            if self.home[name] == name:
                self._model(name)
        for join in self.model.joins:
            if join.from_ in self.home and join.to in self.home:
                try:
                    self._join(join)
                except NotCarried as problem:
                    self.issues.append(Issue(problem.code, f"join {join.from_} > {join.to}", problem.what))
        for one in self.model.dimensions.values():
            self._held(one)
        for name in self.project.semantics:
            self._primary(name)

    # Tables.

    def _can_be_read(self, name: str) -> bool:
        """Whether the rows that count can be told there; a table of all rows would give other figures."""
        try:
            self.rows.counts(name)
        except NotCarried as problem:
            self.issues.append(Issue(problem.code, f"table {name}", problem.what))
            return False
        return True

    def home_of(self, table: str) -> str:
        """The semantic model that a table is in.

        Raises:
            NotCarried: it is in none.
        """
        if table not in self.home:
            raise NotCarried("depends", f"the table {table} is not carried")
        return self.home[table]

    def _home(self, name: str) -> str:
        """The table whose semantic model stands for this one: itself, or one of the same rows where all fields are called by ways."""
        table = self.model.tables[name]
        if not self._called_by_ways(name):
            return name
        for other in self.tables:
            if other == name:
                return name
            if _same_rows(table, self.model.tables[other]) and self._called_by_ways(other):
                return other
        return name

    def _called_by_ways(self, name: str) -> bool:
        own = [one for one in self.model.dimensions.values() if one.table == name and not one.time]
        return bool(own) and all(WAY in one.name or one.reach == 0 for one in own)

    def _model(self, name: str) -> None:
        table = self.model.tables[name]
        relation = name if table.valid is None else f"valid_{name}"
        while table.valid is not None and relation in self.model.tables:
            relation = f"{relation}_rows"
        called = plain_name(name)
        while called in {one.name for one in self.project.semantics.values()}:
            called = f"{called}_rows"
        self.project.semantics[name] = Semantics(
            called, relation, None, "", "", table.description, meta={"owner": table.owner} if table.owner else {}
        )

    # Entities.

    def _join(self, join: Join) -> None:
        """An entity on both ends of a join."""
        start, end = self.home[join.from_], self.home[join.to]
        mine, its = tuple(join.on), tuple(join.on.values())
        key = self.model.tables[join.to].key
        order = sorted(range(len(its)), key=lambda at: key.index(its[at]))
        mine, its = tuple(mine[at] for at in order), tuple(its[at] for at in order)
        spelt = self._spelt_way(join.to)
        for name in (
            spelt or self._way_to(join.to),
            join.to,
            f"{join.from_}_{join.to}",
            f"{join.from_}_{'_'.join(mine)}",
        ):
            called = plain_name(name)
            fits = (
                self._free(start, called, mine)
                and self._free(end, called, its)
                and self._means(called, end, spelt=name == spelt)
            )
            if fits:
                break
        else:
            raise NotCarried("ambiguous", f"the join {join.from_} > {join.to} has no name of its own")
        self.ends.setdefault(called, {})[end] = name == spelt
        self._entity(start, called, mine, "foreign")
        kind = (
            "natural"
            if self.model.tables[end].versions
            else "unique"
            if any(one.type == "primary" for one in self.project.semantics[end].entities.values())
            else "primary"
        )
        self._entity(end, called, its, kind)
        self.entity[join.from_, join.to] = called

    def _way_to(self, table: str) -> str:
        """What a table that a join leads to is called where its fields do not say: the thing that its key is, else its own name."""
        key = self._joined_on(table)
        return next(
            (
                one.name
                for one in self.model.dimensions.values()
                if one.table == table and not one.time and _is_of(one, key) and WAY not in one.name
            ),
            table,
        )

    def _spelt_way(self, table: str) -> str | None:
        """The last entity of the ways by which a table's fields are called, where all say the same."""
        own = [one for one in self.model.dimensions.values() if one.table == table and not one.time and one.reach != 0]
        ways = {one.name.rpartition(WAY)[0].rpartition(WAY)[2] for one in own}
        return ways.pop() if len(ways) == 1 and "" not in ways else None

    def _means(self, name: str, end: str, *, spelt: bool) -> bool:
        """Whether an entity may lead to this model: another may be led to by it where both are called so by their fields."""
        others = {home: said for home, said in self.ends.get(name, {}).items() if home != end}
        return not others or (spelt and all(others.values()))

    def _joined_on(self, table: str) -> tuple[str, ...]:
        one = self.model.tables[table]
        return tuple(name for name in one.key if one.versions is None or name != one.versions.since)

    def _free(self, model: str, name: str, columns: tuple[str, ...]) -> bool:
        known = self.project.semantics[model].entities.get(name)
        return name not in RESERVED and (
            known is None or self.keys.get((model, columns)) == name or known.expr == self.rows.several(model, columns)
        )

    def _entity(self, model: str, name: str, columns: tuple[str, ...], kind: str) -> None:
        made, known = self.project.semantics[model], self.project.semantics[model].entities.get(name)
        if known is None:
            made.entities[name] = Element(name, kind, self.rows.several(model, columns))
        elif known.type == "foreign" and kind != "foreign":
            made.entities[name] = replace(known, type=kind)
        self.keys.setdefault((model, columns), name)

    def _held(self, one: Dimension) -> None:
        """A field that is a key, or that several tables hold themselves and no join leads to, is an entity of each of them."""
        if (
            one.time
            or one.type == "date"
            or one.column is None
            or one.name != plain_name(one.name)
            or one.table not in self.home
        ):
            return
        known = self.keys.get((self.home[one.table], (one.column,)))
        if known != one.name and not (one.reach == 0 and known is None):
            return
        for table, column in {one.table: one.column, **one.held_by}.items():
            if table in self.home and self._free(self.home[table], one.name, (column,)):
                kind = "primary" if (column,) == self.model.tables[table].key else "foreign"
                self._entity(self.home[table], one.name, (column,), kind)

    def _primary(self, name: str) -> None:
        """The entity by which a semantic model's own fields are called."""
        made, table = self.project.semantics[name], self.model.tables[name]
        ways = {
            one.name.rpartition(WAY)[0]
            for one in self.model.dimensions.values()
            if one.table == name and one.reach == 0 and WAY in one.name
        }
        primary = next((key for key, one in made.entities.items() if one.type == "primary"), None)
        if primary is None and len(self._joined_on(name)) == 1 and not table.versions and not ways:
            primary = self._unused(name)
            self._entity(name, primary, self._joined_on(name), "primary")
        made.primary_entity = primary or (ways.pop() if len(ways) == 1 else self._unused(name))

    def _unused(self, name: str) -> str:
        """A table's name as an entity that no other model has, so that nothing is joined by it."""
        taken = {entity for one in self.project.semantics.values() for entity in (*one.entities, one.primary_entity)}
        called = plain_name(name)
        while called in taken or called in RESERVED:
            called += "_row"
        return called


def _is_of(one: Dimension, key: tuple[str, ...]) -> bool:
    """Whether a field is the very key of its table."""
    return (one.key or ((one.column,) if one.column else ())) == key


def _same_rows(one: Table, other: Table) -> bool:
    """Whether two tables are the same rows of the database under two names."""
    return (one.source or one.name, one.columns, one.valid, one.versions, one.time, one.policy) == (
        other.source or other.name, other.columns, other.valid, other.versions, other.time, other.policy)  # fmt: skip


def plain_name(name: str) -> str:
    """A name that dbt takes: of two letters or more, without two underscores in a row, and no grain of time."""
    made = "_".join(part for part in re.sub(r"[^a-z0-9]+", "_", name.lower()).split("_") if part)
    made = made if made[:1].isalpha() else f"n_{made}".rstrip("_")
    return f"{made}_value" if len(made) < SHORTEST or made in RESERVED else made

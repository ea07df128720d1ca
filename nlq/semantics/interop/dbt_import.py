"""A dbt project as a model of ours: `nlq model import --from dbt`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlq.semantics.interop.carried import Imported, Issue, NotCarried
from nlq.semantics.interop.dbt_filters import all_of, field_of
from nlq.semantics.interop.dbt_metrics import Metrics
from nlq.semantics.interop.dbt_read import read_project
from nlq.semantics.interop.dbt_tables import GRAINS, TIME, Columns, Tables
from nlq.semantics.interop.dbt_templates import Reference, reference
from nlq.semantics.interop.policies import Policy, policed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nlq.semantics.interop.dbt_project import Saved, Semantics, Spine

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """How a project is to be read.

    Args:
        schema: where its relations are in the database, for those that do not say so.
        dialect: sqlglot's name of the SQL that its expressions are written in.
        timezone: in which a moment's day is taken; MetricFlow knows none, and takes moments as they are.
        policy: who may read the tables; without one nobody may, until somebody says so in the files.
        types: the columns of the database's tables (by name, or by schema and name with a point between) with their types
            in our words, where it could be looked at.
    """

    schema: str = "main"
    dialect: str = "duckdb"
    timezone: str = "UTC"
    policy: Policy | None = None
    types: Mapping[str, Mapping[str, str]] | None = None


class DbtImport:
    """A dbt project that has been read. `conditions` may be asked of it before `finished` gives the files."""

    def __init__(self, place: Path, source: Source) -> None:
        """Read the semantic layer of a project's folder, or of its target/semantic_manifest.json.

        Raises:
            BadRequest: there is no semantic layer there.
        """
        self.source = source
        self.project, self.issues = read_project(place, source.schema)
        schemas = {model.schema or source.schema for model in self.project.semantics.values()}
        self.schema = next(iter(schemas)) if len(schemas) == 1 else source.schema
        placed: list[Semantics | Spine] = [*self.project.semantics.values(), *self.project.spines]
        for one in placed:
            said = one.schema or source.schema
            one.schema = None if said == self.schema else said
        types = None if source.types is None else Columns(source.types, self.schema, source.schema)
        self.tables = Tables(self.project, source.dialect, types, self.issues)
        self.tables.build()
        self.metrics = Metrics(self.tables)
        self.metrics.build()

    def conditions(self, owner: str, texts: Sequence[str]) -> list[Plain]:
        """Filters in dbt's own words as conditions of a query; `owner` names what is computed for them.

        Raises:
            NotCarried: one of them cannot be said.
        """
        return all_of(self.tables, owner, texts)

    def finished(self) -> Imported:
        """The files of the model, and what was not carried."""
        tables, metrics = self.tables, self.metrics
        verified = [made for one in self.project.saved for made in _verified(one, tables, metrics)]
        public = [name for name, one in metrics.made.items() if not one.get("internal")]
        header = {"name": self.project.name, "description": f"Imported from the dbt project {self.project.name}.", "schema": self.schema,
                  "timezone": self.source.timezone, "default_period": "last 30 days", "default_metric": next(iter(public), "")}  # fmt: skip
        plain = [policed(one.finished(), self.source.policy, self.issues) for one in tables.building.values()]
        made = Imported()
        made.files = {
            "model.yml": {"model": header},
            "tables.yml": {"tables": plain + list(tables.aliases.values()), "joins": tables.joins},
            "dimensions.yml": {"dimensions": list(tables.dimensions.values())},
            "metrics.yml": {"metrics": list(metrics.made.values())},
            **({"verified.yml": {"verified": verified}} if verified else {}),
        }
        made.issues = list(dict.fromkeys(self.issues))
        return made


def _verified(one: Saved, tables: Tables, metrics: Metrics) -> list[Plain]:
    """A saved query as a verified question; where a part of it cannot be said, none."""
    where = f"{one.where}: saved query {one.name}"
    if one.exports:
        tables.issues.append(Issue("left_out", where, f"{one.exports} export(s)"))
    lost = [name for name in one.metrics if name not in metrics.made]
    if lost:
        tables.issues.append(Issue("depends", where, f"it asks for {lost[0]}"))
        return []
    try:
        query: Plain = {"metrics": list(one.metrics), "dimensions": [_field(text, tables) for text in one.group_by]}
        conditions = all_of(tables, one.name, one.conditions)
        order = [_order(text, tables) for text in one.order]
    except NotCarried as problem:
        tables.issues.append(Issue(problem.code, where, problem.what))
        return []
    query |= {"where": conditions} if conditions else {}
    query |= {"order": order} if order else {}
    query |= {"limit": one.limit} if one.limit else {}
    question = one.label or one.description or one.name.replace("_", " ")
    return [{"question": question, "query": query, "by": f"dbt saved query {one.name}"}]


def _field(text: str, tables: Tables) -> str:
    made = reference(text) if "(" in text else spelt(text, tables)
    return field_of(tables, made)


def spelt(text: str, tables: Tables) -> Reference:
    """A field in MetricFlow's spelling, entity__dimension or metric_time__month."""
    base, _, grain = text.rpartition("__")
    if base in tables.dimensions and grain in (*GRAINS, *tables.dimensions[TIME].get("grains", {})):
        return Reference("dimension", base, grain)
    return Reference("dimension", text)


def _order(text: str, tables: Tables) -> Plain:
    down = text.startswith("-")
    text = text.removeprefix("-")
    if "(" not in text:
        by = text if text in tables.project.metrics else field_of(tables, spelt(text, tables))
        return {"by": by, "dir": "desc" if down else "asc"}
    made = reference(text)
    by = made.name if made.kind == "metric" else field_of(tables, made)
    return {"by": by, "dir": "desc" if down or made.descending else "asc"}

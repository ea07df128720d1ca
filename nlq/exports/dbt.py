"""A model as a dbt project: `nlq model export --to dbt`, or `dbt-legacy` for dbt before 1.12."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlglot

from nlq.exports.dbt_figures import Figures
from nlq.exports.dbt_files import latest, legacy
from nlq.exports.dbt_saved import SavedQueries
from nlq.exports.dbt_shape import SPINE, Shape
from nlq.exports.exported import Exported, unsaid
from nlq.exports.rows import Rows
from nlq.semantics.interop.carried import Issue
from nlq.semantics.interop.write import dumped

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel

DAYS = """SELECT DATE_ADD('DAY', hundreds.n * 100 + ones.n, DATE '1980-01-01') AS date_day
FROM UNNEST(SEQUENCE(0, 299)) AS hundreds(n) CROSS JOIN UNNEST(SEQUENCE(0, 99)) AS ones(n)"""


def export(model: SemanticModel, dialect: str, *, older: bool = False) -> Exported:
    """The files of a dbt project that means what the model does, its SQL in `dialect`, and what dbt has no words for."""
    issues: list[Issue] = []
    shape = Shape(model, Rows(model, dialect), issues)
    shape.build()
    figures = Figures(shape)
    figures.build()
    SavedQueries(shape, figures.lost).build()
    project = shape.project
    made = Exported(issues=[*issues, *unsaid(model, shape.project.semantics)])
    if older and any(one.private for one in project.metrics.values()):
        names = ", ".join(one.name for one in project.metrics.values() if one.private)
        made.issues.append(Issue("left_out", "metrics", f"dbt's older way has no word for hidden ones: {names}"))
    made.files["dbt_project.yml"] = dumped(
        {
            "name": project.name,
            "version": "1.0.0",
            "config-version": 2,
            "profile": project.name,
            "model-paths": ["models"],
            # Models are called as the tables that they read: built into these tables' own schema, they would replace them.
            "models": {project.name: {"+schema": "nlq"}},
        }
    )
    made.files["models/sources.yml"] = dumped({"version": 2, "sources": _sources(shape)})
    made.files |= {name: dumped(content) for name, content in (legacy if older else latest)(project).items()}
    made.files |= {f"models/{name}.sql": text for name, text in _relations(shape).items()}
    made.counts = {"semantic models": len(project.semantics), "dimensions": sum(len(one.dimensions) for one in project.semantics.values()),
                   "metrics": len(project.metrics), "saved queries": len(project.saved)}  # fmt: skip
    made.issues = list(dict.fromkeys(made.issues))
    return made


def _sources(shape: Shape) -> list[dict[str, Any]]:
    """The tables that the database holds, by schema."""
    found: dict[str, list[str]] = {}
    for table in _tables(shape).values():
        names = found.setdefault(shape.rows.schema(table), [])
        if shape.rows.source(table) not in names:
            names.append(shape.rows.source(table))
    return [
        {"name": schema, "schema": schema, "tables": [{"name": name} for name in names]}
        for schema, names in found.items()
    ]


def _tables(shape: Shape) -> dict[str, str]:
    """Each relation of the project to the table of ours that it is."""
    tables = {one.relation: name for name, one in shape.project.semantics.items()}
    time = shape.model.time_dimension
    return (
        tables
        if time is None or not time.table
        else {**tables, **({} if time.table in tables.values() else {time.table: time.table})}
    )


def _relations(shape: Shape) -> dict[str, str]:
    """The SQL of each relation: a table of the database, of it the rows that count."""
    made = {}
    for relation, table in _tables(shape).items():
        schema, source = shape.rows.schema(table), shape.rows.source(table)
        text = f"select * from {{{{ source('{schema}', '{source}') }}}}"
        where = shape.rows.counts(table)
        made[relation] = f"{text} as {source}\nwhere {where}\n" if where else f"{text}\n"
    if any(one.relation == SPINE for one in shape.project.spines):
        made[SPINE] = sqlglot.transpile(DAYS, read="trino", write=shape.rows.dialect)[0] + "\n"
    return made

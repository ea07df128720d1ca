"""The half of `nlq model check` that looks at the data: columns that exist, keys that are unique, equivalences that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.errors import BadRequest, EngineDown, NlqError
from nlq.warehouse.inspect import Inspector

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.settings import Settings


def check_data(model: SemanticModel, settings: Settings) -> tuple[list[NlqError], list[str]]:
    """Problems that the data shows, and notes on what could not be looked at."""
    try:
        with Inspector(settings.warehouse, model.header.schema_) as database:
            return [*_columns(model, database), *_keys(model, database), *_equalities(model, database)], []
    except EngineDown as problem:
        return [], [f"the data was not looked at: {problem.what}"]


def _columns(model: SemanticModel, database: Inspector) -> list[NlqError]:
    """Tables and columns that the model names and the database does not have."""
    found: list[NlqError] = []
    actual = database.columns()
    for table in model.tables.values():
        if (table.source or table.name) not in actual:
            found.append(
                BadRequest(
                    f'the table "{table.name}" is not in the database',
                    where=f"table {table.name}",
                    fix="remove it, or build it",
                )
            )
            continue
        found.extend(
            BadRequest(f'the column "{column}" is not in the database', where=f"table {table.name}",
                       fix=f"columns are {', '.join(actual[table.source or table.name])}")
            for column in table.stored if column not in actual[table.source or table.name]
        )  # fmt: skip
    return found


def _keys(model: SemanticModel, database: Inspector) -> list[NlqError]:
    """Keys that are not unique: a join to such a table would multiply rows."""
    found: list[NlqError] = []
    actual = database.columns()
    for name in {join.to for join in model.joins} & set(actual):
        key = model.tables[name].key
        twice = database.repeated(name, key) if set(key) <= set(actual[name]) else 0
        if twice:
            found.append(BadRequest(f'{twice:,} keys of "{name}" stand in several rows', where=f"table {name}",
                                    fix=f"the key ({', '.join(key)}) must be unique: joins rest on it"))  # fmt: skip
    return found


def _equalities(model: SemanticModel, database: Inspector) -> list[NlqError]:
    """Equivalences (`same_as`) that the last check of the data found broken."""
    broken = database.broken_equalities()
    return [
        BadRequest(f'"{name}" and "{metric.same_as}" do not agree in this data', where=f"metric {name}",
                   fix="the finer one is not used until they do; mend the data")
        for name, metric in model.metrics.items() if metric.same_as and name in broken
    ]  # fmt: skip

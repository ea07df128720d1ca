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
            found = [
                *_columns(model, database),
                *_types(model, database),
                *_keys(model, database),
                *_equalities(model, database),
            ]
        # What is not as it is declared cannot be added up.
        rollups, notes = ([], []) if found else _rollups(settings)
    except EngineDown as problem:
        return [], [f"the data was not looked at: {problem.what}"]
    else:
        return [*found, *rollups], notes


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


# What a column of the model's type may be in the database: the first word of DuckDB's name of it.
FITS = {
    "string": {"VARCHAR", "UUID", "ENUM"}, "integer": {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "HUGEINT"},
    "number": {"DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "INTEGER"}, "decimal": {"DECIMAL", "BIGINT", "INTEGER"}, "boolean": {"BOOLEAN"},
    "date": {"DATE"}, "timestamp": {"TIMESTAMP WITH TIME ZONE"}, "datetime": {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"},
}  # fmt: skip


def _types(model: SemanticModel, database: Inspector) -> list[NlqError]:
    """Columns that are of another type than the model says: a text would be added up, a moment taken for a day."""
    actual = database.types()
    found: list[NlqError] = []
    for table in model.tables.values():
        for column in table.stored:
            said, kind = table.columns[column].type, actual.get((table.source or table.name, column), "")
            plain = kind.partition("(")[0]
            if kind and said in FITS and plain not in FITS[said]:
                fits = next((one for one, kinds in FITS.items() if plain in kinds), "another type")
                found.append(BadRequest(f'the column "{column}" is {kind} in the database, and {said} in the model',
                                        where=f"table {table.name}", fix=f"write type: {fits}"))  # fmt: skip
    return found


def _rollups(settings: Settings) -> tuple[list[NlqError], list[str]]:
    """Rollups that do not add up to their base rows, in the last months of the default asker's data."""
    from nlq.api import Assistant, SyncAssistant  # noqa: PLC0415
    from nlq.evals.rollups import verify  # noqa: PLC0415

    if not settings.default_principal:
        return [], ["rollups were not compared with their base rows: there is no default_principal to read as"]
    with SyncAssistant(Assistant(settings, blocking=True, engine="duckdb")) as assistant:
        broken = [one for one in verify(assistant, settings.principal(None)) if one.differs]
    return [BadRequest(f"{one.rollup} does not add up to {one.metric} by {', '.join(one.dimensions)}: {one.differs}", where=f"rollup {one.rollup}",
                       fix="build it anew, or mend what it keeps and measures") for one in broken], []  # fmt: skip


def _keys(model: SemanticModel, database: Inspector) -> list[NlqError]:
    """Keys that are not unique: a join to such a table would multiply rows."""
    found: list[NlqError] = []
    actual = database.columns()
    for name in sorted({join.to for join in model.joins}):
        key, source = model.tables[name].key, model.tables[name].source or name
        twice = database.repeated(source, key) if set(key) <= set(actual.get(source, ())) else 0
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

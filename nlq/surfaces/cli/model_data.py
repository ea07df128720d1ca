"""The half of `nlq model check` that looks at the data: columns that exist, keys that are unique, equivalences that hold.

It looks at every database that the deployment reads: the file, or PostgreSQL and the two catalogs that Trino reads.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlglot import exp

from nlq.errors import BadRequest, EngineDown, NlqError
from nlq.semantics.load import places_in
from nlq.warehouse.catalog import Catalog, broken_equalities, open_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Table
    from nlq.settings import Settings


def databases(settings: Settings) -> list[tuple[str, str]]:
    """The databases of a deployment: a name for people, and a URL."""
    if not settings.server_url:
        return [("duckdb", f"duckdb://{settings.warehouse}")]
    # The owner sees rows that row security hides from the service's own account.
    found = [("postgres", settings.postgres_owner_url or settings.server_url)]
    if settings.trino_url:
        found += [
            (f"trino {tier}", f"trino://{urlsplit(settings.trino_url).netloc}/{tier}") for tier in ("hot", "cold")
        ]
    return found


def check_data(model: SemanticModel, settings: Settings) -> tuple[list[NlqError], list[str]]:
    """Problems that the data shows, and notes on what could not be looked at."""
    found: list[NlqError] = []
    notes: list[str] = []
    looked, places = False, places_in(settings.layer)
    for name, url in databases(settings):
        try:
            with ExitStack() as open_:
                catalog = open_.enter_context(open_catalog(url, model.header.schema_, name))
                found += _problems(model, catalog, notes, places)
                looked = True
        except (EngineDown, BadRequest) as problem:
            notes.append(
                f"the data of {name} was not looked at: {problem.what}"
                if settings.server_url
                else f"the data was not looked at: {problem.what}"
            )
    if not looked or found:  # what is not as it is declared cannot be added up
        return found, notes
    rollups, more = _rollups(settings)
    return [*found, *rollups], [*notes, *more]


def _problems(
    model: SemanticModel, catalog: Catalog, notes: list[str], places: dict[tuple[str, ...], str]
) -> Iterator[NlqError]:
    def at(section: str, name: str, *more: str) -> str:
        """Where a part stands in the model, and the database where there are several."""
        place = places.get((section, name, *more)) or places.get((section, name)) or f"{section} {name}"
        return place if catalog.name == "duckdb" else f"{place}, {catalog.name}"

    actual = catalog.columns()
    tables = [table for table in model.tables.values() if "." not in (table.source or "")]
    if catalog.name == "trino cold":  # the cold catalog holds what is split, and what both tiers read
        tables = [table for table in tables if _source(table) in actual]
    for rule in RULES:
        yield from rule(model, catalog, tables, actual, notes, at)


Actual = dict[str, dict[str, str]]
At = Callable[..., str]


def _source(table: Table) -> str:
    return table.source or table.name


def _columns(
    model: SemanticModel, catalog: Catalog, tables: list[Table], actual: Actual, notes: list[str], at: At
) -> Iterator[NlqError]:
    """Tables and columns that the model names and the database does not have."""
    del model, catalog, notes
    for table in tables:
        there = actual.get(_source(table))
        if there is None:
            yield BadRequest(
                f'the table "{table.name}" is not in the database',
                where=at("tables", table.name),
                fix="remove it, or build it",
            )
            continue
        for column in table.stored:
            if column not in there:
                yield BadRequest(f'the column "{column}" is not in the database', where=at("tables", table.name, "columns", column),
                                 fix=f"columns are {', '.join(there)}")  # fmt: skip


# What a column of the model's type may be in the database.
FITS = {
    "string": {"string"}, "integer": {"integer"}, "number": {"number", "decimal", "integer"}, "decimal": {"decimal", "integer"},
    "boolean": {"boolean"}, "date": {"date"}, "timestamp": {"timestamp"}, "datetime": {"datetime"},
}  # fmt: skip


def _types(
    model: SemanticModel, catalog: Catalog, tables: list[Table], actual: Actual, notes: list[str], at: At
) -> Iterator[NlqError]:
    """Columns that are of another type than the model says: a text would be added up, a moment taken for a day."""
    del model, notes
    for table in tables:
        for column in table.stored:
            said, spelt = table.columns[column].type, actual.get(_source(table), {}).get(column)
            kind = "" if spelt is None else catalog.type(spelt)
            if spelt is None or said not in FITS or kind in FITS[said]:
                continue
            yield BadRequest(f'the column "{column}" is {spelt} in the database, and {said} in the model',
                             where=at("tables", table.name, "columns", column),
                             fix=f"write type: {kind or 'another type, or leave the column out'}")  # fmt: skip


def _keys(
    model: SemanticModel, catalog: Catalog, tables: list[Table], actual: Actual, notes: list[str], at: At
) -> Iterator[NlqError]:
    """Keys that are not unique: a join to such a table, to a label or to the calendar would multiply rows."""
    wanted = {(join.to, model.tables[join.to].key) for join in model.joins}
    wanted |= {(one.table, one.key) for one in model.dimensions.values() if one.key}
    time = model.time_dimension
    if time is not None and time.table and time.column:
        wanted.add((time.table, (time.column,)))
    here = {table.name: table for table in tables}
    for name, key in sorted(wanted):
        table = here.get(name)
        if table is None or not set(key) <= set(actual.get(_source(table), {})):
            continue
        if catalog.count(_source(table)) == 0 and catalog.name != "duckdb":
            notes.append(
                f"no row of {table.name} is to be seen in {catalog.name} as this account: its keys were not counted"
            )
            continue
        twice = catalog.repeated(_source(table), key)
        if twice:
            yield BadRequest(f'{twice:,} keys of "{table.name}" stand in several rows', where=at("tables", table.name),
                             fix=f"the key ({', '.join(key)}) must be unique: joins, labels and calendars rest on it")  # fmt: skip


def _calendar(
    model: SemanticModel, catalog: Catalog, tables: list[Table], actual: Actual, notes: list[str], at: At
) -> Iterator[NlqError]:
    """Notes on days of data that the calendar does not have: their figures are in no bucket of the grains that it adds."""
    counted = {metric.agg.table for metric in model.metrics.values() if metric.agg}
    time = model.time_dimension
    here = {table.name: table for table in tables}
    if time is None or time.column is None or time.table not in here:
        return
    days = exp.select(exp.column(time.column, quoted=True)).from_(exp.table_(_source(here[time.table])))
    for table in tables:
        column = table.time
        if column is None or table.name not in counted or model.tables[table.name].columns[column].type != "date":
            continue
        if column not in actual.get(_source(table), {}):
            continue
        day = exp.column(column, quoted=True)
        missing = exp.select(exp.Count(this=exp.Distinct(expressions=[day]))).from_(exp.table_(_source(table)))
        count = int(catalog.rows(missing.where(exp.not_(exp.In(this=day.copy(), query=days.copy().subquery()))))[0][0])
        if count:
            notes.append(
                f"{count:,} days of {table.name} are not in the calendar {time.table} ({at('tables', time.table)}): what it says of days, its own grains too, it does not say of those"
            )
    yield from ()


def _versions(
    model: SemanticModel, catalog: Catalog, tables: list[Table], actual: Actual, notes: list[str], at: At
) -> Iterator[NlqError]:
    """Versions of one thing that hold at once: a join by the day would multiply rows."""
    del model, notes
    for table in tables:
        versions = table.versions
        if versions is None or not {versions.since, versions.before, *table.key} <= set(actual.get(_source(table), {})):
            continue
        own = [exp.column(name, quoted=True) for name in table.key if name != versions.since]
        order = exp.Order(expressions=[exp.Ordered(this=exp.column(versions.since, quoted=True), nulls_first=False)])
        following = exp.Window(
            this=exp.Lead(this=exp.column(versions.since, quoted=True)), partition_by=own, order=order
        )
        inner = exp.select(exp.column(versions.before, quoted=True).as_("ends"), following.as_("next")).from_(
            exp.table_(_source(table))
        )
        wrong = (
            exp.select(exp.Count(this=exp.Star()))
            .from_(inner.subquery("v"))
            .where("next IS NOT NULL AND (ends IS NULL OR ends > next)")
        )
        count = int(catalog.rows(wrong)[0][0])
        if count:
            yield BadRequest(f'{count:,} versions in "{table.name}" still hold when the next one begins', where=at("tables", table.name),
                             fix=f"let {versions.before} of each be no later than {versions.since} of the next")  # fmt: skip


def _equalities(
    model: SemanticModel, catalog: Catalog, tables: list[Table], actual: Actual, notes: list[str], at: At
) -> Iterator[NlqError]:
    """Equivalences (`same_as`) that the last check of the data found broken."""
    del tables, actual, notes
    if catalog.dialect == "trino":  # the check is written where the data is published
        return
    broken = broken_equalities(catalog) if any(metric.same_as for metric in model.metrics.values()) else frozenset()
    for name, metric in model.metrics.items():
        if metric.same_as and name in broken:
            yield BadRequest(f'"{name}" and "{metric.same_as}" do not agree in this data', where=at("metrics", name),
                             fix="the finer one is not used until they do; mend the data")  # fmt: skip


RULES = (_columns, _types, _keys, _calendar, _versions, _equalities)


def _tell(what: str) -> None:
    """What is being done, where somebody watches; a line that the next one takes the place of."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def _rollups(settings: Settings) -> tuple[list[NlqError], list[str]]:
    """Rollups that do not add up to their base rows and equivalents that are not equal, in the rows of an asker of each tenant."""
    from nlq.api import Assistant, SyncAssistant  # noqa: PLC0415
    from nlq.evals.rollups import equal, one_of_each, verify  # noqa: PLC0415
    from nlq.surfaces.cli.rollups import UNSEEN, UNUSED, split  # noqa: PLC0415

    askers = one_of_each(settings.principals.values())
    with SyncAssistant(Assistant(settings, blocking=True, engine="auto")) as assistant:
        model = assistant.model
        twofold = bool(model.rollups) or any(one.same_as for one in model.metrics.values())
        if twofold and not askers:
            return [], ["rollups and equivalents were not compared with base rows: there are no principals to read as"]
        _tell("comparing rollups and equivalents with base rows …")
        compared, equals = list(verify(assistant, askers)), list(equal(assistant, askers))
        _tell("")
    seen, used = {one.rollup for one in compared}, {one.rollup for one in compared if one.used}
    notes = [
        (UNUSED if one.table in seen else UNSEEN).format(one.table) for one in model.rollups if one.table not in used
    ]
    places = places_in(settings.layer)
    broken: list[NlqError] = [
        BadRequest(f"{one.rollup} does not add up to {one.metric} {split(one)}: {one.differs}",
                   where=places.get(("rollups", one.rollup), f"rollup {one.rollup}"),
                   fix="build it anew, or mend what it keeps and measures") for one in compared if one.differs]  # fmt: skip
    broken += [
        BadRequest(f'"{one.metric}" and "{one.rollup}" do not agree {split(one)}: {one.differs}',
                   where=places.get(("metrics", one.metric), f"metric {one.metric}"),
                   fix="mend the data, or leave `same_as` out") for one in equals if one.differs]  # fmt: skip
    return broken, notes

"""The options that commands share, and what they mean."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nlq.api import SyncAssistant
    from nlq.settings import Settings
    from nlq.values import Principal
    from nlq.values.pipeline import Planner as PlannerKind


class Shape(StrEnum):
    """How an answer is printed."""

    table = "table"
    json = "json"
    csv = "csv"
    md = "md"


class Engine(StrEnum):
    """Which engine runs."""

    auto = "auto"
    duckdb = "duckdb"
    postgres = "postgres"
    trino = "trino"


class PlannerName(StrEnum):
    """Who reads the question."""

    reader = "reader"
    model = "model"
    both = "both"


class Dialect(StrEnum):
    """Whose SQL is written."""

    trino = "trino"
    duckdb = "duckdb"
    postgres = "postgres"


class Interchange(StrEnum):
    """Whose semantic layer is read or written."""

    dbt = "dbt"
    snowflake = "snowflake"
    ossie = "ossie"
    cube = "cube"


class ExportTo(StrEnum):
    """What a model is written as; dbt-legacy is dbt's way of writing before 1.12, the last its policies for a database."""

    dbt = "dbt"
    dbt_legacy = "dbt-legacy"
    ossie = "ossie"
    snowflake = "snowflake"
    cube = "cube"
    postgres_rls = "postgres-rls"
    trino_rules = "trino-rules"


class Who(StrEnum):
    """Who may read what was imported or drafted."""

    nobody = "nobody"
    shared = "shared"


class Section(StrEnum):
    """A part of the model."""

    metrics = "metrics"
    dimensions = "dimensions"
    tables = "tables"
    rollups = "rollups"


As = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Who asks, of the deployment's principals (demo and development)."),
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help='The day that "today" means.')]
EngineName = Annotated[Engine, typer.Option("--engine", help="Which engine runs it.")]
Format = Annotated[Shape, typer.Option("--format", help="How to print the answer.")]
Explain = Annotated[bool, typer.Option("--explain", help="Stop before the engine: the reading and the SQL, no rows.")]
Planner = Annotated[
    PlannerName | None,
    typer.Option("--planner", help="Who reads the question; both where a language model is set, else the reader."),
]
Conversation = Annotated[
    str | None,
    typer.Option(
        "--conversation",
        metavar="ID",
        help="The conversation that it goes on, by a name of your own: --conversation ncr.",
    ),
]
Lines = Annotated[
    str | None, typer.Option("--lines", metavar="FILE|-", help="Read JSON lines, print an Answer a line.")
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The settings; without it, nlq.toml found upward.")
]
Scale = Annotated[float, typer.Option(min=0.01, max=100, help="How much data: 1 is about 2 million sales.")]
Seed = Annotated[int, typer.Option(min=0, help="Another seed gives other data of the same kind.")]


Data = Annotated[
    str | None, typer.Option("--data", metavar="URL", help="The database: types are looked up there. duckdb:///FILE, postgresql://… or trino://HOST:PORT/CATALOG.")
]  # fmt: skip
Schema = Annotated[
    str, typer.Option("--schema", help="The schema that the tables are in, where the source does not say it.")
]
SqlDialect = Annotated[
    str,
    typer.Option(
        "--sql", metavar="DIALECT", help="The SQL of its expressions: duckdb, postgres, snowflake, bigquery …"
    ),
]
Policy = Annotated[
    Who, typer.Option("--policy", help="Who may read the tables: nobody until a policy is written, or all (shared).")
]
Tenant = Annotated[
    str | None,
    typer.Option("--tenant", metavar="COLUMN", help="Each organisation reads the rows whose COLUMN is its own."),
]
Regions = Annotated[
    str | None, typer.Option("--regions", metavar="COLUMN", help="And each asker those of their regions.")
]
Timezone = Annotated[str, typer.Option("--timezone", help="In which a moment's day is taken.")]
Force = Annotated[bool, typer.Option("--force", help="Write over files that are there.")]


def opened(config: Path | None, engine: str, *, converses: bool = False) -> SyncAssistant:
    """The deployment's assistant; where it `converses`, a later call can go on from what was asked."""
    from nlq.api import Assistant  # noqa: PLC0415 - slow to import

    return Assistant.open_sync(config, engine=engine, surface="cli", converses=converses)


def asker(settings: Settings, name: str | None) -> Principal:
    """Who asks: of a token, where there is one and nobody is named; else of the deployment's principals.

    Raises:
        Unauthenticated: the token does not hold.
        SettingsError: nobody may be named here, or nobody of that name is known.
    """
    if settings.token and name is None:
        from nlq.surfaces.auth import Verifier  # noqa: PLC0415 - slow to import

        return Verifier(settings).principal(settings.token)
    return settings.principal(name)


def planner(name: PlannerName | None) -> PlannerKind:
    """Who reads; "" for the deployment's own way."""
    return "" if name is None else name.value


@contextmanager
def working() -> Iterator[None]:
    """A word on a terminal where something takes more than a second."""
    if not sys.stderr.isatty():
        yield
        return
    shown: list[Any] = []

    def show() -> None:
        from rich.console import Console  # noqa: PLC0415 - only where it is shown

        shown.append(Console(stderr=True).status("working …  (Ctrl-C stops it)"))
        shown[0].start()

    timer = threading.Timer(1.0, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for one in shown:
            one.stop()


def day(text: str | None) -> date | None:
    """The day of --as-of."""
    if text is None:
        return None
    from nlq.settings import parse_day  # noqa: PLC0415

    return parse_day(text, "--as-of")

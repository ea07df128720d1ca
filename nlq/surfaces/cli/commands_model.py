"""`nlq model` and `nlq rollup`: their commands. What is slow to import is imported where it is used."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import Annotated

import typer

from nlq.surfaces.cli import options as opt

model_app = typer.Typer(no_args_is_help=True, help="Look at the semantic layer, and check it.")
rollup_app = typer.Typer(no_args_is_help=True, help="Tables of sums beside the rows that they are of.")


@model_app.command("check")
def model_check(
    folder: Annotated[Path | None, typer.Argument(help="The semantic layer's folder; without it, the deployment's.")] = None,
    format_: opt.Format = opt.Shape.table, config: opt.Config = None,
) -> None:  # fmt: skip
    """Find what is wrong with the semantic layer; every problem with its file, line and fix."""
    from nlq.surfaces.cli.model import check  # noqa: PLC0415

    raise typer.Exit(check(folder, config, as_json=format_ is opt.Shape.json))


@model_app.command("show")
def model_show(
    what: Annotated[opt.Section, typer.Argument(help="What to list.")] = opt.Section.metrics,
    format_: opt.Format = opt.Shape.table, config: opt.Config = None,
) -> None:  # fmt: skip
    """List metrics, dimensions, tables or rollups."""
    from nlq.surfaces.cli.model import show  # noqa: PLC0415

    show(what.value, config, as_json=format_ is opt.Shape.json)


@model_app.command("verify")
def model_verify(as_: opt.As = None, engine: opt.EngineName = opt.Engine.auto, format_: opt.Format = opt.Shape.table,
                 config: opt.Config = None) -> None:  # fmt: skip
    """Run the query of every verified question; exits 1 where one does not answer."""
    from nlq.surfaces.cli.rollups import questions  # noqa: PLC0415

    with opt.opened(config, engine.value) as assistant:
        raise typer.Exit(questions(assistant, opt.asker(assistant.settings, as_), as_json=format_ is opt.Shape.json))


@rollup_app.command("verify")
def rollup_verify(as_: opt.As = None, engine: opt.EngineName = opt.Engine.auto, format_: opt.Format = opt.Shape.table,
                  config: opt.Config = None) -> None:  # fmt: skip
    """Read every figure that a rollup may answer both ways, from it and from base rows; exits 1 where they differ.

    It reads as an asker of each tenant that the deployment knows, or as the one that is named.
    """
    from nlq.evals.rollups import one_of_each  # noqa: PLC0415
    from nlq.surfaces.cli.rollups import verify  # noqa: PLC0415

    with opt.opened(config, engine.value) as assistant:
        settings = assistant.settings
        asker = (
            [opt.asker(settings, as_)] if as_ or not settings.principals else one_of_each(settings.principals.values())
        )
        raise typer.Exit(verify(assistant, asker, as_json=format_ is opt.Shape.json))


@model_app.command("import")
def model_import(
    source: Annotated[Path, typer.Argument(help="A dbt project's folder or its semantic_manifest.json; the YAML file of another format.")],
    kind: Annotated[opt.Interchange, typer.Option("--from", help="Whose format it is.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the model's files go.")],
    data: opt.Data = None, schema: opt.Schema = "", dialect: opt.SqlDialect = "", policy: opt.Policy = opt.Who.nobody,
    tenant: opt.Tenant = None, regions: opt.Regions = None, timezone: opt.Timezone = "UTC", force: opt.Force = False,
    format_: opt.Format = opt.Shape.table,
) -> None:  # fmt: skip
    """Read somebody else's semantic layer into a model's files. What cannot be carried is listed, never dropped."""
    from nlq.surfaces.cli.interchange import Target, import_model  # noqa: PLC0415

    target = Target(out, data, schema, dialect, timezone, policy.value, tenant, regions, force=force)
    raise typer.Exit(import_model(kind.value, source, target, as_json=format_ is opt.Shape.json))


@model_app.command("export")
def model_export(
    kind: Annotated[opt.ExportTo, typer.Option("--to", help="Whose format to write.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")],
    folder: Annotated[Path | None, typer.Argument(help="The semantic layer's folder; without it, the deployment's.")] = None,
    dialect: opt.SqlDialect = "", force: opt.Force = False, format_: opt.Format = opt.Shape.table, config: opt.Config = None,
) -> None:  # fmt: skip
    """Write the semantic layer in somebody else's format. What it has no words for is listed, never dropped."""
    from nlq.surfaces.cli.exports import export_model  # noqa: PLC0415

    as_json = format_ is opt.Shape.json
    raise typer.Exit(
        export_model(folder, kind.value, out, config=config, dialect=dialect, force=force, as_json=as_json)
    )


@model_app.command("draft")
def model_draft(
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The database: duckdb:///FILE, postgresql://… or trino://HOST:PORT/CATALOG.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the model's files go.")],
    schema: opt.Schema = "", policy: opt.Policy = opt.Who.nobody, tenant: opt.Tenant = None, regions: opt.Regions = None,
    currency: Annotated[str | None, typer.Option(help="The currency of what is called like money: PHP.")] = None,
    timezone: opt.Timezone = "UTC", force: opt.Force = False, format_: opt.Format = opt.Shape.table,
) -> None:  # fmt: skip
    """Write a first model from a database: what its constraints and rows show. What was guessed says `review: true`."""
    from nlq.surfaces.cli.interchange import Target, draft_model  # noqa: PLC0415

    target = Target(out, source, schema, "", timezone, policy.value, tenant, regions, force=force)
    raise typer.Exit(draft_model(target, currency, as_json=format_ is opt.Shape.json))


@model_app.command("schema")
def model_schema() -> None:
    """Print the JSON Schema of model files, for editors."""
    from nlq.surfaces.cli.model import schema  # noqa: PLC0415

    print(schema())

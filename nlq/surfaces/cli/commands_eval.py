"""`nlq eval`: questions with known answers, run, scored and compared. What is slow to import is imported where it is used."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the types
from typing import Annotated

import typer

from nlq.surfaces.cli import options as opt

eval_app = typer.Typer(no_args_is_help=True, help="Questions with known answers, run and scored.")


class PublicSet(StrEnum):
    """Published sets of questions that can be read."""

    spider = "spider"
    bird = "bird"
    defog = "defog"


@eval_app.command("run")
def eval_run(
    folder: Annotated[Path, typer.Argument(help="A folder of cases (YAML), such as evals/scout, or one file.")],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where report.json, .html, .md and junit.xml go.")] = None,
    gate: Annotated[Path | None, typer.Option(metavar="FILE", help="Counts that must hold (TOML); exit 1 where one does not.")] = None,
    fail_under: Annotated[list[str] | None, typer.Option(metavar="VERDICT=RATE", help="Exit 1 where a rate is lower: right=0.9")] = None,
    fail_over: Annotated[list[str] | None, typer.Option(metavar="VERDICT=RATE", help="Exit 1 where a rate is higher: wrong=0.02")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes ask.")] = min(4, os.cpu_count() or 1),
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run with the same --out was stopped.")] = False,
    family: Annotated[str | None, typer.Option(help="Only cases of this family.")] = None,
    language: Annotated[str | None, typer.Option(help="Only cases in this language: en, taglish, fil, ceb.")] = None,
    planner: opt.Planner = None, engine: opt.EngineName = opt.Engine.auto,
    format_: opt.Format = opt.Shape.table, config: opt.Config = None,
) -> None:  # fmt: skip
    """Ask every question of a set and score it by executed results: right, wrong, asked, declined, failed."""
    from nlq.surfaces.cli.evals import Wanted  # noqa: PLC0415
    from nlq.surfaces.cli.evals import run as run_cases  # noqa: PLC0415

    wanted = Wanted.of(gate, fail_under or (), fail_over or ())
    raise typer.Exit(run_cases(folder, out, wanted, config, engine.value, planner=opt.planner(planner), jobs=jobs, resume=resume,
                               only=(family, language), as_json=format_ is opt.Shape.json))  # fmt: skip


@eval_app.command("check")
def eval_check(
    folder: Annotated[Path, typer.Argument(help="A folder of cases (YAML), such as evals/scout, or one file.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Only how many: for sets that are to stay unseen.")] = False,
    format_: opt.Format = opt.Shape.table, config: opt.Config = None,
) -> None:  # fmt: skip
    """Check the expected answers by a second way: each case's SQL against a SemanticQuery; exit 1 where they differ."""
    from nlq.surfaces.cli.evals import checked  # noqa: PLC0415

    raise typer.Exit(checked(folder, config, quiet=quiet, as_json=format_ is opt.Shape.json))


@eval_app.command("compare")
def eval_compare(
    before: Annotated[Path, typer.Argument(help="The report.json of a run, or its folder.")],
    now: Annotated[Path, typer.Argument(help="That of a later one.")],
    format_: opt.Format = opt.Shape.table,
) -> None:
    """Show which cases changed from one run to another; exit 1 where one got worse."""
    from nlq.surfaces.cli.evals import compared  # noqa: PLC0415

    raise typer.Exit(compared(before, now, as_json=format_ is opt.Shape.json))


@eval_app.command("import")
def eval_import(
    form: Annotated[PublicSet, typer.Argument(help="Whose format it is.")],
    file: Annotated[Path, typer.Argument(help="dev.json of Spider or BIRD, or a CSV of defog's.")],
    database: Annotated[str, typer.Option(help="The questions of this database.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The cases, as YAML.")],
    as_: Annotated[str, typer.Option("--as", metavar="NAME", help="Who asks them.")] = "analyst",
) -> None:
    """Make cases of a published set of questions, to be run against a model of its database."""
    from nlq.surfaces.cli.evals import imported  # noqa: PLC0415

    raise typer.Exit(imported(form.value, file, database, out, as_))

"""`nlq policy`: what the model says of who may see what, tried. What is slow to import is imported where it is used."""

from __future__ import annotations

import json

import typer

from nlq.surfaces.cli import options as opt

policy_app = typer.Typer(no_args_is_help=True, help="Who may see what, as the model says it.")


@policy_app.callback()
def policy() -> None:
    """Who may see what, as the model says it."""


@policy_app.command("test")
def policy_test(
    engine: opt.EngineName = opt.Engine.auto, format_: opt.Format = opt.Shape.table, config: opt.Config = None
) -> None:
    """Ask every test of the model's policies (`policy_tests:`) as its asker; exits 1 where one does not hold."""
    from dataclasses import asdict  # noqa: PLC0415

    from nlq.evals.policy_tests import run  # noqa: PLC0415

    failed, tried = 0, 0
    with opt.opened(config, engine.value) as assistant:
        for one in run(assistant):
            tried += 1
            failed += bool(one.problem)
            if format_ is opt.Shape.json:
                print(json.dumps({**asdict(one), "holds": not one.problem}, ensure_ascii=False))
            else:
                print(f"{'fails' if one.problem else 'holds'}  {one.test}{f': {one.problem}' if one.problem else ''}")
    if not tried and format_ is not opt.Shape.json:
        print("the model has no policy tests: write `policy_tests:`, as docs/model.md says")
    raise typer.Exit(1 if failed else 0)

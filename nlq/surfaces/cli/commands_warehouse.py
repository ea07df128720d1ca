"""`nlq warehouse`: its commands. What is slow to import is imported where it is used."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import Annotated

import typer

from nlq.surfaces.cli import options as opt

warehouse_app = typer.Typer(no_args_is_help=True, help="Build the data.")


@warehouse_app.command("demo")
def warehouse_demo(
    out: Annotated[Path | None, typer.Option(help="The file to write; without it, the one that this deployment reads.")] = None,
    scale: opt.Scale = 1.0, seed: opt.Seed = 2026, config: opt.Config = None,
) -> None:  # fmt: skip
    """Build the demo's DuckDB file, in place of an older one."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.surfaces.cli.build import build_demo  # noqa: PLC0415

    build_demo(out or load(config).warehouse, scale=scale, seed=seed)


@warehouse_app.command("tpch")
def warehouse_tpch(
    out: Annotated[Path | None, typer.Option(help="The file to write; without it, the one that this deployment reads.")] = None,
    scale: Annotated[float, typer.Option(help="1 is 1.5 million orders.")] = 0.1, config: opt.Config = None,
) -> None:  # fmt: skip
    """Build a second business (the TPC-H schema), for the model in semantic_layer/tpch."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.warehouse.tpch import build  # noqa: PLC0415

    path = out or load(config).warehouse
    with opt.working():
        rows = build(path, scale=scale)
    print(f"built {path}: {sum(rows.values()):,} rows", file=sys.stderr)


@warehouse_app.command("migrate")
def warehouse_migrate(config: opt.Config = None) -> None:
    """Bring PostgreSQL's schema up to date; applied files are not applied again."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.surfaces.cli.servers import migrate  # noqa: PLC0415

    migrate(load(config))


@warehouse_app.command("load")
def warehouse_load(
    source: Annotated[Path | None, typer.Option("--from", metavar="FILE", help="The DuckDB file; without it, the demo's.")] = None,
    watermark: Annotated[str | None, typer.Option(metavar="DATE", help="The first hot day; without it, the last 30 days are hot.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Load it even where the same is loaded already.")] = False,
    format_: opt.Format = opt.Shape.table, config: opt.Config = None,
) -> None:  # fmt: skip
    """Load a warehouse file onto the servers: the last days hot in PostgreSQL, the rest cold in Iceberg."""
    from nlq.settings import load, parse_day  # noqa: PLC0415
    from nlq.surfaces.cli.servers import load as fill  # noqa: PLC0415

    day = parse_day(watermark, "--watermark") if watermark else None
    fill(load(config), source, day, force=force, as_json=format_ is opt.Shape.json)


@warehouse_app.command("tier")
def warehouse_tier(
    to: Annotated[str, typer.Option(metavar="DATE", help="The new first hot day.")],
    clean: Annotated[bool, typer.Option("--clean", help="Also remove what is cold from PostgreSQL, after the grace time.")] = False,
    config: opt.Config = None,
) -> None:  # fmt: skip
    """Move the watermark forward: copy to the cold tier, verify, publish."""
    from nlq.settings import load, parse_day  # noqa: PLC0415
    from nlq.surfaces.cli.servers import tier  # noqa: PLC0415

    tier(load(config), parse_day(to, "--to"), clean=clean)

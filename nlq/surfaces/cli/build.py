"""Building the demo warehouse, with progress on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nlq.settings import Settings


def ensure_demo(settings: Settings, *, scale: float, seed: int) -> None:
    """Build the deployment's demo file where there is none, or where it was built by another version of the generator."""
    from nlq.warehouse.demo import is_current  # noqa: PLC0415

    if not is_current(settings.warehouse, scale=scale, seed=seed):
        build_demo(settings.warehouse, scale=scale, seed=seed)


def build_demo(path: Path, *, scale: float, seed: int) -> None:
    """Build the file, in place of an older one; progress goes to stderr."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from nlq.warehouse.demo import build  # noqa: PLC0415

    console = Console(stderr=True)
    if console.is_terminal:
        parts = (
            TextColumn("{task.description:<28}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        with Progress(*parts, console=console, transient=True) as bar:
            task = bar.add_task("building the demo", total=1.0)
            summary = build(
                path,
                scale=scale,
                seed=seed,
                progress=lambda label, done: bar.update(task, description=label, completed=done),
            )
    else:
        told: list[str] = []

        def tell(label: str, done: float) -> None:
            if label not in told:
                told.append(label)
                print(f"{done:4.0%} {label}", file=sys.stderr, flush=True)

        summary = build(path, scale=scale, seed=seed, progress=tell)
    print(
        f"built {path}: {sum(summary.rows.values()):,} rows, {summary.bytes / 1e6:,.0f} MB, {summary.seconds:.0f} s",
        file=sys.stderr,
    )

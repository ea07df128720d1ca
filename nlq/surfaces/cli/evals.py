"""`nlq eval run`: questions with known answers, scored; exit 1 where a gate does not hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from nlq.errors import BadRequest
from nlq.surfaces.cli import options as opt

if TYPE_CHECKING:
    from pathlib import Path

    from nlq.values.pipeline import Planner


def run(
    folder: Path,
    out: Path | None,
    gate: Path | None,
    config: Path | None,
    engine: str,
    *,
    planner: Planner,
    as_json: bool,
) -> int:
    """Ask every question; print the counts, write the reports, hold them to the gate."""
    from nlq import __version__  # noqa: PLC0415
    from nlq.evals import cases, report  # noqa: PLC0415
    from nlq.evals.run import broken, summary  # noqa: PLC0415
    from nlq.evals.run import run as ask_all  # noqa: PLC0415

    found = cases.read(folder)
    bounds = _gate(gate) if gate is not None else {}
    with opt.opened(config, engine) as assistant:
        outcomes = ask_all(assistant, found, assistant.settings.warehouse, _progress, planner)
        about = {
            "version": __version__,
            "planner": planner or ("both" if assistant.settings.model else "reader"),
            "engine": engine,
            "model_hash": assistant.model.hash[:12],
        }
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "report.json").write_text(report.as_json(outcomes, about), encoding="utf-8")
        (out / "report.html").write_text(report.as_html(outcomes, about), encoding="utf-8")
        print(f"reports are in {out}", file=sys.stderr)
    print(report.as_json(outcomes, about) if as_json else report.as_text(outcomes))
    said = broken(summary(outcomes), bounds)
    for line in said:
        print(f"gate   {line}", file=sys.stderr)
    return 1 if said else 0


def _gate(path: Path) -> dict[str, dict[str, dict[str, int]]]:
    import tomllib  # noqa: PLC0415

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BadRequest(
            f"the gate cannot be read ({type(problem).__name__})",
            where=str(path),
            fix="give a TOML file, as evals/scout/gate.toml",
        ) from None


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{of}", end="" if done < of else "\n", file=sys.stderr, flush=True)

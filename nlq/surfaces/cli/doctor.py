"""`nlq doctor`: every dependency, whether it is reachable, and what to do if not."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from nlq.errors import NlqError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Finding = tuple[str, str, str, str]  # what, ok | missing | optional, detail, what to do
EXTRAS = {"postgres": "asyncpg", "trino": "trino", "redis": "redis", "api": "fastapi", "slack": "slack_bolt", "mcp": "mcp", "llm": "openai",
          "quality": "holidays"}  # fmt: skip


def examine(config: Path | None, *, as_json: bool) -> int:
    """Print what was found; 0 where questions can be answered, else 1."""
    findings = list(_findings(config))
    if as_json:
        print(
            json.dumps(
                [dict(zip(("name", "state", "detail", "fix"), one, strict=True)) for one in findings],
                ensure_ascii=False,
            )
        )
    else:
        for name, state, detail, fix in findings:
            print(f"{state:<9} {name:<16} {detail}" + (f"\n{'':<27}{fix}" if fix and state != "ok" else ""))
    return 1 if any(state == "missing" for _, state, _, _ in findings) else 0


def _findings(config: Path | None) -> Iterator[Finding]:
    from nlq import __version__  # noqa: PLC0415
    from nlq.api import drive  # noqa: PLC0415
    from nlq.settings import load  # noqa: PLC0415
    from nlq.wiring import load_model, pipeline  # noqa: PLC0415

    yield "nlq", "ok", f"{__version__}, Python {sys.version.split()[0]}", ""
    try:
        settings = load(config)
        yield "settings", "ok", settings.origin, ""
        model = load_model(settings)
        yield (
            "semantic layer",
            "ok",
            f"{model.header.name}: {len(model.metrics)} metrics, {len(model.dimensions)} dimensions ({settings.layer})",
            "",
        )
    except NlqError as problem:
        yield "settings and model", "missing", problem.what, f"{problem.where}: {problem.fix}"
        return
    engine = None
    try:
        engine = pipeline(settings, model, blocking=True).engine
        snapshot = drive(engine.snapshot(None))
        last = max((state.last for state in snapshot.tables.values() if state.last), default=None)
        yield "warehouse", "ok", f"duckdb, {settings.warehouse}, data to {last}", ""
    except NlqError as problem:
        yield "warehouse", "missing", problem.what, problem.fix
    finally:
        if engine is not None:
            engine.close()
    yield from _writable("cache", settings.cache)
    for extra, module in EXTRAS.items():
        if find_spec(module) is None:
            yield f"extra {extra}", "optional", "not installed", f'pip install "nlq[{extra}]"'
        else:
            yield f"extra {extra}", "ok", "installed", ""


def _writable(name: str, folder: Path) -> Iterator[Finding]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_text("")
        probe.unlink()
        yield name, "ok", str(folder), ""
    except OSError as problem:
        yield (
            name,
            "optional",
            f"{folder} cannot be written ({problem.strerror})",
            "starts are slower without it; set XDG_CACHE_HOME",
        )

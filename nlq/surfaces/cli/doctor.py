"""`nlq doctor`: every dependency, whether it is reachable, and what to do if not."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from nlq.errors import NlqError
from nlq.wiring import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nlq.semantics.model import SemanticModel
    from nlq.settings import Settings

Finding = tuple[str, str, str, str]  # what, ok | missing | optional, detail, what to do
EXTRAS = {"postgres": "asyncpg", "trino": "trino", "redis": "redis", "lake": "pyiceberg", "api": "fastapi", "slack": "slack_bolt", "mcp": "mcp", "llm": "openai",
         }  # fmt: skip


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
    from nlq.wiring import engine_of, load_model  # noqa: PLC0415

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
    if settings.server_url:
        yield from _servers(settings, model)
    else:
        engine = None
        try:
            engine = engine_of(settings, model, "auto", blocking=True)
            snapshot = drive(engine.snapshot(None))
            timed = [
                state.last
                for name, state in snapshot.tables.items()
                if name in model.tables and model.tables[name].time
            ]
            last = max((one for one in timed if one), default=None)
            yield "warehouse", "ok", f"duckdb, {settings.warehouse}, data to {last}", ""
        except NlqError as problem:
            yield "warehouse", "missing", problem.what, problem.fix
        finally:
            if engine is not None:
                drive(engine.close())
    yield from _writable("cache", settings.cache, "starts are slower without it; set XDG_CACHE_HOME")
    yield from _writable("state", settings.state_folder, "the services keep answers there; set NLQ_STATE")
    yield _language_model(settings, model)
    yield _tokens(settings)
    yield _slack(settings)
    for extra, module in EXTRAS.items():
        if find_spec(module) is None:
            yield f"extra {extra}", "optional", "not installed", f'pip install "nlq[{extra}]"'
        else:
            yield f"extra {extra}", "ok", "installed", ""


def _servers(settings: Settings, model: SemanticModel) -> Iterator[Finding]:
    """PostgreSQL must answer and publish; without Trino what is cold is declined, without Redis answers are slower."""
    import asyncio  # noqa: PLC0415

    async def published() -> str:
        from nlq.drivers.asyncpg import Postgres  # noqa: PLC0415
        from nlq.engines.postgres import PostgresEngine  # noqa: PLC0415

        engine = PostgresEngine(Postgres(settings.server_url), model)
        try:
            snapshot = await engine.snapshot(None)
        finally:
            await engine.close()
        return f"publication {snapshot.publication}, hot from {snapshot.watermark}"

    async def cached() -> bool:
        from nlq.drivers.redis import Redis  # noqa: PLC0415

        server = Redis(settings.redis_url)
        try:
            return await server.answers()
        finally:
            await server.close()

    def cluster() -> str:
        from sqlglot import exp  # noqa: PLC0415

        from nlq.drivers.trino import Trino  # noqa: PLC0415
        from nlq.sql.build import table  # noqa: PLC0415
        from nlq.sql.tiers import COLD  # noqa: PLC0415
        from nlq.wiring import load_model  # noqa: PLC0415

        model = load_model(settings)
        first = next(name for name, one in model.tables.items() if one.policy == "shared")
        text = (
            exp.select(exp.Count(this=exp.Star())).from_(table(first, model.header.schema_, first, COLD)).sql("trino")
        )
        rows = Trino(settings.trino_url).run(text, (), user="nlq-doctor", max_rows=1, timeout_s=20).rows
        return f"reads the cold tier ({rows[0][0]} rows of {first})"

    try:
        need("postgres")
        yield "postgres", "ok", asyncio.run(published()), ""
    except NlqError as problem:
        yield "postgres", "missing", problem.what, problem.fix
    if not settings.trino_url:
        yield "trino", "optional", "not configured: what is cold is declined", "set NLQ_TRINO_URL"
    else:
        try:
            need("trino")
            yield "trino", "ok", cluster(), ""
        except NlqError as problem:
            yield "trino", "optional", f"{problem.what}; what is cold is declined", problem.fix
    if not settings.redis_url:
        yield "redis", "optional", "not configured: each process keeps its own results", "set NLQ_REDIS_URL"
        return
    try:
        need("redis")
        good = asyncio.run(cached())
        yield (
            "redis",
            "ok" if good else "optional",
            "answers" if good else "does not answer: nothing is kept",
            "start Redis, or mend NLQ_REDIS_URL",
        )
    except NlqError as problem:
        yield "redis", "optional", problem.what, problem.fix


def _language_model(settings: Settings, model: SemanticModel) -> Finding:
    """Without one the reader answers alone."""
    name = "language model"
    if not settings.model:
        return (
            name,
            "optional",
            "not set: the reader answers alone, in English",
            "set NLQ_MODEL (docs/language-model.md)",
        )
    import asyncio  # noqa: PLC0415

    from nlq.wiring import planner_of  # noqa: PLC0415

    async def looked() -> str:
        planner = planner_of(settings, model)
        assert planner is not None  # noqa: S101 - one is set
        try:
            return await planner.client.check()
        finally:
            await planner.client.close()

    try:
        return name, "ok", asyncio.run(looked()), ""
    except NlqError as problem:
        return name, "optional", f"{problem.what}; the reader answers alone", problem.fix


def _tokens(settings: Settings) -> Finding:
    """What `nlq serve` verifies who asks with."""
    from nlq.surfaces.auth import Verifier  # noqa: PLC0415

    try:
        Verifier(settings)
    except NlqError as problem:
        return "tokens", "optional", f"{problem.what}: nlq serve starts with --demo alone", problem.fix
    return "tokens", "ok", "can be verified", ""


def _slack(settings: Settings) -> Finding:
    """What `nlq slack` needs."""
    from nlq.surfaces.slack.app import check  # noqa: PLC0415

    try:
        check(settings)
    except NlqError as problem:
        return "slack", "optional", problem.what, problem.fix
    way = "socket mode" if settings.slack_app_token else "signed requests"
    return "slack", "ok", f"{way}, {len(settings.slack_users)} people known", ""


def _writable(name: str, folder: Path, fix: str) -> Iterator[Finding]:
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
            fix,
        )

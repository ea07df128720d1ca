"""The only place that chooses implementations."""

from __future__ import annotations

import uuid
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from nlq.assistant import Pipeline
from nlq.engines.base import Limits
from nlq.engines.value_index import ValueIndex
from nlq.errors import EngineDown, SettingsError
from nlq.language.agree import Readings
from nlq.language.reader import Reader
from nlq.policy.budgets import Budget, Budgets, InMemory
from nlq.semantics.load import load
from nlq.store.conversations import InProcess

if TYPE_CHECKING:
    from datetime import date

    from nlq.drivers.redis import Redis
    from nlq.engines.base import Engine
    from nlq.language.client import ModelClient
    from nlq.language.planner import ModelPlanner
    from nlq.policy.budgets import Spent
    from nlq.semantics.model import SemanticModel
    from nlq.settings import Settings
    from nlq.store.conversation_file import InFile
    from nlq.store.conversations import Conversations

NEEDS = {"postgres": "asyncpg", "trino": "trino", "redis": "redis", "lake": "pyiceberg", "llm": "openai"}


def load_model(settings: Settings) -> SemanticModel:
    """The deployment's semantic layer, from its cache file where that is current."""
    return load(settings.layer, cache=settings.cache)


def on_servers(settings: Settings, engine: str) -> bool:
    """Whether questions go to servers, not to a file."""
    return engine in ("postgres", "trino") or (engine == "auto" and bool(settings.server_url))


def waits(settings: Settings, engine: str) -> bool:
    """Whether a question waits for anything outside this process, and so needs an event loop."""
    return bool(settings.model) or on_servers(settings, engine)


def pipeline(settings: Settings, model: SemanticModel, *, blocking: bool, engine: str = "auto", counted: bool = False,
             conversations: Conversations | None = None) -> Pipeline:  # fmt: skip
    """Everything that a question needs; `counted`: what askers spend is kept beyond this process.

    `conversations` are those that are kept beyond this process too, where any are.

    Raises:
        EngineDown: the engine that is named is not configured.
    """
    chosen = engine_of(settings, model, engine, blocking=blocking)
    return Pipeline(
        model=model,
        reader=Readings(model, Reader(model, settings.cache), planner_of(settings, model)),
        values=ValueIndex(chosen, model, settings.cache),
        engine=chosen,
        limits=Limits(settings.max_rows, settings.statement_timeout_s, settings.max_result_mb * 1_000_000),
        budgets=budgets_of(settings, model, counted=counted),
        conversations=conversations or InProcess(),
        new_id=lambda: str(uuid.uuid4()),
    )


def in_file(settings: Settings, *, blocking: bool) -> InFile:
    """The conversations of this deployment, in its state folder.

    Raises:
        SettingsError: it cannot be written.
    """
    from nlq.store.conversation_file import InFile  # noqa: PLC0415 - only where conversations are kept

    return InFile(settings.state_folder, keep_days=settings.keep_answers_days, blocking=blocking)


def budgets_of(settings: Settings, model: SemanticModel, *, counted: bool) -> Budgets:
    """What askers may spend. In demos, where anybody may say to be anybody, nothing is written down."""
    usual = Budget(settings.max_cells, settings.daily_cells, settings.questions_at_once)
    by_role = {
        role: Budget(
            limits.get("max_cells", usual.cells),
            limits.get("daily_cells", usual.daily_cells),
            limits.get("questions_at_once", usual.at_once),
        )
        for role, limits in settings.budgets.items()
    }
    return Budgets(usual, by_role, _spent(settings, counted=counted), lambda: _today(model.header.timezone))


def _spent(settings: Settings, *, counted: bool) -> Spent:
    if not counted or settings.may_name_askers:
        return InMemory()
    from nlq.store.spending import Spending  # noqa: PLC0415 - only where it is kept

    return Spending(settings.state_folder)


def _today(timezone: str) -> date:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads zone files

    return datetime.now(ZoneInfo(timezone)).date()


def engine_of(settings: Settings, model: SemanticModel, engine: str, *, blocking: bool) -> Engine:
    """The engine of that name; "auto" is the servers where they are set, else the file.

    Raises:
        EngineDown: it is not configured.
    """
    if not on_servers(settings, engine):
        from nlq.engines.duckdb import DuckDBEngine  # noqa: PLC0415 - the one that is used is imported

        file = DuckDBEngine(
            settings.warehouse, model, memory_limit=settings.memory_limit, threads=settings.threads, blocking=blocking
        )
        # A program of one answer has no use for a cache, nor for the event loop that one brings.
        return file if blocking else _cached(settings, model, file)
    url = settings.server_url or settings.postgres_url
    if not url or (engine == "trino" and not settings.trino_url):
        what = "NLQ_POSTGRES_URL" if not url else "NLQ_TRINO_URL"
        raise EngineDown(
            f"the engine {engine} is not configured",
            where="--engine",
            fix=f"set {what}; `make demo-stack` starts and loads all",
        )
    need("postgres")
    from nlq.drivers.asyncpg import Postgres  # noqa: PLC0415
    from nlq.engines.postgres import PostgresEngine  # noqa: PLC0415
    from nlq.engines.router import Router  # noqa: PLC0415

    both = None
    if settings.trino_url:
        need("trino")
        from nlq.drivers.trino import Trino  # noqa: PLC0415
        from nlq.engines.trino import TrinoEngine  # noqa: PLC0415

        both = TrinoEngine(Trino(settings.trino_url, timezone=model.header.timezone))
    hot = PostgresEngine(Postgres(url, timezone=model.header.timezone), model)
    router = Router(hot, both, only=engine)
    return router if blocking and not settings.redis_url else _cached(settings, model, router)


def planner_of(settings: Settings, model: SemanticModel) -> ModelPlanner | None:
    """The language model as a reader, where one is set.

    Raises:
        SettingsError: it is not of a known kind, its extra is missing, or it cannot be made.
    """
    if not settings.model:
        return None
    need("llm")
    from nlq.language.planner import ModelPlanner  # noqa: PLC0415 - only where a model is set
    from nlq.language.replay import Recorder  # noqa: PLC0415

    client = _client(settings)
    if settings.model_record:
        client = Recorder(client, (settings.folder / settings.model_record).resolve())
    return ModelPlanner(model, client, settings.model_timeout_s)


def _client(settings: Settings) -> ModelClient:
    kind, _, name = settings.model.partition(":")
    if kind == "openai" and name:
        from nlq.language.openai import OpenAI  # noqa: PLC0415 - the one that is used is imported

        return OpenAI(
            name, base_url=settings.openai_base_url, api_key=settings.openai_api_key, timeout_s=settings.model_timeout_s
        )
    if kind == "langchain" and ":" in name:
        from nlq.language.langchain import LangChain  # noqa: PLC0415

        return LangChain(name)
    if kind == "replay" and name:
        from nlq.language.replay import Replay  # noqa: PLC0415

        return Replay((settings.folder / name).resolve())
    raise SettingsError(f"{settings.model!r} is no language model", where="NLQ_MODEL",
                        fix="give openai:NAME, langchain:module:Class or replay:DIR")  # fmt: skip


def _cached(settings: Settings, model: SemanticModel, engine: Engine) -> Engine:
    """The engine behind a cache: Redis where there is one, else this process's own."""
    from nlq.engines.cached import CachedEngine  # noqa: PLC0415
    from nlq.engines.cached import InProcess as Memory  # noqa: PLC0415

    store: Memory | Redis = Memory()
    if settings.redis_url:
        need("redis")
        from nlq.drivers import redis  # noqa: PLC0415

        store = redis.Redis(settings.redis_url)
    return CachedEngine(engine, store, model.hash, ttl_s=settings.cache_ttl_s, max_bytes=settings.cache_max_kb * 1_024)


def need(extra: str) -> None:
    """Say which extra is missing, rather than which module.

    Raises:
        SettingsError: it is not installed.
    """
    if find_spec(NEEDS[extra]) is None:
        raise SettingsError(
            f"the extra {extra} is needed here and not installed", where="settings", fix=f'pip install "nlq[{extra}]"'
        )

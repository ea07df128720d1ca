"""The only place that chooses implementations."""

from __future__ import annotations

import uuid
from importlib.util import find_spec
from typing import TYPE_CHECKING

from nlq.assistant import Pipeline
from nlq.engines.base import Limits
from nlq.engines.value_index import ValueIndex
from nlq.errors import EngineDown, SettingsError
from nlq.language.reader import Reader
from nlq.semantics.load import load

if TYPE_CHECKING:
    from nlq.drivers.redis import Redis
    from nlq.engines.base import Engine
    from nlq.semantics.model import SemanticModel
    from nlq.settings import Settings

NEEDS = {"postgres": "asyncpg", "trino": "trino", "redis": "redis", "lake": "pyiceberg", "llm": "openai"}


def load_model(settings: Settings) -> SemanticModel:
    """The deployment's semantic layer, from its cache file where that is current."""
    return load(settings.layer, cache=settings.cache)


def on_servers(settings: Settings, engine: str) -> bool:
    """Whether questions go to servers (and need an event loop), not to a file."""
    return engine in ("postgres", "trino") or (engine == "auto" and bool(settings.server_url))


def pipeline(settings: Settings, model: SemanticModel, *, blocking: bool, engine: str = "auto") -> Pipeline:
    """Everything that a question needs.

    Raises:
        EngineDown: the engine that is named is not configured.
    """
    chosen = _engine(settings, model, engine, blocking=blocking)
    return Pipeline(
        model=model,
        reader=Reader(model, settings.cache),
        values=ValueIndex(chosen, model, settings.cache),
        engine=chosen,
        limits=Limits(settings.max_rows, settings.statement_timeout_s),
        new_id=lambda: str(uuid.uuid4()),
    )


def _engine(settings: Settings, model: SemanticModel, engine: str, *, blocking: bool) -> Engine:
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


def _cached(settings: Settings, model: SemanticModel, engine: Engine) -> Engine:
    """The engine behind a cache: Redis where there is one, else this process's own."""
    from nlq.engines.cached import CachedEngine, InProcess  # noqa: PLC0415

    store: InProcess | Redis = InProcess()
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

"""The only place that chooses implementations."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from nlq.assistant import Pipeline
from nlq.engines.base import Limits
from nlq.engines.duckdb import DuckDBEngine
from nlq.engines.value_index import ValueIndex
from nlq.errors import EngineDown
from nlq.language.reader import Reader
from nlq.semantics.load import load

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.settings import Settings


def load_model(settings: Settings) -> SemanticModel:
    """The deployment's semantic layer, from its cache file where that is current."""
    return load(settings.layer, cache=settings.cache)


def pipeline(settings: Settings, model: SemanticModel, *, blocking: bool, engine: str = "auto") -> Pipeline:
    """Everything that a question needs.

    Raises:
        EngineDown: the engine that is named is not configured.
    """
    if engine not in ("auto", "duckdb"):
        raise EngineDown(f"the engine {engine} is not configured", where="--engine", fix="this version serves duckdb")
    duckdb = DuckDBEngine(
        settings.warehouse, model, memory_limit=settings.memory_limit, threads=settings.threads, blocking=blocking
    )
    return Pipeline(
        model=model,
        reader=Reader(model, settings.cache),
        values=ValueIndex(duckdb, model, settings.cache),
        engine=duckdb,
        limits=Limits(settings.max_rows, settings.statement_timeout_s),
        new_id=lambda: str(uuid.uuid4()),
    )

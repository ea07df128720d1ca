"""`nlq mcp`: tools for agents over stdio. One process serves one asker, who is known before the first call.

An agent is a model: what it is given is masked whatever the asker's roles are.
"""

from __future__ import annotations

import gc
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nlq.api import Assistant
from nlq.errors import NlqError, SettingsError
from nlq.surfaces import catalog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mcp.server.fastmcp import FastMCP

    from nlq.settings import Settings
    from nlq.values import Answer, Principal

ABOUT = """Figures about a retailer's sales in the Philippines. Use `ask` for a question in plain words. For exact control call
list_metrics, then get_dimensions, then query_metrics. Every answer says how it was read, over which rows, and how fresh the data
is: pass that on. A status other than "answered" is no figure: "clarify" holds options to choose from, "declined" a reason."""


def serve(settings: Settings, principal: Principal, engine: str) -> None:
    """Serve until the client goes away.

    Raises:
        SettingsError: the extra mcp is not installed.
    """
    if find_spec("mcp") is None:
        raise SettingsError(
            "the extra mcp is needed here and not installed", where="settings", fix='pip install "nlq[mcp]"'
        )
    gc.enable()  # this is no program of one answer
    build(Assistant(settings, engine=engine, surface="mcp"), principal).run("stdio")


def build(assistant: Assistant, asker: Principal) -> FastMCP:
    """The server and its tools, for one asker."""
    from mcp.server.fastmcp import FastMCP  # noqa: PLC0415 - slow to import
    from mcp.types import ToolAnnotations  # noqa: PLC0415

    principal, model = replace(asker, roles=()), assistant.model

    @asynccontextmanager
    async def lifespan(_: FastMCP) -> AsyncIterator[None]:
        async with assistant:
            yield

    server = FastMCP("nlq", instructions=ABOUT, lifespan=lifespan, log_level="ERROR")
    reads = ToolAnnotations(readOnlyHint=True, destructiveHint=False, openWorldHint=False)

    @server.tool(annotations=reads)
    def list_metrics() -> dict[str, Any]:
        """Every metric: its name, label, unit and definition."""
        return {"metrics": catalog.metrics(model)}

    @server.tool(annotations=reads)
    def get_dimensions(metrics: list[str]) -> dict[str, Any]:
        """The dimensions that all of these metrics can be split and filtered by."""
        return {"dimensions": _said(lambda: catalog.dimensions(model, metrics))}

    @server.tool(annotations=reads)
    async def query_metrics(
        metrics: list[str], group_by: list[str] | None = None, where: list[dict[str, Any]] | None = None,
        period: dict[str, str] | None = None, order: list[dict[str, str]] | None = None, limit: int | None = None,
        compare: list[dict[str, str]] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Figures by metric and dimension.

        where: [{"field": "region", "op": "in", "values": ["NCR"]}]; period: {"start": "2026-10-01", "end": "2026-10-31"}, both
        inclusive (without it, all data); order: [{"by": "revenue", "dir": "desc"}]; compare: [{"shift": "1 month"}]. Grains of
        time are dimensions: date.day, date.week, date.month, date.quarter, date.year.
        """
        given = {
            "metrics": metrics,
            "dimensions": group_by,
            "where": where,
            "period": period,
            "order": order,
            "limit": limit,
            "compare": compare,
        }
        query = {name: value for name, value in given.items() if value is not None}
        try:
            return _plain(await assistant.query(query, principal))
        except NlqError as problem:
            raise ValueError(_told(problem)) from None

    @server.tool(annotations=reads)
    async def ask(question: str) -> dict[str, Any]:
        """A question in plain words, such as "top 5 stores in NCR last month"."""
        try:
            return _plain(await assistant.ask(question, principal))
        except NlqError as problem:
            raise ValueError(_told(problem)) from None

    return server


def _said(work: Any) -> Any:
    """A tool's work, with our errors as the sentence that the agent reads."""
    try:
        return work()
    except NlqError as problem:
        raise ValueError(_told(problem)) from None


def _told(problem: NlqError) -> str:
    return f"{problem.public} ({problem.fix})" if problem.fix else problem.public


def _plain(answer: Answer) -> dict[str, Any]:
    """The contract's JSON; the chart and the words' places are for people's eyes."""
    found: dict[str, Any] = json.loads(answer.to_json_text())
    return {name: value for name, value in found.items() if name not in ("chart", "words", "timings_ms")}

"""For those who run the service: is it alive, can it answer, what has it done. No token is needed, and no data is told."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from nlq.errors import NlqError
from nlq.surfaces.rest.app import Here

router = APIRouter()
READY_S = 5.0


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(here: Here) -> JSONResponse:
    """Whether the data can be reached: 200, or 503."""
    try:
        async with asyncio.timeout(READY_S):
            await here.assistant.ready()
    except (NlqError, TimeoutError):
        return JSONResponse({"status": "the data cannot be reached"}, 503)
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
async def metrics(here: Here) -> Response:
    """Prometheus metrics."""
    return Response(here.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

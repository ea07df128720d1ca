"""The questions: in words, as a SemanticQuery, as SQL; each gives an Answer, or its SQL alone."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from nlq.errors import BadRequest
from nlq.surfaces.rest.app import Asker, Here, Service, gone, while_there
from nlq.surfaces.rest.events import stream
from nlq.values import Answer, Principal, SemanticQuery
from nlq.values.given import parse_query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

router = APIRouter(prefix="/v1")
STREAM = "text/event-stream"
Decimals = Annotated[Literal["number", "string"], Query(description="money as JSON numbers, or as exact text")]


class Ask(BaseModel):
    """A question in words. `choice` is the index of an option, where the conversation's last answer was a question back."""

    model_config = ConfigDict(extra="forbid")
    question: str
    conversation_id: str = Field("", max_length=100)
    as_of: date | None = None
    planner: Literal["", "reader", "model", "both"] = ""
    choice: int | None = Field(None, ge=0, le=100)
    language: Literal["en", "fil", "ceb"] | None = None


class Sql(BaseModel):
    """One SELECT, in Trino's SQL."""

    model_config = ConfigDict(extra="forbid")
    sql: str


@router.post("/ask", response_model=None)
async def ask(request: Request, asked: Ask, who: Asker, here: Here, decimals: Decimals = "number") -> Response:
    """Answer a question; with `Accept: text/event-stream`, as it comes to exist."""
    choice = await _choice(here, asked, who)
    common: dict[str, Any] = {
        "as_of": asked.as_of,
        "conversation_id": asked.conversation_id,
        "planner": asked.planner,
        "choice": choice,
    }
    if STREAM not in request.headers.get("accept", ""):
        return answer_of(await while_there(request, here.assistant.ask(asked.question, who, **common)), here, decimals)
    steps = here.assistant.steps(asked.question, who, **common)
    first = await anext(steps)  # what is wrong with the request is a problem, not a stream

    async def counted() -> AsyncIterator[object]:
        yield first
        async for step in steps:
            if isinstance(step, Answer):
                here.metrics.answered(step, "rest")
            yield step

    return StreamingResponse(
        stream(counted(), lambda: gone(request)), media_type=STREAM, headers={"X-Accel-Buffering": "no"}
    )


@router.post("/query", response_model=None)
async def query(
    request: Request, asked: Annotated[dict[str, Any], Body()], who: Asker, here: Here, decimals: Decimals = "number"
) -> Response:
    """Run a SemanticQuery."""
    return answer_of(await while_there(request, here.assistant.query(asked, who)), here, decimals)


@router.post("/sql", response_model=None)
async def sql(request: Request, asked: Sql, who: Asker, here: Here, decimals: Decimals = "number") -> Response:
    """Run SQL through the guard."""
    return answer_of(await while_there(request, here.assistant.sql(asked.sql, who)), here, decimals)


@router.post("/compile", response_model=None)
async def compile_(request: Request, asked: Annotated[dict[str, Any], Body()], who: Asker, here: Here) -> Response:
    """A SemanticQuery's SQL; nothing is run."""
    return answer_of(await while_there(request, here.assistant.query(asked, who, explain=True)), here, "number")


def answer_of(answer: Answer, here: Service, decimals: str) -> Response:
    """An Answer's JSON; whatever its status, it is HTTP 200."""
    here.metrics.answered(answer, "rest")
    return Response(answer.to_json_text(exact=decimals == "string"), media_type="application/json")


async def _choice(here: Service, asked: Ask, who: Principal) -> SemanticQuery | None:
    """The option that is chosen, of the conversation's last answer."""
    if asked.choice is None:
        return None
    last = await here.assistant.last_asked(asked.conversation_id, who) if asked.conversation_id else None
    options = (last or {}).get("options") or []
    if asked.choice >= len(options):
        raise BadRequest(
            "there is no such option",
            where="choice",
            fix="give the conversation_id and the index of one of its last options",
        )
    return parse_query(json.loads(json.dumps(options[asked.choice]["query"])))

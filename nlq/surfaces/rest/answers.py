"""Answers that were given, by id: to the one who asked, and to nobody else."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from nlq.answer.export import csv_text, png
from nlq.surfaces.rest.app import Asker, Here

router = APIRouter(prefix="/v1/answers")


class Feedback(BaseModel):
    """What an asker says of an answer."""

    model_config = ConfigDict(extra="forbid")
    rating: Literal["up", "down"]
    comment: str = Field("", max_length=2_000)


@router.get("/{ident}.csv")
async def as_csv(ident: str, who: Asker, here: Here) -> Response:
    """The rows as CSV; texts that a spreadsheet would run are made texts."""
    answer = await _mine(ident, who, here)
    text = csv_text([column["name"] for column in answer["columns"]], answer["rows"])
    return Response(text, media_type="text/csv; charset=utf-8", headers=_named(ident, "csv"))


@router.get("/{ident}.png")
async def as_png(ident: str, who: Asker, here: Here) -> Response:
    """The chart as a picture; 404 where the answer has none."""
    answer = await _mine(ident, who, here)
    if answer["chart"] is None:
        raise HTTPException(404)
    return Response(await asyncio.to_thread(png, answer["chart"]), media_type="image/png", headers=_named(ident, "png"))


@router.get("/{ident}")
async def as_json(ident: str, who: Asker, here: Here) -> dict[str, Any]:
    """The whole Answer."""
    return await _mine(ident, who, here)


@router.post("/{ident}/feedback", status_code=201)
async def feedback(ident: str, said: Feedback, who: Asker, here: Here) -> dict[str, Any]:
    """Keep what the asker says of it, in place of what they said before."""
    if not await here.assistant.rate(ident, who, said.rating, said.comment):
        raise HTTPException(404)
    return {"id": ident, "rating": said.rating}


async def _mine(ident: str, who: Asker, here: Here) -> dict[str, Any]:
    """The answer, where it is this asker's; else there is nothing here."""
    found = await here.assistant.stored(ident, who)
    if found is None:
        raise HTTPException(404)
    return found


def _named(ident: str, kind: str) -> dict[str, str]:
    safe = "".join(letter for letter in ident if letter.isalnum() or letter == "-")
    return {"Content-Disposition": f'attachment; filename="nlq-{safe[:40]}.{kind}"'}

"""What can be asked."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException

from nlq.surfaces import catalog
from nlq.surfaces.rest.app import Asker, Here

router = APIRouter(prefix="/v1")


@router.get("/catalog")
async def whole(_: Asker, here: Here) -> dict[str, Any]:
    """Every metric and dimension."""
    return catalog.whole(here.assistant.model)


@router.get("/catalog/metrics/{name}")
async def metric(name: str, _: Asker, here: Here) -> dict[str, Any]:
    """One metric, and what it can be split by."""
    model = here.assistant.model
    if name not in model.public_metrics():
        raise HTTPException(404)
    return {
        **catalog.metric(model, name),
        "owner": model.metrics[name].owner,
        "dimensions": catalog.dimensions(model, (name,)),
    }


@router.get("/catalog/values")
async def values(
    dimension: str, who: Asker, here: Here, q: Annotated[str, Query(max_length=100)] = ""
) -> dict[str, Any]:
    """Values of a dimension by a part of their name, as the asker may see them."""
    model = here.assistant.model
    if dimension not in model.dimensions:
        raise HTTPException(404)
    return {"values": catalog.values(model, await here.assistant.values(who), dimension, q)}


@router.get("/suggestions")
async def suggestions(_: Asker, here: Here) -> dict[str, Any]:
    """Questions to begin with."""
    return {"suggestions": list(here.assistant.model.header.examples)}

"""Who of an organisation asked what: for those of it who may look."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException

from nlq.surfaces.rest.app import Asker, Here

router = APIRouter(prefix="/v1")
AUDITOR = "auditor"  # the role that may


@router.get("/audit")
async def audit(who: Asker, here: Here, last: Annotated[int, Query(ge=1, le=1_000)] = 50) -> dict[str, Any]:
    """The newest lines of the asker's own organisation, the newest first; 404 for all but its auditors.

    In the loop, as what writes them: one connection is one thread's.
    """
    if AUDITOR not in who.roles:
        raise HTTPException(404)
    return {
        "lines": [
            {"seq": line.seq, **line.entry, "hash": line.hash} for line in here.assistant.audited(who.org_id, last)
        ]
    }

"""The page's files, and who is asking. No build step: what is in this folder is what the browser gets."""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from nlq.surfaces.rest.app import Asker, Here

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parent
FILES = {"/": ("index.html", "text/html"), "/chat.css": ("chat.css", "text/css"),
         "/chat.js": ("chat.js", "text/javascript"), "/figures.js": ("figures.js", "text/javascript")}  # fmt: skip


@router.get("/")
@router.get("/chat.css")
@router.get("/chat.js")
@router.get("/figures.js")
async def file(request: Request) -> Response:
    """One of the page's own files."""
    name, kind = FILES[request.url.path]
    return _fresh(request, (FOLDER / name).read_bytes(), kind)


@router.get("/vega.js")
async def vega(request: Request) -> Response:
    """Vega, Vega-Lite and Vega-Embed, as they come with the library that draws charts for Slack: no other site is asked."""
    return _fresh(request, await asyncio.to_thread(_vega), "text/javascript")


@cache
def _vega() -> bytes:
    import vl_convert  # noqa: PLC0415 - of the extra api

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f"(() => {{{bundle}\n}})();".encode()  # its thousands of names stay its own


@router.get("/v1/me")
async def me(who: Asker, here: Here) -> dict[str, Any]:
    """Who asks, in a demo also who may be chosen; and what the model calls its codes, for the page to show."""
    names = sorted(here.settings.principals) if here.verifier is None else []
    known = next((name for name in names if here.settings.principals[name] == who), "")
    return {
        "sub": who.sub,
        "org_id": who.org_id,
        "regions": who.regions,
        "demo": here.verifier is None,
        "as": known,
        "askers": names,
        "labels": here.assistant.model.labels,
    }


def _fresh(request: Request, content: bytes, kind: str) -> Response:
    """A file that the browser keeps, and asks about before it uses it again."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=f"{kind}; charset=utf-8", headers=headers)

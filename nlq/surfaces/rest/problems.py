"""Whatever is not an Answer, as application/problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from nlq.errors import BadRequest, NlqError, SettingsError, Unauthenticated

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

log = logging.getLogger("nlq")
TITLES = {
    400: "bad_request", 401: "unauthenticated", 404: "not_found", 405: "bad_request", 413: "too_large", 415: "bad_request",
    422: "bad_request", 429: "rate_limited", 500: "internal", 503: "engine_down",
}  # fmt: skip
GONE = 499  # whoever asked has gone; nobody reads it


def problem(status: int, detail: str, *, where: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    """One problem; `where` names the field that it is about."""
    code = TITLES.get(status, "internal")
    content = {"type": f"urn:nlq:{code}", "title": code, "status": status, "detail": detail, "code": code}
    if where:
        content["where"] = where
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def of_error(error: NlqError) -> JSONResponse:
    """A deliberate error: what it says in public, and never more."""
    if isinstance(error, Unauthenticated):
        return problem(401, error.public, headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, SettingsError):
        log.error("%s", error)
        return problem(500, "something is wrong with this service's settings; it has been logged")
    if isinstance(error, BadRequest):
        detail = f"{error.public} ({error.fix})" if error.fix else error.public
        return problem(400, detail, where=error.where)
    if error.code == "engine_down":
        return problem(503, error.public)
    log.error("%s", error)
    return problem(500, error.public)


def install(app: FastAPI) -> None:
    """Everything that is raised becomes a problem."""

    @app.exception_handler(NlqError)
    async def deliberate(_: Request, error: NlqError) -> JSONResponse:
        return of_error(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first: dict[str, Any] = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        return problem(422, f"the request is not of the form that is wanted: {first['msg']}", where=where)

    @app.exception_handler(HTTPException)
    async def raised(_: Request, error: HTTPException) -> JSONResponse:
        said = {404: "there is nothing here", 405: "this cannot be done here"}.get(error.status_code, str(error.detail))
        return problem(error.status_code, said, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        log.error("a request failed", exc_info=error)
        return problem(500, "something went wrong on our side; it has been logged")

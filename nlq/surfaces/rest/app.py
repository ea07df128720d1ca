"""The service: who asks is known from the token, the assistant answers, and everything is counted."""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request
from starlette.exceptions import HTTPException

from nlq import __version__
from nlq.api import Assistant
from nlq.observe.metrics import Metrics
from nlq.store.sqlite import SqliteStore
from nlq.surfaces.auth import Verifier
from nlq.surfaces.rest import problems
from nlq.surfaces.rest.limits import Around, Bounded, Pace
from nlq.values import Principal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from nlq.settings import Settings

T = TypeVar("T")
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})
AS = "x-nlq-as"  # who asks, in a demo


@dataclass(frozen=True, slots=True)
class Service:
    """What the routes share. Without a verifier it is a demo: whoever asks may say who they are."""

    settings: Settings
    assistant: Assistant
    metrics: Metrics
    pace: Pace
    verifier: Verifier | None

    async def asker(self, request: Request) -> Principal:
        """Who asks, from the bearer token.

        Raises:
            Unauthenticated: there is none, or it does not hold.
            HTTPException: 429, they ask too often.
        """
        if self.verifier is None:
            found = self.settings.principal(request.headers.get(AS))
        else:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            given = token.strip() if scheme.lower() == "bearer" else ""
            # Fetching keys waits for a server, so it must not hold up the others.
            found = (
                await asyncio.to_thread(self.verifier.principal, given)
                if self.settings.jwks_url
                else self.verifier.principal(given)
            )
        wait = self.pace.wait_s((found.org_id, found.sub))
        if wait:
            raise HTTPException(429, "too many requests; try again soon", {"Retry-After": str(math.ceil(wait))})
        return found


def build(settings: Settings, *, demo: bool = False, engine: str = "auto") -> FastAPI:
    """The application; the assistant opens and closes with it.

    Raises:
        SettingsError: there is no way to verify tokens, and this is no demo.
    """
    from nlq.surfaces.chat import page  # noqa: PLC0415 - beside the routes
    from nlq.surfaces.rest import answers, asking, audit, catalog, health  # noqa: PLC0415 - they import this module

    verifier = None if demo else Verifier(settings)
    metrics, pace = Metrics(), Pace(settings.requests_per_minute)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = SqliteStore(settings.state_folder, keep_days=settings.keep_answers_days)
        async with Assistant(settings, engine=engine, store=store, surface="rest") as assistant:
            app.state.service = Service(settings, assistant, metrics, pace, verifier)
            yield

    app = FastAPI(title="nlq", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None,
                  description="Questions in plain words to figures that can be trusted.")  # fmt: skip
    problems.install(app)
    for module in (asking, answers, audit, catalog, health, page):
        app.include_router(module.router)
    app.add_middleware(Bounded, max_body=settings.max_body_kb * 1_024)
    app.add_middleware(Around, metrics=metrics, hosts=LOCAL if demo else None)
    return app


def service(request: Request) -> Service:
    """The service that a request came to."""
    found: Service = request.app.state.service
    return found


async def asker(request: Request) -> Principal:
    """Who asks."""
    return await service(request).asker(request)


Asker = Annotated[Principal, Depends(asker)]
Here = Annotated[Service, Depends(service)]


async def gone(request: Request) -> None:
    """Ends when the client goes away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The work's result; the work is cancelled, in the engine too, when the client goes away.

    Raises:
        HTTPException: nobody is there to read it.
    """
    running, leaving = asyncio.create_task(work), asyncio.create_task(gone(request))
    try:
        await asyncio.wait({running, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return running.result()
        raise HTTPException(problems.GONE, "the client went away")
    finally:
        for task in (running, leaving):
            task.cancel()
        await asyncio.gather(running, leaving, return_exceptions=True)

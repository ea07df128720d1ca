"""Around every request: how large it may be, how many an asker may make, and what is counted. Plain ASGI, so that streams stream."""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING

from nlq.surfaces.rest.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from nlq.observe.metrics import Metrics

POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURE = [
    (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"), (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"), (b"content-security-policy", POLICY),
]  # fmt: skip
FORGET = 10_000  # askers whose pace is remembered


class TooLarge(Exception):
    """The body went over the limit while it was read."""


class Around:
    """Counts a request, and adds the headers that keep a page safe."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, hosts: frozenset[str] | None) -> None:
        """`hosts`: the names that a request may be for, where only this machine is meant; None for any."""
        self._app, self._metrics, self._hosts = app, metrics, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = [500]

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                known = {name for name, _ in message["headers"]}
                message = {**message, "headers": [*message["headers"], *(one for one in SECURE if one[0] not in known)]}
            await send(message)

        self._metrics.open.inc()
        try:
            host = _header(scope, b"host").rsplit(":", 1)[0].strip("[]")
            if self._hosts is not None and host not in self._hosts:
                await problem(400, "this service answers on this machine alone", where="Host")(scope, receive, said)
            else:
                await self._app(scope, receive, said)
        finally:
            self._metrics.open.dec()
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.request(route, scope["method"], status[0])


class Bounded:
    """Refuses a body that is too large: as it is declared, or as it comes."""

    def __init__(self, app: ASGIApp, *, max_body: int) -> None:
        self._app, self._max = app, max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = _header(scope, b"content-length")
        read, over = [0], [declared.isdigit() and int(declared) > self._max]

        async def counted() -> Message:
            message = await receive()
            read[0] += len(message.get("body") or b"")
            if read[0] > self._max:
                over[0] = True
                raise TooLarge
            return message

        async def unless_over(message: Message) -> None:
            if not over[0]:  # what the application makes of half a body is of no interest
                await send(message)

        if not over[0]:
            with suppress(TooLarge):
                await self._app(scope, counted, unless_over)
        if over[0]:
            said = f"a request may hold {self._max // 1024} kB"
            await problem(413, said, headers={"Connection": "close"})(scope, receive, send)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


class Pace:
    """How many requests an asker may make: a bucket that fills through the minute."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def wait_s(self, who: tuple[str, str]) -> float:
        """0 where the request may go on, else the seconds until the next may."""
        now = time.monotonic()
        left, at = self._buckets.pop(who, (float(self._most), now))
        left = min(float(self._most), left + (now - at) * self._most / 60)
        allowed = left >= 1
        self._buckets[who] = (left - 1 if allowed else left, now)
        if len(self._buckets) > FORGET:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self._most

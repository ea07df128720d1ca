"""Around every request: how large it may be, how many an asker may make, and what is counted. Plain ASGI, so that streams stream."""

from __future__ import annotations

import time
from collections import OrderedDict
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
    """Counts a request, refuses a body that is too large, and adds the headers that keep a page safe."""

    def __init__(self, app: ASGIApp, *, max_body: int, metrics: Metrics, hosts: frozenset[str] | None) -> None:
        """`hosts`: the names that a request may be for, where only this machine is meant; None for any."""
        self._app, self._max, self._metrics, self._hosts = app, max_body, metrics, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        status, started, read = [500], [False], [0]

        async def counted() -> Message:
            message = await receive()
            read[0] += len(message.get("body") or b"")
            if read[0] > self._max:
                raise TooLarge
            return message

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0], started[0] = message["status"], True
                known = {name for name, _ in message["headers"]}
                message = {**message, "headers": [*message["headers"], *(one for one in SECURE if one[0] not in known)]}
            await send(message)

        self._metrics.open.inc()
        try:
            host = headers.get(b"host", b"").decode("latin-1").rsplit(":", 1)[0].strip("[]")
            declared = headers.get(b"content-length", b"0")
            if self._hosts is not None and host not in self._hosts:
                await problem(400, "this service answers on this machine alone", where="Host")(scope, receive, said)
            elif declared.isdigit() and int(declared) > self._max:
                await self._too_large()(scope, receive, said)
            else:
                await self._app(scope, counted, said)
        except TooLarge:
            if not started[0]:
                await self._too_large()(scope, receive, said)
        finally:
            self._metrics.open.dec()
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.request(route, scope["method"], status[0])

    def _too_large(self) -> ASGIApp:
        return problem(413, f"a request may hold {self._max // 1024} kB", headers={"Connection": "close"})


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

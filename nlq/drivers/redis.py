"""Redis through redis-py: bytes by key, for a time. Away, it is slower and never wrong: every failure is a miss."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import redis.asyncio as client
from redis.exceptions import RedisError

from nlq.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import TypeVar

    T = TypeVar("T")

TIMEOUT_S = 0.5
REST_S = 2.0  # after a failure it is left alone for so long


class Redis:
    """One server. Each event loop has connections of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, client.Redis] = WeakKeyDictionary()
        self._resting_until = 0.0
        try:
            client.Redis.from_url(url)
        except ValueError as problem:
            raise SettingsError(
                f"no URL of Redis: {problem}", where="NLQ_REDIS_URL", fix="give redis://HOST:PORT/DB"
            ) from None

    async def get(self, key: str) -> bytes | None:
        """What is kept under a key."""
        found = await self._try(self._client().get(key))
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """Keep a value for so many seconds."""
        await self._try(self._client().set(key, value, ex=ttl_s))

    async def answers(self) -> bool:
        """Whether the server answers now."""
        self._resting_until = 0.0
        return bool(await self._try(self._client().ping()))

    async def close(self) -> None:
        """Close the connections of this loop; close once in each that was used."""
        found = self._clients.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found.aclose()

    def _client(self) -> client.Redis:
        loop = asyncio.get_running_loop()
        found = self._clients.get(loop)
        if found is None:
            found = client.Redis.from_url(self._url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
            self._clients[loop] = found
        return found

    async def _try(self, work: Awaitable[T]) -> T | None:
        if time.monotonic() < self._resting_until:
            work.close()  # type: ignore[attr-defined]
            return None
        try:
            return await work
        except (RedisError, OSError, TimeoutError):
            self._resting_until = time.monotonic() + REST_S
            return None

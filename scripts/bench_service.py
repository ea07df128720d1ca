"""Requests a second: a kept /v1/ask over a bare Starlette route that makes one GET of Redis, each in a process of its own.

make bench-stack        (runs this last)

Eight connections ask as fast as they are answered, for some seconds by turns; everything is on loopback.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import jwt

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of this run alone
CLIENTS, SECONDS, TURNS = 8, 3.0, 3
QUESTION = json.dumps({"question": "revenue by region last 7 days"}).encode()
BARE = """
import redis.asyncio, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
cache = redis.asyncio.Redis.from_url(sys.argv[1])
async def ask(request):
    await request.body()
    return Response(await cache.get("bench"), media_type="application/json")
uvicorn.run(Starlette(routes=[Route("/v1/ask", ask, methods=["POST"])]), port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def process(port: int, *command: str, **env: str) -> Iterator[None]:
    """A server, once it listens."""
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stderr=subprocess.DEVNULL) as one:
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            one.terminate()
            one.wait(20)


async def load(port: int, token: str, seconds: float) -> float:
    """Requests a second."""
    request = (
        f"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(QUESTION)}\r\n\r\n"
    ).encode() + QUESTION
    until, done = time.perf_counter() + seconds, 0

    async def one() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise SystemExit(f"bench-service: {head.partition(chr(13).encode())[0].decode()}")
            await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
            done += 1
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return done / (time.perf_counter() - begun)


def main() -> None:
    """Print both paces and their ratio."""
    from nlq.settings import load as read

    found = read(ROOT / "nlq.toml")
    token = jwt.encode({"sub": "bench", "org_id": "tingi", "regions": "*", "exp": time.time() + 3_600}, SECRET, "HS256")
    ours, bare = free_port(), free_port()
    nlq = str(Path(sys.executable).parent / "nlq")
    env = {"NLQ_JWT_SECRET": SECRET, "NLQ_REQUESTS_PER_MINUTE": "10000000"}
    with tempfile.TemporaryDirectory() as state, \
         process(ours, nlq, "serve", "--port", str(ours), NLQ_STATE=state, **env), \
         process(bare, sys.executable, "-c", BARE, found.redis_url, str(bare)):  # fmt: skip
        paces: dict[int, list[float]] = {ours: [], bare: []}
        for port in (ours, bare):
            asyncio.run(load(port, token, 1.0))  # the first ones fill what is kept
        for _ in range(TURNS):
            for port, found_paces in paces.items():
                found_paces.append(asyncio.run(load(port, token, SECONDS)))
    a, b = max(paces[ours]), max(paces[bare])
    print(
        f"{'a kept /v1/ask, requests/s':<30} {a:>9.0f} {b:>9.0f} {b / a:>7.2f}   (bare Starlette and one GET over ours)"
    )


if __name__ == "__main__":
    main()

"""`nlq serve`: the REST service and the chat page in one process."""

from __future__ import annotations

import gc
import logging
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from nlq.errors import SettingsError

if TYPE_CHECKING:
    from nlq.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")
GRACE_S = 10


def serve(settings: Settings, host: str, port: int, *, demo: bool, engine: str) -> None:
    """Serve until stopped.

    Raises:
        SettingsError: the extra api is missing; no way to verify tokens; a demo that others could reach.
    """
    if find_spec("fastapi") is None or find_spec("uvicorn") is None or find_spec("prometheus_client") is None:
        raise SettingsError(
            "the extra api is needed here and not installed", where="settings", fix='pip install "nlq[api]"'
        )
    if demo and not settings.may_name_askers:
        raise SettingsError(
            "this deployment is no demo", where=settings.origin, fix="leave --demo out; askers bring tokens"
        )
    if demo and host not in LOOPBACK:
        raise SettingsError(
            "a demo believes whoever asks, so it is for this machine alone", where="--host", fix="leave --host out"
        )
    import uvicorn  # noqa: PLC0415 - slow to import

    from nlq.surfaces.rest.app import build  # noqa: PLC0415

    gc.enable()  # this is no program of one answer
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    app = build(settings, demo=demo, engine=engine)
    shown = f"[{host}]" if ":" in host else host
    print(f"nlq: http://{shown}:{port}  (Ctrl-C stops it)", file=sys.stderr, flush=True)  # noqa: T201 - where to go
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )

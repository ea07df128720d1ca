"""Clients that block, run so that an event loop goes on, and so that cancelling and Ctrl-C reach the statement."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Stops(Protocol):
    """Ends one statement from another thread."""

    def stop(self) -> None:
        """Ending one that is over, or not begun, is no error."""


S = TypeVar("S", bound=Stops)
T = TypeVar("T")


async def run_in_thread(work: Callable[[S], T], stopper: S, *, blocking: bool) -> T:
    """Run work in a thread; cancelling ends the statement in the engine, and waits until it has ended.

    With `blocking` the caller waits here without an event loop (the command line, notebooks).
    """
    if blocking:
        return _interruptibly(work, stopper)
    import asyncio  # noqa: PLC0415 - slow to import, and not needed by the command line

    running = asyncio.ensure_future(asyncio.to_thread(work, stopper))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stopper.stop()
        await asyncio.wait({running})
        if not running.cancelled():
            running.exception()  # looked at: what the statement says about its end is nobody's concern
        raise


def _interruptibly(work: Callable[[S], T], stopper: S) -> T:
    """Run work in a thread and wait here, where Ctrl-C arrives: DuckDB does not look for it while it executes."""
    found: list[T] = []
    failed: list[BaseException] = []
    over = threading.Event()  # not join(): one that was interrupted takes the thread for ended

    def run() -> None:
        try:
            found.append(work(stopper))
        except BaseException as problem:  # noqa: BLE001 - raised again by the one who waits
            failed.append(problem)
        finally:
            over.set()

    threading.Thread(target=run, daemon=True).start()
    try:
        over.wait()
    except KeyboardInterrupt:
        stopper.stop()
        over.wait()
        raise
    if failed:
        raise failed[0]
    return found[0]

"""A question's way as named server-sent events: each as soon as it is known, `done` or `error` at the end."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

from nlq.errors import NlqError
from nlq.policy.scope import ScopedQuery
from nlq.surfaces.rest.problems import of_error, problem
from nlq.values import Answer, Clarification, Interpretation, Plan, Refusal, Result, Statement
from nlq.values.answer import plain_cell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from starlette.responses import JSONResponse

log = logging.getLogger("nlq")
PING_S = 15.0
Event = tuple[str, Any]


async def stream(
    steps: AsyncIterator[object], gone: Callable[[], Coroutine[Any, Any, None]], *, ping_s: float = PING_S
) -> AsyncIterator[bytes]:
    """The events as bytes. When whoever listens goes away (`gone` ends), the question is cancelled, in the engine too."""
    queue: asyncio.Queue[Event | None] = asyncio.Queue()
    running, number = asyncio.create_task(_fill(queue, steps)), 0
    coming = asyncio.create_task(queue.get())
    leaving = asyncio.create_task(gone())
    try:
        while True:
            await asyncio.wait({coming, leaving}, timeout=ping_s, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                return
            if not coming.done():
                yield b": ping\n\n"
                continue
            event = coming.result()
            if event is None:
                return
            coming = asyncio.create_task(queue.get())
            number += 1
            yield _encoded(number, *event)
    finally:
        for task in (running, coming, leaving):
            task.cancel()
        await asyncio.gather(running, coming, leaving, return_exceptions=True)


async def _fill(queue: asyncio.Queue[Event | None], steps: AsyncIterator[object]) -> None:
    """Every event of a question; None after the last."""
    try:
        async for step in steps:
            for event in events_of(step):
                queue.put_nowait(event)
    except NlqError as error:
        queue.put_nowait(("error", _content(of_error(error))))
    except Exception:
        log.exception("a stream failed")
        queue.put_nowait(("error", _content(problem(500, "something went wrong on our side; it has been logged"))))
    finally:
        queue.put_nowait(None)


def events_of(step: object) -> list[Event]:
    """What one value of the pipeline tells."""
    if isinstance(step, Interpretation):
        return [("status", {"state": "planning"})]
    if isinstance(step, Plan):
        if isinstance(step.outcome, (Clarification, Refusal)):
            return []
        read = step.interpretation
        said = [one.text for one in read.assumptions]
        return [
            ("reading", {"text": step.reading, "words": [word.to_json() for word in read.words], "assumptions": said})
        ]
    if isinstance(step, Statement):
        return [("sql", {"sql": step.sql()})]
    if isinstance(step, ScopedQuery):
        return [("status", {"state": "running"})]
    if isinstance(step, Result):
        columns = [column.to_json() for column in step.columns]
        rows = [list(row) for row in step.rows]
        return [("columns", {"columns": columns}), ("rows", {"rows": rows, "truncated": step.truncated})]
    if isinstance(step, Answer):
        return _ending(step)
    return [("status", {"state": "reading"})] if type(step).__name__ == "Question" else []


def _ending(answer: Answer) -> list[Event]:
    whole = answer.to_json()
    found: list[Event] = []
    if answer.status == "clarify":
        found.append(("clarify", {"text": answer.text, "options": whole["options"]}))
    elif answer.reason is not None:
        found.append(("declined", whole["reason"]))
    else:
        if answer.chart is not None:
            found.append(("chart", {"chart": answer.chart}))
        found.append(("text", {"text": answer.text}))
    if answer.suggestions:
        found.append(("suggestions", {"suggestions": whole["suggestions"]}))
    return [*found, ("done", whole)]


def _encoded(number: int, name: str, content: Any) -> bytes:
    text = json.dumps(content, default=plain_cell, ensure_ascii=False)
    return f"id: {number}\nevent: {name}\ndata: {text}\n\n".encode()


def _content(response: JSONResponse) -> Any:
    return json.loads(bytes(response.body))

"""`--lines`: questions or SQL as JSON lines in, one Answer a line out, in the same order and with the same id."""

from __future__ import annotations

import gc
import json
import sys
import uuid
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.surfaces.cli.options import asker, day, opened

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from nlq.api import SyncAssistant
    from nlq.values import Answer
    from nlq.values.pipeline import Planner

KEYS = {"id", "question", "sql", "as", "as_of", "turns"}


def answer_lines(
    what: str,
    source: str,
    as_: str | None,
    as_of: str | None,
    engine: str,
    config: Path | None,
    *,
    planner: Planner = "",
    explain: bool,
) -> None:
    """Answer each line as it comes.

    Raises:
        BadRequest: a line that is wrong, named by its number; the answers before it are out.
    """
    gc.enable()
    try:
        opened_lines: AbstractContextManager[IO[str]] = (
            nullcontext(sys.stdin) if source == "-" else Path(source).open(encoding="utf-8")  # noqa: SIM115 - closed by the `with` below
        )
    except OSError as problem:
        raise BadRequest(
            f"{source} cannot be read ({problem.strerror})", where="--lines", fix="give a file of JSON lines, or -"
        ) from None
    with opened_lines as stream, opened(config, engine) as assistant:
        for number, line in enumerate(stream, 1):
            if line.strip():
                entry = _entry(line, what, f"{source}:{number}")
                answer = _answer(assistant, entry, what, as_, as_of, planner=planner, explain=explain)
                plain = json.loads(answer.to_json_text())
                print(json.dumps({**plain, "id": entry["id"]}, ensure_ascii=False), flush=True)


def _entry(line: str, what: str, where: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        raise BadRequest("the line is not JSON", where=where, fix=f'write {{"id": "1", "{what}": "…"}}') from None
    if not isinstance(entry, dict) or "id" not in entry or not isinstance(entry.get(what), str):
        raise BadRequest(f"the line has no id or no {what}", where=where, fix=f'write {{"id": "1", "{what}": "…"}}')
    turns = entry.get("turns", [])
    if not isinstance(turns, list) or not all(isinstance(one, str) for one in turns):
        raise BadRequest("`turns` is no list of questions", where=where, fix='write "turns": ["the first question"]')
    unknown = set(entry) - KEYS
    if unknown:
        raise BadRequest(f"the line has a key {min(unknown)!r}", where=where, fix=f"keys are {', '.join(sorted(KEYS))}")
    return entry


def _answer(
    assistant: SyncAssistant,
    entry: dict[str, Any],
    what: str,
    as_: str | None,
    as_of: str | None,
    *,
    planner: Planner,
    explain: bool,
) -> Answer:
    principal = asker(assistant.settings, entry.get("as") or as_)
    when = day(entry.get("as_of") or as_of)
    if what == "sql":
        return assistant.sql(entry["sql"], principal, as_of=when, explain=explain)
    turns = entry.get("turns") or []
    conversation = str(uuid.uuid4()) if turns else ""
    for turn in turns:  # what is gone on from is compiled only
        assistant.ask(turn, principal, as_of=when, conversation_id=conversation, planner=planner, explain=True)
    return assistant.ask(entry["question"], principal, as_of=when, conversation_id=conversation, planner=planner, explain=explain)  # fmt: skip

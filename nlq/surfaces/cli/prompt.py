"""`nlq ask` without a question: a prompt with history."""

from __future__ import annotations

import gc
import sys
import uuid
from typing import TYPE_CHECKING

from nlq.errors import NlqError
from nlq.surfaces.cli.options import asker, day, opened
from nlq.surfaces.cli.render import render

if TYPE_CHECKING:
    from pathlib import Path

KEPT = 1_000


def converse(as_: str | None, as_of: str | None, engine: str, format_: str, config: Path | None) -> None:
    """Ask and answer until Ctrl-D, in one conversation: "how about Visayas?" goes on from the question before."""
    gc.enable()
    import readline  # noqa: PLC0415 - gives input() its editing and history

    with opened(config, engine) as assistant:
        principal = asker(assistant.settings, as_)
        history = assistant.settings.state_folder / "history"
        try:
            history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            readline.read_history_file(history)
        except OSError:
            pass  # the first time there is none
        readline.set_history_length(KEPT)
        print(f"Ask a question, as {principal.sub}. Ctrl-D ends.")
        conversation = str(uuid.uuid4())
        try:
            while True:
                try:
                    text = input("nlq> ")
                    if text.strip():
                        render(assistant.ask(text, principal, as_of=day(as_of), conversation_id=conversation), format_)
                except KeyboardInterrupt:
                    print("\nnlq: stopped; Ctrl-D ends", file=sys.stderr)
                except NlqError as problem:
                    print(f"nlq: {problem}", file=sys.stderr)
        except EOFError:
            print()
        finally:
            try:
                readline.write_history_file(history)
            except OSError:
                print(f"nlq: the history could not be written to {history}", file=sys.stderr)

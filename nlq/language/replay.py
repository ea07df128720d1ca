"""Replies that were recorded, given again; and a recorder around any other model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nlq.errors import SettingsError
from nlq.language.client import ModelClient, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nlq.language.prompts import Message

RECORD = "NLQ_MODEL=openai:MODEL NLQ_MODEL_RECORD={folder} nlq eval run CASES --planner model"


class Replay:
    """Answers from a folder of recordings, by all that the model would have been given."""

    def __init__(self, folder: Path) -> None:
        """The folder of *.json files.

        Raises:
            SettingsError: there is no such folder.
        """
        if not folder.is_dir():
            raise SettingsError("there are no recorded replies here", where=f"NLQ_MODEL: replay:{folder}",
                                fix=RECORD.format(folder=folder))  # fmt: skip
        self.name = "replay"
        self._folder = folder

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The recorded reply.

        Raises:
            SettingsError: there is none for exactly this: the prompts, the model or the data's values have changed since.
        """
        path = self._folder / f"{key_of(messages, schema)}.json"
        try:
            reply: str = json.loads(path.read_text(encoding="utf-8"))["reply"]
        except FileNotFoundError:
            said = next((one.content for one in messages if one.role == "user"), "")
            raise SettingsError(f"no reply is recorded for this prompt, or its recording is stale: {said}", where=str(path),
                                fix=RECORD.format(folder=self._folder)) from None  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            raise SettingsError("this recording cannot be read", where=str(path), fix="record it again") from None
        return reply

    async def check(self) -> str:
        """How many replies there are."""
        return f"{len(list(self._folder.glob('*.json')))} recorded replies"

    async def close(self) -> None:
        """There is nothing to let go of."""


class Recorder:
    """A model whose replies are written down as they come."""

    def __init__(self, inner: ModelClient, folder: Path) -> None:
        """Make the folder, where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self.name = inner.name
        self._inner, self._folder = inner, folder

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The model's reply."""
        reply = await self._inner.complete(messages, schema)
        content = {
            "model": self.name,
            "asked": [one.content for one in messages if one.role != "system"],
            "reply": reply,
        }
        path = self._folder / f"{key_of(messages, schema)}.json"
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return reply

    async def check(self) -> str:
        """What the model says."""
        return f"{await self._inner.check()}; replies are recorded in {self._folder}"

    async def close(self) -> None:
        """Let go of the model's connections."""
        await self._inner.close()

"""A language model, as the planner sees it: messages go in, one text comes out."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Protocol

from nlq.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nlq.language.prompts import Message

MAX_REPLY = 40_000  # characters; a reply that is longer is no reply


class ModelAway(Failed):
    """The language model did not answer, or answered nothing that can be used. The reader stands in for it."""

    code = "internal"


class ModelClient(Protocol):
    """One language model."""

    name: str

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The reply's text, which should be JSON of that schema.

        Raises:
            ModelAway: there is no reply.
        """

    async def check(self) -> str:
        """What there is to say of it, for whoever looks whether all is well.

        Raises:
            ModelAway: it does not answer.
        """

    async def close(self) -> None:
        """Let go of connections."""


def key_of(messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
    """What a reply is recorded under: a hash of all that the model was given."""
    given = [[(one.role, one.content) for one in messages], schema]
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:24]

"""Any chat model of langchain-core. The only module that imports it."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from nlq.errors import SettingsError
from nlq.language.client import MAX_REPLY, ModelAway

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nlq.language.prompts import Message

ROLES: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


class LangChain:
    """A chat model named module:Class (or a function or an object of the module); it is configured by its own means."""

    def __init__(self, spec: str) -> None:
        """Import and make the model.

        Raises:
            SettingsError: it cannot be imported or made, or is no chat model.
        """
        self.name = spec
        module, _, attribute = spec.partition(":")
        try:
            found = getattr(importlib.import_module(module), attribute)
            model = found if isinstance(found, BaseChatModel) else found()
        except Exception as problem:
            raise SettingsError(f"the chat model cannot be made ({type(problem).__name__})", where=f"NLQ_MODEL: {spec}",
                                fix="give langchain:module:Class, installed, whose class needs no arguments") from problem  # fmt: skip
        if not isinstance(model, BaseChatModel):
            raise SettingsError("this is no chat model of langchain-core", where=f"NLQ_MODEL: {spec}",
                                fix="name a subclass of BaseChatModel")  # fmt: skip
        self._model = model

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The reply's text. Not every chat model has structured outputs, so the schema is said in words.

        Raises:
            ModelAway: whatever the model raised.
        """
        form = f"Reply with one JSON value of this schema, and nothing else:\n{json.dumps(schema)}"
        said = [ROLES[one.role](content=one.content) for one in messages]
        said.insert(1 if messages and messages[0].role == "system" else 0, SystemMessage(content=form))
        try:
            reply = await self._model.ainvoke(said)
        except Exception as problem:  # noqa: BLE001 - any model's own errors
            raise ModelAway(f"the language model failed ({type(problem).__name__})", where=self.name) from None
        text: Any = reply.content
        if not isinstance(text, str):
            text = "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in text)
        if not text or len(text) > MAX_REPLY:
            raise ModelAway("the language model gave no reply that can be read", where=self.name)
        return str(text)

    async def check(self) -> str:
        """It could be made; more is not asked of it."""
        return f"{self.name} is there"

    async def close(self) -> None:
        """There is nothing to let go of."""

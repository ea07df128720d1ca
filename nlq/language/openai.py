"""Models that speak the OpenAI API, wherever they are served. The only module that imports its client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openai import APIStatusError, AsyncOpenAI, OpenAIError

from nlq.language.client import MAX_REPLY, ModelAway

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nlq.language.prompts import Message

RETRIES = 2
CHECK_S = 5.0
MOST_TOKENS = 4_000


class OpenAI:
    """Chat completions with structured outputs. Failed calls are tried again twice, all within the time limit."""

    def __init__(self, model: str, *, base_url: str, api_key: str, timeout_s: float) -> None:
        """Nothing is sent yet. An empty URL is OpenAI's own; a server of one's own may need no key."""
        self.name = model
        self._client = AsyncOpenAI(
            base_url=base_url or None, api_key=api_key or "none", timeout=timeout_s, max_retries=RETRIES
        )

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        """The reply's text.

        Raises:
            ModelAway: refused, late, cut off, or not reachable.
        """
        form: Any = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": dict(schema)}}
        said: Any = [{"role": one.role, "content": one.content} for one in messages]
        try:
            reply = await self._client.chat.completions.create(
                model=self.name, messages=said, response_format=form, max_completion_tokens=MOST_TOKENS
            )
        except APIStatusError as problem:
            raise ModelAway(f"the language model answered {problem.status_code}", where=self.name,
                            fix="see its key, its name and its quota") from None  # fmt: skip
        except (OpenAIError, ValueError) as problem:
            raise ModelAway(f"the language model cannot be reached ({type(problem).__name__})", where=self.name,
                            fix="see OPENAI_BASE_URL and the network") from None  # fmt: skip
        choice = reply.choices[0] if getattr(reply, "choices", None) else None
        text = choice.message.content if choice is not None and choice.message else None
        if not text or len(text) > MAX_REPLY:
            raise ModelAway("the language model gave no reply that can be read", where=self.name)
        return text

    async def check(self) -> str:
        """Whether the server knows the model, as far as it says which it knows.

        Raises:
            ModelAway: refused, or not reachable.
        """
        try:
            known = [one.id async for one in self._client.with_options(max_retries=0, timeout=CHECK_S).models.list()]
        except APIStatusError as problem:
            raise ModelAway(
                f"the server answers {problem.status_code}", where=self.name, fix="see OPENAI_API_KEY"
            ) from None
        except OpenAIError as problem:
            raise ModelAway(f"the server cannot be reached ({type(problem).__name__})", where=self.name,
                            fix="see OPENAI_BASE_URL and the network") from None  # fmt: skip
        return f"{self.name} answers" if self.name in known else f"the server answers; it does not list {self.name}"

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

"""The prompts: one file each, with strict inputs. A prompt's version is the hash of its file, so no change goes unseen.

A file is YAML between two lines of `---` (purpose, inputs, output: the JSON Schema of the reply), then what the model is told,
another `---`, and what it is asked. Anything that was typed or comes from data is rendered as JSON.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from nlq.errors import Internal
from nlq.resources import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = ROOT / "prompts"
HEADER = {"purpose", "inputs", "output"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt, ready to be filled in. `schema` is the reply's JSON Schema; None where it has no form of its own."""

    name: str
    purpose: str
    inputs: frozenset[str]
    schema: Mapping[str, Any] | None
    version: str
    system: str
    user: str

    def render(self, **inputs: Any) -> tuple[Message, ...]:
        """The messages.

        Raises:
            Internal: an input is missing or unknown, or the template uses one that it does not declare.
        """
        from jinja2 import StrictUndefined, UndefinedError  # noqa: PLC0415 - of the extra llm
        from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

        if set(inputs) != self.inputs:
            raise Internal(f"the prompt {self.name} takes {sorted(self.inputs)}, not {sorted(inputs)}")
        # The text goes to a model, not into HTML; what is data in it is rendered as JSON.
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.filters["tojson"] = _plain_json
        try:
            parts = [(role, environment.from_string(text).render(**inputs).strip())
                     for role, text in (("system", self.system), ("user", self.user))]  # fmt: skip
        except UndefinedError as problem:
            raise Internal(f"the prompt {self.name} uses what it was not given: {problem}") from None
        return tuple(Message(role, text) for role, text in parts if text)


def _plain_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


@cache
def prompt(name: str, folder: Path = FOLDER) -> Prompt:
    """The prompt of that name.

    Raises:
        Internal: there is none, or its file is not of this form.
    """
    import yaml  # noqa: PLC0415 - slow to import

    path = folder / f"{name}.j2"
    try:
        text = path.read_text(encoding="utf-8")
        _, header, system, user = text.split("---\n", 3)
        front = yaml.safe_load(header)
    except (OSError, ValueError, yaml.YAMLError) as problem:
        raise Internal(f"the prompt {name} cannot be read ({type(problem).__name__})", where=str(path)) from None
    if not isinstance(front, dict) or set(front) != HEADER:
        raise Internal(f"the prompt {name} needs exactly {', '.join(sorted(HEADER))} at its head", where=str(path))
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(name, front["purpose"], frozenset(front["inputs"]), front["output"], version, system, user)

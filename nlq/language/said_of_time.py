"""The words by which the readers of time tell a period. A word that none of them names begins none, and is not looked at further.

They are taken from the readers themselves, so that a word that one of them comes to know is known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any


def words_of(*modules: ModuleType) -> frozenset[str]:
    """Every word that is written in these modules: in what they hold and in their functions, but for what describes these."""
    texts = {text for module in modules for text in _texts_of(module)}
    return frozenset(word for text in texts for word in text.lower().replace("-", " ").split())


def _texts_of(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if name.startswith("__") or isinstance(value, ModuleType):
            continue
        yield from _of_value(value, module.__name__)


def _of_value(value: Any, module: str) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from _of_value(one, module)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from _of_value(one, module)
    elif isinstance(value, FunctionType) and value.__module__ == module:
        yield from _of_code(value.__code__, value.__doc__)
    elif isinstance(value, type) and value.__module__ == module:
        for name, one in vars(value).items():
            if name.startswith("__"):
                continue
            yield from _of_value(one.fget if isinstance(one, property) else one, module)


def _of_code(code: CodeType, described: str | None) -> Iterator[str]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _of_code(one, None)
        elif one != described:
            yield from _of_value(one, "")

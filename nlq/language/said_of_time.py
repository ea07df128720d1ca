"""The words by which the readers of time tell a period. A word that none of them names begins none, and is not looked at further.

They are taken from the readers themselves, so that a word that one of them comes to know is known here.
"""

from __future__ import annotations

from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable


def words_of(*modules: ModuleType) -> frozenset[str]:
    """Every word that is written in these modules: in what they hold and in their functions, but for what describes these."""
    texts: set[str] = set()
    seen: set[int] = set()  # what one takes from another is looked at once
    for module in modules:
        for name, value in vars(module).items():
            if not name.startswith("__") and id(value) not in seen:
                seen.add(id(value))
                _collect(value, module.__name__, texts)
    return frozenset(word for text in texts for word in text.lower().replace("-", " ").split())


def _collect(value: Any, module: str, into: set[str]) -> None:
    """Add the texts that a value of a module holds."""
    if type(value) is str:
        into.add(value)
        return
    for one in _inside(value, module):
        _collect(one, module, into)


def _inside(value: Any, module: str) -> Iterable[Any]:
    """What a value is made of, where a text may be in it; of functions and classes those of the module alone."""
    kind = type(value)
    if kind is dict:
        return (*value.keys(), *value.values())
    if kind in (tuple, list, set, frozenset):
        return cast("Iterable[Any]", value)
    if kind is CodeType:
        return cast("Iterable[Any]", value.co_consts)
    if kind is property:
        return (value.fget,)
    if isinstance(value, FunctionType):
        return [one for one in value.__code__.co_consts if one != value.__doc__] if value.__module__ == module else ()
    mine = isinstance(value, type) and value.__module__ == module
    return [one for name, one in vars(value).items() if not name.startswith("__") or name == "__init__"] if mine else ()

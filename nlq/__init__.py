"""Questions to figures that can be trusted: `from nlq import Assistant, Principal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlq.api import Assistant
    from nlq.errors import NotPermitted, Refused, TooExpensive, UnsafeSql
    from nlq.values import Answer, Principal, SemanticQuery

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Assistant",
    "NotPermitted",
    "Principal",
    "Refused",
    "SemanticQuery",
    "TooExpensive",
    "UnsafeSql",
    "__version__",
]
_HOME = {
    "Assistant": "nlq.api", "Answer": "nlq.values", "Principal": "nlq.values", "SemanticQuery": "nlq.values",
    "Refused": "nlq.errors", "NotPermitted": "nlq.errors", "UnsafeSql": "nlq.errors", "TooExpensive": "nlq.errors",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Names are imported when they are first used: `import nlq` alone costs nothing."""
    if name not in _HOME:
        message = f"module 'nlq' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_HOME[name]), name)

"""The demo warehouse: three tenants, 18 regions and two million sales, made by SQL inside DuckDB from a seed.

`build` writes the file, `checksums` says what is in it. Loading DuckDB takes a tenth of a second, so it is loaded on first
use. The modules are not called like the functions: the import of a submodule would hide the function.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from nlq.warehouse.demo.current import is_current
    from nlq.warehouse.demo.generate import BuildSummary, build
    from nlq.warehouse.demo.sums import checksums

__all__ = ["BuildSummary", "build", "checksums", "is_current"]

_HOMES: Final = {"BuildSummary": "generate", "build": "generate", "checksums": "sums", "is_current": "current"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

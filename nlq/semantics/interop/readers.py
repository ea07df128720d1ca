"""The readers of the formats that are layers of tables with figures in SQL, by the name of the format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.semantics.interop import cube, ossie, snowflake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nlq.semantics.interop.layer import Layer

READERS: dict[str, Callable[[Path], Layer]] = {"cube": cube.read, "ossie": ossie.read, "snowflake": snowflake.read}

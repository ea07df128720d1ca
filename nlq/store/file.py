"""The SQLite files of the state folder: each opened in one way, readable by their owner alone."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from nlq.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

BUSY_S = 5.0


def opened(folder: Path, name: str, schema: str, *, what: str) -> sqlite3.Connection:
    """A file of the state folder, made where there is none, which several processes may write to; `what` says what it keeps.

    Raises:
        SettingsError: the folder or the file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        path.touch(mode=0o600)
        file = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_S, isolation_level=None)
        file.executescript("pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;")
        file.executescript(schema)
    except (OSError, sqlite3.Error) as problem:
        raise SettingsError(f"{what} cannot be kept ({type(problem).__name__})", where=str(folder),
                            fix="let NLQ_STATE name a folder that can be written") from None  # fmt: skip
    return file

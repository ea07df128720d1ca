"""How much each asker has read on a day, over all processes of a deployment: a small SQLite file under the state folder."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from nlq.errors import Internal
from nlq.store.file import opened

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

FILE = "spending.sqlite3"
SCHEMA = """
create table if not exists spent (day text not null, org_id text not null, sub text not null, cells integer not null,
    primary key (day, org_id, sub)) without rowid, strict;
"""
MOST = 2**62  # what fits an integer of SQLite's


class Spending:
    """What was spent, by asker and day; earlier days are forgotten."""

    def __init__(self, folder: Path) -> None:
        """Open or make the file.

        Raises:
            SettingsError: the folder cannot be written.
        """
        self._file = opened(folder, FILE, SCHEMA, what="what askers spend")

    def of(self, org_id: str, sub: str, day: date) -> int:
        """What was spent so far.

        Raises:
            Internal: the file cannot be read.
        """
        text = "select cells from spent where day = ? and org_id = ? and sub = ?"
        row = self._do(text, day.isoformat(), org_id, sub)
        return row[0] if row else 0

    def add(self, org_id: str, sub: str, day: date, cells: int) -> None:
        """Some more.

        Raises:
            Internal: the file cannot be written.
        """
        self._do("delete from spent where day < ?", day.isoformat())
        self._do(
            "insert into spent values (?, ?, ?, ?) on conflict do update set cells = min(cells + excluded.cells, ?)",
            day.isoformat(), org_id, sub, min(cells, MOST), MOST,
        )  # fmt: skip

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _do(self, text: str, *values: str | int) -> tuple[int] | None:
        try:
            row: tuple[int] | None = self._file.execute(text, values).fetchone()
        except sqlite3.Error as problem:
            raise Internal(f"what askers spend cannot be read or written ({problem})", where="NLQ_STATE",
                           fix="see its disk and its permissions") from None  # fmt: skip
        return row

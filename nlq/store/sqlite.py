"""The embedded store: a SQLite file under the state folder, written by one thread of its own."""

from __future__ import annotations

import asyncio
import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from nlq.errors import Internal
from nlq.store.file import opened

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
SCHEMA = Path(__file__).with_name("sqlite.sql")
SEEN_DAYS = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored answer: whose it is, under which scope it was made, and its JSON."""

    id: str
    org_id: str
    sub: str
    conversation_id: str
    asked_at: str
    status: str
    fingerprint: str
    content: str


class SqliteStore:
    """Answers and feedback. Every read names the asker: what is another's is not there."""

    def __init__(self, folder: Path, *, keep_days: int) -> None:
        """Open or make the file; what is older than `keep_days` is forgotten.

        Raises:
            SettingsError: the folder cannot be written.
        """
        self._file = opened(folder, "nlq.sqlite3", SCHEMA.read_text(encoding="utf-8"), what="the state")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nlq-store")
        now = datetime.now(UTC)
        self._file.execute("delete from answers where asked_at < ?", ((now - timedelta(days=keep_days)).isoformat(),))
        self._file.execute("delete from seen where at < ?", ((now - timedelta(days=SEEN_DAYS)).isoformat(),))

    async def put(self, one: Kept) -> None:
        """Keep an answer; the same one twice is kept once."""
        row = (one.id, one.org_id, one.sub, one.conversation_id, one.asked_at, one.status, one.fingerprint)
        packed = zlib.compress(one.content.encode(), 1)
        await self._do(
            lambda: self._file.execute("insert or replace into answers values (?, ?, ?, ?, ?, ?, ?, ?)", (*row, packed))
        )

    async def get(self, ident: str, org_id: str, sub: str) -> Kept | None:
        """An answer of this asker's."""
        return await self._one("select * from answers where id = ? and org_id = ? and sub = ?", (ident, org_id, sub))

    async def last(self, conversation_id: str, org_id: str, sub: str) -> Kept | None:
        """The newest answer in a conversation of this asker's."""
        text = (
            "select * from answers where org_id = ? and sub = ? and conversation_id = ? order by asked_at desc limit 1"
        )
        return await self._one(text, (org_id, sub, conversation_id))

    async def rate(self, ident: str, org_id: str, sub: str, rating: Literal["up", "down"], comment: str) -> bool:
        """Keep what an asker says of their answer, in place of what they said before; False where it is not theirs."""
        text = """insert or replace into feedback
            select id, org_id, sub, ?, ?, ? from answers where id = ? and org_id = ? and sub = ?"""
        values = (rating, comment, datetime.now(UTC).isoformat(), ident, org_id, sub)
        return await self._do(lambda: self._file.execute(text, values).rowcount > 0)

    async def first_time(self, key: str) -> bool:
        """Whether this key was never seen before; from now on it was."""
        values = (key, datetime.now(UTC).isoformat())
        return await self._do(
            lambda: self._file.execute("insert or ignore into seen values (?, ?)", values).rowcount > 0
        )

    async def close(self) -> None:
        """Let go of the file."""
        await self._do(self._file.close)
        self._thread.shutdown()

    async def _one(self, text: str, values: tuple[str, ...]) -> Kept | None:
        row = await self._do(lambda: self._file.execute(text, values).fetchone())
        return None if row is None else Kept(*(*row[:-1], zlib.decompress(row[-1]).decode()))

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as problem:
            raise Internal(f"the state cannot be read or written ({problem})", where="NLQ_STATE",
                           fix="see its disk and its permissions") from None  # fmt: skip

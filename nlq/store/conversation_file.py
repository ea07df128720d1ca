"""Conversations in a SQLite file under the state folder, so that a later call, or another process, can go on from them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from nlq.errors import Internal
from nlq.store.file import opened
from nlq.values.conversation import NOTHING, Conversation

if TYPE_CHECKING:
    from pathlib import Path

    from nlq.values import Principal

SCHEMA = """create table if not exists conversations (
    org_id text not null, sub text not null, id text not null, said_at text not null, content text not null,
    primary key (org_id, sub, id)) without rowid;
create index if not exists conversations_by_time on conversations (said_at);"""


class InFile:
    """Conversations in a SQLite file; what was not gone on with for `keep_days` is forgotten."""

    def __init__(self, folder: Path, *, keep_days: int, blocking: bool) -> None:
        """Open or make the file; `blocking` where no event loop is kept waiting by a disk.

        Raises:
            SettingsError: the folder cannot be written.
        """
        self._file = opened(folder, "conversations.sqlite3", SCHEMA, what="the conversations")
        self._blocking, self._lock = blocking, threading.Lock()
        self._file.execute("delete from conversations where said_at < ?", ((datetime.now(UTC) - timedelta(days=keep_days)).isoformat(),))  # fmt: skip

    async def of(self, principal: Principal, ident: str) -> Conversation:
        """See `Conversations`. One that another version of nlq kept, and this cannot read, is none."""
        row = await self._do("select content from conversations where org_id = ? and sub = ? and id = ?", (principal.org_id, principal.sub, ident))  # fmt: skip
        try:
            return NOTHING if row is None else Conversation.from_json(json.loads(row))
        except (ValueError, LookupError, TypeError):
            return NOTHING

    async def keep(self, principal: Principal, ident: str, conversation: Conversation) -> None:
        """See `Conversations`."""
        content = json.dumps(conversation.to_json(), ensure_ascii=False)
        values = principal.org_id, principal.sub, ident, datetime.now(UTC).isoformat(), content
        await self._do("insert or replace into conversations values (?, ?, ?, ?, ?)", values)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    async def _do(self, text: str, values: tuple[str, ...]) -> str | None:
        return self._run(text, values) if self._blocking else await asyncio.to_thread(self._run, text, values)

    def _run(self, text: str, values: tuple[str, ...]) -> str | None:
        try:
            with self._lock:
                row = self._file.execute(text, values).fetchone()
        except sqlite3.Error as problem:
            raise Internal(f"the conversations cannot be read or written ({problem})", where="NLQ_STATE",
                           fix="see its disk and its permissions") from None  # fmt: skip
        return None if row is None else str(row[0])

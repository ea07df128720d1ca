"""The audit log: who asked, what was read and ran, what came of it. Append-only, each line chained to the one before; never rows.

A chain shows that a line was changed, taken out or put in between. Who can write the file can write all of it anew, and can cut
off its end: the head (the last number and hash) belongs somewhere else from time to time, and `verify` takes it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlq.errors import Internal
from nlq.store.file import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE = "audit.sqlite3"
BEGINNING = "0" * 64
SCHEMA = """
create table if not exists audit (
    seq integer primary key,
    org_id text not null,
    entry text not null,
    hash text not null
) strict;
create index if not exists audit_by_org on audit (org_id, seq);
create trigger if not exists audit_stays before update on audit begin select raise(abort, 'the audit log is append-only'); end;
create trigger if not exists audit_is_kept before delete on audit begin select raise(abort, 'the audit log is append-only'); end;
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, what it says, and its hash."""

    seq: int
    entry: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a log holds: how many lines there are, the hash of the last, and the first thing that is wrong ("" where nothing is)."""

    lines: int
    head: str
    problem: str = ""


class AuditLog:
    """The log of one deployment, in a file of its own. Several processes may write to it."""

    def __init__(self, folder: Path) -> None:
        """Open or make the file.

        Raises:
            SettingsError: the folder cannot be written.
        """
        self._file = opened(folder, FILE, SCHEMA, what="the audit log")

    def append(self, entry: Mapping[str, Any]) -> Line:
        """Write one line after the last; it names its asker's `org_id`.

        Raises:
            Internal: it could not be written.
        """
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        try:
            self._file.execute("begin immediate")  # nobody else writes between the last line and this one
            try:
                last = self._file.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
                seq, before = last or (0, BEGINNING)
                line = Line(seq + 1, entry, chained(before, seq + 1, text))
                values = (line.seq, str(entry["org_id"]), text, line.hash)
                self._file.execute("insert into audit values (?, ?, ?, ?)", values)
            except BaseException:
                self._file.execute("rollback")
                raise
            self._file.execute("commit")
        except sqlite3.Error as problem:
            raise Internal(f"the audit log cannot be written ({problem})", where="NLQ_STATE",
                           fix="see its disk and its permissions") from None  # fmt: skip
        return line

    def last(self, count: int, org_id: str | None = None) -> list[Line]:
        """The newest lines, the newest first; of one organisation, where one is named."""
        where, values = ("where org_id = ?", (org_id, count)) if org_id is not None else ("", (count,))
        found = self._file.execute(f"select seq, entry, hash from audit {where} order by seq desc limit ?", values)
        return [Line(seq, json.loads(text), digest) for seq, text, digest in found]

    def verify(self, known: tuple[int, str] | None = None) -> Verdict:
        """Go through the whole chain; `known` is a line's number and hash that were kept elsewhere."""
        before, count = BEGINNING, 0
        for seq, org_id, text, digest in self._lines():
            count += 1
            if seq != count:
                return Verdict(count - 1, before, f"line {count} is missing")
            if chained(before, seq, text) != digest:
                return Verdict(
                    count - 1, before, f"line {seq} is not what was written, or does not follow the one before"
                )
            if json.loads(text).get("org_id") != org_id:
                return Verdict(count - 1, before, f"line {seq} is filed under another organisation")
            if known is not None and known[0] == seq and known[1] != digest:
                return Verdict(count - 1, before, f"line {seq} is not the one that was known")
            before = digest
        if known is not None and known[0] > count:
            return Verdict(count, before, f"the log ends before line {known[0]}, which was known")
        return Verdict(count, before)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _lines(self) -> Iterator[tuple[int, str, str, str]]:
        yield from self._file.execute("select seq, org_id, entry, hash from audit order by seq")


def chained(before: str, seq: int, text: str) -> str:
    """The hash of a line: of the one before, its number and its text."""
    return hashlib.sha256(f"{before}\n{seq}\n{text}".encode()).hexdigest()

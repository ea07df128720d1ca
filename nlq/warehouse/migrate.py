"""PostgreSQL's schema from the numbered files in migrations/, each applied once, in order, whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.errors import WarehouseError
from nlq.resources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from nlq.drivers.asyncpg import Owner

FOLDER = ROOT / "migrations"
LOCK = 7_305_811  # an advisory lock, so that two migrations at once wait for each other
LEDGER = """
create schema if not exists nlq;
create table if not exists nlq.migrations (
    number bigint primary key, name text not null, digest text not null, applied_at timestamptz not null default now());
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: NNN_name.sql."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        """Changes when the file does."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """The files, in order.

    Raises:
        WarehouseError: a name without a number, or a number twice or left out.
    """
    found = []
    for path in sorted(folder.glob("*.sql")):
        number, _, name = path.stem.partition("_")
        if not number.isdigit() or not name:
            raise WarehouseError(f"{path.name} is no migration's name", where=str(path), fix="call it NNN_name.sql")
        found.append(Migration(int(number), name, path.read_text(encoding="utf-8")))
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise WarehouseError("the migrations' numbers do not go 1, 2, 3 …", where=str(folder), fix="rename them")
    return tuple(found)


async def migrate(owner: Owner, folder: Path = FOLDER) -> tuple[str, ...]:
    """Apply what has not been applied; gives the names of what was. Running it again does nothing.

    Raises:
        WarehouseError: a file that was applied has changed since, or PostgreSQL refuses one (it leaves nothing behind).
    """
    done: list[str] = []
    await owner.execute("select pg_advisory_lock($1)", LOCK)
    try:
        await owner.execute(LEDGER)
        applied = dict(await owner.rows("select number, digest from nlq.migrations"))
        for one in migrations(folder):
            if one.number in applied:
                if applied[one.number] != one.digest:
                    raise WarehouseError(f"migration {one.number} ({one.name}) has changed since it was applied",
                                         where=f"migrations/{one.number:03}_{one.name}.sql",
                                         fix="put it back, and write the change as a new migration")  # fmt: skip
                continue
            async with owner.transaction():
                await owner.execute(one.text)
                await owner.execute(
                    "insert into nlq.migrations (number, name, digest) values ($1, $2, $3)",
                    one.number,
                    one.name,
                    one.digest,
                )
            done.append(f"{one.number:03}_{one.name}")
    finally:
        await owner.execute("select pg_advisory_unlock($1)", LOCK)
    return tuple(done)

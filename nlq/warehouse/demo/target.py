"""A file that appears whole or not at all, whatever happens while it is made."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nlq.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` to build at; on leaving without an error it is flushed to disk and renamed to `path`.

    Each call has a name of its own, so two builds at once do not meet: the last one to finish is what stays. On any error,
    Ctrl-C included, the half-built file, DuckDB's log beside it and its spill folder are removed.

    Raises:
        WarehouseError: the folder cannot be written to, `path` is no file, or another program has it open for writing.
    """
    _check(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    finally:
        _remove(temporary)


def spill_folder(temporary: Path) -> Path:
    """Where DuckDB may put what does not fit in memory while it builds `temporary`."""
    return temporary.with_name(temporary.name + ".spill")


def _check(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"cannot make the folder: {error.strerror}", where=str(path.parent), fix="choose another path with --out"
        ) from error
    if path.exists() and not path.is_file():
        raise WarehouseError("the target is not a file", where=str(path), fix="give the path of a file with --out")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise WarehouseError("cannot write here", where=str(path.parent), fix="choose another path with --out")
    log = _log_of(path)
    if log.exists():
        # DuckDB would replay this log into the new file.
        raise WarehouseError(
            "another program has the file open for writing, or crashed while it had",
            where=str(log),
            fix="close that program; if there is none, remove this log",
        )


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(temporary: Path) -> None:
    for leftover in (temporary, _log_of(temporary)):
        with suppress(OSError):
            leftover.unlink(missing_ok=True)
    shutil.rmtree(spill_folder(temporary), ignore_errors=True)

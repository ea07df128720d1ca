"""The generator's SQL files, read strictly: a file gives its statements, a statement exactly the parameters that it names."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nlq.errors import WarehouseError
from nlq.warehouse import transform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

FOLDER: Final = Path(__file__).parent
DATA: Final = FOLDER / "data"
SQL: Final = FOLDER / "sql"


def run(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]) -> Iterator[float]:
    """Execute the statements of `name`.sql one by one; yields after each what part of the file is done.

    Raises:
        WarehouseError: no such file, or a parameter without a value.
    """
    path = SQL / f"{name}.sql"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise WarehouseError(f"the generator has no {name}.sql", where=str(path), fix="install nlq again") from error
    statements = connection.extract_statements(text)
    for position, statement in enumerate(statements, start=1):
        missing = statement.named_parameters - values.keys()
        if missing:
            raise WarehouseError(
                f"no value for ${', $'.join(sorted(missing))}", where=str(path), fix="pass it to run()"
            )
        connection.execute(statement, {key: values[key] for key in statement.named_parameters})
        yield position / len(statements)


@cache
def generator_hash() -> str:
    """A name for what the generator would make: a hash over its SQL, its data banks, its code and the transforms."""
    digest = hashlib.sha256()
    folders = (FOLDER, SQL, DATA, transform.FOLDER)
    for path in sorted(
        path for folder in folders for path in folder.iterdir() if path.suffix in {".py", ".sql", ".csv"}
    ):
        digest.update(f"{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]

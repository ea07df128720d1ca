"""What commands read: JSON, SQL, files and stdin."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from nlq.errors import BadRequest

MOST_BYTES = 1_000_000


def read_json(source: str) -> dict[str, Any]:
    """A JSON object given as text, as a file's name or as - for stdin.

    Raises:
        BadRequest: it cannot be read, or is no JSON object.
    """
    text = source if source.lstrip().startswith(("{", "[")) else _read(source)
    try:
        plain = json.loads(text)
    except ValueError as problem:
        raise BadRequest(f"this is not JSON: {problem}", where=source[:60], fix="give a JSON object") from None
    if not isinstance(plain, dict):
        raise BadRequest("a SemanticQuery is a JSON object", where=source[:60], fix='write {"metrics": ["revenue"]}')
    return plain


def read_sql(source: str | None) -> str:
    """SQL given as text, as a file's name or as - for stdin.

    Raises:
        BadRequest: there is none, or it cannot be read.
    """
    if source is None:
        raise BadRequest("there is no SQL", where="SQL", fix='nlq sql "SELECT count(*) FROM a_table"')
    is_file = source == "-" or (source.endswith(".sql") and "\n" not in source)
    text = _read(source) if is_file else source
    if not text.strip():
        raise BadRequest("the SQL is empty", where="SQL", fix="write one SELECT")
    return text


def _read(source: str) -> str:
    try:
        with nullcontext(sys.stdin.buffer) if source == "-" else Path(source).open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        raise BadRequest(
            f"{source} cannot be read ({problem.strerror})", where=source, fix="give a file that exists"
        ) from None
    if len(raw) > MOST_BYTES:
        raise BadRequest(f"more than {MOST_BYTES:,} bytes", where=source, fix="give less")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("this is not UTF-8 text", where=source, fix="give text") from None

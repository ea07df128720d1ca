"""A file of named sections that is memory-mapped: what is kept between starts and too large to be parsed at each.

It is written whole beside its place and then moved there, so that a reader sees all of it or nothing and two that build at
once do no harm. A file that is damaged, of another format, kept under another name or somebody else's is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import threading
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAGIC = b"nlqsect1"  # raise the digit when older files must not be read
DIGEST = 32  # bytes of SHA-256 after the magic, over all that follows it
START = len(MAGIC) + DIGEST
ALIGNED = 8  # bytes: tries and arrays are read where they lie


def pack(of: str, sections: Mapping[str, bytes | bytearray]) -> bytes:
    """The bytes of a file; `of` is what it is kept for, and must be named again to open it."""
    places, at = {}, 0
    for name, content in sections.items():
        places[name] = (at, len(content))
        at += _padded(len(content))
    header = json.dumps({"of": of, "sections": places}).encode()
    header += b" " * (_padded(len(header)) - len(header))
    body = len(header).to_bytes(ALIGNED, "little") + header
    body += b"".join(content + bytes(_padded(len(content)) - len(content)) for content in sections.values())
    return MAGIC + hashlib.sha256(body).digest() + body


def unpack(of: str, raw: bytes | mmap.mmap, digest: bytes | None = None) -> dict[str, memoryview] | None:
    """The sections, read where they lie; None where this is no such file. `digest` is of what follows it, where it is known."""
    view = memoryview(raw)
    digest = hashlib.sha256(view[START:]).digest() if digest is None else digest
    if bytes(view[:START]) != MAGIC + digest:
        return None
    size = int.from_bytes(view[START : START + ALIGNED], "little")
    first = START + ALIGNED + size
    header = json.loads(bytes(view[START + ALIGNED : first]))
    if header["of"] != of:
        return None
    return {name: view[first + at : first + at + length] for name, (at, length) in header["sections"].items()}


def read(path: Path, of: str) -> dict[str, memoryview] | None:
    """The sections of a kept file; None where there is none that can be trusted."""
    try:
        with path.open("rb") as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
                return None
            file.seek(START)  # read, not mapped: what is only checked need not stay in memory
            digest = hashlib.file_digest(file, "sha256").digest()
            return unpack(of, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), digest)
    except (OSError, ValueError):  # ValueError: an empty file cannot be mapped
        return None


def write(path: Path, content: bytes) -> bool:
    """Keep a file, for its owner alone; False where it cannot be written: the next start is only slower then."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        draft.touch(mode=0o600)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        return False
    return True


def row(*texts: str) -> bytes:
    """Texts as a list in JSON: what json.dumps gives, at a fifth of its time."""
    return f"[{','.join(map(encode_basestring, texts))}]".encode()


def texts(content: memoryview) -> list[str]:
    """The texts of such a list."""
    found: list[str] = json.loads(str(content, "utf-8"))
    return found


def rows(content: memoryview) -> list[list[str]]:
    """The texts of many such lists, each on a line that ends: in JSON no text holds the end of a line."""
    found: list[list[str]] = json.loads(f"[{str(content, 'utf-8').rstrip().replace(chr(10), ',')}]")
    return found


def _padded(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED

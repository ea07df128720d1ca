"""A scope's values in a file: a dimension is parsed when it is asked for, and one label is found without parsing any."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from nlq.semantics import sections
from nlq.values import KnownValue, ScopeValues

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 2  # raise when files of an older nlq must not be read
SMALL = 10_000  # values of a dimension that are kept once they were parsed; more are read line by line
END = b"\n"


class KeptValues(ScopeValues):
    """Values that are read where they lie in a mapped file (see `Packing`)."""

    def __init__(self, found: dict[str, memoryview]) -> None:
        about = json.loads(bytes(found["about"]))
        self._lines = {name: Lines(found[f"lines {name}"], found[f"starts {name}"], found[f"by id {name}"]) for name in about["dimensions"]}  # fmt: skip
        self._within = {field: frozenset(values) for field, values in about["within"].items()}
        super().__init__()

    def __getitem__(self, field: str) -> Sequence[KnownValue]:
        lines = self._lines[field]
        if len(lines) > SMALL:
            return lines
        if field not in self._found:
            self._found[field] = tuple(lines)
        return self._found[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def label(self, field: str, ident: object) -> str | None:
        """The name of a value; None where this asker has none with that id."""
        return self._lines[field].label(ident) if field in self._lines and isinstance(ident, str) else None

    def any_within(self, field: str, value: str) -> bool:
        """Whether any value of any dimension lies in this one."""
        return value in self._within.get(field, ())


class Lines(Sequence[KnownValue]):
    """The values of one dimension, a line of JSON each, in the order in which the data gave them."""

    def __init__(self, lines: memoryview, starts: memoryview, by_id: memoryview) -> None:
        self._lines, self._starts, self._by_id = lines, starts.cast("I"), by_id.cast("I")

    @overload
    def __getitem__(self, at: int) -> KnownValue: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[KnownValue, ...]: ...
    def __getitem__(self, at: int | slice) -> KnownValue | tuple[KnownValue, ...]:
        if isinstance(at, slice):
            return tuple(self[index] for index in range(*at.indices(len(self))))
        return KnownValue(*self._line(range(len(self))[at]))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[KnownValue]:
        return (KnownValue(*self._line(at)) for at in range(len(self)))

    def label(self, ident: str) -> str | None:
        """The name of the first with that id."""
        at = bisect_left(self._by_id, ident, key=lambda place: self._line(place)[0])
        found = self._line(self._by_id[at]) if at < len(self._by_id) else None
        return found[1] if found is not None and found[0] == ident else None

    def _line(self, at: int) -> tuple[str, str, dict[str, str]]:
        ident, label, within = json.loads(bytes(self._lines[self._starts[at] : self._starts[at + 1]]))
        return ident, label, within


class Packing:
    """The content of a file of values, dimension by dimension: of what was packed no more than its bytes is held."""

    def __init__(self) -> None:
        self._within: dict[str, set[str]] = {}
        self._found: dict[str, bytes | bytearray] = {}
        self._dimensions: list[str] = []
        self._plain = json.JSONEncoder(ensure_ascii=False).encode

    def add(self, field: str, known: Sequence[KnownValue]) -> None:
        """One dimension's values, in the order in which the data gave them."""
        starts, lines = array("I", [0]), bytearray()
        for one in known:
            for parent, value in one.within.items():
                self._within.setdefault(parent, set()).add(value)
            lines += self._plain((one.id, one.label, one.within)).encode() + END
            starts.append(len(lines))
        by_id = array("I", sorted(range(len(known)), key=lambda at: known[at].id))
        self._found |= {f"lines {field}": lines, f"starts {field}": starts.tobytes(), f"by id {field}": by_id.tobytes()}
        self._dimensions.append(field)

    def content(self, name: str) -> bytes:
        """All of it, to be opened under that name alone."""
        within = {parent: sorted(held) for parent, held in self._within.items()}
        about = self._plain({"dimensions": self._dimensions, "within": within}).encode()
        return sections.pack(f"{FORMAT} {name}", {"about": about, **self._found})


def opened(name: str, content: bytes) -> KeptValues:
    """Values over what was packed under that name, where no folder keeps them."""
    found = sections.unpack(f"{FORMAT} {name}", content)
    assert found is not None  # noqa: S101 - it was packed under that name
    return KeptValues(found)


def read(path: Path, name: str) -> KeptValues | None:
    """The kept values of that name; None where there are none that can be trusted."""
    found = sections.read(path, f"{FORMAT} {name}")
    return None if found is None else KeptValues(found)

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

FORMAT = 1  # raise when files of an older nlq must not be read
SMALL = 10_000  # values of a dimension that are kept once they were parsed; more are read line by line
AT_ONCE = 4_096  # lines that are parsed together
END = b"\n"


class KeptValues(ScopeValues):
    """Values that are read where they lie in a mapped file (see `Packing`)."""

    def __init__(self, found: dict[str, memoryview]) -> None:
        self._sections = found
        self._lines = {
            name: Lines(parents, found[f"lines {name}"], found[f"starts {name}"], found[f"by id {name}"])
            for name, parents in json.loads(bytes(found["parents"])).items()
        }
        self._within: dict[str, frozenset[str]] = {}
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
        if field not in self._within and f"within {field}" in self._sections:
            self._within[field] = frozenset(sections.texts(self._sections[f"within {field}"]))
        return value in self._within.get(field, ())


class Lines(Sequence[KnownValue]):
    """The values of one dimension, a line of JSON each, in the order in which the data gave them."""

    def __init__(self, parents: list[str], lines: memoryview, starts: memoryview, by_id: memoryview) -> None:
        self._parents = parents
        self._lines, self._starts, self._by_id = lines, starts.cast("I"), by_id.cast("I")

    @overload
    def __getitem__(self, at: int) -> KnownValue: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[KnownValue, ...]: ...
    def __getitem__(self, at: int | slice) -> KnownValue | tuple[KnownValue, ...]:
        if isinstance(at, slice):
            return tuple(self[index] for index in range(*at.indices(len(self))))
        return self._value(range(len(self))[at])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[KnownValue]:
        """All of them, many lines at a time: they are parsed at a fifth of the time that each by itself would take."""
        for first in range(0, len(self), AT_ONCE):
            lines = self._lines[self._starts[first] : self._starts[min(first + AT_ONCE, len(self))]]
            for ident, label, *within in sections.rows(lines):
                yield KnownValue(ident, label, dict(zip(self._parents, within, strict=True)))

    def label(self, ident: str) -> str | None:
        """The name of the first with that id."""
        at = bisect_left(self._by_id, ident, key=lambda place: self._line(place)[0])
        found = self._line(self._by_id[at]) if at < len(self._by_id) else None
        return found[1] if found is not None and found[0] == ident else None

    def _value(self, at: int) -> KnownValue:
        ident, label, *within = self._line(at)
        return KnownValue(ident, label, dict(zip(self._parents, within, strict=True)))

    def _line(self, at: int) -> list[str]:
        return sections.texts(self._lines[self._starts[at] : self._starts[at + 1]])


class Packing:
    """The content of a file of values, dimension by dimension: of what was packed no more than its bytes is held."""

    def __init__(self) -> None:
        self._within: dict[str, set[str]] = {}
        self._found: dict[str, bytes | bytearray] = {}
        self._parents: dict[str, list[str]] = {}  # what the values of each dimension lie in: of one, all in the same

    def add(self, field: str, known: Sequence[KnownValue]) -> None:
        """One dimension's values, in the order in which the data gave them."""
        starts, lines = array("I", [0]), bytearray()
        for one in known:
            for parent, value in one.within.items():
                self._within.setdefault(parent, set()).add(value)
            lines += sections.row(one.id, one.label, *one.within.values()) + END
            starts.append(len(lines))
        by_id = array("I", sorted(range(len(known)), key=lambda at: known[at].id))
        self._found |= {f"lines {field}": lines, f"starts {field}": starts.tobytes(), f"by id {field}": by_id.tobytes()}
        self._parents[field] = list(known[0].within) if known else []

    def content(self, name: str) -> bytes:
        """All of it, to be opened under that name alone."""
        within = {f"within {parent}": sections.row(*sorted(held)) for parent, held in self._within.items()}
        parents = json.dumps(self._parents).encode()
        return sections.pack(f"{FORMAT} {name}", {"parents": parents, **within, **self._found})


def opened(name: str, content: bytes) -> KeptValues:
    """Values over what was packed under that name, where no folder keeps them."""
    found = sections.unpack(f"{FORMAT} {name}", content)
    assert found is not None  # noqa: S101 - it was packed under that name
    return KeptValues(found)


def read(path: Path, name: str) -> KeptValues | None:
    """The kept values of that name; None where there are none that can be trusted."""
    found = sections.read(path, f"{FORMAT} {name}")
    return None if found is None else KeptValues(found)

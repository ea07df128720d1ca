"""The values that one asker's own rows hold, by dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value of a dimension that is in the data, as one asker sees it: its id, its name, and what it lies in."""

    id: str
    label: str
    within: Mapping[str, str]


class ScopeValues(Mapping[str, Sequence[KnownValue]]):
    """The known values of one scope, by dimension. `name` is made of the scope and the data's version: another, other values.

    These are in memory; `KeptValues` reads them from a file, where asking for one label reads one line.
    """

    name: str = ""

    def __init__(self, found: Mapping[str, Sequence[KnownValue]] | None = None) -> None:
        self._found = dict(found or {})

    def __getitem__(self, field: str) -> Sequence[KnownValue]:
        return self._found[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def label(self, field: str, ident: object) -> str | None:
        """The name of a value; None where this asker has none with that id."""
        return next((one.label for one in self._found.get(field, ()) if one.id == ident), None)

    def any_within(self, field: str, value: str) -> bool:
        """Whether any value of any dimension lies in this one."""
        return any(one.within.get(field) == value for found in self._found.values() for one in found)

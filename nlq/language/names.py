"""The names of a scope's values as an index: which of them begin at a word, and whether a word is in any of them.

A hundred thousand names would take a second to read and a hundred megabytes to hold, so they lie in two tries that are
memory-mapped: of whole names, and of their words. Each scope has its own, made of what its own queries gave.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from functools import cache
from typing import TYPE_CHECKING

from marisa_trie import Trie

from nlq.language.tokens import fold, phrase
from nlq.semantics import sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from nlq.semantics.model import SemanticModel
    from nlq.values import ScopeValues

FORMAT = 2  # raise when indexes of an older nlq must not be read
END = "\x01"  # after each word of a name; no word holds it, as some hold a space ("6 pm")
Row = tuple[str, str, str]  # dimension, id, label


class Names:
    """Names that are read where they lie (see `_packed`)."""

    def __init__(self, found: Mapping[str, memoryview]) -> None:
        self._names, self._words = Trie().map(found["names"]), Trie().map(found["words"])
        self._rows, self._starts = found["rows"], found["starts"].cast("I")
        self.letters: str = json.loads(bytes(found["letters"]))

    def __contains__(self, word: str) -> bool:
        """Whether a word is in any name."""
        return word in self._words

    def known_of(self, words: Iterable[str]) -> set[str]:
        """Those of these words that are in any name."""
        return set(filter(self._words.__contains__, words))

    def at(self, words: list[str], start: int) -> Iterator[tuple[int, int]]:
        """Every name that begins at a word: its length in words, and its number, for `rows`."""
        if words[start] in self._words:
            for name, number in self._names.iter_prefixes_with_ids(END.join(words[start:]) + END):
                yield name.count(END), number

    def rows(self, number: int) -> list[Row]:
        """The values of that name, in the order in which the data gave them."""
        found = json.loads(bytes(self._rows[self._starts[number] : self._starts[number + 1]]))
        return [(dimension, ident, label) for dimension, ident, label in found]


def of(model: SemanticModel, values: ScopeValues, kept_in: Path | None) -> Names:
    """The index of these values: from its file, or made anew."""
    name = f"{FORMAT} {model.hash} {values.name}"
    kept = kept_in / f"names-{hashlib.sha256(name.encode()).hexdigest()[:24]}.bin" if kept_in is not None and values.name else None  # fmt: skip
    found = None if kept is None else sections.read(kept, name)
    if found is None:
        content = _packed(name, model, values)
        if kept is not None and sections.write(kept, content):
            found = sections.read(kept, name)
        found = found or sections.unpack(name, content)
    assert found is not None  # noqa: S101 - it was packed under that name just now
    return Names(found)


def _packed(name: str, model: SemanticModel, values: ScopeValues) -> bytes:
    rows: dict[str, bytes] = {}
    remembered = cache(fold)
    for dimension in values:
        if model.dimensions[dimension].place:
            continue  # places are known by the gazetteer, with or without data
        for one in values[dimension]:
            found = ["and" if word == "+" else word for word in phrase(one.label, remembered)]  # as in a question
            if found and not all(word.isdecimal() for word in found):  # a bare number is how many, not whom
                key, row = END.join(found) + END, sections.row(dimension, one.id, one.label)
                rows[key] = rows[key] + b"," + row if key in rows else row
    words = {word for key in rows for word in key.split(END)} - {""}
    trie, starts, held = Trie(rows), array("I", [0]), bytearray()
    for number in range(len(trie)):
        held += b"[" + rows[trie.restore_key(number)] + b"]"
        starts.append(len(held))
    letters = "".join(sorted({letter for word in words for letter in word if letter.isalpha()}))
    return sections.pack(name, {
        "names": trie.tobytes(), "words": Trie(sorted(words)).tobytes(),
        "rows": held, "starts": starts.tobytes(), "letters": json.dumps(letters).encode(),
    })  # fmt: skip

"""Every phrase that nlq knows: the model's names and synonyms, its values, the places, a scope's values, and plain English."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from nlq.language import names
from nlq.language.tokens import phrase
from nlq.semantics import sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nlq.language.names import Names
    from nlq.semantics.model import Place, SemanticModel
    from nlq.values import ScopeValues

FORMAT = 4  # raise when kept lexicons of an older nlq must not be read
PLAIN = tuple(
    Path(__file__).with_name(f"{name}.toml") for name in ("english", "tagalog", "cebuano")
)  # what comes first wins
# What people type for the words of a model.
SHORT = {"average": ("avg", "ave"), "quantity": ("qty",), "number": ("no", "num"), "customer": ("cust",), "customers": ("custs", "custs."), "transaction": ("txn", "trx"), "transactions": ("txns", "trxs", "trans"),
         "revenue": ("rev",), "amount": ("amt",), "category": ("cat",), "categories": ("cats",), "department": ("dept",), "product": ("prod",), "products": ("prods",), "payment": ("pmt",)}  # fmt: skip
# Words that split by a span of time wherever they stand, and so are phrases by themselves.
GRAINS = {
    "day": "day", "daily": "day", "week": "week", "weekly": "week", "month": "month", "monthly": "month", "quarter": "quarter",
    "quarterly": "quarter", "date": "day", "year": "year", "yearly": "year", "annual": "year", "annually": "year",
    "qtr": "quarter", "qtrly": "quarter", "mo": "month", "wk": "week", "wkly": "week", "mthly": "month", "yr": "year",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a phrase may mean: a kind, the model's name for it, and for values the field and value."""

    kind: str
    ref: str
    value: Any = None
    label: str = ""
    place: Place | None = None
    capitals: str = ""


# A meaning as it is kept: kind, ref, value, label, the place's id, capitals. Few of the thousands are ever looked at.
Stored = tuple[str, str, Any, str, str, str]


@dataclass(slots=True)
class Lexicon:
    """The model's phrases by their first word, longest first, and a scope's names; meanings are made when they are met."""

    phrases: dict[str, list[tuple[list[str], list[Stored]]]]
    words: frozenset[str]
    places: Mapping[str, Place]
    names: Names

    def at(self, words: list[str], start: int) -> Iterator[tuple[int, list[Meaning]]]:
        """Every phrase that begins at a word, longest first: its length in words, and what it may mean."""
        found = {len(known): [self._meaning(*one) for one in stored]
                 for known, stored in self.phrases.get(words[start], ()) if words[start : start + len(known)] == known}  # fmt: skip
        for length, number in self.names.at(words, start):
            found.setdefault(length, []).extend(Meaning("value", *row) for row in self.names.rows(number))
        return iter(sorted(found.items(), key=lambda one: -one[0]))

    def lengths(self, words: list[str], start: int) -> Iterator[int]:
        """The lengths in words of all phrases that begin at a word."""
        if words[start] in GRAINS:
            yield 1
        for known, _ in self.phrases.get(words[start], ()):
            if words[start : start + len(known)] == known:
                yield len(known)
        for length, _ in self.names.at(words, start):
            yield length

    def begins(self, words: list[str], start: int) -> int:
        """The length in words of the longest name of several words that begins at a word; 0 where none does."""
        return max((length for length, _ in self.names.at(words, start) if length > 1), default=0)

    def knows(self, word: str) -> bool:
        """Whether a word is in any phrase or name."""
        return word in self.words or word in GRAINS or word in self.names

    @property
    def letters(self) -> str:
        """The letters that words are made of."""
        return "".join(sorted({*ascii_lowercase, *self.names.letters}))

    def _meaning(self, kind: str, ref: str, value: Any, label: str, place: str, capitals: str) -> Meaning:
        return Meaning(kind, ref, value, label, self.places.get(place), capitals)


def build(model: SemanticModel, values: ScopeValues, kept_in: Path | None = None) -> Lexicon:
    """The lexicon of one scope: plain English and the model are the same for all, the values are the scope's own."""
    plain = _phrases(model, kept_in)
    phrases: dict[str, list[tuple[list[str], list[Stored]]]] = {}
    for entry in plain:
        phrases.setdefault(entry[0][0], []).append(entry)
    for entries in phrases.values():
        if len(entries) > 1:
            entries.sort(key=lambda entry: (-len(entry[0]), entry[0]))
    places = {place.id: place for place in model.gazetteer.places}
    return Lexicon(
        phrases, frozenset(word for key, _ in plain for word in key), places, names.of(model, values, kept_in)
    )


def _phrases(model: SemanticModel, kept_in: Path | None) -> list[tuple[list[str], list[Stored]]]:
    """The phrases of the model: some thousand, so they are kept in a file."""
    kept = None
    if kept_in is not None:
        stats = [(stat.st_size, stat.st_mtime_ns) for stat in map(Path.stat, PLAIN)]
        digest = hashlib.sha256(f"{FORMAT} {model.hash} {stats}".encode()).hexdigest()
        kept = kept_in / f"lexicon-{digest[:24]}.json"
        with suppress(OSError, ValueError):  # none yet, or one that is damaged
            return json.loads(kept.read_bytes())  # type: ignore[no-any-return]
    plain = [
        (
            list(key),
            [
                (one.kind, one.ref, one.value, one.label, one.place.id if one.place else "", one.capitals)
                for one in meanings
            ],
        )
        for key, meanings in _shared(model).items()
    ]
    if kept is not None:
        sections.write(kept, json.dumps(plain, ensure_ascii=False).encode())
    return plain


@cache
def plain() -> dict[tuple[str, ...], Meaning]:
    """The plain phrases of all languages. Where two have one phrase, "may" or "no", the first language's meaning is taken."""
    import tomllib  # noqa: PLC0415 - only where no kept lexicon answers

    found: dict[tuple[str, ...], Meaning] = {}
    for path in PLAIN:
        for kind, listed in tomllib.loads(path.read_text(encoding="utf-8")).items():
            grains = listed.items() if isinstance(listed, dict) else [("", listed)]
            for grain, phrases in grains:
                for text in phrases:
                    found.setdefault(phrase(text), Meaning(kind, grain or text))
    return found


def _shared(model: SemanticModel) -> dict[tuple[str, ...], list[Meaning]]:
    """What is the same for every asker. A model's own word wins over plain ones: "promo" is what the model says it is."""
    table: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
    for text, meaning in (*_metrics(model), *_dimensions(model), *_filters(model), *_places(model)):
        _add(table, text, meaning)
        for form in _shortened(text):
            _add(table, form, meaning)
    return {**{key: [meaning] for key, meaning in plain().items()}, **table}


def _shortened(text: str) -> Iterator[str]:
    """The forms of a phrase with one of its words cut short, and of a doubled word with a 2: "sari2"."""
    words = text.lower().split()
    for at, word in enumerate(words):
        for short in SHORT.get(word, ()):
            yield " ".join([*words[:at], short, *words[at + 1 :]])
    parted = text.lower().replace("-", " ").split()
    if len(parted) > 1 and parted[0] == parted[1]:
        yield " ".join([f"{parted[0]}2", *parted[2:]])


def _add(table: dict[tuple[str, ...], list[Meaning]], text: str, meaning: Meaning) -> None:
    key = phrase(text)
    if key and meaning not in table[key]:
        table[key].append(meaning)


def _all_of(synonyms: Mapping[Any, Iterable[str]]) -> Iterator[str]:
    """A name's synonyms in every language: people mix them within a sentence."""
    return (text for texts in synonyms.values() for text in texts)


def _metrics(model: SemanticModel) -> Iterator[tuple[str, Meaning]]:
    """What can be measured, and what people ask for that cannot."""
    for metric in model.public_metrics().values():
        # "stores" alone is what figures are split by; "how many stores" is the count of them.
        names = () if metric.counts else (metric.name.replace("_", " "), metric.label)
        for text in (*names, *_all_of(metric.synonyms)):
            yield text, Meaning("metric", metric.name, label=metric.label)
    for absent in model.absent:
        for text in _all_of(absent.synonyms):
            yield text, Meaning("absent", absent.name)


def _dimensions(model: SemanticModel) -> Iterator[tuple[str, Meaning]]:
    """What figures are split by, and the values that the model says."""
    for one in model.dimensions.values():
        if one.time:
            continue
        # "weekend" says which days; only a model's own phrase ("by weekend or not") splits by it.
        label = () if one.type == "boolean" else (one.label,)
        for text in (*label, *_all_of(one.synonyms)):
            yield text, Meaning("dimension", one.name, label=one.label)
        for value in one.values if isinstance(one.values, tuple) else ():
            for text in (value.label, *_all_of(value.synonyms)):
                yield text, Meaning("value", one.name, value.value, value.label)


def _filters(model: SemanticModel) -> Iterator[tuple[str, Meaning]]:
    """Named conditions: "closed", "on promo"."""
    for one in model.filters.values():
        for text in _all_of(one.synonyms):
            yield text, Meaning("value", one.name, value=True, label=one.label)


def _places(model: SemanticModel) -> Iterator[tuple[str, Meaning]]:
    """The gazetteer, and the names in it that are better asked about."""
    for place in model.gazetteer.places:
        for text in place.names:
            yield (
                text,
                Meaning("place", place.level, place.value, place.label, place, text if text in place.capitals else ""),
            )
    for term in model.gazetteer.ask:
        yield term, Meaning("ask", term)

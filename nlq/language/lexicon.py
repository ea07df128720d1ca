"""Every phrase that nlq knows: the model's names and synonyms, its values, the places, a scope's values, and plain English."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
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

FORMAT = 10  # raise when kept lexicons of an older nlq must not be read
PLAIN = tuple(
    Path(__file__).with_name(f"{name}.toml") for name in ("english", "tagalog", "cebuano")
)  # what comes first wins
# What people type for the words of a model.
LINKERS = ("na", "nga")
SHORT = {"average": ("avg", "ave"), "quantity": ("qty",), "number": ("no", "num"), "customer": ("cust",), "customers": ("custs", "custs."), "transaction": ("txn", "trx"), "transactions": ("txns", "trxs", "trans"),
         "revenue": ("rev",), "amount": ("amt",), "category": ("cat",), "categories": ("cats",), "department": ("dept",), "product": ("prod",), "products": ("prods",), "payment": ("pmt",), "region": ("reg", "rgn"), "group": ("grp",), "groups": ("grps",), "supermarket": ("supermkt",), "supermarkets": ("supermkts",), "province": ("prov",), "provinces": ("provs",), "kailan": ("kelan",)}  # fmt: skip
# Words that split by a span of time wherever they stand, and so are phrases by themselves.
GRAINS = {
    "day": "day", "daily": "day", "week": "week", "weekly": "week", "month": "month", "monthly": "month", "quarter": "quarter",
    "quarterly": "quarter", "date": "day", "year": "year", "yearly": "year", "annual": "year", "annually": "year",
    "qtr": "quarter", "qtrly": "quarter", "mo": "month", "wk": "week", "wkly": "week", "mthly": "month", "yr": "year", "mth": "month", "yrs": "year", "mths": "month", "qtrs": "quarter", "wks": "week",
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


# A meaning as it is kept: kind, ref, value, label, the place's id, capitals.
Stored = tuple[str, str, Any, str, str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What one model and plain English say, the same for every scope: of each first word its phrases as JSON, longest first.

    They are some thousand, of which a question needs ten: only those are parsed.
    """

    by_first: dict[str, str]
    words: frozenset[str]


class Lexicon:
    """The model's phrases and a scope's names; a phrase's meanings are made when it is met."""

    def __init__(self, phrases: Phrases, places: Mapping[str, Place], names: Names) -> None:
        self.words, self.names = phrases.words, names
        self._by_first, self._places = phrases.by_first, places
        self._parsed: dict[str, dict[str, list[tuple[list[str], list[Stored]]]]] = {}

    def at(self, words: list[str], start: int) -> Iterator[tuple[int, list[Meaning]]]:
        """Every phrase that begins at a word, longest first: its length in words, and what it may mean."""
        found = {len(known): [self._meaning(*one) for one in stored] for known, stored in self._from(words, start)}
        for length, number in self.names.at(words, start):
            found.setdefault(length, []).extend(Meaning("value", *row) for row in self.names.rows(number))
        return iter(sorted(found.items(), key=lambda one: -one[0]))

    def lengths(self, words: list[str], start: int) -> Iterator[int]:
        """The lengths in words of all phrases that begin at a word."""
        if words[start] in GRAINS:
            yield 1
        for known, _ in self._from(words, start):
            yield len(known)
        for length, _ in self.names.at(words, start):
            yield length

    def begins(self, words: list[str], start: int) -> int:
        """The length in words of the longest name of several words that begins at a word; 0 where none does."""
        return max((length for length, _ in self.names.at(words, start) if length > 1), default=0)

    def knows(self, word: str) -> bool:
        """Whether a word is in any phrase or name."""
        return word in self.words or word in GRAINS or word in self.names

    def known_of(self, words: set[str]) -> set[str]:
        """Those of these words that are in any phrase or name."""
        return {*(self.words & words), *(GRAINS.keys() & words), *self.names.known_of(words)}

    @property
    def letters(self) -> str:
        """The letters that words are made of."""
        return "".join(sorted({*ascii_lowercase, *self.names.letters}))

    def _from(self, words: list[str], start: int) -> Iterator[tuple[list[str], list[Stored]]]:
        """The phrases that stand from a word on. Those that begin with it are hundreds for some words, so they are told by the second, too."""
        word = words[start]
        if word not in self._by_first:
            return
        if word not in self._parsed:
            self._parsed[word] = defaultdict(list)
            for known, stored in json.loads(self._by_first[word]):
                self._parsed[word][known[1] if len(known) > 1 else ""].append((known, stored))
        second = words[start + 1] if start + 1 < len(words) else ""
        for after in ("", second) if second else ("",):
            for known, stored in self._parsed[word].get(after, ()):
                if words[start : start + len(known)] == known:
                    yield known, stored

    def _meaning(self, kind: str, ref: str, value: Any, label: str, place: str, capitals: str) -> Meaning:
        return Meaning(kind, ref, value, label, self._places.get(place), capitals)


def build(model: SemanticModel, phrases: Phrases, values: ScopeValues, kept_in: Path | None = None) -> Lexicon:
    """The lexicon of one scope: the phrases are the same for all, the names are the scope's own."""
    return Lexicon(phrases, {place.id: place for place in model.gazetteer.places}, names.of(model, values, kept_in))


def phrases_of(model: SemanticModel, kept_in: Path | None) -> Phrases:
    """The phrases of a model, from their file or made anew."""
    stats = [(stat.st_size, stat.st_mtime_ns) for stat in map(Path.stat, PLAIN)]
    name = f"{FORMAT} {model.hash} {stats}"
    kept = None if kept_in is None else kept_in / f"lexicon-{hashlib.sha256(name.encode()).hexdigest()[:24]}.bin"
    found = None if kept is None else sections.read(kept, name)
    if found is not None:
        lines = str(found["phrases"], "utf-8").split("\n")
        return Phrases(dict(zip(lines[::2], lines[1::2], strict=True)), frozenset(str(found["words"], "utf-8").split("\n")))  # fmt: skip
    entries: dict[str, list[tuple[tuple[str, ...], list[Stored]]]] = defaultdict(list)
    for key, meanings in _shared(model).items():
        stored = [(one.kind, one.ref, one.value, one.label, one.place.id if one.place else "", one.capitals) for one in meanings]  # fmt: skip
        entries[key[0]].append((key, stored))
    by_first = {word: json.dumps(sorted(held, key=lambda one: (-len(one[0]), one[0])), ensure_ascii=False) for word, held in entries.items()}  # fmt: skip
    made = Phrases(by_first, frozenset(word for held in entries.values() for key, _ in held for word in key))
    if kept is not None:
        lines = [line for entry in by_first.items() for line in entry]
        sections.write(kept, sections.pack(name, {"phrases": "\n".join(lines).encode(), "words": "\n".join(sorted(made.words)).encode()}))  # fmt: skip
    return made


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
    """The forms of a phrase with one of its words cut short, without what ties two of them ("average na resibo"), and of a doubled word with a 2: "sari2"."""
    words = text.lower().split()
    for at, word in enumerate(words):
        if word in LINKERS and 0 < at < len(words) - 1:
            yield " ".join([*words[:at], *words[at + 1 :]])
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

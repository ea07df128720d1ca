"""What a prompt needs to know of the model and of an asker's values: what the question can need, and no more."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from nlq.language.places import choice_of
from nlq.semantics.periods import named_period
from nlq.values.query import Condition, dump

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Synonyms
    from nlq.values import ScopeValues

MOST_ENTRIES = 60  # metrics, or dimensions, that are all shown; of a larger model the nearest are
MOST_WORDS = 8
MOST_VALUES = 40
LEAST = 3  # letters of a name that is looked for
PERIODS = ("this week", "last week", "this month", "last month", "this quarter", "last quarter", "this year", "last year",
           "last 7 days", "last 30 days", "last 90 days", "last 12 months")  # fmt: skip
Span = tuple[int, int]
WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """A text as names are compared: no case, no accents, words parted by one space."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter))))


def metrics(model: SemanticModel, question: str) -> list[dict[str, Any]]:
    """The metrics, with what they are called in the three languages."""
    found = [
        {
            "name": name,
            "unit": one.unit,
            "description": one.description,
            "during": one.during,
            "words": _words(one.synonyms),
        }
        for name, one in model.public_metrics().items()
        if not one.growth  # that is a comparison, said by `compare`
    ]
    return _nearest(found, question)


def dimensions(model: SemanticModel, question: str) -> list[dict[str, Any]]:
    """The dimensions, with their values where the model lists them."""
    regions = [f"{one.value} ({one.label})" for one in model.gazetteer.places if one.level == "region"]
    found = []
    for name, one in model.dimensions.items():
        if one.time:
            continue
        listed = [known.value for known in one.values] if isinstance(one.values, tuple) else None
        found.append({"name": name, "description": one.description, "words": _words(one.synonyms),
                      "values": regions if one.place == "region" else listed})  # fmt: skip
    return _nearest(found, question)


def _words(synonyms: Synonyms) -> list[str]:
    """Some words of each language, so that none crowds out another."""
    found: list[str] = []
    for index in range(MOST_WORDS):
        found += [phrases[index] for phrases in synonyms.values() if index < len(phrases)]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def _nearest(found: list[dict[str, Any]], question: str) -> list[dict[str, Any]]:
    if len(found) <= MOST_ENTRIES:
        return found
    asked = set(fold(question).split())

    def distance(one: dict[str, Any]) -> int:
        return -len(
            asked & set(fold(" ".join([one["name"].replace("_", " "), one["description"], *one["words"]])).split())
        )

    kept = sorted(range(len(found)), key=lambda index: (distance(found[index]), index))[:MOST_ENTRIES]
    return [found[index] for index in sorted(kept)]


def values(model: SemanticModel, scope: ScopeValues, question: str) -> list[dict[str, Any]]:
    """Names of places, stores, products … that stand in the question, each as conditions over the asker's own data.

    A name inside a longer one that stands there ("Manila" in "Metro Manila") is not meant by itself.
    """
    text = f" {fold(question)} "
    found: list[tuple[set[Span], dict[str, Any]]] = []
    fields = {one.place for one in model.dimensions.values() if one.place}
    for place in model.gazetteer.places:
        where = _stands(text, (place.label, *place.names)) if place.level in fields else set()
        if where:
            one = choice_of(model, scope, place)
            terms = dump(one.condition.all or (one.condition,))
            found.append((where, {"name": one.label, "where": terms, "has_data": one.has_data}))
    for name, known in scope.items():
        for entry in known if not model.dimensions[name].place else ():
            where = _stands(text, (entry.label,))
            if where:
                terms = dump((Condition(field=name, op="=", values=(entry.id,)),))
                found.append((where, {"name": entry.label, "where": terms, "has_data": True}))
    every = set().union(*(where for where, _ in found)) if found else set()
    return [entry for where, entry in found if any(not _inside(span, every) for span in where)][:MOST_VALUES]


def _stands(text: str, names: Iterable[str]) -> set[Span]:
    """Where in a folded text any of these names stands as words."""
    found = set()
    for name in map(fold, names):
        at = text.find(f" {name} ") if len(name) >= LEAST else -1
        while at >= 0:
            found.add((at, at + len(name)))
            at = text.find(f" {name} ", at + 1)
    return found


def _inside(span: Span, others: set[Span]) -> bool:
    return any(one != span and one[0] <= span[0] and span[1] <= one[1] for one in others)


def resolve(model: SemanticModel, scope: ScopeValues, field: str, value: Any) -> Any:
    """A value as the data has it: itself where it is known, else what has that name.

    Raises:
        LookupError: nothing known is called so; the message names what is near.
    """
    one = model.dimensions.get(field)
    if one is None or not isinstance(value, str):
        return value
    known: dict[str, Any] = {}
    if one.place:
        for place in model.gazetteer.places:
            if place.level == one.place:
                said = choice_of(model, scope, place).condition
                found = (said.all[0] if said.all else said).values[0]
                known |= {fold(name): found for name in (*place.names, place.label, str(place.value))}
    for entry in scope.get(field, ()):
        known.setdefault(fold(entry.label), entry.id)
        known[fold(entry.id)] = entry.id
    for listed in one.values if isinstance(one.values, tuple) else ():
        known |= {fold(listed.label): listed.value, fold(str(listed.value)): listed.value}
    if not known or fold(value) in known:
        return known.get(fold(value), value)
    near = get_close_matches(fold(value), list(known), n=3)
    raise LookupError(f"{field} has no value {value!r}" + (f"; near are {', '.join(near)}" if near else ""))


def periods(as_of: date) -> list[tuple[str, str]]:
    """The common periods, as the calendar of nlq has them."""
    found = [("today", f"{as_of} to {as_of}")]
    for name in PERIODS:
        relative = named_period(name)
        if relative is not None:
            dates = relative.resolve(as_of)
            found.append((name, f"{dates.start} to {dates.end}"))
    return found


def tables(model: SemanticModel, names: Iterable[str]) -> list[dict[str, Any]]:
    """The tables that SQL for these subjects may need: those named or that hold a field named so; else every one that may be read."""
    wanted = {fold(name) for name in names}
    chosen = {name for name in model.tables if fold(name) in wanted}
    chosen |= {one.table for name, one in model.dimensions.items() if {fold(name), fold(one.label)} & wanted}
    for name, metric in model.public_metrics().items():
        if {fold(name), fold(metric.label)} & wanted:
            chosen |= model.base_tables(name)
    if chosen:  # and what they are joined to, so that names can be shown
        chosen |= {join.to for join in model.joins if join.from_ in chosen}
    return [
        {"name": name, "description": one.description, "grain": one.grain, "valid": bool(one.valid),
         "columns": [f"{column} {kind.type}" for column, kind in one.columns.items() if not kind.mask]}
        for name, one in model.tables.items()
        if one.policy is not None and (not chosen or name in chosen)
    ]  # fmt: skip


def joins(model: SemanticModel, names: Iterable[str]) -> list[str]:
    """The declared joins between these tables, in words."""
    kept = set(names)
    return [
        f"{one.from_} to {one.to} on "
        + " and ".join(f"{one.from_}.{mine} = {one.to}.{theirs}" for mine, theirs in one.on.items())
        for one in model.joins
        if {one.from_, one.to} <= kept
    ]

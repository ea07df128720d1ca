"""A name of a place, resolved: one place, one with another choice beside it, or a question back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nlq.language.tokens import phrase
from nlq.values.query import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlq.language.match import Span
    from nlq.semantics.model import Place, SemanticModel
    from nlq.values import KnownValue, ScopeValues

Level = Literal["city", "province", "region", "island_group"]
ORDER = ("island_group", "region", "province", "city")
LONGEST_CODE = 4  # letters: R04B, BARMM is a name

PLACES = "place"  # all levels of place, as one kind of thing


@dataclass(frozen=True, slots=True)
class Choice:
    """One place that a name may mean, as a condition over the data."""

    place: Place
    condition: Condition
    has_data: bool

    @property
    def label(self) -> str:
        """The place as it is told from others of its name: "Cebu province", "Cebu City, Cebu", "Region IX, Zamboanga Peninsula (region)"."""
        place, level = self.place, self.place.level.replace("_", " ")
        if level == "province":
            return f"{place.label} {level}"
        if level != "city":
            return f"{', '.join((place.label, *self._other_name()))} ({level})"
        called = next((name for name in place.names if name == f"{place.label} City"), f"{place.label} (city)")
        return f"{called}, {place.province}" if place.province else called

    def _other_name(self) -> list[str]:
        """The first name of a place that is no code, and does not say its label over again."""
        said = {word.lower() for word in self.place.label.split()}
        names = [name for name in self.place.names if len(name) > LONGEST_CODE and not said <= set(name.lower().split())]  # fmt: skip
        return names[:1]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The choice taken, the others; with `ask` it is better to ask."""

    taken: Choice
    others: tuple[Choice, ...] = ()
    ask: bool = False


def resolve(model: SemanticModel, values: ScopeValues, span: Span, level: str | None) -> Resolved:
    """What a place's name means for an asker.

    A bare name that is a province and one of its cities is the province. Names in different regions are asked about where
    the asker has data in two of them. `level` is what stands beside the name ("Cebu province"), if anything does.
    """
    places = _candidates(model, span)
    if level is not None and any(place.level == level for place in places):
        places = [place for place in places if place.level == level]
    choices = [choice_of(model, values, place) for place in places]
    strong = [one for one in choices if not _weak(one.place, span)] or choices
    if len(strong) == 1:
        return Resolved(strong[0], tuple(one for one in choices if one is not strong[0]))
    listed = any(meaning.kind == "ask" for meaning in span.meanings) and level is None
    seen = [one for one in strong if one.has_data]
    if not seen:
        return Resolved(_widest(strong))
    if len(seen) == 1:
        return Resolved(seen[0], tuple(one for one in strong if one is not seen[0]))
    regions = {one.place.region for one in seen}
    taken = _widest(seen)
    others = tuple(one for one in seen if one is not taken)
    return Resolved(taken, others, ask=listed or len(regions) > 1)


def _candidates(model: SemanticModel, span: Span) -> list[Place]:
    """The places that a span's name may mean, without repetition."""
    by_id = {place.id: place for place in model.gazetteer.places}
    found: dict[str, Place] = {}
    for meaning in span.meanings:
        if meaning.kind == "ask":
            found |= {ident: by_id[ident] for ident in model.gazetteer.ask[meaning.ref]}
        elif meaning.place is not None:
            found.setdefault(meaning.place.id, meaning.place)
    return list(found.values())


def _weak(place: Place, span: Span) -> bool:
    """Whether the name is one that the place hardly ever goes by (plain Quezon for Quezon City)."""
    said = phrase(span.text)
    return any(phrase(name) == said for name in place.weak)


def _widest(choices: list[Choice]) -> Choice:
    return min(choices, key=lambda one: (ORDER.index(one.place.level), one.place.id))


def choice_of(model: SemanticModel, values: ScopeValues, place: Place) -> Choice:
    """A place as a condition, in the spelling that the data has."""
    fields: dict[Level, str] = {one.place: name for name, one in model.dimensions.items() if one.place}
    field = fields[place.level]
    known = values.get(field, ())
    if place.level in ("region", "island_group"):
        return Choice(place, _equal(field, place.value), _any_in(model, values, place))
    if place.level == "province":
        match = [one for one in known if one.id == place.value]
        return Choice(place, _equal(field, place.value), bool(match))
    names = {phrase(name) for name in (*place.names, place.label)}
    here = [one for one in known if phrase(one.label) in names and _lies(one, place, fields)]
    value = here[0].id if here else place.value
    same = [one for one in known if one.id == value]
    condition = _equal(field, value)
    if len(same) > 1 and place.province is not None and "province" in fields:
        condition = Condition(all=(condition, _equal(fields["province"], place.province)))
    return Choice(place, condition, bool(here))


def _lies(one: KnownValue, place: Place, fields: Mapping[Level, str]) -> bool:
    region = fields.get("region")
    return region is None or one.within.get(region, place.region) == place.region


def _any_in(model: SemanticModel, values: ScopeValues, place: Place) -> bool:
    """Whether any known value lies in a region."""
    regions = {one.name for one in model.dimensions.values() if one.place == "region"}
    return any(values.any_within(region, place.value) for region in regions)


def _equal(field: str, value: str) -> Condition:
    return Condition(field=field, op="=", values=(value,))


def contains(outer: Place, inner: Place) -> bool:
    """Whether a place lies in another one: a city in its province, both in their region."""
    if outer.level == "region":
        return inner.level in ("city", "province") and inner.region == outer.value
    return outer.level == "province" and inner.level == "city" and inner.province == outer.value


def family(model: SemanticModel, name: str) -> str:
    """What a field is of, where all levels of place are one: another place is instead of the one before."""
    known = model.dimensions.get(name)
    return PLACES if known is not None and known.place else name


def fields_of(model: SemanticModel, name: str) -> set[str]:
    """The fields of a condition's field: of a named condition those that it is on, "cashless" being one on how it was paid."""
    known = model.filters.get(name)
    return {field for term in known.where for field in term.fields()} if known is not None else {name}


def families(model: SemanticModel, condition: Condition) -> set[str]:
    """What a condition is of, as `family` has it."""
    return {family(model, field) for name in condition.fields() for field in fields_of(model, name)}


def above(model: SemanticModel, name: str) -> set[str]:
    """The dimensions that one lies in, level by level: of a city its province, and so on."""
    found, one = set[str](), model.dimensions.get(name)
    while one is not None and one.parent is not None and one.parent not in found:
        found.add(one.parent)
        one = model.dimensions.get(one.parent)
    return found

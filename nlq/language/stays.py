"""The conditions of a query that stay in a change of it: what is of another kind, what more is named beside, what is set against it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language.draft import HELD, Stop
from nlq.values import Refusal
from nlq.values.query import Condition, Segment

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.values.query import SemanticQuery

PLACES = "place"  # all levels of place are one family: another place is instead of the one before
NATIONWIDE = frozenset(("nationwide", "nationally", "countrywide", "everywhere"))
WHOLE = ("buong pilipinas", "buong pinas", "sa buong pinas", "sa buong pilipinas", "whole country", "the whole country", "tibuok nasud", "all regions", "pinas", "sa pinas")  # fmt: skip


def is_of_all_places(span: Span) -> bool:
    """Whether words say that no place is meant more than another."""
    said = span.text.lower()
    return said in WHOLE or not NATIONWIDE.isdisjoint(said.split())


class Stays:
    """What stays of one query's conditions."""

    def __init__(self, composer: Composer, last: SemanticQuery) -> None:
        self.composer, self.last = composer, last
        self.named: tuple[Condition, ...] = ()  # the conditions that are named now

    def _family(self, condition: Condition) -> set[str]:
        found = set()
        for name in condition.fields():
            known = self.composer.model.dimensions.get(name)
            found.add(PLACES if known is not None and known.place else name)
        return found

    def where(self, dimensions: list[str], *, set_against: bool, adding: bool) -> tuple[tuple[Condition, ...], tuple[Segment, ...], list[str]]:  # fmt: skip
        """The conditions of before, but for those that are of what is named now; what is left out now is so beside the rest.

        With them the parts that are set against each other, and what is split by. `set_against`: two that are named now are.

        Raises:
            Stop: something is set against nothing.
        """
        named = () if set_against else self.composer.where()
        if adding:
            named = tuple(self._with_those_before(one) for one in named)
        mine: set[str] = set().union(*(self._family(one) for one in named if one.op != "not_in")) if named else set()
        if any(is_of_all_places(one) for one in self.composer.spans):
            mine.add(PLACES)
        self.named = named
        kept = tuple(one for one in self.last.where if not mine & self._family(one) and one not in named)
        where = (*kept, *named)
        if named and self.composer.draft.versus and not self.composer.draft.whens:
            return self._opposed(where, dimensions)
        return where, self.last.segments, dimensions

    def _with_those_before(self, condition: Condition) -> Condition:
        """A condition with the values of the one that was there: "also minimarts"."""
        old = next((one for one in self.last.where if one.field == condition.field and one.op in HELD), None)
        if old is None or condition.op not in HELD:
            return condition
        return replace(condition, op="in", values=tuple(dict.fromkeys((*old.values, *condition.values))))

    def _opposed(self, where: tuple[Condition, ...], dimensions: list[str]) -> tuple[tuple[Condition, ...], tuple[Segment, ...], list[str]]:  # fmt: skip
        """What is named now set against what was there: "vs Cebu" after a figure of Bohol.

        Raises:
            Stop: nothing of its kind was there, or it is not one thing.
        """
        old = [one for one in self.last.where if one not in where]
        if len(self.named) != 1 or len(old) != 1 or self.last.segments or self.named[0].op not in HELD or old[0].op not in HELD:  # fmt: skip
            raise Stop(Refusal("out_of_scope", "against what? Name both: NCR vs Cebu"))
        self.composer.draft.versus = False
        new, rest = self.named[0], tuple(one for one in where if one not in self.named)
        known = self.composer.model.dimensions.get(new.field or "")
        if new.field == old[0].field and known is not None and known.type == "string":
            both = Condition(field=new.field, op="in", values=tuple(dict.fromkeys((*old[0].values, *new.values))))
            return (*rest, both), (), list(dict.fromkeys([str(new.field), *dimensions]))
        return rest, tuple(Segment(self._called(one), (one,)) for one in (old[0], new)), dimensions

    def _called(self, condition: Condition) -> str:
        """What a part is called that a condition makes."""
        known = self.composer.model.dimensions[str(condition.field)]
        if known.type == "boolean":
            return ("" if condition.values == (True,) else "not ") + (known.label or known.name).lower()
        return " or ".join(str(one) for one in condition.values)

    def split_again(self, where: tuple[Condition, ...], dimensions: list[str]) -> tuple[Condition, ...]:
        """A split by what had been one value alone is over all of them: "by store type" after a figure of supermarkets."""
        new = [name for name in dimensions if name not in self.last.dimensions]
        return tuple(
            one
            for one in where
            if one in self.named or one.field not in new or one.op not in HELD or len(one.values) > 1
        )

    def beside(self, where: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """These, and those before that are of another kind."""
        mine: set[str] = set().union(*(self._family(one) for one in where)) if where else set()
        return (*(one for one in self.last.where if not mine & self._family(one)), *where)

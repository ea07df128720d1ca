"""The conditions of a query that stay in a change of it: what is of another kind, what more is named beside, what is set against it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import apart
from nlq.language.draft import ALL, HELD, SILENT, VALUES, WHATEVER, Stop
from nlq.language.places import PLACES, choice_of, contains, families, family, fields_of
from nlq.language.tokens import phrase
from nlq.values import Refusal
from nlq.values.query import Condition, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import SemanticQuery

LEAVING = ("leave", "take", "keep", "now leave", "now take")
OUT = ("out", "off", "away")
EVERY = ALL | WHATEVER | {"every"}
BACK = frozenset(("back", "ibalik", "balik", "pabalik"))
AND = ("and", "or", "nor", "at", "ug", "&", "tsaka", "saka", "at saka", "pati", "pati na")
KEPT = frozenset(("keep", "retain", "restore"))  # "actually keep dairy", which was left out
RESTORED = frozenset(("put", "bring", "add", "ibalik", "pabalik"))  # "back to NCR" is of it alone
DROPPING = frozenset(("drop", "scratch", "remove", "lose", "clear", "forget", "scrap", "tanggalin", "tanggalan", "alisin", "tangtanga", "kuhaa", "kalimtan", "kalimutan", "wag", "huwag"))  # fmt: skip
TAKEN_OUT = frozenset(("tanggalin", "tanggal", "alisin", "tangtanga", "kuhaa"))
UNDONE = DROPPING | {"ignore", "kalimti", "ayaw", "without", "no", "not", "hindi", "di", "dili"}
FILTER = ("filter", "filters", "condition", "the filter", "part", "bit", "restriction", "na filter")
ONE_IN = re.compile(r"\b(?:yung|ung|ang|kadtong|katong|one) (?:sa|nasa|naa sa|in)\b")
NATIONWIDE = frozenset(("nationwide", "nationally", "countrywide", "everywhere"))
WHOLE = ("buong pilipinas", "buong pinas", "sa buong pinas", "sa buong pilipinas", "whole country", "the whole country", "tibuok nasud", "all regions", "pinas", "sa pinas", "buong bansa", "sa buong bansa", "tibuok nasod", "sa tibuok nasod", "sa tibuok nasud", "sa tibuok pilipinas")  # fmt: skip


def is_of_all_places(span: Span) -> bool:
    """Whether words say that no place is meant more than another."""
    said = span.text.lower()
    return said in WHOLE or not NATIONWIDE.isdisjoint(said.split())


def _contradicts(model: SemanticModel, old: Condition, named: tuple[Condition, ...]) -> bool:
    """Whether what a condition holds is left out now: "and if not on weekends" after a figure of weekends, "how many have closed" after those that are open."""
    if any(apart.refused(model, (old, one)) for one in named if {old.field, one.field} & {*model.filters}):
        return True
    return old.op in HELD and any(one.field == old.field and one.op == "not_in" and set(old.values) <= set(one.values) for one in named)  # fmt: skip


class Stays:
    """What stays of one query's conditions."""

    def __init__(self, composer: Composer, last: SemanticQuery, earlier: Sequence[SemanticQuery]) -> None:
        self.composer, self.last, self.earlier = composer, last, earlier
        self.named: tuple[Condition, ...] = ()  # the conditions that are named now
        self.levels: set[str] = set()  # the levels of places of which all are to be there again

    def _family(self, condition: Condition) -> set[str]:
        return families(self.composer.model, condition)

    def dropped(self) -> bool:
        """Whether what is named is to go: "drop the weekends", "remove the NCR filter", "tanggalin ang Cebu". The words that say so are read."""
        spans = self.composer.spans
        first = next((one for one in spans[:2] if one.text.lower() in LEAVING), None)
        if first is not None and any(one.kind in VALUES for one in spans):
            out = next((one for one in spans if one.text.lower() in OUT), None)
            beside = [one for one in spans if one.text.lower() in FILTER]  # "take out the card filter"
            for one in (first, out, *beside) if out is not None else ():
                one.kind, one.role = "filler", "filter"
            return out is not None  # "leave Luzon out", "take out cash"
        at = next((place for place, one in enumerate(spans) if one.kind != "filler"), 0)
        self._drop_first(at)
        rest = [one for one in spans[at + 1 :] if one.text.lower() not in FILTER]
        fell = bool(spans[at + 1 :]) and spans[at + 1].text.lower() in ("in", "of", "sa")  # "drop in Visayas"
        fell = fell or (bool(rest) and rest[0].comma)  # "wag na, Negros na lang": never mind
        if fell or spans[at].text.lower().split()[0] not in DROPPING or not any(one.kind in VALUES for one in rest):
            return False
        later = next((place for place, one in enumerate(rest) if one.comma and one.kind not in VALUES), len(rest))
        if any(one.kind in VALUES for one in rest[later:]):  # "forget paydays, do sundays"
            raise Stop(Refusal("out_of_scope", "what is to go, and what is to come instead? Say one of them at a time"))
        for one in (spans[at], *(one for one in spans[at + 1 :] if one.text.lower() in FILTER)):
            one.kind, one.role = "filler", "filter"
        for before, one in pairwise(spans):  # "drop the dairy filter, I want all products"
            if one.kind == "dimension" and EVERY.intersection(before.text.lower().split()):
                one.kind, one.role = "filler", "filter"
        return True

    def _drop_first(self, at: int) -> None:
        """Put a verb that ends what is to go where it would begin it: "pati frozen tanggalin", "ang NCR alisin mo"."""
        spans = self.composer.spans
        last = max((place for place, one in enumerate(spans) if one.kind not in SILENT or one.text.lower().split()[0] in TAKEN_OUT), default=0)  # fmt: skip
        between = all(one.kind in (*VALUES, *SILENT, "and", "preposition") for one in spans[at:last])
        if last > at and between and spans[last].text.lower().split()[0] in TAKEN_OUT:
            spans.insert(at, spans.pop(last))

    def brought_back(self) -> set[str] | None:
        """Of which kinds all are to be there again, "back to all regions"; none, where it is values that were left out, "put cash back". The words are read.

        None where nothing is.
        """
        spans, draft = self.composer.spans, self.composer.draft
        marks = [one for one in spans if BACK.intersection(one.text.lower().split())]
        if any(one.op == "not_in" for one in self.last.where):
            marks = marks or [one for one in spans if one.text.lower().split()[-1] in KEPT]
        gone = {one.field for one in self.last.where if one.op == "not_in" and one.query is not None}
        left_out = any(one.op == "not_in" for query in (self.last, *self.earlier) for one in query.where)
        if marks and left_out and any(one.kind == "reference" and one.text.lower() in ("it", "them") for one in spans):
            raise Stop(Refusal("out_of_scope", "what is to be there again? Name it, or go back a step"))
        rest = [
            one for one in spans if one not in marks and one.kind not in ("filler", "preposition", "followup", "and")
        ]
        if not marks or not rest or any(one.kind not in (*VALUES, "dimension", "unknown") for one in rest):
            return None
        nouns = [one for one in rest if one.kind == "dimension"]
        if any(one.ref_of in gone for one in nouns):
            raise Stop(Refusal("out_of_scope", "what is to be there again? Name it, or go back a step"))
        every = any(EVERY.intersection(one.text.lower().split()) for one in spans)
        named = [one for one in rest if one.kind in VALUES]
        if (
            bool(nouns) == bool(named)
            or (nouns and not every)
            or any(one.kind == "unknown" and one.text.lower() != "put" for one in rest)
        ):
            return None
        words = {word for one in spans for word in one.text.lower().split()}
        inside = any(
            "back" in one.text.lower().split() and after.text.lower() == "in" for one, after in pairwise(spans)
        )
        if named and not inside and (RESTORED | KEPT).isdisjoint(words):
            for one in marks:
                one.kind, one.role = "filler", "filter"
            return None
        for one in (*marks, *nouns, *(one for one in rest if one.kind == "unknown")):
            one.kind, one.role = "filler", "filter"
        draft.loose[:] = [one for one in draft.loose if one not in nouns]
        known = self.composer.model.dimensions
        split = [name for name in self.last.dimensions if name in known and known[name].place]
        if len(nouns) == len(split) == 1 and known[nouns[0].ref_of].place and nouns[0].ref_of not in split:
            draft.dimensions.append(nouns[0].ref_of)  # by city, then "back to all regions"
        self.levels = {one.ref_of for one in nouns if known[one.ref_of].place}
        return {family(self.composer.model, name) for one in nouns for name in self._kinds(one.ref_of)}

    def _kinds(self, name: str) -> set[str]:
        """A thing, and what its kinds are called: all stores are of all store types."""
        return {name, *(other for other, one in self.composer.model.dimensions.items() if one.kind_of == name)}

    def unsplit(self) -> set[str]:
        """What the query before was split by, and is not to be: "forget the region", "wag na by month". The words are read."""
        spans, found = self.composer.spans, set()
        for at, one in enumerate(spans):
            if one.kind == "followup" or one.text.lower().split()[0] not in UNDONE:  # "no, I meant by region"
                continue
            rest = [other for other in spans[at + 1 :] if other.kind not in SILENT and other.kind != "by"]
            name = self.composer.walker.name(rest[0]) if rest and rest[0].kind in ("dimension", "grain") else ""
            name = name if name in self.last.dimensions else f"{name}_of_week"  # "by hour, not by day"
            if name in self.last.dimensions:
                found.add(name)
                last = next(place for place, other in enumerate(spans) if other is rest[0])
                for other in spans[at : last + 1]:
                    other.kind, other.role = "filler", "grouping"
        return found

    def freed(self) -> set[str]:
        """What figures are of all again, which were of one or a few: "by province, sari-sari", "ok all store types, and top 2". The words are read."""
        spans = self.composer.spans
        held = {str(one.field) for one in self.last.where if one.op in HELD}.difference(self.last.dimensions)
        found: set[str] = set()
        for at, one in enumerate(spans):
            before = spans[max(0, at - 2) : at]
            every = [other for other in before if EVERY.intersection(other.text.lower().split())]
            whole = one.kind == "dimension" and bool(every) and bool(self.last.dimensions)
            of_it = {name for name in held if self._kinds(one.ref_of) & fields_of(self.composer.model, name)} if whole else set()  # fmt: skip
            if one.kind == "grain" and one.ref == "day" and every:  # "lahat ng araw", behind paydays
                of_it = {name for name in held if self.composer.model.is_of_days(name)}
            if of_it:
                found |= of_it
                back = [other for other in spans if BACK.intersection(other.text.lower().split())]
                for other in (one, *every, *back):
                    other.kind, other.role = "filler", "filter"
        return found

    def with_these(self, families: set[str]) -> tuple[Condition, ...]:
        """The conditions of before without those on a kind of things that all are to be there of; or without a value's being left out.

        Raises:
            Stop: what is to be there again was not left out.
        """
        where = tuple(one for one in self.last.where if not families & self._family(one))
        if families:
            return (*where, *self._places_before()) if self.levels else where
        found, new = list(where), list[Condition]()
        for named in self.composer.where():
            old = next((one for one in found if one.field == named.field and one.op == "not_in" and set(one.values) >= set(named.values)), None)  # fmt: skip
            if old is None:
                new.append(self._as_before(named))
                continue
            left = tuple(value for value in old.values if value not in named.values)
            found[found.index(old) : found.index(old) + 1] = [replace(old, values=left)] if left else []
        if found == list(where) and new == list(self.composer.where()):
            raise Stop(Refusal("out_of_scope", "that was not left out before: say what is to be shown"))
        mine: set[str] = set().union(*map(self._family, new))
        return (*(one for one in found if not mine & self._family(one)), *new)

    def _as_before(self, named: Condition) -> Condition:
        """What is named, with the rest of those among which it was before it was taken out: of Cavite, Laguna and Batangas."""
        held = [one for one in self.last.where if one.field == named.field and one.op in HELD]
        together = {*named.values, *(value for one in held for value in one.values)}
        listed = [one for query in self.earlier for one in query.where if one.field == named.field and one.op == "in" and set(one.values) >= together]  # fmt: skip
        if len(held) != 1 or named.op not in HELD or not listed:
            return named
        return replace(listed[-1], values=tuple(value for value in listed[-1].values if value in together))

    def come_back(self) -> bool:
        """Whether all that is named now was left out before: "gawas sa bugas", then "apila ang bugas"."""
        named = self.composer.where()
        return bool(named) and all(any(one.field == old.field and old.op == "not_in" and set(one.values) <= set(old.values) for old in self.last.where) for one in named)  # fmt: skip

    def _places_before(self) -> tuple[Condition, ...]:
        """The places that figures were of before one of these levels was named: "per city sa Laguna", "Santa Rosa lang", then "balik sa lahat ng city"."""
        if not self.levels & {name for one in self.last.where for name in one.fields()}:
            return ()
        for query in reversed(self.earlier):
            places = tuple(one for one in query.where if PLACES in self._family(one))
            if not self.levels & {name for one in places for name in one.fields()}:
                return places
        return ()

    def without(self) -> tuple[Condition, ...]:
        """The conditions of before without what is named now; what none of them held is left out of all."""
        where = list(self.last.where)
        for named in self.composer.where():
            old = next(
                (
                    one
                    for one in where
                    if one.field == named.field and one.op in HELD and set(one.values) >= set(named.values)
                ),
                None,
            )
            if old is None or named.op not in HELD:
                where.append(replace(named, op="not_in") if named.op in HELD else named)
                continue
            left = tuple(value for value in old.values if value not in named.values)
            where[where.index(old) : where.index(old) + 1] = [replace(old, op="in", values=left)] if left else []
        return tuple(where)

    def where(self, dimensions: list[str], *, set_against: bool, adding: bool) -> tuple[tuple[Condition, ...], tuple[Segment, ...], list[str]]:  # fmt: skip
        """The conditions of before, but for those that are of what is named now; what is left out now is so beside the rest.

        With them the parts that are set against each other, and what is split by. `set_against`: two that are named now are.

        Raises:
            Stop: something is set against nothing.
        """
        named = () if set_against else self.composer.where()
        self._check_one_in(named)
        named = self._left_out_too(named)
        rest = [one for one in named if adding and any(apart.is_the_rest(self.composer.model, old, one) for old in self.last.where)]  # fmt: skip
        if adding and not self.come_back():
            named = tuple(self._with_those_before(one) for one in named)
        mine: set[str] = set().union(*(self._family(one) for one in named if one.op != "not_in")) if named else set()
        if any(is_of_all_places(one) for one in self.composer.spans):
            mine.add(PLACES)
        self.named = named
        kept = tuple(one for one in self.last.where if (not mine & self._family(one) or self._is_the_whole(one) or self._is_shared(one)) and one not in named and not _contradicts(self.composer.model, one, named))  # fmt: skip
        where = (*kept, *(one for one in named if one not in rest))  # "bukas pa", then "pati mga sarado": all
        if named and self.composer.draft.versus and not self.composer.draft.whens:
            return self._opposed(where, dimensions)
        return where, self.last.segments, dimensions

    def _is_the_whole(self, old: Condition) -> bool:
        """Whether a place of before is the whole of which one that lies in it is asked for the part: "Visayas only", then "what % is Central Visayas"."""
        share = any(one.kind == "share" for one in self.composer.spans)
        outer = apart.places(self.composer.model, old) if share and old.op in HELD else []
        inner = [place for one in self.named for place in apart.places(self.composer.model, one)]
        return (
            bool(outer)
            and bool(inner)
            and old.field not in {one.field for one in self.named}
            and all(any(whole.id == part.id or contains(whole, part) for whole in outer) for part in inner)
        )

    def _is_shared(self, old: Condition) -> bool:
        """Whether a named condition is the whole of which a part is asked for: of what is not cash Maya's share."""
        return self.last.share is not None and old.field in self.composer.model.filters

    def _check_one_in(self, named: tuple[Condition, ...]) -> None:
        """Refuse all of a place for "the one in" it, where one that lies in it was asked for: "benta sa Naga", then "yung sa CamSur".

        Raises:
            Stop: that is said.
        """
        if not ONE_IN.search(" ".join(one.text.lower() for one in self.composer.spans)):
            return
        new, old = ([place for one in where for place in apart.places(self.composer.model, one)] for where in (named, self.last.where))  # fmt: skip
        if any(contains(outer, inner) for outer in new for inner in old):
            raise Stop(Refusal("out_of_scope", f"is all of {new[0].label} meant, or the place in it? Name it with where it lies"))  # fmt: skip

    def _left_out_too(self, named: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """These, left out as others of their kind are: "without snacks", then "and dairy"."""
        said = [one for one in self.composer.spans if one.kind not in ("filler", "preposition")]
        alone = (
            bool(said) and said[0].text.lower() in AND and all(one.kind in ("and", "value", "place") for one in said)
        )
        left = {one.field for one in self.last.where if one.op == "not_in" and one.query is None}
        if not alone or not named or any(one.field not in left or one.op not in HELD for one in named):
            return named
        self.composer.assume("left out as well", {})
        return tuple(replace(one, op="not_in") for one in named)

    def _with_those_before(self, condition: Condition) -> Condition:
        """A condition with the values of the one that was there: "also minimarts"."""
        old = next((one for one in self.last.where if one.field == condition.field and one.op in HELD), None)
        if (
            old is None
            and condition.op in HELD
            and any(one.field == condition.field and one.op == "not_in" for one in self.last.where)
        ):
            raise Stop(Refusal("out_of_scope", "is that left out too, or is it what is meant? Say which"))
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

    def level(self) -> str | None:
        """The level of a place that was taken for another one: "the city, that is"."""
        draft, known = self.composer.draft, self.composer.model.dimensions
        one = draft.loose[0] if len(draft.loose) == 1 and not draft.dimensions else None
        level = known[one.ref_of].place if one is not None and one.ref_of in known else None
        if one is None or level is None or self._namesake(level) is None:
            return None
        one.role = "level"
        draft.loose.clear()
        return level

    def _namesake(self, level: str) -> tuple[Condition, Condition] | None:
        """A condition on a place, and that on the place of the same name at another level."""
        known = self.composer.model.gazetteer.places
        for condition in self.last.where:
            field = self.composer.model.dimensions.get(condition.field or "")
            if field is None or field.place in (None, level) or len(condition.values) != 1 or condition.op not in ("=", "in"):  # fmt: skip
                continue
            here = [one for one in known if one.level == field.place and one.value == condition.values[0]]
            names = {phrase(name) for one in here for name in (*one.names, one.label)}
            others = [one for one in known if one.level == level and names & {phrase(name) for name in (*one.names, one.label)}]  # fmt: skip
            if here and len(others) == 1:
                return condition, choice_of(self.composer.model, self.composer.values, others[0]).condition
        return None

    def at_level(self, where: tuple[Condition, ...], level: str) -> tuple[Condition, ...]:
        """These, with the place of the same name at this level instead."""
        pair = self._namesake(level)
        assert pair is not None  # noqa: S101 - asked before
        return tuple(pair[1] if one == pair[0] else one for one in where)

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

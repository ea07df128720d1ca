"""What stands beside a word, and belongs to it: the level of a place ("Cebu province"), the other values of a list ("NCR, Cebu and Bohol")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language import places
from nlq.language.draft import SILENT, VALUES, Stop
from nlq.language.ordering import is_plural
from nlq.language.relations import alike
from nlq.values import Refusal

if TYPE_CHECKING:
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

PARTICLES = ("ba", "man", "po", "ra", "lang", "naman")  # that stand behind the first of two
EITHER = ("or", "o", "at/o", "and/or")


class Beside:
    """Looks around in the spans of one question."""

    def __init__(self, model: SemanticModel, spans: list[Span]) -> None:
        self.model, self.spans = model, spans
        self.added: list[Span] = []  # values that were added to the list before them

    def level(self, index: int) -> str | None:
        """The level of place that stands beside a name: "Cebu province", "the region of Davao"."""
        for one in self._neighbours(index):
            if one.kind == "dimension" and not self._is_grouped(one) and not self._of_several(self._at(one)) and not self._is_asked(one):  # fmt: skip
                level = self.model.dimensions[one.ref_of].place
                if level and any(
                    meaning.ref == level for meaning in self.spans[index].meanings if meaning.kind == "place"
                ):
                    return level
                listed = self.model.gazetteer.ask.get(self.spans[index].ref_of, ())
                if level and self.spans[index].kind == "ask" and any(ident.startswith(level) for ident in listed):
                    return level
        return None

    def describes(self, index: int) -> bool:
        """Whether a noun only says what the value beside it is ("Snacks category", "NCR region")."""
        name = self.spans[index].ref_of
        level = self.model.dimensions[name].place if name in self.model.dimensions else None
        time = self.model.time_dimension
        if level and self._is_asked(self.spans[index]):
            return False
        for one in self._neighbours(index):
            if one.kind == "value" and any(meaning.ref == name for meaning in one.meanings):
                return True
            if self.spans[index].ref == "day" and time is not None and self._of_days(one, time.table):
                return True  # "the days that are Sundays"
            if level and one.kind in ("place", "ask") and self._level_fits(one, level):
                return not self._of_several(index)
        return False

    def joined(self, index: int) -> bool:
        """Whether a value is in a list with the one before it ("NCR, Cebu and Bohol"). A comma before a value of another kind narrows.

        Raises:
            Stop: "and" stands between values of different kinds, and may say both, or either.
        """
        if any(one is self.spans[index] for one in self.added) or self._side_by_side(index) or self._only_a_list(index):
            return True
        if self.spans[index].comma:
            listed = index > 0 and self.spans[index - 1].kind in (*VALUES, "dimension")
            return listed and self._alike(index, index - 1)
        tie = index - 1 - self._again(index - 1)
        before = tie - 1 - (tie > 1 and self.spans[tie - 1].text.lower() in PARTICLES)  # "weekdays ba or weekends"
        if before < 0 or self.spans[before].kind not in (*VALUES, "dimension"):
            return False
        word = self.spans[tie].text.lower()
        if self.spans[tie].kind != "and" and word != "at":
            return False
        if self._alike(index, before) or (word in EITHER and self.spans[before].kind in VALUES):
            return True
        if self._left_out(before):
            return True  # "excluding weekends and holidays" leaves out both
        if self.spans[tie].kind == "and" and self.spans[before].kind in VALUES:
            one, other = self.spans[before].text, self.spans[index].text
            raise Stop(Refusal("out_of_scope", f'is it what is {one} and {other} at once, or what is either? Say "{one} or {other}", or leave "{word}" out'))  # fmt: skip
        return False

    def _left_out(self, at: int) -> bool:
        """Whether the list to which a value belongs is one of what is to be left out."""
        while at > 0 and (self.spans[at].kind in (*VALUES, "and") or self.spans[at].text.lower() == "at"):
            at -= 1
        return self.spans[at].kind == "not"

    def _again(self, at: int) -> bool:
        """Whether a preposition only says again what stands before the first of a list: "in Cebu and in Bohol"."""
        return at > 1 and self.spans[at].text.lower() in ("sa", "in", "from", "ng") and (self.spans[at - 1].kind == "and" or self.spans[at - 1].text.lower() == "at")  # fmt: skip

    def _only_a_list(self, index: int) -> bool:
        """Whether two values stand side by side that nothing can be both of: "laguna cavite batangas"; not "mandaue cebu"."""
        if index < 1 or self.spans[index].comma or self.spans[index - 1].kind != self.spans[index].kind or self.spans[index].kind not in ("place", "value"):  # fmt: skip
            return False
        one, two = (
            [meaning for meaning in self.spans[place].meanings if meaning.kind in ("place", "value")]
            for place in (index - 1, index)
        )
        fields = {(meaning.kind, meaning.ref) for meaning in one} & {(meaning.kind, meaning.ref) for meaning in two}
        pairs = [(first.place, second.place) for first in one for second in two if first.place and second.place]
        return bool(fields) and not any(places.contains(*pair) or places.contains(*reversed(pair)) for pair in pairs)

    def _neighbours(self, index: int) -> list[Span]:
        """The spans beside one; "of" and the like between them do not part them."""
        found = []
        for step in (-1, 1):
            at = index + step
            if (
                0 <= at < len(self.spans)
                and self.spans[at].kind in SILENT
                and self.spans[at].text.lower() in ("of", "the", "of the", "na", "ng", "nga", "sa", "ang")
            ):
                at += step
            if 0 <= at < len(self.spans):
                found.append(self.spans[at])
        return found

    def _is_grouped(self, noun: Span) -> bool:
        """Whether figures are split by a noun: "by city in Cebu" names no city."""
        at = self._at(noun)
        return at > 0 and self.spans[at - 1].kind == "by"

    def _is_asked(self, noun: Span) -> bool:
        """Whether it is asked which one is meant: "aling lungsod sa Cebu" is one of those in it, and not what Cebu is; "which city is Cebu" is."""
        at = self._at(noun)
        before = next((one for one in reversed(self.spans[:at]) if one.kind not in SILENT), None)
        after = self.spans[at + 1].text.lower() if at + 1 < len(self.spans) else ""
        return before is not None and before.kind == "which" and after in ("sa", "ng", "of", "in")

    def _at(self, noun: Span) -> int:
        return next(place for place, one in enumerate(self.spans) if one is noun)

    def _of_several(self, noun: int) -> bool:
        """Whether a noun is in the plural, and one name stands behind it: "cities in Cebu" are not the city of Cebu."""
        after = [one for one in self.spans[noun + 1 :] if one.kind not in SILENT]
        plural = is_plural(self.model, self.spans, self.spans[noun])
        return plural and bool(after) and after[0].kind in ("place", "ask") and not (len(after) > 2 and after[1].kind == "and" and after[2].kind in ("place", "ask"))  # fmt: skip

    def _of_days(self, one: Span, calendar: str) -> bool:
        """Whether a value says which days: a Sunday, a payday."""
        known = [self.model.dimensions.get(meaning.ref) for meaning in one.meanings if one.kind == "value"]
        return any(dimension is not None and dimension.table == calendar for dimension in known)

    def _level_fits(self, one: Span, level: str) -> bool:
        listed = self.model.gazetteer.ask.get(one.ref_of, ()) if one.kind == "ask" else ()
        return any(meaning.ref == level for meaning in one.meanings) or any(ident.startswith(level) for ident in listed)

    def _side_by_side(self, index: int) -> bool:
        """Whether a list goes on without a word: "cebu bohol and leyte"; not "Makati NCR", of which one lies in the other."""
        listed = (
            index > 0
            and index + 2 < len(self.spans)
            and (self.spans[index + 1].kind == "and" or self.spans[index + 1].text.lower() == "at")
            and self.spans[index + 2].kind in VALUES
        )
        return (
            listed
            and self.spans[index - 1].kind in VALUES
            and self._alike(index, index - 1)
            and self._alike(index, index + 2)
        )

    def _alike(self, index: int, other: int) -> bool:
        """Whether two values are of one kind: between such "at" is Tagalog's "and"."""
        if self.spans[other].kind == "dimension":  # "NCR region, Cebu": the noun says what stands before it
            other -= 1
        return alike(self.spans[index], self.spans[other])

"""One pass over the spans: what each noun, value, metric, number and period is taken for, before anything open is settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nlq.values import Clarification, Refusal

if TYPE_CHECKING:
    from nlq.language.filters import Filters
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

COMPARE = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
SILENT = ("filler", "preposition", "reference")
RANKED = ("top", "bottom", "newest", "oldest", "dimension", "grain")  # what a number of them may stand before


class Stop(Exception):
    """The reading ends here: a question back, or a refusal."""

    def __init__(self, outcome: Clarification | Refusal) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


EACH = (
    "each",
    "every",
    "per",
    "bawat",
    "kada",
    "matag",
    "isang",
    "usa ka",
    "isa sa",
)  # one group after the other, where "by" may be any split


# Kinds of words that say one thing of a draft, or two, and nothing else.
MARKS = {"trend": ("trend",), "versus": ("versus",), "growth": ("growth",), "more": ("versus", "sorted"), "newest": ("newest",), "oldest": ("newest",)}  # fmt: skip
ASKING = ("did", "has", "have", "is", "are", "was", "were", "do", "does")
EARNED = {
    "made",
    "earned",
    "make",
    "earn",
    "making",
    "earning",
    "kumita",
    "kinita",
    "kumikita",
    "grossed",
}  # money, that is
PER = ("per", "kada", "ng isang", "sa usa ka")
ADVERBS = (
    "arawan",
    "lingguhan",
    "buwanan",
    "taunan",
    "arawang",
    "lingguhang",
    "buwanang",
    "taunang",
    "inadlaw",
    "sinemana",
    "binulan",
    "tinuig",
)  # "monthly" elsewhere


@dataclass(slots=True)
class Draft:
    """What has been taken so far."""

    metrics: list[str] = field(default_factory=list)
    by_metric: str | None = None
    dimensions: list[str] = field(default_factory=list)
    adverbial: list[str] = field(default_factory=list)  # grains that were said as "daily" is
    newest: bool = False  # the newest or the oldest of things
    whose: Span | None = None  # things of which only those beyond a limit are meant
    lacks: bool = False  # nothing at all of the figure: "no sales"
    over: list[Span] = field(default_factory=list)  # nouns after "per", by which a figure may be meant to be divided
    each: list[str] = field(default_factory=list)  # dimensions of which every group was asked for: "in each region"
    per: list[str] = field(default_factory=list)
    loose: list[Span] = field(default_factory=list)
    whens: list[Span] = field(default_factory=list)
    top: bool | None = None
    number: int | None = None
    trend: bool = False
    versus: bool = False
    growth: bool = False
    sorted: bool | None = None  # whether the highest come first, of all rows
    step: str = ""
    having: list[tuple[str, tuple[float, ...], str | None]] = field(default_factory=list)


class Walker:
    """Fills a draft, and the filters, from the spans; each span's role is noted on it."""

    def __init__(self, model: SemanticModel, spans: list[Span], filters: Filters) -> None:
        self.model, self.spans, self.filters = model, spans, filters
        self.draft = Draft()

    def nouns(self) -> None:
        """Go over the spans once: nouns, values, metrics and periods.

        Raises:
            Stop: something was met that cannot be read.
        """
        mode = ""
        used = False
        each = False
        open_: Span | None = None  # "by" or "except", until what follows is known
        for index, one in enumerate(self.spans):
            kind = one.kind
            if kind in ("dimension", "grain", "value", "place", "ask", "metric", "time"):
                open_ = None
            if kind in ("by", "not", "none"):
                self._closed(open_)
                open_ = one
                mode, used, each = kind, False, one.text.lower().endswith(EACH)
            elif kind in SILENT:
                mode = "" if used and kind == "preposition" else mode
            elif kind in ("dimension", "grain"):
                self._noun(one, index, grouped=mode == "by")
                if mode == "by" and each:
                    self._of_every(one, index)
                used = True
            elif kind in ("value", "place", "ask"):
                self._value(one, index, each=mode == "by" and each and not used, mode=mode)
                used = True
            elif kind == "metric":
                used = self._metric(one, mode, over=mode == "by" and each)
                mode = "" if mode != "none" else mode
            elif kind not in ("and", "which", "number"):
                self._mark(one)
                mode = mode if kind in COMPARE else ""
        self._closed(open_)

    def _of_every(self, one: Span, index: int) -> None:
        """A noun of which every one is asked for."""
        self.draft.each.append(self.name(one))
        if self.spans[index - 1].text.lower() in PER:
            self.draft.over.append(one)

    def _value(self, one: Span, index: int, *, each: bool, mode: str) -> None:
        """A value: what figures are of, what is left out of them, or what somebody has none of."""
        if each:
            self._each_of(index)
        lacking = mode == "none"
        joined = self._joined(index)
        self.draft.lacks = self.draft.lacks and not lacking  # "no sales of rice" lacks rice
        self.filters.add(
            one, self._level_beside(index), exclude=lacking or mode == "not", joined=joined, lacking=lacking
        )

    def _each_of(self, index: int) -> None:
        """What is of each value: "per minimart" divides by how many there are, or splits by them, which is not said; "each NCR store" says it."""
        after = next((one for one in self.spans[index + 1 :] if one.kind not in SILENT), None)
        if after is None or after.kind not in ("dimension", "value", "place", "and"):
            text = self.spans[index].text
            raise Stop(
                Refusal("out_of_scope", f'I do not know what is meant by each "{text}": name what figures are split by')
            )

    @staticmethod
    def _closed(one: Span | None) -> None:
        """Nothing that could change the figure may stand for nothing."""
        if one is not None:
            raise Stop(Refusal("out_of_scope", f'I do not know what "{one.text}" is followed by here'))

    def _mark(self, one: Span) -> None:
        draft = self.draft
        if one.kind in ("top", "bottom"):
            if draft.top is not None and draft.top != (one.kind == "top"):
                raise Stop(
                    Refusal("out_of_scope", "the best and the worst at once cannot be read yet; ask for one of them")
                )
            draft.top = one.kind == "top"
            one.role = "order"
        elif one.kind in ("high_first", "low_first"):
            draft.sorted = one.kind == "high_first"
            one.role = "order"
        elif one.kind in ("yearly", "monthly"):
            draft.growth, draft.step = True, one.kind.removesuffix("ly")
        elif one.kind == "time":
            draft.whens.append(one)
            one.role = "period"
        elif one.kind == "rose" and not one.role and self._is_asked():
            draft.growth, one.role = True, "growth"
        for name in MARKS.get(one.kind, ()):
            setattr(draft, name, True)

    def _is_asked(self) -> bool:
        """Whether it is a question of yes or no: "did sales increase", "tumaas ba ang benta"."""
        first = self.spans[0].text.lower().split()[:1]
        return first[:1] in [[word] for word in ASKING] or any("ba" in one.text.lower().split() for one in self.spans)

    def _noun(self, one: Span, index: int, *, grouped: bool) -> None:
        """A dimension or a grain: grouped by, or left for later."""
        name = self.name(one)
        adverb = one.kind == "grain" and (
            one.text.lower().endswith(("ly", "al", *ADVERBS)) or "-" in one.text or " " in one.text
        )
        if grouped or adverb:
            self.group(name, one)
            if adverb and not grouped:
                self.draft.adverbial.append(name)
        elif self._describes(index):
            one.role = "level"
        else:
            self.draft.loose.append(one)

    def group(self, name: str, one: Span) -> None:
        """Split by a dimension."""
        one.role, one.ref = "dimension", name
        if name not in self.draft.dimensions:
            self.draft.dimensions.append(name)

    def name(self, one: Span) -> str:
        """The dimension, or grain of time, that a noun names."""
        if one.kind != "grain":
            return one.ref_of
        time = self.model.time_dimension
        if time is None:
            raise Stop(Refusal("out_of_scope", f'nothing in this data has a time, so "{one.text}" means nothing'))
        return one.ref if one.ref.startswith(f"{time.name}.") else f"{time.name}.{one.ref}"

    def _metric(self, one: Span, mode: str, *, over: bool) -> bool:
        """A metric; after "by" it is what is ranked by, after "per" what another is divided by, after "no" what somebody has none of.

        Whether a preposition ends what that word says: "no sales in NCR" is none at all there.
        """
        name = one.ref_of
        one.role, one.ref = ("set" if mode == "none" else "metric"), name
        if mode == "none":
            self.draft.lacks = True
            return True
        if over and self.draft.metrics:
            pair = (self.draft.metrics[-1], name)
            ratio = next((other for other, metric in self.model.public_metrics().items() if metric.ratio == pair), None)
            if ratio is None:
                raise Stop(
                    Refusal(
                        "no_metric",
                        f"there is no metric of {pair[0].replace('_', ' ')} per {pair[1].replace('_', ' ')}",
                    )
                )
            self.draft.metrics[-1] = ratio
            return False
        if mode == "by":
            self.draft.by_metric = name
        if name not in self.draft.metrics:
            self.draft.metrics.append(name)
        return False

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

    def _level_beside(self, index: int) -> str | None:
        """The level of place that stands beside a name: "Cebu province", "the region of Davao"."""
        for one in self._neighbours(index):
            if one.kind == "dimension" and not self._is_grouped(one):
                level = self.model.dimensions[one.ref_of].place
                if level and any(
                    meaning.ref == level for meaning in self.spans[index].meanings if meaning.kind == "place"
                ):
                    return level
                listed = self.model.gazetteer.ask.get(self.spans[index].ref_of, ())
                if level and self.spans[index].kind == "ask" and any(ident.startswith(level) for ident in listed):
                    return level
        return None

    def _is_grouped(self, noun: Span) -> bool:
        """Whether figures are split by a noun: "by city in Cebu" names no city."""
        at = next(place for place, one in enumerate(self.spans) if one is noun)
        return at > 0 and self.spans[at - 1].kind == "by"

    def _describes(self, index: int) -> bool:
        """Whether a noun only says what the value beside it is ("Snacks category", "NCR region")."""
        name = self.spans[index].ref_of
        level = self.model.dimensions[name].place if name in self.model.dimensions else None
        for one in self._neighbours(index):
            if one.kind == "value" and any(meaning.ref == name for meaning in one.meanings):
                return True
            if level and one.kind in ("place", "ask") and self._level_fits(one, level):
                return True
        return False

    def _level_fits(self, one: Span, level: str) -> bool:
        listed = self.model.gazetteer.ask.get(one.ref_of, ()) if one.kind == "ask" else ()
        return any(meaning.ref == level for meaning in one.meanings) or any(ident.startswith(level) for ident in listed)

    def _joined(self, index: int) -> bool:
        """Whether a value is in a list with the one before it ("NCR, Cebu and Bohol")."""
        before = index - 1
        if self.spans[index].comma:
            return before >= 0 and self.spans[before].kind in ("value", "place", "ask", "dimension")
        if before < 1 or self.spans[before - 1].kind not in ("value", "place", "ask", "dimension"):
            return False
        return self.spans[before].kind == "and" or (
            self.spans[before].text.lower() == "at" and self._alike(index, before - 1)
        )

    def _alike(self, index: int, other: int) -> bool:
        """Whether two values are of one kind: between such "at" is Tagalog's "and"."""
        one, two = ({(meaning.kind, meaning.ref) for meaning in self.spans[place].meanings} for place in (index, other))
        places = [self.spans[place].kind in ("place", "ask") for place in (index, other)]
        return all(places) or bool(one & two)

    def numbers(self) -> None:
        """Each number belongs to a rank or to a threshold; one that belongs nowhere could change the figure."""
        for index, one in enumerate(self.spans):
            if one.kind != "number" or one.number is None or one.role:
                continue
            before = next((span for span in reversed(self.spans[:index]) if span.kind not in SILENT), None)
            after = next((span for span in self.spans[index + 1 :] if span.kind not in SILENT), None)
            if before is not None and before.kind in COMPARE:
                one.role = before.role = "threshold"
                self._of_events(index)
                self._whose(index)
                self.draft.having.append((COMPARE[before.kind], (one.number,), self._metric_of(index)))
            elif before is not None and before.kind == "between" and self._upper(index) is not None:
                upper = self._upper(index)
                assert upper is not None and upper.number is not None  # noqa: S101, PT018 - asked above
                one.role = before.role = upper.role = "threshold"
                self._whose(index)
                self.draft.having.append(("between", (one.number, upper.number), self._metric_of(index)))
            elif (self.draft.top is not None or self.draft.newest) and self.draft.number is None and one.number == int(one.number) and (
                (before is not None and before.kind in ("top", "bottom")) or (after is not None and after.kind in RANKED)
            ):  # fmt: skip
                one.role = "limit"
                self.draft.number = int(one.number)
            else:
                raise Stop(Refusal("out_of_scope", f'I do not know what the number "{one.text}" belongs to'))
        for one in self.spans:
            if one.kind in COMPARE and not any(span.role == "threshold" for span in self.spans):
                raise Stop(Refusal("out_of_scope", f'"{one.text}" needs a number after it'))
        if self.draft.number is not None and not 1 <= self.draft.number <= 10_000:
            raise Stop(Refusal("out_of_scope", f"{self.draft.number} is no number of rows that can be shown"))

    def _upper(self, index: int) -> Span | None:
        """The other number of "between A and B"."""
        later = self.spans[index + 1 :]
        pair = later[:2] if later and later[0].kind == "and" else []
        return pair[1] if len(pair) == 2 and pair[1].kind == "number" and pair[1].number is not None else None

    def _whose(self, index: int) -> None:
        """A limit behind a noun, "sales of stores that made over 300k", is of a figure of the noun's own: which, is not always said."""
        noun = next((at for at in range(index - 1, -1, -1) if self.spans[at].kind == "dimension"), None)
        named = [at for at in range(index) if self.spans[at].kind in ("metric", "count")]
        if (
            noun is None
            or self.spans[noun].role == "dimension"
            or not named
            or named[-1] > noun
            or named[0] == noun - 1
        ):
            return
        if self.spans[named[-1]].kind == "metric" and self.model.metrics[self.spans[named[-1]].ref_of].unit == "count":
            between = {one.text.lower() for one in self.spans[noun + 1 : index]}
            if not (between & EARNED or self.spans[index].text[:1] in ("₱", "P")):
                text = self.spans[noun].text
                raise Stop(Refusal("out_of_scope", f"I do not know which figure of the {text} has to be {self.spans[index].text}: name it"))  # fmt: skip
            self.draft.whose = self.spans[noun]

    def _of_events(self, index: int) -> None:
        """A limit right after a count of events, "transactions over 1k", is of each event's value or of how many there are: not said."""
        before = [span for span in self.spans[: index - 1] if span.kind not in SILENT]
        last = before[-1] if before else None
        if last is None or last.kind != "metric" or any(span.kind in ("dimension", "grain") for span in before):
            return
        known = self.model.metrics[last.ref_of]
        if known.agg is not None and known.agg.function == "count" and not known.counts:
            text = f'is "{self.spans[index].text}" what each of the {last.text} has to be worth, or how many there have to be in a group? Say "stores with over …"'
            raise Stop(Refusal("out_of_scope", text))

    def _metric_of(self, index: int) -> str | None:
        """The figure that a limit is of: the one that was named last before it, else the one right after it."""
        before = next((span.ref_of for span in reversed(self.spans[:index]) if span.kind == "metric"), None)
        after = next((span for span in self.spans[index + 1 :] if span.kind not in SILENT), None)
        return before or (after.ref_of if after is not None and after.kind == "metric" else None)

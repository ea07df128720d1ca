"""One pass over the spans: what each noun, value, metric, number and period is taken for, before anything open is settled."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import one_by_one, ordering, turns
from nlq.language.beside import Beside
from nlq.language.draft import COMPARE, SILENT, Draft, Stop
from nlq.values import Refusal

if TYPE_CHECKING:
    from nlq.language.filters import Filters
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

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
MARKS = {"trend": ("trend",), "versus": ("versus",), "growth": ("growth",), "more": ("versus", "sorted"), "fewer": ("versus",), "newest": ("newest",), "oldest": ("newest",)}  # fmt: skip
FASTER = frozenset(("faster", "mabilis", "paspas"))  # of two, which grew more
CHANGED = ("change", "changed")
FOLLOWING = (
    "dimension",
    "grain",
    "value",
    "place",
    "ask",
    "metric",
)  # what words like "by" and "except" are followed by
MONEY = frozenset(("peso", "pesos", "php", "₱", "amount", "value", "spend", "money", "piso", "halaga", "pera", "kwarta"))  # fmt: skip
ONLY = frozenset(("only", "alone", "lang", "lamang", "ra", "lng"))
ASKING = ("did", "has", "have", "is", "are", "was", "were", "do", "does")
AROUND = ("around", "around the", "bandang", "mga bandang")
OVER = frozenset(("per", "kada", "each", "every", "bawat", "matag"))
AVERAGED = frozenset(("average", "avg", "ave", "mean", "karaniwang", "karaniwan", "kasagarang", "kasagaran"))
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


class Walker:
    """Fills a draft, and the filters, from the spans; each span's role is noted on it."""

    def __init__(self, model: SemanticModel, spans: list[Span], filters: Filters) -> None:
        self.model, self.spans, self.filters = model, spans, filters
        self.draft, self.beside = Draft(), Beside(model, spans)
        self._under: Span | None = None  # a figure that one to come is divided by

    def nouns(self) -> None:
        """Go over the spans once: nouns, values, metrics and periods.

        Raises:
            Stop: something was met that cannot be read.
        """
        mode = ""
        used = False
        each = False
        self._around()
        open_: Span | None = None  # "by" or "except", until what follows is known
        for index, one in enumerate(self.spans):
            kind = one.kind
            mode, used = (
                ("", False) if kind == "which" and used else (mode, used)
            )  # "for each category, which region …"
            if kind in (*FOLLOWING, *(("time",) if mode != "by" else ())):
                open_ = None
            if kind in ("by", "not", "none"):
                self._closed(open_)
                open_ = one
                mode, used, each = kind, False, one.text.lower().endswith(EACH)
            elif kind in (*SILENT, "number"):
                mode = "" if used and _ends(one, mode) else mode
            elif kind in ("dimension", "grain"):
                self._noun(one, index, mode if not used or mode == "by" else "")
                if mode == "by" and each:
                    self._of_every(one, index)
                used = used or one.role != "level"  # "except the city of Cebu" leaves Cebu out
            elif kind in ("value", "place", "ask"):
                mode = self._left_out(one, index) if used and mode == "not" else mode
                self._value(
                    one, index, each=mode == "by" and each and not used, mode="" if used and mode == "by" else mode
                )
                used = True
            elif kind == "metric":
                used = self._metric(
                    one, "" if used and mode == "not" else mode, over=mode == "by" and each and not used
                )
                mode = "" if mode != "none" else mode
            elif kind not in ("and", "which"):
                self._mark(one, "" if used else mode)
                mode = mode if kind in COMPARE else ""
        self._closed(open_)
        self._of_money()

    def _splits(self, one: Span) -> bool:
        """Whether a value behind "by" says what is split: "by weekend" is by whether it is one."""
        known = self.model.dimensions.get(one.ref_of)
        if known is None or known.type != "boolean":
            return False
        kinds = {other.kind for other in self.spans}
        if "versus" in kinds and any(
            other.ref_of == one.ref_of and other is not one for other in self.spans if other.kind == "value"
        ):
            return False  # "by holiday vs non holiday": each is a side
        self.group(known.name, one)
        return True

    def _of_every(self, one: Span, index: int) -> None:
        """A noun of which every one is asked for."""
        self.draft.each.append(self.name(one))
        if self.spans[index - 1].text.lower() in PER:
            self.draft.over.append(one)

    def _value(self, one: Span, index: int, *, each: bool, mode: str) -> None:
        """A value: what figures are of, what is left out of them, or what somebody has none of."""
        such = mode == "by" and one_by_one.days(self, one, self.spans[index - 1].text.lower())
        if mode == "by" and not such and self._splits(one):
            return
        if each and not such:
            one_by_one.named(self.spans, index)
        lacking = mode == "none"
        joined = self.beside.joined(index)
        if mode == "not" and one.comma and not joined and self.filters.excluding:
            of_time = self.model.is_of_days(one.ref_of) and not any(self.model.is_of_days(each.ref_of) for each in self.spans[:index] if each.role == "left out")  # fmt: skip
            if not (self._only(index) or of_time):  # "except NCR, ber months": when it is of
                raise Stop(Refusal("out_of_scope", f'is "{one.text}" left out too, or is it what is meant? Say "only {one.text}", or "and {one.text}"'))  # fmt: skip
            mode = ""
        self.draft.lacks = self.draft.lacks and not lacking  # "no sales of rice" lacks rice
        self.filters.add(
            one, self.beside.level(index), exclude=lacking or mode == "not", joined=joined, lacking=lacking
        )

    def _left_out(self, one: Span, index: int) -> str:
        """The mode of a value after one that is left out: its own list goes on, what words stand before is none of it.

        Raises:
            Stop: nothing stands between them.
        """
        if one.comma or self.beside.joined(index):
            return "not"
        if self.spans[index - 1].kind in ("value", "place", "ask") and not self._only(index):
            raise Stop(
                Refusal(
                    "out_of_scope",
                    f'is "{one.text}" left out too, or is it what is meant? Say "only {one.text}", or "and {one.text}"',
                )
            )
        return ""

    def _only(self, index: int) -> bool:
        """Whether a value is said to be all that is meant: "except NCR, GCash only"."""
        beside = self.spans[max(0, index - 1) : index] + self.spans[index + 1 : index + 2]
        return any(ONLY.intersection(one.text.lower().split()) for one in beside)

    @staticmethod
    def _closed(one: Span | None) -> None:
        """Nothing that could change the figure may stand for nothing."""
        if one is not None:
            raise Stop(Refusal("out_of_scope", f'I do not know what "{one.text}" is followed by here'))

    def _mark(self, one: Span, mode: str) -> None:
        draft = self.draft
        if one.kind in ("top", "bottom"):
            draft.extremes = draft.extremes or (draft.top is not None and draft.top != (one.kind == "top"))
            draft.top = draft.extremes or one.kind == "top"
            one.role = "order"
        elif one.kind in ("high_first", "low_first"):
            draft.sorted = one.kind == "high_first"
            one.role = "order"
        elif one.kind in ("fastest", "slowest"):
            draft.top, draft.growth, one.role = one.kind == "fastest", True, "order"
        elif one.kind in ("yearly", "quarterly", "monthly", "weekly"):
            draft.growth, draft.step = True, one.kind.removesuffix("ly")
        elif one.kind == "time":
            left_out = mode in ("not", "none")
            (draft.absent if left_out else draft.whens).append(one)
            one.role = "set" if left_out else "period"
        elif (
            (one.kind == "rose" or one.text.lower() in CHANGED or one.corrected in CHANGED)
            and not one.role
            and self._is_asked()
        ):
            draft.growth, one.role = True, "growth"
        draft.growth = draft.growth or (one.kind == "more" and not FASTER.isdisjoint(one.text.lower().split()))
        for name in MARKS.get(one.kind, ()):
            setattr(draft, name, True)

    def _is_asked(self) -> bool:
        """Whether a change is asked for: "did sales increase", "how much did it grow", "tumaas ba ang benta"; not "stores that grew"."""
        words = [word for one in self.spans for word in one.text.lower().split()]
        which = any(one.kind == "which" for one in self.spans)
        return words[0] in ASKING or "ba" in words or (words[0] in ("how", "by") and "did" in words and not which)

    def _noun(self, one: Span, index: int, mode: str) -> None:
        """A dimension or a grain: grouped by, or left for later."""
        after = self.spans[index + 1].text.lower() if index + 1 < len(self.spans) else ""
        name, grouped = (
            self.name(one),
            mode == "by" or after == "wise" or turns.before_split(self.spans, one),
        )  # "region-wise"
        if mode == "none" and one.kind == "dimension":
            raise Stop(
                Refusal("out_of_scope", f'where there is no "{one.text}" cannot be read yet: ask where there are')
            )
        adverb = one.kind == "grain" and (
            one.text.lower().endswith(("ly", "al", *ADVERBS)) or "-" in one.text or " " in one.text
        )
        if mode == "by" and self._ranked_by(one):
            return
        if grouped or adverb:
            self.group(name, one)
            if adverb and not grouped:
                self.draft.adverbial.append(name)
        elif (
            self.beside.describes(index) and self.spans[index - 1].text.lower() != "a"
        ):  # "receipts a day, weekdays vs weekends"
            one.role = "level"
        else:
            self.draft.loose.append(one)

    def _ranked_by(self, one: Span) -> bool:
        """Whether something is ranked by how many things of a kind there were: "top 5 provinces by customers"."""
        nouns = [*self.draft.loose, *self.draft.dimensions]
        counts = next((each for each in self.model.public_metrics().values() if each.counts == one.ref_of), None)
        if counts is None or self.draft.top is None or self.draft.metrics or not nouns or not ordering.is_plural(self.model, self.spans, one):  # fmt: skip
            return False
        name = counts.during or counts.name
        if not self.model.has_time(name):
            return False
        one.role, one.ref, self.draft.by_metric = "metric", name, name
        self.draft.metrics.append(name)
        return True

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
        if mode == "not":
            raise Stop(
                Refusal("out_of_scope", f'I do not know what is to be left out of what: "{one.text}" is a figure')
            )
        one.role, one.ref = ("set" if mode == "none" else "metric"), name
        if mode == "none":
            before = next(before for before, after in pairwise(self.spans) if after is one)
            self.draft.lacks = not self.filters.is_lacking(before)  # "no gcash sales"
            return True
        if over and not self.draft.metrics:
            self._under = one  # of what, is to come: "per receipt, how many units"
            return False
        if over:
            self._over((self.draft.metrics[-1], name))
            return False
        if mode == "by":
            self.draft.by_metric = name
        if self._of_each_event(one, name):
            return False
        if name not in self.draft.metrics:
            self.draft.metrics.append(name)
        if self._under is not None:
            under, self._under = self._under, None
            self._over((name, under.ref_of))
        return False

    def _of_each_event(self, one: Span, name: str) -> bool:
        """Whether an average right behind a figure is that figure's: "items on average per receipt" is no basket of pesos."""
        ratio, known = self.model.metrics[name].ratio, self.model.public_metrics()
        at = next(place for place, other in enumerate(self.spans) if other is one)
        before = next((other for other in reversed(self.spans[:at]) if other.kind not in SILENT), None)
        words = set(one.text.lower().split())
        if ratio is None or before is None or before.kind != "metric" or not (words & OVER and words & AVERAGED) or before.ref_of == ratio[0]:  # fmt: skip
            return False
        found = next((each for each, metric in known.items() if metric.ratio == (before.ref_of, ratio[1])), None)
        if found is None:
            raise Stop(Refusal("no_metric", f"there is no metric of {before.text} {one.text}"))
        self.draft.metrics[:] = [found if each == before.ref_of else each for each in self.draft.metrics]
        return True

    def _of_money(self) -> None:
        """Settle a figure that another is divided by, with no figure before it: money, where that is said ("pesos per piece")."""
        under = self._under
        if under is None:
            return
        said = {word for one in self.spans if one.start < under.start for word in one.text.lower().split()}
        if not (MONEY & said or any(one.kind in ("average", "amount") for one in self.spans)):
            raise Stop(Refusal("no_metric", f'which figure per "{under.text}"? Say "sales per …"'))
        self.draft.metrics.append(self.model.header.default_metric)
        self._over((self.model.header.default_metric, under.ref_of))

    def _over(self, pair: tuple[str, str]) -> None:
        """One figure over another: by the model's name for it where it has one."""
        known = self.model.public_metrics()
        if known[pair[0]].ratio is not None and known[pair[0]].ratio[1] == pair[1]:  # type: ignore[index]
            return  # "the average basket per transaction" says it twice
        ratio = next((name for name, metric in known.items() if metric.ratio == pair), None)
        if ratio is not None:
            self.draft.metrics[-1] = ratio
        elif known[pair[0]].adds_up and known[pair[1]].unit == "count":
            self.draft.pair = pair
        else:
            text = f"there is no metric of {pair[0].replace('_', ' ')} per {pair[1].replace('_', ' ')}"
            raise Stop(Refusal("no_metric", text))

    def _around(self) -> None:
        """How many days are "around Christmas" is not said."""
        for one, after in pairwise(self.spans):
            if one.text.lower() in AROUND and after.kind == "time":
                raise Stop(
                    Refusal("out_of_scope", f'which days are "{one.text} {after.text}"? Name the first and the last')
                )


def _ends(one: Span, mode: str) -> bool:
    """Whether a word ends what "by" or "except" said: "by region in 2025", "in each region, two brands"."""
    of = mode == "by" and one.text.lower().split()[0] in ("of", "ng")  # "per day of the stores"
    return (
        of
        or one.kind == "preposition"
        or (one.comma and one.kind != "number")
        or (mode == "by" and one.kind == "number")
    )

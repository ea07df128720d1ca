"""Each number of a question belongs to a rank or to a limit on a figure; one that belongs nowhere could change the figure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import money, sets
from nlq.language.deeds import does
from nlq.language.draft import COMPARE, REACHED, SILENT, VALUES, Stop
from nlq.semantics.joins import reaches
from nlq.values import Refusal
from nlq.values.query import Condition

if TYPE_CHECKING:
    from nlq.language.match import Span
    from nlq.language.walk import Walker
    from nlq.semantics.model import SemanticModel

RANKED = (
    "top",
    "bottom",
    "newest",
    "oldest",
    "fastest",
    "slowest",
    "dimension",
    "grain",
)  # what a number of them may stand before
BEHIND = {"or_more": ">=", "or_less": "<="}  # "3 or more stores"
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
FROM = ("on", "from", "since", "mula", "mula sa", "gikan", "gikan sa")  # what a change is counted from
MOVED = ("growth", "rose", "moved", "why")
RANK = frozenset(("rank", "ranked", "ranks", "ranking"))
THAN = ("than", "kaysa", "sa", "kay")  # "under frozen" is no comparison
OF = ("of", "ng", "sa", "nang")
LINKERS = ("na", "nga", "ng", "pang")
TO = ("to", "up to", "hanggang", "hangtod")
FEW = 20  # pieces on a receipt, and no pesos: "at least 3 snacks"
MOST = 10_000  # rows that can be asked for in words


def placed(walker: Walker) -> None:
    """Place every number.

    Raises:
        Stop: one belongs nowhere, or a limit has no number, or is of a figure that is not said.
    """
    _compared(walker)
    for before, one, after in zip(walker.spans, walker.spans[1:], walker.spans[2:], strict=False):
        if one.kind in BEHIND and before.kind != "number" and after.kind == "number":
            one.kind = "above" if BEHIND[one.kind] == ">=" else "below"  # "over 100k sales and under 300 receipts"
    for index, one in enumerate(walker.spans):
        if one.kind == "number" and one.number is not None and not one.role:
            _place(walker, index, one, one.number)
    for one in walker.spans:
        if one.kind == "below" and one.text.lower() == "under" and not one.role:
            one.kind = "preposition"  # "brands under beverages"
    for at, one in enumerate(walker.spans):
        if one.kind in (*COMPARE, *BEHIND) and not one.role:
            averages = any(other.kind == "average" for other in walker.spans[at + 1 :])
            raise _no(f'"{one.text}" the average cannot be found in one step: ask for the average, then for those {one.text} that number' if averages else f'"{one.text}" needs a number beside it')  # fmt: skip
    number = walker.draft.number
    if number is not None and not 1 <= number <= MOST:
        raise _no(f"{number} is no number of rows that can be shown")


def _compared(walker: Walker) -> None:
    """Limits that are no figures: "lower than last year" is a comparison, "more than 10%" a limit on a change."""
    moved = False  # whether it was just said that something did: "way up on last year"
    between = [one for before, one in pairwise(walker.spans) if before.kind in COMPARE and one.kind == "preposition"]
    for one, after in pairwise([one for one in walker.spans if one not in between]):  # "higher than in september"
        if one.text.lower() == "over" and after.kind == "time" and not any(other.kind == "time" and other.start < one.start for other in walker.spans):  # fmt: skip
            one.kind = "preposition"  # "unique customers over Q3"
        base = one.text.lower() in FROM and moved and after.when is not None and after.when.back is not None
        if (one.kind in COMPARE or base) and after.kind == "time" and not one.role:
            one.kind, one.role, walker.draft.versus = "versus", "comparison", True
        than = one.text.lower().split()[-1] in THAN
        if (
            one.kind in COMPARE and than and after.kind in VALUES and not one.role
        ):  # "did Iloilo City sell more than Bacolod"
            one.kind, walker.draft.versus = "versus", True
        if one.kind == "rose" and one.text.lower() == "behind" and after.kind == "time":
            walker.draft.versus = True
        moved = one.kind in MOVED or (moved and one.kind in SILENT)
    for index, one in enumerate(walker.spans):
        if one.kind == "percent" or _is_percent(walker.model, walker.spans, index):
            _change(walker, index, one)


def _place(walker: Walker, index: int, one: Span, value: float) -> None:
    spans, draft = walker.spans, walker.draft
    before = next((span for span in reversed(spans[:index]) if span.kind not in SILENT), None)
    after = next((span for span in spans[index + 1 :] if span.kind not in SILENT), None)
    upper = _upper(spans, index)
    after = spans[index + 2] if _reaches(spans, index) else after
    if before is not None and before.kind in COMPARE:
        _limit(walker, index, COMPARE[before.kind], (value,), (one, before))
    elif after is not None and after.kind in BEHIND:
        _limit(walker, index, BEHIND[after.kind], (value,), (one, after))
    elif (
        after is not None
        and after.kind == "metric"
        and spans[index + 2 : index + 3]
        and spans[index + 2].kind in BEHIND
    ):
        _limit(walker, index, BEHIND[spans[index + 2].kind], (value,), (one, spans[index + 2]))  # "2 visits or more"
    elif before is not None and before.kind == "between" and upper is not None and upper.number is not None:
        _limit(walker, index, "between", (value, upper.number), (one, before, upper))
    elif _reaches(spans, index) and any(RANK.intersection(span.text.lower().split()) for span in spans[:index]):
        raise _no("which places are meant? Write them as 2nd, 3rd and so on")  # "stores ranked 5 to 10"
    elif after is not None and after.kind == "number" and after.number is not None and _reaches(spans, index):
        _limit(walker, index, "between", (value, after.number), (one, after, spans[index + 1]))
    elif _ranks(walker, value, before, after):
        one.role, draft.number = "limit", int(value)
    else:
        raise _no(f'I do not know what the number "{one.text}" belongs to')


def _is_percent(model: SemanticModel, spans: list[Span], index: int) -> bool:
    """Whether a number of percents stands there, of which something rose or fell: "grew more than 10 percent"."""
    after = spans[index + 1] if index + 1 < len(spans) else None
    per = spans[index].kind == "number" and after is not None and after.kind == "share" and after.text.lower() in ("percent", "pct", "%", "porsyento", "porsiyento")  # fmt: skip
    return per and any(_grows(model, one) for one in spans)


def _grows(model: SemanticModel, one: Span) -> bool:
    """Whether a word says that something rose or fell."""
    named = one.kind == "metric" and bool(model.metrics[one.ref_of].growth)
    return named or one.kind in ("rose", "growth", "yearly", "quarterly", "monthly", "weekly")


def _change(walker: Walker, index: int, one: Span) -> None:
    """A limit on how much something rose or fell.

    Raises:
        Stop: nothing rose or fell, or it is no limit.
    """
    spans, draft = walker.spans, walker.draft
    before = next((span for span in reversed(spans[:index]) if span.kind not in SILENT), None)
    if before is None or before.kind not in COMPARE or draft.beyond is not None or draft.part:
        raise _no(f'I do not know what "{one.text}" belongs to')
    if not any(_grows(walker.model, span) for span in spans):
        _part(walker, index, one, before)
        return
    draft.beyond = COMPARE[before.kind], (one.number or 0) / 100
    for span in (one, before, *(spans[index + 1 : index + 2] if one.kind == "number" else ())):
        span.role = "threshold"


def _part(walker: Walker, index: int, one: Span, before: Span) -> None:
    """A limit on what part each is of the whole: "categories with at least 10% of sales".

    Raises:
        Stop: it is not said of what.
    """
    spans, draft = walker.spans, walker.draft
    rest = [span for span in spans[index + 1 :] if span.kind not in SILENT]
    shares = [span for span in rest[:2] if span.kind == "share"]
    figure = rest[len(shares)] if len(rest) > len(shares) else None
    behind = [
        span for span in spans[:index] if span.kind == "share"
    ]  # "share of each category in sales, only those above 10%"
    if len(behind) == 1 and figure is None and not draft.having and any(span.kind == "metric" for span in spans):
        draft.part = True
        draft.having.append((COMPARE[before.kind], ((one.number or 0) / 100,), None))
        one.role = before.role = "threshold"
        return
    tied = bool(shares) or (spans[index + 1 : index + 2] and spans[index + 1].text.lower().split()[0] in OF)
    if not tied or figure is None or figure.kind != "metric" or draft.having:
        raise _no(f'I do not know what "{one.text}" belongs to')
    draft.part = True
    draft.having.append((COMPARE[before.kind], ((one.number or 0) / 100,), None))
    for span in (one, before, *shares):
        span.role = "threshold"
        span.kind = "filler" if span in shares else span.kind


def _ranks(walker: Walker, value: float, before: Span | None, after: Span | None) -> bool:
    """Whether a number says how many of the best there are to be."""
    draft = walker.draft
    beside = (before is not None and before.kind in ("top", "bottom", "fastest", "slowest")) or (
        after is not None and after.kind in RANKED
    )
    kind = walker.model.dimensions.get(after.ref_of) if after is not None and after.kind == "value" else None
    beside = beside or (kind is not None and kind.kind_of is not None)  # "the five minimarts that earned the least"
    free = draft.number is None or (draft.extremes and draft.number == value)  # "top 3 and bottom 3"
    return (draft.top is not None or draft.newest) and free and value == int(value) and beside


def _limit(walker: Walker, index: int, op: str, values: tuple[float, ...], taken: tuple[Span, ...]) -> None:
    for one in taken:
        one.role = "threshold"
    if _of_events(walker, index, op, values):
        return
    _of_attribute(walker, index)
    _whose(walker, index)
    metric = _metric_of(walker, index)
    _of_what_they_did(walker, index, metric)
    if _of_money(walker, index, metric):
        metric = walker.model.header.default_metric  # money, which is none of what is named
        walker.draft.metrics[:] = dict.fromkeys((metric, *walker.draft.metrics))
    walker.draft.having.append((op, values, metric))


def _of_money(walker: Walker, index: int, metric: str | None) -> bool:
    """Whether a limit is of money, which is none of the figures that are named: "over ₱5k", "made over 100k, but with less than 300 receipts"."""
    spans = walker.spans
    named = [at for at, one in enumerate(spans) if one.kind == "metric"]
    behind = spans[index + 1].text.lower() if index + 1 < len(spans) else ""
    if money.marked(spans[index].text) or behind in money.names(walker.model.header.currency):
        other = metric is not None and walker.model.metrics[metric].unit != walker.model.header.currency and sets.counted_by(walker.model, [metric]) is None  # fmt: skip
        if other or metric is None:
            return other or bool(named)
    verb = next((one for one in reversed(spans[:index]) if one.kind not in COMPARE), None)
    earned = verb is not None and verb.kind in SILENT and not EARNED.isdisjoint(verb.text.lower().split())
    if not named or named[0] <= index:
        return False
    counted = metric is None or (named[0] > index + 1 and metric == spans[named[0]].ref_of and walker.model.metrics[metric].unit == "count")  # fmt: skip
    return earned and counted


def _of_what_they_did(walker: Walker, index: int, metric: str | None) -> None:
    """Refuse a limit on what things did, where it is others that are ranked by how many there are: "which region has the most stores that sold less than 50k".

    Raises:
        Stop: it is so.
    """
    spans = walker.spans
    count = next((one for one in reversed(spans[:index]) if one.kind == "metric"), None)
    if count is None or metric != count.ref_of or walker.model.metrics[metric].unit != "count":
        return
    nouns = [one for one in spans if one.kind == "dimension" and one.start < count.start]
    did = does(count) or any(does(one) or EARNED.intersection(one.text.lower().split()) for one in spans if count.start < one.start < spans[index].start)  # fmt: skip
    if nouns and did and sets.counted_by(walker.model, [metric]):
        raise _no(f"I do not know how to count the {count.text} that did so, for each {nouns[0].text}: ask which did")


def _upper(spans: list[Span], index: int) -> Span | None:
    """The other number of "between A and B"."""
    pair = spans[index + 1 : index + 3]
    tied = len(pair) == 2 and (pair[0].kind == "and" or pair[0].text.lower() in ("at", "ug"))
    return pair[1] if tied and pair[1].kind == "number" else None


def _reaches(spans: list[Span], index: int) -> bool:
    """Whether a number is the lower end of a range: "200 to 360", "900 up to 1.5k"."""
    return len(spans) > index + 2 and spans[index + 1].text.lower() in TO and spans[index + 2].kind == "number"


def _of_attribute(walker: Walker, index: int) -> None:
    """A limit right after a noun that is no thing to be counted, "a balance below 0", is of what each one has of it."""
    before = [span for span in walker.spans[:index] if span.kind not in (*SILENT, *COMPARE, "between")]
    last = before[-1] if before else None
    if last is None or last.kind != "dimension":
        return
    known = walker.model.dimensions[last.ref_of]
    if known.bins is not None or known.type in ("integer", "number", "date") or known.part is not None:
        raise _no(f'a limit on "{last.text}" cannot be read: name one of its groups')


def _of_events(walker: Walker, index: int, op: str, values: tuple[float, ...]) -> bool:
    """A limit right after a count of events, "transactions over 1k", is of what each is worth, where the model knows that; whether it was.

    Raises:
        Stop: it does not, or there is a split that the limit may be of as well.
    """
    before = [span for span in walker.spans[: index - 1] if span.kind not in (*SILENT, "time")]
    last = before[-1] if before else None
    if walker.spans[index - 1].text.lower().split()[0] in REACHED:  # "when did transactions reach 100k"
        return False
    if last is None or last.kind != "metric" or any(span.kind in ("dimension", "grain") for span in before):
        return False
    known = walker.model.metrics[last.ref_of]
    if known.agg is not None and known.agg.function == "count" and not known.counts:
        behind = next((span for span in walker.spans[index + 1 :] if span.kind not in SILENT), None)
        if (
            behind is not None
            and behind.kind in ("metric", "dimension")
            and not behind.comma
            and _beside(walker, index, behind)
        ):
            raise _no(
                f"how many {behind.text} each of the {last.text} has cannot be limited here: limit what each is worth"
            )
        if behind is not None and behind.kind in VALUES and values[0] <= FEW and _beside(walker, index, behind):
            if op == ">=" and values[0] == 1:
                return True  # "receipts with at least one beverage item": with any
            raise _no(
                f"how many of {behind.text} each of the {last.text} has cannot be limited here: ask which had any"
            )
        worth = _worth(walker.model, known.agg.table)
        if worth is not None:
            walker.draft.worth.append(Condition(field=worth, op=op, values=values))  # type: ignore[arg-type]
            return True
        text = f'is "{walker.spans[index].text}" what each of the {last.text} has to be worth, or how many there have to be in a group? Say "stores with over …"'
        raise _no(text)
    return False


def _worth(model: SemanticModel, table: str) -> str | None:
    """The dimension that is what each row of a table adds to the usual figure; None where the model has none."""
    usual = model.metrics[model.header.default_metric].agg
    if usual is None or usual.function != "sum" or usual.table != table:
        return None
    return next((name for name, one in model.dimensions.items() if one.table == table and one.column == usual.column), None)  # fmt: skip


def _whose(walker: Walker, index: int) -> None:
    """A limit behind a noun, "sales of stores that made over 300k", is of a figure of the noun's own: which, is not always said."""
    spans = walker.spans
    noun = next((at for at in range(index - 1, -1, -1) if spans[at].kind == "dimension"), None)
    named = [at for at in range(index) if spans[at].kind in ("metric", "count")]
    if noun is None or spans[noun].role == "dimension" or not named or named[-1] > noun or named[0] == noun - 1:
        return
    if spans[named[-1]].kind == "metric" and walker.model.metrics[spans[named[-1]].ref_of].unit == "count":
        between = {one.text.lower() for one in spans[noun + 1 : index]}
        if not (between & EARNED or money.marked(spans[index].text)):
            raise _no(f"I do not know which figure of the {spans[noun].text} has to be {spans[index].text}: name it")
        walker.draft.whose = spans[noun]


def _metric_of(walker: Walker, index: int) -> str | None:
    """The figure that a limit is of: one right after it, or a count of the things there; else the one that was named last before it."""
    spans = walker.spans
    before = next((span.ref_of for span in reversed(spans[:index]) if span.kind == "metric"), None)
    after = next((span for span in spans[index + 1 :] if span.kind not in (*SILENT, *BEHIND)), None)
    if after is None:
        return before
    right_behind = _beside(walker, index, after)
    if right_behind and after.kind in VALUES:
        after = _of_such(spans, after)  # "5 open stores"
    if after.kind == "metric" and not after.comma and right_behind:
        return after.ref_of  # "customers who bought 5 or more times"
    if after.kind == "dimension" and right_behind and after.ref_of not in walker.model.counted:
        raise _no(f"how many {after.text} each has cannot be counted here: ask for a figure by {after.text}")
    if after.kind == "dimension" and (right_behind or before is None):
        return _count_of(walker, index, after, after.ref_of, active=before is not None)  # "3 or more stores"
    if after.kind == "value" and before is None:  # "1 supermarket"
        known = walker.model.dimensions.get(after.ref_of)
        return _count_of(walker, index, after, known.kind_of if known is not None else after.ref_of, active=False)
    return before or (after.ref_of if after.kind == "metric" else None)


def _count_of(walker: Walker, index: int, noun: Span, counted: str | None, *, active: bool) -> str | None:
    """The metric that counts things of which there has to be a number; None where none does."""
    who = next((span.ref_of for span in walker.spans[:index] if span.kind == "dimension"), None)
    active = active or (who is not None and who != counted)
    name = next((name for name, one in walker.model.public_metrics().items() if counted and one.counts == counted), None)  # fmt: skip
    if name is not None and noun.kind == "dimension":
        noun.role = "counted"
    return _counting(walker.model, name, who, active=active) if name is not None else None


def _counting(model: SemanticModel, name: str, who: str | None, *, active: bool) -> str:
    """The count of things on the books; of active ones where those who have to have so many are no part of the books."""
    during = model.metrics[name].during
    return during if during is not None and active and (who is None or not reaches(model, name, who)) else name


def _of_such(spans: list[Span], value: Span) -> Span:
    """What a value is said of, where that stands right behind it: "open stores", "bukas na tindahan"; else the value, which is a thing itself."""
    at = next(place for place, one in enumerate(spans) if one is value)
    rest = [one for one in spans[at + 1 :] if one.text.lower() not in LINKERS]
    return rest[0] if rest and rest[0].kind in ("dimension", "metric") and not rest[0].comma else value


def _beside(walker: Walker, index: int, noun: Span) -> bool:
    """Whether a noun stands right behind a number, or what is said with it: "2 or more branches"."""
    at = next(place for place, one in enumerate(walker.spans) if one is noun)
    return all(one.kind in BEHIND for one in walker.spans[index + 1 : at])


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

"""What the words of a change of a query are made ready for, before it is read as one: "rank them", "units of each", "make it 10", "that day"."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import counting, kept_limits, rows_shown
from nlq.language.deeds import BOUGHT
from nlq.language.draft import COMPARE, SILENT, Stop
from nlq.language.lexicon import Meaning
from nlq.language.numbers import MOST
from nlq.language.those import OF_EACH, that_one
from nlq.semantics import periods
from nlq.values import Refusal
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.values.query import SemanticQuery

ENOUGH = ("first", "the first", "una", "unang", "is enough", "are enough", "will do", "is fine", "is plenty")
FAR = 10  # years
EACH = ("each", "bawat isa", "matag usa", "each one", "every one", "bawat")


def settled(composer: Composer, last: SemanticQuery) -> None:
    """Words that say another thing in a change of a question than in one of its own."""
    counting.in_cebuano(composer.model, composer.spans)
    _days_of_the_week(composer, last)
    _both_ways(composer)
    for at, one in enumerate(composer.spans):
        if one.kind == "placing":  # "rank them"
            one.kind = "high_first"
            for after in composer.spans[at + 1 : at + 2]:
                after.role = "order" if after.kind == "reference" else after.role
    named = any(one.kind in ("metric", "dimension", "grain", "time") for one in composer.spans)
    for one in composer.spans:
        if one.kind == "undo" and named:  # "balik sa sales", "back to last month": what is named, again
            one.kind, one.role = "filler", "context"
    _idle(composer)
    for at, one in enumerate(composer.spans):
        follows = next((other.kind for other in composer.spans[at + 1 :] if other.kind not in SILENT), "")
        if one.kind == "reference" and one.text.lower() in rows_shown.AMONG and follows in (*COMPARE, "rose"):
            one.kind, one.role = "filler", "threshold"  # "those below 50k"
    that = that_one(composer.spans)
    if that is not None:  # which the question before was of alone: "and that region in September"
        that.kind, that.role = "filler", "context"
    if len(composer.spans) > 1 and composer.spans[0].kind == "none" and composer.spans[1].kind == "value":
        composer.spans[0].kind = "not"  # "no gcash", "walay cash": of a figure that is there


def _days_of_the_week(composer: Composer, last: SemanticQuery) -> None:
    """Take "which day is the busiest" for a day of the week, where these were shown."""
    weekly = [Meaning("dimension", name) for name in last.dimensions if name.endswith(".day_of_week")]
    which = any(one.kind == "which" for one in composer.spans)
    for one in composer.spans if weekly and which else ():
        if one.kind == "grain" and one.ref == "day":
            one.kind, one.meanings = "dimension", weekly


def _idle(composer: Composer) -> None:
    """Words that say nothing more beside what is named: "mas mataas ba kaysa noong setyembre", "sales uli", "for paydays again"."""
    spans = composer.spans
    kinds = {one.kind for one in spans}
    words = {word for one in spans for word in one.text.lower().split()}
    who = kinds & {"count", "reference", "which"} or words & (
        BOUGHT | {"with"}
    )  # "with sari-sari again", "how many came again"
    for one in spans:
        if one.kind in ("more", "fewer") and {"versus", "time"} <= kinds:
            one.role = "comparison"
        elif one.kind == "again" and not who:
            one.kind, one.role = "filler", "context"


def _both_ways(composer: Composer) -> None:
    """Split by what both values of are named, one beside the other: "add a payday / non-payday split"."""
    said = [one for one in composer.spans if one.kind not in (*SILENT, "and")]
    for one, after in pairwise(said):
        known = composer.model.dimensions.get(one.ref_of) if one.kind == after.kind == "value" else None
        both = known is not None and known.type == "boolean" and one.ref_of == after.ref_of
        if both and {each.value for each in one.meanings} != {each.value for each in after.meanings}:
            one.kind, one.meanings, after.kind, after.role = "dimension", [Meaning("dimension", one.ref_of)], "filler", "grouping"  # fmt: skip


def so_many(spans: Sequence[Span], last: SemanticQuery) -> None:
    """Take the words for nothing that say of a number that so many of the rows are enough: "just the first 3", "5 is enough"."""
    said = [one for one in spans if one.kind not in SILENT]
    if not last.order or sum(one.kind == "number" for one in said) != 1:
        return
    if all(one.kind == "number" or one.text.lower() in ENOUGH for one in said):
        for one in said:
            if one.kind != "number":
                one.kind, one.role = "filler", "limit"


def is_of_each(composer: Composer) -> bool:
    """Whether it is for each group of the query before: "the top 3 products in each"."""
    found = [one for one in composer.spans if one.text.lower() in OF_EACH]
    after = [one for one in composer.spans if found and one.start >= found[0].end and one.kind not in SILENT]
    if any(one.kind == "share" for one in composer.spans):  # "what is the share of each", "what % is each"
        last = next((one for one in reversed(composer.spans) if one.kind not in SILENT), None)
        ends = [last] if last is not None and last.kind == "by" and last.text.lower() in EACH else []
        for one in (*(found if not after else ()), *ends):
            one.kind, one.role = "filler", "share"
        return False
    if not found or (found[0].kind == "by" and after):
        return False
    ranked = ("dimension", "grain", "top", "bottom", "number")
    if not any(one.kind in ranked for one in composer.spans):  # "units of each"
        found[0].kind, found[0].role = "filler", "ignored"
        return False
    found[0].kind, found[0].role = "filler", "grouping"
    return True


def bare_number(composer: Composer, last: SemanticQuery) -> None:
    """A number by itself, "make it 10", is how many, where there was a limit."""
    for one in composer.spans:  # "make it 2000": no year that there is data of
        far = one.kind == "time" and one.text.isdecimal() and not -FAR < int(one.text) - composer.as_of.year < FAR
        if far and last.having and len(composer.spans) - 1 == sum(other.kind in ("followup", *SILENT) for other in composer.spans):  # fmt: skip
            one.kind, one.when, one.number = "number", None, int(one.text)
    numbers = [one for one in composer.spans if one.kind == "number"]
    if len(numbers) == 1 and kept_limits.moved(composer, last, numbers[0]):
        return
    others = {one.kind for one in composer.spans} & {"top", "bottom", "between", "dimension", "grain", "moving", "average", "median", *COMPARE}  # fmt: skip
    ranked = last.limit is not None or (bool(last.order) and bool(last.dimensions))
    if len(numbers) == 1 and ranked and not others and numbers[0].number is not None:
        value = numbers[0].number
        if value == int(value) and 1 <= value <= MOST:
            numbers[0].role = "limit"
            composer.draft.number = int(value)


def check_pointing(composer: Composer, last: SemanticQuery) -> None:
    """Refuse "that day" where the question before is of more than one, and "the top one": which row is meant is not known.

    Raises:
        Stop: something is pointed at that is a part of the answer before.
    """
    shown = last.period
    for at, one in enumerate(composer.spans):
        words = one.text.lower().split()
        unit = words[-1] if one.kind == "reference" and words[0] in ("that", "the", "same") else ""
        if unit in periods.UNITS and not (isinstance(shown, Period) and periods.end_of(shown.start, unit) >= shown.end):
            raise _no(f'which {unit} is "{one.text}"? Name it')
        one.role = "period" if unit in periods.UNITS else one.role
        after = composer.spans[at + 1].text.lower() if at + 1 < len(composer.spans) else ""
        if one.kind in ("top", "bottom") and after in ("one", "one's"):
            raise _no(f'which is "{one.text} {after}"? Name it')


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

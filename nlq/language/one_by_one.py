"""Values of which each is asked for: "every Saturday in October", "sales per payday"; "per minimart" does not say of what."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import sets
from nlq.language.draft import ALL, HELD, SILENT, VALUES, Stop
from nlq.language.periods_listed import TOGETHER
from nlq.language.relations import opposed
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.language.walk import Walker

EACH = frozenset(
    ("per", "each", "every", "for each", "for every", "kada", "bawat", "matag", "sa bawat", "sa kada", "sa matag")
)
SPLIT = ("split", "split into", "broken out", "broken down", "hatiin", "hati")
SUM = TOGETHER | ALL | {"or", "o", "total", "overall", "kabuuan", "kabuuang"}
OTHERWISE = ("share", "both", "none", "not", "solely", "list", "why", "times", "average")


def days(walker: Walker, value: Span, by: str) -> bool:
    """Whether days of a kind are asked for one after the other; so they are split, and no others are meant.

    Raises:
        Stop: it is weekends, which are of two days.
    """
    model, time = walker.model, walker.model.time_dimension
    if value.kind != "value" or time is None or not model.is_of_days(value.ref_of) or by not in EACH:
        return False
    if value.text.lower().startswith("weekend"):
        raise _no(
            f'one {value.text} after the other has two days: say "by week, weekends only", or "weekends vs weekdays"'
        )
    parts = [*walker.draft.dimensions, *(one.ref_of for one in walker.spans if one.kind == "dimension")]
    if any(name.startswith(f"{time.name}.") and not model.is_time_grain(name) for name in parts):
        return True  # "by hour, every Friday": of all of them together
    walker.group(f"{time.name}.day", value)
    return True


def named(spans: Sequence[Span], index: int) -> None:
    """Refuse "per minimart", which divides by how many there are, or splits by them; "each NCR store" says it.

    Raises:
        Stop: it is not said.
    """
    after = next((one for one in spans[index + 1 :] if one.kind not in SILENT), None)
    if after is None or after.kind not in ("dimension", "value", "place", "and"):
        raise _no(f'I do not know what is meant by each "{spans[index].text}": name what figures are split by')


def listed(walker: Walker) -> None:
    """Split by values that are named behind a word that splits: "by luzon, visayas and mindanao", "split NCR Cebu"; they are what is meant, each by itself."""
    draft, filters, spans = walker.draft, walker.filters, walker.spans
    for word, value in pairwise(spans):
        splits = word.kind == "by" or (word.kind == "filler" and word.text.lower() in SPLIT)
        values = filters.listed(value) if splits and value.kind in VALUES and value.role != "dimension" else []
        held = [condition for one in values for condition in filters.of(one)]
        fields = {name for one in held for name in one.fields()}
        if len(values) > 1 and len(fields) == 1 and draft.top is None and all(one.op in HELD for one in held):
            word.role = "grouping"
            draft.dimensions.extend(fields.difference(draft.dimensions))


def apart(composer: Composer) -> None:
    """Split by values of one list where they are all that there are, for they leave nothing out: "sales in Luzon, Visayas, Mindanao".

    Of others the sum is given, and that it is one is said: "sales of NCR and Cebu"; not of "NCR or Cebu", nor where they are to be taken together.
    """
    draft, filters, spans, model = composer.draft, composer.filters, composer.spans, composer.model
    said = {word for one in spans for word in one.text.lower().split()}
    if (
        draft.top is not None
        or composer.apiece is not None
        or said & SUM
        or any(one.kind in OTHERWISE for one in spans)
    ):
        return
    if draft.versus and opposed(spans, filters):
        return
    first = next((one for one in spans if one.kind in VALUES and len(filters.listed(one)) > 1), None)
    if first is None:
        return
    values = filters.listed(first)
    conditions = [condition for one in values for condition in filters.of(one)]
    fields = {name for one in conditions for name in one.fields()}
    counted = sets.counted_by(model, [one.ref_of for one in spans if one.kind == "metric"])
    either = counted is not None and not sets.is_its_own(model, counted, fields)  # "customers who bought A and B"
    if len(fields) != 1 or either or fields & set(draft.dimensions) or any(one.op not in HELD for one in conditions):
        return
    (field,) = fields
    known = model.dimensions[field].values if field in model.dimensions else ()
    if isinstance(known, tuple) and {one.value for one in known} == {value for one in conditions for value in one.values}:  # fmt: skip
        draft.dimensions.append(field)
        return
    if draft.versus:
        return
    names = " and ".join(one.text for one in values)
    composer.assume(f"{names} together, not each by itself", {"dimensions": [*draft.dimensions, field]})


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

"""Places in a ranking: "2nd best store", "3rd to 5th brands", "where does Bicol rank", "is Laguna in the top 10 provinces".

What is second is first among all but the first, which a set leaves out. Whose place is asked for is shown among all that it is ranked
with: alone it would have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nlq.language.draft import SILENT, Stop
from nlq.semantics.periods import UNITS, end_of, start_of
from nlq.values import Refusal
from nlq.values.query import Condition, Order, Period, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span

PLACES = {name: place for place, names in enumerate((
    "second 2nd ikalawa ikalawang pangalawa pangalawang pumapangalawa pumangalawa ikaduha ika-duha ika-dalawa", "third 3rd ikatlo ikatlong pangatlo pangatlong pumapangatlo pumangatlo ikatulo ika-tulo ika-tatlo",
    "fourth 4th ikaapat ika-apat pang-apat ikaupat ika-upat", "fifth 5th ikalima ikalimang panlima panlimang pang-lima ika-lima", "sixth 6th ikaanim ika-anim pang-anim ikaunom",
    "seventh 7th ikapito ikapitong pampito", "eighth 8th ikawalo ikawalong pangwalo", "ninth 9th ikasiyam pangsiyam",
    "tenth 10th ikasampu ikasampung pangsampu ikapulo",
), 2) for name in names.split()}  # fmt: skip
TO = ("to", "-", "–", "until", "thru", "through", "hanggang", "hangtod", "up to")
WAYS: tuple[Literal["desc", "asc"], ...] = ("desc", "asc")  # the best, and the worst
WHETHER = ("is", "are", "was", "were", "nasa", "kasama", "kabilang", "pasok", "did", "apil", "naa", "does", "has")


def taken(composer: Composer) -> None:
    """Take the words that name a place in a ranking.

    Raises:
        Stop: it is not clear which places, or whose.
    """
    _ordinals(composer)
    if composer.draft.position is None:
        _whose(composer)


def _ordinals(composer: Composer) -> None:
    """The first and the last place that are meant: "2nd best", "3rd to 5th"."""
    spans, draft = composer.spans, composer.draft
    marks = [at for at, one in enumerate(spans) if one.kind == "ordinal"]
    if not marks:
        return
    places = [PLACES.get(spans[at].text.lower(), 0) for at in marks]
    if 0 in places:
        raise Stop(
            Refusal(
                "out_of_scope", f'which place is "{spans[marks[places.index(0)]].text}"? Write it as 2nd, 3rd and so on'
            )
        )
    tied = {each.text.lower() for each in spans[marks[0] + 1 : marks[-1]]}
    if len(marks) > 2 or (len(marks) == 2 and (not tied or not tied <= set(TO) or places[0] >= places[1])):
        raise Stop(Refusal("out_of_scope", f'"{spans[marks[0]].text}" and "{spans[marks[-1]].text}" at once cannot be read yet: ask for one of them'))  # fmt: skip
    for one in (*spans[marks[0] : marks[-1] + 1], *(each for each in spans if each.kind == "placing")):
        one.kind, one.role = "filler", "limit"  # "which brand ranks second"
    draft.position = places[0], places[-1]
    draft.number = places[-1] - places[0] + 1
    if not any(one.kind in ("top", "bottom") for one in spans):
        draft.top = True
        composer.assume("from the highest down", {})


def _whose(composer: Composer) -> None:
    """Show all that a value is ranked with: "where does Bicol rank", "is Laguna in the top 10"."""
    spans = composer.spans
    values = [one for one in spans if one.kind in ("place", "value")]
    placing = next((one for one in spans if one.kind == "placing"), None)
    at = next((place for place, one in enumerate(spans) if one.kind in ("top", "bottom")), None)
    whether = at is not None and (spans[0].text.lower().split()[0] in WHETHER)
    if placing is None and not whether:
        return
    if placing is not None:
        placing.kind = "filler"
        own = {each.ref for each in values[0].meanings} if values else set()
        other = [one for one in spans if one.kind in ("grain", "versus") or (one.kind == "dimension" and one.ref_of not in own)]  # fmt: skip
        if at is not None or len(values) == 0 or other:
            composer.draft.sorted = None if at is not None else True  # "rank stores by sales"
            return
        placing.role = "order"
        composer.placed = values[0]
    elif at is not None and _named_beside(spans, at, values):
        composer.placed = _named_beside(spans, at, values)


def _named_beside(spans: Sequence[Span], at: int, values: Sequence[Span]) -> Span | None:
    """The value whose place among the best is asked for: "is Laguna in the top 10", "nasa top 10 ba ang laguna"."""
    for one in values:
        place = next(index for index, each in enumerate(spans) if each is one)
        low, high = sorted((place, at))
        if all(each.kind in (*SILENT, "number") for each in spans[low + 1 : high]) and (place < at or spans[0].text.lower() == "nasa"):  # fmt: skip
            return one
    return None


def among(composer: Composer) -> None:
    """Take the value whose place is asked for out of the filters: what it is of is what is ranked.

    Raises:
        Stop: something else is ranked.
    """
    one = composer.placed
    if one is None:
        return
    (held,) = composer.filters.take([one])
    field = held.field
    known = composer.model.dimensions.get(field or "")
    nouns = {each.ref_of for each in composer.draft.loose} | set(composer.draft.dimensions)
    if field is None or known is None or nouns - {field}:
        raise Stop(
            Refusal("out_of_scope", f'among what is "{one.text}" to be placed? Say "rank the provinces by sales"')
        )
    for each in composer.draft.loose:
        each.role = each.role or "dimension"
    composer.draft.loose.clear()
    if field not in composer.draft.dimensions:
        composer.draft.dimensions.append(field)
    if composer.draft.top is None:
        composer.draft.sorted = True
    one.role = "ranked among all"
    composer.assume(f"every {known.label.lower()} is ranked, so that the place of {one.text} is seen", {})


def behind(composer: Composer, metrics: Sequence[str], dimensions: Sequence[str], where: tuple[Condition, ...], order: tuple[Order, ...]) -> tuple[Condition, ...]:  # fmt: skip
    """The condition that leaves out what comes before the first place that is meant, or all but the best and the worst.

    Raises:
        Stop: it is a place within groups, in time, or by what a growth is.
    """
    draft = composer.draft
    if draft.position is None and not draft.extremes:
        return ()
    grained = bool(dimensions) and composer.model.is_time_grain(dimensions[0]) and not draft.extremes
    known = len(dimensions) == 1 and (grained or dimensions[0] in composer.model.dimensions)
    plain = known and not (draft.per or draft.having or draft.growth)
    if not plain or len(order) != 1 or order[0].by not in metrics:
        raise Stop(
            Refusal(
                "out_of_scope",
                "a place in a ranking is found for one kind of things at a time, by a figure of one period",
            )
        )
    if draft.position is None:
        ends = [SemanticQuery(metrics=(order[0].by,), dimensions=tuple(dimensions), where=where, period=None, order=(Order(by=order[0].by, dir=way),), limit=draft.number or 1) for way in WAYS]  # fmt: skip
        composer.assumptions[:] = [one for one in composer.assumptions if "limit" not in one.change]
        return (Condition(any=tuple(Condition(field=dimensions[0], op="in", query=one) for one in ends)),)
    if grained:
        _cut(composer, dimensions[0])
    first = SemanticQuery(
        metrics=(order[0].by,),
        dimensions=tuple(dimensions),
        where=where,
        period=None,
        order=order,
        limit=draft.position[0] - 1,
    )
    return (Condition(field=dimensions[0], op="not_in", query=first),)


def _cut(composer: Composer, grain: str) -> None:
    """Say that a month which the period cuts counts as one: "the second-worst month this year" is beside one that is not over."""
    period, unit = composer.given_period(), composer.model.grains[grain][1]
    if not isinstance(period, Period) or unit not in UNITS:
        return
    if period.start > start_of(period.start, unit) or period.end < end_of(period.end, unit):
        composer.assume(f"a {unit} of which the period has a part counts as that part", {})

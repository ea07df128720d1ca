"""This against that, and a part of the whole: which of the values that a question names stand in such a relation.

Only what the order of the words says is taken: "A vs B", "compare A and B", "share of A", "what % of sales is A". The rest is a filter.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, Stop
from nlq.values import Refusal
from nlq.values.query import Condition, Segment, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.draft import Draft
    from nlq.language.filters import Filters
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

PAIR = 2
BARE = frozenset(
    (
        "percent",
        "percentage",
        "%",
        "pct",
        "porsyento",
        "porsiyento",
        "in",
        "ilang",
        "how",
        "many",
        "what",
        "by",
        "anong",
        "pila",
        "ka",
        "ng",
        "of",
        "nga",
    )
)  # words of "growth in %" and "what % did it grow"
VALUES = ("value", "place", "ask")
IS = frozenset(
    ("is", "are", "was", "were", "ang", "came", "come", "comes", "coming", "made", "mula", "galing", "gikan")
)

NAMES = frozenset(("share", "shares", "mix", "contribution", "ambag", "bahagi", "bahin"))
TIED = frozenset(("as", "a", "to", "bilang"))
EVERY = ("each", "every", "bawat", "kada", "matag", "ng bawat", "sa matag", "each of the")
COMPARES = ("compar", "kumpar", "kompar", "hambing", "tandi")
FROM = frozenset(("from", "galing", "mula", "buhat", "gikan"))


def opposed(spans: Sequence[Span], filters: Filters) -> list[Span]:
    """The values that are set against each other, at least two; none where it is not values that are."""
    more = [one for one in spans if one.kind == "more"]
    if (
        more
        and any(one.kind == "versus" for one in spans)
        and not any(one.kind in ("time", "above") for one in spans[: _first(spans, "versus") + 2][-2:])
    ):
        for one in more:
            one.role = "comparison"  # "mas marami ba ang benta ng A kaysa B"
        more = []
    if more:  # "which sold more, A or B"
        last = next((one for one in reversed(spans) if one.kind in VALUES), None)
        lists = [filters.listed(one) for one in spans if one.kind in VALUES and last in filters.listed(one)]
        if len(more) > 1 or not lists or len(lists[0]) < PAIR:
            whens = [one for one in spans if one.kind == "time"]
            more[0].role = "comparison" if len(whens) == PAIR and len(more) == 1 else more[0].role  # of two periods
            return []
        more[0].role = "comparison"
        return lists[0]
    marks = compared_at(spans)
    pairs = [(_value(spans, at, -1), _value(spans, at, 1)) for at in marks]
    if len(pairs) == 1 and pairs[0][0] is None and pairs[0][1] is not None:  # "compare A and B"
        listed = filters.listed(pairs[0][1])
        return listed if len(listed) > 1 else []
    verb = len(marks) == 1 and any(stem in spans[marks[0]].text.lower() for stem in COMPARES)
    if verb and pairs[0] == (None, None):  # "compare the sales of A and B"
        several: list[list[Span]] = []
        for one in spans[marks[0] :]:
            if one.kind in VALUES and not any(one in each for each in several) and len(filters.listed(one)) > 1:
                several.append(filters.listed(one))
        return several[0] if len(several) == 1 else []
    if len(pairs) == 1 and pairs[0][1] is None and pairs[0][0] is not None:  # "A and B side by side"
        listed = next((one for one in map(filters.listed, (one for one in spans[: marks[0]] if one.kind in VALUES)) if pairs[0][0] in one), [])  # fmt: skip
        return listed if len(listed) > 1 else []
    found: list[Span] = []
    for before, after in pairs:  # "A vs B vs C"
        if before is None or after is None or (found and found[-1] is not before):
            return []
        found = [*(found or [before]), after]
    return found


def _first(spans: Sequence[Span], kind: str) -> int:
    return next(place for place, one in enumerate(spans) if one.kind == kind)


def compared_at(spans: Sequence[Span]) -> list[int]:
    """Where something is set against something. The verb of "compare A vs B" is not another place, but that of "compare A and B, C vs D" is."""
    marks = [place for place, one in enumerate(spans) if one.kind == "versus"]
    between = [one.kind for one in spans[marks[0] : marks[1]]] if len(marks) > 1 else []
    if between and any(stem in spans[marks[0]].text.lower() for stem in COMPARES) and "and" not in between:
        spans[marks[0]].role = "comparison"
        return marks[1:]
    if len(marks) > 1 and marks[-1] == len(spans) - 1 and any(stem in spans[-1].text.lower() for stem in COMPARES):
        spans[-1].role = "comparison"  # "ber months 2025 vs 2024 per category, pa-compare"
        return marks[:-1]
    return marks


def part_of(spans: Sequence[Span], filters: Filters, *, split: bool) -> list[Span] | None:
    """The values whose part of the whole is asked for; none where it is that of every group; None where it is not said.

    Values right beside "share" are it. Else, where nothing is split, those after the figure are: "what % of NCR's sales is GCash".
    """
    at = next(place for place, one in enumerate(spans) if one.kind == "share")
    later = _later(spans, filters, at) or _as_a_part(spans, filters, at)
    if later:
        return later
    after = _value(spans, at, 1)
    if (
        after is not None
        and split
        and (_inside(spans, at, after) or _of_the_figure(spans, after) or (at and spans[at - 1].kind == "dimension"))
    ):
        return []  # "share by brand, within snacks", "brand share of snacks", "top stores' share of Luzon sales"
    if after is not None:
        return filters.listed(after)
    if at and spans[at - 1].kind in VALUES:
        return [spans[at - 1]]
    if split or not _figure_after(spans, at):  # "sales share" says nothing of whose
        return [] if split else None
    figure = next(place for place, one in enumerate(spans) if one.kind == "metric" and place > at)
    last = [one for one in spans[figure + 1 :] if one.kind in VALUES]
    if last and filters.listed(last[0]) == last:
        return last
    said = [
        one
        for before, one in pairwise(spans[figure:])
        if one.kind in VALUES and before.kind not in ("preposition", "and")
    ]
    return filters.listed(said[0]) if len(said) == 1 else None  # "of transactions paid in cash, in minimarts"


def _as_a_part(spans: Sequence[Span], filters: Filters, at: int) -> list[Span]:
    """The value that is set as a part into another one: "QC as a % of NCR", "Cebu's contribution to Visayas revenue"."""
    before, after = _value(spans, at, -1), _value(spans, at, 1)
    tied = {word for one in spans[max(0, at - 1) : at + 2] for word in one.text.lower().split()}
    return filters.listed(before) if before is not None and after is not None and TIED & tied else []


def _figure_after(spans: Sequence[Span], at: int) -> bool:
    return any(one.kind == "metric" for one in spans[at + 1 :])


def _of_the_figure(spans: Sequence[Span], value: Span) -> bool:
    """Whether a figure stands right behind a value, which says what the figure is of: "of Luzon sales"."""
    return any(one is value and after.kind == "metric" for one, after in pairwise(spans))


def _inside(spans: Sequence[Span], at: int, value: Span) -> bool:
    """Whether what stands between "share" and a value says that it is the whole which lies in it: "share in", "share within"."""
    until = next(place for place, one in enumerate(spans) if one is value)
    return any(one.kind == "preposition" and not FROM & set(one.text.lower().split()) for one in spans[at + 1 : until])


def _later(spans: Sequence[Span], filters: Filters, at: int) -> list[Span]:
    """What the figure is said to be, or to come from: "of sales in NCR is GCash", "of Visayas sales comes from Cebu City"."""
    figure = next(
        (place for place, one in enumerate(spans) if one.kind == "metric" and place > at), at
    )  # or of no figure: "out of 100 pesos in Cebu, how many come from …"
    said = [place for place in range(figure + 1, len(spans)) if IS.intersection(spans[place].text.lower().split())]
    rest = spans[said[-1] + 1 :] if said else []
    if next((one.kind for one in rest if one.kind in (*VALUES, "dimension")), None) == "dimension":
        return []  # "of sales is each brand in snacks": every brand, of what is in it
    found = [one for one in rest if one.kind in VALUES]
    return found if found and filters.listed(found[0]) == found else []


def against(
    model: SemanticModel, filters: Filters, draft: Draft, spans: list[Span]
) -> tuple[tuple[Condition, ...], tuple[Segment, ...]]:
    """The conditions and the segments of values that are set against each other: the groups of their dimension, where they have one."""
    taken = filters.take(spans)
    where = filters.conditions()
    fields = {one.field for one in taken}
    known = model.dimensions.get(fields.pop() or "") if len(fields) == 1 else None
    if known is None or known.type != "string":  # whose values are numbers to nobody who types names
        return where, tuple(Segment(_called(one), (condition,)) for one, condition in zip(spans, taken, strict=True))
    if known.name not in draft.dimensions:
        draft.dimensions.insert(0, known.name)
    values = tuple(value for one in taken for value in one.values)
    return (*where, Condition(field=known.name, op="in", values=values)), ()


def _called(one: Span) -> str:
    """A value as it was typed, in the capitals that it has."""
    known = [name for each in one.meanings for name in (each.label, *(each.place.names if each.place else ()))]
    return next((name for name in known if name.casefold() == one.text.casefold()), one.text)


def part_metric(model: SemanticModel, draft: Draft, spans: Sequence[Span], metrics: list[str]) -> bool:
    """Whether one figure's part of another is asked for, "what percentage of orders were urgent orders"; they become a ratio."""
    if len(metrics) != PAIR or not any(one.kind == "share" for one in spans) or draft.growth or draft.having:
        return False
    places = [at for at, one in enumerate(spans) if one.kind == "metric"]
    between = {word for one in spans[places[0] + 1 : places[-1]] for word in one.text.lower().split()}
    whole, part = metrics
    if not IS & between or model.metrics[whole].unit != model.metrics[part].unit or not model.metrics[whole].adds_up:
        return False
    for one in spans:
        one.role = "share" if one.kind == "share" else one.role
    metrics[:] = [part]
    draft.pair = (part, whole)
    return True


def share(
    model: SemanticModel, filters: Filters, draft: Draft, spans: Sequence[Span], metrics: list[str]
) -> Share | None:
    """Each group's part of the total, or that of the value that is named; None where no share is asked for.

    Raises:
        Stop: it is not said whose share, or of what.
    """
    kinds = [one.kind for one in spans]
    if draft.growth:  # "growth in %" is a growth
        for one in spans:
            one.role = "growth" if one.kind == "share" and BARE.issuperset(one.text.lower().split()) else one.role
        kinds = [one.kind for one in spans if one.role != "growth"]
    if "share" not in kinds:
        return None
    if len(metrics) != 1 or not model.metrics[metrics[0]].adds_up or "versus" in kinds or draft.growth or draft.having:
        raise _no("a share is of one figure whose parts add up, such as sales; ask for that alone")
    after = next((one for one in spans[kinds.index("share") + 1 :] if one.kind not in SILENT), None)
    if after is not None and after in draft.loose and after.ref_of in model.counted:
        raise _no(f"the share of {after.text} themselves cannot be read yet; ask how many of them there are")
    best = [kinds.index(one) for one in ("top", "bottom") if one in kinds]
    if best and kinds.index("share") < min(best):  # that of all of them together
        raise _no("the share of what is best cannot be read yet; ask for the best with their shares")
    split = [name for name in draft.dimensions if not model.is_time_grain(name)]
    parts = part_of(spans, filters, split=bool(split))
    if parts is None or not (parts or split):
        raise _no("I do not know whose share of what is meant: say what is split, or name the part")
    fields = dict.fromkeys(name for one in parts for condition in filters.of(one) for name in condition.fields())
    part = _split_beside(draft, spans) if len(split) == PAIR and not fields else None
    within = [name for name in split if name != part] if part else [name for name in split if name in draft.each] if len(split) > 1 else []  # fmt: skip
    unsaid = len(split) > 1 and len(within) != len(split) - 1 and not fields
    if len(parts) > 1 or unsaid or fields.keys() & set(split):
        raise _no("I do not know which part of which whole is meant: ask for one part, or one split, at a time")
    for one in spans:
        one.role = "share" if one.kind == "share" else one.role
    grains = tuple(name for name in draft.dimensions if model.is_time_grain(name))
    draft.dimensions.extend(fields)  # the part, by its name
    return Share(within=(*grains, *(split if fields else within)), free=tuple(fields))


def _split_beside(draft: Draft, spans: Sequence[Span]) -> str | None:
    """What the parts are of, where it stands right beside "share": "payment method share by region", "share of each brand in each category"."""
    at = next(place for place, one in enumerate(spans) if one.kind == "share")
    before = (
        spans[at - 1] if at and NAMES.intersection(spans[at].text.lower().split()) else None
    )  # not "… per store type as percentages"
    after = next((one for one in spans[at + 1 :] if one.kind not in SILENT and one.text.lower() not in EVERY), None)
    for one in (before, after):
        if one is not None and one.kind == "dimension" and one.ref_of in draft.dimensions:
            return one.ref_of
    return None


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))


def _value(spans: Sequence[Span], at: int, step: int) -> Span | None:
    """The value that stands beside a span, what says nothing left out."""
    place = at + step
    while 0 <= place < len(spans) and spans[place].kind in SILENT:
        place += step
    return spans[place] if 0 <= place < len(spans) and spans[place].kind in VALUES else None

"""A part of the whole: which of the values that a question names is the part, of which whole.

Only what the order of the words says is taken: "share of A", "what % of sales is A", "A as a % of B", "the top 10 stores' share". The rest is a
filter.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import ordering, sets
from nlq.language.draft import SILENT, VALUES, Stop
from nlq.language.places import above
from nlq.language.relations import PAIR, value_beside
from nlq.values import Refusal
from nlq.values.query import Condition, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.draft import Draft
    from nlq.language.filters import Filters
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

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
IS = frozenset(
    ("is", "are", "was", "were", "ang", "came", "come", "comes", "coming", "made", "mula", "galing", "gikan", "happened", "happen", "happens", "occurred", "went", "nangyari", "nanggaling", "nagmula", "napunta", "nahitabo")
)  # fmt: skip

ARE = ("are", "were", "is", "ang", "ang nasa", "ang na")
NAMES = frozenset(("share", "shares", "mix", "contribution", "ambag", "bahagi", "bahin"))
TIED = frozenset(("as", "a", "to", "bilang"))
BRING = ("bring", "brings", "make", "makes", "contribute", "contributes", "contributed", "account", "accounts")
VALUES_AND_FIGURES = frozenset((*VALUES, "metric"))
PAID = frozenset(("paid", "binayaran", "binayad", "ibinayad", "gibayran", "gibayad", "nabayaran"))
EVERY = ("each", "every", "bawat", "kada", "matag", "ng bawat", "sa matag", "each of the")
THAT = frozenset(("that", "it", "iyon", "yun", "yon", "yan", "iyan", "ana", "kana"))
OF = ("of", "ng", "sa")
FROM = frozenset(("from", "galing", "mula", "buhat", "gikan"))


def part_of(spans: Sequence[Span], filters: Filters, *, split: bool) -> list[Span] | None:
    """The values whose part of the whole is asked for; none where it is that of every group; None where it is not said.

    Values right beside "share" are it. Else, where nothing is split, those after the figure are: "what % of NCR's sales is GCash".
    """
    _not_of_that(spans)
    at, *others = (place for place, one in enumerate(spans) if one.kind == "share")
    between = [one.kind for one in spans[at : others[-1]]] if others else []
    if (
        "and" in between
        and not VALUES_AND_FIGURES.isdisjoint(between)
        and value_beside(spans, others[-1], 1) is not None
    ):
        raise _no("two shares are asked for at once: ask for one, and then for the other")
    later = _later(spans, filters, at) or _as_a_part(spans, filters, at) or _paid(spans, filters, at)
    if later:
        return later
    after = value_beside(spans, at, 1)
    if (
        after is not None
        and split
        and (_inside(spans, at, after) or _of_the_figure(spans, after) or (at and spans[at - 1].kind == "dimension"))
    ):
        return []  # "share by brand, within snacks", "brand share of snacks", "top stores' share of Luzon sales"
    before = spans[at - 1] if at and spans[at - 1].kind in VALUES else None
    named = NAMES.intersection(spans[at].text.lower().split()) and not spans[at].comma
    if after is not None and before is not None and (named or _inside(spans, at, after)):
        return [before]  # "cash's cut of the total in BARMM", "NCR share of snacks"
    if after is not None:
        return filters.listed(after)
    placed = at > 1 and spans[at].comma and spans[at - 2].kind == "preposition"  # "by category in NCR, share of sales"
    apart = placed and any(one.kind == "dimension" for one in spans[:at])
    if at and spans[at - 1].kind in VALUES and not apart:
        return [spans[at - 1]]
    if split:
        _not_of_days(spans, filters, at)
        return []
    if not _figure_after(spans, at):  # "sales share" says nothing of whose
        return None
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


def _not_of_that(spans: Sequence[Span]) -> None:
    """Refuse the part that a figure of the same sentence is of another: "sales on paydays, and what percent is that of all sales".

    Raises:
        Stop: it is asked.
    """
    at = next(place for place, one in enumerate(spans) if one.kind == "share")
    rest = itertools.takewhile(lambda one: one.kind in SILENT, spans[at + 1 :])
    words = [word for one in (spans[at], *rest) for word in one.text.lower().split()]
    if any(one.kind == "metric" for one in spans[:at]) and any(one in THAT and after in OF for one, after in pairwise(words)):  # fmt: skip
        raise _no(
            "what part that is of another figure cannot be asked in the same sentence: ask for it behind the answer"
        )


def _paid(spans: Sequence[Span], filters: Filters, at: int) -> list[Span]:
    """The values that the figure is said to have been paid with, which are the part of it: "% of supermarket sales paid in cash, by region"."""
    figure = next((place for place, one in enumerate(spans) if one.kind == "metric" and place > at), len(spans))
    said: set[str] = set()
    for one in spans[figure + 1 :]:
        said = said | {*one.text.lower().split()} if one.kind in (*SILENT, "preposition", "not", *VALUES) else set()
        if one.kind in VALUES and PAID & said:
            return filters.listed(one)
        said = set() if one.kind in VALUES else said
    return []


def _not_of_days(spans: Sequence[Span], filters: Filters, at: int) -> None:
    """Ask whose part it is where days stand right behind the figure, and then what is split: "percent of sales on weekends by store type".

    Raises:
        Stop: it is so.
    """
    figure = next((place for place, one in enumerate(spans) if one.kind == "metric" and place > at), None)
    rest = [one for one in spans[figure + 1 :] if one.kind not in SILENT] if figure is not None else []
    days = rest[0] if len(rest) > 1 and rest[0].kind == "value" and rest[1].kind == "by" else None
    if days is not None and any(filters.model.is_of_days(name) for one in filters.of(days) for name in one.fields()):
        raise _no(f'is it the part that {days.text} have in each, or the part that each has in them? Say "sales on {days.text} and other days by …"')  # fmt: skip


def _as_a_part(spans: Sequence[Span], filters: Filters, at: int) -> list[Span]:
    """The value that is set as a part into another one: "QC as a % of NCR", "Cebu's contribution to Visayas revenue"."""
    before, after = value_beside(spans, at, -1), value_beside(spans, at, 1)
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


def of_things(composer: Composer) -> str | None:
    """The metric that counts things whose own share is asked for, "what % of stores are minimarts"; None where no such is."""
    draft, spans = composer.draft, composer.spans
    at = next((place for place, one in enumerate(spans) if one.kind == "share"), None)
    after = (
        next((one for one in spans[at + 1 :] if one.kind not in (*SILENT, "place")), None) if at is not None else None
    )
    if after is not None and _are_said_of(composer.model, spans, after) and not draft.metrics and not draft.loose:
        kind = composer.model.dimensions[after.ref_of].kind_of
        return next((name for name, one in composer.model.public_metrics().items() if one.counts == kind), None)
    if after is None or after not in draft.loose or after.ref_of not in composer.model.counted or draft.metrics:
        return None
    counts = next((name for name, one in composer.model.public_metrics().items() if one.counts == after.ref_of), None)
    if counts is None or not composer.model.metrics[counts].adds_up or draft.whens or draft.dimensions:
        raise _no(f"the share of {after.text} that did something cannot be read yet; ask how many there are")
    after.role = "counted"
    draft.loose[:] = [one for one in draft.loose if one is not after]
    return counts


def _are_said_of(model: SemanticModel, spans: Sequence[Span], value: Span) -> bool:
    """Whether it is said of things, by their kind, what they are: "what share of supermarkets are in NCR"; not "share of supermarkets"."""
    known = model.dimensions.get(value.ref_of) if value.kind == "value" else None
    after = next((one for place, one in enumerate(spans) if place and spans[place - 1] is value), None)
    return known is not None and known.kind_of in model.counted and after is not None and after.text.lower() in ARE


@dataclass(frozen=True, slots=True)
class Best:
    """Those that are best, and what they are a part of."""

    those: tuple[Condition, ...]
    share: Share


def asked(composer: Composer, metrics: list[str], against: Sequence[Span] = ()) -> Share | None:
    """The share that is asked for, where it is not that of one figure in another, which becomes a ratio.

    `against` are values that are set against each other: "gcash share in Visayas vs Mindanao" is the part that it is of each.
    """
    model, draft, spans = composer.model, composer.draft, composer.spans
    if part_metric(model, draft, spans, metrics):
        return None
    return share(model, composer.filters, draft, spans, metrics, _sides(composer, against))


def _sides(composer: Composer, against: Sequence[Span]) -> Sequence[Span]:
    """Values that are set against each other, where figures can be split by what they are of; so they are."""
    fields = {name for one in against for condition in composer.filters.of(one) for name in condition.fields()}
    known = composer.model.dimensions.get(next(iter(fields))) if len(fields) == 1 else None
    if known is None or known.type != "string" or not any(one.kind == "share" for one in composer.spans):
        return ()
    composer.draft.dimensions[:] = dict.fromkeys((*composer.draft.dimensions, known.name))
    return against


def of_the_best(composer: Composer, metrics: list[str]) -> Best | None:
    """What the best of something make of the whole together: "share of our top 10 stores in revenue"; None where each is asked for.

    Raises:
        Stop: it is not said of what the best are meant.
    """
    draft, spans = composer.draft, composer.spans
    kinds = [one.kind for one in spans]
    best = [kinds.index(one) for one in ("top", "bottom") if one in kinds]
    if "share" not in kinds or not best or draft.dimensions or "which" in kinds:
        return None  # "which region contributes the most": its name is asked for
    behind = spans[min(best) - 1].text.lower() if min(best) else ""
    together = kinds.index("share") < min(best) or any(
        one.text.lower().split()[0] in BRING for one in spans[min(best) :]
    )
    if not together:
        return None
    nouns = [one for one in draft.loose if one.kind == "dimension"]
    if (
        len(nouns) != 1
        or len(draft.loose) != 1
        or len(metrics) != 1
        or not composer.model.metrics[metrics[0]].adds_up
        or behind in EVERY
    ):
        raise _no("the share of the best of what? Name what is ranked, and one figure")
    limit = draft.number or (
        composer.model.header.default_ranking_limit if ordering.is_plural(composer.model, spans, nouns[0]) else 1
    )
    made = sets.best_of(composer.model, nouns[0], spans, metrics[0], composer.filters.conditions(), ordering.by(draft, metrics[0]), limit, None)  # fmt: skip
    for one in spans:
        one.role = "share" if one.kind == "share" else one.role
    draft.loose.clear()
    draft.top = None
    return Best((made,), Share(within=(), free=(nouns[0].ref_of,)))


def share(
    model: SemanticModel,
    filters: Filters,
    draft: Draft,
    spans: Sequence[Span],
    metrics: list[str],
    sides: Sequence[Span],
) -> Share | None:
    """Each group's part of the total, or that of the value that is named; None where no share is asked for.

    `sides` are values by which figures are split, of each of which it is the part.

    Raises:
        Stop: it is not said whose share, or of what.
    """
    kinds = [one.kind for one in spans]
    said = [one for one in spans if one.kind not in SILENT]
    beside = (
        "versus" in kinds and not sides and bool(said) and said[-1].kind == "share"
    )  # "vs last year, in pesos and percent"
    if draft.growth or beside:  # "growth in %" is a growth
        for one in spans:
            one.role = "growth" if one.kind == "share" and BARE.issuperset(one.text.lower().split()) else one.role
        kinds = [one.kind for one in spans if one.role != "growth"]
    if "share" not in kinds:
        return None
    if (
        len(metrics) != 1
        or not model.metrics[metrics[0]].adds_up
        or ("versus" in kinds and not sides)
        or draft.growth
        or (draft.having and not draft.part)
    ):
        raise _no("a share is of one figure whose parts add up, such as sales; ask for that alone")
    split = [name for name in draft.dimensions if not model.is_time_grain(name)]
    parts = _named_beside(spans, sides) if sides else _parts(model, filters, spans, split)
    if sides and parts == list(sides):  # "gcash vs cash share of sales": of all that there are
        parts, split = list(sides[:1]), split[:-1]
    if parts is None and not split:  # "luzon visayas mindanao split in percent": of each of those
        split = _of_a_list(filters, draft, spans)
        parts = [] if split else None
    if parts is None or not (parts or split):
        raise _no("I do not know whose share of what is meant: say what is split, or name the part")
    fields = dict.fromkeys(name for one in parts for condition in filters.of(one) for name in condition.fields())
    part = _split_beside(draft, spans) if len(split) == PAIR and not fields else None
    within = [name for name in split if name != part] if part else [name for name in split if name in draft.each] if len(split) > 1 else []  # fmt: skip
    unsaid = len(split) > 1 and len(within) != len(split) - 1 and not fields
    apart = len(parts) > 1 and (len(fields) > 1 or filters.listed(parts[0]) != parts)
    if apart or unsaid or fields.keys() & set(split):
        raise _no("I do not know which part of which whole is meant: ask for one part, or one split, at a time")
    for one in spans:
        one.role = "share" if one.kind == "share" else one.role
    grains = tuple(name for name in draft.dimensions if model.is_time_grain(name))
    draft.dimensions.extend(name for name in fields if name not in draft.dimensions)  # the part, by its name
    return Share(within=(*grains, *(split if fields else within)), free=tuple(fields))


def _parts(model: SemanticModel, filters: Filters, spans: Sequence[Span], split: Sequence[str]) -> list[Span] | None:
    """The part that is named, which is none where it holds all that figures are split by: "within CALABARZON, what percentage does each province account for"."""
    at = next(place for place, one in enumerate(spans) if one.kind == "share")
    if not split and value_beside(spans, at, 1) is not None and spans[at + 1].text.lower().endswith("of all"):
        return None  # "what share of all gcash transactions": which part of these?
    parts = part_of(spans, filters, split=bool(split))
    return [] if parts and split and _holds_them(model, filters, parts, split) else parts


def _holds_them(model: SemanticModel, filters: Filters, parts: Sequence[Span], split: Sequence[str]) -> bool:
    """Whether what is named is a place that holds those that figures are split by, and so is the whole."""
    fields = {name for one in parts for condition in filters.of(one) for name in condition.fields()}
    return bool(fields) and fields <= {outer for name in split for outer in above(model, name)}


def _named_beside(spans: Sequence[Span], sides: Sequence[Span]) -> list[Span] | None:
    """The part that stands right beside "share", which is none of the sides; these, where they stand there themselves."""
    at = next(place for place, one in enumerate(spans) if one.kind == "share")
    beside = [one for one in (value_beside(spans, at, -1), value_beside(spans, at, 1)) if one is not None]
    others = [one for one in beside if all(one is not side for side in sides)]
    return others[:1] or (list(sides) if beside else None)


def _of_a_list(filters: Filters, draft: Draft, spans: Sequence[Span]) -> list[str]:
    """What the values of the one list are of, which figures are then split by."""
    lists = [filters.listed(one) for one in spans if one.kind in VALUES]
    several = [one for one in lists if len(one) > 1]
    fields = {name for one in (several[0] if several else ()) for each in filters.of(one) for name in each.fields()}
    if len(fields) != 1 or any(one not in several[0] for each in lists for one in each):
        return []
    draft.dimensions.extend(fields)
    return list(fields)


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

"""Questions of "why did it drop": which change is to be taken apart, and over what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, VALUES, Stop
from nlq.semantics.joins import reaches
from nlq.semantics.periods import step_of
from nlq.values import Refusal
from nlq.values.explaining import Decomposition
from nlq.values.query import Period, SemanticQuery, Shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition

MOST_SPLITS = 12
KINDS = ("why", "moved", "rose")
DOWN = ("drop", "behind", "drag", "pull", "brought", "weigh", "held", "hurt", "humila", "humatak", "dip", "fell", "fall", "down", "decreas", "declin", "lower", "low", "slump", "plunge", "bad", "slow", "weak", "soft", "not so good", "bumaba", "bumagsak", "humina", "nabawasan",
        "kumaunti", "kumonti", "sumadsad", "pagbaba", "pagbagsak", "pagtumal", "matumal", "tumumal", "mahina", "hina", "baba", "lumiit", "niubos", "miubos", "nihinay", "mihinay", "mius", "nius",
        "mikunhod", "nikunhod", "ninaog", "minaog", "mikanaog", "nikanaog", "gikunhod", "migamay", "nigamay", "pagkunhod", "ubos", "hinay", "shr", "slid", "slip", "sank", "sink", "plummet", "tank", "crash", "contract", "worsen", "umuunti", "bumababa", "humihina", "nagkagamay")  # fmt: skip
UP = ("up", "rise", "rising", "rose", "increas", "grow", "grew", "spike", "jump", "surge", "high", "good", "strong", "improv", "tumaas", "lumago", "lumaki", "lumakas", "umakyat", "umangat", "dumami", "nadagdagan",
      "taas", "sumigla", "nisaka", "misaka", "gisaka", "nidako", "midako", "nitaas", "mitaas", "nidaghan", "midaghan", "climb", "expand", "gain", "shot", "tumataas", "lumalago", "lumalaki", "dumarami", "umaangat", "lumalakas", "gumanda", "nikusog", "mikusog", "nagkadaghan")  # fmt: skip


def is_asked(spans: Sequence[Span]) -> bool:
    """Whether a cause is asked for."""
    return any(one.kind == "why" for one in spans)


def goes_on(spans: Sequence[Span]) -> bool:
    """Whether what was asked why is only asked of another place, period or figure: "eh sa Caraga?" after "bakit bumaba sa Bicol"."""
    return all(one.kind in (*SILENT, *VALUES, "time", "metric", "followup", "and", "not") for one in spans)


def taken(spans: Sequence[Span]) -> int:
    """Take the words that say it, and give what they claim of the change: 1 that it rose, -1 that it fell."""
    claimed = 0
    for one in spans:
        if one.kind not in KINDS:
            continue
        one.role = "why"
        said = ways(one.text)
        claimed = -1 if -1 in said else claimed or sum(said)
    return claimed


def ways(text: str) -> tuple[int, ...]:
    """The ways that words say something went: 1 up, -1 down, or both."""
    words = text.lower().replace("-", " ").split()
    return tuple(way for way, stems in ((1, UP), (-1, DOWN)) if any(word.startswith(stems) for word in words))


def decomposed(model: SemanticModel, query: SemanticQuery, claimed: int) -> Decomposition:
    """The change of a query's figure, and the dimensions that are worth looking at.

    Raises:
        Stop: it is not one figure, or it has no time.
    """
    metrics = query.metrics
    if len(metrics) != 1 or not isinstance(metrics[0], str):
        raise _no("why what changed? Ask for one figure at a time")
    metric = metrics[0]
    over = query.dimensions
    if len(over) > 1 or (over and not claimed) or query.limit is not None or any(map(model.is_time_grain, over)):
        raise _no("why what changed? Ask for one figure, without a split: its parts are shown")
    if not model.has_time(metric) or not isinstance(query.period, Period):
        raise _no("a figure without a time has no change that could be explained")
    count, unit = step_of(query.period)
    compare = query.compare[:1] or (Shift(shift=f"{count} {unit}"),)
    bare = SemanticQuery(metrics=(metric,), where=query.where, period=query.period, compare=compare)
    splits = _splits(model, metric, query.where)
    if not set(over) <= set(splits):
        raise _no(f"{over[0]} cannot be looked at as a cause here")
    return Decomposition(bare, tuple(over or splits), claimed)  # "which stores dragged it down": over stores alone


def narrowed(query: SemanticQuery) -> SemanticQuery:
    """The query before, as one figure: its split, order and limit are no part of a "why"."""
    return replace(
        query, dimensions=(), order=(), limit=None, per=(), share=None, having=(), totals=(), include_empty=()
    )


def _splits(model: SemanticModel, metric: str, where: Sequence[Condition]) -> list[str]:
    """Dimensions that the metric reaches, that no filter holds to one value, and that are neither time nor single people."""
    pinned = {name for one in where if one.op in ("=", "in") and len(one.values) == 1 for name in one.fields()}
    above = set(pinned)
    for name in pinned:  # within one city there is one province
        one = model.dimensions.get(name)
        while one is not None and one.parent is not None and one.parent not in above:
            above.add(one.parent)
            one = model.dimensions.get(one.parent)
    times = model.time_dimension.table if model.time_dimension else ""
    found = []
    for name, one in model.dimensions.items():
        if one.time or one.optional or one.type != "string" or one.table == times or name in above:
            continue
        if reaches(model, metric, name) and not model.small_groups(one.table):
            found.append(name)
    return found[:MOST_SPLITS]


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

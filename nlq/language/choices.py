"""Questions back and refusals: what to offer where the words leave the figure open."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from nlq.language import strange
from nlq.language.draft import SILENT, Stop
from nlq.semantics.joins import reaches
from nlq.values import Clarification, Refusal
from nlq.values.query import MetricEntry, Order, Period, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel

MOST = 5
KNOWN = ("metric", "dimension", "value", "place", "ask", "performing")  # kinds of words that figures are asked for by
EMPTY = (
    *SILENT,
    "and",
    "which",
    "number",
    "time",
    "clock",
    "not",
    "followup",
)  # and kinds that ask for nothing by themselves
# Kinds that say something of the figure: one that nothing was done with would be passed over.
TELLING = frozenset((
    "list", "running", "moving", "rose", "more", "fewer", "between", "none", "both", "again", "undo", "unlimited", "as_chart", "as_table", "anew", "why", "moved", "latest_first",
    "earliest_first", "average", "median", "clock", "newest", "oldest", "fastest", "slowest", "or_more", "or_less", "whenever", "rest", "ordinal", "placing", "apiece",
    "times", "once", "solely",
))  # fmt: skip
# What people ask an assistant for, and no reader of figures can give.
NOT_FIGURES = {
    "forecast": "nlq reports what happened; it does not forecast. Ask for the same days of a year before, or for the trend so far",
    "action": "nlq answers questions from the data and changes or sends nothing",
    "personal": "how to reach or find somebody is not shown here: ask for figures, or for how many they are",
    "advice": "nlq gives figures, not advice: ask for those that you would decide by",
}
FIGURES = frozenset(
    (
        "number",
        "numbers",
        "figure",
        "figures",
        "result",
        "results",
        "report",
        "stats",
        "resulta",
        "numero",
        "business",
        "negosyo",
        "status",
        "overview",
        "snapshot",
        "recap",
    )
)
THEN = frozenset(
    ("noon", "noon din", "back then", "at that time", "in that time", "that time", "niadtong panahona")
)  # of the period of the question before
THANKS = frozenset(("thanks", "thank", "thx", "ty", "salamat", "tnx"))
POINTING = THEN | frozenset(("them", "those", "these", "that one", "only those", "of those", "of them", "among them", "among those", "just those", "sa kanila", "sa ila", "sa mga yun",
                      "sa mga iyon", "sa mga ito"))  # fmt: skip


def leftover(spans: Sequence[Span]) -> Refusal | None:
    """What says something of the figure and was taken for nothing."""
    for one in spans:
        if (one.kind in TELLING and not one.role) or (
            one.kind == "reference"
            and (one.text.lower() in POINTING or one.text.lower().startswith("that "))
            and not one.role
        ):
            one.role = "not understood"
            return Refusal("out_of_scope", f'nlq cannot read "{one.text}" here yet, and leaving it out could change the figure')  # fmt: skip
    return None


def refused(model: SemanticModel, spans: Sequence[Span]) -> Refusal | None:
    """Why a question cannot be read at all: it asks for what is not there, is no question, or holds words that are not known."""
    absent = _absent(model, spans)
    if absent is not None:
        return absent
    unknown = [one for one in spans if one.kind == "unknown"]
    known = any(one.kind in KNOWN for one in spans)
    figures = any(
        FIGURES.intersection(one.text.lower().split()) for one in spans
    )  # "the numbers for last month": which?
    dated = not unknown and any(one.kind == "time" for one in spans)  # "how did we do last month": in which figure?
    followed = any(one.kind in ("followup", "reference") for one in spans)
    if (all(one.kind in EMPTY for one in spans) and not figures and (followed or not dated)) or (unknown and not known):
        if not unknown and _thanks(spans):
            return Refusal("out_of_scope", "You are welcome. Ask on, or ask something new.", firm=True)
        words = " and ".join(f'"{one.text}"' for one in unknown)
        named = f"I do not know what {words} means. " if unknown else ""
        return Refusal(
            "out_of_scope", f"{named}This is no question about {model.header.description.rstrip('.').lower()}"
        )
    return unreadable(model, spans)


def _thanks(spans: Sequence[Span]) -> bool:
    """Whether all that is said is thanks: "ok thanks, that's all", "ayos, salamat po"."""
    words = {word for one in spans for word in one.text.lower().split()}
    return not THANKS.isdisjoint(words) and all(one.kind in (*SILENT, "followup", "preposition") for one in spans)


def check_readable(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Refuse what asks for something that is not there, or is in no list.

    Raises:
        Stop: there is such a word.
    """
    problem = unreadable(model, spans)
    if problem is not None:
        raise Stop(problem)


def unreadable(model: SemanticModel, spans: Sequence[Span]) -> Refusal | None:
    """What asks for something that is not there, or is in no list."""
    absent = _absent(model, spans)
    if absent is not None:
        return absent
    unknown = [one for one in spans if one.kind == "unknown"]
    if unknown:
        return for_unknown(model, unknown, spans)
    cannot = next((one for one in spans if one.kind == "unsupported"), None)
    if cannot is not None:
        cannot.role = "not understood"
        return Refusal(
            "out_of_scope", f'nlq cannot read "{cannot.text}" yet, and leaving it out could change the figure'
        )
    return None


def _absent(model: SemanticModel, spans: Sequence[Span]) -> Refusal | None:
    """What is asked for that is not in the data, or that is nothing to be read from data at all."""
    absent = next((one for one in spans if one.kind == "absent"), None)
    other = next((one for one in spans if one.kind in NOT_FIGURES), None)
    if absent is None and other is not None:
        other.role = "not understood"
        code: Any = "not_permitted" if other.kind == "personal" else "out_of_scope"
        return Refusal(code, NOT_FIGURES[other.kind], firm=True)
    if absent is None:
        return None
    absent.role = "not in the data"
    entry = next(entry for entry in model.absent if entry.name == absent.ref_of)
    return Refusal("no_metric", f"{entry.name}: {entry.reason}", firm=True)


def for_unknown(model: SemanticModel, unknown: Sequence[Span], spans: Sequence[Span]) -> Refusal:
    """A word that is in no list. Leaving it out could change the figure, so it is never left out."""
    for one in unknown:
        one.role = "not understood"
    words = " and ".join(f'"{one.text}"' for one in unknown)
    foreign = next(((one.text, letters) for one in unknown if (letters := strange.lookalikes(one.text))), None)
    if foreign is not None:
        text = f'"{foreign[0]}" holds letters of another script that look like others ("{foreign[1]}"): type it anew'
        return Refusal("out_of_scope", text)
    names = [metric.label for metric in model.public_metrics().values()]
    near = get_close_matches(unknown[0].text.lower(), [name.lower() for name in names], n=2, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    missing = len(unknown) == 1 and not any(one.kind in ("metric", "performing", "top", "bottom") for one in spans)
    text = f"I do not know what {words} means here, and leaving it out could change the figure.{hint}"
    return Refusal("no_metric" if missing else "out_of_scope", text)


def for_missing_metric(model: SemanticModel, rest: dict[str, Any], loose: Sequence[Span]) -> Clarification | Refusal:
    """No figure was named: offer the default one, and counts."""
    names = [model.header.default_metric]
    counted = {span.ref_of for span in loose}
    names += [
        name
        for name, metric in model.public_metrics().items()
        if metric.counts in counted and metric.counts is not None
    ]
    names += [model.header.second_metric] if model.header.second_metric else []
    options = [(model.metrics[name].label, _query(model, name, rest)) for name in dict.fromkeys(names)]
    if len(options) < 2:
        return Refusal("no_metric", "the question names no figure")
    return Clarification("Which figure is meant?", tuple(options[:MOST]))


def for_division(model: SemanticModel, metric: str, by: str, noun: Span, rest: dict[str, Any]) -> Clarification:
    """A figure per something that is counted: of each, or over how many there are."""
    over = next((name for name, one in model.public_metrics().items() if one.ratio == (metric, by)), None)
    entry = over or MetricEntry(ratio=(metric, by), as_=f"{metric}_per_{noun.ref_of}")
    name = model.metrics[metric].label
    kept = tuple(one for one in rest["dimensions"] if one != noun.ref_of)
    return Clarification(
        f'Is "{noun.text}" what {name.lower()} is split by, or divided by how many there are?',
        ((f"{name} of each {noun.text.lower()}", SemanticQuery(metrics=(metric,), **rest)),
         (f"{name} over {model.metrics[by].label.lower()}", SemanticQuery(metrics=(entry,), **{**rest, "dimensions": kept}))),
    )  # fmt: skip


def for_average(
    model: SemanticModel, metrics: Sequence[str], word: Span, rest: dict[str, Any]
) -> Clarification | Refusal:
    """An average of what? Offer the model's averages of that metric."""
    wanted = metrics[0] if metrics else model.header.default_metric
    options = [
        (metric.label, _query(model, name, rest))
        for name, metric in model.public_metrics().items()
        if metric.ratio is not None and metric.ratio[0] == wanted
    ]
    if len(options) < 2:
        return Refusal(
            "out_of_scope", f'nlq cannot read "{word.text}" here yet, and leaving it out would change the figure'
        )
    return Clarification(f'"{word.text}" over what?', tuple(options[:MOST]))


def for_missing_entity(model: SemanticModel, base: SemanticQuery, *, top: bool) -> Clarification | Refusal:
    """A rank of nothing, or of nothing in each of the base's groups: offer the things that are counted, and the widest places."""
    each = base.dimensions
    names = [metric.counts for metric in model.public_metrics().values() if metric.counts]
    names += [one.name for one in model.dimensions.values() if one.place == "region" and not each]
    order = (Order(by=str(base.metrics[0]), dir="desc" if top else "asc"),)
    options = [(f"{base.limit} by {_named(model, each[-1])}", replace(base, order=order, per=()))] if each else []
    for name in dict.fromkeys(names):
        if reaches(model, str(base.metrics[0]), name) and name not in each:
            query = replace(base, dimensions=(*each, name), per=each, order=order, limit=base.limit or 10)
            within = f" in each {_named(model, each[-1])}" if each else ""
            options.append((f"by {_named(model, name)}{within}", query))
    if len(options) < 2:
        return Refusal("out_of_scope", "the question ranks nothing that I know")
    return Clarification("The highest of what?" if top else "The lowest of what?", tuple(options[:MOST]))


def _named(model: SemanticModel, name: str) -> str:
    """A dimension by its label, a grain of time by its name."""
    return model.dimensions[name].label.lower() if name in model.dimensions else name.rpartition(".")[2]


def for_missing_time(model: SemanticModel, base: SemanticQuery, *, top: bool) -> Clarification | Refusal:
    """When it was highest: on which date or in which month, and at which of the times that come again, of the day or of the week?"""
    time = model.time_dimension
    if time is None:
        return Refusal("out_of_scope", "nothing in this data has a time")
    metric, order = str(base.metrics[0]), (Order(by=str(base.metrics[0]), dir="desc" if top else "asc"),)
    again = [(one.label.lower(), name) for name, one in model.dimensions.items()
             if name.startswith(f"{time.name}.") and one.synonyms and reaches(model, metric, name)]  # fmt: skip
    units = [("date", f"{time.name}.day"), *(again or [("week", f"{time.name}.week")]), ("month", f"{time.name}.month")]
    options = [(f"the {label}", replace(base, dimensions=(name,), order=order, limit=1)) for label, name in units[:MOST]]  # fmt: skip
    said = [label for label, _ in options]
    return Clarification(f"Which is meant: {', '.join(said[:-1])} or {said[-1]}?", tuple(options))


def _query(model: SemanticModel, metric: str, rest: dict[str, Any]) -> SemanticQuery:
    period: Period | Literal["all"] = rest["period"] if model.has_time(metric) else "all"
    return SemanticQuery(metrics=(metric,), dimensions=rest["dimensions"], where=rest["where"], period=period)

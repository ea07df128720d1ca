"""Which of several rose or fell: "which stores' sales fell in September", "categories that grew last quarter"."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nlq.language import sets, why
from nlq.language.draft import COMPARE, SILENT, Stop
from nlq.values import Refusal
from nlq.values.query import Condition, Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span

ASKING = frozenset(
    ("did", "do", "does", "is", "are", "was", "were", "have", "has")
)  # "did stores sell more" is asked of all of them
COUNTING = ("how", "number", "no", "count", "ilang", "ilan", "pila")
TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
ELSE = ("why", "count", "more", "fewer", "share", "average", "median", "whenever", "trend", "fastest", "slowest", "versus", "running", "moving")  # fmt: skip


def taken(composer: Composer) -> tuple[int, ...]:
    """Take the words that say that some of a split rose or fell, and what is split; the ways that are asked for, 1 up and -1 down.

    Empty where it is the whole that is asked about ("did sales fall"), or where something else is asked of the figure.
    """
    draft = composer.draft
    for one, after in pairwise(composer.spans):
        if one.kind == "rose" and after.kind in COMPARE and after.role == "threshold" and draft.beyond is None:
            one.role = "threshold"  # "dropped below ten thousand" is a limit on the figure
    found = [one for one in composer.spans if one.kind == "rose" and not one.role]
    more = _more_than_then(composer)
    nouns = [one for one in draft.loose if one.kind == "dimension"]
    split = [name for name in draft.dimensions if not composer.model.is_time_grain(name)]
    ways = (more,) if more else tuple(dict.fromkeys(way for one in found for way in why.ways(one.text)))
    _not_counted(composer, found)
    grows = draft.growth or any(composer.model.metrics[name].growth for name in draft.metrics)
    if not ways and grows and draft.beyond is not None and draft.beyond[0].startswith(">"):
        ways = (1,)  # "regions with growth over 5%"
    if not ways or draft.top is not None or any(one.kind in ELSE and not one.role for one in composer.spans):
        return ()
    if not nouns and not draft.dimensions and len(found) == 1 and _is_noun(composer.spans, found[0]):
        draft.growth, found[0].role = True, "growth"  # "increase in sales", "sales drop": of the whole
        return ()
    if len(nouns) + len(split) != 1 or len(split) != len(draft.dimensions):
        return ()
    for one in (*found, *nouns):
        one.role = "grouping" if one.kind == "dimension" else "growth"
    draft.dimensions.extend(composer.walker.name(one) for one in nouns)
    draft.loose[:] = [one for one in draft.loose if one not in nouns]
    draft.growth = True
    places = [at for at, one in enumerate(composer.spans) if one.kind in ("rose", "by")]
    before = bool(split) and bool(places) and composer.spans[places[-1]].kind == "by" and draft.beyond is None
    return (1, -1) if before else ways  # "drop in sales by region" is the change of each


def _more_than_then(composer: Composer) -> int:
    """Whether things are meant of which a figure is more than it was, 1, or less, -1: "which stores sold more in October than in September"; else 0."""
    draft, spans, model = composer.draft, composer.spans, composer.model
    lower = [one for one in spans if one.kind == "moved" and why.ways(one.text) != (1,)]  # "lower", "mas mababa"
    at = next((place for place, one in enumerate(spans) if one.kind in ("more", "fewer") or one in lower), None)
    if at is None or not draft.versus or draft.top is not None or any(one.kind in ELSE and not one.role for one in spans if one is not spans[at]):  # fmt: skip
        return 0
    first = next((place for place, one in enumerate(spans) if one.kind not in (*SILENT, "which", "list")), at)
    led = {word for one in spans[:first] if one.kind == "filler" for word in one.text.lower().split()}
    subject, entity = spans[first], None
    if subject.kind == "metric":
        entity = sets.counted_by(model, [subject.ref_of])
    if first >= at or ASKING & led or not (entity or (subject.kind == "dimension" and subject in draft.loose) or subject.role == "dimension"):  # fmt: skip
        return 0
    if subject.text.lower().split()[0] in COUNTING:
        raise Stop(
            Refusal("out_of_scope", f'how many had "{spans[at].text}" than before cannot be counted yet: ask which had')
        )
    if entity is not None:  # "stores" is the name of their count as well
        draft.metrics[:] = [name for name in draft.metrics if name != subject.ref_of]
        composer.walker.group(entity, subject)
    spans[at].role = "growth"
    return 1 if spans[at].kind == "more" else -1


def _not_counted(composer: Composer, found: Sequence[Span]) -> None:
    """Refuse "how many stores' sales fell": how many did so is no figure that can be asked for.

    Raises:
        Stop: it is asked.
    """
    model, spans = composer.model, composer.spans
    counts = any(one.kind == "count" or (one.kind == "metric" and model.metrics[one.ref_of].counts) for one in spans)
    others = [
        one
        for one in spans
        if one.kind == "metric"
        and not any(
            one.ref_of in (other.name, other.during) for other in model.public_metrics().values() if other.counts
        )
    ]
    things = [one for one in spans if one.kind == "dimension" and one.ref_of in model.dimensions]
    if found and counts and others and (things or any(one.kind == "metric" and one not in others for one in spans)):
        raise Stop(Refusal("out_of_scope", f'how many "{found[0].text}" cannot be counted yet: ask which did'))


def _is_noun(spans: Sequence[Span], word: Span) -> bool:
    """Whether a word stands right by the figure that moved: "increase in sales", "sales drop"; not "customers that dropped"."""
    at = next(place for place, one in enumerate(spans) if one is word)
    before, after = spans[at - 1] if at else None, spans[at + 1 : at + 3]
    led = bool(after) and after[0].kind in SILENT and after[-1].kind == "metric"
    return led or (before is not None and before.kind == "metric")


def limits(
    ways: tuple[int, ...], metrics: list[str], compare: Any, beyond: tuple[str, float] | None
) -> tuple[Condition, ...]:
    """Only those that went one way, where one is asked for; by so much of what was before, where that is said.

    Raises:
        Stop: there is no one figure that could rise, or no time for it.
    """
    if beyond is not None and len(ways) != 1:
        raise Stop(Refusal("out_of_scope", "by so much of what? Name what is to have risen, or fallen"))
    if not ways:
        return ()
    if len(metrics) != 1 or compare is None:
        raise Stop(Refusal("out_of_scope", "what rose or fell? Ask for one figure of a period"))
    if len(ways) > 1:  # those that rose and those that fell
        return ()
    way = Condition(field=_change(metrics[0]), op=">" if ways[0] > 0 else "<", values=(0,))
    if beyond is None:
        return (way,)
    op, part = beyond
    growth = Condition(field=f"{metrics[0]}__growth", op=op if ways[0] > 0 else TURNED[op], values=(part * ways[0],))  # type: ignore[arg-type]
    return (growth,) if op.startswith(">") else (way, growth)


def ordered(ways: tuple[int, ...], metrics: list[str], order: tuple[Order, ...]) -> tuple[Order, ...]:
    """The biggest move first, where no other order is asked for."""
    return order or ((Order(by=_change(metrics[0]), dir="asc" if ways == (-1,) else "desc"),) if ways else ())


def _change(metric: str) -> str:
    return f"{metric}__change"

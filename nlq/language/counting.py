"""Counts of things: which metric counts what was named, and whether those on the books are meant or those that were active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.walk import Stop
from nlq.semantics.joins import out_of_reach
from nlq.values import Assumed, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.language.walk import Walker
    from nlq.semantics.model import SemanticModel


def of_noun(model: SemanticModel, spans: Sequence[Span], walker: Walker) -> list[str]:
    """The metric that counts what was named by its kind ("how many supermarkets")."""
    kinds = {
        model.dimensions[meaning.ref].kind_of
        for one in spans
        if one.kind == "value"
        for meaning in one.meanings
        if meaning.ref in model.dimensions
    }
    nouns = {walker.name(one) for one in walker.draft.loose[:1]}  # what stands first after "how many"
    return [name for name, metric in model.public_metrics().items() if metric.counts and metric.counts in (nouns or kinds)]  # fmt: skip


def during(model: SemanticModel, name: str, fields: Sequence[str], *, given: bool) -> tuple[str, Assumed | None]:
    """A count of things on the books, asked for over a period or by what only sales have, is a count of active ones.

    Raises:
        Stop: it is asked for over a period, and is of none.
    """
    metric = model.metrics[name]
    table = metric.agg.table if metric.agg else ""
    beyond = bool(table) and bool(out_of_reach(model, table, fields))
    if metric.during and (given or beyond):
        active = model.metrics[metric.during]
        text = f"{active.label.lower()}: {active.description[0].lower()}{active.description[1:].rstrip('.')}"
        return active.name, Assumed(text, {"metrics": [name], "period": "all"})
    if given and not model.has_time(name):
        raise Stop(Refusal("no_metric", f"{metric.label.lower()} are counted as they stand today, not over a period"))
    return name, None

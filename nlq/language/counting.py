"""Counts of things: which metric counts what was named, and whether those on the books are meant or those that were active."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, Stop
from nlq.semantics.joins import out_of_reach
from nlq.values import Assumed, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.language.walk import Walker
    from nlq.semantics.model import SemanticModel


HOW_MANY = ("pila", "pilay")


def of_noun(model: SemanticModel, spans: Sequence[Span], walker: Walker) -> list[str]:
    """The metric that counts what was named by its kind ("how many supermarkets")."""
    kinds = {
        model.dimensions[meaning.ref].kind_of
        for one in spans
        if one.kind == "value"
        for meaning in one.meanings
        if meaning.ref in model.dimensions
    }
    nouns = {walker.name(one) for one in things(model, walker.draft.loose)[:1]}  # what stands first after "how many"
    return [name for name, metric in model.public_metrics().items() if metric.counts and metric.counts in (nouns or kinds)]  # fmt: skip


def in_cebuano(model: SemanticModel, spans: Sequence[Span]) -> None:
    """Say what Cebuano's "pila" asks: how many of what stands right behind it, else how much; "buok" only counts: "pila kabuok tindahan"."""
    said = [one for one in spans if one.kind not in SILENT]  # "pila pud ka suki"
    for one, after in pairwise(said):  # "pila ka buok atong tindahan"
        known = model.dimensions.get(after.ref_of)
        noun = known is not None and (after.ref_of if after.kind == "dimension" else known.kind_of if after.kind == "value" else None) in model.counted  # fmt: skip
        pieces = one.kind == "metric" and one.text.lower().endswith("buok")
        how_many = (
            one.kind == "amount"
            and one.text.lower().split()[0] in HOW_MANY
            and not any(each.kind == "metric" for each in spans)
        )
        if noun and (pieces or how_many):
            one.kind = "count"


def things(model: SemanticModel, nouns: Sequence[Span]) -> list[Span]:
    """The nouns that can be counted: "opened" and "closing date" are dates of things."""
    return [one for one in nouns if one.kind != "dimension" or model.dimensions[one.ref_of].type != "date"]


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

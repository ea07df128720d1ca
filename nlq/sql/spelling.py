"""Names in a query that mean a field of another name: what a query may leave out, and what it may say twice.

A field that is called by the way that leads to it (pier__lake__region) may be called by that way's end (lake__region) where
that is reached by no way of its own, and where one such field is reached by every metric. And a date that is the very column
by which all of the metrics count is the time dimension, so that windows and comparisons know it. The result's columns are
called as they were asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics.joins import reaches
from nlq.values.query import Condition, MetricEntry, Order, Segment, SemanticQuery, Share

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.semantics.model import SemanticModel
    from nlq.values.pipeline import Column

WAY = "__"


def understood(model: SemanticModel, query: SemanticQuery) -> tuple[SemanticQuery, dict[str, str]]:
    """The query with its fields under the model's names, and what each that was changed had been called.

    Raises:
        BadRequest: an end that several ways have.
    """
    known = [name for name in query.metric_names() if name in model.metrics]
    if not known:
        return query, {}
    changed: dict[str, str] = {}
    for name in sorted(_fields(query)):
        meant = _meant(model, [str(one) for one in known], name)
        if meant is not None:
            changed[name] = meant
    taken = set(query.dimensions)
    changed = {name: meant for name, meant in changed.items() if meant not in taken}
    if not changed:
        return query, {}
    return _renamed(query, lambda name: changed.get(name, name)), {meant: name for name, meant in changed.items()}


def _meant(model: SemanticModel, metrics: list[str], name: str) -> str | None:
    """The field that a name means, where it is another than the one that is called so."""
    if name not in model.fields:
        return None
    base, grain = _split(model, name)
    time = _own_time(model, metrics, base) if grain else None
    if time is not None:
        return f"{time}.{grain}"
    if WAY not in base or all(reaches(model, one, name) for one in metrics):
        return None
    ends = [one for one in model.dimensions if one.endswith(f"{WAY}{base}")]
    whole = [f"{one}.{grain}" if grain else one for one in ends]
    found = [one for one in whole if one in model.fields and all(reaches(model, metric, one) for metric in metrics)]
    if len(found) > 1:
        raise BadRequest(f"{name} may be {' or '.join(found)}", where=f"field {name}", fix="name one of them")
    return found[0] if found else None


def _split(model: SemanticModel, name: str) -> tuple[str, str | None]:
    found = model.grains.get(name)
    return (name, None) if found is None else (found[0].name, found[1])


def _own_time(model: SemanticModel, metrics: list[str], name: str) -> str | None:
    """The time dimension, where a date is the column by which every one of the metrics counts."""
    one, time = model.dimensions[name], model.time_dimension
    if time is None or one.time or one.column is None:
        return None
    tables = {table for metric in metrics for table in model.base_tables(metric)}
    same = {(table, one.held_by.get(table, one.column if table == one.table else None)) for table in tables}
    counts = all(column is not None and column == model.tables[table].time for table, column in same)
    return time.name if counts and not any(_other_time(model, metric) for metric in metrics) else None


def _other_time(model: SemanticModel, metric: str) -> bool:
    one = model.metrics[metric]
    if one.agg is not None:
        return one.agg.time not in (None, model.tables[one.agg.table].time)
    return any(_other_time(model, part) for part in one.parts)


def _fields(query: SemanticQuery) -> set[str]:
    entries = [one for one in query.metrics if isinstance(one, MetricEntry)]
    conditions = [
        *query.where,
        *(one for entry in entries for one in entry.where),
        *(one for part in query.segments for one in part.where),
    ]
    return {
        *query.dimensions,
        *(name for entry in entries for name in entry.each),
        *(name for one in conditions for name in one.fields()),
    }


def _renamed(query: SemanticQuery, name: Callable[[str], str]) -> SemanticQuery:
    """The query with every field under another name; a set filter's own query is looked at when it is compiled."""

    def condition(one: Condition) -> Condition:
        if one.query is not None and one.field is not None and name(one.field) != one.field:
            inner = replace(one.query, dimensions=tuple(name(field) for field in one.query.dimensions))
            return replace(one, field=name(one.field), query=inner)
        return replace(
            one,
            field=one.field and name(one.field),
            any=one.any and conditions(one.any),
            all=one.all and conditions(one.all),
        )

    def conditions(found: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return tuple(condition(one) for one in found)

    def names(found: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name(one) for one in found)

    def entry(one: Any) -> Any:
        return one if isinstance(one, str) else replace(one, where=conditions(one.where), each=names(one.each))

    return replace(
        query, metrics=tuple(entry(one) for one in query.metrics), dimensions=names(query.dimensions), where=conditions(query.where),
        segments=tuple(Segment(one.label, conditions(one.where)) for one in query.segments),
        share=query.share and Share(names(query.share.within), names(query.share.free)),
        order=tuple(Order(name(one.by), one.dir) for one in query.order), per=names(query.per),
        totals=tuple(names(one) for one in query.totals), include_empty=names(query.include_empty),
    )  # fmt: skip


def as_asked(tree: exp.Select, columns: tuple[Column, ...], called: dict[str, str]) -> tuple[Column, ...]:
    """The result's columns under the names that were asked for; the tree's outermost list is changed in place."""
    for picked in list(tree.expressions):
        name = called.get(picked.alias_or_name)
        if name is not None:
            value = picked.this if isinstance(picked, exp.Alias) else picked
            picked.replace(exp.alias_(value.copy(), name, quoted="." in name, copy=False))
    return tuple(replace(one, name=called.get(one.name, one.name)) for one in columns)

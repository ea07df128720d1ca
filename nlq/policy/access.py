"""Is what a query asks for outside what the asker may see? Then it is said so: no rows would look like no sales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.errors import NotPermitted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.values import Principal
    from nlq.values.query import Condition, SemanticQuery


def check_places(query: SemanticQuery, principal: Principal, model: SemanticModel) -> None:
    """Refuse a query that names places outside the asker's regions.

    Raises:
        NotPermitted: a named place lies wholly outside; or the asker has no regions at all.
    """
    if principal.regions == "*":
        return
    allowed = set(principal.regions)
    if not allowed:
        raise NotPermitted("your access covers no region", fix="ask whoever manages access")
    for one in _conditions(query, model):
        _check(one, allowed, model)


def _conditions(query: SemanticQuery, model: SemanticModel) -> Iterator[Condition]:
    """Every condition that decides a figure: of the query, its segments and metrics, and what the model says of these."""
    found = [*query.where, *(one for part in query.segments for one in part.where)]
    for entry in query.metrics:
        names: tuple[str | None, ...] = (entry,) if isinstance(entry, str) else (entry.metric, *(entry.ratio or ()))
        found += () if isinstance(entry, str) else entry.where
        found += (one for name in names if name in model.metrics for one in _of_metric(model, name))
    for one in found:
        yield from _spelt_out(one, model)


def _of_metric(model: SemanticModel, name: str) -> Iterator[Condition]:
    """What a metric's own definition filters by, its parts' included."""
    metric = model.metrics[name]
    yield from metric.where
    for given in metric.derived.inputs.values() if metric.derived else ():
        yield from given.where
    for part in metric.parts:
        yield from _of_metric(model, part)


def _spelt_out(one: Condition, model: SemanticModel) -> Iterator[Condition]:
    """A condition, what a named filter stands for where it has to hold, and the conditions of a set filter's query."""
    for part in (*(one.any or ()), *(one.all or ())):
        yield from _spelt_out(part, model)
    if one.query is not None:
        yield from _conditions(one.query, model)
    named = model.filters.get(one.field or "")
    if named is not None and one.values and (one.values[0] is True) == (one.op in ("=", "in")):
        for part in named.where:
            yield from _spelt_out(part, model)
    yield one


def _check(one: Condition, allowed: set[str], model: SemanticModel) -> None:
    if one.field is None or one.op not in ("=", "in", "!=", "not_in"):
        return
    dimension = model.dimensions.get(one.field)
    if dimension is None or dimension.place is None:
        return
    level = dimension.place
    if one.op in ("!=", "not_in"):
        if level == "region" and allowed <= set(one.values):
            raise _outside(allowed, "what is left", model)
        return
    for value in one.values:
        regions = {
            place.region
            for place in model.gazetteer.places
            if (value == place.value and place.level == level)
            or (level == "island_group" and place.level == "region" and place.island_group == value)
            or (level == "city" and place.level == "city" and value in place.names)
        }
        if regions and not regions & allowed:
            raise _outside(allowed, str(value), model)


def _outside(allowed: set[str], what: str, model: SemanticModel) -> NotPermitted:
    labels = {place.value: place.label for place in model.gazetteer.places if place.level == "region"}
    covered = ", ".join(sorted(labels.get(code, code) for code in allowed))
    return NotPermitted(f"your access covers {covered}; {what} is outside it", fix="ask for a place inside it")

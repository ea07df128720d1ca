"""What can be said of a SemanticQuery before anything is built: names, parts that belong together, limits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.errors import BadRequest, NotPermitted
from nlq.semantics.joins import find_field, unknown_field
from nlq.sql import conditions, filters
from nlq.sql.fields import SEGMENT
from nlq.values.query import MetricEntry, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition

MAX_DIMENSIONS = 8
MAX_METRICS = 20
MAX_SEGMENTS = 12
MAX_DEPTH = 2  # of queries in the filters of queries


def spelt_out(model: SemanticModel, query: SemanticQuery) -> SemanticQuery:
    """The same query with a list as what it is: every member of a dimension, with the fields that are asked of it."""
    if query.segments and SEGMENT in query.dimensions:
        query = replace(query, dimensions=tuple(name for name in query.dimensions if name != SEGMENT))
    if query.period is None:
        query = replace(query, period="all")
    name = query.list
    if name is None:
        return query
    one = model.dimensions.get(name)
    if one is None or one.time or not one.key:
        keyed = [other.name for other in model.dimensions.values() if other.key]
        raise BadRequest(
            f"`list` names {name!r}, which is no entity", where="list", fix=f"name one of {', '.join(keyed)}"
        )
    others = query.dimensions or tuple(
        other.name for other in model.dimensions.values() if other.table == one.table and other.name != name and not other.time
        and other.type != "date"
    )  # fmt: skip
    dimensions = (name, *(other for other in others if other != name))
    empty = (name, *(other for other in query.include_empty if other != name))
    return replace(query, dimensions=dimensions, include_empty=empty, list=None)


def check(model: SemanticModel, query: SemanticQuery) -> None:
    """Refuse what cannot be meant, naming the field.

    Raises:
        BadRequest: see the rules below.
    """
    for rule in RULES:
        rule(model, query)


def sizes(model: SemanticModel, query: SemanticQuery) -> None:
    """Something is asked for, and not too much at once."""
    if not query.metrics and not query.include_empty:
        names = list(model.public_metrics())
        raise BadRequest("the query names no metric", where="metrics", fix=f"name one of {', '.join(names[:40])}")
    limits = (
        ("metrics", MAX_METRICS),
        ("dimensions", MAX_DIMENSIONS),
        ("segments", MAX_SEGMENTS),
        ("totals", MAX_DIMENSIONS),
    )
    for what, most in limits:
        if len(getattr(query, what)) > most:
            raise BadRequest(f"more than {most} {what}", where=what, fix=f"ask for {most} at most")


def names(model: SemanticModel, query: SemanticQuery) -> None:
    """Dimensions and filters are fields of the model, each dimension once."""
    if len(set(query.dimensions)) < len(query.dimensions):
        raise BadRequest("a dimension is named twice", where="dimensions", fix="name each once")
    entries = [one for one in query.metrics if isinstance(one, MetricEntry)]
    own = [name for one in entries for name in (*one.each, *filters.fields_of(one.where))]
    parts = [name for one in query.segments for name in filters.fields_of(one.where)]
    for name in (*query.dimensions, *filters.fields_of(query.where), *own, *parts):
        if name in model.metrics and name not in model.fields:
            raise BadRequest(f"{name} is a metric", where=f"field {name}", fix="filter by figures in `having`")
        if name not in model.fields:
            raise unknown_field(model, name)


def parts_of_dimensions(_: SemanticModel, query: SemanticQuery) -> None:
    """What speaks of the query's own dimensions names some of them."""
    known = {*query.dimensions, *([SEGMENT] if query.segments else [])}
    if query.per and query.limit is None:
        raise BadRequest("`per` needs a limit: how many within each", where="per", fix="give a limit")
    named = (("per", query.per), ("include_empty", query.include_empty), *(("totals", one) for one in query.totals))
    for where, fields in named:
        foreign = [name for name in fields if name not in known]
        if foreign:
            raise BadRequest(f"`{where}` names {foreign[0]!r}, which the query is not split by", where=where,
                             fix=f"add it to dimensions, or name one of {', '.join(sorted(known)) or 'none'}")  # fmt: skip
    if query.totals and query.share is not None:
        raise BadRequest("totals have no share of themselves", where="totals", fix="leave out `totals` or `share`")


def lists(model: SemanticModel, query: SemanticQuery) -> None:
    """What there is can be told of things; without a metric it is they that a condition narrows, or nothing would be."""
    for name in query.include_empty:
        one = model.dimensions.get(name)
        if name == SEGMENT or (one is None and not model.is_time_grain(name)):
            raise BadRequest(
                f"there is no list of every {name}", where="include_empty", fix="name a dimension or a grain"
            )
    if query.metrics:
        return
    held = next(
        (
            name
            for name in query.include_empty
            if name in model.dimensions and model.small_groups(model.dimensions[name].table)
        ),
        None,
    )
    if held is not None:
        raise NotPermitted(
            f"a list of every {held} would tell of single ones", where="list", fix="ask for figures of many"
        )
    if query.totals:
        raise BadRequest(
            "a list of what there is has no totals", where="totals", fix="add a metric, or leave `totals` out"
        )
    things = [model.dimensions[name].table for name in query.include_empty if name in model.dimensions]
    for name in query.dimensions:
        if name not in query.include_empty and not _of_one(model, things, name):
            raise BadRequest(
                f"{name} says nothing of {query.include_empty[0]}",
                where="dimensions",
                fix=f"leave {name} out, or add a metric",
            )
    for condition in query.where:
        loose = next((name for name in condition.fields() if not _of_one(model, things, name)), None)
        if loose is not None:
            thing = query.include_empty[0]
            raise BadRequest(f"{loose} says nothing of {thing}", where=f"where {loose}",
                             fix=f'say which figures those have: {{"field": "{thing}", "op": "in", "query": {{"metrics": […], "dimensions": ["{thing}"], …}}}}')  # fmt: skip


def _of_one(model: SemanticModel, tables: list[str], name: str) -> bool:
    """Whether a field is one of a row of any of these tables."""
    return not model.is_time_grain(name) and any(
        all(find_field(model, table, part) is not None for part in conditions.plain_fields(model, [name]))
        for table in tables
    )


def shares(_: SemanticModel, query: SemanticQuery) -> None:
    """A share is of one period, and what is freed was bound."""
    if query.share is None:
        return
    bound = set(filters.fields_of(query.where))
    loose = [name for name in query.share.free if name not in bound and name not in query.dimensions]
    if loose:
        raise BadRequest(f"`share.free` names {loose[0]!r}, by which nothing is filtered", where="share.free",
                         fix=f"name one of {', '.join(sorted(bound)) or 'the fields of where'}, or leave it out")  # fmt: skip


def grains(model: SemanticModel, query: SemanticQuery) -> None:
    """Buckets without rows are those of one grain of time: which months go with which weeks is not for a list to say."""
    many = sum(model.is_time_grain(name) for name in query.dimensions) > 1
    empty = next((name for name in query.include_empty if model.is_time_grain(name)), None)
    if many and empty:
        raise BadRequest(f"every {empty} beside another grain of time", where="include_empty", fix="keep one of them")


def periods_mean_something(model: SemanticModel, query: SemanticQuery) -> None:
    """A metric without a time column has no period."""
    if query.period == "all":
        return
    if not query.metrics:
        raise BadRequest("a list of what there is has no period", where="period", fix="leave the period out")
    for one in query.metrics:
        name = one if isinstance(one, str) else one.metric or (one.ratio or ("",))[0]
        if name in model.metrics and not model.has_time(name):
            during = model.metrics[name].during
            instead = f", or ask for {during}" if during else ""
            raise BadRequest(f"{name} is not counted over time, so a period means nothing to it", where="period",
                             fix=f"leave the period out{instead}")  # fmt: skip


def sets(model: SemanticModel, query: SemanticQuery, depth: int = 0) -> None:
    """A set filter's query has the filtered field for its only dimension, and the nesting ends."""
    own = [one for entry in query.metrics if isinstance(entry, MetricEntry) for one in entry.where]
    everything: Iterable[Condition] = (*query.where, *own, *(one for part in query.segments for one in part.where))
    for one in conditions.sets_in(model, everything):
        inner = one.query
        assert inner is not None  # noqa: S101 - that is what a set filter is
        if depth == MAX_DEPTH:
            raise BadRequest(
                f"queries are nested deeper than {MAX_DEPTH}", where=f"where {one.field}", fix="ask in two steps"
            )
        if inner.dimensions != (one.field,) and inner.list != one.field:
            raise BadRequest(f"the query of a set filter is split by {one.field} alone", where=f"where {one.field}",
                             fix=f'give it "dimensions": ["{one.field}"]')  # fmt: skip
        if inner.segments or inner.totals or inner.per:
            raise BadRequest("a set filter's query has no segments, totals or per", where=f"where {one.field}", fix="leave them out")  # fmt: skip
        sets(model, inner, depth + 1)


RULES = (sizes, names, parts_of_dimensions, lists, shares, grains, periods_mean_something, sets)

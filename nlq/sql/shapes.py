"""What of a query a plan depends on (its key), and what may be another value the next time.

Open are the values of conditions on rows and numbers in conditions on figures. Everything else stands in the key as it is:
names, dates of periods, limits, labels, and the values in what is compared with one another while a query is taken apart
(filters of a single metric, the queries of set filters). Python takes 1, 1.0 and True for the same; here each has its type.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nlq.sql.literals import Open, Places
from nlq.values.query import Segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.values.query import Condition, MetricEntry, Scalar, SemanticQuery

Key = tuple[Any, ...]
TEXT, DIGITS, WHOLE, REAL = "text", "digits", "whole", "real"  # what a key says of an open value


def key_of(query: SemanticQuery) -> tuple[Key, list[Scalar]]:
    """The key of a query's plan, and the values that it leaves open, in order."""
    given: list[Scalar] = []
    return _query(query, given), given


def opened(query: SemanticQuery, places: Places) -> SemanticQuery:
    """The query with its open values taken out. They are numbered as `key_of` finds them."""
    count = 0

    def value(one: Scalar, fact: Callable[[Scalar], str | None]) -> Any:
        nonlocal count
        known = fact(one)
        if known is None:
            return one
        count += 1
        return Open(count - 1, places, digits=known in (DIGITS, WHOLE))

    def conditions(found: tuple[Condition, ...], fact: Callable[[Scalar], str | None]) -> tuple[Condition, ...]:
        return tuple(condition(one, fact) for one in found)

    def condition(one: Condition, fact: Callable[[Scalar], str | None]) -> Condition:
        if one.any is not None:
            return replace(one, any=conditions(one.any, fact))
        if one.all is not None:
            return replace(one, all=conditions(one.all, fact))
        return replace(one, values=tuple(value(cell, fact) for cell in one.values)) if one.query is None else one

    where, having = conditions(query.where, _fact), conditions(query.having, _number)
    segments = tuple(Segment(one.label, conditions(one.where, _fact)) for one in query.segments)
    return replace(query, where=where, having=having, segments=segments)


def _query(query: SemanticQuery, given: list[Scalar] | None) -> Key:
    """Every part of a query; with `given` None no value is left open."""
    return (
        tuple(one if isinstance(one, str) else _entry(one) for one in query.metrics), query.dimensions,
        tuple(_condition(one, given, _fact) for one in query.where), tuple(_condition(one, given, _number) for one in query.having),
        query.period, query.compare,
        tuple((one.label, *(_condition(part, given, _fact) for part in one.where)) for one in query.segments),
        query.share, query.order, type(query.limit), query.limit, query.per, query.totals, query.include_empty, query.list,
    )  # fmt: skip


def _entry(one: MetricEntry) -> Key:
    where, having = (tuple(_condition(part, None, _fact) for part in found) for found in (one.where, one.having))
    return one.metric, one.ratio, one.as_, where, one.each, one.agg, having, one.window


def _condition(one: Condition, given: list[Scalar] | None, fact: Callable[[Scalar], str | None]) -> Key:
    if one.any is not None:
        return "any", *(_condition(part, given, fact) for part in one.any)
    if one.all is not None:
        return "all", *(_condition(part, given, fact) for part in one.all)
    if one.query is not None:
        return one.field, one.op, "query", _query(one.query, None)
    found: list[Any] = [one.field, one.op]
    for value in one.values:
        known = None if given is None else fact(value)
        if known is None or given is None:
            found.append((type(value), repr(value)))
        else:
            given.append(value)
            found.append(known)
    return tuple(found)


def _fact(value: Scalar) -> str | None:
    """What a key says of a value that may be another one; None where the value itself stands there.

    A number below zero is written as another kind of node, and what is true or false decides what is built.
    """
    if type(value) is str:
        return DIGITS if value.isascii() and value.isdigit() else TEXT
    return _number(value)


def _number(value: Scalar) -> str | None:
    if type(value) is int and value >= 0:
        return WHOLE
    return REAL if type(value) is float and 0 < value < float("inf") else None

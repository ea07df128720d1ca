"""Conditions apart from any table: the fields and set filters in them, and conditions on figures."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.sql.build import day
from nlq.sql.filters import COMPARE
from nlq.sql.literals import known, placed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition, Scalar


def sets_in(model: SemanticModel, conditions: Iterable[Condition]) -> Iterator[Condition]:
    """Every set filter in the conditions, nested ones and those of named filters included."""
    for one in conditions:
        if one.query is not None:
            yield one
        yield from sets_in(model, (one.any or ()) + (one.all or ()))
        if one.field in model.filters:
            yield from sets_in(model, model.filters[one.field].where)


def plain_fields(model: SemanticModel, names: Iterable[str]) -> Iterator[str]:
    """Fields with the named filters among them replaced by the fields that they are made of."""
    for name in names:
        named = model.filters.get(name)
        if named is None:
            yield name
        else:
            yield from plain_fields(model, (part for one in named.where for part in one.fields()))


def plain_name(label: str) -> str:
    """A label as part of a CTE's name."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:30]


def figures(
    having: tuple[Condition, ...], values: Mapping[str, exp.Expr], dates: Collection[str] = ()
) -> list[exp.Expr]:
    """Conditions on figures: `values` holds each column's expression, `dates` names those that are dates.

    Raises:
        BadRequest: a name that is no column of figures, or a value that is no number (of dates, no date).
    """
    found: list[exp.Expr] = []
    for one in having:
        if one.any is not None or one.all is not None:
            parts = figures(one.any or one.all or (), values, dates)
            found.append(
                exp.paren(
                    exp.or_(*parts, copy=False) if one.any is not None else exp.and_(*parts, copy=False), copy=False
                )
            )
            continue
        if one.field not in values:
            raise BadRequest(f"`having` names {one.field!r}, which is no column of this query", where="having",
                             fix=f"columns are {', '.join(values)}")  # fmt: skip
        found.append(_figure(one, values[one.field or ""].copy(), dated=one.field in dates))
    return found


def _figure(one: Condition, value: exp.Expr, *, dated: bool) -> exp.Expr:
    days = [_day(cell) for cell in one.values] if dated else []
    wrong = None in days if dated else any(isinstance(cell, (str, bool)) for cell in known(one.values))
    if wrong or one.op == "contains" or one.query is not None:
        what, given = ("dates", 'a date as "2026-10-31"') if dated else ("numbers", "a number")
        raise BadRequest(
            f"{one.field} is compared with {what}", where="having", fix=f"give {given} and =, >, <, between …"
        )
    numbers = [each for each in days if each is not None] or [placed(cell, ("number",), _number) for cell in one.values]
    if one.op in ("is_null", "is_not_null"):
        empty = exp.Is(this=value, expression=exp.Null())
        return empty if one.op == "is_null" else exp.not_(empty, copy=False)
    if one.op in ("=", "in"):
        return exp.In(this=value, expressions=numbers)
    if one.op in ("!=", "not_in"):  # as in `where`: what is unknown is not among them
        return exp.paren(
            exp.or_(
                exp.not_(exp.In(this=value, expressions=numbers), copy=False),
                exp.Is(this=value.copy(), expression=exp.Null()),
                copy=False,
            ),
            copy=False,
        )
    if one.op == "between":
        return exp.Between(this=value, low=numbers[0], high=numbers[1])
    return COMPARE[str(one.op)](this=value, expression=numbers[0])


def _day(value: Scalar) -> exp.Expr | None:
    """A date's literal; None where the value is none."""
    try:
        return day(date.fromisoformat(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _number(value: Scalar) -> exp.Expr:
    return exp.Literal.number(repr(value))

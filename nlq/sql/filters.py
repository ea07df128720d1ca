"""Conditions as expressions. `!=` and `not_in` keep nulls, so that what is in and what is not in make up the whole."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.sql.build import day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nlq.semantics.model import Dimension, SemanticModel
    from nlq.values.query import Condition

COMPARE: dict[str, type[exp.Binary]] = {">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE}


def fields_of(conditions: tuple[Condition, ...]) -> Iterator[str]:
    """Every field that the conditions name, nested ones included."""
    for one in conditions:
        if one.field:
            yield one.field
        yield from fields_of((one.any or ()) + (one.all or ()))


def where(
    model: SemanticModel, conditions: tuple[Condition, ...], column: Callable[[str, str], exp.Expr]
) -> list[exp.Expr]:
    """The conditions as one expression each.

    Args:
        model: whose fields are named.
        conditions: all of them must hold.
        column: gives a field's expression; its second argument is "id" to compare by, "show" to search in.
    """
    return [_one(model, condition, column) for condition in conditions]


def _one(model: SemanticModel, condition: Condition, column: Callable[[str, str], exp.Expr]) -> exp.Expr:
    if condition.any is not None:
        return exp.paren(exp.or_(*where(model, condition.any, column)))
    if condition.all is not None:
        return exp.paren(exp.and_(*where(model, condition.all, column)))
    field, op = condition.field or "", condition.op
    if condition.query is not None:
        from nlq.sql.metrics import not_yet  # noqa: PLC0415 - only on the way to an error

        raise not_yet("where.query")
    dimension = _dimension(model, field)
    if op == "contains":
        pattern = str(condition.values[0]).lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        like = exp.Like(this=exp.Lower(this=column(field, "show")), expression=exp.Literal.string(f"%{pattern}%"))
        return exp.Escape(this=like, expression=exp.Literal.string("\\"))
    subject = column(field, "id")
    if op == "is_null":
        return exp.Is(this=subject, expression=exp.Null())
    if op == "is_not_null":
        return exp.Not(this=exp.Is(this=subject, expression=exp.Null()))
    values = [literal(model, field, dimension, value) for value in condition.values]
    if op in ("=", "in"):
        return _among(model, subject, values, dimension, field, column)
    if op in ("!=", "not_in"):
        among = _among(model, subject, values, dimension, field, column)
        return exp.paren(exp.or_(exp.not_(among), exp.Is(this=subject.copy(), expression=exp.Null())))
    if op == "between":
        return exp.Between(this=subject, low=values[0], high=values[1])
    return COMPARE[str(op)](this=subject, expression=values[0])


def _among(
    model: SemanticModel, subject: exp.Expr, values: list[exp.Expr], dimension: Dimension | None, field: str,
    column: Callable[[str, str], exp.Expr],
) -> exp.Expr:  # fmt: skip
    """Equality with one of the values; a keyed dimension is found by its id or by the name that it shows."""
    if dimension is None or not dimension.key:
        return _equal(subject, values)
    shown = _equal(column(field, "show"), [value.copy() for value in values])
    ids = values
    if dimension.id and model.tables[dimension.table].columns[dimension.id].type == "integer":
        ids = [exp.Literal.number(value.name) for value in values if value.name.isascii() and value.name.isdigit()]
    return exp.paren(exp.or_(_equal(subject, ids), shown)) if ids else shown


def _equal(subject: exp.Expr, values: list[exp.Expr]) -> exp.Expr:
    return exp.EQ(this=subject, expression=values[0]) if len(values) == 1 else exp.In(this=subject, expressions=values)


def literal(model: SemanticModel, field: str, dimension: Dimension | None, value: object) -> exp.Expr:
    """A value as the field's type has it.

    Raises:
        BadRequest: a value of the wrong type, or one that the dimension is known not to have.
    """
    kind = "date" if dimension is None else dimension.type
    if kind == "date":
        try:
            return day(date.fromisoformat(str(value)))
        except ValueError:
            raise BadRequest(f"{value!r} is not a date", where=f"where {field}", fix="write YYYY-MM-DD") from None
    expected = {"string": str, "integer": int, "boolean": bool}[kind]
    if not isinstance(value, expected) or (kind == "integer" and isinstance(value, bool)):
        raise BadRequest(f"{field} is compared with {kind} values, not {value!r}", where=f"where {field}",
                         fix=f"give a {kind}")  # fmt: skip
    known = known_values(model, dimension) if dimension else None
    if known is not None and value not in known:
        near = get_close_matches(str(value), [str(one) for one in known], n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else f"values are {', '.join(str(one) for one in known)}"
        raise BadRequest(f"{field} has no value {value!r}", where=f"where {field}", fix=hint)
    if kind == "integer":
        return exp.Literal.number(str(value))
    return exp.true() if value is True else exp.false() if value is False else exp.Literal.string(str(value))


def known_values(model: SemanticModel, dimension: Dimension) -> tuple[object, ...] | None:
    """The values that a dimension can have, where the model says them all."""
    if isinstance(dimension.values, tuple):
        return tuple(one.value for one in dimension.values)
    if dimension.place == "region":
        return tuple(place.value for place in model.gazetteer.places if place.level == "region") or None
    return None


def _dimension(model: SemanticModel, field: str) -> Dimension | None:
    """The dimension of a field; None for a grain of time, whose values are dates."""
    return None if model.is_time_grain(field) else model.dimensions[field]

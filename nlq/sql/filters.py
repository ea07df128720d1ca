"""Conditions as expressions. `!=` and `not_in` keep nulls, so that what is in and what is not in make up the whole."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.sql.build import cast
from nlq.sql.columns import grain_type
from nlq.sql.literals import Open, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Filter
    from nlq.values.query import Condition, Scalar

COMPARE: dict[str, type[exp.Binary]] = {">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE}


class Columns(Protocol):
    """Gives a field's columns where a condition stands."""

    def id(self, field: str) -> exp.Expr:
        """What the field is compared by."""

    def shown(self, field: str) -> exp.Expr:
        """What it shows, to search in."""

    def keys(self, field: str) -> list[exp.Expr]:
        """What it is grouped by, without the tenant."""

    def chosen(self, condition: Condition) -> exp.Select:
        """The keys that a set filter's query chooses."""


def fields_of(conditions: tuple[Condition, ...]) -> Iterator[str]:
    """Every field that the conditions name, nested ones included."""
    for one in conditions:
        yield from one.fields()


def where(model: SemanticModel, conditions: tuple[Condition, ...], columns: Columns) -> list[exp.Expr]:
    """The conditions, all of which must hold, as one expression each."""
    return [_one(model, condition, columns) for condition in conditions]


def _one(model: SemanticModel, condition: Condition, columns: Columns) -> exp.Expr:
    if condition.any is not None:
        return exp.paren(exp.or_(*where(model, condition.any, columns), copy=False), copy=False)
    if condition.all is not None:
        return exp.paren(exp.and_(*where(model, condition.all, columns), copy=False), copy=False)
    field = condition.field or ""
    if condition.query is not None:
        return _in_set(condition, columns)
    if field in model.filters:
        return _named(model, model.filters[field], condition, columns)
    return _compared(model, condition, field, columns)


def _compared(model: SemanticModel, condition: Condition, field: str, columns: Columns) -> exp.Expr:
    """A field compared with values."""
    dimension, op = _dimension(model, field), condition.op
    if op == "contains":
        return _contains(field, dimension, condition, columns)
    subject = columns.id(field)
    if op == "is_null":
        return exp.Is(this=subject, expression=exp.Null())
    if op == "is_not_null":
        return exp.Not(this=exp.Is(this=subject, expression=exp.Null()))
    values = [literal(model, field, dimension, value) for value in condition.values]
    if op in ("=", "in"):
        return _among(model, subject, values, condition, columns)
    if op in ("!=", "not_in"):
        among = _among(model, subject, values, condition, columns)
        if dimension is not None and dimension.key:  # a key that names nothing has no name to compare
            return exp.not_(_total(among), copy=False)
        return exp.paren(
            exp.or_(exp.not_(among, copy=False), exp.Is(this=subject.copy(), expression=exp.Null()), copy=False),
            copy=False,
        )
    if op == "between":
        return exp.Between(this=subject, low=values[0], high=values[1])
    return COMPARE[str(op)](this=subject, expression=values[0])


def _contains(field: str, dimension: Dimension | None, condition: Condition, columns: Columns) -> exp.Expr:
    if dimension is None or dimension.type != "string":
        raise BadRequest(f"{field} is no text to search in", where=f"where {field}", fix="use =, in, > or the like")
    pattern = placed(condition.values[0], ("pattern",), _pattern)
    like = exp.Like(this=exp.Lower(this=columns.shown(field)), expression=pattern)
    return exp.Escape(this=like, expression=exp.Literal.string("\\"))


def _pattern(value: Scalar) -> exp.Expr:
    """What LIKE compares with: the value as it is written, anywhere."""
    plain = str(value).lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return exp.Literal.string(f"%{plain}%")


def _in_set(condition: Condition, columns: Columns) -> exp.Expr:
    """Whether a field is among those that a query chooses; `not_in` keeps the rows that name none."""
    keys = columns.keys(condition.field or "")
    subject = keys[0] if len(keys) == 1 else exp.Tuple(expressions=keys)
    chosen = exp.Subquery(this=columns.chosen(condition))
    among = exp.In(this=subject, query=chosen)
    if condition.op == "in":
        return among
    empty = [exp.Is(this=key.copy(), expression=exp.Null()) for key in keys]
    return exp.paren(exp.or_(exp.not_(among, copy=False), *empty, copy=False), copy=False)


def _named(model: SemanticModel, named: Filter, condition: Condition, columns: Columns) -> exp.Expr:
    """A named filter, or its complement: what is not true of a row is false of it, where it is unknown too."""
    wrong = condition.op not in ("=", "!=", "in", "not_in") or any(
        not isinstance(one, bool) for one in condition.values
    )
    if wrong or len(condition.values) != 1:
        raise BadRequest(f"{named.name} is compared with true or false", where=f"where {named.name}",
                         fix=f'write {{"field": "{named.name}", "op": "=", "values": [true]}}')  # fmt: skip
    holds = truth(model, named, columns)
    return (
        holds if (condition.values[0] is True) == (condition.op in ("=", "in")) else exp.not_(_total(holds), copy=False)
    )


def truth(model: SemanticModel, named: Filter, columns: Columns) -> exp.Expr:
    """Where a named filter holds; null may stand for false."""
    return exp.paren(exp.and_(*where(model, named.where, columns), copy=False), copy=False)


def _total(condition: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=condition, expressions=[exp.false()])


def _among(
    model: SemanticModel, subject: exp.Expr, values: list[exp.Expr], condition: Condition, columns: Columns
) -> exp.Expr:
    """Equality with one of the values; a keyed dimension is found by its id or by the name that it shows."""
    field = condition.field or ""
    dimension = _dimension(model, field)
    if dimension is None or not dimension.key:
        return _equal(subject, values)
    shown = _equal(columns.shown(field), [value.copy() for value in values])
    ids = values
    if dimension.id and model.tables[dimension.table].columns[dimension.id].type == "integer":
        numbers = (_whole(value, node) for value, node in zip(condition.values, values, strict=True))
        ids = [number for number in numbers if number is not None]
    return exp.paren(exp.or_(_equal(subject, ids), shown, copy=False), copy=False) if ids else shown


def _whole(value: object, written: exp.Expr) -> exp.Expr | None:
    """A value as the number that it is written as; None where it is none, so that no id can be meant."""
    if isinstance(value, Open):
        return placed(value, ("digits",), _digits) if value.digits else None
    text = written.name
    return exp.Literal.number(text) if text.isascii() and text.isdigit() else None


def _digits(value: Scalar) -> exp.Expr:
    return exp.Literal.number(str(value))


def _equal(subject: exp.Expr, values: list[exp.Expr]) -> exp.Expr:
    return exp.EQ(this=subject, expression=values[0]) if len(values) == 1 else exp.In(this=subject, expressions=values)


def literal(model: SemanticModel, field: str, dimension: Dimension | None, value: Scalar) -> exp.Expr:
    """A value as the field's type has it.

    Raises:
        BadRequest: a value of the wrong type, or one that the dimension is known not to have.
    """
    kind = grain_type(model, model.grains[field][1]) if dimension is None else dimension.type

    def write(given: Scalar) -> exp.Expr:
        return _written(model, field, dimension, kind, given)

    node = placed(value, ("value", field), write)
    return cast(node, "date") if kind == "date" else node


def _written(model: SemanticModel, field: str, dimension: Dimension | None, kind: str, value: Scalar) -> exp.Expr:
    if kind == "date":
        try:
            return exp.Literal.string(date.fromisoformat(str(value)).isoformat())
        except ValueError:
            raise BadRequest(f"{value!r} is not a date", where=f"where {field}", fix="write YYYY-MM-DD") from None
    expected = {"string": str, "integer": int, "number": (int, float), "boolean": bool}[kind]
    if not isinstance(value, expected) or (kind in ("integer", "number") and isinstance(value, bool)):  # type: ignore[arg-type]
        raise BadRequest(f"{field} is compared with {kind} values, not {value!r}", where=f"where {field}",
                         fix=f"give a {kind}")  # fmt: skip
    known = known_values(model, dimension) if dimension else None
    if known is not None and value not in known:
        near = get_close_matches(str(value), [str(one) for one in known], n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else f"values are {', '.join(str(one) for one in known)}"
        raise BadRequest(f"{field} has no value {value!r}", where=f"where {field}", fix=hint)
    if kind in ("integer", "number"):
        return exp.Literal.number(repr(value))
    return exp.true() if value is True else exp.false() if value is False else exp.Literal.string(str(value))


def known_values(model: SemanticModel, dimension: Dimension) -> tuple[object, ...] | None:
    """The values that a dimension can have, where the model says them all."""
    key = ("known_values", dimension.name)
    if key not in model.memo:
        model.memo[key] = _known_values(model, dimension)
    return model.memo[key]  # type: ignore[no-any-return]


def _known_values(model: SemanticModel, dimension: Dimension) -> tuple[object, ...] | None:
    if isinstance(dimension.values, tuple):
        return tuple(one.value for one in dimension.values)
    if dimension.bins is not None:
        return dimension.bins.names
    if dimension.place == "region":
        return tuple(place.value for place in model.gazetteer.places if place.level == "region") or None
    return None


def _dimension(model: SemanticModel, field: str) -> Dimension | None:
    """The dimension of a field; None for a grain of a date, whose values are dates."""
    return None if field in model.grains else model.dimensions[field]

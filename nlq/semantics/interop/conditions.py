"""SQL conditions of other formats as ours, with SQL's own meaning of null: a comparison with null is not true.

Ours keeps null under `!=` and `not_in`, so that a field and its complement make up the whole; theirs drops it, and so what is
written here says both.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlglot import exp

from nlq.semantics.interop.carried import NotCarried

if TYPE_CHECKING:
    from collections.abc import Sequence

Plain = dict[str, Any]
OPS: dict[type[exp.Expr], tuple[str, str]] = {
    exp.EQ: ("=", "!="), exp.NEQ: ("!=", "="), exp.GT: (">", "<="), exp.GTE: (">=", "<"), exp.LT: ("<", ">="), exp.LTE: ("<=", ">"),
}  # fmt: skip
TURNED = {"=": "=", "!=": "!=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}


class Fields(Protocol):
    """What stands for the names in a condition."""

    def field(self, name: str) -> str | None:
        """The field of ours that a column of the tree is, or None where it is none."""

    def type(self, field: str) -> str:
        """Its type: string, integer, number, boolean or date (`moment`: one with a time of day); a year is an integer."""

    def chosen(self, name: str, op: str, values: list[Any]) -> Plain | None:
        """A condition on a metric's figure by some entity, as a set filter; None where the name is no metric."""

    def row(self, tree: exp.Expr) -> Plain:
        """A condition that only SQL can say, as a computed column that is true.

        Raises:
            NotCarried: its fields are not of one table, or it holds what a column may not.
        """


def carried(tree: exp.Expr, fields: Fields) -> list[Plain]:
    """A condition as ours: all of the list must hold."""
    made = _one(tree, fields, holds=True)
    return list(made["all"]) if set(made) == {"all"} else [made]


def _one(tree: exp.Expr, fields: Fields, *, holds: bool) -> Plain:
    """A condition where it is true, or (not `holds`) where it is false; where it is null it is neither."""
    tree = tree.unnest()
    if isinstance(tree, exp.Not):
        return _one(tree.this, fields, holds=not holds)
    if isinstance(tree, (exp.And, exp.Or)):
        both = isinstance(tree, exp.And) == holds
        parts = [_one(part, fields, holds=holds) for part in (tree.this, tree.expression)]
        flat = [one for part in parts for one in (part["all"] if both and set(part) == {"all"} else [part])]
        return {"all" if both else "any": flat}
    try:
        return _atom(tree, fields, holds=holds)
    except NotCarried:
        return fields.row(tree if holds else exp.Not(this=exp.paren(tree.copy())))


def _atom(tree: exp.Expr, fields: Fields, *, holds: bool) -> Plain:
    if isinstance(tree, exp.Column):
        return _compared(tree, "=" if holds else "!=", [True], fields)
    if isinstance(tree, exp.Is):
        return _is(tree, fields, holds=holds)
    if isinstance(tree, exp.In) and tree.expressions:
        return _compared(tree.this, "in" if holds else "not_in", [_literal(one) for one in tree.expressions], fields)
    if isinstance(tree, exp.Between):
        low, high = _literal(tree.args["low"]), _literal(tree.args["high"])
        ends = [_compared(tree.this, op, [value], fields) for op, value in ((">=", low), ("<=", high))]
        return {"all": ends} if holds else {"any": [_compared(tree.this, "<", [low], fields), _compared(tree.this, ">", [high], fields)]}  # fmt: skip
    if type(tree) in OPS:
        op = OPS[type(tree)][0 if holds else 1]
        left, right = tree.this.unnest(), tree.expression.unnest()
        if isinstance(left, exp.Column):
            return _compared(left, op, [_literal(right)], fields)
        return _compared(right, TURNED[op], [_literal(left)], fields)
    raise NotCarried("filter", f"{tree.sql()} is no plain comparison")


def _is(tree: exp.Is, fields: Fields, *, holds: bool) -> Plain:
    """IS NULL, IS TRUE, IS FALSE: of two values, so its complement is the rest."""
    value = tree.expression.unnest()
    field = _field(tree.this, fields)
    if isinstance(value, exp.Null):
        op = "is_null" if holds else "is_not_null"
        metric = fields.chosen(field or _name(tree.this), op, [])
        return metric if metric is not None else {"field": _known(field, tree), "op": op}
    if isinstance(value, exp.Boolean):
        return {"field": _known(field, tree), "op": "=" if holds else "!=", "values": [bool(value.this)]}
    raise NotCarried("filter", f"{tree.sql()} is no plain comparison")


def _compared(subject: exp.Expr, op: str, values: Sequence[Any], fields: Fields) -> Plain:
    """A field compared with values; what SQL's `<>` and NOT IN drop is dropped."""
    metric = fields.chosen(_name(subject), op, list(values))
    if metric is not None:
        return metric
    field = _known(_field(subject, fields), subject)
    kind = fields.type(field)
    if kind == "moment":  # ours compare days: a moment is before a day, or not, as its own day is
        if op not in ("<", ">="):
            raise NotCarried("filter", f"{field} has a time of day, and is compared with the beginning of one")
        kind = "date"
    if kind == "boolean" and op in ("=", "!=") and isinstance(values[0], bool):
        return {"field": field, "op": "=", "values": [values[0] is (op == "=")]}
    one = {"field": field, "op": op, "values": [_of_type(value, kind, field) for value in values]}
    if op in ("!=", "not_in"):
        return {"all": [one, {"field": field, "op": "is_not_null"}]}
    return one


def _of_type(value: Any, kind: str, field: str) -> Any:
    """A literal as the field's type has it.

    Raises:
        NotCarried: it is of another type.
    """
    if kind == "date" and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise NotCarried("filter", f"{field} is compared with {value!r}") from None
        if moment != datetime.combine(moment.date(), datetime.min.time()):
            raise NotCarried("filter", f"{field} is compared with a time of day")
        return moment.date().isoformat()
    if kind == "integer" and field.endswith(".year") and isinstance(value, str):
        day = date.fromisoformat(value[:10])
        if (day.month, day.day) != (1, 1):
            raise NotCarried("filter", f"{field} is compared with a day inside of a year")
        return day.year
    fits = {"string": str, "integer": int, "number": (int, float), "boolean": bool}.get(kind, ())
    if isinstance(value, bool) != (kind == "boolean") or not isinstance(value, fits):  # type: ignore[arg-type]
        raise NotCarried("filter", f"{field} is {kind} and is compared with {value!r}")
    return value


def _literal(node: exp.Expr) -> Any:
    """A plain value: a text, a number, a truth, or a date written as one."""
    node = node.unnest()
    if isinstance(node, exp.Neg):
        return -_literal(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Cast) and node.to.this.name in ("DATE", "TIMESTAMP", "DATETIME"):
        return _literal(node.this)
    if isinstance(node, exp.Literal):
        return node.this if node.is_string else float(node.this) if set(node.this) & set(".eE") else int(node.this)
    raise NotCarried("filter", f"{node.sql()} is no plain value")


def _name(node: exp.Expr) -> str:
    return node.name if isinstance(node.unnest(), exp.Column) else ""


def _field(node: exp.Expr, fields: Fields) -> str | None:
    node = node.unnest()
    return fields.field(node.name) if isinstance(node, exp.Column) else None


def _known(field: str | None, tree: exp.Expr) -> str:
    if field is None:
        raise NotCarried("filter", f"{tree.sql()} is no plain comparison")
    return field

"""What stands in place of a masked column's values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.build import cast

if TYPE_CHECKING:
    from nlq.semantics.tables import TableColumn

REDACTED = "(hidden)"
HASH_LENGTH = 16  # hexadecimal digits of SHA-256: 64 bits


def shown_masked(spec: TableColumn, name: str) -> str:
    """What a masked column shows, as SQL of Trino's; without a key, as no file holds one."""
    return masked_value(spec, exp.column(name), None).sql("trino")


def masked_value(spec: TableColumn, column: exp.Expr, key: exp.Expr | None) -> exp.Expr:
    """A masked column's value. A null stays null; of a date its year is its first day."""
    if spec.mask == "null":
        return cast(exp.Null(), "varchar")
    if spec.mask == "year":
        return cast(exp.TimestampTrunc(this=column.copy(), unit=exp.var("YEAR")), "date")
    if spec.mask == "hash" and key is not None:
        return _hashed(exp.DPipe(this=key, expression=cast(column.copy(), "varchar")))
    hidden: exp.Expr = exp.Literal.string(REDACTED)
    if spec.mask == "last4":
        length = exp.func("LENGTH", column.copy())
        start = exp.Sub(this=length.copy(), expression=exp.Literal.number(3))
        last = exp.Concat(expressions=[exp.Literal.string("…"), exp.Substring(this=column.copy(), start=start)])
        hidden = exp.Case().when(exp.GT(this=length, expression=exp.Literal.number(4)), last).else_(hidden)
    return exp.Case().when(exp.Is(this=column.copy(), expression=exp.Null()), exp.Null()).else_(hidden)


def _hashed(text: exp.Expr) -> exp.Expr:
    """The first digits of a text's SHA-256: the same for the same value of the same tenant, and nobody's who has not its key."""
    digest = exp.SHA2(this=exp.Encode(this=text, charset=exp.Literal.string("utf-8")), length=exp.Literal.number(256))
    return exp.Substring(this=digest, start=exp.Literal.number(1), length=exp.Literal.number(HASH_LENGTH))

"""PostgreSQL 15 cannot try: casts are checked before they are made, and arithmetic is of numbers and dates that do not overflow."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.arguments import A_YEAR, FARTHEST_YEARS
from nlq.sql.build import cast, nullif, put_into
from nlq.sql.fits import MOST_DIGITS, size
from nlq.sql.types import INTEGERS, MOMENTS, NUMBERS, TEXTS, Kind, is_of

ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs)
# What a cast to a type cannot fail from.
SAFE_CASTS: dict[str, tuple[Kind, ...] | None] = {
    "VARCHAR": None, "TEXT": None,  # from anything
    "DOUBLE": (*INTEGERS, Kind.DOUBLE, Kind.FLOAT), "DATE": MOMENTS, "TIMESTAMP": MOMENTS, "TIMESTAMPTZ": MOMENTS, "BOOLEAN": (Kind.BOOLEAN,),
}  # fmt: skip
# A number, and a day of the calendar, as texts: whatever fits casts.
NUMBER = r"^\s*[-+]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][-+]?[0-9]{1,2})?\s*$"
DAY = r"^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
NO_DAY = r"-(02-3[01]|(0[469]|11)-31)$"
LEAP_DAY, LEAP_YEAR = r"-02-29$", r"^([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-"
# Beyond what a number has no place in a type: what is rounded to a whole number before it is.
HALF = Decimal("0.5")
BEYOND: dict[str, Decimal] = {
    "TINYINT": 2**7 - HALF, "SMALLINT": 2**15 - HALF, "INT": 2**31 - HALF, "BIGINT": 2**63 - HALF,
    "DOUBLE": Decimal(10) ** 308,
}  # fmt: skip
DECIMALS_OF_DOUBLES = 307  # what is smaller is zero: PostgreSQL raises on it
FIRST, LAST = "0001-12-31 BC", "10000-01-01"  # between which dates are of the calendar


def quarters(node: exp.Expr) -> exp.Expr:
    """A quarter is three months: an INTERVAL has no quarters there."""
    if node.text("unit").upper() == "QUARTER":
        name = "this" if isinstance(node, exp.Interval) else "expression"
        many = node.args[name]
        if isinstance(many, exp.Literal):
            many = exp.Literal(this=str(3 * int(many.this)), is_string=many.is_string)
        else:
            many = exp.Mul(this=exp.Paren(this=many), expression=exp.Literal.number(3))
        node.set(name, many)
        node.set("unit", exp.var("MONTH"))
    return node


def cast_or_null(node: exp.TryCast) -> exp.Expr:
    """A cast, under a condition where it may fail.

    Raises:
        UnsafeSql: there is no condition that tells whether it fails.
    """
    if node.to.this is Kind.FLOAT:  # which has no place for what is small, and raises
        node.set("to", exp.DataType(this=exp.DType.DOUBLE))
    to, value = node.to.this.name, node.this
    allowed = SAFE_CASTS.get(to, ())
    if allowed is None or is_of(value, allowed):
        return exp.Cast(this=value, to=node.to)
    if to == "DATE" and is_of(value, TEXTS):
        return _where(
            [
                _like(value, DAY),
                exp.not_(_like(value, NO_DAY)),
                exp.paren(exp.or_(exp.not_(_like(value, LEAP_DAY)), _like(value, LEAP_YEAR))),
            ],
            exp.Cast(this=value, to=node.to),
        )
    beyond = _beyond(node.to)
    if beyond is not None and is_of(value, NUMBERS):
        return exp.Cast(this=within(value, beyond), to=node.to)
    if beyond is not None and is_of(value, TEXTS):
        number = exp.Cast(this=value.copy(), to=exp.DataType(this=exp.DType.DECIMAL))
        return _where([_like(value, NUMBER)], exp.Cast(this=within(number, beyond), to=node.to))
    raise UnsafeSql(f"a cast to {node.to.sql('trino')} that may fail cannot run on PostgreSQL",
                    fix="leave the cast out, or ask for days that the cold tier holds too")  # fmt: skip


def _beyond(to: exp.DataType) -> Decimal | None:
    """A bound within which every number can be cast to a type."""
    if to.this.name != "DECIMAL":
        return BEYOND.get(to.this.name)
    if not to.expressions:
        return Decimal(10) ** 300
    digits, places = size(to)
    return Decimal(10) ** (digits - places) - HALF / Decimal(10) ** places


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=value.copy(), expression=exp.Literal.string(pattern))


def within(value: exp.Expr, beyond: Decimal) -> exp.Expr:
    """A number, or null where it is as large as a bound, or none at all. Null is no value to the least and the greatest, so it becomes the bound."""
    text = f"{beyond:f}"
    most = exp.Literal.number(text if len(text) < MOST_DIGITS else f"{beyond:.0e}")
    return _between(value, exp.Neg(this=most), most)


def of_calendar(value: exp.Expr) -> exp.Expr:
    """A date of the calendar, or null."""
    return _between(value, exp.Literal.string(FIRST), exp.Literal.string(LAST))


def _between(value: exp.Expr, least: exp.Expr, most: exp.Expr) -> exp.Expr:
    """The value, where it stands, within bounds that are none of it: itself and no copy, which would be looked at no more."""
    above = exp.Greatest(expressions=[least], ignore_nulls=True)
    inside = exp.Least(this=above, expressions=[most.copy()], ignore_nulls=True)
    made = nullif(nullif(inside, least.copy()), most)
    value.replace(made)
    above.set("this", value)
    return made


def _where(conditions: list[exp.Expr], value: exp.Expr) -> exp.Expr:
    return exp.Case().when(exp.and_(*conditions), value)


def in_range(tree: exp.Expr) -> exp.Expr:
    """Arithmetic that cannot overflow: of numbers without limits, of dates of ten thousand years. It takes the tree itself."""
    kind = tree.type
    holder = exp.Paren(this=tree)
    found = list(holder.find_all(*ARITHMETIC, exp.DateAdd, exp.LastDay))
    numbers = [node for node in found if is_of(node, NUMBERS) and isinstance(node, ARITHMETIC)]
    double = any(_is_double(node) for node in numbers)
    for node in found:
        if isinstance(node, exp.Neg) and _is_written(node):
            continue
        if is_of(node, NUMBERS) and isinstance(node, ARITHMETIC):
            _unlimited(node)
        elif is_of(node, MOMENTS):
            _of_calendar(node)
    made: exp.Expr = holder.this
    if not isinstance(tree, ARITHMETIC) or not numbers or kind is None or kind.this not in NUMBERS:
        return made
    if double:
        rounded = exp.Round(this=within(made, BEYOND["DOUBLE"]), decimals=exp.Literal.number(DECIMALS_OF_DOUBLES))
        return cast(rounded, "double")
    if any(isinstance(node, exp.Mul) for node in numbers):
        return within(made, BEYOND["BIGINT"] if kind.this in INTEGERS else Decimal(10) ** 38)
    return made


def _is_double(node: exp.Expr) -> bool:
    """Whether an operation is one of doubles: of one, or a quotient that is no whole number."""
    if isinstance(node, exp.Div) and not (is_of(node.left, INTEGERS) and is_of(node.right, INTEGERS)):
        return True
    operands = (one.unnest() for one in (node.this, node.args.get("expression")) if one is not None)
    return any(
        is_of(one, (Kind.DOUBLE, Kind.FLOAT)) and not isinstance(one, (exp.Literal, *ARITHMETIC)) for one in operands
    )


def _unlimited(node: exp.Expr) -> None:
    """Operands as numeric, which holds 131,072 digits; whole numbers divide to whole numbers still."""
    whole = isinstance(node, exp.Div) and is_of(node.left, INTEGERS) and is_of(node.right, INTEGERS)
    operands = [one for one in (node.this, node.args.get("expression")) if one is not None]
    all_written = all(_is_written(one) for one in operands)
    for operand in operands:
        if not isinstance(operand.unnest(), ARITHMETIC) and (all_written or not _is_written(operand)):
            put_into(exp.Cast(to=exp.DataType(this=exp.DType.DECIMAL)), operand)
    if whole:
        put_into(exp.Trunc(), node)


def _is_written(node: exp.Expr) -> bool:
    node = node.unnest()
    return isinstance(node.this if isinstance(node, exp.Neg) else node, exp.Literal)


def _of_calendar(node: exp.Expr) -> None:
    """A date that is moved stays within the calendar, or is null."""
    amount = node.args.get("expression")
    of_calendar(node.this)
    if amount is not None and not isinstance(amount.unnest(), exp.Interval) and not _is_written(amount):
        made = within(amount, Decimal(A_YEAR.get(node.text("unit").upper() or "DAY", 1) * FARTHEST_YEARS))
        if not is_of(amount, INTEGERS):
            put_into(exp.Round(), made)
    quarters(node)
    of_calendar(put_into(exp.Paren(), node))

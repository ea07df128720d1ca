"""PostgreSQL 15 cannot try: casts are checked before they are made, and arithmetic is of numbers and dates that do not overflow."""

from __future__ import annotations

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.build import cast
from nlq.sql.types import INTEGERS, MOMENTS, NUMBERS, TEXTS, Kind, is_of

ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs)
# What a cast to a type cannot fail from.
SAFE_CASTS: dict[str, tuple[Kind, ...] | None] = {
    "VARCHAR": None, "TEXT": None,  # from anything
    "DOUBLE": (*INTEGERS, Kind.DOUBLE, Kind.FLOAT), "BIGINT": INTEGERS, "INT": (Kind.SMALLINT, Kind.TINYINT, Kind.INT),
    "DATE": MOMENTS, "TIMESTAMP": MOMENTS, "BOOLEAN": (Kind.BOOLEAN,),
}  # fmt: skip
# A number, and a day of the calendar, as texts: whatever fits casts.
NUMBER = r"^\s*[-+]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][-+]?[0-9]{1,2})?\s*$"
DAY = r"^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
NO_DAY = r"-(02-3[01]|(0[469]|11)-31)$"
LEAP_DAY, LEAP_YEAR = r"-02-29$", r"^([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-"
LARGEST: dict[str, int] = {
    "TINYINT": 127,
    "SMALLINT": 32_767,
    "INT": 2_147_483_647,
    "BIGINT": 9_223_372_036_854_775_807,
    "DOUBLE": 10**300,
    "FLOAT": 10**30,
}
FARTHEST = 4_000_000  # days by which a date is moved at most: what is beyond is of no calendar
FIRST, LAST = "0001-01-01", "9999-12-31"


UNITS = {"WEEK": 0, "MONTH": 1, "QUARTER": 3, "YEAR": 12}  # in months; a week is 7 days
PARTS_OF_DATES: dict[type[exp.Expr], str] = {exp.Year: "YEAR", exp.Quarter: "QUARTER", exp.Month: "MONTH", exp.WeekOfYear: "WEEK", exp.Day: "DAY", exp.DayOfMonth: "DAY", exp.DayOfYear: "DOY",
                  exp.DayOfWeekIso: "ISODOW", exp.Hour: "HOUR", exp.Minute: "MINUTE"}  # fmt: skip
# What `said_there` may say otherwise.
SAID_OTHERWISE = (*PARTS_OF_DATES, exp.ApproxDistinct, exp.Min, exp.Max, exp.AnyValue, exp.DateDiff, exp.ArgMax, exp.ArgMin, exp.Round,
                  exp.FirstValue, exp.LastValue, exp.NthValue, exp.Lag, exp.Lead)  # fmt: skip


def iso(node: exp.Expr) -> exp.Expr:
    """The number of a week's day as Trino has it: Monday is 1, Sunday 7."""
    if isinstance(node, exp.Extract) and node.this.name.upper() in ("DOW", "DAY_OF_WEEK", "DAYOFWEEK"):
        node.set("this", exp.var("ISODOW"))
    return node


def said_there(node: exp.Expr) -> exp.Expr:
    """A function that PostgreSQL does not have, or not for such values, as what it has."""
    made: exp.Expr = node
    unit = PARTS_OF_DATES.get(type(node))
    if unit is not None:
        made = cast(exp.Extract(this=exp.var(unit), expression=node.this), "int")
    elif isinstance(node, exp.ApproxDistinct):
        made = exp.Count(this=exp.Distinct(expressions=[node.this]))
    elif isinstance(node, exp.Min | exp.Max | exp.AnyValue) and is_of(node.this, (Kind.BOOLEAN,)):
        made = (exp.LogicalAnd if isinstance(node, exp.Min) else exp.LogicalOr)(this=node.this)
    elif isinstance(node, exp.AnyValue):
        made = exp.Min(this=node.this)
    elif isinstance(node, exp.DateDiff) and node.text("unit").upper() in UNITS:
        made = _whole_units(node)
    elif isinstance(node, exp.ArgMax | exp.ArgMin):
        made = _of_the_most(node)
    elif isinstance(node, exp.Round) and node.args.get("decimals") is not None:
        node.this.replace(exp.Cast(this=node.this.copy(), to=exp.DataType(this=exp.DType.DECIMAL)))
    elif (
        isinstance(node, exp.FirstValue | exp.LastValue | exp.NthValue | exp.Lag | exp.Lead)
        and isinstance(node.this, exp.Literal)
        and node.this.is_string
    ):
        node.this.replace(cast(node.this.copy(), "text"))
    if made is not node:
        made.type = node.type
    return made


def _whole_units(node: exp.DateDiff) -> exp.Expr:
    """How many whole units lie between two dates, as Trino counts them: a month's last day is a month after another's."""
    start, end, count = node.expression, node.this, UNITS[node.text("unit").upper()]
    if count == 0:
        days = exp.Sub(this=cast(end.copy(), "date"), expression=cast(start.copy(), "date"))
        return exp.Div(this=exp.paren(days), expression=exp.Literal.number(7), typed=True)

    def part(unit: str) -> exp.Expr:
        of = (exp.Extract(this=exp.var(unit), expression=one.copy()) for one in (end, start))
        return exp.paren(exp.Sub(this=next(of), expression=next(of)))

    months = cast(
        exp.Add(this=exp.Mul(this=part("YEAR"), expression=exp.Literal.number(12)), expression=part("MONTH")), "int"
    )
    there = exp.Add(
        this=start.copy(),
        expression=exp.Mul(
            this=exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MONTH")), expression=months.copy()
        ),
    )
    short, far = (
        exp.and_(
            sign(this=months.copy(), expression=exp.Literal.number(0)),
            beyond(this=exp.paren(there.copy()), expression=end.copy()),
        )
        for sign, beyond in ((exp.GT, exp.GT), (exp.LT, exp.LT))
    )
    one = exp.Literal.number(1)
    whole = (
        exp.Case()
        .when(short, exp.Sub(this=months.copy(), expression=one))
        .when(far, exp.Add(this=months.copy(), expression=one.copy()))
        .else_(months)
    )
    return whole if count == 1 else exp.Div(this=exp.paren(whole), expression=exp.Literal.number(count), typed=True)


def _of_the_most(node: exp.ArgMax | exp.ArgMin) -> exp.Expr:
    """The first of all values in the order of another, where that is known."""
    by = node.expression
    order = exp.Ordered(this=by.copy(), desc=isinstance(node, exp.ArgMax), nulls_first=False)
    every = exp.ArrayAgg(this=exp.Order(this=node.this, expressions=[order]))
    known = exp.Where(this=exp.not_(exp.Is(this=by.copy(), expression=exp.Null())))
    return exp.Bracket(
        this=exp.paren(exp.Filter(this=every, expression=known)), expressions=[exp.Literal.number(1)], offset=1
    )


def cast_or_null(node: exp.TryCast) -> exp.Expr:
    """A cast, under a condition where it may fail.

    Raises:
        UnsafeSql: there is no condition that tells whether it fails.
    """
    to, value = node.to.this.name, node.this
    plain = exp.Cast(this=value, to=node.to)
    allowed = SAFE_CASTS.get(to, ())
    if allowed is None or is_of(value, allowed):
        return plain
    if to == "DATE" and is_of(value, TEXTS):
        return _where(
            [
                _like(value, DAY),
                exp.not_(_like(value, NO_DAY)),
                exp.paren(exp.or_(exp.not_(_like(value, LEAP_DAY)), _like(value, LEAP_YEAR))),
            ],
            plain,
        )
    largest = _largest(node.to)
    if largest is not None and is_of(value, NUMBERS):
        return _where([_within(value, largest)], plain)
    if largest is not None and is_of(value, TEXTS):
        number = exp.Cast(this=value.copy(), to=exp.DataType(this=exp.DType.DECIMAL))
        fits = exp.Case().when(_like(value, NUMBER), _within(number, largest))
        return _where([fits], exp.Cast(this=number.copy(), to=node.to))
    raise UnsafeSql(f"a cast to {node.to.sql('trino')} that may fail cannot run on PostgreSQL",
                    fix="leave the cast out, or ask for days that the cold tier holds too")  # fmt: skip


def _largest(to: exp.DataType) -> int | None:
    """A bound within which every number can be cast to a type."""
    if to.this.name == "DECIMAL" and to.expressions:
        digits, *places = (int(part.name) for part in to.expressions)
        return int(10 ** (digits - (places[0] if places else 0))) - 1
    return 10**300 if to.this.name == "DECIMAL" else LARGEST.get(to.this.name)


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=value.copy(), expression=exp.Literal.string(pattern))


def _within(value: exp.Expr, largest: int) -> exp.Expr:
    bound = exp.Literal.number(largest)
    return exp.Between(this=value.copy(), low=exp.Neg(this=bound.copy()), high=bound)


def _where(conditions: list[exp.Expr], value: exp.Expr) -> exp.Expr:
    return exp.Case().when(exp.and_(*conditions), value)


def in_range(tree: exp.Expr) -> exp.Expr:
    """Arithmetic that cannot overflow: of numbers without limits, of dates of ten thousand years."""
    holder = exp.Paren(this=tree.copy())
    for node in list(holder.find_all(*ARITHMETIC, exp.DateAdd, exp.LastDay)):
        if is_of(node, NUMBERS) and isinstance(node, ARITHMETIC):
            _unlimited(node)
        elif is_of(node, MOMENTS):
            _of_calendar(node)
    made: exp.Expr = holder.this
    return made


def _unlimited(node: exp.Expr) -> None:
    """Operands as numeric, which holds 131,072 digits; whole numbers divide to whole numbers still."""
    whole = isinstance(node, exp.Div) and is_of(node.left, INTEGERS) and is_of(node.right, INTEGERS)
    for operand in (node.this, node.args.get("expression")):
        if operand is not None and not isinstance(operand.unnest(), (*ARITHMETIC, exp.Literal)):
            operand.replace(exp.Cast(this=operand.copy(), to=exp.DataType(this=exp.DType.DECIMAL)))
    if whole:
        node.replace(exp.Trunc(this=node.copy()))


def _of_calendar(node: exp.Expr) -> None:
    """A date that is moved stays within the calendar, or is null."""
    moved, amount = node.this, node.args.get("expression")
    days = exp.Between(this=moved.copy(), low=exp.Literal.string(FIRST), high=exp.Literal.string(LAST))
    conditions: list[exp.Expr] = [days]
    if amount is not None and not isinstance(amount.unnest(), exp.Interval | exp.Literal | exp.Neg):
        conditions.append(_within(amount, FARTHEST))
    there = exp.Between(this=node.copy(), low=exp.Literal.string(FIRST), high=exp.Literal.string(LAST))
    node.replace(_where(conditions, _where([there], node.copy())))

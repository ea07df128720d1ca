"""What a function is given in written SQL: values of the kind that it takes, and literals where an engine reads more than a value.

A pattern with an escape, a zone, a length of time, a number of digits: of these some raise, and only one that is written out can be
looked at. Each check looks at one node of a resolved tree with types.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.fits import check_cast, check_number, zones
from nlq.sql.kinds import is_null, kind
from nlq.sql.place import at, said
from nlq.sql.types import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT = re.compile(r"(%[YymdHMS]|[-/:., _])+")  # as the library reads %i and %s of Trino's
FARTHEST_YEARS = 4_000  # by which a date is moved at most: what is beyond is of no calendar
A_YEAR = {
    "YEAR": 1,
    "QUARTER": 4,
    "MONTH": 12,
    "WEEK": 52,
    "DAY": 365,
    "HOUR": 8_760,
    "MINUTE": 525_600,
    "SECOND": 31_536_000,
}
MOST_PLACES = 18  # to which a number is rounded
LONGEST = 1_000_000  # of a text that is cut out of another
TEXT, NUMBER, DATE, ANY = frozenset({"text"}), frozenset({"number"}), frozenset({"date"}), frozenset(KINDS.values())
PLAIN = ANY - {"list", "document"}
ADDS = NUMBER | {"interval"}
# What parts of a call may be, with the classes of which that is so.
GIVEN: tuple[tuple[dict[str, frozenset[str]], tuple[type[exp.Expr], ...]], ...] = (
    ({"this": TEXT}, (exp.Lower, exp.Upper, exp.Length, exp.Reverse)),
    ({"this": TEXT, "expression": TEXT}, (exp.Like, exp.StartsWith, exp.Trim)),
    ({"this": TEXT, "substr": TEXT}, (exp.StrPosition,)),
    ({"this": TEXT, "expression": TEXT, "replacement": TEXT}, (exp.Replace,)),
    ({"this": TEXT, "start": NUMBER, "length": NUMBER}, (exp.Substring,)),
    ({"this": NUMBER}, (exp.Abs, exp.Sign, exp.Floor, exp.Ceil, exp.Neg, exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp,
                        exp.Variance, exp.VariancePop, exp.Round, exp.Trunc)),
    ({"this": NUMBER, "expression": NUMBER}, (exp.Mul, exp.Div, exp.Mod, exp.Corr)),
    ({"this": DATE}, (exp.Year, exp.Quarter, exp.Month, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeekIso, exp.DayOfYear, exp.Hour,
                      exp.Minute, exp.LastDay, exp.DateTrunc, exp.TimestampTrunc, exp.TimeToStr, exp.AtTimeZone)),
    ({"expression": DATE}, (exp.Extract,)),
    ({"this": DATE, "expression": DATE}, (exp.DateDiff,)),
    ({"this": DATE, "expression": ADDS}, (exp.DateAdd,)),
    ({"this": DATE | TEXT}, (exp.Date,)),
    ({"this": PLAIN, "expression": PLAIN, "expressions": PLAIN}, (exp.Concat, exp.DPipe)),
)  # fmt: skip
TAKES = {one: parts for parts, kinds in GIVEN for one in kinds}
# What can be cast to what, beside what is of the kind already: a number and a truth value to each other, texts to all, and all to texts.
CASTS = {
    "text": ANY - {"list", "document"},
    "number": frozenset({"text", "truth value"}),
    "truth value": frozenset({"text", "number"}),
    "date": frozenset({"text"}),
}
ADDED = frozenset(
    {("number", "number"), ("date", "interval"), ("interval", "date"), ("date", "date"), ("interval", "interval")}
)
DAYS_ONLY = frozenset({"DOW", "DAY_OF_WEEK", "DOY", "DAY_OF_YEAR"})  # parts of a date, by which none is moved


def given_well(node: exp.Expr) -> None:
    """Each part of a call is of a kind that the function takes; of what is not known nobody knows what an engine makes."""
    for name, kinds in TAKES[type(node)].items():
        given = node.args.get(name)
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, exp.Expr) and kind(one) not in kinds and not is_null(one):
                found = kind(one) or "value of which is not known what it is"
                raise UnsafeSql(f"{said(one)} is a {found}: here stands a {' or '.join(sorted(kinds))}", where=at(node), fix="CAST it")  # fmt: skip


def are_added(node: exp.Expr) -> None:
    """Numbers are added to numbers, and lengths of time to dates."""
    pair = kind(node.this), kind(node.expression)
    if pair not in ADDED and not any(is_null(one) for one in (node.this, node.expression)):
        first, second = (one or "value of which is not known what it is" for one in pair)
        raise UnsafeSql(
            f"a {first} and a {second} are not added", where=at(node), fix="CAST one of them, or write an INTERVAL"
        )


def _literal(node: exp.Expr | None) -> exp.Expr | None:
    return node if isinstance(node, exp.Literal) else None


def _whole(node: exp.Expr | None) -> int | None:
    """A whole number that is written out, with its sign."""
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.Neg):
        found = _whole(node.this)
        return None if found is None else -found
    return int(node.this) if isinstance(node, exp.Literal) and node.is_int and len(node.this) < 20 else None


def _is_literal(node: exp.Expr | None) -> bool:
    return isinstance(node.this if isinstance(node, exp.Neg) else node, exp.Literal)


def zone_is_known(node: exp.Expr) -> None:
    """A zone is a name that every engine knows."""
    zone = _literal(node.args["zone"])
    if zone is None or not zone.is_string or zone.this not in zones():
        raise _written("a time zone", node, "write one of the zones of the tz database: 'Asia/Manila'")


def pattern_is_whole(node: exp.Expr) -> None:
    """A pattern with an escape is written out, and after each escape stands %, _ or another: else an engine raises on texts that match so far."""
    like, escape = node.this, node.expression.this
    pattern = _literal(like.expression) if isinstance(like, exp.Like) else None
    if pattern is None:
        raise _written("a pattern with ESCAPE", node)
    text, place = pattern.this, 0
    while (place := text.find(escape, place)) >= 0:
        if text[place + 1 : place + 2] not in ("%", "_", escape):
            raise UnsafeSql(f"after {escape} in {said(pattern)} stands neither %, _ nor {escape}", where=at(node), fix=f"write {escape}{escape} where it stands for itself")  # fmt: skip
        place += 2


def length_is_written(node: exp.Expr) -> None:
    """How long an INTERVAL is."""
    many, unit = node.this, node.text("unit").upper()
    text = many.this if isinstance(many, exp.Literal) else ""
    if not re.fullmatch(r"[-+]?[0-9]{1,12}", text, re.ASCII) or abs(int(text)) > A_YEAR.get(unit, 0) * FARTHEST_YEARS:
        raise _written("an INTERVAL", node, "write a whole number and a unit: INTERVAL '7' DAY")


def unit_is_of_time(node: exp.Expr) -> None:
    """A date is moved, cut and measured by units of time, not by parts of a date."""
    unit = node.text("unit").upper()
    if unit in DAYS_ONLY:
        raise UnsafeSql(
            f"{unit.lower()} is no length of time", where=at(node), fix="write day, week, month, quarter or year"
        )
    if isinstance(node, exp.DateAdd):
        far = written_amount(node)
        if far is not None and abs(far) > A_YEAR.get(unit or "DAY", 0) * FARTHEST_YEARS:
            raise UnsafeSql(
                f"a date is moved by more than {FARTHEST_YEARS} years", where=at(node), fix="move it by less"
            )


def written_amount(node: exp.DateAdd) -> int | None:
    """By how much a date is moved, where that is written out: to the nearest whole number, as every engine takes it."""
    amount = node.expression.unnest() if isinstance(node.expression, exp.Paren) else node.expression
    number = amount.this if isinstance(amount, exp.Neg) else amount
    if not isinstance(number, exp.Literal) or number.is_string:
        return None
    most = Decimal(LONGEST) ** 2
    far = int(min(Decimal(number.this), most).to_integral_value(ROUND_HALF_UP))
    return -far if number is not amount else far


def format_is_plain(node: exp.Expr) -> None:
    """Every engine writes a date so: no names that one of them pads, nothing that it would read as more."""
    form = _literal(node.args.get("format"))
    if form is None or FORMAT.fullmatch(form.this) is None:
        raise _written("how a date is written (of %Y %y %m %d %H %i %s and marks between them)", node)


def places_are_written(node: exp.Expr) -> None:
    """To how many places a number is rounded."""
    places = node.args.get("decimals")
    if places is not None and not -MOST_PLACES <= (MOST_PLACES + 1 if (many := _whole(places)) is None else many) <= MOST_PLACES:  # fmt: skip
        raise _written("to how many places a number is rounded", node, f"write one of -{MOST_PLACES} to {MOST_PLACES}")


def part_is_within(node: exp.Expr) -> None:
    """Where a part of a text begins, and how long it is, where that is written out."""
    start, length = ((_whole(one), _is_literal(one)) for one in (node.args.get("start"), node.args.get("length")))
    if (start[1] and not 0 < abs(start[0] or 0) <= LONGEST) or (length[1] and not 0 <= (-1 if length[0] is None else length[0]) <= LONGEST):  # fmt: skip
        raise UnsafeSql("a part of a text begins at 1, or at -1 from its end, and is not shorter than nothing", where=at(node),
                        fix=f"write a start from 1, or from -1 down, and a length from 0 to {LONGEST}")  # fmt: skip


def cast_is_possible(node: exp.Expr) -> None:
    """A literal fits; anything else is of a kind that casts to the type."""
    if isinstance(node.this, exp.Literal):
        if not isinstance(node, exp.TryCast):
            check_cast(node)
        return
    wanted, found = KINDS.get(node.args["to"].this, ""), kind(node.this)
    if found != wanted and found is not None and found not in CASTS.get(wanted, ()):
        raise UnsafeSql(
            f"a {found} is no {wanted}", where=at(node), fix="take another part of it, or CAST it to VARCHAR"
        )


def _written(what: str, node: exp.Expr, fix: str = "write it out") -> UnsafeSql:
    return UnsafeSql(f"{what} is written as a literal", where=at(node), fix=fix)


def number_is_ordinary(node: exp.Expr) -> None:
    """A number has no more digits than every engine has for one."""
    if not node.args["is_string"] and not isinstance(node.parent, (exp.Cast, exp.DataTypeParam)):
        check_number(node)


CHECKED: dict[type[exp.Expr], tuple[Callable[[exp.Expr], None], ...]] = {
    exp.AtTimeZone: (zone_is_known,),
    exp.Escape: (pattern_is_whole,),
    exp.Interval: (length_is_written,),
    exp.TimeToStr: (format_is_plain,),
    **dict.fromkeys((exp.DateAdd, exp.DateDiff, exp.DateTrunc, exp.TimestampTrunc), (unit_is_of_time,)),
    **dict.fromkeys((exp.Round, exp.Trunc), (places_are_written,)),
    exp.Substring: (part_is_within,),
    **dict.fromkeys((exp.Add, exp.Sub), (are_added,)),
    **dict.fromkeys((exp.Cast, exp.TryCast), (cast_is_possible,)),
    exp.Literal: (number_is_ordinary,),
}
RULES: dict[type[exp.Expr], tuple[Callable[[exp.Expr], None], ...]] = {
    one: (*((given_well,) if one in TAKES else ()), *CHECKED.get(one, ())) for one in {**TAKES, **CHECKED}
}

"""Does a literal fit the type that it is cast to, and a number the widest that engines have? What does not is a mistake of the text.

A cast that fails tells nothing of a row by itself, but in a branch of CASE it tells which rows came there: so none may fail.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from nlq.errors import UnsafeSql
from nlq.sql.place import at, said
from nlq.sql.types import KINDS, TEXTS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlglot import exp

WHOLE_DIGITS, DECIMALS = 19, 12  # of a number that is written out
LARGEST = 2**63 - 1
RANGES = {
    Kind.TINYINT: 2**7,
    Kind.SMALLINT: 2**15,
    Kind.INT: 2**31,
    Kind.BIGINT: 2**63,
    Kind.FLOAT: 10**38,
    Kind.DOUBLE: 10**308,
}
PLAIN, MOST_DIGITS = (18, 3), 38  # DECIMAL without more said, and of all
NUMBER = re.compile(r"[-+]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][-+]?[0-9]{1,3})?", re.ASCII)
WHOLE = re.compile(r"[-+]?[0-9]{1,40}", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)(?P<zone>[-+][0-9]{2}:[0-9]{2}| [A-Z]\S*)?",
    re.ASCII,
)
LOCAL = "localtime"  # the zone of whichever machine


@cache
def zones() -> frozenset[str]:
    """The time zones that every engine knows by name."""
    return frozenset(available_timezones() - {LOCAL})


def check_cast(node: exp.Expr) -> None:
    """Refuse a cast of a literal that does not fit.

    Raises:
        UnsafeSql: it cannot be cast.
    """
    if not fits(node.this, node.args["to"]):
        kind = node.args["to"].sql("trino")
        raise UnsafeSql(f"{said(node.this)} is no {KINDS.get(node.args['to'].this, kind)} that fits {kind}", where=at(node), fix="write what can be cast")  # fmt: skip


def check_number(literal: exp.Expr) -> None:
    """Refuse a number of more digits than every engine has for one.

    Raises:
        UnsafeSql: it has more.
    """
    text = literal.this
    if not _is_number(text):
        raise UnsafeSql(f"{said(literal)} is too large a number, or of too many digits", where=at(literal),
                        fix=f"write at most {WHOLE_DIGITS} digits and {DECIMALS} after the point, or CAST it from a text")  # fmt: skip


def _is_number(text: str) -> bool:
    if len(text) <= WHOLE_DIGITS - 1 and text.isdigit():
        return True
    if NUMBER.fullmatch(text) is None:
        return False
    if "e" in text.lower():
        value = abs(Decimal(text))
        return not value or 1 / Decimal(RANGES[Kind.DOUBLE]) < value < RANGES[Kind.DOUBLE]
    whole, _, decimals = text.partition(".")
    return len(decimals) <= DECIMALS and int(whole or 0) <= LARGEST


def fits(literal: exp.Expr, to: exp.Expr) -> bool:
    """Whether a literal can be cast to a type, on every engine."""
    text, kind = literal.this, to.this
    if kind in TEXTS:
        return True
    found = READ.get(KINDS.get(kind, ""))
    if found is None:
        return False
    try:
        return found(text, literal, to)
    except (ValueError, ArithmeticError):
        return False


def _number(text: str, literal: exp.Expr, to: exp.Expr) -> bool:
    kind = to.this
    whole = kind not in (Kind.DOUBLE, Kind.FLOAT, Kind.DECIMAL)
    if (WHOLE if whole and literal.is_string else NUMBER).fullmatch(text) is None:
        return False
    value = abs(Decimal(text))
    if kind is not Kind.DECIMAL:
        return value < RANGES[kind] - (0 if value == int(value) else 1)
    digits, places = size(to)
    return value < Decimal(10) ** (digits - places) - Decimal("0.5")


def _date(text: str, literal: exp.Expr, to: exp.Expr) -> bool:
    if not literal.is_string:
        return False
    if DAY.fullmatch(text) is not None:
        return bool(date.fromisoformat(text))
    moment = MOMENT.fullmatch(text)
    if moment is None or to.this is Kind.DATE:
        return False
    zone = (moment["zone"] or "").strip()
    if zone[:1] in ("+", "-"):
        return bool(datetime.fromisoformat(moment[1] + zone))
    return (not zone or zone in zones()) and bool(datetime.fromisoformat(moment[1]))


READ: dict[str, Callable[[str, exp.Expr, exp.Expr], bool]] = {
    "number": _number,
    "date": _date,
    "truth value": lambda text, literal, _: literal.is_string and text.lower() in ("true", "false"),
}


def size(kind: exp.Expr) -> tuple[int, int]:
    """All digits of a DECIMAL, and those of them after the point."""
    given = [int(part.name) for part in kind.expressions]
    return (given[0], given[1] if len(given) > 1 else 0) if given else PLAIN

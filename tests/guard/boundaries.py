"""What a function or an operator may be given at the edges of each type, as literals and in rows; and a place for each in SQL.

A statement of these is refused, or it runs: whatever an engine raises would tell of the rows on which it does.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

from guard import twins

TEXTS = [
    "",
    " ",
    "a",
    "%",
    "_",
    "\\",
    "a\\",
    "1/0",
    "9" * 40,
    "1e999",
    "-0",
    "ñandú 🙂",
    "2026-02-30",
    "5881580-07-10",
    "0000-01-01",
    "NaN",
]
WHOLE = [
    0,
    1,
    -1,
    2**31 - 1,
    -(2**31),
    2**31,
    2**53 + 1,
    10**18,
    2**63 - 1,
    -(2**63),
    -(2**63) + 1,
    7,
    None,
    4_294_967_296,
    60,
    12,
]
REAL = [
    0.0,
    -0.0,
    1.5,
    1e308,
    -1e308,
    1e-308,
    5e-324,
    math.inf,
    -math.inf,
    math.nan,
    9.3e18,
    1e38,
    None,
    2.5e-10,
    1e154,
    -7.0,
]
MONEY = [Decimal(one) for one in ("0", "0.01", "-0.01", "9999999999.99", "-9999999999.99", "1.5", "999999.99", "12", "-1", "3.33", "0.1", "2", "7", "10", "5", "1")]  # fmt: skip
DAYS = [
    date(1, 1, 1),
    date(9999, 12, 31),
    date(2024, 2, 29),
    date(2026, 11, 26),
    date(1, 12, 31),
    date(9999, 1, 1),
    date(2000, 1, 1),
    None,
]
TIMES = [
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, 12, tzinfo=UTC),
    datetime(2026, 11, 26, 23, 59, 59, 999_999, tzinfo=UTC),
]

NUMBERS = ["0", "1", "-1", "2.5", "0.000000000001", "9223372036854775807", "-9223372036854775808", "1e300", "1e-300", "99999999999999999999", "1e400", "2147483647",
           "0.1234567890123", "1000000000000.123456789", "-32769", "128", "CAST('1e300' AS DOUBLE)", "CAST(999 AS TINYINT)", "CAST('12345678901234567890123456789012345678' AS DECIMAL(38, 0))",
           "CAST(0.5 AS DECIMAL(38, 30))"]  # fmt: skip
WORDS = ["''", "'a'", "'%'", "'\\'", "'a\\'", "'!'", "'a!'", "'9999999999999999999999'", "'1e999'", "'2026-02-30'", "'294277-01-01'", "'Infinity'", "'-infinity'", "'epoch'", "'now'", "'aaaa'"]  # fmt: skip
DATES = ["DATE '0001-01-01'", "DATE '9999-12-31'", "DATE '2026-11-26'", "DATE '2026-02-30'", "DATE '99999-01-01'", "CAST('infinity' AS DATE)", "DATE '2024-02-29'"]  # fmt: skip
MOMENTS = ["TIMESTAMP '0001-01-01 00:00:00'", "TIMESTAMP '9999-12-31 23:59:59'", "TIMESTAMP '2026-11-26 10:00:00 Asia/Manila'", "TIMESTAMP '2026-11-26 10:00:00 Nowhere/X'", "TIMESTAMP '294247-01-10 04:00:54'",
           "TIMESTAMP '2026-11-26 10:00:00 +14:00'"]  # fmt: skip
ZONES = ["'Asia/Manila'", "'Nowhere/X'", "'UTC'", "'America/Scoresbysund'", "'+08:00'", "''", "'localtime'", "s.city"]
UNITS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year", "dow"]
TYPES = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DOUBLE", "REAL", "DECIMAL(38, 2)", "DECIMAL(3, 3)", "DECIMAL(18, 6)", "DECIMAL(38, 37)", "DECIMAL", "VARCHAR", "VARCHAR(2)", "CHAR(3)", "BOOLEAN", "DATE",
         "TIMESTAMP", "DECIMAL(100, 3)", "DECIMAL(3, 5)", "VARCHAR(0)", "TIMESTAMP(3)", "TIMESTAMP(99)", "TIMESTAMP WITH TIME ZONE"]  # fmt: skip
# Of each kind the values that a class of node gives; {n} a number, {t} a text, {d} a day, {m} a moment, {b} a condition, {u} a unit.
GIVES: dict[str, dict[str, list[str]]] = {
    "n": {
        "Add": ["({n} + {n})"], "Sub": ["({n} - {n})"], "Mul": ["({n} * {n})"], "Div": ["({n} / {n})"], "Mod": ["({n} % {n})", "mod({n}, {n})"], "Neg": ["(- ({n}))"], "Abs": ["abs({n})"],
        "Sign": ["sign({n})"], "Floor": ["floor({n})"], "Ceil": ["ceil({n})"], "Round": ["round({n})", "round({n}, {k})"], "Trunc": ["truncate({n})", "truncate({n}, {k})"],
        "Length": ["length({t})"], "StrPosition": ["strpos({t}, {t})"], "Nullif": ["nullif({n}, {n})"], "Coalesce": ["coalesce({n}, {n})"], "Greatest": ["greatest({n}, {n})"],
        "Least": ["least({n}, {n}, {n})"], "Case": ["CASE WHEN {b} THEN {n} ELSE {n} END", "CASE {n} WHEN {n} THEN {n} END"], "If": ["IF({b}, {n}, {n})"], "Year": ["year({d})", "year({m})"],
        "Quarter": ["quarter({d})"], "Month": ["month({d})"], "WeekOfYear": ["week({d})", "week({m})"], "Day": ["day({d})"], "DayOfMonth": ["day_of_month({d})"], "DayOfWeekIso": ["day_of_week({d})"],
        "DayOfYear": ["day_of_year({d})"], "Hour": ["hour({m})", "hour({d})"], "Minute": ["minute({m})", "minute({d})"], "Extract": ["extract({u} FROM {d})", "extract({u} FROM {m})"],
        "DateDiff": ["date_diff('{u}', {d}, {d})", "date_diff('{u}', {m}, {m})", "date_diff('{u}', {d}, {m})"], "Cast": ["CAST({n} AS {y})", "CAST({t} AS {y})", "CAST({b} AS INTEGER)"],
        "TryCast": ["TRY_CAST({t} AS {y})", "TRY_CAST({n} AS {y})"], "Paren": ["({n})"], "Subquery": ["(SELECT {n})", "((SELECT {n}) * {n})", "((SELECT max(z.latitude) FROM dim_store z WHERE z.city = s.city) * {n})"],
    },
    "t": {
        "Lower": ["lower({t})"], "Upper": ["upper({t})"], "Reverse": ["reverse({t})"], "Trim": ["trim({t})", "TRIM(BOTH {t} FROM {t})", "ltrim({t})"], "Concat": ["concat({t}, {t})"], "DPipe": ["({t} || {t})"],
        "Substring": ["substr({t}, {n})", "substr({t}, {n}, {n})", "substr({t}, {k}, {n})", "substr({t}, {n}, {k})"], "Replace": ["replace({t}, {t}, {w2})", "replace({t}, {w2}, {w2})"],
        "TimeToStr": ["date_format({d}, '%Y-%m')", "date_format({m}, '%H:%i:%s %d')", "date_format({d}, {t})"], "Cast": ["CAST({n} AS VARCHAR)", "CAST({d} AS VARCHAR)", "CAST({m} AS VARCHAR)", "CAST({b} AS VARCHAR)", "CAST({n} AS VARCHAR(2))"],
        "Coalesce": ["coalesce({t}, {t})"], "Case": ["CASE WHEN {b} THEN {t} ELSE {t} END"],
    },
    "d": {
        "DateAdd": ["date_add('{u}', {k}, {d})", "date_add('{u}', {n}, {d})"], "Add": ["({d} + INTERVAL {i} {U})"], "Interval": ["({d} - INTERVAL {i} {U})"], "DateTrunc": ["date_trunc('{u}', {d})"],
        "LastDay": ["last_day_of_month({d})", "last_day_of_month({m})"], "Date": ["date({m})", "date({t})"], "Cast": ["CAST({t} AS DATE)", "CAST({m} AS DATE)"], "Coalesce": ["coalesce({d}, {d})"], "Greatest": ["greatest({d}, {d})"],
        "Case": ["CASE WHEN {b} THEN {d} ELSE {d} END"],
    },
    "m": {
        "AtTimeZone": ["({m} AT TIME ZONE {z})"], "TimestampTrunc": ["date_trunc('{u}', {m})"], "DateAdd": ["date_add('{u}', {k}, {m})", "date_add('{u}', {n}, {m})"], "Add": ["({m} + INTERVAL {i} {U})"],
        "Cast": ["CAST({d} AS TIMESTAMP)", "CAST({t} AS TIMESTAMP)"], "Coalesce": ["coalesce({m}, {d})"],
    },
    "b": {
        "EQ": ["{n} = {n}", "{t} = {t}", "{d} = {m}"], "NEQ": ["{n} <> {n}"], "GT": ["{n} > {n}", "{d} > {m}", "{d} > {d}"], "GTE": ["{m} >= {d}"], "LT": ["{n} < {n}"], "LTE": ["{d} <= {m}"], "And": ["({b} AND {b})"], "Or": ["({b} OR {b})"],
        "Not": ["(NOT ({b}))"], "NullSafeEQ": ["{n} IS NOT DISTINCT FROM {n}"], "NullSafeNEQ": ["{m} IS DISTINCT FROM {d}"], "Is": ["{n} IS NULL", "{d} IS NOT NULL"], "Between": ["{n} BETWEEN {n} AND {n}", "{d} BETWEEN {d} AND {m}"],
        "In": ["{n} IN ({n}, {n})", "{t} IN ({w2}, {w2})", "{n} IN (SELECT {n})"], "Like": ["{t} LIKE {w2}", "{t} NOT LIKE {w2}", "{t} LIKE {t}"], "Escape": ["{t} LIKE {w2} ESCAPE '!'", "{t} LIKE {w2} ESCAPE '\\'", "{t} NOT LIKE '%!%%' ESCAPE '!'"],
        "StartsWith": ["starts_with({t}, {t})"], "Exists": ["EXISTS (SELECT 1 FROM regions r WHERE {n} > {n})"], "Boolean": ["TRUE"],
    },
}  # fmt: skip
FIGURES = {
    "Sum": "sum({n})", "Avg": "avg({n})", "Min": "min({n})", "Max": "max({t})", "Count": "count(DISTINCT {n})", "CountIf": "count_if({b})", "AnyValue": "any_value({n})", "ApproxDistinct": "approx_distinct({n})",
    "Stddev": "stddev({n})", "StddevPop": "stddev_pop({n})", "StddevSamp": "stddev_samp({n})", "Variance": "variance({n})", "VariancePop": "var_pop({n})", "Corr": "corr({n}, {n})", "LogicalOr": "bool_or({b})",
    "LogicalAnd": "bool_and({b})", "ArgMax": "max_by({n}, {t})", "ArgMin": "min_by({t}, {n})", "Filter": "max({d}) FILTER (WHERE {b})",
}  # fmt: skip
WINDOWS = ["sum({n}) OVER (PARTITION BY {t})", "lag({n}, 1) OVER (ORDER BY {n})", "avg({n}) OVER (ORDER BY {n} ROWS BETWEEN {w} PRECEDING AND CURRENT ROW)", "ntile(3) OVER (ORDER BY {d})"]  # fmt: skip
COLUMNS = {"n": ["s.latitude", "s.longitude", "i.quantity", "i.line_value", "i.product_id"], "t": ["s.store_name", "s.city", "s.province"],
           "d": ["s.opened_on", "s.closed_on"], "m": ["t.occurred_at"], "b": ["s.city IS NULL"]}  # fmt: skip
LITERALS = {"n": NUMBERS, "t": WORDS, "d": DATES, "m": MOMENTS, "b": ["TRUE", "NULL"]}
SMALL = {"k": ["0", "1", "-1", "3", "-19", "2147483648", "-2147483649", "99999999999999999999", "30", "-5", "1.5"], "u": UNITS, "U": [one.upper() for one in UNITS], "z": ZONES, "y": TYPES,
         "i": ["'1'", "'-1'", "'99999999999'", "'abc'", "'4001'", "30", "'1.5'", "''"], "w": ["1", "0", "2", "9999999999", "i.quantity", "'x'", "-1"], "w2": WORDS}  # fmt: skip
FROM = "dim_store s CROSS JOIN silver_transaction_items i CROSS JOIN silver_transactions_cleaned t"


def rows() -> dict[str, list[dict[str, object]]]:
    """One tenant's rows, of which each holds some of what is at an edge."""
    found = twins.rows(tenants=("tingi",))
    for name in found:
        if name not in twins.SHARED:
            found[name] = [dict(one) for one in found[name][:12]]

    def spread(name: str, column: str, values: list[object], by: int = 1) -> None:
        for place, row in enumerate(found[name]):
            row[column] = values[(place * by) % len(values)]

    spread("dim_store", "store_name", TEXTS)
    spread("dim_store", "city", TEXTS, 5)
    spread("dim_store", "province", [*TEXTS[8:], None], 3)
    spread("dim_store", "latitude", REAL)
    spread("dim_store", "longitude", REAL, 7)
    spread("dim_store", "opened_on", DAYS)
    spread("dim_store", "closed_on", DAYS, 3)
    sales = found["silver_transactions_cleaned"]
    for row in sales:
        row["deleted_at"] = None
    spread("silver_transactions_cleaned", "occurred_at", TIMES)
    found["silver_transactions_cleaned"] = sales[:3]
    items = found["silver_transaction_items"] = [
        {**found["silver_transaction_items"][0], "transaction_id": sales[0]["transaction_id"], "line_no": n}
        for n in range(16)
    ]
    assert items
    spread("silver_transaction_items", "quantity", WHOLE)
    spread("silver_transaction_items", "product_id", WHOLE, 5)
    spread("silver_transaction_items", "line_value", MONEY)
    return found


class Drawn:
    """Values of a kind, drawn from a seed: columns, literals at an edge, and what is made of these."""

    def __init__(self, pick: Random) -> None:
        self.pick = pick

    def of(self, kind: str, depth: int) -> str:
        if kind in SMALL:
            return self.pick.choice(SMALL[kind])
        if depth <= 0 or self.pick.random() < 0.35:
            chance = self.pick.random()
            if chance < 0.55:
                return self.pick.choice(COLUMNS[kind])
            plain = self.pick.choice(LITERALS[kind])
            return (
                plain
                if chance < 0.85
                else f"CASE WHEN s.latitude > 1 THEN {plain} ELSE {self.pick.choice(LITERALS[kind])} END"
            )
        return self.filled(self.pick.choice(self.pick.choice(list(GIVES[kind].values()))), depth)

    def filled(self, form: str, depth: int) -> str:
        """A form with a value in each of its places."""
        while "{" in form:
            start = form.index("{")
            end = form.index("}", start)
            form = form[:start] + self.of(form[start + 1 : end], depth - 1) + form[end + 1 :]
        return form


def statement(seed: int, *, figures: bool = True) -> str:
    """A statement whose value is computed on every row; perhaps figures of it, which are of the asker's rows alone."""
    drawn = Drawn(Random(seed))
    kind = drawn.pick.choice("nntdmb")
    way = drawn.pick.random()
    if way < 0.15 and figures:
        return f"SELECT {drawn.filled(drawn.pick.choice([*FIGURES.values(), *WINDOWS]), 2)} AS x FROM {FROM}"
    made = drawn.filled(drawn.pick.choice(drawn.pick.choice(list(GIVES[kind].values()))), drawn.pick.choice([1, 2, 3]))
    if way < 0.4:
        return f"SELECT count(*) AS n FROM {FROM} WHERE CASE WHEN s.latitude > 1 THEN ({made}) IS NULL ELSE FALSE END"
    if way < 0.6 and kind != "b":
        return f"SELECT count(*) AS n FROM {FROM} WHERE ({made}) >= ({drawn.of(kind, 1)})"
    if way < 0.7:
        return f"WITH c AS (SELECT {made} AS x FROM {FROM}) SELECT max({'CAST(x AS VARCHAR)' if kind == 'b' else 'x'}) AS x FROM c"
    return f"SELECT {made} AS x FROM {FROM}"

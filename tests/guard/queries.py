"""Analysts' SQL drawn from a seed: typed expressions over Scout's tables, in the dialect that callers write.

Every query gives the same rows each time: what depends on the order of rows is ordered by a key.
"""

from __future__ import annotations

from functools import partial
from random import Random

# Of each table the columns of a kind, and its key within a tenant. Masked columns are not here: their uses are refused.
TABLES: dict[str, tuple[dict[str, list[str]], list[str]]] = {
    "dim_store": ({"text": ["store_name", "store_type", "region", "province", "city", "org_id"], "date": ["opened_on", "closed_on"],
                   "number": ["latitude", "longitude"]}, ["store_id"]),
    "dim_customer": ({"text": ["region", "org_id"], "number": ["customer_id", "birth_year"], "date": ["joined_on"]}, ["customer_id"]),
    "silver_transactions_cleaned": ({"text": ["store_id", "region", "payment_method", "org_id"], "number": ["customer_id", "peso_value", "basket_size"],
                                     "date": ["date_key"], "time": ["occurred_at"]}, ["transaction_id"]),
    "silver_transaction_items": ({"text": ["org_id"], "number": ["product_id", "quantity", "line_value"], "date": ["date_key"]}, ["transaction_id", "line_no"]),
    "gold_daily_aggregates": ({"text": ["region", "org_id"], "number": ["daily_revenue", "transactions", "items"], "date": ["date_key"]}, ["store_id", "date_key"]),
    "gold_product_daily": ({"text": ["region", "org_id"], "number": ["product_id", "quantity", "line_value"], "date": ["date_key"]}, ["product_id", "region", "date_key"]),
    "gold_regional_performance": ({"text": ["region", "org_id"], "number": ["revenue", "active_stores"], "date": ["month"]}, ["region", "month"]),
    "gold_business_metrics": ({"text": ["store_id", "org_id"], "number": ["revenue", "average_basket"], "date": ["month"]}, ["store_id", "month"]),
    "platinum_executive_summary": ({"text": ["region", "top_store_id", "org_id"], "number": ["revenue", "growth_pct"], "date": ["month"]}, ["region", "month"]),
    "dim_calendar": ({"text": ["season", "holiday_name"], "number": ["year", "day_of_week"], "date": ["date_key", "week_start"], "truth": ["is_payday"]}, ["date_key"]),
    "dim_product": ({"text": ["brand", "category", "product_name"], "number": ["unit_price", "product_id"]}, ["product_id"]),
    "regions": ({"text": ["region_code", "short_name", "island_group"]}, ["region_code"]),
}  # fmt: skip
JOINS = [
    ("silver_transactions_cleaned", "dim_store", "store_id", "store_id"), ("silver_transactions_cleaned", "dim_customer", "customer_id", "customer_id"),
    ("silver_transaction_items", "dim_product", "product_id", "product_id"), ("silver_transaction_items", "silver_transactions_cleaned", "transaction_id", "transaction_id"),
    ("gold_daily_aggregates", "dim_calendar", "date_key", "date_key"), ("dim_store", "regions", "region", "region_code"),
    ("gold_business_metrics", "dim_store", "store_id", "store_id"), ("gold_product_daily", "dim_product", "product_id", "product_id"),
    ("dim_customer", "dim_customer", "region", "region"), ("gold_regional_performance", "platinum_executive_summary", "region", "region"),
]  # fmt: skip
WORDS = [
    "'NCR'",
    "'R07'",
    "'gcash'",
    "'TINGI store 3'",
    "'S3'",
    "'tingi'",
    "'suki'",
    "'a_b'",
    "''",
    "'%'",
    "'sari-sari'",
]
ESCAPED = [
    "'%!_%' ESCAPE '!'",
    "'%!!%' ESCAPE '!'",
    "'\\%%' ESCAPE '\\'",
    "'T%\\'",
    "'%\\\\' ESCAPE '\\'",
    "'_%TT_%' ESCAPE 'T'",
]
DATES = ["DATE '2026-10-01'", "DATE '2026-09-15'", "DATE '2026-11-01'"]


class Drawn:
    """One query in the making: what it draws from, and the tables in reach, by alias."""

    def __init__(self, pick: Random, scope: dict[str, str] | None = None, depth: int = 2) -> None:
        self.pick, self.scope, self.depth, self.width = pick, dict(scope or {}), depth, 0

    def one(self, *of):
        found = self.pick.choice(of)
        return found() if callable(found) else found

    def column(self, kind, else_):
        found = [f"{alias}.{name}" for alias, table in self.scope.items() for name in TABLES[table][0].get(kind, [])]
        return self.pick.choice(found) if found else else_

    # Expressions, by kind; `d` is how deep they may still go.

    def number(self, d=2):
        a, n, t, c = (
            partial(self.number, d - 1),
            partial(self.column, "number", "7"),
            partial(self.text, d - 1),
            partial(self.date, d - 1),
        )
        if d <= 0:
            return self.one(n, n, n, "1", "2.5", "10", lambda: f"-{n()}")
        return self.one(
            n, lambda: f"({a()} + {a()})", lambda: f"({a()} - {a()})", lambda: f"{n()} * 2", lambda: f"{a()} / {a()}", lambda: f"mod(length({t()}), {self.one('3', '0', '7')})",
            lambda: f"abs({a()})", lambda: f"round({a()}, 1)", lambda: f"floor({a()})", lambda: f"ceil({a()})", lambda: f"sign({a()})", lambda: f"truncate({a()})",
            lambda: f"coalesce({n()}, {a()})", lambda: f"nullif({n()}, {a()})", lambda: f"greatest({a()}, {a()})", lambda: f"least({a()}, {a()})",
            lambda: f"CASE WHEN {self.truth(d - 1)} THEN {a()} ELSE {a()} END", lambda: f"IF({self.truth(d - 1)}, {a()}, {a()})", lambda: f"length({t()})",
            lambda: f"strpos({t()}, 'o')", lambda: f"{self.one('year', 'quarter', 'month', 'week', 'day', 'day_of_month', 'day_of_week', 'day_of_year')}({c()})",
            lambda: f"extract(month FROM {c()})", lambda: f"date_diff('{self.one('day', 'month')}', {c()}, {c()})", lambda: f"CAST({a()} AS {self.one('DOUBLE', 'DECIMAL(18, 2)', 'BIGINT')})",
            lambda: f"TRY_CAST(lower({t()}) AS INTEGER)", lambda: f"CAST(lower({t()}) AS {self.one('BIGINT', 'DOUBLE', 'DECIMAL(10, 2)')})", lambda: f"{self.one('hour', 'minute')}({self.moment()})", lambda: f"{self.column('number', '0')} * {self.one('9000000000000000000', '4000000000000')}", lambda: f"{n()} * {self.scalar(d)}", lambda: self.scalar(d), lambda: f"- ({a()})", lambda: f"{n()} % 5",
            self.of_literals, lambda: f"CAST(CASE WHEN {self.truth(d - 1)} THEN '999' ELSE '7' END AS {self.one('TINYINT', 'DECIMAL(3, 1)')})",
            lambda: f"round({self.column('number', '7')}, {self.one('-3', '-18', '2')})",
        )  # fmt: skip

    def of_literals(self):
        """Arithmetic of literals alone, some of it beyond every type."""
        return self.one(
            "1 + 2 * 3",
            "2147483647 + 1",
            "(-9223372036854775807 - 5)",
            "9223372036854775807 * 2",
            "abs(-9223372036854775807 - 9)",
            "0.000000000001 * 0.000000000001 * 12345678901",
            "7 / 0",
            "7 % 0",
            "1e300 * 1e300",
        )

    def text(self, d=2):
        a, n, n_of = (
            partial(self.text, d - 1),
            partial(self.column, "text", "'x'"),
            lambda: f"{self.column('number', '7')} - 2",
        )
        if d <= 0:
            return n() if self.pick.random() < 0.75 else self.pick.choice(WORDS)
        return self.one(
            n, lambda: f"lower({a()})", lambda: f"upper({a()})", lambda: f"trim({a()})", lambda: f"substr({a()}, {self.one('1', '2', '-2', n_of)}, {self.one('3', '0', n_of)})", lambda: f"concat({a()}, '-', {a()})",
            lambda: f"({a()} || {a()})", lambda: f"replace({a()}, 'o', '0')", lambda: f"reverse({a()})", lambda: f"CASE WHEN {self.truth(d - 1)} THEN {a()} END",
            lambda: f"CASE {n()} WHEN {self.one(*WORDS)} THEN {a()} ELSE NULL END", lambda: f"coalesce({n()}, {a()})", lambda: f"CAST(length({a()}) AS VARCHAR)", lambda: f"CAST({self.number(d - 1)} AS VARCHAR)", lambda: f"TRIM(BOTH 'T' FROM {a()})", lambda: f"date_format({self.date(d - 1)}, '{self.one('%Y-%m', '%d/%m/%y', '%Y.%m.%d %H:%i')}')",
        )  # fmt: skip

    def date(self, d=2):
        n = partial(self.column, "date", DATES[0])
        if d <= 0:
            return n() if self.pick.random() < 0.7 else self.pick.choice(DATES)
        a = partial(self.date, d - 1)
        return self.one(n, lambda: f"CAST(date_trunc('{self.one('month', 'week', 'year')}', {a()}) AS DATE)", lambda: f"date_add('day', {self.one('1', '-30', '7')}, {a()})", lambda: f"date_add('day', {self.number(0)}, {n()})",
                        lambda: f"last_day_of_month({a()})", lambda: f"coalesce({n()}, {a()})", lambda: f"CAST({self.moment()} AS DATE)", lambda: f"CAST({self.column('text', 'NULL')} AS DATE)", lambda: f"({a()} + INTERVAL '1' DAY)",
                        lambda: f"date({self.moment()})", lambda: f"CAST({self.local()} AS DATE)")  # fmt: skip

    def moment(self):
        return self.column("time", "TIMESTAMP '2026-10-01 10:00:00'")

    def local(self):
        found = self.column("time", None)
        return (
            f"{found} AT TIME ZONE '{self.one('Asia/Manila', 'UTC', 'America/New_York', 'Pacific/Kiritimati')}'"
            if found
            else "TIMESTAMP '2026-10-01 10:00:00'"
        )

    def truth(self, d=2):
        n, t, c, a = (
            partial(self.number, d - 1),
            partial(self.text, d - 1),
            partial(self.date, d - 1),
            partial(self.truth, d - 1),
        )
        plain = (
            lambda: f"{n()} {self.one('=', '<>', '<', '<=', '>', '>=')} {n()}",
            lambda: f"{t()} {self.one('=', '<>')} {t()}",
            lambda: f"{c()} >= {c()}",
        )
        if d <= 0:
            return self.one(*plain, lambda: f"{t()} IS NOT NULL", lambda: self.column("truth", "TRUE"))
        return self.one(
            *plain, lambda: f"({a()} AND {a()})", lambda: f"({a()} OR {a()})", lambda: f"NOT ({a()})", lambda: f"{n()} BETWEEN {n()} AND {n()}", lambda: f"{c()} BETWEEN {DATES[1]} AND {DATES[2]}",
            lambda: f"{t()} IN ({', '.join(self.pick.sample(WORDS, 3))})", lambda: f"{t()} NOT IN ({', '.join(self.pick.sample(WORDS, 2))})", lambda: f"{t()} LIKE '{self.one('%o%', 'T%', '_%')}'",
            lambda: f"{t()} {self.one('', 'NOT ')}LIKE {self.one(*ESCAPED)}", lambda: f"{t()} IS NULL", lambda: f"{t()} IS DISTINCT FROM {t()}", lambda: f"{n()} IS NOT DISTINCT FROM {n()}", lambda: f"starts_with({t()}, 'T')",
            self.exists, self.member, lambda: f"({t()}, {t()}) IN (('NCR', 'cash'), ('R07', 'gcash'))", lambda: "TRUE",
        )  # fmt: skip

    # Sub-queries.

    def inner(self):
        """A table of its own for a sub-query, which also sees what is around it."""
        self.depth -= 1
        alias = f"i{len(self.scope)}{self.depth + 5}"
        return Drawn(self.pick, {**self.scope, alias: self.pick.choice(list(TABLES))}, self.depth), alias

    def scalar(self, d):
        if self.depth <= 0:
            return self.column("number", "3")
        drawn, alias = self.inner()
        alone = Drawn(self.pick, {alias: drawn.scope[alias]}, 0)
        return f"(SELECT {self.one('max', 'min', 'sum', 'count')}({alone.number(0)}) FROM {drawn.scope[alias]} AS {alias} WHERE {alone.truth(min(d, 1))})"

    def exists(self):
        if self.depth <= 0:
            return "TRUE"
        drawn, alias = self.inner()
        kinds = TABLES[drawn.scope[alias]][0]
        mine = (
            f"{alias}.{self.pick.choice(kinds['text'])}"
            if kinds.get("text")
            else f"{alias}.{TABLES[drawn.scope[alias]][1][0]}"
        )
        return f"{self.one('', 'NOT ')}EXISTS (SELECT 1 FROM {drawn.scope[alias]} AS {alias} WHERE {mine} = {self.column('text', chr(39) + 'x' + chr(39))})"

    def member(self):
        if self.depth <= 0:
            return self.one("FALSE", "TRUE")
        drawn, alias = self.inner()
        alone = Drawn(self.pick, {alias: drawn.scope[alias]}, 0)
        return f"{self.text(0)} {self.one('IN', 'NOT IN')} (SELECT {alone.text(0)} FROM {drawn.scope[alias]} AS {alias} WHERE {alone.truth(1)})"

    # Relations.

    def relation(self):
        """FROM and its joins; what is in reach afterwards is the scope."""
        kind = self.pick.random()
        if kind < 0.45 or self.depth <= 0:
            name = self.pick.choice(list(TABLES))
            self.scope = {"t": name}
            return f"{self.one('', 'scout.')}{name} {self.one('AS ', '')}t"
        left, right, mine, its = self.pick.choice(JOINS)
        self.scope = {"a": left, "b": right}
        if mine == its and kind < 0.55:
            return f"{left} AS a {self.one('JOIN', 'LEFT JOIN', 'FULL JOIN')} {right} AS b ON a.{mine} = b.{its}"
        join = self.one("JOIN", "LEFT JOIN", "RIGHT JOIN", "INNER JOIN")
        if kind > 0.9:
            return f"{left} AS a CROSS JOIN (SELECT * FROM {right}) AS b"
        return f"{left} AS a {join} {right} AS b ON a.{mine} = b.{its}{self.one('', lambda: f' AND {Drawn(self.pick, self.scope, 0).truth(1)}')}"

    def keys(self):
        return [f"{alias}.{key}" for alias, table in self.scope.items() for key in TABLES[table][1]]

    # Queries.

    def plain(self, columns=3):
        """SELECT of expressions, perhaps with windows, WHERE, DISTINCT."""
        start = self.relation()
        picked = [self.one(self.number, self.text, self.date, self.window) for _ in range(columns)]
        self.width = columns
        named = ", ".join(f"{one} AS c{n}" for n, one in enumerate(picked))
        where = f" WHERE {self.truth()}" if self.pick.random() < 0.7 else ""
        return f"SELECT {self.one('', '', 'DISTINCT ')}{named} FROM {start}{where}"

    def window(self):
        by = ", ".join(self.keys())
        part = self.one("", lambda: f"PARTITION BY {self.text(0)} ")
        frame = self.one(
            "", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING"
        )
        one = self.one(
            "row_number()",
            "rank()",
            "dense_rank()",
            "percent_rank()",
            "cume_dist()",
            "ntile(3)",
            lambda: f"lag({self.number(0)})",
            lambda: f"lead({self.text(0)}, 1)",
        )
        over = self.one(
            lambda: f"sum({self.number(0)})",
            lambda: f"count({self.text(0)})",
            lambda: f"max({self.date(0)})",
            lambda: f"first_value({self.text(0)})",
            lambda: f"nth_value({self.number(0)}, {self.one('1', '2', '3')})",
            lambda: f"last_value({self.number(0)})",
        )
        return self.one(
            f"{one} OVER ({part}ORDER BY {by})",
            f"{over} OVER ({part}ORDER BY {by}{frame})",
            f"sum({self.number(0)}) OVER ({part.strip()})",
        )

    def aggregate(self):
        n, t = partial(self.number, 1), partial(self.text, 1)
        key = self.keys()[0]
        return self.one(
            "count(*)", lambda: f"sum({n()})", lambda: f"avg({n()})", lambda: f"min({n()})", lambda: f"max({t()})", lambda: f"count(DISTINCT {t()})", lambda: f"count({t()})",
            lambda: f"count_if({self.truth(1)})", lambda: f"sum({n()}) FILTER (WHERE {self.truth(1)})", lambda: f"approx_distinct({t()})", lambda: f"stddev({n()})", lambda: f"stddev_pop({n()})",
            lambda: f"stddev_samp({n()})", lambda: f"variance({n()})", lambda: f"var_pop({n()})", lambda: f"corr({n()}, {n()})", lambda: f"bool_or({self.truth(1)})", lambda: f"bool_and({self.truth(1)})",
            lambda: f"max_by({key}, {key})", lambda: f"min_by({key}, {key})", lambda: f"any_value({self.one('1', chr(39) + 'x' + chr(39))})", lambda: f"count(DISTINCT ({t()}, {t()}))",
        )  # fmt: skip

    def grouped(self):
        start = self.relation()
        by = list(
            dict.fromkeys(
                self.one(partial(self.column, "text", "'x'"), partial(self.date, 1), partial(self.text, 1))
                for _ in range(self.pick.choice([0, 1, 2]))
            )
        )
        by = [one for one in by if "SELECT" not in one and not one.startswith("'")]
        plain = all(one.replace(".", "").replace("_", "").isalnum() for one in by)  # Trino's sets are of columns alone
        level = [f"grouping({by[0]})"] if by and plain and self.pick.random() < 0.3 else []
        picked = [*by, *level, *(self.aggregate() for _ in range(2))]
        self.width = len(picked)
        named = ", ".join(f"{one} AS c{n}" for n, one in enumerate(picked))
        where = f" WHERE {self.truth()}" if self.pick.random() < 0.6 else ""
        joined = ", ".join(by)
        sets = (f"ROLLUP ({joined})", f"CUBE ({joined})", f"GROUPING SETS (({joined}), ())")
        way = self.one(joined, *(sets if plain else ())) if by else ""
        having = (
            f" HAVING {self.one('count(*) > 1', f'max({self.number(0)}) > 10', f'min({self.text(0)}) IS NOT NULL')}"
            if self.pick.random() < 0.4
            else ""
        )
        return f"SELECT {named} FROM {start}{where}" + (f" GROUP BY {way}" if by else "") + having

    def query(self):
        """Any query: plain, grouped, over CTEs, united, ordered and cut."""
        kind = self.pick.random()
        core = self.plain if self.pick.random() < 0.5 else self.grouped
        if kind < 0.45:
            return core()
        if kind < 0.6:
            name = self.one("x", "dim_store", "regions")
            return f"WITH {name} AS ({core()}) SELECT c0, count(*) AS n, max(c1) AS m FROM {name} GROUP BY c0"
        if kind < 0.7:
            return f"SELECT s.c0, s.c1 FROM ({core()}) AS s WHERE s.c0 IS NOT NULL"
        if kind < 0.8:
            drawn, other = Drawn(self.pick, depth=1), Drawn(self.pick, depth=1)
            one, two = drawn.relation(), other.relation()
            return (f"SELECT {drawn.text(1)} AS c0 FROM {one} WHERE {drawn.truth(1)} {self.one('UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT')} "
                    f"SELECT {other.text(1)} AS c0 FROM {two}")  # fmt: skip
        whole = core()
        terms = [f"{n + 1} {self.one('ASC', 'DESC')} NULLS {self.one('FIRST', 'LAST')}" for n in range(self.width)]
        cut = self.one("", " LIMIT 5", " OFFSET 2 LIMIT 3")
        return f"SELECT * FROM ({whole}) AS w ORDER BY {', '.join(terms)}{cut}"


def query(seed: int) -> str:
    """The query of a seed."""
    return Drawn(Random(seed)).query()

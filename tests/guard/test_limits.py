"""Each limit on what a statement may hold: what is over is declined at once, and the limit alone declines it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from helpers import at_most_calls

from guard.test_mutations import gets_through, scoped
from nlq.errors import TooExpensive, UnsafeSql
from nlq.sql import growth, limits, total, validate

MOST_CALLS = 1_000_000  # four times what any of them takes; without the limits each takes more on some engine
MANY = 10**9


def nested(form, times, value):
    for _ in range(times):
        value = form.replace("X", value)
    return value


def replaced(value, *times):
    for many in times:
        value = f"replace({value}, 'a', '{'a' * many}')"
    return value


JOINED_TO_ITSELF = ", ".join(f"c{n} AS (SELECT concat({', '.join(['x'] * 8)}) AS x FROM c{n - 1})" for n in range(1, 4))
# Of each limit a statement that it alone declines: where it is kept, its name, and what stands for no limit.
OVER = {
    "characters": (validate, "MAX_CHARACTERS", MANY, f"SELECT count(*) FROM dim_store WHERE city IN ({', '.join(repr('x' * 40) for _ in range(500))})"),
    "parentheses": (validate, "MAX_PARENTHESES", MANY, f"SELECT {'(' * 45}1{')' * 45} AS n"),
    "nodes": (validate, "MAX_NODES", MANY, f"SELECT {','.join('1' * 6_000)}"),
    "joins": (validate, "MAX_JOINS", MANY, f"SELECT 1 FROM {', '.join(f'regions r{n}' for n in range(22))}"),
    "CTEs": (validate, "MAX_CTES", MANY, f"WITH {', '.join(f'c{n} AS (SELECT 1 AS x)' for n in range(31))} SELECT x FROM c0"),
    "values in a list": (validate, "MAX_IN_LIST", MANY, f"SELECT count(*) FROM dim_store WHERE latitude IN ({', '.join(str(n) for n in range(1_100))})"),
    "rows of a LIMIT": (validate, "MOST_LIMIT", 10**15, "SELECT city FROM dim_store LIMIT 10000000000000"),
    "nodes of names": (limits.Room, "take", lambda *_: None, f"SELECT 1 AS a0, {', '.join(f'a{n} + a{n} AS a{n + 1}' for n in range(11))}"),
    "values said twice": (total, "check_repeats", lambda _: None, f"SELECT {nested('greatest(X, 1)', 15, 'latitude')} AS n FROM dim_store"),
    "texts that grow": (total, "check_growth", lambda *_: None, f"SELECT {replaced('city', 50, 50)} AS x FROM dim_store"),
}  # fmt: skip


@pytest.mark.parametrize("what", OVER)
def test_a_limit_is_needed(what, monkeypatch):
    where, name, without, text = OVER[what]
    with pytest.raises((TooExpensive, UnsafeSql)):
        scoped(text)
    monkeypatch.setattr(where, name, without)
    assert gets_through(text)


AT_ONCE = {
    "names of names": f"SELECT 1 AS a0, {', '.join(f'a{n} + a{n} AS a{n + 1}' for n in range(40))}",
    "names in ORDER BY": f"SELECT latitude AS a0, {', '.join(f'a{n} * a{n} AS a{n + 1}' for n in range(9))} FROM dim_store ORDER BY {', '.join(['a9'] * 500)}",
    "places in GROUP BY": f"SELECT {'+'.join(['latitude'] * 100)} AS a FROM dim_store GROUP BY {', '.join(['1'] * 500)}",
    "stars": f"SELECT {', '.join(['*'] * 1_000)} FROM {', '.join(f'dim_store t{n}' for n in range(20))}",
    "columns of USING": f"SELECT 1 FROM dim_store a JOIN dim_customer b USING ({', '.join(['region'] * 2_000)})",
    "the greatest of the greatest": f"SELECT {nested('greatest(X, 1)', 35, 'latitude')} AS n FROM dim_store",
    "casts of casts": f"SELECT {nested('CAST(CAST(X AS VARCHAR) AS BIGINT)', 19, 'store_name')} AS n FROM dim_store",
    "days between days": f"SELECT {nested(chr(34).join(['date_add(', 'day', ', date_diff(', 'month', ', X, X), opened_on)']).replace(chr(34), chr(39)), 5, 'opened_on')} AS d FROM dim_store",
    "dates of dates": f"SELECT {nested(chr(34).join(['date_add(', 'day', ', 1, X)']).replace(chr(34), chr(39)), 35, 'opened_on')} AS d FROM dim_store",
}  # fmt: skip


@pytest.mark.parametrize("what", AT_ONCE)
@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "trino"])
def test_what_is_written_out_over_and_over_takes_no_time(what, dialect):
    """Counted as it is made: neither the time nor the memory for it is spent first."""
    with at_most_calls(MOST_CALLS), suppress(TooExpensive):
        scoped(AT_ONCE[what]).sql(dialect)


@pytest.mark.parametrize(
    "value",
    [
        replaced("'a'", 200, 200, 200), replaced("CASE WHEN latitude > 1 THEN 'a' END", 1_000, 600), "replace(city, 'a', city)", replaced("city", 10, 10), "replace(city, province, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        f"concat({', '.join(['city'] * 70)})", f"(SELECT {replaced('dim_store.city', 70)})", f"lower({replaced('upper(city)', 9, 9)})",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "form",
    [
        "SELECT {} AS x FROM dim_store",
        "SELECT count(*) AS n FROM dim_store WHERE length({}) > 1",
        "SELECT count(*) AS n FROM dim_product s JOIN dim_store ON {} = s.brand",
    ],
)
def test_a_text_that_can_grow_without_bounds_is_declined_with_its_place(form, value):
    with pytest.raises(TooExpensive, match="could grow") as refusal:
        scoped(form.format(value))
    assert refusal.value.where.startswith("line 1, column ")


def test_a_text_grows_through_ctes_and_set_operations():
    start = "c0 AS (SELECT city AS x FROM dim_store UNION ALL SELECT 'x')"
    with pytest.raises(TooExpensive, match="could grow"):
        scoped(f"WITH {start}, {JOINED_TO_ITSELF} SELECT max(x) AS x FROM c3")
    assert gets_through(f"WITH {start}, {JOINED_TO_ITSELF.rpartition(', c3')[0]} SELECT max(x) AS x FROM c2")


@pytest.mark.parametrize(
    "value",
    ["replace(replace(replace(city, ' ', '-'), 'a', 'e'), 'o', '00')", "city || ', ' || province || ', ' || region", "concat(city, ' (', CAST(latitude AS VARCHAR), ')')", "replace('a-b', '-', city)", f"replace(city, 'x', '{'y' * growth.MOST_TIMES}')"],
)  # fmt: skip
def test_ordinary_texts_may_be_made(value):
    assert gets_through(f"SELECT {value} AS x FROM dim_store")

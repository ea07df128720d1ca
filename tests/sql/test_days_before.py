"""Groups of days, and windows that end with them, beside those of a month before that has more days: worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from nlq.drivers.duckdb import connect
from nlq.policy.scope import scope
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery, Snapshot, TableState

MODEL = {
    "model": {"name": "days", "description": "days", "schema": "main", "timezone": "UTC", "default_period": "last 30 days", "default_metric": "total"},
    "tables": [{"name": "s", "description": "sums", "grain": "one row a sum", "key": ["id"], "time": "d", "policy": "shared",
                "columns": {"id": {"type": "integer"}, "d": {"type": "date"}, "v": {"type": "integer"}}}],
    "dimensions": [{"name": "date", "label": "Date", "description": "the day", "time": True}],
    "metrics": [{"name": "total", "label": "Total", "description": "a sum", "unit": "count", "agg": {"function": "sum", "table": "s", "column": "v"}},
                *({"name": f"two_days_{at}", "label": at, "description": at, "unit": "count", "cumulative": {"of": "total", "trailing": "2 day", "at": at}}
                  for at in ("average", "last_known", "first_known", "last"))],
}  # fmt: skip
ROWS = [
    ("2025-02-01", 1),
    ("2025-03-30", 10),
    ("2025-03-31", 20),
    ("2025-04-02", 7),
    ("2025-04-03", 8),
    ("2025-04-30", 2),
]
APRIL = {"start": "2025-04-01", "end": "2025-04-30"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days")
    (folder / "m.yml").write_text(yaml.safe_dump(MODEL), encoding="utf-8")
    model = load(folder)
    state = TableState("1", len(ROWS), date(2025, 2, 1), date(2025, 4, 30), None)
    with connect() as connection:
        connection.execute("CREATE TABLE s (id INTEGER, d DATE, v INTEGER)")
        connection.executemany("INSERT INTO s VALUES (?, ?, ?)", [(number, *row) for number, row in enumerate(ROWS)])

        def rows(query):
            statement = compile_query(model, SemanticQuery.from_json(query), Snapshot(None, {"s": state}))
            text, values = scope(statement, Principal("a", "any", regions="*"), model).sql("duckdb")
            return connection.execute(text, values or None).fetchall()

        yield rows


@pytest.mark.parametrize("dimensions", [[], ["date.month"]])
@pytest.mark.parametrize(
    ("agg", "now", "before"),
    [("max", 8, 20), ("min", 2, 10), ("avg", 17 / 3, 15.0), ("count", 3, 2), ("median", 7.0, 15.0)],
)
def test_days_of_a_longer_month_before_stay_apart(asked, dimensions, agg, now, before):
    found = asked(
        {
            "metrics": [{"metric": "total", "each": ["date.day"], "agg": agg}],
            "dimensions": dimensions,
            "period": APRIL,
            "compare": [{"shift": "1 month"}],
        }
    )
    assert [tuple(map(float, row[-4:-2])) for row in found] == [(pytest.approx(now), pytest.approx(before))]


# Windows of two days: in March those that end on the 30th (10) and 31st (30); in April on the 1st (20), 2nd (7), 3rd (15), 4th (8) and 30th (2).
@pytest.mark.parametrize(
    ("at", "now", "before"),
    [("average", (20 + 7 + 15 + 8 + 2) / 5, 20.0), ("last_known", 2, 30), ("first_known", 20, 10), ("last", 2, 30)],
)
def test_windows_of_a_longer_month_before_end_with_its_own_days(asked, at, now, before):
    found = asked(
        {
            "metrics": [f"two_days_{at}"],
            "dimensions": ["date.month"],
            "period": APRIL,
            "compare": [{"shift": "1 month"}],
        }
    )
    assert [tuple(map(float, row[1:3])) for row in found if row[0] == date(2025, 4, 1)] == [
        (pytest.approx(now), pytest.approx(before))
    ]


def test_a_window_by_day_is_beside_that_of_a_week_before(asked):
    found = asked({"metrics": [{"metric": "total", "window": {"trailing": "2 day"}}], "dimensions": ["date.day"], "compare": [{"shift": "7 day"}],
                   "period": {"start": "2025-04-06", "end": "2025-04-10"}})  # fmt: skip
    assert {row[0].day: row[2] for row in found if row[2] is not None} == {6: 10, 7: 30, 8: 20, 9: 7, 10: 15}

"""A DuckDB file that nlq did not build: its state is read from the tables, for each tenant from their own rows alone."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from nlq.api import drive
from nlq.drivers.duckdb import connect
from nlq.engines.duckdb import DuckDBEngine
from nlq.errors import EngineDown
from nlq.semantics.load import load

MODEL = {
    "model": {"name": "bare", "description": "bare", "schema": "main", "timezone": "UTC", "default_period": "last 30 days", "default_metric": "total"},
    "tables": [
        {"name": "sales", "description": "sales", "grain": "one row a sale", "key": ["org_id", "id"], "time": "day",
         "policy": {"org_id": {"column": "org_id"}, "regions": {"not_applicable": "there are none"}},
         "columns": {"org_id": {"type": "string"}, "id": {"type": "integer"}, "day": {"type": "date"}, "amount": {"type": "decimal"}}},
        {"name": "lines", "description": "lines", "grain": "one row a line", "key": ["id"], "time": "day",
         "policy": {"org_id": {"exists": "sales", "on": {"sale_id": "id"}}, "regions": {"not_applicable": "there are none"}},
         "columns": {"id": {"type": "integer"}, "sale_id": {"type": "integer"}, "day": {"type": "date"}}},
    ],
    "dimensions": [{"name": "date", "label": "Date", "description": "the day", "time": True}],
    "metrics": [{"name": "total", "label": "Total", "description": "a sum", "unit": "PHP", "agg": {"function": "sum", "table": "sales", "column": "amount"}}],
}  # fmt: skip


@pytest.fixture
def engine(tmp_path):
    path = tmp_path / "bare.duckdb"
    with connect(str(path)) as connection:
        connection.execute("CREATE TABLE sales (org_id VARCHAR, id INTEGER, day DATE, amount DECIMAL(12, 2))")
        connection.execute(
            "INSERT INTO sales VALUES ('a', 1, '2026-01-05', 1), ('a', 2, '2026-02-05', 2), ('b', 1, '2020-01-01', 9)"
        )
        connection.execute(
            "CREATE TABLE lines AS SELECT 1 AS id, 1 AS sale_id, DATE '2020-01-01' AS day UNION ALL SELECT 2, 2, DATE '2026-02-05'"
        )
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "bare.yml").write_text(yaml.safe_dump(MODEL), encoding="utf-8")
    made = DuckDBEngine(path, load(tmp_path / "layer"), memory_limit="500MB", threads=1, blocking=True)
    yield made
    drive(made.close())


def test_a_tenants_state_is_of_their_own_rows(engine):
    state = drive(engine.snapshot("a")).tables["sales"]
    assert (state.rows, state.first, state.last) == (2, date(2026, 1, 5), date(2026, 2, 5))
    other = drive(engine.snapshot("b")).tables["sales"]
    assert (other.rows, other.first, other.last) == (1, date(2020, 1, 1), date(2020, 1, 1))
    nobody = drive(engine.snapshot("nobody' OR 'a' = 'a")).tables["sales"]
    assert (nobody.rows, nobody.first) == (0, None)


def test_rows_that_are_a_tenants_by_way_of_another_table_are_counted_so(engine):
    """A line of sale 2, which only "a" has, and one of sale 1, which both have."""
    found = {org: drive(engine.snapshot(org)).tables["lines"] for org in ("a", "b", "c")}
    assert {org: (one.rows, one.first) for org, one in found.items()} == {
        "a": (2, date(2020, 1, 1)), "b": (1, date(2020, 1, 1)), "c": (0, None)}  # fmt: skip


def test_a_table_that_is_not_there_is_named(tmp_path, engine):
    del engine
    empty = tmp_path / "other.duckdb"
    connect(str(empty)).close()
    made = DuckDBEngine(empty, load(tmp_path / "layer"), memory_limit="500MB", threads=1, blocking=True)
    with pytest.raises(EngineDown, match="no table sales"):
        drive(made.snapshot("a"))
    drive(made.close())


def test_a_file_that_was_replaced_is_not_read_under_the_old_ones_name(tmp_path, engine):
    """What is open is read on, and said to be that; the other file is another engine's."""
    before = drive(engine.snapshot("a")).tables["sales"]
    fresh = tmp_path / "fresh.duckdb"
    with connect(str(fresh)) as connection:
        connection.execute(f"ATTACH '{tmp_path / 'bare.duckdb'}' AS old (READ_ONLY)")
        connection.execute("CREATE TABLE lines AS FROM old.lines")
        connection.execute("CREATE TABLE sales AS FROM old.sales UNION ALL SELECT 'a', 3, DATE '2026-03-05', 5")
    fresh.replace(tmp_path / "bare.duckdb")
    assert drive(engine.snapshot("a")).tables["sales"] == before
    drive(engine.close())
    after = drive(engine.snapshot("a")).tables["sales"]
    assert (after.rows, after.last) == (3, date(2026, 3, 5))
    assert after.version != before.version

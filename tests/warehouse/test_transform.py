"""The transforms are portable: one file gives the same rows on DuckDB as written for it, and parses for the other engines."""

from __future__ import annotations

from datetime import date

import pytest
from sqlglot import exp, parse, parse_one

from nlq.errors import WarehouseError
from nlq.warehouse import transform

SPAN = {"since": date(2026, 9, 1), "until": date(2026, 11, 1)}


def test_every_file_is_named_in_the_order_and_every_name_has_a_file():
    assert {path.stem for path in transform.FOLDER.glob("*.sql")} == set(transform.TABLES)


@pytest.mark.parametrize("table", transform.TABLES)
def test_one_select_for_each_engine(table):
    text = (transform.FOLDER / f"{table}.sql").read_text(encoding="utf-8")
    assert len(parse(text, dialect="trino")) == 1
    for dialect in ("trino", "duckdb", "postgres"):
        tree = parse_one(transform.select(table, **SPAN, dialect=dialect), dialect=dialect)
        assert isinstance(tree, exp.Select)
        assert tree.find(exp.Placeholder, exp.Parameter) is None
        assert {found.db for found in tree.find_all(exp.Table) if found.name not in {"store_month", "ranked"}} == {
            "scout"
        }


@pytest.mark.parametrize("table", transform.TABLES)
def test_building_some_months_again_gives_the_rows_that_are_there(demo, table):
    column = "date_key" if table in {"gold_daily_aggregates", "gold_product_daily"} else "month"
    there = demo.execute(
        f"SELECT * FROM scout.{table} WHERE {column} >= ? AND {column} < ?", [SPAN["since"], SPAN["until"]]
    ).fetchall()
    again = demo.execute(transform.select(table, **SPAN, dialect="duckdb")).fetchall()
    assert len(there) > 0
    assert sorted(again, key=str) == sorted(there, key=str)


@pytest.mark.parametrize("table", transform.TABLES)
def test_columns_come_in_the_order_of_the_table(demo, table):
    names = [column[0] for column in demo.execute(transform.select(table, **SPAN, dialect="duckdb")).description]
    assert names == [column[0] for column in demo.execute(f"SELECT * FROM scout.{table} LIMIT 0").description]


@pytest.mark.parametrize(
    ("table", "since", "until"),
    [
        ("gold_nothing", date(2026, 1, 1), date(2026, 2, 1)),
        ("gold_product_daily", date(2026, 1, 2), date(2026, 2, 1)),
        ("gold_product_daily", date(2026, 1, 1), date(2026, 1, 31)),
        ("gold_product_daily", date(2026, 2, 1), date(2026, 2, 1)),
    ],
)
def test_what_is_no_table_or_no_whole_month_is_refused(table, since, until):
    with pytest.raises(WarehouseError):
        transform.select(table, since=since, until=until, dialect="duckdb")


def test_a_file_with_another_placeholder_is_refused(tmp_path, monkeypatch):
    (tmp_path / "gold_product_daily.sql").write_text("SELECT 1 WHERE 1 > :seed", encoding="utf-8")
    monkeypatch.setattr(transform, "FOLDER", tmp_path)
    with pytest.raises(WarehouseError, match="placeholders"):
        transform.select("gold_product_daily", **SPAN, dialect="duckdb")

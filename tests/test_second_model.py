"""A second business, TPC-H: the same code answers it, each figure beside SQL written by hand; and no code knows of Scout."""

from __future__ import annotations

import re
import shutil

import pytest
from helpers import ROOT

from nlq.api import Assistant, SyncAssistant
from nlq.drivers.duckdb import connect
from nlq.errors import BadRequest
from nlq.semantics.load import load
from nlq.settings import load as load_settings
from nlq.values import Principal
from nlq.warehouse.tpch import build

ANALYST = Principal("analyst", "tpch", regions="*")
LAYER = ROOT / "semantic_layer" / "tpch"
NET = "sum(l_extendedprice * (1 - l_discount))"
YEAR = {"start": "1997-01-01", "end": "1997-12-31"}
IN_YEAR = "l_orderdate BETWEEN DATE '1997-01-01' AND DATE '1997-12-31'"
LINES = "lineitem JOIN orders ON o_orderkey = l_orderkey JOIN customer ON c_custkey = o_custkey JOIN nation ON n_nationkey = c_nationkey"
CASES = [
    ({"metrics": ["revenue"], "dimensions": ["customer_region"], "period": YEAR},
     f"SELECT r_name, {NET} AS v FROM {LINES} JOIN region ON r_regionkey = n_regionkey WHERE {IN_YEAR} GROUP BY 1 ORDER BY 2 DESC, 1"),
    ({"metrics": ["revenue"], "dimensions": ["supplier_nation", "brand"], "period": YEAR, "limit": 7},
     f"""SELECT n_name, p_brand, {NET} AS v FROM lineitem JOIN supplier ON s_suppkey = l_suppkey JOIN nation ON n_nationkey = s_nationkey
         JOIN part ON p_partkey = l_partkey WHERE {IN_YEAR} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 7"""),
    ({"metrics": ["orders"], "dimensions": ["customer_nation", "priority"]},
     """SELECT n_name, o_orderpriority, count(*) FROM orders JOIN customer ON c_custkey = o_custkey JOIN nation ON n_nationkey = c_nationkey
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"""),
    ({"metrics": ["orders"], "dimensions": ["brand"], "period": YEAR},
     f"""SELECT p_brand, count(DISTINCT l_orderkey) FROM lineitem JOIN part ON p_partkey = l_partkey WHERE {IN_YEAR}
         GROUP BY 1 ORDER BY 2 DESC, 1"""),
    ({"metrics": ["return_rate", "discount_given"], "dimensions": ["date.month"], "period": YEAR},
     f"""SELECT date_trunc('month', l_orderdate)::DATE, sum(CASE WHEN l_returnflag = 'R' THEN l_extendedprice * (1 - l_discount) ELSE 0 END)::DOUBLE
           / {NET}::DOUBLE, sum(l_extendedprice) - {NET} FROM lineitem WHERE {IN_YEAR} GROUP BY 1 ORDER BY 1"""),
    ({"metrics": ["revenue_to_date"], "dimensions": ["date.quarter"], "period": YEAR},
     f"""SELECT q, sum(v) OVER (ORDER BY q) FROM (SELECT date_trunc('quarter', l_orderdate)::DATE AS q, {NET} AS v FROM lineitem
         WHERE {IN_YEAR} GROUP BY 1) ORDER BY 1"""),
    ({"metrics": ["median_line"], "dimensions": ["part_size"], "period": YEAR},
     f"""SELECT CASE WHEN p_size < 11 THEN 'small' WHEN p_size < 26 THEN 'medium' WHEN p_size < 41 THEN 'large' ELSE 'huge' END,
           quantile_cont((l_extendedprice * (1 - l_discount))::DOUBLE, 0.5) FROM lineitem JOIN part ON p_partkey = l_partkey
         WHERE {IN_YEAR} GROUP BY 1 ORDER BY 2 DESC, 1"""),
    ({"metrics": ["quantity"], "dimensions": ["ship_date.year", "delivery"]},
     """SELECT year(l_shipdate), CASE WHEN l_receiptdate > l_commitdate THEN 'late' ELSE 'in time' END, sum(l_quantity) FROM lineitem
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"""),
    ({"metrics": ["repeat_rate"], "period": YEAR},
     """WITH first AS (SELECT o_custkey AS c, o_orderdate AS d FROM orders WHERE o_orderpriority IN ('1-URGENT', '2-HIGH') AND year(o_orderdate) = 1997)
        SELECT count(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE o_custkey = c AND o_orderdate >= d AND o_orderdate < d + INTERVAL 90 DAY)
               THEN c END) / count(DISTINCT c)::DOUBLE FROM first"""),
    ({"metrics": ["stock_value"], "dimensions": ["supplier_region"]},
     """SELECT r_name, sum(ps_availqty * ps_supplycost) FROM partsupp JOIN supplier ON s_suppkey = ps_suppkey JOIN nation ON n_nationkey = s_nationkey
        JOIN region ON r_regionkey = n_regionkey GROUP BY 1 ORDER BY 2 DESC, 1"""),
    ({"metrics": ["customers"], "where": [{"field": "customer", "op": "not_in", "query": {"metrics": ["orders"], "dimensions": ["customer"]}}]},
     "SELECT count(*) FROM customer WHERE c_custkey NOT IN (SELECT o_custkey FROM orders)"),
    ({"metrics": [{"metric": "revenue", "window": {"trailing": "30 day"}}], "dimensions": ["date.day"], "period": {"start": "1997-03-01", "end": "1997-03-10"}},
     f"""SELECT d::DATE, {NET} FROM range(DATE '1997-03-01', DATE '1997-03-11', INTERVAL 1 DAY) AS t(d)
         JOIN lineitem ON l_orderdate > d - INTERVAL 30 DAY AND l_orderdate <= d GROUP BY 1 ORDER BY 1"""),
]  # fmt: skip


@pytest.fixture(scope="module")
def tpch(tmp_path_factory):
    """The data at a hundredth, and an assistant over it as its own nlq.toml sets it up."""
    folder = tmp_path_factory.mktemp("tpch")
    shutil.copytree(LAYER, folder / "layer")
    path = folder / "tpch.duckdb"
    build(path, scale=0.01)
    settings = load_settings(folder / "layer" / "nlq.toml", env={"NLQ_DUCKDB_PATH": str(path)})
    with SyncAssistant(Assistant(settings, blocking=True)) as assistant, connect() as connection:
        connection.execute(f"ATTACH '{path}' AS by_hand (READ_ONLY)")
        connection.execute("USE by_hand.tpch")
        yield assistant, connection


@pytest.mark.parametrize(("query", "by_hand"), CASES)
def test_a_query_of_someone_elses_data_gives_what_sql_by_hand_gives(tpch, query, by_hand):
    assistant, connection = tpch
    answer = assistant.query(query, ANALYST)
    expected = connection.execute(by_hand).fetchall()
    assert answer.status == "answered"
    assert len(answer.rows) == len(expected) > 0
    for row, other in zip(answer.rows, expected, strict=True):
        for cell, hand in zip(row, other, strict=True):
            assert cell == (pytest.approx(float(hand), rel=1e-9) if isinstance(cell, float) else hand)


def test_a_file_of_other_data_is_not_overwritten(tmp_path):
    path = tmp_path / "other.duckdb"
    with connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 42 AS kept")
    with pytest.raises(BadRequest, match="other data"):
        build(path, scale=0.001)
    with connect(str(path)) as connection:
        assert connection.execute("SELECT kept FROM mine").fetchall() == [(42,)]
    fresh = tmp_path / "fresh.duckdb"
    assert build(fresh, scale=0.001) == build(fresh, scale=0.001)


def test_a_question_in_words(tpch):
    assistant, connection = tpch
    answer = assistant.ask("top 3 brands by revenue in 1997", ANALYST)
    assert answer.status == "answered"
    hand = f"SELECT p_brand FROM lineitem JOIN part ON p_partkey = l_partkey WHERE {IN_YEAR} GROUP BY 1 ORDER BY {NET} DESC LIMIT 3"
    assert [row[0] for row in answer.rows] == [row[0] for row in connection.execute(hand).fetchall()]
    assert "$" in answer.text


def test_ties_at_a_limit_are_named(tpch):
    """As many as there are by hand, in the whole and within groups; none where the limit cuts between different figures."""
    assistant, connection = tpch
    plain = {"metrics": ["orders"], "dimensions": ["customer"], "period": YEAR}
    orders = "SELECT o_custkey, count(*) n FROM orders WHERE year(o_orderdate) = 1997 GROUP BY 1"
    counts = [row[0] for row in connection.execute(f"SELECT n FROM ({orders}) ORDER BY n DESC").fetchall()]
    for limit in (1, 10, 40):
        answer = assistant.query({**plain, "limit": limit}, ANALYST)
        more = counts[limit:].count(counts[limit - 1])
        said = [one for one in answer.provenance.warnings if "the limit of" in one]
        assert [len(answer.columns)] * limit == [len(row) for row in answer.rows] == [2] * limit
        assert bool(said) == bool(more)
        assert all(one.startswith(f"Orders: {more} more row") for one in said)
    (said,) = assistant.query(
        {**plain, "dimensions": ["customer", "customer_region"], "per": ["customer_region"], "limit": 2}, ANALYST
    ).provenance.warnings
    assert "rows tie at the limit of 2" in said


def test_the_first_within_each_group_may_be_those_of_the_largest_share(tpch):
    """A share is over all rows already: numbering by it in the same SELECT had failed."""
    assistant, _ = tpch
    query = {"metrics": ["orders"], "dimensions": ["customer_region", "priority"], "period": YEAR,
             "share": {"within": ["customer_region"], "free": []}, "order": [{"by": "orders__share", "dir": "desc"}]}  # fmt: skip
    every = assistant.query(query, ANALYST).rows
    best = assistant.query({**query, "per": ["customer_region"], "limit": 1}, ANALYST).rows
    assert list(best) == [row for place, row in enumerate(every) if row[0] not in {one[0] for one in every[:place]}]
    assert len(best) > 1


def test_a_question_that_somebody_vouches_for(tpch):
    assistant, connection = tpch
    answer = assistant.ask("how many customers  have NEVER ordered", ANALYST)
    assert answer.confidence.level == "verified"
    assert "sales" in answer.confidence.why[0]
    hand = "SELECT count(*) FROM customer WHERE c_custkey NOT IN (SELECT o_custkey FROM orders)"
    assert answer.rows == tuple(connection.execute(hand).fetchall())
    assert assistant.ask("how many customers have ever ordered", ANALYST).confidence.level != "verified"


def test_the_rollup_of_orders_is_used_and_exact(tpch):
    assistant, _ = tpch
    query = {
        "metrics": ["orders"],
        "dimensions": ["customer_region"],
        "where": [{"field": "priority", "op": "=", "values": ["5-LOW"]}],
    }
    assert assistant.query(query, ANALYST).provenance.rollup == "order_day"
    finer = assistant.query({**query, "dimensions": ["customer_region", "segment_of_market"]}, ANALYST)
    assert finer.provenance.rollup is None
    by_region = {}
    for region, _, orders in finer.rows:
        by_region[region] = by_region.get(region, 0) + orders
    assert by_region == dict(assistant.query(query, ANALYST).rows)


def test_no_code_outside_the_warehouse_knows_of_scout():
    model = load(ROOT / "semantic_layer" / "scout")
    # `regions` is also what a principal's claim is called, in the contract; its table is looked for with its schema.
    tables = [f"scout.{name}" if name == "regions" else name for name in model.tables]
    words = [*tables, "peso_value", "basket_size", "daily_revenue", "line_value", "growth_pct", "top_store_id"]
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, words)) + r")\b")
    sources = [
        path for path in (ROOT / "nlq").rglob("*") if path.suffix in {".py", ".sql", ".js", ".html", ".toml", ".j2"}
    ]
    assert len(sources) > 100
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path in sources if "warehouse" not in path.parts
             for match in pattern.finditer(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []


def test_a_table_under_another_name_has_the_state_of_the_one_that_it_is(tpch):
    """Kept results are held by the versions of what they read: those of `customer_nation` had had none."""
    assistant, _ = tpch
    snapshot = assistant.snapshot(ANALYST)
    assert snapshot.tables["customer_nation"] == snapshot.tables["nation"]
    assert snapshot.rows_of("customer_nation") == 25
    assert snapshot.version_of(("customer_nation",)) == snapshot.version_of(("nation",))

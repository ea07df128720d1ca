"""An imported dbt project against MetricFlow's own numbers, as recorded in metricflow/expected.json (see NOTES.md there).

The project, its data, the questions and the record were made by somebody who had not seen the importer. What we do otherwise
than MetricFlow stands in OTHERWISE, each with its reason, and has to differ: a reason that no longer holds is an error.
"""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from decimal import Decimal

import lakeside as lakeside_data
import pytest
from lakeside import PLACE

from nlq.drivers.duckdb import connect
from nlq.engines.cells import without_ties
from nlq.errors import NlqError
from nlq.policy.scope import scope
from nlq.semantics import periods
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.dbt_import import DbtImport, Source
from nlq.semantics.interop.policies import Policy
from nlq.semantics.interop.write import write
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery, Snapshot, TableState

QUERIES = {one["id"]: one for one in json.loads((PLACE / "queries.json").read_text(encoding="utf-8"))}
EXPECTED = json.loads((PLACE / "expected.json").read_text(encoding="utf-8"))
BY_MONTH = {"targets", "mtd_less_target", "revenue_to_target"}  # metrics whose time is kept by month
CUT = {
    "price_p25_cont",
    "kiosk_amount_p90",
}  # DuckDB gives a percentile of a decimal with its two places; ours is exact
CONVERSIONS = {"visit_to_hire", "visit_to_hire_count", "visit_to_hire_ever", "visit_to_hire_ever_count", "visit_to_hire_month",
               "visit_to_hire_same_weather", "visit_to_hire_same_kind_count", "visitors_who_hired"}  # fmt: skip

MOMENT = "times of day are not grains here: the import lists it"
LINE_UP = "the first day of a month is in one of its weeks alone"
AFTER = "no day after the last with data is shown: what is in its window is known, what is not is unknown"
WAY = "the long way's name is taken as well"
REFUSED = {
    "kiosk_hour": MOMENT,
    "odd_offset_grain_week": LINE_UP,
    "private_implicit": "a metric that MetricFlow makes up for itself", "no_metric": "a query without a metric is a `list`",
}  # fmt: skip
OTHERWISE = {
    "odd_fill_week_and_custom": "MetricFlow joins its spine by one of the two grains, and values repeat",
    "cumulative_quarter": AFTER, "cumulative_year": AFTER, "cumulative_month_no_range": AFTER, "cumulative_quarter_inside": AFTER,
    "odd_cumulative_none": "a running total up to a day holds all before it", "odd_cumulative_weather_only": "as the one above",
    "offset_week": "MetricFlow finds the week a month before only where both begin with a Monday; here it is a month before each of its days",
    "offset_nested": "7 days before a month is 7 days before each of its days; MetricFlow finds no such month",
    "offset_fiscal_fiscal_quarter": "a quarter that the period cuts is laid beside as many days of the one before: like with like",
    "offset_where_time": "a day that the buckets cut binds the month before as well: like with like",
    "two_grains_default": "a date without a grain is the day, for every metric",
    "refuse_where_long_name": WAY, "refuse_own_primary_prefix": WAY,
    "refuse_custom_grain_of_month": "the day that a month is kept under has a fiscal quarter",
    "refuse_fill_custom_range": "MetricFlow stops with an assertion", "refuse_offset_own_dimension": "MetricFlow stops with an assertion",
    "refuse_finer_grain": "months are shown under their first day", "refuse_semi_mixed_finer": "months are shown under their first day",
}  # fmt: skip
HIDDEN = ("agg_all", "agg_by_month", "agg_by_weather", "all_null_group")  # these ask for a metric that latest/ hides


def column_types(connection):
    """The tables' columns with their types in our words."""
    kinds = {"VARCHAR": "string", "BOOLEAN": "boolean", "INTEGER": "integer", "DATE": "date", "TIMESTAMP": "datetime"}
    found = {}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' AND database_name = 'memory'"
    ).fetchall():
        found.setdefault(table, {})[column] = kinds.get(kind, "decimal")
    return found


@pytest.fixture(scope="module")
def lakeside():
    """The data, in a database in memory."""
    with connect() as connection:
        lakeside_data.fill(connection)
        yield connection


class Project:
    """One form of the project, imported: its model, and the questions' filters as conditions."""

    def __init__(self, form, connection, folder, types=None):
        self.connection = connection
        read = DbtImport(PLACE / form, Source(policy=Policy(shared=True), types=types or column_types(connection)))
        self.where = {}
        for name, one in QUERIES.items():
            try:
                self.where[name] = read.conditions(f"q_{name}", one.get("where", []))
            except NotCarried as problem:
                self.where[name] = problem
        self.imported = read.finished()
        write(folder, self.imported.files)
        self.model = load(folder)
        self.snapshot = Snapshot(None, {name: self.state(name, table) for name, table in self.model.tables.items()})

    def state(self, name, table):
        source = table.source or name
        source = source if "." in source else f"{self.model.header.schema_}.{source}"
        spec = f"min({table.time})::DATE, max({table.time})::DATE" if table.time else "NULL, NULL"
        count, first, last = self.connection.execute(f"SELECT count(*), {spec} FROM {source}").fetchone()
        return TableState("1", count, first, last, None)

    def rows(self, query):
        statement = compile_query(self.model, query, self.snapshot)
        text, values = scope(statement, Principal("a", "any", regions="*"), self.model).sql("duckdb")
        rows, _ = without_ties(tuple(self.connection.execute(text, values or None).fetchall()), statement.cut)
        return [column.name for column in statement.columns], list(rows)


@pytest.fixture(scope="module", params=["legacy", "latest"])
def project(request, lakeside, tmp_path_factory):
    return Project(request.param, lakeside, tmp_path_factory.mktemp(request.param))


def query_of(one, where):
    """A question in our words. MetricFlow widens a range to whole buckets; here the asker says which days."""
    made = {"metrics": one["metrics"], "dimensions": one["group_by"], "where": where}
    if one.get("start") or one.get("end"):
        start, end = (
            date.fromisoformat(one.get("start") or "2000-01-01"),
            date.fromisoformat(one.get("end") or "2040-12-31"),
        )
        grains = [name.rpartition("__")[2] for name in one["group_by"] if name.startswith("metric_time__")]
        grain = min((one for one in grains if one in periods.UNITS), key=periods.UNITS.index, default="day")
        grain = "month" if BY_MONTH & set(one["metrics"]) and grain in ("day", "week") else grain
        made["period"] = {
            "start": periods.start_of(start, grain).isoformat(),
            "end": periods.end_of(end, grain).isoformat(),
        }
    if one.get("order_by"):
        made["order"] = [
            {"by": name.removeprefix("-"), "dir": "desc" if name.startswith("-") else "asc"} for name in one["order_by"]
        ]
    if one.get("limit") is not None:
        made["limit"] = one["limit"]
    return SemanticQuery.from_json(made)


def plain(cell, name=""):
    """A cell as both sides have it: numbers as floats, dates as their ISO text, a year as its number."""
    if isinstance(cell, datetime):
        cell = cell.date() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else cell
    if isinstance(cell, (date, datetime)):
        cell = str(cell)
    if name.endswith("__year") and isinstance(cell, str):
        return float(cell[:4])
    if isinstance(cell, (bool, type(None))):
        return cell
    try:
        return (
            float(cell)
            if isinstance(cell, (int, float, Decimal)) or cell.lstrip("-").replace(".", "", 1).isdigit()
            else cell
        )
    except ValueError:
        return cell


def same(mine, theirs, metric):
    if mine is None or theirs is None:
        # A rate or count of conversions that did not happen is null to MetricFlow, and zero here; and what is filled with zero
        # (sunny_mtd) is zero here beside other metrics' rows too.
        return mine == theirs or (metric in {*CONVERSIONS, "sunny_mtd"} and theirs is None and mine == 0)
    if isinstance(mine, float) and isinstance(theirs, float):
        return math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=0.0101 if metric in CUT else 1e-9)
    return mine == theirs


def differences(one, names, found, expected):
    """The groups whose figures differ. A group without any figure may be there or not."""
    metrics = one["metrics"]
    keys = [name for name in expected["columns"] if name not in metrics]
    order = [*range(len(keys)), *(names.index(name) for name in metrics)]
    picked = [[row[place] for place in order] for row in found]
    columns = [*keys, *metrics]
    theirs_order = [*(expected["columns"].index(name) for name in columns)]

    def groups(rows, places):
        made = {}
        for row in rows:
            cells = [plain(row[place], name) for place, name in zip(places, columns, strict=True)]
            made[tuple(cells[: len(keys)])] = cells[len(keys) :]
        # MetricFlow gives one row several times where a spine of days is not made distinct (odd_fill_two_month).
        return made, len(made) < len({tuple(map(str, row)) for row in rows})

    (mine, twice), (theirs, theirs_twice) = groups(picked, range(len(columns))), groups(expected["rows"], theirs_order)
    assert not twice, "a group stands twice"
    wrong = [("a group stands twice there",)] if theirs_twice else []
    for key in {**mine, **theirs}:
        pair = mine.get(key), theirs.get(key)
        if None in pair:
            if any(cell not in (None, 0.0) for cell in pair[0] or pair[1]):
                wrong.append((key, *pair))
        elif not all(same(a, b, metric) for a, b, metric in zip(*pair, metrics, strict=True)):
            wrong.append((key, *pair))
    return wrong


def answer(project, name):
    where = project.where[name]
    if isinstance(where, NotCarried):
        raise where
    return project.rows(query_of(QUERIES[name], where))


@pytest.mark.parametrize("name", [name for name in QUERIES if name in EXPECTED])
def test_a_query_gives_metricflows_numbers(project, name, request):
    one, expected = QUERIES[name], EXPECTED[name]
    hidden = "latest" in request.node.name and name in HIDDEN
    if name in REFUSED or "refused" in expected or hidden:
        if name in OTHERWISE:
            answer(project, name)  # it has to be answered, or the reason is gone
            return
        with pytest.raises((NlqError, NotCarried, ValueError)):
            answer(project, name)
        return
    wrong = differences(one, *answer(project, name), expected)
    assert bool(wrong) == (name in OTHERWISE), wrong[:3] or f"this is as MetricFlow has it now: {OTHERWISE[name]}"


def test_saved_queries_are_verified_questions_with_metricflows_numbers(project):
    saved = {one.by.rpartition(" ")[2]: one for one in project.model.verified}
    recorded = {name.removeprefix("saved__"): one for name, one in EXPECTED.items() if name.startswith("saved__")}
    assert set(saved) == set(recorded)
    for name, one in saved.items():
        query = one.query
        asked = {"metrics": list(query.metrics)}
        names, rows = project.rows(query)
        expected = recorded[name]
        columns = [field.replace(".", "__") for field in names]
        assert sorted(columns) == sorted(expected["columns"])
        assert not differences(asked, columns, rows, expected)
        if query.order and query.limit is None:
            places = [columns.index(column) for column in expected["columns"]]
            mine = [
                [plain(row[place], column) for place, column in zip(places, expected["columns"], strict=True)]
                for row in rows
            ]
            assert mine == [
                [plain(cell, column) for cell, column in zip(row, expected["columns"], strict=True)]
                for row in expected["rows"]
            ]


def test_what_is_not_carried_is_listed(project):
    listed = {(one.code, one.where.rpartition(" ")[2]) for one in project.imported.issues}
    assert ("grain", "kiosk_sales.sold_hour") in listed
    assert ("left_out", "hires_spined") in listed
    assert ("left_out", "fiscal_revenue") in listed
    carried = {one["name"] for one in project.imported.files["metrics.yml"]["metrics"]}
    assert set(read_names(project)) <= carried


def read_names(project):
    """Every metric that the project's files name."""
    del project
    import yaml

    found = []
    for path in sorted((PLACE / "legacy").rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [one["name"] for one in content.get("metrics") or ()]
    return found


def test_without_a_word_on_who_may_read_nobody_may(lakeside, tmp_path):
    from nlq.errors import ModelError

    imported = DbtImport(PLACE / "legacy", Source(types=column_types(lakeside))).finished()
    assert {one.where for one in imported.issues if one.code == "no_policy"} >= {"table hires", "table members"}
    write(tmp_path, imported.files)
    with pytest.raises(ModelError, match="has no policy"):
        load(tmp_path)

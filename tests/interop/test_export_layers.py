"""Models exported to Ossie, Snowflake and Cube: read back they give the same rows, and their SQL means the same to DuckDB itself."""

from __future__ import annotations

import json
import math

import lakeside as lakeside_data
import pytest
import yaml
from helpers import ROOT
from test_metricflow import PLACE, column_types, plain

from nlq.drivers.duckdb import connect
from nlq.errors import NlqError
from nlq.exports import cube, ossie, snowflake
from nlq.exports.layer import Written
from nlq.exports.layer_shape import Fields
from nlq.policy.scope import scope
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.dbt_import import DbtImport, Source
from nlq.semantics.interop.layer_import import LayerImport
from nlq.semantics.interop.policies import Policy
from nlq.semantics.interop.readers import READERS
from nlq.semantics.interop.write import write
from nlq.semantics.joins import reaches
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery, Snapshot, TableState
from nlq.warehouse.tpch import build

FORMATS = {"ossie": (ossie, "duckdb"), "snowflake": (snowflake, "snowflake"), "cube": (cube, "duckdb")}
PERIODS = {
    "lakeside": {"start": "2025-01-01", "end": "2025-05-31"},
    "tpch": {"start": "1995-01-01", "end": "1996-12-31"},
}


class Over:
    """A model over its data."""

    def __init__(self, model, connection, schema):
        self.model, self.connection, self.schema = model, connection, schema
        self.snapshot = Snapshot(
            None, {name: self.state(table) for name, table in model.tables.items() if name not in model.rollup_tables}
        )

    def state(self, table):
        spec = f"min({table.time})::DATE, max({table.time})::DATE" if table.time else "NULL, NULL"
        source = table.source or table.name
        source = source if "." in source else f"{self.schema}.{source}"
        return TableState("1", *self.connection.execute(f"SELECT count(*), {spec} FROM {source}").fetchone(), None)

    def rows(self, query):
        statement = compile_query(self.model, SemanticQuery.from_json(query), self.snapshot)
        text, values = scope(statement, Principal("a", "any", regions="*"), self.model).sql("duckdb")
        return [one.name for one in statement.columns], self.connection.execute(text, values or None).fetchall()


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The two models over their data; schemas are as the models have them."""
    folder = tmp_path_factory.mktemp("models")
    with connect() as lake, connect() as parts:
        lakeside_data.fill(lake)
        types = column_types(lake)
        write(folder, DbtImport(PLACE / "legacy", Source(policy=Policy(shared=True), types=types)).finished().files)
        build(folder / "data.duckdb", scale=0.002)
        parts.execute(f"ATTACH '{folder / 'data.duckdb'}' AS warehouse (READ_ONLY)")
        parts.execute("USE warehouse")
        known = {}
        for table, column, kind in parts.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'tpch'"
        ).fetchall():
            known.setdefault(table, {})[column] = {
                "VARCHAR": "string",
                "DATE": "date",
                "INTEGER": "integer",
                "BIGINT": "integer",
            }.get(kind, "decimal")
        yield {
            "lakeside": (Over(load(folder), lake, "main"), types),
            "tpch": (Over(load(ROOT / "semantic_layer" / "tpch"), parts, "tpch"), known),
        }


@pytest.fixture(scope="module", params=[(name, kind) for name in PERIODS for kind in FORMATS], ids="-".join)
def pair(request, models, tmp_path_factory):
    """A model, what it became in a format, and that read back."""
    name, kind = request.param
    over, types = models[name]
    writer, dialect = FORMATS[kind]
    folder = tmp_path_factory.mktemp(f"{name}_{kind}")
    exported = writer.export(over.model, dialect)
    exported.write(folder)
    made = LayerImport(
        READERS[kind](folder), Source(schema=over.schema, policy=Policy(shared=True), types=types)
    ).finished()
    write(folder / "again", made.files)
    written = Written(over.model, dialect, moved=kind == "cube")
    return name, over, Over(load(folder / "again"), over.connection, over.schema), written, exported


def asked(over, written, period):
    """Each figure in all, by month, and by some fields; the fields are others for each figure."""
    names = [name for (table, name), _ in written.shape.members.items() if name in over.model.dimensions and over.model.dimensions[name].table == table
             and over.model.dimensions[name].type != "date"]  # fmt: skip
    for place, figure in enumerate(one for one in written.metrics.figures.values() if not one.hidden):
        fields = [names[(place * 5 + step * 7) % len(names)] for step in range(4)]
        for field in (None, *dict.fromkeys(fields)):
            if field is None or reaches(over.model, figure.name, field):
                yield figure, field, {"metrics": [figure.name], "dimensions": [field] if field else [], **period}


def homes(written, figure):
    """The tables whose rows a figure counts."""
    parts = [written.metrics.figures[part] for part in figure.parts]
    return {home for part in parts for home in homes(written, part)} or {figure.home}


def called(written, figure, field):
    """The relation and the member that a field is to a figure; None where its tables have it each for itself, or one has it not."""
    try:
        found = {Fields(written.shape, home, None, "{}.{}".format).found(field) for home in homes(written, figure)}
    except NotCarried:  # reached by another metric of the same meaning (same_as), which the export lists
        return None
    return found.pop() if len(found) == 1 else None


def apart(figure, mine, theirs):
    """The groups whose figures differ. Where a metric's own filter leaves no row of a group, a count is null, zero or not shown."""
    cut = figure.agg is not None and figure.agg.function in (
        "median",
        "percentile",
    )  # of decimals DuckDB cuts them at their places

    def groups(rows):
        made = {tuple(plain(cell) for cell in row[:-1]): plain(row[-1]) for row in rows}
        assert len(made) == len(rows), "a group stands twice"
        return {key: value for key, value in made.items() if value not in (None, 0)}

    left, right = groups(mine), groups(theirs)
    return [(key, left.get(key), right.get(key)) for key in {**left, **right}
            if left.get(key) != right.get(key) and not math.isclose(left.get(key) or 0, right.get(key) or 0, rel_tol=1e-9, abs_tol=0.0101 if cut else 1e-9)]  # fmt: skip


def counts_by_another_day(over, figure):
    agg = figure.metric.agg
    return agg is not None and agg.time not in (None, over.model.tables[agg.table].time)


def test_a_round_trip_keeps_every_number(pair):
    name, over, again, written, _ = pair
    count, wrong = 0, {}
    for figure, field, query in asked(over, written, {}):
        timed = over.model.has_time(figure.name) and not counts_by_another_day(
            over, figure
        )  # a period is of the table's day there
        period = {"period": PERIODS[name]} if timed else {}
        there = "__".join(called(written, figure, field) or ("nothing",)) if field else ""
        if (
            field and there not in again.model.dimensions
        ):  # a key that the table holds itself: there it is asked of the joined table
            there = f"{over.model.dimensions[field].table}__{written.shape.members[over.model.dimensions[field].table, field]}"
        metric = figure.name if figure.name in again.model.metrics else f"{figure.home}__{figure.name}"
        if there and not reaches(again.model, metric, there):
            continue
        theirs = again.rows({"metrics": [metric], "dimensions": [there] if there else [], **period})
        found = apart(figure, over.rows({**query, **period})[1], theirs[1])
        if found:
            wrong[figure.name, field] = found[:2]
        count += 1
    assert wrong == {}
    assert count > 40


def test_every_metric_is_carried_or_listed(pair):
    _, over, again, written, exported = pair
    listed = {one.where for one in exported.issues}
    for name, metric in over.model.metrics.items():
        figure = written.metrics.figures.get(name)
        there = figure is not None and (name in again.model.metrics or f"{figure.home}__{name}" in again.model.metrics)
        assert there or f"metric {name}" in listed or metric.internal


def datasets(content):
    model = content["semantic_model"][0]
    return (
        {one["name"]: one for one in model["datasets"]},
        model["relationships"],
        {one["name"]: one for one in model["metrics"]},
    )


def by_hand(tables, ways, expression, home, group):
    """The SQL that an Ossie file means, put together from its texts alone: every dataset joined along the shortest way."""

    def text(one):
        return one["expression"]["dialects"][0]["expression"]

    ctes, joins, seen, edge = [], [], [home], [home]
    while edge:
        fresh = []
        for way in (way for start in edge for way in ways if way["from"] == start and way["to"] not in seen):
            on = " AND ".join(
                f"{way['from']}.{mine} = {way['to']}.{its}"
                for mine, its in zip(way["from_columns"], way["to_columns"], strict=True)
            )
            joins.append(f"LEFT JOIN {way['to']} ON {on}")
            seen.append(way["to"])
            fresh.append(way["to"])
        edge = fresh
    for name in seen:
        source = tables[name]["source"]
        fields = ", ".join(
            f"{text(one)} AS {one['name']}" for one in tables[name]["fields"] if text(one) != one["name"]
        )
        ctes.append(
            f"{name} AS (SELECT *{f', {fields}' if fields else ''} FROM {source if ' ' not in source else f'({source})'})"
        )
    shown = f"{group} AS g, " if group else ""
    return f"WITH {', '.join(ctes)} SELECT {shown}{expression} FROM {home} {' '.join(joins)}{' GROUP BY 1' if group else ''}"


@pytest.mark.parametrize("name", PERIODS)
def test_the_sql_of_an_ossie_file_means_our_figures_to_duckdb_itself(models, name):
    over, _ = models[name]
    exported = ossie.export(over.model, "duckdb")
    tables, ways, metrics = datasets(yaml.safe_load(next(iter(exported.files.values()))))
    written = Written(over.model, "duckdb", moved=False)
    count = 0

    for figure, field, query in asked(over, written, {}):
        if len(homes(written, figure)) > 1 or not over.model.has_time(figure.name):
            continue  # two tables' rows stand beside one another in no single SELECT
        there = called(written, figure, field) if field else ()
        if there is None:
            continue
        group = ".".join(there) or None
        expression = metrics[figure.name]["expression"]["dialects"][0]["expression"]
        theirs = over.connection.execute(by_hand(tables, ways, expression, figure.home, group)).fetchall()
        try:
            mine = over.rows(query)[1]
        except NlqError:
            continue
        assert not apart(figure, mine, theirs), (figure.name, field)
        count += 1
    assert count > 30


ALLOWED = {  # of Ossie's 0.2 schema, which takes no other keys
    "model": {"name", "description", "ai_context", "datasets", "relationships", "metrics", "custom_extensions"},
    "dataset": {
        "name",
        "source",
        "primary_key",
        "unique_keys",
        "description",
        "ai_context",
        "fields",
        "custom_extensions",
    },
    "field": {"name", "expression", "dimension", "label", "description", "datatype", "ai_context", "custom_extensions"},
    "relationship": {"name", "from", "to", "from_columns", "to_columns", "ai_context", "custom_extensions"},
    "metric": {"name", "expression", "description", "datatype", "ai_context", "custom_extensions"},
}


def test_an_ossie_file_has_the_keys_of_the_specification_and_holds_the_rest_as_ours():
    exported = ossie.export(load(ROOT / "semantic_layer" / "scout"), "duckdb")
    content = yaml.safe_load(exported.files["scout.yaml"])
    assert set(content) == {"version", "semantic_model"}
    model = content["semantic_model"][0]
    assert set(model) <= ALLOWED["model"]
    parts = {"dataset": model["datasets"], "relationship": model["relationships"], "metric": model["metrics"],
             "field": [one for part in model["datasets"] for one in part["fields"]]}  # fmt: skip
    for kind, found in parts.items():
        assert found
        assert all(set(one) <= ALLOWED[kind] for one in found)
        for one in (extension for part in found for extension in part.get("custom_extensions", ())):
            assert set(one) == {"vendor_name", "data"}
            assert isinstance(json.loads(one["data"]), dict)
    ours = json.loads(model["custom_extensions"][0]["data"])
    assert {one["name"] for one in ours["metrics"]} >= {"revenue_growth", "transaction_growth"}
    assert ours["model"]["timezone"] == "Asia/Manila"
    stores = next(one for one in model["datasets"] if one["name"] == "dim_store")
    assert json.loads(stores["custom_extensions"][0]["data"])["policy"]["regions"] == {"column": "region"}


def test_a_policy_and_masks_come_back_from_an_ossie_file(tmp_path):
    ossie.export(load(ROOT / "semantic_layer" / "scout"), "duckdb").write(tmp_path)
    made = LayerImport(READERS["ossie"](tmp_path / "scout.yaml"), Source()).finished()
    write(tmp_path / "again", made.files)
    again = load(tmp_path / "again")
    assert again.tenant_column("dim_store") == "org_id"
    assert again.tables["dim_customer"].columns["phone"].mask == "last4"
    assert (again.metrics["revenue"].unit, again.metrics["revenue"].absence_is_zero) == ("PHP", True)
    lines = again.tables["silver_transaction_items"].valid
    assert (lines.exists, lines.on) == (
        "silver_transactions_cleaned",
        {"org_id": "org_id", "transaction_id": "transaction_id"},
    )


@pytest.mark.parametrize(("where", "kept"), [
    ("EXISTS (SELECT 1 FROM s.parents AS its WHERE its.id = children.parent AND its.live)", {"exists": "parents", "on": {"parent": "id"}}),
    ("EXISTS (SELECT 1 FROM s.parents AS its WHERE its.id = children.parent)", None),  # those that do not count are named too
    ("EXISTS (SELECT 1 FROM s.parents AS its WHERE its.id = children.parent AND NOT its.live)", None),
    ("EXISTS (SELECT 1 FROM s.others AS its WHERE its.id = children.parent)", None),
    ("EXISTS (SELECT 1 FROM s.parents AS its WHERE its.id > children.parent AND its.live)", None),
    ("parent IN (SELECT id FROM s.parents)", None),
])  # fmt: skip
def test_a_table_whose_rows_that_count_cannot_be_told_is_left_out(tmp_path, where, kept):
    field = {
        "expression": {"dialects": [{"dialect": "ANSI_SQL", "expression": "id"}]},
        "dimension": {},
        "datatype": "Integer",
        "name": "id",
    }
    said = {"version": "0.2.0.dev0", "semantic_model": [{"name": "m", "datasets": [
        {"name": "parents", "source": "SELECT * FROM s.parents AS parents WHERE live", "primary_key": ["id"], "fields": [field]},
        {"name": "children", "source": f"SELECT * FROM s.children AS children WHERE {where}", "primary_key": ["id"], "fields": [field]},
    ], "metrics": [{"name": "count", "expression": {"dialects": [{"dialect": "ANSI_SQL", "expression": "COUNT(children.id)"}]}}]}]}  # fmt: skip
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    made = LayerImport(READERS["ossie"](tmp_path / "m.yaml"), Source(policy=Policy(shared=True))).finished()
    tables = {one["name"]: one for one in made.files["tables.yml"]["tables"]}
    assert tables.get("children", {}).get("valid") == kept
    assert [one["name"] for one in made.files["metrics.yml"]["metrics"]] == (["count"] if kept else [])
    assert kept or any(one.where == "table children" and one.code == "expression" for one in made.issues)


def test_a_source_of_ossie_may_be_an_object(tmp_path):
    said = {"version": "0.2.0.dev0", "semantic_model": [{"name": "m", "datasets": [
        {"name": "a", "source": {"kind": "table", "object": "db.s.first"}, "primary_key": ["id"]},
        {"name": "b", "source": {"kind": "query", "object": {"dialects": [{"dialect": "ANSI_SQL", "expression": "SELECT * FROM s.other WHERE live"}]}}},
    ]}]}  # fmt: skip
    path = tmp_path / "m.yaml"
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    found = READERS["ossie"](path).relations
    assert (found["a"].relation, found["a"].schema) == ("first", "s")
    assert (found["b"].relation, found["b"].where) == ("other", "live")

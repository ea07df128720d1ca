"""Imported layers that are written in SQL, against answers by hand: see NOTES.md beside each. Whoever wrote them had not seen the importer."""

from __future__ import annotations

import json

import lakeside
import pytest
from helpers import ROOT
from test_metricflow import column_types, differences

from nlq.drivers.duckdb import connect
from nlq.errors import NlqError
from nlq.policy.scope import scope
from nlq.semantics.interop.dbt_import import Source
from nlq.semantics.interop.layer_import import LayerImport
from nlq.semantics.interop.policies import Policy
from nlq.semantics.interop.readers import READERS
from nlq.semantics.interop.write import write
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery, Snapshot, TableState

# A format and its file; the draft of February 2026 answers the questions that are marked for it.
PLACES = {
    "cube": "cube/model",
    "snowflake": "snowflake/model.yaml",
    "ossie": "ossie/model.yaml",
    "ossie_feb": "ossie/model_feb.yaml",
}
HIDDEN, FOREIGN = "the cube is hidden", "a dimension that reads another cube: the import lists it"
REFUSED = {
    ("cube", "by_card_colour"): HIDDEN,
    ("cube", "members_generation"): HIDDEN,
    ("cube", "by_pier_kind_through_hires"): FOREIGN,
    ("cube", "place"): FOREIGN,
    ("cube", "view"): "views are left out: ask for the cubes' own names",
    ("cube", "other_aggregates"): "an aggregate that is a text",
    ("ossie", "two_datasets_in_one_aggregate"): "one aggregate over the columns of two tables: the import lists it",
}


def questions(kind):
    path = ROOT / "tests" / "interop" / kind.removesuffix("_feb") / "questions.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    return [one for one in found if one.get("feb") or not kind.endswith("_feb")]


CASES = [(kind, one["id"]) for kind in PLACES for one in questions(kind)]


class Imported:
    """A file of a format as a model over the data."""

    def __init__(self, kind, connection, folder):
        place = ROOT / "tests" / "interop" / kind.removesuffix("_feb")
        self.connection = connection
        layer = READERS[kind.removesuffix("_feb")](ROOT / "tests" / "interop" / PLACES[kind])
        self.imported = LayerImport(
            layer, Source(policy=Policy(shared=True), types=column_types(connection))
        ).finished()
        write(folder, self.imported.files)
        self.model = load(folder)
        self.questions = {one["id"]: one for one in questions(kind)}
        self.expected = json.loads((place / "expected.json").read_text(encoding="utf-8"))
        self.snapshot = Snapshot(None, {name: self.state(name, table) for name, table in self.model.tables.items()})

    def state(self, name, table):
        spec = f"min({table.time})::DATE, max({table.time})::DATE" if table.time else "NULL, NULL"
        return TableState("1", *self.connection.execute(f"SELECT count(*), {spec} FROM {table.source or name}").fetchone(), None)  # fmt: skip

    def metric(self, name):
        home, _, own = name.rpartition(".")
        return own if own in self.model.metrics else f"{home}__{own}"

    def field(self, name):
        return name.replace(".", "__")

    def rows(self, one):
        where = [{**condition, "field": self.field(condition["field"])} for condition in one.get("where", [])]
        query = {"metrics": [self.metric(name) for name in one["metrics"]], "dimensions": [self.field(name) for name in one["group_by"]], "where": where}  # fmt: skip
        statement = compile_query(self.model, SemanticQuery.from_json(query), self.snapshot)
        text, values = scope(statement, Principal("a", "any", regions="*"), self.model).sql("duckdb")
        return self.connection.execute(text, values or None).fetchall()


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    made = {}
    with connect() as connection:
        lakeside.fill(connection)
        for kind in PLACES:
            made[kind] = Imported(kind, connection, tmp_path_factory.mktemp(kind))
        yield made


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_question_gives_the_figures_by_hand(imported, kind, name):
    over = imported[kind]
    one, expected = over.questions[name], over.expected[name]
    if (kind, name) in REFUSED:
        with pytest.raises(NlqError):
            over.rows(one)
        return
    columns = [*one["group_by"], *one["metrics"]]
    wrong = differences(
        {"metrics": one["metrics"]}, columns, over.rows(one), {"columns": columns, "rows": expected["rows"]}
    )
    assert not wrong, wrong[:3]


LISTED = {
    "cube": {
        ("expression", "piers.position"), ("expression", "piers.hire_count"), ("aggregation", "metric hires.weathers"), ("aggregation", "metric hires.any_late"),
        ("aggregation", "metric hires.long_end"), ("aggregation", "metric hires.revenue_ahead"), ("aggregation", "metric hires.channel_revenue"),
        ("aggregation", "metric hires.weather_rank"), ("aggregation", "metric kiosk_sales.takings_by_money"), ("expression", "kiosk_sales.money"),
        ("grain", "hires.hired_on"), ("left_out", "hires.note"), ("no_policy", "hires.access_policy"), ("no_policy", "members.access_policy"),
        ("left_out", "hires.pre_aggregations"), ("left_out", "piers.hierarchies"), ("left_out", "view hire_overview"), ("expression", "hires.pier_kind"),
        ("expression", "piers.place"), ("left_out", "hires.refresh_key"), ("left_out", "hires.data_source"),
    },
    "snowflake": {
        ("left_out", "members.full_name"), ("left_out", "hires.weather"), ("expression", "hires.running_hours"), ("expression", "piers.berth_rank"),
        ("expression", "members.hire_total"), ("expression", "metric hires.revenue_7_rows"), ("expression", "metric hires.revenue_so_far"),
        ("expression", "hires.lately"), ("unknown_reference", "hires.above_threshold"), ("left_out", "relationship cards_to_members"),
        ("left_out", "kiosk_sales.line_value"), ("left_out", "verified query revenue by pier kind"), ("left_out", "model.yaml: custom_instructions"),
    },
    "ossie": {
        ("expression", "metric seat_hours"), ("expression", "metric cube_revenue"), ("expression", "metric revenue_so_far"), ("expression", "metric all_rows"),
        ("left_out", "hires.note_blob"), ("left_out", "hires.price"), ("left_out", "dataset hires"), ("left_out", "relationship kiosk_to_piers"),
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", LISTED)
def test_what_is_not_carried_is_listed(imported, kind):
    assert {(one.code, one.where) for one in imported[kind].imported.issues} >= LISTED[kind]


def test_what_nobody_may_ask_for_stays_so(imported):
    model = imported["snowflake"].model
    assert model.metrics["list_total"].internal
    assert model.metrics["hidden_step"].internal
    assert "hires__list_value" not in model.dimensions

"""Every kind of condition in every export: the rows that it leaves are the same, also where a field is unknown."""

from __future__ import annotations

import lakeside as lakeside_data
import pytest
import yaml
from test_export_layers import FORMATS, Over, by_hand, datasets
from test_metricflow import PLACE, column_types

from nlq.drivers.duckdb import connect
from nlq.exports import dbt, ossie
from nlq.semantics.interop.dbt_import import DbtImport, Source
from nlq.semantics.interop.layer_import import LayerImport
from nlq.semantics.interop.policies import Policy
from nlq.semantics.interop.readers import READERS
from nlq.semantics.interop.write import write
from nlq.semantics.load import load


def one(field, op, *values):
    return {"field": field, "op": op, **({"values": list(values)} if values else {})}


CONDITIONS = {
    "equal": [one("hire__weather", "=", "sun")],
    "unequal_keeps_the_unknown": [one("hire__weather", "!=", "sun")],
    "unequal_and_known": [one("hire__weather", "!=", "sun"), one("hire__weather", "is_not_null")],
    "not_in_keeps_the_unknown": [one("hire__weather", "not_in", "sun", "rain")],
    "in": [one("hire__weather", "in", "sun", "rain")],
    "unknown": [one("hire__weather", "is_null")],
    "known": [one("hire__weather", "is_not_null")],
    "above": [one("hire__party_size", ">=", 4)],
    "between": [one("hire__party_size", "between", 2, 4)],
    "a_truth": [one("hire__is_long", "=", True)],
    "a_falsehood": [one("hire__is_long", "=", False)],
    "no_truth": [one("hire__is_long", "!=", True)],
    "contains": [one("hire__note", "contains", "S_")],
    "contains_percent": [one("hire__note", "contains", "50%")],
    "a_quote": [one("hire__note", "=", "it's wet")],
    "from": [one("metric_time.day", ">=", "2025-03-01")],
    "in_months": [one("metric_time.month", "in", "2025-03-01", "2025-05-01")],
    "in_a_year": [one("metric_time.year", "=", 2025)],
    "another_day": [one("hire__paid_on.month", "=", "2025-05-01")],
    "of_another_table": [one("pier__kind", "in", "jetty", "slipway")],
    "not_of_another_table": [one("pier__kind", "!=", "jetty")],
    "either": [
        {
            "any": [
                one("hire__weather", "!=", "sun"),
                {"all": [one("pier__kind", "=", "quay"), one("hire__party_size", ">", 2)]},
            ]
        }
    ],
    "a_named_one": [one("sunny", "=", True)],
    "not_a_named_one": [one("sunny", "=", False)],
}
# What the importer of a format does not take back; what it takes has to be the same.
LOST = {
    "contains",
    "contains_percent",
    "from",
    "in_months",
    "in_a_year",
    "another_day",
    "either",
    "not_a_named_one",
    "no_truth",
    "not_of_another_table",
}


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """The lakeside model with a count under each of the conditions."""
    folder = tmp_path_factory.mktemp("conditions")
    with connect() as connection:
        lakeside_data.fill(connection)
        connection.execute("UPDATE hires SET note = '50% off S_1' WHERE hire_id % 17 = 0")
        files = (
            DbtImport(PLACE / "legacy", Source(policy=Policy(shared=True), types=column_types(connection)))
            .finished()
            .files
        )
        files["filters.yml"] = {
            "filters": [{"name": "sunny", "label": "Sunny", "description": "In the sun.", "where": CONDITIONS["equal"]}]
        }
        files["metrics.yml"]["metrics"] += [
            {
                "name": f"c_{name}",
                "label": name,
                "description": name,
                "unit": "count",
                "agg": {"function": "count", "table": "hires"},
                "where": where,
            }
            for name, where in CONDITIONS.items()
        ]
        write(folder, files)
        yield Over(load(folder), connection, "main")


def counted(over, metric):
    return over.rows({"metrics": [metric]})[1][0][0] or 0


def test_the_conditions_tell_rows_apart(over):
    found = {name: counted(over, f"c_{name}") for name in CONDITIONS}
    assert all(found.values()), found
    assert found["equal"] + found["unequal_keeps_the_unknown"] == found["known"] + found["unknown"]
    assert found["unequal_and_known"] < found["unequal_keeps_the_unknown"]
    assert found["a_named_one"] + found["not_a_named_one"] == found["known"] + found["unknown"]


def test_in_an_ossie_file_duckdb_itself_reads_them_so(over):
    exported = ossie.export(over.model, "duckdb")
    tables, ways, metrics = datasets(yaml.safe_load(next(iter(exported.files.values()))))
    for name in CONDITIONS:
        text = metrics[f"c_{name}"]["expression"]["dialects"][0]["expression"]
        assert over.connection.execute(by_hand(tables, ways, text, "hires", None)).fetchone()[0] == counted(
            over, f"c_{name}"
        ), (name, text)


@pytest.mark.parametrize("older", [False, True])
def test_through_dbt_they_come_back(over, tmp_path, older):
    dbt.export(over.model, "duckdb", older=older).write(tmp_path)
    built = lakeside_data.as_dbt_builds(over.connection, tmp_path)
    types = lakeside_data.within(built, column_types(over.connection))
    made = DbtImport(tmp_path, Source(policy=Policy(shared=True), types=types)).finished()
    write(tmp_path / "again", made.files)
    again = Over(load(tmp_path / "again"), over.connection, built)
    carried = [name for name in CONDITIONS if f"c_{name}" in again.model.metrics]
    assert {name: counted(again, f"c_{name}") for name in carried} == {
        name: counted(over, f"c_{name}") for name in carried
    }
    listed = {issue.where.rpartition(" ")[2] for issue in made.issues}
    assert all(f"c_{name}" in listed for name in CONDITIONS if name not in carried)
    assert set(CONDITIONS) - set(carried) <= LOST


@pytest.mark.parametrize("kind", FORMATS)
def test_through_the_others_they_come_back(over, tmp_path, kind):
    writer, dialect = FORMATS[kind]
    writer.export(over.model, dialect).write(tmp_path)
    made = LayerImport(
        READERS[kind](tmp_path), Source(policy=Policy(shared=True), types=column_types(over.connection))
    ).finished()
    write(tmp_path / "again", made.files)
    again = Over(load(tmp_path / "again"), over.connection, "main")
    carried = [name for name in CONDITIONS if f"c_{name}" in again.model.metrics]
    assert {name: counted(again, f"c_{name}") for name in carried} == {
        name: counted(over, f"c_{name}") for name in carried
    }
    listed = {part for issue in made.issues for part in issue.where.replace(".", " ").split()}
    assert all(f"c_{name}" in listed for name in CONDITIONS if name not in carried)
    assert set(CONDITIONS) - set(carried) <= LOST

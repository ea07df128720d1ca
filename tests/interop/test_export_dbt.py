"""A model exported to dbt, read back by the importer: the numbers of MetricFlow's own record still.

What MetricFlow itself makes of an export is asked by hand, as it needs an environment of its own: metricflow/record.py --place
(the 316 questions) and metricflow/exported.py (every metric of the other models by every field).
"""

from __future__ import annotations

import duckdb
import lakeside as lakeside_data
import pytest
from test_metricflow import EXPECTED, HIDDEN, OTHERWISE, QUERIES, REFUSED, Project, answer, differences

from nlq.errors import NlqError
from nlq.exports import dbt
from nlq.semantics.interop.carried import NotCarried

MONTHLY = "a month's target is read as of its first day: the older dbt grain of months is not kept by the model"


@pytest.fixture(scope="module")
def lakeside():
    with duckdb.connect(":memory:") as connection:
        lakeside_data.fill(connection)
        yield connection


@pytest.fixture(scope="module")
def imported(lakeside, tmp_path_factory):
    return Project("legacy", lakeside, tmp_path_factory.mktemp("imported"))


@pytest.fixture(scope="module", params=["dbt", "dbt-legacy"])
def again(request, imported, lakeside, tmp_path_factory):
    """The model, exported and imported once more."""
    folder = tmp_path_factory.mktemp(request.param)
    dbt.export(imported.model, "duckdb", older=request.param == "dbt-legacy").write(folder)
    return Project(folder, lakeside, tmp_path_factory.mktemp("again"))


@pytest.mark.slow
def test_a_round_trip_keeps_every_number(again):
    wrong = {}
    for name in (name for name in QUERIES if name in EXPECTED and name not in HIDDEN):
        refused = name in REFUSED or "refused" in EXPECTED[name]
        try:
            found = answer(again, name)
        except (NlqError, NotCarried, ValueError) as problem:
            if not refused:
                wrong[name] = str(problem)
            continue
        if name not in OTHERWISE and (refused or differences(QUERIES[name], *found, EXPECTED[name])):
            wrong[name] = differences(QUERIES[name], *found, EXPECTED[name])[:2] if not refused else "answered"
    assert wrong == {}

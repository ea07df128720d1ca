"""`nlq model import` as a person uses it: a project in, a model that answers out, and what was not carried said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import lakeside
import pytest

from nlq.drivers.duckdb import connect

NLQ = str(Path(sys.executable).with_name("nlq"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("lakeside") / "lakeside.duckdb"
    lakeside.build(path)
    return path


@pytest.fixture
def nlq(tmp_path, home, data):
    def run(*arguments):
        env = {**home, "NLQ_DUCKDB_PATH": str(data)}
        return subprocess.run([NLQ, *map(str, arguments)], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip

    return run


def test_a_project_is_imported_and_asked(nlq, data, tmp_path):
    out = tmp_path / "layer"
    done = nlq("model", "import", lakeside.PLACE / "legacy", "--from", "dbt", "--out", out, "--data", data, "--policy", "shared")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "revenue_fiscal_change" in done.stdout
    (out / "nlq.toml").write_text(lakeside.SETTINGS.format(path=data), encoding="utf-8")
    config = ("--config", out / "nlq.toml")
    checked = nlq("model", "check", *config)
    assert (checked.returncode, "no problems" in checked.stdout) == (0, True), checked.stderr
    assert nlq("model", "verify", *config).returncode == 0
    query = {"metrics": ["hires"], "dimensions": ["metric_time__month"], "period": {"start": "2025-04-01", "end": "2025-05-31"}}  # fmt: skip
    answer = json.loads(nlq("query", json.dumps(query), "--format", "json", *config).stdout)
    assert [column["name"] for column in answer["columns"]] == ["metric_time__month", "hires"]
    assert answer["rows"] == [["2025-04-01", 70], ["2025-05-01", 73]]
    asked = json.loads(nlq("ask", "hires by pier kind in may 2025", "--format", "json", *config).stdout)
    assert asked["status"] == "answered", asked["reason"]
    assert sum(row[1] for row in asked["rows"]) == 73


def test_a_compiled_manifest_is_read_as_well(nlq, data, tmp_path):
    done = nlq("model", "import", lakeside.PLACE / "latest" / "semantic_manifest.json", "--from", "dbt", "--out", tmp_path / "a",
               "--data", data, "--policy", "shared", "--format", "json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["problems"] == []
    assert said["counts"]["metrics"] > 100


def test_without_a_policy_the_files_say_so_and_nothing_can_be_read(nlq, data, tmp_path):
    done = nlq("model", "import", lakeside.PLACE / "legacy", "--from", "dbt", "--out", tmp_path / "a", "--data", data)
    assert done.returncode == 0, done.stderr
    assert "nobody may read the table until it has a policy" in done.stdout
    checked = nlq("model", "check", tmp_path / "a")
    assert checked.returncode == 2
    assert "has no policy" in checked.stderr


def test_a_tenants_column_becomes_the_policy_where_there_is_one(nlq, data, tmp_path):
    out = tmp_path / "a"
    done = nlq("model", "import", lakeside.PLACE / "legacy", "--from", "dbt", "--out", out, "--data", data, "--tenant", "weather")  # fmt: skip
    text = (out / "tables.yml").read_text(encoding="utf-8")
    assert "org_id: {column: weather}" in text
    assert "it has no column weather" in done.stdout


def test_files_that_are_there_are_not_written_over(nlq, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.yml").write_text("model: {}\n", encoding="utf-8")
    done = nlq("model", "import", lakeside.PLACE / "legacy", "--from", "dbt", "--out", tmp_path / "a")
    assert done.returncode == 2
    assert "mine.yml" in done.stderr
    assert (tmp_path / "a" / "mine.yml").read_text(encoding="utf-8") == "model: {}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("semantic_models: [", "not_read"),
        ("semantic_models:\n  - {model: ref('a')}\n", "not_read"),
        ("models: []\n", "there is no semantic model"),
    ],
)
def test_what_is_no_project_is_said(nlq, tmp_path, text, said):
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.yml").write_text(text, encoding="utf-8")
    done = nlq("model", "import", project, "--from", "dbt", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert said in done.stderr + done.stdout or "there is no semantic model" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_metric_that_cannot_be_carried_takes_what_is_made_of_it_along(nlq, data, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "m.yml").write_text(
        """
semantic_models:
  - name: hires
    model: ref('hires')
    defaults: {agg_time_dimension: hired_on}
    entities: [{name: hire, type: primary, expr: hire_id}, {name: pier, type: foreign, expr: pier_id}]
    dimensions: [{name: hired_on, type: time, type_params: {time_granularity: day}}, {name: weather, type: categorical}]
    measures: [{name: price, agg: sum}, {name: odd, agg: sum, expr: "sum(price) over ()"}, {name: hires, agg: count, expr: hire_id}]
metrics:
  - {name: revenue, label: Revenue, type: simple, type_params: {measure: price}, config: {meta: {owner: till desk}}}
  - {name: odd, label: Odd, type: simple, type_params: {measure: odd}}
  - {name: odd_share, label: Odd share, type: ratio, type_params: {numerator: odd, denominator: revenue}}
  - {name: unknown_filter, label: U, type: simple, type_params: {measure: price}, filter: "{{ Dimension('boat__kind') }} = 'canoe'"}
  - {name: twice, label: Twice, type: derived, type_params: {expr: odd_share * 2, metrics: [odd_share]}}
""",
        encoding="utf-8",
    )
    done = nlq("model", "import", project, "--from", "dbt", "--out", tmp_path / "out", "--data", data, "--policy", "shared", "--format", "json")  # fmt: skip
    said = json.loads(done.stdout)
    assert done.returncode == 0, said
    listed = {(one["code"], one["where"].split(" ")[-1]) for one in said["issues"]}
    assert {
        ("expression", "odd"),
        ("depends", "odd_share"),
        ("depends", "twice"),
        ("filter", "unknown_filter"),
    } <= listed
    metrics = (tmp_path / "out" / "metrics.yml").read_text(encoding="utf-8")
    assert "name: revenue" in metrics
    assert "owner: till desk" in metrics
    assert "odd" not in metrics
    assert "unknown_filter" not in metrics


@pytest.mark.parametrize(
    ("kind", "metric", "dimension"), [("snowflake", "revenue", "piers__kind"), ("ossie", "revenue", "piers__kind")]
)
def test_other_formats_are_imported_and_asked(nlq, data, tmp_path, kind, metric, dimension):
    out = tmp_path / "layer"
    file = lakeside.PLACE.parent / kind / ("model" if kind == "cube" else "model.yaml")
    done = nlq(
        "model",
        "import",
        file,
        "--from",
        kind,
        "--out",
        out,
        "--data",
        data,
        "--schema",
        "main",
        "--policy",
        "shared",
        "--format",
        "json",
    )
    said = json.loads(done.stdout)
    assert (done.returncode, said["problems"]) == (0, []), done.stderr
    (out / "nlq.toml").write_text(lakeside.SETTINGS.format(path=data), encoding="utf-8")
    query = {"metrics": [metric], "dimensions": [dimension], "period": {"start": "2025-05-01", "end": "2025-05-31"}}
    answer = json.loads(nlq("query", json.dumps(query), "--format", "json", "--config", out / "nlq.toml").stdout)
    assert answer["status"] == "answered", answer["reason"]
    with connect(str(data), read_only=True) as connection:
        (total,) = connection.execute(
            "SELECT sum(price) FROM hires WHERE hired_on BETWEEN '2025-05-01' AND '2025-05-31'"
        ).fetchone()
    assert sum(row[1] for row in answer["rows"]) == pytest.approx(float(total))


def test_row_sql_of_other_dialects_keeps_its_meaning():
    """What is written for one engine gives the same on another, row by row, nulls included; a zero divisor gives null, as everywhere."""
    from nlq.semantics.interop.expressions import row_expression

    rows = """(VALUES (1, 2, true, 'a', DATE '2024-02-29'), (3, 4, false, NULL, NULL), (NULL, 2, NULL, 'B', DATE '2025-12-31'), (2, 2, true, 'c', DATE '2026-01-01'),
                      (NULL, NULL, true, 'bab', DATE '2026-01-01')) AS t(a, b, c, d, e)"""
    texts = ["a / b", "CAST(a AS VARCHAR) || d", "c IS NOT TRUE", "c IS FALSE", "NOT c", "a / b / b", "CASE WHEN c THEN a / b ELSE 0 END",
             "COALESCE(d, 'none') || '/' || COALESCE(d, 'x')", "CAST(CAST(a AS VARCHAR) AS INTEGER) / b", "a BETWEEN 1 AND 3", "d LIKE '%a%' OR c",
             "a IS DISTINCT FROM b", "a IS NOT DISTINCT FROM b", "NOT a IS DISTINCT FROM b AND c", "d ILIKE '%B%'", "year(e) * 100 + month(e)", "quarter(e)", "day(e)",
             "extract(year FROM e)"]  # fmt: skip
    import sqlglot

    with connect() as connection:
        for text in texts:
            carried = sqlglot.transpile(row_expression(text, "duckdb"), read="trino", write="duckdb")[0]
            expected, found = (connection.execute(f"SELECT {one} FROM {rows}").fetchall() for one in (text, carried))
            assert found == expected, text


def test_a_draft_needs_no_calendar(nlq, tmp_path):
    """Two tables, one named by the other: it had stopped with a KeyError."""
    path = tmp_path / "shop.duckdb"
    with connect(str(path)) as connection:
        connection.execute("""CREATE SCHEMA marts;
            CREATE TABLE marts.customers (customer_id INTEGER PRIMARY KEY, customer_name VARCHAR, city VARCHAR);
            CREATE TABLE marts.orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_on DATE, amount DECIMAL(12, 2));
            INSERT INTO marts.customers SELECT n, 'C' || n, 'City ' || n % 3 FROM range(30) t(n);
            INSERT INTO marts.orders SELECT n, n % 30, DATE '2026-01-01' + CAST(n % 60 AS INTEGER), n FROM range(200) t(n)""")
    out = tmp_path / "layer"
    done = nlq("model", "draft", "--from", f"duckdb:///{path}", "--schema", "marts", "--out", out, "--policy", "shared")
    assert done.returncode == 0, done.stderr
    metrics = (out / "metrics.yml").read_text()
    assert "table: orders" in metrics


OFF = """
semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: day}
    entities: [{name: order, type: primary, expr: id}]
    dimensions: [{name: day, type: time, type_params: {time_granularity: day}}, {name: state, type: categorical, expr: customers.state}]
    measures:
      - {name: amount, agg: sum, create_metric: true}
      - {name: level, agg: average, create_metric: true, non_additive_dimension: {name: day, window_choice: max}}
  - name: gone
    config: {enabled: false}
    model: ref('gone')
    entities: [{name: gone, type: primary, expr: id}]
metrics:
  - {name: off, label: Off, type: simple, type_params: {measure: amount}, config: {enabled: false}}
"""


def test_what_is_switched_off_is_not_read_and_anothers_column_is_listed(nlq, tmp_path):
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: small\nmodel-paths: [models]\n")
    (project / "models" / "s.yml").write_text(OFF)
    out = tmp_path / "small"
    done = nlq("model", "import", project, "--from", "dbt", "--out", out, "--policy", "shared", "--format", "json")
    assert done.returncode == 0, done.stderr
    written = "".join(path.read_text() for path in out.glob("*.yml"))
    assert "name: gone" not in written
    assert "name: off" not in written
    issues = {(one["code"], one["where"]) for one in json.loads(done.stdout)["issues"]}
    assert any(code == "expression" and "state" in where for code, where in issues)
    assert ("aggregation", "metric level") in {
        (code, where.partition(": ")[2]) for code, where in issues
    }  # it had broken all of the model


HOPS = """
semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: day}
    entities: [{name: order, type: primary, expr: id}, {name: account, type: foreign, expr: account_id}]
    dimensions: [{name: day, type: time, type_params: {time_granularity: day}}]
    measures: [{name: amount, agg: sum, create_metric: true}]
  - name: accounts
    model: ref('accounts')
    entities: [{name: account, type: primary, expr: id}, {name: region, type: foreign, expr: region_id}]
  - name: regions
    model: ref('regions')
    entities: [{name: region, type: primary, expr: id}, {name: country, type: foreign, expr: country_id}]
    dimensions: [{name: climate, type: categorical}]
metrics: []
"""


def test_entities_two_joins_away_are_carried(tmp_path, home):
    project, path = tmp_path / "project", tmp_path / "hops.duckdb"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: hops\nmodel-paths: [models]\n")
    (project / "models" / "s.yml").write_text(HOPS)
    with connect(str(path)) as connection:
        connection.execute("""CREATE TABLE orders AS SELECT i AS id, i % 7 AS account_id, DATE '2025-01-01' + (i % 90)::INTEGER AS day, i::DECIMAL(12, 2) AS amount FROM range(200) t(i);
            CREATE TABLE accounts AS SELECT i AS id, i % 4 AS region_id FROM range(6) t(i);
            CREATE TABLE regions AS SELECT i AS id, i % 2 + 10 AS country_id, 'c' || i % 3 AS climate FROM range(4) t(i)""")
        countries = """SELECT country_id, sum(amount) FROM orders LEFT JOIN accounts ON accounts.id = account_id
            LEFT JOIN regions ON regions.id = region_id GROUP BY 1"""
        expected = connection.execute(countries).fetchall()
    env, out = {**home, "NLQ_DUCKDB_PATH": str(path)}, tmp_path / "layer"

    def run(*arguments):
        return subprocess.run(
            [NLQ, *map(str, arguments)], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    done = run("model", "import", project, "--from", "dbt", "--out", out, "--data", path, "--policy", "shared")
    assert done.returncode == 0, done.stderr
    (out / "nlq.toml").write_text(lakeside.SETTINGS.format(path=path), encoding="utf-8")
    answer = json.loads(run("query", json.dumps({"metrics": ["amount"], "dimensions": ["account__region__country"]}), "--format", "json",
                            "--config", out / "nlq.toml").stdout)  # fmt: skip
    assert sorted(answer["rows"], key=repr) == sorted(
        [[country, float(amount)] for country, amount in expected], key=repr
    )


COUNTED_BY_A_COMPUTED_DAY = """
name: night
tables:
  - name: rides
    base_table: {database: d, schema: main, table: rides}
    primary_key: {columns: [id]}
    time_dimensions:
      - {name: service_day, expr: CAST(left_at AS DATE) - 1, data_type: DATE}
      - {name: booked_on, expr: booked_on, data_type: DATE}
    facts: [{name: fare, expr: fare, data_type: "NUMBER(12,2)"}]
    metrics:
      - {name: fares, expr: SUM(rides.fare)}
      - {name: last_left, expr: MAX(rides.left_at)}
"""


def test_the_day_that_rows_count_by_may_be_computed(tmp_path, home):
    """The next plain date had been taken in its place, unsaid; and that a moment is shown as its day is said."""
    path, layer = tmp_path / "night.duckdb", tmp_path / "model.yaml"
    layer.write_text(COUNTED_BY_A_COMPUTED_DAY)
    with connect(str(path)) as connection:
        connection.execute("""CREATE TABLE rides AS SELECT i AS id, TIMESTAMP '2025-01-01 02:00:00' + INTERVAL (i * 7) HOUR AS left_at,
            DATE '2024-12-01' + (i % 9)::INTEGER AS booked_on, (i % 5)::DECIMAL(12, 2) AS fare FROM range(60) t(i)""")
        expected = connection.execute(
            "SELECT (left_at::DATE - 1)::VARCHAR, sum(fare)::DOUBLE FROM rides GROUP BY 1 ORDER BY 1"
        ).fetchall()
    env, out = {**home, "NLQ_DUCKDB_PATH": str(path)}, tmp_path / "layer"

    def run(*arguments):
        return subprocess.run(
            [NLQ, *map(str, arguments)], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    done = run(
        "model",
        "import",
        layer,
        "--from",
        "snowflake",
        "--out",
        out,
        "--data",
        path,
        "--policy",
        "shared",
        "--format",
        "json",
    )
    assert done.returncode == 0, done.stderr
    assert ("otherwise", "metric last_left") in {
        (one["code"], one["where"]) for one in json.loads(done.stdout)["issues"]
    }
    (out / "nlq.toml").write_text(lakeside.SETTINGS.format(path=path), encoding="utf-8")
    query = json.dumps({"metrics": ["fares"], "dimensions": ["date.day"]})
    answer = json.loads(run("query", query, "--format", "json", "--config", out / "nlq.toml").stdout)
    assert [tuple(row) for row in answer["rows"]] == expected


def test_sql_of_other_formats_is_theirs(nlq, tmp_path):
    source = lakeside.PLACE.parent / "snowflake" / "model.yaml"
    done = nlq("model", "import", source, "--from", "snowflake", "--sql", "duckdb", "--out", tmp_path / "x")
    assert (done.returncode, "--sql" in done.stderr) == (2, True)

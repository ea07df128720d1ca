"""`nlq model check` over a small database that nlq did not build: what the data shows is told with its place in the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nlq.drivers.duckdb import connect

NLQ = str(Path(sys.executable).with_name("nlq"))
MODEL = """model: {name: small, description: small, schema: s, timezone: UTC, default_period: last 30 days, default_metric: amount}
tables:
  - {name: orders, description: orders, grain: one, key: [id], time: day, policy: shared,
     columns: {id: {type: integer}, day: {type: date}, amount: {type: decimal}, emp: {type: integer}}}
  - {name: days, description: days, grain: one, key: [day], policy: shared, columns: {day: {type: date}, fq: {type: date}}}
  - {name: emp, description: people, grain: one, key: [id], policy: shared, columns: {id: {type: integer}, name: {type: string}}}
dimensions:
  - {name: date, label: Date, description: the day, time: true, table: days, column: day, grains: {fiscal: fq}}
  - {name: emp, label: Person, description: who, table: emp, key: [id], id: id, show: name}
metrics:
  - {name: amount, label: Amount, description: pesos, unit: PHP, agg: {function: sum, table: orders, column: amount}}
"""
SOUND = """CREATE SCHEMA s; CREATE TABLE s.orders AS SELECT 1 AS id, DATE '2025-01-01' AS day, 5::DECIMAL(12, 2) AS amount, 1 AS emp;
CREATE TABLE s.days AS SELECT DATE '2025-01-01' AS day, DATE '2025-01-01' AS fq; CREATE TABLE s.emp AS SELECT 1 AS id, 'A' AS name;"""


@pytest.fixture
def check(tmp_path, home):
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "model.yml").write_text(MODEL)
    (tmp_path / "nlq.toml").write_text('demo = true\nsemantic_layer = "layer"\nduckdb_path = "d.duckdb"\n')

    def run(spoil=""):
        with connect() as connection:
            connection.execute(f"ATTACH '{tmp_path / 'd.duckdb'}' AS d; USE d; {SOUND} {spoil}")
        return subprocess.run(
            [NLQ, "model", "check"],
            env={**home, "NLQ_DUCKDB_PATH": str(tmp_path / "d.duckdb")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_sound_one_has_no_problems(check):
    done = check()
    assert (done.returncode, "no problems" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("spoil", "said", "place"),
    [
        ("INSERT INTO s.days SELECT * FROM s.days", '1 keys of "days" stand in several rows', "model.yml:5:5"),
        ("INSERT INTO s.emp VALUES (1, 'B')", '1 keys of "emp" stand in several rows', "model.yml:6:5"),
        ("ALTER TABLE s.orders DROP COLUMN emp", 'the column "emp" is not in the database', "model.yml:4:81"),
        ("ALTER TABLE s.orders ALTER amount TYPE VARCHAR", 'the column "amount" is VARCHAR', "model.yml:4:56"),
    ],
)
def test_what_the_data_shows_is_told_with_its_place(check, spoil, said, place):
    """Days and people are joined nowhere by the model, and every sum by them would double."""
    done = check(spoil)
    assert done.returncode == 2
    assert said in done.stderr
    assert place in done.stderr


def test_days_that_the_calendar_lacks_are_noted(check):
    done = check("INSERT INTO s.orders VALUES (2, '2025-03-01', 1, 1)")
    assert done.returncode == 0
    assert "1 days of orders are not in the calendar days" in done.stdout + done.stderr


LATE = """  - {name: late, label: Late, description: the last day, unit: %s, agg: {function: max, table: orders, column: day}}
"""


@pytest.mark.parametrize(
    ("more", "said", "place"),
    [
        ('filters: [{name: early, label: Early, description: early, where: [{field: date.dya, op: "=", values: [1]}]}]', 'the filter "early" cannot be asked', "model.yml:12:11"),
        ('filters: [{name: hers, label: Hers, description: hers, where: [{field: day, op: "=", values: [x]}]}]', "day", "model.yml:12:11"),
        ("verified: [{question: How much?, by: me, query: {metrics: [amont]}}]", 'the verified question "How much?" cannot be asked', "model.yml:12:12"),
        (LATE % "count", '"late" is a date, and its unit count', "model.yml:12:5"),
        (LATE % "date" + "  - {name: later, label: L, description: l, unit: count, derived: {expr: late + 1}}", "later computes with late, which is a date", "model.yml:13:5"),
        ("  - {name: day_sum, label: D, description: d, unit: date, agg: {function: sum, table: orders, column: amount}}", '"day_sum" is no date', "model.yml:12:5"),
        ("  - {name: place, label: P, description: p, unit: count, rank: {of: amount, within: [nothing]}}", 'the field "nothing"', "model.yml:12:5"),
        (("  - {name: place, label: P, description: p, unit: count, rank: {of: amount}}\n"
         "  - {name: placed, label: P, description: p, unit: ratio, ratio: [amount, place]}"), '"placed" is made of the rank "place"', "model.yml:13:5"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_found(check, tmp_path, more, said, place):
    (tmp_path / "layer" / "model.yml").write_text(MODEL + more + "\n")
    done = check()
    assert (done.returncode, said in done.stderr, place in done.stderr) == (2, True, True), done.stderr


def test_words_that_a_metric_shares_with_another_dimension_are_noted(check, tmp_path):
    """How many there are of a thing may be called as the thing."""
    shared = MODEL.replace("show: name}", "show: name, synonyms: {en: [people, takings]}}").replace(
        "column: amount}}",
        "column: amount}, synonyms: {en: [takings]}}\n"
        "  - {name: people, label: People, description: how many, unit: count, agg: {function: count, table: emp}}",
    )
    (tmp_path / "layer" / "model.yml").write_text(shared)
    done = check()
    assert done.returncode == 0, done.stderr
    assert (
        '"takings" means the metric amount and the dimension emp, in questions such as "takings last month"'
        in done.stdout
    )
    assert '"people" means' not in done.stdout


TWOFOLD = MODEL.replace("dimensions:\n", """  - {name: daily, description: sums, grain: a day, key: [day], time: day, policy: shared,
     columns: {day: {type: date}, total: {type: decimal}}}
  - {name: lines, description: lines, grain: one, key: [id], time: day, policy: shared,
     columns: {id: {type: integer}, order_id: {type: integer}, day: {type: date}, value: {type: decimal}}}
rollups: [{table: daily, of: orders, time: {column: day, grain: day}, keeps: [day], measures: {amount: total}}]
dimensions:
""", 1).replace("column: amount}}", """column: amount}, same_as: line_amount}
  - {name: line_amount, label: Lines, description: pesos by line, unit: PHP, agg: {function: sum, table: lines, column: value}}""")  # fmt: skip
DAILY = "CREATE TABLE s.daily AS SELECT DATE '2025-01-01' AS day, {}::DECIMAL(12, 2) AS total;"
LINES = "CREATE TABLE s.lines AS SELECT 1 AS id, 1 AS order_id, DATE '2025-01-01' AS day, {}::DECIMAL(12, 2) AS value;"


@pytest.fixture
def twofold(check, tmp_path, home):
    """Checks the same with sums of the orders and with their lines, as somebody whom the deployment knows may see them."""
    (tmp_path / "layer" / "model.yml").write_text(TWOFOLD)
    (tmp_path / "nlq.toml").write_text(
        'demo = true\nsemantic_layer = "layer"\nduckdb_path = "d.duckdb"\n[principals.a]\nsub = "a"\norg_id = "x"\nregions = "*"\n'
    )
    env = {**home, "NLQ_DUCKDB_PATH": str(tmp_path / "d.duckdb")}

    def run(spoil):
        checked = check(spoil)
        verified = subprocess.run(
            [NLQ, "rollup", "verify"], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return checked, verified

    return run


def test_a_rollup_of_other_peoples_data_is_compared_and_named_as_unused(twofold):
    checked, verified = twofold(DAILY.format(5) + LINES.format(5))
    unused = "no question is answered from daily"
    assert (checked.returncode, unused in checked.stdout + checked.stderr) == (0, True), checked.stderr
    assert (verified.returncode, unused in verified.stdout, "in all for a, 1 groups, equal" in verified.stdout) == (
        0,
        True,
        True,
    )


def test_a_rollup_of_other_peoples_data_that_does_not_add_up_is_found(twofold):
    checked, verified = twofold(DAILY.format(7) + LINES.format(5))
    said = "daily does not add up to amount by date.day for a: 2025-01-01: 7.00, and from base rows 5.00"
    assert (checked.returncode, said in checked.stderr, "model.yml:11:11" in checked.stderr) == (2, True, True), (
        checked.stderr
    )
    assert (verified.returncode, said in verified.stderr) == (1, True)


def test_a_rollup_without_rows_is_named(twofold):
    _, verified = twofold(DAILY.format(7) + LINES.format(5) + "DELETE FROM s.daily;")
    assert (verified.returncode, "daily was not compared" in verified.stdout) == (0, True), verified.stderr


def test_equivalents_that_do_not_agree_are_found(twofold):
    checked, _ = twofold(DAILY.format(5) + LINES.format(4))
    assert checked.returncode == 2
    assert (
        '"amount" and "line_amount" do not agree in all for a: in all: 5.00, and as line_amount 4.00' in checked.stderr
    )
    assert "model.yml:16:5" in checked.stderr

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


def test_a_rollup_that_is_not_looked_at_is_named(check, tmp_path, home):
    """It is off by two, and no question is answered from it: nobody may take silence for agreement."""
    layer = tmp_path / "layer" / "model.yml"
    layer.write_text(MODEL.replace("dimensions:\n", """  - {name: daily, description: sums, grain: a day, key: [day], time: day, policy: shared,
     columns: {day: {type: date}, total: {type: decimal}}}
rollups: [{table: daily, of: orders, time: {column: day, grain: day}, keeps: [day], measures: {amount: total}}]
dimensions:
""", 1))  # fmt: skip
    (tmp_path / "nlq.toml").write_text(
        'demo = true\nsemantic_layer = "layer"\nduckdb_path = "d.duckdb"\ndefault_principal = "a"\n'
        '[principals.a]\nsub = "a"\norg_id = "x"\nregions = "*"\n'
    )
    done = check("CREATE TABLE s.daily AS SELECT DATE '2025-01-01' AS day, 7::DECIMAL(12, 2) AS total")
    assert done.returncode == 0, done.stderr
    assert "daily was not compared" in done.stdout + done.stderr
    env = {**home, "NLQ_DUCKDB_PATH": str(tmp_path / "d.duckdb")}
    verified = subprocess.run(
        [NLQ, "rollup", "verify"], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (verified.returncode, "daily was not compared" in verified.stdout) == (0, True), verified.stderr

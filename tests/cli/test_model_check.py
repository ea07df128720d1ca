"""`nlq model check` and `nlq rollup verify` find what is wrong, in files and in data, and say where and what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

from nlq.drivers.duckdb import connect
from nlq.warehouse.tpch import build

NLQ = str(Path(sys.executable).with_name("nlq"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("tpch") / "tpch.duckdb"
    build(path, scale=0.002)
    return path


@pytest.fixture
def place(tmp_path, data, home):
    """A copy of the second model and its data, to be spoiled; gives the model's file, the data's, and a way to run nlq."""
    layer = tmp_path / "layer"
    shutil.copytree(ROOT / "semantic_layer" / "tpch", layer)
    path = tmp_path / "tpch.duckdb"
    shutil.copy(data, path)

    def run(*arguments):
        env = {**home, "NLQ_DUCKDB_PATH": str(path)}
        return subprocess.run([NLQ, *arguments, "--config", str(layer / "nlq.toml")], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip

    return layer / "model.yml", path, run


def spoil(path, statement):
    with connect() as connection:
        connection.execute(f"ATTACH '{path}' AS spoiled")
        connection.execute("USE spoiled.tpch")
        connection.execute(statement)


def test_a_sound_model_has_no_problems(place):
    _, _, run = place
    done = run("model", "check")
    assert (done.returncode, "no problems" in done.stdout) == (0, True), done.stderr
    assert run("rollup", "verify").returncode == 0
    assert "holds" in run("model", "verify").stdout


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("p_size: {type: integer}", "p_size: {type: string}", "p_size"),
        ("l_shipmode: {type: string}", "l_shipmode: {type: string}\n      l_shipvia: {type: string}", "l_shipvia"),
        ("gross_revenue - revenue}", "gross_revenue - discount_given}", "discount_given > discount_given"),
        ("gross_revenue - revenue}", "gross_revenue - sum(revenue)}", "SUM(revenue)"),
        ("gross_revenue - revenue}", "gross_revenue - revenu}", 'did you mean "revenue"'),
        ("expr: l_extendedprice * (1 - l_discount)", "expr: l_extendedprice * (SELECT 1)", "not allowed"),
        ("{of: revenue, to_date: year}", "{of: revenue, to_date: year, running: true}", "exactly one of"),
        (
            "{function: median, table: lineitem, column: net}",
            "{function: median, table: lineitem, column: late}",
            "which is string",
        ),
        ("edges: [11, 26, 41]", "edges: [26, 11, 41]", "rise"),
        (
            "  - {from: order_day, to: customer_nation",
            "  - {from: lineitem, to: customer, on: {l_suppkey: c_custkey}}\n  - {from: order_day, to: customer_nation",
            None,
        ),
        (
            "  - {from: order_day, to: customer_nation",
            "  - {from: part, to: supplier_region, on: {p_size: r_regionkey}}\n  - {from: order_day, to: customer_nation",
            None,
        ),
        (
            "  - {from: order_day, to: customer_nation",
            "  - {from: part, to: supplier_nation, on: {p_size: n_nationkey}}\n  - {from: order_day, to: customer_nation",
            "in 2 ways",
        ),
        ("timezone: UTC", "timezone: Utcc", "no time zone"),
        ("second_metric: orders", "second_metric: ordrs", 'did you mean "orders"'),
        ("    type: date\n", "    type: date\n    time: true\n", "`time: true`"),
        ("parent: customer_region", "parent: customer", "is its own parent: customer > customer_nation > customer"),
        (
            "o_custkey: {type: integer}",
            "o_custkey: {type: string}",
            "compares o_custkey, which is string, with c_custkey, which is integer",
        ),
    ],
)
def test_what_is_wrong_in_the_files_is_found(place, before, after, said):
    file, _, run = place
    text = file.read_text(encoding="utf-8")
    assert text.count(before) >= 1
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    done = run("model", "check")
    if said is None:  # longer ways than the shortest are no choice
        assert "ways" not in done.stderr
        return
    assert done.returncode == 2
    assert said in done.stderr, done.stderr
    assert "fix" in done.stderr


def test_words_for_two_things_are_told_with_the_questions_that_hold_them(place):
    file, _, run = place
    head, metrics = file.read_text(encoding="utf-8").split("\nmetrics:\n")
    lines = metrics.splitlines()
    for place_of in [n for n, line in enumerate(lines) if line.strip().startswith("synonyms:")][:2]:
        lines[place_of] = "    synonyms: {en: [takings]}"
    file.write_text(head + "\nmetrics:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    done = run("model", "check")
    assert done.returncode == 2
    assert '"takings" means' in done.stderr
    assert 'in questions such as "takings last month"' in done.stderr


def test_a_join_that_is_not_unique_on_its_one_side_is_found(place):
    _, path, run = place
    spoil(path, "INSERT INTO supplier SELECT * FROM supplier LIMIT 2")
    done = run("model", "check")
    assert done.returncode == 2
    assert '2 keys of "supplier"' in done.stderr


def test_a_rollup_that_does_not_add_up_is_found(place):
    _, path, run = place
    spoil(path, "UPDATE order_day SET orders = orders + 1 WHERE day BETWEEN DATE '1998-06-01' AND DATE '1998-06-30'")
    done = run("model", "check")
    assert done.returncode == 2
    assert "order_day does not add up to orders" in done.stderr
    assert run("rollup", "verify").returncode == 1


def test_a_promise_that_is_not_kept_is_told(place):
    file, _, run = place
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("    time: o_orderdate\n", "    time: o_orderdate\n    fresh_within: 2 days\n", 1),
        encoding="utf-8",
    )
    done = run("query", '{"metrics": ["buyers"]}', "--format", "json")
    assert "promised to be no older than 2 days" in done.stdout

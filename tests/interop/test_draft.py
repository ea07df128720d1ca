"""`nlq model draft`: a first model of the demo's database, with no edit, answers the demo's questions or says that it cannot.

The questions and their SQL are those of tests/questions, written before there was a draft. What the draft does not know (names of
regions, "basket", brands of a sale's total) is declined; what it answers is right.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from helpers import ROOT

from nlq.drivers.duckdb import connect

sys.path.insert(0, str(ROOT / "tests" / "questions"))
from test_questions import ANSWERED, agree

NLQ = str(Path(sys.executable).with_name("nlq"))
EASY = """
total sales last month
total transactions yesterday
sales by store type this month
transactions by payment method last month
top 5 stores
how many stores do we have
how many customers do we have
number of stores per store type
weekend sales last month
gcash transactions this month
units sold last month
revenue per store last month
monthly revenue this year
sales growth last month
""".strip().splitlines()


@pytest.fixture(scope="module")
def drafted(warehouse, home, tmp_path_factory):
    """The draft's folder, and what the command said."""
    out = tmp_path_factory.mktemp("draft") / "layer"
    done = subprocess.run(
        [NLQ, "model", "draft", "--from", str(warehouse), "--schema", "scout", "--out", str(out), "--tenant", "org_id", "--regions", "region",
         "--policy", "shared", "--currency", "PHP", "--timezone", "Asia/Manila", "--format", "json"],
        env=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout)


@pytest.fixture(scope="module")
def over_draft(drafted, home):
    """An assistant that has nothing but the draft."""
    from nlq.api import Assistant, SyncAssistant
    from nlq.settings import load

    before = dict(os.environ)
    os.environ.update({name: home[name] for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")})
    env = {"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"], "NLQ_SEMANTIC_LAYER": str(drafted[0])}
    with SyncAssistant(Assistant(load(ROOT / "nlq.toml", env=env), blocking=True)) as opened:
        yield opened
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def region_names(warehouse):
    with connect() as connection:
        connection.execute(f"ATTACH '{warehouse}' AS demo (READ_ONLY)")
        yield dict(connection.execute("SELECT region_code, region_name FROM demo.scout.regions").fetchall())


def test_no_question_is_answered_wrong_and_most_are_answered(over_draft, raw, region_names):
    right, wrong = [], []
    for case in ANSWERED:
        answer = over_draft.ask(case["question"], over_draft.settings.principal(case["as"]))
        if answer.status != "answered":
            continue
        # The draft shows a region by its name, the model that people wrote by its code.
        expected = [tuple(region_names.get(cell, cell) if isinstance(cell, str) else cell for cell in row) for row in raw.execute(case["sql"]).fetchall()]  # fmt: skip
        (right if agree(answer.rows, expected, ordered=case["ordered"]) else wrong).append(case["question"])
    assert not wrong
    assert len(right) >= 90


@pytest.mark.parametrize("question", EASY)
def test_the_easy_questions_are_answered_as_the_demos_own_model_answers_them(over_draft, assistant, question):
    mine = over_draft.ask(question, over_draft.settings.principal(None))
    theirs = assistant.ask(question, assistant.settings.principal(None))
    assert (mine.status, theirs.status) == ("answered", "answered"), mine.text

    def plain(rows):
        return sorted([float(cell) if isinstance(cell, (int, float, Decimal)) else str(cell) for cell in row] for row in rows)  # fmt: skip

    for row, other in zip(plain(mine.rows), plain(theirs.rows), strict=True):
        assert row == pytest.approx(other) if all(isinstance(cell, float) for cell in row) else agree([row], [other], ordered=True)  # fmt: skip


def test_an_asker_with_regions_sees_no_others_through_a_draft(over_draft):
    answer = over_draft.ask("sales by store last month", over_draft.settings.principal("ncr-analyst@tingi"))
    whole = over_draft.ask("sales by store in ncr last month", over_draft.settings.principal("analyst@tingi"))
    assert answer.status == "answered"
    assert sorted(map(str, answer.rows)) == sorted(map(str, whole.rows))


def test_the_draft_is_sound_and_its_rollups_add_up(drafted, home):
    env = {**home, "NLQ_SEMANTIC_LAYER": str(drafted[0])}
    checked = subprocess.run([NLQ, "model", "check", "--config", str(ROOT / "nlq.toml")], env=env, capture_output=True, text=True, check=False)  # fmt: skip
    assert (checked.returncode, "no problems" in checked.stdout) == (0, True), checked.stderr
    verified = subprocess.run([NLQ, "rollup", "verify", "--config", str(ROOT / "nlq.toml")], env=env, capture_output=True, text=True, check=False)  # fmt: skip
    assert verified.returncode == 0, verified.stderr


def test_what_was_found_and_what_was_guessed(drafted):
    out, said = drafted
    content = {}
    for path in out.glob("*.yml"):
        content |= yaml.safe_load(path.read_text(encoding="utf-8"))
    tables = {one["name"]: one for one in content["tables"]}
    assert tables["dim_store"]["key"] == ["org_id", "store_id"]
    assert "review" not in tables["dim_product"]  # its key is a constraint
    assert tables["silver_transactions_cleaned"]["review"] is True
    assert tables["dim_customer"]["columns"]["phone"]["mask"] == "redact"
    dimensions = {one["name"]: one for one in content["dimensions"]}
    assert (dimensions["city"]["parent"], dimensions["province"]["parent"]) == ("province", "region")
    assert all(one.get("review") for one in content["metrics"])
    rollups = {one["table"]: one["measures"] for one in content["rollups"]}
    assert rollups["gold_daily_aggregates"] == {
        "peso_value": "daily_revenue",
        "transactions": "transactions",
        "basket_size": "items",
    }
    left = {one["where"].removeprefix("table ") for one in said["issues"] if one["code"] == "left_out"}
    assert {"bronze_transactions_raw", "platinum_executive_summary", "gold_product_daily"} <= left


def test_a_region_that_nobody_named_leaves_a_table_closed(warehouse, home, tmp_path):
    done = subprocess.run([NLQ, "model", "draft", "--from", str(warehouse), "--schema", "scout", "--out", str(tmp_path / "a"), "--tenant", "org_id"],
                          env=home, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "it has a column region: say --regions region" in done.stdout

"""`nlq policy test`: what a model says of its own policies, tried; a policy that is lost makes it fail."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers import ROOT

NLQ = str(Path(sys.executable).with_name("nlq"))


@pytest.fixture
def place(tmp_path, home):
    """A copy of the demo's model, to be spoiled; gives its folder, and a way to run the tests of its policies."""
    layer = tmp_path / "scout"
    shutil.copytree(ROOT / "semantic_layer" / "scout", layer)
    shutil.copytree(ROOT / "semantic_layer" / "regions", tmp_path / "regions")

    def run(*arguments):
        env = {**home, "NLQ_SEMANTIC_LAYER": str(layer)}
        command = [NLQ, "policy", "test", "--config", str(ROOT / "nlq.toml"), *arguments]
        return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

    return layer, run


def rewrite(layer, tests):
    (layer / "policies.yml").write_text(yaml.safe_dump({"policy_tests": tests}), encoding="utf-8")


def test_the_demos_policies_hold(place):
    _, run = place
    done = run("--format", "json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert len(told) >= 10
    assert all(one["holds"] for one in told)


@pytest.mark.parametrize(
    ("before", "after", "fails"),
    [
        ("mask: redact", "mask: last4", "names of customers are hidden"),
        ("org_id: {column: org_id}", "org_id: {not_applicable: lost}", "sees no other's stores"),
        ("regions: {column: region}", "regions: {not_applicable: lost}", "sees stores of one region"),
    ],
)
def test_a_policy_that_is_lost_is_seen(place, before, after, fails):
    layer, run = place
    path = layer / "tables.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    done = run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(line.startswith("fails") and fails in line for line in done.stdout.splitlines()), done.stdout


ANALYST = {"org_id": "tingi", "regions": "*"}


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"sql": "SELECT 1 AS one", "gives": [[2]]}, "there is no row (2,); there is a row (1,)"),
        ({"sql": "SELECT region FROM dim_store GROUP BY region LIMIT 2", "rows": 3}, "2 rows, and 3 were to be"),
        ({"sql": "SELECT 1 AS one", "refused": True}, "it was not refused: answered with 1 rows"),
        ({"sql": "SELECT 1 AS one FROM nowhere", "gives": [[1]]}, "declined"),
        ({"query": {"metrics": ["nothing"]}, "rows": 1}, "it could not be asked"),
        ({"query": {"metrics": ["no_such"]}, "refused": True}, "it could not be asked"),
        ({"sql": "SELECT 1 AS one, 'a' AS a, true AS yes, DATE '2026-01-01' AS day", "gives": [[1.0, "a", True, "2026-01-01"]]}, ""),
        ({"sql": "SELECT 1 AS one", "gives": [[True]]}, "there is no row (True,)"),
    ],
)  # fmt: skip
def test_how_a_test_fails_is_said(place, test, said):
    layer, run = place
    rewrite(layer, [{"test": "it", "as": ANALYST, **test}])
    done = run()
    assert (done.returncode, said in done.stdout) == (1 if said else 0, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"sql": "SELECT 1 AS one"}, "exactly one of gives, rows and refused"),
        ({"sql": "SELECT 1 AS one", "rows": 1, "refused": True}, "exactly one of gives, rows and refused"),
        ({"rows": 1}, "a query or SQL"),
        ({"sql": "SELECT 1", "rows": 1, "as": {"org_id": "x", "role": "pii"}}, "role"),
    ],
)
def test_a_test_that_says_nothing_is_a_mistake_of_the_model(place, test, said):
    layer, run = place
    rewrite(layer, [{"test": "it", "as": ANALYST, **test}])
    done = run()
    assert (done.returncode, said in done.stderr, "policies.yml:" in done.stderr) == (2, True, True), done.stderr


def test_a_model_without_tests_says_so(place):
    layer, run = place
    (layer / "policies.yml").unlink()
    done = run()
    assert (done.returncode, "no policy tests" in done.stdout) == (0, True)


def test_rows_are_told_of_in_a_demo_alone(home):
    """Where askers come from tokens, a test that fails does not show somebody's rows to who runs it."""
    from dataclasses import replace

    from nlq.api import Assistant, SyncAssistant
    from nlq.evals.policy_tests import run
    from nlq.semantics.model import Asker, PolicyTest
    from nlq.settings import load

    settings = load(ROOT / "nlq.toml", env={"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"]})
    test = PolicyTest(
        test="it",
        as_=Asker(org_id="tingi", regions="*"),
        sql="SELECT min(store_name) AS name FROM dim_store",
        gives=(("x",),),
    )
    said = []
    for demo in (True, False):
        inner = Assistant(replace(settings, demo=demo, development=False), blocking=True)
        inner.model = replace(inner.model, policy_tests=(test,))
        with SyncAssistant(inner) as assistant:
            said += [one.problem for one in run(assistant)]
    assert "there is a row ('" in said[0]
    assert said[1] == "1 rows, which are not those that were to be"

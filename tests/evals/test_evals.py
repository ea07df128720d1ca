"""Evaluation runs: the gate holds, verdicts are what they say, reports show text as text."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from helpers import ROOT
from judged import answer, case

from nlq.errors import BadRequest
from nlq.evals import cases, page
from nlq.evals.run import Outcome, broken, run
from nlq.evals.score import agree, judge
from nlq.evals.stats import summary

NLQ = str(Path(sys.executable).parent / "nlq")
SET = ROOT / "evals" / "scout"


def test_the_set_keeps_its_gate(home, tmp_path):
    done = subprocess.run([NLQ, "eval", "run", str(SET), "--gate", str(SET / "gate.toml"), "--out", str(tmp_path)],
                          check=False, cwd=ROOT, env=home, capture_output=True, text=True, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["cases"] == len(found["outcomes"]) >= 80
    assert {one["language"] for one in found["outcomes"]} >= {"en", "fil", "ceb"}
    assert {one["expect"] for one in found["outcomes"]} >= {"answered", "clarify", "declined"}
    assert sum(found["verdicts"].values()) == found["counted"]
    assert all(one["id"] in (tmp_path / "report.html").read_text() for one in found["outcomes"])


@pytest.mark.parametrize("planner", ["model", "both"])
def test_recorded_replies_keep_their_gate(home, planner):
    folder = ROOT / "evals" / "replayed"
    done = subprocess.run([NLQ, "eval", "run", str(folder), "--gate", str(folder / "gate.toml"), "--planner", planner], check=False,
                          cwd=ROOT, env={**home, "NLQ_MODEL": f"replay:{folder / 'replies'}"}, capture_output=True, text=True,
                          timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    languages = [one.language for one in cases.read(folder)]
    assert len(languages) >= 20
    assert set(languages) == {"en", "fil", "ceb"}


def test_a_stale_recording_stops_the_run_and_names_the_command(home, tmp_path):
    one = tmp_path / "cases.yaml"
    one.write_text(
        "- {id: a, question: benta kahapon, language: fil, family: x, as: analyst@tingi, expect: declined}\n"
    )
    replies = ROOT / "evals" / "replayed" / "replies"
    done = subprocess.run([NLQ, "eval", "run", str(one), "--planner", "model"], check=False, cwd=ROOT,
                          env={**home, "NLQ_MODEL": f"replay:{replies}"}, capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 2
    assert "stale" in done.stderr
    assert "NLQ_MODEL_RECORD=" in done.stderr


def test_a_gate_that_does_not_hold_fails(home, tmp_path):
    gate, one = tmp_path / "gate.toml", tmp_path / "cases.yaml"
    gate.write_text("[all]\nat_least = { right = 2 }\n")
    one.write_text(
        yaml.safe_dump(
            [
                {
                    "id": "a",
                    "question": "write a poem",
                    "language": "en",
                    "family": "x",
                    "as": "analyst@tingi",
                    "expect": "declined",
                }
            ]
        )
    )
    done = subprocess.run([NLQ, "eval", "run", str(one), "--gate", str(gate), "--format", "json"], check=False, cwd=ROOT, env=home,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdicts"]["right"] == 1
    assert "at least 2" in done.stderr


@pytest.mark.parametrize(("expected", "given", "verdict"), [
    (case("answered", sql="x"), answer("answered", [(1,)]), "right"), (case("answered", sql="x"), answer("answered", [(2,)]), "wrong"),
    (case("answered", sql="x"), answer("answered"), "wrong"), (case("answered", sql="x"), answer("clarify"), "asked"),
    (case("answered", sql="x"), answer("declined", code="out_of_scope"), "declined"), (case("answered", sql="x"), answer("failed", code="timeout"), "failed"),
    (case("clarify"), answer("clarify"), "right"), (case("clarify"), answer("answered", [(1,)]), "wrong"),
    (case("clarify"), answer("declined", code="no_metric"), "declined"), (case("declined"), answer("answered", [(1,)]), "wrong"),
    (case("declined"), answer("declined", code="no_metric"), "right"), (case("declined"), answer("clarify"), "asked"),
    (case("declined", code=("not_permitted",)), answer("declined", code="no_metric"), "declined"), (case("declined"), answer("failed", code="timeout"), "failed"),
])  # fmt: skip
def test_verdicts(expected, given, verdict):
    rows = [(1,)] if expected.expect == "answered" else None
    assert judge(expected, given, rows) == verdict


@pytest.mark.parametrize(("rows", "expected", "ordered", "fits"), [
    ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)], False, True), ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)], True, False),
    ([(Decimal("1.10"),)], [(Decimal("1.1"),)], True, True), ([(0.1 + 0.2,)], [(0.3,)], True, True), ([(0.3001,)], [(0.3,)], True, False),
    ([("a", 5, 0.5)], [("a", 0.5)], True, True), ([("a", 5)], [("a", 5, 0.5)], True, False), ([(0.5, "a")], [("a", 0.5)], True, False),
    ([("NCR", 1), ("Cebu", 2)], [("cebu", 2), ("ncr", 1)], False, True), ([("NCR", 1)], [("CAR", 1)], False, False),
    ([(None,)], [(0,)], True, False), ([(None,)], [(None,)], True, True), ([(True,)], [(1,)], True, True),
    ([(date(2026, 1, 1),)], [(datetime(2026, 1, 1),)], True, True), ([], [], True, True), ([], [(1,)], False, False),  # noqa: DTZ001
])  # fmt: skip
def test_agreement_of_rows(rows, expected, ordered, fits):
    assert agree(rows, expected, ordered=ordered) is fits


@pytest.mark.parametrize("text", [
    "- {id: a}", "- {id: a, question: q, language: en, family: f, as: x, expect: maybe}", "- 3", "[", "{}",
    "- {id: a, question: q, language: en, family: f, as: x, expect: answered}", "- {id: a, question: q, language: xx, family: f, as: x, expect: declined}",
    "- {id: a, question: q, language: en, family: f, as: x, expect: declined, colour: red}",
    "- {id: a, question: q, language: en, family: f, as: x, expect: declined}\n- {id: a, question: q, language: en, family: f, as: x, expect: declined}",
])  # fmt: skip
def test_cases_that_are_wrong_are_named(tmp_path, text):
    (tmp_path / "cases.yaml").write_text(text)
    with pytest.raises(BadRequest) as caught:
        cases.read(tmp_path)
    assert str(tmp_path) in caught.value.where
    assert caught.value.fix


def test_sql_of_a_case_that_does_not_run_names_the_case(assistant, warehouse):
    from nlq.errors import NlqError

    with pytest.raises(NlqError) as caught:
        run(assistant, [case("answered", sql="SELECT nonsense")], warehouse)
    assert "case id" in caught.value.where


def test_what_was_typed_is_text_in_the_page():
    one = Outcome(
        cases.Case("<i>", "<script>alert(1)</script>", "en", "f&f", "a", "declined"),
        "wrong",
        "answered",
        "<b>",
        "t",
        1.0,
    )
    html = page.as_html([one], {"planner": "<x>"})
    for text in ("<script>", "<i>", "<b>", "<x>"):
        assert text not in html
    assert broken(summary([one]), {"all": {"at_most": {"wrong": 0}}, "fil": {"at_least": {"right": 1}}}) == [
        "all: 1 wrong, at most 0 are allowed", "fil: 0 right, at least 1 are wanted",
    ]  # fmt: skip

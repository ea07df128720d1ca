"""`nlq eval check`: expected answers against a second way to them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from helpers import ROOT

from nlq.evals import cases
from nlq.evals.check import check

NLQ = str(Path(sys.executable).parent / "nlq")
CASE = """
- id: {id}
  question: {question}
  as: analyst@tingi
  language: en
  family: single figure
  expect: answered
  sql: SELECT sum(peso_value) FROM scout.silver_transactions_cleaned WHERE org_id = 'tingi' AND deleted_at IS NULL AND date_key BETWEEN DATE '2026-10-01' AND DATE '2026-10-31'
"""
REVENUE = '{"metrics": ["%s"], "period": {"start": "2026-10-01", "end": "2026-10-31"}}'


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "cases.yaml"
    path.write_text(
        CASE.format(id="own", question="what came in") + f"  query: {REVENUE % 'revenue'}\n"
        + CASE.format(id="other", question="what went out") + f"  query: {REVENUE % 'items'}\n"
        + CASE.format(id="nonsense", question="what might come") + '  query: {"metrics": ["no_such"]}\n'
        + CASE.format(id="read", question="sales in october 2026")
        + CASE.format(id="alone", question="frobnicated sales in october 2026"),
        encoding="utf-8",
    )  # fmt: skip
    return path


def test_each_is_held_to_its_own_query_else_to_the_one_that_is_read(assistant, warehouse, written):
    found = {one.case.id: one for one in check(assistant, cases.read(written), warehouse)}
    assert {ident: one.agreement for ident, one in found.items()} == {
        "own": "agrees", "other": "differs", "nonsense": "differs", "read": "read", "alone": "alone",
    }  # fmt: skip
    assert "no_such" in found["nonsense"].why


def run(home, *args):
    return subprocess.run([NLQ, "eval", "check", *map(str, args)], cwd=ROOT, env=home, capture_output=True, text=True, timeout=300, check=False)  # fmt: skip


def test_one_that_differs_fails_and_is_named(home, written):
    done = run(home, written)
    assert done.returncode == 1
    assert "differs  other: what went out" in done.stdout
    assert "alone    alone: frobnicated" in done.stdout
    assert done.stdout.endswith(
        "5 expected answers: 1 agree with a query of their own, 1 with the query that was read; 2 differ, 1 have no second way\n"
    )


def test_of_a_set_that_is_to_stay_unseen_only_the_counts_are_printed(home, written):
    done = run(home, written, "--quiet", "--format", "json")
    assert json.loads(done.stdout) == {"cases": 5, "agrees": 1, "read": 1, "differs": 2, "alone": 1, "shown": []}
    assert "what" not in run(home, written, "--quiet").stdout.lower()


def test_no_expected_answer_of_ours_differs_from_its_second_way(assistant, warehouse):
    counts = Counter(one.agreement for one in check(assistant, cases.read(ROOT / "evals" / "scout"), warehouse))
    assert counts["differs"] == 0
    assert counts["agrees"] + counts["read"] >= 360

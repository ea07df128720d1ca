"""Confidence is what was measured: "high" needs a lower bound of 0.95 over held-out answers, and each says why."""

from __future__ import annotations

import math

import pytest
from helpers import ROOT

from nlq.answer import confidence
from nlq.answer.confidence import judge, lower_bound
from nlq.evals.cases import read
from nlq.evals.run import run
from nlq.evals.stats import kinds, once
from nlq.values import Assumed, Interpretation, Plan, SemanticQuery, SqlDraft

QUERY = SemanticQuery(metrics=("revenue",))


def level(read, measured, monkeypatch):
    monkeypatch.setattr(confidence, "measured", lambda: measured)
    return judge(Plan(read.outcome, "", read))


@pytest.mark.parametrize(("right", "of"), [(0, 0), (63, 64), (73, 73), (72, 72), (95, 100), (1, 1), (500, 510)])
def test_the_lower_bound_is_wilsons(right, of):
    """The bound solves |rate - p| = z * sqrt(p (1 - p) / n) for p below the rate."""
    found = lower_bound(right, of)
    if of:
        assert math.isclose(right / of - found, 1.959964 * math.sqrt(found * (1 - found) / of), rel_tol=1e-6)
    assert 0 <= found <= 1


@pytest.mark.parametrize(
    ("right", "of", "wanted"),
    [(72, 72, "medium"), (73, 73, "high"), (110, 111, "high"), (63, 64, "medium"), (0, 0, "medium")],
)
def test_high_needs_enough_of_them(right, of, wanted, monkeypatch):
    found = level(Interpretation(QUERY), {"plain": (right, of)}, monkeypatch)
    assert found.level == wanted
    assert (f"of {of} such answers" in found.why[0]) == bool(of)


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ((78, 78, 99, 103), "medium"),
        ((78, 78, 103, 103), "high"),
        ((100, 103, 200, 200), "medium"),
        ((78, 78, 0, 0), "high"),
    ],
)
def test_high_needs_strangers_questions_too(counts, wanted, monkeypatch):
    found = level(Interpretation(QUERY), {"plain": counts}, monkeypatch)
    assert found.level == wanted
    assert f"of {counts[3]} to strangers' questions {counts[2]}" in found.why[0]


def test_each_kind_is_measured_by_itself(monkeypatch):
    measured = {"plain": (100, 100), "agreed": (10, 10)}
    assumed = Interpretation(QUERY, assumptions=(Assumed("last 30 days", {}),))
    assert level(Interpretation(QUERY), measured, monkeypatch).level == "high"
    assert level(assumed, measured, monkeypatch).level == "medium"
    assert level(Interpretation(QUERY, agreement=True), measured, monkeypatch).level == "medium"
    assert level(Interpretation(QUERY, author="model"), {**measured, "model": (0, 0)}, monkeypatch).level == "medium"
    assert level(Interpretation(QUERY, doubts=("a word",)), {"doubted": (100, 100)}, monkeypatch).level == "low"
    assert level(Interpretation(QUERY, verified="finance"), {}, monkeypatch).level == "verified"
    assert level(Interpretation(SqlDraft("SELECT 1", "model")), measured, monkeypatch).level == "low"


def test_what_was_measured_is_what_the_held_out_set_gives(assistant):
    """The file's counts are those of a run of today's reader: only counts are compared, no case is looked at."""
    outcomes = run(assistant, read(ROOT / "evals" / "held_out"), assistant.settings.warehouse)
    found = {one["kind"]: (one["right"], one["answered"]) for one in kinds(once(outcomes))}
    assert found == {kind: counts[:2] for kind, counts in confidence.measured().items()}, (
        "write these counts into nlq/answer/calibration.toml"
    )

"""How far to trust an answer, and why. Without calibration the words are the only evidence: what was assumed, what was doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.values import Confidence, SqlDraft

if TYPE_CHECKING:
    from nlq.values import Plan


def judge(plan: Plan) -> Confidence:
    """High where every word was placed and nothing of substance assumed; medium with assumptions; low with doubts."""
    read = plan.interpretation
    if isinstance(plan.outcome, SqlDraft):
        return Confidence("medium", ("the SQL was written by hand: it is guarded, its meaning is not checked",))
    if read.given:
        return Confidence("high", ("the query was given, not read from words",))
    if read.doubts:
        return Confidence("low", read.doubts)
    if read.assumptions:
        return Confidence("medium", tuple(f"assumed: {one.text}" for one in read.assumptions))
    return Confidence("high", ("every word was placed, and nothing was assumed",))

"""How far to trust an answer, and why. Without calibration the words are the only evidence: what was assumed, what was doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.values import Confidence, SqlDraft

if TYPE_CHECKING:
    from nlq.values import Plan


def judge(plan: Plan) -> Confidence:
    """High where every word was placed and nothing of substance assumed; medium with assumptions; low with doubts.

    A second reading that agrees makes it high whatever was assumed; a model's alone is never high.
    """
    read = plan.interpretation
    assumed = tuple(f"assumed: {one.text}" for one in read.assumptions)
    if isinstance(plan.outcome, SqlDraft):
        if plan.outcome.author == "model":
            return Confidence(
                "low", ("a language model wrote the SQL: it is guarded, its meaning is not checked", *read.doubts)
            )
        return Confidence("medium", ("the SQL was written by hand: it is guarded, its meaning is not checked",))
    if read.verified:
        return Confidence("verified", (f"{read.verified} vouches for the reading of this question",))
    if read.given:
        return Confidence("high", ("the query was given, not read from words",))
    if read.doubts:
        return Confidence("low", (*read.doubts, *assumed), read.agreement)
    if read.author == "model":
        return Confidence("medium", ("a language model alone read this: nothing confirms it", *assumed))
    if read.agreement:
        return Confidence("high", ("two independent readings agree", *assumed), agreement=True)
    if assumed:
        return Confidence("medium", assumed)
    return Confidence("high", ("every word was placed, and nothing was assumed",))

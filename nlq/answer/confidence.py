"""How far to trust an answer, and why: by how often readings of its kind were right where nobody had tuned them.

"High" is said only of a kind whose rate of right answers is at least 0.95 by the lower bound of its 95 % interval: on the held-out questions, and
on these and those of strangers together.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nlq.values import Confidence, SqlDraft

if TYPE_CHECKING:
    from nlq.values import Interpretation, Plan
    from nlq.values.answer import Level

MEASURED = Path(__file__).with_name("calibration.toml")
ENOUGH = 0.95  # the lower bound that "high" takes
Z = 1.959964  # of a 95 % interval


@cache
def measured() -> dict[str, tuple[int, ...]]:
    """Of each kind of reading: how many of the held-out answers were right, and how many there were; then the same of strangers' questions."""
    import tomllib  # noqa: PLC0415 - once a process

    return {kind: (one["right"], one["answered"], *one.get("strangers", ())) for kind, one in tomllib.loads(MEASURED.read_text(encoding="utf-8")).items()}  # fmt: skip


def lower_bound(right: int, of: int) -> float:
    """The lower end of Wilson's 95 % interval of a rate."""
    if not of:
        return 0.0
    rate = right / of
    middle, spread = rate + Z * Z / (2 * of), Z * math.sqrt(rate * (1 - rate) / of + Z * Z / (4 * of * of))
    return (middle - spread) / (1 + Z * Z / of)


def kind_of(read: Interpretation) -> str:
    """The kind of reading that is measured."""
    if read.author == "model":
        return "model"
    if read.agreement:
        return "agreed"
    if read.doubts:
        return "doubted"
    if read.changed is not None:
        return "turn"
    return "assumed" if read.assumptions else "plain"


def judge(plan: Plan) -> Confidence:
    """Verified where somebody vouches for the words; else by what was measured of readings of its kind; low with doubts."""
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
    kind = kind_of(read)
    why = (*read.doubts, *_said(kind), *assumed)
    level: Level = "low" if read.doubts else "high" if _is_sure(kind) else "medium"
    return Confidence(level, why, read.agreement, kind)


def _is_sure(kind: str) -> bool:
    """Whether readings of a kind were right often enough, by the held-out questions and by all."""
    counts = measured().get(kind, (0, 0))
    return lower_bound(*counts[:2]) >= ENOUGH and lower_bound(sum(counts[::2]), sum(counts[1::2])) >= ENOUGH


WORDS = {
    "plain": "every word was placed, and nothing was assumed",
    "assumed": "something was assumed",
    "turn": "it goes on from the question before",
    "doubted": "a word was put right",
    "agreed": "two independent readings agree",
    "model": "a language model alone read this: nothing confirms it",
}


def _said(kind: str) -> tuple[str, ...]:
    """What kind of reading it is, and how often such were right."""
    right, of, *fresh = measured().get(kind, (0, 0))
    rate = f": of {of} such answers to held-out questions {right} were right" if of else ": how often such are right was not measured"  # fmt: skip
    rate += f", of {fresh[1]} to strangers' questions {fresh[0]}" if fresh else ""
    return (f"{WORDS[kind]}{rate}",)

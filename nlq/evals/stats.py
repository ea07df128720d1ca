"""What a run's verdicts say: rates with their intervals, risk against coverage, and whether confidence means what it says.

Cases that differ in a number only count once, with the worst of their verdicts.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

from nlq.evals.score import VERDICTS
from nlq.values.answer import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nlq.evals.run import Outcome

WORST_FIRST = ("failed", "wrong", "asked", "declined", "right")
LEVELS: tuple[str, ...] = get_args(Level)  # the surest first
Z = 1.959963984540054  # of 95 % of a normal distribution


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The Wilson score interval of a rate, 95 %; of nothing all is possible."""
    if of == 0:
        return 0.0, 1.0
    rate, spread = hits / of, Z * Z / of
    middle = (rate + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(rate * (1 - rate) / of + spread / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def once(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """One outcome for all cases of a skeleton: the worst."""
    found: dict[tuple[str, ...], Outcome] = {}
    for one in outcomes:
        known = found.get(one.case.skeleton)
        if known is None or WORST_FIRST.index(one.verdict) < WORST_FIRST.index(known.verdict):
            found[one.case.skeleton] = one
    return list(found.values())


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Everything that a report says beside its cases."""
    counted = once(outcomes)
    return {
        "cases": len(outcomes),
        "counted": len(counted),
        "verdicts": _counts(counted),
        "rates": {verdict: _rate(counted, verdict) for verdict in VERDICTS},
        "agreed_and_wrong": sum(one.verdict == "wrong" and one.agreement is True for one in counted),
        "languages": _by(counted, lambda one: one.case.language),
        "families": _by(counted, lambda one: one.case.family),
        "families_and_languages": _by(counted, lambda one: f"{one.case.family}, {one.case.language}"),
        "expected": _by(counted, lambda one: one.case.expect),
        "coverage": coverage(counted),
        "calibration": calibration(counted),
        "kinds": kinds(counted),
        "latency_ms": {"p50": _percentile([one.ms for one in outcomes], 50), "p95": _percentile([one.ms for one in outcomes], 95)},
    }  # fmt: skip


def coverage(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """How many questions are answered where only answers of a level and surer ones are taken, and how many of these are wrong."""
    found = []
    for at in range(1, len(LEVELS) + 1):
        taken = [one for one in _answered(outcomes) if one.level in LEVELS[:at]]
        wrong = sum(one.verdict == "wrong" for one in taken)
        found.append({"from": LEVELS[at - 1], "answered": len(taken), "coverage": len(taken) / len(outcomes) if outcomes else 0.0,
                      "risk": wrong / len(taken) if taken else 0.0})  # fmt: skip
    return found


def calibration(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Of the answers of each level how many are right, with the interval of that rate."""
    answered = _answered(outcomes)
    return [{"level": level, **_right([one for one in answered if one.level == level])} for level in LEVELS]


def kinds(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Of the answers of each kind of reading how many are right: what `nlq/answer/calibration.toml` keeps of the held-out set."""
    answered = [one for one in _answered(outcomes) if one.kind]
    return [{"kind": kind, **_right([one for one in answered if one.kind == kind])} for kind in sorted({one.kind for one in answered})]  # fmt: skip


def _right(taken: Sequence[Outcome]) -> dict[str, float]:
    right = sum(one.verdict == "right" for one in taken)
    low, high = wilson(right, len(taken))
    return {"answered": len(taken), "right": right, "low": low, "high": high}


def _answered(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.status == "answered"]


def _by(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> dict[str, dict[str, int]]:
    return {name: _counts([one for one in outcomes if key(one) == name]) for name in sorted({key(one) for one in outcomes})}  # fmt: skip


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    counted = Counter(one.verdict for one in outcomes)
    return {verdict: counted[verdict] for verdict in VERDICTS}


def _rate(outcomes: Sequence[Outcome], verdict: str) -> dict[str, float]:
    hits = sum(one.verdict == verdict for one in outcomes)
    low, high = wilson(hits, len(outcomes))
    return {"rate": hits / len(outcomes) if outcomes else 0.0, "low": low, "high": high}


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1) if ordered else 0.0

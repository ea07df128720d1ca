"""Run cases through an assistant and score what comes back."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlq.drivers.duckdb import DuckDBFile
from nlq.errors import NlqError
from nlq.evals.score import VERDICTS, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nlq.api import SyncAssistant
    from nlq.evals.cases import Case
    from nlq.values.pipeline import Planner

MAX_ROWS, TIMEOUT_S = 100_000, 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case and what came of it; `ms` is the whole question's time."""

    case: Case
    verdict: Verdict
    status: str
    reading: str
    text: str
    ms: float

    def to_json(self) -> dict[str, Any]:
        """As the report holds it."""
        one = self.case
        return {"id": one.id, "question": one.question, "language": one.language, "family": one.family, "as": one.asker,
                "expect": one.expect, "verdict": self.verdict, "status": self.status, "reading": self.reading, "text": self.text,
                "ms": round(self.ms, 1)}  # fmt: skip


def run(assistant: SyncAssistant, cases: Sequence[Case], warehouse: Path,
        tell: Callable[[int, int], None] = lambda _done, _all: None, planner: Planner = "") -> tuple[Outcome, ...]:  # fmt: skip
    """Ask every case's question as its asker; the expected rows come from its SQL, run raw on the file.

    Raises:
        NlqError: a case's SQL does not run, or nobody of its asker's name is known: the case is wrong, not the answer.
    """
    file = DuckDBFile(warehouse, timezone=assistant.model.header.timezone)
    found = []
    try:
        for index, case in enumerate(cases):
            expected = _expected(file, case)
            started = time.perf_counter()
            answer = assistant.ask(case.question, assistant.settings.principal(case.asker), planner=planner)
            took = (time.perf_counter() - started) * 1_000
            found.append(Outcome(case, judge(case, answer, expected), answer.status, answer.reading, answer.text, took))
            tell(index + 1, len(cases))
    finally:
        file.close()
    return tuple(found)


def _expected(file: DuckDBFile, case: Case) -> tuple[tuple[Any, ...], ...] | None:
    if case.expect != "answered":
        return None
    try:
        return file.run(case.sql, {}, max_rows=MAX_ROWS, timeout_s=TIMEOUT_S).rows
    except NlqError as problem:
        problem.where = f"case {case.id}"
        raise


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Counts by verdict: of all, by language, by family and by what was expected."""
    return {
        "cases": len(outcomes),
        "verdicts": _counts(outcomes),
        "languages": {
            name: _counts([one for one in outcomes if one.case.language == name])
            for name in sorted({one.case.language for one in outcomes})
        },
        "families": {
            name: _counts([one for one in outcomes if one.case.family == name])
            for name in sorted({one.case.family for one in outcomes})
        },
        "expected": {
            name: _counts([one for one in outcomes if one.case.expect == name])
            for name in sorted({one.case.expect for one in outcomes})
        },
    }


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    counted = Counter(one.verdict for one in outcomes)
    return {verdict: counted[verdict] for verdict in VERDICTS}


def broken(result: dict[str, Any], gate: dict[str, Any]) -> list[str]:
    """What of a gate does not hold: `at_most` and `at_least` by verdict, over all and by language."""
    said = []
    for scope, bounds in gate.items():
        counts = result["verdicts"] if scope == "all" else result["languages"].get(scope, {})
        for verdict, most in (bounds.get("at_most") or {}).items():
            if counts.get(verdict, 0) > most:
                said.append(f"{scope}: {counts.get(verdict, 0)} {verdict}, at most {most} are allowed")
        for verdict, least in (bounds.get("at_least") or {}).items():
            if counts.get(verdict, 0) < least:
                said.append(f"{scope}: {counts.get(verdict, 0)} {verdict}, at least {least} are wanted")
    return said

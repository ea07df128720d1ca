"""Run cases through an assistant and score what comes back; in several processes, and from where a run was stopped."""

from __future__ import annotations

import json
import multiprocessing
import time
import uuid
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlq.drivers.duckdb import DuckDBFile
from nlq.errors import NlqError
from nlq.evals.score import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nlq.api import SyncAssistant
    from nlq.evals.cases import Case
    from nlq.values.pipeline import Planner

MAX_ROWS, TIMEOUT_S = 100_000, 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case and what came of it; `ms` is the whole question's time, `level`, `agreement` and `kind` the answer's confidence."""

    case: Case
    verdict: Verdict
    status: str
    reading: str
    text: str
    ms: float
    level: str = "low"
    agreement: bool | None = None
    kind: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the report holds it."""
        one = self.case
        return {"id": one.id, "key": one.key, "question": one.question, "turns": list(one.turns), "language": one.language, "family": one.family,
                "as": one.asker, "expect": one.expect, "verdict": self.verdict, "status": self.status, "reading": self.reading, "text": self.text,
                "ms": round(self.ms, 1), "level": self.level, "agreement": self.agreement, "kind": self.kind}  # fmt: skip


def outcome_of(case: Case, raw: Mapping[str, Any]) -> Outcome:
    """An outcome as it was written down before."""
    return Outcome(case, raw["verdict"], raw["status"], raw["reading"], raw["text"], raw["ms"], raw["level"], raw["agreement"], raw.get("kind", ""))  # fmt: skip


class Runner:
    """Asks cases of one assistant; the expected rows come from their SQL, run raw on the file."""

    def __init__(self, assistant: SyncAssistant, warehouse: Path, planner: Planner = "") -> None:
        self.assistant, self.planner = assistant, planner
        self.file = DuckDBFile(warehouse, timezone=assistant.model.header.timezone)

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    def ask(self, case: Case) -> Outcome:
        """Ask a case's question as its asker, after what was asked before it.

        Raises:
            NlqError: a case's SQL does not run, or nobody of its asker's name is known: the case is wrong, not the answer.
        """
        expected = self.expected(case)
        principal = self.assistant.settings.principal(case.asker)
        conversation = str(uuid.uuid4()) if case.turns else ""
        for turn in case.turns:
            self._asked(turn, principal, case, conversation)
        started = time.perf_counter()
        answer = self._asked(case.question, principal, case, conversation)
        took = (time.perf_counter() - started) * 1_000
        return Outcome(case, judge(case, answer, expected), answer.status, answer.reading, answer.text, took,
                       answer.confidence.level, answer.confidence.agreement, answer.confidence.kind)  # fmt: skip

    def _asked(self, text: str, principal: Any, case: Case, conversation: str) -> Any:
        return self.assistant.ask(text, principal, as_of=case.as_of, conversation_id=conversation, planner=self.planner)

    def expected(self, case: Case) -> tuple[tuple[Any, ...], ...] | None:
        """The rows that a case's SQL gives, run raw; None where it has none.

        Raises:
            NlqError: it does not run.
        """
        if not case.sql:
            return None
        try:
            return self.file.run(case.sql, {}, max_rows=MAX_ROWS, timeout_s=TIMEOUT_S).rows
        except NlqError as problem:
            problem.where = f"case {case.id}"
            raise


def run(assistant: SyncAssistant, cases: Sequence[Case], warehouse: Path,
        tell: Callable[[int, int], None] = lambda _done, _all: None, planner: Planner = "") -> tuple[Outcome, ...]:  # fmt: skip
    """Ask every case, one after the other.

    Raises:
        NlqError: a case is wrong (see `Runner.ask`).
    """
    runner, found = Runner(assistant, warehouse, planner), []
    try:
        for case in cases:
            found.append(runner.ask(case))
            tell(len(found), len(cases))
    finally:
        runner.close()
    return tuple(found)


# In several processes: each opens an assistant of its own.

_MADE: dict[str, Runner] = {}  # a process has one


def _ask(opened: Callable[[], SyncAssistant], planner: Planner, case: Case) -> Outcome:
    if not _MADE:  # here, and not as the process begins: what cannot be opened is said by the first case
        assistant = opened()
        _MADE["runner"] = Runner(assistant, assistant.settings.warehouse, planner)
    return _MADE["runner"].ask(case)


def in_parallel(
    opened: Callable[[], SyncAssistant], cases: Sequence[Case], planner: Planner, jobs: int
) -> Iterator[Outcome]:
    """Outcomes as they come, from `jobs` processes; `opened` can be pickled. Whoever stops listening stops the processes.

    Raises:
        NlqError: a case is wrong (see `Runner.ask`), or no assistant can be opened.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context)
    try:
        for done in as_completed([pool.submit(_ask, opened, planner, case) for case in cases]):
            yield done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Journal:
    """What has come of a run so far, a line a case, so that it can be stopped and taken up again."""

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        self.path, self.about = path, dict(about)

    def begun(self, cases: Sequence[Case]) -> dict[str, Outcome]:
        """Outcomes of cases that are as they were, of a run that was about the same; another run's are let go."""
        known = {case.key: case for case in cases}
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        found: dict[str, Outcome] = {}
        for number, line in enumerate(lines):
            try:
                raw = json.loads(line)
            except ValueError:
                continue  # the line at which it was stopped
            if number == 0 and raw != self.about:
                return {}
            if number and raw.get("key") in known:
                found[raw["key"]] = outcome_of(known[raw["key"]], raw)
        return found

    def start(self, kept: Sequence[Outcome]) -> None:
        """Begin anew, with these."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = [self.about, *(one.to_json() for one in kept)]
        self.path.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in lines), encoding="utf-8")

    def add(self, one: Outcome) -> None:
        """Write down what came of a case."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(one.to_json(), ensure_ascii=False)}\n")


def broken(result: Mapping[str, Any], gate: Mapping[str, Any]) -> list[str]:
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


def beyond(result: Mapping[str, Any], under: Mapping[str, float], over: Mapping[str, float]) -> list[str]:
    """Which rates are under what they have to be, or over what they may be."""
    rates = {verdict: one["rate"] for verdict, one in result["rates"].items()}
    said = [f"{rates[name]:.1%} {name}, under {least:.1%}" for name, least in under.items() if rates[name] < least]
    return said + [f"{rates[name]:.1%} {name}, over {most:.1%}" for name, most in over.items() if rates[name] > most]

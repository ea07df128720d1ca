"""Are the expected answers right themselves? Each one's SQL, run raw on the file, against a second way to it: a SemanticQuery.

That is the case's own, where it has one; else the one as which the question is read, where its answer is the expected one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nlq.errors import NlqError
from nlq.evals.run import Runner
from nlq.evals.score import fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nlq.api import SyncAssistant
    from nlq.evals.cases import Case

# agrees: with a query of the case's own. read: with the one that the reader made. differs: from the case's own. alone: no second way.
Agreement = Literal["agrees", "read", "differs", "alone"]
AGREEMENTS: tuple[Agreement, ...] = ("agrees", "read", "differs", "alone")


@dataclass(frozen=True, slots=True)
class Checked:
    """One case with SQL, and whether a second way gives the same; `why` says what the second way gave where it differs."""

    case: Case
    agreement: Agreement
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return {"id": self.case.id, "question": self.case.question, "agreement": self.agreement, "why": self.why}


def check(assistant: SyncAssistant, cases: Sequence[Case], warehouse: Path) -> Iterator[Checked]:
    """Every case that holds SQL, as it is checked.

    Raises:
        NlqError: a case's SQL does not run, or nobody of its asker's name is known.
    """
    runner = Runner(assistant, warehouse)
    try:
        for case in cases:
            if case.sql:
                yield _checked(runner, case) if case.query is not None else _as_read(runner, case)
    finally:
        runner.close()


def _checked(runner: Runner, case: Case) -> Checked:
    asker = runner.assistant.settings.principal(case.asker)
    try:
        answer = runner.assistant.query(case.query or {}, asker, as_of=case.as_of)
    except NlqError as problem:
        return Checked(case, "differs", str(problem).splitlines()[0])
    if answer.status == "answered" and fits(case, answer, runner.expected(case)):
        return Checked(case, "agrees")
    return Checked(case, "differs", answer.text.splitlines()[0] if answer.text else answer.status)


def _as_read(runner: Runner, case: Case) -> Checked:
    return Checked(case, "read" if runner.ask(case).verdict == "right" else "alone")


def counted(found: Sequence[Checked]) -> dict[Agreement, int]:
    """How many there are of each."""
    counts = Counter(one.agreement for one in found)
    return {name: counts[name] for name in AGREEMENTS}

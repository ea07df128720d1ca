"""Two runs beside each other: which cases changed, and which way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.evals.stats import WORST_FIRST

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Change:
    """One case's verdict before and now; None where it was not in a run."""

    id: str
    question: str
    before: str | None
    now: str | None

    @property
    def worse(self) -> bool:
        """Whether it was better before."""
        return None not in (self.before, self.now) and WORST_FIRST.index(self.now or "") < WORST_FIRST.index(
            self.before or ""
        )

    def to_json(self) -> dict[str, Any]:
        """As `--format json` prints it."""
        return {"id": self.id, "question": self.question, "before": self.before, "now": self.now, "worse": self.worse}


def read(path: Path) -> dict[str, Any]:
    """A run's report: its JSON, or the folder that holds it.

    Raises:
        BadRequest: it is none.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(found["outcomes"], list):
            raise TypeError  # noqa: TRY301 - caught beside what else may be wrong with it
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BadRequest(
            f"that is no report of a run ({type(problem).__name__})",
            where=str(file),
            fix="give the report.json that `nlq eval run … --out DIR` wrote, or its folder",
        ) from None
    return found  # type: ignore[no-any-return]


def changes(before: dict[str, Any], now: dict[str, Any]) -> tuple[Change, ...]:
    """Cases whose verdicts differ, or that only one of the runs has; what got worse comes first."""
    was, is_ = ({one["id"]: one for one in run["outcomes"]} for run in (before, now))
    found = []
    for name in dict.fromkeys((*was, *is_)):
        old, new = was.get(name), is_.get(name)
        verdicts = [one["verdict"] if one else None for one in (old, new)]
        if verdicts[0] != verdicts[1]:
            found.append(Change(name, (new or old or {})["question"], *verdicts))
    return tuple(sorted(found, key=lambda one: not one.worse))

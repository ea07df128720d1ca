"""What an import or an export brings over, and the list of what it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Every reason for which a part is not carried as it was, with what it means for the figures.
CODES = {
    "not_read": "the file or the part could not be understood",
    "unknown_reference": "it names something that the project, or the database, does not have",
    "name": "its name is no plain name there",
    "expression": "its SQL holds something that is not allowed in a row's expression, or cannot be parsed or written",
    "filter": "its condition cannot be said there; what depends on it is left out, for without it the figure is another",
    "aggregation": "there is no such aggregation there",
    "grain": "dates have no such grain there",
    "ambiguous": "two ways lead to the same name; the first is taken",
    "no_policy": "nobody may read the table until it has a policy",
    "type_guessed": "the type of a column was guessed",
    "unit_guessed": "the unit of a metric was guessed",
    "review": "it was guessed, and what the figures are hangs on it",
    "fill_value": "only zero can stand for what is missing",
    "left_out": "nothing there would read it",
    "depends": "it is made of something that could not be carried",
    "open": "who may read it cannot be said there: whoever reaches the database there reads all of it",
    "masks": "what is hidden of its columns cannot be said there: whoever sees a row there sees all of it",
    "reach": "there it is more joins away than can be followed",
    "otherwise": "it is carried, and there it may be another figure where it is said when",
}

MOMENT = "the least or greatest of a moment is shown as its day"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that was not carried as it was: a code of `CODES`, the part, and what happened to it."""

    code: str
    where: str
    what: str

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code  # noqa: S101 - a slip of ours


@dataclass(slots=True)
class Imported:
    """A model as YAML has it: file name to content, and what was not carried."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many there are of each kind of part."""
        sections = ("tables", "joins", "dimensions", "filters", "metrics", "rollups", "verified")
        return {name: sum(len(one.get(name, ())) for one in self.files.values()) for name in sections}


class NotCarried(Exception):
    """A part that cannot be said in our words."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code, self.what = code, what

"""The tests that a model holds of its own policies, each asked as its asker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from nlq.errors import NlqError
from nlq.values import Principal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.api import SyncAssistant
    from nlq.semantics.model import PolicyTest
    from nlq.values import Answer

REFUSALS = ("not_permitted", "unsafe_sql")
MOST_TOLD = 3  # rows that are told of where they differ


@dataclass(frozen=True, slots=True)
class Tried:
    """One test, and how it failed; "" where it holds."""

    test: str
    problem: str = ""


def run(assistant: SyncAssistant) -> Iterator[Tried]:
    """Ask each of the model's policy tests; what is wrong with one does not keep the others from being asked.

    Rows are told of only where askers may be named at will (a demo, a developer's machine): elsewhere they are somebody's.
    """
    tell = assistant.settings.may_name_askers
    for one in assistant.model.policy_tests:
        asker = Principal("policy-test", one.as_.org_id, roles=one.as_.roles, regions=one.as_.regions)
        try:
            answer = assistant.query(one.query, asker) if one.query is not None else assistant.sql(one.sql or "", asker)
        except NlqError as problem:
            yield Tried(one.test, f"it could not be asked: {problem.what}")
            continue
        yield Tried(one.test, _problem(one, answer, tell=tell))


def _problem(one: PolicyTest, answer: Answer, *, tell: bool) -> str:
    code = answer.reason.code if answer.reason is not None else ""
    if one.refused:
        if code in REFUSALS:
            return ""
        return f"it was not refused: {answer.status}{f' ({code})' if code else f' with {len(answer.rows)} rows'}"
    if answer.status != "answered":
        return f"{answer.status}: {answer.text}"
    if answer.truncated:
        return f"there are more rows than an answer holds ({len(answer.rows):,})"
    if one.rows is not None:
        return "" if len(answer.rows) == one.rows else f"{len(answer.rows)} rows, and {one.rows} were to be"
    found, wanted = ([tuple(map(_plain, row)) for row in rows] for rows in (answer.rows, one.gives or ()))
    problem = _difference(found, wanted)
    return problem if tell or not problem else f"{len(found)} rows, which are not those that were to be"


def _difference(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> str:
    rest, missing = list(found), []
    for row in wanted:
        same = next((other for other in rest if len(other) == len(row) and all(map(_same, other, row))), None)
        if same is None:
            missing.append(row)
        else:
            rest.remove(same)
    said = [f"there is no row {row}" for row in missing[:MOST_TOLD]] + [
        f"there is a row {row}" for row in rest[:MOST_TOLD]
    ]
    return "; ".join(said)


def _plain(cell: Any) -> Any:
    """A cell as YAML has it: a date as its text."""
    return cell.isoformat() if isinstance(cell, date) else cell


def _same(one: Any, other: Any) -> bool:
    if (
        isinstance(one, bool)
        or isinstance(other, bool)
        or one is None
        or other is None
        or isinstance(one, str)
        or isinstance(other, str)
    ):
        return type(one) is type(other) and one == other
    return math.isclose(float(one), float(other), rel_tol=1e-9)

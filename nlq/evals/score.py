"""Is an answer right? Judged by rows: what was executed against what an analyst's own SQL gives."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.evals.cases import Case
    from nlq.values import Answer

# right: as expected, whether that is rows, words, a question back or no answer. wrong: said with a figure that is another, or where
# none should be. asked, declined: no harm done, and no help. failed: our fault.
Verdict = Literal["right", "wrong", "asked", "declined", "failed"]
WORDS = re.compile(r"[\w-]+")  # of a label: "(Region IV-A)" says no more than "Region IV-A"
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "asked", "declined", "failed")


def judge(case: Case, answer: Answer, expected: Sequence[Sequence[Any]] | None) -> Verdict:
    """The verdict on one answer."""
    if answer.status == "failed":
        return "failed"
    if answer.status == "answered":
        return "right" if fits(case, answer, expected) else "wrong"
    if answer.status == "clarify":
        labels = [one.label for one in answer.options]
        return "right" if case.expect == "clarify" and offers(labels, case.between) else "asked"
    code = answer.reason.code if answer.reason else ""
    return "right" if case.expect == "declined" and (not case.code or code in case.code) else "declined"


def fits(case: Case, answer: Answer, expected: Sequence[Sequence[Any]] | None) -> bool:
    """Whether an answer is the expected one: its rows, or for words what they have to mention."""
    if case.expect == "told":
        said = answer.text.lower()
        return all(any(part in said for part in one.split("|")) for one in case.mentions)
    if expected is None:
        return False
    if case.expect == "explained":
        return any(agree([row], expected, ordered=True) for row in answer.rows)
    if case.any_label:
        expected = [[cell for cell in row if not isinstance(cell, (str, bool))] for row in expected]
    return agree(answer.rows, expected, ordered=case.ordered, exact=case.exact)


def offers(labels: Sequence[str], between: Sequence[str]) -> bool:
    """Whether each reading is among the options, each another one: all of its words stand there."""
    if not between:
        return True
    wanted, given = ([set(WORDS.findall(one.lower())) for one in texts] for texts in (between, labels))
    return _assigned(wanted, given)


def _assigned(wanted: list[set[str]], given: list[set[str]]) -> bool:
    if not wanted:
        return True
    return any(
        wanted[0] <= one and _assigned(wanted[1:], given[:index] + given[index + 1 :])
        for index, one in enumerate(given)
    )


def agree(
    rows: Sequence[Sequence[Any]], expected: Sequence[Sequence[Any]], *, ordered: bool, exact: bool = False
) -> bool:
    """Whether rows hold the expected figures: sums, counts, dates and texts the same, ratios to 1e-9.

    An answer may show more columns than were asked for (a share beside its sum), unless it has to be `exact`: then the expected
    ones stand among them, in their order.
    """
    if len(rows) != len(expected):
        return False
    if not expected:
        return True
    wide, narrow = len(rows[0]), len(expected[0])
    if exact and wide != narrow:
        return False
    return any(
        _equal([[row[index] for index in picked] for row in rows], expected, ordered=ordered)
        for picked in combinations(range(wide), narrow)
    )


def _equal(rows: Sequence[Sequence[Any]], expected: Sequence[Sequence[Any]], *, ordered: bool) -> bool:
    if not ordered:
        rows, expected = sorted(rows, key=_words), sorted(expected, key=_words)
    return all(all(map(same, row, other)) for row, other in zip(rows, expected, strict=True))


def _words(row: Sequence[Any]) -> tuple[list[str], list[float]]:
    """What rows are put in order by: everything but figures, which may differ in type; then these, roughly."""
    figures = [isinstance(cell, (float, Decimal)) or type(cell) is int for cell in row]
    texts = [str(cell).casefold() for cell, figure in zip(row, figures, strict=True) if not figure]
    return texts, [round(float(cell), 6) for cell, figure in zip(row, figures, strict=True) if figure]


def same(cell: Any, other: Any) -> bool:
    """Whether two cells hold the same value; names are the same in capitals and in small letters."""
    if cell is None or other is None:
        return cell is other
    if isinstance(cell, str) and isinstance(other, str):
        return cell.casefold() == other.casefold()
    if isinstance(cell, float) or isinstance(other, float):
        return (
            isinstance(other, (int, float, Decimal))
            and isinstance(cell, (int, float, Decimal))
            and math.isclose(float(cell), float(other), rel_tol=1e-9)
        )
    if isinstance(cell, (int, Decimal)) and isinstance(other, (int, Decimal)) and not isinstance(cell, bool):
        return Decimal(cell) == Decimal(other)
    return bool((cell.date() if hasattr(cell, "date") else cell) == (other.date() if hasattr(other, "date") else other))

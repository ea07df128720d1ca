"""Questions against hand-written SQL that runs raw on the file: the reader, compiler, guard and engine together.

The cases and their SQL were written by someone who had not seen the reader. See the head of each file.
"""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from nlq.evals.score import agree as shows

HERE = Path(__file__).parent
ANSWERED = yaml.safe_load((HERE / "answered.yaml").read_text(encoding="utf-8"))
NOT_ANSWERED = yaml.safe_load((HERE / "not_answered.yaml").read_text(encoding="utf-8"))


def same(cell, other):
    """Equal: counts, sums, dates and texts exactly, ratios to 1e-9."""
    if isinstance(cell, float) or isinstance(other, float):
        return None not in (cell, other) and math.isclose(float(cell), float(other), rel_tol=1e-9)
    if isinstance(cell, (int, Decimal)) and isinstance(other, (int, Decimal)) and not isinstance(cell, bool):
        return Decimal(cell) == Decimal(other)
    return (cell.date() if hasattr(cell, "date") else cell) == (other.date() if hasattr(other, "date") else other)


def agree(rows, expected, *, ordered):
    """Whether two sets of rows hold the same figures."""
    if not ordered:
        key = lambda row: [str(cell) for cell in row if not isinstance(cell, (float, Decimal))]  # noqa: E731
        rows, expected = sorted(rows, key=key), sorted(expected, key=key)
    return len(rows) == len(expected) and all(
        len(row) == len(other) and all(same(*pair) for pair in zip(row, other, strict=True))
        for row, other in zip(rows, expected, strict=True)
    )


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["id"])
def test_answered_as_by_hand(case, assistant, raw):
    expected = raw.execute(case["sql"]).fetchall()
    answer = assistant.ask(case["question"], assistant.settings.principal(case["as"]))
    assert answer.status == "answered", f"{case['question']!r}: {answer.status}: {answer.text}"
    assert agree(answer.rows, expected, ordered=case["ordered"]), (
        f"{case['question']!r} was read as {answer.reading!r}\n  got      {answer.rows[:5]}\n  expected {expected[:5]}"
    )


@pytest.mark.parametrize("case", NOT_ANSWERED, ids=lambda case: case["id"])
def test_not_answered(case, assistant, raw):
    answer = assistant.ask(case["question"], assistant.settings.principal(case["as"]))
    if answer.status == "clarify":
        assert case["expect"] in ("clarify", "declined_or_clarify", "any_but_wrong"), f"asked back: {answer.text}"
        assert len(answer.options) >= 2
    elif answer.status == "declined":
        assert case["expect"] != "clarify", f"declined: {answer.text}"
        codes = case.get("code") or []
        assert not codes or answer.reason.code in ([codes] if isinstance(codes, str) else codes), answer.reason
    else:
        assert case["expect"] == "any_but_wrong", (
            f"{case['question']!r} was answered as {answer.reading!r}: {answer.text}"
        )
        # What stands beside the figures, a name, a difference, is fine.
        assert shows(answer.rows, raw.execute(case["right_sql"]).fetchall(), ordered=False), answer.reading

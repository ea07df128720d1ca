"""Cases and answers to be judged, made by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from nlq.evals import cases
from nlq.values import Answer
from nlq.values.answer import Reason


def answer(status, rows=(), code=""):
    return Answer("i", "c", status, "q", datetime(2026, 11, 15, tzinfo=UTC), date(2026, 11, 15), rows=tuple(rows),
                  reason=Reason(code, "no") if code else None)  # fmt: skip


def case(expect, **more):
    return cases.Case("id", "q", "en", "f", "analyst@tingi", expect, **more)

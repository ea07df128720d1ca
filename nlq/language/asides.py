"""What somebody says beside a question: "need it before lunch, thanks", "im in a meeting". In a clause of its own it says nothing of the figure.

The vocabulary has such words as of the kind "aside": in a clause with nothing else they are passed over; anywhere else they are not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span

BREAK = re.compile(r"[.,;:?!()\n—–]|\s-+\s")
BESIDE = (*SILENT, "aside", "and", "but")


def settle(text: str, spans: Sequence[Span]) -> None:
    """Take the words of clauses that only stand beside the question for nothing, and for unknown where they do not."""
    if not any(one.kind == "aside" for one in spans):
        return
    clauses: list[list[Span]] = []
    end = 0
    for one in spans:
        if not clauses or BREAK.search(text[end : one.start]):
            clauses.append([])
        clauses[-1].append(one)
        end = one.end
    beside = [all(one.kind in BESIDE for one in clause) for clause in clauses]
    for clause, aside in zip(clauses, beside, strict=True):
        passed = aside and not all(beside)
        for one in clause if any(one.kind == "aside" for one in clause) else ():
            if passed:
                one.kind = "filler"
            elif one.kind == "aside":
                one.kind = "unknown"

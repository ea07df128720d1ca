"""`nlq rollup verify` and `nlq model verify`: what is declared, tried on the data."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from nlq.errors import NlqError

if TYPE_CHECKING:
    from nlq.api import SyncAssistant
    from nlq.values import Principal

UNUSED = "{} was not compared: no question is answered from it, for nothing says here that it was built from its base rows as they are"


def verify(assistant: SyncAssistant, principal: Principal, *, as_json: bool) -> int:
    """Every rollup beside its base rows; 1 where one does not add up."""
    from nlq.evals.rollups import verify as compare  # noqa: PLC0415

    broken, seen = 0, set()
    for one in compare(assistant, principal):
        broken += bool(one.differs)
        seen.add(one.rollup)
        if as_json:
            print(json.dumps(asdict(one), default=str))
        elif one.differs:
            print(
                f"{one.rollup} does not add up to {one.metric} by {', '.join(one.dimensions)}: {one.differs}",
                file=sys.stderr,
            )
        else:
            print(f"{one.rollup}: {one.metric} by {', '.join(one.dimensions)}, {one.groups:,} groups, equal")
    for rollup in assistant.model.rollups:
        if rollup.table not in seen and not as_json:
            print(UNUSED.format(rollup.table))
    if not assistant.model.rollups and not as_json:
        print("the model has no rollups")
    return 1 if broken else 0


def questions(assistant: SyncAssistant, principal: Principal, *, as_json: bool) -> int:
    """Every verified question's query, compiled and run; 1 where one does not answer."""
    failed = 0
    for one in assistant.model.verified:
        try:
            answer = assistant.query(one.query, principal)
            said = "" if answer.status == "answered" else answer.text
        except NlqError as problem:
            said = str(problem)
        failed += bool(said)
        if as_json:
            print(json.dumps({"question": one.question, "by": one.by, "holds": not said, "problem": said}))
        else:
            print(f"{'fails' if said else 'holds'}  {one.question}  ({one.by}){': ' + said if said else ''}")
    if not assistant.model.verified and not as_json:
        print("the model has no verified questions")
    return 1 if failed else 0

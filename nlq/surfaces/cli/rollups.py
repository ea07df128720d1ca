"""`nlq rollup verify` and `nlq model verify`: what is declared, tried on the data."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from nlq.errors import NlqError

if TYPE_CHECKING:
    from nlq.api import SyncAssistant
    from nlq.evals.rollups import Checked
    from nlq.values import Principal

UNUSED = "no question is answered from {}: nothing says here that it was built from its base rows as they are"
UNSEEN = "{} was not compared: it holds no rows of anybody who may ask here"


def verify(assistant: SyncAssistant, principals: list[Principal], *, as_json: bool) -> int:
    """Every rollup beside its base rows; 1 where one does not add up."""
    from nlq.evals.rollups import verify as compare  # noqa: PLC0415

    broken, seen, used = 0, set(), set()
    for one in compare(assistant, principals):
        broken += bool(one.differs)
        seen.add(one.rollup)
        used |= {one.rollup} if one.used else set()
        if as_json:
            print(json.dumps(asdict(one), default=str))
        elif one.differs:
            print(
                f"{one.rollup} does not add up to {one.metric} {split(one)}: {one.differs}",
                file=sys.stderr,
            )
        else:
            print(f"{one.rollup}: {one.metric} {split(one)}, {one.groups:,} groups, equal")
    for rollup in assistant.model.rollups:
        if rollup.table not in used and not as_json:
            print((UNUSED if rollup.table in seen else UNSEEN).format(rollup.table))
    if not assistant.model.rollups and not as_json:
        print("the model has no rollups")
    return 1 if broken else 0


def split(one: Checked) -> str:
    """How a comparison is split, and for whom."""
    return f"{'by ' + ', '.join(one.dimensions) if one.dimensions else 'in all'} for {one.asker}"


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

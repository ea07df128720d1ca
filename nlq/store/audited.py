"""What the audit log says of one question: from the values of the pipeline, as they came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nlq.errors import NlqError
from nlq.policy.cost import Cost
from nlq.policy.scope import ScopedQuery
from nlq.values import Answer, SemanticQuery, SqlDraft

if TYPE_CHECKING:
    from nlq.store.sqlite import Kept
    from nlq.values import Interpretation, Principal, Question


class Watched:
    """One question on its way. `entry` may be asked for at any time; before there is an answer it was abandoned."""

    def __init__(self, question: Question, given: Interpretation | None, surface: str, *, explain: bool) -> None:
        outcome = None if given is None else given.outcome
        self._kind = "ask" if given is None else "sql" if isinstance(outcome, SqlDraft) else "query"
        self._question, self._surface, self._explain = question, surface, explain
        self._written = outcome.text if isinstance(outcome, SqlDraft) else ""
        self._given = outcome.to_json() if isinstance(outcome, SemanticQuery) else None
        self._scoped: list[ScopedQuery] = []  # several where a change is taken apart
        self._cells: int | None = None
        self._answer: Answer | None = None
        self._problem: NlqError | None = None

    def saw(self, step: object) -> None:
        """A value of the pipeline, as it came to exist; or the error that ended it."""
        if isinstance(step, ScopedQuery):
            self._scoped.append(step)
        elif isinstance(step, Cost):
            self._cells = (self._cells or 0) + step.cells
        elif isinstance(step, Answer):
            self._answer = step
        elif isinstance(step, NlqError):
            self._problem = step

    @property
    def unmasked(self) -> bool:
        """Whether it reads a column that the model masks and this asker may see."""
        return any(one.unmasked for one in self._scoped)

    def entry(self) -> dict[str, Any]:
        """Who asked what, what of the data was read under which rules, what ran, and what came of it; no value of a row."""
        asker, answer, scoped, problem = self._question.principal, self._answer, self._scoped, self._problem
        return {
            **_who(asker, self._surface),
            "kind": self._kind, "explain": self._explain, "question": self._written or self._question.text,
            "conversation": self._question.conversation_id or None,
            "answer": answer.id if answer else None,
            "status": answer.status if answer else "refused" if problem else "abandoned",
            "reason": answer.reason.code if answer and answer.reason else problem.code if problem else None,
            "query": answer.query.to_json() if answer and answer.query else self._given,
            "tables": sorted({name for one in scoped for name in one.reads}) if not self._explain else [],
            "rules": list(dict.fromkeys(f"{rule.table}: {rule.because}" for one in scoped for rule in one.rules)),
            "unmasked": self.unmasked,
            "sql": self._ran(answer) if answer and not self._explain else "",
            "engine": answer.provenance.engine if answer and scoped else None,
            "data_version": answer.provenance.data_version if answer and scoped else None,
            "model_hash": answer.provenance.model_hash if answer else None,
            "cells": self._cells,
            "rows": len(answer.rows) if answer else 0, "truncated": bool(answer and answer.truncated),
            "cache": bool(answer and answer.cache_hit), "ms": round(answer.timings.total, 1) if answer else None,
        }  # fmt: skip

    def _ran(self, answer: Answer) -> str:
        """What ran: one statement, or, where a change was taken apart, each of its own."""
        if answer.query is None or len(self._scoped) == 1 or not answer.query.compare:
            return answer.sql_executed
        return ";\n".join(dict.fromkeys(one.sql(answer.provenance.engine)[0] for one in self._scoped))


def _who(asker: Principal, surface: str) -> dict[str, Any]:
    """When, by which way, and who: the attributes that rules and masks are written over."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "surface": surface, "org_id": asker.org_id, "sub": asker.sub,
        "roles": list(asker.roles), "regions": asker.regions if asker.regions == "*" else list(asker.regions),
    }  # fmt: skip


def of_kept(kept: Kept, asker: Principal, surface: str) -> dict[str, Any]:
    """That an answer was read again by its asker."""
    return {
        **_who(asker, surface),
        "kind": "read", "question": "", "query": None, "answer": kept.id, "conversation": kept.conversation_id, "status": kept.status,
        "reason": None, "rows": 0,
    }  # fmt: skip

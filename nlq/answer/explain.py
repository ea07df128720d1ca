"""Answers that are more than one result, or none: what the data is, and what a change is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nlq.answer import chart, why
from nlq.answer.build import common, provenance, unasked
from nlq.answer.confidence import judge
from nlq.answer.told import told
from nlq.values import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.policy.scope import ScopedQuery
    from nlq.semantics.model import SemanticModel
    from nlq.values import Plan, Question, Result, Snapshot, Statement
    from nlq.values.explaining import About, Decomposition


@dataclass(frozen=True, slots=True)
class Ran:
    """One query of an explanation, as it was run; `result` is None where it was only compiled."""

    part: why.Part
    statement: Statement
    scoped: ScopedQuery
    engine: str
    result: Result | None
    warnings: tuple[str, ...]


def about_the_data(question: Question, plan: Plan, outcome: About, model: SemanticModel, snapshot: Snapshot, ident: str) -> Answer:  # fmt: skip
    """What is asked about the data itself, in words."""
    return Answer(
        **common(question, plan, ident), status="answered", text=told(outcome, model, snapshot), confidence=judge(plan),
        provenance=unasked(plan, model),
    )  # fmt: skip


def taken_apart(question: Question, plan: Plan, outcome: Decomposition, snapshot: Snapshot, ran: Sequence[Ran], model: SemanticModel,
                ident: str) -> Answer:  # fmt: skip
    """A change and what it is made of. The SQL shown is that of the whole; every table that was read is named."""
    first = ran[0]
    results = [(one.part, one.result) for one in ran if one.result is not None]
    made = why.explained(outcome, model, results) if results else None
    sources = provenance(plan, snapshot, first.statement, first.scoped, model, first.engine, (*first.warnings, *first.statement.lineage.notes))  # fmt: skip
    tables = tuple(dict.fromkeys(name for one in ran for name in one.scoped.tables))
    return Answer(
        **common(question, plan, ident),
        status="answered",
        query=outcome.query,
        sql=first.statement.sql(),
        sql_executed=first.result.sql if first.result is not None else first.scoped.sql(first.engine)[0],
        columns=made.columns if made is not None else (),
        rows=made.rows if made is not None else (),
        text=made.text if made is not None else "",
        chart=chart.vega(chart.choose(*made.drawn), *made.drawn) if made is not None else None,
        confidence=judge(plan),
        provenance=replace(sources, tables=tables),
    )

"""The Answer, put together from what the steps left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from nlq.answer import chart, suggest
from nlq.answer.confidence import judge
from nlq.answer.figures import without_totals
from nlq.answer.narrative import narrate
from nlq.errors import Failed, NlqError, Refused
from nlq.sql.dialect import HOT
from nlq.sql.tiers import COLD
from nlq.values import (
    Answer,
    Assumption,
    Clarification,
    Confidence,
    Option,
    Plan,
    Provenance,
    Question,
    Reason,
    Refusal,
    Result,
    SemanticQuery,
    Snapshot,
    Statement,
    Timings,
)
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nlq.policy.scope import ScopedQuery
    from nlq.semantics.model import SemanticModel
    from nlq.values import Column


def answered(question: Question, plan: Plan, snapshot: Snapshot, statement: Statement, scoped: ScopedQuery, result: Result | None,
             model: SemanticModel, ident: str, dialect: str, warnings: tuple[str, ...]) -> Answer:  # fmt: skip
    """The answer to a question that was run; or compiled only (`result` is None)."""
    columns = labelled(result.columns if result is not None else statement.columns, model)
    rows = result.rows if result is not None else ()
    query = plan.outcome if isinstance(plan.outcome, SemanticQuery) else None
    said, parts = without_totals(columns, rows)
    picture = chart.choose(said, parts)
    limited, per = query is not None and query.limit is not None, query.per if query is not None else ()
    text = (
        ""
        if result is None
        else narrate(said, parts, limited=limited, per=per, whole=_whole(query), days=_days(question, query, model))
    )
    return Answer(
        **common(question, plan, ident),
        status="answered",
        query=query,
        sql=statement.sql(),
        sql_executed=result.sql if result is not None else scoped.sql(dialect)[0],
        columns=columns,
        rows=rows,
        truncated=result.truncated if result is not None else False,
        text=text,
        suggestions=()
        if plan.interpretation.given
        else suggest.after(plan.outcome, model, plan.interpretation.language),
        chart=chart.vega(picture, said, parts),
        confidence=judge(plan),
        cache_hit=result is not None and result.age_s is not None,
        cache_age_s=round(result.age_s, 3) if result is not None and result.age_s is not None else 0.0,
        provenance=provenance(
            plan,
            snapshot,
            statement,
            scoped,
            model,
            dialect,
            (
                *warnings,
                *statement.lineage.notes,
                *_ties(query, result, model),
                *_broken_promises(question, snapshot, scoped, model),
            ),
        ),
    )


def labelled(columns: tuple[Column, ...], model: SemanticModel) -> tuple[Column, ...]:
    """The columns with what people read for their codes: "Sunday" for 7, "Region III" for R03. Rows keep the codes."""
    return tuple(
        replace(one, labels=model.labels[one.name]) if one.role == "dimension" and one.name in model.labels else one
        for one in columns
    )


def _ties(query: SemanticQuery | None, result: Result | None, model: SemanticModel) -> Iterator[str]:
    """That a limit cuts between rows that are equally good."""
    if query is None or result is None or not result.tied:
        return
    labels = {one.name: one.label for one in result.columns}
    metrics = [one.label for one in result.columns if one.role == "metric"]
    times = [name for name in query.dimensions if model.is_time_grain(name)]
    by = ", ".join(labels.get(one.by, one.by) for one in query.order) or (labels[times[0]] if times else metrics[0])
    more = f"{result.tied} more {'row has' if result.tied == 1 else 'rows have'}"
    if query.per:
        yield f"{by}: rows tie at the limit of {query.limit}; in one {' and '.join(labels[one] for one in query.per)} {more} what the last one shown has"
    else:
        yield f"{by}: {more} what the last one shown has; the limit of {query.limit} leaves them out"


def _broken_promises(
    question: Question, snapshot: Snapshot, scoped: ScopedQuery, model: SemanticModel
) -> Iterator[str]:
    """Tables whose rows are older than the model promises."""
    for name in scoped.tables:
        promise, state = model.tables[name].fresh_within, snapshot.tables.get(name)
        if promise is None or state is None or state.fresh_as_of is None:
            continue
        count, _, unit = promise.partition(" ")
        age = question.asked_at - state.fresh_as_of
        if age > timedelta(**{f"{unit.rstrip('s')}s": int(count)}):
            yield f"{name} was last filled on {state.fresh_as_of:%Y-%m-%d %H:%M}; it is promised to be no older than {promise}"


def _whole(query: SemanticQuery | None) -> str:
    """The name of the side that holds everything, where the others are parts of it; "" where there is none."""
    return next((one.label for one in query.segments if not one.where), "") if query is not None else ""


def _days(question: Question, query: SemanticQuery | None, model: SemanticModel) -> tuple[date | None, date | None]:
    """The first and the last day that the figures are over: today is the last there can be, but where they are of months that have passed."""
    if query is None or not isinstance(query.period, Period):
        parts = [(term, model.dimensions[term.field].part) for term in (query.where if query else ()) if term.field in model.dimensions]  # fmt: skip
        months = {value for term, part in parts if part is not None and part.unit == "month" and term.op in ("=", "in") for value in term.values}  # fmt: skip
        return None, None if months and question.as_of.month not in months else question.as_of
    return query.period.start, query.period.end


def asked_back(
    question: Question, plan: Plan, clarification: Clarification, model: SemanticModel, ident: str
) -> Answer:
    """A question back, with its options."""
    return Answer(
        **common(question, plan, ident),
        status="clarify",
        text=clarification.text,
        options=tuple(Option(label, query) for label, query in clarification.options),
        confidence=Confidence("low", agreement=plan.interpretation.agreement),
        provenance=unasked(plan, model),
    )


def declined(
    question: Question, plan: Plan | None, refusal: Refusal | NlqError, model: SemanticModel, ident: str
) -> Answer:
    """No answer, and why. A deliberate error keeps its code; what it says in public is all that is said."""
    failed = isinstance(refusal, Failed)
    text = _told(refusal) if isinstance(refusal, NlqError) else refusal.text
    code = refusal.code if refusal.code != "warehouse" else "internal"
    return Answer(
        **common(question, plan, ident),
        status="failed" if failed else "declined",
        suggestions=suggest.first(model) if code in ("out_of_scope", "no_metric") else (),
        query=plan.outcome if plan is not None and isinstance(plan.outcome, SemanticQuery) else None,
        text=text,
        reason=Reason(code, text),
        provenance=unasked(plan, model),
    )


def _told(problem: NlqError) -> str:
    """What an asker is told; of what the guard refuses also where it stands in their SQL, and what to do."""
    if not isinstance(problem, Refused):
        return problem.public
    place = f" ({problem.where})" if problem.where.startswith("line ") else ""
    return f"{problem.public}{place}{f'. {problem.fix[0].upper()}{problem.fix[1:]}' if problem.fix else ''}"


def unasked(plan: Plan | None, model: SemanticModel) -> Provenance:
    """Where nothing was run: by what it was read, and nothing of data."""
    if plan is None:
        return Provenance(model_hash=model.hash)
    version = plan.interpretation.prompt_version
    return Provenance(model_hash=model.hash, warnings=plan.warnings, prompt_version=version)


def common(question: Question, plan: Plan | None, ident: str) -> dict[str, Any]:
    """What every answer has, whatever its status."""
    read = plan.interpretation if plan is not None else None
    return {
        "id": ident,
        "conversation_id": question.conversation_id or ident,
        "question": question.text,
        "asked_at": question.asked_at,
        "as_of": question.as_of,
        "language": read.language if read is not None else "en",
        "reading": plan.reading if plan is not None else "",
        "words": read.words if read is not None else (),
        "assumptions": tuple(Assumption(one.text, one.change) for one in read.assumptions) if read is not None else (),
    }


def provenance(plan: Plan, snapshot: Snapshot, statement: Statement, scoped: ScopedQuery, model: SemanticModel, engine: str,
                warnings: tuple[str, ...]) -> Provenance:  # fmt: skip
    """Where a statement's figures come from, how fresh they are, and whose rows they are over."""
    states = [snapshot.tables[name] for name in scoped.tables if name in snapshot.tables]
    return Provenance(
        metrics=tuple(model.describe_metric(name) for name in statement.lineage.metrics),
        tables=scoped.tables,
        rollup=statement.lineage.rollup,
        hot=COLD not in scoped.tiers or HOT in scoped.tiers,
        cold=COLD in scoped.tiers,
        watermark=snapshot.watermark,
        engine=engine,
        data_version=snapshot.version_of(scoped.tables),
        fresh_as_of=min((state.fresh_as_of for state in states if state.fresh_as_of), default=None),
        scope=tuple(f"{rule.table}: {rule.because}" for rule in scoped.rules),
        warnings=warnings if snapshot.unverified_s is None else (*warnings, _unverified(snapshot.unverified_s)),
        model_hash=model.hash,
        prompt_version=plan.interpretation.prompt_version,
    )


def _unverified(seconds: float) -> str:
    return f"the database cannot be reached: this is a kept answer, and the data was last looked at {seconds:.0f} s ago"


def timed(answer: Answer, laps: dict[str, float], total: float) -> Answer:
    """The answer with its timings."""
    from dataclasses import replace  # noqa: PLC0415

    return replace(answer, timings=Timings(**laps, total=total))

"""One question's way through, on one page. Streaming, tracing, audit and --explain all just listen to `steps`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from nlq.answer import why
from nlq.answer.build import answered, asked_back, declined, timed
from nlq.answer.explain import Ran, about_the_data, taken_apart
from nlq.errors import BadRequest, NlqError, OutOfScope, SettingsError
from nlq.language.plan import data_warnings, make_plan
from nlq.language.verified import vouched_for
from nlq.policy.cost import estimate
from nlq.policy.scope import draft_statement, scope
from nlq.sql.compile import compile_query
from nlq.values import Clarification, Interpretation, Principal, Question, Refusal, ScopeValues, SemanticQuery, SqlDraft
from nlq.values.explaining import About, Decomposition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import date

    from nlq.engines.base import Engine, Limits
    from nlq.policy.budgets import Budgets
    from nlq.semantics.model import SemanticModel
    from nlq.store.conversations import Conversations
    from nlq.values import Answer, Plan, Snapshot, Statement


RUNS = 3  # a question runs again where what is published changed under it, twice at most


class Reads(Protocol):
    """Turns a question into an interpretation: the deterministic reader, a language model, or both."""

    async def read(self, question: Question, values: ScopeValues, snapshot: Snapshot) -> Interpretation:
        """One outcome, and what each word was taken for."""

    async def close(self) -> None:
        """Let go of what it reads with."""


class Values(Protocol):
    """Knows the values of a scope."""

    async def of(self, principal: Principal, snapshot: Snapshot) -> ScopeValues:
        """The values that an asker's own rows hold."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps and what they need. `scope` is called, not injected: the one step that nobody may replace."""

    model: SemanticModel
    reader: Reads
    values: Values
    engine: Engine
    limits: Limits
    budgets: Budgets
    conversations: Conversations
    new_id: Callable[[], str]

    async def steps(
        self, question: Question, given: Interpretation | None = None, *, explain: bool = False
    ) -> AsyncIterator[object]:
        """Every value as it comes to exist, the Answer last.

        Args:
            question: what is asked, by whom, on which day.
            given: what was not read from words: a SemanticQuery or SQL.
            explain: stop before the engine.

        Raises:
            BadRequest: a given query is wrong. (What the reader made of words is never the asker's fault: it is declined.)
        """
        model, principal, ident, watch, plan = self.model, question.principal, self.new_id(), _Watch(), None
        question = await self._after(question) if given is None else question
        yield question
        try:
            snapshot = await self.engine.snapshot(principal.org_id)
            values = await self.values.of(principal, snapshot) if given is None else ScopeValues()
            read = given or vouched_for(question, model) or await self.reader.read(question, values, snapshot)
            watch.lap("read")
            yield read
            plan = make_plan(read, model, principal, values)
            watch.lap("plan")
            yield plan
            said = await self._without_data(question, plan, snapshot, ident)
            if said is not None:
                yield watch.done(said)
                return
            if isinstance(plan.outcome, Decomposition):
                async for step in self._taken_apart(question, plan, plan.outcome, snapshot, ident, watch, explain=explain):  # fmt: skip
                    yield step
                return
            for run in range(RUNS):
                yield snapshot
                statement = self._statement(plan, snapshot, question.as_of)
                warnings = *plan.warnings, *data_warnings(plan, statement, snapshot)
                watch.lap("compile")
                yield statement
                scoped = scope(statement, principal, model)
                engine = self.engine.picks(scoped)
                scoped.sql(engine)  # rendered and proven here: a failed proof is the guard's, not the engine's
                watch.lap("guard")
                yield scoped
                if explain:
                    result = None
                    break
                cost = estimate(
                    statement, model, snapshot, reads=scoped.reads, written=isinstance(plan.outcome, SqlDraft)
                )
                yield cost
                self.budgets.check(principal, cost)
                with self.budgets.spending(principal, cost) as spent:
                    result = await self.engine.run(scoped, self.limits, snapshot)
                    spent.append(result)
                watch.lap("execute")
                now = snapshot if result.age_s is not None else await self._still(snapshot, principal.org_id)
                if now.publication == snapshot.publication:
                    break
                if run == RUNS - 1:
                    warnings = (*warnings, "the data was being moved while this ran: ask again to be sure")
                snapshot = now
            if result is not None:
                yield result
            await self._goes_on(question, plan, ident)
            yield watch.done(answered(question, plan, snapshot, statement, scoped, result, model, ident, engine, warnings))  # fmt: skip
        except NlqError as problem:
            yield watch.done(await self._not_answered(question, plan, _blame(problem, read_from_words=given is None), ident))  # fmt: skip

    async def _after(self, question: Question) -> Question:
        """The question, with what was asked before it in its conversation."""
        if not question.conversation_id:
            return question
        return replace(question, before=await self.conversations.of(question.principal, question.conversation_id))

    async def _without_data(self, question: Question, plan: Plan, snapshot: Snapshot, ident: str) -> Answer | None:
        """What is answered without an engine: what is asked about the data itself, a question back, or no answer."""
        if isinstance(plan.outcome, Clarification):
            await self._goes_on(question, plan, ident)
            return asked_back(question, plan, plan.outcome, self.model, ident)
        if isinstance(plan.outcome, About):
            return about_the_data(question, plan, plan.outcome, self.model, snapshot, ident)
        return (
            await self._not_answered(question, plan, plan.outcome, ident) if isinstance(plan.outcome, Refusal) else None
        )

    async def _taken_apart(self, question: Question, plan: Plan, outcome: Decomposition, snapshot: Snapshot, ident: str, watch: _Watch,
                           *, explain: bool) -> AsyncIterator[object]:  # fmt: skip
        """A change, taken apart: each of its queries is compiled, scoped, counted and run as any other is."""
        for run in range(RUNS):
            yield snapshot
            ran: list[Ran] = []
            for part in why.parts(outcome, self.model)[: 1 if explain else None]:
                statement = compile_query(self.model, part.query, snapshot)
                warnings = *plan.warnings, *(data_warnings(plan, statement, snapshot) if not ran else ())
                if not ran:
                    yield statement  # the whole; the parts' rows are no rows of the answer, and are not handed out by themselves
                scoped = scope(statement, question.principal, self.model)
                engine = self.engine.picks(scoped)
                scoped.sql(engine)
                yield scoped
                result = None
                if not explain:
                    cost = estimate(statement, self.model, snapshot, reads=scoped.reads, written=False)
                    yield cost
                    self.budgets.check(question.principal, cost)
                    with self.budgets.spending(question.principal, cost) as spent:
                        result = await self.engine.run(scoped, self.limits, snapshot)
                        spent.append(result)
                ran.append(Ran(part, statement, scoped, engine, result, warnings))
            now = snapshot if explain else await self._still(snapshot, question.principal.org_id)
            if now.publication == snapshot.publication:
                break
            moving = ("the data was being moved while this ran: ask again to be sure",) if run == RUNS - 1 else ()
            snapshot, ran[0] = now, replace(ran[0], warnings=(*ran[0].warnings, *moving))
        watch.lap("execute")
        await self._goes_on(question, plan, ident)
        yield watch.done(taken_apart(question, plan, outcome, snapshot, ran, self.model, ident))

    async def _goes_on(self, question: Question, plan: Plan, ident: str) -> None:
        """Keep what the next question may go on from; a conversation that begins has its first answer's id."""
        before = question.before
        outcome = plan.outcome.query if isinstance(plan.outcome, Decomposition) else plan.outcome
        if not question.text or not isinstance(outcome, (Clarification, SemanticQuery)):
            return
        explained = isinstance(plan.outcome, Decomposition)
        now = before.asked(outcome.options) if isinstance(outcome, Clarification) else before.then(outcome, explained=explained)  # fmt: skip
        await self.conversations.keep(question.principal, question.conversation_id or ident, now)

    async def _not_answered(self, question: Question, plan: Plan | None, why_not: Refusal | NlqError, ident: str) -> Answer:  # fmt: skip
        """Say why there is no answer, and keep that there was none: what points back at it must not go on from the question before it."""
        if question.text and plan is not None and not plan.interpretation.given:
            now = question.before.lost(new=plan.interpretation.changed is None)
            await self.conversations.keep(question.principal, question.conversation_id or ident, now)
        return declined(question, plan, why_not, self.model, ident)

    async def close(self) -> None:
        """Let go of the databases and the language model."""
        self.budgets.close()
        await self.engine.close()
        await self.reader.close()

    def _statement(self, plan: Plan, snapshot: Snapshot, as_of: date) -> Statement:
        """The outcome as one SELECT, in the tiers that the snapshot says."""
        assert isinstance(plan.outcome, (SqlDraft, SemanticQuery))  # noqa: S101 - the others were answered before
        if isinstance(plan.outcome, SqlDraft):
            return draft_statement(plan.outcome, self.model, snapshot.watermark, as_of)
        return compile_query(self.model, plan.outcome, snapshot)

    async def _still(self, snapshot: Snapshot, org_id: str) -> Snapshot:
        """What is published after a query; where nothing can move, what was before."""
        return await self.engine.snapshot(org_id) if snapshot.publication else snapshot


def _blame(problem: NlqError, *, read_from_words: bool) -> NlqError:
    """A wrong query is its writer's; one that the reader made is declined."""
    if not isinstance(problem, BadRequest):
        return problem
    if isinstance(problem, SettingsError):  # the deployment's own fault
        raise problem
    if read_from_words:
        return OutOfScope(problem.what, where=problem.where, fix=problem.fix)
    raise problem


class _Watch:
    """How long each step took, in milliseconds."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = (now - self._last) * 1_000
        self._last = now

    def done(self, answer: Answer) -> Answer:
        self.lap("answer")
        return timed(answer, self._laps, (self._last - self._start) * 1_000)

"""From an interpretation to a plan: checked against what the asker may see, and said in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.errors import NoData
from nlq.language import sentences
from nlq.language.say import reading
from nlq.policy.access import check_places
from nlq.semantics import periods
from nlq.semantics.joins import unknown_metric
from nlq.values import Clarification, Interpretation, Plan, Refusal, SqlDraft
from nlq.values.explaining import About, Decomposition
from nlq.values.query import Period, SemanticQuery

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.values import Principal, ScopeValues, Snapshot, Statement


def make_plan(read: Interpretation, model: SemanticModel, principal: Principal, values: ScopeValues) -> Plan:
    """What will be done.

    Raises:
        NotPermitted: the query names places outside the asker's regions.
        BadRequest: a given query names a metric that is not there.
    """
    outcome, words = read.outcome, sentences.of(read.language)
    if isinstance(outcome, Refusal):
        return Plan(outcome, "", read, read.notes)
    if isinstance(outcome, Clarification):
        return Plan(outcome, "", read, read.notes)
    if isinstance(outcome, SqlDraft):
        said = "SQL that a language model wrote for this" if outcome.author == "model" else "the SQL as it was written"
        return Plan(outcome, said, read, read.notes)
    if isinstance(outcome, About):
        said = words.say("about")
        return Plan(outcome, f"{said[:1].upper()}{said[1:]}", read, read.notes)
    query = outcome.query if isinstance(outcome, Decomposition) else outcome
    for name in query.metric_names():
        if name not in model.metrics:
            raise unknown_metric(model, name)
    check_places(query, principal, model)
    said = reading(query, model, principal, values, read.language)
    if isinstance(outcome, Decomposition):
        said = words.say("made_of", f"{said[:1].lower()}{said[1:]}")
        said = f"{said[:1].upper()}{said[1:]}"
    if read.changed is not None:
        said += words.say("goes_on", ", ".join(read.changed) or words.say("nothing"))
    return Plan(outcome, said, read, read.notes)


def data_warnings(plan: Plan, statement: Statement, snapshot: Snapshot) -> tuple[str, ...]:
    """What the asker should know about the period and the data; a period wholly outside the data is declined.

    Raises:
        NoData: there is no day of the period on which this tenant has data.
    """
    query = plan.outcome.query if isinstance(plan.outcome, Decomposition) else plan.outcome
    if not isinstance(query, SemanticQuery) or not isinstance(query.period, Period):
        return ()
    states = [snapshot.tables[name] for name in statement.lineage.tables if name in snapshot.tables]
    firsts = [state.first for state in states if state.first is not None]
    lasts = [state.last for state in states if state.last is not None]
    if not firsts or not lasts:
        return ()
    first, last = min(firsts), max(lasts)
    if query.period.end < first or query.period.start > last:
        raise NoData(f"there is no data for {periods.say(query.period)}: it runs from {first} to {last}",
                     fix="ask for a period inside it")  # fmt: skip
    found = []
    if query.period.start < first:
        found.append(f"the data begins on {first}")
    if query.period.end > last:
        found.append(f"the data ends on {last}")
    return tuple(found)

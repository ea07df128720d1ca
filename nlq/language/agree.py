"""Two readings of one question, and what follows from whether they agree.

Two readings agree when their normal forms are equal. What shared code resolved (values, the calendar, defaults) is the same
for both, and no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nlq.errors import SettingsError
from nlq.language import followups
from nlq.language.client import ModelAway
from nlq.language.say import reading
from nlq.semantics import periods
from nlq.values import Clarification, Interpretation, Refusal
from nlq.values.explaining import About, Decomposition
from nlq.values.query import Condition, MetricEntry, Period, SemanticQuery, Shift, dump

if TYPE_CHECKING:
    from nlq.language.planner import ModelPlanner
    from nlq.language.reader import Reader
    from nlq.semantics.model import SemanticModel
    from nlq.values import Question, ScopeValues, Snapshot

READS = "en"  # what the reader reads
AWAY = "the language model could not be used: this is the reader's reading alone"


@dataclass(frozen=True, slots=True)
class Readings:
    """The deterministic reader, the language model where there is one, and what to do with both."""

    model: SemanticModel
    reader: Reader
    planner: ModelPlanner | None = None

    async def read(self, question: Question, values: ScopeValues, snapshot: Snapshot) -> Interpretation:
        """One interpretation, by whom the question says: the reader, the model, or both (the default with a model).

        Raises:
            SettingsError: it says the model, and none is set; or a recording of one is stale.
        """
        wanted = question.planner or ("reader" if self.planner is None else "both")
        if wanted != "reader" and self.planner is None:
            raise SettingsError(
                "there is no language model", where="--planner", fix="set NLQ_MODEL, or leave --planner out"
            )
        first = self.reader.reading(question, values)
        if wanted == "reader" or self.planner is None:
            return first
        if followups.is_about_turns(question, first):
            return first
        if wanted == "both" and (
            _settled(first) or (first.changed is not None and not self.planner.can_change(question))
        ):
            return first
        try:
            second = await self.planner.read(question, values, snapshot)
        except ModelAway:
            return replace(first, notes=(*first.notes, AWAY))
        return second if wanted == "model" else self._both(first, second, question, values)

    async def close(self) -> None:
        """Let go of the language model's connections."""
        if self.planner is not None:
            await self.planner.client.close()

    def _both(
        self, first: Interpretation, second: Interpretation, question: Question, values: ScopeValues
    ) -> Interpretation:
        """The reader's reading stands where the two agree; where they differ in more than a default, it is asked about."""
        mine, theirs = first.outcome, second.outcome
        version = second.prompt_version
        if isinstance(mine, Refusal):
            # What the reader cannot read the model may; nothing confirms it. Where neither can, the reader says it best in
            # the language that it reads.
            if isinstance(theirs, Refusal):
                return first if second.language == READS else second
            return replace(second, doubts=(*second.doubts, *_passed_over(first, second)))
        assert isinstance(mine, SemanticQuery)  # noqa: S101 - a question back was settled before
        if not isinstance(theirs, SemanticQuery):
            said = ("the language model finds several meanings in this" if isinstance(theirs, Clarification)
                    else "the language model finds no figure for this")  # fmt: skip
            return replace(first, agreement=False, doubts=(*first.doubts, said), prompt_version=version)
        form = normal(theirs, self.model)
        if normal(mine, self.model) == form:
            return replace(first, agreement=True, prompt_version=version, language=second.language)
        said = reading(theirs, self.model, question.principal, values)
        if any(normal(other, self.model) == form for other in _others(first, mine)):
            return replace(
                first, agreement=False, doubts=(*first.doubts, f"it was also read as: {said}"), prompt_version=version
            )
        ours = reading(mine, self.model, question.principal, values)
        options = ((ours, mine), (said, theirs))
        return replace(first, outcome=Clarification("Two readings of this differ. Which is meant?", options), agreement=False,
                       assumptions=(), prompt_version=version)  # fmt: skip


def _passed_over(first: Interpretation, second: Interpretation) -> tuple[str, ...]:
    """What the reader did not understand and the model left out: it may change the figure."""
    ignored = [word for word in second.words if word.kind == "ignored"]
    return tuple(
        f'the language model left out "{word.text}", which the reader does not know'
        for word in first.words
        if word.kind in ("unknown", "not understood") and any(one.start <= word.start < one.end for one in ignored)
    )


def _settled(first: Interpretation) -> bool:
    """Whether no second reading could change what is done: a question back, something known not to be in the data, or what only the reader reads."""
    if isinstance(first.outcome, (About, Decomposition)):
        return True
    return isinstance(first.outcome, Clarification) or (isinstance(first.outcome, Refusal) and first.outcome.firm)


def _others(read: Interpretation, query: SemanticQuery) -> list[SemanticQuery]:
    """The query with each assumption's other choice in it."""
    found = []
    for one in read.assumptions:
        try:
            found.append(SemanticQuery.from_json({**query.to_json(), **one.change}))
        except ValueError:
            continue  # a change that needs another one beside it
    return found


def normal(query: SemanticQuery, model: SemanticModel) -> tuple[Any, ...]:
    """A query's normal form: equal for two queries that ask for the same rows in different words."""
    names = [one if isinstance(one, str) else one.metric or "" for one in query.metrics]
    timed = any(name in model.metrics and model.has_time(name) for name in names)
    shown = frozenset(query.dimensions)
    order: tuple[Any, ...] = ()
    if query.limit is not None:
        order = tuple((one.by, one.dir) for one in query.order if one.by not in query.per) or (
            (names[0] if names else "", "desc"),
        )
    return (
        frozenset(_metric(one) for one in query.metrics), shown, _where(query, model), frozenset(_condition(one, model) for one in query.having),
        (query.period.start, query.period.end) if timed and isinstance(query.period, Period) else "all",
        frozenset(_compared(one, query.period) for one in query.compare), order, query.limit,
        repr([dump(part) for part in (query.segments, query.share, query.per, query.totals, query.include_empty, query.list)]),
    )  # fmt: skip


def _metric(one: str | MetricEntry) -> str:
    return one if isinstance(one, str) else repr(dump(one))


def _compared(one: Shift | Period, period: Any) -> Any:
    if isinstance(one, Shift) and isinstance(period, Period):
        count, _, unit = one.shift.partition(" ")
        one = periods.shift(period, -int(count), unit.rstrip("s"))  # type: ignore[arg-type]
    return (one.start, one.end) if isinstance(one, Period) else one.shift


def _where(query: SemanticQuery, model: SemanticModel) -> frozenset[Any]:
    """The conditions, without those that another one implies or that shared code adds."""
    flat: list[Condition] = []
    for one in query.where:
        flat.extend(one.all if one.all is not None else (one,))
    optional = {name for name, one in model.dimensions.items() if one.optional}
    flat = [one for one in flat if not (one.op == "is_not_null" and one.field in optional)]
    within = [_ancestry(one, model) for one in flat]
    kept = [one for one in flat if not any(_implied(one, ancestry, model) for ancestry in within)]
    return frozenset(_condition(one, model) for one in kept)


def _ancestry(one: Condition, model: SemanticModel) -> dict[str, frozenset[Any]]:
    """For a condition on places: the places of each level above that hold every one of them."""
    level = model.dimensions[one.field].place if one.field in model.dimensions else None
    if level is None or one.op not in ("=", "in"):
        return {}
    order = ("city", "province", "region", "island_group")
    above: dict[str, set[Any]] = {}
    for value in one.values:
        for place in (entry for entry in model.gazetteer.places if entry.level == level and entry.value == value):
            named = {"province": place.province, "region": place.region, "island_group": place.island_group}
            for name in order[order.index(level) + 1 :]:
                above.setdefault(name, set()).add(named[name])
    return {name: frozenset(values) for name, values in above.items()}


def _implied(one: Condition, ancestry: dict[str, frozenset[Any]], model: SemanticModel) -> bool:
    level = model.dimensions[one.field].place if one.field in model.dimensions else None
    if level not in ancestry or one.op not in ("=", "in"):
        return False
    named = {place.label: place.value for place in model.gazetteer.places if place.level == level}
    return {named.get(str(value), value) for value in ancestry[level]} <= set(one.values)


def _condition(one: Condition, model: SemanticModel) -> Any:
    for name, parts in (("any", one.any), ("all", one.all)):
        if parts is not None:
            inner = frozenset(_condition(part, model) for part in parts)
            return next(iter(inner)) if len(inner) == 1 else (name, inner)
    op = {"=": "in", "!=": "not_in"}.get(one.op or "", one.op)
    values: Any = frozenset(one.values) if op in ("in", "not_in") else one.values
    field = one.field
    groups = [place for place in model.gazetteer.places if place.level == "region"]
    if field in model.dimensions and model.dimensions[field].place == "island_group" and op in ("in", "not_in"):
        field = next((name for name, entry in model.dimensions.items() if entry.place == "region"), field)
        values = frozenset(place.value for place in groups if place.island_group in values)
    return (field, op, values, repr(dump(one.query)) if one.query is not None else "")

"""The language model as a reader: it turns a question into a SemanticQuery, a question back, SQL, or a refusal.

What it says is checked before it is believed: names, values, the form, that it compiles, that every word of the question is
accounted for. What is wrong is said to it, twice at most. No text that it wrote reaches an asker.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest, NlqError
from nlq.language import followups, known
from nlq.language.client import ModelAway
from nlq.language.prompts import Message, prompt
from nlq.language.say import reading
from nlq.policy.scope import draft_statement, scope
from nlq.semantics.periods import named_period
from nlq.sql.compile import compile_query
from nlq.values import Assumed, Clarification, Interpretation, Refusal, SqlDraft, Word
from nlq.values.query import COUNTS, SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.language.client import ModelClient
    from nlq.language.prompts import Prompt
    from nlq.semantics.model import SemanticModel
    from nlq.values import Question, ScopeValues, Snapshot

REPAIRS = 2
MOST_OPTIONS = 5
CONTENT = re.compile(r"\w+", re.UNICODE)
OPS = (*COUNTS, "in", "not_in")
NOT_SAYABLE = (
    "the question before this one is of a kind that a language model cannot change here: ask all of it in one question"
)
DECLINED = {
    "no_metric": "the figure that this asks for is not in the data",
    "out_of_scope": "this is no question that this data can answer",
}


class _Unusable(Exception):
    """What is wrong with a reply, said so that it can be mended."""


@dataclass(frozen=True, slots=True)
class ModelPlanner:
    """Reads questions with a language model. `timeout_s` covers all that one question needs of it."""

    model: SemanticModel
    client: ModelClient
    timeout_s: float

    async def read(self, question: Question, values: ScopeValues, snapshot: Snapshot) -> Interpretation:
        """One outcome, and what each word was taken for.

        Raises:
            ModelAway: there is no reply, or after two repairs none that can be used.
        """
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._read(_Asked(question, values, snapshot, self.model))
        except TimeoutError:
            raise ModelAway("the language model took too long", where=self.client.name) from None

    def can_change(self, question: Question) -> bool:
        """Whether the query before a question is one that a reply could change."""
        last = question.before.last
        return last is not None and sayable(last) is not None

    async def _read(self, asked: _Asked) -> Interpretation:
        chosen, repairs = prompt("plan"), [REPAIRS]
        found: Interpretation
        tables: list[str] | None
        found, tables = await self._reply(chosen, asked.plan_inputs(), asked.interpretation, repairs)
        if tables is not None:
            writing = prompt("sql")
            draft = await self._reply(writing, asked.sql_inputs(tables), asked.draft, repairs)
            outcome = draft or Refusal("no_metric", DECLINED["no_metric"])
            found = replace(found, outcome=outcome)
            return replace(found, prompt_version=f"plan:{chosen.version} sql:{writing.version}")
        return replace(found, prompt_version=f"plan:{chosen.version}")

    async def _reply(
        self, chosen: Prompt, inputs: dict[str, Any], parse: Callable[[dict[str, Any]], Any], repairs: list[int]
    ) -> Any:
        """A reply that can be used; `repairs` is how many are left, over all the prompts of a question."""
        messages = list(chosen.render(**inputs))
        schema = chosen.schema or {}
        while True:
            text = await self.client.complete(messages, schema)
            try:
                return parse(_json(text, schema))
            except _Unusable as problem:
                if not repairs[0]:
                    raise ModelAway(
                        "the language model gave no reply that can be used", where=self.client.name
                    ) from None
                repairs[0] -= 1
                said = prompt("repair").render(problem=str(problem))
                messages += [Message("assistant", text), *said]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question, and what checking a reply to it needs."""

    question: Question
    values: ScopeValues
    snapshot: Snapshot
    model: SemanticModel

    def plan_inputs(self) -> dict[str, Any]:
        """What the plan's prompt takes."""
        model, text, header, as_of = self.model, self.question.text, self.model.header, self.question.as_of
        time, last = model.time_dimension, self.question.before.last
        return {
            "question": text, "before": None if last is None else {"query": sayable(last)}, "as_of": as_of.isoformat(), "weekday": f"{as_of:%A}", "about": header.description,
            "timezone": header.timezone, "periods": known.periods(as_of), "default_period": header.default_period,
            "default_metric": header.default_metric, "default_limit": header.default_ranking_limit,
            "metrics": known.metrics(model, text), "dimensions": known.dimensions(model, text),
            "values": known.values(model, self.values, text), "ops": OPS,
            "absent": [{"name": one.name, "reason": one.reason} for one in model.absent],
            "grains": [name for name in model.field_names() if time is not None and model.is_time_grain(name)],
        }  # fmt: skip

    def sql_inputs(self, names: list[str]) -> dict[str, Any]:
        """What the SQL's prompt takes."""
        tables = known.tables(self.model, names)
        return {
            "question": self.question.text, "as_of": self.question.as_of.isoformat(), "schema": self.model.header.schema_,
            "tables": tables, "joins": known.joins(self.model, [one["name"] for one in tables]),
            "periods": known.periods(self.question.as_of),
        }  # fmt: skip

    def interpretation(self, reply: dict[str, Any]) -> tuple[Interpretation, list[str] | None]:
        """What the plan's reply says, checked; with the subjects to write SQL about, where it wants SQL."""
        words = self._words(reply["words"])
        base = Interpretation(Refusal("out_of_scope", ""), words=words, language=reply["language"], author="model")
        kind, plain = reply["kind"], reply["queries"]
        before = self.question.before.last if reply["follows"] else None
        if reply["follows"] and before is None:
            raise _Unusable('there is no question before this one: "follows" is false')
        if before is not None and sayable(before) is None:
            return replace(base, outcome=Refusal("out_of_scope", NOT_SAYABLE)), None
        if kind == "query":
            if len(plain) != 1:
                raise _Unusable('kind "query" needs exactly one query')
            unread = [one.text for one in words if one.kind == "not understood"]
            if unread:
                raise _Unusable(f"{', '.join(unread)}: what is not understood cannot be left out; ask or decline")
            query, assumed = self._query(plain[0])
            changed = None if before is None else followups.changes(before, query)
            if changed == ():
                raise _Unusable("this changes nothing of the query before it")
            return replace(base, outcome=query, assumptions=assumed, changed=changed), None
        if kind == "clarify":
            found = list(dict.fromkeys(self._query(one)[0] for one in plain))
            if not 2 <= len(found) <= MOST_OPTIONS:
                raise _Unusable(f'kind "clarify" needs two to {MOST_OPTIONS} queries that differ')
            options = [(reading(one, self.model, self.question.principal, self.values), one) for one in found]
            return replace(base, outcome=Clarification("Which of these is meant?", tuple(options))), None
        if kind == "sql":
            return base, [str(name) for name in reply["tables"]]
        code = reply["code"] or "out_of_scope"
        return replace(base, outcome=Refusal(code, DECLINED[code])), None

    def draft(self, reply: dict[str, Any]) -> SqlDraft | None:
        """The SQL, once through the whole guard; None where the model has none. What it reads is scoped again when it runs."""
        if reply["sql"] is None:
            return None
        draft = SqlDraft(str(reply["sql"]), "model")
        try:
            statement = draft_statement(draft, self.model, self.snapshot.watermark, self.question.as_of)
            scope(statement, self.question.principal, self.model)
        except NlqError as problem:
            raise _Unusable(f"the SQL is refused: {problem}") from None
        return draft

    def _query(self, plain: dict[str, Any]) -> tuple[SemanticQuery, tuple[Assumed, ...]]:
        """One query of a reply: the period filled in, values resolved, and compiled once to see that it can be."""
        given = {name: value for name, value in plain.items() if value not in (None, [])}
        assumed: tuple[Assumed, ...] = ()
        if given.get("period") == "default":
            dates = named_period(self.model.header.default_period)
            assert dates is not None  # noqa: S101 - model check holds it
            period = dates.resolve(self.question.as_of)
            given["period"] = {"start": period.start.isoformat(), "end": period.end.isoformat()}
            assumed = (Assumed(f"{self.model.header.default_period}, as no period was named", {"period": "all"}),)
        try:
            given["where"] = [self._resolved(one) for one in given.get("where", ())]
            query = SemanticQuery.from_json(given)
            if all(name in self.model.metrics and not self.model.has_time(name) for name in map(str, query.metrics)):
                query, assumed = replace(query, period="all"), ()
            compile_query(self.model, query, self.snapshot)
        except LookupError as problem:
            raise _Unusable(str(problem)) from None
        except BadRequest as problem:
            raise _Unusable(f"{problem.what} ({problem.fix})" if problem.fix else problem.what) from None
        except ValueError as problem:
            raise _Unusable(f"this is no query: {_first(problem)}") from None
        return query, assumed

    def _resolved(self, condition: dict[str, Any]) -> dict[str, Any]:
        if "any" in condition:
            return {"any": [self._resolved(one) for one in condition["any"]]}
        field = condition["field"]
        if field not in self.model.field_names():
            raise LookupError(f"there is no dimension {field!r}; dimensions are {', '.join(self.model.field_names())}")
        if condition["op"] in ("contains", "is_null", "is_not_null"):
            return condition
        found = [known.resolve(self.model, self.values, field, value) for value in condition["values"]]
        return {**condition, "values": found}

    def _words(self, given: list[dict[str, Any]]) -> tuple[Word, ...]:
        """Each word where it stands; none may be missing."""
        text, at, found = self.question.text, 0, []
        for one in given:
            start = text.casefold().find(one["text"].casefold(), at) if one["text"].strip() else -1
            if start < 0:
                start = text.casefold().find(one["text"].casefold()) if one["text"].strip() else -1
            if start < 0:
                raise _Unusable(f"the question does not hold {one['text']!r}; quote it exactly")
            at = start + len(one["text"])
            found.append(Word(text[start:at], start, at, one["as"], one["ref"]))
        missing = [
            word.group() for word in CONTENT.finditer(text)
            if not any(one.start <= word.start() and word.end() <= one.end for one in found)
        ]  # fmt: skip
        if missing:
            raise _Unusable(f"words are left out: {', '.join(missing)}")
        return tuple(sorted(found, key=lambda one: one.start))


def sayable(query: SemanticQuery) -> dict[str, Any] | None:
    """A query as a reply of the plan's prompt says one; None where its form has no room for some part of it."""
    form = prompt("plan").schema or {}
    plain, parts = query.to_json(), form["$defs"]["query"]["properties"]
    said = {name: plain.pop(name) for name in parts}
    beyond = any(plain.values()) or problem_of(said, {"$ref": "#/$defs/query", "$defs": form["$defs"]})
    return None if beyond else said


def _json(text: str, schema: Any) -> dict[str, Any]:
    """The reply as JSON of the schema; a fence around it is forgiven."""
    bare = re.sub(r"^\s*```(?:json)?\s*|\s*```\s*$", "", text)
    try:
        found = json.loads(bare)
    except ValueError:
        raise _Unusable("it is not one JSON value") from None
    problem = problem_of(found, schema)
    if problem:
        raise _Unusable(problem)
    return dict(found)


def problem_of(value: Any, schema: Any) -> str:
    """What of a value is not of a schema, and where; "" where all is."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - of the extra llm
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    problem = best_match(Draft202012Validator(schema).iter_errors(value))
    if problem is None:
        return ""
    where = ".".join(str(part) for part in problem.absolute_path) or "the reply"
    return f"{where}: {problem.message[:300]}"


def _first(problem: ValueError) -> str:
    """A validation error's first line of substance."""
    errors = getattr(problem, "errors", None)
    if callable(errors):
        one = errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
    return str(problem)

"""The Answer: what every surface returns. Its JSON is a contract (DESIGN 4)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlq.values.pipeline import Column, Word
    from nlq.values.query import SemanticQuery

Status = Literal["answered", "clarify", "declined", "failed"]
Level = Literal["verified", "high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far to trust the reading, and why. `agreement` is None where there was no second reading.

    `kind` is the kind of reading whose rate of right answers is measured; "" where it was not read from words. It is not part of the JSON.
    """

    level: Level
    why: tuple[str, ...] = ()
    agreement: bool | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A choice made for the asker; `change` holds the parts of the query that the other choice would replace."""

    text: str
    change: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One way to answer a question back."""

    label: str
    query: SemanticQuery


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no answer: a stable code and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the figures come from, how fresh they are, and whose rows they are over."""

    metrics: tuple[Mapping[str, Any], ...] = ()
    tables: tuple[str, ...] = ()
    rollup: str | None = None
    hot: bool = False
    cold: bool = False
    watermark: date | None = None
    engine: str = ""
    data_version: str = ""
    fresh_as_of: datetime | None = None
    scope: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    model_hash: str = ""
    prompt_version: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the contract has it: tiers are nested."""
        return {
            "metrics": [dict(metric) for metric in self.metrics],
            "tables": list(self.tables),
            "rollup": self.rollup,
            "tiers": {"hot": self.hot, "cold": self.cold, "watermark": self.watermark},
            "engine": self.engine,
            "data_version": self.data_version,
            "fresh_as_of": self.fresh_as_of,
            "scope": list(self.scope),
            "warnings": list(self.warnings),
            "model_hash": self.model_hash,
            "prompt_version": self.prompt_version,
        }


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of each step; None where the step did not run."""

    read: float | None = None
    plan: float | None = None
    compile: float | None = None
    guard: float | None = None
    execute: float | None = None
    answer: float | None = None
    total: float = 0.0

    def to_json(self) -> dict[str, float | None]:
        """Rounded to a microsecond."""
        names = ("read", "plan", "compile", "guard", "execute", "answer", "total")
        values = {name: getattr(self, name) for name in names}
        return {name: None if value is None else round(value, 3) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that there is to say to one question, whatever its status."""

    id: str
    conversation_id: str
    status: Status
    question: str
    asked_at: datetime
    as_of: date
    language: str = "en"
    reading: str = ""
    words: tuple[Word, ...] = ()
    query: SemanticQuery | None = None
    sql: str = ""
    sql_executed: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    truncated: bool = False
    text: str = ""
    chart: Mapping[str, Any] | None = None
    confidence: Confidence = field(default=Confidence("low"))
    assumptions: tuple[Assumption, ...] = ()
    options: tuple[Option, ...] = ()
    reason: Reason | None = None
    provenance: Provenance = field(default=Provenance())
    suggestions: tuple[str, ...] = ()
    cache_hit: bool = False
    cache_age_s: float = 0.0
    timings: Timings = field(default=Timings())

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON as Python values; `options` and `reason` only where the status has them."""
        plain: dict[str, Any] = {
            "id": self.id,
            "conversation_id": self.conversation_id,
            "status": self.status,
            "question": self.question,
            "asked_at": self.asked_at,
            "as_of": self.as_of,
            "language": self.language,
            "reading": self.reading,
            "words": [word.to_json() for word in self.words],
            "query": None if self.query is None else self.query.to_json(),
            "sql": self.sql,
            "sql_executed": self.sql_executed,
            "columns": [column.to_json() for column in self.columns],
            "rows": [list(row) for row in self.rows],
            "truncated": self.truncated,
            "text": self.text,
            "chart": self.chart,
            "confidence": {
                "level": self.confidence.level,
                "agreement": self.confidence.agreement,
                "why": list(self.confidence.why),
            },
            "assumptions": [{"text": one.text, "change": dict(one.change)} for one in self.assumptions],
            "provenance": self.provenance.to_json(),
            "suggestions": list(self.suggestions),
            "cache": {"hit": self.cache_hit, "age_s": self.cache_age_s},
            "timings_ms": self.timings.to_json(),
        }
        if self.status == "clarify":
            plain["options"] = [{"label": one.label, "query": one.query.to_json()} for one in self.options]
        if self.reason is not None:
            plain["reason"] = {"code": self.reason.code, "text": self.reason.text}
        return plain

    def to_json_text(self, *, indent: int | None = None, exact: bool = False) -> str:
        """One JSON value. Money is a JSON number (with `exact`, its exact text), dates are ISO."""
        default = _exact_cell if exact else plain_cell
        return json.dumps(self.to_json(), default=default, ensure_ascii=False, indent=indent)


def plain_cell(value: object) -> Any:
    """A driver's cell as JSON has it: Decimal as a number, dates as ISO text, anything else as its text."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return int(value) if whole and value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def _exact_cell(value: object) -> Any:
    return str(value) if isinstance(value, Decimal) else plain_cell(value)

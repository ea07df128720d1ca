"""SemanticQuery: the typed question, in the terms of the semantic layer. Its JSON is a contract (DESIGN 4).

Plain dataclasses: pydantic reads JSON into them (`SemanticQuery.from_json`), and is imported only then, for a question in
words never needs it and it is a fifth of a start.
"""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, dataclass, fields
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Scalar = bool | int | float | str
Op = Literal["=", "!=", "in", "not_in", ">", ">=", "<", "<=", "between", "contains", "is_null", "is_not_null"]
COUNTS: dict[str, int] = {
    "=": 1, "!=": 1, ">": 1, ">=": 1, "<": 1, "<=": 1, "contains": 1, "between": 2, "is_null": 0, "is_not_null": 0,
}  # fmt: skip
SHIFT = re.compile(r"[1-9][0-9]{0,3} (day|week|month|quarter|year)s?")
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
MOST_ROWS = 1_000_000


class Frozen:
    """Base of the query's parts: pydantic is strict about their names and types."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": True}


@dataclass(frozen=True, slots=True)
class Period(Frozen):
    """A range of days, both inclusive, in the model's time zone."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            message = f"the period ends ({self.end}) before it starts ({self.start})"
            raise ValueError(message)

    @property
    def days(self) -> int:
        """How many days it holds, both ends counted."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Shift(Frozen):
    """The outer period moved back: "1 month", "7 day"."""

    shift: str

    def __post_init__(self) -> None:
        if not SHIFT.fullmatch(self.shift):
            message = f'{self.shift!r} is no shift; write "1 month", "7 day" or the like'
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Condition(Frozen):
    """One filter: a field, an operator and its values; or `any` / `all` of conditions; or a set filter by `query`."""

    field: str | None = None
    op: Op | None = None
    values: tuple[Scalar, ...] = ()
    any: tuple[Condition, ...] | None = None
    all: tuple[Condition, ...] | None = None
    query: SemanticQuery | None = None

    def __post_init__(self) -> None:
        nested = [part for part in (self.any, self.all) if part is not None]
        if nested:
            if len(nested) > 1 or self.field or self.op or self.values or self.query or not nested[0]:
                raise ValueError("a condition is either any, all (each with at least one part), or a field with an op")
            return
        if not self.field or not self.op:
            raise ValueError("a condition needs field and op")
        if self.query is not None:
            if self.values or self.op not in ("in", "not_in"):
                raise ValueError("a set filter is in or not_in with a query and no values")
        elif self.op in ("in", "not_in"):
            if not self.values:
                message = f"{self.op} needs at least one value"
                raise ValueError(message)
        elif len(self.values) != COUNTS[self.op]:
            message = f"{self.op} takes {COUNTS[self.op]} value(s), not {len(self.values)}"
            raise ValueError(message)
        if any(type(value) is float and not isfinite(value) for value in self.values):
            raise ValueError("a value is a number, and neither NaN nor without end")

    def fields(self) -> Iterator[str]:
        """Every field that it names, nested ones included; what a set filter's query names is its own."""
        if self.field:
            yield self.field
        for part in (self.any or ()) + (self.all or ()):
            yield from part.fields()


@dataclass(frozen=True, slots=True)
class Window(Frozen):
    """A window over time for a metric entry; exactly one of the three. `to_date` "period" is since the query's own period began."""

    trailing: str | None = None
    to_date: Literal["week", "month", "quarter", "year", "period"] | None = None
    running: Literal[True] | None = None

    def __post_init__(self) -> None:
        if [self.trailing, self.to_date, self.running].count(None) != 2:
            raise ValueError("a window has exactly one of trailing, to_date and running")
        if self.trailing is not None and not SHIFT.fullmatch(self.trailing):
            message = f'{self.trailing!r} is no length; write "7 day", "3 month" or the like'
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class MetricEntry(Frozen):
    """A metric with something said about it: another name, its own filter, an aggregate over groups, a window."""

    metric: str | None = None
    ratio: tuple[str, str] | None = None
    as_: str | None = None
    where: tuple[Condition, ...] = ()
    each: tuple[str, ...] = ()
    agg: Literal["avg", "max", "min", "median", "count"] | None = None
    having: tuple[Condition, ...] = ()
    window: Window | None = None

    def __post_init__(self) -> None:
        if (self.metric is None) == (self.ratio is None):
            raise ValueError("a metric entry names one metric or one ratio")
        if self.as_ is not None and not NAME.fullmatch(self.as_):
            raise ValueError("`as` is a plain name: lower case letters, digits and _")
        if bool(self.each) != (self.agg is not None):
            raise ValueError("`each` and `agg` belong together: the average (agg) over days (each)")
        if self.having and not self.each:
            raise ValueError("a metric entry's `having` is over its groups: it needs `each`")


@dataclass(frozen=True, slots=True)
class Segment(Frozen):
    """A named part of the data; segments may overlap."""

    label: str
    where: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Share(Frozen):
    """Each row's part of the total of its `within` group; `free` fields leave the denominator's filters."""

    within: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order(Frozen):
    """One sort term: a metric, a dimension or a column that a comparison adds."""

    by: str
    dir: Literal["asc", "desc"] = "desc"


@dataclass(frozen=True, slots=True)
class SemanticQuery(Frozen):
    """The typed question. Names are those of the semantic layer; see DESIGN 4 for each part's meaning."""

    metrics: tuple[str | MetricEntry, ...] = ()
    dimensions: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    having: tuple[Condition, ...] = ()
    period: Period | Literal["all"] | None = "all"  # None: the outer query's, in a set filter
    compare: tuple[Shift | Period, ...] = ()
    segments: tuple[Segment, ...] = ()
    share: Share | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    per: tuple[str, ...] = ()
    totals: tuple[tuple[str, ...], ...] = ()
    include_empty: tuple[str, ...] = ()
    list: str | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and not 1 <= self.limit <= MOST_ROWS:
            message = f"limit is from 1 to {MOST_ROWS:,}, not {self.limit}"
            raise ValueError(message)
        if any(not one.label.strip() for one in self.segments) or len({one.label for one in self.segments}) < len(
            self.segments
        ):
            raise ValueError("each segment has a label of its own")

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> SemanticQuery:
        """The query that JSON's values describe.

        Raises:
            pydantic.ValidationError: a `ValueError` that names each field that is wrong.
        """
        return _adapter().validate_json(json.dumps(_renamed(plain), default=str))  # type: ignore[no-any-return]

    def metric_names(self) -> tuple[str, ...]:
        """The metrics that it names, those of ratios included."""
        entries = [one if isinstance(one, MetricEntry) else MetricEntry(metric=one) for one in self.metrics]
        return tuple(name for one in entries for name in (one.metric, *(one.ratio or ())) if name is not None)

    def to_json(self) -> dict[str, Any]:
        """The query as the contract's JSON: every top-level key there, its parts without what was left out."""
        return {one.name: dump(getattr(self, one.name)) for one in fields(self)}


def dump(value: Any) -> Any:
    """A part of a query as JSON has it, without the keys that were left out (a direction is always said)."""
    if isinstance(value, Frozen):
        return {
            one.name.rstrip("_"): dump(getattr(value, one.name))
            for one in fields(value)  # type: ignore[arg-type]
            if one.default is MISSING or _said(getattr(value, one.name), one.default) or one.name == "dir"
        }
    if isinstance(value, tuple):
        return [dump(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _said(value: Any, default: Any) -> bool:
    """Whether a part was given: a set filter's period that is not, is the outer one, and one of "all" was."""
    return value is not None and (value != default or value == "all")


def _renamed(plain: Any) -> Any:
    """`as` is a word of Python: its field is called as_."""
    if isinstance(plain, dict):
        made = {"as_" if key == "as" else key: _renamed(value) for key, value in plain.items()}
        if isinstance(made.get("query"), dict):
            made["query"].setdefault("period", None)  # a set filter's period is the outer one unless it is given
        return made
    return [_renamed(one) for one in plain] if isinstance(plain, (list, tuple)) else plain


def _adapter() -> Any:
    """Pydantic's reader of queries, made once."""
    global _kept  # noqa: PLW0603 - a cache of one
    if _kept is None:
        from pydantic import TypeAdapter  # noqa: PLC0415 - see the head of this module

        _kept = TypeAdapter(SemanticQuery)
    return _kept


_kept: Any = None

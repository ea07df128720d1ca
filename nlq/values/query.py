"""SemanticQuery: the typed question, in the terms of the semantic layer. Its JSON is a contract (DESIGN 4)."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
Op = Literal["=", "!=", "in", "not_in", ">", ">=", "<", "<=", "between", "contains", "is_null", "is_not_null"]
COUNTS: dict[str, int] = {
    "=": 1, "!=": 1, ">": 1, ">=": 1, "<": 1, "<=": 1, "contains": 1, "between": 2, "is_null": 0, "is_not_null": 0,
}  # fmt: skip


class Frozen(BaseModel):
    """Base of the query's parts: immutable, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Period(Frozen):
    """A range of days, both inclusive, in the model's time zone."""

    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end < self.start:
            message = f"the period ends ({self.end}) before it starts ({self.start})"
            raise ValueError(message)
        return self

    @property
    def days(self) -> int:
        """How many days it holds, both ends counted."""
        return (self.end - self.start).days + 1


class Shift(Frozen):
    """The outer period moved back: "1 month", "7 day"."""

    shift: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3} (day|week|month|quarter|year)s?$")]


class Condition(Frozen):
    """One filter: a field, an operator and its values; or `any` / `all` of conditions; or a set filter by `query`."""

    field: str | None = None
    op: Op | None = None
    values: tuple[Scalar, ...] = ()
    any: tuple[Condition, ...] | None = None
    all: tuple[Condition, ...] | None = None
    query: SemanticQuery | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Condition:
        nested = [part for part in (self.any, self.all) if part is not None]
        if nested:
            if len(nested) > 1 or self.field or self.op or self.values or self.query or not nested[0]:
                raise ValueError("a condition is either any, all (each with at least one part), or a field with an op")
            return self
        if not self.field or not self.op:
            raise ValueError("a condition needs field and op")
        if self.query is not None:
            if self.values or self.op not in ("in", "not_in"):
                raise ValueError("a set filter is in or not_in with a query and no values")
        elif self.op in ("in", "not_in"):
            if not self.values:
                raise ValueError(f"{self.op} needs at least one value")
        elif len(self.values) != COUNTS[self.op]:
            message = f"{self.op} takes {COUNTS[self.op]} value(s), not {len(self.values)}"
            raise ValueError(message)
        return self


class Window(Frozen):
    """A window over time for a metric entry; exactly one of the three."""

    trailing: str | None = None
    to_date: Literal["week", "month", "quarter", "year"] | None = None
    running: Literal[True] | None = None


class MetricEntry(Frozen):
    """A metric with something said about it: another name, its own filter, an aggregate over groups, a window."""

    metric: str | None = None
    ratio: tuple[str, str] | None = None
    as_: Annotated[str | None, Field(alias="as", pattern=r"^[a-z][a-z0-9_]{0,62}$")] = None
    where: tuple[Condition, ...] = ()
    each: tuple[str, ...] = ()
    agg: Literal["avg", "max", "min", "median", "count"] | None = None
    having: tuple[Condition, ...] = ()
    window: Window | None = None

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True, defer_build=True
    )

    @model_validator(mode="after")
    def _one_of(self) -> MetricEntry:
        if (self.metric is None) == (self.ratio is None):
            raise ValueError("a metric entry names one metric or one ratio")
        return self


class Segment(Frozen):
    """A named part of the data; segments may overlap."""

    label: str
    where: tuple[Condition, ...]


class Share(Frozen):
    """Each row's part of the total of its `within` group; `free` fields leave the denominator's filters."""

    within: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


class Order(Frozen):
    """One sort term: a metric, a dimension or a column that a comparison adds."""

    by: str
    dir: Literal["asc", "desc"] = "desc"


class SemanticQuery(Frozen):
    """The typed question. Names are those of the semantic layer; see DESIGN 4 for each part's meaning."""

    metrics: tuple[str | MetricEntry, ...] = ()
    dimensions: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    having: tuple[Condition, ...] = ()
    period: Period | Literal["all"] = "all"
    compare: tuple[Shift | Period, ...] = ()
    segments: tuple[Segment, ...] = ()
    share: Share | None = None
    order: tuple[Order, ...] = ()
    limit: Annotated[StrictInt | None, Field(ge=1, le=1_000_000)] = None
    per: tuple[str, ...] = ()
    totals: tuple[tuple[str, ...], ...] = ()
    include_empty: tuple[str, ...] = ()
    list: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The query as the contract's JSON: every top-level key there, conditions without their empty parts."""
        dumped = self.model_dump(mode="json", exclude_defaults=True)
        empty: dict[str, Any] = {
            "metrics": [], "dimensions": [], "where": [], "having": [], "period": "all", "compare": [], "segments": [],
            "share": None, "order": [], "limit": None, "per": [], "totals": [], "include_empty": [], "list": None,
        }  # fmt: skip
        for order, plain in zip(self.order, dumped.get("order", []), strict=True):
            plain["dir"] = order.dir
        return {**empty, **dumped}

"""What the numbers mean: aggregates over one table, and metrics made of other metrics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from nlq.semantics.tables import FieldName, Name, Part, Synonyms
from nlq.values.query import Condition, Period, Window

NAME_IN_EXPRESSION = re.compile(r"(?<![\w'.])[a-z_][a-z0-9_]*\b(?!\s*\()")
WORDS = frozenset(
    {"case", "when", "then", "else", "end", "and", "or", "not", "is", "null", "in", "between", "true", "false"}
)


@dataclass(frozen=True, kw_only=True)
class Aggregate(Part):
    """An aggregate over the rows of one table.

    sum, avg, min, max, median and percentile take `column`; count takes none (rows) or one (those that are not null);
    count_distinct takes `columns`. Nulls count nowhere. `percentile` is a fraction: the value is interpolated between two
    rows, or with `discrete` the first row that reaches it. `time` names another time column than the table's own.

    `over_time` is for what does not add up over days (stock, balances): only the rows of the `last` or `first` day on
    which there are any count, or (`average`) the sum is divided by the number of such days. Which days those are is decided
    over all rows that the filters leave in a period or bucket; with `each`, apart for each value of those columns.
    """

    function: Literal["sum", "count", "count_distinct", "avg", "min", "max", "median", "percentile"]
    table: Name
    column: Name | None = None
    columns: tuple[Name, ...] = ()
    time: Name | None = None
    percentile: float | None = None
    discrete: bool = False
    approximate: bool = False
    over_time: Literal["last", "first", "average"] | None = None
    each: tuple[Name, ...] = ()

    def __post_init__(self) -> None:
        if (self.function == "count_distinct") != bool(self.columns):
            raise ValueError("count_distinct takes columns, and nothing else does")
        if self.function in ("sum", "avg", "min", "max", "median", "percentile") and self.column is None:
            raise ValueError(f"{self.function} takes a column")
        if self.function == "count_distinct" and self.column is not None:
            raise ValueError("count_distinct takes columns, not column")
        if (self.function == "percentile") != (self.percentile is not None):
            raise ValueError("percentile takes a fraction in `percentile`, and nothing else does")
        if self.percentile is not None and not 0 <= self.percentile <= 1:
            raise ValueError("a percentile is a fraction from 0 to 1")
        if self.approximate and self.function != "count_distinct":
            raise ValueError("only count_distinct may be approximate")
        if self.over_time is not None and self.function not in ("sum", "count"):
            raise ValueError("only sum and count may be taken over_time")
        if self.each and self.over_time not in ("last", "first"):
            raise ValueError("`each` belongs to over_time last or first")

    @property
    def adds_up(self) -> bool:
        """Whether the parts of any split add up to the whole."""
        return self.function in ("sum", "count") and self.over_time in (None, "average")


@dataclass(frozen=True, kw_only=True)
class Input(Part):
    """A metric under another name in an expression: filtered, of `offset` ("1 month") before, or of the unit's first day.

    By day, `offset` is the same date before (the last of the month where there is none such) and `to_start` the first day of
    the unit; an offset in days or weeks moves the days under any bucket, one in months lays whole buckets beside one another.
    One in a grain of the calendar's own ("1 fiscal_quarter") lays those whole beside one another, and moves days under others.
    """

    metric: Name
    where: tuple[Condition, ...] = ()
    offset: str | None = None
    to_start: Literal["week", "month", "quarter", "year"] | None = None

    def __post_init__(self) -> None:
        if self.offset is not None and self.to_start is not None:
            raise ValueError("an input has `offset` or `to_start`, not both")


@dataclass(frozen=True, kw_only=True)
class Derived(Part):
    """Arithmetic over metrics, by their names or by those of `inputs`: "revenue - cost"."""

    expr: str
    inputs: dict[Name, Input] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cumulative(Part):
    """A metric over a window that ends with each period or bucket: exactly one of the three, as in a query's window.

    `at` says which window a bucket of several days shows: the one that ends with its last day; of those that end with each of
    its days the first or the last that holds any rows; or their average.
    """

    of: Name
    trailing: str | None = None
    to_date: Literal["week", "month", "quarter", "year"] | None = None
    running: Literal[True] | None = None
    at: Literal["last", "first_known", "last_known", "average"] = "last"

    @property
    def window(self) -> Window:
        """The window as a query has it."""
        return Window(trailing=self.trailing, to_date=self.to_date, running=self.running)

    def __post_init__(self) -> None:
        self.window  # noqa: B018 - it checks itself at birth


@dataclass(frozen=True, kw_only=True)
class Change(Part):
    """A metric beside itself at another time: its value then, the difference, or the growth as a fraction."""

    of: Name
    against: Period | str = "previous_period"  # or "previous_year", or a shift such as "3 month"
    give: Literal["value", "change", "growth"] = "growth"


@dataclass(frozen=True, kw_only=True)
class Conversion(Part):
    """Of those who did `from`, how many did `to` in the `within` days that begin with that day.

    Who "those" are: the columns `by` of the first metric's table, and of the second's (`to_by`, where they differ). Both
    metrics are plain counts. `entities` counts each one once; `events` counts every `to`, at its latest `from`, as MetricFlow does.
    """

    from_: Name
    to: Name
    by: tuple[Name, ...]
    to_by: tuple[Name, ...] = ()
    within: str | None = None
    counting: Literal["entities", "events"] = "entities"
    give: Literal["rate", "count"] = "rate"


@dataclass(frozen=True, kw_only=True)
class Rank(Part):
    """The place of each row's figure among the rows of a query, before `having` and `limit`; equal figures share a place.

    `first` says whether the highest or the lowest is 1. `within` names the fields within each of which rows are placed apart, which
    a query is split by then; the time dimension's own name stands for whatever grains a query has.
    """

    of: Name
    within: tuple[FieldName, ...] = ()
    first: Literal["highest", "lowest"] = "highest"


KINDS = ("agg", "ratio", "growth", "derived", "cumulative", "change", "conversion", "rank")


@dataclass(frozen=True, kw_only=True)
class Metric(Part):
    """A figure with a meaning: an aggregate over one table, or one made of other metrics; `where` narrows all of it."""

    name: Name
    label: str
    description: str
    unit: str  # count, ratio, days, or a currency's code: PHP
    owner: str = ""
    agg: Aggregate | None = None
    ratio: tuple[Name, Name] | None = None
    growth: Name | None = None
    derived: Derived | None = None
    cumulative: Cumulative | None = None
    change: Change | None = None
    conversion: Conversion | None = None
    rank: Rank | None = None
    where: tuple[Condition, ...] = ()
    same_as: Name | None = None
    during: Name | None = None
    counts: FieldName | None = None
    absence_is_zero: bool = False
    decimals: int | None = None  # how many a figure is shown with, where the unit's own number does not fit
    internal: bool = False
    review: bool = False  # guessed by `nlq model draft` or an import, and looked at by nobody yet
    synonyms: Synonyms = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.unit not in ("count", "ratio", "days", "date") and not re.fullmatch(r"[A-Z]{3}", self.unit):
            raise ValueError("a unit is count, ratio, days, date or a currency's code such as PHP")
        if [getattr(self, kind) is not None for kind in KINDS].count(True) != 1:
            raise ValueError(f"a metric has exactly one of {', '.join(KINDS)}")

    @property
    def parts(self) -> tuple[str, ...]:
        """The metrics that it is made of, in `derived` those of its inputs and of its expression."""
        if self.derived is not None:
            inputs = self.derived.inputs
            named = [name for name in NAME_IN_EXPRESSION.findall(self.derived.expr) if name not in WORDS]
            return tuple(dict.fromkeys(inputs[name].metric if name in inputs else name for name in named))
        if self.cumulative is not None:
            return (self.cumulative.of,)
        if self.change is not None:
            return (self.change.of,)
        if self.conversion is not None:
            return (self.conversion.from_, self.conversion.to)
        if self.rank is not None:
            return (self.rank.of,)
        return self.ratio or ((self.growth,) if self.growth else ())

    @property
    def adds_up(self) -> bool:
        """Whether the parts of any split add up to the whole."""
        return self.agg is not None and self.agg.adds_up

"""The semantic layer as typed values. YAML goes in through `load`; everything else in nlq reads these."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

from nlq.values.query import Scalar  # noqa: TC001 - pydantic reads annotations

# Names of things, and of fields ("date.day_of_week"); `check` holds them to their patterns.
Name = str
FieldName = str
Synonyms = dict[Literal["en", "fil", "ceb"], tuple[str, ...]]
ColumnType = Literal["string", "integer", "number", "decimal", "boolean", "date", "timestamp", "array", "json"]
GRAINS = ("day", "week", "month", "quarter", "year")
# Every attribute of a principal that a policy must say something about.
ATTRIBUTES = ("org_id", "regions")


class Part:
    """Base of the model's parts: immutable; pydantic, where it reads YAML into them, is strict about their keys."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class TableColumn(Part):
    """A column that may be read; `mask` hides its values from all but the roles in `unmask`."""

    type: ColumnType
    mask: Literal["null", "redact", "last4"] | None = None
    unmask: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Exists(Part):
    """Rows that a row of `exists` names: equality of my columns (keys) with its columns (values)."""

    exists: Name
    on: dict[Name, Name]


@dataclass(frozen=True, kw_only=True)
class Rule(Part):
    """How one attribute of the asker applies to a table: a column, a parent, or not at all (with the reason)."""

    column: Name | None = None
    exists: Name | None = None
    on: dict[Name, Name] | None = None
    not_applicable: str | None = None

    def __post_init__(self) -> None:
        ways = [self.column is not None, self.exists is not None, self.not_applicable is not None]
        if sum(ways) != 1 or (self.exists is None) != (self.on is None):
            raise ValueError("a rule is {column: …}, {exists: table, on: {…}} or {not_applicable: reason}")


@dataclass(frozen=True, kw_only=True)
class Tier(Part):
    """How the watermark splits a table into a hot and a cold tier: by the unit of `grain` that a row's `column` is in.

    A month that the watermark cuts is hot, whole. A table without a tier is in both, whole.
    """

    column: Name
    grain: Literal["day", "month"] = "day"


@dataclass(frozen=True, kw_only=True)
class Table(Part):
    """One table: its key, the rows that count, and its policy. Without a policy it cannot be read."""

    name: Name
    description: str
    grain: str
    key: tuple[Name, ...]
    time: Name | None = None
    valid: str | Exists | None = None
    policy: Literal["shared"] | dict[Name, Rule] | None = None
    tier: Tier | None = None
    columns: dict[Name, TableColumn]


@dataclass(frozen=True, kw_only=True)
class Join(Part):
    """A many-to-one join: each row of `from` names at most one of `to`."""

    from_: Name
    to: Name
    on: dict[Name, Name]


@dataclass(frozen=True, kw_only=True)
class Rollup(Part):
    """A table of sums over another: what it keeps, and which of its columns holds which metric.

    `carries` names columns that come from a table which the base table joins to, not from the base table itself.
    """

    table: Name
    of: Name
    time: dict[Literal["column", "grain"], Name]
    keeps: tuple[Name, ...]
    carries: dict[Name, Name] = field(default_factory=dict)
    measures: dict[Name, Name]


@dataclass(frozen=True, kw_only=True)
class Value(Part):
    """A known value of a dimension and the words for it."""

    value: Scalar
    label: str
    synonyms: Synonyms = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DatePart(Part):
    """A number taken from a date or time column."""

    of: Name
    unit: Literal["month", "hour"]


@dataclass(frozen=True, kw_only=True)
class Dimension(Part):
    """Something to split or filter by.

    `column` is shown and grouped by; or `key` is grouped by, `id` filtered by and `show` shown.
    """

    name: FieldName
    label: str
    description: str
    table: Name
    column: Name | None = None
    key: tuple[Name, ...] = ()
    id: Name | None = None
    show: Name | None = None
    part: DatePart | None = None
    type: Literal["string", "integer", "boolean"] = "string"
    time: bool = False
    values: tuple[Value, ...] | Literal["from_data"] | None = None
    place: Literal["city", "province", "region", "island_group"] | None = None
    parent: FieldName | None = None
    ranked_by: Name | None = None
    kind_of: Name | None = None  # its values are kinds of that dimension: "supermarkets" are stores
    optional: bool = False  # a fact row may name none: those are left out of rankings
    synonyms: Synonyms = field(default_factory=dict)

    def __post_init__(self) -> None:
        keyed = bool(self.key and self.id and self.show)
        if [keyed, self.column is not None, self.part is not None].count(True) != 1:
            raise ValueError("a dimension has column, or part, or all of key, id and show")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is grouped by."""
        if self.key:
            return self.key
        return (self.column or (self.part.of if self.part else ""),)


@dataclass(frozen=True, kw_only=True)
class Aggregate(Part):
    """sum of a column, count of rows, or count of distinct keys."""

    function: Literal["sum", "count", "count_distinct"]
    table: Name
    column: Name | None = None
    columns: tuple[Name, ...] = ()

    def __post_init__(self) -> None:
        if (self.function == "sum") != (self.column is not None) or (self.function == "count_distinct") != bool(
            self.columns
        ):
            raise ValueError("sum takes column, count_distinct takes columns, count takes neither")


@dataclass(frozen=True, kw_only=True)
class Metric(Part):
    """A figure with a meaning: an aggregate over one table, a ratio of two, or the growth of one."""

    name: Name
    label: str
    description: str
    unit: Literal["PHP", "count", "ratio", "days"]
    owner: str = ""
    agg: Aggregate | None = None
    ratio: tuple[Name, Name] | None = None
    growth: Name | None = None
    same_as: Name | None = None
    during: Name | None = None
    counts: FieldName | None = None
    absence_is_zero: bool = False
    internal: bool = False
    synonyms: Synonyms = field(default_factory=dict)

    def __post_init__(self) -> None:
        if [self.agg is not None, self.ratio is not None, self.growth is not None].count(True) != 1:
            raise ValueError("a metric has exactly one of agg, ratio and growth")

    @property
    def parts(self) -> tuple[str, ...]:
        """The metrics that it is made of."""
        return self.ratio or ((self.growth,) if self.growth else ())


@dataclass(frozen=True, kw_only=True)
class Absent(Part):
    """Something that people ask for and the data does not hold, with the reason to give."""

    name: str
    reason: str
    synonyms: Synonyms


@dataclass(frozen=True, kw_only=True)
class Place(Part):
    """A place of the gazetteer: what it is called, and where it lies."""

    id: str
    level: Literal["city", "province", "region", "island_group"]
    value: str
    label: str
    names: tuple[str, ...]
    capitals: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    region: str
    province: str | None = None
    island_group: str


@dataclass(frozen=True, kw_only=True)
class Places(Part):
    """The gazetteer; `ask` holds the names that are better asked about, with the ids of what they may mean."""

    places: tuple[Place, ...] = ()
    ask: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Header(Part):
    """What holds for the whole model."""

    name: Name
    description: str
    schema_: Name
    timezone: str
    currency: str = "PHP"
    places: str | None = None
    default_period: str
    default_metric: Name
    second_metric: Name | None = None
    default_ranking_limit: int = 10
    examples: tuple[str, ...] = ()  # questions to begin with, as a surface offers them


@dataclass(frozen=True, kw_only=True)
class Source(Part):
    """One YAML file's content; the files of a model are put together."""

    model: Header | None = None
    absent: tuple[Absent, ...] = ()
    tables: tuple[Table, ...] = ()
    joins: tuple[Join, ...] = ()
    rollups: tuple[Rollup, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SemanticModel(Part):
    """The whole semantic layer, checked. `hash` changes when any of its content does."""

    header: Header
    hash: str
    tables: dict[str, Table]
    joins: tuple[Join, ...]
    rollups: tuple[Rollup, ...]
    dimensions: dict[str, Dimension]
    metrics: dict[str, Metric]
    absent: tuple[Absent, ...]
    gazetteer: Places

    @cached_property
    def time_dimension(self) -> Dimension | None:
        """The dimension whose grains are date.day to date.year."""
        return next((one for one in self.dimensions.values() if one.time), None)

    @cached_property
    def joins_from(self) -> dict[str, tuple[Join, ...]]:
        """Joins by the table that they start from."""
        found: dict[str, list[Join]] = {}
        for join in self.joins:
            found.setdefault(join.from_, []).append(join)
        return {name: tuple(joins) for name, joins in found.items()}

    @cached_property
    def rollup_tables(self) -> frozenset[str]:
        """Names of the tables that are rollups of another."""
        return frozenset(rollup.table for rollup in self.rollups)

    def is_time_grain(self, field: str) -> bool:
        """Whether a field is a grain of the time dimension, such as date.month."""
        time = self.time_dimension
        return time is not None and field in {f"{time.name}.{grain}" for grain in GRAINS}

    def base_tables(self, metric: str) -> frozenset[str]:
        """The tables whose rows a metric aggregates."""
        one = self.metrics[metric]
        if one.agg:
            return frozenset({one.agg.table})
        return frozenset().union(*(self.base_tables(part) for part in one.parts))

    def has_time(self, metric: str) -> bool:
        """Whether a period means anything to a metric."""
        return all(self.tables[name].time is not None for name in self.base_tables(metric))

    def public_metrics(self) -> dict[str, Metric]:
        """The metrics that can be asked for by name."""
        return {name: one for name, one in self.metrics.items() if not one.internal}

    def field_names(self) -> tuple[str, ...]:
        """Every field that a query may name: dimensions, and the grains of time."""
        time = self.time_dimension
        grains = tuple(f"{time.name}.{grain}" for grain in GRAINS) if time else ()
        return tuple(name for name, one in self.dimensions.items() if not one.time) + grains

    def describe_metric(self, name: str) -> dict[str, Any]:
        """Name, definition and owner, as provenance shows them."""
        one = self.metrics[name]
        return {"name": name, "definition": one.description, "owner": one.owner}

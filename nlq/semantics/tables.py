"""The parts of a model that describe the data: tables and who may read them, joins, rollups, and what one can split by."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

from nlq.values.query import Condition, Scalar  # noqa: TC001 - pydantic reads annotations

# Names of things, and of fields ("date.day_of_week"); `check` holds them to their patterns.
Name = str
FieldName = str
Synonyms = dict[Literal["en", "fil", "ceb"], tuple[str, ...]]
ColumnType = Literal[
    "string", "integer", "number", "decimal", "boolean", "date", "timestamp", "datetime", "array", "json"
]


class Part:
    """Base of the model's parts: immutable; pydantic, where it reads YAML into them, is strict about their keys."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class TableColumn(Part):
    """A column that may be read; `mask` hides its values from all but the roles in `unmask`.

    `expr` makes it a computed column: arithmetic over the table's other columns, row by row. The table itself has no such
    column, so metrics and dimensions may use it and SQL written by hand may not.
    """

    type: ColumnType
    expr: str | None = None
    mask: Literal["null", "redact", "hash", "last4", "year"] | None = None
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
class Versions(Part):
    """Each row of a table is a version of something: it holds from the day `since` until the day before `before`.

    No `before` in a row means that the version still holds. A join takes the version that held on the joining row's own day.
    """

    since: Name
    before: Name


@dataclass(frozen=True, kw_only=True)
class SmallGroups(Part):
    """A figure that is made of rows of fewer people is withheld. `people` is the metric that counts them, by distinct keys."""

    people: Name
    fewer_than: int

    def __post_init__(self) -> None:
        if self.fewer_than < 2:
            raise ValueError("a small group is of fewer than 2 people at least")


@dataclass(frozen=True, kw_only=True)
class Table(Part):
    """One table: its key, the rows that count, and its policy. Without a policy it cannot be read.

    `source` is the table of the database, as name or schema.name, where that is not the name: so one table of the database
    can be several of the model (the nation of a customer, the nation of a supplier), each with joins of its own. `like` makes
    such a one from another table of the model: what is not said again is as it is there.
    """

    name: Name
    like: Name | None = None
    description: str = ""
    grain: str = ""
    key: tuple[Name, ...] = ()
    source: str | None = None
    versions: Versions | None = None
    time: Name | None = None
    valid: str | Exists | None = None
    policy: Literal["shared"] | dict[Name, Rule] | None = None
    small_groups: SmallGroups | None = None
    tier: Tier | None = None
    fresh_within: str | None = None  # the promise: "1 day", "2 hours"; an answer says where it is not kept
    owner: str = ""
    columns: dict[Name, TableColumn] = field(default_factory=dict)
    review: bool = False  # as in metrics: guessed, and looked at by nobody yet

    def __post_init__(self) -> None:
        missing = [name for name in ("description", "grain", "columns") if not getattr(self, name)]
        if self.like is None and missing:
            raise ValueError(f"a table has {missing[0]}, or is `like` another")

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """The columns that the table itself has: those that are not computed."""
        return tuple(name for name, column in self.columns.items() if column.expr is None)


@dataclass(frozen=True, kw_only=True)
class Join(Part):
    """A many-to-one join: each row of `from` names at most one of `to`."""

    from_: Name
    to: Name
    on: dict[Name, Name]


@dataclass(frozen=True, kw_only=True)
class Rollup(Part):
    """A table of sums over another: what it keeps, and which of its columns holds which metric.

    `keeps` names the columns that are the base table's own, or maps its columns to them where they are called otherwise.
    `carries` says of those that are not from which table, that the base table joins to, they are: `table`, or `table.column`
    where they are called otherwise there.
    """

    table: Name
    of: Name
    time: dict[Literal["column", "grain"], Name]
    keeps: tuple[Name, ...] | dict[Name, Name]
    carries: dict[Name, str] = field(default_factory=dict)
    measures: dict[Name, Name]

    @property
    def kept(self) -> dict[str, str]:
        """Its columns that are the base table's own, its time apart, to what they are called there."""
        named = self.keeps if isinstance(self.keeps, dict) else {name: name for name in self.keeps}
        return {name: base for name, base in named.items() if name not in self.carries and name != self.time["column"]}

    @property
    def carried(self) -> dict[str, tuple[str, str]]:
        """Its columns that are another table's, to the table and what they are called there."""
        origins = {name: origin.partition(".") for name, origin in self.carries.items()}
        return {name: (table, column or name) for name, (table, _, column) in origins.items()}


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
    unit: Literal["year", "quarter", "month", "day", "hour"]


@dataclass(frozen=True, kw_only=True)
class Bins(Part):
    """Ranges of a number: below the first edge, then from each edge to below the next, then from the last edge."""

    of: Name
    edges: tuple[int | float, ...]
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.edges or list(self.edges) != sorted(set(self.edges)):
            raise ValueError("the edges of bins rise: [0, 100, 500]")
        if self.labels and len(self.labels) != len(self.edges) + 1:
            raise ValueError(f"{len(self.edges)} edges make {len(self.edges) + 1} bins, and so many labels")

    @property
    def names(self) -> tuple[str, ...]:
        """What each bin is called, from the lowest."""
        if self.labels:
            return self.labels
        pairs = zip(self.edges[:-1], self.edges[1:], strict=True)
        between = (f"{low:,} to below {high:,}" for low, high in pairs)
        return (f"below {self.edges[0]:,}", *between, f"{self.edges[-1]:,} and above")


@dataclass(frozen=True, kw_only=True)
class Dimension(Part):
    """Something to split or filter by.

    `column` is shown and grouped by; or `key` is grouped by, `id` filtered by and `show` shown; or it is a `part` of a
    date, or `bins` of a number. A dimension of type date has grains: ship_date.day to ship_date.year. The one with
    `time: true` is each table's own time column, and its `table` and `column` are the calendar, where there is one; its
    `grains` are then further ones that all dates have, each a column of the calendar (fiscal_quarter: fiscal_quarter_start).

    `held_by` maps other tables to the column in which they hold the same thing themselves. `reach` is how many joins may lead
    from a table to it, where more would mean something else (the home of a buyer, and that of a seller).
    """

    name: FieldName
    label: str
    description: str
    table: Name = ""
    column: Name | None = None
    key: tuple[Name, ...] = ()
    id: Name | None = None
    show: Name | None = None
    part: DatePart | None = None
    bins: Bins | None = None
    type: Literal["string", "integer", "number", "boolean", "date"] = "string"
    time: bool = False
    values: tuple[Value, ...] | Literal["from_data"] | None = None
    place: Literal["city", "province", "region", "island_group"] | None = None
    parent: FieldName | None = None
    ranked_by: Name | None = None
    held_by: dict[Name, Name] = field(default_factory=dict)
    reach: int | None = None
    grains: dict[Name, Name] = field(default_factory=dict)
    kind_of: Name | None = None  # its values are kinds of that dimension: "supermarkets" are stores
    optional: bool = False  # a fact row may name none: those are left out of rankings
    review: bool = False
    synonyms: Synonyms = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.time and not self.table:
            return
        keyed = bool(self.key and self.id and self.show)
        if self.held_by and keyed:
            raise ValueError("`held_by` is for a plain column, not for a key")
        if [keyed, *(one is not None for one in (self.column, self.part, self.bins))].count(True) != 1:
            raise ValueError("a dimension has one of column, part, bins, or all of key, id and show")
        if not self.table:
            raise ValueError("a dimension names its table")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is grouped by."""
        if self.key:
            return self.key
        return (self.column or (self.part or self.bins).of,) if self.column or self.part or self.bins else ()  # type: ignore[union-attr]


@dataclass(frozen=True, kw_only=True)
class Filter(Part):
    """A named condition ("active stores", "weekend"): a field of type boolean, true where all of `where` holds."""

    name: Name
    label: str
    description: str
    where: tuple[Condition, ...]
    synonyms: Synonyms = field(default_factory=dict)

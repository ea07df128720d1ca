"""The semantic layer as typed values. YAML goes in through `load`; everything else in nlq reads these."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from nlq.semantics.measures import Metric  # noqa: TC001 - pydantic reads annotations
from nlq.semantics.tables import (
    Dimension,
    Filter,
    Join,
    Name,
    Part,
    Rollup,
    SmallGroups,
    Synonyms,
    Table,
)
from nlq.values.query import Scalar, SemanticQuery  # noqa: TC001 - pydantic reads annotations

GRAINS = ("day", "week", "month", "quarter", "year")
# Every attribute of a principal that a policy must say something about.
ATTRIBUTES = ("org_id", "regions")
MONTHS = {month: calendar.month_name[month] for month in range(1, 13)}


@dataclass(frozen=True, kw_only=True)
class Verified(Part):
    """A question with the query that somebody vouches for."""

    question: str
    query: SemanticQuery
    by: str
    on: str = ""


@dataclass(frozen=True, kw_only=True)
class Asker(Part):
    """Who asks in a test of the policies: the attributes that row rules and masks are written over."""

    org_id: str
    regions: tuple[str, ...] | Literal["*"] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PolicyTest(Part):
    """What an asker is to get for a query or for SQL: just these rows (`gives`, in any order), so many, or a refusal."""

    test: str
    as_: Asker
    query: SemanticQuery | None = None
    sql: str | None = None
    gives: tuple[tuple[Scalar | None, ...], ...] | None = None
    rows: int | None = None
    refused: Literal[True] | None = None

    def __post_init__(self) -> None:
        if (self.query is None) == (self.sql is None):
            raise ValueError("a policy test has a query or SQL")
        if [self.gives, self.rows, self.refused].count(None) != 2:
            raise ValueError("a policy test says exactly one of gives, rows and refused")


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
    fiscal_year_start: int | None = (
        None  # the month with which fiscal years begin; each is called by the year in which it ends
    )
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
    filters: tuple[Filter, ...] = ()
    metrics: tuple[Metric, ...] = ()
    verified: tuple[Verified, ...] = ()
    policy_tests: tuple[PolicyTest, ...] = ()


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
    filters: dict[str, Filter] = field(default_factory=dict)
    verified: tuple[Verified, ...] = ()
    policy_tests: tuple[PolicyTest, ...] = ()

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

    @cached_property
    def grains(self) -> dict[str, tuple[Dimension, str]]:
        """Every field that is a grain of a date: "date.month" to its dimension and "month".

        It may be written date__month as well, and the bare name of a date is its day: so people write who come from MetricFlow.
        """
        dates = [one for one in self.dimensions.values() if one.time or one.type == "date"]
        named = {f"{one.name}.{grain}": (one, grain) for one in dates for grain in (*GRAINS, *self.own_grains)}
        spelt = {name.replace(".", "__"): found for name, found in named.items()}
        return {**{one.name: (one, "day") for one in dates}, **spelt, **named}

    @cached_property
    def own_grains(self) -> dict[str, str]:
        """The grains that this model adds to those of any date, to the columns of its calendar that hold them."""
        time = self.time_dimension
        return time.grains if time is not None and time.table else {}

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What other modules work out about the model once: paths, fields, parsed expressions. It is never written to a file."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name in self.__dataclass_fields__}

    def is_time_grain(self, field: str) -> bool:
        """Whether a field is a grain of the time dimension, such as date.month."""
        return field in self.grains and self.grains[field][0].time

    def tenant_column(self, table: str) -> str | None:
        """The column that the policy holds to one value in every scan, so that it needs neither grouping nor counting."""
        policy = self.tables[table].policy
        return policy["org_id"].column if isinstance(policy, dict) and "org_id" in policy else None

    @cached_property
    def withholds(self) -> bool:
        """Whether small groups of any table are withheld."""
        return any(table.small_groups is not None for table in self.tables.values())

    def small_groups(self, table: str) -> SmallGroups | None:
        """What holds small groups of a table's rows back: its own, or, of a rollup, its base table's."""
        of = next((rollup.of for rollup in self.rollups if rollup.table == table), table)
        return self.tables[table].small_groups or (self.tables[of].small_groups if of in self.tables else None)

    def aggregates(self, metric: str) -> frozenset[str]:
        """The metrics that are aggregates of a table, of which a metric is made."""
        found = self.memo.get(("aggregates", metric))
        if found is None:
            one = self.metrics[metric]
            found = frozenset({metric}) if one.agg else frozenset().union(*map(self.aggregates, one.parts))
            self.memo["aggregates", metric] = found
        return found

    def base_tables(self, metric: str) -> frozenset[str]:
        """The tables whose rows a metric aggregates."""
        found = self.memo.get(("base_tables", metric))
        if found is None:
            aggs = (self.metrics[name].agg for name in self.aggregates(metric))
            found = self.memo["base_tables", metric] = frozenset(agg.table for agg in aggs if agg is not None)
        return found

    def on_own_time(self, metric: str) -> bool:
        """Whether all that a metric is made of is counted on its tables' own days, whose extent is known."""
        found = self.memo.get(("on_own_time", metric))
        if found is None:
            aggs = (self.metrics[name].agg for name in self.aggregates(metric))
            found = all(agg is None or agg.time in (None, self.tables[agg.table].time) for agg in aggs)
            self.memo["on_own_time", metric] = found
        return bool(found)

    def has_time(self, metric: str) -> bool:
        """Whether a period means anything to a metric."""
        one = self.metrics[metric]
        if one.agg:
            return (one.agg.time or self.tables[one.agg.table].time) is not None
        return all(self.has_time(part) for part in one.parts)

    def public_metrics(self) -> dict[str, Metric]:
        """The metrics that can be asked for by name."""
        return self._public

    @cached_property
    def _public(self) -> dict[str, Metric]:
        return {name: one for name, one in self.metrics.items() if not one.internal}

    @cached_property
    def labels(self) -> dict[str, dict[Any, str]]:
        """By dimension what people read for its codes: of the values that the model declares, of regions and of months. True is "yes" by itself."""
        regions = {one.value: one.label for one in self.gazetteer.places if one.level == "region"}
        found: dict[str, dict[Any, str]] = {}
        for name, one in self.dimensions.items():
            known = one.values if isinstance(one.values, tuple) and one.type != "boolean" else ()
            own = {value.value: value.label for value in known if value.label != value.value}
            months = one.part is not None and one.part.unit == "month"
            found[name] = {**own, **(regions if one.place == "region" else {}), **(MONTHS if months else {})}
        return {name: labels for name, labels in found.items() if labels}

    @cached_property
    def counted(self) -> frozenset[str]:
        """The dimensions whose things a metric counts: stores, customers, products."""
        return frozenset(one.counts for one in self.public_metrics().values() if one.counts)

    def is_of_days(self, name: str) -> bool:
        """Whether a dimension, or a named condition, says which days: it is of the calendar alone."""
        known = self.filters.get(name)
        fields = [field for term in known.where for field in term.fields()] if known is not None else [name]
        calendar = self.time_dimension.table if self.time_dimension is not None else ""
        return bool(fields) and all(
            field in self.dimensions and self.dimensions[field].table == calendar for field in fields
        )

    def begins(self, table: str) -> str | None:
        """The first date that is told of a table's things: when a store opened, say."""
        return next(
            (
                name
                for name, one in self.dimensions.items()
                if one.table == table and one.type == "date" and not one.time
            ),
            None,
        )

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field that a query may name."""
        return frozenset((*self.field_names(), *self.grains))

    def field_names(self) -> tuple[str, ...]:
        """Every field that a query may name: dimensions, named filters, and the grains of dates."""
        plain = (name for name, one in self.dimensions.items() if not one.time and one.type != "date")
        grains = (name for name, (one, grain) in self.grains.items() if name == f"{one.name}.{grain}")
        return (*plain, *self.filters, *grains)

    def describe_metric(self, name: str) -> dict[str, Any]:
        """Name, definition and owner, as provenance shows them."""
        one = self.metrics[name]
        return {"name": name, "definition": one.description, "owner": one.owner}

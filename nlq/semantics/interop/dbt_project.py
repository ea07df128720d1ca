"""A dbt project's semantic layer as typed values, whichever of its two ways of writing it is in.

The older way has `semantic_models:` with measures, and metrics with `type_params`; the newer one writes both into `models:`.
Read here from the public documentation of both; a simple metric of the newer way is a measure and the metric of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Element:
    """An entity or a dimension: its expression is a column, or SQL over one row."""

    name: str
    type: str
    expr: str
    label: str = ""
    description: str = ""
    grain: str | None = None
    validity: Literal["since", "before"] | None = None
    partition: bool = False
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NonAdditive:
    """What does not add up over a time dimension: the last or first day counts, apart for each of the entities."""

    name: str
    choice: Literal["max", "min"] = "min"
    groupings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate of one semantic model's rows."""

    name: str
    model: str
    agg: str
    expr: str | None = None
    percentile: float | None = None
    discrete: bool = False
    approximate: bool = False
    time: str | None = None
    non_additive: NonAdditive | None = None
    label: str = ""
    description: str = ""


@dataclass(slots=True)
class Semantics:
    """One semantic model over one relation; `where` is the file that says it."""

    name: str
    relation: str
    schema: str | None
    where: str
    label: str = ""
    description: str = ""
    time: str | None = None
    primary_entity: str | None = None
    entities: dict[str, Element] = field(default_factory=dict)
    dimensions: dict[str, Element] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The entities of which this model has one row each (or, for `natural`, versions)."""
        return tuple(name for name, one in self.entities.items() if one.type in ("primary", "unique", "natural"))

    @property
    def links(self) -> tuple[str, ...]:
        """The entities by which its own dimensions are called."""
        own = (self.primary_entity,) if self.primary_entity and self.primary_entity not in self.keys else ()
        return (*own, *self.keys)

    @property
    def versions(self) -> tuple[Element, Element] | None:
        """The dimensions from and to which a row holds, where the model is one of versions."""
        ends = {one.validity: one for one in self.dimensions.values() if one.validity}
        return (ends["since"], ends["before"]) if len(ends) == 2 else None


@dataclass(frozen=True, slots=True)
class Input:
    """A metric (or a measure) as another is made of it."""

    name: str
    alias: str | None = None
    where: tuple[str, ...] = ()
    offset: str | None = None
    to_grain: str | None = None
    fill: float | None = None
    spine: bool = False


@dataclass(slots=True)
class MetricOf:
    """One metric; `of` are its inputs by the key that names them (measure, numerator, base_metric …), `inputs` a derived one's."""

    name: str
    type: str
    where: str
    label: str = ""
    description: str = ""
    filter: tuple[str, ...] = ()
    private: bool = False
    of: dict[str, Input] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    expr: str | None = None
    window: str | None = None
    to_grain: str | None = None
    period_agg: str = "first"
    entity: str | None = None
    calculation: str = "conversion_rate"
    constants: tuple[tuple[str, str], ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Spine:
    """A table of all days (or of other units), with further grains in its columns."""

    relation: str
    schema: str | None
    column: str
    grain: str
    grains: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved query, its conditions and fields still in dbt's templates."""

    name: str
    where: str
    label: str
    description: str
    metrics: tuple[str, ...]
    group_by: tuple[str, ...]
    conditions: tuple[str, ...]
    order: tuple[str, ...]
    limit: int | None
    exports: int = 0


@dataclass(slots=True)
class Project:
    """All of a project's semantic layer."""

    name: str
    semantics: dict[str, Semantics] = field(default_factory=dict)
    metrics: dict[str, MetricOf] = field(default_factory=dict)
    saved: list[Saved] = field(default_factory=list)
    spines: list[Spine] = field(default_factory=list)

    def measure(self, name: str) -> Measure | None:
        """The measure of that name, of whichever semantic model."""
        return next((one.measures[name] for one in self.semantics.values() if name in one.measures), None)

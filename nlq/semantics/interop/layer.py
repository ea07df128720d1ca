"""A semantic layer of tables, fields and figures written in SQL: what Cube, Snowflake and Ossie have in common.

Each reader makes a `Layer` of its format; `layer_import` makes a model of it. Names in a figure's SQL are `table.member` or a
bare member of its home: inside an aggregate a field or a column, outside of one another figure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nlq.semantics.interop.carried import Issue


@dataclass(slots=True)
class Member:
    """A field of a table: SQL over one row of it. A `fact` is for aggregates alone, a `filter` is true or false."""

    name: str
    expr: str
    type: str = ""  # string, number, integer, boolean, date, datetime; empty where nothing says it
    kind: str = "dimension"
    label: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    public: bool = True


@dataclass(slots=True)
class Relation:
    """A table, under one of its names. `where` are the rows of it that count; `key` are columns."""

    name: str
    relation: str
    schema: str | None = None
    where: str | None = None
    key: tuple[str, ...] = ()
    label: str = ""
    description: str = ""
    time: str | None = None
    members: dict[str, Member] = field(default_factory=dict)
    policy: dict[str, object] | str | None = None  # ours, where the file came from us
    masks: dict[str, dict[str, object]] = field(default_factory=dict)
    owner: str = ""
    grain: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A many-to-one join on columns."""

    start: str
    end: str
    on: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Figure:
    """A metric: SQL with aggregates. `window` and `offset` are laid over it; `home` is the table of its bare names."""

    name: str
    expr: str
    home: str | None = None
    filters: tuple[str, ...] = ()
    window: dict[str, object] | None = None
    offset: str | None = None
    unit: str = ""
    zero: bool = False  # where there are no rows it is zero
    owner: str = ""
    decimals: int | None = None
    label: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    public: bool = True


@dataclass(slots=True)
class Layer:
    """The whole of it, and what its reader could not carry."""

    name: str
    description: str = ""
    dialect: str = "duckdb"
    schema: str | None = None
    relations: dict[str, Relation] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def lose(self, code: str, where: str, what: str) -> None:
        """List something that is not carried."""
        self.issues.append(Issue(code, where, what))

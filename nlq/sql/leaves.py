"""What a query's metrics come to: leaves, which are aggregated, and outputs, which are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

    from nlq.sql.frames import Frame
    from nlq.values.pipeline import Column
    from nlq.values.query import Condition, MetricEntry


@dataclass(frozen=True, slots=True)
class Leaf:
    """One aggregate in one frame, under its own filter: a column of an inner query.

    `function` says what is aggregated: the metric's own function; `sum` and `count` of an average; `reached` and `converted`
    of a conversion; `fold`, an aggregate over groups of the metric (the entry's `each` and `agg`); or the `first` or `last` of
    its groups, in the order of the day that they are of. Where small groups are withheld, `people` is the leaf that counts whom
    this one is made of, which is `of` this one: a distinct count over the same rows; where rows are taken under several conditions
    at once (`parts`), the `overlap` that counts the fewest people of what is between them; or, of a fold, the `small` that marks
    groups of which some part is withheld.
    """

    alias: str
    metric: str
    frame: int
    function: str
    where: tuple[Condition, ...] = ()
    fold: MetricEntry | None = None
    people: str = ""
    of: str = ""
    parts: tuple[tuple[Condition, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """A metric column of the result: what it is called, and its expression over leaf columns."""

    column: Column
    expression: exp.Expr
    metric: str
    additive: bool
    itself: bool = False  # a metric's own figure, and not one beside it
    over_rows: bool = False  # its expression is over all rows of the query, not over its own alone


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All leaves and outputs of a query."""

    leaves: tuple[Leaf, ...]
    outputs: tuple[Output, ...]
    frames: tuple[Frame, ...]

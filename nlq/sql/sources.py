"""Which table answers: for each metric the one that reaches every field, and in its place the cheapest exact rollup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.errors import BadRequest
from nlq.semantics import periods
from nlq.semantics.joins import Field, find_field, paths_from
from nlq.sql.filters import fields_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nlq.semantics.model import Rollup, SemanticModel
    from nlq.sql.metrics import Leaf, Variant
    from nlq.values.pipeline import Snapshot
    from nlq.values.query import Period, SemanticQuery


@dataclass(frozen=True, slots=True)
class Measure:
    """How a leaf is computed: a metric of the model, over the columns of its source, after `path` joins."""

    leaf: Leaf
    function: str
    column: str | None
    columns: tuple[str, ...]
    distinct_on: str | None = None  # the joined table whose columns are counted, where it is not the source itself


@dataclass(frozen=True, slots=True)
class Source:
    """One scan: a table, the period that it is read over, and the leaves that it yields."""

    table: str
    base: str
    variant: int
    measures: tuple[Measure, ...]
    rollup: Rollup | None
    why: str


def choose(model: SemanticModel, query: SemanticQuery, leaves: Sequence[Leaf], variants: Sequence[Variant],
           snapshot: Snapshot) -> tuple[Source, ...]:  # fmt: skip
    """The scans of a query, each from the cheapest table that gives the same figures by rule.

    Raises:
        BadRequest: a dimension or filter that one of the metrics cannot reach.
    """
    groups: dict[tuple[str, int], list[Measure]] = {}
    for leaf in leaves:
        table, measure = _home(model, query, leaf, snapshot)
        groups.setdefault((table, leaf.variant), []).append(measure)
    return tuple(
        _cheapest(model, query, table, index, tuple(measures), variants[index], snapshot)
        for (table, index), measures in groups.items()
    )


def _fields(query: SemanticQuery, leaf: Leaf) -> tuple[str, ...]:
    """Every field that a leaf has to reach."""
    return tuple(dict.fromkeys((*query.dimensions, *fields_of(query.where), *fields_of(leaf.where))))


def _home(model: SemanticModel, query: SemanticQuery, leaf: Leaf, snapshot: Snapshot) -> tuple[str, Measure]:
    """The base table on which a leaf is computed.

    First the metric's own. A metric with an equivalent at a finer grain goes there, if the data was checked to agree
    (or the equivalent counts distinct keys, which is then what the question means). A distinct count may be taken over
    any table that joins many-to-one to its own: rows repeated there do not change it.
    """
    metric = model.metrics[leaf.metric]
    agg = metric.agg
    assert agg is not None  # noqa: S101 - leaves are aggregates: model check holds it
    fields = _fields(query, leaf)
    own = Measure(leaf, agg.function, agg.column, agg.columns)
    missing = _missing(model, agg.table, fields)
    if not missing:
        return agg.table, own
    if metric.same_as:
        finer = model.metrics[metric.same_as].agg
        if finer is not None and not _missing(model, finer.table, fields):
            if finer.function == "count_distinct" or metric.name in snapshot.equal:
                return finer.table, Measure(leaf, finer.function, finer.column, finer.columns)
            raise BadRequest(f"{metric.name} by {missing[0]} needs line values that add up to it, and in this data they do not",
                             where=f"metric {metric.name}", fix="see `nlq model check`")  # fmt: skip
    if agg.function == "count_distinct":
        for name in model.tables:
            if name in model.rollup_tables or _missing(model, name, fields):
                continue
            if len(paths_from(model, name).get(agg.table, ())) == 1:
                return name, Measure(leaf, agg.function, None, agg.columns, distinct_on=agg.table)
    reach = [field for field in model.field_names() if not _missing(model, agg.table, (field,))]
    raise BadRequest(f"{metric.name} cannot be split or filtered by {missing[0]}", where=f"field {missing[0]}",
                     fix=f"{metric.name} reaches {', '.join(reach)}")  # fmt: skip


def _missing(model: SemanticModel, table: str, fields: Sequence[str]) -> list[str]:
    return [name for name in fields if find_field(model, table, name) is None]


def _cheapest(model: SemanticModel, query: SemanticQuery, base: str, index: int, measures: tuple[Measure, ...],
              variant: Variant, snapshot: Snapshot) -> Source:  # fmt: skip
    """The rollup with the fewest rows that gives the same figures by rule, else the base table."""
    best: tuple[int, Rollup, tuple[Measure, ...]] | None = None
    refused: list[str] = []
    for rollup in (one for one in model.rollups if one.of == base):
        found = _through(model, query, rollup, measures, variant.period, snapshot)
        if isinstance(found, str):
            refused.append(f"{rollup.table}: {found}")
        else:
            rows = snapshot.tables[rollup.table].rows
            if best is None or rows < best[0]:
                best = (rows, rollup, found)
    if best is None:
        return Source(base, base, index, measures, None, "; ".join(["base rows", *refused]))
    _, rollup, found = best
    return Source(rollup.table, base, index, found, rollup,
                  f"{rollup.table} gives the same figures as {base}, from fewer rows")  # fmt: skip


def _through(model: SemanticModel, query: SemanticQuery, rollup: Rollup, measures: tuple[Measure, ...],
             period: Period | None, snapshot: Snapshot) -> tuple[Measure, ...] | str:  # fmt: skip
    """The measures over a rollup's columns, or the reason why it cannot answer."""
    if rollup.table not in snapshot.tables:
        return "not built"
    grain = rollup.time["grain"]
    if period is not None and grain != "day" and not periods.is_whole(period, grain):  # type: ignore[arg-type]
        return f"the period is not made of whole {grain}s"
    stale = snapshot.tables[rollup.table].stale
    if stale and (period is None or stale & set(_months(period))):
        return "it is older than the rows that it was built from"
    found: list[Measure] = []
    for measure in measures:
        for name in _fields(query, measure.leaf):
            reason = _same_field(model, rollup, name)
            if reason:
                return reason
        served = _serve(model, query, rollup, measure)
        if served is None:
            return f"{measure.leaf.metric} cannot be added up from it"
        found.append(served)
    return tuple(found)


def _months(period: Period) -> list[date]:
    return periods.buckets(period, "month")


def _same_field(model: SemanticModel, rollup: Rollup, name: str) -> str | None:
    """None where a field read from the rollup is the same column, through the same joins, as on the base table."""
    base, here = find_field(model, rollup.of, name), find_field(model, rollup.table, name)
    if base is None or here is None:
        return f"it does not keep {name}"
    if here.grain is not None:
        fine = {"day": 0, "week": 1, "month": 2, "quarter": 3, "year": 4}
        order = fine[rollup.time["grain"]]
        fits = fine[here.grain] >= order and not (here.grain == "week" and order > 0)
        return None if fits else f"it is kept by {rollup.time['grain']}"
    walked, first = [join.to for join in base.path], set(here.path[0].on) if here.path else set(here.columns)
    if walked and all(rollup.carries.get(column) == walked[0] for column in first):
        walked = walked[1:]
    if walked != [join.to for join in here.path] or base.columns != here.columns:
        return f"it does not keep {name} as the base rows have it"
    return None if first <= set(rollup.keeps) else f"it does not keep {name}"


def _serve(model: SemanticModel, query: SemanticQuery, rollup: Rollup, measure: Measure) -> Measure | None:
    """A measure over a rollup: sums of sums, distinct counts of what it keeps, or its own cell at its own grain."""
    kept = rollup.measures.get(_metric_on(model, measure, rollup))
    if measure.function in ("sum", "count"):
        return Measure(measure.leaf, "sum", kept, ()) if kept else None
    if measure.distinct_on is None and set(measure.columns) <= set(rollup.keeps):
        return measure
    if kept and not measure.leaf.where and _at_its_grain(model, query, rollup):
        return Measure(measure.leaf, "max", kept, ())
    return None


def _metric_on(model: SemanticModel, measure: Measure, rollup: Rollup) -> str:
    """The metric's name on the rollup's base table (its equivalent, where it was moved there)."""
    metric = model.metrics[measure.leaf.metric]
    own = metric.agg is not None and metric.agg.table == rollup.of
    return metric.name if own or not metric.same_as else metric.same_as


def _at_its_grain(model: SemanticModel, query: SemanticQuery, rollup: Rollup) -> bool:
    """Whether each group of the query is exactly one row of the rollup."""
    grouped: set[str] = set()
    by_time = False
    for name in query.dimensions:
        field: Field | None = find_field(model, rollup.table, name)
        if field is None:
            return False
        if field.grain == rollup.time["grain"]:
            by_time = True
        elif not field.path:
            grouped |= set(field.columns)
    tenant = {column for column in rollup.keeps if _is_tenant(model, rollup, column)}
    return by_time and set(rollup.keeps) - {rollup.time["column"]} <= grouped | tenant


def _is_tenant(model: SemanticModel, rollup: Rollup, column: str) -> bool:
    """Whether the policy holds a column to one value, so that it needs no grouping."""
    policy = model.tables[rollup.table].policy
    return isinstance(policy, dict) and policy["org_id"].column == column

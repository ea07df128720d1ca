"""Which table answers: for each leaf the one that reaches every field, and in its place the cheapest exact rollup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.errors import BadRequest, NotPermitted
from nlq.semantics.joins import out_of_reach, paths_from
from nlq.sql import rollups
from nlq.sql.filters import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nlq.semantics.measures import Aggregate
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Rollup
    from nlq.sql.frames import Frame
    from nlq.sql.leaves import Leaf
    from nlq.values.pipeline import Snapshot
    from nlq.values.query import Condition, Period

PLAIN = frozenset({"sum", "count", "count_distinct", "min", "max"})


@dataclass(frozen=True, slots=True)
class Measure:
    """How a leaf is computed: a function over columns of its source, or of `distinct_on`, a table that it joins to.

    `known` are columns of the source without which a row counts for nobody: a figure is not made of what is null in it.
    """

    leaf: Leaf
    function: str
    column: str | None
    columns: tuple[str, ...] = ()
    distinct_on: str | None = None
    approximate: bool = False
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One scan: a table, its time column, the rows that it is read over, and the leaves that it yields.

    `kind` is plain, over_time or ranked (median and percentile): the ways in which a scan is written. `rest` are the base
    rows of a part of the period for which the rollup is not fresh: both are added up.
    """

    table: str
    base: str
    time: str | None
    frame: int
    period: Period | None
    measures: tuple[Measure, ...]
    kind: str = "plain"
    rollup: Rollup | None = None
    why: str = "base rows"
    rest: Source | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides the source of a query's leaves."""

    model: SemanticModel
    dimensions: tuple[str, ...]
    where: tuple[Condition, ...]
    frames: tuple[Frame, ...]
    snapshot: Snapshot

    def fields(self, leaf: Leaf) -> tuple[str, ...]:
        """Every field that a leaf has to reach."""
        return tuple(dict.fromkeys((*self.dimensions, *fields_of(self.where), *fields_of(leaf.where))))


def choose(asked: Asked, leaves: Iterable[Leaf]) -> list[Source]:
    """The scans of the leaves that are aggregates of a table, each from the cheapest that gives the same figures by rule.

    Raises:
        BadRequest: a dimension or filter that one of the metrics cannot reach.
    """
    groups: dict[tuple[object, ...], tuple[str, str | None, str, list[Measure]]] = {}
    homes: dict[str, tuple[str, str | None, Measure]] = {}
    leaves = list(leaves)
    for leaf in leaves:
        if leaf.of:
            continue
        agg = asked.model.metrics[leaf.metric].agg
        assert agg is not None  # noqa: S101 - leaves are aggregates: model check holds it
        table, time, measure = _home(asked, leaf, agg)
        kind = _kind(agg, measure)
        apart: object = leaf.alias if kind == "ranked" else None
        if kind == "over_time":
            apart = (agg.over_time, agg.each, leaf.where)
        homes[leaf.alias] = table, time, measure
        groups.setdefault((table, time, leaf.frame, kind, apart), (table, time, kind, []))[3].append(measure)
    for leaf in leaves:
        if leaf.of:
            table, time, figure = homes[leaf.of]
            apart = leaf.alias if leaf.parts else None
            kind = "overlap" if leaf.parts else "plain"
            key = (table, time, leaf.frame, kind, apart)
            groups.setdefault(key, (table, time, kind, []))[3].append(_people(asked, leaf, table, figure))
    found = []
    for table, time, kind, measures in groups.values():
        index = measures[0].leaf.frame
        base = Source(table, table, time, index, asked.frames[index].period, tuple(measures), kind)
        own_time = time == asked.model.tables[table].time
        found.append(rollups.cheapest(asked, base) if kind == "plain" and own_time else base)
    return found


def _people(asked: Asked, leaf: Leaf, table: str, figure: Measure) -> Measure:
    """The distinct people whose rows a figure of a table is made of, by way of the table that names them."""
    agg = asked.model.metrics[leaf.metric].agg
    assert agg is not None  # noqa: S101 - model check holds it
    known = (figure.column,) if figure.column else figure.columns if figure.distinct_on in (None, table) else ()
    if agg.table == table:
        return Measure(leaf, "count_distinct", None, agg.columns, known=known)
    if len(paths_from(asked.model, table).get(agg.table, ())) != 1:
        raise NotPermitted(f"it cannot be told whose rows of {table} those are, and small groups are withheld", where=f"metric {leaf.metric}",
                           fix=f"ask for what does not need {table}")  # fmt: skip
    return Measure(leaf, "count_distinct", None, agg.columns, agg.table, known=known)


def of_rows(asked: Asked, leaf: Leaf) -> Source:
    """The base table of a leaf, where its rows themselves are needed: no other table has them."""
    agg = asked.model.metrics[leaf.metric].agg
    assert agg is not None  # noqa: S101 - leaves are aggregates: model check holds it
    time = agg.time or asked.model.tables[agg.table].time
    missing = out_of_reach(asked.model, agg.table, asked.fields(leaf), time)
    if missing:
        raise _unreachable(asked, leaf.metric, agg.table, missing)
    measure = Measure(leaf, leaf.function, agg.column, agg.columns)
    return Source(agg.table, agg.table, time, leaf.frame, asked.frames[leaf.frame].period, (measure,))


def _kind(agg: Aggregate, measure: Measure) -> str:
    if agg.over_time is not None:
        return "over_time"
    return "plain" if measure.function in PLAIN else "ranked"


def _home(asked: Asked, leaf: Leaf, agg: Aggregate) -> tuple[str, str | None, Measure]:
    """The base table on which a leaf is computed, and its time column.

    First the metric's own. A metric with an equivalent at a finer grain goes there, if the data was checked to agree
    (or the equivalent counts distinct keys, which is then what the question means). A distinct count may be taken over
    any table that joins many-to-one to its own: rows repeated there do not change it.
    """
    model = asked.model
    metric = model.metrics[leaf.metric]
    fields = asked.fields(leaf)
    time = agg.time or model.tables[agg.table].time
    missing = out_of_reach(model, agg.table, fields, time)
    if not missing:
        return agg.table, time, Measure(leaf, leaf.function, agg.column, agg.columns, approximate=agg.approximate)
    if metric.same_as:
        finer = model.metrics[metric.same_as].agg
        if finer is not None and not out_of_reach(model, finer.table, fields, finer.time):
            if finer.function == "count_distinct" or metric.name in asked.snapshot.equal:
                own = finer.time or model.tables[finer.table].time
                return finer.table, own, Measure(leaf, finer.function, finer.column, finer.columns)
            raise BadRequest(f"{metric.name} by {missing[0]} needs line values that add up to it, and in this data they do not",
                             where=f"metric {metric.name}", fix="see `nlq model check`")  # fmt: skip
    if agg.function == "count_distinct" and agg.time in (None, model.tables[agg.table].time):
        found = [
            name for name in model.tables
            if name not in model.rollup_tables and not out_of_reach(model, name, fields) and len(paths_from(model, name).get(agg.table, ())) == 1
        ]  # fmt: skip
        if len(found) > 1:
            raise BadRequest(f"{metric.name} by {missing[0]} may be counted over {' or '.join(found)}: these are other things",
                             where=f"metric {metric.name}", fix="say which with a metric of its own over one of them")  # fmt: skip
        if found:
            return found[0], model.tables[found[0]].time, Measure(leaf, agg.function, None, agg.columns, agg.table)
    raise _unreachable(asked, metric.name, agg.table, missing)


def _unreachable(asked: Asked, metric: str, table: str, missing: Sequence[str]) -> BadRequest:
    model = asked.model
    reach = [field for field in model.field_names() if not out_of_reach(model, table, (field,))]
    return BadRequest(f"{metric} cannot be split or filtered by {missing[0]}", where=f"field {missing[0]}",
                      fix=f"{metric} reaches {', '.join(reach[:40]) or 'no field'}")  # fmt: skip

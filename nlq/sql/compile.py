"""From a SemanticQuery to one SELECT in the canonical dialect (Trino).

One inner query for each table and frame (aggregated there, along many-to-one joins only), put together on the shared
dimensions, then one outer SELECT that divides, labels, filters by figures, orders and limits. There is no form of a
SemanticQuery that joins two fact tables before they are aggregated.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics import periods
from nlq.sql import asked, conditions, small, spelling
from nlq.sql.build import again, called, cast, limited, named
from nlq.sql.defined import defined, is_defined
from nlq.sql.dialect import WORDS, quote_words
from nlq.sql.fields import SEGMENT
from nlq.sql.figures import Gather
from nlq.sql.frames import Frame
from nlq.sql.merged import merged
from nlq.sql.parts import Figures, Parts
from nlq.sql.plans import Plans
from nlq.sql.said import is_place
from nlq.sql.shape import Finished, Shape, finished, settled, shape
from nlq.sql.tiers import at_home
from nlq.values.pipeline import AS_GOOD, TOTAL, Column, Lineage, Statement, Tree

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.sql.fields import Keys
    from nlq.values.pipeline import Snapshot
    from nlq.values.query import Condition, Period, SemanticQuery

NULLS = {"string": "varchar", "integer": "bigint", "number": "double", "boolean": "boolean", "date": "date"}
PART, PLACE = "__part", "__place"
Built = tuple[exp.Select, tuple[Column, ...], list[str], bool]  # the last: whether ties are counted beside the columns


def compile_query(model: SemanticModel, query: SemanticQuery, snapshot: Snapshot) -> Statement:
    """One SELECT for a SemanticQuery, unscoped; from a plan that the model keeps, where it has one for it.

    Raises:
        BadRequest: a name that the model does not have, a field that a metric cannot reach, a part that does not fit.
    """
    try:
        return Plans.of(model).statement(model, query, snapshot, compile_anew)
    except OverflowError:  # of Python's dates: years are from 1 to 9999
        raise periods.beyond() from None


def compile_anew(model: SemanticModel, query: SemanticQuery, snapshot: Snapshot) -> Statement:
    """The same without any plan.

    Raises:
        BadRequest: as above.
    """
    query, called = spelling.understood(model, asked.spelt_out(model, query))
    asked.check(model, query)
    parts = Parts(model, snapshot)
    tree, columns, metrics, counted = _with_totals(parts, query) if query.totals else _rows(parts, query)
    if called:
        columns = spelling.as_asked(tree, columns, called)
    ctes = [exp.CTE(this=inner, alias=exp.TableAlias(this=exp.to_identifier(name)))
            for name, inner in merged(tree, dict(parts.ctes)).items()]  # fmt: skip
    if ctes:
        tree.set("with_", exp.With(expressions=ctes))
    if snapshot.watermark is not None:
        at_home(tree)
    if _has_words(model) or any(not isinstance(one, str) and one.as_ in WORDS for one in query.metrics):
        quote_words(tree)
    lineage = Lineage(
        tables=tuple(parts.tables),
        metrics=tuple(dict.fromkeys(name for name in metrics if name in model.metrics)),
        rollup=next(iter(parts.rollups), None),
        why=tuple(parts.why),
        notes=tuple(parts.notes),
    )
    shown = (
        partial(defined, model, snapshot.watermark) if any(is_defined(model, name) for name in parts.tables) else None
    )
    return Statement(Tree(tree, shown), columns, lineage, snapshot.watermark, query.limit if counted else None)


def _has_words(model: SemanticModel) -> bool:
    """Whether a name of the model is a word of SQL."""
    if "words" not in model.memo:
        columns = (name for table in model.tables.values() for name in table.columns)
        model.memo["words"] = not WORDS.isdisjoint((*model.tables, *columns, *model.field_names(), *model.metrics))
    return bool(model.memo["words"])


def _rows(parts: Parts, query: SemanticQuery) -> Built:
    """The rows of a query, in order and cut at its limit."""
    made, figures = _shaped(parts, query)
    done = _cut(parts, query, made)
    return done.tree, tuple(made.columns), [one.metric for one in figures.broken.outputs], done.counted


def _cut(parts: Parts, query: SemanticQuery, made: Shape) -> Finished:
    """A query's rows in order and cut at its limit, with the terms of that order."""
    done = finished(parts, query, made)
    if done.order:
        done.tree.order_by(*done.order, copy=False)
    if query.limit and not query.per:
        limited(done.tree, query.limit)
    return done


def _shaped(parts: Parts, query: SemanticQuery, label: str = "", *, labels: bool = True,
            marked: tuple[str, tuple[Keys, ...]] | None = None) -> tuple[Shape, Figures]:  # fmt: skip
    """A query's figures, labelled where `labels` says so; without conditions on them, order or limit. `marked`: see `shape`."""
    first = Frame("", None if query.period in ("all", None) else query.period)  # type: ignore[arg-type]
    chosen: dict[Condition, exp.Select] = {}

    def sets(condition: Condition) -> exp.Select:
        if condition not in chosen:
            chosen[condition] = _set(parts, condition, first.period)
        return chosen[condition]

    figures = Gather(parts, query, first, sets, label=label).build(fill=not query.having and not query.segments)
    whole = None
    if query.share is not None and query.share.free:
        if figures.withheld:
            raise small.refused(parts.model, figures.broken.outputs[0].metric, "a share of what a condition leaves out")
        freed = tuple(one for one in query.where if not set(one.fields()) & set(query.share.free))
        within = tuple(name for name in query.share.within if name != SEGMENT)
        beside = query.segments if SEGMENT in query.share.within else ()
        plain = replace(
            query, dimensions=within, where=freed, segments=beside, compare=(), share=None, include_empty=()
        )
        whole = Gather(parts, plain, first, sets, label="whole_").build()
    return shape(parts, query, figures, whole, labels=labels, marked=marked), figures


def _set(parts: Parts, condition: Condition, outer: Period | None) -> exp.Select:
    """The keys that a set filter's query chooses, as a SELECT from a CTE of their own."""
    query = condition.query
    assert query is not None  # noqa: S101 - only set filters come here
    field = condition.field or ""
    period = query.period if query.period is not None else (outer or "all")
    inner, _ = spelling.understood(parts.model, asked.spelt_out(parts.model, replace(query, period=period)))
    asked.check(parts.model, inner)
    label = f"those_{conditions.plain_name(field)}_"
    named_by = {one.by for one in inner.order}
    made, figures = _shaped(parts, inner, label=label, labels=field in named_by)
    one = parts.model.dimensions.get(field)
    tenant = parts.model.tenant_column(one.table) if one is not None and one.key else None
    if made.windows:
        made = settled(parts, made)
    key = figures.keys[0]
    kept = [(alias, value) for column, alias, value in zip(key.columns or key.aliases, key.aliases, made.groups[field], strict=True)
            if column != tenant]  # fmt: skip
    aliases = [alias for alias, _ in kept]
    made.tree.set(
        "expressions", [again(value) if value.name == alias else called(again(value), alias) for alias, value in kept]
    )
    done = finished(parts, inner, made, ties=False)
    if inner.limit:
        limited(done.tree.order_by(*done.order, copy=False), inner.limit)
    name = parts.add(f"chosen_{conditions.plain_name(field)}", done.tree)
    known = [exp.not_(exp.Is(this=exp.column(alias), expression=exp.Null()), copy=False) for alias in aliases]
    return (
        exp.select(*(exp.column(alias) for alias in aliases), copy=False)
        .from_(named(name), copy=False)
        .where(*known, copy=False)
    )


def _with_totals(parts: Parts, query: SemanticQuery) -> Built:
    """The rows, then the totals that were asked for, each computed from base rows under the query's own filters."""
    made, figures = _shaped(parts, query)
    columns = [*(one for one in made.columns if one.role == "dimension"), Column(TOTAL, "Total", "string", None, "dimension"),
               *(one for one in made.columns if one.role == "metric")]  # fmt: skip
    done = _cut(parts, query, made)
    shown = [*columns, Column(AS_GOOD, "", "integer", None, "metric")] if done.counted else columns
    arms = [_placed(parts, done, shown, [*made.names, AS_GOOD], 0, None)]
    added_up = tuple(one for one in query.metrics if not is_place(parts.model, one))
    if not added_up:
        raise BadRequest("a place among rows has no total", where="totals", fix="leave `totals` out")
    for number, kept in enumerate(query.totals, start=1):
        dimensions = tuple(name for name in query.dimensions if name in kept)
        segments = query.segments if SEGMENT in kept else ()
        whole = replace(query, metrics=added_up, dimensions=dimensions, segments=segments, having=(), order=(), limit=None, per=(), totals=(),
                        include_empty=(), share=None)  # fmt: skip
        marked = (
            small.groups(parts, f"small_{number}", figures.withheld, figures.keys, kept) if figures.withheld else None
        )
        one, _ = _shaped(parts, whole, label=f"total_{number}_", marked=marked)
        arms.append(_placed(parts, finished(parts, whole, one), shown, one.names, number, ", ".join(kept) or "all"))
    union: exp.Expr = arms[0]
    for arm in arms[1:]:
        union = exp.Union(this=union, expression=arm, distinct=False)
    relation = exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier("rows_and_totals")))
    outer = exp.select(*(_column(one.name) for one in shown), copy=False).from_(relation, copy=False)
    outer = outer.order_by(exp.column(PART), exp.column(PLACE), copy=False)
    return outer, tuple(columns), [one.metric for one in figures.broken.outputs], done.counted


def _placed(parts: Parts, done: Finished, columns: list[Column], names: list[str], part: int,
            total: str | None) -> exp.Select:  # fmt: skip
    """Rows with their place, what they have no column for as null; `total` says what a total is of."""
    place: exp.Expr = exp.Literal.number(1)
    if done.order:
        place = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[term.copy() for term in done.order]))
    name = parts.add(
        "rows_shown" if total is None else f"total_{part}",
        done.tree.select(exp.alias_(place, PLACE, copy=False), copy=False),
    )
    picked: list[exp.Expr] = []
    for one in columns:
        value: exp.Expr = exp.cast(exp.Null(), NULLS[one.type])
        if one.name == TOTAL and total is not None:
            value = cast(exp.Literal.string(total), "varchar")
        elif one.name in names:
            value = _column(one.name)
        picked.append(exp.alias_(value, one.name, quoted="." in one.name, copy=False))
    picked += [exp.alias_(exp.Literal.number(part), PART, copy=False), exp.column(PLACE)]
    return exp.select(*picked, copy=False).from_(named(name), copy=False)


def _column(name: str) -> exp.Expr:
    return exp.column(exp.to_identifier(name, quoted="." in name))

"""The outer SELECT: labels, divisions, shares, conditions on figures, order and limit over what was aggregated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.sql import conditions
from nlq.sql.build import again, called, divide, joined, named, select
from nlq.sql.build import table as base_table
from nlq.sql.columns import grain_type
from nlq.sql.fields import SEGMENT
from nlq.sql.small import SMALL
from nlq.values.pipeline import AS_GOOD, Column
from nlq.values.query import Order, SemanticQuery

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.sql.fields import Keys
    from nlq.sql.parts import Figures, Parts

ANSWER, PLACE, OVERALL = "answer", "__place_within", "__place_overall"


@dataclass(slots=True)
class Shape:
    """A SELECT without conditions, order or limit, with what these may speak of.

    `shown` and `values` hold the columns of the result by name; `groups` what each dimension is grouped by (two things of
    one name are two groups); `windows` says that some are over all rows, so that conditions have to stand outside.
    """

    tree: exp.Select
    columns: list[Column] = field(default_factory=list)
    shown: dict[str, exp.Expr] = field(default_factory=dict)
    values: dict[str, exp.Expr] = field(default_factory=dict)
    groups: dict[str, list[exp.Expr]] = field(default_factory=dict)
    windows: bool = False

    @property
    def names(self) -> list[str]:
        """The columns of the result, in order."""
        return [one.name for one in self.columns]


def shape(parts: Parts, query: SemanticQuery, figures: Figures, whole: Figures | None, *, labels: bool = True,
          marked: tuple[str, tuple[Keys, ...]] | None = None) -> Shape:  # fmt: skip
    """Labels and figures of a query.

    `whole` are the figures that shares are of, where they are not of the rows shown; `marked` is a relation of groups, by its keys,
    that says which totals hold what is withheld.
    """
    made = Shape(exp.Select())
    joins = _dimensions(parts, figures, made, labels=labels)
    within = query.share.within if query.share else ()
    unknown = [name for name in within if name not in made.groups]
    if unknown:
        raise BadRequest(
            f"shares within {unknown[0]} need it as a dimension", where="share.within", fix=f"add {unknown[0]}"
        )
    for output in figures.broken.outputs:
        value = figures.over(output.expression)
        if marked is not None:
            value = _unless(exp.column(SMALL, table=marked[0]), value)
        made.values[output.column.name] = value
        made.columns.append(output.column)
        made.windows = made.windows or output.over_rows
        if query.share is not None and output.itself:
            if not output.additive:
                raise BadRequest(f"{output.column.name} does not add up over the rows, so it has no shares", where="share",
                                 fix="ask for the share of a sum or a count")  # fmt: skip
            column = Column(
                f"{output.column.name}__share", f"{output.column.label}, share", "number", "ratio", "metric"
            )
            made.columns.append(column)
            share = _share(made, value, within, whole.over(output.expression) if whole else None)
            made.values[column.name] = _share_shown(made, share, within, figures)
        if len(query.segments) == 2 and not output.over_rows and output.column.type != "date":
            _beside(made, query, output.column, value)
    every = made.shown | made.values
    picked = [called(again(every[one.name]), one.name, quoted="." in one.name) for one in made.columns]
    made.tree = select(picked, named(figures.name))
    for relation, condition in joins:
        made.tree = joined(made.tree, relation, on=condition, side="LEFT")
    beside = [(whole.name, whole.keys)] if whole is not None else []
    for name, keys in (*beside, *([marked] if marked is not None else [])):
        same = [exp.NullSafeEQ(this=exp.column(alias, table=figures.name), expression=exp.column(alias, table=name))
                for key in keys for alias in key.aliases]  # fmt: skip
        made.tree = joined(
            made.tree,
            named(name),
            on=exp.and_(*same, copy=False) if same else exp.true(),
            side="LEFT",
        )
    return made


def _dimensions(parts: Parts, figures: Figures, made: Shape, *, labels: bool) -> list[tuple[exp.Expr, exp.Expr]]:
    """The dimensions' columns; returns the tables to join for their labels."""
    joins: list[tuple[exp.Expr, exp.Expr]] = []
    model = parts.model
    for key in figures.keys:
        keyed = [exp.column(alias, table=figures.name) for alias in key.aliases]
        made.groups[key.field] = list(keyed)
        made.columns.append(dimension_column(model, key.field))
        if key.label is None or not labels:
            made.shown[key.field] = keyed[0]
            continue
        parts.tables[key.table] = None
        alias = f"{key.field}_label"  # a column of the result is called as the dimension: Trino would take it for a row
        relation = base_table(key.table, model.header.schema_, alias, parts.home)
        on = exp.and_(
            *(
                exp.EQ(this=exp.column(column, table=alias), expression=again(mine))
                for column, mine in zip(key.columns, keyed, strict=True)
            ),
            copy=False,
        )
        joins.append((relation, on))
        made.shown[key.field] = exp.column(key.label, table=alias)
    return joins


def dimension_column(model: SemanticModel, name: str) -> Column:
    """The result column of a dimension, a grain, a named filter or the segments."""
    if name == SEGMENT:
        return Column(SEGMENT, "Segment", "string", None, "dimension")
    if name in model.filters:
        return Column(name, model.filters[name].label, "boolean", None, "dimension")
    if name in model.grains:
        one, grain = model.grains[name]
        said = grain.replace("_", " ")
        label = said.capitalize() if one.time else f"{one.label}, {said}"
        return Column(name, label, grain_type(model, grain), None, "dimension")
    dimension = model.dimensions[name]
    return Column(name, dimension.label, dimension.type, None, "dimension")


def _share(made: Shape, value: exp.Expr, within: tuple[str, ...], of: exp.Expr | None) -> exp.Expr:
    """A row's part of the total of its group: of the rows shown, or of rows under other filters."""
    if of is not None:
        return divide(value, of)
    made.windows = True
    parts = [again(part) for name in within for part in made.groups[name]]
    return divide(value, exp.Window(this=exp.Sum(this=again(value)), partition_by=parts))


def _unless(mark: exp.Expr, value: exp.Expr) -> exp.Expr:
    """A value where nothing is marked."""
    return exp.Case().when(exp.Is(this=mark, expression=exp.Null()), value, copy=False)


def _share_shown(made: Shape, share: exp.Expr, within: tuple[str, ...], figures: Figures) -> exp.Expr:
    """A share, where none of its group's figures is withheld: with the others it would tell that one."""
    if not figures.withheld:
        return share
    made.windows = True
    parts = [again(part) for name in within for part in made.groups[name]]
    return _unless(exp.Window(this=exp.Max(this=figures.withheld.mark()), partition_by=parts), share)


def _beside(made: Shape, query: SemanticQuery, column: Column, value: exp.Expr) -> None:
    """Of two segments, each row's difference to the other and its ratio to it."""
    made.windows = True
    segment = made.groups[SEGMENT][0]
    parts = [again(part) for name, parts in made.groups.items() if name != SEGMENT for part in parts]

    def of(label: str) -> exp.Expr:
        mine = exp.EQ(this=again(segment), expression=exp.Literal.string(label))
        picked = exp.Max(this=exp.Case().when(mine, again(value), copy=False))
        return exp.Window(this=picked, partition_by=[again(part) for part in parts])

    first, second = (one.label for one in query.segments)
    here = exp.EQ(this=again(segment), expression=exp.Literal.string(first))
    other = exp.Case().when(here, of(second), copy=False).else_(of(first), copy=False)
    difference = Column(f"{column.name}__difference", f"{column.label}, difference", column.type, column.unit, "metric")
    ratio = Column(f"{column.name}__ratio", f"{column.label}, ratio", "number", "ratio", "metric")
    made.values[difference.name] = exp.Sub(this=again(value), expression=other)
    made.values[ratio.name] = divide(value, other)
    made.columns += [difference, ratio]


def settled(parts: Parts, made: Shape) -> Shape:
    """The same as a CTE: its columns are plain, so that conditions and places may stand outside what is over all rows."""
    hidden = {name: [f"__{name.replace('.', '_')}_key_{number}" for number, _ in enumerate(group, start=1)]
              for name, group in made.groups.items()}  # fmt: skip
    extra = [exp.alias_(again(part), alias, copy=False) for name, group in made.groups.items()
             for part, alias in zip(group, hidden[name], strict=True)]  # fmt: skip
    name = parts.add(ANSWER, made.tree.select(*extra, copy=False))

    def column(one: str) -> exp.Expr:
        return exp.column(exp.to_identifier(one, quoted="." in one))

    tree = exp.select(*(column(one) for one in made.names), copy=False).from_(named(name), copy=False)
    return Shape(tree, made.columns, {one: column(one) for one in made.shown}, {one: column(one) for one in made.values},
                 {one: [exp.column(alias) for alias in aliases] for one, aliases in hidden.items()})  # fmt: skip


class Finished(NamedTuple):
    """A SELECT under its conditions on figures, and the terms of its order: it has neither order nor limit yet.

    `counted`: its last column says how many rows (of each group) are as good as its own or better, for a limit may cut ties.
    """

    tree: exp.Select
    order: list[exp.Expr]
    counted: bool


def finished(parts: Parts, query: SemanticQuery, made: Shape, *, ties: bool = True) -> Finished:
    """The rows that conditions on figures leave; `ties` says that those which a limit cuts between are to be counted."""
    if made.windows and (query.having or query.limit or query.totals):
        made = settled(parts, made)
    if query.having:
        dates = {one.name for one in made.columns if one.role == "metric" and one.type == "date"}
        made.tree = made.tree.where(*conditions.figures(query.having, made.values, dates), copy=False)
    asked, keys = order_of(parts.model, query, made)
    counted = bool(ties and query.limit and asked and keys)
    within = [part for name in query.per for part in made.groups[name]]
    if counted:
        made.tree = made.tree.select(called(_over(exp.Count(this=exp.Star()), within, asked), AS_GOOD), copy=False)
    if not query.per:
        return Finished(made.tree, [*asked, *keys], counted)
    return _first_within(parts, query, made, within, [*asked, *keys], counted=counted)


def _first_within(parts: Parts, query: SemanticQuery, made: Shape, within: list[exp.Expr], order: list[exp.Expr], *,
                  counted: bool) -> Finished:  # fmt: skip
    """Rows numbered in the order that was asked for, then those with small numbers in their group."""
    places = [exp.alias_(_over(exp.RowNumber(), groups, order), name, copy=False)
              for groups, name in ((within, PLACE), ([], OVERALL))]  # fmt: skip
    ranked = parts.add("ranked", made.tree.select(*places, copy=False))
    names = [*made.names, *([AS_GOOD] if counted else [])]
    tree = exp.select(*(exp.column(exp.to_identifier(name, quoted="." in name)) for name in names), copy=False)
    limit = exp.LTE(this=exp.column(PLACE), expression=exp.Literal.number(query.limit or 1))
    tree = tree.from_(named(ranked), copy=False).where(limit, copy=False)
    return Finished(tree, [exp.column(OVERALL)], counted)


def _over(function: exp.Expr, within: list[exp.Expr], order: list[exp.Expr]) -> exp.Window:
    """A function over the rows of a group, in an order."""
    terms = exp.Order(expressions=[again(term) for term in order])
    return exp.Window(this=function, partition_by=[again(part) for part in within], order=terms)


def order_of(model: SemanticModel, query: SemanticQuery, made: Shape) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """As asked; else by time; else by the first metric descending; nulls last. Then the dimensions' keys, which tell ties apart."""
    order = query.order
    if not order:
        times = [name for name in query.dimensions if model.is_time_grain(name)]
        if times:
            order = (Order(by=times[0], dir="asc"),)
        elif made.shown and made.values:
            order = (Order(by=next(iter(made.values)), dir="desc"),)
    terms: list[exp.Expr] = []
    for one in order:
        subject = made.values.get(one.by, made.shown.get(one.by))
        if subject is None:
            raise BadRequest(f"`order` names {one.by!r}, which is no column of this query", where="order",
                             fix=f"columns are {', '.join([*made.shown, *made.values])}")  # fmt: skip
        terms.append(exp.Ordered(this=again(subject), desc=one.dir == "desc", nulls_first=False))
    by = {term.this for term in terms}
    ties = [part for group in made.groups.values() for part in group]
    return terms, [exp.Ordered(this=again(tie), desc=False, nulls_first=False) for tie in ties if tie not in by]

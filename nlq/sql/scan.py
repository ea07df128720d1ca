"""One inner query: a table, the joins that its fields need, the filters in it, aggregated by the keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.semantics.joins import Field, find_field
from nlq.sql import filters
from nlq.sql.build import cast, day, table

if TYPE_CHECKING:
    from nlq.semantics.model import Dimension, Join, SemanticModel
    from nlq.semantics.periods import Unit
    from nlq.sql.metrics import Variant
    from nlq.sql.sources import Measure, Source
    from nlq.sql.tiers import Branch
    from nlq.values.query import SemanticQuery


@dataclass(frozen=True, slots=True)
class Keys:
    """What a dimension is grouped by, and under which names an inner query gives it; `label` is joined on later."""

    field: str
    table: str
    columns: tuple[str, ...]
    aliases: tuple[str, ...]
    label: str | None


def keys_of(model: SemanticModel, dimensions: tuple[str, ...]) -> tuple[Keys, ...]:
    """The grouping keys of the dimensions of a query."""
    found = []
    for name in dimensions:
        plain = name.replace(".", "_")
        if model.is_time_grain(name):
            found.append(Keys(name, "", (), (plain,), None))
            continue
        one = model.dimensions[name]
        if one.key:
            found.append(Keys(name, one.table, one.key, tuple(f"{plain}__{column}" for column in one.key), one.show))
        else:
            found.append(Keys(name, one.table, one.columns, (plain,), None))
    return tuple(found)


def scan(model: SemanticModel, query: SemanticQuery, source: Source, variant: Variant, keys: tuple[Keys, ...],
         branches: tuple[Branch, ...]) -> exp.Select:  # fmt: skip
    """The inner query of a source: one aggregate, or one of each tier put together.

    What adds up is aggregated in each tier and added. Distinct keys do not add up: each tier gives its different keys, and
    those of both are counted.
    """
    if len(branches) == 1:
        return _Scan(model, query, source, variant, keys, branches[0]).build()
    return _put_together(source, keys, [_Scan(model, query, source, variant, keys, one) for one in branches])


def _put_together(source: Source, keys: tuple[Keys, ...], scans: list[_Scan]) -> exp.Select:
    """An aggregate over the union of both tiers' partial results."""
    counted = [measure for measure in source.measures if measure.function == "count_distinct"]
    arms = [one.distinct(counted[0]) if counted else one.build() for one in scans]
    union = exp.Union(this=arms[0], expression=arms[1], distinct=False)
    grouped = [exp.column(alias) for key in keys for alias in key.aliases]
    picked: list[exp.Expr] = [*(column.copy() for column in grouped)]
    for measure in source.measures:
        alias = measure.leaf.alias
        whole = exp.Max if measure.function == "max" else exp.Sum
        value: exp.Expr = whole(this=exp.column(alias))
        if measure.function == "count_distinct":
            value = exp.Count(this=exp.Distinct(expressions=[exp.column(alias)]))
        picked.append(exp.alias_(value, alias))
    named = exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier("tiers")))
    tree = exp.select(*picked).from_(named)
    if grouped:
        return tree.group_by(*grouped, copy=False)
    return tree.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0)), copy=False)


class _Scan:
    """Builds one inner query; remembers the joins that its fields asked for."""

    def __init__(self, model: SemanticModel, query: SemanticQuery, source: Source, variant: Variant,
                 keys: tuple[Keys, ...], branch: Branch) -> None:  # fmt: skip
        self.model, self.query, self.source, self.variant, self.keys = model, query, source, variant, keys
        self.branch = branch
        self.table = source.table
        self.joins: dict[tuple[str, ...], tuple[str, str, Join]] = {}

    def build(self) -> exp.Select:
        """The aggregates, by the keys."""
        grouped, picked = self._keys()
        for measure in self.source.measures:
            value = exp.alias_(self._aggregate(measure), measure.leaf.alias)
            metric = self.model.metrics[measure.leaf.metric]
            value.add_comments([f" {metric.name}: {metric.description} "])
            picked.append(value)
        tree = self._from(picked)
        if grouped:
            return tree.group_by(*(column.copy() for column in grouped), copy=False)
        # Without it an aggregate over no rows is a row of nulls: no matching row must stay no row.
        return tree.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0)), copy=False)

    def distinct(self, measure: Measure) -> exp.Select:
        """The different values that a distinct count counts, by the keys."""
        _, picked = self._keys()
        value = self._counted(measure, self._alias_of(measure))
        own = filters.where(self.model, measure.leaf.where, self._column)
        picked.append(exp.alias_(_only(own, value), measure.leaf.alias))
        return self._from(picked).distinct(copy=False)

    def _keys(self) -> tuple[list[exp.Expr], list[exp.Expr]]:
        """What is grouped by, and the same under its names."""
        grouped: list[exp.Expr] = []
        picked: list[exp.Expr] = []
        for key in self.keys:
            for alias, column in zip(key.aliases, self._key_columns(key), strict=True):
                grouped.append(column)
                picked.append(exp.alias_(column.copy(), alias))
        return grouped, picked

    def _from(self, picked: list[exp.Expr]) -> exp.Select:
        """SELECT these FROM the source and what its fields asked to be joined."""
        conditions = [*self._period(), *filters.where(self.model, self.query.where, self._column)]
        tree = exp.select(*picked).from_(self._table(self.table, self.table))
        for near, alias, join in self.joins.values():
            on = exp.and_(*(exp.EQ(this=exp.column(its, table=alias), expression=exp.column(mine, table=near))
                            for mine, its in join.on.items()))  # fmt: skip
            tree = tree.join(self._table(join.to, alias), on=on, join_type="left", copy=False)
        return tree.where(*conditions, copy=False) if conditions else tree

    def _table(self, name: str, alias: str) -> exp.Expr:
        return table(name, self.model.header.schema_, alias, self.branch.tier)

    def _alias(self, path: tuple[Join, ...]) -> str:
        """The alias of the table at a path's end, joining it once."""
        near, walked = self.table, []
        for join in path:
            walked.append(join.to)
            known = self.joins.get(tuple(walked))
            if known is None:
                taken = {alias for _, alias, _ in self.joins.values()} | {self.table}
                alias = join.to if join.to not in taken else "_".join(walked)
                self.joins[tuple(walked)] = (near, alias, join)
                near = alias
            else:
                near = known[1]
        return near

    def _field(self, name: str) -> Field:
        field = find_field(self.model, self.table, name)
        assert field is not None, name  # noqa: S101 - the source was chosen for reaching it
        return field

    def _key_columns(self, key: Keys) -> list[exp.Expr]:
        field = self._field(key.field)
        alias = self._alias(field.path)
        columns = [exp.column(column, table=alias) for column in field.columns]
        if field.grain is not None:
            return [time_bucket(columns[0], field.grain, self.variant.step)]  # type: ignore[arg-type]
        if field.dimension.part is not None:
            return [self._part(field.dimension, columns[0])]
        return list(columns)

    def _column(self, name: str, use: str) -> exp.Expr:
        """A field to compare by ("id") or to search in ("show")."""
        field = self._field(name)
        one = field.dimension
        if field.grain is not None:
            alias = self._alias(field.path)
            return time_bucket(exp.column(field.columns[0], table=alias), field.grain, None)  # type: ignore[arg-type]
        if use == "show" and one.show:
            return self._shown(name, one)
        alias = self._alias(field.path)
        wanted = field.columns[one.key.index(one.id)] if one.id else field.columns[0]
        column = exp.column(wanted, table=alias)
        return self._part(one, column) if one.part is not None else column

    def _shown(self, name: str, one: Dimension) -> exp.Expr:
        """The column that a keyed dimension shows: always in its own table."""
        from nlq.semantics.joins import paths_from  # noqa: PLC0415

        path = paths_from(self.model, self.table)[one.table][0]
        return exp.column(one.show or name, table=self._alias(path))

    def _part(self, one: Dimension, column: exp.Expr) -> exp.Expr:
        assert one.part is not None  # noqa: S101 - asked before
        if one.part.unit == "hour":
            column = exp.AtTimeZone(this=column, zone=exp.Literal.string(self.model.header.timezone))
        return exp.Extract(this=exp.var(one.part.unit.upper()), expression=column)

    def _period(self) -> list[exp.Expr]:
        """The period, and the bound of the tier."""
        spec = self.model.tables[self.table]
        found: list[exp.Expr] = []
        period = self.variant.period
        if period is not None and spec.time is not None:
            low, high = day(period.start), day(period.end)
            found.append(exp.Between(this=exp.column(spec.time, table=self.table), low=low, high=high))
        if spec.tier is not None:
            found += self.branch.conditions(exp.column(spec.tier.column, table=self.table))
        return found

    def _aggregate(self, measure: Measure) -> exp.Expr:
        """The aggregate of one leaf; its own filter stands inside it, so that leaves share a scan."""
        own = filters.where(self.model, measure.leaf.where, self._column)
        if measure.function == "count" and not measure.columns:
            counted: exp.Expr = exp.Literal.number(1)
            return exp.Count(this=_only(own, counted) if own else exp.Star())
        if measure.function in ("sum", "max"):
            value = exp.column(measure.column or "", table=self.table)
            return (exp.Sum if measure.function == "sum" else exp.Max)(this=_only(own, value))
        return exp.Count(this=exp.Distinct(expressions=[_only(own, self._counted(measure, self._alias_of(measure)))]))

    def _alias_of(self, measure: Measure) -> str:
        """The table whose keys a distinct count counts."""
        if measure.distinct_on is None or measure.distinct_on == self.table:
            return self.table
        from nlq.semantics.joins import paths_from  # noqa: PLC0415

        return self._alias(paths_from(self.model, self.table)[measure.distinct_on][0])

    def _counted(self, measure: Measure, alias: str) -> exp.Expr:
        """The key whose different values are counted.

        The tenant's column needs no counting: the policy holds it to one value in every scan.
        """
        policy = self.model.tables[measure.distinct_on or self.source.base].policy
        tenant = policy["org_id"].column if isinstance(policy, dict) else None
        names = [name for name in measure.columns if name != tenant] or list(measure.columns)
        columns = [exp.column(name, table=alias) for name in names]
        return columns[0] if len(columns) == 1 else exp.Tuple(expressions=columns)


def _only(conditions: list[exp.Expr], value: exp.Expr) -> exp.Expr:
    """The value where the conditions hold, else null."""
    return exp.Case().when(exp.and_(*conditions), value) if conditions else value


def time_bucket(column: exp.Expr, grain: Unit, step: tuple[int, Unit] | None) -> exp.Expr:
    """The first day of the unit that a day is in (the year as a number), moved forward by `step`."""
    if step is not None:
        count, unit = step
        months = {"quarter": (count * 3, "MONTH")}.get(unit, (count, unit.upper()))
        moved = exp.DateAdd(this=column, expression=exp.Literal.number(months[0]), unit=exp.var(months[1]))
        column = cast(moved, "date")
    if grain == "day":
        return column
    if grain == "year":
        return exp.Extract(this=exp.var("YEAR"), expression=column)
    first = exp.DateTrunc(this=column, unit=exp.Literal.string(grain.upper()))  # type: ignore[no-untyped-call]
    return cast(first, "date")

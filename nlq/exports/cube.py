"""A model as Cube's data model: a cube for each table, in a file of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from nlq.exports.layer import Written, phrases, said
from nlq.exports.layer_shape import Fields
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.write import dumped

if TYPE_CHECKING:
    from nlq.exports.exported import Exported
    from nlq.exports.layer_metrics import Figure
    from nlq.exports.layer_shape import Relation
    from nlq.semantics.measures import Metric
    from nlq.semantics.model import SemanticModel

TYPES = {
    "string": "string",
    "integer": "number",
    "decimal": "number",
    "number": "number",
    "boolean": "boolean",
    "date": "time",
    "datetime": "time",
}
SIMPLE = ("sum", "avg", "min", "max")
CURRENCY = re.compile(r"[A-Z]{3}")
Plain = dict[str, Any]


def export(model: SemanticModel, dialect: str) -> Exported:
    """The files of the cubes."""
    written = Written(model, dialect, moved=True, fields=_Fields)
    made = _Cube(written)
    files = {
        f"model/cubes/{name}.yml": dumped({"cubes": [made.cube(one)]}) for name, one in written.shape.relations.items()
    }
    return written.exported(files)


class _Fields(Fields):
    """Conditions in which Cube looks for references: it takes every brace for one."""

    def text(self, value: str) -> str:
        """A text without braces."""
        if "{" in value or "}" in value:
            raise NotCarried("filter", f"{value} would be taken for a reference")
        return super().text(value)


class _Cube:
    """The parts of the files."""

    def __init__(self, written: Written) -> None:
        self.written, self.model, self.shape, self.metrics = written, written.model, written.shape, written.metrics

    def cube(self, one: Relation) -> Plain:
        """A cube: of a table whose rows do not all count, over the query of those that do."""
        table = self.model.tables[one.name]
        source = (
            {"sql_table": f"{one.schema}.{one.source}"}
            if one.where is None
            else {"sql": self.shape.rows.counting(one.name)}
        )
        joins = [{"name": join.to, "relationship": "many_to_one", "sql": " AND ".join(f"{{CUBE}}.{mine} = {{{join.to}}}.{its}" for mine, its in join.on.items())}
                 for join in self.shape.joins if join.from_ == one.name]  # fmt: skip
        measures = [self._measure(figure) for figure in self.metrics.figures.values() if figure.home == one.name]
        meta = (
            {"default_time": one.time}
            if one.time or any(member.type in ("date", "datetime") for member in one.members.values())
            else {}
        )
        return {"name": one.name, **said(description=table.description), **source, **({"meta": meta} if meta else {}), **said(joins=joins),
                "dimensions": self._dimensions(one), **said(segments=self._segments(one.name), measures=measures)}  # fmt: skip

    def _dimensions(self, one: Relation) -> list[Plain]:
        """Fields, and the columns of the key where no field is one."""
        made = []
        members = [member for member in one.members.values() if not member.fact]
        for column in one.key:
            if not any(member.expr == column for member in members):
                kind = self.model.tables[one.name].columns[column].type
                made.append(
                    {
                        "name": self._unused(one, column),
                        "sql": f"{{CUBE}}.{column}",
                        "type": TYPES.get(kind, "string"),
                        "primary_key": True,
                        "public": False,
                    }
                )
        for member in members:
            key = {"primary_key": True, "public": True} if member.expr in one.key else {}
            made.append({"name": member.name, "sql": self._dimension_sql(member.expr), "type": TYPES[member.type], **key, **said(title=member.label, description=member.description),
                         **self._meta(phrases(member))})  # fmt: skip
        return made

    def _dimension_sql(self, expr: str) -> str:
        """A dimension's SQL, which Cube puts as it is where the dimension is named: what is more than a column stands together."""
        text = self._cubed(expr)
        return text if expr.isidentifier() else f"({text})"

    def _unused(self, one: Relation, column: str) -> str:
        taken = {*one.members, *(name for name, figure in self.metrics.figures.items() if figure.home == one.name)}
        while column in taken:
            column += "_key"
        return column

    def _meta(self, words: list[str]) -> Plain:
        return {"meta": {"synonyms": words}} if words else {}

    def _called(self, table: str, home: str, name: str) -> str:
        """A member as a measure of a table's cube names it; what is no dimension there by its SQL."""
        member, cube = self.shape.relations[home].members[name], "CUBE" if home == table else home
        if not member.fact:
            return f"{{{cube}.{name}}}"
        text = self._cubed(member.expr, cube)
        return text if member.expr.isidentifier() else f"({text})"

    def _cubed(self, expr: str, cube: str = "CUBE") -> str:
        """SQL over one row with its columns called as a cube's."""
        tree = sqlglot.parse_one(expr, read=self.shape.rows.dialect)
        names: list[str] = []

        def marked(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            names.append(node.name)
            return exp.column(f"cube__{len(names) - 1}__")

        text = tree.transform(marked).sql(self.shape.rows.dialect)
        return re.sub(r"cube__(\d+)__", lambda found: f"{{{cube}}}.{names[int(found.group(1))]}", text)

    def _segments(self, table: str) -> list[Plain]:
        """The named conditions whose fields are all of one table."""
        fields = _Fields(self.shape, table, None, lambda home, name: self._called(table, home, name))
        return [
            {"name": one.name, "sql": text, **said(title=one.label, description=one.description)}
            for one in self.model.filters.values()
            if (text := self.written.condition(one, fields)) is not None
        ]

    # Measures.

    def _measure(self, one: Figure) -> Plain:
        metric = one.metric
        words = [word for found in metric.synonyms.values() for word in found] if not one.hidden else []
        label = {} if one.hidden and one.name != metric.name else {"title": metric.label}
        return {"name": one.name, **self._body(one), **said(**label, description=metric.description), **_format(metric),
                **({"public": False} if one.hidden else {}), **self._meta(list(dict.fromkeys(words)))}  # fmt: skip

    def _body(self, one: Figure) -> Plain:
        if one.tree is not None:
            return {"type": "number", "sql": self.metrics.arithmetic(one, lambda name: self._named(one, name))}
        if one.of is not None and one.offset is not None:
            return {
                "type": "number",
                "multi_stage": True,
                "sql": self._named(one, one.of),
                "time_shift": [{"interval": one.offset, "type": "prior"}],
            }
        if one.of is not None:
            return {**self._body(self.metrics.figures[one.of]), "rolling_window": self._window(one.window or {})}
        return self._aggregate(one)

    def _window(self, window: dict[str, str]) -> Plain:
        return {"type": "to_date", "granularity": window["to_date"]} if "to_date" in window else dict(window)

    def _named(self, one: Figure, name: str) -> str:
        home = self.metrics.figures[name].home
        return f"{{CUBE.{name}}}" if home == one.home else f"{{{home}.{name}}}"

    def _aggregate(self, one: Figure) -> Plain:
        agg = one.agg
        assert agg is not None  # noqa: S101 - asked before
        member = self.shape.relations[agg.table].members[one.value] if one.value is not None else None
        fields = _Fields(self.shape, agg.table, agg.time, lambda home, name: self._called(agg.table, home, name))
        conditions = fields.conditions(one.where)
        filters = [{"sql": text} for text in conditions]
        if member is None:
            return {"type": "count", **said(filters=filters)}
        value = self._cubed(member.expr)
        if agg.function == "count":  # a count with `sql` counts rows there too
            return {
                "type": "count",
                "filters": [*filters, {"sql": f"{value if member.expr.isidentifier() else f'({value})'} IS NOT NULL"}],
            }
        if agg.function == "count_distinct":
            return {
                "type": "count_distinct_approx" if agg.approximate else "count_distinct",
                "sql": value,
                **said(filters=filters),
            }
        if agg.function in SIMPLE:
            return {"type": agg.function, "sql": value, **said(filters=filters)}
        what = f"CASE WHEN {' AND '.join(conditions)} THEN {value} END" if conditions else value
        return {"type": "number", "sql": self.metrics.around(agg, what)}


def _format(metric: Metric) -> Plain:
    if CURRENCY.fullmatch(metric.unit):
        return {"format": "currency", "currency": metric.unit}
    return {"format": "percent"} if metric.unit == "ratio" else {}

"""dbt's filters: SQL with templates for fields, as conditions of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.semantics.check_metrics import ROW_BY_ROW
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.conditions import carried
from nlq.semantics.interop.dbt_tables import GRAINS, TIME
from nlq.semantics.interop.dbt_templates import TEMPLATE, Reference, reference
from nlq.semantics.interop.expressions import parsed, total, written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.semantics.interop.dbt_tables import Tables

Plain = dict[str, Any]
OF_NOTHING = (exp.Coalesce, exp.Is, exp.Case, exp.If)  # what may be true of a row whose fields are all unknown


class Filter:
    """One filter's templates by the names that stand for them while its SQL is read. `owner` is the metric that has it."""

    def __init__(self, tables: Tables, owner: str) -> None:
        self.tables, self.owner = tables, owner
        self.references: dict[str, Reference] = {}

    def read(self, text: str) -> list[Plain]:
        """The conditions that a filter means, all of which must hold.

        Raises:
            NotCarried: one of them cannot be said.
        """

        def named(found: Any) -> str:
            made = reference(found.group(1))
            name = next((name for name, one in self.references.items() if one == made), f"ref_{len(self.references)}")
            self.references[name] = made
            return name

        return carried(parsed(TEMPLATE.sub(named, text), self.tables.dialect), self)

    # What conditions ask for (conditions.Fields).

    def field(self, name: str) -> str | None:
        """The field of ours that a template names."""
        made = self.references.get(name)
        return None if made is None or made.kind == "metric" else field_of(self.tables, made)

    def type(self, field: str) -> str:
        """A field's type: that of its grain, or its dimension's."""
        base, _, grain = field.rpartition(".")
        if not base:
            return str(self.tables.dimensions[field]["type"])
        time = self.tables.dimensions[TIME]
        own = time.get("grains", {}).get(grain)
        if own is None:
            return "integer" if grain == "year" else "date"
        return self.tables.building[time["table"]].type(own)

    def chosen(self, name: str, op: str, values: list[Any]) -> Plain | None:
        """A condition on another metric's figure by an entity: the entities for which it holds."""
        made = self.references.get(name)
        if made is None or made.kind != "metric":
            return None
        if len(made.group_by) != 1 or made.group_by[0] not in self.tables.dimensions:
            raise NotCarried(
                "filter", f"the metric {made.name} by {', '.join(made.group_by) or 'nothing'} chooses no entity"
            )
        empty = op == "is_null"  # those without a figure: all but those with one
        having = [{"field": made.name, "op": "is_not_null" if empty else op, **({"values": values} if values else {})}]
        if op in ("!=", "not_in"):
            having.append({"field": made.name, "op": "is_not_null"})
        query = {"metrics": [made.name], "dimensions": [made.group_by[0]], "having": having, "period": "all"}
        return {"field": made.group_by[0], "op": "not_in" if empty else "in", "query": query}

    def row(self, tree: exp.Expr) -> Plain:
        """A condition that only SQL can say: a computed column of the one table that all of its fields are in."""
        dimensions = [self.tables.dimensions.get(self.field(one.name) or "") for one in tree.find_all(exp.Column)]
        homes = {one["table"] if one else None for one in dimensions}
        if len(homes) != 1 or None in homes:
            raise NotCarried(
                "filter", f"{self._said(tree)} is over fields of several tables, or over dates and metrics"
            )
        first = dimensions[0]
        assert first is not None  # noqa: S101 - asked before
        table = str(first["table"])
        like = self.tables.aliases.get(table, {}).get("like", table)
        if any(isinstance(node, OF_NOTHING) for node in tree.walk()) and like != self._home():
            raise NotCarried("filter", f"{self._said(tree)} may hold where nothing is joined")
        building = self.tables.building[like]

        def column(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            home = self.tables.dimensions[self.field(node.name) or ""]
            spec = building.columns[home["column"]]
            return exp.paren(parsed(spec["expr"], "trino")) if "expr" in spec else exp.column(home["column"])

        text = written(total(tree.transform(column), self.tables.dialect), ROW_BY_ROW, self._said(tree))
        name = next((one for one, spec in building.columns.items() if spec.get("expr") == text), None)
        if name is None:
            count = sum(one.startswith(f"{self.owner}_holds") for one in building.columns)
            name = f"{self.owner}_holds{count + 1 if count else ''}"
            building.columns[name] = {"type": "boolean", "expr": text}
        field = f"{table}__{name}"
        more = {"held_by": {like: name}} if like != table and first.get("held_by") else {}
        self.tables.dimensions.setdefault(field, {
            "name": field, "label": name.replace("_", " ").capitalize(), "description": f"Whether {self._said(tree)}", "table": table,
            "column": name, "type": "boolean", "reach": first.get("reach", 0), **more, "review": True,
        })  # fmt: skip
        return {"field": field, "op": "=", "values": [True]}

    def _home(self) -> str | None:
        """The table that the owner of the filter counts, where it counts one."""
        metric = self.tables.project.metrics.get(self.owner)
        given = metric.of.get("measure") if metric is not None else None
        measure = self.tables.project.measure(given.name) if given is not None else None
        return measure.model if measure is not None else None

    def _said(self, tree: exp.Expr) -> str:
        """A condition with its fields' own names, for people."""
        text = tree.sql(self.tables.dialect)
        for name, one in sorted(self.references.items(), reverse=True):
            text = text.replace(name, one.field)
        return text


def field_of(tables: Tables, made: Reference) -> str:
    """The field of ours that a reference names; a date without a grain is its day.

    Raises:
        NotCarried: there is none.
    """
    one = tables.dimensions.get(made.name)
    if one is None:
        raise NotCarried("filter", f"there is no field {made.name}")
    dated = bool(one.get("time")) or one.get("type") == "date"
    if made.grain is not None or dated:
        grain = made.grain or "day"
        if not dated or grain not in (*GRAINS, *tables.dimensions[TIME].get("grains", {})):
            raise NotCarried("grain", f"{made.name} has no grain {grain}")
        return f"{made.name}.{grain}"
    return made.name


def all_of(tables: Tables, owner: str, texts: Iterable[str]) -> list[Plain]:
    """The conditions of several filters, all of which must hold; fields may be of any of them.

    Raises:
        NotCarried: one of them cannot be said.
    """
    return [one for text in texts for one in Filter(tables, owner).read(text)]

"""Figures written in SQL as metrics: each aggregate a metric of its own, and what is done with them a derived one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.semantics.check_metrics import ARITHMETIC
from nlq.semantics.interop.carried import MOMENT, Issue, NotCarried
from nlq.semantics.interop.conditions import carried
from nlq.semantics.interop.dbt_tables import titled
from nlq.semantics.interop.expressions import of_doubles, parsed, upward, written

if TYPE_CHECKING:
    from nlq.semantics.interop.layer import Figure
    from nlq.semantics.interop.layer_import import LayerImport

Plain = dict[str, Any]
FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
    exp.Median: "median",
}
GRAINS = ("day", "week", "month", "quarter")
PERCENTILES = (exp.PercentileCont, exp.PercentileDisc)


class Figures:
    """All figures of a layer as metrics, by name."""

    def __init__(self, made: LayerImport) -> None:
        self.made, self.layer, self.issues = made, made.layer, made.issues
        names = [one.name for one in self.layer.figures]
        self.names = {(one.home, one.name): one.name if names.count(one.name) == 1 and one.name not in made.dimensions else f"{one.home}__{one.name}"
                      for one in self.layer.figures}  # fmt: skip
        self.figures = {(one.home, one.name): one for one in self.layer.figures}
        self.found: dict[str, Plain] = {}
        self.lost: set[str] = set()

    def build(self) -> list[Plain]:
        """Every figure; those that cannot be carried are listed, and so is what is made of them."""
        for one in self.layer.figures:
            self._one(one)
        while True:
            gone = [name for name, one in self.found.items() if set(_parts(one)) & self.lost]
            if not gone:
                return list(self.found.values())
            for name in gone:
                self.issues.append(
                    Issue(
                        "depends",
                        f"metric {name}",
                        f"it is made of {', '.join(sorted(set(_parts(self.found[name])) & self.lost))}",
                    )
                )
                self.lost.add(name)
                del self.found[name]

    def _one(self, one: Figure) -> None:
        name = self.names[one.home, one.name]
        try:
            body = self._body(one, name)
        except NotCarried as problem:
            self.lost.add(name)
            self.issues.append(
                Issue(problem.code, f"metric {f'{one.home}.' if one.home else ''}{one.name}", problem.what)
            )
            return
        label = one.label or titled(one.name)
        zero = {"absence_is_zero": True} if one.zero and "agg" in body else {}
        own = {
            **({"owner": one.owner} if one.owner else {}),
            **({"decimals": one.decimals} if one.decimals is not None else {}),
        }
        plain = {"name": name, "label": label, "description": one.description or f"{label}.", "unit": self._unit(one, body), **own, **body, **zero,
                 **({} if one.public else {"internal": True}), "review": True}  # fmt: skip
        if one.public:
            plain |= self.made.say(
                *one.synonyms, label.lower(), f"{titled(one.home or '').lower()} {label.lower()}".strip()
            )
        self.found[name] = plain

    def _unit(self, one: Figure, body: Plain) -> str:
        if one.unit:
            return one.unit
        agg = body.get("agg", {})
        if agg.get("function") in ("min", "max") and agg.get("column"):
            kind = self.made.tables[agg["table"]].type(agg["column"])
            if kind in ("datetime", "timestamp"):
                self.layer.lose("otherwise", f"metric {one.name}", MOMENT)
            return "date" if kind in ("date", "datetime", "timestamp") else "count"
        return "count"

    def _body(self, one: Figure, name: str) -> Plain:
        tree = parsed(one.expr, self.layer.dialect)
        body = self._tree(tree, one, name)
        if one.filters:
            body["where"] = [
                condition
                for text in one.filters
                for condition in _Fields(self, one.home).carried(parsed(text, self.layer.dialect))
            ]
        if one.window is not None:
            return {"cumulative": {"of": self._stand_in(f"{name}__each", body), **one.window}}
        if one.offset is not None:
            return {
                "derived": {
                    "expr": "at_that_time",
                    "inputs": {"at_that_time": {"metric": self._stand_in(f"{name}__now", body), "offset": one.offset}},
                }
            }
        return body

    def _stand_in(self, name: str, body: Plain) -> str:
        """A metric that is this body: one that is there, or one of its own that nobody asks for."""
        if (
            set(body) == {"derived"}
            and body["derived"]["expr"] in {*self.names.values()}
            and not body["derived"].get("inputs")
        ):
            return str(body["derived"]["expr"])
        same = next(
            (
                known
                for known, one in self.found.items()
                if {key: one[key] for key in ("agg", "derived", "where") if key in one} == body
            ),
            None,
        )
        if same is not None:
            return same
        self.found[name] = {"name": name, "label": titled(name), "description": f"{titled(name)}, for what is made of it.", "unit": "count", **body, "internal": True}  # fmt: skip
        return name

    def _tree(self, tree: exp.Expr, one: Figure, name: str) -> Plain:
        """An aggregate, or arithmetic over aggregates and other figures."""
        tree = tree.unnest()
        if any(isinstance(node, exp.Window) for node in tree.walk()):
            raise NotCarried("expression", f"it is over a window of rows: {one.expr}")
        if _is_aggregate(tree):
            return self._aggregate(tree, one, name)
        count = 0

        def change(node: exp.Expr) -> exp.Expr:
            nonlocal count
            if _is_aggregate(node):
                count += 1
                return exp.column(self._stand_in(f"{name}__{count}", self._aggregate(node, one, f"{name}_{count}")))
            if isinstance(node, exp.Column):
                return exp.column(self._figure(node, one))
            return node

        made = of_doubles(tree.transform(change))
        for division in made.find_all(exp.Div):
            division.set("typed", True)
            division.set("safe", False)
        return {"derived": {"expr": written(made, ARITHMETIC, one.expr)}}

    def _figure(self, node: exp.Column, one: Figure) -> str:
        """The figure that a name outside of aggregates is."""
        home = node.table or one.home
        for key in ((home, node.name), (None, node.name)):
            if key in self.names and key != (one.home, one.name):
                return self.names[key]
        raise NotCarried("expression", f"{node.sql()} is a column outside of an aggregate, in {one.expr}")

    def _aggregate(self, node: exp.Expr, one: Figure, called: str) -> Plain:
        """An aggregate of one table's rows."""
        if isinstance(node, exp.CountIf):
            value: exp.Expr = exp.Case().when(node.this.copy(), exp.Literal.number(1))
            return self._of_rows("count", value, one, called)
        if isinstance(node, (exp.WithinGroup, *PERCENTILES)):
            return self._percentile(node, one, called)
        if isinstance(node, exp.Count):
            return self._count(node, one, called)
        if isinstance(node, exp.ApproxDistinct):
            made = self._of_rows("count_distinct", node.this, one, called)
            made["agg"]["approximate"] = True
            return made
        if type(node) not in FUNCTIONS:
            raise NotCarried("aggregation", f"there is no {node.key}, in {one.expr}")
        return self._of_rows(FUNCTIONS[type(node)], node.this, one, called)

    def _count(self, node: exp.Count, one: Figure, called: str) -> Plain:
        what = node.this
        if isinstance(what, exp.Star) or what is None or (isinstance(what, exp.Literal) and not what.is_string):
            if one.home is None:
                raise NotCarried("expression", f"{one.expr} does not say of which table")
            if one.home not in self.made.tables:
                raise NotCarried("depends", f"the table {one.home} is not carried")
            return {"agg": {"function": "count", "table": one.home}}
        if isinstance(what, exp.Distinct):
            if len(what.expressions) != 1:
                raise NotCarried("aggregation", f"a count of distinct pairs, in {one.expr}")
            return self._of_rows("count_distinct", what.expressions[0], one, called)
        return self._of_rows("count", what, one, called)

    def _percentile(self, node: exp.Expr, one: Figure, called: str) -> Plain:
        inner = node.this if isinstance(node, exp.WithinGroup) else node
        order = node.expression if isinstance(node, exp.WithinGroup) else None
        if (
            not isinstance(inner, PERCENTILES)
            or order is None
            or len(order.expressions) != 1
            or not isinstance(inner.this, exp.Literal)
        ):
            raise NotCarried("aggregation", f"there is no {inner.key}, in {one.expr}")
        made = self._of_rows("percentile", order.expressions[0].this, one, called)
        made["agg"] |= {
            "percentile": float(inner.this.this),
            **({"discrete": True} if isinstance(inner, exp.PercentileDisc) else {}),
        }
        return made

    def _of_rows(self, function: str, value: exp.Expr, one: Figure, called: str) -> Plain:
        """A function of an expression over the rows of one table; a condition on another table's fields becomes `where`."""
        value, where = self._split(value, one)
        tables = {column.table or one.home for column in value.find_all(exp.Column)} or {one.home}
        if len(tables) != 1 or None in tables:
            raise NotCarried("expression", f"one aggregate over {', '.join(sorted(map(str, tables)))}: {one.expr}")
        table = str(next(iter(tables)))
        if table not in self.made.tables:
            raise NotCarried("unknown_reference", f"there is no table {table}")
        if function == "count" and isinstance(value, exp.Literal):  # of rows, whatever is written for each
            return {"agg": {"function": "count", "table": table}, **({"where": where} if where else {})}
        text = self.row(value, table).sql(self.layer.dialect)
        guess = "string" if function in ("count", "count_distinct") else "decimal"
        column = self.made.tables[table].column(text, f"{called}_value", guess)
        agg: Plain = {"function": function, "table": table}
        agg |= {"columns": [column]} if function == "count_distinct" else {"column": column}
        return {"agg": agg, **({"where": where} if where else {})}

    def _split(self, value: exp.Expr, one: Figure) -> tuple[exp.Expr, list[Plain]]:
        """CASE WHEN (of another table) THEN x END as x, and the condition as one on fields."""
        case = value.unnest()
        whens = case.args.get("ifs") if isinstance(case, exp.Case) and case.this is None else None
        if not whens or len(whens) != 1 or case.args.get("default") is not None:
            return value, []
        condition, then = whens[0].this, whens[0].args["true"]
        mine = {column.table or one.home for column in then.find_all(exp.Column)} or ({one.home} - {None})
        its = {column.table or one.home for column in condition.find_all(exp.Column)}
        if len(mine) != 1 or its <= mine:
            return value, []
        return then, _Fields(self, one.home).carried(condition)

    def row(self, value: exp.Expr, table: str) -> exp.Expr:
        """An expression over one row, its members spelt out as their own SQL."""
        members = self.layer.relations[table].members

        def change(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            member = members.get(node.name)
            if member is None or member.expr.strip() == node.name:
                return exp.column(node.name)
            inner = parsed(member.expr, self.layer.dialect)
            return inner if isinstance(inner, exp.Column) else exp.paren(inner)

        return value.copy().transform(change) if not isinstance(value, exp.Column) else change(value.copy())


class _Fields:
    """Fields of a condition: members of any table (conditions.Fields)."""

    def __init__(self, figures: Figures, home: str | None) -> None:
        self.figures, self.home = figures, home
        self.tree: exp.Expr | None = None

    def carried(self, condition: exp.Expr) -> list[Plain]:
        """A condition on members of any table, each called by its table too.

        Raises:
            NotCarried: it cannot be said.
        """

        def named(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column):
                return exp.column(f"{node.table or self.home}__{node.name}")
            return self._grain(node) or node

        return carried(upward(condition.copy(), named), self)

    def _grain(self, node: exp.Expr) -> exp.Expr | None:
        """A part of a date, or its first day of a unit, as the field's grain."""
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Column) and node.to.this.name == "DATE":
            return node.this if node.this.name.rpartition(".")[2] in GRAINS or self._dated(node.this.name) else None
        if isinstance(node, exp.Extract):
            value, grain = node.expression, str(node.this.name).lower()
            return (
                exp.column(f"{value.name}.year")
                if grain == "year" and isinstance(value, exp.Column) and self._dated(value.name)
                else None
            )
        if isinstance(node, (exp.DateTrunc, exp.TimestampTrunc)):
            unit = str(node.args["unit"].name).lower()
            plain = isinstance(node.this, exp.Column) and self._dated(node.this.name) and unit in GRAINS
            return exp.column(f"{node.this.name}.{unit}") if plain else None
        return None

    def _dated(self, name: str) -> bool:
        return bool(self.figures.made.dimensions.get(name, {}).get("type") == "date")

    def field(self, name: str) -> str | None:
        """A member by its whole name, a date perhaps at a grain."""
        base = name.rpartition(".")[0]
        return name if name in self.figures.made.dimensions or self._dated(base) else None

    def type(self, field: str) -> str:
        """Its type; a year is a number."""
        base, _, grain = field.rpartition(".")
        if base:
            return "integer" if grain == "year" else "date"
        one = self.figures.made.dimensions[field]
        moment = self.figures.made.tables[one["table"]].type(one["column"]) in ("datetime", "timestamp")
        return "moment" if one["type"] == "date" and moment else str(one["type"])

    def chosen(self, name: str, op: str, values: list[Any]) -> Plain | None:
        """No figure chooses anything here."""
        del name, op, values
        return None

    def row(self, tree: exp.Expr) -> Plain:
        """Only plain comparisons with fields of other tables can be said."""
        raise NotCarried("filter", f"{tree.sql()} cannot be said of another table's fields")


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, (exp.AggFunc, exp.WithinGroup, exp.CountIf)) and not isinstance(
        node.parent, exp.WithinGroup
    )


def _parts(one: Plain) -> list[str]:
    derived, cumulative = one.get("derived", {}), one.get("cumulative", {})
    found = [column.name for column in parsed(derived["expr"], "trino").find_all(exp.Column)] if derived else []
    found += [given["metric"] for given in derived.get("inputs", {}).values()]
    return found + ([cumulative["of"]] if cumulative else [])

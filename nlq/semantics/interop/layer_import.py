"""A `Layer` as a model's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.semantics.interop.carried import Imported, Issue, NotCarried
from nlq.semantics.interop.dbt_tables import titled
from nlq.semantics.interop.expressions import parsed
from nlq.semantics.interop.layer_figures import Figures
from nlq.semantics.interop.policies import policed
from nlq.semantics.interop.tables import Building

if TYPE_CHECKING:
    from nlq.semantics.interop.dbt_import import Source
    from nlq.semantics.interop.layer import Layer, Member, Relation

Plain = dict[str, Any]
TYPES = {"decimal": "number", "datetime": "date", "timestamp": "date", "array": "string", "json": "string"}


class LayerImport:
    """The tables and dimensions of a layer, and its figures as metrics."""

    def __init__(self, layer: Layer, source: Source) -> None:
        self.layer, self.source = layer, source
        self.issues = layer.issues
        self.tables: dict[str, Building] = {}
        self.fields: dict[tuple[str, str], str] = {}  # a table and its member to the column that it is
        self.dimensions: dict[str, Plain] = {}
        self.said: set[str] = set()
        self.asked: dict[str, list[str]] = {}  # columns of a table that another's rows are found by

    def finished(self) -> Imported:
        """The files of the model, and what was not carried."""
        for one in list(self.layer.relations.values()):
            try:
                self._table(one)
            except NotCarried as problem:  # all of its rows would be other figures
                self.issues.append(
                    Issue(problem.code, f"table {one.name}", f"its rows are narrowed by {one.where}: {problem.what}")
                )
                del self.tables[one.name]
        for name, columns in self.asked.items():
            for column in columns if name in self.tables else ():
                self.tables[name].column(column, column, "string")
        joins = self._joins()
        self._dimensions()
        metrics = Figures(self).build()
        public = [one["name"] for one in metrics if not one.get("internal")]
        schema = self.layer.schema or self.source.schema
        header = {"name": self.layer.name, "description": self.layer.description or f"Imported from {self.layer.name}.", "schema": schema,
                  "timezone": self.source.timezone, "default_period": "last 30 days", "default_metric": next(iter(public), "")}  # fmt: skip
        made = Imported()
        made.files = {
            "model.yml": {"model": header},
            "tables.yml": {"tables": [self._policed(name) for name in self.tables], "joins": joins},
            "dimensions.yml": {"dimensions": [{"name": "date", "label": "Date", "description": "The day that a figure counts on.", "time": True},
                                              *self.dimensions.values()]},
            "metrics.yml": {"metrics": metrics},
        }  # fmt: skip
        made.issues = list(dict.fromkeys(self.issues))
        return made

    def _policed(self, name: str) -> Plain:
        """A table with who may read it: as the file says where it came from us and all that the policy names is there."""
        one, building = self.layer.relations[name], self.tables[name]
        if one.policy is None:
            return policed(building.finished(), self.source.policy, self.issues)
        if not self._holds(one):
            self.issues.append(
                Issue("no_policy", f"table {name}", "its own policy or masks cannot be kept: say again who may read it")
            )
            return building.finished()
        rules: list[Any] = list(one.policy.values()) if isinstance(one.policy, dict) else []
        named = [
            str(column) for rule in rules for column in ([rule["column"]] if "column" in rule else rule.get("on", ()))
        ]
        try:
            for column in named:
                building.column(column, column, "string")
            for column, mask in one.masks.items():
                building.column(column, column, str(mask.get("type") or "string"))
                building.columns[column] |= {key: mask[key] for key in ("mask", "unmask") if key in mask}
        except NotCarried as problem:
            self.issues.append(Issue("no_policy", f"table {name}", f"its own policy cannot be kept: {problem.what}"))
            return building.finished()
        return {**building.finished(), "policy": one.policy}

    def _holds(self, one: Relation) -> bool:
        """Whether a policy of ours can be kept."""
        rules = one.policy.values() if isinstance(one.policy, dict) else ()
        plain = all(isinstance(rule, dict) for rule in rules)
        return (
            one.policy is not None
            and plain
            and all(rule.get("exists") in (None, *self.tables) for rule in rules if isinstance(rule, dict))
        )

    def _table(self, one: Relation) -> None:
        types = self.source.types
        usual = self.layer.schema or self.source.schema
        schema = one.schema if one.schema and one.schema != usual else None
        known = None if types is None else types.get(f"{schema}.{one.relation}" if schema else one.relation, {})
        if types is not None and not known:
            self.issues.append(
                Issue("unknown_reference", f"table {one.name}", f"the database has no table {one.relation}")
            )
        made = self.tables[one.name] = Building(one.name, one.relation, self.layer.dialect, known, self.issues)
        made.plain = {
            "description": one.description or f"{titled(one.label or one.name)}.",
            "grain": one.grain or f"one row a {titled(one.name).lower()}",
            **({"owner": one.owner} if one.owner else {}),
        }
        if schema or one.relation != one.name:
            made.plain["source"] = f"{schema}.{one.relation}" if schema else one.relation
        for member in one.members.values():
            guess = {"time": "datetime", "": "string"}.get(member.type, member.type)
            try:
                column = self.fields[one.name, member.name] = made.column(member.expr, member.name, guess)
                if (
                    known is None and member.type and "expr" in made.columns[column]
                ):  # said there, while columns' types are guessed
                    made.columns[column]["type"] = guess
            except NotCarried as problem:
                self.issues.append(Issue(problem.code, f"{one.name}.{member.name}", problem.what))
        made.plain["key"] = [self.fields.get((one.name, name)) or made.column(name, name, "string") for name in one.key]
        if one.time is not None and (one.name, one.time) in self.fields:
            made.plain["time"] = self.fields[one.name, one.time]
        if one.where:
            made.plain["valid"] = self._named_by(one, made) or self._counts(one.where, one.name, made)

    def _counts(self, where: str, name: str, made: Building) -> str:
        """A condition on a table's own row."""
        column = made.column(where, f"{name}_counts", "boolean")
        if "expr" not in made.columns[column]:
            return column
        del made.written[where]
        return str(made.columns.pop(column)["expr"])

    def _named_by(self, one: Relation, made: Building) -> Plain | None:
        """Rows that a row of another table names, of those of it that count there: EXISTS, with columns that are the same."""
        tree = parsed(str(one.where), self.layer.dialect).unnest()
        select = tree.this.unnest() if isinstance(tree, exp.Exists) else None
        source = select.args.get("from_") if isinstance(select, exp.Select) else None
        if select is None or source is None or not isinstance(source.this, exp.Table):
            return None
        more = [
            key for key, value in select.args.items() if value and key not in ("expressions", "from_", "where", "kind")
        ]
        if more or any(isinstance(node, exp.AggFunc) for one in select.selects for node in one.walk()):
            return None
        schema = source.this.db.lower() or None
        fits = (name for name, other in self.layer.relations.items()
                if other.relation == source.this.name.lower() and name != one.name and schema in (None, other.schema))  # fmt: skip
        parent = next(fits, None)
        on, rest, its = {}, [], source.this.alias_or_name
        where = select.args["where"].this.unnest() if select.args.get("where") else exp.true()
        for part in list(where.flatten()) if isinstance(where, exp.And) else [where]:
            sides = [part.this, part.expression] if isinstance(part, exp.EQ) else []
            homes = {side.table: side.name for side in sides if isinstance(side, exp.Column)}
            if len(homes) == 2 and its in homes:
                on[homes[next(name for name in homes if name != its)]] = homes[its]
            else:
                rest.append(part.unnest())
        inner = " AND ".join(part.transform(_bare).sql(self.layer.dialect) for part in rest)
        if parent is None or not on or not self._same(inner, self.layer.relations[parent].where):
            return None
        for mine, theirs in on.items():
            made.column(mine, mine, "string")
            self.asked.setdefault(parent, []).append(theirs)
        return {"exists": parent, "on": on}

    def _same(self, text: str, where: str | None) -> bool:
        """Whether two conditions are the same, as they are written."""
        if not text or not where:
            return not text and not where
        first, second = (parsed(one, self.layer.dialect).unnest().sql(self.layer.dialect) for one in (text, where))
        return first == second

    def _joins(self) -> list[Plain]:
        found: list[Plain] = []
        for way in self.layer.ways:
            if way.start not in self.tables or way.end not in self.tables:
                self.issues.append(
                    Issue("unknown_reference", f"join {way.start} > {way.end}", "one of the tables is not there")
                )
                continue
            on = {}
            for mine, its in way.on:
                on[self.fields.get((way.start, mine)) or self.tables[way.start].column(mine, mine, "string")] = (
                    self.fields.get((way.end, its)) or self.tables[way.end].column(its, its, "string")
                )
            if set(on.values()) != set(self.tables[way.end].plain["key"]):
                self.issues.append(
                    Issue(
                        "ambiguous",
                        f"join {way.start} > {way.end}",
                        f"it is not on the key of {way.end}, so it could multiply rows",
                    )
                )
                continue
            if not any(one["from"] == way.start and one["to"] == way.end for one in found):
                found.append({"from": way.start, "to": way.end, "on": on})
        return found

    def _dimensions(self) -> None:
        for one in (self.layer.relations[name] for name in self.tables):
            for member in one.members.values():
                column = self.fields.get((one.name, member.name))
                if column is None or not member.public or member.kind == "fact":
                    continue
                self._dimension(one, member, column)

    def _dimension(self, one: Relation, member: Member, column: str) -> None:
        name = f"{one.name}__{member.name}"
        kind = self.tables[one.name].type(column)
        label = member.label or titled(member.name)
        made: Plain = {"name": name, "label": label, "description": member.description or f"{label} of the {titled(one.label or one.name).lower()}.",
                       "table": one.name, "column": column, "type": "boolean" if member.kind == "filter" else TYPES.get(kind, kind)}  # fmt: skip
        made |= self.say(*member.synonyms, label.lower(), f"{titled(one.name).lower()} {label.lower()}")
        self.dimensions[name] = made

    def say(self, *words: str) -> Plain:
        """Phrases that nothing else has; of two ways to say one thing the later only where the earlier is taken."""
        *given, plain, long = words
        free = [word for word in dict.fromkeys([*given, plain]) if word.strip() and word not in self.said]
        if plain in self.said and long not in self.said:
            free.append(long)
        self.said |= set(free)
        return {"synonyms": {"en": free}} if free else {}


def _bare(node: exp.Expr) -> exp.Expr:
    return exp.column(node.name) if isinstance(node, exp.Column) else node

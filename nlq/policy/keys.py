"""By which columns a relation's rows are told apart, and whether a join finds one row by them: only such a join cannot multiply rows.

The tenant's column is in every key and tells nothing of rows that are all one tenant's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.sql.resolve import is_cte

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Table

    Column = tuple[str, str]  # a relation's alias, and a name
    Key = frozenset[Column]


def terms_of(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """The conditions that hold all at once."""
    condition = condition.unnest() if condition is not None else None
    if isinstance(condition, exp.And):
        for side in (condition.this, condition.expression):
            yield from terms_of(side)
    elif condition is not None:
        yield condition


def _equality(term: exp.Expr) -> exp.Expr | None:
    """A condition that is an equality; `a = b OR (a IS NULL AND b IS NULL)` is one where nulls are equal."""
    if isinstance(term, exp.Or):
        equal, nulls = term.this.unnest(), term.expression.unnest()
        empty = [one.unnest() for one in (nulls.this, nulls.expression)] if isinstance(nulls, exp.And) else []
        both = all(isinstance(one, exp.Is) and isinstance(one.expression, exp.Null) for one in empty)
        same = isinstance(equal, exp.EQ) and {one.this for one in empty} == {equal.this, equal.expression}
        return equal if empty and both and same else None
    return term if isinstance(term, (exp.EQ, exp.NullSafeEQ)) else None


def definition(table: exp.Table) -> exp.Expr | None:
    """The CTE that a name is; None for a base table."""
    if not is_cte(table):
        return None
    holder = table.parent
    while holder is not None:
        clause = holder.args.get("with_")
        for cte in clause.expressions if clause is not None else ():
            if cte.alias == table.name:
                found: exp.Expr = cte
                return found
        holder = holder.parent
    return None


def tenant_column(table: Table) -> str | None:
    """The column that says whose a row is."""
    rule = table.policy.get("org_id") if isinstance(table.policy, dict) else None
    return rule.column if rule is not None else None


class Joined:
    """The relations of a FROM, one after another: the key of what is joined so far, None where rows repeat."""

    def __init__(self, keys: Keys, start: exp.Expr, everywhere: Iterable[exp.Expr]) -> None:
        self._keys, self._everywhere = keys, tuple(everywhere)
        self._names = {start.alias_or_name}
        self.key = keys.under(start)
        self.found: frozenset[str] = frozenset()  # the columns of the last one by which its rows are found

    def by_key(self, join: exp.Expr) -> bool:
        """Join one more. Whether a row of it finds at most one of what was there, or is found by each at most once."""
        name, its = join.this.alias_or_name, self._keys.under(join.this)
        terms = [*terms_of(join.args.get("on")), *self._everywhere]
        self.found = frozenset(column for _, column in self._settled({name}, self._names, terms))
        one_of_its = its is not None and its <= self._settled({name}, self._names, terms)
        one_of_ours = self.key is not None and self.key <= self._settled(self._names, {name}, terms)
        if one_of_ours and not one_of_its:
            self.key = its
        elif not one_of_its:
            self.key = None if self.key is None or its is None else self.key | its
        self._names.add(name)
        return one_of_its or one_of_ours

    @staticmethod
    def _settled(of: set[str], others: set[str], terms: Iterable[exp.Expr]) -> set[Column]:
        """The columns that are said to equal something of others, or something that is written there."""
        settled: set[Column] = set()
        for term in map(_equality, terms):
            if term is not None:
                for mine, its in ((term.this, term.expression), (term.expression, term.this)):
                    column = mine.unnest()
                    used = {one.table for one in its.find_all(exp.Column)}
                    if isinstance(column, exp.Column) and column.table in of and used <= others and its.find(exp.Query) is None:  # fmt: skip
                        settled.add((column.table, column.name))
        return settled


class Keys:
    """The keys of a statement's relations."""

    def __init__(self, model: SemanticModel) -> None:
        self._model = model
        self._known: dict[int, frozenset[str] | None] = {}

    def under(self, relation: exp.Expr) -> Key | None:
        """A relation's key, by the alias that it has in FROM."""
        names = self.of(relation)
        return None if names is None else frozenset((relation.alias_or_name, name) for name in names)

    def of(self, relation: exp.Expr) -> frozenset[str] | None:
        """The names of the columns that no two rows have alike; None where there are none, or none that are known."""
        if id(relation) not in self._known:
            self._known[id(relation)] = self._of(relation)
        return self._known[id(relation)]

    def _of(self, relation: exp.Expr) -> frozenset[str] | None:
        if isinstance(relation, exp.Table):
            defined = definition(relation)
            return self._of_table(relation) if defined is None else self.of(defined.this)
        if isinstance(relation, exp.Subquery):
            return self.of(relation.this)
        if isinstance(relation, exp.SetOperation):
            once = relation.args.get("distinct") or not isinstance(relation, exp.Union)
            return frozenset(one.alias_or_name for one in relation.left.selects) if once else None
        return self._of_select(relation) if isinstance(relation, exp.Select) else None

    def _of_table(self, table: exp.Table) -> frozenset[str] | None:
        spec = self._model.tables[table.name]
        return frozenset(spec.key) - {tenant_column(spec)} if spec.key else None

    def _of_select(self, select: exp.Select) -> frozenset[str] | None:
        names = {one.alias_or_name: one.unalias() for one in select.expressions}
        group, start = select.args.get("group"), select.args.get("from_")
        if select.args.get("distinct"):
            return frozenset(names)
        if group is not None:
            plain = not any(group.args.get(kind) for kind in ("rollup", "cube", "grouping_sets"))
            terms = group.expressions if plain else ()
            found = {name for name, value in names.items() if value in terms}
            return frozenset(found) if plain and all(term in names.values() or _is_literal(term) for term in terms) else None  # fmt: skip
        if start is None or any(one.find(exp.AggFunc) and not one.find(exp.Window) for one in select.expressions):
            return frozenset()
        joined = Joined(
            self, start.this, terms_of(where.this if (where := select.args.get("where")) is not None else None)
        )
        for join in select.args.get("joins") or ():
            joined.by_key(join)
        shown = {(value.table, value.name): name for name, value in names.items() if isinstance(value, exp.Column)}
        return (
            None
            if joined.key is None or not joined.key <= shown.keys()
            else frozenset(shown[one] for one in joined.key)
        )

    def origin(self, relation: exp.Expr, name: str) -> Column | None:
        """The column of a base table that a relation shows under a name, unchanged."""
        if isinstance(relation, exp.Table):
            defined = definition(relation)
            return (relation.name, name) if defined is None else self.origin(defined.this, name)
        if isinstance(relation, exp.Subquery):
            return self.origin(relation.this, name)
        if not isinstance(relation, exp.Select) or relation.args.get("from_") is None:
            return None
        shown = next((one.unalias() for one in relation.expressions if one.alias_or_name == name), None)
        sources = [relation.args["from_"].this, *(join.this for join in relation.args.get("joins") or ())]
        held = [one for one in sources if isinstance(shown, exp.Column) and one.alias_or_name == shown.table]
        return self.origin(held[0], shown.name) if held and shown is not None else None

    def parents(self, relation: exp.Expr, names: Iterable[str]) -> Iterator[str]:
        """The tables whose whole keys stand among these columns of a relation, as the model declares it: so many of its rows share one."""
        known = {origin for name in names if (origin := self.origin(relation, name)) is not None}
        found: dict[str, None] = {}
        for table in {table for table, _ in known}:
            for join in self._model.joins:
                tenants = {tenant_column(self._model.tables[join.from_])}
                if join.from_ == table and {(table, mine) for mine in join.on if mine not in tenants} <= known:
                    found[join.to] = None
        yield from found


def _is_literal(term: exp.Expr) -> bool:
    return isinstance(term, exp.Literal)

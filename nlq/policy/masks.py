"""A masked column may be shown (as its mask) and nothing else: what filters, groups, sorts or computes by it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import NotPermitted
from nlq.sql.place import near
from nlq.sql.resolve import is_cte

if TYPE_CHECKING:
    from collections.abc import Mapping


def masks_hold(tree: exp.Expr, hidden: Mapping[str, frozenset[str]]) -> None:
    """Refuse a resolved tree that uses a column hidden from the asker (by table) other than by showing it.

    A sub-select or CTE that shows a hidden column hands the hiding on, under the name that it gives it.

    Raises:
        NotPermitted: the column is filtered, grouped, ordered, joined, counted or computed with.
    """
    if any(hidden.values()):
        _Flow(hidden).outputs(tree)


class _Flow:
    """Follows hidden columns from scans outward."""

    def __init__(self, hidden: Mapping[str, frozenset[str]]) -> None:
        self.hidden = hidden

    def outputs(self, query: exp.Expr, ctes: dict[str, frozenset[str]] | None = None) -> frozenset[str]:
        """The names of a query's output columns that carry hidden values."""
        known = dict(ctes or {})
        clause = query.args.get("with_")
        for cte in clause.expressions if clause is not None else ():
            known[cte.alias] = self._renamed(cte, self.outputs(cte.this, known))
        if isinstance(query, exp.Subquery):
            return self._wrapped(query, known)
        if isinstance(query, exp.SetOperation):
            return self._together(query, known)
        return self._select(query, known)

    def _wrapped(self, query: exp.Subquery, known: dict[str, frozenset[str]]) -> frozenset[str]:
        inner = self.outputs(query.this, known)
        _ordered(query, query.named_selects, inner)
        return inner

    def _together(self, query: exp.SetOperation, known: dict[str, frozenset[str]]) -> frozenset[str]:
        left, right = self.outputs(query.left, known), self.outputs(query.right, known)
        names = [one.alias_or_name for one in query.left.selects]
        others = [one.alias_or_name for one in query.right.selects]
        carried = left | {mine for mine, its in zip(names, others, strict=False) if its in right}
        if carried and (query.args.get("distinct") or not isinstance(query, exp.Union)):
            raise refused(next(iter(carried)), query)
        _ordered(query, names, carried)
        return carried

    def _select(self, query: exp.Expr, known: dict[str, frozenset[str]]) -> frozenset[str]:
        sources: dict[str, frozenset[str]] = {}
        joined = [join.this for join in query.args.get("joins") or ()]
        start = query.args.get("from_")
        for relation in [*([start.this] if start is not None else []), *joined]:
            sources[relation.alias_or_name] = self._relation(relation, known)
        shown: set[str] = set()
        bare: set[int] = set()
        for one in query.expressions:
            inner = one.unalias()
            if isinstance(inner, exp.Column) and inner.name in sources.get(inner.table, ()):
                shown.add(one.alias_or_name)
                bare.add(id(inner))
        if shown and query.args.get("distinct"):
            raise refused(next(iter(shown)), query)
        self._uses(query, sources, bare, known)
        order = query.args.get("order")
        for column in order.find_all(exp.Column) if order is not None else ():
            if not column.table and column.name in shown:
                raise refused(column.name, column)
        return frozenset(shown)

    def _relation(self, relation: exp.Expr, known: dict[str, frozenset[str]]) -> frozenset[str]:
        if isinstance(relation, exp.Table):
            carried = (
                known.get(relation.name, frozenset())
                if is_cte(relation)
                else self.hidden.get(relation.name, frozenset())
            )
            return self._renamed(relation, carried)
        return self._renamed(relation, self.outputs(relation, known))

    @staticmethod
    def _renamed(relation: exp.Expr, carried: frozenset[str]) -> frozenset[str]:
        """Column aliases on a relation: `AS t(a, b)` would rename what is carried, so it is not taken."""
        alias = relation.args.get("alias")
        if carried and alias is not None and alias.args.get("columns"):
            raise refused(next(iter(carried)), relation)
        return carried

    def _uses(
        self, query: exp.Expr, sources: dict[str, frozenset[str]], bare: set[int], known: dict[str, frozenset[str]]
    ) -> None:
        """Every other use of a hidden column in this query, and in queries inside its expressions."""
        inside_relations = {id(node) for relation in self._relations(query) for node in relation.walk()}
        clause = query.args.get("with_")
        inside_relations |= {id(node) for node in clause.walk()} if clause is not None else set()
        for node in query.walk():
            if id(node) in inside_relations:
                continue
            if isinstance(node, exp.Column) and id(node) not in bare and node.name in sources.get(node.table, ()):
                raise refused(node.name, node)
            if (
                node is not query
                and isinstance(node, exp.Query)
                and not isinstance(node, exp.Subquery)
                and self.outputs(node, known)
            ):
                raise refused("in a sub-select", node)

    @staticmethod
    def _relations(query: exp.Expr) -> list[exp.Expr]:
        start = query.args.get("from_")
        return [*([start.this] if start is not None else []), *(join.this for join in query.args.get("joins") or ())]


def _ordered(query: exp.Expr, names: list[str], carried: frozenset[str]) -> None:
    """Refuse an order by hidden values: by the name of a column, or by its place."""
    order = query.args.get("order")
    for term in order.expressions if order is not None and carried else ():
        by = term.this
        used = frozenset(one.name for one in by.find_all(exp.Column))
        if isinstance(by, exp.Literal):
            place = int(by.this) if by.is_int else 0
            used = frozenset((names[place - 1],)) if 0 < place <= len(names) else carried
        if used & carried or not used:
            raise refused(next(iter(used & carried or carried)), term)


def refused(name: str, where: exp.Expr | None = None) -> NotPermitted:
    """The refusal for a use of a hidden column."""
    return NotPermitted(f"{name} is hidden from you: it can be shown as its mask, not filtered, grouped, ordered or computed with",
                        where="" if where is None else near(where), fix="take it out of everything but the SELECT list")  # fmt: skip

"""What a statement may read, from our own counts per tenant, table and month: never an engine's estimate, which betrays rows.

The measure is the cell: rows times columns, of each scan, of the tables that decide whose rows those are, and, of SQL that somebody
wrote, of what joins by less than a key put together. It is a bound from the tenant's own counts and the text; regions and other
conditions do not make it less.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import TooExpensive
from nlq.policy.keys import Joined, Keys, definition, tenant_column, terms_of
from nlq.semantics.tables import Exists
from nlq.sql.resolve import is_cte
from nlq.sql.tiers import said_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Table
    from nlq.values.pipeline import Snapshot, Statement


SKEW = 4  # how many more rows than the average a parent may have


@dataclass(frozen=True, slots=True)
class Cost:
    """How many cells may be read, and the table that most of them are of."""

    cells: int
    most: str = ""


def estimate(
    statement: Statement, model: SemanticModel, snapshot: Snapshot, *, reads: frozenset[str], written: bool
) -> Cost:
    """The cells that a resolved, unscoped statement may read.

    Args:
        statement: what is to run.
        model: whose tables those are.
        snapshot: the counts of the asker's tenant.
        reads: the tables that it reads once it is scoped, those that decide whose rows are seen included.
        written: whether somebody wrote its joins.

    Raises:
        TooExpensive: there is no count of a table that it reads.
    """
    return _Estimate(statement.tree, model, snapshot, reads).cost(written=written)


class _Estimate:
    def __init__(self, tree: exp.Expr, model: SemanticModel, snapshot: Snapshot, reads: frozenset[str]) -> None:
        self.tree, self.model, self.snapshot, self.reads = tree, model, snapshot, reads
        self._keys = Keys(model)
        self._tenants = {tenant_column(table) for table in model.tables.values()}
        self._sizes: dict[int, int] = {}

    def cost(self, *, written: bool) -> Cost:
        columns: dict[str, set[str]] = {}
        scans: list[exp.Table] = []
        for node in self.tree.walk():
            if isinstance(node, exp.Column):
                columns.setdefault(node.table, set()).add(node.name)
            elif isinstance(node, exp.Table) and not is_cte(node):
                scans.append(node)
        by_table: dict[str, int] = {}
        for scan in scans:
            spec = self.model.tables[scan.name]
            read = len(columns.get(scan.alias_or_name, set()) & spec.columns.keys()) or 1
            by_table[scan.name] = by_table.get(scan.name, 0) + self._rows(scan) * read
            for parent, rows, keys in self._parents(spec, self._days(scan, spec)):
                by_table[parent] = by_table.get(parent, 0) + rows * keys
        most = max(by_table, key=lambda name: by_table[name], default="")
        return Cost(sum(by_table.values()) + (self._joined() if written else 0), most)

    def _rows(self, scan: exp.Table) -> int:
        spec = self.model.tables[scan.name]
        return self._count(scan.name, *self._days(scan, spec))

    @staticmethod
    def _days(scan: exp.Table, spec: Table) -> tuple[date | None, date | None]:
        return said_days(scan, spec.time) if spec.time else (None, None)

    def _count(self, name: str, first: date | None = None, last: date | None = None) -> int:
        rows = self.snapshot.rows_of(name, first, last)
        if rows is None:
            raise TooExpensive(f"it is not known how much there is of {name}", where=name,
                               fix="`nlq warehouse load` writes the counts that a question is judged by")  # fmt: skip
        return rows

    def _parents(self, spec: Table, days: tuple[date | None, date | None]) -> Iterator[tuple[str, int, int]]:
        """The tables whose rows decide which of these are seen: each with its rows, and the columns that it is looked up by."""
        ways = [(spec.valid.exists, spec.valid.on)] if isinstance(spec.valid, Exists) else []
        if isinstance(spec.policy, dict):
            ways += [(rule.exists, rule.on) for rule in spec.policy.values() if rule.exists is not None and rule.on is not None]  # fmt: skip
        for name, on in dict.fromkeys((name, tuple(on.items())) for name, on in ways):
            if name not in self.reads:  # of an asker whom it does not restrict
                continue
            parent = self.model.tables[name]
            same = parent.time is not None and (spec.time, parent.time) in on  # a row's parent is of its day
            yield name, self._count(name, *(days if same else (None, None))), len(on) + 1
            yield from self._parents(parent, days if same else (None, None))

    # Joins by less than a key of one side: every row of one may meet every row of the other.

    def _joined(self) -> int:
        return sum(size for select in self.tree.find_all(exp.Select) if (size := self._crossed(select)) is not None)

    def _crossed(self, select: exp.Select) -> int | None:
        """How many rows a SELECT puts together, where one of its relations is joined by less than a key; else None."""
        start = select.args.get("from_")
        if start is None:
            return None
        where = select.args.get("where")
        joined = Joined(self._keys, start.this, terms_of(where.this if where is not None else None))
        size, crossed = self._size(start.this), False
        for join in select.args.get("joins") or ():
            rows = self._size(join.this)
            if joined.by_key(join):
                size = max(size, rows)
            else:
                size, crossed = self._met(size, rows, join.this, joined.found), crossed or (size > 1 and rows > 1)
        for inner in self._looked_up(select):
            size, crossed = size * inner, True
        return size if crossed else None

    def _looked_up(self, select: exp.Select) -> Iterator[int]:
        """Sub-queries in the expressions of a SELECT that are of each of its rows, and are found by no equality."""
        relations = (select.args["from_"], *(select.args.get("joins") or ()))
        outer = {one.this.alias_or_name for one in relations}
        clauses = [*select.expressions, *(select.args.get(name) for name in ("where", "having", "group", "order"))]
        for query in (one for clause in clauses if clause is not None for one in clause.find_all(exp.Select)):
            start, where = query.args.get("from_"), query.args.get("where")
            if query.find_ancestor(exp.Select) is not select or start is None:
                continue
            if not any(one.table in outer for one in query.find_all(exp.Column)):
                continue
            own = [start.this.alias_or_name, *(join.this.alias_or_name for join in query.args.get("joins") or ())]
            terms = list(terms_of(where.this if where is not None else None))
            if not any(self._finds(term, name, outer) for term in terms for name in own):
                yield self._size(start.this)

    def _met(self, size: int, rows: int, relation: exp.Expr, found: frozenset[str]) -> int:
        """How many rows meet where a relation is joined by less than a key: every pair, but where rows share a parent those of one parent.

        Some parents have many more than others.
        """
        shares = [self._count(parent) for parent in self._keys.parents(relation, found)]
        return size * rows if not shares else max(size, rows, SKEW * size * rows // max(prod(shares), 1))

    def _finds(self, term: exp.Expr, name: str, others: set[str]) -> bool:
        """Whether a condition says that something of a relation, but not whose it is, equals something of others."""
        if not isinstance(term, (exp.EQ, exp.NullSafeEQ)):
            return False
        sides = [list(side.find_all(exp.Column)) for side in (term.this, term.expression)]
        return any(
            {one.table for one in mine} == {name}
            and not {one.name for one in mine} <= self._tenants
            and its != []
            and {one.table for one in its} <= others
            for mine, its in (sides, sides[::-1])
        )

    def _size(self, relation: exp.Expr) -> int:
        """At most how many rows a relation has."""
        known = self._sizes.get(id(relation))
        if known is None:
            self._sizes[id(relation)] = known = self._sized(relation)
        return known

    def _sized(self, relation: exp.Expr) -> int:
        if isinstance(relation, exp.Table):
            defined = definition(relation)
            return self._rows(relation) if defined is None else self._size(defined)
        if isinstance(relation, (exp.Subquery, exp.CTE)):
            return _limited(relation, self._size(relation.this))
        if isinstance(relation, exp.SetOperation):
            return _limited(relation, self._size(relation.left) + self._size(relation.right))
        if not isinstance(relation, exp.Select) or relation.args.get("from_") is None:
            return 1
        start, joins = relation.args["from_"].this, relation.args.get("joins") or ()
        size = self._crossed(relation) or max(self._size(one) for one in (start, *(join.this for join in joins)))
        figures = any(one.find(exp.AggFunc) and not one.find(exp.Window) for one in relation.expressions)
        return _limited(relation, 1 if figures and not relation.args.get("group") else size)


def _limited(query: exp.Expr, size: int) -> int:
    limit = query.args.get("limit")
    count = limit.expression if limit is not None else None
    return min(size, int(count.this)) if isinstance(count, exp.Literal) and count.is_int else size

"""SQL that a model wrote, against the declared cardinalities: a join that repeats rows must not change a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.resolve import is_cte

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Join

UNMOVED = (exp.Min, exp.Max)  # the same however often a row is repeated
FIX = "join as the model declares, and aggregate the side that has many rows"


def joins_hold(tree: exp.Expr, model: SemanticModel) -> None:
    """Refuse an undeclared join, and an aggregate over rows that a join repeats. The tree is qualified.

    Raises:
        UnsafeSql: it could count something twice.
    """
    for select in tree.find_all(exp.Select):
        joins = select.args.get("joins") or []
        if not joins:
            continue
        tables = _tables(select, joins)
        ones = _one_sides(joins, tables, model)
        roots = set(tables) - ones
        if len(roots) != 1:
            raise UnsafeSql(
                "two tables with many rows each are joined, which would multiply them", where="join", fix=FIX
            )
        for call in _aggregates(select):
            repeated = {column.table for column in _measured(call)} & ones
            if repeated and not (isinstance(call, UNMOVED) or isinstance(call.this, exp.Distinct)):
                raise UnsafeSql(
                    "a figure is taken from the side of a join whose rows are repeated", where=call.sql(), fix=FIX
                )


def _tables(select: exp.Select, joins: list[exp.Join]) -> dict[str, str]:
    """Base tables by alias; anything else that is joined has no declared cardinality."""
    sources = [one.this for one in (select.args.get("from_") or select.args.get("from"), *joins) if one is not None]
    found = {}
    for one in sources:
        if not isinstance(one, exp.Table) or is_cte(one):
            raise UnsafeSql("only base tables may be joined here", where="join", fix=FIX)
        found[str(one.alias_or_name)] = one.name
    return found


def _one_sides(joins: list[exp.Join], tables: dict[str, str], model: SemanticModel) -> set[str]:
    """The aliases that stand on the "one" side of a declared join."""
    found: set[str] = set()
    for join in joins:
        condition = join.args.get("on")
        pairs: set[tuple[tuple[str, str], tuple[str, str]]] = set()
        for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            if not (
                isinstance(part, exp.EQ) and isinstance(part.left, exp.Column) and isinstance(part.right, exp.Column)
            ):
                raise UnsafeSql("a join is not by equality of columns", where="join", fix=FIX)
            sides = ((part.left.table, part.left.name), (part.right.table, part.right.name))
            pairs |= {sides, sides[::-1]}
        one = str(join.this.alias_or_name)
        named = {str(near[0]) for near, _ in pairs} - {one}
        declared = [
            (many, target)
            for other in named
            for many, target in ((other, one), (one, other))
            for entry in model.joins
            if entry.from_ == tables.get(many)
            and entry.to == tables.get(target)
            and model.tables[entry.to].versions is None  # which version is the compiler's to say
            and _covers(entry, many, target, pairs)
        ]
        if not declared or len(named) != 1:
            raise UnsafeSql("this join is not one that the model declares", where="join", fix=FIX)
        found.add(declared[0][1])
    return found


def _covers(join: Join, many: str, one: str, pairs: set[tuple[tuple[str, str], tuple[str, str]]]) -> bool:
    """Whether every column of a declared join is equated; the tenant's is, by the policy in both scans."""
    wanted = {
        ((many, mine), (one, theirs)) for mine, theirs in join.on.items() if (mine, theirs) != ("org_id", "org_id")
    }
    return wanted <= pairs


def _measured(call: exp.AggFunc) -> list[exp.Column]:
    """The columns whose values an aggregate takes; what only decides which rows count (CASE WHEN …) is none of them."""
    conditions = {id(column) for one in call.find_all(exp.If) for column in one.this.find_all(exp.Column)}
    return [column for column in call.find_all(exp.Column) if id(column) not in conditions]


def _aggregates(select: exp.Select) -> list[exp.AggFunc]:
    return [call for call in select.find_all(exp.AggFunc) if call.find_ancestor(exp.Select) is select]

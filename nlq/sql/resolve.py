"""Names resolved against the model: names folded, and every base table in its schema. Columns are `columns_of`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import NotPermitted
from nlq.sql.place import near

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.semantics.model import SemanticModel


def is_cte(table: exp.Expr) -> bool:
    """Whether an unqualified name is a CTE where it stands: one of its own WITH defined before, or of one around it."""
    if table.args.get("db") or table.args.get("catalog"):
        return False
    inside: exp.Expr = table
    holder = table.parent
    while holder is not None:
        clause = holder.args.get("with_")
        if clause is not None:
            for cte in clause.expressions:
                if cte is inside or (isinstance(inside, exp.With) and _holds(cte, table)):
                    break  # a CTE does not see itself, nor those after it
                if cte.alias == table.name:
                    return True
        inside, holder = holder, holder.parent
    return False


def _holds(ancestor: exp.Expr, node: exp.Expr) -> bool:
    while node is not None and node is not ancestor:
        node = node.parent  # type: ignore[assignment]
    return node is ancestor


def resolve_tables(nodes: Iterable[exp.Expr], model: SemanticModel) -> tuple[str, ...]:
    """Fold names as the dialect does, and give every base table its schema; one that is not in the model is refused.

    Takes all nodes of a tree; gives the names of its base tables, each once.

    Raises:
        NotPermitted: there is no such table, or it is not in the model.
    """
    tables: list[exp.Expr] = []
    for node in nodes:
        kind = type(node)
        if kind is exp.Identifier:
            lower = node.this.lower()
            if lower != node.this:
                node.set("this", _folded(node, lower))
        elif kind is exp.Table:
            tables.append(node)
    schema = model.header.schema_
    found: dict[str, None] = {}
    for table in tables:
        if is_cte(table):
            continue
        if table.text("db") not in ("", schema) or table.name not in model.tables:
            raise no_table(table.name, table)
        table.set("db", exp.to_identifier(schema))
        found[table.name] = None
    return tuple(found)


def _folded(name: exp.Expr, lower: str) -> str:
    """Names are the same in small letters and in capitals; but a quoted table's is taken as it is written."""
    if name.args.get("quoted") and isinstance(name.parent, exp.Table):
        raise no_table(name.this, name)
    return lower


def no_table(name: str, where: exp.Expr) -> NotPermitted:
    """The one sentence for a table that is forbidden and for one that does not exist."""
    return NotPermitted(
        f"there is no table {name} that you may read",
        where=near(where),
        fix="`nlq model show tables` lists those that can be read",
    )

"""A statement's tables as the model defines them: the database's own names, and only rows that count.

That is what people are shown, and may run where they see all rows. What an engine gets is scoped instead, which does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp, parse_one

from nlq.semantics.tables import Exists
from nlq.sql.build import table as base_table
from nlq.sql.resolve import is_cte
from nlq.sql.tiers import Branch, for_period

if TYPE_CHECKING:
    from datetime import date

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Table


def source_of(model: SemanticModel, name: str, alias: str, tier: str | None) -> exp.Expr:
    """A table as the database calls it, under an alias."""
    schema, _, source = (model.tables[name].source or name).rpartition(".")
    return base_table(source, schema or model.header.schema_, alias, tier)


def validity(model: SemanticModel, table: Table, alias: str) -> exp.Expr:
    """The predicate that says which rows of a table count, of this alias."""
    key = ("valid", table.name)
    if key not in model.memo:
        model.memo[key] = parse_one(str(table.valid), read="trino")

    def qualified(node: exp.Expr) -> exp.Expr:
        return exp.column(node.name, table=alias) if isinstance(node, exp.Column) else node

    return model.memo[key].copy().transform(qualified)  # type: ignore[no-any-return]


def is_defined(model: SemanticModel, name: str) -> bool:
    """Whether a table is not read as it stands."""
    spec = model.tables.get(name)
    return spec is not None and (spec.valid is not None or spec.source is not None)


def defined(model: SemanticModel, watermark: date | None, tree: exp.Expr) -> exp.Expr:
    """The tree with each of its tables as the model defines it; it is changed."""
    for table in [one for one in tree.find_all(exp.Table) if not is_cte(one) and is_defined(model, one.name)]:
        alias, tier, spec = table.alias or table.name, table.catalog or None, model.tables[table.name]
        around = _first_of(table)
        if spec.valid is None or around is not None:
            table.replace(source_of(model, spec.name, alias, tier))
        if spec.valid is None:
            continue
        terms = _counts(model, spec, alias, 0, tier, watermark)
        if around is not None:
            where = around.args.get("where")
            if where is not None:
                terms = [*(where.this.flatten() if isinstance(where.this, exp.And) else [where.this]), *terms]
            around.set("where", exp.Where(this=exp.and_(*terms, copy=False)))
            continue
        rows = exp.select("*").from_(source_of(model, spec.name, spec.name, tier))
        rows = rows.where(*_counts(model, spec, spec.name, 0, tier, watermark), copy=False)
        table.replace(exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier(alias))))
    return tree


def _first_of(table: exp.Table) -> exp.Select | None:
    """The SELECT whose FROM a table is, where its WHERE says the same of the rows: no join there adds rows without one."""
    around = table.parent.parent if isinstance(table.parent, exp.From) else None
    if not isinstance(around, exp.Select) or any(
        one.side not in ("", "LEFT") for one in around.args.get("joins") or ()
    ):
        return None
    return around


def _counts(
    model: SemanticModel, table: Table, alias: str, depth: int, tier: str | None, watermark: date | None
) -> list[exp.Expr]:
    """What a row of a table must fulfil to count: by its own columns, or by a row of its parent's that counts."""
    if isinstance(table.valid, str):
        return [validity(model, table, alias)]
    if not isinstance(table.valid, Exists):
        return []
    parent = model.tables[table.valid.exists]
    both = tier is not None and parent.tier is not None and table.tier is None
    found: list[exp.Expr] = []
    for branch in for_period(parent, None, watermark) if both else (Branch(tier),):
        inner = f"r{depth + 1}"
        same = [
            exp.EQ(this=exp.column(its, table=inner), expression=exp.column(mine, table=alias))
            for mine, its in table.valid.on.items()
        ]
        edge = branch.conditions(exp.column(parent.tier.column, table=inner)) if parent.tier is not None else []
        terms = [*same, *edge, *_counts(model, parent, inner, depth + 1, branch.tier, watermark)]
        chosen = (
            exp.select(exp.Literal.number(1)).from_(source_of(model, parent.name, inner, branch.tier)).where(*terms)
        )
        found.append(exp.Exists(this=chosen))
    return found if len(found) == 1 else [exp.paren(exp.or_(*found))]

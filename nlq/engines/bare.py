"""The state of tables in a database that nlq did not build: counts and extents, read from the tables themselves.

Where nobody publishes versions, a rollup cannot be known to be built from its base rows' current ones, so none is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.sql.build import table
from nlq.sql.columns import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Table


def state_of(model: SemanticModel, spec: Table, org_id: str | None) -> exp.Select:
    """SELECT the count of a table's rows and its first and last day (a calendar's too); for a tenant of their own rows alone."""
    calendar = model.time_dimension
    days = spec.time or (calendar.column if calendar is not None and calendar.table == spec.name else None)
    day = local_date(model, spec.name, days, spec.name) if days else exp.cast(exp.Null(), "date")
    tree = exp.select(exp.Count(this=exp.Star()), exp.Min(this=day), exp.Max(this=day.copy())).from_(_source(model, spec, spec.name))  # fmt: skip
    own = None if org_id is None else _of_tenant(model, spec, spec.name, org_id, 0)
    return tree if own is None else tree.where(own)


def _source(model: SemanticModel, spec: Table, alias: str) -> exp.Expr:
    schema, _, name = (spec.source or spec.name).rpartition(".")
    return table(name, schema or model.header.schema_, alias)


def _of_tenant(model: SemanticModel, spec: Table, alias: str, org_id: str, depth: int) -> exp.Expr | None:
    """That a row is the tenant's, by its own column or by that of its parent; None where rows are nobody's."""
    rule = spec.policy["org_id"] if isinstance(spec.policy, dict) else None
    if rule is not None and rule.column is not None:
        return exp.EQ(this=exp.column(rule.column, table=alias), expression=exp.Literal.string(org_id))
    if rule is None or rule.exists is None or rule.on is None:
        return None
    parent, inner = model.tables[rule.exists], f"parent{depth}"
    same = [exp.EQ(this=exp.column(its, table=inner), expression=exp.column(mine, table=alias)) for mine, its in rule.on.items()]  # fmt: skip
    own = _of_tenant(model, parent, inner, org_id, depth + 1)
    found = exp.select(exp.Literal.number(1)).from_(_source(model, parent, inner))
    return exp.Exists(this=found.where(*same, *([own] if own is not None else [])))


def states(model: SemanticModel, org_id: str | None) -> Iterator[tuple[str, exp.Select]]:
    """The query of each table's state, but for rollups."""
    for name, spec in model.tables.items():
        if name not in model.rollup_tables:
            yield name, state_of(model, spec, org_id)


def as_rows(found: Iterable[tuple[str, tuple[Any, ...]]], version: str, fresh_as_of: str) -> list[tuple[Any, ...]]:
    """What `snapshot.build` reads: a row a table, all of one version."""
    return [(name, None, None, version, count, first, last, None, fresh_as_of) for name, (count, first, last) in found]

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
    """SELECT the count of a table's rows and its first and last day (a calendar's too); for a tenant of their own rows alone.

    Of a table whose rows are a tenant's by way of another table, count and days are left unknown.
    """
    schema, _, name = (spec.source or spec.name).rpartition(".")
    relation = table(name, schema or model.header.schema_, spec.name)
    rule = spec.policy["org_id"] if isinstance(spec.policy, dict) else None
    hidden = rule is not None and rule.exists is not None and org_id is not None
    calendar = model.time_dimension
    days = spec.time or (calendar.column if calendar is not None and calendar.table == spec.name else None)
    day = local_date(model, spec.name, days, spec.name) if days and not hidden else exp.cast(exp.Null(), "date")
    count: exp.Expr = exp.Literal.number(0) if hidden else exp.Count(this=exp.Star())
    tree = exp.select(count, exp.Min(this=day), exp.Max(this=day.copy())).from_(relation)
    if rule is not None and rule.column is not None and org_id is not None:
        own = exp.EQ(this=exp.column(rule.column, table=spec.name), expression=exp.Literal.string(org_id))
        tree = tree.where(own)
    return tree


def states(model: SemanticModel, org_id: str | None) -> Iterator[tuple[str, exp.Select]]:
    """The query of each table's state, but for rollups."""
    for name, spec in model.tables.items():
        if name not in model.rollup_tables:
            yield name, state_of(model, spec, org_id)


def as_rows(found: Iterable[tuple[str, tuple[Any, ...]]], version: str, fresh_as_of: str) -> list[tuple[Any, ...]]:
    """What `snapshot.build` reads: a row a table, all of one version."""
    return [(name, None, None, version, count, first, last, None, fresh_as_of) for name, (count, first, last) in found]

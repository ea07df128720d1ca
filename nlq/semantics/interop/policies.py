"""Who may read what was imported. Other formats do not say, and nothing is readable here that nobody said may be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlq.semantics.interop.carried import Issue


@dataclass(frozen=True, slots=True)
class Policy:
    """`tenant` is the column that holds the organisation, `regions` that of the region: an asker reads the rows of their own.

    `shared`: all may read the tables that have no such column (all tables, where no column is named).
    """

    shared: bool = False
    tenant: str | None = None
    regions: str | None = None


def policed(table: dict[str, Any], policy: Policy | None, issues: list[Issue]) -> dict[str, Any]:
    """A table with its policy; where its columns do not allow the one that was asked for, without any, which is listed."""
    columns = table["columns"]
    if policy is None:
        issues.append(
            Issue("no_policy", f"table {table['name']}", "say --policy shared or --tenant COLUMN, or write `policy:`")
        )
        return table
    if policy.tenant is None or policy.tenant not in columns:
        if policy.shared:
            return {**table, "policy": "shared"}
        issues.append(Issue("no_policy", f"table {table['name']}", f"it has no column {policy.tenant}"))
        return table
    regions: dict[str, Any] = {"not_applicable": "nobody said which column holds the region"}
    if policy.regions is not None and policy.regions in columns:
        regions = {"column": policy.regions}
    elif policy.regions is not None:
        issues.append(
            Issue("no_policy", f"table {table['name']}", f"it has no column {policy.regions}: regions do not narrow it")
        )
        return table
    return {**table, "policy": {"org_id": {"column": policy.tenant}, "regions": regions}}

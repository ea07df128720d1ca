"""Who may read what was imported. Other formats do not say, and nothing is readable here that nobody said may be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nlq.semantics.interop.carried import Issue


@dataclass(frozen=True, slots=True)
class Policy:
    """`shared`: all may read all. Else `tenant` is the column that holds the organisation, and `regions` that of the region."""

    shared: bool = False
    tenant: str | None = None
    regions: str | None = None


def policed(table: dict[str, Any], policy: Policy | None, issues: list[Issue]) -> dict[str, Any]:
    """A table with its policy; where its columns do not allow the one that was asked for, without any, which is listed."""
    if policy is not None and policy.shared:
        return {**table, "policy": "shared"}
    columns = table["columns"]
    if policy is None or policy.tenant is None or policy.tenant not in columns:
        why = (
            "say --policy shared or --tenant COLUMN, or write `policy:`"
            if policy is None
            else f"it has no column {policy.tenant}"
        )
        issues.append(Issue("no_policy", f"table {table['name']}", why))
        return table
    regions: dict[str, Any] = {"not_applicable": "there are no regions in what was imported"}
    if policy.regions is not None:
        if policy.regions not in columns:
            issues.append(Issue("no_policy", f"table {table['name']}", f"it has no column {policy.regions}"))
            return table
        regions = {"column": policy.regions}
    return {**table, "policy": {"org_id": {"column": policy.tenant}, "regions": regions}}

"""A model's policies as Trino's access control from files: row filters, masks, and nothing else to be read.

Who asks is known there by groups: `org/tingi`, `region/NCR` (or `region/*`), and `role/pii` for each role that lifts a mask. A group
provider gives them to each user; a user of none sees no row.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.exports.exported import Exported
from nlq.semantics.interop.carried import Issue
from nlq.semantics.model import ATTRIBUTES
from nlq.sql.masked import shown_masked

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Rule, Table

FILE = "rules.json"
CATALOGS = ("hot", "cold")
DEPTH = 5  # of parents; `model check` holds that they end
Plain = dict[str, Any]


def export(model: SemanticModel, dialect: str) -> Exported:
    """The rules file, and what it cannot say: a hash needs a key that a rules file does not hold."""
    del dialect  # there is one
    made = Exported()
    rules: list[Plain] = []
    for table in model.tables.values():
        schema, _, name = (table.source or table.name).rpartition(".")
        schema = schema or model.header.schema_
        if any((one["schema"], one["table"]) == (schema, name) for one in rules):
            said = f"{schema}.{name} has rules already: those of another name for it"
            made.issues.append(Issue("ambiguous", f"table {table.name}", said))
            continue
        for catalog in CATALOGS:
            rules += _rules(model, table, catalog, schema, name)
        if any(spec.mask == "hash" for spec in table.columns.values()):
            made.issues.append(Issue("otherwise", f"table {table.name}", "masks by hash redact there"))
    content = {
        "catalogs": [{"catalog": "|".join(CATALOGS), "allow": "read-only"}, {"allow": "none"}],
        "queries": [{"allow": ["execute"]}],
        "schemas": [{"owner": False}],
        "tables": [*rules, {"privileges": []}],
        "functions": [], "procedures": [],
    }  # fmt: skip
    made.files[FILE] = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    made.counts = {"tables": len({(one["schema"], one["table"]) for one in rules}), "rules": len(rules)}
    return made


def _rules(model: SemanticModel, table: Table, catalog: str, schema: str, name: str) -> list[Plain]:
    """The rules of one table in one catalog; the first that fits a user is theirs. Roles that lift masks come first."""
    filter_ = _filter(model, table, catalog, 0)
    plain: Plain = {"catalog": catalog, "schema": schema, "table": name, "privileges": ["SELECT"]}
    if filter_ != "true":
        plain["filter"] = filter_
    roles = sorted({role for spec in table.columns.values() if spec.mask for role in spec.unmask})
    found = []
    for role in (*roles, None):
        masks = [{"name": column, "mask": shown_masked(spec, column)} for column, spec in table.columns.items()
                 if spec.mask and role not in spec.unmask]  # fmt: skip
        found.append({**({"group": f"role/{role}"} if role else {}), **plain, **({"columns": masks} if masks else {})})
    return found


def _filter(model: SemanticModel, table: Table, catalog: str, depth: int) -> str:
    """What a row must fulfil for a user of these groups."""
    if table.policy == "shared":
        return "true"
    rules: dict[str, Rule] = table.policy if isinstance(table.policy, dict) else {}
    terms = []
    for attribute, group in zip(ATTRIBUTES, ("org", "region"), strict=True):
        rule = rules.get(attribute)
        if rule is None or depth > DEPTH:
            return "false"
        if rule.not_applicable is not None:
            continue
        if rule.exists is not None and rule.on is not None:
            term = _of_parent(model, model.tables[rule.exists], rule.on, catalog, depth)
        else:
            term = f"contains(current_groups(), '{group}/' || {_named(rule.column or '')})"
        terms.append(term if group == "org" else f"(contains(current_groups(), 'region/*') OR {term})")
    return " AND ".join(terms) or "true"


def _of_parent(model: SemanticModel, parent: Table, on: dict[str, str], catalog: str, depth: int) -> str:
    """A row of the parent's that this user sees names this row. Keys are compared whole: a filter's names are of its own table."""
    schema, _, name = (parent.source or parent.name).rpartition(".")
    relation = f"{catalog}.{_named(schema or model.header.schema_)}.{_named(name)}"
    mine, its = (", ".join(f"CAST({_named(one)} AS VARCHAR)" for one in side) for side in (on.keys(), on.values()))
    return f"ARRAY[{mine}] IN (SELECT ARRAY[{its}] FROM {relation} WHERE {_filter(model, parent, catalog, depth + 1)})"


def _named(name: str) -> str:
    return exp.to_identifier(name).sql("trino")

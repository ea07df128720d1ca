"""A model's row policies as PostgreSQL's row security: one script, which may be run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.exports.exported import Exported
from nlq.semantics.interop.carried import Issue
from nlq.semantics.model import ATTRIBUTES

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Rule, Table

READER = "nlq_reader"  # the account of the service: it owns nothing, and reads what is published
FILE = "row_security.sql"
HEAD = """-- Row security for {name}, written by `nlq model export --to postgres-rls`; it may be run again. The claims of the asker's token are set
-- for one transaction (SET LOCAL request.jwt.claims), so that a pooled connection cannot keep them; without claims there are no rows.
begin;
do $$ begin
    if not exists (select from pg_roles where rolname = '{reader}') then create role {reader} nologin; end if;
end $$;
create schema if not exists nlq;
create or replace function nlq.claims() returns jsonb language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{{}}')::jsonb $$;
create or replace function nlq.claim_org() returns text language sql stable parallel safe
    as $$ select nlq.claims() ->> 'org_id' $$;
-- "*" means every region; a list means those; anything else means none.
create or replace function nlq.every_region() returns boolean language sql stable parallel safe
    as $$ select coalesce(nlq.claims() -> 'regions' = '"*"'::jsonb, false) $$;
create or replace function nlq.claim_regions() returns text[] language sql stable parallel safe
    as $$ select case when jsonb_typeof(nlq.claims() -> 'regions') = 'array'
        then array(select jsonb_array_elements_text(nlq.claims() -> 'regions')) else array[]::text[] end $$;
grant usage on schema nlq to {reader};
grant execute on function nlq.claims(), nlq.claim_org(), nlq.every_region(), nlq.claim_regions() to {reader};
"""
# A view or a materialized view has no row security of its own.
TABLE = """
-- {why}
do $do$ begin
    if (select relkind from pg_class where oid = '{name}'::regclass) not in ('r', 'p') then
        raise notice '{name} is no table: let it be a security-barrier view over what is secured';
        return;
    end if;
    alter table {name} enable row level security, force row level security;
    drop policy if exists nlq_reader on {name};
    create policy nlq_reader on {name} for select to {reader} using (
        {using});
    drop policy if exists nlq_owner on {name};
    execute format('create policy nlq_owner on {name} to %I using (true) with check (true)', current_user);
    grant select on {name} to {reader};
end $do$;
"""
SHARED = """
-- {name}: shared by all.
grant select on {name} to {reader};
"""


def export(model: SemanticModel, dialect: str) -> Exported:
    """The script, and what it cannot say: masks, which hide columns and not rows, and whose rows a parent elsewhere decides."""
    del dialect  # there is one
    made = Exported()
    whole: dict[str, list[tuple[str, str]]] = {}
    schemas: dict[str, None] = {}
    for table in model.tables.values():
        name, schema = _source(model, table)
        schemas[schema] = None
        whole.setdefault(name, []).append((table.name, "true" if table.policy == "shared" else _using(model, table)))
        masked = [column for column, spec in table.columns.items() if spec.mask]
        if masked:
            made.issues.append(Issue("masks", f"table {table.name}", ", ".join(masked)))
    parts = [HEAD.format(name=model.header.name, reader=READER)]
    parts += [
        f"grant usage on schema {one} to {READER};\nrevoke all on all tables in schema {one} from {READER};\n"
        for one in schemas
    ]
    for name, said in whole.items():
        rules = list(dict.fromkeys(using for _, using in said))
        if rules == ["true"]:
            parts.append(SHARED.format(name=name, reader=READER))
            continue
        if len(rules) > 1:
            names = " and ".join(one for one, _ in said)
            made.issues.append(
                Issue("ambiguous", f"table {name}", f"{names} have policies of their own: there both hold")
            )
        using = "\n        and ".join(f"({rule})" if len(rules) > 1 else rule for rule in rules)
        parts.append(TABLE.format(why=", ".join(one for one, _ in said), name=name, reader=READER, using=using))
    made.files[FILE] = "".join([*parts, "commit;\n"])
    made.counts = {
        "tables": len(whole),
        "policies": sum(any(using != "true" for _, using in said) for said in whole.values()),
    }
    return made


def _source(model: SemanticModel, table: Table) -> tuple[str, str]:
    """A table as the database calls it, and its schema."""
    schema, _, name = (table.source or table.name).rpartition(".")
    return f"{_named(schema or model.header.schema_)}.{_named(name)}", _named(schema or model.header.schema_)


def _named(name: str) -> str:
    return exp.to_identifier(name, quoted=not name.replace("_", "a").isalnum() or name != name.lower()).sql("postgres")


def _using(model: SemanticModel, table: Table) -> str:
    """What a row must fulfil. The calls stand in sub-selects so that each is made once a query, not once a row."""
    rules: dict[str, Rule] = table.policy if isinstance(table.policy, dict) else {}
    name, _ = _source(model, table)
    terms = []
    for attribute in ATTRIBUTES:
        rule = rules.get(attribute)
        if rule is None:
            return "false"
        if rule.not_applicable is not None:
            continue
        if rule.exists is not None and rule.on is not None:
            parent, _ = _source(model, model.tables[rule.exists])
            same = " and ".join(f"parent.{_named(its)} = {name}.{_named(mine)}" for mine, its in rule.on.items())
            found = f"exists (select from {parent} as parent where {same})"  # the parent's own policy holds inside
            terms.append(found if attribute == "org_id" else f"((select nlq.every_region()) or {found})")
        elif attribute == "org_id":
            terms.append(f"{_named(rule.column or '')} = (select nlq.claim_org())")
        else:
            terms.append(
                f"((select nlq.every_region()) or {_named(rule.column or '')} = any ((select nlq.claim_regions())::text[]))"
            )
    return " and ".join(terms) or "true"

"""`nlq model import` and `draft`: somebody else's semantic layer, or a bare database, into a model's files."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nlq.errors import BadRequest, ModelError, NlqError
from nlq.surfaces.cli.options import working

if TYPE_CHECKING:
    from nlq.semantics.interop.carried import Imported, Issue
    from nlq.semantics.interop.dbt_import import Source
    from nlq.semantics.interop.policies import Policy

SCHEMA_FILE = "model.schema.json"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a model's files go, and what the source does not say of them."""

    out: Path
    data: str | None
    schema: str
    dialect: str
    timezone: str
    policy: str
    tenant: str | None
    regions: str | None
    force: bool


def import_model(kind: str, source: Path, target: Target, *, as_json: bool) -> int:
    """Read, write, and say what was not carried. 0, or 2 where the files that were written are not sound."""
    if not source.exists():
        raise BadRequest(f"there is nothing at {source}", where=str(source), fix="name the folder or file to import")
    if target.dialect and kind != "dbt":
        raise BadRequest(
            f"the SQL of {kind} files is read as theirs", where="--sql", fix="leave --sql out: it is for dbt's projects"
        )
    _may_write(target)
    with working():
        imported = _import(kind, source, target)
    return finish(imported, target, as_json=as_json)


def draft_model(target: Target, currency: str | None, *, as_json: bool) -> int:
    """Look at a database, write a first model of it, and say what was guessed."""
    from nlq.semantics.draft.build import Draft  # noqa: PLC0415
    from nlq.warehouse.catalog import open_catalog  # noqa: PLC0415

    _may_write(target)
    url = database_url(target.data or "")
    with working(), open_catalog(url, target.schema or default_schema(url)) as catalog:
        name = target.schema or Path(url.rpartition("/")[2]).stem or "draft"
        drafted = Draft(
            catalog,
            schema=catalog.schema,
            name=name,
            timezone=target.timezone,
            policy=_policy(target),
            currency=currency,
        ).build()
    return finish(drafted, target, as_json=as_json)


def _policy(target: Target) -> Policy | None:
    """What was said of who may read; None where nobody said anything."""
    from nlq.semantics.interop.policies import Policy  # noqa: PLC0415

    policy = Policy(shared=target.policy == "shared", tenant=target.tenant, regions=target.regions)
    return policy if policy.shared or policy.tenant else None


def finish(imported: Imported, target: Target, *, as_json: bool) -> int:
    """Write the files, load them as anybody would, and tell."""
    from nlq.semantics.interop.write import write  # noqa: PLC0415

    target.out.mkdir(parents=True, exist_ok=True)
    write(target.out, imported.files, schema=f"./{SCHEMA_FILE}")
    from nlq.surfaces.cli.model import schema  # noqa: PLC0415

    (target.out / SCHEMA_FILE).write_text(schema() + "\n", encoding="utf-8")
    problems = _problems(imported, target.out)
    if as_json:
        print(json.dumps({
            "out": str(target.out), "files": list(imported.files), "counts": imported.counts(),
            "issues": [_plain(one) for one in imported.issues],
            "problems": [{"what": one.what, "where": one.where, "fix": one.fix} for one in problems],
        }, ensure_ascii=False))  # fmt: skip
        return 2 if problems else 0
    counts = ", ".join(f"{count} {name}" for name, count in imported.counts().items() if count)
    print(f"wrote {target.out}: {counts}")
    tell(imported.issues)
    for one in problems:
        print(one, file=sys.stderr)
    if not problems:
        closed = any(one.code == "no_policy" for one in imported.issues)
        first = "write a `policy:` for each table, look at" if closed else "look at"
        print(f"\nnext: {first} what says `review: true`, then `nlq model check {target.out}`")
    return 2 if problems else 0


def _import(kind: str, source: Path, target: Target) -> Imported:
    from nlq.semantics.interop.dbt_import import Source  # noqa: PLC0415

    schema = target.schema or default_schema(target.data or "duckdb:")
    if target.data is None:
        return _read(kind, source, target, Source(schema, target.dialect or "duckdb", target.timezone, _policy(target)))
    from nlq.warehouse.catalog import Relations, open_catalog  # noqa: PLC0415

    with open_catalog(database_url(target.data), schema) as catalog:
        dialect = target.dialect or catalog.dialect
        how = Source(schema, dialect, target.timezone, _policy(target), Relations(catalog))
        return _read(kind, source, target, how)


def _read(kind: str, source: Path, target: Target, how: Source) -> Imported:
    if kind == "dbt":
        from nlq.semantics.interop.dbt_import import DbtImport  # noqa: PLC0415

        return DbtImport(source, how).finished()
    from nlq.semantics.interop.layer_import import LayerImport  # noqa: PLC0415
    from nlq.semantics.interop.readers import READERS  # noqa: PLC0415

    layer = READERS[kind](source)
    layer.schema = target.schema or layer.schema
    return LayerImport(layer, how).finished()


def database_url(url: str) -> str:
    """A database's URL; a file's name is a DuckDB file."""
    if "://" in url and not url.startswith("duckdb:///"):
        return url
    return f"duckdb://{Path(url.removeprefix('duckdb:///')).resolve()}"


def default_schema(url: str) -> str:
    """The schema that tables are in where nobody says another."""
    return "public" if url.startswith(("postgres", "postgresql")) else "main"


def _may_write(target: Target) -> None:
    there = sorted(path.name for path in target.out.glob("*.y*ml")) if target.out.is_dir() else []
    if there and not target.force:
        raise BadRequest(
            f"{target.out} holds {', '.join(there[:5])}", where="--out", fix="name an empty folder, or say --force"
        )


def _problems(imported: Imported, out: Path) -> list[NlqError]:
    """What would be wrong with the files if all might read every table: who may is told apart."""
    from nlq.semantics.interop.write import write  # noqa: PLC0415
    from nlq.semantics.load import load  # noqa: PLC0415

    files = {name: {**content, "tables": [{"policy": "shared", **one} if "like" not in one else one for one in content["tables"]]}
             if "tables" in content else content for name, content in imported.files.items()}  # fmt: skip
    with TemporaryDirectory() as folder:
        write(Path(folder), files)
        try:
            load(Path(folder))
        except ModelError as problem:
            return [
                BadRequest(one.what, where=one.where.replace(folder, str(out)), fix=one.fix) for one in problem.problems
            ]
    return []


def tell(issues: list[Issue]) -> None:
    """What was not carried, by its code."""
    from nlq.semantics.interop.carried import CODES  # noqa: PLC0415

    for code in dict.fromkeys(one.code for one in issues):
        print(f"\n{code}: {CODES[code]}")
        for one in issues:
            if one.code == code:
                print(f"  {one.where}\n    {one.what}")


def _plain(one: Issue) -> dict[str, str]:
    return {"code": one.code, "where": one.where, "what": one.what}

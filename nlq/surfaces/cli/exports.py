"""`nlq model export`: a model in somebody else's words, and what these have none for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from pathlib import Path

    from nlq.exports.exported import Exported
    from nlq.semantics.model import SemanticModel

FIRST = {"open": 0, "otherwise": 1}  # what may do harm is told before what is only not there
DIALECTS = {"snowflake": "snowflake"}  # a format that has a dialect of its own


def export_model(
    folder: Path | None, kind: str, out: Path, *, config: Path | None, dialect: str, force: bool, as_json: bool
) -> int:
    """Load the model, write the files, and say what was not carried. 0; a model that is not sound is an error."""
    from nlq.semantics.load import load  # noqa: PLC0415
    from nlq.settings import load as load_settings  # noqa: PLC0415
    from nlq.surfaces.cli.interchange import tell  # noqa: PLC0415

    settings = load_settings(config)
    if folder is not None:
        settings = replace(settings, semantic_layer=str(folder.resolve()))
    made = _exported(load(settings.layer), kind, _known(dialect or DIALECTS.get(kind, "duckdb")))
    there = [name for name in made.files if (out / name).exists()]
    if there and not force:
        raise BadRequest(
            f"{out} holds {', '.join(there[:5])} already", where="--out", fix="name another folder, or say --force"
        )
    made.write(out)
    if as_json:
        print(json.dumps({"out": str(out), "files": list(made.files), "counts": made.counts,
                          "issues": [{"code": one.code, "where": one.where, "what": one.what} for one in made.issues]}, ensure_ascii=False))  # fmt: skip
        return 0
    print(f"wrote {out}: {', '.join(f'{count} {name}' for name, count in made.counts.items() if count)}")
    tell(sorted(made.issues, key=lambda one: FIRST.get(one.code, len(FIRST))))
    return 0


def _exported(model: SemanticModel, kind: str, dialect: str) -> Exported:
    from importlib import import_module  # noqa: PLC0415

    if kind.startswith("dbt"):
        from nlq.exports import dbt  # noqa: PLC0415

        return dbt.export(model, dialect, older=kind == "dbt-legacy")
    made: Exported = import_module(f"nlq.exports.{kind.replace('-', '_')}").export(model, dialect)
    return made


def _known(dialect: str) -> str:
    """A dialect that the SQL can be written in.

    Raises:
        BadRequest: there is none of that name.
    """
    from difflib import get_close_matches  # noqa: PLC0415

    from sqlglot.dialects import Dialects  # noqa: PLC0415

    names = [one.value for one in Dialects if one.value]
    if dialect not in names:
        near = get_close_matches(dialect, names, n=3)
        raise BadRequest(
            f"there is no SQL dialect {dialect!r}",
            where="--sql",
            fix=f"did you mean {', '.join(near)}?" if near else f"name one of {', '.join(names)}",
        )
    return dialect

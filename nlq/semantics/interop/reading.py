"""What the readers of other formats share: their files, lists that may be missing, and queries that are a table with a WHERE."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.expressions import parsed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Plain = dict[str, Any]


def documents(place: Path, wanted: Callable[[Plain], bool]) -> list[tuple[str, Plain]]:
    """The YAML (or JSON) files of a place that hold what is wanted, with their names.

    Raises:
        BadRequest: a file that cannot be read, or none that fits.
    """
    import yaml  # noqa: PLC0415 - only where files are read

    paths = [place] if place.is_file() else sorted([*place.rglob("*.yml"), *place.rglob("*.yaml")])
    found = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            content = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=loader)  # noqa: S506 - a safe one
        except (OSError, ValueError, yaml.YAMLError) as problem:
            raise BadRequest(
                f"this cannot be read: {str(problem).splitlines()[0]}", where=str(path), fix="mend the file"
            ) from None
        if isinstance(content, dict) and wanted(content):
            found.append((path.name, content))
    if not found:
        raise BadRequest(
            f"there is nothing to import in {place}",
            where=str(place),
            fix="name the file or folder of a semantic layer",
        )
    return found


def list_of(content: Plain, key: str) -> list[Plain]:
    """A list of mappings that may be missing."""
    value = content.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def named(text: str) -> str:
    """A name that a model may have."""
    made = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "model"
    return made if made[0].isalpha() else f"m_{made}"


def selected(text: str, dialect: str) -> tuple[str, str | None, str | None]:
    """A query that is one table with a WHERE: the table, its schema, and the condition.

    Raises:
        NotCarried: it is more than that.
    """
    tree = parsed(text, dialect)
    source = tree.args.get("from_")
    if (
        not isinstance(tree, exp.Select)
        or source is None
        or not isinstance(source.this, exp.Table)
        or not all(isinstance(one, (exp.Column, exp.Star)) for one in tree.selects)
        or any(value for key, value in tree.args.items() if key not in ("expressions", "from_", "where", "kind"))
    ):
        raise NotCarried(
            "expression",
            "a table here is one of the database, perhaps with a condition: this is a query of another kind",
        )
    where = tree.args.get("where")
    return source.this.name.lower(), source.this.db.lower() or None, where.this.sql(dialect) if where else None

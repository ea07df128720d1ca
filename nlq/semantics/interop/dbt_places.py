"""Where a dbt project's models are in the database: under which alias and in which schema.

dbt takes both from the most particular place that says them: `config()` in the model's own SQL, its properties in YAML, then the
tree of dbt_project.yml from its folder upwards. A schema that is said there is put behind the target's (`main_marts`), unless the
project has a `generate_schema_name` of its own.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nlq.semantics.interop.carried import Issue
from nlq.semantics.interop.dbt_parts import dicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CONFIG = re.compile(r"\{\{-?\s*config\s*\((.*?)\)\s*-?\}\}", re.DOTALL)
OWN_SCHEMAS = re.compile(r"\{%-?\s*macro\s+(?:\w+__)?generate_schema_name\b")
KINDS = {
    "models": ("model-paths", "models"),
    "seeds": ("seed-paths", "seeds"),
    "snapshots": ("snapshot-paths", "snapshots"),
}
ENDS = frozenset({".sql", ".csv", ".py"})
MAX_BYTES = 1_000_000
Plain = dict[str, Any]


@dataclass(slots=True)
class Places:
    """The settings of every model by its name, and how its schema is called in the database."""

    schema: str
    configs: dict[str, Plain] = field(default_factory=dict)
    own_schemas: bool = False

    def config(self, name: str) -> Plain:
        """All that is set for a model."""
        return self.configs.get(name, {})

    def set(self, name: str, more: Plain) -> None:
        """More settings of a model, which are more particular than those before."""
        self.configs[name] = self.configs.get(name, {}) | more

    def of(self, name: str) -> tuple[str, str | None]:
        """A model's table, and its schema where it is not the target's."""
        config = self.config(name)
        if config.get("target_schema"):  # of a snapshot, as older projects say it: whole
            return str(config.get("alias") or name), str(config["target_schema"])
        custom = str(config.get("schema") or "").strip()
        whole = custom if self.own_schemas else f"{self.schema}_{custom}"
        return str(config.get("alias") or name), whole if custom else None


def read_places(place: Path, documents: Iterable[tuple[str, Plain]], schema: str, issues: list[Issue]) -> Places:
    """The places of a project in a folder; of a manifest alone there is nothing to find out."""
    documents = list(documents)
    made = Places(schema)
    root = next((one for _, one in documents if "name" in one and "config-version" in one), {})
    files = list(_files(place, root)) if place.is_dir() else []
    for kind, parts, path in files:
        made.set(path.stem, _of_tree(root, kind, parts))
    for _, content in documents:
        for one in (one for kind in KINDS for one in dicts(content.get(kind))):
            made.set(str(one.get("name")), one.get("config") or {})
    for _, _, path in files:
        if path.suffix == ".sql":
            made.set(path.stem, _in_sql(path, str(path.relative_to(place)), issues))
    made.own_schemas = any(OWN_SCHEMAS.search(_text(one)) for one in _macros(place, root))
    if made.own_schemas and any(one.get("schema") for one in made.configs.values()):
        issues.append(Issue("review", "generate_schema_name", "the project names its schemas itself: those that its models say are taken as they are"))  # fmt: skip
    return made


def _files(place: Path, root: Plain) -> Iterator[tuple[str, tuple[str, ...], Path]]:
    """The files of models, seeds and snapshots, with the folders that they are in."""
    for kind, (key, usual) in KINDS.items():
        for folder in _folders(root, key, usual):
            base = place / folder
            for path in sorted(base.rglob("*")) if base.is_dir() else ():
                if path.suffix in ENDS and path.is_file():
                    yield kind, path.relative_to(base).parts[:-1], path


def _folders(root: Plain, key: str, usual: str) -> list[str]:
    said = root.get(key)
    return [str(one) for one in said] if isinstance(said, list) else [usual]


def _macros(place: Path, root: Plain) -> Iterator[Path]:
    for folder in _folders(root, "macro-paths", "macros"):
        yield from sorted((place / folder).rglob("*.sql")) if (place / folder).is_dir() else ()


def _of_tree(root: Plain, kind: str, parts: tuple[str, ...]) -> Plain:
    """What dbt_project.yml sets for the models of a folder: `+schema`, or `schema` alone as it may be written too."""
    found: Plain = {}
    at: Any = root.get(kind)
    for step in (None, str(root.get("name")), *parts):
        at = at if step is None else at.get(step) if isinstance(at, dict) else None
        if not isinstance(at, dict):
            break
        found |= {key.removeprefix("+"): value for key, value in at.items()
                  if key.startswith("+") or (key in ("schema", "alias", "enabled") and not isinstance(value, dict))}  # fmt: skip
    return found


def _in_sql(path: Path, where: str, issues: list[Issue]) -> Plain:
    """What a model's own `config()` sets; what is computed there cannot be known here."""
    found: Plain = {}
    for call in CONFIG.finditer(_text(path)):
        try:
            tree = ast.parse(f"f({call.group(1)})", mode="eval").body
        except SyntaxError:
            issues.append(Issue("not_read", where, "its config() cannot be read"))
            continue
        for one in tree.keywords if isinstance(tree, ast.Call) else ():
            if one.arg not in ("schema", "alias", "enabled", "target_schema"):
                continue
            try:
                found[one.arg] = ast.literal_eval(one.value)
            except ValueError:
                issues.append(Issue("review", where, f"its {one.arg} is computed in config(): the usual one is taken"))
    return found


def _text(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")

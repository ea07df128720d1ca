"""Load a semantic layer from YAML, or from its cache file.

Every problem names file, line, column and the fix. Loading YAML takes a tenth of a second or more; the checked model is
kept in the user's cache folder, under a name made of the files' sizes and times, so that a start reads one file. It is kept
pickled, for that alone spares building the validators; reading it back makes the model's own classes and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest, ModelError
from nlq.semantics import measures, tables
from nlq.semantics import model as model_classes
from nlq.semantics.model import Places, SemanticModel, Source
from nlq.semantics.tables import Part
from nlq.values import query as query_classes

if TYPE_CHECKING:
    from pydantic import ValidationError

FORMAT = 5  # raise when a cached model of an older nlq must not be read
MODULES = {one.__name__: one for one in (measures, tables, model_classes, query_classes)}
RENAMED = {"from": "from_", "schema": "schema_", "as": "as_"}


@dataclass(frozen=True, slots=True)
class Located:
    """A YAML document with the place of each of its parts: path in the document to (line, column), both from 1."""

    path: Path
    name: str  # the path as people write it
    content: Any
    places: dict[tuple[Any, ...], tuple[int, int]]

    def at(self, path: tuple[Any, ...]) -> str:
        """file:line:column of a part, or of its nearest parent that has one."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def load(folder: Path, *, cache: Path | None = None) -> SemanticModel:
    """The checked model of a folder of YAML files.

    Args:
        folder: where the `*.yml` files are; the places file is found beside it, as the model's header says.
        cache: a folder to keep the loaded model in; None reads the YAML every time.

    Raises:
        ModelError: every problem found, each with its place and fix.
    """
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]) if folder.is_dir() else []
    if not files:
        raise ModelError((BadRequest(f"there is no semantic layer in {_short(folder)}", where=_short(folder),
                                     fix="point NLQ_SEMANTIC_LAYER at a folder of .yml files"),))  # fmt: skip
    kept = None
    if cache is not None:
        kept = cache / f"model-{_signature(folder, files)}.pickle"
        found = _from_cache(kept)
        if found is not None:
            return found
    model = read(folder, files)
    if kept is not None:
        _to_cache(kept, model)
    return model


def read(folder: Path, files: list[Path]) -> SemanticModel:
    """Parse, put together and check, without any cache."""
    from nlq.semantics.alike import alike  # noqa: PLC0415 - the same
    from nlq.semantics.check import check_source  # noqa: PLC0415 - not needed when the cache answers

    documents = [_parse(path) for path in files]
    sources = alike(documents, [_validate(document) for document in documents])
    places, raw_places = _places(folder, sources)
    problems = check_source(documents, sources, places)
    if problems:
        raise ModelError(tuple(problems))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(raw_places)
    header = next(source.model for source in sources if source.model is not None)
    return SemanticModel(
        header=header,
        hash=digest.hexdigest()[:16],
        tables={table.name: table for source in sources for table in source.tables},
        joins=tuple(join for source in sources for join in source.joins),
        rollups=tuple(rollup for source in sources for rollup in source.rollups),
        dimensions={one.name: one for source in sources for one in source.dimensions},
        metrics={one.name: one for source in sources for one in source.metrics},
        absent=tuple(one for source in sources for one in source.absent),
        gazetteer=places,
        filters={one.name: one for source in sources for one in source.filters},
        verified=tuple(one for source in sources for one in source.verified),
        policy_tests=tuple(one for source in sources for one in source.policy_tests),
    )


def places_in(folder: Path) -> dict[tuple[str, ...], str]:
    """Where the parts of a model stand: ("tables", name), ("tables", name, "columns", column) and the like, to file:line:column."""
    found: dict[tuple[str, ...], str] = {}
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        document = _parse(path)
        for section, parts in document.content.items():
            for index, part in enumerate(parts if isinstance(parts, list) else []):
                name = (
                    str(part.get("name", part.get("table", part.get("question", "")))) if isinstance(part, dict) else ""
                )
                found.setdefault((section, name), document.at((section, index)))
                for column in part.get("columns") or () if name and section == "tables" else ():
                    found.setdefault(
                        (section, name, "columns", column), document.at((section, index, "columns", column))
                    )
    return found


def _parse(path: Path) -> Located:
    import yaml  # noqa: PLC0415 - only where no cache answers

    places: dict[tuple[Any, ...], tuple[int, int]] = {}
    try:
        text = path.read_text(encoding="utf-8")
        loader = _strict_loader()(text)
        try:
            node = loader.get_single_node()
            _once(node)
            content = loader.construct_document(node) if node is not None else {}
            if node is not None:
                _locate(node, (), places)
        finally:
            loader.dispose()
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        mark = getattr(problem, "problem_mark", None)
        place = f"{_short(path)}:{mark.line + 1}:{mark.column + 1}" if mark else _short(path)
        what = getattr(problem, "problem", None) or "the file is not UTF-8 text"
        raise ModelError((BadRequest(f"this is not valid YAML: {what}", where=place,
                                     fix="mend the line; indent with spaces, quote texts that hold ': '"),)) from None  # fmt: skip
    if not isinstance(content, dict):
        raise ModelError((BadRequest("a model file is a mapping of tables, joins, metrics …", where=f"{_short(path)}:1:1",
                                     fix="begin it with one of: model, tables, joins, rollups, dimensions, metrics"),))  # fmt: skip
    return Located(path, _short(path), content, places)


def _strict_loader() -> Any:
    """A safe loader in which only true and false are booleans, and dates stay text: `on:` is a key here, not True."""
    import yaml  # noqa: PLC0415

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    unwanted = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    Loader.yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in rules if tag not in unwanted]
        for first, rules in Loader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
    return Loader


def _once(node: Any) -> None:
    """Refuse a key that stands twice: the parser would keep the last, and drop what the first one says."""
    from yaml.constructor import ConstructorError  # noqa: PLC0415

    for part in node.value if node is not None and node.id in ("mapping", "sequence") else ():
        _once(part[1] if node.id == "mapping" else part)
    seen: set[str] = set()
    for key, _ in node.value if node is not None and node.id == "mapping" else ():
        if key.value in seen:
            raise ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
        seen.add(key.value)


def _locate(node: Any, path: tuple[Any, ...], places: dict[tuple[Any, ...], tuple[int, int]]) -> None:
    """Remember where each part of a YAML tree stands."""
    places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if node.id == "mapping":
        for key, value in node.value:
            places[(*path, key.value)] = (key.start_mark.line + 1, key.start_mark.column + 1)
            _locate(value, (*path, key.value), places)
    elif node.id == "sequence":
        for index, value in enumerate(node.value):
            _locate(value, (*path, index), places)


def _validate(document: Located) -> Source:
    from pydantic import ValidationError  # noqa: PLC0415 - only where no cache answers

    try:
        # As JSON, for parts of queries stand in a model, and these are strict: a list is a tuple in JSON alone.
        return _adapter().validate_json(json.dumps(_renamed(document.content), default=str))  # type: ignore[no-any-return]
    except ValidationError as problem:
        raise ModelError(tuple(_explain(document, problem))) from None


@cache
def _adapter() -> Any:
    """Pydantic's reader of model files, made once: that takes a tenth of a second."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only where no cache answers

    return TypeAdapter(Source)


def _renamed(content: dict[str, Any]) -> dict[str, Any]:
    """Keys that cannot be names of Python's fields get their underscore: a join's `from`, the header's `schema`."""
    header, joins = content.get("model"), content.get("joins")
    changed = {
        key: _keys(value) if key in ("metrics", "filters", "verified", "policy_tests") else value
        for key, value in content.items()
    }
    if isinstance(header, dict):
        changed["model"] = {RENAMED.get(key, key): value for key, value in header.items()}
    if isinstance(joins, list):
        changed["joins"] = [
            {RENAMED.get(key, key): value for key, value in one.items()} if isinstance(one, dict) else one
            for one in joins
        ]
    return changed


def _keys(value: Any) -> Any:
    """A metric's or a query's keys: `as` and `from` are words of Python."""
    if isinstance(value, dict):
        return {{"as": "as_", "from": "from_"}.get(key, key): _keys(one) for key, one in value.items()}
    return [_keys(one) for one in value] if isinstance(value, list) else value


def _explain(document: Located, problem: ValidationError) -> list[BadRequest]:
    """Each of pydantic's errors as ours. Where several ways of writing a part all failed, the deepest failure is told."""
    told: dict[tuple[Any, ...], BadRequest] = {}
    for error in problem.errors(include_url=False):
        path = _path_in(document.content, error["loc"])
        if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            what, fix = (
                f"there is no key {path[-1]!r} here",
                "remove it, or see `nlq model schema` for what may stand here",
            )
        elif error["type"] == "missing":
            key = str(error["loc"][-1]).rstrip("_")
            what, fix = f"the key {key!r} is missing", f"add {key}: …"
        else:
            what = error["msg"].removeprefix("Value error, ")
            fix = f"mend {'.'.join(str(part) for part in path)}"
        told.setdefault(path, BadRequest(what, where=document.at(path), fix=fix))
    deepest = [path for path in told if not any(other != path and other[: len(path)] == path for other in told)]
    return [told[path] for path in deepest]


def _path_in(content: Any, location: tuple[Any, ...]) -> tuple[Any, ...]:
    """The parts of pydantic's location that exist in the document; its names of alternatives are left out."""
    path: list[Any] = []
    for said in location:
        part: Any = said.removesuffix("_") if isinstance(said, str) and said in RENAMED.values() else said
        if (isinstance(content, dict) and part in content) or (isinstance(content, list) and isinstance(part, int)):
            content = content[part]
            path.append(part)
    return tuple(path)


def _places(folder: Path, sources: list[Source]) -> tuple[Places, bytes]:
    header = next((source.model for source in sources if source.model is not None), None)
    if header is None or header.places is None:
        return Places(), b""
    path = (folder / header.places).resolve() / "places.json"
    try:
        raw = path.read_bytes()
        from pydantic import TypeAdapter  # noqa: PLC0415 - only where no cache answers

        return TypeAdapter(Places).validate_json(raw), raw
    except (OSError, ValueError) as problem:
        raise ModelError((BadRequest("the gazetteer cannot be read", where=_short(path),
                                     fix=f"mend model.places or the file ({type(problem).__name__})"),)) from None  # fmt: skip


def _signature(folder: Path, files: list[Path]) -> str:
    """Changes when a file of the model, or of its gazetteer, is replaced or edited, or nlq itself changes."""
    digest = hashlib.sha256(f"{FORMAT}".encode())
    beside = folder.resolve().parent
    near = [
        *files,
        *sorted(beside.glob("*/places.json")),
        *(Path(str(one.__file__)) for one in MODULES.values()),
        Path(__file__),
    ]
    for path in near:
        stat = path.stat()
        digest.update(f"{path.resolve()}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:24]


class _OnlyModels(pickle.Unpickler):
    """Makes instances of the model's own classes; a file that names anything else is not read."""

    def find_class(self, module: str, name: str) -> Any:
        home = MODULES.get(module)
        found = getattr(home, name, None)
        if isinstance(found, type) and issubclass(found, (Part, query_classes.Frozen)):
            return found
        if (module, name) == ("datetime", "date"):
            return date
        message = f"{module}.{name} is no part of a model"
        raise pickle.UnpicklingError(message)


def _from_cache(kept: Path) -> SemanticModel | None:
    """The kept model; None where there is none, or where it cannot be read (it is then made again)."""
    try:
        found = _OnlyModels(io.BytesIO(kept.read_bytes())).load()
    except (OSError, ValueError, TypeError, LookupError, AttributeError, EOFError, ImportError, pickle.UnpicklingError):
        return None
    return found if isinstance(found, SemanticModel) else None


def _to_cache(kept: Path, model: SemanticModel) -> None:
    """Keep the model; a cache that cannot be written only costs time."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_name(f"{kept.name}.{os.getpid()}")
        draft.write_bytes(pickle.dumps(model, protocol=5))
        draft.replace(kept)
    except OSError:
        return


def _short(path: Path) -> str:
    """A path as people write it: relative to where they stand, if it is below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)

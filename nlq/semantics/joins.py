"""From a table to a field: the one shortest path of many-to-one joins."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Join

Path = tuple["Join", ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a query, seen from one table: the joins to follow, then the columns to read there.

    `grain` is set for a grain of a date; `path` is empty where the table itself holds the columns.
    """

    name: str
    dimension: Dimension
    path: Path
    columns: tuple[str, ...]
    grain: str | None = None


def paths_from(model: SemanticModel, table: str) -> dict[str, tuple[Path, ...]]:
    """Every table that can be reached from `table`, with its shortest paths (more than one: ambiguous)."""
    known: dict[str, tuple[Path, ...]] | None = model.memo.get(("paths", table))
    if known is not None:
        return known
    found: dict[str, tuple[Path, ...]] = {table: ((),)}
    edge = [table]
    while edge:
        fresh: dict[str, list[Path]] = {}
        for name in edge:
            for join in model.joins_from.get(name, ()):
                if join.to not in found:
                    fresh.setdefault(join.to, []).extend((*path, join) for path in found[name])
        for name, paths in fresh.items():
            found[name] = tuple(paths)
        edge = list(fresh)
    model.memo["paths", table] = found
    return found


def find_field(model: SemanticModel, table: str, name: str, time: str | None = None) -> Field | None:
    """The field as `table` reaches it, or None where it cannot.

    A path's last join is left out where the joining table already holds the columns (region_code is the fact's region).

    Args:
        model: whose field it is.
        table: where the path begins.
        name: of the field.
        time: the column that the time dimension means, where it is not the table's own.

    Raises:
        BadRequest: no such field in the model at all, or two paths of the same length.
    """
    key = ("field", table, name, time)
    if key not in model.memo:
        model.memo[key] = _find(model, table, name, time)
    return model.memo[key]  # type: ignore[no-any-return]


def _find(model: SemanticModel, table: str, name: str, time: str | None) -> Field | None:
    dimension, grain = model.grains.get(name, (model.dimensions.get(name), None))
    if dimension is None or (grain is None and (dimension.time or dimension.type == "date")):
        raise unknown_field(model, name)
    if dimension.time:
        own = time or model.tables[table].time
        return None if own is None else Field(name, dimension, (), (own,), grain)
    paths = paths_from(model, table).get(dimension.table)
    if not paths:
        return None
    if len(paths) > 1:
        ways = " or ".join(" > ".join(join.to for join in path) for path in paths)
        raise BadRequest(f"{name} can be reached from {table} in two ways: {ways}", where=f"field {name}",
                         fix="name the one that is meant in the model's joins")  # fmt: skip
    path, columns = paths[0], dimension.columns
    while path and all(column in path[-1].on.values() for column in columns):
        mine = {theirs: ours for ours, theirs in path[-1].on.items()}
        columns = tuple(mine[column] for column in columns)
        path = path[:-1]
    return Field(name, dimension, path, columns, grain)


def out_of_reach(model: SemanticModel, table: str, names: Iterable[str], time: str | None = None) -> list[str]:
    """Those of the fields that `table` cannot reach; a named filter is out of reach where one of its fields is."""
    missing = []
    for name in names:
        named = model.filters.get(name)
        if named is not None:
            inner = [part for one in named.where for part in one.fields()]
            if out_of_reach(model, table, inner, time):
                missing.append(name)
        elif find_field(model, table, name, time) is None:
            missing.append(name)
    return missing


def unknown_field(model: SemanticModel, name: str) -> BadRequest:
    """The error for a field that the model does not have, with the nearest names."""
    near = get_close_matches(name, model.field_names(), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"dimensions are {', '.join(model.field_names()[:40])}"
    return BadRequest(f"the dimension {name!r} is not in the model", where=f"field {name}", fix=hint)


def unknown_metric(model: SemanticModel, name: str) -> BadRequest:
    """The error for a metric that the model does not have, with the nearest names."""
    names = tuple(model.public_metrics())
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"metrics are {', '.join(names[:40])}"
    return BadRequest(f"the metric {name!r} is not in the model", where=f"metric {name}", fix=hint)

"""From a table to a field: the one shortest path of many-to-one joins."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from nlq.semantics.model import Dimension, Join, SemanticModel

Path = tuple["Join", ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a query, seen from one table: the joins to follow, then the columns to read there.

    `grain` is set for a grain of time; `path` is empty where the table itself holds the columns.
    """

    name: str
    dimension: Dimension
    path: Path
    columns: tuple[str, ...]
    grain: str | None = None


def paths_from(model: SemanticModel, table: str) -> dict[str, tuple[Path, ...]]:
    """Every table that can be reached from `table`, with its shortest paths (more than one: ambiguous)."""
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
    return found


def find_field(model: SemanticModel, table: str, name: str) -> Field | None:
    """The field as `table` reaches it, or None where it cannot.

    A path's last join is left out where the joining table already holds the columns (region_code is the fact's region).

    Raises:
        BadRequest: no such field in the model at all, or two paths of the same length.
    """
    grain = None
    time = model.time_dimension
    if time is not None and model.is_time_grain(name):
        grain = name.rpartition(".")[2]
        own = model.tables[table].time
        if own is None:
            return None
        return Field(name, time, (), (own,), grain)
    dimension = model.dimensions.get(name)
    if dimension is None or dimension.time:
        raise unknown_field(model, name)
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
    return Field(name, dimension, path, columns)


def unknown_field(model: SemanticModel, name: str) -> BadRequest:
    """The error for a field that the model does not have, with the nearest names."""
    near = get_close_matches(name, model.field_names(), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"dimensions are {', '.join(model.field_names())}"
    return BadRequest(f"the dimension {name!r} is not in the model", where=f"field {name}", fix=hint)


def unknown_metric(model: SemanticModel, name: str) -> BadRequest:
    """The error for a metric that the model does not have, with the nearest names."""
    names = tuple(model.public_metrics())
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"metrics are {', '.join(names)}"
    return BadRequest(f"the metric {name!r} is not in the model", where=f"metric {name}", fix=hint)

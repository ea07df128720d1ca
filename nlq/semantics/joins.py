"""From a table to a field: the one shortest path of many-to-one joins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Join, Rollup

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
    if table in dimension.held_by:
        return Field(name, dimension, (), (dimension.held_by[table],), grain)
    paths = paths_from(model, table).get(dimension.table)
    if not paths or (dimension.reach is not None and len(paths[0]) > dimension.reach):
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
    if by_version(model, path) and (time or model.tables[table].time) is None:
        return None
    return Field(name, dimension, path, columns, grain)


def by_version(model: SemanticModel, path: Path) -> bool:
    """Whether a path leads over versions, which are chosen by the day of the row that it starts from."""
    return any(model.tables[join.to].versions for join in path)


def kept_field(model: SemanticModel, rollup: Rollup, name: str) -> Field | None:
    """The field as a rollup keeps it: the very column that the base table reaches, through the same joins; else None.

    A grain of time is not looked at here: the rollup's own column is its time.
    """
    key = ("kept", rollup.table, rollup.of, name)
    if key not in model.memo:
        base = find_field(model, rollup.of, name)
        found = None
        if base is not None and base.dimension.time:
            found = Field(name, base.dimension, (), (rollup.time["column"],), base.grain)
        elif base is not None:
            dated = by_version(model, base.path) and rollup.time["grain"] != "day"
            way = None if dated else kept_path(model, rollup, base.path, base.columns)
            if way is not None and base.dimension.key:  # what it shows has to be in reach too
                shown = paths_from(model, rollup.of)[base.dimension.table][0]
                way = way if not shown or kept_path(model, rollup, shown, base.dimension.key, joined=True) else None
            found = None if way is None else Field(name, base.dimension, *way, base.grain)
        model.memo[key] = found
    return model.memo[key]  # type: ignore[no-any-return]


def kept_path(model: SemanticModel, rollup: Rollup, path: Path, columns: tuple[str, ...], *,
              joined: bool = False) -> tuple[Path, tuple[str, ...]] | None:  # fmt: skip
    """A path of the base table, and columns at its end, as the rollup reaches the same rows; None where it cannot.

    `joined`: the table at the end is to be joined, even where the rollup holds the columns itself.
    """
    own = {base: mine for mine, base in rollup.kept.items()}
    base_time = model.tables[rollup.of].time
    if rollup.time["grain"] == "day" and base_time is not None:
        own.setdefault(base_time, rollup.time["column"])
    if not path:
        return ((), tuple(own[column] for column in columns)) if set(columns) <= set(own) else None
    if set(path[0].on) <= set(own):
        return (_join(rollup, path[0], own), *path[1:]), columns
    for end in range(len(path) - joined, 0, -1):
        there = {column: mine for mine, (table, column) in rollup.carried.items() if table == path[end - 1].to}
        if end == 1:  # what the first join equates is the same on both of its sides
            there |= {its: own[mine] for mine, its in path[0].on.items() if mine in own}
        wanted = tuple(path[end].on) if end < len(path) else columns
        if not set(wanted) <= set(there):
            continue
        if end == len(path):
            return (), tuple(there[column] for column in columns)
        return (_join(rollup, path[end], there), *path[end + 1 :]), columns
    return None


def _join(rollup: Rollup, join: Join, mine: dict[str, str]) -> Join:
    return replace(join, from_=rollup.table, on={mine[column]: its for column, its in join.on.items()})


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


def reaches(model: SemanticModel, metric: str, name: str) -> bool:
    """Whether a metric can be split and filtered by a field: every part of it has to reach it.

    A metric with an equivalent at a finer grain reaches what either of the two does; a distinct count is also taken over any
    table that leads to its own.
    """
    one = model.metrics[metric]
    if one.agg is None:
        if one.conversion is not None:  # it is split by its first thing, whose own rows are followed
            first = model.metrics[one.conversion.from_].agg
            return first is not None and not out_of_reach(model, first.table, (name,), first.time)
        return all(reaches(model, part, name) for part in one.parts)
    if not out_of_reach(model, one.agg.table, (name,), one.agg.time):
        return True
    finer = model.metrics[one.same_as].agg if one.same_as else None
    if finer is not None and not out_of_reach(model, finer.table, (name,), finer.time):
        return True
    return one.agg.function == "count_distinct" and any(
        len(paths_from(model, table).get(one.agg.table, ())) == 1 and not out_of_reach(model, table, (name,))
        for table in model.tables if table not in model.rollup_tables
    )  # fmt: skip


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

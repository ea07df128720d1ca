"""From the rows of nlq.dataset_versions to a Snapshot: versions, extents, and which rollup months are stale."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nlq.values import Snapshot, TableState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from nlq.semantics.model import SemanticModel

# (dataset, org_id, month, version, row_count, first_date, last_date, built_from, fresh_as_of as ISO text with its zone)
Row = tuple[Any, ...]


def build(model: SemanticModel, rows: Iterable[Row], equal: Iterable[str], watermark: date | None,
          publication: str = "") -> Snapshot:  # fmt: skip
    """One state a table; a rollup's month is stale where it was not built from its base rows' current version.

    A row without a version says that the table's rows are counted, whether or not this tenant has any.
    """
    every = list(rows)
    rows = [row for row in every if row[3] is not None]
    by_table: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_table[row[0]].append(row)
    versions = {(row[0], row[1], row[2]): row[3] for found in by_table.values() for row in found}
    stale: dict[str, set[date]] = defaultdict(set)
    for rollup in model.rollups:
        built = {(row[1], row[2]): row[7] for row in by_table.get(rollup.table, ())}
        for (table, org, month), version in versions.items():
            if table == rollup.of and month is not None and built.get((org, month)) != version:
                stale[rollup.table].add(month)
    states = {}
    for table, found in by_table.items():
        digest = hashlib.sha256(repr(sorted((str(row[1]), str(row[2]), row[3]) for row in found)).encode()).hexdigest()
        states[table] = TableState(
            version=digest[:12],
            rows=sum(row[4] for row in found),
            first=min((row[5] for row in found if row[5]), default=None),
            last=max((row[6] for row in found if row[6]), default=None),
            fresh_as_of=max((datetime.fromisoformat(row[8]) for row in found if row[8]), default=None),
            stale=frozenset(stale[table]),
            months=_by_month(found),
        )
    counted = {row[0] for row in every}
    for name, dataset in _called_otherwise(model):
        if dataset in states:
            states[name] = states[dataset]
        if dataset in counted:
            counted.add(name)
    return Snapshot(watermark, states, frozenset(equal), publication, counted=frozenset(counted))


def _called_otherwise(model: SemanticModel) -> Iterator[tuple[str, str]]:
    """Tables of the model that are a published one under another name."""
    for name, spec in model.tables.items():
        schema, _, dataset = (spec.source or name).rpartition(".")
        if dataset != name and schema in ("", model.header.schema_):
            yield name, dataset


def _by_month(rows: list[Row]) -> tuple[tuple[date, int], ...]:
    """The counted rows of each month; none where some are of no month."""
    if any(row[2] is None for row in rows):
        return ()
    counted: dict[date, int] = defaultdict(int)
    for row in rows:
        counted[row[2]] += row[4]
    return tuple(sorted(counted.items()))

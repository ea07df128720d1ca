"""What an export is: files of text, how much is in them, and what could not be said there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nlq.semantics.interop.carried import Issue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from nlq.semantics.model import SemanticModel


@dataclass(slots=True)
class Exported:
    """File name to text, counts by kind of part, and what was not carried."""

    files: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write the files below a folder, each whole or not at all; others in it are left alone.

        Raises:
            OSError: one cannot be written.
        """
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{path.name}.draft")
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)


def carried_tables(model: SemanticModel) -> list[str]:
    """The tables on which metrics count, that fields are of, or that joins lead over; tables that are only rollups are not."""
    counted = {one.agg.table for one in model.metrics.values() if one.agg}
    named = {table for one in model.dimensions.values() for table in (one.table, *one.held_by)}
    joined = {table for join in model.joins for table in (join.from_, join.to)}
    return [
        name for name in model.tables if name in counted or (name not in model.rollup_tables and name in named | joined)
    ]


def unsaid(model: SemanticModel, tables: Iterable[str], filters: Collection[str] = ()) -> list[Issue]:
    """What none of the other formats has words for, of the tables and the named filters that are carried."""
    issues = [one for name in tables for one in _of_table(model, name)]
    left = {f"rollup {one.table}": f"sums of {one.of}: there metrics are read from base rows" for one in model.rollups}
    for one in model.dimensions.values():
        said = [name for name in ("parent", "values", "place", "ranked_by", "kind_of") if getattr(one, name)]
        if said:
            left[f"dimension {one.name}"] = ", ".join(said)
    left |= {
        f"filter {name}": "a condition with a name; metrics that use it hold it written out"
        for name in model.filters
        if name not in filters
    }
    left |= {f"absent {one.name}": "what the data does not hold" for one in model.absent}
    return issues + [Issue("left_out", where, what) for where, what in left.items()]


def _of_table(model: SemanticModel, name: str) -> list[Issue]:
    table, found = model.tables[name], []
    masked = [column for column, spec in table.columns.items() if spec.mask]
    hidden = [
        *(["its policy"] if isinstance(table.policy, dict) else []),
        *([f"masks of {', '.join(masked)}"] if masked else []),
    ]
    if hidden:
        found.append(Issue("open", f"table {name}", " and ".join(hidden)))
    if table.tier or table.fresh_within:
        found.append(Issue("left_out", f"table {name}", "tiers and freshness"))
    return found


def words(synonyms: Mapping[Any, tuple[str, ...]], *plain: str) -> dict[str, list[str]]:
    """The synonyms by language, without what its name or label says already."""
    said = {one.replace("_", " ").lower() for one in plain}
    found = {str(language): [word for word in given if word not in said] for language, given in synonyms.items()}
    return {language: given for language, given in found.items() if given}

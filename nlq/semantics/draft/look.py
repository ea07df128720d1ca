"""What can be seen of a database: each table's columns with counts, keys that hold, and columns that name another table's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sqlglot import exp

from nlq.semantics.draft.words import core, singular

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_COLUMNS = 200
KEYS_TRIED = 12
ENOUGH = 0.98  # of a column's values must name rows of a table for it to be a way there


class Catalog(Protocol):
    """The database, as nlq.warehouse.catalog opens it."""

    def types(self) -> dict[str, dict[str, str]]:
        """Tables to columns to their types in a model's words."""

    def keys(self) -> list[tuple[str, tuple[str, ...]]]:
        """Declared keys."""

    def references(self) -> list[tuple[str, tuple[str, ...], str, tuple[str, ...]]]:
        """Declared foreign keys."""

    def rows(self, tree: exp.Expr) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""

    def repeated(self, table: str, key: Sequence[str], where: str = "") -> int:
        """How many keys stand in several rows."""


@dataclass(slots=True)
class Seen:
    """One table: its rows, and for each column how many different values and how many nulls."""

    name: str
    types: dict[str, str]
    rows: int = 0
    different: dict[str, int] = field(default_factory=dict)
    nulls: dict[str, int] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    declared: bool = False  # its key is a constraint, not only true of these rows


@dataclass(frozen=True, slots=True)
class Way:
    """A many-to-one way from a table's column to another's key."""

    start: str
    column: str
    end: str
    key: str
    declared: bool


def look(catalog: Catalog, tables: Sequence[str]) -> dict[str, Seen]:
    """Every one of the tables, with a key where one holds."""
    types, declared = catalog.types(), catalog.keys()
    found = {}
    for name in tables:
        one = Seen(name, dict(list(types[name].items())[:MOST_COLUMNS]))
        _count(catalog, one)
        own = next((columns for table, columns in declared if table == name and set(columns) <= set(one.types)), None)
        if own is not None:
            one.key, one.declared = own, True
        else:
            one.key = next(iter(_unique(catalog, one)), ())
        found[name] = one
    return found


def _count(catalog: Catalog, one: Seen) -> None:
    """One pass over the table."""
    picked: list[exp.Expr] = [exp.Count(this=exp.Star())]
    for name in one.types:
        column = exp.column(name, quoted=True)
        if one.types[name] in ("array", "json"):
            picked += [exp.Literal.number(0), exp.Literal.number(0)]
        else:
            picked += [exp.Count(this=exp.Distinct(expressions=[column])), exp.Count(this=column.copy())]
    row = catalog.rows(
        exp.select(*(exp.alias_(value, f"c{n}") for n, value in enumerate(picked))).from_(exp.table_(one.name))
    )[0]
    one.rows = int(row[0])
    for place, name in enumerate(one.types):
        one.different[name], one.nulls[name] = int(row[1 + 2 * place]), one.rows - int(row[2 + 2 * place])


def _unique(catalog: Catalog, one: Seen) -> Iterator[tuple[str, ...]]:
    """Columns that find each row of a table that has some: one that is named like a key, or two of them."""
    if not one.rows:
        return
    full = [name for name in one.types if one.nulls[name] == 0 and one.types[name] in ("string", "integer", "date")]
    named = [name for name in full if likely_key(name, one.name)]
    ordered = sorted(named, key=lambda name: (not _own(name, one.name), full.index(name)))[:KEYS_TRIED]
    for name in ordered:
        if one.different[name] == one.rows:
            yield (name,)
    for first in ordered:
        for second in [
            name
            for name in full
            if name != first and (name in named or name.endswith(("_no", "_number", "_seq", "_nr")))
        ][:KEYS_TRIED]:
            if one.different[first] * one.different[second] >= one.rows and not catalog.repeated(
                one.name, (first, second)
            ):
                yield (first, second)


def likely_key(column: str, table: str) -> bool:
    """Whether a column is called like a key."""
    return column == "id" or column.endswith(("_id", "_key", "_code", "_no", "key", "_uuid")) or _own(column, table)


def _own(column: str, table: str) -> bool:
    """Whether it is called like the key of its own table."""
    mine = singular(core(table))
    return (
        column in ("id", mine, f"{mine}id", f"{mine}_id", f"{mine}_key", f"{mine}_code")
        or column.removesuffix("_id").removesuffix("_key") == mine
    )


def ways(catalog: Catalog, seen: dict[str, Seen]) -> list[Way]:
    """Columns that name the rows of another table: declared, or called so and true of the rows."""
    found = [
        Way(table, mine[0], other, theirs[0], declared=True)
        for table, mine, other, theirs in catalog.references()
        if table in seen and other in seen and len(mine) == 1 and seen[other].key == theirs
    ]
    known = {(way.start, way.column) for way in found}
    ones = {name: one for name, one in seen.items() if len(one.key) == 1 and one.rows}
    for table, one in seen.items():
        for column, kind in one.types.items():
            if (table, column) in known:
                continue
            fits = [
                other
                for other in ones.values()
                if other.name != table and _called(column, other) and kind == other.types[other.key[0]]
            ]
            # Of several, the one with fewest rows: a key that is in many tables is that of the smallest.
            for other in sorted(fits, key=lambda other: other.rows):
                if _names(catalog, one, column, other):
                    found.append(Way(table, column, other.name, other.key[0], declared=False))
                    break
    return found


def _called(column: str, other: Seen) -> bool:
    """Whether a column is called like another table's key, or like the table."""
    key, mine = other.key[0], singular(core(other.name))
    plain = column.removesuffix("_id").removesuffix("_key").removesuffix("_code")
    return (key != "id" and column == key) or plain == mine or column in (f"{mine}_{key}", f"{mine}id")


def _names(catalog: Catalog, one: Seen, column: str, other: Seen) -> bool:
    """Whether nearly all different values of a column are keys of another table."""
    if not one.different[column] or (
        column in one.key[:1] and len(one.key) == 1 and one.rows >= other.rows and one.name == other.name
    ):
        return False
    mine = (
        exp.select(exp.column(column, quoted=True).as_("v"))
        .distinct()
        .from_(exp.table_(one.name))
        .where(exp.column(column, quoted=True).is_(exp.Null()).not_())
    )
    theirs = exp.select(exp.column(other.key[0], quoted=True).as_("v")).from_(exp.table_(other.name))
    tree = exp.select(exp.Count(this=exp.Star()), exp.Count(this=exp.column("v", table="b"))).from_(mine.subquery("a")).join(
        theirs.subquery("b"), on=exp.EQ(this=exp.column("v", table="a"), expression=exp.column("v", table="b")), join_type="left")  # fmt: skip
    count, matched = catalog.rows(tree)[0]
    return bool(count) and matched / count >= ENOUGH

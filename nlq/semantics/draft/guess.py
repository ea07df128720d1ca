"""What each table is: facts, what they are of, the calendar, sums of others. Guesses from names, checked against the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from nlq.semantics.draft.words import CALENDAR, core, is_money, parts, singular

if TYPE_CHECKING:
    from nlq.semantics.draft.look import Catalog, Seen, Way

DAYS = ("date", "datetime", "timestamp")
NUMBERS = ("integer", "number", "decimal")
NO_MEASURE = frozenset(
    {
        "year",
        "latitude",
        "longitude",
        "lat",
        "lon",
        "lng",
        "rank",
        "level",
        "version",
        "day",
        "dow",
        "hour",
        "minute",
        "order",
        "no",
        "number",
        "seq",
    }
)
GONE = ("deleted_at", "deleted_on", "voided_at", "is_deleted", "deleted")  # what was cancelled may still count
SUMS = frozenset(
    {
        "gold",
        "platinum",
        "agg",
        "aggregate",
        "aggregates",
        "summary",
        "rollup",
        "daily",
        "monthly",
        "weekly",
        "mart",
        "performance",
    }
)
WHEN = ("date", "day", "occurred", "happened", "ordered", "sold", "created", "at", "on", "time")


@dataclass(slots=True)
class Guess:
    """What the tables were taken for."""

    seen: dict[str, Seen]
    ways: list[Way]
    calendar: str | None = None
    facts: list[str] = field(default_factory=list)
    time: dict[str, str] = field(default_factory=dict)
    valid: dict[str, str | dict[str, object]] = field(default_factory=dict)
    sums: dict[str, Sums] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)  # they look like sums of others, and of which is not clear

    def out(self, table: str) -> list[Way]:
        """The ways out of a table, the calendar's apart."""
        return [way for way in self.ways if way.start == table and way.end != self.calendar]

    def measures(self, table: str) -> list[str]:
        """The numbers of a table that may be added up."""
        one = self.seen[table]
        taken = {*one.key, *(way.column for way in self.ways if way.start == table)}
        return [name for name, kind in one.types.items() if kind in NUMBERS and name not in taken and not NO_MEASURE & set(parts(name))
                and not name.endswith(("_id", "_key", "_code"))]  # fmt: skip


@dataclass(slots=True)
class Sums:
    """A table of sums over another: the columns that it keeps, its time, and which of its columns is which sum."""

    of: str
    keeps: list[str]
    time: str
    grain: str
    measures: dict[str, str]  # its column to the base's (or "*" for a count of rows)


def guess(catalog: Catalog, seen: dict[str, Seen], found: list[Way]) -> Guess:
    """Take the tables for what they seem to be."""
    made = Guess(seen, found)
    made.calendar = next((name for name, one in seen.items() if _is_calendar(one)), None)
    for name, one in seen.items():
        when = None if name == made.calendar else _time(made, one)
        if when is not None:
            made.time[name] = when
        gone = next((column for column in GONE if column in one.types), None)
        if gone is not None and one.nulls[gone]:
            made.valid[name] = f"{gone} IS NULL" if one.types[gone] in DAYS else f"{gone} IS NULL OR NOT {gone}"
    named = {way.end for way in found}
    candidates = [name for name in made.time if made.measures(name) or name not in named]
    headed = {way.end for way in found if seen[way.start].key[:1] == (way.column,) and len(seen[way.start].key) > 1}
    facts = [
        name
        for name in candidates
        if name not in named
        or (made.measures(name) and (len(made.out(name)) > 1 or name in headed or _happens(made, name)))
    ]
    for way in found:  # the lines of what may have been deleted count as it does
        child = seen[way.start]
        if way.end in made.valid and child.key[:1] == (way.column,) and len(child.key) > 1:
            made.valid[way.start] = {"exists": way.end, "on": {way.column: way.key}}
    for name in sorted(facts, key=lambda one: seen[one].rows):
        if not _looks_summed(name, made):
            made.facts.append(name)
            continue
        of = _sums(
            catalog,
            made,
            name,
            [one for one in facts if seen[one].rows > seen[name].rows and not _looks_summed(one, made)],
        )
        if of is None:
            made.unplaced.append(name)
        else:
            made.sums[name] = of
    made.facts.sort(key=lambda one: (-len(made.out(one)), -seen[one].rows))
    return made


def _happens(made: Guess, name: str) -> bool:
    """Whether a table is of what happens, though others name its rows: it has money, names something, and its time is called by it."""
    money = any(is_money(column) for column in made.measures(name))
    return money and bool(made.out(name)) and singular(core(name)) in parts(made.time[name])


def _is_calendar(one: Seen) -> bool:
    """One row a day, with the names of parts of dates."""
    days = len(one.key) == 1 and one.types[one.key[0]] == "date" and one.rows > 1
    return days and sum(bool(CALENDAR & set(parts(name))) for name in one.types if name not in one.key) > 2


def _time(made: Guess, one: Seen) -> str | None:
    """The column by which a table's rows count: the one that leads to the calendar, else the one that is called so."""
    dated = [name for name, kind in one.types.items() if kind in DAYS and name not in GONE and one.different[name] > 0]
    to_calendar = [way.column for way in made.ways if way.start == one.name and way.end == made.calendar]
    for name in to_calendar:
        if name in dated:
            return name
    full = [name for name in dated if not one.nulls[name]]
    ranked = sorted(full, key=lambda name: (one.types[name] != "date", not set(WHEN) & set(parts(name))))
    return ranked[0] if ranked else None


def _looks_summed(name: str, made: Guess) -> bool:
    """Whether a table is called like one of sums, or kept by month."""
    return bool(SUMS & set(parts(name))) or made.time[name] in ("month", "week", "quarter", "year")


def _sums(catalog: Catalog, made: Guess, name: str, bases: list[str]) -> Sums | None:
    """The table that another is sums of, where its numbers are found to be."""
    one, time = made.seen[name], made.time[name]
    grain = next((unit for unit in ("month", "week", "quarter", "year") if unit in parts(time)), "day")
    if grain not in ("day", "month"):
        return None
    numbers = [column for column in made.measures(name) if column != time]
    for base in sorted(bases, key=lambda table: -made.seen[table].rows):
        other = made.seen[base]
        keeps = [column for column in one.types if column != time and column not in numbers and column in other.types]
        rest = [
            column for column in one.types if column != time and column not in numbers and column not in other.types
        ]
        if rest or (grain == "day" and one.types[time] != "date"):
            continue
        own = {column: _total(catalog, made, name, f"SUM({_quoted(column)})") for column in numbers}
        theirs = {column: _total(catalog, made, base, f"SUM({_quoted(column)})") for column in made.measures(base)} | {
            "*": _total(catalog, made, base, "COUNT(*)")
        }
        same = {
            column: source
            for column, total in own.items()
            for source, other_total in theirs.items()
            if total is not None and total == other_total
        }
        measures = {
            column: source
            for column, source in same.items()
            if _agree(catalog, made, (name, column, time), (base, source), keeps, grain)
        }
        if measures:
            return Sums(base, [time, *keeps], time, grain, measures)
    return None


def _quoted(column: str) -> str:
    return exp.to_identifier(column, quoted=True).sql("trino")


def _where(made: Guess, table: str) -> str | None:
    """The rows of a table that count."""
    valid = made.valid.get(table)
    if not isinstance(valid, dict):
        return valid
    ((mine, its),) = valid["on"].items()  # type: ignore[attr-defined]
    parent = str(valid["exists"])
    return f"{_quoted(mine)} IN (SELECT {_quoted(its)} FROM {_quoted(parent)} WHERE {made.valid[parent]})"


def _total(catalog: Catalog, made: Guess, table: str, what: str) -> object:
    tree = exp.select(sqlglot.parse_one(what, read="trino")).from_(exp.table_(table))
    where = _where(made, table)
    value = catalog.rows(tree.where(sqlglot.parse_one(where, read="trino")) if where else tree)[0][0]
    return None if value is None else round(float(value), 4)


def _agree(
    catalog: Catalog, made: Guess, mine: tuple[str, str, str], theirs: tuple[str, str], keeps: list[str], grain: str
) -> bool:
    """Whether a column holds the sums of another table's, group by group."""
    name, column, time = mine
    base, source = theirs
    day = exp.cast(exp.column(made.time[base], quoted=True), "date")
    bucket = (
        exp.cast(exp.func("DATE_TRUNC", exp.Literal.string("month"), day, dialect="trino"), "date")
        if grain == "month"
        else day
    )
    summed: exp.Expr = exp.Count(this=exp.Star()) if source == "*" else exp.Sum(this=exp.column(source, quoted=True))

    def side(table: str, when: exp.Expr, *values: exp.Expr) -> exp.Select:
        keys = [exp.column(one, quoted=True) for one in keeps]
        named = zip((*(f"k{n}" for n, _ in enumerate(keys)), "t", "v", "w"), (*keys, when, *values), strict=True)
        tree = exp.select(*(exp.alias_(value, alias) for alias, value in named)).from_(exp.table_(table))
        where = _where(made, table)
        tree = tree.group_by(*(key.copy() for key in keys), when.copy())
        return tree.where(sqlglot.parse_one(where, read="trino")) if where else tree

    zero = exp.Literal.number(0)
    first = side(
        name, exp.cast(exp.column(time, quoted=True), "date"), exp.Sum(this=exp.column(column, quoted=True)), zero
    )
    second = side(base, bucket, zero.copy(), summed)
    union = exp.union(first, second, distinct=False)
    keys = [exp.column(f"k{n}") for n, _ in enumerate(keeps)] + [exp.column("t")]
    groups = (
        exp.select(*keys)
        .from_(union.subquery("u"))
        .group_by(*(key.copy() for key in keys))
        .having("COALESCE(SUM(v), 0) <> COALESCE(SUM(w), 0)")
    )
    return not catalog.rows(exp.select(exp.Count(this=exp.Star())).from_(groups.subquery("g")))[0][0]

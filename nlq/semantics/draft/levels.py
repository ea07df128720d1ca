"""Hierarchies: a column whose values nearly always lie in one value of another is a level below it (city, province, region)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from nlq.semantics.draft.guess import Guess
    from nlq.semantics.draft.look import Catalog

NEARLY = 0.9  # of the values: one name may be two places
MOST = 6  # columns of one table that are compared with each other
Plain = dict[str, Any]


def hierarchies(
    catalog: Catalog, made: Guess, table: str, dimensions: dict[str, Plain], entities: dict[str, str]
) -> None:
    """Give the dimensions of a table their parents: the finest level above, of this table or of one that it names."""
    one = made.seen[table]
    own = {
        spec["column"]: name
        for name, spec in dimensions.items()
        if spec.get("table") == table and isinstance(spec.get("values"), str) and "column" in spec
    }
    above = {way.column: entities[way.end] for way in made.out(table) if way.end in entities}
    levels = {**{column: name for column, name in own.items() if not dimensions[name].get("kind_of")}, **above}
    ordered = sorted(levels, key=lambda column: -one.different[column])[:MOST]
    for place, column in enumerate(ordered):
        if column not in own:
            continue
        for other in sorted(ordered[place + 1 :], key=lambda name: -one.different[name]):
            if 1 < one.different[other] < one.different[column] and _lies_in(catalog, table, column, other):
                dimensions[own[column]]["parent"] = levels[other]
                break


def _lies_in(catalog: Catalog, table: str, column: str, other: str) -> bool:
    """Whether nearly every value of a column is beside one value of the other."""
    lower, upper = (exp.column(name, quoted=True) for name in (column, other))
    inner = (
        exp.select(exp.Count(this=exp.Distinct(expressions=[upper])).as_("n")).from_(exp.table_(table)).group_by(lower)
    )
    single = exp.Sum(this=exp.Case().when(exp.EQ(this=exp.column("n"), expression=exp.Literal.number(1)), exp.Literal.number(1)).else_(exp.Literal.number(0)))  # fmt: skip
    count, alone = catalog.rows(exp.select(exp.Count(this=exp.Star()), single).from_(inner.subquery("v")))[0]
    return bool(count) and int(alone or 0) / int(count) >= NEARLY

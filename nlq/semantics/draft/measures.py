"""Likely metrics of the facts, and the tables of sums that were found to agree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlq.semantics.draft.words import core, currency, is_money, parts, plain, plural, said, singular

if TYPE_CHECKING:
    from nlq.semantics.draft.guess import Guess

UNITS = ("units", "units sold", "pieces", "items sold")
SALES = ("sales", "revenue", "total sales", "turnover")
Plain = dict[str, Any]


def metrics_of(
    made: Guess, dimensions: dict[str, Plain], tenant: str | None, money: str | None, phrases: set[str]
) -> tuple[list[Plain], list[Plain]]:
    """The metrics, the most telling first, and the rollups that hold some of them.

    Args:
        made: what the tables were taken for.
        dimensions: by name; those that are an entity are counted.
        tenant: the column that holds the organisation.
        money: the currency of what is called like money, where its name does not say it.
        phrases: what is said of dimensions already; grows.
    """
    found: dict[str, Plain] = {}
    by_column: dict[tuple[str, str], str] = {}

    def say(*words: str) -> Plain:
        free = [word for word in dict.fromkeys(words) if word and word not in phrases]
        phrases.update(free)
        return {"synonyms": {"en": free}} if free else {}

    def add(name: str, fallback: str, **more: Any) -> str:
        free = plain(name) if plain(name) not in found and plain(name) not in dimensions else plain(fallback)
        while free in found or free in dimensions:
            free = f"{free}_2"
        words = more.pop("words", ())
        label = said(free).capitalize()
        found[free] = {"name": free, "label": label, **more, "review": True, **say(said(free), *words)}
        return free

    for place, table in enumerate(made.facts):
        _of_fact(made, table, add, by_column, main=place == 0, money=money, tenant=tenant)
    for name, one in list(dimensions.items()):
        if one.get("key") or one.get("table") in {way.end for way in made.ways if way.column == one.get("column")}:
            _of_entity(made, name, one, add, tenant)
    return list(found.values()), _rollups(made, by_column)


def _of_fact(
    made: Guess,
    table: str,
    add: Any,
    by_column: dict[tuple[str, str], str],
    *,
    main: bool,
    money: str | None,
    tenant: str | None,
) -> None:
    """A count of the rows, sums of the numbers, what is of one row on average, and how many different there are of what it names."""
    rows = plural(singular(core(table)))
    one = said(singular(core(table)))
    numbers = sorted(made.measures(table), key=lambda column: not is_money(column))
    sums = []
    for number, column in enumerate(numbers):
        unit = currency(column) or (money if is_money(column) else None) or "count"
        words = (
            SALES
            if main and number == 0 and is_money(column)
            else UNITS
            if {"quantity", "qty"} & set(parts(column))
            else ()
        )
        name = add(column, f"{singular(core(table))}_{column}", description=f"The sum of {said(column)} over {said(rows)}.", unit=unit,
                   agg={"function": "sum", "table": table, "column": column}, absence_is_zero=True, words=words)  # fmt: skip
        by_column[table, column] = name
        sums.append((name, unit, column))
    count = add(rows, f"{rows}_count", description=f"How many {said(rows)} there are.", unit="count", agg={"function": "count", "table": table},
                absence_is_zero=True, words=(one, f"number of {said(rows)}", f"{one} count"))  # fmt: skip
    by_column[table, "*"] = count
    for name, unit, column in sums:
        if is_money(column):
            add(f"average_{singular(core(table))}", f"average_{column}_of_{singular(core(table))}", description=f"{said(name).capitalize()} over {said(count)}.",
                unit=unit, ratio=[name, count], words=(f"average {said(column)}", f"{said(column)} per {one}"))  # fmt: skip
            break
    for way in made.out(table):
        if way.end in made.facts:
            continue
        own = [tenant] if tenant and tenant in made.seen[table].types else []
        many, each = plural(singular(core(way.end))), singular(core(way.end))
        distinct = add(
            f"unique_{many}", f"unique_{many}_of_{rows}", description=f"How many different {said(many)} the {said(rows)} name.", unit="count",
            agg={"function": "count_distinct", "table": table, "columns": [*own, way.column]}, absence_is_zero=True,
            words=(f"different {said(many)}", f"active {said(many)}"),
        )  # fmt: skip
        for name, unit, column in [one_sum for one_sum in sums[:1] if is_money(one_sum[2])]:
            rates = [f"{word} per {said(each)}" for word in ((*SALES[:2], said(column)) if main else (said(column),))]
            add(f"{name}_per_{each}", f"{name}_per_{each}_of_{rows}", description=f"{said(name).capitalize()} over {said(distinct)}.",
                unit=unit, ratio=[name, distinct], words=tuple(rates))  # fmt: skip


def _of_entity(made: Guess, name: str, one: Plain, add: Any, tenant: str | None) -> None:
    """How many there are of what other tables name."""
    del tenant
    table = one["table"]
    if table == made.calendar or table in made.facts:
        return
    many = plural(name)
    asked = [f"{way} {said(many)}" for way in ("number of", "how many", "count of")]
    add(many, f"number_of_{many}", description=f"How many {said(many)} there are.", unit="count", agg={"function": "count", "table": table},
        counts=name, absence_is_zero=True, words=(*asked, f"{said(name)} count"))  # fmt: skip


def _rollups(made: Guess, by_column: dict[tuple[str, str], str]) -> list[Plain]:
    """Tables of sums whose sums were found to agree with the rows."""
    found = []
    for table, sums in made.sums.items():
        measures = {
            by_column[sums.of, source]: column
            for column, source in sums.measures.items()
            if (sums.of, source) in by_column
        }
        if measures:
            found.append({"table": table, "of": sums.of, "time": {"column": sums.time, "grain": sums.grain}, "keeps": sums.keeps, "measures": measures})  # fmt: skip
    return found

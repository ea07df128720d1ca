"""Is the semantic layer sound? One function a rule, in the order in which a person would mend them."""

from __future__ import annotations

import re
from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.semantics.check_dimensions import (
    PLAIN,
    dimensions_fit,
    dimensions_hold,
    grains_fit,
    paths_are_single,
    time_is_one,
)
from nlq.semantics.check_metrics import (
    DAYS,
    aggregates_fit,
    computed_columns_fit,
    conversions_fit,
    filters_fit,
    metrics_end,
    metrics_fit,
    ranks_fit,
)
from nlq.semantics.check_small import figures_have_people, small_groups_fit
from nlq.semantics.meanings import holding
from nlq.semantics.model import ATTRIBUTES
from nlq.semantics.tables import Exists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nlq.semantics.load import Located
    from nlq.semantics.model import Places, Source
    from nlq.semantics.tables import Join, Table


RESERVED = ("segment", "__total")
DOTTED = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?")


class Context:
    """All files of a model with where each part stands; what the rules read."""

    def __init__(self, documents: list[Located], sources: list[Source], places: Places) -> None:
        self.documents = documents
        self.sources = sources
        self.places = places
        self.tables = {table.name: table for _, table in self.each("tables")}
        self.dimensions = {one.name: one for _, one in self.each("dimensions")}
        self.filters = {one.name: one for _, one in self.each("filters")}
        self.metrics = {one.name: one for _, one in self.each("metrics")}

    def each(self, section: str) -> Iterator[tuple[str, Any]]:
        """Every part of a section with its place."""
        for document, source in zip(self.documents, self.sources, strict=True):
            for index, part in enumerate(getattr(source, section)):
                yield document.at((section, index)), part

    def known(self, what: str, name: str, names: Iterable[str], where: str) -> Iterator[BadRequest]:
        """A problem where a name is not among the names."""
        names = list(names)
        if name not in names:
            near = get_close_matches(name, names, n=1)
            fix = f'did you mean "{near[0]}"?' if near else f"known are: {', '.join(names) or 'none'}"
            yield BadRequest(f'{what} "{name}" is not in the model', where=where, fix=fix)


def check_source(documents: list[Located], sources: list[Source], places: Places) -> list[BadRequest]:
    """Every problem, in order."""
    context = Context(documents, sources, places)
    return [problem for rule in RULES for problem in rule(context)]


def one_header(context: Context) -> Iterator[BadRequest]:
    """Exactly one file holds `model:`."""
    holders = [doc for doc, source in zip(context.documents, context.sources, strict=True) if source.model is not None]
    if len(holders) != 1:
        where = holders[1].at(("model",)) if holders else context.documents[0].at(())
        yield BadRequest(f"there are {len(holders)} `model:` headers", where=where, fix="keep exactly one, in one file")


def names_are_single(context: Context) -> Iterator[BadRequest]:
    """No two tables, dimensions or metrics of one name."""
    for section in ("tables", "dimensions", "filters", "metrics"):
        seen: set[str] = set()
        for where, part in context.each(section):
            if part.name in seen:
                yield BadRequest(f'two {section} are named "{part.name}"', where=where, fix="rename or remove one")
            seen.add(part.name)


def names_are_free(context: Context) -> Iterator[BadRequest]:
    """What queries call something else is no name."""
    for section in ("dimensions", "filters", "metrics"):
        for where, part in context.each(section):
            if part.name in RESERVED:
                yield BadRequest(
                    f'"{part.name}" is a word of queries themselves', where=where, fix="give it another name"
                )


def names_are_plain(context: Context) -> Iterator[BadRequest]:
    """Names are lower case letters, digits and _; a dimension may have one dot (date.day_of_week)."""
    for section in ("tables", "dimensions", "filters", "metrics"):
        for where, part in context.each(section):
            if not (PLAIN if section != "dimensions" else DOTTED).fullmatch(part.name):
                yield BadRequest(
                    f'"{part.name}" is no plain name', where=where, fix="use lower case letters, digits and _"
                )


def tables_hold_their_columns(context: Context) -> Iterator[BadRequest]:
    """Keys, time columns and validity name columns of the table, or of the table that they go through."""
    for where, table in context.each("tables"):
        split = (table.tier.column,) if table.tier else ()
        if table.versions:
            split = (*split, table.versions.since, table.versions.before)
        for column in (*table.key, *((table.time,) if table.time else ()), *split):
            yield from context.known("the column", column, table.columns, where)
        time = table.columns.get(table.time or "")
        if time is not None and time.type not in DAYS:
            yield BadRequest(
                f'the time of "{table.name}" ({table.time}) is {time.type}',
                where=where,
                fix="name a column of dates, or give it its type",
            )
        if isinstance(table.valid, Exists):
            yield from _parent_columns(context, table, table.valid.exists, table.valid.on, where)


def masks_fit(context: Context) -> Iterator[BadRequest]:
    """A date is masked by its year, a text or a number that names something by its hash."""
    fits = {"year": DAYS, "hash": ("string", "integer"), "last4": ("string",)}
    for where, table in context.each("tables"):
        for name, column in table.columns.items():
            if column.mask in fits and column.type not in fits[column.mask]:
                yield BadRequest(
                    f'the mask {column.mask} of "{name}" does not fit what is {column.type}',
                    where=where,
                    fix="use null or redact",
                )


def policies_are_complete(context: Context) -> Iterator[BadRequest]:
    """A table states how each attribute of the asker applies to it; without that it is not loaded."""
    for where, table in context.each("tables"):
        if table.policy is None:
            yield BadRequest(f'the table "{table.name}" has no policy', where=where,
                             fix="add `policy:` (or `policy: shared`), or remove the table: it could not be read")  # fmt: skip
            continue
        if table.policy == "shared":
            continue
        for missing in [name for name in ATTRIBUTES if name not in table.policy]:
            yield BadRequest(f'the policy of "{table.name}" says nothing about {missing}', where=where,
                             fix=f"add {missing}: {{column: …}}, {{exists: …}} or {{not_applicable: reason}}")  # fmt: skip
        for name, rule in table.policy.items():
            yield from context.known("the attribute", name, ATTRIBUTES, where)
            if rule.column:
                yield from context.known("the column", rule.column, table.columns, where)
            if rule.exists and rule.on:
                yield from _parent_columns(context, table, rule.exists, rule.on, where)


def policies_end(context: Context) -> Iterator[BadRequest]:
    """A chain of `exists` never comes back to its table."""
    for where, table in context.each("tables"):
        seen, edge = {table.name}, _parents(table)
        while edge:
            name = edge.pop()
            if name in seen:
                yield BadRequest(f'the policy or validity of "{table.name}" goes in a circle through "{name}"', where=where,
                                 fix="let one of the tables decide by its own column")  # fmt: skip
                break
            seen.add(name)
            edge |= _parents(context.tables[name]) if name in context.tables else set()


def joins_fit(context: Context) -> Iterator[BadRequest]:
    """Joins name columns of both sides, and cover the key of the one side: else they could multiply rows."""
    for where, join in context.each("joins"):
        for name, columns in ((join.from_, join.on.keys()), (join.to, join.on.values())):
            yield from context.known("the table", name, context.tables, where)
            if name in context.tables:
                for column in columns:
                    yield from context.known("the column", column, context.tables[name].columns, where)
        one = context.tables.get(join.to)
        if one is not None and one.versions is not None:
            yield from _joins_versions(join, one, where)
        elif one is not None and set(one.key) != set(join.on.values()):
            yield BadRequest(f"the join {join.from_} > {join.to} is not on the key of {join.to} ({', '.join(one.key)})",
                             where=where, fix="join on the whole key and nothing else: the one side must be unique")  # fmt: skip


def _joins_versions(join: Join, one: Table, where: str) -> Iterator[BadRequest]:
    """A join to versions is on their key but for the day from which each holds."""
    assert one.versions is not None  # noqa: S101 - asked before
    rest = [name for name in one.key if name != one.versions.since]
    if one.versions.since not in one.key or set(rest) != set(join.on.values()):
        yield BadRequest(f'the join {join.from_} > {join.to} is not on what {join.to} has versions of ({", ".join(rest) or "no key"})', where=where,
                         fix=f"let the key be what it is a version of and {one.versions.since}, and join on all but the latter")  # fmt: skip


def rollups_fit(context: Context) -> Iterator[BadRequest]:
    """Rollups name tables, columns and metrics that exist, and keep what the policy needs."""
    for where, rollup in context.each("rollups"):
        for name in (rollup.table, rollup.of):
            yield from context.known("the table", name, context.tables, where)
        table = context.tables.get(rollup.table)
        if table is None:
            continue
        for column in (*rollup.keeps, *rollup.measures.values(), rollup.time["column"]):
            yield from context.known("the column", column, table.columns, where)
        for column, origin in rollup.carries.items():
            yield from context.known("the column", column, rollup.keeps, where)
            yield from context.known("the table", origin.partition(".")[0], context.tables, where)
        base = context.tables.get(rollup.of)
        if base is not None:
            for column in rollup.kept.values():
                yield from context.known("the column", column, base.columns, where)
        for name in rollup.measures:
            yield from context.known("the metric", name, context.metrics, where)
            metric = context.metrics.get(name)
            if metric is not None and (metric.agg is None or metric.agg.table != rollup.of or metric.where):
                yield BadRequest(f'the rollup "{rollup.table}" keeps "{name}", which is no plain aggregate of {rollup.of}', where=where,
                                 fix=f"keep sums, counts, least and greatest of {rollup.of} itself")  # fmt: skip


def synonyms_do_not_collide(context: Context) -> Iterator[BadRequest]:
    """One phrase never means two metrics, nor two dimensions; told with the questions in which it would."""
    for section in ("metrics", "dimensions"):
        owners: dict[str, list[tuple[str, str]]] = {}
        for where, part in context.each(section):
            phrases = {phrase.casefold() for phrases in part.synonyms.values() for phrase in phrases}
            for phrase in phrases:
                owners.setdefault(phrase, []).append((part.name, where))
        for phrase, found in owners.items():
            names = Counter(name for name, _ in found)
            if len(names) > 1:
                asked = ", ".join(f'"{one}"' for one in _questions(context, section, phrase))
                yield BadRequest(f'"{phrase}" means {" and ".join(sorted(names))}, in questions such as {asked}', where=found[-1][1],
                                 fix="keep it with one of them")  # fmt: skip


def _questions(context: Context, section: str, phrase: str) -> list[str]:
    """Questions that a phrase stands in: of the model's own examples and verified ones, else the plainest."""
    known = [question for source in context.sources if source.model for question in source.model.examples]
    known += [one.question for _, one in context.each("verified")]
    metric = next((source.model.default_metric for source in context.sources if source.model), "total").replace(
        "_", " "
    )
    return holding(phrase, known, f"{phrase} last month" if section == "metrics" else f"{metric} by {phrase}")


def header_fits(context: Context) -> Iterator[BadRequest]:
    """The header's default metric exists, and its default period can be read."""
    from nlq.semantics.periods import named_period  # noqa: PLC0415 - beside the rule that needs it

    for document, source in zip(context.documents, context.sources, strict=True):
        if source.model is not None:
            where = document.at(("model",))
            yield from context.known("the metric", source.model.default_metric, context.metrics, where)
            if source.model.second_metric is not None:
                yield from context.known("the metric", source.model.second_metric, context.metrics, where)
            yield from _zone(source.model.timezone, where)
            if source.model.default_ranking_limit < 1:
                yield BadRequest("the default ranking limit is less than 1", where=where, fix="write 10 or the like")
            if source.model.fiscal_year_start not in (None, *range(1, 13)):
                yield BadRequest(f"there is no month {source.model.fiscal_year_start}", where=where, fix="write that with which fiscal years begin, 1 to 12")  # fmt: skip
            if named_period(source.model.default_period) is None:
                yield BadRequest(f'the default period "{source.model.default_period}" cannot be read', where=where,
                                 fix='write "last 30 days", "this month", "last quarter" or the like')  # fmt: skip


def _zone(name: str, where: str) -> Iterator[BadRequest]:
    """A problem where there is no such time zone."""
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415 - beside the rule that needs it

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near = get_close_matches(name, available_timezones(), n=1)
        yield BadRequest(f'there is no time zone "{name}"', where=where, fix=f"did you mean {near[0]}?" if near else "write Asia/Manila or the like")  # fmt: skip


def _parents(table: Table) -> set[str]:
    rules = list(table.policy.values()) if isinstance(table.policy, dict) else []
    names = {rule.exists for rule in rules if rule.exists}
    return names | ({table.valid.exists} if isinstance(table.valid, Exists) else set())


def _parent_columns(
    context: Context, table: Table, parent: str, on: dict[str, str], where: str
) -> Iterator[BadRequest]:
    yield from context.known("the table", parent, context.tables, where)
    for mine, its in on.items():
        yield from context.known("the column", mine, table.columns, where)
        if parent in context.tables:
            yield from context.known("the column", its, context.tables[parent].columns, where)


RULES: tuple[Callable[[Context], Iterator[BadRequest]], ...] = (
    one_header,
    names_are_single,
    names_are_plain,
    names_are_free,
    tables_hold_their_columns,
    masks_fit,
    policies_are_complete,
    policies_end,
    joins_fit,
    dimensions_fit,
    dimensions_hold,
    time_is_one,
    grains_fit,
    paths_are_single,
    computed_columns_fit,
    filters_fit,
    metrics_fit,
    metrics_end,
    aggregates_fit,
    conversions_fit,
    ranks_fit,
    rollups_fit,
    small_groups_fit,
    figures_have_people,
    synonyms_do_not_collide,
    header_fits,
)

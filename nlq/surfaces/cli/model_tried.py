"""The third of `nlq model check` that needs no data: every metric, named filter and verified question is compiled once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from nlq.errors import BadRequest, NlqError
from nlq.semantics.check_metrics import NUMBERS
from nlq.semantics.joins import reaches, unknown_field
from nlq.sql.compile import compile_query
from nlq.values import SemanticQuery, Snapshot
from nlq.values.query import Condition, Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.model import SemanticModel

YEAR = Period(start=date(2025, 1, 1), end=date(2025, 12, 31))
Places = dict[tuple[str, ...], str]


def check_joins(model: SemanticModel, places: Places) -> Iterator[NlqError]:
    """What is compared is of one type: engines differ in what they make of a number beside a text."""
    for join in model.joins:
        mine, its = model.tables[join.from_].columns, model.tables[join.to].columns
        for name, other in join.on.items():
            here, there = mine[name].type, its[other].type
            if here != there and not {here, there} <= {*NUMBERS}:
                yield BadRequest(f"the join {join.from_} > {join.to} compares {name}, which is {here}, with {other}, which is {there}",
                                 where=places.get(("tables", join.from_, "columns", name), f"table {join.from_}"),
                                 fix="give both their type in the database; where that differs, compute a column of the other's type")  # fmt: skip


def check_tried(model: SemanticModel, places: Places) -> Iterator[NlqError]:
    """What cannot be compiled however it is asked: a filter's value of the wrong type, a grain that there is not, and the like."""
    for name, one in model.filters.items():
        unknown = next((field for field in _fields(one.where) if field not in model.fields), None)
        if unknown is not None:
            yield _placed(
                unknown_field(model, unknown), f'the filter "{name}"', places.get(("filters", name), f"filter {name}")
            )
            continue
        metric = next((metric for metric in model.metrics if reaches(model, metric, name)), None)
        if metric is None:
            yield BadRequest(f'no metric can be filtered by "{name}"', where=places.get(("filters", name), f"filter {name}"),
                             fix=f"let its fields be of one table, or of those that it joins to: {', '.join(_fields(one.where))}")  # fmt: skip
            continue
        held = Condition(field=name, op="=", values=(True,))
        problem = _tried(
            model, [SemanticQuery(metrics=(metric,), where=(held,), period=period) for period in (YEAR, "all")]
        )
        if problem is not None:
            yield _placed(problem, f'the filter "{name}"', places.get(("filters", name), f"filter {name}"))
    for name, figure in model.metrics.items():
        if not figure.internal:
            problem = _tried(model, list(_ways(model, name)))
            if problem is not None:
                yield _placed(problem, f'the metric "{name}"', places.get(("metrics", name), f"metric {name}"))
    for asked in model.verified:
        problem = _tried(model, [asked.query])
        if problem is not None:
            yield _placed(
                problem,
                f'the verified question "{asked.question}"',
                places.get(("verified", asked.question), "verified"),
            )


def _ways(model: SemanticModel, name: str) -> Iterator[SemanticQuery]:
    """A metric over a period, without one, and split: some figures need one of these."""
    one, time = model.metrics[name], model.time_dimension
    within = tuple(
        field
        for field in (one.rank.within if one.rank else ())
        if field in model.fields and not model.is_time_grain(field)
    )
    for period in (YEAR, "all"):
        yield SemanticQuery(metrics=(name,), dimensions=within, period=period)
    for grain in ("day", "month") if time is not None else ():
        yield SemanticQuery(metrics=(name,), dimensions=(*within, f"{time.name}.{grain}"), period=YEAR)  # type: ignore[union-attr]


def _tried(model: SemanticModel, queries: list[SemanticQuery]) -> BadRequest | None:
    """The first query's problem, where each of them has one."""
    problems = []
    for query in queries:
        try:
            compile_query(model, query, Snapshot(None, {}))
        except BadRequest as problem:
            problems.append(problem)
        else:
            return None
    return problems[0]


def _placed(problem: BadRequest, what: str, where: str) -> BadRequest:
    return BadRequest(f"{what} cannot be asked: {problem.what}", where=where, fix=problem.fix)


def _fields(conditions: tuple[Condition, ...]) -> list[str]:
    return list(dict.fromkeys(field for one in conditions for field in one.fields()))

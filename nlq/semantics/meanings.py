"""Phrases that mean more than one thing of a model, with questions in which they would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Synonyms


MOST_QUESTIONS = 3


def shared(model: SemanticModel) -> Iterator[str]:
    """What each phrase means that metrics, dimensions, named filters and values share, in words.

    A thing and how many there are of it may share one ("stores"), and a dimension and a value of its own ("weekend").
    """
    owners: dict[str, list[tuple[str, str]]] = {}
    for what, name, phrases in _phrases(model):
        for phrase in dict.fromkeys(one.casefold() for one in phrases):
            owners.setdefault(phrase, []).append((what, name))
    for phrase, found in owners.items():
        others = [one for one in found[1:] if not _one_thing(model, found[0], one)]
        if others:
            said = " and ".join(f"the {what} {name}" for what, name in (found[0], *others))
            asked = ", ".join(f'"{one}"' for one in _questions(model, phrase, found[0]))
            yield f'"{phrase}" means {said}, in questions such as {asked}: keep it with one of them'


def _phrases(model: SemanticModel) -> Iterator[tuple[str, str, list[str]]]:
    """Every phrase that somebody wrote down, and for what; labels are phrases too."""
    for name, metric in model.public_metrics().items():
        yield "metric", name, [metric.label, *_all(metric.synonyms)]
    for name, dimension in model.dimensions.items():
        yield "dimension", name, [dimension.label, *_all(dimension.synonyms)]
        for value in dimension.values if isinstance(dimension.values, tuple) else ():
            yield "value of", name, [value.label, *_all(value.synonyms)]
    for name, one in model.filters.items():
        yield "filter", name, [one.label, *_all(one.synonyms)]


def _all(synonyms: Synonyms) -> list[str]:
    return [phrase for phrases in synonyms.values() for phrase in phrases]


def _one_thing(model: SemanticModel, one: tuple[str, str], other: tuple[str, str]) -> bool:
    kinds = {one[0]: one[1], other[0]: other[1]}
    if set(kinds) == {"dimension", "value of"}:
        return kinds["dimension"] == kinds["value of"]
    if set(kinds) == {"metric", "dimension"}:
        metric, dimension = model.metrics[kinds["metric"]], model.dimensions[kinds["dimension"]]
        counted = (
            metric.agg is not None
            and metric.agg.function in ("count", "count_distinct")
            and dimension.table == metric.agg.table
        )
        by_key = metric.agg is not None and bool(dimension.key) and set(metric.agg.columns) <= {*dimension.key}
        return metric.counts == dimension.name or counted or (by_key and bool(metric.agg and metric.agg.columns))
    return one == other


def _questions(model: SemanticModel, phrase: str, first: tuple[str, str]) -> list[str]:
    metric = model.metrics[model.header.default_metric].label.lower()
    plain = {"metric": f"{phrase} last month", "dimension": f"{metric} by {phrase}"}.get(
        first[0], f"{metric} of {phrase}"
    )
    return holding(phrase, [*model.header.examples, *(one.question for one in model.verified)], plain)


def holding(phrase: str, questions: Iterable[str], plain: str) -> list[str]:
    """Up to three of the questions that a phrase stands in as a whole; the plainest where it stands in none."""
    word = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.IGNORECASE)
    return [question for question in questions if word.search(question)][:MOST_QUESTIONS] or [plain]

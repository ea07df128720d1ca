"""What could be asked next: follow-ups that are known to be read and answered, in the asker's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.semantics.joins import reaches
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlq.semantics.model import SemanticModel
    from nlq.values import SemanticQuery
    from nlq.values.explaining import Decomposition

MOST = 3
A_MONTH = 31  # days
WORDS = {
    "en": {"by": "by {}", "before": "vs the previous period", "why": "why did it change", "month": "by month", "all": "drop the limit"},
    "fil": {"by": "kada {}", "before": "kumpara sa nakaraan", "why": "bakit?", "month": "kada buwan", "all": "tanggalin ang limit"},
    "ceb": {"by": "matag {}", "before": "itandi sa niaging", "why": "ngano?", "month": "matag bulan", "all": "walay limit"},
}  # fmt: skip


def after(outcome: SemanticQuery | Decomposition | object, model: SemanticModel, language: str) -> tuple[str, ...]:
    """Up to three follow-ups to a query: none where it is of a kind that follow-ups cannot change."""
    from nlq.values.query import SemanticQuery  # noqa: PLC0415 - beside its one use

    if not isinstance(outcome, SemanticQuery) or not all(isinstance(one, str) for one in outcome.metrics):
        return ()
    return tuple(_next(outcome, model, WORDS.get(language, WORDS["en"]), language))[:MOST]


def first(model: SemanticModel) -> tuple[str, ...]:
    """Questions of the model's own, for who asked what cannot be answered."""
    return model.header.examples[:MOST]


def _next(query: SemanticQuery, model: SemanticModel, words: dict[str, str], language: str) -> Iterator[str]:
    plain = not (query.segments or query.share or query.list or query.per or query.having)
    metric = str(query.metrics[0]) if len(query.metrics) == 1 else ""
    timed = bool(metric) and model.has_time(metric) and isinstance(query.period, Period)
    if plain and metric and not query.dimensions:
        split = _split(query, model, metric)
        if split is not None:
            yield words["by"].format(_named(model, split, language))
    if plain and timed and not query.compare and model.metrics[metric].growth is None:
        yield words["before"]
    if plain and timed and isinstance(query.period, Period) and query.compare and not query.dimensions:
        yield words["why"]
    if query.limit is not None and not query.per:
        yield words["all"]
    grains = [name for name in query.dimensions if model.is_time_grain(name)]
    few = query.limit not in (None, 1) and bool(
        query.dimensions
    )  # of these by month, or of all: it would be asked back
    if plain and timed and isinstance(query.period, Period) and query.period.days > A_MONTH and not (grains or few):
        yield words["month"]


def _split(query: SemanticQuery, model: SemanticModel, metric: str) -> str | None:
    """The first dimension worth splitting by: not one that a filter holds, nor one above it."""
    held = {name for one in query.where for name in one.fields()}
    for name, one in model.dimensions.items():
        plain = one.type == "string" and not one.time and not one.key and not one.optional
        if plain and (one.place == "region" or isinstance(one.values, tuple)) and name not in held and reaches(model, metric, name):  # fmt: skip
            if one.place and any(model.dimensions[field].place for field in held if field in model.dimensions):
                continue
            return name
    return None


def _named(model: SemanticModel, name: str, language: str) -> str:
    one = model.dimensions[name]
    known = one.synonyms.get(language) if language in ("fil", "ceb") else None  # type: ignore[call-overload]
    return str(known[0]) if known else one.label.lower()

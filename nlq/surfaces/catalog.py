"""What can be asked: metrics and dimensions as every surface shows them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from nlq.semantics.joins import reaches, unknown_metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.semantics.model import SemanticModel
    from nlq.values import ScopeValues

MOST_VALUES = 50


def metric(model: SemanticModel, name: str) -> dict[str, Any]:
    """One metric's name, label, unit and definition."""
    one = model.metrics[name]
    return {"name": name, "label": one.label, "unit": one.unit, "description": one.description}


def metrics(model: SemanticModel) -> list[dict[str, Any]]:
    """Every metric that can be asked for by name."""
    return [metric(model, name) for name in model.public_metrics()]


def dimensions(model: SemanticModel, names: Sequence[str]) -> list[dict[str, Any]]:
    """The dimensions that all of these metrics can be split and filtered by; without a metric, all.

    Raises:
        BadRequest: there is no such metric.
    """
    for name in names:
        if name not in model.metrics:
            raise unknown_metric(model, name)
    return [
        {"name": field, "label": _label(model, field)}
        for field in model.field_names()
        if all(reaches(model, name, field) for name in names)
    ]


def _label(model: SemanticModel, field: str) -> str:
    named = model.dimensions.get(field) or model.filters.get(field)
    return named.label if named else field


def whole(model: SemanticModel) -> dict[str, Any]:
    """The model's catalog."""
    return {
        "name": model.header.name,
        "description": model.header.description,
        "timezone": model.header.timezone,
        "default_period": model.header.default_period,
        "model_hash": model.hash,
        "metrics": metrics(model),
        "dimensions": [
            {**one, "description": model.dimensions[one["name"]].description if one["name"] in model.dimensions else ""}
            for one in dimensions(model, ())
        ],
        "examples": list(model.header.examples),
    }


def values(model: SemanticModel, scope: ScopeValues, dimension: str, part: str) -> list[dict[str, Any]]:
    """Values of a dimension whose name holds `part`, as the model lists them or the asker's own rows have them."""
    one = model.dimensions.get(dimension)
    if one is None:
        return []
    listed = [(known.value, known.label) for known in one.values] if isinstance(one.values, tuple) else []
    if one.place == "region":
        listed = [(place.value, place.label) for place in model.gazetteer.places if place.level == "region"]
    found = listed or ((known.id, known.label) for known in scope.get(dimension, ()))
    wanted = part.casefold()
    held = ({"value": value, "label": label} for value, label in found if wanted in str(label).casefold())
    return list(islice(held, MOST_VALUES))

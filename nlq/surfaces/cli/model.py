"""`nlq model`: check it, list it, print its schema."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nlq.errors import ModelError, NlqError

if TYPE_CHECKING:
    from pathlib import Path

    from nlq.semantics.model import SemanticModel


def check(folder: Path | None, config: Path | None, *, as_json: bool) -> int:
    """Check the files, and then the data that they describe where it can be reached. 0 where all is well, else 2."""
    from nlq.semantics.load import load  # noqa: PLC0415
    from nlq.settings import load as load_settings  # noqa: PLC0415

    settings = load_settings(config)
    if folder is not None:
        settings = replace(settings, semantic_layer=str(folder.resolve()))
    problems: list[NlqError] = []
    model: SemanticModel | None = None
    try:
        model = load(settings.layer)
    except ModelError as problem:
        problems.extend(problem.problems)
    notes: list[str] = []
    if model is not None:
        from nlq.semantics.load import places_in  # noqa: PLC0415
        from nlq.semantics.meanings import shared  # noqa: PLC0415
        from nlq.surfaces.cli.model_data import check_data  # noqa: PLC0415
        from nlq.surfaces.cli.model_tried import check_joins, check_tried  # noqa: PLC0415

        places = places_in(settings.layer)
        problems.extend([*check_joins(model, places), *check_tried(model, places)])
        found, notes = check_data(model, settings)
        problems.extend(found)
        notes = [*shared(model), *notes]
    if as_json:
        print(
            json.dumps(
                {
                    "problems": [{"what": one.what, "where": one.where, "fix": one.fix} for one in problems],
                    "notes": notes,
                }
            )
        )
    else:
        for one in problems:
            print(one, file=sys.stderr)
        for note in notes:
            print(note)
        if not problems and model is not None:
            print(f"{model.header.name}: {len(model.tables)} tables, {len(model.joins)} joins, {len(model.dimensions)} dimensions, "
                  f"{len(model.metrics)} metrics, {len(model.rollups)} rollups: no problems")  # fmt: skip
    return 2 if problems else 0


def show(section: str, config: Path | None, *, as_json: bool) -> None:
    """List a part of the model."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.wiring import load_model  # noqa: PLC0415

    model = load_model(load(config))
    rows = _rows(model, section)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        print(f"{row['name']:<{width}}  {row['description']}")


def _rows(model: SemanticModel, section: str) -> list[dict[str, Any]]:
    if section == "metrics":
        return [
            {"name": name, "description": one.description, "unit": one.unit, "synonyms": one.synonyms}
            for name, one in model.public_metrics().items()
        ]
    if section == "dimensions":
        return [{"name": name, "description": _described(model, name)}
                for name in model.field_names()]  # fmt: skip
    if section == "tables":
        return [{"name": name, "description": f"{one.description} Columns: {', '.join(one.columns)}.", "columns": list(one.columns)}
                for name, one in model.tables.items()]  # fmt: skip
    return [{"name": one.table, "description": f"of {one.of}: {', '.join(one.measures)}"} for one in model.rollups]


def _described(model: SemanticModel, field: str) -> str:
    named = model.dimensions.get(field) or model.filters.get(field)
    return named.description if named else "A grain of time."


def schema() -> str:
    """The JSON Schema of model files."""
    from pydantic import TypeAdapter  # noqa: PLC0415

    from nlq.semantics.load import RENAMED  # noqa: PLC0415
    from nlq.semantics.model import Source  # noqa: PLC0415

    text = json.dumps(TypeAdapter(Source).json_schema(), indent=2)
    for key, field in RENAMED.items():
        text = text.replace(f'"{field}"', f'"{key}"')
    return text

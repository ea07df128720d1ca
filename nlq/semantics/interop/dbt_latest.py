"""dbt's newer way: a semantic model is said on the dbt model itself, its columns and its metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlq.semantics.interop.dbt_parts import conditions, length, metric_inputs
from nlq.semantics.interop.dbt_project import Element, Input, Measure, MetricOf, NonAdditive, Semantics

if TYPE_CHECKING:
    from nlq.semantics.interop.dbt_places import Places
    from nlq.semantics.interop.dbt_project import Project

Plain = dict[str, Any]


def read_model(project: Project, one: Plain, where: str, places: Places) -> None:
    """One dbt model that has `semantic_model:` switched on, with its columns, derived semantics and metrics."""
    said = one["semantic_model"]
    if said is not True and not said.get("enabled", True):
        return
    relation, schema = places.of(one["name"])
    config = places.config(one["name"])
    meta = (said.get("config") or {}).get("meta") if isinstance(said, dict) else None
    made = Semantics(
        name=(said.get("name") if isinstance(said, dict) else None) or one["name"], relation=relation,
        schema=schema, where=where, label=one.get("label") or "", description=one.get("description") or "",
        time=one.get("agg_time_dimension"), primary_entity=one.get("primary_entity"), meta=meta or config.get("meta") or {},
    )  # fmt: skip
    for column in one.get("columns") or ():
        _column(made, column)
    more = one.get("derived_semantics") or {}
    for part in more.get("dimensions") or ():
        _dimension(made, part, str(part["expr"]), part.get("granularity"))
    for part in more.get("entities") or ():
        made.entities[part["name"]] = Element(
            part["name"], str(part["type"]).lower(), str(part["expr"]), part.get("label") or ""
        )
    made.primary_entity = made.primary_entity or next((name for name, part in made.entities.items() if part.type == "primary"), None)  # fmt: skip
    project.semantics[made.name] = made
    for part in one.get("metrics") or ():
        _metric(project, made, part, where)


def _column(made: Semantics, column: Plain) -> None:
    """What a column is: an entity, a dimension, or neither. Each may be said by its type alone."""
    name = str(column["name"])
    entity, dimension = column.get("entity"), column.get("dimension")
    if entity:
        said = entity if isinstance(entity, dict) else {"type": entity}
        called = said.get("name") or name
        made.entities[called] = Element(called, str(said["type"]).lower(), name, said.get("label") or "", said.get("description") or column.get("description") or "")  # fmt: skip
    if dimension:
        said = dimension if isinstance(dimension, dict) else {"type": dimension}
        text = {"description": column.get("description"), **said}
        _dimension(made, {**text, "name": said.get("name") or name}, name, column.get("granularity"))


def _dimension(made: Semantics, part: Plain, expr: str, grain: str | None) -> None:
    from nlq.semantics.interop.dbt_read import dimension  # noqa: PLC0415 - it imports this module

    made.dimensions[part["name"]] = dimension(part, expr, grain)


def _metric(project: Project, model: Semantics, one: Plain, where: str) -> None:
    """A metric said on a model: a simple one is a measure of it and the metric of that measure."""
    made = MetricOf(
        name=one["name"], type=str(one.get("type") or "simple").lower(), where=where, label=one.get("label") or "",
        description=one.get("description") or "", filter=conditions(one.get("filter")),
        private=bool(one.get("is_private") or one.get("hidden")), expr=None if one.get("expr") is None else str(one["expr"]),
        window=length(one.get("window")), to_grain=one.get("grain_to_date"), period_agg=str(one.get("period_agg") or "first").lower(),
        entity=one.get("entity"), calculation=str(one.get("calculation") or "conversion_rate").lower(),
        constants=tuple((str(pair["base_property"]), str(pair["conversion_property"])) for pair in one.get("constant_properties") or ()),
        meta=(one.get("config") or {}).get("meta") or {},
    )  # fmt: skip
    if made.type == "simple":
        non = one.get("non_additive_dimension") or {}
        choice = str(non.get("window_agg") or non.get("window_choice") or "min").lower()
        percentile = one.get("percentile")
        model.measures[made.name] = Measure(
            made.name, model.name, {"avg": "average"}.get(str(one["agg"]).lower(), str(one["agg"]).lower()), made.expr,
            None if percentile is None else float(percentile) / (100 if float(percentile) > 1 else 1),
            str(one.get("percentile_type") or "continuous") == "discrete", bool(one.get("use_approximate_percentile")),
            one.get("agg_time_dimension"),
            NonAdditive(non["name"], choice, tuple(non.get("group_by") or non.get("window_groupings") or ())) if non else None,  # type: ignore[arg-type]
        )  # fmt: skip
        made.of["measure"] = Input(made.name, fill=one.get("fill_nulls_with"), spine=bool(one.get("join_to_timespine")))
    else:
        metric_inputs(made, one, {})
    project.metrics[made.name] = made

"""A dbt project's semantic layer as files, in the newer way (on `models:`) or the older one (`semantic_models:`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlq.semantics.interop.dbt_parts import ROLES
from nlq.semantics.interop.expressions import plain_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.semantics.interop.dbt_project import Element, Input, Measure, MetricOf, Project, Semantics, Spine

Plain = dict[str, Any]
MEASURES = {"input_metric": "measure", "base_metric": "base_measure", "conversion_metric": "conversion_measure"}


def latest(project: Project) -> dict[str, Plain]:
    """File name to content, as dbt-core reads it from 1.12 on."""
    files: dict[str, Plain] = {}
    spines = {one.relation: one for one in project.spines}
    for one in project.semantics.values():
        files[f"models/{one.relation}.yml"] = {
            "version": 2,
            "models": [_model(project, one, spines.pop(one.relation, None))],
        }
    files |= _spines(spines.values())
    rest = [_latest_metric(one) for one in project.metrics.values() if one.type != "simple"]
    return files | ({"models/metrics.yml": {"version": 2, "metrics": rest}} if rest else {}) | _saved(project)


def legacy(project: Project) -> dict[str, Plain]:
    """File name to content, as dbt-core reads it up to 1.11, and later too."""
    files: dict[str, Plain] = {}
    for one in project.semantics.values():
        metrics = [
            _legacy_metric(project, metric) for metric in project.metrics.values() if _home(project, metric) == one.name
        ]
        files[f"models/{one.relation}.yml"] = {
            "version": 2,
            "semantic_models": [_semantics(one)],
            **({"metrics": metrics} if metrics else {}),
        }
    files |= _spines(project.spines)
    rest = [_legacy_metric(project, one) for one in project.metrics.values() if one.type != "simple"]
    return files | ({"models/metrics.yml": {"version": 2, "metrics": rest}} if rest else {}) | _saved(project)


def _home(project: Project, one: MetricOf) -> str | None:
    measure = project.measure(one.of["measure"].name) if "measure" in one.of else None
    return measure.model if measure else None


def _said(**parts: Any) -> Plain:
    """The parts that say anything."""
    return {key: value for key, value in parts.items() if value not in (None, "", [], {}, (), False)}


def _config(meta: Plain) -> Plain:
    return {"config": {"meta": meta}} if meta else {}


def _filter(texts: Iterable[str]) -> Any:
    found = list(texts)
    return found[0] if len(found) == 1 else found


# The newer way.


def _model(project: Project, one: Semantics, spine: Spine | None) -> Plain:
    """A model: what its columns are, what is derived from them, and the metrics of its rows."""
    columns, derived = _columns(one)
    metrics = [_simple(metric, one.measures[metric.of["measure"].name]) for metric in project.metrics.values()
               if metric.type == "simple" and metric.of["measure"].name in one.measures]  # fmt: skip
    for name in [spine.column, *spine.grains.values()] if spine else []:
        columns.setdefault(name, {"name": name})
    if spine:
        columns[spine.column]["granularity"] = "day"
    named = {"name": one.name} if one.name != one.relation else {}
    return {
        "name": one.relation, **_said(description=one.description), "semantic_model": {"enabled": True, **named, **_config(one.meta)},
        **_said(agg_time_dimension=one.time, primary_entity=None if _primary(one) else one.primary_entity),
        **({"time_spine": _spine(spine)} if spine else {}), **_said(columns=list(columns.values()), derived_semantics=derived, metrics=metrics),
    }  # fmt: skip


def _primary(one: Semantics) -> bool:
    return any(entity.type == "primary" for entity in one.entities.values())


def _columns(one: Semantics) -> tuple[dict[str, Plain], Plain]:
    """Columns with at most one entity and one dimension each; what more there is, and every expression, is derived."""
    columns: dict[str, Plain] = {}
    derived: dict[str, list[Plain]] = {"dimensions": [], "entities": []}
    for kind, elements in (("entity", one.entities), ("dimension", one.dimensions)):
        for part in elements.values():
            name = plain_column(part.expr)
            said = _said(type=part.type, label=part.label, description=part.description) | _config(part.meta)
            if part.validity:
                said["validity_params"] = {"is_start" if part.validity == "since" else "is_end": True}
            if name is None or kind in columns.get(name, {}):
                grain = {"granularity": part.grain} if part.grain else {}
                derived["dimensions" if kind == "dimension" else "entities"].append(
                    {"name": part.name, "expr": part.expr, **said, **grain}
                )
                continue
            column = columns.setdefault(name, {"name": name})
            if part.grain:
                column["granularity"] = part.grain
            column[kind] = ({"name": part.name} if part.name != name else {}) | said
    return columns, {key: value for key, value in derived.items() if value}


def _simple(one: MetricOf, measure: Measure) -> Plain:
    given, non = one.of["measure"], measure.non_additive
    away = {"name": non.name, "window_agg": non.choice, **_said(group_by=list(non.groupings))} if non else None
    return {
        **_head(one), "type": "simple", **_said(label=one.label or one.name, description=one.description), "agg": measure.agg,
        **_said(expr=measure.expr, percentile=measure.percentile, percentile_type="discrete" if measure.discrete else None,
                agg_time_dimension=measure.time, non_additive_dimension=away, filter=_filter(one.filter), hidden=one.private),
        **({"fill_nulls_with": given.fill} if given.fill is not None else {}), **_said(join_to_timespine=given.spine), **_config(one.meta),
    }  # fmt: skip


def _head(one: MetricOf) -> Plain:
    return {"name": one.name}


def _latest_metric(one: MetricOf) -> Plain:
    return {
        **_head(one), "type": one.type, **_said(label=one.label or one.name, description=one.description),
        **{role: _input(one.of[role]) for role in ROLES if role in one.of},
        **_said(expr=one.expr, input_metrics=[_whole(part) for part in one.inputs], **_over(one), filter=_filter(one.filter), hidden=one.private),
        **_config(one.meta),
    }  # fmt: skip


def _over(one: MetricOf) -> Plain:
    """What a window over time and a conversion say."""
    window = (
        {"window": one.window, "grain_to_date": one.to_grain, "period_agg": one.period_agg}
        if one.type == "cumulative"
        else {}
    )
    pairs = [{"base_property": mine, "conversion_property": its} for mine, its in one.constants]
    conversion = {
        "entity": one.entity,
        "calculation": one.calculation,
        "window": one.window,
        "constant_properties": pairs,
    }
    return window or (conversion if one.type == "conversion" else {})


def _input(given: Input) -> Any:
    return _whole(given) if given.where else given.name


def _whole(given: Input) -> Plain:
    return {"name": given.name, **_said(alias=given.alias if given.alias != given.name else None, filter=_filter(given.where),
                                        offset_window=given.offset, offset_to_grain=given.to_grain)}  # fmt: skip


# The older way.


def _semantics(one: Semantics) -> Plain:
    return {
        "name": one.name, **_said(description=one.description), "model": f"ref('{one.relation}')",
        **({"defaults": {"agg_time_dimension": one.time}} if one.time else {}),
        **_said(primary_entity=None if _primary(one) else one.primary_entity),
        **_said(entities=[_element(part) for part in one.entities.values()], dimensions=[_element(part) for part in one.dimensions.values()],
                measures=[_measure(part) for part in one.measures.values()]),
        **_config(one.meta),
    }  # fmt: skip


def _element(part: Element) -> Plain:
    params: Plain = {"time_granularity": part.grain} if part.grain else {}
    if part.validity:
        params["validity_params"] = {"is_start" if part.validity == "since" else "is_end": True}
    return {"name": part.name, "type": part.type, **_said(expr=part.expr if part.expr != part.name else None, label=part.label,
                                                           description=part.description, type_params=params), **_config(part.meta)}  # fmt: skip


def _measure(one: Measure) -> Plain:
    params = _said(use_discrete_percentile=one.discrete) | (
        {"percentile": one.percentile} if one.percentile is not None else {}
    )
    non = one.non_additive
    away = (
        {"name": non.name, "window_choice": non.choice, **_said(window_groupings=list(non.groupings))} if non else None
    )
    return {"name": one.name, "agg": one.agg, **_said(expr=one.expr if one.expr != one.name else None, agg_params=params, agg_time_dimension=one.time,
                                                       non_additive_dimension=away)}  # fmt: skip


def _legacy_metric(project: Project, one: MetricOf) -> Plain:
    """A metric with its `type_params`; windows and conversions are there over measures, under the filters of their metrics."""
    params: Plain = {}
    for role in ROLES:
        given = one.of.get(role)
        if given is None:
            continue
        if role == "measure":
            params[role] = {
                "name": given.name,
                **({"fill_nulls_with": given.fill} if given.fill is not None else {}),
                **_said(join_to_timespine=given.spine),
            }
        elif role in MEASURES:
            of = project.metrics[given.name]
            measure = of.of["measure"]
            where = " AND ".join(f"({text})" for text in (*of.filter, *given.where))
            params[MEASURES[role]] = {"name": measure.name, **_said(filter=where)}
            params[MEASURES[role]] |= {"fill_nulls_with": measure.fill} if measure.fill is not None else {}
        else:
            params[role] = _input(given)
    params |= _said(expr=one.expr, metrics=[_whole(part) for part in one.inputs])
    over = _said(**_over(one))
    if one.type == "conversion":
        params = {"conversion_type_params": params | over}
    elif one.type == "cumulative":
        params |= {"cumulative_type_params": over}
    return {**_head(one), "type": one.type, **_said(label=one.label or one.name, description=one.description), "type_params": params,
            **_said(filter=_filter(one.filter)), **_config(one.meta)}  # fmt: skip


# Both.


def _spine(one: Spine) -> Plain:
    own = [{"name": name, **({"column_name": column} if column != name else {})} for name, column in one.grains.items()]
    return {"standard_granularity_column": one.column, **_said(custom_granularities=own)}


def _spines(spines: Iterable[Spine]) -> dict[str, Plain]:
    files = {}
    for one in spines:
        columns = [
            {"name": one.column, "granularity": one.grain},
            *({"name": name} for name in dict.fromkeys(one.grains.values())),
        ]
        files[f"models/{one.relation}_spine.yml"] = {
            "version": 2,
            "models": [{"name": one.relation, "time_spine": _spine(one), "columns": columns}],
        }
    return files


def _saved(project: Project) -> dict[str, Plain]:
    saved = [{
        "name": one.name, **_said(label=one.label, description=one.description),
        "query_params": {"metrics": list(one.metrics), **_said(group_by=list(one.group_by), where=list(one.conditions),
                                                                order_by=[_order(project, name) for name in one.order], limit=one.limit)},
    } for one in project.saved]  # fmt: skip
    return {"models/saved_queries.yml": {"version": 2, "saved_queries": saved}} if saved else {}


def _order(project: Project, name: str) -> str:
    plain = name.removeprefix("-")
    made = f"Metric('{plain}')" if plain in project.metrics else plain
    return f"{made}.descending(True)" if name.startswith("-") else made

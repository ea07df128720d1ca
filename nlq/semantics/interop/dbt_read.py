"""Reads a dbt project's YAML files, or its semantic_manifest.json, into a `Project`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.semantics.interop.carried import Issue
from nlq.semantics.interop.dbt_latest import read_model
from nlq.semantics.interop.dbt_parts import conditions, dicts, length, metric_inputs, relation
from nlq.semantics.interop.dbt_places import Places, read_places
from nlq.semantics.interop.dbt_project import (
    Element,
    Input,
    Measure,
    MetricOf,
    NonAdditive,
    Project,
    Saved,
    Semantics,
    Spine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SKIPPED = frozenset({"target", "dbt_packages", "dbt_modules", "logs", "node_modules", "venv", "__pycache__"})
MAX_BYTES = 4_000_000
Plain = dict[str, Any]


def read_project(place: Path, schema: str = "main") -> tuple[Project, list[Issue]]:
    """The semantic layer of a dbt project's folder, or of one `semantic_manifest.json`; `schema` is the target's.

    Raises:
        BadRequest: there is nothing of the kind there.
    """
    issues: list[Issue] = []
    documents = list(_documents(place, issues))
    name = next((str(one["name"]) for _, one in documents if "name" in one and "config-version" in one), place.stem)
    project = Project(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "dbt")
    places = read_places(place, documents, schema, issues)
    for where, content in documents:
        _read_file(project, content, where, places, issues)
    if not project.semantics:
        raise BadRequest(f"there is no semantic model in {place}", where=str(place),
                         fix="name the folder of a dbt project, or its target/semantic_manifest.json")  # fmt: skip
    return project, issues


def _documents(place: Path, issues: list[Issue]) -> Iterator[tuple[str, Plain]]:
    """Every YAML file below a folder (or the one JSON file), with its name there."""
    import yaml  # noqa: PLC0415 - only where a project is read

    if place.is_file():
        files, base = [place], place.parent
    else:
        found = sorted([*place.rglob("*.yml"), *place.rglob("*.yaml")])
        base = place
        files = [one for one in found if not SKIPPED & set(one.relative_to(place).parts) and not any(part.startswith(".") for part in one.relative_to(place).parts)]  # fmt: skip
    for path in files:
        name = str(path.relative_to(base))
        try:
            if path.stat().st_size > MAX_BYTES:
                issues.append(Issue("not_read", name, "it is larger than 4 MB"))
                continue
            text = path.read_text(encoding="utf-8")
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            content = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=loader)  # noqa: S506 - a safe one
        except (OSError, ValueError, yaml.YAMLError) as problem:
            issues.append(Issue("not_read", name, f"{type(problem).__name__}: {str(problem).splitlines()[0]}"))
            continue
        if isinstance(content, dict):
            yield name, content


def _enabled(parts: Any) -> list[Plain]:
    """The parts that are not switched off."""
    return [
        one for one in dicts(parts) if (one.get("config") or {}).get("enabled", one.get("enabled", True)) is not False
    ]


def _read_file(project: Project, content: Plain, where: str, places: Places, issues: list[Issue]) -> None:
    for one in _enabled(content.get("semantic_models")):
        _each(
            issues,
            where,
            f"semantic model {one.get('name')}",
            lambda one=one: _semantics(project, one, where, places),
        )
    for one in _enabled(content.get("models")):
        spine = one.get("time_spine")
        if isinstance(spine, dict):
            _each(issues, where, f"time spine {one.get('name')}", lambda one=one: _spine(project, one, places))
        if one.get("semantic_model"):
            _each(issues, where, f"model {one.get('name')}", lambda one=one: read_model(project, one, where, places))
    for one in dicts((content.get("project_configuration") or {}).get("time_spines")):
        _each(issues, where, "time spine", lambda one=one: _manifest_spine(project, one))
    for one in _enabled(content.get("metrics")):
        _each(issues, where, f"metric {one.get('name')}", lambda one=one: _metric(project, one, where))
    for one in dicts(content.get("saved_queries")):
        _each(issues, where, f"saved query {one.get('name')}", lambda one=one: _saved(project, one, where))


def _each(issues: list[Issue], where: str, what: str, read: Any) -> None:
    """Read one part; what is not as dbt has it is listed, and the others are read."""
    try:
        read()
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        issues.append(Issue("not_read", f"{where}: {what}", f"{type(problem).__name__}: {problem}"))


def _semantics(project: Project, one: Plain, where: str, places: Places) -> None:
    table, schema = relation(one, places)
    made = Semantics(
        name=one["name"], relation=table, schema=schema, where=where, label=one.get("label") or "",
        description=one.get("description") or "", time=(one.get("defaults") or {}).get("agg_time_dimension"),
        primary_entity=one.get("primary_entity"), meta=(one.get("config") or {}).get("meta") or {},
    )  # fmt: skip
    for part in dicts(one.get("entities")):
        made.entities[part["name"]] = Element(part["name"], str(part["type"]).lower(), str(part.get("expr") or part["name"]), part.get("label") or "",
                                              part.get("description") or "")  # fmt: skip
    for part in dicts(one.get("dimensions")):
        made.dimensions[part["name"]] = dimension(part, str(part.get("expr") or part["name"]))
    for part in dicts(one.get("measures")):
        name, params, non = part["name"], part.get("agg_params") or {}, part.get("non_additive_dimension") or {}
        made.measures[name] = Measure(
            name=name, model=made.name, agg=str(part["agg"]).lower(), expr=_text(part.get("expr")), percentile=params.get("percentile"),
            discrete=bool(params.get("use_discrete_percentile")), approximate=bool(params.get("use_approximate_percentile")),
            time=part.get("agg_time_dimension"), label=part.get("label") or "", description=part.get("description") or "",
            non_additive=NonAdditive(non["name"], str(non.get("window_choice") or "min").lower(), tuple(non.get("window_groupings") or ())) if non else None,  # type: ignore[arg-type]
        )  # fmt: skip
        if part.get("create_metric") and name not in project.metrics:
            project.metrics[name] = MetricOf(name, "simple", where, part.get("label") or "", part.get("description") or "", of={"measure": Input(name)})  # fmt: skip
    made.primary_entity = made.primary_entity or next((name for name, part in made.entities.items() if part.type == "primary"), None)  # fmt: skip
    project.semantics[made.name] = made


def dimension(part: Plain, expr: str, grain: str | None = None) -> Element:
    """A dimension of either way of writing."""
    params = part.get("type_params") or {}
    validity = part.get("validity_params") or params.get("validity_params") or {}
    end = "since" if validity.get("is_start") else "before" if validity.get("is_end") else None
    return Element(part["name"], str(part["type"]).lower(), expr, part.get("label") or "", part.get("description") or "",
                   grain or params.get("time_granularity"), end, bool(part.get("is_partition")), meta_of(part))  # type: ignore[arg-type]  # fmt: skip


def meta_of(part: Plain) -> Plain:
    """What a project says for itself of a part: `config: {meta: …}`, or `meta` alone as older ones have it."""
    meta = (part.get("config") or {}).get("meta") or part.get("meta")
    return dict(meta) if isinstance(meta, dict) else {}


def _metric(project: Project, one: Plain, where: str) -> None:
    """A metric of `metrics:`, in either way of writing."""
    params = one.get("type_params") or {}
    cumulative, conversion = params.get("cumulative_type_params") or {}, params.get("conversion_type_params") or {}
    both = {
        **one,
        **params,
        **{key: value for key, value in (*cumulative.items(), *conversion.items()) if value is not None},
    }
    made = MetricOf(
        name=one["name"], type=str(one.get("type") or "simple").lower(), where=where, label=one.get("label") or "",
        description=one.get("description") or "", filter=conditions(one.get("filter")),
        private=bool(params.get("is_private") or one.get("is_private") or one.get("hidden")), expr=_text(both.get("expr")),
        window=length(both.get("window")), to_grain=both.get("grain_to_date"), period_agg=str(both.get("period_agg") or "first").lower(),
        entity=both.get("entity"), calculation=str(both.get("calculation") or "conversion_rate").lower(),
        constants=tuple((str(pair["base_property"]), str(pair["conversion_property"])) for pair in both.get("constant_properties") or ()),
        meta=(one.get("config") or {}).get("meta") or {},
    )  # fmt: skip
    metric_inputs(made, both, params)
    aggregated = params.get("metric_aggregation_params") or {}
    if made.type == "simple" and "measure" not in made.of and aggregated:  # a manifest of the newer way
        _manifest_simple(project, made, aggregated, params)
    project.metrics[made.name] = made


def _manifest_simple(project: Project, made: MetricOf, aggregated: Plain, params: Plain) -> None:
    """A simple metric that holds its own aggregate, as a compiled manifest has it."""
    model, detail, non = project.semantics[aggregated["semantic_model"]], aggregated.get("agg_params") or {}, aggregated.get("non_additive_dimension") or {}  # fmt: skip
    model.measures[made.name] = Measure(
        made.name, model.name, str(aggregated["agg"]).lower(), _text(aggregated.get("expr") or params.get("expr")), detail.get("percentile"),
        bool(detail.get("use_discrete_percentile")), bool(detail.get("use_approximate_percentile")), aggregated.get("agg_time_dimension"),
        NonAdditive(non["name"], str(non.get("window_choice") or "min").lower(), tuple(non.get("window_groupings") or ())) if non else None,  # type: ignore[arg-type]
    )  # fmt: skip
    made.of["measure"] = Input(
        made.name, fill=params.get("fill_nulls_with"), spine=bool(params.get("join_to_timespine"))
    )


def _spine(project: Project, one: Plain, places: Places) -> None:
    spine = one["time_spine"]
    column = spine["standard_granularity_column"]
    columns = {part.get("name"): part for part in dicts(one.get("columns"))}
    relation, schema = places.of(one["name"])
    own = {part["name"]: part.get("column_name") or part["name"] for part in dicts(spine.get("custom_granularities"))}
    grain = str(columns.get(column, {}).get("granularity") or "day").lower()
    project.spines.append(Spine(relation, schema, column, grain, own))


def _manifest_spine(project: Project, one: Plain) -> None:
    node, primary = one["node_relation"], one["primary_column"]
    own = {part["name"]: part.get("column_name") or part["name"] for part in dicts(one.get("custom_granularities"))}
    project.spines.append(Spine(node["alias"], node.get("schema_name"), primary["name"], str(primary["time_granularity"]).lower(), own))  # fmt: skip


def _saved(project: Project, one: Plain, where: str) -> None:
    asked = one.get("query_params") or one
    project.saved.append(Saved(one["name"], where, one.get("label") or "", one.get("description") or "", tuple(map(str, asked["metrics"])),
                               tuple(map(str, asked.get("group_by") or ())), conditions(asked.get("where")),
                               tuple(map(str, asked.get("order_by") or ())), asked.get("limit"), len(one.get("exports") or ())))  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

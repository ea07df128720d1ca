"""Snowflake's semantic model YAML (and that of its semantic views), read into a `Layer`. Keys as its public specification has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.expressions import parsed
from nlq.semantics.interop.layer import Figure, Layer, Member, Relation, Way
from nlq.semantics.interop.reading import documents, list_of, named, selected

if TYPE_CHECKING:
    from pathlib import Path

Plain = dict[str, Any]
AGGREGATES = {
    "sum": "SUM",
    "avg": "AVG",
    "min": "MIN",
    "max": "MAX",
    "median": "MEDIAN",
    "count": "COUNT",
    "count_distinct": "COUNT(DISTINCT",
}
TYPES = {"NUMBER": "decimal", "DECIMAL": "decimal", "INT": "integer", "INTEGER": "integer", "BIGINT": "integer", "FLOAT": "number", "DOUBLE": "number",
         "VARCHAR": "string", "TEXT": "string", "STRING": "string", "CHAR": "string", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP_NTZ": "datetime",
         "TIMESTAMP": "datetime", "DATETIME": "datetime", "TIMESTAMP_TZ": "timestamp", "TIMESTAMP_LTZ": "timestamp"}  # fmt: skip


def read(place: Path) -> Layer:
    """The model of a file.

    Raises:
        BadRequest: it is no semantic model.
    """
    where, content = documents(place, lambda one: "tables" in one)[0]
    layer = Layer(named(str(content.get("name") or place.stem)), str(content.get("description") or ""), "snowflake")
    schemas = {
        str(table["base_table"]["schema"]).lower()
        for table in list_of(content, "tables")
        if (table.get("base_table") or {}).get("schema")
    }
    layer.schema = next(iter(schemas)) if len(schemas) == 1 else None
    for key in ("custom_instructions", "module_custom_instructions", "variables", "max_staleness"):
        if content.get(key):
            layer.lose("left_out", f"{where}: {key}", "instructions to a language model, or settings of an engine")
    for table in list_of(content, "tables"):
        _table(layer, table)
    for one in list_of(content, "relationships"):
        on = tuple(
            (str(pair["left_column"]).lower(), str(pair["right_column"]).lower())
            for pair in list_of(one, "relationship_columns")
        )
        if one.get("type") or any(
            set(pair) - {"left_column", "right_column"} for pair in list_of(one, "relationship_columns")
        ):
            layer.lose("left_out", f"relationship {one.get('name')}", "a join that is not by equality")
            continue
        if one.get("join_type") == "inner":
            layer.lose(
                "left_out", f"relationship {one.get('name')}", "inner: here rows that name nothing stay, as unknown"
            )
        layer.ways.append(Way(str(one["left_table"]), str(one["right_table"]), on))
    for one in list_of(content, "metrics"):
        _figure(layer, one, None)
    for one in list_of(content, "verified_queries"):
        layer.lose(
            "left_out",
            f"verified query {one.get('name')}",
            "it is SQL: ask its question, and keep the query as a verified one",
        )
    return layer


def _table(layer: Layer, table: Plain) -> None:
    base, name = table.get("base_table") or {}, str(table["name"])
    relation, schema, where = str(base.get("table") or name).lower(), base.get("schema"), None
    if base.get("definition"):
        try:
            relation, schema, where = selected(str(base["definition"]), layer.dialect)
        except NotCarried as problem:
            layer.lose(problem.code, f"table {name}", problem.what)
            return
    one = layer.relations[name] = Relation(
        name, relation, str(schema).lower() if schema else None, where,
        tuple(str(column).lower() for column in (table.get("primary_key") or {}).get("columns") or ()), "", str(table.get("description") or ""),
    )  # fmt: skip
    for section, kind in (
        ("dimensions", "dimension"),
        ("time_dimensions", "dimension"),
        ("facts", "fact"),
        ("measures", "fact"),
        ("filters", "filter"),
    ):
        for part in list_of(table, section):
            _member(layer, one, part, kind)
    one.time = next(
        (str(part["name"]) for part in list_of(table, "time_dimensions") if str(part["name"]) in one.members), None
    )
    for part in list_of(table, "measures"):
        how = part.get("default_aggregation")
        if how is None:
            layer.lose("left_out", f"{name}.{part['name']}", "a measure without an aggregation is no metric")
            continue
        if how not in AGGREGATES:
            layer.lose("aggregation", f"{name}.{part['name']}", f"there is no {how}")
            continue
        text = f"{AGGREGATES[how]} {part['name']}" if how == "count_distinct" else f"{AGGREGATES[how]}({part['name']}"
        layer.figures.append(_said(part, Figure(str(part["name"]), f"{text})", name)))
    for part in list_of(table, "metrics"):
        _figure(layer, part, name)


def _member(layer: Layer, one: Relation, part: Plain, kind: str) -> None:
    expr = str(part.get("expr") or part["name"])
    where = f"{one.name}.{part['name']}"
    if kind == "dimension" and "filter" in (part.get("labels") or ()):
        kind = "filter"
    for key, why in (("cortex_search_service", "a search service"), ("tags", "tags of the platform")):
        if part.get(key):
            layer.lose("left_out", where, why)
    try:
        tree = parsed(expr, layer.dialect)
    except NotCarried as problem:
        layer.lose(problem.code, where, problem.what)
        return
    if any(isinstance(node, (exp.Window, exp.AggFunc)) for node in tree.walk()):
        layer.lose("expression", where, f"it is over more than its own row: {expr}")
        return
    kind_of = TYPES.get(str(part.get("data_type") or "").partition("(")[0].strip().upper(), "")
    public = part.get("access_modifier") != "private_access"
    one.members[str(part["name"])] = Member(str(part["name"]), expr, "boolean" if kind == "filter" else kind_of, kind, "", str(part.get("description") or ""),
                                            tuple(map(str, part.get("synonyms") or ())), public)  # fmt: skip


def _figure(layer: Layer, part: Plain, home: str | None) -> None:
    if part.get("non_additive_dimensions") or part.get("using_relationships"):
        layer.lose(
            "aggregation",
            f"metric {part['name']}",
            "what does not add up, or a way of its own, is to be said here by hand",
        )
        return
    layer.figures.append(_said(part, Figure(str(part["name"]), str(part["expr"]), home)))


def _said(part: Plain, one: Figure) -> Figure:
    one.description, one.synonyms = str(part.get("description") or ""), tuple(map(str, part.get("synonyms") or ()))
    one.public = part.get("access_modifier") != "private_access"
    return one

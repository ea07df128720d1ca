"""Apache Ossie (formerly Open Semantic Interchange), read into a `Layer`: its 0.2 shape, and the draft before it had versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.expressions import parsed, plain_column
from nlq.semantics.interop.layer import Figure, Layer, Member, Relation, Way
from nlq.semantics.interop.reading import documents, list_of, named, selected

if TYPE_CHECKING:
    from pathlib import Path

Plain = dict[str, Any]
DIALECT = "duckdb"  # closest to ANSI of those whose division is one of real numbers
SPOKEN = {
    "ANSI_SQL": DIALECT,
    "SNOWFLAKE": "snowflake",
    "DATABRICKS": "databricks",
    "BIGQUERY": "bigquery",
}  # in order of preference
TYPES = {"String": "string", "Integer": "integer", "Decimal": "decimal", "Float": "number", "Boolean": "boolean", "Date": "date", "DateTime": "datetime",
         "DateTimeTz": "timestamp"}  # fmt: skip


def read(place: Path) -> Layer:
    """The one semantic model of a file.

    Raises:
        BadRequest: it is no such file, or holds several models.
    """
    where, content = documents(place, lambda one: "semantic_model" in one)[0]
    models = list_of(content, "semantic_model")
    if len(models) != 1:
        raise BadRequest(
            f"there are {len(models)} semantic models in {where}", where=where, fix="give each a file of its own"
        )
    model = models[0]
    layer = Layer(named(str(model["name"])), str(model.get("description") or ""), DIALECT)
    _context(layer, model, where)
    for one in list_of(model, "datasets"):
        _dataset(layer, one)
    schemas = {one.schema for one in layer.relations.values()} - {None}
    layer.schema = next(iter(schemas)) if len(schemas) == 1 else None
    for one in list_of(model, "relationships"):
        _context(layer, one, f"relationship {one.get('name')}")
        layer.ways.append(
            Way(
                str(one["from"]),
                str(one["to"]),
                tuple(zip(map(str, one["from_columns"]), map(str, one["to_columns"]), strict=True)),
            )
        )
    for one in list_of(model, "metrics"):
        place_of = f"metric {one['name']}"
        try:
            text = _expression(one.get("expression"))
        except NotCarried as problem:
            layer.lose(problem.code, place_of, problem.what)
            continue
        layer.figures.append(
            Figure(
                str(one["name"]),
                text,
                description=str(one.get("description") or ""),
                synonyms=_context(layer, one, place_of),
            )
        )
    return layer


def _dataset(layer: Layer, one: Plain) -> None:
    name, source = str(one["name"]), str(one["source"]).strip()
    where = None
    if plain_column(source.replace(".", "_")):
        *before, relation = source.lower().split(".")
        schema = before[-1] if before else None
    else:
        try:
            relation, schema, where = selected(source, layer.dialect)
        except NotCarried as problem:
            layer.lose(problem.code, f"dataset {name}", problem.what)
            return
    made = layer.relations[name] = Relation(
        name,
        relation,
        schema,
        where,
        tuple(map(str, one.get("primary_key") or ())),
        "",
        str(one.get("description") or ""),
    )
    _context(layer, one, f"dataset {name}")
    for part in list_of(one, "fields"):
        _field(layer, made, part)


def _field(layer: Layer, made: Relation, part: Plain) -> None:
    name, where = str(part["name"]), f"{made.name}.{part['name']}"
    kind, synonyms = str(part.get("datatype") or ""), _context(layer, part, where)
    if kind in ("Opaque", "Time"):
        layer.lose("left_out", where, f"a field of type {kind}")
        return
    try:
        text = _expression(part.get("expression"))
    except NotCarried as problem:
        layer.lose(problem.code, where, problem.what)
        return
    said = part.get("dimension")
    label = str(part.get("label") or "")
    made.members[name] = Member(name, text, TYPES.get(kind, ""), "fact" if said is None else "dimension", "" if label == "filter" else label,
                                str(part.get("description") or ""), synonyms)  # fmt: skip
    dated = (said or {}).get("is_time", kind in ("Date", "DateTime", "DateTimeTz")) if said is not None else False
    if dated and made.time is None and plain_column(text) and kind in ("", "Date", "DateTime", "DateTimeTz"):
        made.time = name


def _expression(value: Any) -> str:
    """The text of an expression in the dialect that is read here; of several the most standard one.

    Raises:
        NotCarried: it is written in none that is known.
    """
    if isinstance(value, str):
        return value
    spoken = value.get("dialects") if isinstance(value, dict) else value
    texts = {str(one.get("dialect")): str(one.get("expression")) for one in spoken or () if isinstance(one, dict)}
    for name, dialect in SPOKEN.items():
        if name in texts:
            return texts[name] if dialect == DIALECT else parsed(texts[name], dialect).sql(DIALECT)
    raise NotCarried("expression", f"it is written for {', '.join(texts) or 'nobody'} alone")


def _context(layer: Layer, one: Plain, where: str) -> tuple[str, ...]:
    """The synonyms that a part has; what else is said to a language model or to another tool is listed."""
    for extension in list_of(one, "custom_extensions"):
        layer.lose("left_out", where, f"an extension of {extension.get('vendor_name')}")
    context = one.get("ai_context")
    if isinstance(context, str):
        layer.lose("left_out", where, f"instructions: {context}")
    if not isinstance(context, dict):
        return ()
    for key in sorted(set(context) - {"synonyms"}):
        layer.lose("left_out", where, f"{key} for a language model")
    return tuple(map(str, context.get("synonyms") or ()))

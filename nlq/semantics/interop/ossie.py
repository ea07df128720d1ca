"""Apache Ossie (formerly Open Semantic Interchange), read into a `Layer`: its 0.2 shape, and the draft before it had versions."""

from __future__ import annotations

import json
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
VENDOR = "NLQ"
DATASET = frozenset({"policy", "masks", "owner", "grain", "time"})
FIGURE = frozenset({"unit", "absence_is_zero", "owner", "decimals", "label"})
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
    _own(layer, model, where, frozenset())
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
        own = _own(layer, one, place_of, FIGURE)
        decimals = own.get("decimals")
        layer.figures.append(Figure(
            str(one["name"]), text, unit=str(own.get("unit") or ""), zero=own.get("absence_is_zero") is True, owner=str(own.get("owner") or ""),
            decimals=decimals if isinstance(decimals, int) else None, label=str(own.get("label") or ""), description=str(one.get("description") or ""),
            synonyms=_context(layer, one, place_of),
        ))  # fmt: skip
    return layer


def _dataset(layer: Layer, one: Plain) -> None:
    name, where = str(one["name"]), None
    try:
        source = _source(one["source"])
    except NotCarried as problem:
        layer.lose(problem.code, f"dataset {name}", problem.what)
        return
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
    own = _own(layer, one, f"dataset {name}", DATASET)
    made.owner, made.grain = str(own.get("owner") or ""), str(own.get("grain") or "")
    made.policy = own["policy"] if isinstance(own.get("policy"), (str, dict)) else None
    if "policy" in own and isinstance(own.get("masks"), dict):
        made.masks = {str(column): mask for column, mask in own["masks"].items() if isinstance(mask, dict)}
    for part in list_of(one, "fields"):
        _field(layer, made, part)


def _source(value: Any) -> str:
    """A table's whole name or a query: as a text, or in an object that says which of the two it is."""
    if not isinstance(value, dict):
        return str(value).strip()
    held = value.get("object")
    return _expression(held).strip() if value.get("kind") == "query" else str(held).strip()


def _field(layer: Layer, made: Relation, part: Plain) -> None:
    name, where = str(part["name"]), f"{made.name}.{part['name']}"
    kind, synonyms = str(part.get("datatype") or ""), _context(layer, part, where)
    _own(layer, part, where, frozenset())
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
    if dated and made.time is None and kind in ("", "Date", "DateTime", "DateTimeTz"):
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


def _own(layer: Layer, one: Plain, where: str, read: frozenset[str]) -> Plain:
    """What an export of ours keeps in an extension; what of it is not read here is listed."""
    found: Plain = {}
    for extension in list_of(one, "custom_extensions"):
        if extension.get("vendor_name") == VENDOR:
            try:
                data = json.loads(str(extension.get("data")))
            except ValueError:
                layer.lose("not_read", where, f"the extension of {VENDOR} is no JSON")
                continue
            found |= data if isinstance(data, dict) else {}
    rest = sorted(set(found) - read)
    if rest:
        layer.lose("left_out", where, f"of our own: {', '.join(rest)}")
    return found


def _context(layer: Layer, one: Plain, where: str) -> tuple[str, ...]:
    """The synonyms that a part has; what else is said to a language model or to another tool is listed."""
    for extension in list_of(one, "custom_extensions"):
        if extension.get("vendor_name") != VENDOR:
            layer.lose("left_out", where, f"an extension of {extension.get('vendor_name')}")
    context = one.get("ai_context")
    if isinstance(context, str):
        layer.lose("left_out", where, f"instructions: {context}")
    if not isinstance(context, dict):
        return ()
    for key in sorted(set(context) - {"synonyms"}):
        layer.lose("left_out", where, f"{key} for a language model")
    return tuple(map(str, context.get("synonyms") or ()))

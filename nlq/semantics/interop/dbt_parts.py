"""Small parts that both of dbt's ways of writing share: filters, windows, relations, the inputs of a metric."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.dbt_project import Input
from nlq.semantics.interop.expressions import parsed
from nlq.semantics.periods import UNITS

if TYPE_CHECKING:
    from nlq.semantics.interop.dbt_places import Places
    from nlq.semantics.interop.dbt_project import MetricOf

REF = re.compile(r"(?:ref|source)\(\s*(?:['\"][^'\"]+['\"]\s*,\s*)?['\"]([^'\"]+)['\"]")
UNIT = re.compile(r"count|ratio|days|date|[A-Z]{3}")
MOST_DECIMALS = 9
ROLES = (
    "measure",
    "numerator",
    "denominator",
    "base_measure",
    "base_metric",
    "conversion_measure",
    "conversion_metric",
    "metric",
    "input_metric",
)
Plain = dict[str, Any]


def dicts(value: Any) -> list[Plain]:
    """The mappings of a list; none of what is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def conditions(value: Any) -> tuple[str, ...]:
    """A filter as the conditions that all must hold: a text, a list of texts, or a manifest's where_filters."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, dict):
        if "where_filters" in value:
            return conditions(value["where_filters"])
        return conditions(value["where_sql_template"])
    return tuple(one for part in value for one in conditions(part))


def length(value: Any) -> str | None:
    """A window such as "7 days" or {count: 7, granularity: day}, as "7 day"; a spine's own grains may end with an s."""
    if value is None:
        return None
    if isinstance(value, dict):
        count, unit = value["count"], str(value["granularity"])
    else:
        count, _, unit = str(value).strip().partition(" ")
    unit = unit.strip().lower()
    return f"{int(count)} {unit.removesuffix('s') if unit.removesuffix('s') in UNITS else unit}"


def relation(one: Plain, places: Places) -> tuple[str, str | None]:
    """The table of a semantic model, and its schema where that is said."""
    node = one.get("node_relation")
    if isinstance(node, dict):
        return str(node["alias"]), node.get("schema_name")
    found = REF.search(str(one.get("model") or ""))
    name = found.group(1) if found else str(one.get("model") or one["name"])
    return places.of(name)


def given(value: Any) -> Input:
    """A metric or measure as another is made of it: a name, or a name with more said."""
    if not isinstance(value, dict):
        return Input(str(value))
    return Input(str(value["name"]), value.get("alias"), conditions(value.get("filter")), length(value.get("offset_window")),
                 value.get("offset_to_grain"), value.get("fill_nulls_with"), bool(value.get("join_to_timespine")))  # fmt: skip


def synonyms(meta: Plain) -> dict[str, list[str]]:
    """Phrases that a project keeps under `meta: {synonyms: …}`: a list in English, or lists by language."""
    said = meta.get("synonyms")
    by_language = {"en": said} if isinstance(said, list) else said if isinstance(said, dict) else {}
    return {language: [str(word).strip().lower() for word in by_language.get(language) or () if str(word).strip()]
            for language in ("en", "fil", "ceb") if isinstance(by_language.get(language), list)}  # fmt: skip


def shown(meta: Plain) -> Plain:
    """How a figure is shown, where a project keeps it under `meta`: its unit (a currency's code, ratio …) and decimals."""
    unit, decimals = meta.get("unit"), meta.get("decimals")
    made: Plain = {"unit": unit} if isinstance(unit, str) and UNIT.fullmatch(unit) else {}
    return made | ({"decimals": decimals} if type(decimals) is int and 0 <= decimals <= MOST_DECIMALS else {})


def several(expr: str, dialect: str) -> tuple[str, ...]:
    """The columns of a key that is written as one text of several (a || '|' || b); none where it is anything else.

    Between two columns stands a separator. A column may be cast to a text, and its length may stand before it.
    """
    try:
        tree = parsed(expr, dialect)
    except NotCarried:
        return ()
    if not isinstance(tree, exp.DPipe):
        return ()
    names: list[str] = []
    apart, length = True, None
    for part in _piped(tree):
        if isinstance(part, exp.Literal) and part.is_string and part.this:
            apart = True
            continue
        inner = part.this.unnest() if isinstance(part, exp.Cast) and part.to.this in exp.DataType.TEXT_TYPES else part
        if isinstance(inner, exp.Length) and length is None and apart:
            length, apart = _column(inner.this), False
            continue
        name = _column(inner)
        if name is None or not apart or length not in (None, name):
            return ()
        names.append(name)
        apart, length = False, None
    return tuple(names) if length is None and len(names) == len(set(names)) > 1 else ()


def _column(node: exp.Expr) -> str | None:
    """The name of a column, perhaps cast to a text."""
    node = node.unnest()
    if isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEXT_TYPES:
        node = node.this.unnest()
    return node.name.lower() if isinstance(node, exp.Column) else None


def _piped(tree: exp.Expr) -> list[exp.Expr]:
    tree = tree.unnest()
    return (
        [part for side in (tree.this, tree.expression) for part in _piped(side)]
        if isinstance(tree, exp.DPipe)
        else [tree]
    )


def metric_inputs(made: MetricOf, both: Plain, params: Plain) -> None:
    """What a metric is made of, by role."""
    for role in ROLES:
        if both.get(role) is not None:
            made.of[role] = given(both[role])
    listed = params.get("metrics") or both.get("input_metrics") or ()
    made.inputs = tuple(given(one) for one in listed if made.type == "derived")

"""dbt's templates in filters and saved queries: {{ Dimension('order__kind') }} and the like, as the fields that they mean."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nlq.semantics.interop.carried import NotCarried

TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
KINDS = {"Dimension": "dimension", "TimeDimension": "dimension", "Entity": "entity", "Metric": "metric"}


@dataclass(frozen=True, slots=True)
class Reference:
    """What one template names: a dimension or entity by its whole name, perhaps at a grain; or a metric by an entity."""

    kind: str
    name: str
    grain: str | None = None
    group_by: tuple[str, ...] = ()
    descending: bool | None = None

    @property
    def field(self) -> str:
        """The field of ours that it is."""
        return f"{self.name}.{self.grain}" if self.grain else self.name


def reference(text: str) -> Reference:
    """The template's call, without its braces.

    Raises:
        NotCarried: it is no call that we know.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise NotCarried("filter", f"the template {text.strip()} cannot be read") from None
    return _called(tree, text.strip())


def _called(node: ast.expr, text: str) -> Reference:
    if not isinstance(node, ast.Call):
        raise NotCarried("filter", f"the template {text} is no call")
    given = [_value(one, text) for one in node.args]
    named = {str(one.arg): _value(one.value, text) for one in node.keywords}
    if isinstance(node.func, ast.Attribute):
        return _changed(_called(node.func.value, text), node.func.attr, given, text)
    kind = node.func.id if isinstance(node.func, ast.Name) else ""
    if kind not in KINDS or not (given or "name" in named):
        raise NotCarried("filter", f"the template {text} is not known")
    name = str(given[0] if given else named["name"])
    second = given[1] if len(given) > 1 else None
    if kind == "Metric":
        return Reference("metric", name, group_by=_texts(named.get("group_by", second)))
    path = _texts(named.get("entity_path") or (second if kind != "TimeDimension" else None))
    grain = named.get("time_granularity_name") or (second if kind == "TimeDimension" else None)
    if named.get("date_part_name") or named.get("date_part"):
        raise NotCarried("filter", f"the template {text} takes a part of a date")
    whole = "__".join([*path, name])
    down = named.get("descending")
    return Reference(KINDS[kind], whole, str(grain).lower() if grain else None, descending=bool(down) if down is not None else None)  # fmt: skip


def _changed(made: Reference, how: str, given: list[object], text: str) -> Reference:
    """`.grain('month')` and `.descending(True)`."""
    if how == "grain" and given:
        return Reference(made.kind, made.name, str(given[0]).lower(), made.group_by, made.descending)
    if how == "descending":
        return Reference(made.kind, made.name, made.grain, made.group_by, bool(given[0]) if given else True)
    raise NotCarried("filter", f"the template {text} has .{how}()")


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, (list, tuple)) else (str(value),) if value else ()


def _value(node: ast.expr, text: str) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise NotCarried("filter", f"the template {text} holds more than plain values") from None

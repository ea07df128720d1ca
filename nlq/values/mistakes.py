"""What is wrong with a query's JSON, as a person would say it: of what a part may be, the one that was meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

SCALARS = ("bool", "int", "float")
KINDS = ("str", "MetricEntry", "Shift", "Period", "literal['all']", *SCALARS)


def told(errors: list[ErrorDetails], plain: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, and where: the first of pydantic's errors that is of what the writer meant."""
    meant = [one for one in errors if _was_meant(one["loc"], plain)] or errors
    first = next((one for one in meant if one["type"] != "missing"), meant[0])
    where = [str(part) for part in first["loc"] if part not in KINDS]
    return _said(first), ".".join(where).replace("as_", "as") or "query"


def _said(one: ErrorDetails) -> str:
    text = one["msg"].removeprefix("Value error, ")
    if one["type"] == "unexpected_keyword_argument":
        name = str(one["loc"][-1])
        near = get_close_matches(name, PARTS, n=1)
        hint = (
            "" if not near else ": it is a key of another part" if near[0] == name else f": did you mean {near[0]!r}?"
        )
        return f"there is no {name!r} here{hint}"
    return f"{one['loc'][-1]!r} is missing" if one["type"] == "missing" else text


PARTS = ("metrics", "dimensions", "where", "having", "period", "compare", "segments", "share", "order", "limit", "per", "totals", "include_empty",
         "list", "metric", "ratio", "as", "each", "agg", "window", "field", "op", "values", "any", "all", "query", "start", "end", "shift", "label",
         "within", "free", "by", "dir", "trailing", "to_date", "running")  # fmt: skip


def _was_meant(place: tuple[int | str, ...], plain: Any) -> bool:
    """Whether an error is of the kind that the given value looks like, at each place where several kinds may stand."""
    value = plain
    for part in place:
        if part in KINDS:
            if not _looks_like(str(part), value):
                return False
        elif isinstance(value, dict):
            value = value.get("as" if part == "as_" else part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
    return True


def _looks_like(kind: str, value: Any) -> bool:
    if kind in ("MetricEntry", "Shift", "Period"):
        shift = isinstance(value, dict) and "shift" in value
        return isinstance(value, dict) and (kind == "MetricEntry" or shift == (kind == "Shift"))
    return not isinstance(value, dict) and kind not in SCALARS

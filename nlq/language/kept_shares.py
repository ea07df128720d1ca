"""Shares in a change of a query: those that were there, "by region" after "gcash share", and those that are asked for now, "as % of all sales in each"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.draft import ALL, HELD, Stop
from nlq.language.places import above
from nlq.language.those import OF_EACH
from nlq.values import Refusal
from nlq.values.query import Share

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.values.query import SemanticQuery

WHOLE = ALL | {"total", "kabuuang", "whole"}  # "as % of all sales": in each of the months that are shown


def of(composer: Composer, last: SemanticQuery, dimensions: list[str]) -> Share | None:
    """The share, with what figures are split by for it.

    Raises:
        Stop: it is not said whose share, or of which whole.
    """
    if not any(one.kind == "share" for one in composer.spans):
        return _part_still(composer, last, dimensions)
    for one in composer.spans:
        one.role = "share" if one.kind == "share" else one.role
    of_all = composer.spans[0].kind == "share" and composer.draft.metrics  # "as % of all sales in each region"
    if of_all and last.where:
        return _part_of_each(composer, last, dimensions)
    grains = tuple(name for name in dimensions if composer.model.is_time_grain(name))
    if len(grains) == len(dimensions):
        raise _no("a share of what? Say what is split: by region, by category …")
    total = any(WHOLE.intersection(one.text.lower().split()) for one in composer.spans)
    now = composer.filters.conditions()  # "ilang percent yung beverages", of a split by category
    before = last.where if total else ()
    inner = [str(one.field) for one in now if one.op in HELD and one.field not in dimensions and above(composer.model, str(one.field)) & set(dimensions)]  # fmt: skip
    if inner:  # "ilang porsyento ng buong province si Cabanatuan": of the province that it lies in
        whole = tuple(dimensions)
        dimensions.extend(inner)
        return Share(within=whole, free=tuple(inner))
    held = tuple(name for name in dimensions if any(one.field == name and one.op in HELD for one in (*now, *before)))
    return Share(within=grains, free=held)  # "gcash vs maya", then "as % of total": of all payment methods


def _part_still(composer: Composer, last: SemanticQuery, dimensions: list[str]) -> Share | None:
    """The share that was there; where figures are split by something else now, what part it is of each: "gcash share this year", then "by region".

    One of those whose shares were shown is a part of all of them still: "share of each payment method", then "only Maya".
    """
    share = last.share
    if share is None:
        return None
    held = [one.field for one in composer.filters.conditions() if one.op in HELD and one.field in last.dimensions and one.field not in share.within]  # fmt: skip
    dimensions.extend(str(name) for name in held if name not in dimensions)
    added = tuple(name for name in dimensions if composer.model.is_time_grain(name) and name not in last.dimensions)
    if (held or added) and not share.free and len(added) < len(dimensions):
        return Share(within=(*share.within, *added), free=tuple(str(name) for name in held))
    if not share.free or dimensions == list(last.dimensions):
        return share
    new = tuple(name for name in dimensions if name not in share.free)
    dimensions.extend(name for name in share.free if name not in dimensions)
    return Share(within=new, free=share.free)


def _part_of_each(composer: Composer, last: SemanticQuery, dimensions: list[str]) -> Share:
    """What the one condition of before makes of each group, or of all: of which, has to be said.

    Raises:
        Stop: it is not, or there are several.
    """
    fields = [name for one in last.where for name in one.fields()]
    each = any(
        one.kind == "by" or one.text.lower() in OF_EACH or "each" in one.text.lower().split() for one in composer.spans
    )
    known = len(fields) == 1 and fields[0] in composer.model.dimensions and fields[0] not in dimensions
    same = dimensions == list(last.dimensions)
    whole = same and all(map(composer.model.is_time_grain, dimensions)) and not composer.draft.dimensions and any(WHOLE.intersection(one.text.lower().split()) for one in composer.spans)  # fmt: skip
    if not (known and (whole or (each and same and composer.draft.dimensions == dimensions))):
        raise _no('a share of which whole? Ask it in one question: "share of … in each …"')
    dimensions.append(fields[0])
    return Share(within=tuple(last.dimensions), free=(fields[0],))


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

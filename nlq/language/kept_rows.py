"""The few that a query showed, where a change of it is of just these: looked at over time, or the one of them in another period."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language import those
from nlq.language.draft import VALUES, Stop
from nlq.values import Clarification

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.values.query import Condition, SemanticQuery


def still_shown(composer: Composer, last: SemanticQuery, dimensions: list[str]) -> tuple[Condition, ...]:
    """The few that were shown, where these are looked at over time, or the one that was, in another period: "monthly", "magkano nung september"."""
    over_time = not composer.draft.metrics and bool(composer.draft.dimensions) and all(map(composer.model.is_time_grain, composer.draft.dimensions))  # fmt: skip
    amount = any(one.kind == "amount" for one in composer.spans) and bool(composer.draft.whens) and last.limit == 1
    entity = those.of(last, composer.model)
    ranked = last.limit is not None and composer.draft.top is None and composer.draft.number is None
    if not (ranked and (over_time or amount)) or entity is None or composer.model.is_time_grain(entity) or last.per:
        return ()
    if over_time and entity not in dimensions:
        dimensions.insert(0, entity)
    return those.chosen(last, entity, composer.model)


def of_those_shown(
    composer: Composer, last: SemanticQuery, query: SemanticQuery, among: tuple[Condition, ...]
) -> SemanticQuery:
    """A query of those that were shown, all of them; where a few are looked at over time it is asked whether these are meant: "top 3 regions", then "monthly".

    Raises:
        Stop: it is not said.
    """
    if not among:
        return query
    ranked = composer.draft.top is not None  # "bottom 5 of those"
    query = replace(query, limit=query.limit if ranked else None, having=())
    entity = those.of(last, composer.model)
    grained = any(map(composer.model.is_time_grain, query.dimensions)) and entity in query.dimensions
    if ranked or not grained or last.limit in (None, 1) or any(one.kind in VALUES for one in composer.spans):
        return query
    rest = tuple(name for name in query.dimensions if name != entity)
    whole = replace(query, where=tuple(one for one in query.where if one not in among), dimensions=rest, order=())
    options = ((f"of the {last.limit} that were shown, each by itself", query), ("of all of them together", whole))  # fmt: skip
    raise Stop(Clarification(f"Is it of the {last.limit} that were shown, or of all?", options))

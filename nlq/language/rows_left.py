"""What is left of the rows which the answer before showed: "the rest", "everything else combined", "excluding the first one"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language import those
from nlq.language.draft import HELD, Stop
from nlq.values import Refusal
from nlq.values.query import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition, SemanticQuery

BESIDE_REST = ("rest", "followup", "list", "amount", "and", "which", "type")
REST_OF = (*BESIDE_REST, "dimension")  # which is of what was shown: "the rest of the regions"
TOGETHER = frozenset(("combined", "together", "altogether", "total", "pinagsama", "lahat", "tanan"))


def others(spans: Sequence[Span], words: Sequence[str], kinds: set[str]) -> Callable[[SemanticModel, SemanticQuery], SemanticQuery] | None:  # fmt: skip
    """What makes the others of what was shown, by their name or without one: "the rest of the regions", "everything else combined"; None where more is said."""
    nouns = [one.ref_of for one in spans if one.kind == "dimension"]
    together = not TOGETHER.isdisjoint(words)
    if len(nouns) == 1 and kinds <= {*REST_OF}:
        return lambda model, last: _summed(_the_rest_of(model, last, nouns[0]), model) if together else _the_rest_of(model, last, nouns[0])  # fmt: skip
    if not kinds <= {*BESIDE_REST}:
        return None
    return lambda model, last: _summed(_the_rest(model, last), model) if together else _the_rest(model, last)


def which_other(_model: SemanticModel, _last: SemanticQuery) -> SemanticQuery:
    """Of two, the other one could be meant, and of many any.

    Raises:
        Stop: always.
    """
    raise _no("which other one is meant? Name it")


def _summed(query: SemanticQuery, model: SemanticModel) -> SemanticQuery:
    """What rows make together: "and the rest combined".

    Raises:
        Stop: they do not add up.
    """
    if any(not isinstance(one, str) or not model.metrics[one].adds_up for one in query.metrics):
        raise _no("averages and counts of people have no total: ask for them without the others")
    return replace(query, dimensions=(), order=(), limit=None)


def _the_rest(model: SemanticModel, last: SemanticQuery) -> SemanticQuery:
    """All but the rows that were shown; of a figure of something named, that of everything else."""
    if last.limit is not None or last.having:
        return replace(last, where=(*last.where, left_out(model, last)), limit=None, having=())
    named = [one for one in last.where if one.op in HELD and one.field is not None]
    if len(named) != 1 or len(last.where) != 1 or last.list is not None or last.share is not None:
        raise Stop(those.UNKNOWN)
    return replace(last, where=(replace(named[0], op="not_in"),))


def _the_rest_of(model: SemanticModel, last: SemanticQuery, noun: str) -> SemanticQuery:
    """All but what was shown, of what goes by a name: "the rest of the regions" behind the top three, "the other payment methods" behind cash.

    Raises:
        Stop: it was not that of which some were shown.
    """
    if last.limit is not None or last.having:
        if those.of(last, model) != noun:
            raise Stop(those.UNKNOWN)
        return _the_rest(model, last)
    named = [one for one in last.where if one.field == noun and one.op in HELD]
    if len(named) != 1 or last.list is not None or last.share is not None or last.segments:
        raise Stop(those.UNKNOWN)
    where = tuple(replace(one, op="not_in") if one is named[0] else one for one in last.where)
    return replace(last, where=where, dimensions=tuple(dict.fromkeys((*last.dimensions, noun))))


def without_first(model: SemanticModel, last: SemanticQuery, count: int) -> SemanticQuery:
    """The rows that were shown without the first of them; of rows in no order, without the highest."""
    if not last.order and len(last.metrics) == 1 and isinstance(last.metrics[0], str) and last.limit is None:
        last = replace(last, order=(Order(by=last.metrics[0]),))
    if not last.order or (last.limit is not None and count >= last.limit):
        raise Stop(those.UNKNOWN)
    first = replace(last, limit=count)
    limit = last.limit - count if last.limit is not None else None
    return replace(last, where=(*last.where, left_out(model, first)), limit=limit)


def left_out(model: SemanticModel, shown: SemanticQuery) -> Condition:
    """The condition that leaves out the things of a query's rows.

    Raises:
        Stop: they are no things that can be told by it.
    """
    entity = those.of(shown, model)
    if entity is None or model.is_time_grain(entity):
        raise Stop(those.UNKNOWN)
    found = those.chosen(shown, entity, model)
    if len(found) != 1 or found[0].query is None:
        raise Stop(those.UNKNOWN)
    return replace(found[0], op="not_in")


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

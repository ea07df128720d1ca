"""A question that names no period is of the period of the question before, and of what that was of: its place, its store type."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import HELD
from nlq.language.periods_asked import PERIOD_BEFORE
from nlq.language.places import PLACES, above, families, family, fields_of
from nlq.language.stays import EVERY, is_of_all_places
from nlq.semantics.joins import reaches
from nlq.values.query import MetricEntry, dump

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.semantics.model import SemanticModel
    from nlq.values.conversation import Conversation
    from nlq.values.query import Condition, SemanticQuery

ASTRAY = "the turn before this was not understood, and is no part of it"
IS = ("is", "are", "was", "were", "if")
THERE = frozenset(("there", "doon", "dun", "roon", "didto", "diyan", "dyan"))
TOTAL = frozenset(("total", "kabuuang", "kabuuan", "kinatibuk-ang", "tibuok", "buong", "all", "lahat", "tanan", "tanang", "company", "entire", "whole"))  # fmt: skip
WHOLE = frozenset(("overall", "altogether", "everything", "in all", "sa kabuuan", "kabuuan", "all in all", "lahat-lahat"))  # fmt: skip


def kept(composer: Composer, before: Conversation, query: SemanticQuery) -> SemanticQuery:
    """The query, narrowed as the one before was, where it took the period of that or says "there": "transactions by hour in NCR", then "how much was sold in each hour?".

    Not by what it names something of itself, nor by one value of what it is split by; and not where it says that all is meant. One that
    names its period and nothing else stands by itself; that is said.
    """
    took, last = any(one.text == PERIOD_BEFORE for one in composer.assumptions), before.last
    if took and before.astray:
        composer.assume(ASTRAY, {})
    said = {word for one in composer.spans for word in one.text.lower().split()}
    there = composer.spans[0].kind == "and" or _says_there(composer)  # "and in September, transactions by province?"
    whole = any(one.text.lower() in WHOLE for one in composer.spans) or (not took and not said.isdisjoint(TOTAL))
    if last is None or query.list is not None or (whole and not there):
        return query
    model = composer.model
    timed = all(map(model.has_time, query.metric_names()))
    if not took and not there and (before.astray or _conditions(query) or not timed):
        return query
    named = _all_of(composer).union(*(families(model, one) for one in _conditions(query)))
    stay = [one for one in last.where if not named & families(model, one)]
    stay = [one for one in stay if not _splits(model, query, one) and _reach(model, query, one)]
    stay = [
        one for one in stay if one.field not in last.dimensions or one.field in query.dimensions
    ]  # what was set against each other
    if not stay:
        return query
    if not took and not there:
        composer.assume("not narrowed as the question before was: it stands by itself", {"where": [dump(one) for one in stay]})  # fmt: skip
        return query
    composer.assume("narrowed as the question before was, as nothing says otherwise", {"where": [dump(one) for one in query.where]})  # fmt: skip
    return replace(query, where=(*stay, *query.where))


def _says_there(composer: Composer) -> bool:
    """Whether words point at the place of before: "doon", "the average basket there"; not "how many stores are there"."""
    words = [word for one in composer.spans for word in one.text.lower().split()]
    return any(word in THERE and (word != "there" or before not in IS) for before, word in pairwise(["", *words]))


def _conditions(query: SemanticQuery) -> tuple[Condition, ...]:
    """All conditions of a query: its own, its parts', and its figures'."""
    entries = [one for one in query.metrics if isinstance(one, MetricEntry)]
    return (*query.where, *(term for one in query.segments for term in one.where), *(term for one in entries for term in one.where))  # fmt: skip


def _all_of(composer: Composer) -> set[str]:
    """What all are meant of: "all store types", "nationwide"."""
    model = composer.model
    found = {PLACES} if any(is_of_all_places(one) for one in composer.spans) else set()
    for at, one in enumerate(composer.spans):
        before = {word for other in composer.spans[max(0, at - 2) : at] for word in other.text.lower().split()}
        if one.ref_of in model.dimensions and EVERY & before:
            kinds = {name for name, other in model.dimensions.items() if other.kind_of == one.ref_of}
            found |= {family(model, name) for name in (one.ref_of, *kinds)}
    return found


def _splits(model: SemanticModel, query: SemanticQuery, condition: Condition) -> bool:
    """Whether a query is split by that of which a condition names one, or by what that lies in: of it there would be one row."""
    fields = condition.fields()
    one = condition.op in HELD and len(condition.values) == 1
    return one and any(name in fields or name in set().union(*(above(model, field) for field in fields)) for name in query.dimensions)  # fmt: skip


def _reach(model: SemanticModel, query: SemanticQuery, condition: Condition) -> bool:
    """Whether every figure of a query can be narrowed by a condition."""
    fields = set().union(*(fields_of(model, name) for name in condition.fields()))
    return all(reaches(model, metric, field) for metric in query.metric_names() for field in fields)

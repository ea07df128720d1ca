"""Names that mean several things with nothing to decide by, and questions back that are still open: read with each, and asked with all else that is said."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language import those
from nlq.values import Assumed, Clarification, Interpretation, Refusal, SemanticQuery
from nlq.values.explaining import Decomposition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nlq.language.match import Span

    Way = Callable[[list[Span]], Interpretation]

MOST_OPTIONS = 4  # of a question back, but where one name has more places


def of_options(options: Sequence[tuple[str, SemanticQuery]], change: Callable[[SemanticQuery, list[Span]], Interpretation], found: list[Span]) -> Interpretation:  # fmt: skip
    """A change of what was asked back about: the same is asked again, of the options as it changes them.

    Args:
        options: what was asked back, with the words for each.
        change: reads a turn as a change of a query.
        found: the turn.
    """
    read = [(label, change(query, [*map(copy, found)])) for label, query in options]
    first = read[0][1]
    changed = tuple((label, one.outcome) for label, one in read if isinstance(one.outcome, SemanticQuery))
    if len(changed) < len(read):
        return replace(first, outcome=those.OPEN, changed=())
    if len({query for _, query in changed}) == 1:  # "how about Visayas" behind "which San Fernando?"
        return first
    text = f"First: {' or '.join(label for label, _ in changed)}. Which is meant?"
    return replace(first, outcome=Clarification(text, changed))


def settled(found: list[Span], way: Way) -> Interpretation:
    """A question as it is read this way; where a name in it means several things that nothing decides between, they are asked about."""
    untouched = [*map(copy, found)] if any(one.kind == "ask" or len(one.meanings) > 1 for one in found) else None
    read = way(found)
    several = next((one for one in found if one.either), None)
    if untouched is None or several is None or not isinstance(read.outcome, Refusal):
        return read
    return _of_each_meaning(read, several, untouched, way)


def _of_each_meaning(read: Interpretation, several: Span, found: list[Span], way: Way) -> Interpretation:  # fmt: skip
    """A question in which a name means one of several places or things, read with each: asked back which it is, with all else that it says.

    Where only one makes sense that is taken, and said; where none does, or it is no query that is asked for, what was refused stands.
    """
    options: list[tuple[str, SemanticQuery]] = []
    readings = []
    for label, one in several.either:
        spans = [replace(one, either=()) if each.start == several.start else copy(each) for each in found]
        readings.append(settled(spans, way))
        options += _options_of(label, readings[-1].outcome)
    if not options or len(options) > max(MOST_OPTIONS, len(several.either)):
        return read
    plain = [other for other in readings if isinstance(other.outcome, SemanticQuery | Decomposition)]
    if plain and len({query for _, query in options}) == 1:
        taken = Assumed(f"{several.text} read as {options[0][0]}", {})
        return replace(plain[0], assumptions=(*plain[0].assumptions, taken)) if len(options) == 1 else plain[0]
    if len(options) == 1:
        return read
    what = "places" if several.kind in ("place", "ask") else "things"
    back = Clarification(f'"{several.text}" may mean several {what}: which one?', tuple(options))
    return replace(readings[0], outcome=back, assumptions=())


def _options_of(label: str, outcome: object) -> list[tuple[str, SemanticQuery]]:
    """What one meaning of a name comes to, with its label: its query, or those of a further question back; nothing where it is refused."""
    if isinstance(outcome, Decomposition):  # the change itself, of which it can be asked then why
        return [(label, outcome.query)]
    if isinstance(outcome, SemanticQuery):
        return [(label, outcome)]
    if not isinstance(outcome, Clarification):
        return []
    if len({query.metrics for _, query in outcome.options}) == len(
        outcome.options
    ):  # which figure: the usual one first
        return [(label, outcome.options[0][1])]
    return [(f"{label}; {further}", query) for further, query in outcome.options]  # another name means several, too

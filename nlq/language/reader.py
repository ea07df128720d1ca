"""The deterministic reader: from spans to a SemanticQuery, with every word accounted for.

It takes what the words say and nothing else. A word that it cannot place, and that could change the figure, makes it ask or
decline; what it adds (a period, a number, a metric) is an assumption, with the other choice beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.compose import Composer
from nlq.language.lexicon import Lexicon, build
from nlq.language.match import spans
from nlq.language.time import BadDate
from nlq.language.walk import Stop
from nlq.values import Clarification, Interpretation, Refusal, Word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values import Question, ScopeValues

ROLES = {"filler": "ignored", "preposition": "connector", "and": "connector", "by": "grouping", "time": "period"}


class Reader:
    """Reads questions over one model. Lexicons are kept by the identity of a scope's values."""

    def __init__(self, model: SemanticModel, cache: Path | None = None) -> None:
        self._model = model
        self._cache = cache
        self._lexicons: dict[int, tuple[ScopeValues, Lexicon]] = {}

    def reading(self, question: Question, values: ScopeValues) -> Interpretation:
        """One outcome, and what each word was taken for. The same question always gives the same."""
        try:
            found = spans(question.text, self._lexicon(values), question.as_of)
        except BadDate as problem:
            return Interpretation(Refusal("out_of_scope", f"{problem} is no date in the calendar", firm=True))
        composer = Composer(self._model, values, found, question.as_of)
        try:
            outcome: object = composer.compose()
        except Stop as stop:
            outcome = stop.outcome
        assert isinstance(outcome, (Refusal, Clarification)) or hasattr(outcome, "metrics")  # noqa: S101 - the three outcomes
        return Interpretation(
            outcome=outcome,  # type: ignore[arg-type]
            words=_words(found),
            assumptions=tuple(composer.assumptions),
            doubts=tuple(composer.doubts),
        )

    def _lexicon(self, values: ScopeValues) -> Lexicon:
        kept = self._lexicons.get(id(values))
        if kept is None or kept[0] is not values:
            kept = (values, build(self._model, values, self._cache))
            self._lexicons[id(values)] = kept
        return kept[1]


def _words(found: Sequence[Span]) -> tuple[Word, ...]:
    """What each span was taken for, as the Answer shows it."""
    return tuple(
        Word(one.text, one.start, one.end, one.role or ROLES.get(one.kind, one.kind), one.ref or one.ref_of)
        for one in found
    )

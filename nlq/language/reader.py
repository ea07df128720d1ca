"""The deterministic reader: from spans to a SemanticQuery, with every word accounted for.

It takes what the words say and nothing else. A word that it cannot place, and that could change the figure, makes it ask or
decline; what it adds (a period, a number, a metric) is an assumption, with the other choice beside it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from nlq.language import (
    about,
    as_before,
    asides,
    each_of_those,
    followups,
    linked,
    money,
    of_that,
    one_row,
    rivals,
    rows_after,
    rows_shown,
    say,
    several,
    strange,
    those,
    tongue,
    turns,
    why,
)
from nlq.language.compose import Composer
from nlq.language.draft import SILENT, Stop
from nlq.language.edits import Edit
from nlq.language.lexicon import Lexicon, build, phrases_of
from nlq.language.match import covers
from nlq.language.time import BadDate, OpenDate
from nlq.language.tokens import phrase
from nlq.language.within import parted
from nlq.values import Assumed, Clarification, Interpretation, Refusal, SemanticQuery, Word
from nlq.values.conversation import NOTHING
from nlq.values.query import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nlq.language.lexicon import Phrases
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values import Question, ScopeValues
    from nlq.values.explaining import Decomposition

ROLES = {"filler": "ignored", "preposition": "connector", "and": "connector", "by": "grouping", "time": "period"}


class Reader:
    """Reads questions over one model. Lexicons are kept by the identity of a scope's values."""

    def __init__(self, model: SemanticModel, cache: Path | None = None) -> None:
        self._model = model
        self._cache = cache
        self._phrases: Phrases | None = None
        self._lexicons: dict[int, tuple[ScopeValues, Lexicon]] = {}

    def reading(self, question: Question, values: ScopeValues) -> Interpretation:
        """One outcome, and what each word was taken for. The same question always gives the same."""
        read, left = self._read(question, values)
        if left and not isinstance(read.outcome, (Refusal, Clarification)):
            read = replace(read, assumptions=(*read.assumptions, Assumed(f'left aside: "{left}"', {})))
        typed = tuple(one if question.text[one.start : one.end] == one.text else replace(one, text=question.text[one.start : one.end]) for one in read.words)  # fmt: skip
        return replace(read, words=typed, language=tongue.of(phrase(question.text)))

    def _read(self, question: Question, values: ScopeValues) -> tuple[Interpretation, str]:
        """What the words ask, and the sentences that were left aside."""
        refused = strange.refused(question.text)
        if refused is not None:
            return Interpretation(refused), ""
        try:
            lexicon = self._lexicon(values)
            found = covers(question.text, lexicon, question.as_of, self._model.header.fiscal_year_start)
        except BadDate as problem:
            return Interpretation(Refusal("out_of_scope", f"{problem} is no date in the calendar", firm=True)), ""
        except OpenDate as problem:
            return Interpretation(Refusal("out_of_scope", f"{problem} may be of either of two months: write the month as a word", firm=True)), ""  # fmt: skip
        read, left = self._of_cover(question, values, found[0], lexicon)
        if len(found) > 1 and isinstance(read.outcome, SemanticQuery):
            others = [self._of_cover(question, values, one, lexicon)[0] for one in found[1:]]
            read = rivals.weighed(read, others, partial(say.parts, model=self._model, values=values))
        return read, left

    def _of_cover(self, question: Question, values: ScopeValues, cover: list[Span], lexicon: Lexicon) -> tuple[Interpretation, str]:  # fmt: skip
        """What the words ask as they are parted here, and the sentences that were left aside."""
        found = parted(cover, lexicon)
        left = asides.settle(question.text, found)
        return self._of_spans(question, values, found), left

    def _of_spans(self, question: Question, values: ScopeValues, found: list[Span]) -> Interpretation:
        """What the words ask, each taken for what it may be."""
        linked.replaced(found)
        turns.happened(found)
        same = bool(found) and found[0].kind == "followup" and found[0].text.lower().startswith("same")
        asked = (
            None if same else about.asked(question.text, found, self._model)
        )  # "same thing, but …" is of what was asked
        if asked is None and question.before.last is not None:
            shown = [one for one in question.before.last.metrics if isinstance(one, str)]
            asked = about.of_that(question.text, found, shown)
        if asked is not None:
            return Interpretation(asked, words=_words(found))
        before = question.before
        if len(found) > 1 and found[0].kind == "anew" and any(one.kind not in SILENT for one in found[1:]):
            found[0].kind, before = "filler", NOTHING  # "new question: how many stores are in Palawan"
            question = replace(question, before=before)
        read = self._gone_on(question, found)
        if read is not None:
            return read
        way = self._way(question, values, found)
        open_ = next((at for at, one in enumerate(found) if one.either), None)
        if open_ is not None:
            return self._either(found, open_, way)
        return several.settled(found, way)

    def _gone_on(self, question: Question, found: list[Span]) -> Interpretation | None:
        """What the conversation by itself makes of a question: a choice, a command, or nothing to go on from; None where it is none."""
        before = question.before
        chosen = followups.picked(question.text, before)
        if chosen is not None:
            return Interpretation(chosen, words=_words(found), changed=("the choice that was asked for",))
        if before.queries:
            followups.corrected(found)
            of_that.points_back(found)
            linked.to_that(found)
            linked.swapped(found)
            linked.looked_into(found)
            linked.contrasted(found)
            followups.narrows(found, before.queries[-1], self._model)
            each_of_those.settled(found, before.queries[-1], self._model)
            linked.to_those(found, before.queries[-1])
            linked.only_counted(found, self._model)
            linked.of_the_same(found, before.queries[-1], self._model)
            if followups.kind_of(found, self._model) == "command":
                return replace(followups.commanded(found, before), words=_words(found))
        back = followups.names_only_a_part(found) if before.astray == "new" else followups.depends_on_rows(found)
        lost = before.astray and (those.are_pointed_at(found) or back)
        return Interpretation(followups.LOST, _words(found), changed=()) if lost else None

    def _way(self, question: Question, values: ScopeValues, found: list[Span]) -> Callable[[list[Span]], Interpretation]:  # fmt: skip
        """How a question is read: by itself, as a change of the query before it, or as a figure of what that showed."""
        before, last = question.before, question.before.last
        shown = self._of_answers(question, values, found) if last is not None and not before.options else None
        if shown is not None:
            return shown
        pointed = those.are_pointed_at(found)
        if before.options and (pointed or rows_shown.are_counted(found, self._model)):
            return lambda spans: Interpretation(those.OPEN, _words(spans), changed=())
        if before.options and followups.kind_of(found, self._model) == "edit":
            alone = replace(question, before=replace(before, options=()))
            return partial(several.of_options, before.options, partial(self._edited, alone, values))
        if last is not None and those.are_counted(found, last, self._model):
            return partial(self._of_those, question, values, last)
        if last is None or (not pointed and followups.kind_of(found, self._model, last) == "new"):
            return partial(self._composed, question, values)
        if pointed and those.are_meant(found, last, self._model):
            return partial(self._of_those, question, values, last)
        if pointed and those.are_some(found, last):
            return lambda spans: Interpretation(those.UNKNOWN, _words(spans), changed=())
        return partial(self._edited, question, values, last)

    def _of_answers(self, question: Question, values: ScopeValues, found: list[Span]) -> Callable[[list[Span]], Interpretation] | None:  # fmt: skip
        """How a turn is read that is of the answers before as such: of their rows, of two of them; None where it is another."""
        queries = question.before.queries
        made = rows_after.change(found, queries) or rows_shown.change(found, self._model)
        if made is not None:
            return lambda spans: self._of_rows(made, queries[-1], spans)
        try:
            both = rows_after.the_two(found, queries, self._model) or one_row.pointed_at(
                found, queries[-1], self._model
            )
        except Stop as stop:
            refused = stop.outcome
            return lambda spans: Interpretation(refused, _words(spans), changed=())
        return partial(self._edited, question, values, both, same=True) if both is not None else None

    def _of_money(self, query: SemanticQuery) -> bool:
        """Whether the limits of a query are of money."""
        inner = [one for entry in query.metrics if not isinstance(entry, str) for one in entry.having]
        names = [one.field for one in (*query.having, *inner)]
        return bool(names) and all(name in self._model.metrics and self._model.metrics[name].unit == self._model.header.currency for name in names)  # fmt: skip

    def _edited(self, question: Question, values: ScopeValues, last: SemanticQuery, found: list[Span], *, same: bool = False) -> Interpretation:  # fmt: skip
        """A follow-up, as a change of the query before it, which may be left the same, or as a question why that changed."""
        composer = Composer(self._model, values, found, question.as_of)
        asks = why.is_asked(found) or (question.before.explained and why.goes_on(found))
        if asks and last.limit is not None:  # of the one that was shown, or of all?
            return Interpretation(those.UNKNOWN, _words(found), changed=())
        claimed = why.taken(found) if asks else 0
        edit = Edit(composer, why.narrowed(last) if asks else last, question.before.queries[:-1])
        if question.before.astray:
            composer.assume(as_before.ASTRAY, {})
        outcome: SemanticQuery | Decomposition | Refusal | Clarification
        try:
            query = edit.query(same=asks or same)
            changed = followups.changes(why.narrowed(last) if asks else question.before.last or last, query)
            outcome = why.decomposed(self._model, query, claimed) if asks else query
        except Stop as stop:
            outcome, changed = stop.outcome, ()
        return Interpretation(outcome, _words(found), tuple(composer.assumptions), tuple(composer.doubts), changed=changed)  # fmt: skip

    def _of_those(self, question: Question, values: ScopeValues, last: SemanticQuery, found: list[Span]) -> Interpretation:  # fmt: skip
        """A figure of the things that the query before showed."""
        composer = Composer(self._model, values, found, question.as_of)
        outcome: SemanticQuery | Refusal | Clarification
        changed: tuple[str, ...] = ()
        try:
            outcome = those.query(composer, last)
            changed = followups.changes(last, outcome)
        except Stop as stop:
            outcome = stop.outcome
        return Interpretation(outcome, _words(found), tuple(composer.assumptions), tuple(composer.doubts), changed=changed)  # fmt: skip

    def _of_rows(self, made: Callable[[SemanticModel, SemanticQuery], SemanticQuery], last: SemanticQuery, found: list[Span]) -> Interpretation:  # fmt: skip
        """What a turn that is of the rows before makes of the query before."""
        try:
            query = made(self._model, last)
        except Stop as stop:
            return Interpretation(stop.outcome, _words(found), changed=())
        return Interpretation(query, _words(found), changed=followups.changes(last, query))

    def _composed(self, question: Question, values: ScopeValues, found: list[Span]) -> Interpretation:
        composer = Composer(self._model, values, found, question.as_of)
        last = question.before.last
        if last is not None and isinstance(last.period, Period):
            composer.before, composer.against = last.period, next(iter(last.compare), None)
        asks = why.is_asked(found)
        claimed = why.taken(found) if asks else 0
        outcome: SemanticQuery | Decomposition | Refusal | Clarification
        try:
            query = composer.compose()
            query = as_before.kept(composer, question.before, query) if last is not None else query
            outcome = why.decomposed(self._model, query, claimed) if asks else query
        except Stop as stop:
            outcome = stop.outcome
        return Interpretation(
            outcome=outcome,
            words=_words(found),
            assumptions=tuple(composer.assumptions),
            doubts=tuple(composer.doubts),
        )

    def _either(self, found: list[Span], at: int, read_as: Callable[[list[Span]], Interpretation]) -> Interpretation:
        """A word that means one thing or another, with nothing to decide by: read both ways, and asked."""
        one = found[at]
        read = [
            (name, read_as([*map(copy, found[:at]), copy(way), *map(copy, found[at + 1 :])]))
            for name, way in one.either
        ]
        first = read[0][1]
        options = [(name, each.outcome) for name, each in read if isinstance(each.outcome, SemanticQuery)]
        if len(options) < len(read) or len({query for _, query in options}) < len(read):
            return first
        unit = (
            money.names(self._model.header.currency)[0]
            if self._of_money(options[0][1]) and one.kind == "number"
            else ""
        )
        options = [(f"{name} {unit}".strip(), query) for name, query in options]
        text = f'"{one.text}" may be {" or ".join(name for name, _ in options)}: which is meant?'
        return replace(first, outcome=Clarification(text, tuple(options)), assumptions=())

    def _lexicon(self, values: ScopeValues) -> Lexicon:
        kept = self._lexicons.get(id(values))
        if kept is None or kept[0] is not values:
            self._phrases = self._phrases or phrases_of(self._model, self._cache)
            kept = (values, build(self._model, self._phrases, values, self._cache))
            self._lexicons[id(values)] = kept
        return kept[1]


def _words(found: Sequence[Span]) -> tuple[Word, ...]:
    """What each span was taken for, as the Answer shows it."""
    return tuple(
        Word(one.text, one.start, one.end, one.role or ROLES.get(one.kind, one.kind), one.ref or one.ref_of)
        for one in found
        if one.start < one.end  # not what was only put between
    )

"""A follow-up as an edit of the query before it: what its words name is replaced, the rest stays."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nlq.language import (
    additions,
    apart,
    averages,
    beside_ranks,
    choices,
    edit_words,
    entries,
    followups,
    kept_figures,
    kept_limits,
    kept_order,
    kept_periods,
    kept_rows,
    kept_shares,
    ordering,
    periods_asked,
    periods_listed,
    ranks_asked,
    relations,
    rows_shown,
    senses,
    sets,
    sides,
    sorting,
    turns,
)
from nlq.language.draft import SILENT, Stop
from nlq.language.numbers import placed
from nlq.language.spans_of_time import lined_up
from nlq.language.stays import BACK, Stays
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.values.query import Condition, MetricEntry, Order, SemanticQuery

BESIDE = (
    "beside it",
    "beside that",
    "next to it",
    "next to that",
    "alongside",
    "alongside it",
    "alongside that",
    "katabi",
    "itabi",
    "itabi mo",
    "itabi mo ang",
    "itabi mo yung",
)
ADDING = ("also", "include", "add", "plus", "too", "as well", *BESIDE, "isama", "idagdag", "dagdag", "dagdagan", "iapil", "i-apil", "i-add", "i-dagdag", "dugangi", "along with", "together with", "pagsamahin", "pagsamahin mo", "apil", "apil ang", "pati", "pati na", "pati ang", "apila")  # fmt: skip


TOO = ("rin", "din", "pud", "sad", "sab", "usab", "too", "also")
SPLITTING = ("hatiin", "hatiin mo", "bahina", "bahinon", "himayin", "split", "break")  # "hatiin mo rin kada buwan"


class Edit:
    """One follow-up over the query before it."""

    def __init__(self, composer: Composer, last: SemanticQuery, earlier: Sequence[SemanticQuery] = ()) -> None:
        self.composer, self.last = composer, last
        self.model, self.spans, self.draft = composer.model, composer.spans, composer.draft
        self.stays = Stays(composer, last, earlier)

    def query(self, *, same: bool = False) -> SemanticQuery:
        """The query before, changed; `same` where it may be left as it is.

        Raises:
            Stop: it is better to ask, or to decline.
        """
        same = self._fewer() or same
        freed, unsplit = self.stays.freed(), self.stays.unsplit()
        dropped, back = self.stays.dropped(), self.stays.brought_back()
        choices.check_readable(self.model, self.spans)
        self.composer.corrected()
        edit_words.settled(self.composer, self.last)
        within = edit_words.is_of_each(self.composer)
        adding = self._adding()
        edit_words.bare_number(self.composer, self.last)
        self.composer.walker.nouns()
        moving = entries.moving(self.model, self.draft, self.spans)
        placed(self.composer.walker)
        dated = (
            *periods_asked.own_dates(self.composer, kept=True),
            *periods_listed.left_out(self.composer, self.last.period),
        )
        self._check_extremes()
        if any(one.kind == "list" for one in self.spans) or rows_shown.are_listed(self.spans, self.last, self.model):
            return rows_shown.listed(self.composer, self.stays, self.last)
        self.draft.versus = self.draft.versus or kept_periods.taken_since(self.spans) or self._period_beside(adding=adding)  # fmt: skip
        level = self.stays.level()
        against = relations.opposed(self.spans, self.composer.filters) if self.draft.versus else []
        self.draft.versus = self.draft.versus and not against
        metrics = kept_figures.of(self.composer, self.last, adding=adding)
        dimensions = [name for name in self._dimensions(within, adding=adding) if name not in unsplit]
        having = kept_limits.of(self.composer, self.last, metrics, dimensions)
        chosen = self._again()
        where, segments, dimensions = self.stays.where(
            dimensions, set_against=bool(against), adding=adding and not self._goes_back_to()
        )
        dimensions = self._side_by_side(where, dimensions)
        back = set() if back is None and adding and self.stays.come_back() else back
        where = self.stays.without() if dropped else self.stays.with_these(back) if back is not None else where
        among = rows_shown.among(self.composer, self.last) or kept_rows.still_shown(
            self.composer, self.last, dimensions
        )
        if against:
            where, segments = relations.against(self.model, self.composer.filters, self.draft, against)
            where = (*where, *sides.hours(self.composer), *self.draft.worth)
            where, dimensions = self.stays.beside(where), self._split(dimensions)
        where = (*(where if level is None else self.stays.at_level(where, level)), *chosen, *among, *dated)
        metrics = kept_figures.during(self.composer, self.last, metrics, where)
        edit_words.check_pointing(self.composer, self.last)
        where = _without(self.stays.split_again(where, dimensions), freed, dated)
        period, compare = self._periods(metrics, dimensions)
        share = kept_shares.of(self.composer, self.last, dimensions)
        order, limit, per = kept_order.of(
            self.composer, self.last, metrics, dimensions, within=within, of_each=self._best_of_each()
        )
        plain, order, compare = self._growth(metrics, dimensions, period, order, compare)
        query = replace(
            self.last, metrics=plain, dimensions=tuple(dimensions), where=where, segments=segments, period=period,
            compare=compare, order=order, limit=limit, per=per, share=share, having=having,
        )  # fmt: skip
        query = self._figured(kept_limits.known_only(self.composer, query), moving)
        query = kept_rows.of_those_shown(self.composer, self.last, query, among)
        left = (
            choices.leftover(self.spans) or apart.refused(self.model, query.where) or apart.off_day(self.model, query)
        )
        if left is not None:
            raise Stop(left)
        if query == self.last and not same and not self._says_share():
            raise _no("this changes nothing of the question before: say what is to be another")
        return query

    def _periods(self, metrics: list[str | MetricEntry], dimensions: list[str]) -> tuple[Any, tuple[Any, ...]]:
        """The period, and what is compared with it: the same days of another month, where these are said, and as many of them."""
        period, compare = kept_periods.of(self.composer, self.last, metrics)
        told = (periods_asked.same_days(self.composer, period, one) for one in compare)
        split = any(map(self.model.is_time_grain, dimensions))
        return period, tuple(lined_up(period, one, split=split) for one in told)

    def _fewer(self) -> bool:
        """Make the words ready, and leave out the figures that are to go; whether some are."""
        sorting.taken(self.composer)
        beside_ranks.settled(self.spans)
        turns.negated(self.spans)
        senses.not_money(self.model, self.spans)
        senses.days_that(self.model, self.spans)
        senses.whatever_else(self.spans)
        edit_words.so_many(self.spans, self.last)
        senses.other(self.spans)
        before, self.last = self.last, kept_figures.without(self.spans, self.last)
        return self.last is not before

    def _says_share(self) -> bool:
        """Whether a turn only asks for the shares that are there: "as percentages" of a mix."""
        return self.last.share is not None and {one.kind for one in self.spans if one.kind not in SILENT} <= {"share", "followup"}  # fmt: skip

    def _period_beside(self, *, adding: bool) -> bool:
        """Whether a period is to stand beside the one before: "put last year's beside it"."""
        said = {one.kind for one in self.spans if one.kind not in SILENT} - {"followup", "and"}
        put = any(
            one.text.lower() in BESIDE and after.kind == "time" for one, after in pairwise(self.spans)
        )  # "visayas lang, itabi mo last year"
        return adding and (said == {"time"} or put) and len(self.draft.whens) == 1

    def _check_extremes(self) -> None:
        ranks = [at for at, one in enumerate(self.spans) if one.kind in ("top", "bottom")]
        between = self.spans[ranks[0] + 1 : ranks[-1]] if ranks else []
        if self.draft.extremes or any(one.kind not in (*SILENT, "number") for one in between):
            raise _no(
                "the best and the worst at once are no change of the question before: ask for them in one of their own"
            )

    def _adding(self) -> bool:
        """Whether what is named comes beside what was there."""
        figures = {one.kind for one in self.spans if one.kind not in SILENT} <= {"metric", "followup", "and"}
        if figures and self.spans[0].kind == "and" and len(self.last.metrics) > 1:
            return True  # "add transactions", then "and average basket"
        if figures and any(
            one.text.lower() in additions.BEHIND and before.text.lower() != "na"
            for before, one in pairwise([self.spans[0], *self.spans])
        ):
            return (
                True  # "pa-show din yung transactions"; "na pud" is "instead", and of a place it may be "the same of"
            )
        return any(
            one.text.lower() in ADDING or (one.kind == "followup" and one.text.lower().split()[0] in ADDING)
            for one in self.spans
        )

    def _dimensions(self, within: bool, *, adding: bool) -> list[str]:  # noqa: FBT001
        draft = self.draft
        kept_figures.people_or_each(self.composer, self.last)
        kept_figures.check_per_head(self.composer, self.last)
        for one in draft.loose:
            self.composer.walker.group(self.composer.walker.name(one), one)
        draft.loose.clear()
        if not draft.dimensions:
            return list(self.last.dimensions) or self._who()
        if self._best_of_each():
            return [*draft.dimensions, *self.last.dimensions]
        series = bool(self.last.dimensions) and all(map(self.model.is_time_grain, self.last.dimensions))
        too = any(one.text.lower() in TOO and any(other.text.lower() in SPLITTING for other in self.spans) for one in self.spans)  # fmt: skip
        broken = too or any(
            one.text.lower().startswith(("break ", "split ") if series else "break ") for one in self.spans
        )  # "break it down by brand"
        further = broken or (
            self.spans[0].kind == "and" and not self.draft.metrics and draft.top is None
        )  # "and by month"
        if within or adding or further or self._beside_the_one() or self._set_against() or self._over_time():
            return list(dict.fromkeys([*self.last.dimensions, *draft.dimensions]))
        sides = [name for name in self.last.dimensions if name in self.model.dimensions and self.model.dimensions[name].type == "boolean"]  # fmt: skip
        if not self._instead():
            draft.dimensions[:0] = [
                name for name in sides if name not in draft.dimensions
            ]  # paydays and other days, then "by month"
        kept = [name for name in self.last.dimensions if self.last.dimensions and name not in draft.dimensions]
        if kept:
            self.composer.assume(f"instead of by {' and '.join(name.replace('_', ' ') for name in kept)}", {"dimensions": [*kept, *draft.dimensions]})  # fmt: skip
        return list(draft.dimensions)

    def _side_by_side(self, where: Sequence[Condition], dimensions: list[str]) -> list[str]:
        """What is split by, with what a value is of that is to stand beside another: "add frozen next to it"."""
        if not any(one.text.lower() in (*BESIDE, "side by side", "magkatabi") for one in self.spans):
            return dimensions
        named = {name for one in self.composer.filters.conditions() for name in one.fields()}
        several = [one.field for one in where if one.op == "in" and len(one.values) > 1 and one.field in named]
        return list(dict.fromkeys([*dimensions, *map(str, several)]))

    def _instead(self) -> bool:
        """Whether it is said that what is named comes in the place of what was there."""
        return any(one.text.lower() in followups.BACK for one in self.spans)

    def _over_time(self) -> bool:
        """Whether what was split is so still: of shares that are asked for month by month, and of figures of an average day."""
        parted = bool(self.last.dimensions) and not any(map(self.model.is_time_grain, self.last.dimensions))
        average = any(one.kind in averages.MARKS for one in self.spans)
        grains = all(map(self.model.is_time_grain, self.draft.dimensions))
        each = len(self.draft.dimensions) == 1 and self.draft.dimensions[0] in self.model.counted and self.draft.each == self.draft.dimensions  # fmt: skip
        if average and each and self.draft.dimensions[0] not in self.last.dimensions:
            return bool(self.last.dimensions)  # "sales by region", then "average per store"
        return parted and grains and (average or (self.last.share is not None and not self._instead()))

    def _set_against(self) -> bool:
        """Whether values that are set against each other are split further: "NCR vs Calabarzon", then "by month"; not "by store type instead"."""
        fields = {one.field for one in self.last.where if one.op == "in" and len(one.values) > 1}
        return set(self.last.dimensions) <= fields and (all(map(self.model.is_time_grain, self.draft.dimensions)) or not self._instead())  # fmt: skip

    def _best_of_each(self) -> bool:
        """Whether the best of what was ranked are asked for in each of something else: "top brands", then "top 3 per category"."""
        draft, last = self.draft, self.last
        ranked = draft.top is not None and draft.number is not None and last.limit is not None and len(last.dimensions) == 1  # fmt: skip
        each = bool(draft.dimensions) and draft.each == draft.dimensions
        return ranked and each and last.dimensions[0] not in draft.dimensions and not self.model.is_time_grain(last.dimensions[0])  # fmt: skip

    def _beside_the_one(self) -> bool:
        """Whether it is asked of which store, say, the one was that was shown: "biggest receipt yesterday", then "which store was that"."""
        words = kept_figures.words_of(self.spans)
        return self.last.limit == 1 and not self.draft.whens and words[0] in ("which", "what", "anong", "aling", "saang", "unsang", "in") and bool({"that", "it", "yun", "yan", "iyon", "kana", "to"} & set(words[1:]))  # fmt: skip

    def _who(self) -> list[str]:
        """The people of whom the best is asked for, by what they spent: "who spent the most"."""
        found = ranks_asked.who(self.composer) if self.draft.top is not None else []
        counted = self.last.metric_names()[:1] if found else ()
        if counted and sets.counted_by(self.model, list(counted)) is not None and not self.draft.metrics:
            raise _no("the best by which figure? Ask it in one question: who spent the most in …")
        return found

    def _split(self, dimensions: list[str]) -> list[str]:
        """What is split by, with what values are set against each other in."""
        return list(dict.fromkeys([*(name for name in self.draft.dimensions if name not in dimensions), *dimensions]))

    def _again(self) -> tuple[Condition, ...]:
        """Those of the query before, in another period: "how many of them came back in October"."""
        again = [one for one in self.spans if one.kind == "again"]
        pointing = [one for one in self.spans if one.kind == "reference" and one.text.lower() in choices.POINTING]
        if not again or not self.draft.whens:
            return ()
        names = [one for one in self.last.metrics if isinstance(one, str)]
        entity = sets.entity_of(self.model, names, self.draft)
        if entity is None:
            raise _no(f'I do not know who "{again[0].text}" is said of')
        for one in (*again, *pointing):
            one.role = "set"
        return (
            sets.chosen(self.model, entity, [one for one in self.last.where if one.query is None], self.last.period),
        )

    def _goes_back_to(self) -> bool:
        """Whether what is named is gone back to: "back to Cebu, and show units too" adds no place."""
        return bool(self.draft.metrics) and any(BACK.intersection(one.text.lower().split()) for one in self.spans)

    def _growth(self, metrics: list[str | MetricEntry], dimensions: list[str], period: Any, order: tuple[Order, ...], compare: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Order, ...], tuple[Any, ...]]:  # fmt: skip
        names = [one for one in metrics if isinstance(one, str)]
        if len(names) != len(metrics) or len(compare) > 1:
            return tuple(metrics), order, compare
        against = compare[0] if compare else None
        found, order, against = ordering.growth(self.model, self.draft, names, order, against, dimensions, period)
        return tuple(found), order, (against,) if against is not None else ()

    def _figured(self, query: SemanticQuery, moving: entries.Figured | None) -> SemanticQuery:
        names = [one for one in query.metrics if isinstance(one, str)]
        asked, split = list(names), set(self.draft.dimensions)
        figured = moving or entries.running(self.model, self.draft, self.spans) or (averages.averaged(self.model, self.draft, self.spans, names) if len(names) == 1 else None)  # fmt: skip
        if figured is None and names != asked:  # the model has a name for it
            over = split.difference(self.draft.dimensions)
            order = tuple(replace(one, by=names[0]) if one.by == asked[0] else one for one in query.order)
            return replace(query, metrics=tuple(names), dimensions=tuple(one for one in query.dimensions if one not in over), order=order)  # fmt: skip
        if figured is None or len(names) != 1:
            return query
        figured = entries.within(figured, query.period)
        dimensions = tuple(name for name in query.dimensions if name in self.draft.dimensions or name not in figured.each or figured.window)  # fmt: skip
        if figured.window is not None and not any(self.model.is_time_grain(name) for name in dimensions):
            dimensions = (*dimensions, *figured.each)
        query = replace(query, metrics=tuple(names), dimensions=dimensions)
        return entries.applied(query, names[0], figured)


def _without(where: Sequence[Condition], freed: set[str], dated: Sequence[Condition]) -> tuple[Condition, ...]:
    """The conditions that are left: not on what is free again, nor on a date that another is of now ("those opened in 2024", behind 2025)."""
    gone = freed | {one.field for one in dated}
    return tuple(one for one in where if one.field not in gone or one in dated)


def _name(one: str | MetricEntry) -> str:
    return one if isinstance(one, str) else one.as_ or one.metric or ""


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

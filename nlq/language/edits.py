"""A follow-up as an edit of the query before it: what its words name is replaced, the rest stays."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nlq.language import (
    apart,
    averages,
    beside_ranks,
    choices,
    entries,
    habits,
    kept_limits,
    kept_periods,
    kept_rows,
    kept_shares,
    ordering,
    ranks_asked,
    relations,
    rows_shown,
    senses,
    sets,
    sides,
    turns,
)
from nlq.language import counting as counting_
from nlq.language.deeds import BOUGHT
from nlq.language.draft import COMPARE, SILENT, Stop
from nlq.language.numbers import MOST, placed
from nlq.language.spans_of_time import lined_up
from nlq.language.stays import Stays
from nlq.language.those import OF_EACH, that_one
from nlq.semantics import periods
from nlq.values import Clarification, Refusal
from nlq.values.query import Condition, MetricEntry, Order, Period, SemanticQuery

if TYPE_CHECKING:
    from nlq.language.compose import Composer

FAR = 10  # years
EACH = ("each", "bawat isa", "matag usa", "each one", "every one", "bawat")
ADDING = ("also", "include", "add", "plus", "too", "as well", "isama", "idagdag", "dagdag", "dagdagan", "iapil", "dugangi", "along with", "together with", "apil")  # fmt: skip


class Edit:
    """One follow-up over the query before it."""

    def __init__(self, composer: Composer, last: SemanticQuery) -> None:
        self.composer, self.last = composer, last
        self.model, self.spans, self.draft = composer.model, composer.spans, composer.draft
        self.stays = Stays(composer, last)

    def query(self, *, same: bool = False) -> SemanticQuery:
        """The query before, changed; `same` where it may be left as it is.

        Raises:
            Stop: it is better to ask, or to decline.
        """
        beside_ranks.settled(self.spans)
        turns.negated(self.spans)
        senses.not_money(self.model, self.spans)
        freed, unsplit = self.stays.freed(), self.stays.unsplit()
        dropped, back = self.stays.dropped(), self.stays.brought_back()
        refused = choices.unreadable(self.model, self.spans)
        if refused is not None:
            raise Stop(refused)
        self.composer.corrected()
        self._ready()
        within = self._of_each()
        adding = self._adding()
        self._bare_number()
        self.composer.walker.nouns()
        moving = entries.moving(self.model, self.draft, self.spans)
        placed(self.composer.walker)
        if self.draft.extremes:
            raise _no(
                "the best and the worst at once are no change of the question before: ask for them in one of their own"
            )
        if any(one.kind == "list" for one in self.spans) or rows_shown.are_listed(self.spans, self.last, self.model):
            return rows_shown.listed(self.composer, self.stays, self.last)
        if kept_periods.is_since(self.spans):
            self.draft.versus = True
            for one in self.spans:
                one.role = "comparison" if one.kind == "moved" else one.role
        level = self.stays.level()
        against = relations.opposed(self.spans, self.composer.filters) if self.draft.versus else []
        self.draft.versus = self.draft.versus and not against
        metrics = self._metrics(adding=adding)
        dimensions = [name for name in self._dimensions(within, adding=adding) if name not in unsplit]
        having = kept_limits.of(self.composer, self.last, metrics, dimensions)
        chosen = self._again()
        where, segments, dimensions = self.stays.where(dimensions, set_against=bool(against), adding=adding)
        where = self.stays.without() if dropped else self.stays.with_these(back) if back is not None else where
        among = rows_shown.among(self.composer, self.last) or kept_rows.still_shown(
            self.composer, self.last, dimensions
        )
        if against:
            where, segments = relations.against(self.model, self.composer.filters, self.draft, against)
            where = (*where, *sides.hours(self.composer), *self.draft.worth)
            where, dimensions = self.stays.beside(where), self._split(dimensions)
        where = (*(where if level is None else self.stays.at_level(where, level)), *chosen, *among)
        metrics = self._during(metrics, where)
        self._pointed()
        where = tuple(one for one in self.stays.split_again(where, dimensions) if one.field not in freed)
        period, compare = kept_periods.of(self.composer, self.last, metrics)
        compare = tuple(lined_up(period, one, split=any(map(self.model.is_time_grain, dimensions))) for one in compare)
        share = kept_shares.of(self.composer, self.last, dimensions)
        order, limit, per = self._order(metrics, dimensions, within)
        plain, order, shown = self._growth(metrics, dimensions, period, order)
        query = replace(
            self.last, metrics=plain, dimensions=tuple(dimensions), where=where, segments=segments, period=period,
            compare=shown if shown is not None else compare, order=order, limit=limit, per=per, share=share, having=having,
        )  # fmt: skip
        query = self._figured(kept_limits.known_only(self.composer, query), moving)
        query = kept_rows.of_those_shown(self.composer, self.last, query, among)
        left = (
            choices.leftover(self.spans) or apart.refused(self.model, query.where) or apart.off_day(self.model, query)
        )
        if left is not None:
            raise Stop(left)
        if query == self.last and not same:
            raise _no("this changes nothing of the question before: say what is to be another")
        return query

    # What the words are made ready for.

    def _ready(self) -> None:
        """Words that say another thing in a change of a question than in one of its own."""
        counting_.in_cebuano(self.model, self.spans)
        for at, one in enumerate(self.spans):
            if one.kind == "placing":  # "rank them"
                one.kind = "high_first"
                for after in self.spans[at + 1 : at + 2]:
                    after.role = "order" if after.kind == "reference" else after.role
        named = any(one.kind in ("metric", "dimension", "grain", "time") for one in self.spans)
        for one in self.spans:
            if one.kind == "undo" and named:  # "balik sa sales", "back to last month": what is named, again
                one.kind, one.role = "filler", "context"
        for at, one in enumerate(self.spans):
            follows = next((other.kind for other in self.spans[at + 1 :] if other.kind not in SILENT), "")
            if one.kind == "reference" and one.text.lower() in rows_shown.AMONG and follows in (*COMPARE, "rose"):
                one.kind, one.role = "filler", "threshold"  # "those below 50k"
        that = that_one(self.spans)
        if that is not None:  # which the question before was of alone: "and that region in September"
            that.kind, that.role = "filler", "context"
        if len(self.spans) > 1 and self.spans[0].kind == "none" and self.spans[1].kind == "value":
            self.spans[0].kind = "not"  # "no gcash", "walay cash": of a figure that is there

    def _of_each(self) -> bool:
        """Whether it is for each group of the query before: "the top 3 products in each"."""
        found = [one for one in self.spans if one.text.lower() in OF_EACH]
        after = [one for one in self.spans if found and one.start >= found[0].end and one.kind not in SILENT]
        if any(one.kind == "share" for one in self.spans):  # "what is the share of each", "what % is each"
            last = next((one for one in reversed(self.spans) if one.kind not in SILENT), None)
            ends = [last] if last is not None and last.kind == "by" and last.text.lower() in EACH else []
            for one in (*(found if not after else ()), *ends):
                one.kind, one.role = "filler", "share"
            return False
        if not found or (found[0].kind == "by" and after):
            return False
        ranked = ("dimension", "grain", "top", "bottom", "number")
        if not any(one.kind in ranked for one in self.spans):  # "units of each"
            found[0].kind, found[0].role = "filler", "ignored"
            return False
        found[0].kind, found[0].role = "filler", "grouping"
        return True

    def _words(self) -> list[str]:
        return [word for one in self.spans for word in one.text.lower().split()]

    def _adding(self) -> bool:
        """Whether what is named comes beside what was there."""
        return any(
            one.text.lower() in ADDING or (one.kind == "followup" and one.text.lower().split()[0] in ADDING)
            for one in self.spans
        )

    def _bare_number(self) -> None:
        """A number by itself, "make it 10", is how many, where there was a limit."""
        for one in self.spans:  # "make it 2000": no year that there is data of
            far = (
                one.kind == "time"
                and one.text.isdecimal()
                and not -FAR < int(one.text) - self.composer.as_of.year < FAR
            )
            if far and self.last.having and len(self.spans) - 1 == sum(other.kind in ("followup", *SILENT) for other in self.spans):  # fmt: skip
                one.kind, one.when, one.number = "number", None, int(one.text)
        numbers = [one for one in self.spans if one.kind == "number"]
        if len(numbers) == 1 and kept_limits.moved(self.composer, self.last, numbers[0]):
            return
        others = {one.kind for one in self.spans} & {"top", "bottom", "between", "dimension", "grain", "moving", "average", "median", *COMPARE}  # fmt: skip
        ranked = self.last.limit is not None or (bool(self.last.order) and bool(self.last.dimensions))
        if len(numbers) == 1 and ranked and not others and numbers[0].number is not None:
            value = numbers[0].number
            if value == int(value) and 1 <= value <= MOST:
                numbers[0].role = "limit"
                self.draft.number = int(value)

    def _pointed(self) -> None:
        """Refuse "that day" where the question before is of more than one, and "the top one": which row is meant is not known.

        Raises:
            Stop: something is pointed at that is a part of the answer before.
        """
        last = self.last.period
        for at, one in enumerate(self.spans):
            words = one.text.lower().split()
            unit = words[-1] if one.kind == "reference" and words[0] in ("that", "the", "same") else ""
            if unit in periods.UNITS and not (
                isinstance(last, Period) and periods.end_of(last.start, unit) >= last.end
            ):
                raise _no(f'which {unit} is "{one.text}"? Name it')
            one.role = "period" if unit in periods.UNITS else one.role
            after = self.spans[at + 1].text.lower() if at + 1 < len(self.spans) else ""
            if one.kind in ("top", "bottom") and after in ("one", "ones", "one's"):
                raise _no(f'which is "{one.text} {after}"? Name it')

    # Parts.

    def _metrics(self, *, adding: bool) -> list[str | MetricEntry]:
        named: list[str] = list(self.draft.metrics)
        counting = [one for one in self.spans if one.kind == "count"]
        if counting and not named:
            named = counting_.of_noun(self.model, self.spans, self.composer.walker) or habits.who_shopped(self.composer)
            for one in self.draft.loose if named else ():
                one.role = "counted"
            self.draft.loose[:] = [one for one in self.draft.loose if not named]
        then = [one for one in self.spans if one.kind == "reference" and one.text.lower() in choices.THEN]
        for one in then:
            one.role = "period"
        if then and not isinstance(self.last.period, Period):
            raise _no(f'which time is "{then[0].text}"? Name it')
        if then and not self.draft.whens:
            named = [counting_.during(self.model, name, (), given=True)[0] for name in named]
        if not named:
            return self._in_money() or list(self.last.metrics)
        limited = {metric for _, _, metric in self.draft.having}.issuperset(named)  # "with more than 300 receipts"
        limited = limited or (named == [self.draft.by_metric] and not ordering.SORT.isdisjoint(self._words()))
        return list(dict.fromkeys([*self.last.metrics, *named])) if adding or limited else list(named)

    def _during(self, metrics: list[str | MetricEntry], where: tuple[Condition, ...]) -> list[str | MetricEntry]:
        """What is counted now, of those that were active where only sales say of which: "how many customers" after sales of supermarkets."""
        fields = [name for one in where for name in one.fields()]
        bought = not BOUGHT.isdisjoint(self._words())
        found: list[str | MetricEntry] = []
        for one in metrics:
            new = isinstance(one, str) and one not in self.last.metrics
            taken, assumed = counting_.during(self.model, str(one), fields, given=bought) if new else (one, None)
            self.composer.assumptions.extend([assumed] if assumed is not None else [])
            found.append(taken)
        return found

    def _in_money(self) -> list[str | MetricEntry]:
        """The usual figure, where it is asked how much of what was counted: "ilang resibo sa NCR", then "magkano nung september"."""
        usual, last = self.model.metrics[self.model.header.default_metric], self.last.metrics
        asked = [one for one in self.spans if one.kind == "amount" and not one.role and one.text.lower().split()[0] not in counting_.HOW_MANY]  # fmt: skip
        counts = len(last) == 1 and isinstance(last[0], str) and self.model.metrics[last[0]].unit == "count"
        return [usual.name] if asked and counts and usual.unit == self.model.header.currency else []

    def _dimensions(self, within: bool, *, adding: bool) -> list[str]:  # noqa: FBT001
        draft = self.draft
        self._people_or_each()
        for one in draft.loose:
            self.composer.walker.group(self.composer.walker.name(one), one)
        draft.loose.clear()
        if not draft.dimensions:
            return list(self.last.dimensions) or self._who()
        series = bool(self.last.dimensions) and all(map(self.model.is_time_grain, self.last.dimensions))
        broken = any(
            one.text.lower().startswith(("break ", "split ") if series else "break ") for one in self.spans
        )  # "break it down by brand"
        further = broken or (self.spans[0].kind == "and" and not self.draft.metrics)  # "and by month"
        if within or adding or further or self._beside_the_one():
            return list(dict.fromkeys([*self.last.dimensions, *draft.dimensions]))
        kept = [name for name in self.last.dimensions if self.last.dimensions and name not in draft.dimensions]
        if kept:
            self.composer.assume(f"instead of by {' and '.join(name.replace('_', ' ') for name in kept)}", {"dimensions": [*kept, *draft.dimensions]})  # fmt: skip
        return list(draft.dimensions)

    def _people_or_each(self) -> None:
        """Ask whether "what about customers" is of how many there were or of each.

        Raises:
            Stop: people are named alone.
        """
        nouns = [one for one in self.spans if one.kind not in (*SILENT, "followup", "and")]
        known = self.model.dimensions.get(nouns[0].ref_of) if len(nouns) == 1 and nouns == self.draft.loose else None
        counts = [one.during for one in self.model.public_metrics().values() if known is not None and known.optional and one.counts == known.name and one.during]  # fmt: skip
        old = self.last.metrics[0] if len(self.last.metrics) == 1 else None
        if known is None or not counts or not isinstance(old, str) or self.last.having or self.last.share or self.last.segments:
            return
        order = tuple(replace(one, by=counts[0]) if one.by == old else one for one in self.last.order)
        label = self.model.metrics[old].label.lower()
        raise Stop(Clarification(
            f"how many {nouns[0].text.lower()}, or the {label} of each?",
            ((self.model.metrics[counts[0]].label, replace(self.last, metrics=(counts[0],), order=order)),
             (f"{label} of each {known.label.lower()}", replace(self.last, dimensions=(known.name,), order=self.last.order))),
        ))  # fmt: skip

    def _beside_the_one(self) -> bool:
        """Whether it is asked of which store, say, the one was that was shown: "biggest receipt yesterday", then "which store was that"."""
        words = self._words()
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

    def _order(self, metrics: list[str | MetricEntry], dimensions: list[str], within: bool) -> tuple[tuple[Order, ...], int | None, tuple[str, ...]]:  # noqa: FBT001  # fmt: skip
        draft, last = self.draft, self.last
        first = _name(metrics[0]) if metrics else ""
        per = last.per if set(last.per) <= set(dimensions) else ()
        if within:
            per = tuple(name for name in last.dimensions if name in dimensions)
            draft.per.extend(per)
        if draft.top is not None:
            ranked = [name for name in dimensions if name not in per]
            if not ranked:
                raise _no("the best of what? Name what is ranked: stores, products …")
            default = 1 if self._one_asked() else self.model.header.default_ranking_limit
            moved = [
                one for one in last.order if one.by in (f"{first}__growth", f"{first}__change") and not draft.metrics
            ]
            by = (Order(by=moved[0].by, dir="desc" if draft.top else "asc"),) if moved else ordering.by(draft, first)
            return by, draft.number or last.limit or default, per
        if draft.by_metric in metrics and not last.order and dimensions and ordering.SORT.intersection(self._words()):
            return (Order(by=draft.by_metric or first),), last.limit, per  # "sort by receipts"
        if draft.number is not None:
            return last.order or (Order(by=first),), draft.number, per
        if draft.sorted is not None and not draft.versus:
            return (Order(by=first, dir="desc" if draft.sorted else "asc"),), last.limit, per
        stays = {*map(_name, metrics), *dimensions}
        old = _name(last.metrics[0]) if last.metrics else ""
        order = tuple(replace(one, by=first) if one.by == old and first else one for one in last.order)
        order = tuple(one for one in order if one.by.partition("__")[0] in stays or one.by in stays)
        turned = tuple(dimensions) != last.dimensions and any(self.model.is_time_grain(name) for name in dimensions)
        return ((), None, ()) if turned else (order, last.limit if order else None, per)

    def _one_asked(self) -> bool:
        """Whether it is asked which one is best: "which is highest", "alin ang pinakamataas"."""
        singular = any(one.text.lower() in ("which is", "which was", "what is", "what was") for one in self.spans[:1])
        said = [one for one in self.spans if one.kind not in SILENT]
        ranked = next((after for one, after in pairwise(said) if one.kind in ("top", "bottom")), None)
        if ranked is not None and ranked.kind in ("dimension", "grain") and not ordering.is_plural(self.model, self.spans, ranked):
            return True  # "what was the busiest hour"
        return singular or (any(one.kind == "which" for one in self.spans) and not ordering.plural(self.model, self.spans))  # fmt: skip

    def _growth(self, metrics: list[str | MetricEntry], dimensions: list[str], period: Any, order: tuple[Order, ...]) -> tuple[tuple[Any, ...], tuple[Order, ...], tuple[Any, ...] | None]:  # fmt: skip
        names = [one for one in metrics if isinstance(one, str)]
        if len(names) != len(metrics):
            return tuple(metrics), order, None
        found, order, compare = ordering.growth(self.model, self.draft, names, order, None, dimensions, period)
        return tuple(found), order, (compare,) if compare is not None else None

    def _figured(self, query: SemanticQuery, moving: entries.Figured | None) -> SemanticQuery:
        names = [one for one in query.metrics if isinstance(one, str)]
        figured = moving or entries.running(self.model, self.draft, self.spans) or (averages.averaged(self.model, self.draft, self.spans, names) if len(names) == 1 else None)  # fmt: skip
        if figured is None or len(names) != 1:
            return query
        figured = entries.within(figured, query.period)
        dimensions = tuple(name for name in query.dimensions if name in self.draft.dimensions or name not in figured.each or figured.window)  # fmt: skip
        if figured.window is not None and not any(self.model.is_time_grain(name) for name in dimensions):
            dimensions = (*dimensions, *figured.each)
        query = replace(query, metrics=tuple(names), dimensions=dimensions)
        return entries.applied(query, names[0], figured)


def _name(one: str | MetricEntry) -> str:
    return one if isinstance(one, str) else one.as_ or one.metric or ""


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

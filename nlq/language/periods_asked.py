"""The period of a question and the one to compare with: as they were named, or as is assumed where they were not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nlq.language.draft import SILENT, Stop
from nlq.language.relations import opposed
from nlq.language.shared_years import QUARTER
from nlq.language.spans_of_time import NOW, settle
from nlq.semantics.periods import end_of, named_period
from nlq.values import Refusal
from nlq.values.query import Condition, Period

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel


PERIOD_BEFORE = "the period of the question before, as none was named"
RECORD = frozenset(("record", "all-time", "time"))  # of all that there has been
FROM = ("from", "frm")
FIRST = ("una", "unang", "first", "earliest", "the first", "ang unang")
SAME_DAYS = re.compile(r"same (days|dates)")
NEW = frozenset(("new", "bagong", "bago", "bag-ong", "newly opened", "bagong bukas"))


def from_one_to_another(composer: Composer) -> None:
    """A change "from Q1 to Q2" is of one period against another, not over both."""
    draft = composer.draft
    grained = (
        draft.step or draft.trend or any(map(composer.model.is_time_grain, draft.dimensions))
    )  # each of its months, say
    moved = draft.growth or any(one.kind in ("why", "rose") for one in composer.spans) or any(composer.model.metrics[name].growth for name in draft.metrics)  # fmt: skip
    if (
        (moved or (draft.versus and not opposed(composer.spans, composer.filters)))
        and not grained
        and len(draft.whens) == 1
        and draft.whens[0].when is not None
        and draft.whens[0].when.parts
    ):
        span, (first, second) = draft.whens[0], draft.whens[0].when.parts
        draft.whens[:] = [replace(span, when=first), replace(span, when=second)]
        draft.versus = True


def in_both(composer: Composer) -> None:
    """Two periods in each of which somebody did something: one is that of the figures, in the other they did so too."""
    spans, draft = composer.spans, composer.draft
    at = next((place for place, one in enumerate(spans) if one.kind == "both"), None)
    if at is None or len(draft.whens) != 2 or draft.versus:
        return
    rest = [one for one in spans[at + 1 :] if one.kind not in SILENT][:3]
    if [one.kind for one in rest] == ["time", "and", "time"] and rest[0] in draft.whens:
        spans[at].kind = "filler"
        rest[2].role = "set"
        draft.present.append(rest[2])
        draft.whens[:] = [rest[0]]


def newly(composer: Composer) -> None:
    """New stores of a period are those that came to be in it, where the model knows when: "new stores this quarter"."""
    model, spans = composer.model, composer.spans
    for one, noun in pairwise(spans):
        if one.kind != "unsupported" or one.text.lower() not in NEW or sum(each.kind == "time" for each in spans) != 1:
            continue
        known = model.dimensions.get(noun.ref_of)
        kind = known if noun.kind == "dimension" else model.dimensions.get((known and known.kind_of) or "")
        begins = model.begins(kind.table) if kind is not None else None
        if begins is not None and kind is not None and kind.key:
            one.kind, one.role, composer.dated = "filler", "filter", begins


def earliest(composer: Composer) -> None:
    """The first day, week or month on which a figure was beyond a limit: "first month with sales over 3M", "unang adlaw nga mikapin sa 1 milyon"."""
    spans = composer.spans
    grains = [one for one in spans if one.kind == "grain"]
    first = [one for one in spans if one.kind in ("unsupported", "top") and one.text.lower() in FIRST]
    beyond = any(one.kind in ("above", "at_least") for one in spans) and any(one.kind == "number" for one in spans)
    if len(grains) == len(first) == 1 and beyond:
        first[0].kind, first[0].role = "filler", "order"
        composer.draft.earliest = True


def own_dates(composer: Composer, *, kept: bool = False) -> tuple[Condition, ...]:
    """What is said of a date of things right behind it, where figures have a period of their own: "October sales of stores opened in 2025".

    `kept`: they have the one of the question before.
    """
    draft, model, found = composer.draft, composer.model, []
    for one in composer.spans:
        state = _since(model, one) if len(draft.whens) > 1 else ""
        known = model.dimensions.get(one.ref_of if one.kind == "dimension" else state)
        after = _behind_state(composer, one)
        if known is None or known.type != "date" or known.time or not (state or one in draft.loose) or after not in draft.whens:  # fmt: skip
            continue
        if after.when is None or not isinstance(after.when.period, Period) or len(draft.whens) > 2:
            continue
        period = after.when.period
        composer.filters.take([one] if state else [])
        both = len(draft.whens) == 1 and not kept
        if both and not _of_both(composer, one, period):
            continue
        one.role = after.role = "filter"
        draft.loose[:] = [other for other in draft.loose if other is not one]
        draft.whens[:] = [other for other in draft.whens if other is not after or both]
        found.append(
            Condition(field=known.name, op="between", values=(period.start.isoformat(), period.end.isoformat()))
        )
    return tuple(found)


def _since(model: SemanticModel, one: Span) -> str:
    """The date since which a state that goes by a name is: of "closed" the closing date; "" for another word."""
    said = model.filters[one.ref_of].where if one.kind == "value" and one.ref_of in model.filters else ()
    return said[0].field or "" if [term.op for term in said] == ["is_not_null"] else ""


def _of_both(composer: Composer, date: Span, period: Period) -> bool:
    """Whether the one period is that of a date of things, and of a figure that they had since: "stores that opened this year, what are their sales"; it is said.

    Raises:
        Stop: it is over, so that the figure may be of any time since.
    """
    figures = [name for name in composer.draft.metrics if composer.model.has_time(name) and not composer.model.metrics[name].counts]  # fmt: skip
    behind = any(one.kind == "metric" and one.start > date.start for one in composer.spans)
    if not figures or not behind:
        return False  # "sales of stores opened this year" may be of either
    if period.end < composer.as_of:
        raise Stop(Refusal("out_of_scope", f'that is when they are "{date.text}"; of which period is the figure? Name both: "October sales of stores opened in 2025"'))  # fmt: skip
    composer.assume(f'the figure is of the same period as "{date.text}", as no other was named', {})
    return True


def of_date(composer: Composer, table: str) -> tuple[Condition, ...]:
    """The period, as a condition on the date at which something befell the things of a table, where that is said: "stores closed in 2023"."""
    period = composer.given_period()
    if not isinstance(period, Period) or len(composer.draft.whens) != 1 or _is_of_a_figure(composer):
        return ()
    name = composer.dated or _date_said(composer, table)
    if not name:
        return ()
    if (
        composer.draft.trend
        or any(one.kind in ("running", "moving") for one in composer.spans)
        or any(map(composer.model.is_time_grain, composer.draft.dimensions))
    ):
        raise Stop(
            Refusal(
                "out_of_scope",
                f"how many by {composer.model.dimensions[name].label.lower()}, over time, cannot be read yet: ask for one period",
            )
        )
    composer.draft.whens.clear()
    return (Condition(field=name, op="between", values=(period.start.isoformat(), period.end.isoformat())),)


def _is_of_a_figure(composer: Composer) -> bool:
    """Whether the period stands behind what was done, or was not: "stores that have closed, with no sales in the last 7 days"."""
    model, spans = composer.model, composer.spans
    first = composer.draft.whens[0].start  # several may have been put together
    at = next((place for place, one in enumerate(spans) if one.start >= first), 0)
    lacks = False
    for one in reversed(spans[:at]):
        if one.kind == "dimension" or (one.kind == "value" and one.ref_of in model.filters):
            return False
        if one.kind == "metric" and not model.metrics[one.ref_of].counts:
            lacks = True
        if one.kind in ("none", "not") and lacks:
            return True
    return False


def by_date(composer: Composer, table: str) -> tuple[Condition, ...]:
    """What befell the things of a table, year by year: "how many stores opened per year since 2020". The grain becomes one of that date."""
    draft, model, time = composer.draft, composer.model, composer.model.time_dimension
    grains = [name for name in draft.dimensions if model.is_time_grain(name)]
    timely = draft.trend or any(one.kind in ("running", "moving") for one in composer.spans)
    if not table or time is None or len(grains) != 1 or timely or len(draft.whens) > 1:
        return ()
    period = composer.given_period()
    nouns = list(draft.loose)
    name = composer.dated or _date_said(composer, table)
    grain = f"{name}.{grains[0].rpartition('.')[2]}"
    if not name or grain not in model.grains:
        return ()
    for one in nouns:
        one.role = "grouping" if one.ref_of == name else one.role
    draft.loose[:] = [one for one in draft.loose if one.ref_of != name]
    draft.dimensions[:] = [grain if one == grains[0] else one for one in draft.dimensions]
    draft.whens.clear()
    if not isinstance(period, Period):
        return (Condition(field=name, op="is_not_null"),)
    return (Condition(field=name, op="between", values=(period.start.isoformat(), period.end.isoformat())),)


def _date_said(composer: Composer, table: str) -> str:
    """The date that a noun is ("opened"), or that a state has ("closed": what has a closing date); "" where none or several are."""
    model = composer.model
    dates = {
        name for name, one in model.dimensions.items() if one.type == "date" and not one.time and one.table == table
    }
    nouns = [one for one in composer.draft.loose if one.kind == "dimension" and one.ref_of in dates]
    states = [
        (one, model.filters[one.ref_of].where)
        for one in composer.spans
        if one.kind == "value" and one.ref_of in model.filters
    ]
    since = [
        (one, where[0].field)
        for one, where in states
        if [term.op for term in where] == ["is_not_null"] and where[0].field in dates
    ]
    if len(nouns) + len(since) > 1:  # "opened in 2024 that closed": it is of what it stands right behind
        beside = [one for one in (*nouns, *(one for one, _ in since)) if _right_behind(composer, one)]
        nouns, since = [one for one in nouns if one in beside], [one for one in since if one[0] in beside]
    if len(nouns) + len(since) != 1:
        return ""
    if since and composer.draft.whens and composer.draft.whens[0].text.lower() in NOW:
        composer.draft.whens.clear()  # "sarado na ngayon" is how they are, and no day of closing
        return ""
    composer.filters.take([one for one, _ in since])
    return next((field for _, field in since if field), "") or nouns[0].ref_of


def _right_behind(composer: Composer, one: Span) -> bool:
    """Whether a period stands right behind a word."""
    return _behind_state(composer, one) in composer.draft.whens


def _behind_state(composer: Composer, one: Span) -> Span | None:
    """What stands behind a word, or behind the thing that it is said of: "mga nagsarang tindahan 2025"."""
    at = next(place for place, other in enumerate(composer.spans) if other is one)
    rest = [other for other in composer.spans[at + 1 :] if other.kind not in (*SILENT, "preposition")]
    thing = bool(rest) and one.kind == "value" and rest[0].kind == "dimension" and rest[0].ref_of in composer.model.counted  # fmt: skip
    return next(iter(rest[thing:]), None)


def settled(composer: Composer, metrics: list[str]) -> tuple[Any, Any]:
    """The period, and the one to compare with; a choice that was made is said."""
    found = settle(
        composer.draft.whens,
        versus=composer.draft.versus,
        default=composer.default_period(),
        near=near(composer),
        today=composer.as_of,
    )
    if isinstance(found, Refusal):
        raise Stop(found)
    period, compare, said = found
    compare = same_days(composer, period, compare)
    composer.assumptions.extend(said)
    period = _from_on(composer, period) if compare is None else period
    if period is not None:
        return period, compare
    if composer.latest_days:
        return "all", compare
    if any(one.kind == "top" and RECORD.intersection(one.text.lower().split()) for one in composer.spans):
        composer.assume("over all the data, as a record is asked for", {})
        return "all", compare
    if composer.draft.earliest:
        composer.assume("over all the data, as the first time is asked for", {})
        return "all", compare
    if _by_year(composer):  # of 30 days no year would be one
        composer.assume("of every year in the data", {})
        return "all", compare
    default = composer.default_period()  # which what is said by another period is said by
    if all(composer.model.has_time(name) for name in metrics):
        assume_usual(composer, default)
        grows = composer.draft.growth or any(composer.model.metrics[name].growth for name in metrics)
        compare = composer.against if compare is None and grows and default is composer.before else compare
    return default, compare


def same_days(composer: Composer, period: Any, compare: Any) -> Any:
    """The days of another month that bear the same numbers: "Sept 1-15 vs the same days in August".

    Raises:
        Stop: they are not days of one month, or the other is no whole month.
    """
    same = any(SAME_DAYS.search(one.text.lower()) for one in composer.spans if one.kind == "reference")
    if not (same and isinstance(period, Period) and isinstance(compare, Period)) or period.days == compare.days:
        return compare
    last = end_of(compare.start, "month")
    if end_of(period.start, "month") != end_of(period.end, "month") or compare.start.day > 1 or compare.end > last:
        raise Stop(
            Refusal("out_of_scope", "I do not know which days are the same ones: name both periods by their dates")
        )
    start = compare.start + timedelta(days=period.start.day - 1)
    return Period(start=start, end=min(compare.start + timedelta(days=period.end.day - 1), last))


def _from_on(composer: Composer, period: Any) -> Any:
    """A series "from 2024" or "from June" goes on until today: of the period alone it would be "in"."""
    spans = composer.spans
    opened = any(
        one.text.lower().split()[-1] in FROM and after.when is not None and after.kind == "time"
        for one, after in pairwise(spans)
    )
    grained = any(map(composer.model.is_time_grain, composer.draft.dimensions)) or composer.draft.trend
    if (
        not (opened and grained and len(composer.draft.whens) == 1 and isinstance(period, Period))
        or period.end >= composer.as_of
        or period.days == 1
    ):
        return period
    composer.assume(f"from then on, up to {composer.as_of}", {"period": {"start": period.start.isoformat(), "end": period.end.isoformat()}})  # fmt: skip
    return Period(start=period.start, end=composer.as_of)


def seasonal(composer: Composer) -> bool:
    """Whether figures are of a season, which the usual period may not hold: "ber months sales"."""
    model = composer.model
    fields = {name for one in composer.filters.conditions() for name in one.fields() if name in model.dimensions}
    return any(model.is_of_days(name) and model.dimensions[name].type == "string" for name in fields)


def _by_year(composer: Composer) -> bool:
    """Whether figures are split by years, and by nothing shorter."""
    time = composer.model.time_dimension
    grains = [name for name in composer.draft.dimensions if composer.model.is_time_grain(name)]
    return time is not None and grains == [f"{time.name}.year"]


def of_each_year(composer: Composer) -> tuple[Condition, ...]:
    """The month of no year that was said, where figures are split by years: "December sales by year" are of each December.

    Raises:
        Stop: it is a part of the year that is no month.
    """
    draft, model = composer.draft, composer.model
    found = draft.whens[0].when if len(draft.whens) == 1 and not draft.versus and _by_year(composer) else None
    unsaid = found is not None and (found.other is not None or QUARTER.fullmatch(draft.whens[0].text.lower()))
    if found is None or not unsaid or not isinstance(found.period, Period):
        return ()
    start, time = found.period.start, model.time_dimension
    field = next((name for name, one in model.dimensions.items() if time is not None and one.part is not None and one.part.unit == "month" and name.startswith(f"{time.name}.")), None)  # fmt: skip
    ends = min(end_of(start, "month"), max(composer.as_of, start))
    if field is None or found.parts is not None or start.day != 1 or found.period.end != ends:
        raise Stop(Refusal("out_of_scope", f'"{draft.whens[0].text}" of each year cannot be read yet: name the years'))
    draft.whens[0].role = "filter"
    draft.whens.clear()
    composer.each_year = True
    return (Condition(field=field, op="=", values=(start.month,)),)


def assume_usual(composer: Composer, default: Period) -> None:
    """Say that the period is the usual one, with this month as the other choice."""
    this = named_period("this month")
    other = this.resolve(composer.as_of) if this else default
    text = "this year, as a season was named and no period" if seasonal(composer) else f"{composer.model.header.default_period}, as no period was named"  # fmt: skip
    text = PERIOD_BEFORE if composer.before is not None else text
    composer.assume(text, {"period": {"start": other.start.isoformat(), "end": other.end.isoformat()}})


def so_far(composer: Composer) -> Period:
    """The period of a running total that names none: this month by day, else this year."""
    time = composer.model.time_dimension
    daily = time is not None and f"{time.name}.day" in composer.draft.dimensions
    relative = named_period("this month" if daily else "this year")
    assert relative is not None  # noqa: S101 - our own words
    period = relative.resolve(composer.as_of)
    composer.assumptions[:] = [one for one in composer.assumptions if "period" not in one.change]
    composer.assume(f"{'this month' if daily else 'this year'}, as no period was named", {})
    return period


def near(composer: Composer, ties: tuple[str, ...] = ()) -> bool:
    """Whether the periods stand beside one another, with nothing but "and" and the like (and kinds of `ties`) between them."""
    places = [at for at, one in enumerate(composer.spans) if one in composer.draft.whens]
    between = [one for at, one in enumerate(composer.spans[places[0] : places[-1]], places[0]) if at not in places] if places else []  # fmt: skip
    return all(one.kind in (*SILENT, "and", *ties) for one in between)

"""What people did so many times, again, or for the first time: "bought 5 or more times", "repeat customers", "new customers this month"."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language import sets
from nlq.language.deeds import SHOPPED
from nlq.language.draft import COMPARE, SILENT, Stop
from nlq.language.lexicon import Meaning
from nlq.language.match import Span
from nlq.semantics.periods import EARLIEST
from nlq.values import Refusal
from nlq.values.query import Period, Segment

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.values.query import Condition

PERIODS = ("first", "later")
TIMES = {"twice": 2, "thrice": 3}
AGAIN = 2  # purchases, of those who came back
REPEAT = frozenset(("repeat", "repeating"))
NEW = frozenset(("new", "first time", "first timer", "bagong", "bago", "bag ong", "bag o"))
KNOWN = ("returning", "existing", "old", "dati", "dati na", "dating", "luma", "lumang", "daan")
BOUGHT = frozenset(("bought", "purchased", "buy"))
LISTED = ("count", "list", "which", "top", "bottom", "fastest", "slowest")


def taken(composer: Composer) -> None:
    """Take the words that say how often, and those who are new; what is said of nobody is left as it was.

    Raises:
        Stop: so many times is said of nothing that is counted.
    """
    for one, after in pairwise(composer.spans):
        if one.kind == "number" and after.text == "+":
            after.kind = "or_more"  # "3+ branches"
    _times(composer)
    _once(composer)
    _new_and_known(composer)
    for one, noun in list(pairwise(composer.spans)):
        text, people = one.text.lower().replace("-", " "), people_of(composer, noun)
        if one.kind != "unsupported" or people is None:
            continue
        if text in REPEAT:
            one.kind, one.role = "filler", "threshold"
            event = _event(composer, one)
            composer.draft.having.append((">=", (AGAIN,), event))
            composer.assume(
                f'"{one.text}" are those with {AGAIN} or more {composer.model.metrics[event].label.lower()}', {}
            )
            if noun.kind == "dimension" and any(each.kind == "metric" and each is not noun for each in composer.spans):
                composer.draft.whose, composer.draft.whose_by = noun, event  # "average basket of repeat customers"
            _counted(composer, noun, people)
        elif text in NEW:
            one.kind, one.role, composer.newcomers = "filler", "set", people
            _counted(composer, noun, people)


def _new_and_known(composer: Composer) -> None:
    """Note that those who are new are set against those who were known before: "new vs returning customers"."""
    spans = composer.spans
    for at, one in enumerate(spans):
        rest = [other for other in spans[at + 1 :] if other.kind not in SILENT][:3]
        if len(rest) < 3 or rest[0].kind not in ("versus", "and"):
            continue
        people = people_of(composer, rest[2])
        pair = [other.text.lower().replace("-", " ") for other in (one, rest[1])]
        turned = pair[1] in NEW and pair[0] in (*KNOWN, *REPEAT)  # "repeat vs new customers"
        if people is not None and (turned or (pair[0] in NEW and pair[1] in (*KNOWN, *REPEAT))):
            one, rest[1] = (rest[1], one) if turned else (one, rest[1])  # noqa: PLW2901
            for other in (one, rest[0], rest[1]):
                other.kind, other.role = "filler", "comparison"
            composer.known_before = (people, one.text, rest[1].text)
            _counted(composer, rest[2], people)
            return


def parts(composer: Composer) -> tuple[Segment, ...]:
    """Those who are new, and those who were known before the period, as parts of the data.

    Raises:
        Stop: there is no one period that they would be new in.
    """
    assert composer.known_before is not None  # noqa: S101 - asked before
    people, new, known = composer.known_before
    before = _before(composer)
    return tuple(Segment(label, (sets.chosen(composer.model, people, (), before, lacking=lacks),)) for label, lacks in ((new, True), (known, False)))  # fmt: skip


def _before(composer: Composer) -> Period:
    """All that was before the period of a question."""
    period = composer.new_in or composer.given_period()
    if (
        not isinstance(period, Period)
        or period.start <= EARLIEST
        or any(map(composer.model.is_time_grain, composer.draft.dimensions))
    ):
        raise Stop(Refusal("out_of_scope", "those who are new are found for one period at a time: name one, and no split by time"))  # fmt: skip
    composer.assume(f"new are those of whom the data has nothing before {period.start}", {})
    return Period(start=EARLIEST, end=period.start - timedelta(days=1))


def newcomers(composer: Composer, *, counted: bool = True) -> tuple[Condition, ...]:
    """Those who bought nothing before the period, where only they are meant. `counted`: themselves, not some figure of theirs.

    Raises:
        Stop: there is no one period that they would be new in.
    """
    if not composer.newcomers:
        return ()
    new = sets.chosen(composer.model, composer.newcomers, (), _before(composer), lacking=True)
    return (new,) if counted else sets.somebody(composer.model, composer.newcomers, (new,))


def returned(composer: Composer) -> tuple[Condition, ...]:
    """Those who did in one period what they did again in a later one, which figures are of: "bought in September and came back in October".

    Raises:
        Stop: who they are is not said.
    """
    again = [one for one in composer.spans if one.kind == "again" and not one.role]
    whens = composer.draft.whens
    if not again or len(whens) != len(PERIODS) or composer.draft.versus:
        return ()
    nouns = [one for one in composer.spans if people_of(composer, one) is not None]
    shopped = who_shopped(composer) if not nouns else []
    first, later = sorted(whens, key=lambda one: one.when.period.start if one.when is not None and isinstance(one.when.period, Period) else EARLIEST)  # fmt: skip
    if not (nouns or shopped) or first.when is None or not isinstance(first.when.period, Period) or later.when is None:
        raise Stop(Refusal("out_of_scope", f'who is meant by "{again[0].text}"? Name the customers, and both periods'))
    again[0].role = first.role = "set"
    composer.new_in = first.when.period  # "new customers in August came back in September"
    whens[:] = [later]
    if nouns and nouns[0].kind == "dimension" and not any(one.kind in ("metric", "list") for one in composer.spans):
        _counted(composer, nouns[0], people_of(composer, nouns[0]) or "")
    counted = [one.ref_of for one in nouns if one.kind == "metric"] or shopped
    if counted and not composer.draft.metrics:
        composer.draft.loose[:] = [one for one in composer.draft.loose if one not in nouns]
        composer.draft.metrics.append(counted[0])
    people = people_of(composer, nouns[0]) if nouns else sets.entity_of(composer.model, counted, type(composer.draft)())
    people = people or ""
    return (sets.chosen(composer.model, people, composer.filters.conditions(), first.when.period),)


def who_shopped(composer: Composer) -> list[str]:
    """The metric of those who bought, where only what they did is said: "ilan ang bumili sa Cebu"; none where nobody is meant."""
    said = {word for one in composer.spans for word in one.text.lower().split()}
    people = [one.during for one in composer.model.public_metrics().values() if one.during and one.counts and composer.model.dimensions[one.counts].optional]  # fmt: skip
    bought = any(
        one.kind == "count" and BOUGHT & set(after.text.lower().split()) for one, after in pairwise(composer.spans)
    )  # "how many bought rice"
    return [name for name in people if name] if len(people) == 1 and (SHOPPED & said or bought) else []


def somebody(composer: Composer) -> str | None:
    """The people of whom something is said that only people do, where no noun names any: "who bought rice but no dairy", "ng mga bumili ng bigas"."""
    said = {word for one in composer.spans for word in one.text.lower().split()}
    people = [name for name, one in composer.model.dimensions.items() if one.optional]
    nouns = any(one.kind == "dimension" for one in composer.draft.loose)
    return people[0] if len(people) == 1 and (SHOPPED | BOUGHT) & said and not nouns else None


def _times(composer: Composer) -> None:
    """So many times is so many of what is counted as events."""
    for at, one in enumerate(composer.spans):
        if one.kind != "times":
            continue
        before = next((span for span in reversed(composer.spans[:at]) if span.kind not in SILENT), None)
        by = [span for span in composer.spans[:at] if span.kind not in SILENT][-2:]
        ranks = [span.kind for span in by] == ["by", "count"] or (
            before is not None and before.kind == "by" and before.text.lower() == "by"
        )  # "by number of visits"
        if ranks and by[-1].kind == "count":
            by[-1].kind = "filler"
        if ranks or (before is not None and before.kind in ("number", "or_more", "or_less")):
            event = _event(composer, one)
            one.kind, one.meanings = "metric", [Meaning("metric", event)]
        elif one.text.lower() in ("visits", "visit"):
            one.kind = "filler"
        else:
            raise Stop(Refusal("out_of_scope", f'how many "{one.text}"? Say a number, or name the hour or the day'))


def _once(composer: Composer) -> None:
    """Once is one time, twice two: "more than once", "bought only once", "at least twice".

    Raises:
        Stop: it is so much of something else.
    """
    for at, one in enumerate(composer.spans):
        if one.kind != "once":
            continue
        times = next((many for word, many in TIMES.items() if word in one.text.lower().split()), 1)
        after = composer.spans[at + 1].text.lower().split()[0] if at + 1 < len(composer.spans) else ""
        if times > 1 and after in ("what", "as", "the", "that"):
            raise Stop(Refusal("out_of_scope", f'"{one.text}" of a figure is no limit yet: ask for both figures'))
        event = _event(composer, one)
        limit = at > 0 and composer.spans[at - 1].kind in COMPARE
        one.kind, one.number, one.role = ("number", times, "") if limit else ("filler", None, "threshold")
        if limit:
            composer.spans.insert(at + 1, Span(one.text, one.start, one.end, "metric", [Meaning("metric", event)]))
        else:
            composer.draft.having.append(("=", (times,), event))
        return


def _event(composer: Composer, one: Span) -> str:
    """The metric that counts what people do: the model's second one, where that is a count."""
    name = composer.model.header.second_metric
    if name is None or composer.model.metrics[name].unit != "count":
        raise Stop(Refusal("no_metric", f'nothing here counts "{one.text}"'))
    return name


def people_of(composer: Composer, noun: Span) -> str | None:
    """The people that a noun names, or that a metric counts."""
    if noun.kind == "metric":
        entity = sets.counted_by(composer.model, [noun.ref_of])
    else:
        entity = noun.ref_of if noun.kind == "dimension" else None
    known = composer.model.dimensions.get(entity or "")
    return entity if known is not None and known.optional else None


def _counted(composer: Composer, noun: Span, people: str) -> None:
    """They are counted, where nothing else is asked of them."""
    if noun.kind == "metric" or any(one.kind in (*LISTED, "metric") for one in composer.spans):
        return
    during = next((one.during for one in composer.model.public_metrics().values() if one.counts == people and one.during), None)  # fmt: skip
    if during is not None:
        noun.kind, noun.meanings = "metric", [Meaning("metric", during)]

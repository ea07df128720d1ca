"""A SemanticQuery as one sentence, in the asker's language: everything that decides the figure, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language import sentences
from nlq.semantics import periods
from nlq.semantics.draft.words import plural
from nlq.sql.said import tail_of
from nlq.values import ScopeValues
from nlq.values.query import Condition, MetricEntry, Period, SemanticQuery, Shift

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.semantics.measures import Metric
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Filter
    from nlq.values import Principal
    from nlq.values.query import Scalar, Window

OPS = {
    ">": "above",
    ">=": "at_least",
    "<": "below",
    "<=": "at_most",
    "contains": "containing",
    "!=": "not",
    "not_in": "not",
}  # phrases
PARTS = ("__share", "__growth")  # columns that are fractions


def reading(
    query: SemanticQuery,
    model: SemanticModel,
    principal: Principal,
    values: ScopeValues | None = None,
    language: str = "en",
) -> str:
    """Metric, split, filters, period with its dates and number of days, order, limit, and whose rows they are."""
    labels = _Labels(model, values if values is not None else ScopeValues(), language)
    parts = _parts(query, model, labels)
    regions = principal.regions
    if regions != "*":
        named = ", ".join(labels.value("region", one) for one in regions)
        parts.append(labels.words.say("your_regions", named or labels.words.say("none")))
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}"


def parts(query: SemanticQuery, model: SemanticModel, values: ScopeValues, language: str = "en") -> list[str]:
    """What a reading says of a query, part by part, but for whose rows they are."""
    return _parts(query, model, _Labels(model, values, language))


def _parts(query: SemanticQuery, model: SemanticModel, labels: _Labels) -> list[str]:
    labels.figures = {one.as_ or f"{one.metric}{tail_of(one)}": one for one in query.metrics if isinstance(one, MetricEntry)}  # fmt: skip
    words = labels.words
    said = [labels.metrics(query)]
    if query.list is not None:
        said = [words.say("every", labels.field(query.list)), *(said if query.metrics else [])]
    if query.dimensions:
        said.append(words.say("by", words.all_of(labels.field(name) for name in query.dimensions)))
    said.extend(labels.parts(query))
    said.extend(labels.condition(one) for one in query.where)
    if any(_timed(model, one) for one in query.metrics):
        said.append(words.period(query.period) if isinstance(query.period, Period) else words.say("all_data"))
    said.extend(words.say("against", labels.compared(one, query)) for one in query.compare)
    said.extend(words.say("where", labels.figure(one)) for one in query.having)
    ranked = [one for one in query.order if one.by not in query.per]
    if ranked:
        said.append(
            words.say("latest_first" if ranked[0].dir == "desc" else "earliest_first")
            if labels.is_time(ranked[0].by)
            else words.say("by_name", labels.column(ranked[0].by))
            if ranked[0].dir == "asc"
            and ranked[0].by in model.dimensions
            and model.dimensions[ranked[0].by].type == "string"
            else words.say("highest_first" if ranked[0].dir == "desc" else "lowest_first", labels.column(ranked[0].by))
        )
    if query.limit:
        within = words.say("within_each", words.all_of(labels.field(name) for name in query.per)) if query.per else ""
        said.append((words.say("only_first") if query.limit == 1 else words.say("the_first", query.limit)) + within)
    return said


def _number(value: Scalar, *, part: bool) -> str:
    """A limit, as people write it: a part of something in percent."""
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:.6%}".rstrip("%").rstrip("0").rstrip(".") + "%" if part else f"{value:,}"


class _Labels:
    """Names as people of a language know them: by the first word that the model has for them in it."""

    def __init__(self, model: SemanticModel, values: ScopeValues, language: str) -> None:
        self._model, self._values, self._language = model, values, language
        self.words = sentences.of(language)
        self.figures: dict[str, MetricEntry] = {}  # those of a query that are made of a metric, by their columns

    def _called(self, one: Dimension | Metric | Filter) -> str:
        own = next((texts for known, texts in one.synonyms.items() if known == self._language != "en"), ())
        return own[0] if own else one.label

    def field(self, name: str) -> str:
        if self._model.is_time_grain(name):
            return self.words.grain(self._model.grains[name][1])
        if name in self._model.filters:
            return self._called(self._model.filters[name]).lower()
        if name in self._model.grains:
            one, grain = self._model.grains[name]
            label = self._called(one).lower()
            return label if grain == "day" else self.words.say("grain_of", self.words.grain(grain), label)
        return self._called(self._model.dimensions[name]).lower() if name in self._model.dimensions else name

    def value(self, field: str, value: object) -> str:
        one = self._model.dimensions.get(field)
        if one is None:
            return str(value)
        for known in one.values if isinstance(one.values, tuple) else ():
            if known.value == value:
                return known.label
        label = self._model.labels.get(field, {}).get(value) or self._values.label(field, value)
        return str(value) if label is None else label

    def metrics(self, query: SemanticQuery) -> str:
        """All figures of a query."""
        names = [self.metric(one) for one in query.metrics]
        return (
            self.words.all_of([names[0], *(name[:1].lower() + name[1:] for name in names[1:])])
            if names
            else self.words.say("rows")
        )

    def column(self, name: str) -> str:
        """A column that rows are put in order by, or limited by."""
        if name in self._model.dimensions or name in self._model.grains:
            return self.field(name)
        known, made = self._model.metrics.get(name), self.figures.get(name)
        if made is not None and made.agg == "count":
            return self.words.say("how_many", self.words.all_of(self._counted(made)))
        if made is not None and made.window is None:
            return self.metric(made).lower()
        return self._called(known).lower() if known is not None else name.replace("__", " ")

    def is_time(self, name: str) -> bool:
        """Whether a column is a time, by which rows come one after another."""
        known = self._model.dimensions.get(name)
        return name in self._model.grains or (known is not None and known.type == "date")

    def _counted(self, one: MetricEntry) -> list[str]:
        """What a figure counts the groups of: "days", "stores"."""
        each = [self.field(name) for name in one.each]
        return [plural(name) for name in each] if self._language == "en" else each

    def metric(self, one: str | MetricEntry) -> str:
        """A metric with all that is said about it."""
        words = self.words
        if isinstance(one, str):
            return self._called(self._model.metrics[one]) if one in self._model.metrics else one
        said = (
            words.say("per").join(self.metric(name) for name in one.ratio)
            if one.ratio
            else self.metric(one.metric or "")
        )
        if one.agg is not None:
            each = self._counted(one) if one.agg == "count" else [self.field(name) for name in one.each]
            said = words.say(one.agg, said.lower(), words.all_of(each))
            said = f"{said[:1].upper()}{said[1:]}"
        if one.having:
            said += f" ({', '.join(map(self.figure, one.having))})"
        if one.window is not None:
            said += f" ({self._window(one.window)})"
        if one.where:
            said += f" ({self._all(one.where)})"
        return said

    def _window(self, window: Window) -> str:
        if window.trailing:
            return self.words.say("trailing", *self.words.shift(window.trailing))
        return (
            self.words.say("to_date", self.words.grain(window.to_date)) if window.to_date else self.words.say("running")
        )

    def parts(self, query: SemanticQuery) -> list[str]:
        """Segments, shares, totals and groups without rows."""
        words, found = self.words, []

        def of_each(names: Iterable[str], phrase: str = "of_each") -> str:
            said = words.all_of(map(self.field, names))
            return words.say(phrase, said) if said else ""

        if query.segments:
            found.append(
                words.say(
                    "segments",
                    words.all_of(
                        f"{one.label}{f' ({self._all(one.where)})' if one.where else ''}" for one in query.segments
                    ),
                )
            )
        if query.share is not None:
            found.append(words.say("share") + of_each(query.share.within) + of_each(query.share.free, "whatever"))
        found.extend(words.say("totals") + of_each(one) for one in query.totals)
        if query.include_empty:
            found.append(of_each(query.include_empty, "empty"))
        return found

    def _all(self, conditions: tuple[Condition, ...]) -> str:
        return ", ".join(self.condition(one) for one in conditions)

    def chosen(self, query: SemanticQuery, field: str) -> str:
        """Those that a set filter's query chooses."""
        words = self.words
        said = [self.metric(one).lower() for one in query.metrics]
        parts = [words.say("those_with", words.all_of(said)) if said else words.say("those", self.field(field))]
        parts += [self.condition(one) for one in query.where]
        if isinstance(query.period, Period):
            parts.append(words.period(query.period))
        elif query.period == "all" and any(_timed(self._model, one) for one in query.metrics):
            parts.append(words.say("all_data"))
        parts += [words.say("where", self.figure(one)) for one in query.having]
        if query.limit:
            first = query.order[0] if query.order else None
            by = first.by.replace("__", " ") if first else said[0] if said else ""
            lowest = words.say("from_lowest") if first and first.dir == "asc" else ""
            parts.append(words.say("the_first", query.limit) + (words.say("ranked_by", by) + lowest if by else ""))
        return f"({', '.join(parts)})"

    def condition(self, one: Condition) -> str:
        words = self.words
        if one.any is not None:
            return f"({words.any_of(map(self.condition, one.any))})"
        if one.all is not None:
            return f"({words.all_of(map(self.condition, one.all))})"
        field, op = one.field or "", one.op or "="
        denied = "" if op in ("=", "in") else words.say("not")
        if one.query is not None:
            return words.say("among", self.field(field), denied, self.chosen(one.query, field))
        if field in self._model.filters:
            return ("" if (one.values[0] is True) == (not denied) else words.say("not")) + self.field(field)
        if op in ("is_null", "is_not_null"):
            return words.say("unknown" if op == "is_null" else "known", self.field(field))
        dimension = self._model.dimensions.get(field)
        if dimension is not None and dimension.type == "boolean":
            return f"{denied}{self.value(field, one.values[0])}"
        if op == "between":
            return words.say("between", self.field(field), *(self.value(field, value) for value in one.values))
        how = words.say(OPS[op]) if op in OPS else ""
        return f"{self.field(field)} {how}{words.any_of(self.value(field, value) for value in one.values)}"

    def figure(self, one: Condition) -> str:
        """A limit on a figure."""
        words = self.words
        if one.any is not None or one.all is not None:
            joined = words.any_of if one.any is not None else words.all_of
            return joined(map(self.figure, one.any or one.all or ()))
        part = (one.field or "").endswith(PARTS)
        values = words.all_of(_number(value, part=part) for value in one.values)
        how = words.say(OPS[one.op]) if one.op in OPS else "" if one.op in (None, "=", "in") else f"{one.op} "
        return f"{self.column(one.field or '')} {how}{values}"

    def compared(self, one: Shift | Period, query: SemanticQuery) -> str:
        """A period to compare with."""
        if isinstance(one, Period):
            return self.words.period(one)
        said = self.words.say("before", *self.words.shift(one.shift))
        if not isinstance(query.period, Period):
            return said
        count, _, unit = one.shift.partition(" ")
        moved = periods.shift(query.period, -int(count), unit.rstrip("s"))  # type: ignore[arg-type]
        return f"{self.words.period(moved)} ({said})"


def _timed(model: SemanticModel, one: str | MetricEntry) -> bool:
    name = one if isinstance(one, str) else (one.metric or (one.ratio or ("",))[0])
    return name in model.metrics and model.has_time(name)

"""A SemanticQuery as one sentence: everything that decides the figure, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.semantics import periods
from nlq.values import ScopeValues
from nlq.values.query import Condition, MetricEntry, Period, SemanticQuery, Shift

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.values import Principal

OPS = {"=": "", "in": "", "!=": "not ", "not_in": "not ", ">": "above ", ">=": "at least ", "<": "below ", "<=": "at most ",
       "contains": "containing "}  # fmt: skip


def reading(query: SemanticQuery, model: SemanticModel, principal: Principal, values: ScopeValues | None = None) -> str:
    """Metric, split, filters, period with its dates and number of days, order, limit, and whose rows they are."""
    labels = _Labels(model, values if values is not None else ScopeValues())
    parts = [_metrics(query, labels)]
    if query.list is not None:
        parts = [f"Every {labels.field(query.list)}", *(parts if query.metrics else [])]
    if query.dimensions:
        parts.append("by " + " and ".join(labels.field(name) for name in query.dimensions))
    parts.extend(labels.parts(query))
    parts.extend(labels.condition(one) for one in query.where)
    if any(_timed(model, one) for one in query.metrics):
        parts.append(periods.say(query.period) if isinstance(query.period, Period) else "over all the data")
    parts.extend(f"against {_compared(one, query)}" for one in query.compare)
    parts.extend(f"where {_figure(one, model)}" for one in query.having)
    ranked = [one for one in query.order if one.by not in query.per]
    if ranked:
        way = "highest" if ranked[0].dir == "desc" else "lowest"
        by = (
            model.metrics[ranked[0].by].label.lower()
            if ranked[0].by in model.metrics
            else ranked[0].by.replace("__", " ")
        )
        parts.append(f"{way} {by} first")
    if query.limit:
        within = " within each " + " and ".join(labels.field(name) for name in query.per) if query.per else ""
        parts.append(("only the first" if query.limit == 1 else f"the first {query.limit}") + within)
    regions = principal.regions
    if regions != "*":
        parts.append(f"within your regions ({', '.join(labels.value('region', one) for one in regions) or 'none'})")
    return ", ".join(parts)


class _Labels:
    """Names as people know them."""

    def __init__(self, model: SemanticModel, values: ScopeValues) -> None:
        self._model, self._values = model, values

    def field(self, name: str) -> str:
        if self._model.is_time_grain(name):
            return self._model.grains[name][1].replace("_", " ")
        if name in self._model.filters:
            return self._model.filters[name].label.lower()
        if name in self._model.grains:
            one, grain = self._model.grains[name]
            return one.label.lower() if grain == "day" else f"{grain} of {one.label.lower()}"
        return self._model.dimensions[name].label.lower() if name in self._model.dimensions else name

    def value(self, field: str, value: object) -> str:
        one = self._model.dimensions.get(field)
        if one is None:
            return str(value)
        for known in one.values if isinstance(one.values, tuple) else ():
            if known.value == value:
                return known.label
        if one.place == "region":
            return next(
                (
                    place.label
                    for place in self._model.gazetteer.places
                    if place.level == "region" and place.value == value
                ),
                str(value),
            )
        label = self._values.label(field, value)
        return str(value) if label is None else label

    def metric(self, one: str | MetricEntry) -> str:
        """A metric with all that is said about it."""
        if isinstance(one, str):
            return self._model.metrics[one].label if one in self._model.metrics else one
        said = " per ".join(self.metric(name) for name in one.ratio) if one.ratio else self.metric(one.metric or "")
        if one.agg is not None:
            how = {"avg": "average", "max": "highest", "min": "lowest", "median": "median", "count": "number"}[one.agg]
            each = " and ".join(self.field(name) for name in one.each)
            said = (
                f"{how} of {each} with {said.lower()}" if one.agg == "count" else f"{how} {said.lower()} of each {each}"
            )
            said = f"{said[:1].upper()}{said[1:]}"
        if one.having:
            said += f" ({', '.join(_figure(part, self._model) for part in one.having)})"
        if one.window is not None:
            window = one.window
            said += (
                f" (trailing {window.trailing})"
                if window.trailing
                else f" ({window.to_date} to date)"
                if window.to_date
                else " (running)"
            )
        if one.where:
            said += f" ({', '.join(self.condition(part) for part in one.where)})"
        return said

    def parts(self, query: SemanticQuery) -> list[str]:
        """Segments, shares, totals and groups without rows."""
        found = []
        if query.segments:
            each = (f"{one.label}{f' ({self._all(one.where)})' if one.where else ''}" for one in query.segments)
            found.append("for " + " and ".join(each))
        if query.share is not None:
            within = " of the total" + (
                f" of each {' and '.join(self.field(name) for name in query.share.within)}"
                if query.share.within
                else ""
            )
            free = (
                f", whatever the {' and '.join(self.field(name) for name in query.share.free)}"
                if query.share.free
                else ""
            )
            found.append(f"with its share{within}{free}")
        found.extend(
            "with the total" + (f" of each {' and '.join(self.field(name) for name in one)}" if one else "")
            for one in query.totals
        )
        if query.include_empty:
            found.append(
                f"every {' and '.join(self.field(name) for name in query.include_empty)}, with or without rows"
            )
        return found

    def _all(self, conditions: tuple[Condition, ...]) -> str:
        return ", ".join(self.condition(one) for one in conditions)

    def chosen(self, query: SemanticQuery, field: str) -> str:
        """Those that a set filter's query chooses."""
        said = [self.metric(one).lower() for one in query.metrics]
        parts = [f"those with {' and '.join(said)}" if said else f"those {self.field(field)}s"]
        parts += [self.condition(one) for one in query.where]
        if isinstance(query.period, Period):
            parts.append(periods.say(query.period))
        parts += [f"where {_figure(one, self._model)}" for one in query.having]
        if query.limit:
            first = query.order[0] if query.order else None
            by = first.by.replace("__", " ") if first else said[0] if said else ""
            ranked = f" by {by}{' from the lowest' if first and first.dir == 'asc' else ''}" if by else ""
            parts.append(f"the first {query.limit}{ranked}")
        return f"({', '.join(parts)})"

    def condition(self, one: Condition) -> str:
        if one.any is not None:
            return "(" + " or ".join(self.condition(part) for part in one.any) + ")"
        if one.all is not None:
            return "(" + " and ".join(self.condition(part) for part in one.all) + ")"
        field, op = one.field or "", one.op or "="
        if one.query is not None:
            return f"{self.field(field)} {'' if op == 'in' else 'not '}among {self.chosen(one.query, field)}"
        if field in self._model.filters:
            return ("" if (one.values[0] is True) == (op in ("=", "in")) else "not ") + self.field(field)
        if op in ("is_null", "is_not_null"):
            return f"{self.field(field)} {'unknown' if op == 'is_null' else 'known'}"
        dimension = self._model.dimensions.get(field)
        if dimension is not None and dimension.type == "boolean":
            return f"{'' if op in ('=', 'in') else 'not '}{self.value(field, one.values[0])}"
        said = " or ".join(self.value(field, value) for value in one.values)
        if op == "between":
            return (
                f"{self.field(field)} between {self.value(field, one.values[0])} and {self.value(field, one.values[1])}"
            )
        return f"{self.field(field)} {OPS[op]}{said}"


def _metrics(query: SemanticQuery, labels: _Labels) -> str:
    names = [labels.metric(one) for one in query.metrics]
    return " and ".join([names[0], *(name[:1].lower() + name[1:] for name in names[1:])]) if names else "Rows"


def _timed(model: SemanticModel, one: str | MetricEntry) -> bool:
    name = one if isinstance(one, str) else (one.metric or (one.ratio or ("",))[0])
    return name in model.metrics and model.has_time(name)


def _compared(one: Shift | Period, query: SemanticQuery) -> str:
    if isinstance(one, Period):
        return periods.say(one)
    count, _, unit = one.shift.partition(" ")
    if isinstance(query.period, Period):
        moved = periods.shift(query.period, -int(count), unit.rstrip("s"))  # type: ignore[arg-type]
        return f"{periods.say(moved)} ({one.shift} before)"
    return f"{one.shift} before"


def _figure(one: Condition, model: SemanticModel) -> str:
    if one.any is not None or one.all is not None:
        joined = " or " if one.any is not None else " and "
        return joined.join(_figure(part, model) for part in one.any or one.all or ())
    label = model.metrics[one.field].label.lower() if one.field in model.metrics else str(one.field).replace("__", " ")
    values = " and ".join(f"{value:,}" if isinstance(value, (int, float)) else str(value) for value in one.values)
    return f"{label} {OPS.get(one.op or '=', (one.op or '') + ' ')}{values}"

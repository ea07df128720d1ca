"""dbt's metrics as ours, of every kind that it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nlq.semantics.interop.carried import MOMENT, Issue, NotCarried
from nlq.semantics.interop.dbt_filters import all_of
from nlq.semantics.interop.dbt_parts import shown, synonyms
from nlq.semantics.interop.dbt_tables import TIME, titled
from nlq.semantics.interop.expressions import arithmetic
from nlq.semantics.periods import UNITS

if TYPE_CHECKING:
    from nlq.semantics.interop.dbt_project import Input, Measure, MetricOf
    from nlq.semantics.interop.dbt_tables import Tables

FUNCTIONS = {"sum": "sum", "min": "min", "max": "max", "average": "avg", "median": "median", "percentile": "percentile"}
AT = {"first": "first_known", "last": "last_known", "average": "average"}
ONE = re.compile(r"\s*(\*|1(\.0*)?)\s*")
Plain = dict[str, Any]


class Metrics:
    """The metrics of a project in the making, by name; `internal` ones stand for measures and for inputs with filters."""

    def __init__(self, tables: Tables) -> None:
        self.tables, self.project, self.issues = tables, tables.project, tables.issues
        self.made: dict[str, Plain] = {}
        self.lost: dict[str, str] = {}
        self.said: set[str] = set()

    def build(self) -> None:
        """Every metric; those that cannot be carried are listed, and so is what is made of them."""
        for one in self.project.metrics.values():
            self._named(one)
        self._drop_what_hangs_on_the_lost()
        money = [name for name, one in self.made.items() if one["unit"] == "count" and not self._counts(one)
                 and not (name in self.project.metrics and shown(self.project.metrics[name].meta))]  # fmt: skip
        if money:
            self.issues.append(
                Issue("unit_guessed", "metrics", f"plain numbers, where some may be money: {', '.join(money)}")
            )

    def _named(self, one: MetricOf) -> None:
        where = f"{one.where}: metric {one.name}"
        try:
            body = self._body(one)
            conditions = all_of(self.tables, one.name, one.filter)
        except NotCarried as problem:
            self.lost[one.name] = problem.what
            self.issues.append(Issue(problem.code, where, problem.what))
            return
        own = body.pop("where", [])
        self.made[one.name] = {
            "name": one.name, "label": one.label or titled(one.name), "description": one.description or f"{one.label or titled(one.name)}.",
            "unit": self._unit(one, body), **({"owner": str(one.meta["owner"])} if one.meta.get("owner") else {}), **body, **({"where": [*own, *conditions]} if own or conditions else {}),
            **({"internal": True} if one.private else {}), **shown(one.meta), "review": True, **self._synonyms(one),
        }  # fmt: skip

    def _synonyms(self, one: MetricOf) -> Plain:
        if one.private:
            return {}
        own = synonyms(one.meta)
        own["en"] = [one.name.replace("_", " "), one.label.lower(), *own.get("en", ())]
        found = {
            language: [word for word in dict.fromkeys(words) if word and word not in self.said]
            for language, words in own.items()
        }
        found = {language: words for language, words in found.items() if words}
        self.said |= {word for words in found.values() for word in words}
        return {"synonyms": found} if found else {}

    def _body(self, one: MetricOf) -> Plain:
        kinds = {"simple": self._simple, "ratio": self._ratio, "derived": self._derived, "cumulative": self._cumulative, "conversion": self._conversion}  # fmt: skip
        if one.type not in kinds:
            raise NotCarried("not_read", f"there is no type {one.type}")
        return kinds[one.type](one)

    # The kinds.

    def _simple(self, one: MetricOf) -> Plain:
        given = _role(one, "measure")
        measure = self._measure(given.name)
        own = all_of(self.tables, one.name, given.where)
        if given.spine and given.fill is None:
            self.issues.append(
                Issue("left_out", f"{one.where}: metric {one.name}", "days without rows are not shown as null")
            )
        own += self._grouped(measure)
        return {"agg": self._aggregate(measure), **({"where": own} if own else {}), **self._fill(one, given)}

    def _grouped(self, measure: Measure) -> list[Plain]:
        """MetricFlow leaves out the rows that name nothing of what the last day is taken apart for; here they would be a group."""
        groupings = measure.non_additive.groupings if measure.non_additive else ()
        return [{"field": name, "op": "is_not_null"} for name in groupings if name in self.tables.dimensions]

    def _fill(self, one: MetricOf, given: Input) -> Plain:
        if given.fill is None:
            return {}
        if given.fill != 0:
            self.issues.append(
                Issue(
                    "fill_value", f"{one.where}: metric {one.name}", f"{given.fill} does not stand for what is missing"
                )
            )
            return {}
        return {"absence_is_zero": True}

    def _ratio(self, one: MetricOf) -> Plain:
        return {"ratio": [self._metric(one, role) for role in ("numerator", "denominator")]}

    def _derived(self, one: MetricOf) -> Plain:
        inputs: dict[str, Plain] = {}
        for given in one.inputs:
            if given.name not in self.project.metrics:
                raise NotCarried("unknown_reference", f"there is no metric {given.name}")
            where = all_of(self.tables, one.name, given.where)
            if given.to_grain is not None and given.to_grain not in UNITS:
                raise NotCarried("grain", f"there is no first day of a {given.to_grain}")
            offset = self._offset(given.offset)
            said = {"metric": given.name, **({"where": where} if where else {}), **({"offset": offset} if offset else {}),
                    **({"to_start": given.to_grain} if given.to_grain else {})}  # fmt: skip
            if given.alias not in (None, given.name) or len(said) > 1:
                inputs[given.alias or given.name] = said
        text = arithmetic(one.expr or "", self.tables.dialect)
        return {"derived": {"expr": text, **({"inputs": inputs} if inputs else {})}}

    def _offset(self, offset: str | None) -> str | None:
        """How long before a figure is of: by a unit, or by a grain of the spine's own."""
        if offset is None:
            return None
        count, _, unit = offset.partition(" ")
        own = self.tables.dimensions[TIME].get("grains", {})
        found = next((one for one in (unit, unit.removesuffix("s")) if one in (*UNITS, *own)), None)
        if found is None:
            raise NotCarried("grain", f"nothing can be moved by a {unit}")
        return f"{count} {found}"

    def _cumulative(self, one: MetricOf) -> Plain:
        role = next((name for name in ("metric", "input_metric", "measure") if name in one.of), "measure")
        of = self._metric(one, role)
        if one.period_agg not in AT:
            raise NotCarried("aggregation", f"there is no {one.period_agg} of a period")
        for unit in (one.to_grain, one.window.partition(" ")[2] if one.window else None):
            if unit is not None and unit not in UNITS:
                raise NotCarried("grain", f"a window of {unit}s cannot be said")
        window: Plain = (
            {"trailing": one.window} if one.window else {"to_date": one.to_grain} if one.to_grain else {"running": True}
        )
        return {"cumulative": {"of": of, **window, "at": AT[one.period_agg]}}

    def _conversion(self, one: MetricOf) -> Plain:
        start, goal = (self._metric(one, next(role for role in (f"{end}_measure", f"{end}_metric") if role in one.of))
                       for end in ("base", "conversion"))  # fmt: skip
        pairs = [(one.entity or "", one.entity or ""), *one.constants]
        homes = [self._table_of(name) for name in (start, goal)]
        by, to_by = ([self._column(home, pair[end]) for pair in pairs] for end, home in enumerate(homes))
        within = {"within": one.window} if one.window else {}
        give = {} if one.calculation == "conversion_rate" else {"give": "count"}
        return {"conversion": {"from": start, "to": goal, "by": by, **({"to_by": to_by} if to_by != by else {}), **within, "counting": "events", **give}}  # fmt: skip

    # Inputs.

    def _metric(self, one: MetricOf, role: str) -> str:
        """The metric that an input is: a metric by its name, or one that stands for a measure; under a filter one of its own."""
        given = _role(one, role)
        if role.endswith("measure"):
            name = self._of_measure(given)
        elif given.name in self.project.metrics:
            name = given.name
        else:
            raise NotCarried("unknown_reference", f"there is no metric {given.name}")
        where = all_of(self.tables, one.name, given.where)
        if not where:
            return name
        own = f"{one.name}__{role}"
        base = (
            self._body(self.project.metrics[name]) if name in self.project.metrics else {"agg": self.made[name]["agg"]}
        )
        first = all_of(self.tables, name, self.project.metrics[name].filter) if name in self.project.metrics else []
        self._stand_in(
            own, {**base, "where": [*base.get("where", []), *first, *where]}, f"{titled(name)}, as {one.name} takes it."
        )
        return own

    def _of_measure(self, given: Input) -> str:
        """A metric that is a measure and nothing more."""
        plain = [one.name for one in self.project.metrics.values()
                 if one.type == "simple" and not one.filter and not one.private and one.of.get("measure")
                 and (one.of["measure"].name, one.of["measure"].where, one.of["measure"].fill) == (given.name, (), given.fill)
                 and not one.of["measure"].spine]  # fmt: skip
        if plain:
            return plain[0]
        measure = self._measure(given.name)
        name = given.name if given.name not in self.project.metrics else f"{given.name}__measure"
        fill = {"absence_is_zero": True} if given.fill == 0 else {}
        if given.fill == 0:
            name = f"{name}_or_zero"
        known = self._grouped(measure)
        self._stand_in(
            name,
            {"agg": self._aggregate(measure), **({"where": known} if known else {}), **fill},
            measure.description or f"{titled(given.name)}.",
        )
        return name

    def _stand_in(self, name: str, body: Plain, description: str) -> None:
        self.made.setdefault(name, {"name": name, "label": titled(name), "description": description, "unit": "count", **body, "internal": True})  # fmt: skip

    def _measure(self, name: str) -> Measure:
        found = self.project.measure(name)
        if found is None:
            raise NotCarried("unknown_reference", f"there is no measure {name}")
        return found

    def _table_of(self, metric: str) -> str:
        """The semantic model of a plain aggregate."""
        known = self.made.get(metric)
        body = known if known is not None else self._body(self.project.metrics[metric])
        if "agg" not in body:
            raise NotCarried("aggregation", f"{metric} is no plain aggregate")
        return str(body["agg"]["table"])

    def _column(self, model: str, element: str) -> str:
        found = self.tables.elements.get((model, element))
        if found is None:
            raise NotCarried("unknown_reference", f"{model} has no {element}")
        return found

    def _aggregate(self, measure: Measure) -> Plain:
        """A measure as an aggregate of its table's rows."""
        model = self.project.semantics[measure.model]
        table, expr = self.tables.building[model.name], measure.expr or measure.name
        made: Plain
        if measure.agg in ("count", "sum") and ONE.fullmatch(expr):
            made = {"function": "count", "table": model.name}
        elif measure.agg == "count":
            made = {
                "function": "count",
                "table": model.name,
                "column": table.column(expr, f"{measure.name}_counted", "string"),
            }
        elif measure.agg == "count_distinct":
            made = {
                "function": "count_distinct",
                "table": model.name,
                "columns": [table.column(expr, f"{measure.name}_counted", "string")],
            }
        elif measure.agg == "sum_boolean":
            one = f"CASE WHEN {expr} THEN 1 ELSE 0 END"
            made = {
                "function": "sum",
                "table": model.name,
                "column": table.column(one, f"{measure.name}_holds", "integer"),
            }
        elif measure.agg in FUNCTIONS:
            column = table.column(expr, f"{measure.name}_value", "decimal")
            if table.type(column) == "boolean" and measure.agg != "count":
                raise NotCarried("aggregation", f"the {measure.agg} of a truth")
            if table.known is not None and table.type(column) == "string":
                raise NotCarried("aggregation", f"the {measure.agg} of a text")
            made = {"function": FUNCTIONS[measure.agg], "table": model.name, "column": column}
        else:
            raise NotCarried("aggregation", f"there is no {measure.agg}")
        if measure.agg == "percentile":
            made |= {
                "percentile": measure.percentile if measure.percentile is not None else 0.5,
                **({"discrete": True} if measure.discrete else {}),
            }
        time = measure.time or model.time
        if time is not None and time != model.time:
            made["time"] = self._column(model.name, time)
        return made | self._over_time(measure, time)

    def _over_time(self, measure: Measure, time: str | None) -> Plain:
        non = measure.non_additive
        if non is None:
            return {}
        if non.name != time:
            raise NotCarried(
                "aggregation", f"it does not add up over {non.name}, which is not the time that it counts by"
            )
        if measure.agg not in ("sum", "sum_boolean", "count"):
            raise NotCarried("aggregation", f"a {measure.agg} of the last or first day alone")
        each = [self._column(measure.model, name) for name in non.groupings]
        return {"over_time": "last" if non.choice == "max" else "first", **({"each": each} if each else {})}

    # What is said of them.

    def _unit(self, one: MetricOf, body: Plain) -> str:
        """A unit that claims nothing: counts, shares of one thing, rates of conversion; else a plain number."""
        if one.type == "conversion" and body["conversion"].get("give") != "count":
            return "ratio"
        if one.type == "ratio":
            of = [self.project.metrics.get(one.of[role].name) for role in ("numerator", "denominator")]
            measures = {metric.of["measure"].name for metric in of if metric is not None and "measure" in metric.of}
            return "ratio" if len(measures) == 1 and None not in of else "count"
        if "agg" in body and body["agg"].get("column") and body["agg"]["function"] in ("min", "max"):
            kind = self.tables.building[body["agg"]["table"]].type(body["agg"]["column"])
            if kind in ("datetime", "timestamp"):
                self.issues.append(Issue("otherwise", f"metric {one.name}", MOMENT))
            return "date" if kind in ("date", "datetime", "timestamp") else "count"
        return "count"

    def _counts(self, one: Plain) -> bool:
        agg = one.get("agg")
        if agg is None:
            return "conversion" in one
        column = agg.get("column")
        return (
            agg["function"] in ("count", "count_distinct")
            or self.tables.building[agg["table"]].type(column) == "integer"
        )

    def _drop_what_hangs_on_the_lost(self) -> None:
        while True:
            gone = {name: part for name, one in self.made.items() for part in _parts(one) if part in self.lost}
            if not gone:
                return
            for name, part in gone.items():
                self.lost[name] = f"it is made of {part}"
                self.issues.append(Issue("depends", f"metric {name}", self.lost[name]))
                del self.made[name]


def _parts(one: Plain) -> list[str]:
    """The metrics that one is made of or filtered by."""
    found = [*one.get("ratio", ()), *(given["metric"] for given in one.get("derived", {}).get("inputs", {}).values())]
    found += re.findall(r"[a-z_][a-z0-9_]*", one.get("derived", {}).get("expr", ""))
    found += [part for part in (one.get("cumulative", {}).get("of"), one.get("conversion", {}).get("from"), one.get("conversion", {}).get("to")) if part]  # fmt: skip
    return found + [
        name for condition in one.get("where", ()) for name in condition.get("query", {}).get("metrics", ())
    ]


def _role(one: MetricOf, role: str) -> Input:
    if role not in one.of:
        raise NotCarried("not_read", f"it says no {role}")
    return one.of[role]

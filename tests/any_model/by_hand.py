"""What a SemanticQuery means, in plain Python over rows. It is written from the definitions and imports nothing of nlq.

A world is a dict: `model` (the YAML of a model as Python values), `rows` (table name to list of dicts), `first` and `last`
(for each table, its first and last day). `answer` gives the rows of a query: a list of tuples in the columns' order.
"""

from __future__ import annotations

import calendar
import itertools
import math
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

MONTHS = {"month": 1, "quarter": 3, "year": 12}
GRAINS = ("day", "week", "month", "quarter", "year")
LINES_UP = {
    "day": ("day",), "week": ("day", "week"), "month": ("month",), "quarter": ("month", "quarter"),
    "year": ("month", "quarter", "year"),
}  # fmt: skip


class NoMeaning(Exception):
    """The query asks for what cannot be: it is refused, never answered."""


# Days.


def local(value):
    """A moment's day: as it says, or in Manila (eight hours ahead of UTC) where it has a zone."""
    if not isinstance(value, datetime):
        return value
    return value.date() if value.tzinfo is None else (value.astimezone(UTC) + timedelta(hours=8)).date()


def floor(day, unit):
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    span = MONTHS[unit]
    return date(day.year, (day.month - 1) // span * span + 1, 1)


def move(day, count, unit):
    if unit == "day":
        return day + timedelta(days=count)
    if unit == "week":
        return day + timedelta(days=7 * count)
    months = day.year * 12 + day.month - 1 + count * MONTHS[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def ceiling(day, unit):
    return move(floor(day, unit), 1, unit) - timedelta(days=1)


def shown(day, grain):
    if day is None:
        return None
    return day.year if grain == "year" else floor(day, grain)


def parsed(length):
    count, unit = length.split()
    return int(count), unit.rstrip("s")


def whole_months(start, end):
    return start.day == 1 and (end + timedelta(days=1)).day == 1


def moved_back(period, count, unit):
    """A period moved back: whole months stay whole; a quarter that is unfinished keeps its number of days."""
    start, end = period
    if unit in MONTHS and whole_months(start, end):
        return move(start, -count, unit), ceiling(move(end, -count, unit), "month")
    if unit == "quarter" and start == floor(start, "quarter"):
        return move(start, -count, unit), beside(end, count, unit)
    return move(start, -count, unit), move(end, -count, unit)


def beside(last, count, unit):
    """The last day of which a shift makes one that is not after the last; of an unfinished quarter its ordinal day."""
    if unit == "quarter":
        first = move(floor(last, unit), -count, unit)
        return (
            ceiling(first, unit)
            if last == ceiling(last, unit)
            else min(first + (last - floor(last, unit)), ceiling(first, unit))
        )
    days = (last - timedelta(days=n) for n in itertools.count())
    return next(day for day in days if move(day, count, unit) <= last)


def step_before(period):
    """How far back the period before lies."""
    start, end = period
    if start == end:
        return 1, "day"
    for unit in ("week", "month", "quarter", "year"):
        if start == floor(start, unit) and end <= ceiling(start, unit):
            return 1, unit
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if start.month == 1 and start.day == 1 and end.month == 12 and end.day == 31:
        return months // 12, "year"
    if whole_months(start, end) and start.month % 3 == 1 and end.month % 3 == 0:
        return months // 3, "quarter"
    if whole_months(start, end):
        return months, "month"
    return (end - start).days + 1, "day"


# A frame: {"period": (start, end) or None, "step": (count, unit) or None, "window": {...} or None, "prior": bool}.


class World:
    def __init__(self, world, org):
        self.model = world["model"]
        self.tables = {one["name"]: one for one in self.model["tables"]}
        self.dims = {one["name"]: one for one in self.model["dimensions"]}
        self.metrics = {one["name"]: one for one in self.model["metrics"]}
        self.filters = {one["name"]: one for one in self.model.get("filters", [])}
        self.extent = world["extent"]
        self.rows = {name: [row for row in rows if row.get("org_id", org) == org and counts(self.tables[name], row)]
                     for name, rows in world["rows"].items()}  # fmt: skip
        self.org = org
        time = next(one for one in self.dims.values() if one.get("time"))
        self.own_grains = time.get("grains", {})
        self.days = {row[time["column"]]: row for row in self.rows[time["table"]]} if "table" in time else {}

    def shown(self, day, grain):
        """The bucket of a day; those of the calendar's own grains are found there."""
        if grain not in self.own_grains:
            return shown(day, grain)
        found = self.days.get(day)
        return found and found[self.own_grains[grain]]

    def joins(self, table):
        return [one for one in self.model["joins"] if one["from"] == table]

    def path(self, start, goal):
        """The joins from a table to another, the fewest."""
        ways = [(start, [])]
        seen = {start}
        for table, walked in ways:
            if table == goal:
                return walked
            for join in self.joins(table):
                if join["to"] not in seen:
                    seen.add(join["to"])
                    ways.append((join["to"], [*walked, join]))
        return None

    def reaches(self, table, field, time=None):
        if field in self.filters:
            return all(self.reaches(table, part, time) for part in fields_in(self.filters[field]["where"]))
        name, _grain = self.split(field)
        if self.dims[name].get("time"):
            return (time or self.tables[table].get("time")) is not None
        return table in self.dims[name].get("held_by", {}) or self.path(table, self.dims[name]["table"]) is not None

    def split(self, field):
        name, _, grain = field.rpartition(".")
        if (
            name in self.dims
            and (grain in GRAINS or grain in self.own_grains)
            and (self.dims[name].get("time") or self.dims[name].get("type") == "date")
        ):
            return name, grain
        return field, None

    def day(self, table, row, time):
        value = row[time or self.tables[table]["time"]]
        return local(value)

    def column(self, table, row, name):
        """A column of a row; a computed one is a product, or the choice of one word of two."""
        spec = self.tables[table]["columns"][name]
        if spec.get("expr", "").startswith("CASE"):
            return "warm" if row["kind"] == "red" else "cold"
        if "/" in spec.get("expr", ""):
            left, right = (row[part.strip()] for part in spec["expr"].split("/"))
            return left / right if left is not None and right else None
        if "expr" in spec:
            left, right = (row[part.strip()] for part in spec["expr"].split("*"))
            return None if left is None or right is None else left * right
        return row[name]

    def follow(self, table, row, goal):
        """The row of another table that a row leads to, or None."""
        return self.follow_path(table, row, self.path(table, goal) or [])

    def every(self, table):
        return self.rows[table]

    def keys(self, table, row, field, day=None):
        """What a row is grouped by under a dimension that is no time: a tuple."""
        if field in self.filters:
            return (bool(self.holds_all(table, row, self.filters[field]["where"], day=day)),)
        name, grain = self.split(field)
        dim = self.dims[name]
        wanted = dim.get("key") or [dim.get("column") or (dim.get("part") or dim.get("bins"))["of"]]
        if table in dim.get("held_by", {}):
            return (self.taken(dim, grain, self.column(table, row, dim["held_by"][table])),)
        values = self.columns_of(table, row, dim["table"], wanted, day)
        return tuple(self.taken(dim, grain, value) for value in values)

    def columns_of(self, table, row, goal, wanted, day=None):
        """Columns of the table at a path's end, read from the joining table where it holds the same."""
        path = self.path(table, goal)
        while path and all(column in path[-1]["on"].values() for column in wanted):
            mine = {its: ours for ours, its in path[-1]["on"].items()}
            wanted, path = [mine[column] for column in wanted], path[:-1]
        end = path[-1]["to"] if path else table
        found = row if not path else self.follow_path(table, row, path, day)
        return [None if found is None else self.column(end, found, column) for column in wanted]

    def follow_path(self, table, row, path, day=None):
        day = day[1] if day else self.day(table, row, None) if self.tables[table].get("time") else None
        for join in path:
            versions = self.tables[join["to"]].get("versions")
            row = next((one for one in self.every(join["to"]) if all(one[its] == row[mine] and row[mine] is not None
                        for mine, its in join["on"].items()) and (versions is None or held(one, versions, day))), None)  # fmt: skip
            if row is None:
                return None
        return row

    @staticmethod
    def taken(dim, grain, value):
        value = local(value)
        if grain:
            return shown(value, grain)
        if value is None:
            return None
        if dim.get("part"):
            return {"month": value.month, "year": value.year, "quarter": (value.month - 1) // 3 + 1, "day": value.day}[dim["part"]["unit"]]  # fmt: skip
        if dim.get("bins"):
            place = sum(value >= edge for edge in dim["bins"]["edges"])
            return dim["bins"]["labels"][place]
        return value

    # Conditions.

    def holds_all(self, table, row, conditions, time=None, period=None, day=None):
        return all(self.holds(table, row, one, time, period, day) for one in conditions)

    def holds(self, table, row, one, time=None, period=None, day=None):
        if "any" in one:
            return any(self.holds(table, row, part, time, period, day) for part in one["any"])
        if "all" in one:
            return all(self.holds(table, row, part, time, period, day) for part in one["all"])
        field, op, values = one["field"], one["op"], one.get("values", [])
        if "query" in one:
            keys = self.keys(table, row, field, day)
            chosen = set(self.chosen(one["query"], period))
            inside = None not in keys and keys in chosen
            return inside if op == "in" else not inside
        if field in self.filters:
            truth = self.holds_all(table, row, self.filters[field]["where"], time, day=day)
            return truth == (values[0] is (op in ("=", "in")))
        name, grain = self.split(field)
        if self.dims[name].get("time"):
            mine = self.shown(day[0] if day else self.day(table, row, time), grain)
            wanted = [value if grain in ("year", "season") else date.fromisoformat(value) for value in values]
            return compare(mine, op, wanted)
        dim = self.dims[name]
        if dim.get("key"):
            number = dim["key"].index(dim["id"])
            mine, label = self.keys(table, row, field, day)[number], self.label(table, row, field)
            if op in ("=", "in", "!=", "not_in"):
                among = any(value is not None and str(value) in values for value in (mine, label))
                return among == (op in ("=", "in"))
            return compare(label if op == "contains" else mine, op, values)
        mine = self.keys(table, row, field, day)[0]
        if grain:
            values = [value if grain == "year" else date.fromisoformat(value) for value in values]
        return compare(mine, op, values)

    def label(self, table, row, field):
        """What a keyed dimension shows for a row."""
        dim = self.dims[field]
        found = self.follow(table, row, dim["table"])
        return None if found is None else found[dim["show"]]

    def chosen(self, query, period):
        inner = dict(query)
        inner["period"] = query.get("period") or (
            {"start": period[0].isoformat(), "end": period[1].isoformat()} if period else "all"
        )
        return [tuple(key[0]) for key, *_ in Asked(self, inner).ordered()[0]]


def held(row, versions, day):
    """Whether a version held on a day."""
    since, before = row[versions["since"]], row[versions["before"]]
    return day is not None and since is not None and since <= day and (before is None or day < before)


def counts(table, row):
    """Whether a row is valid: the one rule that is generated is `void IS NULL`."""
    return "valid" not in table or row["void"] is None


def fields_in(conditions):
    for one in conditions:
        if "field" in one:
            yield one["field"]
        yield from fields_in(one.get("any", []) + one.get("all", []))


def compare(mine, op, values):
    if op == "is_null":
        return mine is None
    if op == "is_not_null":
        return mine is not None
    if op in ("!=", "not_in"):
        return mine is None or mine not in values
    if mine is None:
        return False
    if op in ("=", "in"):
        return mine in values
    if op == "contains":
        return values[0].lower() in mine.lower()
    if op == "between":
        return values[0] <= mine <= values[1]
    return {">": mine > values[0], ">=": mine >= values[0], "<": mine < values[0], "<=": mine <= values[0]}[op]


OWN = "own "  # before a grain: of the rows' own days, whatever day a window shows them at


class Asked:
    """One query over one world."""

    def __init__(self, world, query, own=(), within=()):
        """`own`: the grains of time by which rows are grouped before they are shown, each under its own day."""
        self.world, self.query, self.own = world, query, frozenset(own)
        self.dims = [name for name in query.get("dimensions", []) if name != "segment"]
        self.segments = query.get("segments") or []
        self.where = query.get("where", [])
        period = query.get("period", "all")
        self.period = (
            None if period in ("all", None) else tuple(date.fromisoformat(period[end]) for end in ("start", "end"))
        )
        self.base = {"period": self.period, "step": None, "window": None, "prior": False}
        self.within = tuple(
            within
        )  # grains by whose own buckets the rows in each window are grouped; last of the dimensions
        shown = [name for name in self.dims if name not in self.within]
        grains = [world.split(name)[1] for name in shown if world.dims.get(world.split(name)[0], {}).get("time")]
        self.grain = (
            min(grains, key=lambda one: GRAINS.index(one) if one in GRAINS else len(GRAINS)) if grains else None
        )
        self.grains = grains
        self.placed_rows = {}
        self.shown_at = {}  # the day for which a row counts in a group
        tables = {table for one in query.get("metrics", []) for table in self.tables_of(one)}
        spans = [world.extent[name] for name in tables if world.extent.get(name)]
        names = [name for one in query.get("metrics", []) for name in named_in(one)]
        self.own_time = all(map(self.on_own_time, names))  # of other days there is no extent
        self.covered = (min(one[0] for one in spans), max(one[1] for one in spans)) if spans and self.own_time else None

    def tables_of(self, entry):
        return [table for name in named_in(entry) for table in self.base_tables(name)]

    def on_own_time(self, name):
        metric = self.world.metrics[name]
        if "agg" in metric:
            return metric["agg"].get("time") in (None, self.world.tables[metric["agg"]["table"]].get("time"))
        return all(self.on_own_time(part) for part in parts_of(metric))

    def is_date(self, one):
        """Whether figures of an entry are dates."""
        name = one if isinstance(one, str) else one.get("metric")
        return self.world.metrics.get(name, {}).get("unit") == "date" and not (
            isinstance(one, dict) and one.get("agg") == "count"
        )

    def base_tables(self, name):
        metric = self.world.metrics[name]
        if "agg" in metric:
            return [metric["agg"]["table"]]
        return [table for part in parts_of(metric) for table in self.base_tables(part)]

    # Where rows count.

    def is_time(self, name):
        return self.world.dims.get(self.world.split(name.removeprefix(OWN))[0], {}).get("time", False)

    def buckets(self, frame):
        """With a window: the last day of each bucket that is shown, clipped to where there is data."""
        span = frame["shown"] or self.covered
        if span is None:  # there is no row at all
            return []
        span = (max(span[0], self.covered[0]), min(span[1], self.covered[1])) if self.covered else span
        days = [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1)]
        ends = {}
        for day in days:
            key = tuple(
                self.world.shown(
                    move(day, *frame["step"]) if frame["step"] and f"date.{one}" not in self.own else day, one
                )
                for one in self.grains
            )
            ends[key] = max(ends.get(key, day), day)
        return sorted(ends.values())

    def in_frame(self, frame, day):
        """The days (one for each bucket that it counts in) that a row of a day stands for; none where it does not count."""
        if frame["window"] and self.grain:
            return (
                []
                if day is None
                else [end for end in self.buckets(frame) if opens(frame["window"], end, frame["shown"]) <= day <= end]
            )
        if frame.get("ahead"):
            at = frame["lag"](day)
            first, last = frame["shown"] or (date.min, date.max)
            return [at] if at and first <= at <= last else []
        if frame.get("lag"):
            if day is None or not frame["shown"]:
                return []
            first, last = frame["shown"]
            return [
                one
                for one in (first + timedelta(days=n) for n in range((last - first).days + 1))
                if frame["lag"](one) == day
            ]
        if frame["period"] is None:
            return [day]
        return [day] if day is not None and frame["period"][0] <= day <= frame["period"][1] else []

    def placed(self, table, time, frame, dims=None):
        """Every row that counts in a frame, under the key of each group that it counts in: key -> rows."""
        dims = self.dims if dims is None else dims
        mark = (table, time, repr({key: value for key, value in frame.items() if key != "lag"}), tuple(dims))
        if mark in self.placed_rows:
            return self.placed_rows[mark]
        found = defaultdict(list)
        has_time = time or self.world.tables[table].get("time")
        for row in self.world.every(table):
            day = self.world.day(table, row, time) if has_time else None
            for at in self.in_frame(frame, day) if has_time else [None]:
                shown = move(at, *frame["step"]) if frame["step"] and at else at
                days = (
                    shown,
                    shown if frame["window"] or frame.get("by_day") else day if frame.get("lag") else at,
                )  # of dates, of versions
                if not self.world.holds_all(table, row, self.where, time, self.period, days):
                    continue
                key = tuple(
                    (self.world.shown(day if name in self.within else at if name in self.own else shown, self.world.split(name.removeprefix(OWN))[1]),)
                    if self.is_time(name) else self.world.keys(table, row, name, days)
                    for name in dims
                )  # fmt: skip
                for segment in self.segments or [None]:
                    if segment is None:
                        found[key].append(row)
                        self.shown_at[id(row), mark, key] = days
                    elif self.world.holds_all(table, row, segment["where"], time, self.period, days):
                        found[(*key, (segment["label"],))].append(row)
                        self.shown_at[id(row), mark, (*key, (segment["label"],))] = days
        self.placed_rows[mark] = dict(found)
        return self.placed_rows[mark]

    # Values.

    def value(self, name, key, frame, where, dims=None):
        """A metric of a group in a frame, over the rows that `where` leaves."""
        metric = self.world.metrics[name]
        where = [*where, *metric.get("where", [])]
        if "agg" in metric:
            return self.aggregate(metric, key, frame, where, dims)
        if "ratio" in metric:
            return quotient(*(self.value(part, key, frame, where, dims) for part in metric["ratio"]))
        if "derived" in metric:
            return self.derived(metric["derived"], key, frame, where, dims)
        if "cumulative" in metric:
            spec = metric["cumulative"]
            if self.of_days(spec):
                mine = [(inner, found) for inner, found in self.daily(name, frame) if self.trimmed(inner, found) == key]
                mine.sort(key=lambda one: one[1][len(self.dims)])
                if spec["at"] != "average":
                    inner, found = mine[0 if spec["at"] == "first_known" else -1] if mine else (None, None)
                    return inner.value(name, found, frame, where) if inner else None
                values = [inner.value(name, found, frame, where) for inner, found in mine]
                values = [value for value in values if value is not None]
                return float(sum(values)) / len(values) if values else None
            return self.value(spec["of"], key, self.windowed(frame, window_of(spec)), where, dims)
        if "conversion" in metric:
            return self.converted(metric["conversion"], key, frame, where, dims)
        change = metric.get("change") or {"of": metric["growth"]}
        then = self.value(change["of"], key, self.against(frame, change.get("against", "previous_period")), where, dims)
        if change.get("give") == "value":
            return then
        now = self.value(change["of"], key, frame, where, dims)
        if change.get("give") == "change":
            return minus(now, then)
        return quotient(minus(now, then), then)

    def against(self, frame, what):
        if isinstance(what, dict):
            if self.grain:
                raise NoMeaning("given dates have no buckets to lie beside")
            return {
                **self.base,
                "period": (date.fromisoformat(what["start"]), date.fromisoformat(what["end"])),
                "prior": True,
            }
        if what == "previous_period":
            if not self.grain and not frame["period"]:
                raise NoMeaning("nothing lies before all of the data")
            step = (1, self.grain) if self.grain else step_before(frame["period"])
        else:
            step = (1, "year") if what == "previous_year" else parsed(what)
        return self.shifted(frame, step)

    def shifted(self, frame, step, *, alike=True):
        if self.grain and self.grain not in LINES_UP.get(step[1], ()):
            raise NoMeaning("the buckets do not line up")
        if self.grain and not self.of_whole(self.grain):
            raise NoMeaning("one grain's buckets are not made of the other's")
        if not self.grain and not frame["period"]:
            raise NoMeaning("nothing lies before all of the data")
        if frame["step"] or frame["window"] or frame.get("lag"):
            raise NoMeaning("a comparison of a comparison")
        period = moved_back(frame["period"], *step) if frame["period"] else None
        last = self.covered[1] if self.covered and alike else None
        if last and (frame["period"] is None or frame["period"][1] > last):  # the data ends in what is shown
            cut = beside(last, *step)
            if period is None:
                period = (date.min, cut)
            elif period[0] <= cut < period[1]:
                period = (period[0], cut)
        return {**frame, "period": period, "step": step, "prior": True}

    def of_whole(self, finer):
        """Whether the buckets of every grain are made of whole ones of the finest."""
        together = ("month", "quarter", "year")
        return finer == "day" or all(one == finer or (finer in together and one in together) for one in self.grains)

    def of_days(self, spec):
        """Whether a bucket shows one of the windows that end with each of its days, or their average."""
        return spec.get("at", "last") != "last" and self.grain not in (None, "day")

    def daily(self, name, frame):
        """The same query split by days as well, with each of its groups."""
        inner = Asked(
            self.world,
            {**self.query, "dimensions": [*self.dims, "date.day"], "metrics": [name], "compare": []},
            {*self.own, "date.day"},
        )
        return [(inner, key) for key in inner.groups(frame)]

    def trimmed(self, inner, key):
        """A group of the query split by days as well, as a group of this one."""
        return key[: len(self.dims)] + key[len(inner.dims) :]

    def moved(self, frame, given):
        """The frame of an input of a derived metric: as it is, so long before, or at the first day of each day's unit."""
        if "offset" not in given and "to_start" not in given:
            return frame
        step = parsed(given["offset"]) if "offset" in given else None
        if step and step[1] in self.world.own_grains:
            return self.by_own(frame, *step)
        if step and (self.grain is None or self.grain in LINES_UP.get(step[1], ())):
            return self.shifted(frame, step, alike=False)
        if not step and self.grain == given["to_start"] and self.of_whole(self.grain):
            return frame
        if frame["step"] or frame["window"] or frame.get("lag"):
            raise NoMeaning("a comparison of a comparison")
        if step and step[1] in ("day", "week"):
            return {
                **frame,
                "period": moved_back(frame["period"], *step) if frame["period"] else None,
                "step": step,
                "by_day": True,
                "prior": True,
            }
        if not step and self.grain != "day":
            raise NoMeaning("the buckets do not line up")
        if not frame["period"] and not self.own_time:
            raise NoMeaning("where all of the data ends is not known")
        lag = (lambda day: move(day, -step[0], step[1])) if step else (lambda day: floor(day, given["to_start"]))
        ahead = (lambda day: move(day, *step)) if step else (lambda day: ceiling(day, given["to_start"]))
        shown = frame["period"] or (self.covered and (self.covered[0], ahead(self.covered[1])))
        return {**frame, "lag": lag, "shown": shown, "named": repr(given), "prior": True,
                "period": frame["period"] and (lag(frame["period"][0]), max(lag(frame["period"][0]), lag(frame["period"][1])))}  # fmt: skip

    def by_own(self, frame, count, grain):
        """A frame in which each day stands for the one as far into the bucket of the calendar's so many before."""
        if frame["step"] or frame["window"] or frame.get("lag"):
            raise NoMeaning("a comparison of a comparison")
        if not self.grain and not frame["period"]:
            raise NoMeaning("nothing lies before all of the data")
        column, calendar_days = self.world.own_grains[grain], sorted(self.world.days)
        runs = [list(run) for _, run in itertools.groupby(calendar_days, key=lambda day: self.world.days[day][column])]
        ahead = {}
        for before, after in zip(runs, runs[count:], strict=False):
            for place, day in enumerate(before):
                if place < len(after):
                    ahead[day] = after[place]
                elif {*self.grains} <= {grain}:  # whole buckets beside one another: nothing is left out
                    ahead[day] = after[-1]
        shown = frame["period"]
        return {**frame, "lag": ahead.get, "ahead": (count, grain), "shown": shown, "prior": True,
                "period": shown and (date.min, shown[1])}  # fmt: skip

    def windowed(self, frame, window):
        if frame.get("lag"):
            raise NoMeaning("a window over what is shown elsewhere")
        if frame["window"]:
            raise NoMeaning("a window over a window")
        if window.get("to_date") == "period" and not frame["period"]:
            raise NoMeaning("a window since a period began, and no period")
        if self.grain is None:
            if frame["period"] is None:
                if "running" not in window:
                    raise NoMeaning("a window that ends nowhere")
                return frame
            return {**frame, "period": (opens(window, frame["period"][1], frame["period"]), frame["period"][1])}
        if not frame["period"] and not self.own_time:
            raise NoMeaning("where all of the data ends is not known")
        return {**frame, "window": window, "shown": frame["period"],
                "period": (opens(window, frame["period"][0], frame["period"]), frame["period"][1]) if frame["period"] else None}  # fmt: skip

    def derived(self, spec, key, frame, where, dims):
        inputs = spec.get("inputs", {})

        def of(name):
            given = inputs.get(name)
            if given is None:
                return self.value(name, key, frame, where, dims)
            return self.value(given["metric"], key, self.moved(frame, given), [*where, *given.get("where", [])], dims)

        left, op, right = spec["expr"].split()
        first = of(left)
        second = Decimal(right) if right.replace(".", "").isdigit() else of(right)
        if op == "/":
            return quotient(first, second)
        if first is None or second is None:
            return None
        if isinstance(first, float) or isinstance(second, float):
            first, second = float(first), float(second)
        return {"+": first + second, "-": first - second, "*": first * second}[op]

    def aggregate(self, metric, key, frame, where, dims):
        agg = metric["agg"]
        table, time = agg["table"], agg.get("time")
        placed = self.placed(table, time, frame, dims)
        rows = placed.get(key)
        zero = (
            metric.get("absence_is_zero")
            and agg["function"] in ("sum", "count", "count_distinct")
            and self.may_be_zero(frame)
        )
        if rows is None:
            return 0 if zero else None
        mark = (
            table,
            time,
            repr({key: value for key, value in frame.items() if key != "lag"}),
            tuple(self.dims if dims is None else dims),
        )
        rows = [
            row
            for row in rows
            if self.world.holds_all(table, row, where, time, self.period, self.shown_at[id(row), mark, key])
        ]
        if where and not rows and not zero:
            return None  # a count of no row is no figure, unless absence is zero
        if agg.get("over_time"):
            found = self.over_time(agg, key, placed, rows, where, dims)
        else:
            found = aggregated(
                agg,
                [None if "column" not in agg else self.world.column(table, row, agg["column"]) for row in rows],
                rows,
            )
        return 0 if found is None and zero else found

    def may_be_zero(self, frame):
        if not frame["prior"]:
            return True
        return bool(frame["period"] and self.covered and frame["period"][0] >= self.covered[0])

    def over_time(self, agg, key, placed, rows, where, dims):
        """Days are chosen over all rows of the bucket (and segment), whatever else it is split by."""
        dims = self.dims if dims is None else dims
        table, time = agg["table"], agg.get("time")
        fixed = [number for number, name in enumerate([*dims, *(["segment"] if self.segments else [])])
                 if name == "segment" or self.is_time(name)]  # fmt: skip
        same = [row for other, found in placed.items() if all(other[n] == key[n] for n in fixed) for row in found
                if self.world.holds_all(table, row, where, time, self.period)]  # fmt: skip
        values = {id(row): self.world.column(table, row, agg["column"]) if "column" in agg else 1 for row in rows}
        if agg["over_time"] == "average":
            days = {self.world.day(table, row, time) for row in same} - {None}
            whole = aggregated(agg, list(values.values()), rows)
            return float(whole) / len(days) if whole is not None and days else None
        edges = {}
        for row in same:
            group, day = tuple(row[name] for name in agg.get("each", [])), self.world.day(table, row, time)
            if day is not None:
                pick = max if agg["over_time"] == "last" else min
                edges[group] = pick(edges.get(group, day), day)
        kept = [row for row in rows if self.world.day(table, row, time) is not None
                and self.world.day(table, row, time) == edges.get(tuple(row[name] for name in agg.get("each", [])))]  # fmt: skip
        return aggregated(agg, [values[id(row)] for row in kept], kept)

    def converted(self, spec, key, frame, where, dims):
        start, goal = self.world.metrics[spec["from"]], self.world.metrics[spec["to"]]
        table, other = start["agg"]["table"], goal["agg"]["table"]
        every = {}
        for place, found in self.placed(table, None, frame, dims).items():
            for row in found:
                every.setdefault(place, []).append(row)
        mine = every.get(key)
        if mine is None:
            return 0 if spec.get("give") == "count" and self.may_be_zero(frame) else None

        def begun(rows):
            return [
                row
                for row in rows
                if self.world.holds_all(table, row, [*where, *start.get("where", [])], None, self.period)
            ]

        done = [row for row in self.world.every(other) if self.world.holds_all(other, row, goal.get("where", []))]
        who, whom = [
            [name for name in spec[part] if name != "org_id"] for part in ("by", "to_by" if "to_by" in spec else "by")
        ]

        def same(row, later):
            ids = [row[name] for name in who]
            first, then = self.world.day(table, row, None), self.world.day(other, later, None)
            if None in ids or ids != [later[name] for name in whom] or first is None or then is None or then < first:
                return False
            return "within" not in spec or then < move(first, *parsed(spec["within"]))

        if spec.get("counting") == "events":
            every_begun = [
                (place, row)
                for place, rows in every.items()
                if not self.segments or place[-1] == key[-1]  # another segment is another question
                for row in begun(rows)
            ]
            converted = []
            for later in done:
                fits = [(place, row) for place, row in every_begun if same(row, later)]
                if fits:
                    latest = max(self.world.day(table, row, None) for _, row in fits)
                    place, _ = min(
                        ((p, r) for p, r in fits if self.world.day(table, r, None) == latest),
                        key=lambda one: one[1]["id"],
                    )
                    converted += [later] if place == key else []
            count = len(converted)
            if goal["agg"]["function"] == "count_distinct":
                count = aggregated(goal["agg"], [], converted)
            of = self.value(spec["from"], key, frame, where, dims)
        else:
            reached = {tuple(row[name] for name in who) for row in begun(mine)}
            reached = {one for one in reached if None not in one}
            count = len(
                {tuple(row[name] for name in who) for row in begun(mine) if any(same(row, later) for later in done)}
            )
            of = len(reached)
        return count if spec.get("give") == "count" else quotient(count, of)

    # Entries.

    def entry(self, one, key, frame):
        one = {"metric": one} if isinstance(one, str) else one
        where = one.get("where", [])
        if "agg" in one:
            return self.folded(one, key, frame)
        if "window" in one:
            frame = self.windowed(frame, one["window"])
        return self.plain(one, key, frame, where)

    def plain(self, one, key, frame, where, dims=None):
        if "ratio" in one:
            return quotient(*(self.value(name, key, frame, where, dims) for name in one["ratio"]))
        return self.value(one["metric"], key, frame, where, dims)

    def folded(self, one, key, frame):
        """The groups of each, within the group: their values, then the aggregate of those that are kept."""
        inner = self.finer(one)
        if "window" in one:
            frame = self.windowed(frame, one["window"])
        keys = set(inner.groups(frame))
        width = len(self.dims)
        mine = [found for found in keys if found[:width] + found[len(inner.dims) :] == key]
        if not mine:
            return 0 if one["agg"] == "count" else None
        values = [inner.plain(one, found, frame, one.get("where", [])) for found in mine]
        for condition in one.get("having", []):
            values = [value for value in values if compare(value, condition["op"], condition["values"])]
        if one["agg"] == "count":
            return len(values)
        values = [value for value in values if value is not None]
        if not values:
            return None
        if one["agg"] == "avg":
            return float(sum(values)) / len(values)
        if one["agg"] == "median":
            return interpolated(values, Fraction(1, 2))
        return max(values) if one["agg"] == "max" else min(values)

    def finer(self, one):
        """The same for an entry's metric by its `each`; in a window these are of the rows' own days."""
        within = [f"{OWN}{name}" for name in one["each"] if "window" in one and self.is_time(name)]
        dims = [*self.dims, *(name for name in one["each"] if name not in self.dims and f"{OWN}{name}" not in within)]
        plain = {k: one[k] for k in ("metric", "ratio", "where") if k in one}
        asked = {**self.query, "dimensions": [*dims, *within], "metrics": [plain]}
        return Asked(self.world, asked, {*self.own, *dims} - {*self.dims}, within)

    def groups(self, frame=None):
        """Every group that has a row in any of the tables and frames that its figures are taken from."""
        found = {}
        frames = [frame or self.base]
        if frame is None:
            frames += [self.compared(one) for one in self.query.get("compare", [])]
        for one in self.query.get("metrics", []):
            entry = {"metric": one} if isinstance(one, str) else one
            for one_frame in frames:
                at = self.windowed(one_frame, entry["window"]) if "window" in entry else one_frame
                if "agg" in entry:
                    inner = self.finer(entry)
                    width, total = len(self.dims), len(inner.dims)
                    for key in inner.groups(at):
                        found[key[:width] + key[total:]] = None
                    continue
                if self.rank(one):
                    entry = self.placed_by(one)
                for name in entry.get("ratio") or [entry["metric"]]:
                    self.groups_of(name, at, found)
        return found

    def groups_of(self, name, frame, found):
        metric = self.world.metrics[name]
        if "agg" in metric:
            for key in self.placed(metric["agg"]["table"], metric["agg"].get("time"), frame):
                found[key] = None
        elif "cumulative" in metric:
            spec = metric["cumulative"]
            if self.of_days(spec):
                for inner, key in self.daily(name, frame):
                    found[self.trimmed(inner, key)] = None
            else:
                self.groups_of(spec["of"], self.windowed(frame, window_of(spec)), found)
        elif "change" in metric or "growth" in metric:
            change = metric.get("change") or {"of": metric["growth"]}
            self.groups_of(change["of"], self.against(frame, change.get("against", "previous_period")), found)
            if change.get("give") != "value":
                self.groups_of(change["of"], frame, found)
        elif "conversion" in metric:
            self.groups_of(metric["conversion"]["from"], frame, found)
        elif "derived" in metric:
            spec = metric["derived"]
            for part in spec["expr"].split()[::2]:
                given = spec.get("inputs", {}).get(part)
                if given:
                    self.groups_of(given["metric"], self.moved(frame, given), found)
                elif not part.replace(".", "").isdigit():
                    self.groups_of(part, frame, found)
        else:
            for part in parts_of(metric):
                self.groups_of(part, frame, found)

    def compared(self, one):
        if "shift" in one:
            return self.shifted(self.base, parsed(one["shift"]))
        if self.grain:
            raise NoMeaning("given dates have no buckets to lie beside")
        return {
            **self.base,
            "period": (date.fromisoformat(one["start"]), date.fromisoformat(one["end"])),
            "prior": True,
        }

    def filled(self):
        """The buckets of a plain series of metrics that are zero where there is nothing."""
        names = self.query.get("metrics", [])
        plain = (
            len(self.dims) == 1 and not self.segments and self.grain and not self.query.get("having") and self.covered
        )
        if not plain or not all(self.all_zero(one) for one in names):
            return {}
        span = self.period or self.covered
        span = max(span[0], self.covered[0]), min(span[1], self.covered[1])
        days = [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1)]
        return {((self.world.shown(day, self.grain),),): None for day in days}

    def all_zero(self, one):
        if isinstance(one, dict) and "agg" in one:
            return False
        names = [one] if isinstance(one, str) else one.get("ratio") or [one["metric"]]

        def zero(name):
            metric = self.world.metrics[name]
            if "conversion" in metric or self.of_days(metric.get("cumulative", {})):
                return False
            return (
                metric.get("absence_is_zero", False)
                if "agg" in metric
                else all(zero(part) for part in parts_of(metric))
            )

        return all(zero(name) for name in names)

    def members(self, found):
        """Groups without rows: the members of each dimension with every combination of the others that there is."""
        empty = self.query.get("include_empty", [])
        if not empty:
            return {}
        names = [*self.dims, *(["segment"] if self.segments else [])]
        taken, lists = [], []
        for name in empty:
            if name in taken:
                continue
            if self.is_time(name):
                span = self.period or self.covered
                if self.covered:
                    span = max(span[0], self.covered[0]), min(span[1], self.covered[1])
                days = [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1)]
                lists.append(([name], {((self.world.shown(day, self.grain),),) for day in days}))
                taken.append(name)
                continue
            table = self.world.dims[name]["table"]
            along = [
                one
                for one in self.dims
                if not self.is_time(one) and self.world.reaches(table, one) and (one == name or one not in empty)
            ]
            where = [
                one
                for one in self.where
                if all(not self.is_time(part) and self.world.reaches(table, part) for part in fields_in([one]))
            ]
            rows = [
                row for row in self.world.every(table) if self.world.holds_all(table, row, where, None, self.period)
            ]
            lists.append((along, {tuple(self.world.keys(table, row, one) for one in along) for row in rows}))
            taken += along
        rest = [name for name in names if name not in taken]
        if rest:
            lists.append((rest, {tuple(key[names.index(name)] for name in rest) for key in found}))
        made = {}
        for parts in itertools.product(*(keys for _, keys in lists)):
            known = {
                name: part
                for (fields, _), key in zip(lists, parts, strict=False)
                for name, part in zip(fields, key, strict=False)
            }
            made[tuple(known[name] for name in names)] = None
        return made

    # Rows.

    def all_rows(self):
        """Every group's key, labels and figures, before conditions on figures, order and limit."""
        found = self.groups()
        groups = {**found, **self.filled(), **self.members(found)}
        if not self.dims and not self.segments:
            groups = dict.fromkeys(groups or [], None)
        made = []
        if any(map(self.is_date, self.query.get("metrics", []))) and self.query.get("compare"):
            raise NoMeaning("dates have no difference")
        for key in groups:
            cells = {}
            for one in self.query.get("metrics", []):
                name = name_of(one)
                one = self.placed_by(one)  # noqa: PLW2901 - of a place the figure first
                now = cells[name] = self.entry(one, key, self.base)
                for number, other in enumerate(self.query.get("compare", []), start=1):
                    tail = "" if number == 1 else str(number)
                    then = self.entry(one, key, self.compared(other))
                    cells[f"{name}__prior{tail}"] = then
                    cells[f"{name}__change{tail}"] = minus(now, then)
                    cells[f"{name}__growth{tail}"] = quotient(minus(now, then), then)
            made.append((key, cells))
        self.shares(made)
        self.places(made)
        self.beside(made)
        return made

    def rank(self, one):
        """What a metric of an entry is a place by, where it is one."""
        return self.world.metrics.get(one if isinstance(one, str) else one.get("metric"), {}).get("rank")

    def placed_by(self, one):
        """The entry of the figure by which an entry is placed."""
        spec = self.rank(one)
        if spec is None:
            return one
        entry = {"metric": one} if isinstance(one, str) else one
        if "agg" in entry:
            raise NoMeaning("a place has no average")
        where = [*entry.get("where", []), *self.world.metrics[entry["metric"]].get("where", [])]
        return {**entry, "metric": spec["of"], "where": where}

    def places(self, made):
        """One more than there are better figures among the rows that are alike in what it is within."""
        names = [*self.dims, *(["segment"] if self.segments else [])]
        for one in self.query.get("metrics", []):
            spec = self.rank(one)
            if spec is None:
                continue
            apart = [n for n, name in enumerate(names) if name == "segment" or name in spec.get("within", [])
                     or (self.is_time(name) and self.world.split(name)[0] in spec.get("within", []))]  # fmt: skip
            missing = [name for name in spec.get("within", []) if name not in names and not self.is_time(f"{name}.day")]
            if missing:
                raise NoMeaning(f"not split by {missing}")
            own = name_of(one)
            for name in [
                own,
                *(f"{own}__prior{'' if n == 1 else n}" for n, _ in enumerate(self.query.get("compare", []), start=1)),
            ]:
                values = [(tuple(key[n] for n in apart), cells[name]) for key, cells in made]
                for (group, value), (_, cells) in zip(values, made, strict=True):
                    others = [other for at, other in values if at == group and other is not None]
                    better = [other for other in others if value is not None and (other > value if spec.get("first", "highest") == "highest" else other < value)]  # fmt: skip
                    cells[name] = None if value is None else len(better) + 1
            for n, _ in enumerate(self.query.get("compare", []), start=1):
                tail = "" if n == 1 else str(n)
                for _, cells in made:
                    cells[f"{own}__change{tail}"] = minus(cells[own], cells[f"{own}__prior{tail}"])
                    del cells[f"{own}__growth{tail}"]

    def shares(self, made):
        share = self.query.get("share")
        if share is None:
            return
        names = [*self.dims, *(["segment"] if self.segments else [])]
        at = [names.index(name) for name in share.get("within", [])]
        plain = [name_of(one) for one in self.query["metrics"]]
        within = share.get("within", [])
        if any(self.is_time(name) and name not in within for name in self.dims) and any(
            self.world.metrics[name].get("agg", {}).get("over_time") == "average"
            for name in plain
            if name in self.world.metrics
        ):
            raise NoMeaning("averages of days do not add up over buckets of time")
        free = set(share.get("free", []))
        for name, asked in zip(plain, self.query["metrics"], strict=False):
            totals = defaultdict(list)
            if free:
                where = [one for one in self.where if not set(fields_in([one])) & free]
                segments = self.segments if "segment" in share.get("within", []) else []
                dims = [one for one in share.get("within", []) if one != "segment"]
                whole = Asked(self.world, {"metrics": [asked], "dimensions": dims, "where": where, "segments": segments,
                                           "period": self.query.get("period", "all")})  # fmt: skip
                for key, cells in whole.all_rows():
                    totals[key].append(cells[name])
            else:
                for key, cells in made:
                    totals[tuple(key[n] for n in at)].append(cells[name])
            for key, cells in made:
                parts = [one for one in totals.get(tuple(key[n] for n in at), []) if one is not None]
                cells[f"{name}__share"] = quotient(cells[name], sum(parts) if parts else None)

    def beside(self, made):
        if len(self.segments) != 2:
            return
        labels = [one["label"] for one in self.segments]
        by_key = dict(made)
        placed = tuple(name_of(one) for one in self.query.get("metrics", []) if self.rank(one) or self.is_date(one))
        plain = [name for name in (made[0][1] if made else []) if name.split("__")[0] not in placed]
        for key, cells in made:
            other = by_key.get((*key[:-1], (labels[1 - labels.index(key[-1][0])],)))
            for name in plain:
                if not name.endswith("__share"):
                    theirs = other[name] if other else None
                    cells[f"{name}__difference"] = minus(cells[name], theirs)
                    cells[f"{name}__ratio"] = quotient(cells[name], theirs)

    def columns(self):
        """The names of the figures' columns, in order."""
        names = []
        for one in self.query.get("metrics", []):
            name = name_of(one)
            own = [name]
            if self.query.get("share"):
                own.append(f"{name}__share")
            pairs = [own]
            for number, _ in enumerate(self.query.get("compare", []), start=1):
                tail = "" if number == 1 else str(number)
                pairs.append([f"{name}__{what}{tail}" for what in ("prior",)])
                pairs.append([f"{name}__change{tail}"])
                if not self.rank(one):
                    pairs.append([f"{name}__growth{tail}"])
            for group in pairs:
                names += group
                if len(self.segments) == 2 and not self.rank(one) and not self.is_date(one):
                    names += [f"{group[0]}__difference", f"{group[0]}__ratio"]
        return names

    def kept(self):
        return [(key, cells) for key, cells in self.all_rows()
                if all(compare(cells[one["field"]], one["op"], one["values"]) for one in self.query.get("having", []))]  # fmt: skip

    def ordered(self):
        """The rows that conditions on figures leave, in order and cut at the limit; and how many after it tie with the last."""
        rows = self.kept()
        order = self.query.get("order")
        names = [*self.dims, *(["segment"] if self.segments else [])]
        if not order:
            times = [name for name in self.dims if self.is_time(name)]
            first = self.query.get("metrics") or [None]
            order = (
                [{"by": times[0], "dir": "asc"}]
                if times
                else [{"by": name_of(first[0]), "dir": "desc"}]
                if names and first[0]
                else []
            )
        flat = lambda row: [part for key in row[0] for part in key]  # noqa: E731
        rows.sort(key=lambda row: [nulls_last(part) for part in flat(row)])
        subjects = []
        for one in reversed(order):

            def subject(row, by=one["by"]):
                if by in row[1]:
                    return row[1][by]
                key = row[0][names.index(by)]
                return self.shown_key(by, key)

            down = one.get("dir", "desc") == "desc"
            rows.sort(key=lambda row: nulls_last(subject(row), down=down))
            subjects.append(subject)

        def alike(group):
            """How many rows after the limit have what the last one before it has, of all that the order was asked by."""
            last, *after = [[subject(row) for subject in subjects] for row in group[limit - 1 :]] or [None]
            return sum(one == last for one in after) if subjects else 0

        limit = self.query.get("limit")
        per = self.query.get("per")
        if limit and per:
            taken, kept = defaultdict(list), []
            for row in rows:
                group = tuple(row[0][names.index(name)] for name in per)
                taken[group].append(row)
                if len(taken[group]) <= limit:
                    kept.append(row)
            return kept, max((alike(group) for group in taken.values()), default=0)
        return (rows[:limit], alike(rows)) if limit else (rows, 0)

    def shown_key(self, name, key):
        dim = self.world.dims.get(name)
        if dim is None or not dim.get("key"):
            return key[0]
        row = next((row for row in self.world.every(dim["table"])
                    if all(row[column] == part for column, part in zip(dim["key"], key, strict=False))), None)  # fmt: skip
        return None if row is None else row[dim["show"]]


class nulls_last:  # noqa: N801 - reads as what it does
    """Sorts None after everything, up or down."""

    def __init__(self, value, *, down=False):
        self.value, self.down = value, down

    def __eq__(self, other):
        return self.value == other.value

    def __lt__(self, other):
        if self.value is None or other.value is None:
            return self.value is not None and other.value is None
        return self.value > other.value if self.down else self.value < other.value


def window_of(spec):
    """The window that a cumulative metric says."""
    return {kind: spec[kind] for kind in ("trailing", "to_date", "running") if kind in spec}


def opens(window, until, period=None):
    """The first day of the window that ends with a day, in a period."""
    if window.get("to_date") == "period":
        return period[0]
    if until == date.min:
        return until
    if "trailing" in window:
        count, unit = parsed(window["trailing"])
        return move(until + timedelta(days=1), -count, unit)
    if "to_date" in window:
        return floor(until, window["to_date"])
    return date.min


def parts_of(metric):
    if "ratio" in metric:
        return metric["ratio"]
    if "growth" in metric:
        return [metric["growth"]]
    if "cumulative" in metric or "change" in metric:
        return [(metric.get("cumulative") or metric["change"])["of"]]
    if "rank" in metric:
        return [metric["rank"]["of"]]
    if "conversion" in metric:
        return [metric["conversion"]["from"], metric["conversion"]["to"]]
    spec = metric["derived"]
    inputs = spec.get("inputs", {})
    return [
        inputs[part]["metric"] if part in inputs else part
        for part in spec["expr"].split()[::2]
        if not part.replace(".", "").isdigit()
    ]


def named_in(one):
    """The metrics that an entry names."""
    return [one] if isinstance(one, str) else one.get("ratio") or [one["metric"]]


def name_of(one):
    if isinstance(one, str):
        return one
    if "as" in one:
        return one["as"]
    name = one.get("metric") or "_per_".join(one["ratio"])
    if "agg" in one:
        return f"{name}__{one['agg']}"
    kind = next(iter(one.get("window", {})), None)
    return f"{name}__{kind}" if kind else name


def aggregated(agg, values, rows):
    """An aggregate by its definition; `values` are those of `rows`."""
    function = agg["function"]
    if function == "count" and "column" not in agg:
        return len(rows)
    if function == "count_distinct":
        keys = {tuple(row[name] for name in agg["columns"] if name != "org_id") for row in rows}
        return len({key for key in keys if None not in key})
    known = [value for value in values if value is not None]
    if function == "count":
        return len(known)
    if not known:
        return None
    if function == "avg":
        return float(sum(known)) / len(known)
    if function in ("median", "percentile"):
        fraction = Fraction(str(agg.get("percentile", 0.5)))
        if agg.get("discrete"):
            ranked = sorted(known)
            return ranked[max(math.ceil(fraction * len(ranked)), 1) - 1]
        return interpolated(known, fraction)
    return {"sum": sum, "min": min, "max": max}[function](known)


def interpolated(values, fraction):
    ranked = sorted(values)
    place = fraction * (len(ranked) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ranked) - 1)
    return float(Fraction(ranked[low]) + (Fraction(ranked[high]) - Fraction(ranked[low])) * (place - low))


def quotient(over, under):
    if over is None or under is None or float(under) == 0:
        return None
    return float(over) / float(under)


def minus(now, then):
    if now is None or then is None:
        return None
    if isinstance(now, float) or isinstance(then, float):
        return float(now) - float(then)
    return now - then


def answer(world, query, org):
    """The rows of a query for a tenant, in order: what each dimension shows, then the figures; totals after them.

    And how many rows after its limit are as good as the last one before it.
    """
    asked = Asked(World(world, org), query)
    if sum(map(asked.is_time, asked.dims)) > 1 and any(map(asked.is_time, query.get("include_empty", []))):
        raise NoMeaning("which buckets go together is not known")
    names = [*asked.dims, *(["segment"] if asked.segments else [])]
    figures = asked.columns()
    totals = query.get("totals") or []
    rows = []
    kept, ties = asked.ordered()
    for key, cells in kept:
        labels = [asked.shown_key(name, part) for name, part in zip(names, key, strict=False)]
        rows.append((*labels, *([None] if totals else []), *(cells[name] for name in figures)))
    plain = [one for one in query.get("metrics", []) if not asked.rank(one)]
    if totals and not plain:
        raise NoMeaning("places have no total")
    for kept in totals:
        part = Asked(asked.world, {**query, "dimensions": [name for name in asked.dims if name in kept], "totals": [], "having": [], "metrics": plain,
                                   "order": [], "limit": None, "per": [], "include_empty": [],
                                   "segments": asked.segments if "segment" in kept else []})  # fmt: skip
        known = [name for name in names if name in kept]
        for key, cells in part.ordered()[0]:
            labels = {name: part.shown_key(name, one) for name, one in zip(known, key, strict=False)}
            rows.append(
                (
                    *(labels.get(name) for name in names),
                    ", ".join(kept) or "all",
                    *(cells.get(name) for name in figures),
                )
            )
    return rows, ties

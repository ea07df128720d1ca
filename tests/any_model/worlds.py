"""Models with data, and queries over them, made from a seed: nulls, duplicates, unmatched keys, late rows, empty tables.

Two tenants have identical ids throughout. Tables: `branch` (of an `area`), `person`, the facts `sale` (with a computed
column), `line` (of a sale), `visit` and `stock`, and rollups of `sale`, of which some months are stale. The `team` of a
person changes: it is a table of versions. Two worlds of three have a calendar with grains of its own.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

ORGS = ("one", "two")
FIRST = date(2025, 1, 6)
TEXT = ("red", "Green", "blu_e", "50%", "äß")
POLICY = {"org_id": {"column": "org_id"}, "regions": {"not_applicable": "there are none"}}
FIELDS = {
    "sale": ("branch", "branch_kind", "warmth", "area", "area_rank", "person", "colour", "branch_opened.month", "branch_opened.year",
             "size", "is_big", "odd_weekday", "team", "gift"),
    "line": ("branch", "branch_kind", "warmth", "area", "area_rank", "person", "colour", "size", "item", "is_big", "odd_weekday", "team", "thing", "gift"),
    "visit": ("branch", "branch_kind", "warmth", "area", "area_rank", "person", "branch_opened.month", "team"),
    "stock": ("branch", "branch_kind", "warmth", "area", "area_rank", "item", "thing"),
}  # fmt: skip
ZONED = 2  # of five worlds, the one whose visits are moments of UTC
SHORT = 1  # of six worlds, the one whose calendar lacks days
EVERYWHERE = ("branch", "branch_kind", "warmth", "area", "area_rank")


def world(seed, size):
    """A model as YAML has it, its rows, and the first and last day of each table that has time."""
    pick = random.Random(f"world {seed}")
    rows = data(pick, size)
    calendar, zoned = seed % 3 != 0, seed % 5 == ZONED
    model = described(pick, calendar=calendar, moment="timestamp" if zoned else "datetime")
    if zoned:
        for row in rows["visit"]:
            row["at"] = row["at"].replace(tzinfo=UTC)
    built, stale = rolled_up(pick, rows)
    rows |= built | {"team": teams(pick, rows["person"])}
    if calendar:
        rows["days"] = days_of(seed)
    times = {"sale": "day", "visit": "at", "stock": "counted_on", "line": "day"}
    extent = {}
    for table, time in times.items():
        days = [day_of(row[time]) for row in rows[table] if row[time] is not None]
        extent[table] = (min(days), max(days)) if days else None
    if calendar:
        extent["days"] = (rows["days"][0]["day"], rows["days"][-1]["day"])
    return {"model": model, "rows": rows, "extent": extent, "stale": stale}


def day_of(moment):
    """The day of a moment in Manila, eight hours ahead of UTC; one without a zone is of the day that it says."""
    if not isinstance(moment, datetime):
        return moment
    return (moment if moment.tzinfo is None else moment.astimezone(timezone(timedelta(hours=8)))).date()


def days_of(seed):
    """The calendar of a world: whole, or in one of six without some days: those after one, or single ones within."""
    if seed % 6 != SHORT:
        return DAYS
    return DAYS[:120] if seed % 4 == 1 else [day for number, day in enumerate(DAYS) if number % 7 not in (seed % 7, 3)]


def fortnight(day):
    """The first of each two weeks that begin with a Thursday."""
    return day - timedelta(days=(day - date(2024, 1, 4)).days % 14)


DAYS = [{"day": day, "fortnight": fortnight(day), "season": ("dry", "wet")[day.month % 12 > 5]}
        for day in (date(2024, 11, 1) + timedelta(days=n) for n in range(500))]  # fmt: skip


def teams(pick, people):
    """One to three versions of each person's team, with gaps between some; the last of some is still open."""
    found = []
    for person in people:
        since = FIRST - timedelta(days=pick.choice([0, 30]))
        for _ in range(pick.choice([0, 1, 2, 3])):
            before = since + timedelta(days=pick.choice([1, 10, 40]))
            last = pick.random() < 0.3
            found.append({"org_id": person["org_id"], "id": person["id"], "since": since, "before": None if last else before,
                          "name": pick.choice(["Alpha", "Beta", None])})  # fmt: skip
            if last:
                break
            since = before + timedelta(days=pick.choice([0, 0, 5]))
    return found


def data(pick, size):
    span = pick.choice([5, 40, 120, 400])

    def some(values, nulls=0.15):
        return None if pick.random() < nulls else pick.choice(values)

    def when(nulls=0.0):
        return None if pick.random() < nulls else FIRST + timedelta(days=int(pick.random() ** 1.5 * span))

    found = {name: [] for name in ("area", "branch", "person", "sale", "line", "visit", "stock")}
    for org in ORGS:
        areas, branches, people = range(1, 1 + min(size, 3)), range(1, 1 + min(size, 5)), range(1, 1 + min(size, 6))
        for n in areas:
            found["area"].append(
                {"org_id": org, "id": n, "name": some(("North", "South", "East")), "rank": some((1, 2, 3))}
            )
        for n in branches:
            found["branch"].append({"org_id": org, "id": n, "name": some(("Main", "Main", "Port", "Hill"), 0.05), "kind": some(TEXT[:3]),
                                    "area_id": some((1, 2, 3, 9)), "opened": some((date(2024, 12, 31), date(2025, 2, 1), date(2025, 2, 28)))})  # fmt: skip
        for n in people:
            found["person"].append({"org_id": org, "id": n, "name": some(("Ana", "Ben", "Cy"), 0.05)})
        for n in range(1, 1 + (0 if pick.random() < 0.05 else pick.randint(0, size))):
            found["sale"].append({
                "org_id": org, "id": n, "branch_id": some((1, 2, 3, 4, 5, 8)), "person_id": some((1, 2, 3, 4, 5, 6, 8), 0.3),
                "day": when(), "amount": some([Decimal(pick.randint(-500, 5000)) / 100 for _ in range(3)]),
                "qty": some((0, 1, 1, 2, 3, 10)), "weight": some((0.5, 1.25, -2.0, 0.0)), "colour": some(TEXT),
                "void": some(("yes",), 0.9), "paid": when(0.2), "gift": some((True, False), 0.3),
            })  # fmt: skip
        for n in range(1, 1 + pick.randint(0, size)):
            sale = pick.choice([row for row in found["sale"] if row["org_id"] == org] or [None])
            found["line"].append({
                "org_id": org, "id": n, "sale_id": sale["id"] if sale and pick.random() < 0.9 else some((77,)),
                "day": sale["day"] if sale else when(), "item": some(("nut", "bolt", "cog")), "units": some((0, 1, 2, 5)),
            })  # fmt: skip
        for n in range(1, 1 + pick.randint(0, size)):
            day = when()
            found["visit"].append({"org_id": org, "id": n, "branch_id": some((1, 2, 3, 8)), "person_id": some((1, 2, 3, 4, 5), 0.2),
                                   "at": datetime(day.year, day.month, day.day, pick.choice([0, 9, 23]), pick.choice([0, 59]))})  # fmt: skip
        for n in range(1, 1 + pick.randint(0, size)):
            found["stock"].append({"org_id": org, "id": n, "branch_id": some((1, 2, 3), 0.05), "item": some(("nut", "bolt")),
                                   "counted_on": when(), "level": some((0, 4, 7, 12))})  # fmt: skip
    return found


def described(pick, *, calendar=True, moment="datetime"):
    """The model: its structure is the same, its metrics differ."""

    def table(name, columns, *, time=None, **more):
        kinds = {one: ({"type": kind} if isinstance(kind, str) else kind) for one, kind in columns.items()}
        plain = {"name": name, "description": name, "grain": f"one row a {name}", "key": ["org_id", "id"], "policy": POLICY,
                 "columns": {"org_id": {"type": "string"}, "id": {"type": "integer"}, **kinds}, **more}  # fmt: skip
        return {**plain, "time": time} if time else plain

    def dim(name, on, **more):
        return {"name": name, "label": name.capitalize(), "description": name, "table": on, **more}

    def join(start, end, column):
        return {"from": start, "to": end, "on": {"org_id": "org_id", column: "id"}}

    tables = [
        table("area", {"name": "string", "rank": "integer"}),
        table("branch", {"name": "string", "kind": "string", "area_id": "integer", "opened": "date",
                         "warmth": {"type": "string", "expr": "CASE WHEN kind = 'red' THEN 'warm' ELSE 'cold' END"}}),
        table("person", {"name": "string"}),
        table("sale", {"branch_id": "integer", "person_id": "integer", "day": "date", "amount": "decimal", "qty": "integer", "weight": "number",
                       "colour": "string", "void": "string", "paid": "date", "gift": "boolean", "worth": {"type": "decimal", "expr": "amount * amount"},
                       "part": {"type": "number", "expr": "qty / branch_id"}},
              time="day", valid="void IS NULL"),
        table("line", {"sale_id": "integer", "day": "date", "item": "string", "units": "integer"}, time="day"),
        table("visit", {"branch_id": "integer", "person_id": "integer", "at": moment}, time="at"),
        table("stock", {"branch_id": "integer", "item": "string", "counted_on": "date", "level": "integer"}, time="counted_on"),
        table("sale_by_day", {"branch_id": "integer", "day": "date", "total": "decimal", "many": "integer", "least": "integer", "most": "integer"},
              time="day"),
        table("sale_by_month", {"colour": "string", "month": "date", "total": "decimal", "many": "integer", "people": "integer"}, time="month"),
    ]  # fmt: skip
    tables.append({**table("team", {"since": "date", "before": "date", "name": "string"}), "key": ["org_id", "id", "since"],
                   "versions": {"since": "since", "before": "before"}})  # fmt: skip
    time = {"name": "date", "label": "Date", "description": "the day", "time": True}
    if calendar:
        tables.append({"name": "days", "description": "days", "grain": "one row a day", "key": ["day"], "policy": "shared",
                       "columns": {"day": {"type": "date"}, "fortnight": {"type": "date"}, "season": {"type": "string"}}})  # fmt: skip
        time |= {"table": "days", "column": "day", "grains": {"fortnight": "fortnight", "season": "season"}}
    for one in tables:
        if one["name"].startswith("sale_by"):
            one["key"] = ["org_id", *(("branch_id", "day") if one["name"].endswith("day") else ("colour", "month"))]
            del one["columns"]["id"]
    dimensions = [
        time,
        dim("team", "team", column="name"),
        dim("thing", "line", column="item", held_by={"stock": "item"}),
        dim("branch", "branch", key=["org_id", "id"], id="id", show="name"),
        dim("branch_kind", "branch", column="kind"),
        dim("warmth", "branch", column="warmth"),
        dim("branch_opened", "branch", column="opened", type="date"),
        dim("area", "area", key=["org_id", "id"], id="id", show="name"),
        dim("area_rank", "area", column="rank", type="integer"),
        dim("person", "person", key=["org_id", "id"], id="id", show="name"),
        dim("colour", "sale", column="colour"),
        dim("item", "line", column="item"),
        dim("stocked", "stock", column="item"),
        dim("size", "sale", bins={"of": "amount", "edges": [0, 10, 25], "labels": ["minus", "low", "mid", "high"]}),
        dim("gift", "sale", column="gift", type="boolean"),
        dim("sale_month", "sale", part={"of": "day", "unit": "month"}, type="integer"),
    ]
    rollups = [
        {"table": "sale_by_day", "of": "sale", "time": {"column": "day", "grain": "day"}, "keeps": ["org_id", "day", "branch_id"],
         "measures": {"total": "total", "sales": "many", "least": "least", "most": "most"}},
        {"table": "sale_by_month", "of": "sale", "time": {"column": "month", "grain": "month"}, "keeps": ["org_id", "month", "colour"],
         "measures": {"total": "total", "sales": "many", "buyers": "people"}},
    ]  # fmt: skip
    filters = [
        {"name": "is_big", "label": "Big", "description": "more than ten", "where": [{"field": "size", "op": "in", "values": ["mid", "high"]}]},
        {"name": "odd_weekday", "label": "Odd", "description": "first or third kind",
         "where": [{"any": [{"field": "colour", "op": "=", "values": ["red"]}, {"field": "area_rank", "op": ">", "values": [1]}]}]},
    ]  # fmt: skip
    return {
        "model": {"name": "any", "description": "any", "schema": "world", "timezone": "Asia/Manila", "default_period": "last 30 days",
                  "default_metric": "total"},
        "tables": tables, "dimensions": dimensions, "rollups": rollups, "filters": filters, "metrics": metrics(pick, calendar=calendar),
        "joins": [join("branch", "area", "area_id"), join("sale", "branch", "branch_id"), join("sale", "person", "person_id"),
                  join("line", "sale", "sale_id"), join("visit", "branch", "branch_id"), join("visit", "person", "person_id"),
                  join("stock", "branch", "branch_id"), join("sale_by_day", "branch", "branch_id"),
                  join("sale", "team", "person_id"), join("visit", "team", "person_id")],
    }  # fmt: skip


def metrics(pick, *, calendar):
    """One metric of each kind, with what can differ drawn."""

    def metric(name, unit="count", **more):
        return {"name": name, "label": name.capitalize(), "description": name, "unit": unit, **more}

    def agg(function, table, **more):
        return {"function": function, "table": table, **more}

    zero = pick.random() < 0.5
    fraction = pick.choice([0, 0.1, 0.25, 0.29, 0.5, 0.9, 1])
    window = pick.choice(
        [{"trailing": "7 day"}, {"trailing": "2 month"}, {"to_date": "month"}, {"to_date": "year"}, {"running": True}]
    )
    condition = [{"field": "colour", "op": pick.choice(["in", "not_in"]), "values": ["red", "Green"]}]
    own = pick.choice(["1 fortnight", "3 fortnight", "1 season", "2 season"])
    of_own = {"expr": "total - before", "inputs": {"before": {"metric": "total", "offset": own}}}
    return [
        *([metric("since_own", "PHP", derived=of_own)] if calendar else []),
        metric("total", "PHP", agg=agg("sum", "sale", column="amount"), absence_is_zero=zero),
        metric("sales", agg=agg("count", "sale"), absence_is_zero=True),
        metric("worth", "PHP", agg=agg("sum", "sale", column="worth")),
        metric("parts", agg=agg("sum", "sale", column="part")),
        metric("priced", agg=agg("count", "sale", column="amount")),
        metric("buyers", agg=agg("count_distinct", "sale", columns=["org_id", "person_id"]), absence_is_zero=zero),
        metric("average", "PHP", agg=agg("avg", "sale", column="amount")),
        metric("paid_total", "PHP", agg=agg("sum", "sale", column="amount", time="paid"), absence_is_zero=zero),
        metric("payers", agg=agg("count_distinct", "sale", columns=["org_id", "person_id"], time="paid")),
        metric("last_paid", "date", agg=agg(pick.choice(["max", "min"]), "sale", column="paid")),
        metric("gifts", agg=agg("count", "sale"), where=[{"field": "gift", "op": pick.choice(["=", "!="]), "values": [True]}], absence_is_zero=zero),
        metric("weight", "ratio", agg=agg("avg", "sale", column="weight")),
        metric("least", agg=agg("min", "sale", column="qty")),
        metric("most", agg=agg("max", "sale", column="qty")),
        metric("middle", "PHP", agg=agg("median", "sale", column="amount")),
        metric("high", "PHP", agg=agg("percentile", "sale", column="amount", percentile=fraction)),
        metric("first_above", "PHP", agg=agg("percentile", "sale", column="amount", percentile=fraction, discrete=True)),
        metric("bright", "PHP", agg=agg("sum", "sale", column="amount"), where=condition, absence_is_zero=zero),
        metric("units", agg=agg("sum", "line", column="units"), absence_is_zero=zero),
        metric("sold", agg=agg("count_distinct", "line", columns=["org_id", "sale_id"])),
        metric("visits", agg=agg("count", "visit"), absence_is_zero=zero),
        metric("level", agg=agg("sum", "stock", column="level", over_time=pick.choice(["last", "first"]),
                                **({"each": ["branch_id"]} if pick.random() < 0.4 else {}))),
        metric("level_a_day", agg=agg(pick.choice(["sum"]), "stock", column="level", over_time="average")),
        metric("basket", "PHP", ratio=["total", "sales"]),
        metric("bright_share", "ratio", ratio=["bright", "total"]),
        metric("per_visit", "PHP", ratio=["total", "visits"]),
        metric("twice", "PHP", derived={"expr": pick.choice(["total + bright", "total - bright", "basket * 2", "total / buyers"])}),
        metric("since", "PHP", derived={"expr": "total - before", "inputs": {"before": {"metric": "total", **pick.choice([
            {"offset": "1 month"}, {"offset": "1 year"}, {"offset": "7 day"}, {"to_start": "month"}, {"to_start": "week"}])}}}),
        metric("so_far", "PHP", cumulative={"of": pick.choice(["total", "buyers", "average"]), **window,
                                             **pick.choice([{}, {"at": "first_known"}, {"at": "last_known"}, {"at": "average"}])}),
        metric("rise", "ratio", growth="total"),
        metric("other_rise", "PHP", change={"of": pick.choice(["total", "sales", "basket"]), "give": pick.choice(["value", "change", "growth"]),
                                            "against": pick.choice(["previous_period", "previous_year", "3 month", {"start": "2025-01-06", "end": "2025-01-31"}])}),
        metric("came_back", "ratio", conversion={"from": "visits", "to": pick.choice(["sales", "visits", "buyers"]), "by": ["org_id", "person_id"],
                                                 **pick.choice([{"within": "7 day"}, {"within": "1 month"}, {}]),
                                                 "counting": pick.choice(["entities", "events"]), "give": pick.choice(["rate", "count"])}),
        metric("place", rank={"of": pick.choice(["total", "sales", "basket", "so_far"]), "first": pick.choice(["highest", "lowest"]),
                              "within": pick.choice([[], [], ["date"], ["branch"], ["date", "colour"], ["area"]])}),
    ]  # fmt: skip


def rolled_up(pick, rows):
    """The rollups of the sales; from some month on they are wrong, and known to be stale."""
    good = [row for row in rows["sale"] if row["void"] is None]
    months = sorted({row["day"].replace(day=1) for row in good})
    edge = pick.choice(months) if months and pick.random() < 0.5 else None
    stale = frozenset(month for month in months if edge is not None and month >= edge)

    def rows_of(keys, make):
        groups = {}
        for row in good:
            groups.setdefault((row["org_id"], *keys(row)), []).append(row)
        made = []
        for key, found in groups.items():
            wrong = found[0]["day"].replace(day=1) in stale and pick.random() < 0.7
            made.append(make(key, found[:-1] * 3 if wrong else found))
        return made

    def total(found):
        known = [row["amount"] for row in found if row["amount"] is not None]
        return sum(known) if known else None

    def known(found, name):
        return [row[name] for row in found if row[name] is not None]

    by_day = rows_of(lambda row: (row["branch_id"], row["day"]), lambda key, found: {
        "org_id": key[0], "branch_id": key[1], "day": key[2], "total": total(found), "many": len(found),
        "least": min(known(found, "qty"), default=None), "most": max(known(found, "qty"), default=None)})  # fmt: skip
    by_month = rows_of(lambda row: (row["colour"], row["day"].replace(day=1)), lambda key, found: {
        "org_id": key[0], "colour": key[1], "month": key[2], "total": total(found), "many": len(found),
        "people": len(set(known(found, "person_id")))})  # fmt: skip
    return {"sale_by_day": by_day, "sale_by_month": by_month}, stale


# Queries.

FACTS = {
    "sale": ("total", "sales", "worth", "parts", "priced", "buyers", "average", "weight", "least", "most", "middle", "high", "first_above", "bright",
             "basket", "bright_share", "twice", "since", "since_own", "so_far", "paid_total", "payers", "last_paid", "gifts", "rise", "other_rise", "place", "place"),
    "line": ("units", "sold"),
    "visit": ("visits", "came_back"),
    "stock": ("level", "level_a_day"),
}  # fmt: skip
ADDS_UP = ("total", "sales", "paid_total", "gifts", "worth", "priced", "bright", "units", "visits", "level_a_day")
NUMBERS = (*ADDS_UP, "buyers", "average", "least", "most", "middle", "units", "basket")


def query(seed):
    """A query that may be asked of any world."""
    pick = random.Random(f"query {seed}")
    facts = [pick.choice(("sale", "sale", "line", "visit", "stock"))]
    if pick.random() < 0.35:
        facts.append(pick.choice(("sale", "line", "visit", "stock")))
    fields = fields_of(facts)
    chosen = [pick.choice(FACTS[fact]) for fact in facts]
    if pick.random() < 0.4:
        chosen.append(pick.choice(FACTS[facts[0]]))
    if "per_visit" in chosen or pick.random() < 0.03:
        chosen, fields = ["per_visit"], fields_of(["sale", "visit"])
    chosen = list(dict.fromkeys(chosen))
    asked = {"metrics": chosen}
    dimensions = pick.sample(fields, min(len(fields), pick.choice([0, 1, 1, 2, 2, 3])))
    grain = None
    if pick.random() < 0.45:
        grain = pick.choice(("day", "week", "month", "month", "quarter", "year", "fortnight", "season"))
        dimensions.append(f"date.{grain}")
        if pick.random() < 0.12:
            dimensions += [
                f"date.{other}" for other in [pick.choice(("week", "month", "year", "season"))] if other != grain
            ]
    pick.shuffle(dimensions)
    if dimensions:
        asked["dimensions"] = dimensions
    asked["where"] = [
        condition(pick, name) for name in pick.sample(fields, min(len(fields), pick.choice([0, 0, 1, 2])))
    ]
    if pick.random() < 0.12:
        asked["where"].append(
            {pick.choice(["any", "all"]): [condition(pick, name) for name in pick.choices(fields, k=2)]}
        )
    if pick.random() < 0.15:
        asked["where"].append(set_filter(pick, fields))
    if pick.random() < 0.08 and "stock" not in facts:
        asked["where"].append(
            {
                "field": "date.month",
                "op": pick.choice([">=", "in", "!="]),
                "values": [pick.choice(["2025-02-01", "2025-03-01"])],
            }
        )
    if pick.random() < 0.65:
        asked["period"] = period(pick)
    if pick.random() < 0.25:
        asked["compare"] = comparison(pick, grain)
    asked["metrics"] = [
        entry(pick, name, fields, number) if pick.random() < 0.35 else name for number, name in enumerate(chosen)
    ]
    if pick.random() < 0.12:
        asked["segments"] = [
            {"label": label, "where": [condition(pick, pick.choice(fields))]}
            for label in ("Left", "Right", "Top")[: pick.choice([1, 2, 2, 3])]
        ]
    names = [name for name in dimensions if not name.startswith("date.")]
    if pick.random() < 0.12 and names:
        asked["include_empty"] = [name for name in pick.sample(names, 1) if name in EVERYWHERE or name == "person"]
    if pick.random() < 0.1 and all(isinstance(one, str) and one in ADDS_UP for one in asked["metrics"]):
        asked["share"] = {"within": pick.sample(dimensions, pick.randint(0, len(dimensions)))}
        bound = [one["field"] for one in asked["where"] if "field" in one and "query" not in one]
        if bound and pick.random() < 0.5:
            asked["share"]["free"] = [pick.choice(bound)]
    plain = [one for one in asked["metrics"] if isinstance(one, str) and one in NUMBERS]
    if plain and pick.random() < 0.2:
        asked["having"] = [
            {"field": pick.choice(plain), "op": pick.choice([">", "<=", "!="]), "values": [pick.choice([0, 1, 2, 10])]}
        ]
    if plain and pick.random() < 0.3:
        asked["order"] = [{"by": pick.choice([*plain, *dimensions]), "dir": pick.choice(["asc", "desc"])}]
    if pick.random() < 0.25:
        asked["limit"] = pick.randint(1, 4)
        if dimensions and pick.random() < 0.4:
            asked["per"] = pick.sample(dimensions, 1)
    if pick.random() < 0.1 and dimensions and "share" not in asked:
        asked["totals"] = [
            pick.sample(dimensions, pick.randint(0, len(dimensions) - 1)) for _ in range(pick.choice([1, 2]))
        ]
    return {key: value for key, value in asked.items() if value}


def fitted(asked, made):
    """The same query where a world has no calendar, or one that lacks days: with a grain that any date has."""
    if len(made["rows"].get("days", ())) == len(DAYS):
        return asked
    text = json.dumps(asked).replace("date.fortnight", "date.week").replace("date.season", "date.month")
    plain = json.loads(text.replace("since_own", "since"))
    return {**plain, "dimensions": list(dict.fromkeys(plain["dimensions"]))} if "dimensions" in plain else plain


def fields_of(facts):
    sets = [set(FIELDS[fact]) for fact in facts]
    # An item of the lines is not an item of the stock: a field binds every metric of a query or the query is refused.
    common = set.intersection(*sets) - ({"item"} if set(facts) != {"line"} else set())
    return sorted(common | ({"stocked"} if set(facts) == {"stock"} else set()))  # a thing is held by both


def condition(pick, field):
    values = {"branch": [1, 2, "Main"], "branch_kind": TEXT[:3], "area": [1, "North"], "area_rank": [1, 2, 3], "person": [1, 2, "Ana"], "colour": TEXT,
              "size": ["minus", "low", "mid", "high"], "item": ["nut", "cog"], "stocked": ["nut", "bolt"], "thing": ["nut", "bolt"], "team": ["Alpha", "Beta"], "warmth": ["warm", "cold"], "is_big": [True, False], "gift": [True, False],
              "odd_weekday": [True, False], "branch_opened.month": ["2025-02-01"], "branch_opened.year": [2024, 2025]}[field]  # fmt: skip
    if field in ("is_big", "odd_weekday", "gift"):
        return {"field": field, "op": pick.choice(["=", "!="]), "values": [pick.choice(values)]}
    if pick.random() < 0.12:
        return {"field": field, "op": pick.choice(["is_null", "is_not_null"])}
    if field in ("colour", "branch_kind") and pick.random() < 0.3:
        return {"field": field, "op": "contains", "values": [pick.choice(["e", "_", "%", "RE", "ß"])]}
    if field == "area_rank" and pick.random() < 0.5:
        return pick.choice(
            [{"field": field, "op": ">=", "values": [2]}, {"field": field, "op": "between", "values": [1, 2]}]
        )
    if field in ("branch", "area", "person"):
        values = [str(value) for value in values]
    op = pick.choice(["=", "!=", "in", "not_in"])
    chosen = pick.sample(list(values), 1 if op in ("=", "!=") else min(len(values), 2))
    return {"field": field, "op": op, "values": chosen}


def set_filter(pick, fields):
    """Those of a field whose figures are such, or that are the first by them."""
    field = pick.choice([name for name in fields if name in EVERYWHERE] or ["branch"])
    fact = pick.choice([fact for fact, own in FIELDS.items() if field in own])
    metric = pick.choice([name for name in FACTS[fact] if name in NUMBERS or name == "level"])
    inner = {"metrics": [metric], "dimensions": [field]}
    if pick.random() < 0.5:
        inner["having"] = [{"field": metric, "op": pick.choice([">", "<="]), "values": [pick.choice([0, 1, 10])]}]
    if pick.random() < 0.2 and metric in ADDS_UP:
        inner["share"] = {"within": []}
        inner["having"] = [{"field": f"{metric}__share", "op": ">", "values": [pick.choice([0, 0.2, 0.6])]}]
    if pick.random() < 0.3:
        inner["limit"] = pick.randint(1, 2)
    if pick.random() < 0.3:
        inner["period"] = pick.choice([period(pick), "all"])
    return {"field": field, "op": pick.choice(["in", "not_in"]), "query": inner}


def period(pick):
    start = FIRST + timedelta(days=pick.randint(-40, 120))
    kind = pick.random()
    if kind < 0.35:
        start = start.replace(day=1)
        end = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    elif kind < 0.5:
        start, end = date(2025, 1, 1), date(2025, 12, 31)
    else:
        end = start + timedelta(days=pick.choice([0, 6, 13, 44, 200]))
    return {"start": start.isoformat(), "end": end.isoformat()}


def comparison(pick, grain):
    shifts = {None: ["1 day", "1 week", "1 month", "1 quarter", "1 year"], "day": ["1 day", "7 days", "2 weeks"], "week": ["1 week"],
              "month": ["1 month", "1 year", "1 quarter"], "quarter": ["1 quarter", "1 year"], "year": ["1 year"],
              "fortnight": ["1 week"], "season": ["1 year"]}[grain]  # fmt: skip
    if grain is None and pick.random() < 0.3:
        return [{"start": "2025-01-10", "end": "2025-02-20"}]
    return [{"shift": shift} for shift in pick.sample(shifts, min(len(shifts), pick.choice([1, 1, 2])))]


def entry(pick, name, fields, number):
    """A metric with something said about it."""
    one = {"metric": name}
    kind = pick.random()
    if kind < 0.3 and name in ADDS_UP:
        one["window"] = pick.choice(
            [
                {"trailing": "7 day"},
                {"trailing": "1 month"},
                {"to_date": "month"},
                {"to_date": "period"},
                {"running": True},
            ]
        )
    elif kind < 0.65 and name in NUMBERS:
        one["each"] = [pick.choice([*fields, "date.day", "date.month"])]
        one["agg"] = pick.choice(["avg", "max", "min", "median", "count"])
        if pick.random() < 0.4:
            one["having"] = [{"field": name, "op": pick.choice([">", "<="]), "values": [pick.choice([0, 1, 5])]}]
        if pick.random() < 0.3:
            one["window"] = pick.choice(
                [
                    {"trailing": "7 day"},
                    {"trailing": "2 month"},
                    {"to_date": "month"},
                    {"to_date": "period"},
                    {"running": True},
                ]
            )
    elif kind < 0.8 and name in ("total", "sales"):
        one = {"ratio": ["total", pick.choice(["buyers", "sales"])]}
    if pick.random() < 0.5 and fields:
        one["where"] = [condition(pick, pick.choice(fields))]
    if pick.random() < 0.5 or set(one) == {"metric"}:
        one["as"] = f"figure_{number}"
    return one

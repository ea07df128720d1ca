"""Figures of few people, by hand: each cell's rows in plain Python, their people counted, and what has to be withheld of them.

Nothing here is shared with the compiler. Where a total or a share is shown, no cell in it is withheld: it could be worked out.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from nlq import NotPermitted
from nlq.drivers.duckdb import connect
from nlq.engines.cells import without_ties
from nlq.errors import ModelError
from nlq.policy.scope import draft_statement, scope
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.values import Principal, SemanticQuery, Snapshot, TableState
from nlq.values.pipeline import SqlDraft

FEWEST = 3
ASKER = Principal("a", "one", regions="*")
POLICY = {"org_id": {"column": "org_id"}, "regions": {"not_applicable": "there are none"}}
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def columns(**kinds):
    return {"org_id": {"type": "string"}, "id": {"type": "integer"}, **{name: {"type": kind} for name, kind in kinds.items()}}  # fmt: skip


def metric(name, **more):
    return {"name": name, "label": name.capitalize(), "description": name, "unit": "count", **more}


def agg(function, table="sale", **more):
    return {"agg": {"function": function, "table": table, **more}}


def dim(name, table, **more):
    return {"name": name, "label": name.capitalize(), "description": name, "table": table, **more}


SMALL = {"people": "people", "fewer_than": FEWEST}
MODEL = {
    "model": {"name": "small", "description": "small", "schema": "main", "timezone": "UTC", "default_period": "last 30 days", "default_metric": "total"},
    "tables": [
        {"name": "branch", "description": "b", "grain": "a branch", "key": ["org_id", "id"], "policy": POLICY, "columns": columns(area="string")},
        {"name": "sale", "description": "s", "grain": "a sale", "key": ["org_id", "id"], "policy": POLICY, "time": "day", "small_groups": SMALL,
         "columns": columns(branch_id="integer", person_id="integer", kind="string", day="date", amount="decimal")},
        {"name": "line", "description": "l", "grain": "a line", "key": ["org_id", "id"], "policy": POLICY, "time": "day", "small_groups": SMALL,
         "columns": columns(sale_id="integer", item="string", units="integer", day="date")},
        {"name": "by_day", "description": "r", "grain": "a day", "key": ["org_id", "id"], "policy": POLICY, "time": "day",
         "columns": columns(branch_id="integer", day="date", amount="decimal")},
    ],
    "joins": [{"from": "sale", "to": "branch", "on": {"org_id": "org_id", "branch_id": "id"}},
              {"from": "line", "to": "sale", "on": {"org_id": "org_id", "sale_id": "id"}},
              {"from": "by_day", "to": "branch", "on": {"org_id": "org_id", "branch_id": "id"}}],
    "rollups": [{"table": "by_day", "of": "sale", "time": {"column": "day", "grain": "day"}, "keeps": ["org_id", "branch_id", "day"], "measures": {"total": "amount"}}],
    "dimensions": [
        {"name": "date", "label": "Date", "description": "day", "time": True},
        dim("branch", "branch", key=["org_id", "id"], id="id", show="area"), dim("area", "branch", column="area", type="string"),
        dim("kind", "sale", column="kind", type="string"), dim("item", "line", column="item", type="string"),
        dim("ticket", "sale", key=["org_id", "id"], id="id", show="kind"),
    ],
    "metrics": [
        metric("total", **agg("sum", column="amount")), metric("sales", absence_is_zero=True, **agg("count")),
        metric("people", **agg("count_distinct", columns=["org_id", "person_id"])), metric("average", **agg("avg", column="amount")),
        metric("typical", **agg("median", column="amount")), metric("units", **agg("sum", "line", column="units")),
        metric("each_sale", derived={"expr": "total / sales"}), metric("so_far", cumulative={"of": "total", "running": True}),
        metric("cash", where=[{"field": "kind", "op": "=", "values": ["cash"]}], **agg("sum", column="amount")),
        metric("came_back", conversion={"from": "sales", "to": "sales", "by": ["org_id", "person_id"], "within": "7 days"}),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("small"))


def loaded(folder, change=lambda made: made):
    Path(folder, "small.yml").write_text(yaml.safe_dump(change(yaml.safe_load(yaml.safe_dump(MODEL)))), encoding="utf-8")  # fmt: skip
    return load(folder)


class World:
    """Rows of one tenant, and another's beside them."""

    def __init__(self, seed):
        pick = random.Random(seed)
        self.branch = [{"org_id": org, "id": n, "area": ("north", "south")[n % 2]} for org in ("one", "two") for n in range(1, 5)]  # fmt: skip
        self.sale, self.line = [], []
        for org, n in itertools.product(("one", "two"), range(1, pick.choice([8, 30, 60]))):
            day = FIRST + timedelta(days=pick.randrange(90))
            self.sale.append({"org_id": org, "id": n, "branch_id": pick.choice([1, 1, 2, 3, 9]), "person_id": pick.choice([None, 1, 2, 3, 4, 5, 6]),
                              "kind": pick.choice(["cash", "card", None]), "day": day, "amount": pick.choice([None, *[Decimal(pick.randrange(1, 500))] * 3])})  # fmt: skip
            for _ in range(pick.choice([0, 1, 3])):
                self.line.append({"org_id": org, "id": len(self.line), "sale_id": n, "item": pick.choice(["nut", "bolt", "cog"]),
                                  "units": pick.randrange(1, 9), "day": day})  # fmt: skip
        self.areas = {(one["org_id"], one["id"]): one["area"] for one in self.branch}
        self.by_id = {(one["org_id"], one["id"]): one for one in self.sale}
        self.by_day = [{"org_id": one["org_id"], "id": n, "branch_id": one["branch_id"], "day": one["day"], "amount": one["amount"]}
                       for n, one in enumerate(self.sale)]  # fmt: skip

    def field(self, table, row, name):
        sale = row if table == "sale" else self.by_id[row["org_id"], row["sale_id"]]
        if name == "date.month":
            return row["day"].replace(day=1)
        if name == "item":
            return row["item"]
        return {"area": self.areas.get((sale["org_id"], sale["branch_id"])), "branch": sale["branch_id"], "kind": sale["kind"]}[name]  # fmt: skip

    def rows(self, table, dims, where=(), period=None):
        """The tenant's rows by group."""
        found = defaultdict(list)
        for row in getattr(self, table):
            if row["org_id"] != "one" or (period and not period[0] <= row["day"] <= period[1]):
                continue
            if all(self.field(table, row, name) in values for name, values in where):
                found[tuple(self.field(table, row, name) for name in dims)].append(row)
        return found

    def people(self, table, rows):
        sales = rows if table == "sale" else [self.by_id[one["org_id"], one["sale_id"]] for one in rows]
        return len({one["person_id"] for one in sales} - {None})

    def cell(self, name, rows):
        """A figure of some rows, or None where they are of too few people."""
        table = "line" if name == "units" else "sale"
        rows = [one for one in rows if name != "cash" or one["kind"] == "cash"]
        if not rows:
            return 0 if name == "sales" else None
        rows = self.known(name, rows)
        if name == "each_sale":
            over, under = self.cell("total", rows), self.cell("sales", rows)
            return None if None in (over, under) else float(over) / under
        if self.people(table, rows) < FEWEST:
            return None
        amounts = [one.get("amount") for one in rows]
        return {
            "total": lambda: sum(amounts), "cash": lambda: sum(amounts), "sales": lambda: len(rows), "people": lambda: self.people(table, rows),
            "average": lambda: float(sum(amounts)) / len(rows),
            "units": lambda: sum(one["units"] for one in rows), "typical": lambda: median([float(one) for one in amounts]),
        }[name]()  # fmt: skip

    def known(self, name, rows):
        """The rows that a figure is made of: what is unknown in them adds nothing."""
        column = {"total": "amount", "cash": "amount", "average": "amount", "typical": "amount", "people": "person_id"}.get(name)  # fmt: skip
        return [one for one in rows if column is None or one[column] is not None]

    def small(self, rows, *names):
        """Whether a figure of a group is of too few, which there is where it has any row."""
        return bool(rows) and any(self.people("sale", self.known(name, rows)) < FEWEST for name in names)


def median(values):
    values, middle = sorted(values), len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


@pytest.fixture(scope="module", params=range(12))
def world(request):
    return World(request.param)


@pytest.fixture
def asked(world, model):
    """Runs a query: its rows, the dimensions' columns as the first so many."""
    with connect(threads=1) as connection:
        for table in ("branch", "sale", "line", "by_day"):
            rows = getattr(world, table)
            kinds = {"integer": "BIGINT", "string": "VARCHAR", "date": "DATE", "decimal": "DECIMAL(12, 2)"}
            spec = model.tables[table].columns
            connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kinds[one.type]}' for name, one in spec.items())})")  # fmt: skip
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(spec))})", [row[name] for name in spec])  # fmt: skip

        def run(query):
            states = {name: TableState("1", 100, FIRST if model.tables[name].time else None, LAST if model.tables[name].time else None, None)
                      for name in model.tables}  # fmt: skip
            statement = compile_query(model, SemanticQuery.from_json(query), Snapshot(None, states))
            text, values = scope(statement, ASKER, model).sql("duckdb")
            found, _ = without_ties(tuple(connection.execute(text, values or None).fetchall()), statement.cut)
            assert statement.lineage.notes == ("figures of fewer than 3 people are withheld, and totals and shares that hold one",)  # fmt: skip
            assert statement.lineage.rollup is None
            return [one.name for one in statement.columns], [list(row) for row in found]

        yield run


def near(mine, its):
    return mine == its or (mine is not None and its is not None and not isinstance(mine, str) and abs(float(mine) - float(its)) < 1e-9)  # fmt: skip


def alike(found, expected):
    found, expected = ({tuple(row[:size]): row[size:] for row in rows} for rows, size in (found, expected))
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        assert all(map(near, found[key], row)), (key, found[key], row)


DIMS = ([], ["area"], ["kind"], ["area", "kind"], ["date.month"], ["area", "date.month"])
PERIODS = (None, (date(2026, 1, 5), date(2026, 2, 20)))


@pytest.mark.parametrize("dims", DIMS, ids=str)
@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_each_figure_is_of_enough_people_or_withheld(world, asked, dims, period):
    names = ["total", "sales", "people", "average", "typical", "each_sale"]
    query = {"metrics": names, "dimensions": dims, **({"period": {"start": str(period[0]), "end": str(period[1])}} if period else {})}  # fmt: skip
    _, found = asked(query)
    groups = world.rows("sale", dims, period=period)
    alike((found, len(dims)), ([[*key, *(world.cell(name, rows) for name in names)] for key, rows in groups.items()], len(dims)))  # fmt: skip


def test_people_of_lines_are_those_of_their_sales(world, asked):
    _, found = asked({"metrics": ["units"], "dimensions": ["item", "kind"]})
    groups = world.rows("line", ["item", "kind"])
    alike((found, 2), ([[*key, world.cell("units", rows)] for key, rows in groups.items()], 2))


@pytest.mark.parametrize("dims", DIMS, ids=str)
def test_a_metrics_own_condition_decides_whom_it_is_made_of(world, asked, dims):
    _, found = asked({"metrics": ["cash", "sales"], "dimensions": dims})
    groups = world.rows("sale", dims)
    alike((found, len(dims)), ([[*key, world.cell("cash", rows), world.cell("sales", rows)] for key, rows in groups.items()], len(dims)))  # fmt: skip


KINDS = {"all": lambda _, __: True, "cash": lambda _, row: row["kind"] == "cash", "card": lambda _, row: row["kind"] == "card",
         "paid": lambda _, row: row["kind"] in ("cash", "card"), "north": lambda world, row: world.field("sale", row, "area") == "north"}  # fmt: skip
WHERE = {"all": [], "cash": [{"field": "kind", "op": "=", "values": ["cash"]}], "card": [{"field": "kind", "op": "=", "values": ["card"]}],
         "paid": [{"field": "kind", "op": "in", "values": ["cash", "card"]}], "north": [{"field": "area", "op": "=", "values": ["north"]}]}  # fmt: skip


def told_apart(world, rows, names):
    """Whether any of the rows that fulfil the same of some conditions, and one at least, are of too few people."""
    pieces = defaultdict(list)
    for row in rows:
        pieces[tuple(KINDS[name](world, row) for name in names)].append(row)
    return any(any(which) and world.people("sale", piece) < FEWEST for which, piece in pieces.items())


@pytest.mark.parametrize("names", [("all", "cash"), ("cash", "card"), ("all", "cash", "card"), ("paid", "north"), ("all", "paid", "north", "cash")], ids=str)  # fmt: skip
@pytest.mark.parametrize("dims", [[], ["area"], ["date.month"], ["area", "kind"]], ids=str)
@pytest.mark.parametrize("metric", ["total", "sales"])
def test_figures_under_several_conditions_tell_of_nobody_between_them(world, asked, names, dims, metric):
    entries = [
        {"metric": metric, "as": f"in_{name}", **({"where": WHERE[name]} if WHERE[name] else {})} for name in names
    ]
    _, found = asked({"metrics": entries, "dimensions": dims})
    groups = world.rows("sale", dims)
    found = [
        row for row in found if tuple(row[: len(dims)]) in groups or any(row[len(dims) :])
    ]  # months without sales are filled
    expected = []
    for key, rows in groups.items():
        of = world.known(metric, rows)
        held = told_apart(world, of, names)
        cells = ([row for row in of if KINDS[name](world, row)] for name in names)
        expected.append([*key, *(None if held else world.cell(metric, one) for one in cells)])
    alike((found, len(dims)), (expected, len(dims)))


def test_a_total_and_a_part_of_it_tell_of_nobody_in_the_rest(world, asked):
    """By way of a metric with a condition of its own, and of one that is derived."""
    for query in (
        {"metrics": ["total", "cash"], "dimensions": ["area"]},
        {"metrics": ["each_sale", "cash"], "dimensions": ["area"]},
    ):
        _, found = asked(query)
        groups = world.rows("sale", ["area"])
        for area, value, *_ in found:
            rows = world.known("total", groups[area,])
            assert value is None or not told_apart(world, rows, ("all", "cash"))


@pytest.mark.parametrize("names", [("cash", "north"), ("paid", "cash"), ("cash", "card")], ids=str)
@pytest.mark.parametrize("dims", [[], ["area"], ["date.month"]], ids=str)
def test_segments_that_overlap_tell_of_nobody_between_them(world, asked, names, dims):
    segments = [{"label": name, "where": WHERE[name]} for name in names]
    found_names, found = asked(
        {"metrics": ["total", "sales"], "dimensions": dims, "segments": segments, "period": "all"}
    )
    expected = []
    for name in names:
        for key, rows in world.rows("sale", dims).items():
            mine = [row for row in rows if KINDS[name](world, row)]
            if not mine:
                continue
            cells = []
            for metric in ("total", "sales"):
                of = world.known(metric, mine)
                cells.append(None if told_apart(world, of, names) else world.cell(metric, of))
            expected.append([name, *key, *cells])
    shown = [found_names.index(name) for name in ("segment", *dims, "total", "sales")]
    found = [[row[place] for place in shown] for row in found]
    alike((found, len(dims) + 1), (expected, len(dims) + 1))


def test_a_comparison_is_of_both_periods_people(world, asked):
    period = date(2026, 2, 1), date(2026, 2, 28)
    _, found = asked({"metrics": ["total"], "dimensions": ["area"], "compare": [{"shift": "1 month"}], "period": {"start": "2026-02-01", "end": "2026-02-28"}})  # fmt: skip
    here, prior = (world.rows("sale", ["area"], period=one) for one in (period, (date(2026, 1, 1), date(2026, 1, 31))))
    expected = []
    for key in {**here, **prior}:
        now, then = world.cell("total", here.get(key, [])), world.cell("total", prior.get(key, []))
        change = None if None in (now, then) else now - then
        expected.append([*key, now, then, change, None if change is None else float(change) / float(then)])
    alike((found, 1), (expected, 1))


def test_a_comparison_of_whole_buckets_is_of_both_buckets_people(world, asked):
    """January is beside February as it is by itself: nothing is between them."""
    query = {
        "metrics": ["total"],
        "dimensions": ["date.month"],
        "compare": [{"shift": "1 month"}],
        "period": {"start": "2026-02-01", "end": "2026-03-31"},
    }
    names, found = asked(query)
    cells = {key[0]: world.cell("total", rows) for key, rows in world.rows("sale", ["date.month"]).items()}
    for row in found:
        month = row[names.index("date.month")]
        before = date(month.year, month.month - 1, 1)
        assert near(row[names.index("total")], cells.get(month))
        assert near(row[names.index("total__prior")], cells.get(before))


@pytest.mark.parametrize("totals", [[[]], [["area"], []], [["area"], ["kind"], []]], ids=str)
def test_a_total_is_shown_where_no_cell_in_it_is_withheld(world, asked, totals):
    dims = ["area", "kind"]
    names, found = asked({"metrics": ["total", "sales"], "dimensions": dims, "totals": totals})
    at = names.index("__total")
    cells = world.rows("sale", dims)
    shown = [row for row in found if row[at] is None]
    assert len(shown) == len(cells)
    for kept in totals:
        label = ", ".join(kept) or "all"
        rows = {tuple(row[names.index(name)] for name in kept): row[at + 1 :] for row in found if row[at] == label}
        groups = world.rows("sale", kept)
        assert rows.keys() == groups.keys()
        for key, members in groups.items():
            inside = [one for cell, one in cells.items() if all(cell[dims.index(name)] == part for name, part in zip(kept, key, strict=True))]  # fmt: skip
            held = any(world.small(one, "total", "sales") for one in inside)
            expected = [None, None] if held else [world.cell(name, members) for name in ("total", "sales")]
            assert all(map(near, rows[key], expected)), (kept, key, rows[key], expected)


@pytest.mark.parametrize("within", [[], ["area"]], ids=str)
def test_a_share_is_shown_where_no_cell_of_its_group_is_withheld(world, asked, within):
    _, found = asked({"metrics": ["total"], "dimensions": ["area", "kind"], "share": {"within": within}})
    cells = world.rows("sale", ["area", "kind"])
    expected = []
    for key, rows in cells.items():
        group = [one for other, one in cells.items() if not within or other[0] == key[0]]
        held = any(world.small(one, "total") for one in group)
        whole = sum(one["amount"] or 0 for members in group for one in members)
        share = None if held else float(world.cell("total", rows)) / float(whole)
        expected.append([*key, world.cell("total", rows), share])
    alike((found, 2), (expected, 2))


def test_conditions_orders_and_limits_do_not_see_what_is_withheld(world, asked):
    cells = {key: world.cell("total", rows) for key, rows in world.rows("sale", ["area", "kind"]).items()}
    _, found = asked({"metrics": ["total"], "dimensions": ["area", "kind"], "having": [{"field": "total", "op": ">", "values": [0]}]})  # fmt: skip
    assert {tuple(row[:2]) for row in found} == {key for key, value in cells.items() if value is not None}
    _, found = asked({"metrics": ["total"], "dimensions": ["area", "kind"], "limit": 2})
    known = sorted((value for value in cells.values() if value is not None), reverse=True)
    assert [row[2] for row in found][: len(known)] == known[:2]
    _, found = asked({"metrics": ["total"], "dimensions": ["area", "kind"], "order": [{"by": "total", "dir": "asc"}]})
    shown = [row[2] for row in found]
    assert shown == sorted(known) + [None] * (len(shown) - len(known))


def test_entities_are_not_chosen_by_what_is_withheld(world, asked):
    chosen = {"field": "branch", "op": "in", "query": {"metrics": ["total"], "dimensions": ["branch"], "having": [{"field": "total", "op": ">", "values": [0]}]}}  # fmt: skip
    _, found = asked({"metrics": ["sales"], "where": [chosen], "period": "all"})
    kept = {key[0] for key, rows in world.rows("sale", ["branch"]).items() if world.cell("total", rows) is not None}
    rows = [one for one in world.sale if one["org_id"] == "one" and one["branch_id"] in kept]
    assert near(found[0][0] if found else 0, world.cell("sales", rows))


@pytest.mark.parametrize("how", ["avg", "max", "min", "count", "median"])
def test_what_is_made_of_groups_is_withheld_with_any_of_them(world, asked, how):
    entry = {"metric": "total", "each": ["kind"], "agg": how, "as": "of_kinds"}
    _, found = asked({"metrics": [entry], "dimensions": ["area"]})
    expected = []
    for area, rows in world.rows("sale", ["area"]).items():
        parts = [one for key, one in world.rows("sale", ["area", "kind"]).items() if key[0] == area[0]]
        values = [world.cell("total", one) for one in parts]
        made = {"avg": lambda v: float(sum(v)) / len(v), "max": max, "min": min, "count": len, "median": lambda v: median([float(one) for one in v])}[how]  # fmt: skip
        held = any(world.small(one, "total") for one in parts)
        expected.append([*area, None if held else made(values)])
        assert rows
    alike((found, 1), (expected, 1))


@pytest.mark.parametrize(
    "query",
    [
        {"metrics": ["so_far"], "dimensions": ["date.month"]},
        {"metrics": [{"metric": "total", "window": {"trailing": "7 days"}}], "dimensions": ["date.day"]},
        {"metrics": ["came_back"]},
        {"list": "ticket"},
        {
            "metrics": ["total"],
            "period": {"start": "2026-02-01", "end": "2026-02-28"},
            "compare": [{"start": "2026-02-02", "end": "2026-02-28"}],
        },
        {
            "metrics": ["total"],
            "dimensions": ["area"],
            "period": {"start": "2026-01-05", "end": "2026-03-10"},
            "compare": [{"shift": "1 month"}],
        },
        {
            "metrics": ["total"],
            "period": {"start": "2026-02-01", "end": "2026-02-28"},
            "compare": [{"shift": "1 month"}, {"start": "2026-01-02", "end": "2026-01-31"}],
        },
        {
            "metrics": ["total"],
            "where": [{"field": "kind", "op": "=", "values": ["cash"]}],
            "share": {"within": [], "free": ["kind"]},
        },
    ],
    ids=str,
)
def test_what_would_tell_of_few_by_itself_is_refused(model, query):
    states = {name: TableState("1", 100, FIRST, LAST, None) for name in model.tables}
    with pytest.raises(NotPermitted):
        compile_query(model, SemanticQuery.from_json(query), Snapshot(None, states))


@pytest.mark.parametrize("table", ["sale", "line", "by_day"])
@pytest.mark.parametrize("author", ["caller", "model"])
def test_such_tables_are_read_through_metrics_alone(model, table, author):
    for text in (f"SELECT count(*) FROM {table}", f"WITH x AS (SELECT * FROM {table}) SELECT count(*) FROM x"):
        with pytest.raises(NotPermitted, match="through metrics alone"):
            draft_statement(SqlDraft(text, author), model)
    assert draft_statement(SqlDraft("WITH sale AS (SELECT area FROM branch) SELECT * FROM sale", author), model)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda made: made["tables"][1]["small_groups"].update(people="nobody"), "nobody"),
        (lambda made: made["tables"][1]["small_groups"].update(people="sales"), "does not count the people"),
        (lambda made: made["tables"][1]["small_groups"].update(fewer_than=1), "fewer than 2"),
        (lambda made: made["tables"][0].update(small_groups=SMALL), "does not lead to"),
        (lambda made: made["tables"][3].update(small_groups=SMALL), "a table of sums"),
        (lambda made: made["metrics"][0]["agg"].update(over_time="last"), "of some days alone"),
        (lambda made: made["metrics"][0]["agg"].update(table="by_day"), "counts a table of sums"),
    ],
)
def test_a_model_in_which_it_cannot_be_told_is_not_loaded(tmp_path, change, said):
    def changed(made):
        change(made)
        return made

    with pytest.raises(ModelError, match=said):
        loaded(tmp_path, changed)

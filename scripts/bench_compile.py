"""How long a logical query takes to become SQL: ours beside MetricFlow, boring-semantic-layer and wren-core, in one run.

One model for all, of 201 tables and 2,000 metrics (boring-semantic-layer and wren-core get the tables that the queries need: both
are slower the more there are). Rounds are interleaved, so that what else the machine does falls on all alike. Read the ratios.

All are warm. Ours compiles anew each time, from a query's JSON to DuckDB's text. What the plan cache gives stands apart: a
SemanticQuery of a known shape with a literal that it has not seen, to a statement and its text.

    python scripts/bench_compile.py            the peers that this environment holds (`make bench` makes one with all of them)
"""

from __future__ import annotations

import base64
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
FACTS, DIMENSIONS, METRICS = 50, 150, 2_000
ROUNDS, EACH = 16, 10
CACHED = "nlq, plan-cache hit"
START, END = date(2026, 1, 1), date(2026, 10, 31)
Pair = tuple[Callable[[int], str], Callable[[int], str] | None]


def described() -> dict[str, Any]:
    """The model as nlq's YAML has it: facts with 40 sums each, of two dimensions; one rollup."""
    per = METRICS // FACTS
    plain = {"description": "made up", "grain": "one row", "policy": "shared"}
    tables: list[dict[str, Any]] = [
        {"name": f"dim_{n}", "key": ["id"], "columns": {"id": {"type": "integer"}, "kind": {"type": "string"}}, **plain}
        for n in range(DIMENSIONS)
    ]
    joins, metrics = [], []
    for n in range(FACTS):
        columns = {"id": {"type": "integer"}, "day": {"type": "date"}, "fk_0": {"type": "integer"}, "fk_1": {"type": "integer"},
                   **{f"v{number}": {"type": "decimal"} for number in range(per)}}  # fmt: skip
        tables.append({"name": f"fact_{n}", "key": ["id"], "time": "day", "columns": columns, **plain})
        joins += [
            {"from": f"fact_{n}", "to": "dim_0", "on": {"fk_0": "id"}},
            {"from": f"fact_{n}", "to": f"dim_{n + 1}", "on": {"fk_1": "id"}},
        ]
        metrics += [{"name": f"m_{n}_{number}", "label": f"M {n} {number}", "description": "a sum", "unit": "PHP",
                     "agg": {"function": "sum", "table": f"fact_{n}", "column": f"v{number}"}} for number in range(per)]  # fmt: skip
    tables.append({"name": "fact_0_day", "key": ["day", "fk_0"], "time": "day", **plain,
                   "columns": {"day": {"type": "date"}, "fk_0": {"type": "integer"}, "v0": {"type": "decimal"}}})  # fmt: skip
    return {
        "model": {"name": "big", "description": "big", "schema": "big", "timezone": "UTC", "default_period": "last 30 days",
                  "default_metric": "m_0_0"},
        "tables": tables, "joins": joins, "metrics": metrics,
        "dimensions": [{"name": "date", "label": "Date", "description": "the day", "time": True},
                       *({"name": f"kind_{n}", "label": f"Kind {n}", "description": "a kind", "table": f"dim_{n}", "column": "kind"}
                         for n in range(DIMENSIONS))],
        "rollups": [{"table": "fact_0_day", "of": "fact_0", "time": {"column": "day", "grain": "day"}, "keeps": ["day", "fk_0"],
                     "measures": {"m_0_0": "v0"}}],
    }  # fmt: skip


def ours(model: dict[str, Any], folder: Path) -> tuple[Pair, Pair]:
    """nlq: from YAML once, then a SemanticQuery to DuckDB's text; rollups are looked through each time. And from a plan."""
    import yaml

    from nlq.semantics.load import load
    from nlq.sql.compile import compile_anew, compile_query
    from nlq.values.pipeline import Snapshot, TableState
    from nlq.values.query import SemanticQuery

    (folder / "big.yml").write_text(yaml.safe_dump(model, sort_keys=False), encoding="utf-8")
    began = time.perf_counter()
    load(folder, cache=folder / "cache")
    from_yaml = time.perf_counter() - began
    began = time.perf_counter()
    loaded = load(folder, cache=folder / "cache")
    print(
        f"nlq: 2,000 metrics load in {from_yaml:.2f} s from YAML, {(time.perf_counter() - began) * 1e3:.0f} ms from the cache file"
    )
    states = {name: TableState("1", 10 if name.endswith("day") else 1_000, START, END, None) for name in loaded.tables}
    snapshot = Snapshot(None, states)

    def query(number: int, metrics: list[str], *, filtered: bool) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "metrics": metrics,
            "dimensions": ["kind_0", "date.month"],
            "period": {"start": START, "end": END},
        }
        if filtered:
            asked["where"] = [{"field": "kind_0", "op": "in", "values": ["a", f"b{number}"]}]
        return asked

    def anew(asked: dict[str, Any]) -> str:
        return compile_anew(loaded, SemanticQuery.from_json(asked), snapshot).sql("duckdb", pretty=False)

    def planned(metrics: list[str]) -> Callable[[int], str]:
        parsed = [SemanticQuery.from_json(query(number, metrics, filtered=True)) for number in range(ROUNDS * EACH)]
        return lambda number: compile_query(loaded, parsed[number], snapshot).sql("duckdb", pretty=False)

    one, two = ["m_0_0"], ["m_0_0", "m_1_3"]
    if "fact_0_day" not in anew(query(0, one, filtered=True)):
        raise SystemExit("the rollup is not taken: this measures another query than it says")
    plain: Pair = (
        lambda number: anew(query(number, one, filtered=True)),
        lambda number: anew(query(number, two, filtered=False)),
    )
    return plain, (planned(one), planned(two))


def metricflow(model: dict[str, Any], folder: Path) -> Pair:
    """MetricFlow's explain(), over the same 2,000 metrics."""
    import yaml
    from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantic_interfaces.parsing.dir_to_model import parse_directory_of_yaml_files_to_semantic_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Client:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    place = folder / "metricflow"
    place.mkdir()
    (place / "model.yaml").write_text(yaml.safe_dump_all(_for_metricflow(model)), encoding="utf-8")
    manifest = parse_directory_of_yaml_files_to_semantic_manifest(str(place)).semantic_manifest
    engine = MetricFlowEngine(SemanticManifestLookup(manifest), Client())  # type: ignore[arg-type]

    def run(number: int, metrics: list[str], *, filtered: bool) -> str:
        where = [f"{{{{ Dimension('dim_0_key__kind_0') }}}} IN ('a', 'b{number}')"] if filtered else None
        request = MetricFlowQueryRequest.create(
            metric_names=metrics, group_by_names=["dim_0_key__kind_0", "metric_time__month"], where_constraints=where,
            time_constraint_start=datetime.combine(START, datetime.min.time()), time_constraint_end=datetime.combine(END, datetime.min.time()),
        )  # fmt: skip
        return engine.explain(request).sql_statement.sql

    return (lambda number: run(number, ["m_0_0"], filtered=True)), (
        lambda number: run(number, ["m_0_0", "m_1_3"], filtered=False)
    )


def _for_metricflow(model: dict[str, Any]) -> list[dict[str, Any]]:
    """The model as MetricFlow's documents."""
    found: list[dict[str, Any]] = []
    for table in model["tables"]:
        name = table["name"]
        if name.endswith("_day"):
            continue
        one: dict[str, Any] = {"name": name, "node_relation": {"schema_name": "big", "alias": name}}
        if name.startswith("dim_"):
            one["entities"] = [{"name": f"{name}_key", "type": "primary", "expr": "id"}]
            one["dimensions"] = [{"name": name.replace("dim", "kind"), "type": "categorical", "expr": "kind"}]
        else:
            targets = [(f"{join['to']}_key", next(iter(join["on"]))) for join in model["joins"] if join["from"] == name]
            one["defaults"] = {"agg_time_dimension": "day"}
            one["entities"] = [{"name": f"{name}_id", "type": "primary", "expr": "id"},
                               *({"name": key, "type": "foreign", "expr": column} for key, column in targets)]  # fmt: skip
            one["dimensions"] = [{"name": "day", "type": "time", "type_params": {"time_granularity": "day"}}]
            one["measures"] = [{"name": metric["name"], "agg": "sum", "expr": metric["agg"]["column"]}
                               for metric in model["metrics"] if metric["agg"]["table"] == name]  # fmt: skip
        found.append({"semantic_model": one})
    found += [
        {"metric": {"name": one["name"], "type": "simple", "type_params": {"measure": one["name"]}}}
        for one in model["metrics"]
    ]
    spine = {
        "node_relation": {"schema_name": "big", "alias": "spine"},
        "primary_column": {"name": "ds", "time_granularity": "day"},
    }
    return [*found, {"project_configuration": {"time_spines": [spine]}}]


def boring(_: dict[str, Any], __: Path) -> Pair:
    """boring-semantic-layer: one fact and its dimension; it drills across by hand only, so there is no second query."""
    import ibis
    from boring_semantic_layer import to_semantic_table

    fact_table = ibis.table({"id": "int64", "day": "date", "v0": "decimal(12,2)", "fk_0": "int64"}, name="fact_0")
    dim_table = ibis.table({"id": "int64", "kind": "string"}, name="dim_0")
    dim = to_semantic_table(dim_table, name="dim_0").with_dimensions(id=lambda t: t.id, kind=lambda t: t.kind)
    fact = to_semantic_table(fact_table, name="fact_0").with_dimensions(
        fk_0=lambda t: t.fk_0, day=lambda t: t.day, month=lambda t: t.day.truncate("M")
    )
    fact = fact.with_measures(m_0_0=lambda t: t.v0.sum())
    joined = fact.join_one(dim, on=lambda left, right: left.fk_0 == right.id)

    def run(number: int) -> str:
        keep = [lambda t: t.kind.isin(["a", f"b{number}"]) & t.day.between(START.isoformat(), END.isoformat())]
        return str(
            joined.query(dimensions=["dim_0.kind", "fact_0.month"], measures=["fact_0.m_0_0"], filters=keep).sql()
        )

    return run, None


def wren(_: dict[str, Any], __: Path) -> Pair:
    """wren-core: SQL over its models, in which the aggregation is written already; it expands the models."""
    import wren_core

    def fact(name: str, value: str) -> dict[str, Any]:
        return {"name": name, "tableReference": {"schema": "big", "table": name}, "primaryKey": "id", "columns": [
            {"name": "id", "type": "BIGINT"}, {"name": "day", "type": "DATE"}, {"name": value, "type": "DECIMAL"},
            {"name": "fk_0", "type": "BIGINT"}, {"name": "dim", "type": "dim_0", "relationship": f"{name}_dim"},
            {"name": "kind", "type": "VARCHAR", "isCalculated": True, "expression": "dim.kind"},
        ]}  # fmt: skip

    dim = {"name": "dim_0", "tableReference": {"schema": "big", "table": "dim_0"}, "primaryKey": "id",
           "columns": [{"name": "id", "type": "BIGINT"}, {"name": "kind", "type": "VARCHAR"}]}  # fmt: skip
    names = ("fact_0", "fact_1")
    manifest = {"catalog": "wren", "schema": "big", "models": [dim, fact("fact_0", "v0"), fact("fact_1", "v3")],
                "relationships": [{"name": f"{name}_dim", "models": [name, "dim_0"], "joinType": "MANY_TO_ONE",
                                   "condition": f"{name}.fk_0 = dim_0.id"} for name in names]}  # fmt: skip
    context = wren_core.SessionContext(base64.b64encode(json.dumps(manifest).encode()).decode(), None)
    between = f"day BETWEEN DATE '{START}' AND DATE '{END}'"

    def one(number: int) -> str:
        return str(context.transform_sql(f"SELECT kind, date_trunc('month', day) AS m, sum(v0) AS v FROM fact_0 WHERE kind IN ('a', 'b{number}') "
                                         f"AND {between} GROUP BY 1, 2"))  # fmt: skip

    def two(_: int) -> str:
        part = "SELECT kind, date_trunc('month', day) AS m, sum({}) AS v FROM {} WHERE {} GROUP BY 1, 2"
        left, right = part.format("v0", "fact_0", between), part.format("v3", "fact_1", between)
        return str(
            context.transform_sql(
                "SELECT COALESCE(a.kind, b.kind) AS kind, COALESCE(a.m, b.m) AS m, a.v, b.v AS w "
                f"FROM ({left}) a FULL JOIN ({right}) b ON a.kind = b.kind AND a.m = b.m"
            )
        )

    return one, two


def main() -> None:
    """Prints a line an engine and query: the median and the least, and how many times ours it is."""
    model = described()
    with tempfile.TemporaryDirectory() as place:
        Path(place, "nlq").mkdir()
        plain, planned = ours(model, Path(place, "nlq"))
        pairs: dict[str, Pair] = {"nlq": plain, CACHED: planned}
        for name, make in (("metricflow", metricflow), ("boring-semantic-layer", boring), ("wren-core", wren)):
            folder = Path(place, name)
            folder.mkdir()
            try:
                pairs[name] = make(model, folder)
            except ImportError as missing:
                print(f"{name}: not in this environment ({missing.name}); `make bench` makes one that holds it")
        gc.collect()
        gc.freeze()  # what was loaded, whosever it is, is not gone through again while the others are measured
        for what, index in (("one fact, with a filter, by kind and month", 0), ("two facts, by kind and month", 1)):
            runs = {name: run for name, pair in pairs.items() if (run := pair[index]) is not None}
            report(what, measured(runs))


def measured(runs: dict[str, Callable[[int], str]]) -> dict[str, list[float]]:
    """Milliseconds of each call, in rounds that all take part in; the first is warm-up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(ROUNDS):
        for name, run in runs.items():
            for more in range(EACH):
                began = time.perf_counter()
                run(number * EACH + more)
                if number:
                    times[name].append((time.perf_counter() - began) * 1e3)
    return times


def report(what: str, times: dict[str, list[float]]) -> None:
    """The engines beside ours, then what the plan cache gives, which is no compilation."""
    own = statistics.median(times["nlq"])
    cached = times.pop(CACHED)
    print(what)
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"  {name:<22} p50 {middle:8.3f} ms   min {min(found):8.3f} ms   {middle / own:6.1f} times nlq")
    print(
        f"  apart: {CACHED} (with a filter, each time another literal) p50 {statistics.median(cached):.3f} ms   min {min(cached):.3f} ms"
    )


if __name__ == "__main__":
    main()

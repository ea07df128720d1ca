"""Records what MetricFlow itself answers: writes expected.json (and the two semantic_manifest.json) beside this file.

It needs a virtual environment of its own, which no test of this repository uses:

    python -m venv somewhere && somewhere/bin/pip install metricflow==0.213.0 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.1
    somewhere/bin/python record.py             # legacy/  -> legacy/semantic_manifest.json and expected.json
    somewhere/bin/python record.py --check     # the same, written nowhere: says what differs from expected.json

The form of latest/ is read by dbt-core 1.12 only, in a second environment (see latest/README.md):

    other/bin/python record.py --project latest --check [--repair]
    other/bin/python record.py --place exported --check [--repair]   # what `nlq model export --to dbt` made of it

A run copies the project to a temporary folder, fills a DuckDB file there from data/, has `dbt parse` write the semantic
manifest, asks MetricFlow for the SQL of every query of queries.json and of every saved query, and runs that SQL.
"""

import argparse
import contextlib
import dataclasses
import datetime as dt
import decimal
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
PROJECT = "lakeside"


def database(file: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB file with the tables of data/."""
    con = duckdb.connect(str(file))
    con.execute((HERE / "data" / "schema.sql").read_text(encoding="utf-8"))
    for (table,) in con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
    ).fetchall():
        con.execute(f"COPY {table} FROM '{HERE / 'data' / table}.csv' (FORMAT csv, HEADER true, NULLSTR '')")
    return con


def as_built(con: duckdb.DuckDBPyConnection, project: Path) -> None:
    """The views that `dbt build` would make of an exported project's models."""
    con.execute("CREATE SCHEMA main_nlq")
    for path in (project / "models").glob("*.sql"):
        text = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"\1.\2", path.read_text(encoding="utf-8"))
        con.execute(f"CREATE VIEW main_nlq.{path.stem} AS {text}")


def manifest_of(project: Path, work: Path) -> str:
    """What `dbt parse` makes of a project: the text of its semantic manifest."""
    place = work / "project"
    shutil.copytree(project, place, ignore=shutil.ignore_patterns("semantic_manifest.json", "target", "logs"))
    if not (place / "profiles.yml").exists():  # an exported one: a profile is the user's own
        shutil.copy(HERE / "legacy" / "profiles.yml", place)
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt, "parse", "--no-partial-parse"], cwd=place, capture_output=True, text=True, check=False,
        env={**os.environ, "DBT_PROFILES_DIR": str(place), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "NO_COLOR": "1"},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return (place / "target" / "semantic_manifest.json").read_text(encoding="utf-8")


def repaired(text: str, project: Path) -> str:
    """dbt-core 1.12.6 loses two things of a simple metric in the latest form; see latest/README.md."""
    import yaml

    written = {
        metric["name"]: metric
        for file in (project / "models").glob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
        for metric in model.get("metrics", [])
    }
    loaded = json.loads(text)
    for metric in loaded["metrics"]:
        params = metric["type_params"]
        if metric["name"] in written and params.get("metric_aggregation_params"):
            params["fill_nulls_with"] = written[metric["name"]].get("fill_nulls_with")
            params["metric_aggregation_params"]["agg_params"]["use_approximate_percentile"] = False
    return json.dumps(loaded)


def engine_of(text: str):
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
    from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
        PydanticSemanticManifestTransformer,
    )
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Client:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    manifest = PydanticSemanticManifestTransformer.transform(PydanticSemanticManifest.parse_raw(text))
    return MetricFlowEngine(SemanticManifestLookup(manifest), Client()), manifest


def request_of(query: dict):
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest, OutputColumnOrderMode

    def at(day: str | None) -> dt.datetime | None:
        return dt.datetime.fromisoformat(day) if day else None

    return MetricFlowQueryRequest.create(
        saved_query_name=query.get("saved_query"),
        metric_names=query.get("metrics"), group_by_names=query.get("group_by") or None, where_constraints=query.get("where") or None,
        time_constraint_start=at(query.get("start")), time_constraint_end=at(query.get("end")),
        order_by_names=query.get("order_by") or None, limit=query.get("limit"),
        output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
    )  # fmt: skip


def plain(value):
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    return value


def first_line(error: Exception) -> str:
    """What a refusal says in its first message, on one line."""
    text = " ".join(str(error).split())
    told = text.partition("Error #1: Message: ")[2] or text
    for end in (
        " Suggestions:",
        " Query Input:",
        " Issue Location:",
        " Common issues are:",
        " Error #2:",
        " Got exception:",
    ):
        told = told.partition(end)[0]
    asked = text.partition(" Query Input: ")[2].partition(" ")[0]
    return f"{type(error).__name__}: {told[:240]}" + (f" [{asked}]" if asked else "")


def sql_of(engine, query: dict, level=None) -> str:
    asked = request_of(query)
    if level is not None:
        asked = dataclasses.replace(asked, sql_optimization_level=level)
    text = engine.explain(asked).sql_statement.sql
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.strip().startswith("--"))


def answer(engine, con: duckdb.DuckDBPyConnection, query: dict) -> dict:
    """The rows, or how MetricFlow refuses.

    `failed` beside them: MetricFlow's optimiser wrote SQL (it is kept) that DuckDB cannot bind; the rows are then those
    of its plan before any optimising.
    """
    from metricflow.sql.optimizer.optimization_levels import SqlOptimizationLevel

    try:
        sql = sql_of(engine, query)
    except Exception as error:  # noqa: BLE001 - a refusal of any kind is what is recorded
        return {"refused": first_line(error)}
    failed = {}
    try:
        found = con.execute(sql)
    except duckdb.Error as error:
        failed = {"failed": str(error).splitlines()[0]}
        found = con.execute(sql_of(engine, query, SqlOptimizationLevel.O0))
    columns = [one[0] for one in found.description]
    rows = [[plain(cell) for cell in row] for row in found.fetchall()]
    if not query.get("order_by") and not query.get("sorted"):
        rows.sort(key=lambda row: [(cell is None, str(type(cell)), cell if cell is not None else 0) for cell in row])
    return {**failed, "columns": columns, "rows": rows, "sql": sql}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--project", default="legacy", choices=["legacy", "latest"])
    asked.add_argument(
        "--place", type=Path, metavar="DIR", help="a project elsewhere: one that nlq exported; with --check"
    )
    asked.add_argument("--check", action="store_true")
    asked.add_argument("--repair", action="store_true", help="undo what dbt-core 1.12.6 loses of latest/")
    args = asked.parse_args()
    if args.place and not args.check:
        asked.error("--place goes with --check")
    project = args.place or HERE / args.project
    logging.disable(logging.CRITICAL)
    queries = json.loads((HERE / "queries.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        text = manifest_of(project, work)
        engine, manifest = engine_of(repaired(text, project) if args.repair else text)
        queries += [
            {"id": f"saved__{one.name}", "saved_query": one.name, "sorted": bool(one.query_params.order_by)}
            for one in manifest.saved_queries
        ]
        with contextlib.closing(database(work / f"{PROJECT}.duckdb")) as con:
            if args.place:
                as_built(con, project)
            found = {query["id"]: answer(engine, con, query) for query in queries}
    lines = [f"  {json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in found.items()]
    whole = "{\n" + ",\n".join(lines) + "\n}\n"
    if not args.check:
        loaded = json.loads(text)
        (HERE / args.project / "semantic_manifest.json").write_text(
            json.dumps(loaded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        if args.project == "legacy":
            (HERE / "expected.json").write_text(whole, encoding="utf-8")
        return 0
    known = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    differ = [
        name
        for name in sorted({*known, *found})
        if {key: value for key, value in known.get(name, {}).items() if key != "sql"}
        != {key: value for key, value in json.loads(json.dumps(found.get(name, {}))).items() if key != "sql"}
    ]
    for name in differ:
        print(name, json.dumps({k: v for k, v in found.get(name, {}).items() if k != "sql"}, ensure_ascii=False)[:300], "instead of",
              json.dumps({k: v for k, v in known.get(name, {}).items() if k != "sql"}, ensure_ascii=False)[:300])  # fmt: skip
    print(f"{len(differ)} of {len(found)} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())

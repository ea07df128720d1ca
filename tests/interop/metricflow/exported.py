"""Asks MetricFlow, of a model exported to dbt, every metric by every field that it reaches, and compares with our own rows.

    python exported.py semantic_layer/tpch tpch.duckdb --start 1995-01-01 --end 1996-12-31 --metricflow somewhere/bin/python [--older]

The data is copied, and in the copy stand the views that `dbt build` would make. Rows are of the first organisation alone where
the model has tenants, for dbt knows of none. Needs nlq's environment, and one with MetricFlow as record.py says.
"""

import argparse
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASK = """
import contextlib, duckdb, json, logging, sys
sys.path.insert(0, sys.argv[1])
import record
from pathlib import Path
logging.disable(logging.CRITICAL)
place, file, asked = Path(sys.argv[2]), sys.argv[3], json.loads(Path(sys.argv[4]).read_text())
work = Path(sys.argv[4]).parent / "parsed"
work.mkdir()
text = record.manifest_of(place, work)
engine, _ = record.engine_of(record.repaired(text, place) if "semantic_model" in "".join(p.read_text() for p in (place / "models").glob("*.yml")) else text)
with contextlib.closing(duckdb.connect(file)) as con:
    found = [record.answer(engine, con, one) for one in asked]
print(json.dumps(found))
"""


def main() -> int:
    said = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    said.add_argument("model", type=Path)
    said.add_argument("data", type=Path)
    said.add_argument("--metricflow", required=True, help="a Python that has it")
    said.add_argument(
        "--start", required=True, help="the first day of a year, for MetricFlow widens a range to whole buckets"
    )
    said.add_argument("--end", required=True, help="the last day of a year")
    said.add_argument("--older", action="store_true", help="dbt's older way of writing")
    args = said.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        place, file = work / "project", work / "warehouse.duckdb"
        asked, ours = ours_of(args, place, file)
        (work / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        done = subprocess.run(
            [args.metricflow, "-c", ASK, str(HERE), str(place), str(file), str(work / "asked.json")],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout[-3000:], done.stderr[-3000:])
            return 2
        theirs = json.loads(done.stdout.splitlines()[-1])
    bad = 0
    for (what, mine, keyed), found in zip(ours, theirs, strict=True):
        rows = found.get("rows")
        if rows is None or not alike(mine, [row[1:] if keyed and len(row) > 2 else row for row in rows]):
            bad += 1
            print(
                f"DIFFERS {what}: ours {sorted(map(str, mine))[:3]}, theirs {found.get('refused') or sorted(map(str, rows))[:3]}"
            )
    print(f"{len(asked) - bad} of {len(asked)} the same")
    return 1 if bad else 0


def ours_of(args, place, file):
    """Writes the project and the data; gives the questions for MetricFlow, and our rows of each."""
    import duckdb

    from nlq.exports import dbt
    from nlq.exports.dbt_figures import Figures
    from nlq.exports.dbt_shape import Shape
    from nlq.exports.rows import Rows
    from nlq.semantics.load import load

    model = load(args.model)
    shutil.copy(args.data, file)
    dbt.export(model, "duckdb", older=args.older).write(place)
    profile = (
        (HERE / "legacy" / "profiles.yml").read_text(encoding="utf-8").replace("lakeside.duckdb", "warehouse.duckdb")
    )
    (place / "profiles.yml").write_text(profile.replace("lakeside:", f"{model.header.name}:"), encoding="utf-8")
    shape = Shape(model, Rows(model, "duckdb"), [])
    shape.build()
    Figures(shape).build()
    with duckdb.connect(str(file)) as con:
        org = one_organisation(con, model)
        con.execute("CREATE SCHEMA IF NOT EXISTS main_nlq")
        for path in (place / "models").glob("*.sql"):
            text = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"\1.\2", path.read_text(encoding="utf-8"))
            con.execute(f"CREATE OR REPLACE VIEW main_nlq.{path.stem} AS {text}")
        return questions(con, model, shape, args, org)


def one_organisation(con, model):
    """The first organisation, whose rows alone are kept; any name where the model has no tenants."""
    org = None
    for name, table in model.tables.items():
        column, source = model.tenant_column(name), f"{model.header.schema_}.{table.source or name}"
        if column:
            org = org or con.execute(f"SELECT min({column}) FROM {source}").fetchone()[0]
            con.execute(f"DELETE FROM {source} WHERE {column} <> '{org}'")
    return org or "any"


def questions(con, model, shape, args, org):
    """Every metric that was carried by every field that all of its tables call alike."""
    from nlq.errors import NlqError
    from nlq.exports.dbt_fields import Spelling
    from nlq.semantics.interop.carried import NotCarried
    from nlq.semantics.joins import reaches
    from nlq.values import Snapshot, TableState

    snapshot = Snapshot(
        None,
        {name: state(con, model, name, TableState) for name in model.tables if name not in model.rollup_tables},
        equal=frozenset(),
    )
    day = "{{ TimeDimension('metric_time', 'day') }}"  # a range would be cut at the year 2000 there
    between = (
        {"where": [f"{day} BETWEEN '{args.start}' AND '{args.end}'"]}
        if args.start < "2000"
        else {"start": args.start, "end": args.end}
    )
    asked, ours = [], []
    for name, metric in shape.project.metrics.items():
        windowed = metric.type == "cumulative"
        if metric.private or name not in model.metrics or (windowed and args.start < "2000"):
            continue
        for field in [None, *fields(model)]:
            if field and (not reaches(model, name, field) or (windowed and not model.is_time_grain(field))):
                continue
            try:
                groups = (
                    {Spelling(shape, table).group_by(field) for table in sorted(model.base_tables(name))}
                    if field
                    else {()}
                )
            except NotCarried as problem:
                print(f"{name} by {field}: {problem.what}")
                continue
            if len(groups) > 1 or (windowed and field is None):
                print(f"{name} by {field}: called otherwise by its tables")
                continue
            one = model.dimensions.get(field or "")
            keyed = bool(one is not None and one.key)
            try:
                rows = rows_of(con, model, snapshot, name, field, args, org)
            except NlqError as problem:
                print(f"{name} by {field}: {problem.what}")
                continue
            asked.append({"metrics": [name], "group_by": [spelt(call) for call in groups.pop()], **between})
            ours.append((f"{name} by {field}", [row[1:] if keyed and len(row) > 2 else row for row in rows], keyed))
    return asked, ours


def fields(model):
    """Every field: dimensions, and dates by day, month and year."""
    plain = [name for name, one in model.dimensions.items() if not one.time and one.type != "date"]
    dates = [one.name for one in model.dimensions.values() if one.time or one.type == "date"]
    return [*plain, *(f"{name}.{grain}" for name in dates for grain in ("day", "month", "year"))]


def rows_of(con, model, snapshot, name, field, args, org):
    """Our own rows of a question."""
    from nlq.policy.scope import scope
    from nlq.sql.compile import compile_query
    from nlq.values import Principal, SemanticQuery

    query = SemanticQuery.from_json(
        {"metrics": [name], "dimensions": [field] if field else [], "period": {"start": args.start, "end": args.end}}
    )
    text, values = scope(
        compile_query(model, query, snapshot), Principal("a", str(org), roles=("pii",), regions="*"), model
    ).sql("duckdb")
    return con.execute(text, values or None).fetchall()


def state(con, model, name, kind):
    table = model.tables[name]
    source = table.source or name
    source = source if "." in source else f"{model.header.schema_}.{source}"
    spec = f"min({table.time})::DATE, max({table.time})::DATE" if table.time else "NULL, NULL"
    count, first, last = con.execute(f"SELECT count(*), {spec} FROM {source}").fetchone()
    return kind("1", count, first, last, None)


def spelt(call):
    """A template's call as MetricFlow's name of a field."""
    from nlq.semantics.interop.dbt_templates import reference

    made = reference(call)
    return f"{made.name}__{made.grain}" if made.grain else made.name


def alike(mine, theirs):
    """The same rows, in any order. Groups of which a metric's own filter leaves nothing are shown as zero here, and not at all there."""

    def row(one):
        return tuple(cell(value) for value in one)

    left, right = (
        sorted((one for one in map(row, rows) if one[-1] not in (0, None)), key=str) for rows in (mine, theirs)
    )
    return len(left) == len(right) and all(
        len(a) == len(b) and all(near(x, y) for x, y in zip(a, b, strict=True))
        for a, b in zip(left, right, strict=True)
    )


def cell(value):
    import datetime as dt
    import decimal

    if isinstance(value, decimal.Decimal):
        return round(float(value), 6)
    if isinstance(value, (dt.datetime, dt.date)):
        return cell(value.isoformat()[:10])
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return round(float(value), 6)
    text = re.sub(r"^(\d{4})-01-01$", r"\1", value)  # a year is its first day there
    try:
        return round(float(text), 6)
    except ValueError:
        return text


def near(x, y):
    return x == y or (
        isinstance(x, float) and isinstance(y, float) and math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-4)
    )  # DuckDB cuts a median of decimals at their places


if __name__ == "__main__":
    sys.exit(main())

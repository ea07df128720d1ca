"""A model of odd corners through every export: what comes out is the same number, or is listed. Found by somebody who looked for it."""

from __future__ import annotations

import pytest
import yaml
from lakeside import as_dbt_builds, within
from test_export_layers import FORMATS, Over, by_hand, datasets

from nlq.drivers.duckdb import connect
from nlq.errors import ModelError
from nlq.exports import cube, dbt, ossie, snowflake
from nlq.semantics.interop.dbt_import import DbtImport, Source
from nlq.semantics.interop.dbt_parts import several
from nlq.semantics.interop.layer_import import LayerImport
from nlq.semantics.interop.policies import Policy
from nlq.semantics.interop.readers import READERS
from nlq.semantics.interop.write import write
from nlq.semantics.load import load
from nlq.values.query import Condition

N = {"function": "count", "table": "f"}
EDGES = {
    "model": {"name": "edges", "description": "odd corners", "schema": "main", "timezone": "Asia/Manila", "default_period": "last 30 days", "default_metric": "n"},
    "tables": [
        {"name": "f", "description": "facts", "grain": "one row a fact", "key": ["id"], "time": "tm", "policy": "shared", "columns": {
            "id": {"type": "integer"}, "tm": {"type": "datetime"}, "tz": {"type": "timestamp"}, "shipped": {"type": "datetime"}, "a": {"type": "integer"},
            "c": {"type": "integer"}, "aa": {"type": "integer"}, "bb": {"type": "string"}, "kk": {"type": "string"}, "s": {"type": "decimal"},
            "half": {"type": "number", "expr": "a / 2"}}},
        {"name": "pairs", "description": "pairs", "grain": "one row a pair", "key": ["aa", "bb"], "policy": "shared",
         "columns": {"aa": {"type": "integer"}, "bb": {"type": "string"}, "title": {"type": "string"}}},
    ],
    "joins": [{"from": "f", "to": "pairs", "on": {"aa": "aa", "bb": "bb"}}],
    "dimensions": [
        {"name": "date", "label": "Date", "description": "the day", "time": True},
        {"name": "at", "label": "At", "description": "when", "table": "f", "column": "tm", "type": "date"},
        {"name": "a", "label": "A", "description": "a", "table": "f", "column": "a", "type": "integer"},
        {"name": "kk", "label": "Kk", "description": "kk", "table": "f", "column": "kk"},
        {"name": "pair", "label": "Pair", "description": "a pair", "table": "pairs", "key": ["aa", "bb"], "id": "bb", "show": "title"},
    ],
    "filters": [{"name": "both", "label": "Both", "description": "of both tables", "where": [{"field": "a", "op": "=", "values": [1]}, {"field": "pair", "op": "=", "values": ["x"]}]}],
}  # fmt: skip


def where(*conditions):
    return {
        "agg": N,
        "where": [
            {"field": field, "op": op, **({"values": list(values)} if values else {})}
            for field, op, *values in conditions
        ],
    }


METRICS = {
    "n": {"agg": N}, "total": {"agg": {"function": "sum", "table": "f", "column": "s"}}, "sum_a": {"agg": {"function": "sum", "table": "f", "column": "a"}},
    "none": where(("a", "=", 99)), "zero": {**where(("a", "=", 99)), "absence_is_zero": True},
    "none_avg": {"agg": {"function": "avg", "table": "f", "column": "s"}, "where": [{"field": "a", "op": "=", "values": [99]}], "absence_is_zero": True},
    "quotient": {"derived": {"expr": "sum_a / n"}}, "by_zero": {"derived": {"expr": "n / zero"}}, "nested": {"derived": {"expr": "1 + total / (n / zero)"}},
    "twice_over": {"derived": {"expr": "total / n / n"}}, "by_another": {"derived": {"expr": "n / nullif(sum_a, 5)"}},
    "with_none": {"derived": {"expr": "total + none"}}, "with_zero": {"derived": {"expr": "total + zero"}}, "with_none_avg": {"derived": {"expr": "total + none_avg"}},
    "to_january": where(("date.day", "<=", "2025-01-31")), "on_the_first": where(("at.day", "=", "2025-02-01")), "in_days": where(("at.day", "between", "2025-01-31", "2025-02-01")),
    "after": where(("date.day", ">", "2025-01-31")), "shipped_early": {"agg": {**N, "time": "shipped"}, "where": [{"field": "date.day", "op": "<=", "values": ["2025-02-01"]}]},
    "latest": {"agg": {"function": "max", "table": "f", "column": "tz"}, "unit": "date"}, "halves": {"agg": {"function": "sum", "table": "f", "column": "half"}},
    "of_x": where(("pair", "=", "x")), "not_x": where(("pair", "!=", "x")), "not_x_known": where(("pair", "!=", "x"), ("pair", "is_not_null")),
    "commented": where(("kk", "=", "x{# y #}z")), "braced": where(("kk", "=", "{CUBE}.id")), "slashed": where(("kk", "=", "b\\c")), "like_slash": where(("kk", "contains", "b\\c")),
    "of_both": where(("both", "=", True)), "not_both": where(("both", "=", False)),
    "b": {"derived": {"expr": "x + 0", "inputs": {"x": {"metric": "n", "where": [{"field": "a", "op": "=", "values": [1]}]}}}},
    "b_x": {"derived": {"expr": "n + 0"}, "where": [{"field": "a", "op": "=", "values": [2]}]}, "n_of_b_x": where(("a", "=", 3)),
    "year": where(("a", "=", 2)), "off": where(("a", "=", 1)), "y": where(("a", "=", 3)), "both_twice": {"derived": {"expr": "a__b - a___b", "inputs": {"a__b": {"metric": "sum_a", "where": [{"field": "a", "op": "=", "values": [1]}]}, "a___b": {"metric": "n", "where": [{"field": "a", "op": "=", "values": [2]}]}}}},
    "f": where(("a", "=", 1)), "pairs_counted": {"agg": {"function": "count_distinct", "table": "f", "columns": ["aa", "bb"]}},
}  # fmt: skip


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edges")
    metrics = [
        {"name": name, "label": f"The {name}", "description": name, "unit": "count", **body}
        for name, body in METRICS.items()
    ]
    (folder / "edges.yml").write_text(
        yaml.safe_dump({**EDGES, "metrics": metrics}).replace("off:", "'off':"), encoding="utf-8"
    )
    with connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Manila'")
        connection.execute(
            "CREATE TABLE pairs AS FROM (VALUES (1, 'x', 'Ex'), (1, 'y', 'Why'), (2, 'x', 'Two')) AS t(aa, bb, title)"
        )
        connection.execute("""CREATE TABLE f AS SELECT id, tm::TIMESTAMP AS tm, tz::TIMESTAMPTZ AS tz, shipped::TIMESTAMP AS shipped, a, c, aa, bb, kk, s::DECIMAL(12, 2) AS s FROM (VALUES
            (1, '2025-01-31 10:00', '2025-02-02 17:00+00', '2025-02-01 08:00', 1, 2, 1, 'x', 'b\\c', 10), (2, '2025-02-01 00:00', '2025-01-02 01:00+00', '2025-01-20 00:00', 2, 3, 1, 'y', '{CUBE}.id', 5),
            (3, '2025-02-01 09:00', '2025-02-02 16:30+00', '2025-03-01 00:00', 3, 0, NULL, 'x', 'x{# y #}z', 7), (4, '2025-02-03 00:00', '2025-02-02 15:00+00', NULL, 1, 1, 2, 'x', NULL, 3),
            (5, '2025-02-03 23:59', NULL, '2025-02-01 23:59', NULL, NULL, 7, 'x', 'x', NULL), (6, '2025-02-04 00:00', NULL, '2025-02-02 00:00', 2, 4, NULL, NULL, 'b', 1)
        ) AS t(id, tm, tz, shipped, a, c, aa, bb, kk, s)""")  # fmt: skip
        yield Over(load(folder), connection, "main")


TYPES = {"f": {"id": "integer", "tm": "datetime", "tz": "timestamp", "shipped": "datetime", "a": "integer", "c": "integer", "aa": "integer", "bb": "string", "kk": "string",
               "s": "decimal"}, "pairs": {"aa": "integer", "bb": "string", "title": "string"}}  # fmt: skip


def figure(over, name):
    found = over.rows({"metrics": [name]})[1]
    value = found[0][0] if found else None
    return str(value)[:10] if hasattr(value, "year") else None if value is None else round(float(value), 6)


def counted_nothing(name, mine, theirs):
    """A count under a filter that leaves no row is zero there and unknown here, which the export lists."""
    return name == "none" and mine is None and theirs == 0


def test_the_corners_are_corners(over):
    found = {name: figure(over, name) for name in METRICS}
    assert (found["by_zero"], found["nested"], found["none"], found["zero"]) == (None, None, None, 0)
    assert (found["to_january"], found["on_the_first"], found["in_days"], found["after"]) == (1, 2, 3, 5)
    assert (found["latest"], found["halves"], found["with_none"], found["with_none_avg"]) == (
        "2025-02-03",
        4.5,
        None,
        None,
    )
    assert found["not_x"] != found["not_x_known"]


def test_duckdb_reads_an_ossie_file_so(over):
    exported = ossie.export(over.model, "duckdb")
    tables, ways, metrics = datasets(yaml.safe_load(exported.files["edges.yaml"]))
    assert set(metrics) == set(METRICS)
    for name in METRICS:
        text = metrics[name]["expression"]["dialects"][0]["expression"]
        value = over.connection.execute(by_hand(tables, ways, text, "f", None)).fetchone()[0]
        theirs = str(value)[:10] if hasattr(value, "year") else None if value is None else round(float(value), 6)
        mine = figure(over, name)
        assert mine == theirs or counted_nothing(name, mine, theirs), (name, mine, theirs, text)
    assert ("otherwise", "metric none") in {(one.code, one.where) for one in exported.issues}


@pytest.mark.parametrize("kind", FORMATS)
def test_the_others_come_back_so(over, tmp_path, kind):
    writer, dialect = FORMATS[kind]
    exported = writer.export(over.model, dialect)
    exported.write(tmp_path)
    made = LayerImport(READERS[kind](tmp_path), Source(policy=Policy(shared=True), types=TYPES)).finished()
    write(tmp_path / "again", made.files)
    again = Over(load(tmp_path / "again"), over.connection, "main")
    listed = " ".join(one.where for one in (*made.issues, *exported.issues))
    for name in METRICS:
        there = name if name in again.model.metrics else f"f__{name}"
        if there not in again.model.metrics:
            assert name in listed, name
            continue
        mine, theirs = figure(over, name), figure(again, there)
        assert mine == theirs or counted_nothing(name, mine, theirs), (name, mine, theirs)


@pytest.mark.parametrize("older", [False, True])
def test_dbt_comes_back_so(over, tmp_path, older):
    exported = dbt.export(over.model, "duckdb", older=older)
    exported.write(tmp_path)
    built = as_dbt_builds(over.connection, tmp_path)
    source = Source(policy=Policy(shared=True), types=within(built, TYPES), timezone="Asia/Manila")
    made = DbtImport(tmp_path, source).finished()
    write(tmp_path / "again", made.files)
    again = Over(load(tmp_path / "again"), over.connection, built)
    listed = " ".join(f"{one.where} {one.what}" for one in (*made.issues, *exported.issues))
    called = {
        one.where.removeprefix("metric "): one.what.removeprefix("there it is called ")
        for one in exported.issues
        if one.code == "name"
    }
    assert {"year", "y"} <= set(called)
    for name in METRICS:
        there = called.get(name, name)
        if there not in again.model.metrics:
            assert name in listed, name
            continue
        assert figure(over, name) == figure(again, there), name


def test_yaml_of_others_takes_no_word_for_a_truth(over):
    for exported in (
        cube.export(over.model, "duckdb"),
        snowflake.export(over.model, "snowflake"),
        dbt.export(over.model, "duckdb"),
    ):
        names = [one["name"] for text in (text for name, text in exported.files.items() if name.endswith((".yml", ".yaml")))
                 for one in everything(yaml.safe_load(text)) if "name" in one]  # fmt: skip
        assert "off" in names
        assert not any(isinstance(name, bool) for name in names)


def everything(part):
    if isinstance(part, dict):
        yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from everything(one)


def test_a_filter_over_two_tables_is_listed(over):
    for exported in (cube.export(over.model, "duckdb"), snowflake.export(over.model, "snowflake")):
        assert ("left_out", "filter both") in {(one.code, one.where) for one in exported.issues}


@pytest.mark.parametrize(("text", "columns"), [
    ("a || '|' || b", ("a", "b")), ("CAST(a AS VARCHAR) || '-' || b || '-' || c", ("a", "b", "c")), ("CAST(LENGTH(a) AS VARCHAR) || ':' || a || '|' || b", ("a", "b")),
    ("a || b", ()), ("CAST(t AS DATE) || '|' || b", ()), ("LENGTH(a) || '|' || b || '|' || c", ()), ("a || '|' || a", ()), ("LOWER(a) || '|' || b", ()), ("a", ()),
    ("a || '|' || b || ''", ("a", "b")), ("a || '' || b", ()),
])  # fmt: skip
def test_a_key_that_is_a_text_of_several(text, columns):
    assert several(text, "duckdb") == (columns if text != "a || '|' || b || ''" else ())


def test_an_id_that_is_no_part_of_the_key_is_told(tmp_path):
    said = {**EDGES, "metrics": [{"name": "n", "label": "N", "description": "n", "unit": "count", "agg": N}]}
    wrong = [{**one, "id": "title"} if one["name"] == "pair" else one for one in said["dimensions"]]
    (tmp_path / "m.yml").write_text(yaml.safe_dump({**said, "dimensions": wrong}), encoding="utf-8")
    with pytest.raises(ModelError, match="no part of its key"):
        load(tmp_path)


def test_a_file_of_comments_alone_is_no_crash(tmp_path):
    said = {**EDGES, "metrics": [{"name": "n", "label": "N", "description": "n", "unit": "count", "agg": N}]}
    (tmp_path / "m.yml").write_text(yaml.safe_dump(said), encoding="utf-8")
    (tmp_path / "empty.yml").write_text("# nothing yet\n", encoding="utf-8")
    assert "n" in load(tmp_path).metrics
    assert Condition("a", "=", (1,)).field == "a"

"""Names that are words of SQL: quoted wherever they stand, and right in the engine."""

from __future__ import annotations

from datetime import date

import pytest
from sqlglot import exp, parse_one
from sqlglot.tokens import Tokenizer

from nlq.drivers.duckdb import connect
from nlq.policy.scope import scope
from nlq.semantics.load import load
from nlq.sql.compile import compile_query
from nlq.sql.dialect import WORDS, render
from nlq.values import Principal, SemanticQuery, Snapshot, TableState

KNOWN = sorted({word for word in map(str.lower, Tokenizer.KEYWORDS) if word.replace("_", "").isalpha()} | WORDS)
MODEL = """
model: {name: words, description: words, schema: s, timezone: UTC, default_period: last 30 days, default_metric: select}
tables:
  - {name: orders, description: orders, grain: one, key: [id], time: day, policy: shared,
     columns: {id: {type: integer}, day: {type: date}, amount: {type: decimal}, emp: {type: integer}, order: {type: string}, group: {type: string}}}
  - {name: table, description: people, grain: one, key: [end], policy: shared, columns: {end: {type: integer}, name: {type: string}}}
joins:
  - {from: orders, to: table, on: {emp: end}}
dimensions:
  - {name: date, label: Date, description: the day, time: true}
  - {name: order, label: Order, description: what, table: orders, column: order}
  - {name: group, label: Group, description: of what, table: orders, column: group}
  - {name: limit, label: Person, description: who, table: table, key: [end], id: end, show: name}
metrics:
  - {name: select, label: Amount, description: pesos, unit: PHP, agg: {function: sum, table: orders, column: amount}}
  - {name: all, label: People, description: people, unit: count, agg: {function: count_distinct, table: table, columns: [end]}}
  - {name: case, label: Orders, description: orders, unit: count, agg: {function: count, table: orders}}
"""


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "trino"])
def test_every_word_is_a_name_wherever_one_stands(dialect):
    for word in KNOWN:
        relation = exp.Table(this=exp.to_identifier(word), alias=exp.TableAlias(this=exp.to_identifier(word)))
        tree = exp.select(exp.alias_(exp.column(word, table=word), word, copy=False)).from_(relation)
        text = render(tree.group_by(exp.column(word)), dialect)
        again = parse_one(text, read=dialect)
        assert [one.name for one in again.find_all(exp.Column)] == [word, word], text


QUERIES = [
    ({"metrics": ["select"], "dimensions": ["order"]}, [("x", 5), ("y", 7)]),
    ({"metrics": ["select", "case"], "dimensions": ["group", "limit"], "totals": [[]]}, [("g", "Ana", None, 12, 2), (None, None, "all", 12, 2)]),
    ({"metrics": ["select", "all"], "dimensions": ["limit"]}, [("Ana", 12, 1)]),
    ({"metrics": [{"metric": "select", "window": {"trailing": "7 day"}, "as": "window"}], "dimensions": ["date.day"]},
     [(date(2025, 1, 1), 5), (date(2025, 1, 2), 12)]),
    ({"metrics": ["select"], "dimensions": ["limit"], "share": {"within": []}, "having": [{"field": "select__share", "op": ">", "values": [0]}]}, [("Ana", 12, 1)]),
    ({"metrics": ["select"], "where": [{"field": "limit", "op": "in", "query": {"metrics": ["case"], "dimensions": ["limit"]}}]}, [(12,)]),
    ({"metrics": [{"metric": "select", "each": ["order"], "agg": "median", "as": "of"}]}, [(6,)]),
    ({"metrics": ["select"], "dimensions": ["order"], "include_empty": ["order"]}, [("x", 5), ("y", 7)]),
]  # fmt: skip


def test_a_model_of_such_names_is_answered(tmp_path):
    (tmp_path / "model.yml").write_text(MODEL)
    model = load(tmp_path)
    days = date(2025, 1, 1), date(2025, 1, 2)
    snapshot = Snapshot(None, {name: TableState("1", 2, *days, None) for name in model.tables})
    with connect() as connection:
        connection.execute("""CREATE SCHEMA s; CREATE TABLE s."table" AS SELECT 1 AS "end", 'Ana' AS name;
            CREATE TABLE s.orders AS SELECT 1 AS id, DATE '2025-01-01' AS day, 5::DECIMAL(12, 2) AS amount, 1 AS emp, 'x' AS "order", 'g' AS "group"
            UNION ALL SELECT 2, DATE '2025-01-02', 7, 1, 'y', 'g'""")
        for query, expected in QUERIES:
            statement = compile_query(model, SemanticQuery.from_json(query), snapshot)
            scoped = scope(statement, Principal("a", "any", regions="*"), model)
            for dialect in ("postgres", "trino"):
                scoped.sql(dialect)  # proven: it is parsed again
            text, values = scoped.sql("duckdb")
            rows = connection.execute(text, values or None).fetchall()
            assert sorted(rows, key=repr) == sorted(expected, key=repr), query
            assert connection.execute(statement.sql("duckdb")).fetchall() == rows  # what people are shown, too

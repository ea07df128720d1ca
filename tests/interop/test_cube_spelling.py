"""Cubes as people write them: camelCase keys, a child's own query, scripts beside them."""

from __future__ import annotations

from nlq.semantics.interop import cube

CUBES = """
cubes:
  - name: orders
    sqlTable: marts.fct_orders
    dimensions:
      - {name: id, sql: id, type: number, primaryKey: true}
      - {name: ordered_at, sql: ordered_at, type: time}
    measures:
      - {name: total, sql: amount, type: sum, meta: {aKey: 1}}
      - {name: week, sql: amount, type: sum, rollingWindow: {trailing: 7 day}}
  - name: paid_orders
    extends: orders
    sql: "SELECT * FROM marts.fct_orders WHERE status = 'paid'"
  - name: other_orders
    extends: paid_orders
    sql_table: marts.other
"""


def test_cubes_are_read_in_either_spelling(tmp_path):
    (tmp_path / "orders.yml").write_text(CUBES)
    (tmp_path / "more.js").write_text("cube(`x`, {});")
    layer = cube.read(tmp_path)
    sources = {name: (one.relation, one.where) for name, one in layer.relations.items()}
    assert sources["orders"] == ("fct_orders", None)
    assert sources["paid_orders"][0] == "fct_orders"
    assert "paid" in sources["paid_orders"][1]
    assert sources["other_orders"] == ("other", None)
    assert layer.relations["orders"].key == ("id",)
    assert next(one.window for one in layer.figures if one.name == "week") == {"trailing": "7 day"}
    assert ("not_read", "more.js") in {(one.code, one.where) for one in layer.issues}

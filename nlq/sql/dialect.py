"""What differs per engine, in one place: a tree in the canonical dialect (Trino) as an engine's text."""

from __future__ import annotations

from sqlglot import exp

INTEGERS = ("INT", "BIGINT", "SMALLINT", "TINYINT")


def render(tree: exp.Expr, dialect: str, *, pretty: bool = True) -> str:
    """The text of a tree for an engine, without comments. The tree itself is left as it is."""
    tree = tree.copy()
    if dialect == "duckdb":
        tree = tree.transform(_duckdb, copy=False)
    return tree.sql(dialect=dialect, pretty=pretty, comments=False)


def _duckdb(node: exp.Expr) -> exp.Expr:
    """DuckDB divides whole numbers to fractions, and makes timestamps of truncated or moved dates; Trino does not."""
    if isinstance(node, exp.Div) and _is(node.left, *INTEGERS) and _is(node.right, *INTEGERS):
        return exp.IntDiv(this=node.left, expression=node.right)
    moved = isinstance(node, (exp.TimestampTrunc, exp.DateTrunc, exp.DateAdd)) or (
        isinstance(node, (exp.Add, exp.Sub)) and isinstance(node.expression, exp.Interval)
    )
    already = isinstance(node.parent, exp.Cast) and node.parent.to.this.name == "DATE"
    if moved and not already and _is(node.this, "DATE"):
        return exp.cast(node, "date", copy=False)
    return node


def _is(node: exp.Expr, *kinds: str) -> bool:
    return node.type is not None and node.type.this.name in kinds

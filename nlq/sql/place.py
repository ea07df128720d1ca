"""Where in the caller's text a construct stands, as the parser kept it."""

from __future__ import annotations

from sqlglot import exp


def spot(node: object) -> str:
    """Line and column of a node; empty where none of it was read from a text."""
    if isinstance(node, exp.Expr):
        for one in node.walk():
            if one.meta.get("line"):  # the column is that of the word's end
                start = one.meta["col"] - (one.meta["end"] - one.meta["start"])
                return f"line {one.meta['line']}, column {start}"
    return ""

"""Where in the caller's text a construct stands, as the parser kept it."""

from __future__ import annotations

from sqlglot import exp

SHOWN = 80  # characters of a construct that a refusal shows


def spot(node: object) -> str:
    """Line and column of a node; empty where none of it was read from a text."""
    if isinstance(node, exp.Expr):
        for one in node.walk():
            if one.meta.get("line"):  # the column is that of the word's end
                start = one.meta["col"] - (one.meta["end"] - one.meta["start"])
                return f"line {one.meta['line']}, column {start}"
    return ""


def near(node: exp.Expr) -> str:
    """Line and column of a node, or of what stands closest around it."""
    holder: exp.Expr | None = node
    while holder is not None:
        found = spot(holder)
        if found:
            return found
        holder = holder.parent
    return ""


def said(node: exp.Expr) -> str:
    """A construct in its own words, the beginning of a long one."""
    text = node.sql(dialect="trino", comments=False)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}…"


def at(node: exp.Expr) -> str:
    """Where a construct stands, and what it is."""
    return ": ".join(part for part in (near(node), said(node)) if part)

"""The post-condition: the final text, parsed again in the engine's own dialect, reads base tables only inside their policy."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from nlq.sql.resolve import is_cte

if TYPE_CHECKING:
    from collections.abc import Sequence

WRAPS_KEPT = 2_048
CHANGING = (exp.Command, exp.DDL, exp.DML)  # nodes that do something other than select


@lru_cache(maxsize=WRAPS_KEPT)
def _read(wrap: str, dialect: str) -> exp.Expr:
    """A policy sub-select's text, read once: an asker's are the same in every query. Nobody changes the tree."""
    return _engine(dialect).parse(wrap)[0]  # type: ignore[return-value]


def prove(text: str, wraps: Sequence[str], dialect: str, schema: str) -> str | None:
    """None where the text is proven, else what is wrong with it.

    Every table of the text either stands inside a sub-select equal to one of `wraps` (the policy's own, rendered for the
    same dialect), or is an unqualified name of a CTE that is defined around it. None is missing; there may be more, for an
    engine's text may say twice what was said once (the least of two values, where null is no value).
    """
    try:
        # The line's end is for the tokenizer: after a parameter of DuckDB's it takes an empty string at a text's end for one that is open.
        parsed = _engine(dialect).parse(f"{text}\n")
        expected = [_read(wrap, dialect) for wrap in wraps]
    except (SqlglotError, RecursionError):
        return "it cannot be parsed again"
    if len(parsed) != 1 or not isinstance(parsed[0], (exp.Select, exp.SetOperation, exp.Subquery)):
        return "it is not one SELECT"
    wanted = Counter(expected)
    found: Counter[exp.Expr] = Counter()
    for node in parsed[0].find_all(exp.Subquery, exp.Table, *CHANGING):
        if isinstance(node, exp.Subquery):
            if _reads_a_table(node.this) and node.this in wanted:
                found[node.this] += 1
                node.set("this", None)  # what is proven is not looked into: the walk has not come to it yet
        elif not isinstance(node, exp.Table):
            return "it holds something other than a SELECT"
        elif not isinstance(node.this, exp.Identifier):
            return "something other than a name stands in FROM"
        elif node.args.get("db") or node.args.get("catalog") or not is_cte(node):
            return f"{node.name} is read outside its policy (schema {schema})"
    missing = (wanted - found).total()
    return f"{missing} policy sub-selects of {len(wraps)} are missing" if missing else None


def _reads_a_table(query: exp.Expr) -> bool:
    """Whether a query reads a base table: only such a one can be a policy's, and to compare trees is dear."""
    start = query.args.get("from_")
    return start is not None and isinstance(start.this, exp.Table) and bool(start.this.args.get("db"))


@cache
def _engine(dialect: str) -> Dialect:
    return Dialect.get_or_raise(dialect)

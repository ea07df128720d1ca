"""The post-condition: the final text, parsed again in the engine's own dialect, reads base tables only inside their policy.

A policy's sub-select stands in the text letter for letter. A name that is nowhere else in it is put in place of each, and the rest is
parsed: wherever that name stands there must be a table, or the letters were no sub-select (a string may hold them as well).
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from nlq.sql.build import with_heirs
from nlq.sql.resolve import is_cte

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WRAPS_KEPT = 2_048
TABLES = with_heirs(exp.Table)
LOOKED_AT = TABLES | with_heirs(exp.Command, exp.DDL, exp.DML)  # and nodes that do something other than select


def prove(text: str, wraps: Sequence[str], dialect: str, schema: str) -> str | None:
    """None where the text is proven, else what is wrong with it.

    Every table of the text either stands inside a sub-select equal to one of `wraps` (the policy's own, rendered for the
    same dialect), or is an unqualified name of a CTE that is defined around it. None is missing; there may be more, for an
    engine's text may say twice what was said once (the least of two values, where null is no value).
    """
    if not all(_is_a_select(wrap, dialect) for wrap in wraps):
        return "a policy is not one SELECT"
    outside, names = _without(text, wraps)
    parsed = _only_query(outside, dialect)
    if parsed is None:
        return "it cannot be parsed again as one SELECT"
    found: Counter[str] = Counter()
    for node in parsed.walk():
        if (kind := type(node)) not in LOOKED_AT:
            continue
        if kind not in TABLES:
            return "it holds something other than a SELECT"
        if not isinstance(node.this, exp.Identifier):
            return "something other than a name stands in FROM"
        unqualified = not (node.args.get("db") or node.args.get("catalog"))
        if unqualified and node.name in names.values():
            found[node.name] += 1
        elif not unqualified or not is_cte(node):
            return f"{node.name} is read outside its policy (schema {schema})"
    if any(outside.count(name) != found[name] for name in names.values()):
        return "the text of a policy stands where no table is"
    missing = (Counter(names[wrap] for wrap in wraps) - found).total()
    return f"{missing} policy sub-selects of {len(wraps)} are missing" if missing else None


def _without(text: str, wraps: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The text with a name in place of each policy's sub-select, the longest first for one may hold another, and the names."""
    fresh = "nlq_proven_"
    while fresh in text.lower():
        fresh += "_"
    names = {wrap: f"{fresh}{number}_" for number, wrap in enumerate(sorted(set(wraps), key=len, reverse=True))}
    for wrap, name in names.items():
        text = text.replace(f"({wrap})", name)
    return text, names


def _only_query(text: str, dialect: str) -> exp.Expr | None:
    """The one query of a text; None where it is anything else."""
    try:
        # The line's end is for the tokenizer: after a parameter of DuckDB's it takes an empty string at a text's end for one that is open.
        parsed = _engine(dialect).parse(f"{text}\n")
    except (SqlglotError, RecursionError):
        return None
    return parsed[0] if len(parsed) == 1 and isinstance(parsed[0], (exp.Select, exp.SetOperation, exp.Subquery)) else None  # fmt: skip


@lru_cache(maxsize=WRAPS_KEPT)
def _is_a_select(wrap: str, dialect: str) -> bool:
    """Whether a policy's text is one SELECT, whole by itself: an asker's are the same in every query."""
    return isinstance(_only_query(wrap, dialect), exp.Select)


@cache
def _engine(dialect: str) -> Dialect:
    return Dialect.get_or_raise(dialect)

"""Is a text one read-only SELECT over allowed constructs? What is not listed here is refused by name.

The result is a tree whose every table and column has been resolved against the model: stars are expanded, names folded,
tables qualified. Nothing of the caller's text goes further than this tree, and a comment never does.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

from nlq.errors import TooExpensive, UnsafeSql
from nlq.sql.allowed import ALLOWED, CALLS, FUNCTIONS, SIZES, TYPES, UNITS
from nlq.sql.limits import MAX_NODES, Room
from nlq.sql.names import resolve_columns
from nlq.sql.place import near, spot
from nlq.sql.resolve import resolve_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from nlq.semantics.model import SemanticModel

MAX_CHARACTERS = 20_000
MAX_PARENTHESES = 40
MARKS = re.compile(r"[()]")
MAX_DEPTH = 120
MAX_JOINS = 20
MAX_CTES = 30
MAX_IN_LIST = 1_000
MAX_COUNT = 1_000
MOST_LIMIT = 10**12
# Functions, which of their arguments is such a count, and the least that it may be.
COUNTS: dict[type[exp.Expr], tuple[str, int]] = {
    exp.Ntile: ("this", 1), exp.NthValue: ("offset", 1), exp.Lag: ("offset", 0), exp.Lead: ("offset", 0), exp.ArgMax: ("count", 1), exp.ArgMin: ("count", 1),
}  # fmt: skip

# The parser tells its logger about text that it does not know; the text is refused here, and is nobody else's to read.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
CLOCK = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Localtime, exp.Localtimestamp)


def parse(text: str) -> exp.Expr:
    """The one SELECT of a text in the canonical dialect.

    Raises:
        UnsafeSql: it cannot be parsed, holds several statements, or is no query.
        TooExpensive: it is over a limit of size or depth.
    """
    if len(text) > MAX_CHARACTERS:
        raise TooExpensive(f"the statement has {len(text)} characters; {MAX_CHARACTERS} are allowed", fix="shorten it")
    if text.count("(") > MAX_PARENTHESES and _depth(text) > MAX_PARENTHESES:
        raise TooExpensive(f"the statement nests parentheses deeper than {MAX_PARENTHESES}", fix="use WITH")
    try:
        statements = [one for one in sqlglot.parse(text, read="trino", error_level=ErrorLevel.RAISE) if one is not None]
    except Exception as problem:  # noqa: BLE001 - what the library's parser stumbles over, it may say in any way
        place = _place(problem)
        raise UnsafeSql(f"the SQL cannot be parsed{place}", fix="write one SELECT in Trino's SQL") from None
    tree = _the_only(statements)
    if "fetch" in text.lower():
        for fetch in list(tree.find_all(exp.Fetch)):
            _as_limit(fetch)
    _is_query(tree)
    return tree


def of_the_day(tree: exp.Expr, text: str, as_of: date) -> exp.Expr:
    """The tree of a text, in place, with the asker's day where CURRENT_DATE stands: an engine has a clock and a zone of its own."""
    words = text.lower()
    if "current_date" not in words or "current_datetime" in words:  # which the parser takes for it
        return tree
    for node in list(tree.find_all(exp.CurrentDate)):
        if not any(node.args.values()):
            day = exp.Cast(this=exp.Literal.string(as_of.isoformat()), to=exp.DataType(this=exp.DType.DATE))
            picked = node.arg_key == "expressions" and isinstance(node.parent, exp.Select)
            node.replace(exp.Alias(this=day, alias=exp.to_identifier("current_date")) if picked else day)
    return tree


def _the_only(statements: list[exp.Expr]) -> exp.Expr:
    if len(statements) != 1:
        raise UnsafeSql(f"there are {len(statements)} statements", fix="write exactly one SELECT")
    return statements[0]


def _is_query(tree: exp.Expr) -> None:
    if not isinstance(tree, (exp.Select, exp.SetOperation, exp.Subquery)):
        raise UnsafeSql(f"{_named(tree)} is not a SELECT", fix="only one SELECT can run")


def _as_limit(fetch: exp.Fetch) -> None:
    """FETCH FIRST 5 ROWS ONLY is LIMIT 5; with ties, or of percents, it stays what it is, and is refused."""
    options, holder = fetch.args.get("limit_options"), fetch.parent
    special = options is not None and (options.args.get("with_ties") or options.args.get("percent"))
    if holder is not None and not special and fetch.args.get("count") is not None:
        holder.set("limit", exp.Limit(expression=fetch.args["count"]))


def validate(tree: exp.Expr, model: SemanticModel) -> tuple[exp.Expr, tuple[str, ...]]:
    """The tree, checked against the allow-lists and resolved: every table in the model's schema, every column known.

    With it the names of its base tables.

    Raises:
        UnsafeSql: a construct that is not allowed.
        NotPermitted: a table or a column that is not in the model (or not for the asker: the same sentence).
        TooExpensive: over a limit.
    """
    try:
        nodes = bounded(tree)
        for node in nodes:
            for rule in CHECKS[type(node)]:
                rule(node)
        tables = resolve_tables(nodes, model)
        return resolve_columns(tree, model, Room(len(nodes))), tables
    except RecursionError:
        raise TooExpensive("the statement is nested too deeply", fix="use WITH") from None
    except (
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        ValueError,
    ):  # over what the library's parser let pass
        raise UnsafeSql("the SQL cannot be resolved", fix="write one SELECT in Trino's SQL") from None


def bounded(tree: exp.Expr) -> list[exp.Expr]:
    """The nodes of a tree, which are not too many, nor nested too deeply, nor too many joins or CTEs among them."""
    nodes = list(tree.walk(bfs=True))
    holder, depth = nodes[-1].parent, 0  # they come level by level: none is nested deeper than the last
    while holder is not None:
        holder, depth = holder.parent, depth + 1
    if depth > MAX_DEPTH:
        raise TooExpensive(f"the statement is nested deeper than {MAX_DEPTH}", fix="use WITH")
    kinds = [type(node) for node in nodes]
    for what, found, most in (
        ("nodes", len(nodes), MAX_NODES),
        ("joins", kinds.count(exp.Join), MAX_JOINS),
        ("CTEs", kinds.count(exp.CTE), MAX_CTES),
    ):
        if found > most:
            raise TooExpensive(f"the statement has {found} {what}; {most} are allowed", fix="ask for less at once")
    return nodes


# Rules: each looks at one node.


def nodes_are_allowed(node: exp.Expr) -> None:
    """Every node is of a listed class, and fills listed parts only."""
    kind = type(node)
    may = ALLOWED.get(kind)
    if may is None:
        if isinstance(node, CLOCK):
            raise UnsafeSql("the clock of the engine is not the asker's", where=spot(node), fix="write CURRENT_DATE, the asker's day, or a date: DATE '2026-11-15'")  # fmt: skip
        raise UnsafeSql(f"{_named(node)} is not allowed", where=spot(node), fix="see docs/sql.md for what is")
    for name, value in () if node.args.keys() <= may else node.args.items():
        if value and name not in may and not (value is True and kind in FUNCTIONS):  # what the parser notes of itself
            raise UnsafeSql(f"{_named(node)} with {name.strip('_')} is not allowed", where=spot(node))
    if kind in CALLS and (node.error_messages() or (kind is exp.Date and node.this is None)):
        raise UnsafeSql(f"{_named(node)} is not given what it needs", where=spot(node), fix="give it its arguments")


def lists_are_short(node: exp.Expr) -> None:
    """An IN list is of a bounded length."""
    if len(node.expressions) > MAX_IN_LIST:
        raise TooExpensive(
            f"an IN list has {len(node.expressions)} values; {MAX_IN_LIST} are allowed", where=near(node)
        )


def something_is_selected(node: exp.Expr) -> None:
    """A SELECT has a list."""
    if not node.expressions:
        raise UnsafeSql("a SELECT selects nothing", where=spot(node), fix="name what it selects")


def types_are_plain(node: exp.Expr) -> None:
    """Casts go to plain types."""
    name = node.this.name if hasattr(node.this, "name") else str(node.this)
    if name not in TYPES:
        raise UnsafeSql(f"the type {name} is not allowed", where=near(node))
    most = SIZES.get(name, ())
    given = [part.name for part in node.expressions]
    if len(given) > len(most) or not all(one.isdigit() and least <= int(one[:9]) <= top for one, (least, top) in zip(given, most, strict=False)) or (len(given) > 1 and int(given[1]) > int(given[0])):  # fmt: skip
        raise UnsafeSql(f"there is no {name} of {', '.join(given)}", where=near(node), fix="write a size that every engine has: DECIMAL(18, 2)")  # fmt: skip


def relations_are_tables(node: exp.Expr) -> None:
    """What stands in FROM is a named table, a CTE or a sub-select; no function, no file, no catalog."""
    if not isinstance(node.this, (exp.Table, exp.Subquery)):
        raise UnsafeSql(f"{_named(node.this)} is no table", where=spot(node.this))


def tables_are_named(node: exp.Expr) -> None:
    """A table is a name, in FROM or JOIN."""
    if not isinstance(node.this, exp.Identifier):
        raise UnsafeSql(f"{_named(node.this)} is no table", where=spot(node))
    if not isinstance(node.parent, (exp.From, exp.Join)):
        raise UnsafeSql("a table stands only in FROM or JOIN", where=spot(node))


def limits_are_numbers(node: exp.Expr) -> None:
    """LIMIT, OFFSET and ESCAPE take a literal: an expression there could raise, or hide a query."""
    value = node.expression
    fits = isinstance(value, exp.Literal) and (
        len(value.this) == 1 if isinstance(node, exp.Escape) else not value.is_string
    )
    if not fits:
        raise UnsafeSql(f"{_named(node)} takes one literal", where=near(node))
    if not isinstance(node, exp.Escape) and not (value.is_int and int(value.this[:19]) <= MOST_LIMIT):
        raise UnsafeSql(
            f"{_named(node)} takes a whole number", where=near(node), fix=f"write one of at most {MOST_LIMIT:,}"
        )


def counts_are_written_out(node: exp.Expr) -> None:
    """How many groups, how far away, how many of the greatest: a whole number that stands there, for engines raise on others."""
    name, least = COUNTS[type(node)]
    many = node.args.get(name)
    if many is not None and not (isinstance(many, exp.Literal) and many.is_int and least <= int(many.this) <= MAX_COUNT):  # fmt: skip
        raise UnsafeSql(
            f"{_named(node)} takes a whole number there",
            where=spot(node),
            fix=f"write one of {least} to {MAX_COUNT}",
        )


def windows_are_of_functions(node: exp.Expr) -> None:
    """OVER follows a function; what stands in the WINDOW clause is a name."""
    named = node.arg_key == "windows"
    if not isinstance(node.this, exp.Identifier if named else (exp.Func, exp.Filter)):
        raise UnsafeSql("OVER follows no function", where=spot(node), fix="write sum(x) OVER (…)")


def names_are_plain(node: exp.Expr) -> None:
    """A bare name is of letters, digits and _: others are written as they stand, and may be something else to an engine ($$)."""
    name = node.this
    if name.isidentifier() and name.isascii():
        return
    if not node.args.get("quoted"):
        raise UnsafeSql("that is no plain name", where=spot(node), fix='write it in double quotes: "Sales in ₱"')
    if not name.isprintable() or not name:
        raise UnsafeSql(
            "a name holds characters that cannot be seen", where=spot(node), fix="write it with visible ones"
        )


def units_are_known(node: exp.Expr) -> None:
    """A unit of time is one of a few words: the library writes it as it stands, whatever it is, so it could be any SQL."""
    named = node if isinstance(node, exp.Var) else node.args.get("unit")
    if named is None:
        return
    if not isinstance(named, exp.Var | exp.Literal) or named.name.upper() not in UNITS:
        raise UnsafeSql(
            "that is no unit of time", where=spot(node), fix=f"write one of {', '.join(sorted(UNITS)).lower()}"
        )


def stars_are_plain(node: exp.Expr) -> None:
    """`*` and `t.*` in a SELECT list, and COUNT(*); nowhere else."""
    holder = node.parent
    if isinstance(holder, exp.Column):
        holder = holder.parent
    if not isinstance(holder, (exp.Select, exp.Count)):
        raise UnsafeSql("`*` stands only in a SELECT list or in COUNT(*)", where=spot(node))


# Each rule with the classes that it looks at.
RULES: dict[Callable[[exp.Expr], None], tuple[type[exp.Expr], ...]] = {
    nodes_are_allowed: (exp.Expr,),
    lists_are_short: (exp.In,),
    something_is_selected: (exp.Select,),
    types_are_plain: (exp.DataType,),
    relations_are_tables: (exp.From, exp.Join),
    tables_are_named: (exp.Table,),
    limits_are_numbers: (exp.Limit, exp.Offset, exp.Escape),
    counts_are_written_out: tuple(COUNTS),
    windows_are_of_functions: (exp.Window,),
    names_are_plain: (exp.Identifier,),
    units_are_known: (exp.Var, *(kind for kind, parts in ALLOWED.items() if "unit" in parts)),
    stars_are_plain: (exp.Star,),
}


class Checks(dict[type[exp.Expr], tuple["Callable[[exp.Expr], None]", ...]]):
    """The rules for a class of node, looked up once."""

    def __init__(self, rules: Mapping[Callable[[exp.Expr], None], tuple[type[exp.Expr], ...]]) -> None:
        super().__init__()
        self.rules = rules

    def __missing__(self, kind: type[exp.Expr]) -> tuple[Callable[[exp.Expr], None], ...]:
        self[kind] = tuple(rule for rule, kinds in self.rules.items() if issubclass(kind, kinds))
        return self[kind]


CHECKS = Checks(RULES)


def _depth(text: str) -> int:
    deepest = depth = 0
    for mark in MARKS.findall(text):
        depth += 1 if mark == "(" else -1 if depth else 0
        deepest = max(deepest, depth)
    return deepest


def _named(node: object) -> str:
    """A construct as a person would name it."""
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name}"
    if isinstance(node, exp.Command):
        return str(node.this).upper()
    if isinstance(node, exp.Func):
        return f"the function {node.sql_name().lower()}"
    return type(node).__name__.upper()


def _place(problem: Exception) -> str:
    errors = getattr(problem, "errors", None)
    if errors and errors[0].get("line"):
        return f" at line {errors[0]['line']}, column {errors[0]['col']}"
    return ""

"""What differs per engine, in one place: a tree in the canonical dialect (Trino) as an engine's text, and how values are bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import TokenType, exp, tokenize

from nlq.errors import UnsafeSql
from nlq.sql.build import cast, rewritten, with_heirs
from nlq.sql.postgres import cast_or_null, in_range, quarters
from nlq.sql.postgres_words import SAYS, iso, said_there
from nlq.sql.types import INTEGERS, Kind, is_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    _Adapted = tuple[Callable[[exp.Expr], exp.Expr], frozenset[type[exp.Expr]]]

# Words of SQL, some of one engine's or of the library's alone: where one is a name, it is quoted for all of them.
WORDS = frozenset(
    [
        "all",
        "alter",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "asymmetric",
        "authorization",
        "between",
        "binary",
        "both",
        "by",
        "case",
        "cast",
        "check",
        "collate",
        "collation",
        "column",
        "concurrently",
        "constraint",
        "create",
        "cross",
        "cube",
        "current_catalog",
        "current_date",
        "current_role",
        "current_schema",
        "current_time",
        "current_timestamp",
        "current_user",
        "deallocate",
        "default",
        "deferrable",
        "delete",
        "desc",
        "describe",
        "distinct",
        "do",
        "drop",
        "else",
        "end",
        "escape",
        "except",
        "execute",
        "exists",
        "extract",
        "false",
        "fetch",
        "for",
        "foreign",
        "freeze",
        "from",
        "full",
        "glob",
        "grant",
        "group",
        "grouping",
        "having",
        "ilike",
        "in",
        "initially",
        "inner",
        "insert",
        "intersect",
        "into",
        "is",
        "isnull",
        "join",
        "lambda",
        "lateral",
        "leading",
        "left",
        "like",
        "limit",
        "listagg",
        "localtime",
        "localtimestamp",
        "lock",
        "natural",
        "normalize",
        "not",
        "notnull",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "overlaps",
        "partitioned_by",
        "pivot",
        "placing",
        "prepare",
        "primary",
        "qualify",
        "recursive",
        "references",
        "regexp",
        "returning",
        "revoke",
        "right",
        "rlike",
        "rollback",
        "rollup",
        "select",
        "session_user",
        "show",
        "similar",
        "skip",
        "some",
        "summarize",
        "symmetric",
        "system_user",
        "table",
        "tablesample",
        "then",
        "to",
        "trailing",
        "trim",
        "true",
        "uescape",
        "uncache",
        "union",
        "unique",
        "unnest",
        "unpivot",
        "user",
        "using",
        "values",
        "variadic",
        "verbose",
        "when",
        "where",
        "window",
        "with",
        "xor",
    ]
)
# What `_duckdb` and `_postgres` may say otherwise.
MOVED = (exp.Extract, exp.TimestampTrunc, exp.DateTrunc, exp.DateAdd, exp.Add, exp.Sub)
OTHER_IN_DUCKDB = with_heirs(exp.Div, exp.DateDiff, exp.Try, *MOVED)
OTHER_IN_POSTGRES = with_heirs(exp.Table, exp.Encode, exp.TryCast, exp.Try, exp.Like, exp.Interval, *MOVED, *SAYS)
HOT = "hot"  # the tier, and catalog, that PostgreSQL is
Values = dict[str, str] | tuple[str, ...]


def render(tree: exp.Expr, dialect: str, *, pretty: bool = True) -> str:
    """The text of a tree for an engine, without comments. The tree itself is left as it is.

    Raises:
        UnsafeSql: PostgreSQL has no way to write the tree in which no value can raise.
    """
    return written(adapted(tree.copy(), dialect), dialect, pretty=pretty)


def adapted(tree: exp.Expr, dialect: str) -> exp.Expr:
    """The tree, in place, as an engine has it: what differs in meaning there is said otherwise, names that are words are quoted.

    Raises:
        UnsafeSql: PostgreSQL has no way to write the tree in which no value can raise.
    """
    rule, kinds = ADAPTED.get(dialect, AS_IT_IS)
    found = []
    for node in tree.walk(bfs=True):
        kind = type(node)
        if kind is exp.Identifier:
            if node.this in WORDS:
                node.set("quoted", True)
        elif kind in kinds:
            found.append(node)
    return rewritten(tree, rule, found)


def written(tree: exp.Expr, dialect: str, *, pretty: bool = True) -> str:
    """The text of an adapted tree that nobody needs any more: a generator may change what it writes."""
    return tree.sql(dialect=dialect, pretty=pretty, comments=False, copy=False)


def quote_words(tree: exp.Expr) -> None:
    """Quote the names that are words of SQL, in place."""
    for name in tree.find_all(exp.Identifier):
        if name.this in WORDS:
            name.set("quoted", True)


def bind(text: str, values: Collection[str], dialect: str, order: Sequence[str] = ()) -> tuple[str, tuple[str, ...]]:
    """A rendered text with its placeholders (of these names) as the engine's driver takes them, and the names to bind, in order.

    DuckDB takes names; PostgreSQL takes $1, $2 … (one for each name, numbered by `order` first); Trino takes ? (one for
    each place).
    """
    if dialect == "duckdb":
        return text, tuple(name for name in values if f"${name}" in text)
    found: list[str] = list(order)
    pieces: list[str] = []
    at = 0
    for start, end, name in _places(text, values, dialect):
        if dialect == "trino":
            found.append(name)
            mark = "?"
        else:
            if name not in found:
                found.append(name)
            mark = f"${found.index(name) + 1}"
        pieces += [text[at:start], mark]
        at = end
    return "".join([*pieces, text[at:]]), tuple(found)


def _places(text: str, values: Collection[str], dialect: str) -> list[tuple[int, int, str]]:
    """Where placeholders stand in a text: `:name` in Trino's, `%(name)s` in PostgreSQL's. Strings and names hold none."""
    tokens = tokenize(text, read=dialect)
    found = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        if token.token_type != TokenType.VAR or token.text not in values or before is None:
            continue
        if dialect == "trino" and before.token_type == TokenType.COLON:
            found.append((before.start, token.end + 1, token.text))
        elif (
            dialect == "postgres"
            and text[token.start - 2 : token.start] == "%("
            and text[token.end + 1 : token.end + 3] == ")s"
        ):
            found.append((token.start - 2, token.end + 3, token.text))
    return found


def _duckdb(node: exp.Expr) -> exp.Expr:
    """DuckDB divides whole numbers to fractions, and makes timestamps of truncated or moved dates; Trino does not."""
    if isinstance(node, exp.Try):
        return _doubles_raise_nowhere(node)
    if isinstance(node, exp.Div) and is_of(node.left, INTEGERS) and is_of(node.right, INTEGERS):
        return exp.IntDiv(this=node.left, expression=node.right)
    if isinstance(
        node, exp.DateDiff
    ):  # DuckDB's own date_diff counts the ends of units that are passed, Trino's whole units
        unit = exp.Literal.string(node.text("unit") or "DAY")
        return _typed(exp.Anonymous(this="DATE_SUB", expressions=[unit, node.expression, node.this]), node.type)
    return _still_a_date(iso(node))


def _doubles_raise_nowhere(node: exp.Expr) -> exp.Expr:
    """Arithmetic of doubles is infinite where it overflows, but on PostgreSQL; and no sub-query can be tried."""
    return node.this if isinstance(node, exp.Try) and node.args.get("doubles") else node


def _postgres(node: exp.Expr) -> exp.Expr:
    """PostgreSQL has one catalog (the hot tier) and no TRY_CAST, and makes timestamps of truncated or moved dates."""
    if isinstance(node, exp.Table) and node.catalog:
        if node.catalog != HOT:
            raise UnsafeSql(
                "PostgreSQL holds the hot tier only", fix="ask for days that it holds, or use Trino's dialect"
            )
        node.set("catalog", None)
    elif isinstance(node, exp.Encode):
        return exp.Anonymous(this="CONVERT_TO", expressions=[node.this, exp.Literal.string("UTF8")])
    elif isinstance(node, exp.TryCast):
        return _typed(cast_or_null(node), node.to)
    elif isinstance(node, exp.Try):
        return _typed(in_range(node.this), node.type)
    elif isinstance(node, exp.Interval) or (isinstance(node, exp.DateAdd) and node.find_ancestor(exp.Try) is None):
        quarters(node)
    elif isinstance(node, exp.Like) and not isinstance(node.parent, exp.Escape):
        # a backslash is itself, also where it ends a pattern
        return exp.Escape(this=node.copy(), expression=exp.Literal.string(""))
    return said_there(_still_a_date(iso(node)))


def _typed(node: exp.Expr, kind: exp.DataType | None) -> exp.Expr:
    """The node with a type that what stands around it may ask for."""
    node.type = kind
    return node


def _still_a_date(node: exp.Expr) -> exp.Expr:
    """A truncated or moved date is a date."""
    moved = isinstance(node, (exp.TimestampTrunc, exp.DateTrunc, exp.DateAdd)) or (
        isinstance(node, (exp.Add, exp.Sub)) and isinstance(node.expression, exp.Interval)
    )
    already = isinstance(node.parent, exp.Cast) and node.parent.to.this.name == "DATE"
    if moved and not already and is_of(node.this, (Kind.DATE,)) and not is_of(node, (Kind.TIMESTAMP,)):
        return cast(node, "date")
    return node


AS_IT_IS: _Adapted = (lambda node: node, frozenset())
# Of each dialect what says a node otherwise, and which nodes it looks at; others, that of exports, say all as Trino does.
ADAPTED: dict[str, _Adapted] = {"duckdb": (_duckdb, OTHER_IN_DUCKDB), "postgres": (_postgres, OTHER_IN_POSTGRES),
                                "trino": (_doubles_raise_nowhere, frozenset((exp.Try,)))}  # fmt: skip

"""Small parts of trees, built without parsing: the library's builders parse a name or a type each time that they are given one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

KINDS = {
    "bigint": exp.DType.BIGINT, "date": exp.DType.DATE, "double": exp.DType.DOUBLE, "int": exp.DType.INT, "text": exp.DType.TEXT,
    "timestamp": exp.DType.TIMESTAMP, "varchar": exp.DType.VARCHAR,
}  # fmt: skip


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    """CAST(value AS kind), which is one of KINDS; what is of that type already is left alone."""
    if isinstance(value, exp.Cast) and value.to.this == KINDS[kind]:
        return value
    return exp.Cast(this=value, to=exp.DataType(this=KINDS[kind]))


def put_into(holder: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The holder in the value's place, and the value in it: itself, not a copy, so that who keeps it can go on with it."""
    value.replace(holder)
    holder.set("this", value)
    return holder


def day(value: date) -> exp.Expr:
    """A date's literal."""
    return cast(exp.Literal.string(value.isoformat()), "date")


def table(name: str, schema: str, alias: str, tier: str | None = None) -> exp.Expr:
    """[tier.]schema.name AS alias: a tier is a catalog."""
    catalog = {"catalog": exp.to_identifier(tier)} if tier else {}
    return exp.Table(
        this=exp.to_identifier(name),
        db=exp.to_identifier(schema),
        **catalog,
        alias=exp.TableAlias(this=exp.to_identifier(alias)),
    )


def named(name: str) -> exp.Expr:
    """A table or CTE by its bare name."""
    return exp.Table(this=exp.to_identifier(name))


def select(picked: list[exp.Expr], relation: exp.Expr) -> exp.Select:
    """SELECT these FROM that. As `called` does, it spares what the library's builders look at first: all of these are nodes."""
    return exp.Select(expressions=picked, from_=exp.From(this=relation))


def called(value: exp.Expr, name: str, *, quoted: bool | None = None) -> exp.Expr:
    """A value under a name. A sub-select holds its own alias: for that there is `exp.alias_`."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=quoted))


def with_(tree: exp.Select, name: str, query: exp.Expr) -> exp.Select:
    """The tree with one more CTE at its end."""
    cte = exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))
    clause = tree.args.get("with_")
    if clause is None:
        tree.set("with_", exp.With(expressions=[cte]))
    else:
        clause.append("expressions", cte)
    return tree


def nullif(value: exp.Expr, other: exp.Expr) -> exp.Expr:
    """NULLIF(value, other)."""
    return exp.Nullif(this=value, expression=other)


def divide(over: exp.Expr, under: exp.Expr) -> exp.Expr:
    """A division of doubles that gives null for a zero divisor, and is never rounded."""
    divisor = nullif(cast(under.copy(), "double"), exp.Literal.number(0))
    return exp.Div(this=cast(over.copy(), "double"), expression=divisor)


def growth(now: exp.Expr, prior: exp.Expr) -> exp.Expr:
    """The change as a fraction of what was before; null where that is null or zero."""
    return divide(exp.paren(minus(now, prior), copy=False), prior)


def minus(now: exp.Expr, then: exp.Expr) -> exp.Expr:
    """A difference; arithmetic on its right side stays together."""
    right = exp.paren(then.copy(), copy=False) if isinstance(then, exp.Binary) else then.copy()
    return exp.Sub(this=now.copy(), expression=right)


def some_rows(tree: exp.Select) -> exp.Select:
    """The same without the row of nulls that an aggregate over no rows is: no matching row must stay no row."""
    return tree.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0)), copy=False)


def joined(
    tree: exp.Select, relation: exp.Expr, *, on: exp.Expr | None = None, side: str = "", kind: str = ""
) -> exp.Select:
    """The tree with one more relation, in place: [LEFT|CROSS] JOIN relation [ON …]."""
    words = {
        **({"on": on} if on is not None else {}),
        **({"side": side} if side else {}),
        **({"kind": kind} if kind else {}),
    }
    tree.append("joins", exp.Join(this=relation, **words))
    return tree


def limited(tree: exp.Select, most: int) -> exp.Select:
    """The tree with a LIMIT, in place."""
    tree.set("limit", exp.Limit(expression=exp.Literal.number(most)))
    return tree


def with_heirs(*kinds: type[exp.Expr]) -> frozenset[type[exp.Expr]]:
    """These classes and all that come of them: to look a node's class up takes a fraction of what `isinstance` of many does."""
    return frozenset(kinds).union(*(with_heirs(*kind.__subclasses__()) for kind in kinds if kind.__subclasses__()))


def rewritten(tree: exp.Expr, rule: Callable[[exp.Expr], exp.Expr], nodes: Sequence[exp.Expr]) -> exp.Expr:
    """The tree with each of these nodes of it as the rule has it, in place. Nodes come outermost first, and are taken innermost first.

    The library's own `transform` leaves what stands inside a node that it replaced as it was.
    """
    for node in reversed(nodes):
        holder, key, index = node.parent, node.arg_key, node.index
        made = rule(node)
        if made is node:
            continue
        if node is tree:
            tree = made
        elif holder is not None and key is not None:
            holder.set(key, made, index)
    return tree


def again(node: exp.Expr) -> exp.Expr:
    """A node once more, to stand in a second place. A plain column is made anew: copying costs more than twice that."""
    if type(node) is not exp.Column:
        return node.copy()
    name, table = node.args.get("this"), node.args.get("table")
    if type(name) is not exp.Identifier or node.args.get("db") is not None:
        return node.copy()
    args = {"this": exp.Identifier(**name.args)}
    if table is not None:
        args["table"] = exp.Identifier(**table.args)
    return exp.Column(**args)

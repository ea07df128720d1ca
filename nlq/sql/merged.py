"""One SELECT in place of two, where the outer one only shows what the inner one aggregates.

A statement is made of figures by name, and of what is said with them. Where the inner query is read once and none of its figures is
said often, the outer one says them itself: the text is shorter to read, and there is less for the guard to prove.
"""

from __future__ import annotations

from collections import Counter

from sqlglot import exp

from nlq.sql.build import called, with_heirs

Ctes = dict[str, exp.Expr]
MOST_SAID = 2  # times that a figure is written out; what is said more often keeps its name
OUTER = frozenset({"expressions", "from_", "where", "order", "limit"})
INNER = frozenset({"expressions", "from_", "joins", "where", "group", "having"})
TABLES, COLUMNS, AGGREGATES = with_heirs(exp.Table), with_heirs(exp.Column), with_heirs(exp.AggFunc)
QUERIES = with_heirs(exp.Query)
LOOSE = with_heirs(
    exp.Binary, exp.Not, exp.Between, exp.In
)  # what has to be held together where it stands among other signs


def merged(tree: exp.Select, ctes: Ctes) -> Ctes:
    """The CTEs that are still needed. The tree and the queries of the CTEs are changed in place.

    Args:
        tree: the outermost SELECT, without its WITH.
        ctes: queries by name, each after those that it reads.
    """
    for query in (*ctes.values(), tree):
        _order_by_name(query)
    read = Counter(node.name for query in (*ctes.values(), tree) for node in query.walk()
                   if type(node) in TABLES and not node.args.get("db"))  # fmt: skip
    kept = dict(ctes)
    for query in (*ctes.values(), tree):
        name = _reads(query)
        inner = kept.get(name)
        if (
            isinstance(query, exp.Select)
            and isinstance(inner, exp.Select)
            and read[name] == 1
            and _taken_in(query, inner)
        ):
            del kept[name]
    return kept


def _order_by_name(query: exp.Expr) -> None:
    """Terms of an order that are columns of the result, by their names there."""
    order = query.args.get("order")
    if not isinstance(query, exp.Select) or order is None:
        return
    names = {one.this: one.args["alias"] for one in query.expressions if type(one) is exp.Alias}
    for term in order.expressions:
        name = names.get(term.this)
        if name is not None:
            term.set("this", exp.Column(this=name.copy()))


def _reads(query: exp.Expr) -> str:
    """The one name that a plain SELECT reads; empty where it reads several, or does more than to show."""
    relation = query.args["from_"].this if query.args.get("from_") else None
    if type(relation) is not exp.Table or relation.args.get("db") or relation.args.get("alias"):
        return ""
    return str(relation.name) if _has_only(query, OUTER) else ""


def _has_only(query: exp.Expr, parts: frozenset[str]) -> bool:
    return all(key in parts for key, value in query.args.items() if value)


def _taken_in(outer: exp.Select, inner: exp.Select) -> bool:
    """Whether the outer query could take the inner one in; then it has."""
    values = _values(inner)
    nodes = list(outer.walk()) if values else []
    if not values or any((type(node) in AGGREGATES and type(node.parent) is not exp.Window) or (type(node) in QUERIES and node is not outer)
                         for node in nodes):  # fmt: skip
        return False
    places = [node for node in nodes if type(node) in COLUMNS and not _is_by_name(node, outer)]
    said = Counter(node.name for node in places)
    if any(
        one not in values or (count > MOST_SAID and type(values[one]) not in COLUMNS) for one, count in said.items()
    ):
        return False
    for bare in _bare(inner):  # what the result calls so is something else
        bare.set("table", exp.to_identifier(inner.args["from_"].this.alias_or_name))
    notes = {one.alias: one.comments for one in inner.expressions if one.comments}
    for node in places:
        _say(node, values[node.name], notes)
    where = outer.args.pop("where", None)
    for part in INNER - {"expressions"}:
        if inner.args.get(part):
            outer.set(part, inner.args[part])
    if where is not None:
        outer.having(where.this, copy=False)
    return True


def _values(inner: exp.Select) -> dict[str, exp.Expr]:
    """What the columns of an aggregate are, by name; empty where it is no plain one."""
    relation = inner.args["from_"].this if _has_only(inner, INNER) and inner.args.get("from_") else None
    values = {one.alias_or_name: one.this if type(one) is exp.Alias else one for one in inner.expressions}
    nodes = [node for value in values.values() for node in value.walk()]
    adds_up = inner.args.get("group") or any(type(node) in AGGREGATES for node in nodes)
    if relation is None or not adds_up or any(type(node) in QUERIES or type(node) is exp.Window for node in nodes):
        return {}
    if any(type(value) not in COLUMNS and value.find(exp.Column, exp.AggFunc) is None for value in values.values()):
        return {}  # a literal, which means a position where it is ordered by
    return {} if inner.args.get("joins") and _bare(inner) else values


def _bare(inner: exp.Select) -> list[exp.Column]:
    """Columns that do not say of which relation they are."""
    parts = [one for part in ("expressions", "group", "having") for one in _listed(inner.args.get(part))]
    return [node for one in parts for node in one.find_all(exp.Column) if not node.args.get("table")]


def _listed(part: object) -> list[exp.Expr]:
    return part if isinstance(part, list) else [part] if isinstance(part, exp.Expr) else []


def _is_by_name(node: exp.Expr, outer: exp.Select) -> bool:
    """Whether a column is a term of the order, by its name in the result."""
    order = outer.args.get("order")
    return order is not None and not node.args.get("table") and node.parent is not None and node.parent.parent is order


def _say(node: exp.Expr, value: exp.Expr, notes: dict[str, list[str]]) -> None:
    """Put what a column is in its place, under its name where it had no other."""
    said, around, name = value.copy(), node.parent, node.name
    if type(around) is exp.Select:
        said = called(said, name)
    elif type(said) in LOOSE and type(around) is not exp.Alias:
        said = exp.Paren(this=said)
    node.replace(said)
    shown = said if type(said) is exp.Alias else said.find_ancestor(exp.Alias)
    if shown is not None and name in notes:
        shown.add_comments(notes.pop(name))

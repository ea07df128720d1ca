"""Columns of written SQL resolved: each with its table and its type, stars and USING written out, every result column with a name.

As Trino has it: what FROM offers comes first, then what the queries around offer. Names of the SELECT list, which analysts use where
Trino has none, are the values that stand under them: in HAVING unless a grouped column is called so, elsewhere where no column is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql import types
from nlq.sql.build import with_heirs
from nlq.sql.limits import OF_A_COLUMN
from nlq.sql.place import spot
from nlq.sql.resolve import no_table
from nlq.sql.scopes import TWICE, Scope, no_column, offered, stand_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nlq.semantics.model import SemanticModel
    from nlq.sql.limits import Room
    from nlq.sql.scopes import Columns, Result
    from nlq.sql.types import Type


_T = TypeVar("_T")
LEAVES: Final = frozenset((exp.Identifier, exp.DataType, exp.Var, exp.TableAlias, exp.Star))
QUERIES: Final = frozenset((exp.Select, exp.Subquery, exp.Union, exp.Intersect, exp.Except))
FIGURES: Final = with_heirs(exp.AggFunc)
ELSEWHERE, GROUP, HAVING, ORDER = "", "GROUP BY", "HAVING", "ORDER BY"
STORED = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "decimal": "DECIMAL(38, 2)", "boolean": "BOOLEAN",
          "date": "DATE", "timestamp": "TIMESTAMPTZ", "datetime": "TIMESTAMP", "array": "ARRAY(VARCHAR)", "json": "JSON"}  # fmt: skip


def resolve_columns(tree: exp.Expr, model: SemanticModel, room: Room) -> exp.Expr:
    """The tree, in place, with every column resolved. Its tables are resolved and its nodes allowed.

    Raises:
        TooExpensive: what names and stars stand for has no room.
        NotPermitted: a column that is not in the model, or that several tables have.
        UnsafeSql: names that contradict each other.
    """
    tables = model.memo.get("sql_columns")
    if tables is None:
        tables = model.memo["sql_columns"] = _stored(model)
    _Names(tables, room).query(tree, None, {})
    return tree


def _stored(model: SemanticModel) -> dict[str, Columns]:
    kinds = {name: exp.DataType.build(kind, dialect="trino") for name, kind in STORED.items()}
    return {name: {column: kinds[table.columns[column].type] for column in table.stored} for name, table in model.tables.items()}  # fmt: skip


class _Names:
    """Resolves the queries of one statement."""

    def __init__(self, tables: Mapping[str, Columns], room: Room) -> None:
        self.tables, self.room, self.unnamed = tables, room, 0

    def query(
        self, query: exp.Expr, around: Scope | None, known: Mapping[str, Columns], names: Sequence[exp.Expr] = ()
    ) -> Result:
        """Resolve a query; its columns, which are called by `names` where there are any."""
        clause = query.args.get("with_")
        if clause is not None:
            known = dict(known)
            for cte in clause.expressions:
                known[cte.alias] = self._under_alias(cte, around, known)
        if isinstance(query, exp.Select):
            return self._select(query, Scope(around, known), names)
        if isinstance(query, exp.Subquery):
            result = self.query(query.this, around, known, names)
        else:
            result = self._together(query, around, known, names)
        for term in _order(query):
            self._by_result(term, result)
        return result

    def _under_alias(self, holder: exp.Expr, around: Scope | None, known: Mapping[str, Columns]) -> Columns:
        """What a CTE or a derived table offers; the names that its alias gives to columns are given inside."""
        alias = holder.args["alias"]
        result = self.query(holder.this, around, known, alias.args.get("columns") or ())
        alias.set("columns", None)
        return offered(result)

    def _together(
        self, query: exp.Expr, around: Scope | None, known: Mapping[str, Columns], names: Sequence[exp.Expr]
    ) -> Result:
        left, right = self.query(query.this, around, known, names), self.query(query.expression, around, known)
        if len(left) != len(right):
            raise UnsafeSql(
                f"one side has {len(left)} columns, the other {len(right)}",
                where=spot(query.expression),
                fix="select as many",
            )
        return [(name, types.wider(one, other)) for (name, one), (_, other) in zip(left, right, strict=True)]

    def _select(self, query: exp.Select, scope: Scope, names: Sequence[exp.Expr]) -> Result:
        args = query.args
        if args.get("from_") is not None:
            self._source(args["from_"], scope)
        for join in args.get("joins") or ():
            self._source(join, scope)
            self._joined(join, scope)
        query.set("expressions", [one for given in args["expressions"] for one in self._expanded(given, scope)])
        for place in range(len(args["expressions"])):
            self._picked(query, place, scope)
        if names:
            _renamed(query, names)
        for clause in (args.get("where"), *(args.get("windows") or ())):
            if clause is not None:
                self._value(clause, scope)
        if args.get("group") is not None:
            self._group(args["group"], query, scope)
        if args.get("having") is not None:
            self._value(args["having"], scope, HAVING)
        result = [(one.alias_or_name, one.type) for one in args["expressions"]]
        for term in _order(query):
            self._ordered(term, result, scope)
        return result

    # What FROM offers.

    def _source(self, holder: exp.Expr, scope: Scope) -> None:
        relation = holder.this
        name = relation.alias or (relation.name if isinstance(relation, exp.Table) else self._unused(scope))
        if isinstance(relation, exp.Subquery) and not relation.alias:
            relation.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
        if name in scope.sources:
            raise UnsafeSql(f"{name} stands twice in FROM", where=spot(relation), fix="give each an alias of its own")
        if isinstance(relation, exp.Subquery):
            scope.sources[name] = self._under_alias(relation, scope.around, scope.known)
            return
        base = relation.args.get("db") is not None
        columns = (self.tables if base else scope.known).get(relation.name)
        if columns is None:
            raise no_table(relation.name, relation)
        if relation.alias_column_names:
            raise UnsafeSql(
                "columns of a table are not renamed", where=spot(relation), fix="name them in SELECT: a AS b"
            )
        scope.sources[name] = columns
        if base:
            scope.bases[name] = (relation.text("db"), relation.name)

    def _unused(self, scope: Scope) -> str:
        self.unnamed += 1
        name = f"_{self.unnamed - 1}"
        return self._unused(scope) if name in scope.sources else name

    def _joined(self, join: exp.Expr, scope: Scope) -> None:
        """The condition of a join: USING is equalities."""
        terms = []
        *before, last = scope.sources
        for name in [one.name for one in join.args.get("using") or ()]:
            of = scope.merged.get(name) or [one for one in before if name in scope.sources[one]]
            if name not in scope.sources[last] or not of or (len(of) > 1 and name not in scope.merged):
                raise no_column(name, join)
            self.room.take(OF_A_COLUMN * (len(of) + 1))
            equal = exp.EQ(this=scope.of_all(name, of), expression=scope.column(name, last))
            equal.type = types.BOOLEAN
            terms.append(equal)
            scope.merged[name] = [*of, last]
        if terms:
            join.set("using", None)
            join.set("on", exp.and_(*terms, copy=False))
            for both in join.args["on"].find_all(exp.And):
                both.type = types.BOOLEAN
        elif join.args.get("on") is not None:
            self._value(join.args["on"], scope)

    # What SELECT gives.

    def _expanded(self, given: exp.Expr, scope: Scope) -> Iterable[exp.Expr]:
        """The columns that a star stands for; anything else for itself."""
        star = given.this if isinstance(given, exp.Column) else given
        if not isinstance(star, exp.Star):
            return (given,)
        of = given.text("table")
        if of not in ("", *scope.sources) or given.args.get("db") is not None:
            raise UnsafeSql(f"there is no {of} in FROM", where=spot(given), fix="name what stands there")
        left_out = {one.name for one in star.args.get("except_") or ()}
        together = () if of else [one for one in scope.merged if one not in left_out]
        self.room.take(OF_A_COLUMN * sum(len(scope.merged[name]) for name in together))
        found: list[exp.Expr] = [
            exp.Alias(this=scope.of_all(name, scope.merged[name]), alias=exp.to_identifier(name)) for name in together
        ]
        for source in (of,) if of else scope.sources:
            self.room.take(OF_A_COLUMN * len(scope.sources[source]))
            for name, kind in scope.sources[source].items():
                if kind is TWICE:
                    raise UnsafeSql(f"{source} has two columns called {name}", where=spot(given), fix="name the columns that you want")  # fmt: skip
                if name not in left_out and (of or source not in scope.merged.get(name, ())):
                    found.append(exp.column(name, table=source))
        if not found:
            raise UnsafeSql("`*` stands for no column here", where=spot(given), fix="name the columns that you want")
        return found

    def _picked(self, query: exp.Select, place: int, scope: Scope) -> None:
        """A value of the SELECT list, under a name by which what follows may call it."""
        given = query.expressions[place].output_name.lower() or f"_col_{place}"
        self._value(query.expressions[place], scope)
        one = query.expressions[place]  # another, where a name stood for something else
        if isinstance(one, exp.Subquery) and not one.alias:
            one.set("alias", exp.TableAlias(this=exp.to_identifier(given)))
        elif not isinstance(one, (exp.Alias, exp.Column, exp.Subquery)):
            made = exp.Alias(this=one, alias=exp.to_identifier(given))
            made.type = one.type
            query.set("expressions", made, place)
            one = made
        name = one.alias_or_name
        scope.named[name] = None if name in scope.named else one.unalias()

    def _group(self, group: exp.Expr, query: exp.Select, scope: Scope) -> None:
        for term in group.expressions:
            if isinstance(term, exp.Literal) and term.is_int:
                value = _at(term, query.expressions).unalias()
                if not isinstance(value, (exp.Literal, exp.Null, exp.Boolean)):
                    term.replace(self.room.copy(value))
            else:
                self._value(term, scope, GROUP)
        for key in ("rollup", "cube", "grouping_sets"):
            for part in group.args.get(key) or ():
                self._value(part, scope, GROUP)
        scope.grouped = frozenset((one.text("table"), one.name) for one in group.find_all(exp.Column))

    # ORDER BY.

    def _ordered(self, term: exp.Expr, result: Result, scope: Scope) -> None:
        """A term of a SELECT's ORDER BY: a column of the result by its name or place, or any value."""
        by = _by_place(term, result)
        if isinstance(by, exp.Column) and by.args.get("table") is None and any(name == by.name for name, _ in result):
            by.type = _once(by, result)
        elif not isinstance(by, exp.Literal):
            self._value(by, scope, ORDER)

    def _by_result(self, term: exp.Expr, result: Result) -> None:
        """A term of a set operation's ORDER BY, which sees the result alone."""
        by = _by_place(term, result)
        for column in by.find_all(exp.Column):
            if column.args.get("table") is not None:
                raise no_column(column.name, column)
            column.type = _once(column, result)
        for node in reversed(list(by.walk(bfs=True))):
            types.tell(node)

    # Values.

    def _value(self, node: exp.Expr, scope: Scope, place: str = ELSEWHERE, *, figure: bool = False) -> None:
        """Resolve what a value is made of, and say its type. `figure`: it stands in an aggregate."""
        kind = type(node)
        if kind is exp.Column:
            self._column(node, scope, place, figure=figure)
            return
        if kind in QUERIES:
            self.query(node, scope, scope.known)
        elif kind is not exp.Literal:
            figure = figure or (kind in FIGURES and not isinstance(node.parent, exp.Window))
            for part in list(node.iter_expressions()):
                if type(part) not in LEAVES:
                    self._value(part, scope, place, figure=figure)
        types.tell(node)

    def _column(self, column: exp.Expr, scope: Scope, place: str, *, figure: bool) -> None:
        name = column.args["this"].this
        if column.args.get("table") is not None:
            scope.qualify(column, name)
            return
        meant = scope.named.get(name)
        if meant is not None and (figure or place == GROUP) and meant.find(exp.AggFunc) is not None:
            meant = None
        if meant is not None and place == ORDER and not figure:
            stand_in(column, meant, self.room)
            return
        holder = scope
        source = holder.offering(column, name)
        while source is None and holder.around is not None:
            holder = holder.around
            source = holder.offering(column, name)
        ungrouped = place == HAVING and not figure and holder is scope and (source, name) not in scope.grouped
        if meant is not None and (source is None or ungrouped):
            stand_in(column, meant, self.room)
        elif source is None:
            raise no_column(name, column)
        else:
            if name in holder.merged:
                self.room.take(OF_A_COLUMN * len(holder.merged[name]))
            holder.settle(column, name, source)


def _renamed(query: exp.Select, names: Sequence[exp.Expr]) -> None:
    """The SELECT list under other names, which an alias around the query gives."""
    if len(names) != len(query.expressions):
        raise UnsafeSql(
            f"{len(names)} names stand for {len(query.expressions)} columns", where=spot(names[0]), fix="give as many"
        )
    made = []
    for one, name in zip(query.expressions, names, strict=True):
        value = one.unalias()
        if isinstance(value, exp.Subquery):
            value.set("alias", None)
        made.append(exp.Alias(this=value, alias=name.copy()))
        made[-1].type = value.type
    query.set("expressions", made)


def _order(query: exp.Expr) -> Sequence[exp.Expr]:
    order = query.args.get("order")
    return order.expressions if order is not None else ()


def _at(place: exp.Expr, picked: Sequence[_T]) -> _T:
    if not 0 < int(place.name) <= len(picked):
        raise UnsafeSql(f"there is no column {place.name} in the SELECT list", where=spot(place), fix="name the column")
    return picked[int(place.name) - 1]


def _by_place(term: exp.Expr, result: Result) -> exp.Expr:
    """What a term of ORDER BY orders by; of a place the column's name, where one column alone has it."""
    by = term.this
    if isinstance(by, exp.Literal) and by.is_int:
        name, _ = _at(by, result)
        if [one for one, _ in result].count(name) == 1:
            term.set("this", exp.column(name))
    return term.this  # type: ignore[no-any-return]


def _once(column: exp.Expr, result: Result) -> Type:
    """The type of the one column of a result that has a name."""
    found = [kind for name, kind in result if name == column.name]
    if len(found) != 1:
        raise no_column(column.name, column)
    return found[0]

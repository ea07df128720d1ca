"""What a model says of one row of a table, as SQL of another dialect: its columns, its fields, and whether it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.schema import MappingSchema

from nlq.errors import UnsafeSql
from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.expressions import PLAIN, upward
from nlq.semantics.interop.tables import SQL
from nlq.sql import columns
from nlq.sql.dialect import render

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Dimension, Exists

ROW = "row_"  # stands for the table while an expression is built


class Rows:
    """Expressions over rows of a model's tables, for one dialect (sqlglot's name of it)."""

    def __init__(self, model: SemanticModel, dialect: str) -> None:
        self.model, self.dialect = model, dialect

    def column(self, table: str, name: str) -> str:
        """A column: its name, or what computes it."""
        return self._text(table, columns.column(self.model, table, name, ROW))

    def day(self, table: str, name: str) -> str:
        """A date or time column as the day that it is in the model's zone."""
        return self._text(table, columns.local_date(self.model, table, name, ROW))

    def moment(self, table: str, name: str) -> str:
        """A date or time column as the model's zone has it, for formats that take the day of it themselves."""
        return self._text(table, columns.local_time(self.model, table, name, ROW))

    def field(self, one: Dimension, table: str, name: str | None = None) -> str:
        """What a plain dimension is in a table that holds it, there perhaps as the column `name`."""
        held = name or one.columns[0]
        if one.type == "date":
            return self.moment(table, held)
        if name is not None:
            return self.column(table, name)
        return self._text(table, columns.taken(self.model, one, table, held, ROW))

    def value(self, table: str, name: str, function: str) -> str:
        """What an aggregate is over; of dates the least and the greatest are days."""
        dated = self.model.tables[table].columns[name].type in ("date", "datetime", "timestamp")
        return self.day(table, name) if dated and function in ("min", "max") else self.column(table, name)

    def several(self, table: str, names: tuple[str, ...]) -> str:
        """Some columns as one text that no other values of them give: null where one of them is.

        Each text but the last has its length before it, so that no separator inside of a value can be taken for one.
        """
        if len(names) == 1:
            return self.column(table, names[0])
        parts = []
        for name in names:
            kind = self.model.tables[table].columns[name].type
            text = self.column(table, name)
            plain = text if kind == "string" else f"CAST({text} AS VARCHAR)"
            last = name == names[-1]
            parts.append(plain if last or kind in ("integer", "date", "boolean") else f"CAST(LENGTH({plain}) AS VARCHAR) || ':' || {plain}")  # fmt: skip
        return sqlglot.parse_one(" || '|' || ".join(parts), read=self.dialect).sql(self.dialect)

    def counts(self, table: str) -> str | None:
        """The condition on the rows that count, where not all do; columns of the table itself are called by its source's name."""
        one = self.model.tables[table]
        if one.valid is None:
            return None
        if isinstance(one.valid, str):
            return self._text(table, sqlglot.parse_one(one.valid, read="trino"))
        return self._named(table, one.valid)

    def _named(self, table: str, exists: Exists) -> str:
        """That a row of another table, one that counts there, names this one."""
        there, here = self.model.tables[exists.exists], self.source(table)
        schema = self.model.header.schema_
        same = [f"its.{its} = {here}.{mine}" for mine, its in exists.on.items()]
        inner = None
        if isinstance(there.valid, str):
            tree = sqlglot.parse_one(str(self.counts(exists.exists)), read=self.dialect)
            inner = tree.transform(
                lambda node: exp.column(node.name, table="its") if isinstance(node, exp.Column) else node
            ).sql(self.dialect)
        if there.valid is not None and inner is None:
            raise NotCarried(
                "expression", f"the rows of {table} that count hang on those of {exists.exists}, and these on others"
            )
        where = " AND ".join([*same, *([f"({inner})"] if inner else [])])
        source = there.source or there.name
        text = f"EXISTS(SELECT 1 FROM {source if '.' in source else f'{schema}.{source}'} AS its WHERE {where})"
        return sqlglot.parse_one(text, read=self.dialect).sql(self.dialect)

    def source(self, table: str) -> str:
        """The table of the database that a table is, without its schema."""
        one = self.model.tables[table]
        return (one.source or one.name).rpartition(".")[2]

    def schema(self, table: str) -> str:
        """The schema that it is in."""
        one = self.model.tables[table]
        return (one.source or "").rpartition(".")[0] or self.model.header.schema_

    def arithmetic(self, text: str) -> str:
        """Arithmetic over metrics; a division is one of doubles, and by zero it is null."""

        def change(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Div):
                return node
            over, under = node.this, node.expression
            if not (isinstance(over.unnest(), exp.Cast) and over.unnest().to.this == exp.DataType.Type.DOUBLE):
                over = exp.Cast(this=over.unnest(), to=exp.DataType(this=exp.DataType.Type.DOUBLE))
            if not columns.never_zero(under.unnest()):
                under = exp.Nullif(this=under.unnest(), expression=exp.Literal.number(0))
            return exp.Div(this=over, expression=under)

        return str(upward(sqlglot.parse_one(text, read="trino"), change).sql(self.dialect))

    def literal(self, value: object) -> str:
        """A plain value."""
        return exp.convert(value).sql(self.dialect)

    def _text(self, table: str, tree: exp.Expr) -> str:
        """A tree over one row as the dialect's text, its columns by their bare names."""
        bare = tree.unnest().copy().transform(lambda node: _column(node.name) if isinstance(node, exp.Column) else node)
        try:
            return render(self._typed(table, bare), self.dialect, pretty=False)
        except UnsafeSql as problem:
            raise NotCarried("expression", str(problem)) from None

    def _typed(self, table: str, tree: exp.Expr) -> exp.Expr:
        """The tree with its types: on them hangs how some engines divide and truncate."""
        known = {
            name: SQL[spec.type]
            for name, spec in self.model.tables[table].columns.items()
            if spec.expr is None and spec.type in SQL
        }
        schema = MappingSchema({"t": known}, dialect="trino")
        select = exp.select(exp.alias_(tree.copy(), "it")).from_("t")
        try:
            found = annotate_types(qualify_columns(select, schema), schema=schema).selects[0].unalias()
        except SqlglotError:
            return tree
        for column in list(found.find_all(exp.Column)):
            column.set("table", None)
        for name in list(found.find_all(exp.Identifier)):
            name.set("quoted", not PLAIN.fullmatch(name.name))
        return found


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=not PLAIN.fullmatch(name)))

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
from nlq.semantics.interop.expressions import PLAIN
from nlq.semantics.interop.tables import SQL
from nlq.sql import columns
from nlq.sql.build import cast
from nlq.sql.build import table as relation
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
        made: exp.Expr | None = None
        for name in names:
            kind = self.model.tables[table].columns[name].type
            found = columns.column(self.model, table, name, ROW)
            text = found if kind == "string" else cast(found, "varchar")
            if name != names[-1] and kind not in ("integer", "date", "boolean"):
                length = cast(exp.Length(this=text.copy()), "varchar")
                text = _piped(_piped(length, exp.Literal.string(":")), text)
            made = text if made is None else _piped(_piped(made, exp.Literal.string("|")), text)
        return self._text(table, made or exp.null())

    def counts(self, table: str) -> str | None:
        """The condition on the rows that count, where not all do; columns of the table itself are called by its source's name."""
        condition = self._condition(table)
        return None if condition is None else condition.sql(self.dialect)

    def counting(self, table: str) -> str:
        """The query of the rows of a table that count."""
        tree = exp.select("*").from_(self._relation(table, self.source(table)))
        condition = self._condition(table)
        return (tree if condition is None else tree.where(condition)).sql(self.dialect)

    def _condition(self, table: str) -> exp.Expr | None:
        valid = self.model.tables[table].valid
        if valid is None:
            return None
        if isinstance(valid, str):
            return sqlglot.parse_one(self._text(table, sqlglot.parse_one(valid, read="trino")), read=self.dialect)
        return self._named(table, valid)

    def _named(self, table: str, exists: Exists) -> exp.Expr:
        """That a row of another table, one that counts there, names this one."""
        there, here = self.model.tables[exists.exists], self.source(table)
        if there.valid is not None and not isinstance(there.valid, str):
            raise NotCarried(
                "expression", f"the rows of {table} that count hang on those of {exists.exists}, and these on others"
            )
        alias = "its" if here != "its" else "theirs"
        same = [exp.EQ(this=_column(its, alias), expression=_column(mine, here)) for mine, its in exists.on.items()]
        inner = self._condition(exists.exists)
        if inner is not None:
            inner = exp.paren(
                inner.transform(lambda node: _column(node.name, alias) if isinstance(node, exp.Column) else node)
            )
        where = exp.and_(*same, *([inner] if inner is not None else []))
        return exp.Exists(this=exp.select("1").from_(self._relation(exists.exists, alias)).where(where))

    def _relation(self, table: str, alias: str) -> exp.Expr:
        """A table of the database under a name."""
        return relation(self.source(table), self.schema(table), alias)

    def source(self, table: str) -> str:
        """The table of the database that a table is, without its schema."""
        one = self.model.tables[table]
        return (one.source or one.name).rpartition(".")[2]

    def schema(self, table: str) -> str:
        """The schema that it is in."""
        one = self.model.tables[table]
        return (one.source or "").rpartition(".")[0] or self.model.header.schema_

    def arithmetic(self, tree: exp.Expr) -> str:
        """Arithmetic over metrics; a division is one of doubles, and by zero it is null."""
        return str(columns.of_doubles(tree).sql(self.dialect))

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


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=not PLAIN.fullmatch(name)), table=table)


def _piped(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.DPipe(this=left, expression=right)

"""Tables as they grow while another format's model is read: the columns that are used, computed ones, and their types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.schema import MappingSchema

from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.semantics.interop.expressions import DIVIDES_WHOLES, parsed, plain_column, row_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

# Types of a database's columns, by table and column, in our words.
Types = "Mapping[str, Mapping[str, str]]"
OURS = {"VARCHAR": "string", "TEXT": "string", "CHAR": "string", "BOOLEAN": "boolean", "INT": "integer", "BIGINT": "integer", "SMALLINT": "integer",
        "TINYINT": "integer", "DOUBLE": "number", "FLOAT": "number", "DECIMAL": "decimal", "DATE": "date", "TIMESTAMP": "datetime",
        "DATETIME": "datetime", "TIMESTAMPTZ": "timestamp"}  # fmt: skip
SQL = {"string": "VARCHAR", "boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE", "decimal": "DECIMAL(38, 9)", "date": "DATE",
       "datetime": "TIMESTAMP", "timestamp": "TIMESTAMPTZ"}  # fmt: skip


@dataclass(slots=True)
class Building:
    """One table of the model in the making; `relation` is the database's table."""

    name: str
    relation: str
    dialect: str
    known: Mapping[str, str] | None
    issues: list[Issue]
    plain: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)  # an expression to the column that holds it
    guessed: list[str] = field(default_factory=list)

    def column(self, expr: str, called: str, guess: str) -> str:
        """The column that an expression is: a stored one, or a computed one under the name `called` or one like it.

        Args:
            expr: SQL over one row, in the source's dialect.
            called: what a computed column is to be called.
            guess: its type, where nothing says it.

        Raises:
            NotCarried: the expression cannot stand in a computed column, or names a column that is not there.
        """
        self._own(expr)
        name = plain_column(expr)
        if name is not None:
            self._there([name])
            self._stored(name, guess)
            return name
        if expr not in self.written:
            text = row_expression(expr, self.dialect)
            tree = parsed(text, "trino")
            used = [one.name for one in tree.find_all(exp.Column)]
            self._there(used)
            for one in used:
                self._stored(one, "string")
            self._divides(tree, expr)
            free = called
            while free in self.columns or (self.known is not None and free in self.known):
                free = f"{free}_computed"
            inferred = self._inferred(tree)
            blind = self.known is None and inferred == "string"  # of columns whose types are guessed themselves
            self.columns[free] = {"type": guess if blind else inferred or guess, "expr": text}
            self.written[expr] = free
        return self.written[expr]

    def _own(self, expr: str) -> None:
        """The columns that an expression names are this table's, whatever it calls it.

        Raises:
            NotCarried: one is said to be another's.
        """
        if "." not in expr:
            return
        own = {self.name.lower(), self.relation.lower()}
        for one in parsed(expr, self.dialect).find_all(exp.Column):
            if one.table and one.table.lower() not in own:
                raise NotCarried("expression", f"{expr}: {one.table} is another table")

    def _divides(self, tree: exp.Expr, expr: str) -> None:
        """A division of whole numbers drops the rest in some databases; here every division is one of doubles.

        Raises:
            NotCarried: it is one of whole numbers there.
        """
        if self.dialect not in DIVIDES_WHOLES:
            return
        kinds = {"integer"} | ({"string"} if self.known is None else set())  # what was guessed may be a whole number
        for one in tree.find_all(exp.Div):
            sides = [side.unnest() for side in (one.this, one.expression)]
            if all(
                (isinstance(side, exp.Literal) and side.is_int)
                or (isinstance(side, exp.Column) and self.type(side.name) in kinds)
                for side in sides
            ):
                raise NotCarried("expression", f"a division of whole numbers, which drops the rest there: {expr}")

    def _there(self, names: list[str]) -> None:
        """The columns are in the database, where it could be looked at.

        Raises:
            NotCarried: one is not.
        """
        missing = [name for name in names if self.known and name not in self.known]
        if missing:
            raise NotCarried("unknown_reference", f"the database's {self.relation} has no column {missing[0]}")

    def type(self, column: str) -> str:
        """The type of a column that is there."""
        return str(self.columns[column]["type"])

    def _stored(self, name: str, guess: str) -> None:
        known = self.known.get(name) if self.known is not None else None
        if name not in self.columns:
            self.columns[name] = {"type": known or guess}
            if known is None:
                self.guessed.append(name)
        elif known is None and self.columns[name]["type"] == "string" and guess != "string":
            self.columns[name]["type"] = guess

    def _inferred(self, tree: exp.Expr) -> str | None:
        """What type an expression gives, as far as its columns' types tell."""
        schema = MappingSchema({"t": {name: SQL[one["type"]] for name, one in self.columns.items() if one["type"] in SQL}}, dialect="trino")  # fmt: skip
        select = exp.select(exp.alias_(tree.copy(), "it")).from_("t")
        try:
            kind = annotate_types(qualify_columns(select, schema), schema=schema).selects[0].type
        except SqlglotError:
            return None
        return OURS.get(kind.this.name) if kind is not None else None

    def finished(self) -> dict[str, Any]:
        """The table as YAML has it."""
        if self.guessed:
            self.issues.append(Issue("type_guessed", f"table {self.name}", f"types of {', '.join(self.guessed)}: say --data, or look at them"))  # fmt: skip
        review = {"review": True} if self.guessed else {}
        return {"name": self.name, **self.plain, "columns": self.columns, **review}

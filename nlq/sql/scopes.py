"""What names mean in one SELECT: what its FROM offers, what stands in its SELECT list, and the SELECT around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from nlq.errors import NotPermitted
from nlq.sql.place import spot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nlq.sql.limits import Room
    from nlq.sql.types import Type

    Result = list[tuple[str, Type]]  # a query's columns, of which two may have one name
    Columns = Mapping[str, Type]  # what a relation offers, in order

# What needs no parentheses, wherever it stands.
WHOLE: Final = (exp.Column, exp.Literal, exp.Func, exp.Paren, exp.Subquery)
TWICE: Final = exp.DataType(this=exp.DType.UNKNOWN)  # in place of the type of a name that a relation has twice


@dataclass(slots=True)
class Scope:
    """The names of one SELECT.

    Args:
        around: that of the query in which this one stands, whose columns it may use.
        known: CTEs by name.
        sources: relations of FROM by alias.
        bases: of those that are base tables schema and name.
        merged: columns of USING, with the sources that they are of.
        named: values of the SELECT list; None where two have the name.
        grouped: columns that GROUP BY names, with their sources.
    """

    around: Scope | None
    known: Mapping[str, Columns]
    sources: dict[str, Columns] = field(default_factory=dict)
    bases: dict[str, tuple[str, str]] = field(default_factory=dict)
    merged: dict[str, list[str]] = field(default_factory=dict)
    named: dict[str, exp.Expr | None] = field(default_factory=dict)
    grouped: frozenset[tuple[str, str]] = frozenset()

    def qualify(self, column: exp.Expr, name: str) -> None:
        """Settle a column that says whose it is: an alias's of FROM, here or around, or a table's with its schema."""
        table, schema = column.text("table"), column.text("db")
        holder: Scope | None = self
        while holder is not None:
            meant = [one for one, base in holder.bases.items() if base == (schema, table)] if schema else [table]
            columns = holder.sources.get(meant[0]) if len(meant) == 1 else None
            if columns is not None and name in columns:
                if schema:
                    column.set("db", None)
                    column.set("table", exp.to_identifier(meant[0]))
                column.type = _single(column, columns[name])
                return
            if columns is not None or len(meant) > 1:
                break
            holder = holder.around
        raise no_column(name, column)

    def offering(self, column: exp.Expr, name: str) -> str | None:
        """The one source that offers a name; None where none does."""
        if name in self.merged:
            return self.merged[name][0]
        found = [source for source, columns in self.sources.items() if name in columns]
        if len(found) > 1:
            raise no_column(name, column)
        if found:
            _single(column, self.sources[found[0]][name])
        return found[0] if found else None

    def settle(self, column: exp.Expr, name: str, source: str) -> None:
        """Say of a column whose it is; one of USING is that of whichever of its sources has a row."""
        if name in self.merged:
            column.replace(self.of_all(name, self.merged[name]))
            return
        column.set("table", exp.to_identifier(source))
        column.type = self.sources[source][name]

    def column(self, name: str, source: str) -> exp.Expr:
        """A column of a source."""
        made = exp.column(name, table=source)
        made.type = self.sources[source][name]
        return made

    def of_all(self, name: str, sources: Sequence[str]) -> exp.Expr:
        """A column of whichever of these sources has a row."""
        first, *others = (self.column(name, one) for one in sources)
        if not others:
            return first
        made = exp.Coalesce(this=first, expressions=others)
        made.type = first.type
        return made


def offered(result: Result) -> Columns:
    """What a query's columns are to the query around it."""
    columns = dict(result)
    if len(columns) < len(result):
        names = [name for name, _ in result]
        columns.update((name, TWICE) for name in names if names.count(name) > 1)
    return columns


def stand_in(column: exp.Expr, value: exp.Expr, room: Room) -> None:
    """Put a value of the SELECT list where its name stands."""
    made = room.copy(value)
    if not isinstance(made, WHOLE):
        made = exp.Paren(this=made)
        made.type = value.type
    column.replace(made)


def _single(column: exp.Expr, kind: Type) -> Type:
    if kind is TWICE:
        raise no_column(column.name, column)
    return kind


def no_column(name: str, where: exp.Expr) -> NotPermitted:
    """The one sentence for a column that is hidden, for one that does not exist, and for one that may be either of two."""
    return NotPermitted(f"there is no column {name} that you may read here", where=spot(where),
                        fix="`nlq model show tables` lists columns; a column of two tables needs its table's name")  # fmt: skip

"""Conditions of ours as SQL of others, in which a comparison with null is not true; here what is not in keeps the unknown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.semantics.interop.carried import NotCarried

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.semantics.model import SemanticModel
    from nlq.values.query import Condition

OPS = {"=": "=", "!=": "<>", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


class Conditions(ABC):
    """Writes conditions; what a field is called in them is each format's own."""

    def __init__(self, model: SemanticModel, dialect: str) -> None:
        self.model, self.dialect = model, dialect

    @abstractmethod
    def subject(self, field: str) -> str:
        """What a field is compared by.

        Raises:
            NotCarried: it is not there.
        """

    @abstractmethod
    def shown(self, field: str) -> str:
        """What a field shows, to search in."""

    def chosen(self, one: Condition) -> str:
        """A set filter.

        Raises:
            NotCarried: there are none.
        """
        raise NotCarried("filter", f"the set of {one.field} is chosen by another query")

    def conditions(self, conditions: Sequence[Condition]) -> tuple[str, ...]:
        """Conditions as texts, all of which must hold.

        Raises:
            NotCarried: one of them cannot be said.
        """
        bare = {one.field for one in conditions if one.op == "is_not_null"}
        compared = {
            one.field
            for one in conditions
            if one.op in ("!=", "not_in") and one.query is None and not self._has_key(one.field)
        }
        return tuple(
            self._one(one, known=one.field in bare)
            for one in conditions
            if not (one.op == "is_not_null" and one.field in compared)
        )

    def _has_key(self, field: str | None) -> bool:
        one = self.model.dimensions.get(field or "")
        return field in self.model.filters or (one is not None and bool(one.key))

    def _one(self, one: Condition, *, known: bool = False) -> str:
        """One condition; `known`: another says that its field is not null."""
        if one.any is not None or one.all is not None:
            parts = (
                self.conditions(one.all) if one.all is not None else tuple(self._one(part) for part in one.any or ())
            )
            return f"({(' AND ' if one.all is not None else ' OR ').join(parts)})"
        field = one.field or ""
        if one.query is not None:
            return self.chosen(one)
        if field in self.model.filters:
            holds = f"({' AND '.join(self.conditions(self.model.filters[field].where))})"
            return holds if (one.values[0] is True) == (one.op in ("=", "in")) else f"NOT COALESCE({holds}, FALSE)"
        return self._compared(one, field, known=known)

    def _compared(self, one: Condition, field: str, *, known: bool) -> str:
        subject = self.subject(field)
        if one.op in ("is_null", "is_not_null"):
            return f"{subject} IS {'NOT ' if one.op == 'is_not_null' else ''}NULL"
        if one.op == "contains":
            text = str(one.values[0]).lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            return f"LOWER({self.shown(field)}) LIKE {self.text(f'%{text}%')} ESCAPE {self.text(chr(92))}"
        dimension = self.model.dimensions.get(field)
        if dimension is not None and dimension.key:
            return self._keyed(one, field, subject)
        values = [self.value(field, value) for value in one.values]
        if one.op == "between":
            return f"{subject} BETWEEN {values[0]} AND {values[1]}"
        if one.op in ("in", "not_in"):
            made = f"{subject} {'NOT IN' if one.op == 'not_in' else 'IN'} ({', '.join(values)})"
        else:
            made = f"{subject} {OPS[str(one.op)]} {values[0]}"
        return f"({made} OR {subject} IS NULL)" if one.op in ("!=", "not_in") and not known else made

    def _keyed(self, one: Condition, field: str, subject: str) -> str:
        """A thing is found by its id, or by the name that it shows."""
        dimension = self.model.dimensions[field]
        kind = self.model.tables[dimension.table].columns[dimension.id or ""].type
        names = [self.text(str(value)) for value in one.values]
        ids = (
            names
            if kind != "integer"
            else [str(value) for value in one.values if str(value).isascii() and str(value).isdigit()]
        )
        shown = self.shown(field)
        parts = [f"{side} IN ({', '.join(found)})" for side, found in ((subject, ids), (shown, names)) if found]
        among = f"({' OR '.join(dict.fromkeys(parts))})"
        return among if one.op in ("=", "in") else f"NOT COALESCE({among}, FALSE)"

    def value(self, field: str, value: object) -> str:
        """A value that a field is compared with."""
        del field
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        return str(value) if isinstance(value, (int, float)) else self.text(str(value))

    def text(self, value: str) -> str:
        """A text as a literal."""
        return str(exp.Literal.string(value).sql(self.dialect))

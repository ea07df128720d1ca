"""Tables that are `like` another: one table of the database under several names, said once."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from nlq.errors import BadRequest, ModelError

if TYPE_CHECKING:
    from nlq.semantics.load import Located
    from nlq.semantics.model import Source
    from nlq.semantics.tables import Table


def alike(documents: list[Located], sources: list[Source]) -> list[Source]:
    """Tables that are `like` another, with all that is said there and not said again.

    Raises:
        ModelError: there is no table of that name, or it is itself like another.
    """
    plain = {table.name: table for source in sources for table in source.tables if table.like is None}
    problems: list[BadRequest] = []

    def whole(table: Table, where: str) -> Table:
        if table.like is None:
            return table
        if table.like not in plain:
            problems.append(BadRequest(f'the table "{table.name}" is like "{table.like}", which is no table of its own', where=where,
                                       fix=f"name one of {', '.join(plain) or 'none'}"))  # fmt: skip
            return table
        other = plain[table.like]
        said = {one.name: getattr(table, one.name) for one in fields(table) if getattr(table, one.name) != one.default}
        said = {name: value for name, value in said.items() if value not in ((), {})}
        return replace(other, **{"source": other.source or other.name, **said, "like": None})

    made = [
        replace(
            source,
            tables=tuple(whole(table, document.at(("tables", index))) for index, table in enumerate(source.tables)),
        )
        for document, source in zip(documents, sources, strict=True)
    ]
    if problems:
        raise ModelError(tuple(problems))
    return made

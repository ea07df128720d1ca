"""What was asked before in one conversation of one asker's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlq.values.query import SemanticQuery

MOST_TURNS = 20


@dataclass(frozen=True, slots=True)
class Conversation:
    """The queries that were answered, the newest last; and where the last answer was a question back, its options.

    `explained` says that the last one was taken apart: it was asked why its figure changed.
    """

    queries: tuple[SemanticQuery, ...] = ()
    options: tuple[tuple[str, SemanticQuery], ...] = ()
    explained: bool = False

    @property
    def last(self) -> SemanticQuery | None:
        """The query that a follow-up goes on from."""
        return self.queries[-1] if self.queries else None

    def then(self, query: SemanticQuery, *, explained: bool = False) -> Conversation:
        """With another answer. One that takes back the last (it is the one before it) leaves that out."""
        if len(self.queries) > 1 and query == self.queries[-2]:
            return Conversation(self.queries[:-1])
        if query == self.last:
            return Conversation(self.queries, explained=explained)
        return Conversation((*self.queries, query)[-MOST_TURNS:], explained=explained)

    def asked(self, options: tuple[tuple[str, SemanticQuery], ...]) -> Conversation:
        """With a question back; what was answered before is still there to go on from."""
        return replace(self, options=options)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"queries": [one.to_json() for one in self.queries], "options": [[label, one.to_json()] for label, one in self.options],
                "explained": self.explained}  # fmt: skip

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Conversation:
        """As it was kept.

        Raises:
            ValueError: it is not one that this version knows.
        """
        from nlq.values.query import SemanticQuery  # noqa: PLC0415 - only where one was kept

        return cls(
            tuple(SemanticQuery.from_json(one) for one in plain["queries"]),
            tuple((str(label), SemanticQuery.from_json(one)) for label, one in plain["options"]),
            bool(plain.get("explained", False)),  # an older version kept none
        )


NOTHING = Conversation()

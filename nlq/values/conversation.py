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

    `explained` says that the last one was taken apart: it was asked why its figure changed. `astray`: what came after it was not answered,
    a question of its own ("new"), or a change of the last one ("edit"). `passed`: the options of which the last one was chosen.
    """

    queries: tuple[SemanticQuery, ...] = ()
    options: tuple[tuple[str, SemanticQuery], ...] = ()
    explained: bool = False
    astray: str = ""
    passed: tuple[tuple[str, SemanticQuery], ...] = ()

    @property
    def last(self) -> SemanticQuery | None:
        """The query that a follow-up goes on from; none where a question of its own came after it and was not answered, for it is of that that one goes on to speak."""
        return self.queries[-1] if self.queries and self.astray != "new" else None

    def then(self, query: SemanticQuery, *, explained: bool = False) -> Conversation:
        """With another answer. One that takes back the last (it is the one before it) leaves that out."""
        known = self.options or self.passed
        passed = known if any(query == one for _, one in known) else ()
        if len(self.queries) > 1 and query == self.queries[-2] and not passed:
            return Conversation(self.queries[:-1])
        if self.queries and query == self.queries[-1]:
            return Conversation(self.queries, explained=explained, passed=passed)
        return Conversation((*self.queries, query)[-MOST_TURNS:], explained=explained, passed=passed)

    def asked(self, options: tuple[tuple[str, SemanticQuery], ...]) -> Conversation:
        """With a question back; what was answered before is still there to go on from."""
        return replace(self, options=options, astray=self.astray if self.astray == "new" else "")

    def lost(self, *, new: bool) -> Conversation:
        """With a question that was not answered."""
        return replace(self, astray="new" if new or self.astray == "new" else "edit")

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""

        def plain(options: tuple[tuple[str, SemanticQuery], ...]) -> list[list[Any]]:
            return [[label, one.to_json()] for label, one in options]

        return {"queries": [one.to_json() for one in self.queries], "options": plain(self.options), "passed": plain(self.passed),
                "explained": self.explained, "astray": self.astray}  # fmt: skip

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Conversation:
        """As it was kept.

        Raises:
            ValueError: it is not one that this version knows.
        """
        from nlq.values.query import SemanticQuery  # noqa: PLC0415 - only where one was kept

        def options(kept: Any) -> tuple[tuple[str, SemanticQuery], ...]:
            return tuple((str(label), SemanticQuery.from_json(one)) for label, one in kept)

        return cls(
            tuple(SemanticQuery.from_json(one) for one in plain["queries"]),
            options(plain["options"]),
            bool(plain.get("explained", False)),  # an older version kept none of these
            str(plain.get("astray", "")),
            options(plain.get("passed", ())),
        )


NOTHING = Conversation()

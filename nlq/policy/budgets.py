"""What an asker may spend: cells a question and a day, and how many questions run at once. The largest of what their roles give."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nlq.errors import TooExpensive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from nlq.policy.cost import Cost
    from nlq.values import Principal, Result

WORDS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


@dataclass(frozen=True, slots=True)
class Budget:
    """Cells that one question may read, and all of a day's; questions that may run at once, in one process."""

    cells: int
    daily_cells: int
    at_once: int


class Spent(Protocol):
    """How many cells each asker has read on a day."""

    def of(self, org_id: str, sub: str, day: date) -> int:
        """What was spent so far."""

    def add(self, org_id: str, sub: str, day: date, cells: int) -> None:
        """Some more."""

    def close(self) -> None:
        """Let go of where it is kept."""


class InMemory:
    """Of this process alone: for programs and tests."""

    def __init__(self) -> None:
        self._cells: Counter[tuple[str, str, date]] = Counter()

    def of(self, org_id: str, sub: str, day: date) -> int:
        """What was spent so far."""
        return self._cells[org_id, sub, day]

    def add(self, org_id: str, sub: str, day: date, cells: int) -> None:
        """Some more; what was before that day is forgotten."""
        for key in [one for one in self._cells if one[2] < day]:
            del self._cells[key]
        self._cells[org_id, sub, day] += cells

    def close(self) -> None:
        """There is nothing to let go of."""


class Budgets:
    """Holds askers to their budgets. `today` is the day that spending counts on."""

    def __init__(self, usual: Budget, by_role: Mapping[str, Budget], spent: Spent, today: Callable[[], date]) -> None:
        self._usual, self._by_role, self._spent, self._today = usual, by_role, spent, today
        self._running: Counter[tuple[str, str]] = Counter()

    def close(self) -> None:
        """Let go of where spending is kept."""
        self._spent.close()

    def of(self, principal: Principal) -> Budget:
        """An asker's budget: in each respect the largest of the usual one and those of their roles."""
        found = [self._usual, *(self._by_role[role] for role in principal.roles if role in self._by_role)]
        return Budget(*(max(getattr(one, name) for one in found) for name in Budget.__slots__))

    def check(self, principal: Principal, cost: Cost) -> None:
        """Whether a question may run.

        Raises:
            TooExpensive: it would read more than it may, or more than is left of today's.
        """
        budget = self.of(principal)
        if cost.cells > budget.cells:
            most = f", most of them of {cost.most}" if cost.most else ""
            raise TooExpensive(f"this would read about {said(cost.cells)} cells{most}; {said(budget.cells)} are allowed at once",
                               fix="ask for a shorter period or for fewer columns, and join tables by their keys")  # fmt: skip
        left = budget.daily_cells - self._spent.of(principal.org_id, principal.sub, self._today())
        if cost.cells > left:
            raise TooExpensive(f"this would read about {said(cost.cells)} cells, and {said(max(left, 0))} are left of what you may read today",
                               fix="ask for less, or tomorrow; whoever runs this may raise `daily_cells`")  # fmt: skip

    @contextmanager
    def spending(self, principal: Principal, cost: Cost) -> Iterator[list[Result]]:
        """While a question runs; the caller puts its result into the list. What came from a cache costs nothing.

        Raises:
            TooExpensive: as many of theirs run already as may.
        """
        key = principal.org_id, principal.sub
        found: list[Result] = []
        if self._running[key] >= self.of(principal).at_once:
            raise TooExpensive(f"{self._running[key]} questions of yours are running", fix="wait for one to end, or stop it")  # fmt: skip
        self._running[key] += 1
        try:
            yield found
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]
            if not found or found[0].age_s is None:
                self._spent.add(*key, self._today(), cost.cells)


def said(cells: int) -> str:
    """A number of cells for people, roughly: 3.2 billion."""
    for size, word in WORDS:
        if cells >= size:
            return f"{cells / size:.2g} {word}"
    return f"{cells:,}"

"""How much a statement may hold, counted as it is made: names that stand for values are written out, and engines write some values twice.

What is over is declined before the time and the memory for it are spent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import TooExpensive
from nlq.sql.place import at

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NODES = 5_000
OF_A_COLUMN = 3  # nodes: itself, its name and its table's
MAX_WRITTEN = 50_000  # nodes, of what an engine's text says
# What is said several times in some engine's text, and how often; a cast as often as it takes to see that a text can be cast.
REPEATED: dict[type[exp.Expr], int] = {
    exp.Greatest: 2,
    exp.Least: 2,
    exp.Cast: 2,
    exp.TryCast: 2,
    exp.Date: 5,
    exp.DateDiff: 12,
    exp.ArgMax: 2,
    exp.ArgMin: 2,
}
DAYS_OR_TEXTS = {exp.DType.DATE: 5, exp.DType.VARCHAR: 1, exp.DType.TEXT: 1, exp.DType.CHAR: 1}


class Room:
    """What is left of a statement's nodes."""

    def __init__(self, taken: int) -> None:
        self._left = MAX_NODES - taken

    def take(self, nodes: int) -> None:
        """Some more nodes.

        Raises:
            TooExpensive: there are too many.
        """
        self._left -= nodes
        if self._left < 0:
            raise TooExpensive(
                f"with its names written out the statement has more than {MAX_NODES} nodes",
                fix="use WITH for what is named twice",
            )

    def copy(self, value: exp.Expr) -> exp.Expr:
        """A value once more: its nodes are counted one at a time, before they are copied."""
        for _ in value.walk():
            self.take(1)
        return value.copy()


def check_repeats(nodes: Sequence[exp.Expr]) -> None:
    """Refuse values within values that engines say several times: each doubles what stands in it.

    Raises:
        TooExpensive: an engine's text would be too long.
    """
    found = [node for node in nodes if type(node) in REPEATED and _times(node) > 1]
    written = len(nodes)
    for node in found:
        times, holder = _times(node), node.parent
        while holder is not None:
            times *= _times(holder)
            holder = holder.parent
        written += times * (1 + sum(1 for _ in node.iter_expressions()))
        if written > MAX_WRITTEN:
            raise TooExpensive(
                "values within values would be written out too often",
                where=at(node),
                fix="use WITH for what stands within",
            )


def _times(node: exp.Expr) -> int:
    kind = type(node)
    if kind is exp.Cast or kind is exp.TryCast:
        return 1 if isinstance(node.this, exp.Literal) else DAYS_OR_TEXTS.get(node.args["to"].this, 2)
    return REPEATED.get(kind, 1)

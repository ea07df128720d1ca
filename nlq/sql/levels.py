"""Figures and single rows are on levels of their own: no figure of figures, none in WHERE, and a frame of a window is of whole rows.

What is mixed an engine refuses, in words of its own and without a place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import UnsafeSql
from nlq.sql.build import with_heirs
from nlq.sql.place import at, said

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ROWS = 1_000_000  # that a frame reaches back or ahead
OF_ROWS = (exp.Where, exp.Join, exp.Group)  # what is decided for single rows, before there are figures
ENDS = ("UNBOUNDED", "CURRENT ROW")
FIX = "compute it in a WITH, and use it there"


def figures_are_of_rows(node: exp.Expr) -> None:
    """No figure stands in another, nor where single rows are chosen; what OVER makes a column of may hold figures, and no other such."""
    over = isinstance(node, exp.Window)
    if not over and _has_over(node):
        return
    holder = node.parent
    while holder is not None and not isinstance(holder, exp.Query):
        inside = isinstance(holder, exp.AggFunc) and (over or not _has_over(holder))
        if inside or isinstance(holder, OF_ROWS) or (over and isinstance(holder, (exp.Having, exp.Window))):
            raise UnsafeSql(
                f"{said(node)} is a figure, and stands where a value of a row does", where=at(node), fix=FIX
            )
        holder = holder.parent


def _has_over(node: exp.Expr) -> bool:
    holder = node.parent
    if isinstance(holder, exp.Filter):
        node, holder = holder, holder.parent
    return isinstance(holder, exp.Window) and holder.this is node


def frames_are_of_rows(node: exp.Expr) -> None:
    """A frame begins and ends so many rows away, which are written out; or, of RANGE, a length of time."""
    for end in (node.args.get("start"), node.args.get("end")):
        if end is None or (isinstance(end, str) and end in ENDS):
            continue
        counted = isinstance(end, exp.Literal) and end.is_int and int(end.this[:19]) <= MOST_ROWS
        if not counted and not (isinstance(end, exp.Interval) and node.text("kind").upper() == "RANGE"):
            raise UnsafeSql("a frame of a window is of so many rows, or of a length of time", where=at(node.parent or node), fix=f"write a whole number of at most {MOST_ROWS:,}: ROWS BETWEEN 6 PRECEDING AND CURRENT ROW")  # fmt: skip


RULES: dict[type[exp.Expr], tuple[Callable[[exp.Expr], None], ...]] = {
    **dict.fromkeys(with_heirs(exp.AggFunc), (figures_are_of_rows,)),
    exp.Window: (figures_are_of_rows,),
    exp.WindowSpec: (frames_are_of_rows,),
}

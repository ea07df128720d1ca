"""Literals that a plan leaves open. It is made without them, so nothing in it can depend on them.

While a plan is made, an `Open` stands in the query in place of each value that may be another one the next time. It holds no
value: all that the compiler can do with it is to leave a place for it in the tree, and to say how a value is written there.
Whatever else is tried with it (comparing, hashing, asking for its type, writing it into a name) raises `Looked`, and then
there is no plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nlq.values.query import Scalar


class Looked(Exception):
    """Something wanted to know what only the values say. Nothing is wrong: the query is compiled with its values in sight."""


class Places:
    """The places of a plan in the order in which they were left: whose value stands there, and how it is written."""

    def __init__(self) -> None:
        self.found: list[tuple[int, Callable[[Scalar], exp.Expr]]] = []
        self._known: dict[tuple[object, ...], int] = {}

    def leave(self, number: int, how: tuple[object, ...], write: Callable[[Scalar], exp.Expr]) -> exp.Expr:
        """A node for the place; the same where the same value is written in the same way."""
        place = self._known.setdefault((number, *how), len(self.found))
        if place == len(self.found):
            self.found.append((number, write))
        return exp.Placeholder(this=place)


class Open:
    """The `number`th open value of a query. `digits` is all that is known of it, and stands in the key of its plan."""

    __slots__ = ("_number", "_places", "digits")

    def __init__(self, number: int, places: Places, *, digits: bool) -> None:
        self._number, self._places, self.digits = number, places, digits

    def place(self, how: tuple[object, ...], write: Callable[[Scalar], exp.Expr]) -> exp.Expr:
        """A place for it in the tree."""
        return self._places.leave(self._number, how, write)

    def _looked(self, *_: object) -> NoReturn:
        raise Looked

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """Isinstance asks for it, where the type is another than the one that it is asked about."""
        raise Looked

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _looked
    __hash__ = __bool__ = __str__ = __repr__ = __len__ = __iter__ = __contains__ = _looked
    __int__ = __float__ = __index__ = __format__ = __getattr__ = _looked


def placed(value: object, how: tuple[object, ...], write: Callable[[Any], exp.Expr]) -> exp.Expr:
    """The literal of a value; of one that is open a place for it.

    Args:
        value: a value of a condition, or an `Open`.
        how: names `write`: two that are alike write alike.
        write: gives the literal, or raises where the value does not fit. It is asked again for every value of a plan.
    """
    return value.place(how, write) if isinstance(value, Open) else write(value)


def known(values: Iterable[Scalar]) -> list[Scalar]:
    """Those values that are not open."""
    every: Iterable[object] = values
    return [one for one in every if type(one) is not Open]  # type: ignore[misc]


def place_of(node: exp.Expr) -> int | None:
    """The number of an open place; None for any other node."""
    found = node.args.get("this") if type(node) is exp.Placeholder else None
    return found if type(found) is int else None

"""A statement with places left open, and the same with values in them.

The tree, which is what the policy and the engines get, is filled node by node. The text is for people to read; each literal in
it is written by the dialect's own generator, between pieces of a text that was rendered before with marks in the places, and
that was compared once with the rendering of a filled tree. Where a text cannot be taken apart so, the tree is rendered.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from nlq.sql.literals import place_of
from nlq.values.pipeline import Statement, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from sqlglot.generator import Generator

    from nlq.values.query import Scalar

MARK = 0xE000  # a mark is a character of the private area, as often as its literal is long: lines break by width
MOST_PLACES = 6_000
MOST_TEXTS = 16  # of a plan: a pretty text is another for other widths
Pieces = tuple["str | int", ...]


class Prepared:
    """A statement made once; `places` say whose value stands in each, and how it is written."""

    def __init__(self, whole: Statement, places: Sequence[tuple[int, Callable[[Scalar], exp.Expr]]]) -> None:
        self._whole, self._places = whole, tuple(places)
        self._shown = whole.written.shown if isinstance(whole.written, Tree) else None
        self._asked: set[tuple[str, bool]] = set()
        self._texts: dict[tuple[object, ...], Pieces | None] = {}
        self.used = 0  # when it was last asked for, as its cache counts

    def filled(self, values: Sequence[Scalar]) -> Statement:
        """The statement with these values.

        Raises:
            BadRequest: a value that does not fit where it is to stand.
        """
        literals = [write(values[number]) for number, write in self._places]
        whole = self._whole
        typed = tuple((type(one), one) for one in values)  # Python takes 1, 1.0 and True for the same
        return Statement(Filled(self, literals, typed), whole.columns, whole.lineage, whole.watermark, whole.cut)

    def tree(self, literals: Sequence[exp.Expr]) -> exp.Expr:
        """A tree of its own with these literals in the places."""
        tree = self._whole.own_tree()
        for node in list(tree.find_all(exp.Placeholder)) if literals else ():
            place = place_of(node)
            if place is not None:
                node.replace(literals[place].copy())
        return tree

    def text(self, literals: Sequence[exp.Expr], dialect: str, *, pretty: bool) -> str | None:
        """The text with these literals, where one can be put together; None where the tree is to be rendered."""
        if not all(type(one) is exp.Literal and one.this.isprintable() for one in literals):
            return None  # a line within a literal is not broken as others are
        said = [_writer(dialect, pretty).sql(one) for one in literals]
        key = dialect, pretty, *map(len, said if pretty else ())
        if key not in self._texts:
            if (dialect, pretty) not in self._asked or len(self._texts) >= MOST_TEXTS:
                self._asked.add((dialect, pretty))  # after a first text there may never be a second
                return None
            self._texts[key] = self._pieces(literals, said, dialect, pretty=pretty)
        pieces = self._texts[key]
        return None if pieces is None else _put_together(pieces, said)

    def rendered(self, own: exp.Expr, dialect: str, *, pretty: bool) -> str:
        """The text of a tree that nobody else has, as people are shown it: a generator may change what it writes."""
        tree = own if self._shown is None else self._shown(own)
        return tree.sql(dialect=dialect, pretty=pretty, copy=False)

    def _pieces(self, literals: Sequence[exp.Expr], said: list[str], dialect: str, *, pretty: bool) -> Pieces | None:
        """The text of the tree with marks in its places, taken apart at them; None where it is not what it is to be."""
        if len(said) > MOST_PLACES:
            return None
        marks = [exp.Literal(this=chr(MARK + place) * (len(text) - 2 * one.is_string), is_string=one.is_string)
                 for place, (one, text) in enumerate(zip(literals, said, strict=True))]  # fmt: skip
        names = {_writer(dialect, pretty).sql(mark): place for place, mark in enumerate(marks) if mark.this}
        text = self.rendered(self.tree(marks), dialect, pretty=pretty)
        found = re.split(f"({'|'.join(map(re.escape, names))})", text) if names else [text]
        pieces = tuple(names.get(piece, piece) for piece in found)
        same = _put_together(pieces, said) == self.rendered(self.tree(literals), dialect, pretty=pretty)
        return pieces if same and len(names) == len(marks) else None


class Filled:
    """A prepared statement's SQL with its literals. The tree is made when it is asked for."""

    __slots__ = ("_literals", "_prepared", "_tree", "key")

    def __init__(self, prepared: Prepared, literals: Sequence[exp.Expr], values: Hashable) -> None:
        self._prepared, self._literals = prepared, literals
        self.key: Hashable = (prepared, values)
        self._tree: exp.Expr | None = None

    @property
    def tree(self) -> exp.Expr:
        """The tree, made once."""
        if self._tree is None:
            self._tree = self.own()
        return self._tree

    def own(self) -> exp.Expr:
        """A tree for somebody who will change it."""
        return self._prepared.tree(self._literals)

    def text(self, dialect: str, *, pretty: bool) -> str:
        """The text, equal to the rendering of the tree."""
        found = self._prepared.text(self._literals, dialect, pretty=pretty)
        return self._prepared.rendered(self.own(), dialect, pretty=pretty) if found is None else found


def _put_together(pieces: Pieces, said: list[str]) -> str:
    return "".join([piece if type(piece) is str else said[piece] for piece in pieces])  # type: ignore[index]


@cache
def _writer(dialect: str, pretty: bool) -> Generator:  # noqa: FBT001 - a key of the cache
    return Dialect.get_or_raise(dialect).generator(pretty=pretty)

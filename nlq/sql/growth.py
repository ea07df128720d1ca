"""How long a computed text can be at most: so many times the longest text of a row, and so many characters that are written out.

Engines limit the rows of a result and the time, not the length of a text; replace in replace, or a CTE that joins the text of another
CTE to itself, makes of a letter as much as one likes. Over the bound a statement is declined, with the place where it grows.
"""

from __future__ import annotations

from math import inf, prod
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import TooExpensive
from nlq.sql.build import with_heirs
from nlq.sql.kinds import kind
from nlq.sql.place import at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Length = tuple[float, float]  # times the longest text of a row, and characters
    Lengths = Mapping[str, Length]

MOST_TIMES, MOST_CHARACTERS = 64, 20_000
OF_A_ROW, OF_ANOTHER_KIND, NOTHING = (1.0, 0.0), (0.0, 400.0), (0.0, 0.0)
JOINED = (exp.Concat, exp.DPipe)
GROWING = with_heirs(*JOINED, exp.Replace)


def check_growth(tree: exp.Expr, nodes: Sequence[exp.Expr]) -> None:
    """Refuse a resolved statement, of these nodes, that can make a text too long.

    Raises:
        TooExpensive: it can.
    """
    found = [node for node in nodes if type(node) in GROWING]
    joined = [len(node.expressions) or 2 for node in found if isinstance(node, JOINED)]
    if prod(joined) > MOST_TIMES or len(found) > len(joined):
        _Growth().query(tree, {}, {})


class _Growth:
    """Follows lengths from scans outward, a query at a time."""

    def query(self, query: exp.Expr, known: Mapping[str, Lengths], around: Mapping[str, Lengths]) -> dict[str, Length]:
        """How long the texts of each of a query's columns can be; `known` are CTEs, `around` the relations around it."""
        clause = query.args.get("with_")
        if clause is not None:
            known = dict(known)
            for cte in clause.expressions:
                known[cte.alias] = self.query(cte.this, known, around)
        if isinstance(query, exp.Subquery):
            return self.query(query.this, known, around)
        if isinstance(query, exp.SetOperation):
            left, right = (self.query(side, known, around) for side in (query.this, query.expression))
            return {name: _longer(one, other) for (name, one), other in zip(left.items(), right.values(), strict=False)}
        seen = dict(around)
        for relation in _relations(query):
            seen[relation.alias_or_name] = self._relation(relation, known, around)
        for name, part in query.args.items():
            if name not in ("with_", "from_", "expressions"):
                for one in part if isinstance(part, list) else [part]:
                    if isinstance(one, exp.Expr):
                        self._of_parts(
                            one.args["on"] if isinstance(one, exp.Join) and one.args.get("on") else one, known, seen
                        )
        return {one.alias_or_name: self.length(one, known, seen) for one in query.expressions}

    def _relation(self, relation: exp.Expr, known: Mapping[str, Lengths], around: Mapping[str, Lengths]) -> Lengths:
        if isinstance(relation, exp.Table):
            return {} if relation.args.get("db") is not None else known.get(relation.name, {})
        return self.query(relation, known, around)

    def _of_parts(self, node: exp.Expr, known: Mapping[str, Lengths], seen: Mapping[str, Lengths]) -> Length:
        """The longest of what a node is made of."""
        found = NOTHING
        for part in node.iter_expressions():
            if not isinstance(part, (exp.Identifier, exp.DataType, exp.Table, exp.TableAlias)):
                found = _longer(found, self.length(part, known, seen))
        return found

    def length(self, node: exp.Expr, known: Mapping[str, Lengths], seen: Mapping[str, Lengths]) -> Length:
        """How long a value can be, as a text."""
        if isinstance(node, exp.Column):
            return seen.get(node.text("table"), {}).get(node.name, OF_A_ROW)
        if isinstance(node, exp.Literal):
            return 0.0, float(len(node.this))
        if isinstance(node, exp.Query):
            found = self.query(node, known, seen)
            return max(found.values(), default=NOTHING)
        if isinstance(node, (*JOINED, exp.Replace)):
            parts = [self.length(one, known, seen) for one in node.iter_expressions()]
            made = (
                _replaced(node, *parts)
                if isinstance(node, exp.Replace)
                else (sum(one[0] for one in parts), sum(one[1] for one in parts))
            )
            if made[0] > MOST_TIMES or made[1] > MOST_CHARACTERS:
                raise TooExpensive("a text could grow without bounds here", where=at(node),
                                   fix=f"replace and join less: at most {MOST_TIMES} times the text, and {MOST_CHARACTERS:,} characters beside it")  # fmt: skip
            return made
        longest = self._of_parts(node, known, seen)
        return longest if kind(node) in ("text", None) else OF_ANOTHER_KIND


def _replaced(node: exp.Expr, text: Length, old: Length, new: Length | None = None) -> Length:
    """A text in which each place of another becomes a third; of what is empty there is one between any two letters."""
    if new is None:
        return text
    wanted = node.expression
    least = max(len(wanted.this), 1) if isinstance(wanted, exp.Literal) else 1
    times = max(new[1] / least, 1.0) + (0.0 if old[1] or old[0] else 1.0)
    if not new[0]:
        return text[0] * times, text[1] * times + new[1]
    return (inf, inf) if text[0] else (new[0] * text[1] / least, text[1] * times + new[1])


def _longer(one: Length, other: Length) -> Length:
    return max(one[0], other[0]), max(one[1], other[1])


def _relations(query: exp.Expr) -> list[exp.Expr]:
    start = query.args.get("from_")
    return [*([start.this] if start is not None else []), *(join.this for join in query.args.get("joins") or ())]

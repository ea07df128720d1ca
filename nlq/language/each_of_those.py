"""Words of a turn that say of which rows, values or kinds of the answer before it is: "each of the five", "each type", "those minimarts"."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import HELD, VALUES
from nlq.language.lexicon import Meaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import SemanticQuery

EACH = frozenset(("each", "bawat", "matag", "isa", "usa"))
THOSE = ("those", "these", "of those", "of these", "the same")


def settled(spans: Sequence[Span], last: SemanticQuery, model: SemanticModel) -> None:
    """Settle each such word by what the query before shows; in place."""
    _held(spans, last)
    ranks = any(one.kind in ("top", "bottom") for one in spans)
    for at, one in enumerate(spans):
        each = EACH & {*one.text.lower().split()} if one.kind in ("by", "apiece") else set()
        rest = [other for other in spans[at + 1 :] if other.kind not in ("filler", "preposition")]
        after = next(iter(rest), None)
        if not each or not last.dimensions:
            continue
        if after is not None and after.kind == "type":
            kinds = [name for name in last.dimensions if name in model.dimensions and model.dimensions[name].kind_of]
            if len(kinds) == 1:
                after.kind, after.meanings = "dimension", [Meaning("dimension", kinds[0])]
        elif after is not None and after.kind == "number" and after.number == last.limit:
            one.kind, one.text = "reference", "of those"
            after.kind, after.role = "filler", "set"
        elif after is not None and after.kind == "reference" and after.text.lower() in THOSE and len(rest) > 1 and rest[1].kind in ("dimension", "grain"):  # fmt: skip
            after.kind, after.role = "filler", "grouping"  # "in each of those months"
        elif (after is None or after.kind == "time") and not ranks:
            one.kind, one.text, one.role = ("reference", "of those", "") if last.limit is not None else ("filler", one.text, "grouping")  # fmt: skip


def _held(spans: Sequence[Span], last: SemanticQuery) -> None:
    """Take "those minimarts" for nothing where the query before is of minimarts, which it stays."""
    for one, after in pairwise(spans):
        if one.kind != "reference" or one.text.lower() not in THOSE or after.kind not in VALUES:
            continue
        meant = {(each.ref, each.value) for each in after.meanings}
        held = {(term.field, value) for term in last.where if term.op in HELD for value in term.values}
        if meant & held:
            one.kind = after.kind = "filler"
            one.role = after.role = "filter"

"""A value and all else: "payday or not", "NCR vs outside NCR", "cash vs the rest", "NCR vs the rest of Luzon".

Where a value is one of two answers (a payday or none) figures are split by the answer; else the value and the others are set against
each other, as named parts of the data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nlq.language import those
from nlq.language.draft import HELD, SILENT, Stop
from nlq.language.relations import called
from nlq.values import Refusal
from nlq.values.query import Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values.query import SemanticQuery

OR_NOT = frozenset(("or not", "o hindi", "o di", "o dili", "man o hindi", "ba o hindi", "or none"))
PLAIN = (
    "regular",
    "ordinary",
    "normal",
    "usual",
    "typical",
    "common",
    "karaniwang",
    "ordinaryong",
    "normal na",
    "regular na",
)  # days that are none such
OTHER = ("other", "others", "ibang", "laing", *PLAIN)
NOT = frozenset(("not", "non", "hindi", "di", "dili", "hindi naman"))
OR, AT = frozenset(("or", "o")), frozenset(("at", "ug", "saka"))
WHEN = frozenset(("kapag", "pag", "kung", "when", "if", "tuwing"))


@dataclass(frozen=True, slots=True)
class Opposite:
    """A value that is set against all others, and what these were called."""

    value: Span
    others: str


def taken(composer: Composer) -> None:
    """Note the value that stands against all else, or split by its answer; the words that said so are used up."""
    spans = composer.spans
    for at, one in enumerate(spans):
        if one.kind not in ("value", "place"):
            continue
        words = _all_else(spans, at)
        if not words:
            continue
        if one.kind == "value" and _is_answer(composer, one):
            one.kind, one.role, one.ref = "filler", "dimension", one.ref_of
            composer.draft.dimensions.append(one.ref_of)
        else:
            others = [word.text for word in words if word.kind not in ("versus", "and")]
            text = " ".join(others).removesuffix(" of")
            composer.opposite = Opposite(one, text)
        for word in words:
            word.kind, word.role = "filler", "comparison"
        return


def is_of_ranked(spans: Sequence[Span]) -> bool:
    """Whether the best few are set against all others: "top 3 stores vs the rest". The words that say so are used up."""
    ranked = next((at for at, one in enumerate(spans) if one.kind in ("top", "bottom")), None)
    rest = next((at for at, one in enumerate(spans) if one.kind == "rest"), None)
    mark = next((at for at, one in enumerate(spans) if one.kind == "versus"), None)
    if (
        ranked is None
        or rest is None
        or mark is None
        or not ranked < mark < rest
        or sum(one.kind == "versus" for one in spans) > 1
    ):
        return False
    if any(one.kind not in SILENT for one in spans[mark + 1 : rest]):
        return False
    again = spans[rest + 1 : rest + 3]  # "the rest of the stores"
    for one in (
        *spans[mark : rest + 1],
        *(again if again and again[0].text.lower() in ("of", "of the", "ng", "ng mga", "sa") else ()),
    ):
        one.kind, one.role = "filler", "comparison"
    return True


def beside_the_rest(model: SemanticModel, query: SemanticQuery) -> SemanticQuery:
    """What ranks the best few, as figures of these together and of all others.

    Raises:
        Stop: it does not rank things of one kind by one figure.
    """
    entity = those.of(query, model)
    if query.limit is None or entity is None or model.is_time_grain(entity) or query.compare or query.segments:
        raise Stop(
            Refusal(
                "out_of_scope", "the best of what, against the rest of what? Name the things: top 3 stores vs the rest"
            )
        )
    held = those.chosen(query, entity, model)
    low = query.order and query.order[0].dir == "asc"
    sides = (
        Segment(f"the {'bottom' if low else 'top'} {query.limit}", held),
        Segment("the rest", tuple(replace(one, op="not_in") for one in held)),
    )
    return replace(query, dimensions=(), order=(), limit=None, segments=sides)


def _all_else(spans: Sequence[Span], at: int) -> list[Span]:
    """The words behind a value that say "and all that is not"; none where nothing says so."""
    rest = list(spans[at + 1 :])
    if rest and rest[0].text.lower() in OR_NOT:
        return rest[:1]
    tie = next((place for place, one in enumerate(rest) if one.kind not in SILENT), None)
    if tie is None or rest[tie].kind not in ("and", "versus"):
        tie = next((place for place, one in enumerate(rest[:2]) if one.text.lower() in AT), None)
    if tie is None or any(one.kind not in SILENT for one in rest[:tie]):
        return []
    either = (
        rest[tie].kind == "versus"
        or rest[tie].text.lower() in OR
        or any(one.text.lower() in WHEN for one in rest[tie + 1 : tie + 2])
    )
    after = next((place for place in range(tie + 1, len(rest)) if rest[place].kind not in SILENT or rest[place].kind == "rest"), None)  # fmt: skip
    if after is None:
        return []
    said = rest[after]
    if said.kind == "rest" or _is_other(said, spans[at]):
        return [*rest[: after + 1], *_of(rest[after + 1 :])] if either or rest[tie].kind == "and" else []
    if (
        said.kind == "average"
        and said.text.lower() in PLAIN
        and after + 1 < len(rest)
        and rest[after + 1].kind == "grain"
    ):
        return rest[: after + 2] if either else []  # "paydays vs normal days"
    if said.kind != "not" and said.text.lower() not in NOT:
        return []
    again = next((place for place in range(after + 1, len(rest)) if rest[place].kind not in SILENT), None)
    if again is not None and _same(rest[again], spans[at]):
        return rest[: again + 1]
    ends = again is None or rest[again].kind not in ("value", "place", "ask")
    return rest[: after + 1] if either and ends and said.text.lower() in NOT else []


def _is_other(said: Span, value: Span) -> bool:
    """Whether what has a meaning of its own says all but the value: "Mondays compared with the other days", which are no ordinary days."""
    own = {each.ref for each in said.meanings}
    return said.kind == "value" and said.text.lower().split()[0] in OTHER and own.isdisjoint(each.ref for each in value.meanings)  # fmt: skip


def _of(rest: Sequence[Span]) -> list[Span]:
    """What "the rest" is of is a filter by itself; "of" says nothing more."""
    return list(rest[:1]) if rest and rest[0].text.lower() in ("of", "of the", "ng", "sa") else []


def _same(one: Span, other: Span) -> bool:
    return one.kind == other.kind and {(each.ref, str(each.value)) for each in one.meanings} == {(each.ref, str(each.value)) for each in other.meanings}  # fmt: skip


def _is_answer(composer: Composer, one: Span) -> bool:
    """Whether a value is one of the two answers that its dimension has."""
    known = composer.model.dimensions.get(one.ref_of)
    return known is not None and known.type == "boolean"


def segments(composer: Composer, found: Opposite) -> tuple[Segment, ...]:
    """The two sides: the value, and all others.

    Raises:
        Stop: the value is no value of one dimension.
    """
    (held,) = composer.filters.take([found.value])
    if held.field is None or held.op not in HELD:
        raise Stop(Refusal("out_of_scope", f'what "{found.others}" is cannot be read here: name the others'))
    return Segment(called(found.value), (held,)), Segment(found.others, (replace(held, op="not_in"),))

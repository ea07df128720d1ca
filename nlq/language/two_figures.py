"""Two figures that are asked for at once, each in its own words: "how many receipts, and how much", "ilang customers … at magkano ang gastos kada suki"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language import counting, entries, sets
from nlq.language.deeds import SOLD, TOOK
from nlq.language.draft import Stop
from nlq.values import Refusal

if TYPE_CHECKING:
    from nlq.language.compose import Composer

AND = frozenset(("and", "at", "ug", "&", "plus"))
IN = ("in", "in an", "in the", "sa", "within")


def one_in_another(composer: Composer) -> None:
    """Refuse "items in the average basket", which is neither of the two.

    Raises:
        Stop: it is asked.
    """
    spans, known = composer.spans, composer.model.metrics
    for first, tie, second in zip(spans, spans[1:], spans[2:], strict=False):
        of_one = first.kind == second.kind == "metric" and known[second.ref_of].ratio is not None
        if of_one and tie.kind == "preposition" and tie.text.lower() in IN:
            raise Stop(Refusal("out_of_scope", f'what "{first.text} {tie.text} {second.text}" is cannot be read here: name one figure'))  # fmt: skip


def and_how_many_of_it(composer: Composer) -> bool:
    """Whether it is asked how much there was, and then how many: "how much did we sell in Cebu, and how many receipts was that"."""
    spans, model, metrics = composer.spans, composer.model, composer.draft.metrics
    at = next((place for place, one in enumerate(spans) if one.kind == "amount"), None)
    if at is None or len(metrics) != 1 or sets.event_of(model, metrics) is None:
        return False
    sold = any(TOOK.union(SOLD).intersection(one.text.lower().split()) for one in spans[at + 1 : at + 4])
    rest = spans[at + 1 :]
    asked = next((place for place, one in enumerate(rest) if one.kind == "count"), 0)
    between = rest[:asked]
    return bool(asked) and sold and any(one.kind == "and" or one.comma for one in (*between, rest[asked])) and not any(one.kind == "metric" for one in between)  # fmt: skip


def and_how_many(composer: Composer) -> None:
    """Count what is asked for beside a figure that is asked for by itself: "pila ka customer ang mipalit, ug pila ang average basket"."""
    spans, draft = composer.spans, composer.draft
    figure = next((at for at, one in enumerate(spans) if one.kind == "metric"), 0)
    noun = next((one for one in spans[:figure] if one.kind == "dimension" and one in draft.loose), None)
    if noun is None or not entries.asks_twice(spans, noun, figure):
        return
    found = counting.of_noun(composer.model, spans, composer.walker)
    for one in draft.loose if found else ():
        one.role = "counted" if one is noun else one.role
    draft.loose[:] = [one for one in draft.loose if not found or one is not noun]
    draft.metrics[:] = dict.fromkeys((*found, *draft.metrics))


def and_how_much(composer: Composer) -> bool:
    """Whether money is asked for beside how many there were: "how many receipts, and how much", "ilan at magkano"."""
    spans, model = composer.spans, composer.model
    joined = any(one.kind == "amount" and at and ({one.text.lower().split()[0], spans[at - 1].text.lower()} & AND) for at, one in enumerate(spans))  # fmt: skip
    counted = sets.event_of(model, composer.draft.metrics) or sets.counted_by(model, composer.draft.metrics)
    return joined and counted is not None

"""The part of all things that did something: "what % of stores sold rice yesterday", "ilang porsyento ng mga suki ang bumili noong oktubre".

Those who did are chosen as a list of them is; their count is a share of the count of all, whatever they did.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nlq.language import listing, sets
from nlq.language.deeds import does
from nlq.language.draft import SILENT, Stop
from nlq.values import Refusal
from nlq.values.query import SemanticQuery, Share

if TYPE_CHECKING:
    from nlq.language.compose import Composer
    from nlq.language.match import Span
    from nlq.values.query import Condition

ANY_TIME = sets.NEVER | {"ever"}
DID = ("none", "both", "solely")


def wanted(composer: Composer) -> tuple[Span, str] | None:
    """The noun of which a part is asked for, by what it did, and the things that it names; None where it is the share of a figure."""
    draft, spans, model = composer.draft, composer.spans, composer.model
    at = next((place for place, one in enumerate(spans) if one.kind == "share"), None)
    noun = next((one for one in spans[at + 1 :] if one.kind not in SILENT), None) if at is not None else None
    if noun is None or draft.top is not None or draft.dimensions or draft.versus or draft.growth or draft.having:
        return None
    if noun.kind == "dimension":
        entity = noun.ref_of if noun.ref_of in model.counted else None
    else:
        entity = sets.counted_by(model, [noun.ref_of]) if noun.kind == "metric" and does(noun) else None
    figures = [one for one in spans if one.kind == "metric" and one is not noun]
    usual = all(one.ref_of == model.header.default_metric for one in figures)
    did = any(map(does, spans)) or figures or any(one.kind in DID for one in spans)
    return (noun, entity) if entity is not None and usual and did else None


def query(composer: Composer, noun: Span, entity: str) -> SemanticQuery:
    """The count of those who did so, as a share of the count of all.

    Raises:
        Stop: nothing says what they did, or it is said of things that do not add up.
    """
    model = composer.model
    counts = next(name for name, one in model.public_metrics().items() if one.counts == entity)
    for one in composer.spans:
        one.role = "set" if one.kind == "metric" and one is not noun else one.role
        one.role = "share" if one.kind == "share" else one.role
    composer.draft.metrics.clear()
    listed = listing.query(composer, noun, entity)
    chosen = [one for one in listed.where if one.field == entity and one.query is not None]
    if listed.list != entity or listed.dimensions or listed.limit or not chosen or not model.metrics[counts].adds_up:
        raise Stop(
            Refusal(
                "out_of_scope",
                f"the share of {noun.text} that did something cannot be read here; ask how many there are",
            )
        )
    noun.role = "counted"
    where = listed.where if composer.given_period() is not None else _in_the_usual_period(composer, listed.where)
    composer.assume(f"of all {model.metrics[counts].label.lower()}, whether they did anything then or not", {})
    return SemanticQuery(metrics=(counts,), where=where, period="all", share=Share(within=(), free=(entity,)))


def _in_the_usual_period(composer: Composer, where: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """What was done when nothing says so; what "never" was, was not so at any time."""
    if any(ANY_TIME.intersection(one.text.lower().split()) for one in composer.spans):
        return where
    period = composer.default_period()
    composer.assume(f"{composer.model.header.default_period}, as no period was named", {})
    return tuple(replace(one, query=replace(one.query, period=period)) if one.query is not None else one for one in where)  # fmt: skip

"""Values in a question as conditions: what is in, what is left out, and lists that mix levels of place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from nlq.language.lexicon import Meaning
from nlq.language.places import Choice, Resolved, contains, resolve
from nlq.values import Assumed, Refusal
from nlq.values.query import Condition, dump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.semantics.model import SemanticModel
    from nlq.values import ScopeValues

MOST_CHOICES = 8  # places of one name that are offered


@dataclass(slots=True)
class Part:
    """One value that was named. Parts with the same `group` are one list: any of them."""

    span: Span
    conditions: list[Condition]  # more than one: the name means several things of different fields
    labels: list[str]
    group: int
    exclude: bool
    resolved: Resolved | None = None
    apart: bool = False  # taken for something else than a filter
    lacking: bool = False  # what somebody has none of


class Filters:
    """Collects values as they are met, and turns them into conditions at the end."""

    def __init__(self, model: SemanticModel, values: ScopeValues) -> None:
        self._model, self._values = model, values
        self._parts: list[Part] = []

    @property
    def model(self) -> SemanticModel:
        """The model whose values these are."""
        return self._model

    def add(self, span: Span, level: str | None, *, exclude: bool, joined: bool, lacking: bool = False) -> None:
        """Take one span for a filter; `joined` puts it into the list of the one before."""
        places = [one for one in span.meanings if one.kind in ("place", "ask")]
        group = self._parts[-1].group if joined and self._parts else len(self._parts)
        excluded = exclude or (joined and bool(self._parts) and self._parts[-1].exclude)
        if places:
            resolved = resolve(self._model, self._values, span, level)
            part = Part(span, [resolved.taken.condition], [resolved.taken.label], group, excluded, resolved)
            span.ref = f"{resolved.taken.place.level}={resolved.taken.place.value}"
        else:
            part = self._plain(span, group, exclude=excluded)
        if places:
            self._narrow(part)
        if joined and self._inside_the_one_before(part):
            part.group = len(self._parts)  # "Makati, NCR" is one place, said twice
        part.lacking = lacking or (joined and bool(self._parts) and self._parts[-1].lacking)
        span.role = "left out" if excluded else "filter"
        self._parts.append(part)

    def problem(self) -> Refusal | None:
        """What has to be asked or declined before the conditions can be used: which of several places or things a name means, which its span then says."""
        for part in self._parts:
            span = part.span
            found: list[tuple[str, Span]] = []
            if part.resolved is not None and part.resolved.ask:
                for one in (part.resolved.taken, *part.resolved.others)[:MOST_CHOICES]:
                    named = Meaning("place", one.place.level, one.place.value, one.place.label, one.place)
                    found.append((one.label, replace(span, kind="place", meanings=[named], role="")))
            elif len(part.conditions) > 1:
                for label, condition in zip(part.labels, part.conditions, strict=True):
                    named_so = [one for one in span.meanings if one.ref == condition.field]
                    found.append((label, replace(span, kind="value", meanings=named_so, role="")))
            if found:
                span.either = tuple(found)
                what = "places" if part.resolved is not None else "things"
                return Refusal("out_of_scope", f'"{span.text}" may mean several {what}: {" or ".join(label for label, _ in found)}. Say which one')  # fmt: skip
        taken = {repr(part.conditions[0]) for part in self._parts if not part.exclude}
        both = [part for part in self._parts if part.exclude and repr(part.conditions[0]) in taken]
        if both:
            return Refusal("out_of_scope", f'"{both[0].span.text}" is both asked for and left out', firm=True)
        apart = [one for one in self._against_kept() if not one.apart]
        if apart:
            return Refusal(
                "out_of_scope", f'I do not know who has one and not "{apart[0].span.text}": name who is meant'
            )
        return None

    @property
    def excluding(self) -> bool:
        """Whether what was named last is left out."""
        return bool(self._parts) and self._parts[-1].exclude

    def take(self, spans: list[Span]) -> list[Condition]:
        """The conditions of these values, which are no filters any more; of each span one."""
        found = []
        for span in spans:
            part = next(one for one in self._parts if one.span is span)
            part.apart = True
            found.append(part.conditions[0])
        return found

    def are_left_out(self, spans: Sequence[Span]) -> bool:
        """Whether these values are what is left out."""
        return bool(spans) and all(any(one.span is span and one.exclude for one in self._parts) for span in spans)

    def take_left_out(self, spans: list[Span]) -> tuple[Condition, ...]:
        """The conditions that leave these values out, which are no filters any more."""
        return tuple(_listed(self.take(spans), exclude=True))

    def _against_kept(self) -> list[Part]:
        """Values left out beside others of their field: of one sale's line this says nothing; of somebody's lines, who has no such."""
        kept = {name for part in self._parts if not part.exclude for name in part.conditions[0].fields()}
        return [one for one in self._parts if one.exclude and kept.intersection(one.conditions[0].fields())]

    def is_lacking(self, span: Span) -> bool:
        """Whether a value is one that somebody has none of."""
        return any(one.span is span and one.lacking for one in self._parts)

    def lacking(self, entity: str | None) -> list[list[Condition]]:
        """What somebody has none of, list by list; these are no filters any more.

        Of values that are only left out these are such as stand beside others of their field, where it is known who is meant.
        """
        parts = [one for one in self._parts if one.lacking and not one.apart]
        if entity is not None:
            parts += [one for one in self._against_kept() if one not in parts and not one.apart]
        groups: dict[int, list[Condition]] = {}
        for one in parts:
            one.apart = True
            groups.setdefault(one.group, []).append(one.conditions[0])
        return [_listed(found, exclude=False) for found in groups.values()]

    def listed(self, span: Span) -> list[Span]:
        """A value and those that follow it in one list: "A, B and C"; itself, where it is no filter (what figures are split by)."""
        at = next((place for place, one in enumerate(self._parts) if one.span is span), None)
        if at is None:
            return [span]
        return [one.span for one in self._parts[at:] if one.group == self._parts[at].group]

    def of(self, span: Span) -> list[Condition]:
        """What a value was taken for."""
        return next((one.conditions for one in self._parts if one.span is span), [])

    def leave(self, taken: list[Condition]) -> None:
        """Values whose conditions are taken for something else are no filters any more."""
        fields = {name for one in taken for name in one.fields()}
        for part in self._parts:
            part.apart = part.apart or bool(fields.intersection(part.conditions[0].fields()))

    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of all values that were named."""
        return self._conditions(None, None)

    def assumptions(self) -> list[Assumed]:
        """Which place a name was taken for, where it might be another one."""
        return [
            Assumed(
                f"{part.span.text} read as {part.resolved.taken.label}, not {other.label}",
                {"where": [dump(one) for one in self._conditions(part, other.condition)]},
            )
            for part in self._parts
            if part.resolved is not None and not part.resolved.ask
            for other in part.resolved.others[:1]
        ]

    def _conditions(self, changed: Part | None, instead: Condition | None) -> tuple[Condition, ...]:
        """The conditions, with one part's choice replaced."""
        found: list[Condition] = []
        seen: list[int] = []
        for part in self._parts:
            if part.group in seen or part.apart:
                continue
            seen.append(part.group)
            members = [one for one in self._parts if one.group == part.group and not one.apart]
            picked = [instead if one is changed and instead is not None else one.conditions[0] for one in members]
            found.extend(_listed(picked, exclude=part.exclude))
        return _merged(found)

    def _plain(self, span: Span, group: int, *, exclude: bool) -> Part:
        """A value of the model or of the data; ids of one name are one value."""
        by_field: dict[str, list[Any]] = {}
        labels: dict[str, str] = {}
        for meaning in span.meanings:
            if meaning.kind == "value":
                by_field.setdefault(meaning.ref, []).append(meaning.value)
                dimension = self._model.dimensions.get(meaning.ref)
                labels[meaning.ref] = f"{meaning.label} ({dimension.label.lower()})" if dimension else meaning.label
        conditions = [
            Condition(field=name, op="=" if len(ids) == 1 else "in", values=tuple(ids))
            for name, ids in by_field.items()
        ]
        span.ref = ", ".join(f"{name}={ids[0]}" for name, ids in by_field.items())
        return Part(span, conditions, [labels[name] for name in by_field], group, exclude)

    def _narrow(self, part: Part) -> None:
        """A name that means several places is settled by the place named after it: "San Fernando, Pampanga"."""
        before = self._parts[-1] if self._parts else None
        if before is None or before.resolved is None or part.resolved is None or not before.resolved.ask:
            return
        choices = (before.resolved.taken, *before.resolved.others)
        inside = [one for one in choices if contains(part.resolved.taken.place, one.place)]
        if len(inside) == 1:
            before.resolved = Resolved(inside[0])
            before.conditions, before.labels = [inside[0].condition], [inside[0].label]
            part.group = len(self._parts)

    def _inside_the_one_before(self, part: Part) -> bool:
        """Whether the place before lies in this one, so that the comma narrows instead of listing."""
        before = self._parts[-1] if self._parts else None
        if before is None or not part.span.comma:
            return False
        if before.resolved is None or part.resolved is None:
            return self._level_above(before, part)
        outer, inner = part.resolved.taken.place, before.resolved.taken.place
        return contains(outer, inner)

    def _level_above(self, before: Part, part: Part) -> bool:
        """Whether a value is of a level above that of the one before: a city, then its province."""
        lower, upper = ({name for one in each.conditions for name in one.fields()} for each in (before, part))
        if len(lower) != 1 or len(upper) != 1 or before.exclude != part.exclude:
            return False
        level, (goal,) = self._model.dimensions.get(lower.pop()), upper
        while level is not None and level.parent is not None:
            if level.parent == goal:
                return True
            level = self._model.dimensions.get(level.parent)
        return False


def _listed(conditions: list[Condition], *, exclude: bool) -> list[Condition]:
    """A list of values as one condition a field, or `any` where the list mixes fields."""
    by_field: dict[str, list[Any]] = {}
    nested = [one for one in conditions if one.field is None]
    for one in conditions:
        if one.field is not None:
            by_field.setdefault(one.field, []).extend(one.values)
    op: Literal["in", "not_in"] = "not_in" if exclude else "in"
    made = [Condition(field=name, op=op, values=tuple(dict.fromkeys(values))) for name, values in by_field.items()]
    if exclude:
        return made + [_outside(one) for one in nested]
    every = made + nested
    return every if len(every) == 1 else [Condition(any=tuple(every))]


def _outside(condition: Condition) -> Condition:
    """Not (this and that): outside of one or of the other."""
    return Condition(
        any=tuple(Condition(field=one.field, op="not_in", values=one.values) for one in condition.all or ())
    )


def _merged(conditions: list[Condition]) -> tuple[Condition, ...]:
    """Conditions of one field and op put together where that keeps their meaning (left out: any of them)."""
    found: list[Condition] = []
    for one in conditions:
        same = next(
            (
                at
                for at, other in enumerate(found)
                if one.op == "not_in" and other.op == "not_in" and other.field == one.field
            ),
            None,
        )
        if same is None:
            found.append(one)
        else:
            found[same] = Condition(
                field=one.field, op="not_in", values=tuple(dict.fromkeys((*found[same].values, *one.values)))
            )
    return tuple(found)


__all__ = ["Choice", "Filters"]

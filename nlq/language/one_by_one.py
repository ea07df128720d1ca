"""Values of which each is asked for: "every Saturday in October", "sales per payday"; "per minimart" does not say of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, Stop
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span
    from nlq.language.walk import Walker

EACH = frozenset(
    ("per", "each", "every", "for each", "for every", "kada", "bawat", "matag", "sa bawat", "sa kada", "sa matag")
)


def days(walker: Walker, value: Span, by: str) -> bool:
    """Whether days of a kind are asked for one after the other; so they are split, and no others are meant.

    Raises:
        Stop: it is weekends, which are of two days.
    """
    model, time = walker.model, walker.model.time_dimension
    if value.kind != "value" or time is None or not model.is_of_days(value.ref_of) or by not in EACH:
        return False
    if value.text.lower().startswith("weekend"):
        raise _no(
            f'one {value.text} after the other has two days: say "by week, weekends only", or "weekends vs weekdays"'
        )
    walker.group(f"{time.name}.day", value)
    return True


def named(spans: Sequence[Span], index: int) -> None:
    """Refuse "per minimart", which divides by how many there are, or splits by them; "each NCR store" says it.

    Raises:
        Stop: it is not said.
    """
    after = next((one for one in spans[index + 1 :] if one.kind not in SILENT), None)
    if after is None or after.kind not in ("dimension", "value", "place", "and"):
        raise _no(f'I do not know what is meant by each "{spans[index].text}": name what figures are split by')


def _no(text: str) -> Stop:
    return Stop(Refusal("out_of_scope", text))

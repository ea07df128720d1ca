"""Words of order and comparison that say less than they seem: "sorted from biggest to smallest", "compare sales by month", "sales and number of receipts".

Each is settled before what ranks or compares is read.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.draft import SILENT, VALUES, Stop
from nlq.language.relations import COMPARES
from nlq.values import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.match import Span

DOWN_TO = frozenset(("to", "down to", "up to", "hanggang", "hanggang sa", "hangtod", "hangtod sa", "papunta sa", "patungo sa", "paubos", "-", "–"))  # fmt: skip
FROM = frozenset(("from", "from the", "mula", "mula sa", "gikan", "gikan sa"))
RANKS = ("top", "bottom")
# Before what something is compared with, and within a period that names two.
TIED = frozenset(("to", "with", "against", "vs", "versus", "from", "sa", "kay", "noong", "nung", "niadtong", "over", "than"))  # fmt: skip
TWO_OF = frozenset(("to", "and", "between", "until", "hanggang", "hangtod", "ug", "at", "-", "–"))
ON = frozenset(("on", "in", "during", "of", "for", "noong", "nung", "sa", "tuwing", "on the", "in the", "of the", "during the", "on our", "in our"))  # fmt: skip


def settled(spans: Sequence[Span]) -> None:
    """Settle each such word.

    Raises:
        Stop: two things are to be ranked, one by the other.
    """
    _by_size(spans)
    _compares_nothing(spans)
    _counts_events(spans)
    _one_at_a_time(spans)


def _by_size(spans: Sequence[Span]) -> None:
    """An order by both its ends: "from biggest to smallest"."""
    for at, one in enumerate(spans[:-2]):
        link, end = spans[at + 1], spans[at + 2]
        if one.kind not in RANKS or end.kind not in RANKS or one.kind == end.kind or link.text.lower() not in DOWN_TO:
            continue
        one.kind = "high_first" if one.kind == "top" else "low_first"
        for other in (link, end, *(spans[at - 1 : at] if at and spans[at - 1].text.lower() in FROM else ())):
            other.kind, other.role = "filler", "order"


def _compares_nothing(spans: Sequence[Span]) -> None:
    """A "compare" that only asks for a split: of the regions, "compare sales per region last month" is not of two months."""
    marks = [one for one in spans if one.kind == "versus"]
    split = any(one.kind == "by" or (one.kind == "dimension" and one.text.lower().endswith("s")) for one in spans)
    whens = [at for at, one in enumerate(spans) if one.kind == "time"]
    values = sum(one.kind in VALUES for one in spans)
    if len(marks) != 1 or not split or len(whens) > 1 or values > 1 or not any(stem in marks[0].text.lower() for stem in COMPARES[5:]):  # fmt: skip
        return
    if any(not TWO_OF.isdisjoint(spans[at].text.lower().split()) for at in whens):  # "from September to October"
        return
    tied = any(TIED.intersection(one.text.lower().split()) for at in whens for one in spans[max(0, at - 2) : at])
    moved = any(spans[at].when is not None and spans[at].when.moved for at in whens)  # type: ignore[union-attr]
    words = marks[0].text.lower().split()
    if not tied and not moved and not TIED.intersection(words[1:]):
        marks[0].kind, marks[0].role = "filler", "comparison"


def _counts_events(spans: Sequence[Span]) -> None:
    """Take "number of" before what is counted by a figure beside another figure for a part of its name."""
    if sum(one.kind == "metric" for one in spans) < 2:
        return
    for one, after in pairwise(spans):
        if one.kind == "count" and after.kind == "metric" and one.text.lower().endswith("of"):
            one.kind, one.role = "filler", "figure"


def _one_at_a_time(spans: Sequence[Span]) -> None:
    """Refuse to rank one thing by the rank of a time: "top categories on the strongest day"."""
    marks = [at for at, one in enumerate(spans) if one.kind in RANKS]
    for first, second in pairwise(marks):
        noun = next((one for one in spans[second + 1 :] if one.kind not in SILENT), None)
        between = [one for one in spans[first + 1 : second] if one.kind not in SILENT]
        on = any(one.text.lower() in ON for one in spans[max(0, second - 2) : second])
        if on and noun is not None and noun.kind == "grain" and (between or spans[first].kind == spans[second].kind):
            raise Stop(Refusal("out_of_scope", f'which {noun.text} is the {spans[second].text.lower().removeprefix("the ")}? Ask that first, and then for what was best on it by its date'))  # fmt: skip

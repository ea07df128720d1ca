"""An engine's rows beside those by hand."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import currently_in_test_context, note

from any_model import by_hand
from nlq.errors import BadRequest


def plain(cell):
    """A cell as both sides have it: a whole number of any type is an int, a truth of an engine a bool."""
    if isinstance(cell, Decimal):
        return cell
    return int(cell) if isinstance(cell, bool) is False and isinstance(cell, int) else cell


def same(cell, other):
    if isinstance(cell, float) or isinstance(other, float):
        if cell is None or other is None:
            return cell is None and other is None
        return math.isclose(float(cell), float(other), rel_tol=1e-9, abs_tol=1e-9)
    return plain(cell) == plain(other)


def _say(text):
    """Told where a case fails."""
    (note if currently_in_test_context() else print)(text)


def check(run, model, world, query, org):
    """The rows of an engine are those by hand, in their order; what has no meaning is refused, and nothing else is."""
    try:
        expected, ties = by_hand.answer(world, query, org)
    except by_hand.NoMeaning as reason:
        _say(f"no meaning: {reason}")
        with pytest.raises(BadRequest):
            run(model, query, org)
        return "refused"
    _, found, tied = run(model, query, org)
    _say(f"by hand {expected}\nfound   {found}")
    assert len(found) == len(expected), f"{len(found)} rows, by hand {len(expected)}"
    for row, other in zip(found, expected, strict=True):
        assert all(same(*pair) for pair in zip(row, other, strict=True)), f"{row} by hand {other}"
    assert tied == ties, f"{tied} rows more tie at the limit, by hand {ties}"
    return "answered"

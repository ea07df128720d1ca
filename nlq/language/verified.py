"""Questions that somebody vouches for: asked in these words, they get the query that stands beside them in the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nlq.values import Interpretation

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.values import Question


def vouched_for(question: Question, model: SemanticModel) -> Interpretation | None:
    """The reading that the model holds for a question of the same words; None where it holds none.

    Case, spaces and the punctuation at the end do not count; any other word is another question.
    """
    if not model.verified:
        return None
    asked = _plain(question.text)
    for one in model.verified:
        if _plain(one.question) == asked:
            return Interpretation(one.query, verified=one.by)
    return None


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().rstrip("?!. ").casefold()

"""What comes in from outside, as values: a question's text, a SemanticQuery's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.values.query import SemanticQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_QUESTION = 2_000


def check_text(text: str) -> str:
    """A question that can be read: some text, not too much of it, and no binary.

    Raises:
        BadRequest: it is empty, longer than 2,000 characters, or holds control characters.
    """
    if not text.strip():
        raise BadRequest("the question is empty", where="question", fix='ask something, such as "top stores in NCR"')
    if len(text) > MAX_QUESTION:
        raise BadRequest(
            f"the question has {len(text):,} characters; {MAX_QUESTION:,} are read",
            where="question",
            fix="ask it shorter",
        )
    if any(
        (ord(letter) < 32 and letter not in "\t\n\r") or ord(letter) == 127 or 0xD800 <= ord(letter) <= 0xDFFF
        for letter in text
    ):
        raise BadRequest(
            "the question is not text: it holds control characters", where="question", fix="type it as plain text"
        )
    return text


def parse_query(plain: Mapping[str, Any]) -> SemanticQuery:
    """A SemanticQuery from JSON's values.

    Raises:
        BadRequest: an unknown key, a missing one, a value of the wrong kind; the field is named.
    """
    from pydantic import ValidationError  # noqa: PLC0415

    from nlq.values.mistakes import told  # noqa: PLC0415

    try:
        return SemanticQuery.from_json(plain)
    except ValidationError as problem:
        what, where = told(problem.errors(include_url=False), plain)
        raise BadRequest(
            f"this is no SemanticQuery: {what}", where=where, fix="see docs/query.md for its parts"
        ) from None

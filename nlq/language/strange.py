"""What is typed and is no question in words: SQL, somebody's phone number, and letters of other scripts that only look like those of a name."""

from __future__ import annotations

import re
import unicodedata

from nlq.values import Refusal

READS = re.compile(r"\s*\(*\s*(?:select|with)\b.*\bfrom\b", re.IGNORECASE | re.DOTALL)
WRITES = re.compile(
    r"[\s;'\")]*(?:insert\s+into|update\s+\w+\s+set|delete\s+from|drop\s+(?:table|schema|view|database)|truncate\s+\w+|alter\s+table|create\s+(?:table|view|or)|grant\s+\w+)\b",
    re.IGNORECASE,
)


REACHED = re.compile(
    r"(?<![\d₱.,])(?:\+?63[\s-]?|0)9\d{2}[\s-]?\d{3}[\s-]?\d{4}(?!\d)|[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE
)


def refused(text: str) -> Refusal | None:
    """Why a text is not read as a question; None where it may be one. "Select sales from NCR" is one: it has no place for a table."""
    if WRITES.match(text):
        return Refusal("out_of_scope", "nlq reads data and changes none", firm=True)
    if REACHED.search(text):
        return Refusal("not_permitted", "nobody is looked up by a phone number or an e-mail address here", firm=True)
    if READS.match(text) and re.search(r"[*(_]", text):
        return Refusal(
            "out_of_scope", "this is SQL, not a question: `nlq sql` runs it, held to the same rows", firm=True
        )
    return None


def lookalikes(word: str) -> str:
    """The letters of a word that are of another script than its first Latin one; "" where it is of one script."""
    scripts = {letter: unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()}
    if "LATIN" not in scripts.values():
        return ""
    return "".join(dict.fromkeys(letter for letter, script in scripts.items() if script != "LATIN"))

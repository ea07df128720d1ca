"""What is passed over as no time, against all that the readers of time would have made of it; slips, against every edit there is."""

from __future__ import annotations

import random
import re
from datetime import date
from string import ascii_lowercase

import pytest
from helpers import ROOT

from nlq.language import time, typos
from nlq.language.tokens import tokenize

TODAY = date(2026, 11, 15)
QUESTIONS = sorted({found for path in (ROOT / "evals" / "scout").glob("*.yaml") for found in re.findall(r"question: (.+)", path.read_text(encoding="utf-8"))})  # fmt: skip
WORDS = sorted({word for question in QUESTIONS for word in question.lower().split()})


def read(text):
    try:
        return time.find(tokenize(text), TODAY, fiscal=4)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(4))
def test_a_word_that_no_reader_of_time_names_begins_no_period(monkeypatch, seed):
    """Questions, and words of the calendar thrown together with words of questions."""
    draw, known = random.Random(seed), sorted(time.SAID)
    made = [" ".join(draw.choice(known if draw.random() < 0.6 else WORDS) for _ in range(draw.randint(2, 7))) for _ in range(700)]  # fmt: skip
    asked = [*QUESTIONS[seed::4], *made]
    passed_over = [read(text) for text in asked]
    monkeypatch.setattr(time, "SAID", _Everything())
    assert passed_over == [read(text) for text in asked]
    assert len(QUESTIONS) > 300


class _Everything:
    """Every word may begin a period."""

    def __contains__(self, word):
        return True


def test_some_words_are_passed_over_and_none_of_the_calendar():
    assert {"sales", "stores", "gcash", "benta", "tindahan"}.isdisjoint(time.SAID)
    assert {"october", "yesterday", "week", "last", "kahapon", "undas", "quarter", "fiscal"} <= time.SAID


@pytest.mark.parametrize("word", ["sales", "aab", "cebu", "oktober", "llaha", "niño"])
def test_every_slip_is_tried_once_and_no_other(word):
    """Against edits by brute force: each word over the letters that is one letter more, less, other or swapped."""
    letters = ascii_lowercase + "ñ"
    longer = {word[:at] + one + word[at:] for at in range(len(word) + 1) for one in letters}
    other = {word[:at] + one + word[at + 1 :] for at in range(len(word)) for one in letters}
    shorter = {word[:at] + word[at + 1 :] for at in range(len(word))}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    assert typos.variants(word, letters) == (longer | other | shorter | swapped) - {word}

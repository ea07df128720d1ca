"""Questions about the data itself: told from the model and the data's versions, for each asker's own."""

from __future__ import annotations

import pytest

TOLD = {
    "what does revenue mean": ("what customers paid",),
    "how is average basket computed": ("revenue over transactions",),
    "ano ang ibig sabihin ng average basket": ("revenue over transactions",),
    "whats the difference between items and units": ("basket sizes", "line quantities"),
    "what counts as a payday": ("15th", "last day"),
    "kasama ba sa benta ang mga binura": ("deleted sales are left out", "binura"),
    "what can i ask": ("revenue", "for example", "top performing stores"),
    "unsa may pwede nakong ipangutana": ("revenue",),
    "by what can i split transactions": ("region", "payment method"),
    "how far back does the data go": ("2024-01-01", "2026-11-15"),
    "how fresh is the data": ("2026-11-15", "last filled"),
    "when does the week start": ("monday",),
    "what does closed mean": ("closed for good",),
}
FIGURES = ["how is revenue last month", "what does NCR sell", "how fresh is NCR in October", "sales included in October", "help me with sales in NCR"]  # fmt: skip


@pytest.mark.parametrize(("question", "words"), TOLD.items())
def test_it_is_told(assistant, question, words):
    answer = assistant.ask(question, assistant.settings.principal(None))
    assert answer.status == "answered", answer.text
    assert not answer.rows
    assert not answer.sql
    assert all(word in answer.text.lower() for word in words), answer.text


@pytest.mark.parametrize("question", FIGURES)
def test_a_question_for_figures_is_none_of_these(assistant, question):
    answer = assistant.ask(question, assistant.settings.principal(None))
    assert answer.status != "answered" or answer.rows, answer.text


def test_the_days_are_those_of_the_askers_own_rows(assistant):
    """Another tenant's first day is nobody else's to know: of a tenant without rows nothing is told."""
    stranger = assistant.settings.principal("analyst@suki").__class__("x", "nobody", regions="*")
    assert "no data of yours" in assistant.ask("how far back does the data go", stranger).text

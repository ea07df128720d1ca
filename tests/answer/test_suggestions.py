"""What is suggested next is read and answered: each, asked in the same conversation, gives figures; and it is in the asker's language."""

from __future__ import annotations

import uuid

import pytest

from nlq.language import tongue

QUESTIONS = {
    "en": ["total sales last month", "sales in NCR this year", "top 5 stores by revenue in Cebu last month", "transactions by region this quarter", "average basket last month", "sales of dairy in 2025",
           "how many customers bought last month", "sales last month vs september", "revenue growth last month", "gcash sales last week", "sales by month in 2025", "how many stores in NCR"],
    "fil": ["magkano ang benta noong nakaraang buwan", "limang pinakamabentang tatak ngayong taon", "benta sa Bicol ngayong taon", "ilan ang transaksyon natin noong Oktubre"],
    "ceb": ["pila ang halin niaging bulan", "unsa ang lima ka tindahan nga pinakadako og halin niaging bulan", "pila ka transaksyon karong tuiga sa Cebu"],
}  # fmt: skip


@pytest.mark.parametrize(("language", "question"), [(language, one) for language, listed in QUESTIONS.items() for one in listed])  # fmt: skip
def test_each_suggestion_is_answered(assistant, language, question):
    asker = assistant.settings.principal(None)
    conversation = str(uuid.uuid4())
    first = assistant.ask(question, asker, conversation_id=conversation)
    assert (first.status, first.language) == ("answered", language), first.text
    for suggestion in first.suggestions:
        assistant.ask(question, asker, conversation_id=conversation)  # so that it goes on from this one
        answer = assistant.ask(suggestion, asker, conversation_id=conversation)
        assert answer.status == "answered", (question, suggestion, answer.text)
        assert answer.query != first.query or answer.rows != first.rows, suggestion


def test_most_answers_have_some(assistant):
    found = [assistant.ask(one, assistant.settings.principal(None)).suggestions for listed in QUESTIONS.values() for one in listed]  # fmt: skip
    assert sum(bool(one) for one in found) >= len(found) - 3
    assert all(len(one) <= 3 for one in found)


def test_who_asked_for_what_is_not_there_gets_questions_that_are(assistant):
    asker = assistant.settings.principal(None)
    declined = assistant.ask("profit by region", asker)
    assert declined.suggestions
    assert all(assistant.ask(one, asker).status == "answered" for one in declined.suggestions)


@pytest.mark.parametrize(
    ("text", "language"),
    [("total sales in NCR last month", "en"), ("magkano ang benta sa Cebu last month", "fil"), ("pila ang halin sa Cebu niaging bulan", "ceb"), ("top 5 stores", "en"), ("", "en"), ("benta natin po", "fil"), ("unsay halin matag rehiyon", "ceb")],
)  # fmt: skip
def test_the_language_is_that_of_the_small_words(text, language):
    assert tongue.of(text.lower().split()) == language

"""A reading is said in the asker's language: each has every phrase, and says the same parts in the same order."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta

import pytest
from helpers import ROOT

from nlq.language import sentences, tongue
from nlq.language.say import reading
from nlq.language.tokens import phrase
from nlq.values import Principal
from nlq.values.query import Period, SemanticQuery

LISTED = tomllib.loads((ROOT / "nlq" / "language" / "sentences.toml").read_text(encoding="utf-8"))
OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}
EVERYTHING = [
    {"metrics": ["revenue", "transactions"], "dimensions": ["region", "date.month"], "where": [{"field": "category", "op": "not_in", "values": ["Snacks"]}], "period": OCTOBER, "compare": [{"shift": "1 year"}], "having": [{"field": "revenue", "op": ">", "values": [5]}], "order": [{"by": "revenue", "dir": "desc"}], "limit": 5},
    {"metrics": [{"metric": "revenue", "each": ["date.day"], "agg": "avg", "window": {"trailing": "7 day"}}], "dimensions": ["date.day"], "period": OCTOBER},
    {"metrics": ["revenue"], "dimensions": ["brand"], "share": {"within": [], "free": ["brand"]}, "where": [{"field": "customer", "op": "not_in", "query": {"metrics": ["revenue"], "dimensions": ["customer"], "period": OCTOBER}}], "period": OCTOBER},
    {"list": "store", "dimensions": ["opened_on"], "where": [{"field": "opened_on", "op": "between", "values": ["2021-01-01", "2021-12-31"]}, {"field": "closed_on", "op": "is_null"}], "limit": 1},
]  # fmt: skip


def test_each_language_has_every_phrase_with_the_same_places():
    english = LISTED["en"]
    for language, phrases in LISTED.items():
        assert phrases.keys() == english.keys(), language
        for name, text in phrases.items():
            places = (
                [re.findall(r"\{\d?\}", one) for one in (text, english[name])]
                if isinstance(text, str)
                else [len(text), len(english[name])]
            )
            assert sorted(places[0]) == sorted(places[1]) if isinstance(text, str) else places[0] == places[1], (
                language,
                name,
            )


@pytest.mark.parametrize("raw", EVERYTHING)
def test_all_languages_say_the_same_figures_and_dates(assistant, raw):
    said = {
        language: reading(
            SemanticQuery.from_json(raw), assistant.model, Principal("a", "tingi", regions=("NCR",)), None, language
        )
        for language in LISTED
    }
    numbers = {language: re.findall(r"\d[\d,-]*", text) for language, text in said.items()}
    assert numbers["en"] == numbers["fil"] == numbers["ceb"]
    assert len(set(said.values())) == len(LISTED)
    assert all(text.count(", ") == said["en"].count(", ") for text in said.values())


@pytest.mark.parametrize("month", range(1, 13))
def test_months_and_days_are_called_by_their_names(month):
    first = date(2026, month, 1)
    last = date(2026 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    for language in LISTED:
        words = sentences.of(language)
        assert words.period(Period(start=first, end=last)).startswith(f"{LISTED[language]['months'][month - 1]} 2026 (")
        assert (
            words.period(Period(start=first, end=first)) == f"{LISTED[language]['weekdays'][first.weekday()]} {first}"
        )


def test_an_unknown_language_is_said_in_english():
    assert sentences.of("xx").say("by", "city") == "by city"


@pytest.mark.parametrize(
    ("question", "language", "words"),
    [("sales in NCR by store type in may", "en", "by store type"), ("benta sa NCR kada uri ng tindahan noong Oktubre", "fil", "kada uri ng tindahan"),
     ("halin sa Sugbo matag klase sa tindahan niadtong Oktubre", "ceb", "matag matang sa tindahan"), ("benta kahapon", "fil", "Benta, Sabado 2026-11-14"),
     ("bakit bumaba ang benta noong Oktubre", "fil", "Kung ano ang bumubuo sa pagbabago"), ("what can i ask", "en", "A question about the data itself")],
)  # fmt: skip
def test_a_reading_is_in_the_language_of_the_question(assistant, question, language, words):
    answer = assistant.ask(question, assistant.settings.principal(None), explain=True)
    assert (answer.language, words in answer.reading) == (language, True), answer.reading


@pytest.mark.parametrize(
    "text", ["sales at ncr in may", "may sales", "break down what moved sales between may and june"]
)
def test_words_that_are_english_too_make_no_filipino_question(text):
    assert tongue.of(phrase(text)) == "en"

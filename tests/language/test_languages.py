"""Tagalog, Cebuano and mixtures with English: the same question asked in another language is the same query."""

from __future__ import annotations

from datetime import date

import pytest

from nlq.language.lexicon import PLAIN, plain
from nlq.language.time import find
from nlq.language.tokens import number, phrase, tokenize
from nlq.values.query import Period

AS_OF = date(2026, 11, 15)
SAME = [
    ("sales in Cebu last month", "magkano ang benta sa Cebu noong nakaraang buwan?", "pila ang halin sa Cebu niaging bulan", "benta sa Cebu last month po"),
    ("top 5 stores in NCR this month", "limang nangungunang tindahan sa NCR ngayong buwan", "top 5 ka tindahan sa NCR karong bulana"),
    ("revenue by region this year", "kabuuang benta bawat rehiyon ngayong taon", "halin matag rehiyon karong tuiga", "sales kada region this yr"),
    ("monthly sales of sari-sari stores this year", "buwanang benta ng mga sari-sari store ngayong taon", "binulan nga halin sa sari-sari karong tuiga"),
    ("transactions by payment method in October 2026", "transaksyon ayon sa paraan ng bayad noong Oktubre 2026", "transaksyon matag payment method niadtong Oktubre 2026"),
    ("units of instant noodles sold yesterday", "ilang piraso ng instant noodles ang nabenta kahapon", "pila ka buok nga instant noodles ang nahalin gahapon"),
    ("sales by city outside Metro Manila last quarter", "benta bawat lungsod maliban sa Metro Manila noong nakaraang kwarter", "halin matag dakbayan gawas sa Metro Manila niaging kwarter"),
    ("stores with revenue above 1.5M last year", "mga tindahang may benta na higit sa 1.5 milyon noong nakaraang taon"),
    ("how many customers last month", "ilang suki ang bumili noong nakaraang buwan", "pila ka kustomer ang namalit niaging bulan"),
    ("daily sales in Pasay and Makati last week", "arawang benta sa Pasay at Makati noong nakaraang linggo", "inadlaw nga halin sa Pasay ug Makati niaging semana"),
    ("lowest selling brand last month", "pinakamahinang tatak noong nakaraang buwan sa benta", "pinakaubos nga tatak sa halin niaging bulan"),
    ("items per transaction in Cebu", "items kada transaksyon sa Cebu", "items matag transaksyon sa Cebu"),
    ("top 3 stores in each province of Bicol", "top 3 tindahan bawat lalawigan sa Bicol", "top 3 ka tindahan sa matag lalawigan sa Bicol"),
    ("sales on June 12, 2026", "benta noong Hunyo 12, 2026", "halin niadtong Hunyo 12, 2026"),
    ("sales from March to May 2026", "benta mula Marso hanggang Mayo 2026", "halin gikan Marso hangtod Mayo 2026"),
]  # fmt: skip
DECLINED = [
    "ilan ang transaksyon kada bayad", "benta kada", "eh noong Setyembre naman?", "ang Bohol, pila pud?",
    "may sales by region", "transactions per store per month this year", "benta ng suki", "sales per minimart monthly",
]  # fmt: skip


def query(assistant, text):
    answer = assistant.ask(text, assistant.settings.principal(None), explain=True)
    assert answer.status == "answered", (text, answer.status, answer.text)
    one = answer.query
    return (
        sorted(one.metrics),
        sorted(one.dimensions),
        {repr(each) for each in one.where},
        one.having,
        one.period,
        one.order,
        one.limit,
        one.compare,
    )


@pytest.mark.parametrize(("english", *[f"other{n}" for n in range(1)]), [(group[0], other) for group in SAME for other in group[1:]])  # fmt: skip
def test_the_same_question_in_another_language_is_the_same_query(assistant, english, other0):
    assert query(assistant, other0) == query(assistant, english)


@pytest.mark.parametrize("text", DECLINED)
def test_what_cannot_be_read_is_not_answered(assistant, text):
    answer = assistant.ask(text, assistant.settings.principal(None), explain=True)
    assert answer.status != "answered", answer.reading


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("noong isang linggo", "2026-11-02", "2026-11-08"), ("nung nakalipas na tatlong buwan", "2026-08-01", "2026-10-31"), ("sa niaging 7 ka adlaw", "2026-11-09", "2026-11-15"),
        ("mula noong Setyembre", "2026-09-01", "2026-11-15"), ("simula Enero 2026 hanggang Marso 2026", "2026-01-01", "2026-03-31"), ("sukad 2025", "2025-01-01", "2026-11-15"),
        ("ikatlong quarter ng 2025", "2025-07-01", "2025-09-30"), ("noong nakaraang Lunes", "2026-11-09", "2026-11-09"), ("Hunyo 12, 2026", "2026-06-12", "2026-06-12"), ("ngayong linggo", "2026-11-09", "2026-11-15"),
    ],
)  # fmt: skip
def test_periods_in_tagalog_and_cebuano(text, start, end):
    (one,) = find(tokenize(text), AS_OF)
    assert one.period == Period(start=date.fromisoformat(start), end=date.fromisoformat(end))


@pytest.mark.parametrize(("word", "value"), [("tatlo", 3), ("limang", 5), ("napulo", 10), ("kinse", 15), ("beynte", 20), ("1.5M", 1_500_000), ("₱2,000", 2_000)])  # fmt: skip
def test_numbers_as_people_write_them(word, value):
    assert number(tokenize(word)[0]) == value


def test_no_phrase_has_two_kinds_within_a_language():
    """Across languages the first wins: English, then Tagalog, then Cebuano."""
    import tomllib

    for path in PLAIN:
        seen = {}
        for kind, listed in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for text in listed if isinstance(listed, list) else [one for texts in listed.values() for one in texts]:
                assert seen.setdefault(phrase(text), kind) == kind, (path.name, text)
    assert plain()[("at",)].kind == "preposition"

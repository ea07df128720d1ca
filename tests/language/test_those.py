"""Figures of the very things that the answer before showed, against SQL that was written by hand and runs raw on the file."""

from __future__ import annotations

import uuid

import pytest

from nlq.values.query import Share

SALES = "FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s USING (org_id, store_id) WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL"
OCTOBER, THIS_YEAR = (
    "t.date_key BETWEEN '2026-10-01' AND '2026-10-31'",
    "t.date_key BETWEEN '2026-01-01' AND '2026-11-15'",
)
Y2025 = "t.date_key BETWEEN '2025-01-01' AND '2025-12-31'"
BEST = f"SELECT t.store_id {SALES} AND {OCTOBER} AND s.province = 'Cebu' GROUP BY 1 ORDER BY sum(t.peso_value) DESC, 1 LIMIT 5"
OPENED = "s.opened_on BETWEEN '2025-01-01' AND '2025-12-31'"
LINES = "FROM scout.silver_transaction_items i JOIN scout.silver_transactions_cleaned t USING (org_id, transaction_id) JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi' AND t.deleted_at IS NULL"
RICE = f"SELECT t.customer_id {LINES} AND {OCTOBER} AND p.category = 'Rice and Grains'"
ASKED = {
    ("stores that opened in 2025", "how much did they sell this year"): f"SELECT sum(t.peso_value) {SALES} AND {OPENED} AND {THIS_YEAR} GROUP BY s.store_id",
    ("stores that opened in 2025", "how much did those stores sell this year"): f"SELECT sum(t.peso_value) {SALES} AND {OPENED} AND {THIS_YEAR} GROUP BY s.store_id",
    ("mga tindahan na nagbukas noong 2025", "magkano ang benta nila ngayong taon"): f"SELECT sum(t.peso_value) {SALES} AND {OPENED} AND {THIS_YEAR} GROUP BY s.store_id",
    ("how many stores opened in 2025", "how much did they sell this year"): f"SELECT sum(t.peso_value) {SALES} AND {OPENED} AND {THIS_YEAR}",
    ("top 5 stores in cebu last month", "how much did they sell in 2025"): f"SELECT sum(t.peso_value) {SALES} AND {Y2025} AND t.store_id IN ({BEST}) GROUP BY s.store_id",
    ("top 5 stores in cebu last month", "their transactions"): f"SELECT count(*) {SALES} AND {OCTOBER} AND t.store_id IN ({BEST}) GROUP BY s.store_id",
    ("top 5 na tindahan sa cebu noong oktubre", "magkano ang benta nila noong 2025"): f"SELECT sum(t.peso_value) {SALES} AND {Y2025} AND t.store_id IN ({BEST}) GROUP BY s.store_id",
    ("customers who bought rice last month", "how much did they spend this year"): f"SELECT sum(t.peso_value) {SALES} AND {THIS_YEAR} AND t.customer_id IN ({RICE})",
    ("how many customers bought rice last month", "how much did they spend on snacks"): f"SELECT sum(i.line_value) {LINES} AND {OCTOBER} AND p.category = 'Snacks' AND t.customer_id IN ({RICE})",
    ("best category this month", "how was it doing in october"): f"SELECT sum(i.line_value) {LINES} AND {OCTOBER} AND p.category = (SELECT p.category {LINES} AND t.date_key BETWEEN '2026-11-01' AND '2026-11-15' GROUP BY 1 ORDER BY sum(i.line_value) DESC LIMIT 1)",
    ("sales and transactions of top 5 stores in cebu last month", "how much did they sell in 2025"): f"SELECT sum(t.peso_value) {SALES} AND {Y2025} AND t.store_id IN ({BEST}) GROUP BY s.store_id",
    ("bottom 2 provinces by revenue this year", "how many stores do they have", "and their transactions"): f"SELECT count(*) {SALES} AND {THIS_YEAR} AND s.province IN (SELECT s.province {SALES} AND {THIS_YEAR} GROUP BY 1 ORDER BY sum(t.peso_value), 1 LIMIT 2) GROUP BY s.province",
    ("sales in ncr last month", "how much did they sell in 2025"): f"SELECT sum(t.peso_value) {SALES} AND {Y2025} AND s.region = 'NCR'",  # of no things: the figure before, in another period
}  # fmt: skip


@pytest.fixture
def talk(assistant, analyst):
    def call(*turns):
        conversation = str(uuid.uuid4())
        return [assistant.ask(turn, analyst, conversation_id=conversation) for turn in turns]

    return call


@pytest.mark.parametrize(("turns", "sql"), ASKED.items(), ids=[" > ".join(turns) for turns in ASKED])
def test_a_figure_is_of_the_things_that_were_shown(talk, raw, turns, sql):
    answer = talk(*turns)[-1]
    assert answer.status == "answered", answer.text
    figures = sorted(row[-1] for row in answer.rows)
    assert [round(float(one), 2) for one in figures] == [
        round(float(row[0]), 2) for row in sorted(raw.execute(sql).fetchall())
    ]
    assert "going on from" in answer.reading or "karugtong" in answer.reading


@pytest.mark.parametrize(("turns", "values"), [
    (("average basket ng supermarkets last quarter", "isama na minimart"), {"supermarket", "minimart"}),
    (("average basket of supermarkets last quarter", "also minimarts"), {"supermarket", "minimart"}),
    (("average basket of supermarkets last quarter", "minimarts"), {"minimart"}),
    (("sales in mindanao this year", "i meant visayas"), {"Visayas"}),
    (("sales in mindanao this year", "ay mali, visayas pala"), {"Visayas"}),
    (("unique customers in bohol last month", "vs cebu"), {"Bohol", "Cebu"}),
    (("unique customers in bohol last month", "compare to cebu"), {"Bohol", "Cebu"}),
])  # fmt: skip
def test_a_value_is_instead_of_the_one_before_or_beside_it(talk, turns, values):
    first, answer = talk(*turns)
    (condition,) = answer.query.where
    assert (answer.query.period, set(condition.values)) == (first.query.period, values)
    assert (condition.field in answer.query.dimensions) == turns[1].startswith(("vs", "compare"))


def test_a_value_that_is_no_name_is_set_against_the_one_before(talk, raw):
    answer = talk("sales on paydays this year", "compared to ordinary days")[-1]
    known = raw.execute(
        f"SELECT extract(day FROM t.date_key) = 15 OR t.date_key = last_day(t.date_key), sum(t.peso_value) {SALES} AND {THIS_YEAR} GROUP BY 1"
    ).fetchall()
    at = [one.name for one in answer.columns].index("revenue")
    assert sorted(round(float(row[at]), 2) for row in answer.rows) == sorted(round(float(row[1]), 2) for row in known)


@pytest.mark.parametrize(
    "turns",
    [
        ("sales by region last month", "no gcash"),
        ("halin matag rehiyon niaging bulan", "walay gcash"),
        ("sales by region last month", "without gcash"),
    ],
)
def test_none_of_a_value_in_a_change_leaves_it_out(talk, turns):
    answer = talk(*turns)[-1]
    assert answer.query.dimensions == ("region",)
    assert [(one.field, one.op, one.values) for one in answer.query.where] in (
        [("payment_method", op, ("gcash",))] for op in ("!=", "not_in")
    )


def test_no_and_a_comma_corrects(talk):
    first, answer = talk("top 10 stores by sales this month", "no, last month")
    assert (answer.query.limit, answer.query.dimensions) == (first.query.limit, first.query.dimensions)
    assert answer.query.period.start.isoformat() == "2026-10-01"


@pytest.mark.parametrize("turns", [
    ("sales last month", "vs cebu"),  # nothing stands there to be set against
    ("halin sa cebu karong bulana", "pila ka porsyento sa tibuok visayas"),
    ("top 5 stores in cebu", "why did their sales drop last week"),
    ("top 2 stores in each region", "how much did they sell in 2025"),
    ("sari-sari stores in bohol", "their sales per month this year"),  # which was asked back about
])  # fmt: skip
def test_of_which_it_cannot_be_told_is_not_answered(talk, turns):
    *_, answer = talk(*turns)
    assert answer.status == "declined"


def test_a_question_that_points_at_nothing_stands_by_itself(talk):
    _, second = talk("top 5 stores in ncr last month", "top 3 brands in cebu in 2025")
    assert (second.query.limit, second.query.where[0].field) == (3, "province")


def test_a_question_back_is_of_those_things_too(talk):
    asked = talk("top 5 stores in cebu last month", "what was it in 2025")[-1]
    assert asked.status == "clarify"
    assert all(one.query.where[0].query.limit == 5 for one in asked.options)
    assert all(one.query.dimensions == ("store",) for one in asked.options)


@pytest.mark.parametrize(("turns", "query"), [
    (("daily sales this month", "which day was highest"), {"dimensions": ("date.day",), "limit": 1}),
    (("sales by region last month", "which ones are the highest"), {"dimensions": ("region",), "limit": 10}),
    (("monthly sales 2026", "break it down by store type"), {"dimensions": ("date.month", "store_type"), "limit": None}),
    (("monthly sales 2026", "by store type instead"), {"dimensions": ("store_type",), "limit": None}),
    (("sales in visayas this year", "by province", "and by month"), {"dimensions": ("province", "date.month")}),
    (("sales of supermarkets in october", "all store types"), {"dimensions": ("store_type",), "where": ()}),
    (("monthly sales in iloilo in 2025", "top 5 brands nationwide this year"), {"dimensions": ("brand",), "where": (), "limit": 5}),
    (("top 5 na tindahan sa mindanao this quarter", "buong pilipinas"), {"dimensions": ("store",), "where": (), "limit": 5}),
    (("sales in cebu last month", "nationwide"), {"dimensions": (), "where": ()}),
    (("sales by payment method last month", "wats the share of each"), {"dimensions": ("payment_method",), "share": Share()}),
])  # fmt: skip
def test_a_change_keeps_or_takes_what_it_says(talk, turns, query):
    answer = talk(*turns)[-1]
    assert {name: getattr(answer.query, name) for name in query} == query


def test_a_word_of_two_meanings_is_asked_about_in_a_change_too(talk):
    answer = talk("ilang transaksyon nung sabado", "nung linggo naman")[-1]
    assert (answer.status, [one.label for one in answer.options]) == ("clarify", ["last week", "last Sunday"])
    assert all(one.query.metrics == ("transactions",) for one in answer.options)


def test_what_is_broken_down_further_takes_another_value_instead(talk):
    answer = talk("sales of supermarkets last month", "break it down by region for minimarts")[-1]
    assert (answer.query.dimensions, answer.query.where[0].values) == (("region",), ("minimart",))

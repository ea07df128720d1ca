"""What strangers' questions found an eleventh time, against SQL that was written by hand: growth as a turn, choices that are still open, sides over time, the first of those that are shown."""

from __future__ import annotations

import pytest
from by_hand import OCTOBER, SALES, SEPTEMBER, YEAR
from helpers import assert_as_by_hand, assert_not_answered, talk

MONTH, MONTH_BEFORE = (
    f"t.date_key BETWEEN '2026-{month:02}-01' AND '2026-{month:02}-{day}'" for month, day in ((11, 15), (10, 15))
)
A_YEAR_BEFORE = "t.date_key BETWEEN '2025-11-01' AND '2025-11-15'"
QUARTER = "t.date_key BETWEEN '2026-10-01' AND '2026-11-15'"
OF_2025 = "t.date_key BETWEEN '2025-01-01' AND '2025-12-31'"
ISLANDS = SALES.replace(
    "scout.dim_store s", "(SELECT * FROM scout.dim_store JOIN scout.regions ON region = region_code) s"
)
SUM = "SELECT sum(t.peso_value)"


def by(what, period, rest="1 = 1", figure="sum(t.peso_value)"):
    return f"SELECT {figure} {SALES} AND {period} AND {rest} GROUP BY {what}"


def best(what, place, period, rest="1 = 1", way="DESC"):
    """The thing that stands at a place in a ranking by sales."""
    return f"(SELECT {what} {SALES} AND {period} AND {rest} GROUP BY {what} ORDER BY sum(t.peso_value) {way} LIMIT 1 OFFSET {place - 1})"


# A turn, the column that is looked at, and what it holds.
GROWN = {
    ("sales by region this month", "growth vs last month"): by("s.region", MONTH_BEFORE),
    ("sales by region this month", "growth vs last year"): by("s.region", A_YEAR_BEFORE),
    ("sales by region this month", "growth rate vs last year"): by("s.region", A_YEAR_BEFORE),
    ("sales by region this month", "% change from last month"): by("s.region", MONTH_BEFORE),
    ("sales by region last month", "growth vs september"): by("s.region", SEPTEMBER),
    ("sales by region this month", "which grew the most vs last year"): f"SELECT now.n FROM (SELECT s.region AS r, sum(t.peso_value) AS p {SALES} AND {MONTH} GROUP BY 1) was JOIN (SELECT s.region AS r, sum(t.peso_value) AS n {SALES} AND {A_YEAR_BEFORE} GROUP BY 1) now USING (r) ORDER BY p / n DESC LIMIT 10",
    ("sales in NCR this month", "growth by store type vs last month"): by("s.store_type", MONTH_BEFORE, "s.region = 'NCR'"),
}  # fmt: skip


@pytest.mark.parametrize(("turns", "sql"), GROWN.items())
def test_growth_as_a_turn_is_of_the_same_against_what_is_named(assistant, analyst, raw, turns, sql):
    answer = talk(assistant, analyst, *turns)
    assert_as_by_hand(answer, raw, sql, at=[one.name for one in answer.columns].index("revenue__prior"))


TALKS = {
    ("NCR vs Calabarzon revenue ytd", "show it by month"): by("s.region, month(t.date_key)", YEAR, "s.region IN ('NCR', 'R04A')"),
    ("benta sa Visayas vs Mindanao last year", "hatiin per quarter", "pati Luzon"): f"{SUM} {ISLANDS} AND {OF_2025} GROUP BY s.island_group, quarter(t.date_key)",
    ("top 10 tindahan sa NCR this month", "magkano lahat yan"): f"SELECT sum(n) FROM (SELECT sum(t.peso_value) AS n {SALES} AND {MONTH} AND s.region = 'NCR' GROUP BY t.store_id ORDER BY n DESC LIMIT 10)",
    ("top 5 provinces in october", "ang una ra"): f"{SUM} {SALES} AND {OCTOBER} AND s.province = {best('s.province', 1, OCTOBER)}",
    ("top 5 provinces in october", "yung una lang"): f"{SUM} {SALES} AND {OCTOBER} AND s.province = {best('s.province', 1, OCTOBER)}",
    ("benta per region ngayong quarter", "ayusin mo simula sa pinakamahina", "unang lima lang"): f"{SUM} {SALES} AND {QUARTER} GROUP BY s.region ORDER BY 1 LIMIT 5",
    ("sales by region in october", "sort that from the weakest up"): f"{by('s.region', OCTOBER)} ORDER BY 1",
    ("sales by region in october", "starting with the highest"): f"{by('s.region', OCTOBER)} ORDER BY 1 DESC",
    ("top 5 provinces in october", "ang nanguna, asa nga tindahan siya pinakakusog?"): f"{SUM} {SALES} AND {OCTOBER} AND s.province = {best('s.province', 1, OCTOBER)} GROUP BY t.store_id ORDER BY 1 DESC LIMIT 1",
    ("how many minimarts are open in Western Visayas", "and how many have closed?"): "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND store_type = 'minimart' AND region = 'R06' AND closed_on IS NOT NULL",
    ("weekly transactions in Bicol since september", "supermarkets only", "go back to all stores"): by("date_trunc('week', t.date_key)", "t.date_key BETWEEN '2026-09-01' AND '2026-11-15'", "s.region = 'R05'", "count(*)"),
    ("transactions in october, gcash and maya", "wag na yung maya"): f"SELECT count(*) {SALES} AND {OCTOBER} AND t.payment_method = 'gcash'",
    ("top 10 provinces in september", "alisin mo yung nasa una"): f"{SUM} {SALES} AND {SEPTEMBER} AND s.province <> {best('s.province', 1, SEPTEMBER)} GROUP BY s.province ORDER BY 1 DESC LIMIT 9",
    ("sales in Batangas province last month", "eh sa Laguna?", "alin mas malaki sa dalawa"): by("s.province", OCTOBER, "s.province IN ('Batangas', 'Laguna')"),
    ("average kada resibo sa Davao Region niaging bulan", "ang bulan sa wala pa ana?"): f"SELECT sum(t.peso_value) / count(*) {SALES} AND {SEPTEMBER} AND s.region = 'R11'",
    ("sales by region this month", "sugod ta usab: halin matag store type niadtong septyembre"): by("s.store_type", SEPTEMBER),
}  # fmt: skip


@pytest.mark.parametrize(("turns", "sql"), TALKS.items())
def test_turns(assistant, analyst, raw, turns, sql):
    assert_as_by_hand(talk(assistant, analyst, *turns), raw, sql)


PARTS = {
    ("ilang resibo ang gcash nung October", "yung cash naman", "ilang porsyento yun ng lahat?"): "cash",
    ("how many receipts in october", "gcash only", "what percent is that of all?"): "gcash",
}


@pytest.mark.parametrize(("turns", "method"), PARTS.items())
def test_what_part_one_thing_is_of_all(assistant, analyst, raw, turns, method):
    answer = talk(assistant, analyst, *turns)
    part = f"SELECT (count(*) FILTER (WHERE t.payment_method = '{method}')) / count(*)::DOUBLE {SALES} AND {OCTOBER}"
    assert_as_by_hand(answer, raw, part, at=[one.name for one in answer.columns].index("transactions__share"))


def test_shares_that_are_there_may_be_asked_for_again(assistant, analyst):
    first, again = (
        talk(assistant, analyst, "payment mix in Cebu City this year", *more) for more in ((), ("as percentages",))
    )
    assert again.status == "answered", again.text
    assert again.rows == first.rows


def test_a_change_of_what_was_asked_back_about_is_asked_back_again(assistant, analyst, raw):
    """It had been a change of the question before that, or one of its own, of all places."""
    turns = ("sales in NCR last month", "sales in San Fernando last month", "by store type")
    answer = talk(assistant, analyst, *turns)
    assert answer.status == "clarify", answer.reading
    chosen = talk(assistant, analyst, *turns, "2")
    assert_as_by_hand(chosen, raw, by("s.store_type", OCTOBER, "s.city = 'San Fernando' AND s.province = 'Pampanga'"))
    figure = talk(assistant, analyst, "sales of rice in San Fernando last month", "at what average price", "2")
    assert figure.reading.startswith("Price per unit, "), figure.reading
    assert "October 2026" in figure.reading


def test_a_place_that_makes_the_choice_moot_is_taken(assistant, analyst, raw):
    answer = talk(assistant, analyst, "sales in San Fernando last month", "how about NCR")
    assert_as_by_hand(answer, raw, f"{SUM} {SALES} AND {OCTOBER} AND s.region = 'NCR'")


READ = {
    "breakdown ng resibo per region at kung pano nagbayad, september": by("s.region, t.payment_method", SEPTEMBER, figure="count(*)"),
    "magkano ang karaniwang resibo sa bawat klase ng tindahan nung setyembre": by("s.store_type", SEPTEMBER, figure="sum(t.peso_value) / count(*)"),
    "sales by way of paying last month": by("t.payment_method", OCTOBER),
    "how did people pay last month, in receipts": by("t.payment_method", OCTOBER, figure="count(*)"),
    "ewallet sales by month this year": by("month(t.date_key)", YEAR, "t.payment_method IN ('gcash', 'maya')"),
    "anong oras pinakamaraming bumibili nung october": f"SELECT count(*) {SALES} AND {OCTOBER} GROUP BY hour(t.occurred_at AT TIME ZONE 'Asia/Manila') ORDER BY 1 DESC LIMIT 1",
    "pila pa ka branch nato sa caraga ang abli": "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND region = 'R13' AND closed_on IS NULL",
    "unang duha ka rehiyon base sa kadaghanon sa resibo, oktubre": f"{by('s.region', OCTOBER, figure='count(*)')} ORDER BY 1 DESC LIMIT 2",
}  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), READ.items())
def test_questions_against_sql(assistant, analyst, raw, question, sql):
    assert_as_by_hand(assistant.ask(question, analyst), raw, sql)


@pytest.mark.parametrize("question", ["how did people pay last month", "magkano ang average na transaksyon kada araw"])
def test_not_answered(assistant, question):
    assert_not_answered(assistant, question)


def test_what_a_thing_sells_is_not_how_much_it_sells(assistant, analyst):
    for turn in ("what's the first one selling?", "what does the first one sell?"):
        answer = talk(assistant, analyst, "top 5 stores in Central Luzon last month", turn)
        assert answer.status == "declined", answer.reading

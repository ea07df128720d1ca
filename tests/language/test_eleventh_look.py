"""What strangers' questions found an eleventh time, against SQL that was written by hand: growth as a turn, choices that are still open, sides over time, the first of those that are shown."""

from __future__ import annotations

import pytest
from by_hand import LINES, OCTOBER, SALES, SEPTEMBER, YEAR
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
RIZAL = "s.province = 'Rizal'"
SUM = "SELECT sum(t.peso_value)"


def by(what, period, rest="1 = 1", figure="sum(t.peso_value)"):
    return f"SELECT {figure} {SALES} AND {period} AND {rest} GROUP BY {what}"


def best(what, place, period, rest="1 = 1", way="DESC"):
    """The thing that stands at a place in a ranking by sales."""
    return f"(SELECT {what} {SALES} AND {period} AND {rest} GROUP BY {what} ORDER BY sum(t.peso_value) {way} LIMIT 1 OFFSET {place - 1})"


# A turn, the column that is looked at, and what it holds.
GROWN = {
    ("revenue by region this month", "growth vs last year pls, worst first"): f"SELECT now.n FROM (SELECT s.region AS r, sum(t.peso_value) AS p {SALES} AND {MONTH} GROUP BY 1) was JOIN (SELECT s.region AS r, sum(t.peso_value) AS n {SALES} AND {A_YEAR_BEFORE} GROUP BY 1) now USING (r) ORDER BY p / n",
    ("sales by region this month", "growth vs last month"): by("s.region", MONTH_BEFORE),
    ("sales by region this month", "growth vs last year"): by("s.region", A_YEAR_BEFORE),
    ("sales by region this month", "growth rate vs last year"): by("s.region", A_YEAR_BEFORE),
    ("sales by region this month", "% change from last month"): by("s.region", MONTH_BEFORE),
    ("sales by region last month", "growth vs september"): by("s.region", SEPTEMBER),
    ("sales by region this month", "which grew the most vs last year"): f"SELECT now.n FROM (SELECT s.region AS r, sum(t.peso_value) AS p {SALES} AND {MONTH} GROUP BY 1) was JOIN (SELECT s.region AS r, sum(t.peso_value) AS n {SALES} AND {A_YEAR_BEFORE} GROUP BY 1) now USING (r) ORDER BY p / n DESC LIMIT 10",
    ("sales by region this month, lowest first", "which grew the most vs last year"): f"SELECT now.n FROM (SELECT s.region AS r, sum(t.peso_value) AS p {SALES} AND {MONTH} GROUP BY 1) was JOIN (SELECT s.region AS r, sum(t.peso_value) AS n {SALES} AND {A_YEAR_BEFORE} GROUP BY 1) now USING (r) ORDER BY p / n DESC LIMIT 10",
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
    ("best selling brands in frozen this year", "now the worst ones"): f"SELECT sum(i.line_value) {LINES} AND d.date_key BETWEEN '2026-01-01' AND '2026-11-15' AND p.category = 'Frozen' GROUP BY p.brand ORDER BY 1 LIMIT 10",
    ("top provinces this quarter", "top 3 per store type"): f"SELECT worth FROM (SELECT sum(t.peso_value) AS worth, row_number() OVER (PARTITION BY s.store_type ORDER BY sum(t.peso_value) DESC) AS place {SALES} AND {QUARTER} GROUP BY s.store_type, s.province) WHERE place <= 3",
    ("busiest day of the week for convenience stores in october", "and busiest hour?"): f"SELECT count(*) {SALES} AND {OCTOBER} AND s.store_type = 'convenience' GROUP BY hour(t.occurred_at AT TIME ZONE 'Asia/Manila') ORDER BY 1 DESC LIMIT 1",
    ("benta per city sa Laguna last month", "Santa Rosa lang", "balik sa lahat ng city"): by("s.city", OCTOBER, "s.province = 'Laguna'"),
    ("revenue by region last month", "vs the month before", "just the month before"): by("s.region", SEPTEMBER),
    ("sales not in cash last month by region", "in cash"): by("s.region", OCTOBER, "t.payment_method = 'cash'"),
    ("top 5 provinces in october", "who was no. 1 in september"): f"{by('s.province', SEPTEMBER)} ORDER BY 1 DESC LIMIT 1",
    ("benta ng gcash vs maya noong nakaraang buwan", "isama ang card", "kada rehiyon"): by("s.region, t.payment_method", OCTOBER, "t.payment_method <> 'cash'"),
    ("benta ng gcash vs maya noong nakaraang buwan", "by region instead"): by("s.region", OCTOBER, "t.payment_method IN ('gcash', 'maya')"),
    ("top 5 provinces this month", "how many stores do we have in all"): "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi'",
    ("sales by store type in october except minimarts", "apila ang minimart"): by("s.store_type", OCTOBER),
    ("sales by payment method in october except cash and card", "include cash"): by("t.payment_method", OCTOBER, "t.payment_method <> 'card'"),
    ("top 5 provinces in october", "yung una lang, per store type"): f"{SUM} {SALES} AND {OCTOBER} AND s.province = {best('s.province', 1, OCTOBER)} GROUP BY s.store_type",
    ("sales in San Fernando last month vs september", "2"): f"{SUM} {SALES} AND {SEPTEMBER} AND s.city = 'San Fernando' AND s.province = 'Pampanga'",
    ("sales by store type in Luzon last month", "in San Fernando", "2"): by("s.store_type", OCTOBER, "s.city = 'San Fernando' AND s.province = 'Pampanga'"),
    ("which city in Rizal had the highest sales in october", "top 5 store types there"): f"{SUM} {SALES} AND {OCTOBER} AND s.city = {best('s.city', 1, OCTOBER, RIZAL)} GROUP BY s.store_type ORDER BY 1 DESC LIMIT 5",
    ("sales by region this month", "sugod ta usab: halin matag store type niadtong septyembre"): by("s.store_type", SEPTEMBER),
}  # fmt: skip


@pytest.mark.parametrize(("turns", "sql"), TALKS.items())
def test_turns(assistant, analyst, raw, turns, sql):
    answer = talk(assistant, analyst, *turns)
    prior = [at for at, one in enumerate(answer.columns) if one.name.endswith("__prior")]
    assert_as_by_hand(answer, raw, sql, at=prior[0] if prior else -1)


@pytest.mark.parametrize(
    ("turns", "against", "side"),
    [(("revenue by region last month", "which ones fell"), SEPTEMBER, "<"),
     (("sales by region ngayong buwan", "alin ang bumaba vs last month"), MONTH_BEFORE, "<"),
     (("sales by region ngayong buwan", "which ones rose vs last year"), A_YEAR_BEFORE, ">")],
)  # fmt: skip
def test_only_those_that_rose_or_fell(assistant, analyst, raw, turns, against, side):
    period = OCTOBER if "last month" in turns[0] else MONTH
    sql = f"SELECT p FROM (SELECT s.region AS r, sum(t.peso_value) AS p {SALES} AND {period} GROUP BY 1) JOIN (SELECT s.region AS r, sum(t.peso_value) AS n {SALES} AND {against} GROUP BY 1) USING (r) WHERE p {side} n"
    assert_as_by_hand(talk(assistant, analyst, *turns), raw, sql, at=1)


@pytest.mark.parametrize(
    "turns",
    [("ilan ang bumili sa NCR kahapon", "magkano kada tao"),
     ("sales by category last month except rice", "also dairy"),
     ("sales by hour in october", "just paydays", "forget paydays, do sundays"),
     ("benta sa Naga nung oktubre", "yung sa CamSur"),
     ("top 3 provinces this year", "monthly for number 1"),
     ("cashless cash sales last month",)],
    ids=" / ".join,
)  # fmt: skip
def test_turns_that_are_not_answered(assistant, analyst, turns):
    answer = talk(assistant, analyst, *turns)
    assert answer.status != "answered", answer.reading


def test_why_of_an_ambiguous_place_is_asked_back_about(assistant, analyst):
    turns = ("why did sales drop in San Fernando last month", "2")
    assert talk(assistant, analyst, turns[0]).status == "clarify"
    assert talk(assistant, analyst, *turns, "why").reading.startswith("What the change is made of: revenue, (city")


PARTS = {
    ("Magkano ang benta ng minimart sa Calabarzon noong oktubre", "ilang porsyento yan ng buong rehiyon"): "",
    ("ilang resibo ang gcash nung October", "yung cash naman", "ilang porsyento yun ng lahat?"): "cash",
    ("how many receipts in october", "gcash only", "what percent is that of all?"): "gcash",
}


@pytest.mark.parametrize(("turns", "method"), PARTS.items())
def test_what_part_one_thing_is_of_all(assistant, analyst, raw, turns, method):
    answer = talk(assistant, analyst, *turns)
    part = f"SELECT (count(*) FILTER (WHERE t.payment_method = '{method}')) / count(*)::DOUBLE {SALES} AND {OCTOBER}"
    if not method:
        part = f"SELECT (sum(t.peso_value) FILTER (WHERE s.store_type = 'minimart')) / sum(t.peso_value)::DOUBLE {SALES} AND {OCTOBER} AND s.region = 'R04A'"
    share = next(at for at, one in enumerate(answer.columns) if one.name.endswith("__share"))
    assert_as_by_hand(answer, raw, part, at=share)


def test_what_part_of_each_groups_whole(assistant, analyst, raw):
    answer = talk(assistant, analyst, "gcash sales by region last month", "what % of each region's total sales is that")
    part = f"SELECT (sum(t.peso_value) FILTER (WHERE t.payment_method = 'gcash')) / sum(t.peso_value)::DOUBLE {SALES} AND {OCTOBER} GROUP BY s.region"
    assert_as_by_hand(answer, raw, part, at=[one.name for one in answer.columns].index("revenue__share"))


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
    "anong oras pinakamaraming bumibili nung october": f"SELECT count(*) {SALES} AND {OCTOBER} GROUP BY hour(t.occurred_at AT TIME ZONE 'Asia/Manila') ORDER BY 1 DESC LIMIT 1",
}  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), READ.items())
def test_questions_against_sql(assistant, analyst, raw, question, sql):
    assert_as_by_hand(assistant.ask(question, analyst), raw, sql)


@pytest.mark.parametrize(
    "question",
    ["how did people pay last month", "magkano ang karaniwang resibo sa bawat klase ng tindahan nung setyembre", "magkano ang average na transaksyon kada araw", "what sells best in supermarkets last month",
     "ano ang mabenta sa mga sari-sari ngayon", "receipts a day, weekdays vs weekends", "mas marami ba bumibili pag sweldo kesa ordinaryong araw"],
)  # fmt: skip
def test_not_answered(assistant, question):
    assert_not_answered(assistant, question)


def test_what_a_thing_sells_is_not_how_much_it_sells(assistant, analyst):
    for turn in ("what's the first one selling?", "what does the first one sell?"):
        answer = talk(assistant, analyst, "top 5 stores in Central Luzon last month", turn)
        assert answer.status == "declined", answer.reading

"""What strangers' questions found a fourteenth time, against SQL that was written by hand: what a question in a conversation is still of, what comes first, what is left out, that day."""

from __future__ import annotations

import pytest
from by_hand import (
    BASKET,
    COUNT,
    HOUR,
    ISLANDS,
    LINES,
    OCTOBER,
    OF_LINES,
    PAYDAYS,
    QUARTER,
    SALES,
    STORES,
    SUM,
    YEAR,
    first,
)
from helpers import assert_as_by_hand, talk

DAY = "isodow(t.date_key)"


READ = {
    "transactions every saturday and sunday last month, which hour had the most": f"{COUNT} {SALES} AND {OCTOBER} AND {DAY} > 5 GROUP BY {HOUR} ORDER BY 1 DESC LIMIT 1",
    "monthly sales jan to jun 2026 excluding april": f"{SUM} {SALES} AND t.date_key BETWEEN '2026-01-01' AND '2026-06-30' AND month(t.date_key) <> 4 GROUP BY month(t.date_key)",
    "top 5 stores last month, only those with more than 150 transactions": f"{COUNT} {SALES} AND {OCTOBER} GROUP BY t.store_id HAVING count(*) > 150 ORDER BY sum(t.peso_value) DESC LIMIT 5",
    "benta kada buwan ng mga minimart sa Visayas noong 2025 at bilang ng transaksyon": f"{COUNT} {ISLANDS} AND year(t.date_key) = 2025 AND s.store_type = 'minimart' AND s.island_group = 'Visayas' GROUP BY month(t.date_key)",
    "share of each category in sales last month, only those above 10%": f"SELECT n / sum(n) OVER () AS part FROM (SELECT sum(i.line_value) AS n {LINES} AND {OF_LINES} GROUP BY p.category) QUALIFY part > 0.1",
    "gcash share of sales by region last month, those above 40% only": f"SELECT sum(t.peso_value) FILTER (t.payment_method = 'gcash') / sum(t.peso_value) AS part {SALES} AND {OCTOBER} GROUP BY s.region HAVING part > 0.4",
    "average resibo ncr last month": f"{BASKET} {SALES} AND {OCTOBER} AND s.region = 'NCR'",
    "how many stores that opened before 2024 are still open today": f"{STORES} AND opened_on < '2024-01-01' AND closed_on IS NULL",
    "total sales last month, kasama na yung mga store na nagsara na": f"{SUM} {SALES} AND {OCTOBER}",
    "mga nagsarang tindahan 2025 lungsod at petsa ng pagsasara": f"{STORES} AND year(closed_on) = 2025",
    "closed stores in 2025, city and closing date": f"{STORES} AND year(closed_on) = 2025",
    "transactions by region last month, regardless of payment method": f"{COUNT} {SALES} AND {OCTOBER} GROUP BY s.region",
    "show both revenue and transactions of minimarts by region last month": f"{COUNT} {SALES} AND {OCTOBER} AND s.store_type = 'minimart' GROUP BY s.region",
    "pila ka transaksyon ang nahitabo sa davao city matag adlaw niaging bulan": f"{COUNT} {SALES} AND {OCTOBER} AND s.city = 'Davao City' GROUP BY t.date_key",
    "sales by year 2024 to 2025": f"{SUM} {SALES} AND year(t.date_key) IN (2024, 2025) GROUP BY year(t.date_key)",
    "pakita ulit ang benta ng tarlac province last month": f"{SUM} {SALES} AND {OCTOBER} AND s.province = 'Tarlac'",
    "what % of sales happened in minimarts by island group last month": f"SELECT sum(t.peso_value) FILTER (s.store_type = 'minimart') / sum(t.peso_value) {ISLANDS} AND {OCTOBER} GROUP BY s.island_group",
}  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), READ.items())
def test_questions_against_sql(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    if answer.query.list:  # as many as there are of them
        assert len(answer.rows) == raw.execute(sql).fetchone()[0]
        return
    assert_as_by_hand(answer, raw, sql)


TALKS = {
    # a question that names no period is of what the one before was of
    ("transactions by hour in ncr last month", "magkano ang benta sa bawat oras?"): f"{SUM} {SALES} AND {OCTOBER} AND s.region = 'NCR' GROUP BY {HOUR}",
    ("benta per category sa calabarzon last month", "de lata lang, magkano ang benta per brand?"): f"SELECT sum(i.line_value) {LINES.replace('s.island_group', 's.island_group, s.region')} AND {OF_LINES} AND p.category = 'Canned Goods' AND d.region = 'R04A' GROUP BY p.brand",
    ("sales by hour in ncr last month, minimarts", "average basket by region"): f"{BASKET} {SALES} AND {OCTOBER} AND s.store_type = 'minimart' GROUP BY s.region",
    ("sales ncr last month", "nationwide, transactions by store type"): f"{COUNT} {SALES} AND {OCTOBER} GROUP BY s.store_type",
    ("sales of minimarts last month", "transactions by region, all store types"): f"{COUNT} {SALES} AND {OCTOBER} GROUP BY s.region, s.store_type",
    ("transactions by day of week, minimarts, september 2026", "hain nga adlaw ang kinatas-an last month?"): f"{COUNT} {SALES} AND {OCTOBER} AND s.store_type = 'minimart' GROUP BY {DAY} ORDER BY 1 DESC LIMIT 1",
    # what is named is instead of a condition by another name
    ("cashless sales in mindanao last month", "only maya", "and cash?"): f"{SUM} {ISLANDS} AND {OCTOBER} AND s.island_group = 'Mindanao' AND t.payment_method = 'cash'",
    ("sales by store type last month", "cashless only", "ok all payments again"): f"{SUM} {SALES} AND {OCTOBER} GROUP BY s.store_type",
    # the row, the day and the hour that were shown
    ("transactions by day of week in visayas last month", "which day was lowest?", "on that day, transactions by hour"): f"{COUNT} {ISLANDS} AND {OCTOBER} AND s.island_group = 'Visayas' AND {DAY} IN {first(1, DAY, rest=chr(39).join(('s.island_group = ', 'Visayas', '')), figure='count(*)', way='ASC')} GROUP BY {HOUR}",
    ("benta per day of week last month", "anong araw ang pinakamalakas?", "per hour naman ang benta sa araw na yon"): f"{SUM} {SALES} AND {OCTOBER} AND {DAY} IN {first(1, DAY)} GROUP BY {HOUR}",
    ("sales by region last month", "show the provinces of the top region"): f"{SUM} {SALES} AND {OCTOBER} AND s.region IN {first(1, 's.region')} GROUP BY s.province",
    ("sales by region last month", "which is highest", "its transactions by store type"): f"{COUNT} {SALES} AND {OCTOBER} AND s.region IN {first(1, 's.region')} GROUP BY s.store_type",
    ("benta kada rehiyon last month", "alin ang pinakamataas?", "ipakita ang benta ng mga probinsya nito", "ilan ang transaksyon ng bawat isa?"): f"{COUNT} {SALES} AND {OCTOBER} AND s.region IN {first(1, 's.region')} GROUP BY s.province",
    ("benta kada rehiyon last month", "yung tatlong pinakamababa", "yung pinakamababa sa tatlo, hatiin per store type"): f"{SUM} {SALES} AND {OCTOBER} AND s.region IN {first(1, 's.region', way='ASC')} GROUP BY s.store_type",
    ("top 10 brands ng snacks by units last month", "yung number one diyan, ilang units per island group?"): f"SELECT sum(i.quantity) {LINES} AND {OF_LINES} AND p.brand = (SELECT p.brand {LINES} AND {OF_LINES} AND p.category = 'Snacks' GROUP BY 1 ORDER BY sum(i.quantity) DESC LIMIT 1) AND p.category = 'Snacks' GROUP BY d.island_group",
    ("top 5 stores last month", "how many transactions did each of them have"): f"{COUNT} {SALES} AND {OCTOBER} AND t.store_id IN {first(5, 't.store_id')} GROUP BY t.store_id",
    ("sales by region in visayas last month", "which of those regions sold the least?"): f"{SUM} {ISLANDS} AND {OCTOBER} AND s.island_group = 'Visayas' GROUP BY s.region ORDER BY 1 LIMIT 1",
    ("transaksyon kada oras last month", "anong oras ang pinakamarami?", "magkano ang benta sa oras na iyon?"): f"{SUM} {SALES} AND {OCTOBER} AND {HOUR} IN {first(1, HOUR, figure='count(*)')}",
    ("top 3 stores in ncr last month", "how much did the rest of the stores there make, combined?"): f"SELECT sum(n) FROM (SELECT sum(t.peso_value) AS n {SALES} AND {OCTOBER} AND s.region = 'NCR' GROUP BY t.store_id ORDER BY n DESC OFFSET 3)",
    ("transactions per store type in ncr last month", "how much did each type sell?"): f"{SUM} {SALES} AND {OCTOBER} AND s.region = 'NCR' GROUP BY s.store_type",
    ("top 3 brands by units last month", "magkano ang benta ng bawat isa sa tatlo"): f"SELECT sum(i.line_value) {LINES} AND {OF_LINES} AND p.brand IN (SELECT p.brand {LINES} AND {OF_LINES} GROUP BY 1 ORDER BY sum(i.quantity) DESC LIMIT 3) GROUP BY p.brand",
    ("top 3 ka brand niaging bulan", "pila ka buok ang nahalin sa matag usa nila?"): f"SELECT sum(i.quantity) {LINES} AND {OF_LINES} AND p.brand IN (SELECT p.brand {LINES} AND {OF_LINES} GROUP BY 1 ORDER BY sum(i.line_value) DESC LIMIT 3) GROUP BY p.brand",
    ("sari-sari sales by month in 2025", "how many transactions did those sari-saris ring up each month last quarter?"): f"{COUNT} {SALES} AND {QUARTER} AND s.store_type = 'sari-sari' GROUP BY month(t.date_key)",
    ("gcash sales by region last month", "transactions per region, regardless of payment method"): f"{COUNT} {SALES} AND {OCTOBER} GROUP BY s.region",
    ("average basket in visayas in 2025 by month", "ano ang average basket doon kada buwan last quarter?"): f"{BASKET} {ISLANDS} AND {QUARTER} AND s.island_group = 'Visayas' GROUP BY month(t.date_key)",
    ("sales by region in visayas in august", "and last month, transactions by province?"): f"{COUNT} {ISLANDS} AND {OCTOBER} AND s.island_group = 'Visayas' GROUP BY s.province",
    ("benta kada buwan nung 2025", "anong buwan ang pinakamataas", "sa buwang yun, magkano kada kategorya"): f"SELECT sum(i.line_value) {LINES} AND year(d.date_key) = 2025 AND month(d.date_key) = (SELECT month(t.date_key) {SALES} AND year(t.date_key) = 2025 GROUP BY 1 ORDER BY sum(t.peso_value) DESC LIMIT 1) GROUP BY p.category",
    ("average basket last month in visayas", "per region", "gcash sales only"): f"{BASKET} {ISLANDS} AND {OCTOBER} AND s.island_group = 'Visayas' AND t.payment_method = 'gcash' GROUP BY s.region",
    ("transactions of minimarts last month", "hindi transactions, sales po dapat"): f"{SUM} {SALES} AND {OCTOBER} AND s.store_type = 'minimart'",
    ("sales by region last month", "open up region 7 by province"): f"{SUM} {SALES} AND {OCTOBER} AND s.region = 'R07' GROUP BY s.province",
    ("sales by store type last month", "open up convenience by province"): f"{SUM} {SALES} AND {OCTOBER} AND s.store_type = 'convenience' GROUP BY s.province",
    ("sales by category last month", "buksan mo yung beverages, per brand"): f"SELECT sum(i.line_value) {LINES} AND {OF_LINES} AND p.category = 'Beverages' GROUP BY p.brand",
    ("unique customers by region last month", "transactions for the same"): f"{COUNT} {SALES} AND {OCTOBER} GROUP BY s.region",
    # how many rows, and which splits
    ("top 10 stores last month", "just the first 3"): f"{SUM} {SALES} AND {OCTOBER} GROUP BY t.store_id ORDER BY 1 DESC LIMIT 3",
    ("best stores last month", "5 is enough"): f"{SUM} {SALES} AND {OCTOBER} GROUP BY t.store_id ORDER BY 1 DESC LIMIT 5",
    ("sales by island group last month", "break it further by store type"): f"{SUM} {ISLANDS} AND {OCTOBER} GROUP BY s.island_group, s.store_type",
    ("which hour has the most transactions last month", "show all hours"): f"{COUNT} {SALES} AND {OCTOBER} GROUP BY {HOUR}",
    ("unsang orasa ang pinakadako ang halin last month", "ipakita ang tanang oras", "sabado ra"): f"{SUM} {SALES} AND {OCTOBER} AND {DAY} = 6 GROUP BY {HOUR}",
    ("sales by hour last month", "weakest three hours?", "now transactions by day of week for the same month"): f"{COUNT} {SALES} AND {OCTOBER} GROUP BY {DAY}",
    ("transactions by month in ncr last quarter", "total lang, hindi per month"): f"{COUNT} {SALES} AND {QUARTER} AND s.region = 'NCR'",
    ("sales by month last quarter", "by store type, not by month"): f"{SUM} {SALES} AND {QUARTER} GROUP BY s.store_type",
    ("sales by day of week last month", "now by hour, not by day"): f"{SUM} {SALES} AND {OCTOBER} GROUP BY {HOUR}",
    ("sales by store type last month", "hatiin mo rin kada island group"): f"{SUM} {ISLANDS} AND {OCTOBER} GROUP BY s.store_type, s.island_group",
    ("average basket by island group last month", "add a payday / non-payday split"): f"{BASKET} {ISLANDS} AND {OCTOBER} GROUP BY s.island_group, t.date_key IN {PAYDAYS}",
    ("sales of minimarts by region last month", "only count sari-sari stores"): f"{SUM} {SALES} AND {OCTOBER} AND s.store_type = 'sari-sari' GROUP BY s.region",
    # what is left out
    ("sales by month this year", "anong buwan pinakamahina, wag isama ang november"): f"{SUM} {SALES} AND t.date_key BETWEEN '2026-01-01' AND '2026-10-31' GROUP BY month(t.date_key) ORDER BY 1 LIMIT 1",
    ("sales by month in 2025", "leave out december"): f"{SUM} {SALES} AND t.date_key BETWEEN '2025-01-01' AND '2025-11-30' GROUP BY month(t.date_key)",
    ("sales by region last month", "huwag isama ang barmm", "tsaka caraga"): f"{SUM} {SALES} AND {OCTOBER} AND s.region NOT IN ('BARMM', 'R13') GROUP BY s.region",
    ("sales on paydays by month this year", "and on days that are not paydays?", "average basket on those days, by month", "for paydays again"): f"{BASKET} {SALES} AND {YEAR} AND t.date_key IN {PAYDAYS} GROUP BY month(t.date_key)",
    ("halin sa mandaue last month", "dili diay mandaue, lapu-lapu"): f"{SUM} {SALES} AND {OCTOBER} AND s.city = 'Lapu-Lapu'",
    ("halin sa mandaue last month", "sayop, lapu-lapu diay"): f"{SUM} {SALES} AND {OCTOBER} AND s.city = 'Lapu-Lapu'",
    ("transactions by region last month", "only minimarts", "scratch the minimart filter"): f"{COUNT} {SALES} AND {OCTOBER} GROUP BY s.region",
    ("sales by store in cebu province last month", "keep those above 30k"): f"{SUM} {SALES} AND {OCTOBER} AND s.province = 'Cebu' GROUP BY t.store_id HAVING sum(t.peso_value) > 30000",
    ("transactions by store type last month", "sales uli"): f"{SUM} {SALES} AND {OCTOBER} GROUP BY s.store_type",
    ("sales in laguna by store type last month", "e sa buong bansa?"): f"{SUM} {SALES} AND {OCTOBER} GROUP BY s.store_type",
}  # fmt: skip


@pytest.mark.parametrize(("turns", "sql"), TALKS.items())
def test_turns_against_sql(assistant, analyst, raw, turns, sql):
    assert_as_by_hand(talk(assistant, analyst, *turns), raw, sql)


# What comes first, and is read by the name of its column; all rows are there.
SORTED = {
    ("units and price per unit by category last month, most units first",): ("units", False),
    ("revenue and average basket by store type last month, lowest average basket first",): ("average_basket", True),
    ("sales and transactions by region last month, sort by transactions",): ("transactions", False),
    ("sales by region last month vs september, biggest drop first",): ("revenue__growth", True),
    ("sales by region last month vs september, biggest peso drop first",): ("revenue__change", True),
    ("sales by region last month", "biggest one first"): ("revenue", False),
    ("benta kada rehiyon last month", "unahin mo yung pinakamahina"): ("revenue", True),
}


@pytest.mark.parametrize(("turns", "order"), SORTED.items())
def test_what_comes_first_leaves_none_out(assistant, analyst, turns, order):
    answer = talk(assistant, analyst, *turns)
    name, up = order
    figures = [row[[one.name for one in answer.columns].index(name)] for row in answer.rows]
    assert answer.query.limit is None
    assert len(figures) > 2
    assert figures == sorted(figures, reverse=not up)


@pytest.mark.parametrize(
    "turns",
    [
        ("which province's sales rose the most in pesos from september 2026 to october 2026",),
        ("alin ang probinsya na may pinakamalaking itinaas ng benta sa piso mula setyembre 2026 hanggang oktubre 2026",),
        ("compare sales in october 2026 with september 2026", "by province", "in which province did sales rise the most in pesos?"),
    ],
)  # fmt: skip
def test_a_rise_in_pesos_is_no_rise_in_percent(assistant, analyst, raw, turns):
    """It had been ranked by percent, which another province led."""
    sql = f"SELECT s.province, sum(CASE WHEN {OCTOBER} THEN t.peso_value ELSE -t.peso_value END) AS n {SALES} AND t.date_key BETWEEN '2026-09-01' AND '2026-10-31' GROUP BY 1 ORDER BY n DESC LIMIT 1"
    answer = talk(assistant, analyst, *turns)
    assert answer.status == "answered", answer.text
    assert [row[0] for row in answer.rows] == [raw.execute(sql).fetchone()[0]], answer.reading


@pytest.mark.parametrize(
    "words", ["was that higher than in september?", "mas mataas ba ang benta kaysa noong setyembre?"]
)
def test_whether_it_was_more_is_asked_of_what_was_shown(assistant, analyst, raw, words):
    answer = talk(assistant, analyst, "ncr sales in october", words)
    before = f"{SUM} {SALES} AND t.date_key BETWEEN '2026-09-01' AND '2026-09-30' AND s.region = 'NCR'"
    assert_as_by_hand(answer, raw, f"{SUM} {SALES} AND {OCTOBER} AND s.region = 'NCR'", at=0)
    assert_as_by_hand(answer, raw, before, at=[one.name for one in answer.columns].index("revenue__prior"))


def test_the_same_dates_of_a_month_are_not_the_whole_of_it(assistant, analyst, raw):
    """All of October had been set against the first days of November."""
    answer = talk(assistant, analyst, "sales this month by store type", "vs the same dates in october")
    sql = f"{SUM} {SALES} AND t.date_key BETWEEN '2026-10-01' AND '2026-10-15' GROUP BY s.store_type"
    assert_as_by_hand(answer, raw, sql, at=[one.name for one in answer.columns].index("revenue__prior"))


def test_several_best_are_asked_for_by_a_doubled_word(assistant, analyst):
    answer = assistant.ask("ano-ano ang pinakamabentang produkto last month", analyst)
    assert answer.query.limit == 10


def test_a_question_that_names_its_period_stands_by_itself_and_says_so(assistant, analyst):
    answer = talk(assistant, analyst, "sales in ncr last month", "transactions by store type in september")
    assert answer.query.where == ()
    other = next(one for one in answer.assumptions if one.text.startswith("not narrowed"))
    assert [one["field"] for one in other.change["where"]] == ["region"]


def test_what_a_question_is_still_of_is_said(assistant, analyst):
    answer = talk(assistant, analyst, "sales by hour in ncr last month", "transactions by store type")
    assert any("narrowed as the question before" in one.text for one in answer.assumptions)
    other = next(one for one in answer.assumptions if "narrowed" in one.text)
    assert other.change == {"where": []}


def test_a_count_of_the_books_is_not_of_what_sales_were_of(assistant, analyst):
    answer = talk(assistant, analyst, "sales by region last month, cash only", "how many stores opened in 2025")
    assert [one.field for one in answer.query.where] == ["opened_on"]


def test_how_many_there_are_points_at_nothing(assistant, analyst):
    answer = talk(assistant, analyst, "sales of minimarts last month", "how many stores are there in cavite province")
    assert [one.field for one in answer.query.where] == ["province"], answer.reading


DECLINED = [
    ("sales by category last month", "not october"),
    ("sales this year, not including november and cebu",),
    ("sales by month in 2024", "exclude june 2025"),
    ("pila ang halin sa ilimnon karong tuiga sa wala pa ang hunyo",),
    ("beverage sales on paydays in ncr last month, and what percent is that of all beverage sales there",),
    ("snack brands by revenue last quarter, top 8", "leave out the first one", "put it back and add price per piece"),
    ("sales by region last month", "ok salamat po"),
    ("sales by region last month", "ok thanks, looks good"),
    ("minimart sales in luzon by month last quarter", "how many minimarts had sales in each of those months?"),
    ("gcash sales by region last month", "transactions per region, kahit anong bayad"),
]


@pytest.mark.parametrize("turns", DECLINED)
def test_turns_that_are_declined(assistant, analyst, turns):
    answer = talk(assistant, analyst, *turns)
    assert answer.status == "declined", answer.reading


def test_a_step_back_and_a_chart_are_said_in_more_ways(assistant, analyst):
    back = talk(assistant, analyst, "sales by region last month", "only visayas", "go back to the one before")
    assert back.query.where == ()
    assert talk(assistant, analyst, "sales by day last month", "draw that as a line").status == "answered"
    beside = talk(assistant, analyst, "sales of ncr last month", "put it beside october last year")
    assert str(beside.query.compare[0].start) == "2025-10-01"


@pytest.mark.parametrize(
    "turns",
    [
        ("sales by store type last month", "how many stores had sales by region"),
        ("ilang tindahan ang may benta kahapon by region",),
    ],
)
def test_things_that_had_sales_are_counted_over_the_period(assistant, analyst, raw, turns):
    """All stores on the books had been counted, beside the sales of all the data."""
    answer = talk(assistant, analyst, *turns)
    when = OCTOBER if len(turns) > 1 else "t.date_key = '2026-11-14'"
    at = [one.name for one in answer.columns].index("active_stores")
    assert_as_by_hand(answer, raw, f"SELECT count(DISTINCT t.store_id) {SALES} AND {when} GROUP BY s.region", at=at)

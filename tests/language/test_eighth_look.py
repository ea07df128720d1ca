"""What strangers' questions found an eighth time, against SQL that was written by hand: the single largest, two figures at once, limits in a change."""

from __future__ import annotations

import pytest
from by_hand import LINES, NCR, OCTOBER, SALES, SEPTEMBER, TODAY, WEEK, YEAR, of_stores
from helpers import assert_as_by_hand, assert_not_answered, talk

FIGURES = {
    "which store had the biggest receipt last week": f"SELECT max(t.peso_value) {SALES} AND {WEEK}",
    "pinakamalaking resibo last week magkano at saang tindahan": f"SELECT max(t.peso_value) {SALES} AND {WEEK}",
    "5 biggest receipts last week with store": f"SELECT t.peso_value {SALES} AND {WEEK} ORDER BY 1 DESC LIMIT 5",
    "largest transaction last week by region": f"SELECT max(t.peso_value) {SALES} AND {WEEK} GROUP BY t.region",
    "which hour had the biggest transactions last week": f"SELECT count(*) {SALES} AND {WEEK} GROUP BY hour(t.occurred_at AT TIME ZONE 'Asia/Manila') ORDER BY 1 DESC LIMIT 1",
    "how many receipts over 1k yesterday and how much in total": f"SELECT sum(t.peso_value) {SALES} AND t.date_key = '2026-11-14' AND t.peso_value > 1000",
    "ilan at magkano ang resibo kahapon": f"SELECT sum(t.peso_value) {SALES} AND t.date_key = '2026-11-14'",
    "ilang suki ang gcash lang ang ginamit ngayong taon": f"SELECT count(*) FROM (SELECT 1 {SALES} AND {YEAR} AND t.customer_id IS NOT NULL GROUP BY t.customer_id HAVING bool_and(t.payment_method = 'gcash'))",
    "pila ka tindahan ang sirado na karon": "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NOT NULL",
    "ilan pa tindahan natin na bukas sa pampanga": "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NULL AND province = 'Pampanga'",
    "benta ngayon": f"SELECT sum(t.peso_value) {SALES} AND {TODAY}",
    "stores that made over 12k in oct but with less than 150 txns": of_stores("sum(t.peso_value) > 12000 AND count(*) < 150", "count(*)"),
    "stores with over 12k sales and under 150 txns in oct": of_stores("sum(t.peso_value) > 12000 AND count(*) < 150", "count(*)"),
    "no. of diff customers who bought last month": f"SELECT count(DISTINCT t.customer_id) {SALES} AND {OCTOBER}",
    "ilang resibo lampas 2000 pesos nung oktubre": f"SELECT count(*) {SALES} AND t.date_key BETWEEN '2026-10-01' AND '2026-10-31' AND t.peso_value > 2000",
    "sales split gcash maya cash last month": f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND t.payment_method IN ('gcash', 'maya', 'cash') GROUP BY t.payment_method",
    "benta sa luzon, visayas, mindanao noong oktubre": f"SELECT sum(t.peso_value) {SALES.replace('scout.dim_store s', '(SELECT * FROM scout.dim_store JOIN scout.regions ON region = region_code) s')} AND {OCTOBER} GROUP BY s.island_group",
    "how many stores in luzon, visayas and mindanao": "SELECT count(*) FROM scout.dim_store JOIN scout.regions ON region = region_code WHERE org_id = 'tingi' GROUP BY island_group",
    "rice vs noodles pieces sold, mindanao only, aug to oct": f"SELECT sum(i.quantity) {LINES} AND d.date_key BETWEEN '2026-08-01' AND '2026-10-31' AND d.island_group = 'Mindanao' AND p.category IN ('Rice and Grains', 'Instant Noodles') GROUP BY p.category",
    "receipts with neither snacks nor drinks last week": f"SELECT count(*) {SALES} AND {WEEK} AND t.transaction_id NOT IN (SELECT i.transaction_id FROM scout.silver_transaction_items i JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi' AND p.category IN ('Snacks', 'Beverages'))",
    "receipts with both rice and canned goods last month": f"SELECT count(*) {SALES} AND {OCTOBER} AND 2 = (SELECT count(DISTINCT p.category) FROM scout.silver_transaction_items i JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi' AND i.transaction_id = t.transaction_id AND p.category IN ('Rice and Grains', 'Canned Goods'))",
    "no. of stores per region, closed ones not included": "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NULL GROUP BY region",
    "second-worst month of 2025": f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY month(t.date_key) ORDER BY 1 LIMIT 1 OFFSET 1",
    "second best day in october": f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY t.date_key ORDER BY 1 DESC LIMIT 1 OFFSET 1",
    "pangalawang pinakamataas na araw noong oktubre": f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY t.date_key ORDER BY 1 DESC LIMIT 1 OFFSET 1",
    "3rd best week this year by receipts": f"SELECT count(*) {SALES} AND {YEAR} GROUP BY date_trunc('week', t.date_key) ORDER BY 1 DESC LIMIT 1 OFFSET 2",
    "how many stores opened in 2025 or later": "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND opened_on BETWEEN '2025-01-01' AND '2026-11-15'",
    "sales from august onwards": f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-08-01' AND '2026-11-15'",
    "magkano ang average na ginagastos ng isang suki kada buwan, mula Hulyo hanggang Oktubre?": f"SELECT sum(t.peso_value)::DOUBLE / count(DISTINCT t.customer_id) {SALES} AND t.date_key BETWEEN '2026-07-01' AND '2026-10-31' GROUP BY month(t.date_key)",
    "how many customers paid with gcash alone last month": f"SELECT count(*) FROM (SELECT 1 {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL GROUP BY t.customer_id HAVING bool_and(t.payment_method = 'gcash'))",
    "weekends or weekdays, which brings in more money? just last month": f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY isodow(t.date_key) > 5",
    "how many customers bought twice last month": f"SELECT count(*) FROM (SELECT 1 {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL GROUP BY t.customer_id HAVING count(*) = 2)",
    "how many customers bought at least twice last month": f"SELECT count(*) FROM (SELECT 1 {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL GROUP BY t.customer_id HAVING count(*) >= 2)",
    "top 5 products for all regions last month": f"SELECT sum(i.line_value) {LINES} AND d.date_key BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY i.product_id ORDER BY 1 DESC LIMIT 5",
    "how many customers bought in September but no longer in October": f"SELECT count(DISTINCT t.customer_id) {SALES} AND {SEPTEMBER} AND t.customer_id NOT IN (SELECT t.customer_id {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL)",
    "ilang transaksyon pagkatapos ng Nov 5": f"SELECT count(*) {SALES} AND t.date_key BETWEEN '2026-11-06' AND '2026-11-15'",
    "pila ang halin human sa Nov 8": f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-11-09' AND '2026-11-15'",
    "aling tindahan ang hindi lumampas sa 120 transaksyon last month": of_stores("count(*) <= 120", "count(*)"),
    "closed stores per province": "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NOT NULL GROUP BY province",
    "luzon visayas mindanao split of units 2025 vs 2024": f"SELECT sum(i.quantity) {LINES} AND d.date_key BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY d.island_group",
    "evening sales 6pm to 9pm, sari-sari, last week": f"SELECT sum(t.peso_value) {SALES} AND {WEEK} AND s.store_type = 'sari-sari' AND hour(t.occurred_at AT TIME ZONE 'Asia/Manila') BETWEEN 18 AND 20",
    "gabi, 7pm pataas, benta last month": f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND hour(t.occurred_at AT TIME ZONE 'Asia/Manila') >= 19",
    "sales before 12nn last week": f"SELECT sum(t.peso_value) {SALES} AND {WEEK} AND hour(t.occurred_at AT TIME ZONE 'Asia/Manila') < 12",
    "sales on undas nov 1-2": f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-11-01' AND '2026-11-02'",
    "total sales ng luzon pwera ncr, ber months last year": f"SELECT sum(t.peso_value) {SALES.replace('scout.dim_store s', '(SELECT * FROM scout.dim_store JOIN scout.regions ON region = region_code) s')} AND t.date_key BETWEEN '2025-09-01' AND '2025-12-31' AND s.island_group = 'Luzon' AND s.region <> 'NCR'",
    "repeat vs new customers in oct": f"WITH o AS (SELECT DISTINCT t.customer_id {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL), b AS (SELECT DISTINCT t.customer_id {SALES} AND t.date_key < '2026-10-01') SELECT count(*) FROM o GROUP BY customer_id IN (SELECT customer_id FROM b WHERE customer_id IS NOT NULL)",
}  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), FIGURES.items(), ids=list(FIGURES))
def test_answered_as_by_hand(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    plain = [at for at, one in enumerate(answer.columns) if one.role == "metric" and "__" not in one.name]
    assert_as_by_hand(answer, raw, sql, plain[-1] if plain else -1)


GROWTH = f"SELECT sum(t.peso_value) FILTER (WHERE t.date_key >= '2026-01-01') / sum(t.peso_value) FILTER (WHERE t.date_key < '2026-01-01') - 1 AS growth {SALES} AND (t.date_key BETWEEN '2026-01-01' AND '2026-11-15' OR t.date_key BETWEEN '2025-01-01' AND '2025-11-15') AND t.payment_method IN ('gcash', 'maya') GROUP BY t.payment_method ORDER BY 1 DESC"


@pytest.mark.parametrize("question", ["which grew faster this year, gcash or maya", "alin mas mabilis lumago ytd gcash o maya"])  # fmt: skip
def test_which_of_two_grew_faster_is_by_growth_and_says_it(assistant, analyst, raw, question):
    answer = assistant.ask(question, analyst)
    at = next(place for place, one in enumerate(answer.columns) if one.name == "revenue__growth")
    assert [float(row[at]) for row in answer.rows] == pytest.approx([row[0] for row in raw.execute(GROWTH).fetchall()])
    assert answer.text.count("(up ") == 2


@pytest.mark.parametrize(("question", "now", "then"), [
    ("good friday this yr vs last, snacks only", "2026-04-03", "2025-04-18"),
    ("good friday this year vs last", "2026-04-03", "2025-04-18"),
])  # fmt: skip
def test_a_named_day_against_the_last_one_is_of_the_year_before(assistant, analyst, question, now, then):
    answer = assistant.ask(question, analyst)
    period, (compare,) = answer.query.period, answer.query.compare
    assert (str(period.start), str(compare.start)) == (now, then)


def test_an_increase_that_is_contributed_to_is_taken_apart(assistant, analyst, raw):
    answer = assistant.ask("which region contributed most to the increase from september to october", analyst)
    change = raw.execute(f"SELECT sum(CASE WHEN {OCTOBER} THEN t.peso_value ELSE -t.peso_value END) {SALES} AND ({OCTOBER} OR {SEPTEMBER})").fetchone()[0]  # fmt: skip
    at = next(place for place, one in enumerate(answer.columns) if one.name.endswith("change"))
    parts = [row for row in answer.rows if row[1] != "(all)"]
    assert sum(row[at] for row in parts) == change
    assert {row[0] for row in parts} == {"Region"}


@pytest.mark.parametrize("question", [
    "of gcash sales last month what pct is ncr, and of that what pct is supermarkets",
    "which region sold more than ncr last month",
    "which region grew faster than ncr last month",
    "which stores are above average in october",
    "unsang dakbayan sa cebu ang pinakadaghan og tindahan",
    "how many customers spent over 2,000 in one purchase last month",
    "do supermarkets sell at least twice what minimarts do",
    "paydays or ordinary days - bigger basket? past 3 months",
    "same thing but without the weekend",
    "day before yesterday total, all stores",
])  # fmt: skip
def test_not_answered(assistant, question):
    assert_not_answered(assistant, question)


TURNS = {
    ("sales by store last month", "those below 20k"): of_stores("sum(t.peso_value) < 20000"),
    ("sales by region last month", "by store below 20k"): of_stores("sum(t.peso_value) < 20000"),
    ("sales by store last month", "in ncr above 20k"): of_stores("sum(t.peso_value) > 20000", rest="s.region = 'NCR'"),
    ("sales by store last month", "with less than 150 receipts"): of_stores("count(*) < 150", "count(*)"),
    ("transactions by store last month", "those with less than 150 in visayas"): of_stores("count(*) < 150", "count(*)", "s.region IN ('R06', 'R07', 'R08', 'NIR')"),
    ("pila ka transaksyon sa Leyte sa miaging bulan", "kada tindahan", "kadtong ubos sa 140 ra"): of_stores("count(*) < 140", "count(*)", "s.province = 'Leyte'"),
    ("sales by store last month", "those below 20k", "how many is that"): f"SELECT count(*) FROM ({of_stores('sum(t.peso_value) < 20000')})",
    ("sales by store last month", "those below 20k", "drop the limit"): of_stores("1 = 1"),
    ("sales by customer last month", "top 5"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL GROUP BY t.customer_id ORDER BY 1 DESC LIMIT 5",
    ("sales by customer last month", "above 1k"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL GROUP BY t.customer_id HAVING sum(t.peso_value) > 1000",
    ("sari-sari sales by region last month", "ok all store types"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY t.region",
    ("benta kada rehiyon last month", "alin ang pinakamataas"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY t.region ORDER BY 1 DESC LIMIT 1",
    ("gcash sales by store type in ncr last month", "all payment methods now"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND s.region = 'NCR' GROUP BY s.store_type",
    ("benta sa card sa NCR nung oktubre by store type", "lahat ng payment methods na, tapos top 2 lang"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND s.region = 'NCR' GROUP BY s.store_type ORDER BY 1 DESC LIMIT 2",
    ("sales by region and payment method last month", "forget the region"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY t.payment_method",
    ("benta by month this year sa NCR", "wag na by month, by province na lang"): f"SELECT sum(t.peso_value) {SALES} AND {YEAR} AND s.region = 'NCR' GROUP BY s.province",
    ("sales by store in ncr last month", "above 20k", "what's the total"): f"SELECT sum(worth) FROM ({of_stores('sum(t.peso_value) > 20000', 'sum(t.peso_value) AS worth', NCR)})",
    ("top 5 stores last month", "magkano lahat ng total"): f"SELECT sum(worth) FROM ({of_stores('1 = 1', 'sum(t.peso_value) AS worth')} ORDER BY 1 DESC LIMIT 5)",
    ("sales by store in ncr last month", "above 20k", "how many stores is that"): f"SELECT count(*) FROM ({of_stores('sum(t.peso_value) > 20000', rest=NCR)})",
    ("sales by store in ncr last month", "above 20k", "forget the cutoff and show transactions too"): of_stores("1 = 1", "count(*)", "s.region = 'NCR'"),
    ("ilang transaksyon sa Quezon City nung agosto 2026", "ay september pala"): f"SELECT count(*) {SALES} AND {SEPTEMBER} AND s.city = 'Quezon City'",
    ("sales by day of week last month", "which is highest?"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY isodow(t.date_key) ORDER BY 1 DESC LIMIT 1",
    ("sales by region and store type last month", "no i meant by region"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY t.region",
    ("monthly sales in bicol in 2024", "no i meant 2025"): f"SELECT sum(t.peso_value) {SALES} AND t.region = 'R05' AND t.date_key BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY month(t.date_key)",
}  # fmt: skip


@pytest.mark.parametrize(("turns", "sql"), TURNS.items(), ids=[" / ".join(one) for one in TURNS])
def test_a_change_is_as_by_hand(assistant, analyst, raw, turns, sql):
    assert_as_by_hand(talk(assistant, analyst, *turns), raw, sql)


def test_the_difference_of_two_that_were_shown(assistant, analyst, raw):
    answer = talk(
        assistant,
        analyst,
        "compare revenue of ncr and calabarzon in october 2026",
        "what's the difference between the two",
    )
    first, second = (raw.execute(f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND t.region = '{one}'").fetchone()[0] for one in ("NCR", "R04A"))  # fmt: skip
    assert {abs(cell) for row in answer.rows for cell in row[1:]} >= {abs(first - second), first, second}


@pytest.mark.parametrize(("turns", "by"), [
    (("top 3 regions by sales growth, october vs september 2026", "now the 3 that did worst"), ("revenue__growth", 1)),
    (("sales by region, october vs september 2026", "only those that rose"), ("revenue__change", 0)),
])  # fmt: skip
def test_a_change_of_growth_is_of_growth(assistant, analyst, raw, turns, by):
    answer = talk(assistant, analyst, *turns)
    at = next(place for place, one in enumerate(answer.columns) if one.name == by[0])
    sign = f"SELECT sum(t.peso_value) FILTER (WHERE {OCTOBER}) AS o, sum(t.peso_value) FILTER (WHERE {SEPTEMBER}) AS s {SALES} GROUP BY t.region"
    wanted = (
        f"SELECT o / s - 1 FROM ({sign}) ORDER BY 1 LIMIT 3" if by[1] else f"SELECT o - s FROM ({sign}) WHERE o > s"
    )
    expected = sorted(float(row[0]) for row in raw.execute(wanted).fetchall())
    assert sorted(float(row[at]) for row in answer.rows) == pytest.approx(expected)
    assert expected


def test_averages_have_no_total(assistant, analyst):
    assert talk(assistant, analyst, "average basket by region last month", "what's the total").status == "declined"


def test_what_is_still_open_is_counted_by_no_name(assistant, analyst):
    answer = talk(assistant, analyst, "ilang resibo kada tindahan sa Batangas last month", "ilang tindahan yun")
    assert answer.status == "declined"


def test_sorting_by_another_figure_shows_it_beside_the_first(assistant, analyst, raw):
    answer = talk(assistant, analyst, "sales by region last month", "sort by receipts")
    rows = raw.execute(f"SELECT sum(t.peso_value), count(*) {SALES} AND {OCTOBER} GROUP BY t.region ORDER BY 2 DESC").fetchall()  # fmt: skip
    assert [row[-2:] for row in answer.rows] == [tuple(row) for row in rows]


def test_opened_now_is_of_the_day_and_closed_now_is_a_state(assistant, analyst):
    opened, closed = (
        assistant.ask(f"ilang tindahan ang {what} ngayon", analyst).reading for what in ("nagbukas", "sarado na")
    )
    assert "2026-11-15" in opened
    assert "2026" not in closed


def test_months_that_a_condition_leaves_out_are_no_zeros(assistant, analyst):
    query = {
        "metrics": ["revenue"],
        "dimensions": ["date.month"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }
    every = assistant.query(query, analyst).rows
    some = assistant.query({**query, "where": [{"field": "date.month", "op": "in", "values": ["2025-03-01", "2025-07-01"]}]}, analyst).rows  # fmt: skip
    assert some == (every[2], every[6])


def test_a_place_among_months_says_that_one_is_not_over(assistant, analyst):
    answer = assistant.ask("second worst month this year", analyst)
    assert any("has a part counts as that part" in one.text for one in answer.assumptions)


@pytest.mark.parametrize("question", ["alin ang unang minimart na nagbukas", "which minimart opened first"])
def test_what_opened_first_is_the_oldest(assistant, analyst, raw, question):
    answer = assistant.ask(question, analyst)
    at = next(place for place, one in enumerate(answer.columns) if one.name == "opened_on")
    first = raw.execute("SELECT min(opened_on) FROM scout.dim_store WHERE org_id = 'tingi' AND store_type = 'minimart'").fetchone()[0]  # fmt: skip
    assert [row[at] for row in answer.rows] == [first]


def test_a_sum_of_several_says_that_it_is_one(assistant, analyst):
    answer = assistant.ask("monthly sales of ncr and calabarzon in 2025", analyst)
    assert [(one.text, one.change) for one in answer.assumptions if "together" in one.text] == [
        ("ncr and calabarzon together, not each by itself", {"dimensions": ["date.month", "region"]})
    ]


PARTS = f"SELECT sum(t.peso_value) FILTER (WHERE t.payment_method = 'gcash')::DOUBLE / sum(t.peso_value) {SALES} AND {{}} GROUP BY date_trunc('month', t.date_key) ORDER BY date_trunc('month', t.date_key)"


@pytest.mark.parametrize(("question", "when"), [
    ("gcash share of sales, october vs september", f"({OCTOBER} OR {SEPTEMBER})"),
    ("share of gcash in october vs october last year", f"({OCTOBER} OR t.date_key BETWEEN '2025-10-01' AND '2025-10-31')"),
    ("gcash share this month vs last month", "t.date_key BETWEEN '2026-10-01' AND '2026-11-15'"),
])  # fmt: skip
def test_a_share_in_each_of_two_periods_is_of_its_own_whole(assistant, analyst, raw, question, when):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    at = next(place for place, one in enumerate(answer.columns) if one.name.endswith("__share"))
    rows = sorted(answer.rows, key=lambda row: str(row[0]))
    assert [float(row[at]) for row in rows] == pytest.approx([row[0] for row in raw.execute(PARTS.format(when)).fetchall()])  # fmt: skip

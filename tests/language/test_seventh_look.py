"""What strangers' questions found a seventh time: things that are so in every part of a period, shares of how many there are, words that point."""

from __future__ import annotations

import pytest
from helpers import held, talk
from holidays import country_holidays

SALES = "FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s USING (org_id, store_id) WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL"
LINES = f"FROM scout.silver_transaction_items i JOIN (SELECT t.transaction_id, t.date_key {SALES}) USING (transaction_id) WHERE i.org_id = 'tingi'"
OCTOBER = "t.date_key BETWEEN '2026-10-01' AND '2026-10-31'"


def every(
    of: str,
    unit: str,
    parts: int,
    limit: str = "> 0",
    figure: str = "sum(t.peso_value)",
    rows: str = f"{SALES} AND {OCTOBER}",
) -> str:
    """Those with as many parts of which the figure is so as there are, with the figure over all of them."""
    each = f"SELECT {of} AS thing, date_trunc('{unit}', CAST(t.date_key AS DATE)) AS part, {figure} AS worth {rows} GROUP BY 1, 2"
    return f"SELECT sum(worth) FROM ({each}) GROUP BY thing HAVING count(*) FILTER (WHERE worth {limit}) >= {parts}"


EVERY = {
    "which stores had sales every day last month": every("t.store_id", "day", 31),
    "stores with sales every single day of oct": every("t.store_id", "day", 31),
    "which customers bought every week in october": every("t.customer_id", "week", 5, rows=f"{SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL"),
    "which regions sold over 1M every quarter in 2025": every("s.region", "quarter", 4, "> 1000000", rows=f"{SALES} AND t.date_key BETWEEN '2025-01-01' AND '2025-12-31'"),
    "stores with sales of at least 5k each week in october": every("t.store_id", "week", 5, ">= 5000"),
    "mga tindahang hindi bababa sa 5 libo ang benta bawat linggo noong oktubre": every("t.store_id", "week", 5, ">= 5000"),
    "mga tatak nga dili moubos sa 50 ka buok ang nabaligya matag bulan karong tuiga": every(
        "p.brand", "month", 10, ">= 50", "sum(t.quantity)",
        f"FROM (SELECT i.quantity, i.product_id, d.date_key FROM scout.silver_transaction_items i JOIN (SELECT t.transaction_id, t.date_key {SALES}) d USING (transaction_id) WHERE i.org_id = 'tingi') t JOIN scout.dim_product p USING (product_id) WHERE t.date_key BETWEEN '2026-01-01' AND '2026-10-31'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), EVERY.items(), ids=list(EVERY))
def test_things_that_are_so_in_every_part(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    expected = sorted(float(row[0]) for row in raw.execute(sql).fetchall())
    assert answer.status == "answered", answer.text
    assert sorted(float(row[-1]) for row in answer.rows) == pytest.approx(expected)
    assert expected


def test_every_part_says_how_many_there_are(assistant, analyst):
    answer = assistant.ask("which stores cleared 50k every month this year", analyst)
    assert "number of months at least 10" in answer.reading
    assert any("each of the 10 months" in one.text for one in answer.assumptions)


STORES = "SELECT count(*) FILTER (WHERE {}) / count(*) FROM scout.dim_store s WHERE s.org_id = 'tingi' AND {}"


@pytest.mark.parametrize(("question", "sql"), [
    ("what share of minimarts are in NCR", STORES.format("s.region = 'NCR'", "s.store_type = 'minimart'")),
    ("what share of NCR's stores are minimarts", STORES.format("s.store_type = 'minimart'", "s.region = 'NCR'")),
    ("ilang porsyento ng minimarts ang nasa NCR", STORES.format("s.region = 'NCR'", "s.store_type = 'minimart'")),
])  # fmt: skip
def test_a_share_of_things_is_of_how_many_there_are(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert (answer.status, answer.query.metrics) == ("answered", ("stores",))
    assert float(answer.rows[0][-1]) == pytest.approx(raw.execute(sql).fetchone()[0])


def period(start, end):
    return {"start": start, "end": end}


SEPTEMBER = {"metrics": ["revenue"], "period": period("2026-09-01", "2026-09-15")}
READ = {
    "sales sept 1-15 vs prev month": {**SEPTEMBER, "compare": [{"shift": "1 month"}]},
    "sales sept 1-15 vs same days prev month": {**SEPTEMBER, "compare": [{"shift": "1 month"}]},
    "sales sept 1-15 vs the same days in august": {**SEPTEMBER, "compare": [period("2026-08-01", "2026-08-15")]},
    "sales in september vs previous month": {"metrics": ["revenue"], "period": period("2026-09-01", "2026-09-30"), "compare": [{"shift": "1 month"}]},
    "sales october vs the preceding month": {"metrics": ["revenue"], "period": period("2026-10-01", "2026-10-31"), "compare": [{"shift": "1 month"}]},
    "sales in sept vs last month": {"metrics": ["revenue"], "period": period("2026-10-01", "2026-10-31"), "compare": [period("2026-09-01", "2026-09-30")]},
    "sept 1-15 vs same days prev month metro manila stores only": {**SEPTEMBER, "where": [{"field": "region", "op": "in", "values": ["NCR"]}], "compare": [{"shift": "1 month"}]},
    "what share of minimarts last month": {"metrics": ["revenue"], "dimensions": ["store_type"], "where": [{"field": "store_type", "op": "in", "values": ["minimart"]}], "period": period("2026-10-01", "2026-10-31"), "share": {"within": [], "free": ["store_type"]}},
}  # fmt: skip
test_read_as_written_out, test_not_answered = held(READ, [
    "breakdown ng resibo per region at kung pano nagbayad, september",
    "how many supermarket sales were no more than 200 pesos last month",
    "which stores sold less than 5k every day last week",  # what has no sales has no figure to be below it
    "ilang tindahan ang nakabenta noon?", "benta tuwing noon last month", "sales that month", "how many stores sold that month",
    "sales sept 1 to oct 15 vs the same days in august",
    "how many receipts in october had more than 5 items in them", "which region has the most stores that sold less than 50,000 last month",
    "How many stores sold more than 100,000 pesos in a single day this month?", "stores with sales above ncr",
    "unsang dakbayan sa cebu ang pinakadaghan og tindahan", "stores ranked 5 to 10 by sales last month", "percent of sales on weekends by store type",
    "october sales not in pesos", "hindi lang ncr ang benta noong oktubre",
    "how many stores as of september",  # as they stood then is not known
    "how many stores sold more in october than in september",
])  # fmt: skip


def moved(way: str, figure: str = "sum(t.peso_value)") -> str:
    """The figure of October of the stores of which it is more, or less, than that of September; nothing is none."""
    months = "t.date_key BETWEEN '2026-09-01' AND '2026-10-31'"
    each = f"SELECT t.store_id, {figure} FILTER (WHERE month(t.date_key) = 10) AS now, {figure} FILTER (WHERE month(t.date_key) = 9) AS was {SALES} AND {months} GROUP BY 1"
    return f"SELECT now FROM ({each}) WHERE now {way} was"


MOVED = {
    "which stores sold more in october than in september": moved(">"),
    "stores that sold more in october than in september": moved(">"),
    "stores na mas malaki ang benta nung october kaysa september": moved(">"),
    "which stores had more transactions in october than in september": moved(">", "count(*)"),
    "stores with lower sales in october than in september": moved("<"),
    "unsang mga tindahan ang mas gamay ang halin sa oktubre kaysa septyembre": moved("<"),
}


@pytest.mark.parametrize(("question", "sql"), MOVED.items(), ids=list(MOVED))
def test_only_those_are_shown_that_had_more_than_before(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    assert sorted(float(row[1]) for row in answer.rows) == pytest.approx(sorted(float(row[0]) for row in raw.execute(sql).fetchall()))  # fmt: skip


@pytest.mark.parametrize("question", ["december 2025 revenue excluding weekends and holidays", "december 2025 revenue leaving out weekends and holidays"])  # fmt: skip
def test_both_of_what_is_left_out_are(assistant, analyst, raw, question):
    answer = assistant.ask(question, analyst)
    days = ", ".join(f"'{one}'" for one in country_holidays("PH", years=[2025]))
    sql = f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2025-12-01' AND '2025-12-31' AND isodow(CAST(t.date_key AS DATE)) < 6 AND CAST(t.date_key AS VARCHAR) NOT IN ({days})"
    assert answer.status == "answered", answer.text
    assert float(answer.rows[0][0]) == pytest.approx(float(raw.execute(sql).fetchone()[0]))


def test_the_other_days_are_all_but_the_one(assistant, analyst, raw):
    answer = assistant.ask("how did mondays compare with the other days, sales in q3", analyst)
    monday = "isodow(CAST(t.date_key AS DATE)) = 1"
    sql = f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-07-01' AND '2026-09-30' GROUP BY {monday} ORDER BY 1 DESC"
    assert [float(row[1]) for row in answer.rows] == pytest.approx([float(row[0]) for row in raw.execute(sql).fetchall()])  # fmt: skip
    assert any("more days of the one kind" in one.text for one in answer.assumptions)


TIMES = {
    "sales as of september": ("2026-01-01", "2026-09-30"),
    "sales as of end of september": ("2026-01-01", "2026-09-30"),
    "sales by end of may": ("2026-01-01", "2026-05-31"),
    "sales until the end of May this year": ("2026-01-01", "2026-05-31"),
    "sales until may last year": ("2025-01-01", "2025-05-31"),
    "sales from january until the end of may": ("2026-01-01", "2026-05-31"),
    "halin 2026 hangtod sa agosto": ("2026-01-01", "2026-08-31"),
    "sales since monday": ("2026-11-09", "2026-11-15"),
    "halin sukad lunes": ("2026-11-09", "2026-11-15"),
    "sales in the week before Christmas last year": ("2025-12-18", "2025-12-24"),
    "benta isang linggo bago mag-pasko": ("2025-12-18", "2025-12-24"),
    "sales 3 days after undas": ("2026-11-03", "2026-11-05"),
    "sales the week after christmas 2025": ("2025-12-26", "2026-01-01"),
    "sales after the end of may": ("2026-06-01", "2026-11-15"),
    "sales first week of this month": ("2026-11-01", "2026-11-07"),
    "sales last week of last month": ("2026-10-25", "2026-10-31"),
    "sales first 10 days of last month": ("2026-10-01", "2026-10-10"),
    "sales first half of last month": ("2026-10-01", "2026-10-15"),
    "sales from monday to yesterday": ("2026-11-09", "2026-11-14"),
    "benta mula lunes hanggang kahapon": ("2026-11-09", "2026-11-14"),
    "sales this past weekend": ("2026-11-07", "2026-11-08"),
    "sales 5-12 oct": ("2026-10-05", "2026-10-12"),
    "sales on the 15th": ("2026-11-15", "2026-11-15"),
    "sales on the 20th": ("2026-10-20", "2026-10-20"),
    "top 3 stores on the 15th of last month": ("2026-10-15", "2026-10-15"),
    "sales last friday of october": ("2026-10-30", "2026-10-30"),
    "sales last friday": ("2026-11-13", "2026-11-13"),
    "sales first monday of november": ("2026-11-02", "2026-11-02"),
    "sales on the third monday of october": ("2026-10-19", "2026-10-19"),
    "sales 2024 q3": ("2024-07-01", "2024-09-30"),
    "sales year before last": ("2024-01-01", "2024-12-31"),
    "sales month before last": ("2026-09-01", "2026-09-30"),
    "sales for the months of august and september": ("2026-08-01", "2026-09-30"),
}


@pytest.mark.parametrize(("question", "dates"), TIMES.items(), ids=list(TIMES))
def test_ends_of_time(assistant, analyst, question, dates):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    assert (str(answer.query.period.start), str(answer.query.period.end)) == dates


def test_two_spans_of_days_of_two_months(assistant, analyst):
    answer = assistant.ask("sales first 10 days of this month vs first 10 days of last month", analyst)
    (compare,) = answer.query.compare
    assert [str(one) for one in (answer.query.period.start, answer.query.period.end, compare.start, compare.end)] == ["2026-11-01", "2026-11-10", "2026-10-01", "2026-10-10"]  # fmt: skip


@pytest.mark.parametrize(("question", "days"), [
    ("sales every saturday in october", "isodow(CAST(t.date_key AS DATE)) = 6"),
    ("benta kada sabado nung october", "isodow(CAST(t.date_key AS DATE)) = 6"),
    ("sales per payday in october", "day(CAST(t.date_key AS DATE)) IN (15, 31)"),
])  # fmt: skip
def test_days_of_a_kind_one_by_one(assistant, analyst, raw, question, days):
    answer = assistant.ask(question, analyst)
    sql = f"SELECT CAST(t.date_key AS DATE), sum(t.peso_value) {SALES} AND {OCTOBER} AND {days} GROUP BY 1 ORDER BY 1"
    assert answer.status == "answered", answer.text
    assert [(str(row[0]), float(row[-1])) for row in answer.rows] == [(str(day), pytest.approx(float(worth))) for day, worth in raw.execute(sql).fetchall()]  # fmt: skip


def test_a_linggo_that_comes_again_is_a_sunday_where_it_is_written_as_one(assistant, analyst, raw):
    answer = assistant.ask("Magkano ang benta tuwing Linggo nitong Oktubre?", analyst)
    sql = f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND isodow(CAST(t.date_key AS DATE)) = 7"
    assert float(answer.rows[0][0]) == pytest.approx(float(raw.execute(sql).fetchone()[0]))
    asked = assistant.ask("magkano benta tuwing linggo nung october", analyst)
    assert (asked.status, [one.label for one in asked.options]) == ("clarify", ["every Sunday", "week by week"])


ITEMS = f"FROM scout.silver_transaction_items i JOIN (SELECT t.transaction_id, t.store_id, s.region {SALES} AND {OCTOBER}) d USING (transaction_id) JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi'"
BESTS = {
    "largest transaction last month": f"SELECT max(t.peso_value) {SALES} AND {OCTOBER}",
    "top 5 largest transactions last month": f"SELECT t.peso_value {SALES} AND {OCTOBER} ORDER BY 1 DESC LIMIT 5",
    "pinakamalaking resibo noong oktubre": f"SELECT max(t.peso_value) {SALES} AND {OCTOBER}",
    "top 3 stores for rice and snacks last month": f"SELECT sum(i.line_value) {ITEMS} AND p.category IN ('Rice and Grains', 'Snacks') GROUP BY d.store_id ORDER BY 1 DESC LIMIT 3",
    "top 3 categories in ncr and region 7 last month": f"SELECT sum(i.line_value) {ITEMS} AND d.region IN ('NCR', 'R07') GROUP BY p.category ORDER BY 1 DESC LIMIT 3",
    "top 2 categories in ncr and region 7 each last month": f"SELECT worth FROM (SELECT d.region, sum(i.line_value) AS worth, row_number() OVER (PARTITION BY d.region ORDER BY sum(i.line_value) DESC) AS place {ITEMS} AND d.region IN ('NCR', 'R07') GROUP BY d.region, p.category) WHERE place <= 2",
    "ang duha ka kinakusgan nga kategoriya sa ncr ug region 7, tagsa-tagsa, niaging bulan": f"SELECT worth FROM (SELECT d.region, sum(i.line_value) AS worth, row_number() OVER (PARTITION BY d.region ORDER BY sum(i.line_value) DESC) AS place {ITEMS} AND d.region IN ('NCR', 'R07') GROUP BY d.region, p.category) WHERE place <= 2",
    "unsang mga rehiyon ang niabot og usa ka milyon ang halin niadtong 2025": f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY s.region HAVING sum(t.peso_value) >= 1000000",
}


@pytest.mark.parametrize(("question", "sql"), BESTS.items(), ids=list(BESTS))
def test_the_best_of_several_together_or_of_each(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    assert sorted(float(row[-1]) for row in answer.rows) == pytest.approx(sorted(float(row[0]) for row in raw.execute(sql).fetchall()))  # fmt: skip


def receipts(month: str, having: str) -> str:
    """How many receipts of a month hold such lines."""
    lines = f"SELECT d.transaction_id FROM (SELECT t.transaction_id {SALES} AND strftime(CAST(t.date_key AS DATE), '%Y-%m') = '{month}') d JOIN scout.silver_transaction_items i USING (transaction_id) JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi' GROUP BY 1 HAVING {having}"
    return f"SELECT count(*) FROM ({lines})"


HOLDS = "count(*) FILTER (WHERE p.category = '{}') {}"
RECEIPTS = {
    "how many receipts had both drinks and snacks in aug": receipts(
        "2026-08", HOLDS.format("Beverages", "> 0") + " AND " + HOLDS.format("Snacks", "> 0")
    ),
    "transactions with snacks but no drinks last month": receipts(
        "2026-10", HOLDS.format("Snacks", "> 0") + " AND " + HOLDS.format("Beverages", "= 0")
    ),
    "receipts that had only snacks in october": receipts("2026-10", HOLDS.format("Snacks", "= count(*)")),
    "how many receipts with only noodles in october": receipts(
        "2026-10", HOLDS.format("Instant Noodles", "= count(*)")
    ),
    "receipts na may snacks lang noong oktubre": receipts("2026-10", HOLDS.format("Snacks", "= count(*)")),
}


@pytest.mark.parametrize(("question", "sql"), RECEIPTS.items(), ids=list(RECEIPTS))
def test_what_one_receipt_held(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    assert answer.rows[0][0] == raw.execute(sql).fetchone()[0]


FIRST = {
    "first month with sales over 3M": ("month", "sum(t.peso_value) > 3000000", "1 = 1"),
    "In which month did Quezon City first go past 50k?": (
        "month",
        "sum(t.peso_value) > 50000",
        "s.city = 'Quezon City'",
    ),
    "unang bulan nga milapas og 100 ka libo ang halin sa cebu": (
        "month",
        "sum(t.peso_value) > 100000",
        "s.province = 'Cebu'",
    ),
    "what was the first day sales went over 100k this year": (
        "day",
        "sum(t.peso_value) > 100000",
        "t.date_key >= '2026-01-01'",
    ),
    "which was the first week with more than 2000 transactions": ("week", "count(*) > 2000", "1 = 1"),
}


@pytest.mark.parametrize(("question", "asked"), FIRST.items(), ids=list(FIRST))
def test_the_first_time_beyond_a_limit(assistant, analyst, raw, question, asked):
    unit, beyond, where = asked
    answer = assistant.ask(question, analyst)
    sql = f"SELECT date_trunc('{unit}', CAST(t.date_key AS DATE)) {SALES} AND {where} GROUP BY 1 HAVING {beyond} ORDER BY 1 LIMIT 1"
    assert answer.status == "answered", answer.text
    assert [str(row[0])[:10] for row in answer.rows] == [str(row[0])[:10] for row in raw.execute(sql).fetchall()]


@pytest.mark.parametrize("question", ["ilang porsyento ng benta ang dumaan sa gcash at maya noong oktubre", "share of gcash and maya in sales last month"])  # fmt: skip
def test_several_parts_are_told_each_and_together(assistant, analyst, raw, question):
    answer = assistant.ask(question, analyst)
    sql = f"SELECT sum(t.peso_value) FILTER (WHERE t.payment_method IN ('gcash', 'maya')) / sum(t.peso_value) {SALES} AND {OCTOBER}"
    together = raw.execute(sql).fetchone()[0]
    assert sum(float(row[-1]) for row in answer.rows) == pytest.approx(together)
    assert f"together {together:.1%} of the whole" in answer.text


def test_all_of_the_parts_are_not_told_together(assistant, analyst):
    assert "together" not in assistant.ask("share of each payment method in sales last month", analyst).text


SAME = {
    "how much did customers spend in october": "revenue in october",
    "may benta ba tayo sa mountain province noong agosto": "revenue in mountain province in august",
    "May benta ba tayo sa Mountain Province noong Agosto?": "revenue in mountain province in august",
    "hindi lang ncr, pati calabarzon: magkano ang benta noong nakaraang buwan": "revenue in ncr and calabarzon last month",
    "top 20 products last month by pieces not pesos": "top 20 products last month by units",
    "pila mi ka sari-sari store sa leyte": "how many sari-sari stores in leyte",
    "pila ka resibo ang dili moubos og 1000 pesos gahapon": "how many transactions of at least 1000 yesterday",
    "gcash kumpara sa cash ilang transactions bawat isa nung october": "transactions of gcash vs cash in october",
    "did stores sell more in october than in september": "revenue in october vs september",
    "magkano average spend ng isang suki sa baguio this yr": "revenue per customer in baguio this year",
    "pila ka buok atong tindahan sa zamboanga city ug sa gensan": "how many stores in zamboanga city and general santos",
    "halin sa bugas ug sa frozen, ilaha-ilaha, matag bulan gikan hulyo": "sales of rice and frozen by month and category since july",
    "mas daghan ba ang nagbayad og gcash kay sa cash niadtong oktubre": "transactions of gcash vs cash in october",
    "Did Iloilo City sell more than Bacolod last week?": "sales of iloilo city vs bacolod last week",
    "kelan nag start yung branch natin sa tagaytay": "when did our store in tagaytay open",
    "ilan na sa mga sangay natin sa luzon ang hindi na nag-ooperate": "how many closed stores in luzon",
    "presyo ng noodles kada piraso 2025": "price per unit of noodles in 2025",
    "aling lungsod sa cebu ang pinakamabenta last month": "which city in cebu sold the most last month",
    "aling probinsya sa region 6 ang pinakamahina last month": "which province in region 6 sold the least last month",
    "which products are bought by the most customers": "top 10 products by number of customers",
    "pila pa ka tindahan nato ang nag-abli pa sa bohol": "how many open stores in bohol",
    "anong oras pinaka busy ang mga minimart pag weekdays": "which hour had the most transactions in minimarts on weekdays",
}


@pytest.mark.parametrize(("question", "plain"), SAME.items(), ids=list(SAME))
def test_it_says_what_plainer_words_say(assistant, analyst, question, plain):
    answer, other = assistant.ask(question, analyst), assistant.ask(plain, analyst)
    assert (answer.status, other.status) == ("answered", "answered"), (answer.text, other.text)
    assert sorted(map(repr, answer.rows)) == sorted(map(repr, other.rows))


def test_profit_is_none_of_the_figures(assistant, analyst):
    answer = assistant.ask("magkano tinubo natin sa snacks last month", analyst)
    assert (answer.status, "costs" in answer.text) == ("declined", True)


@pytest.mark.parametrize("question", ["total sales ilahas last month", "pagosa sales last month"])
def test_a_word_is_not_put_right_to_one_that_says_nothing(assistant, analyst, question):
    """A word that nobody knows may say something: only swapped or repeated letters are sure to be a slip."""
    assert assistant.ask(question, analyst).status != "answered"


@pytest.mark.parametrize("question", ["plaese show sales last month", "show sales last month pleease"])
def test_a_slip_in_a_word_that_says_nothing_is_put_right(assistant, analyst, question):
    assert assistant.ask(question, analyst).rows == assistant.ask("show sales last month", analyst).rows


@pytest.mark.parametrize("question", ["top 20 items in minimarts last month by pieces", "pinaka mabenta na items sa sari sari last month"])  # fmt: skip
def test_things_that_go_by_the_name_of_their_count_are_not_stores(assistant, analyst, question):
    assert assistant.ask(question, analyst).status == "clarify"


BEST = f"SELECT t.store_id {SALES} AND {OCTOBER} GROUP BY 1 ORDER BY sum(t.peso_value) DESC, 1 LIMIT 1"


@pytest.mark.parametrize(("turns", "sql"), [
    (("magkano ang kabuuang benta noong 2025", "ilang tindahan ang nakabenta noon?"), f"SELECT count(DISTINCT t.store_id) {SALES} AND t.date_key BETWEEN '2025-01-01' AND '2025-12-31'"),
    (("sales in 2024", "how many customers did we have back then"), f"SELECT count(DISTINCT t.customer_id) {SALES} AND t.date_key BETWEEN '2024-01-01' AND '2024-12-31'"),
    (("which store sold the most in october", "how much did that store sell in september"), f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-09-01' AND '2026-09-30' AND t.store_id IN ({BEST})"),
    (("sales in ncr last month", "and that region in september?"), f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-09-01' AND '2026-09-30' AND s.region = 'NCR'"),
])  # fmt: skip
def test_words_that_point_at_the_question_before(assistant, analyst, raw, turns, sql):
    answer = talk(assistant, analyst, *turns)
    assert answer.status == "answered", answer.text
    assert [float(row[-1]) for row in answer.rows] == pytest.approx([float(raw.execute(sql).fetchone()[0])])


@pytest.mark.parametrize("turns", [
    ("compare ncr and central visayas sales in september", "how did that store do in august?"),
    ("top 5 stores", "how did that store do in august"),
])  # fmt: skip
def test_one_of_several_is_not_guessed(assistant, analyst, turns):
    assert talk(assistant, analyst, *turns).status == "declined"


@pytest.mark.parametrize("turns", [
    ("bakit bumaba ang benta sa bicol nung august", "eh sa caraga?"),
    ("why did sales drop in bicol in august", "and in caraga?"),
])  # fmt: skip
def test_why_goes_on_with_another_place(assistant, analyst, turns):
    first, then = talk(assistant, analyst, turns[0]), talk(assistant, analyst, *turns)
    asked = assistant.ask(turns[0].replace("bicol", "caraga"), analyst)
    assert then.query.where == asked.query.where != first.query.where
    assert (then.status, then.rows) == ("answered", asked.rows)

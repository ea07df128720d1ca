"""What a sixth set of unseen questions asked for, against SQL that was written by hand and runs raw on the file."""

from __future__ import annotations

import pytest
from helpers import held

SALES = "FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s USING (org_id, store_id) WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL"
LINES = "FROM scout.silver_transaction_items i JOIN scout.silver_transactions_cleaned t USING (org_id, transaction_id) JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi' AND t.deleted_at IS NULL"
OCTOBER, YESTERDAY = "t.date_key BETWEEN '2026-10-01' AND '2026-10-31'", "t.date_key = '2026-11-14'"
WEEKEND = "isodow(t.date_key) IN (6, 7)"
PAYDAY = "(day(t.date_key) = 15 OR t.date_key = last_day(t.date_key))"
VISAYAS = "('R06', 'R07', 'R08', 'NIR')"
SOUTH = "('R06', 'R07', 'R08', 'NIR', 'R09', 'R10', 'R11', 'R12', 'R13', 'BARMM')"
RICE = "p.category = 'Rice and Grains'"


def alone(of, which, when="true", rows=SALES):
    """How many did this, and nothing else."""
    return (
        f"SELECT count(*) FROM (SELECT {of} {rows} AND {when} AND {of} IS NOT NULL GROUP BY 1 HAVING bool_and({which}))"
    )


# The one figure that is told, or how many things are listed.
ASKED = {
    "how many customers bought only on weekends last month": alone("t.customer_id", WEEKEND, OCTOBER),
    "customers who bought only on paydays in october": alone("t.customer_id", PAYDAY, OCTOBER),
    "ilang customers ang bumili lang pag weekend noong oktubre": alone("t.customer_id", WEEKEND, OCTOBER),
    "pila ka kustomer ang weekend ra mopalit niadtong oktubre": alone("t.customer_id", WEEKEND, OCTOBER),
    "pila ka suki nga gcash ra ang gamit last month": alone("t.customer_id", "t.payment_method = 'gcash'", OCTOBER),
    "how many customers paid cash only last month": alone("t.customer_id", "t.payment_method = 'cash'", OCTOBER),
    "ilang suki ang bumili ng bigas lang noong oktubre": alone("t.customer_id", RICE, OCTOBER, LINES),
    "how many customers bought rice only last month": alone("t.customer_id", RICE, OCTOBER, LINES),
    "ilang customers ang bumili lang sa ncr noong oktubre": alone("t.customer_id", "s.region = 'NCR'", OCTOBER),
    "mga tindahan nga cash ra ang bayad gahapon": alone("t.store_id", "t.payment_method = 'cash'", YESTERDAY),
    # No more than a filter, or a word that only softens.
    "how many customers in ncr only": "SELECT count(*) FROM scout.dim_customer WHERE org_id = 'tingi' AND region = 'NCR'",
    "ilan lang ang bumili ng bigas kahapon": f"SELECT count(DISTINCT t.customer_id) {LINES} AND {RICE} AND {YESTERDAY}",
    # Those who did something, said by the verb alone.
    "mga tindahan na nagbenta ng bigas kahapon": f"SELECT count(DISTINCT t.store_id) {LINES} AND {RICE} AND {YESTERDAY}",
    "mga customer na bumili ng bigas noong oktubre": f"SELECT count(DISTINCT t.customer_id) {LINES} AND {RICE} AND {OCTOBER}",
    "mga kustomer nga nipalit og bugas gahapon": f"SELECT count(DISTINCT t.customer_id) {LINES} AND {RICE} AND {YESTERDAY}",
    "products sold in cebu last month": f"SELECT count(DISTINCT i.product_id) {LINES} AND {OCTOBER} AND t.store_id IN (SELECT store_id FROM scout.dim_store WHERE org_id = 'tingi' AND province = 'Cebu')",
    "mga tindahan nga wala gyuy halin gahapon": f"SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND store_id NOT IN (SELECT t.store_id {SALES} AND {YESTERDAY})",
    # A limit on how many there are of some state.
    "cities with more than 5 open stores": "SELECT count(*) FROM (SELECT city FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NULL GROUP BY city HAVING count(*) > 5)",
    "mga lungsod na may higit sa 5 bukas pang tindahan": "SELECT count(*) FROM (SELECT city FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NULL GROUP BY city HAVING count(*) > 5)",
    "regions with at least 2 closed stores": "SELECT count(*) FROM (SELECT region FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NOT NULL GROUP BY region HAVING count(*) >= 2)",
    "mga suking bumili sa higit sa isang tindahan noong oktubre": f"SELECT count(*) FROM (SELECT t.customer_id {SALES} AND {OCTOBER} AND t.customer_id IS NOT NULL GROUP BY 1 HAVING count(DISTINCT t.store_id) > 1)",
}  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), ASKED.items(), ids=ASKED)
def test_as_many_as_by_hand(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    told = answer.rows[0][0] if not answer.query.list and not answer.query.dimensions else len(answer.rows)
    assert told == raw.execute(sql).fetchone()[0]


STORES, PEOPLE = "FROM scout.dim_store WHERE org_id = 'tingi'", "FROM scout.dim_customer WHERE org_id = 'tingi'"
# The part of all things that did something.
PARTS = {
    "what percent of customers bought rice last month": f"SELECT (SELECT count(DISTINCT t.customer_id) {LINES} AND {RICE} AND {OCTOBER}) / (SELECT count(*) {PEOPLE})",
    "anong percent ng customers natin ang bumili noong oktubre": f"SELECT (SELECT count(DISTINCT t.customer_id) {SALES} AND {OCTOBER}) / (SELECT count(*) {PEOPLE})",
    "pila ka porsyento sa mga suki ang nipalit niaging bulan": f"SELECT (SELECT count(DISTINCT t.customer_id) {SALES} AND {OCTOBER}) / (SELECT count(*) {PEOPLE})",
    "what % of stores sold rice yesterday": f"SELECT (SELECT count(DISTINCT t.store_id) {LINES} AND {RICE} AND {YESTERDAY}) / (SELECT count(*) {STORES})",
    "what percent of stores in ncr sold rice yesterday": f"SELECT (SELECT count(DISTINCT t.store_id) {LINES} AND {RICE} AND {YESTERDAY} AND t.store_id IN (SELECT store_id {STORES} AND region = 'NCR')) / (SELECT count(*) {STORES} AND region = 'NCR')",
    "ilang percent ng stores ang walang benta kahapon": f"SELECT 1 - (SELECT count(DISTINCT t.store_id) {SALES} AND {YESTERDAY}) / (SELECT count(*) {STORES})",
    "what percentage of our customers bought snacks": f"SELECT (SELECT count(DISTINCT t.customer_id) {LINES} AND p.category = 'Snacks' AND t.date_key BETWEEN '2026-10-17' AND '2026-11-15') / (SELECT count(*) {PEOPLE})",
    # Of each of two sides, and of both in all.
    "gcash share in visayas last month": f"SELECT sum(t.peso_value) FILTER (t.payment_method = 'gcash') / sum(t.peso_value) {SALES} AND {OCTOBER} AND s.region IN {VISAYAS}",
}  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), PARTS.items(), ids=PARTS)
def test_a_part_is_of_all(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    assert answer.rows[0][-1] == pytest.approx(float(raw.execute(sql).fetchone()[0]))
    assert "a share of" in answer.text


def test_a_part_is_of_each_side(assistant, analyst, raw):
    answer = assistant.ask("gcash share in visayas vs mindanao last month", analyst)
    parts = f"SELECT CASE WHEN s.region IN {VISAYAS} THEN 'Visayas' ELSE 'Mindanao' END, sum(t.peso_value) FILTER (t.payment_method = 'gcash') / sum(t.peso_value) {SALES} AND {OCTOBER} AND s.region IN {SOUTH} GROUP BY 1"
    assert {row[0]: row[-1] for row in answer.rows} == {name: pytest.approx(float(part)) for name, part in raw.execute(parts).fetchall()}  # fmt: skip
    both = assistant.ask("gcash vs cash share of sales last month", analyst)
    of_all = f"SELECT t.payment_method, sum(t.peso_value) / (SELECT sum(t.peso_value) {SALES} AND {OCTOBER}) {SALES} AND {OCTOBER} AND t.payment_method IN ('gcash', 'cash') GROUP BY 1"
    assert {row[0]: row[-1] for row in both.rows} == {name: pytest.approx(float(part)) for name, part in raw.execute(of_all).fetchall()}  # fmt: skip


def day(date):
    return {"metrics": ["revenue"], "period": {"start": date, "end": date}}


def between(start, end):
    return {"metrics": ["revenue"], "period": {"start": start, "end": end}}


SIDES = [
    {"label": "NCR", "where": [{"field": "region", "op": "in", "values": ["NCR"]}]},
    {"label": "Cebu", "where": [{"field": "province", "op": "in", "values": ["Cebu"]}]},
]
IN_OCTOBER = {"metrics": ["revenue"], "period": {"start": "2026-10-01", "end": "2026-10-31"}}
READ = {
    # Dates of numbers, as all of a question can be read; one way is yet to be.
    "sales on 13/11/2026": day("2026-11-13"),
    "sales on 11/13/2026": day("2026-11-13"),
    "sales on 11/13/26": day("2026-11-13"),
    "sales on 2026/10/5": day("2026-10-05"),
    "sales on 11/11/2026": day("2026-11-11"),
    "sales on 11/12/2026": day("2026-11-12"),
    "sales from 10/01/2026 to 10/25/2026": {"metrics": ["revenue"], "period": {"start": "2026-10-01", "end": "2026-10-25"}},
    "sales from 05/10/2026 to 20/10/2026": {"metrics": ["revenue"], "period": {"start": "2026-10-05", "end": "2026-10-20"}},
    "sales from the 1st to the 10th": between("2026-11-01", "2026-11-10"),
    "sales from the 1st to the 20th": between("2026-10-01", "2026-10-20"),
    "sales from the 20th to the 31st": between("2026-10-20", "2026-10-31"),
    "sales from the 10th to the 20th of november": between("2026-11-10", "2026-11-15"),
    "sales 1st to 15th last month": between("2026-10-01", "2026-10-15"),
    "benta mula ika-1 hanggang ika-10": between("2026-11-01", "2026-11-10"),
    "benta mula umpisa ng taon hanggang ngayon": between("2026-01-01", "2026-11-15"),
    "halin sugod sa unang adlaw sa bulan": between("2026-11-01", "2026-11-15"),
    # What differs is set against each other, and is no growth.
    "difference of sales between ncr and cebu last month": {**IN_OCTOBER, "segments": SIDES},
    "difference ng benta ng ncr at cebu last month": {**IN_OCTOBER, "segments": SIDES},
    "kumulatibo nga halin kada bulan karong tuiga": {"metrics": [{"metric": "revenue", "window": {"to_date": "year"}}], "dimensions": ["date.month"], "period": {"start": "2026-01-01", "end": "2026-11-15"}},
}  # fmt: skip
test_read_as_written_out, test_not_answered = held(READ, [
    "sales on 10/11/2026", "sales from 10/01/2026 to 10/11/2026", "sales on 31/02/2026", "benta nung 10/11", "sales 20th to 31st of february", "why did it go down", "open stores per month",
    "mga suking bumili ng snacks at inumin noong oktubre", "stores that sold only in october", "where do most sales come from",
    "sales ng mga nagsara na stores na open pa",
])  # fmt: skip


@pytest.mark.parametrize(("question", "date", "unit"), [
    ("stores opened per month this year", "opened_on", "month"), ("stores opened by year", "opened_on", "year"),
    ("mga tindahan na nagbukas kada taon", "opened_on", "year"), ("mga tindahang nagsara kada taon", "closed_on", "year"),
])  # fmt: skip
def test_what_befell_things_is_counted_by_its_date(assistant, analyst, raw, question, date, unit):
    answer = assistant.ask(question, analyst)
    when = "AND year(opened_on) = 2026" if "this year" in question else f"AND {date} IS NOT NULL"
    sql = f"SELECT date_trunc('{unit}', {date}), count(*) FROM scout.dim_store WHERE org_id = 'tingi' {when} GROUP BY 1 ORDER BY 1"
    assert answer.status == "answered", answer.text
    assert [row[1] for row in answer.rows] == [row[1] for row in raw.execute(sql).fetchall()]


SO_FAR = f"SELECT d FROM (SELECT t.date_key AS d, sum({{}}) OVER (ORDER BY t.date_key) AS so_far {SALES} AND t.date_key BETWEEN '2026-01-01' AND '2026-11-15' {{}}) WHERE so_far >= {{}} ORDER BY d LIMIT 1"


@pytest.mark.parametrize(("question", "sql"), [
    ("when did sales reach 10M this year", SO_FAR.format("t.peso_value", "", 10_000_000)),
    ("when did we hit 5M in sales this year", SO_FAR.format("t.peso_value", "", 5_000_000)),
    ("kailan umabot sa 10M ang naipong benta ngayong taon", SO_FAR.format("t.peso_value", "", 10_000_000)),
    ("kanus-a naabot ang 10M nga halin karong tuiga", SO_FAR.format("t.peso_value", "", 10_000_000)),
    ("when did ncr sales reach 2M this year", SO_FAR.format("t.peso_value", "AND s.region = 'NCR'", 2_000_000)),
    ("when did transactions reach 100000 this year", SO_FAR.format("1", "", 100_000)),
])  # fmt: skip
def test_when_a_total_came_to_an_amount_is_its_first_day(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered", answer.text
    assert [row[0] for row in answer.rows] == [row[0] for row in raw.execute(sql).fetchall()]


@pytest.mark.parametrize(("question", "metric"), [
    ("bakit nabawasan ang bumibili sa mga supermarket ngayong taon", "unique_customers"),
    ("unsay hinungdan nga nisaka ang mga namalit sa oktubre", "unique_customers"),
    ("dumarami ba ang mga bumibili kada buwan ngayong taon", "unique_customers"),
    ("bakit bumaba ang nabenta last month", "revenue"),
    ("bakit humina ang mga tindahan sa central luzon nitong nakaraang quarter", "revenue"),
    ("bakit nabawasan ang mga tindahan ngayong taon", "active_stores"),
])  # fmt: skip
def test_what_changed_is_what_is_named(assistant, analyst, question, metric):
    answer = assistant.ask(question, analyst)
    assert (answer.status, answer.query.metrics) == ("answered", (metric,))


@pytest.mark.parametrize(("question", "totals"), [
    ("weekend vs weekday sales last month", True), ("sales on paydays vs regular days this year", True),
    ("average daily sales on weekends vs weekdays last month", False), ("gcash vs cash sales last month", False),
])  # fmt: skip
def test_totals_over_unlike_numbers_of_days_say_so(assistant, analyst, question, totals):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered"
    assert any("more days of the one kind" in one.text for one in answer.assumptions) == totals


def test_a_date_of_numbers_is_asked_about(assistant, analyst):
    answer = assistant.ask("sales on 10/11/2026", analyst)
    assert [one["label"] for one in answer.to_json()["options"]] == ["October 11, 2026", "November 10, 2026"]
    assert [option.query.period.start.isoformat() for option in answer.options] == ["2026-10-11", "2026-11-10"]


@pytest.mark.parametrize(("question", "said"), [
    ("what time zone are the dates in", "Asia/Manila"),
    ("anong timezone yung hour of day", "Asia/Manila"),
    ("where does this data come from", "Retail sales"),
    ("which table does revenue come from", "silver_transactions_cleaned"),
    ("saan galing ang datos", "Retail sales"),
    ("who owns the revenue metric", "kept by finance"),
    ("sino ang may-ari ng revenue metric", "kept by finance"),
    ("kinsa ang tag-iya sa revenue nga metric", "kept by finance"),
    ("when does the fiscal year start", "no fiscal year is set"),
    ("up to when is the data", "2026-11-15"),
    ("how many days of data do we have", "2024-01-01"),
    ("ano difference ng items at units", "Units:"),
])  # fmt: skip
def test_what_is_asked_about_the_data_is_told(assistant, analyst, question, said):
    answer = assistant.ask(question, analyst)
    assert answer.status == "answered"
    assert said in answer.text


def test_what_contradicts_itself_is_said_by_its_name(assistant, analyst):
    assert (
        "nothing has a closing date and has none at once"
        in assistant.ask("sales ng mga nagsara na stores na open pa", analyst).text
    )

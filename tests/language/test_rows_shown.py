"""Turns of the rows that the answer before showed: against SQL that was written by hand, or not answered."""

from __future__ import annotations

import pytest
from helpers import assert_as_by_hand, talk

SALES = "FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s USING (org_id, store_id) WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL"
OCTOBER = "t.date_key BETWEEN '2026-10-01' AND '2026-10-31'"
YEAR = "t.date_key BETWEEN '2026-01-01' AND '2026-11-15'"
LINES = f"FROM scout.silver_transaction_items i JOIN (SELECT t.transaction_id, s.region, s.province {SALES} AND {OCTOBER}) d USING (transaction_id) JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi'"


def stores(first: int, rest: str = "1 = 1", figure: str = "sum(t.peso_value)") -> str:
    """The figure of each store behind the first few of October, which is a place."""
    ranked = f"SELECT t.store_id, s.store_type, {figure} AS worth, row_number() OVER (ORDER BY sum(t.peso_value) DESC, t.store_id) AS place {SALES} AND {OCTOBER} GROUP BY 1, 2"
    return f"SELECT worth FROM ({ranked}) WHERE place > {first} AND {rest}"


TURNS = {
    ("best 5 stores in october by sales", "ok now show me the rest"): stores(5),
    ("top 3 stores last month", "and the others"): stores(3),
    ("top 10 stores last month", "excluding the first one"): stores(1, "place <= 10"),
    ("top 10 nga tindahan sa oktubre", "tangtanga ang nag-una"): stores(1, "place <= 10"),
    ("top 10 stores last month", "maliban dun sa unang dalawa"): stores(2, "place <= 10"),
    ("sales in ncr last month", "and the rest"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND s.region <> 'NCR'",
    ("top 50 stores last month", "which of those are minimarts?"): stores(0, "place <= 50 AND store_type = 'minimart'"),
    ("which stores have shut down for good", "how many is that"): "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on IS NOT NULL",
    ("stores with sales above 30k last month", "how many is that"): f"SELECT count(*) FROM ({stores(0, 'worth > 30000')})",
    ("stores with sales above 30k last month", "ilan yan"): f"SELECT count(*) FROM ({stores(0, 'worth > 30000')})",
    ("daily sales for october", "and the average?"): f"SELECT sum(t.peso_value) / 31 {SALES} AND {OCTOBER}",
    ("ilan ang transactions kada buwan ngayong 2026", "tapos yung average?"): f"SELECT count(*) / 11 {SALES} AND {YEAR}",
    ("units by category last month", "in pesos"): f"SELECT sum(i.line_value) {LINES} GROUP BY p.category",
    ("units by category last month", "by value pls"): f"SELECT sum(i.line_value) {LINES} GROUP BY p.category",
    ("october sales by payment method", "take out cash"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND t.payment_method <> 'cash' GROUP BY t.payment_method",
    ("october sales by payment method", "take out cash", "actually put cash back, and only ncr"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND s.region = 'NCR' GROUP BY t.payment_method",
    ("sales by region so far in 2026", "visayas only", "back to all regions"): f"SELECT sum(t.peso_value) {SALES} AND {YEAR} GROUP BY s.region",
    ("halin matag rehiyon karong 2026", "visayas ra", "ibalik ang tanang rehiyon"): f"SELECT sum(t.peso_value) {SALES} AND {YEAR} GROUP BY s.region",
    ("sales by region last month", "leave ncr out"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND s.region <> 'NCR' GROUP BY s.region",
    ("halin sa oktubre kung weekend ra", "ug kung dili weekend?"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND isodow(CAST(t.date_key AS DATE)) < 6",
    ("ilan ang transactions kada buwan ngayong 2026", "hanggang august lang"): f"SELECT count(*) {SALES} AND t.date_key BETWEEN '2026-01-01' AND '2026-08-31' GROUP BY month(t.date_key)",
    ("list the stores we opened in 2025", "and how much did they sell last month"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND s.opened_on BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY t.store_id",
    ("sales in cagayan de oro this quarter by week", "new question altogether: how many stores do we have in palawan"): "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND province = 'Palawan'",
    ("average basket by store type q3", "same for last year"): f"SELECT sum(t.peso_value) / count(*) {SALES} AND t.date_key BETWEEN '2025-07-01' AND '2025-09-30' GROUP BY s.store_type",
    ("pila ang halin sa mandaue gahapon", "unya adtong huwebes"): f"SELECT sum(t.peso_value) {SALES} AND t.date_key = '2026-11-12' AND s.city = 'Mandaue'",
    ("top 3 brands sa beverages nung october", "piraso naman hindi peso"): f"SELECT sum(i.quantity) {LINES} AND p.category = 'Beverages' GROUP BY p.brand ORDER BY 1 DESC LIMIT 3",
    ("receipts by region last month", "now as sales"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} GROUP BY s.region",
    # A ranking of a period of its own is a question of its own: no limit and no place of the one before sticks to it.
    ("first month with sales over 3M", "top 5 stores in october"): stores(0, "place <= 5"),
    ("sales in ncr last month", "top 5 stores in october"): stores(0, "place <= 5"),
    ("magkano sales sa makati last month", "ay taguig pala"): f"SELECT sum(t.peso_value) {SALES} AND {OCTOBER} AND s.city = 'Taguig'",
}  # fmt: skip


@pytest.mark.parametrize(("turns", "sql"), TURNS.items(), ids=[" > ".join(turns) for turns in TURNS])
def test_a_turn_of_what_was_shown(assistant, analyst, raw, turns, sql):
    assert_as_by_hand(talk(assistant, analyst, *turns), raw, sql)


def test_the_share_of_all_month_by_month(assistant, analyst, raw):
    answer = talk(assistant, analyst, "gcash sales month by month this year", "as a % of all sales")
    sql = f"SELECT sum(t.peso_value) FILTER (WHERE t.payment_method = 'gcash') / sum(t.peso_value) {SALES} AND {YEAR} GROUP BY month(t.date_key) ORDER BY month(t.date_key)"
    assert [float(row[-1]) for row in answer.rows] == pytest.approx([row[0] for row in raw.execute(sql).fetchall()])


@pytest.mark.parametrize("turns", [
    ("sales last month", "the rest"),  # of nothing
    ("sales by region in ncr and visayas", "in pesos"),  # it is
    ("average basket by store", "and the average?"),  # of averages
    ("top 5 stores", "and the average?"),
    ("top 3 stores", "excluding the first three"),
    ("sales last month", "how many is that"),
    ("sales by region", "put ncr back"),
    ("stores with sales above 30k last month", "by month"),  # the limit was on the stores
    ("sales in ncr yesterday", "on thursday"),  # which was a Saturday
])  # fmt: skip
def test_what_is_not_known_is_not_answered(assistant, analyst, turns):
    assert talk(assistant, analyst, *turns).status != "answered"

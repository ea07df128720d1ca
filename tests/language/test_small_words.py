"""Small words that had been passed over, or tied to the wrong thing: against SQL that was written by hand, or not answered."""

from __future__ import annotations

import pytest
from helpers import assert_as_by_hand, held, talk

SALES = "FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s USING (org_id, store_id) WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL"
WEEK = "t.date_key BETWEEN '2026-11-09' AND '2026-11-15'"
IDLE = f"SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi' AND closed_on {{}} AND store_id NOT IN (SELECT t.store_id {SALES} AND {WEEK})"
HALVES = {"metrics": ["revenue"], "period": {"start": "2026-10-16", "end": "2026-10-31"}, "compare": [{"start": "2026-10-01", "end": "2026-10-15"}]}  # fmt: skip
READ = {
    "first half of october vs second half, sales": HALVES,
    "sales in the second half of october vs the first half": HALVES,
}
test_read_as_written_out, test_not_answered = held(READ, [
    "how many stores had sales every single day in october", "how many stores had sales every day in october",
    "only the big transactions last month, how much in total", "what % of active stores sold no frozen in october",
])  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), [
    ("stores not closed yet but with no sales in the last 7 days", IDLE.format("IS NULL")),
    ("open stores with no sales in the last 7 days", IDLE.format("IS NULL")),
    ("closed stores with no sales in the last 7 days", IDLE.format("IS NOT NULL")),
])  # fmt: skip
def test_the_period_is_of_what_was_not_done(assistant, analyst, raw, question, sql):
    answer = assistant.ask(question, analyst)
    assert (answer.status, len(answer.rows)) == ("answered", raw.execute(sql).fetchone()[0])


NCR = "s.region = 'NCR' AND t.date_key BETWEEN '2026-10-01' AND '2026-11-15'"
LINES = f"FROM scout.silver_transaction_items i JOIN (SELECT t.transaction_id {SALES} AND {NCR}) USING (transaction_id) WHERE i.org_id = 'tingi'"
BEST = f"SELECT i.product_id {LINES} GROUP BY 1 ORDER BY sum(i.line_value) DESC, 1 LIMIT 10"
FIRST = f"SELECT s.store_id {SALES} AND t.date_key BETWEEN '2026-01-01' AND '2026-11-15' GROUP BY 1 ORDER BY sum(t.peso_value) DESC, 1 LIMIT 3"
TURNS = {
    # Of the very ones that were shown, and of the same rows.
    ("top 10 products in ncr this quarter", "how many units of each"): f"SELECT sum(i.quantity) {LINES} AND i.product_id IN ({BEST}) GROUP BY i.product_id",
    ("tatlong pinakamabentang tindahan ngayong taon", "benta ng mga iyon kada buwan"): f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-01-01' AND '2026-11-15' AND s.store_id IN ({FIRST}) GROUP BY s.store_id, month(t.date_key)",
    # Beside what was there.
    ("sales sa pampanga this year", "isama mo rin bulacan"): f"SELECT sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-01-01' AND '2026-11-15' AND s.province IN ('Pampanga', 'Bulacan')",
    ("sales by region last month", "transactions of each"): f"SELECT count(*) {SALES} AND t.date_key BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY s.region",
}  # fmt: skip


@pytest.mark.parametrize(("turns", "sql"), TURNS.items(), ids=[" > ".join(turns) for turns in TURNS])
def test_a_follow_up_is_of_what_was_shown(assistant, analyst, raw, turns, sql):
    assert_as_by_hand(talk(assistant, analyst, *turns), raw, sql)


def test_a_part_of_each_group_is_of_the_whole_group(assistant, analyst, raw):
    answer = talk(assistant, analyst, "gcash sales by region last month", "as % of all sales in each region")
    sql = f"SELECT s.region, sum(t.peso_value) FILTER (t.payment_method = 'gcash') / sum(t.peso_value) {SALES} AND t.date_key BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY 1"
    assert {row[0]: row[-1] for row in answer.rows} == {name: pytest.approx(float(part)) for name, part in raw.execute(sql).fetchall()}  # fmt: skip
    assert talk(assistant, analyst, "ncr sales by category", "as % of total sales").status != "answered"


@pytest.mark.parametrize("turns", [("monthly sales in 2025", "compare with 2024"), ("monthly sales in 2025 vs 2024",)])
def test_dates_a_year_before_line_up(assistant, analyst, raw, turns):
    answer = talk(assistant, analyst, *turns)
    sql = f"SELECT sum(t.peso_value) {SALES} AND year(t.date_key) = 2024 GROUP BY month(t.date_key) ORDER BY month(t.date_key)"
    assert [row[2] for row in answer.rows] == [row[0] for row in raw.execute(sql).fetchall()]


@pytest.mark.parametrize(("turns", "where"), [
    (("top 5 snack brands in davao city on weekends last month", "drop the weekends"), {("category", "in", ("Snacks",)), ("city", "in", ("Davao City",))}),
    (("halin sa bugas sa bukidnon karong tuiga", "tangtanga ang bukidnon"), {("category", "in", ("Rice and Grains",))}),
    (("sales of minimarts in cebu", "tanggalin ang cebu"), {("store_type", "in", ("minimart",))}),
    (("ncr sales by category", "remove the ncr filter"), set()),
    (("gcash and maya sales last month", "remove maya"), {("payment_method", "in", ("gcash",))}),
    (("revenue by region last month", "remove ncr"), {("region", "not_in", ("NCR",))}),
    (("revenue by region last month", "without ncr"), {("region", "not_in", ("NCR",))}),
])  # fmt: skip
def test_a_condition_is_dropped_or_a_value_left_out(assistant, analyst, turns, where):
    answer = talk(assistant, analyst, *turns)
    assert answer.status == "answered", answer.text
    assert {
        (one.field, {"=": "in", "!=": "not_in"}.get(one.op, one.op), one.values) for one in answer.query.where
    } == where


@pytest.mark.parametrize(("turns", "said"), [
    (("avg basket by region last month", "how do you compute that"), "revenue over transactions"),
    (("ilan ang unique customers sa iloilo ngayong taon", "ano ang ibig sabihin niyan"), "walk-ins without a name"),
])  # fmt: skip
def test_what_that_means_is_told(assistant, analyst, turns, said):
    assert said in talk(assistant, analyst, *turns).text


def test_which_one_of_two_is_not_passed_over(assistant, analyst):
    assert (
        talk(assistant, analyst, "benta sa cebu at iloilo noong oktubre", "yung isa lang, kada tindahan").status
        != "answered"
    )

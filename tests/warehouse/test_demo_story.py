"""The demo is worth asking about: seasons, paydays, Holy Week, a typhoon, growth, openings, e-wallets."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest


@pytest.fixture(scope="module")
def days(demo):
    """Sales of each day in the country."""
    return dict(demo.execute("SELECT date_key, count(*) FROM scout.silver_transactions_cleaned GROUP BY 1").fetchall())


def mean(days, chosen):
    found = [count for day, count in days.items() if chosen(day)]
    return sum(found) / len(found)


def yearly(one, org, year, until="12-31"):
    return one(
        f"SELECT CAST(sum(peso_value) AS DOUBLE) FROM scout.silver_transactions_cleaned WHERE org_id = '{org}' AND deleted_at IS NULL"
        f" AND date_key BETWEEN DATE '{year}-01-01' AND DATE '{year}-{until}'"
    )


def test_december_is_the_peak_and_ber_months_are_up(days):
    by_month = {month: mean(days, lambda day, m=month: day.month == m and day.year < 2026) for month in range(1, 13)}
    assert max(by_month, key=by_month.get) == 12
    assert min(by_month[month] for month in (10, 11, 12)) > max(by_month[month] for month in (1, 2, 6, 7, 8))


def test_weekends_and_paydays_are_up_and_the_days_before_are_down(days):
    quiet = [day for day in days if day.month in (2, 6, 7, 8)]
    ordinary = mean(
        days, lambda day: day in quiet and day.isoweekday() <= 4 and day.day in (5, 6, 7, 8, 20, 21, 22, 23)
    )
    assert mean(days, lambda day: day in quiet and day.isoweekday() <= 4 and day.day in (15, 16)) > 1.1 * ordinary
    assert mean(days, lambda day: day in quiet and day.isoweekday() <= 4 and day.day in (13, 14)) < 0.98 * ordinary
    assert mean(days, lambda day: day in quiet and day.isoweekday() >= 6 and day.day in range(5, 12)) > 1.1 * ordinary


@pytest.mark.parametrize("thursday", [date(2024, 3, 28), date(2025, 4, 17), date(2026, 4, 2)])
def test_holy_week_is_low_after_days_of_stocking_up(days, thursday):
    usual = mean(days, lambda day: day.year == thursday.year and day.month in (2, 3, 4, 5))
    assert days[thursday] < 0.6 * usual
    assert days[thursday + timedelta(days=1)] < 0.35 * usual
    assert days[thursday - timedelta(days=1)] > 1.1 * usual


def test_the_typhoon_closes_stores_in_one_region_and_sales_bounce_after(demo):
    def in_region(region, first, last):
        return demo.execute(
            "SELECT count(*), count(DISTINCT date_key) FROM scout.silver_transactions_cleaned WHERE region = ? AND date_key BETWEEN ? AND ?",
            [region, first, last],
        ).fetchone()

    assert in_region("R08", date(2025, 11, 4), date(2025, 11, 14)) == (0, 0)
    assert in_region("R07", date(2025, 11, 4), date(2025, 11, 14))[1] == 11
    assert in_region("R05", date(2024, 10, 21), date(2024, 10, 25)) == (0, 0)
    before = in_region("R08", date(2025, 10, 4), date(2025, 10, 17))[0]
    assert in_region("R08", date(2025, 11, 18), date(2025, 12, 1))[0] > 1.2 * before


def test_one_tenant_grows_one_shrinks_one_stays(one):
    for year, until in ((2025, "12-31"), (2026, "11-15")):
        assert 1.12 < yearly(one, "tingi", year, until) / yearly(one, "tingi", year - 1, until) < 1.30
        assert 0.78 < yearly(one, "bodega", year, until) / yearly(one, "bodega", year - 1, until) < 0.93
        assert 0.93 < yearly(one, "suki", year, until) / yearly(one, "suki", year - 1, until) < 1.09


def test_stores_open_and_close(one):
    assert one("SELECT count(*) FROM scout.dim_store WHERE opened_on >= DATE '2024-01-01'") >= 30
    assert one("SELECT count(*) FROM scout.dim_store WHERE closed_on IS NOT NULL") >= 10
    assert (
        one("SELECT count(*) FROM scout.dim_store WHERE opened_on > DATE '2026-11-15' OR closed_on > DATE '2026-11-15'")
        == 0
    )


def test_gcash_rises_and_sari_sari_stores_take_no_cards(one):
    share = "SELECT avg(CAST(payment_method = 'gcash' AS INT)) FROM scout.silver_transactions_cleaned WHERE year(date_key) = "
    assert one(share + "2024") + 0.05 < one(share + "2025") < one(share + "2026") - 0.04
    cards = """SELECT avg(CAST(payment_method = 'card' AS INT)) FROM scout.silver_transactions_cleaned
        JOIN scout.dim_store USING (store_id) WHERE store_type = """
    assert one(cards + "'sari-sari'") == 0
    assert one(cards + "'supermarket'") > 0.1


def test_evening_is_the_peak(demo):
    hours = dict(
        demo.execute(
            "SELECT hour(timezone('Asia/Manila', occurred_at)), count(*) FROM scout.silver_transactions_cleaned GROUP BY 1"
        ).fetchall()
    )
    assert max(hours, key=hours.get) in (17, 18)
    assert set(hours) == set(range(6, 22))


def test_categories_are_the_ten_and_names_are_their_own(demo, one):
    assert {row[0] for row in demo.execute("SELECT DISTINCT category FROM scout.dim_product").fetchall()} == {
        "Beverages", "Snacks", "Canned Goods", "Instant Noodles", "Rice and Grains",
        "Dairy", "Condiments", "Personal Care", "Household", "Frozen",
    }  # fmt: skip
    assert 60 <= one("SELECT count(DISTINCT brand) FROM scout.dim_product") <= 80
    assert 380 <= one("SELECT count(*) FROM scout.dim_product") <= 440
    assert one("SELECT count(*) FROM scout.dim_product WHERE NOT starts_with(product_name, brand)") == 0
    assert one("SELECT count(DISTINCT product_id) FROM scout.silver_transaction_items") > 400


def test_the_calendar_by_other_means(demo, data):
    with (data / "holidays.csv").open(encoding="utf-8", newline="") as file:
        holidays = {date.fromisoformat(row["date_key"]): row["holiday_name"] for row in csv.DictReader(file)}
    assert sum(day.year == 2025 for day in holidays) == 22
    assert sum(day.year == 2026 for day in holidays) == 20
    rows = demo.execute("SELECT * FROM scout.dim_calendar ORDER BY date_key").fetchall()
    assert [row[0] for row in rows] == [date(2024, 1, 1) + timedelta(days=n) for n in range(1096)]
    for day, week, month, quarter, year, weekday, weekend, payday, holiday, name, season in rows:
        assert (year, weekday, weekend) == (day.year, day.isoweekday(), day.isoweekday() in (6, 7))
        assert week == day - timedelta(days=day.weekday())
        assert month == day.replace(day=1)
        assert quarter == day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        assert payday == (day.day == 15 or (day + timedelta(days=1)).day == 1)
        assert (holiday, name) == (day in holidays, holidays.get(day))
        expected = ["other"] * 2 + ["summer"] * 3 + ["rainy"] * 3 + ["ber_months"] * 4
        assert season == expected[day.month - 1]

"""Gold and platinum again, from the silver rows, in plain Python: no SQL is shared with what is tested."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest


@pytest.fixture(scope="module")
def sales(demo):
    """Live sales: (transaction, org, store, customer, day, region, pesos, pieces)."""
    rows = demo.execute(
        "SELECT transaction_id, org_id, store_id, customer_id, date_key, region, peso_value, basket_size, epoch_us(deleted_at)"
        " FROM scout.silver_transactions_cleaned"
    ).fetchall()
    return [row[:8] for row in rows if row[8] is None]


def summed(sales, key):
    """By key: pesos, count, pieces, customers, stores."""
    groups = defaultdict(lambda: [Decimal(0), 0, 0, set(), set()])
    for _, org, store, customer, day, region, pesos, pieces in sales:
        group = groups[key(org, store, day, region)]
        group[0] += pesos
        group[1] += 1
        group[2] += pieces
        group[3] |= {customer} - {None}
        group[4].add(store)
    return groups


def stored(demo, table):
    return demo.execute(f"SELECT * FROM scout.{table}").fetchall()


def test_gold_daily_aggregates(demo, sales):
    groups = summed(sales, lambda org, store, day, region: (org, day, store, region))
    expected = {(*key, pesos, count, pieces, len(who)) for key, (pesos, count, pieces, who, _) in groups.items()}
    assert set(stored(demo, "gold_daily_aggregates")) == expected


def test_gold_regional_performance(demo, sales):
    groups = summed(sales, lambda org, _store, day, region: (org, day.replace(day=1), region))
    expected = {(*key, pesos, count, len(stores), len(who)) for key, (pesos, count, _, who, stores) in groups.items()}
    assert set(stored(demo, "gold_regional_performance")) == expected


def test_gold_business_metrics(demo, sales):
    groups = summed(sales, lambda org, store, day, _region: (org, day.replace(day=1), store))
    rows = stored(demo, "gold_business_metrics")
    assert {row[:6] for row in rows} == {
        (*key, pesos, count, len(who)) for key, (pesos, count, _, who, _) in groups.items()
    }
    for row in rows:
        assert row[6] == pytest.approx(float(row[3]) / row[4], rel=1e-12)


def test_gold_product_daily(demo, sales):
    region = {sale[0]: sale[5] for sale in sales}
    groups = defaultdict(lambda: [0, Decimal(0), set()])
    for transaction, org, day, product, quantity, value in demo.execute(
        "SELECT transaction_id, org_id, date_key, product_id, quantity, line_value FROM scout.silver_transaction_items"
    ).fetchall():
        if transaction in region:
            group = groups[org, day, region[transaction], product]
            group[0] += quantity
            group[1] += value
            group[2].add(transaction)
    expected = {(*key, quantity, value, len(seen)) for key, (quantity, value, seen) in groups.items()}
    assert set(stored(demo, "gold_product_daily")) == expected


def test_platinum_executive_summary(demo, sales):
    groups = summed(sales, lambda org, _store, day, region: (org, day.replace(day=1), region))
    by_store = summed(sales, lambda org, store, day, region: (org, day.replace(day=1), region, store))
    best = {}
    for (org, month, region, store), group in by_store.items():
        place = (-group[0], store)
        best[org, month, region] = min(best.get((org, month, region), place), place)
    rows = stored(demo, "platinum_executive_summary")
    assert {row[:3] for row in rows} == set(groups)
    for org, month, region, revenue, previous, growth, count, customers, average, top in rows:
        pesos, sold, _, who, _ = groups[org, month, region]
        assert (revenue, count, customers) == (pesos, sold, len(who))
        assert top == best[org, month, region][1]
        assert average == pytest.approx(float(pesos) / sold, rel=1e-12)
        before = (
            month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1)
        )
        expected = groups[org, before, region][0] if (org, before, region) in groups else None
        assert previous == expected
        if expected:
            assert growth == pytest.approx(float(pesos - expected) / float(expected), rel=1e-12)
        else:
            assert growth is None

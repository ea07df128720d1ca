"""Names of places: which one is meant, and that the other one is offered."""

from __future__ import annotations

import pytest

PERIOD = "date_key BETWEEN DATE '2026-10-17' AND DATE '2026-11-15'"
SALES = "SELECT sum(t.peso_value) FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s ON s.org_id = t.org_id AND s.store_id = t.store_id "
TINGI = f"WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL AND t.{PERIOD} AND "


@pytest.mark.parametrize(
    ("name", "taken", "other"),
    [
        ("Cebu", "s.province = 'Cebu'", "s.city = 'Cebu City'"),
        ("iloilo", "s.province = 'Iloilo'", "s.city = 'Iloilo City'"),
        ("Quezon", "s.province = 'Quezon'", "s.city = 'Quezon City'"),
    ],
)
def test_a_bare_name_is_the_province_and_the_city_is_offered(assistant, raw, name, taken, other):
    principal = assistant.settings.principal(None)
    answer = assistant.ask(f"sales in {name}", principal)
    assert answer.rows == (raw.execute(SALES + TINGI + taken).fetchone(),)
    (offered,) = [one for one in answer.assumptions if "where" in one.change]
    changed = assistant.query({**answer.query.to_json(), **offered.change}, principal)
    assert changed.rows == (raw.execute(SALES + TINGI + other).fetchone(),)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("Cebu City", "s.city = 'Cebu City'"),
        ("QC", "s.city = 'Quezon City'"),
        ("Metro Manila", "t.region = 'NCR'"),
        ("region 4a", "t.region = 'R04A'"),
        ("bicol", "t.region = 'R05'"),
        ("Cebu province", "s.province = 'Cebu'"),
        ("the city of Makati", "s.city = 'Makati'"),
        ("Davao region", "t.region = 'R11'"),
        ("San Fernando, La Union", "s.city = 'San Fernando' AND s.province = 'La Union'"),
        ("Makati and Cebu City", "s.city IN ('Makati', 'Cebu City')"),
        ("NCR and Cebu", "(t.region = 'NCR' OR s.province = 'Cebu')"),
        ("NCR except Makati", "t.region = 'NCR' AND s.city <> 'Makati'"),
        ("las pinas", "s.city LIKE 'Las Pi%'"),
    ],
)
def test_a_name_that_means_one_place(assistant, raw, name, where):
    answer = assistant.ask(f"sales in {name}", assistant.settings.principal(None))
    assert answer.status == "answered", answer.text
    by_hand = raw.execute(SALES + TINGI + where).fetchone()
    assert answer.rows == ((by_hand,) if by_hand[0] is not None else ()), answer.reading


@pytest.mark.parametrize("name", ["San Fernando", "San Carlos", "Davao", "Region 4", "Cotabato"])
def test_a_name_that_means_several_is_asked_about(assistant, name):
    answer = assistant.ask(f"sales in {name}", assistant.settings.principal(None))
    assert answer.status == "clarify", answer.reading
    assert len(answer.options) >= 2


def test_car_is_a_region_in_capitals_only(assistant):
    principal = assistant.settings.principal(None)
    assert assistant.ask("sales in CAR", principal).query.where[0].values == ("CAR",)
    assert assistant.ask("sales of car", principal).status == "declined"


def test_where_only_one_meaning_has_data_it_is_taken_and_said(assistant):
    answer = assistant.ask("sales in Camarines", assistant.settings.principal(None))
    assert answer.query.where[0].values == ("Camarines Sur",)
    assert any("not Camarines Norte" in one.text for one in answer.assumptions)

"""Three tenants with the same ids throughout, whose every other value betrays whose it is; and what an asker may see of them.

The rows are of Scout's tables. `seen` is written from DESIGN 7 and 8, and shares nothing with the guard: the rows that an
asker may see, masks applied, as plain Python. `poisoned` changes all that an asker may not see.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

TENANTS = ("tingi", "suki", "bodega")
REGIONS = {"NCR": "Luzon", "R07": "Visayas", "R11": "Mindanao", "R04A": "Luzon"}
FIRST, DAYS = date(2026, 8, 20), 88
TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "decimal": "DECIMAL(12,2)", "boolean": "BOOLEAN", "date": "DATE",
         "timestamp": "TIMESTAMPTZ", "array": "VARCHAR[]", "json": "JSON"}  # fmt: skip


@dataclass(frozen=True)
class Asker:
    """Who asks, in plain words."""

    org_id: str
    regions: str | tuple[str, ...] = "*"
    roles: tuple[str, ...] = ()


def rows(seed: int = 1, tenants: tuple[str, ...] = TENANTS, mark: str = "") -> dict[str, list[dict[str, object]]]:
    """All rows of every table. `mark` is put into what betrays, so that two worlds differ in it."""
    found = shared()
    for number, org in enumerate(tenants):
        for name, own in of_tenant(org, number, random.Random(seed), mark).items():
            found.setdefault(name, []).extend(own)
    return found


def shared() -> dict[str, list[dict[str, object]]]:
    calendar = []
    for n in range(120):
        day = FIRST - timedelta(days=20) + timedelta(days=n)
        month = day.replace(day=1)
        calendar.append({
            "date_key": day, "week_start": day - timedelta(days=day.weekday()), "month_start": month,
            "quarter_start": date(day.year, (day.month - 1) // 3 * 3 + 1, 1), "year": day.year, "day_of_week": day.isoweekday(),
            "is_weekend": day.weekday() > 4, "is_payday": day.day in (15, 30), "is_holiday": day.day == 1,
            "holiday_name": "All Saints" if day.day == 1 else None, "season": "ber_months" if day.month > 8 else "rainy",
        })  # fmt: skip
    return {
        "regions": [
            {"region_code": code, "psgc_code": f"{n:09}", "region_name": f"Region {code}", "short_name": code.title(),
             "island_group": group, "languages": ["fil"], "timezone": "Asia/Manila"}
            for n, (code, group) in enumerate(REGIONS.items())
        ],
        "dim_calendar": calendar,
        "dim_product": [
            {"product_id": n, "product_name": f"Product {n}", "brand": ("Alon", "Bituin", "Dagat")[n % 3],
             "category": ("Beverages", "Snacks", "Frozen")[n % 3], "unit_price": Decimal(n * 250 + 100) / 100}
            for n in range(1, 9)
        ],
    }  # fmt: skip


def of_tenant(org: str, number: int, pick: random.Random, mark: str = "") -> dict[str, list[dict[str, object]]]:
    """One tenant's rows: the same ids as all others', and figures of a size that no other has."""
    sign, size = f"{mark}{org.upper()}", 1000**number
    stores = [
        {"store_id": f"S{n}", "org_id": org, "store_name": f"{sign} store {n}", "store_type": ("sari-sari", "minimart", "supermarket")[n % 3],
         "region": tuple(REGIONS)[n % 4], "province": f"{sign} province {n % 5}", "city": f"{sign} city {n}", "latitude": 10.0 * (number + 1) + n / 100,
         "longitude": 120.0 + number, "geography": f"POINT ({number} {n})", "opened_on": FIRST - timedelta(days=100 * number + n),
         "closed_on": None if n % 4 else FIRST + timedelta(days=number)}
        for n in range(1, 10)
    ]  # fmt: skip
    customers = [
        {"customer_id": n, "org_id": org, "full_name": f"{sign} person {n}", "phone": f"09{number}{n:07}", "email": f"{sign}.{n}@example.org",
         "birth_year": 1940 + 20 * number + n, "region": tuple(REGIONS)[n % 4], "joined_on": FIRST - timedelta(days=300 * number + n)}
        for n in range(1, 13)
    ]  # fmt: skip
    sales, items = [], []
    for n in range(1, 121):
        store = pick.choice(stores)
        day = FIRST + timedelta(days=pick.randint(0, DAYS))
        lines = [{"transaction_id": n, "line_no": line, "org_id": org, "date_key": day, "product_id": pick.randint(1, 8),
                  "quantity": size * pick.randint(1, 4), "line_value": Decimal(size * pick.randint(500, 900)) / 100} for line in range(1, pick.randint(2, 4))]  # fmt: skip
        sales.append({
            "transaction_id": n, "org_id": org, "store_id": store["store_id"], "customer_id": pick.choice([None, *range(1, 12)]), "date_key": day,
            "occurred_at": datetime(day.year, day.month, day.day, pick.randint(0, 15), 30, tzinfo=UTC), "region": store["region"],
            "peso_value": sum((one["line_value"] for one in lines), Decimal(0)), "basket_size": size * len(lines),
            "payment_method": pick.choice(["cash", "gcash", "maya", "card"]),
            "deleted_at": datetime(2026, 11, 20, tzinfo=UTC) if pick.random() < 0.1 else None,
        })  # fmt: skip
        items.extend(lines)
    months = [date(2026, month, 1) for month in (8, 9, 10, 11)]

    def money() -> Decimal:
        return Decimal(size * pick.randint(10_000, 99_999)) / 100

    return {
        "dim_store": stores, "dim_customer": customers, "silver_transactions_cleaned": sales, "silver_transaction_items": items,
        "gold_daily_aggregates": [
            {"org_id": org, "date_key": FIRST + timedelta(days=n), "store_id": one["store_id"], "region": one["region"], "daily_revenue": money(),
             "transactions": size * pick.randint(1, 9), "items": size * pick.randint(1, 9), "unique_customers": size * pick.randint(1, 9)}
            for one in stores for n in range(0, DAYS, 11)
        ],
        "gold_product_daily": [
            {"org_id": org, "date_key": FIRST + timedelta(days=n), "region": region, "product_id": product, "quantity": size * pick.randint(1, 9),
             "line_value": money(), "transactions": size * pick.randint(1, 9)}
            for region in REGIONS for product in range(1, 9) for n in range(0, DAYS, 29)
        ],
        "gold_regional_performance": [
            {"org_id": org, "month": month, "region": region, "revenue": money(), "transactions": size * pick.randint(1, 9),
             "active_stores": size * pick.randint(1, 9), "unique_customers": size * pick.randint(1, 9)}
            for region in REGIONS for month in months
        ],
        "gold_business_metrics": [
            {"org_id": org, "month": month, "store_id": one["store_id"], "revenue": money(), "transactions": size * pick.randint(1, 9),
             "unique_customers": size * pick.randint(1, 9), "average_basket": float(size * pick.randint(1, 9))}
            for one in stores for month in months
        ],
        "platinum_executive_summary": [
            {"org_id": org, "month": month, "region": region, "revenue": money(), "revenue_previous_month": money(), "growth_pct": float(size),
             "transactions": size * pick.randint(1, 9), "unique_customers": size * pick.randint(1, 9), "average_basket": float(size * 2),
             "top_store_id": f"{sign} top {region}"}
            for region in REGIONS for month in months
        ],
    }  # fmt: skip


SHARED = ("regions", "dim_calendar", "dim_product")
WITH_REGION = ("dim_store", "silver_transactions_cleaned", "gold_daily_aggregates", "gold_product_daily", "gold_regional_performance",
               "platinum_executive_summary")  # fmt: skip


def seen(everything: dict[str, list[dict[str, object]]], asker: Asker) -> dict[str, list[dict[str, object]]]:
    """The rows that an asker may see of each table, with masks in place of what is hidden."""

    def of_asker(name: str) -> list[dict[str, object]]:
        return [row for row in everything[name] if row["org_id"] == asker.org_id]

    def in_regions(found: list[dict[str, object]]) -> list[dict[str, object]]:
        return found if asker.regions == "*" else [row for row in found if row["region"] in asker.regions]

    found = {name: list(everything[name]) for name in SHARED}
    for name in WITH_REGION:
        found[name] = in_regions(of_asker(name))
    found["silver_transactions_cleaned"] = [
        row for row in found["silver_transactions_cleaned"] if row["deleted_at"] is None
    ]
    sales = {row["transaction_id"] for row in found["silver_transactions_cleaned"]}
    found["silver_transaction_items"] = [
        row for row in of_asker("silver_transaction_items") if row["transaction_id"] in sales
    ]
    stores = {row["store_id"] for row in found["dim_store"]}
    metrics = of_asker("gold_business_metrics")
    found["gold_business_metrics"] = (
        metrics if asker.regions == "*" else [row for row in metrics if row["store_id"] in stores]
    )
    buyers = {row["customer_id"] for row in found["silver_transactions_cleaned"]}
    people = of_asker("dim_customer")
    people = people if asker.regions == "*" else [row for row in people if row["customer_id"] in buyers]
    found["dim_customer"] = people if "pii" in asker.roles else [masked(row) for row in people]
    return found


def masked(row: dict[str, object]) -> dict[str, object]:
    """A customer as most see them: neither name nor mail, and the last four digits of the phone."""
    phone = row["phone"]
    return {**row, "full_name": row["full_name"] and "(hidden)", "email": row["email"] and "(hidden)",
            "phone": phone and ("…" + str(phone)[-4:] if len(str(phone)) > 4 else "(hidden)")}  # fmt: skip


def poisoned(
    everything: dict[str, list[dict[str, object]]], asker: Asker, seed: int = 7
) -> dict[str, list[dict[str, object]]]:
    """Another world in which the asker sees the same; whatever they may not see is other in every column, and there is more of it.

    Of their own tenant's rows outside their regions the keys stay as they are, for these say who sees what.
    """
    pick, other = random.Random(seed), rows(seed, mark="POISON ")
    theirs = {
        name: {id(row) for row in found} for name, found in seen(everything, replace(asker, roles=("pii",))).items()
    }
    found = {name: list(everything[name]) for name in SHARED}
    for name, own in everything.items():
        if name in SHARED:
            continue
        foreign = [_worse(pick, row, ("org_id",)) for row in other[name] if row["org_id"] != asker.org_id]
        mine = [
            row if id(row) in theirs[name] else _worse(pick, row, KEYS) for row in own if row["org_id"] == asker.org_id
        ]
        found[name] = [*foreign, *mine, *(row for row in foreign if pick.random() < 0.3)]
    return found


KEYS = (
    "org_id",
    "region",
    "store_id",
    "customer_id",
    "transaction_id",
    "line_no",
    "product_id",
    "date_key",
    "month",
    "deleted_at",
)


def _worse(pick: random.Random, row: dict[str, object], stays: tuple[str, ...]) -> dict[str, object]:
    """A row of values that raise, or stand out, where a guard lets them be read."""
    return {column: value if column in stays else _bad(pick, column, value) for column, value in row.items()}


def _bad(pick: random.Random, column: str, value: object) -> object:
    if value is None or pick.random() < 0.1:
        return None
    if isinstance(value, str):
        return (
            value
            if column == "region"
            else pick.choice([value, "1/0", "not a number", "'; --", "9" * 40, "", "%", "\\"])
        )
    if isinstance(value, bool | datetime | date):
        return value
    if isinstance(value, Decimal):
        return pick.choice([Decimal("9999999999.99"), Decimal("-9999999999.99"), Decimal(0), value])
    return type(value)(pick.choice([0, -1, 10**15, value]))  # type: ignore[call-arg]

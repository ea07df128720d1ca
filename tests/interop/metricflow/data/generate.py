# ruff: noqa: C901, PLR0912, PLR0915, PERF401, DTZ001 - a long plain list of invented rows, without zones
"""Writes the CSV files beside it. Seeded: a second run gives the same bytes. Standard library only."""

import csv
import random
from datetime import date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
R = random.Random(20250106)
START = date(2025, 1, 6)
DAYS = 147  # up to 2025-06-01
CLOSED = {date(2025, 3, 10) + timedelta(days=n) for n in range(10)} | {date(2025, 4, 18), date(2025, 4, 21)}
CHANNELS = ["web", "walkin", "phone", "agent", None]
WEATHER = ["sun", "cloud", "rain", "wind", None]


def write(name: str, header: str, rows: list[tuple]) -> None:
    with (HERE / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header.split())
        for row in rows:
            writer.writerow(
                "" if cell is None else str(cell).lower() if isinstance(cell, bool) else cell for cell in row
            )


def pick(values: list, weights: list[int] | None = None):
    return R.choices(values, weights=weights)[0]


def maybe(value, none_in_ten: float):
    return None if R.random() * 10 < none_in_ten else value


def money(low: float, high: float) -> str:
    return f"{R.randint(int(low * 100), int(high * 100)) / 100:.2f}"


def open_day(first: date = START, days: int = DAYS) -> date:
    while True:
        found = first + timedelta(days=R.randrange(days))
        if found not in CLOSED:
            return found


def main() -> None:
    lakes = [(1, "Amberwater", "North", True, "41.5"), (2, "Bracken Mere", "North", False, "12.0"), (3, "Coldpool", "South", False, None),
             (4, "Dunlin Lake", "East", None, "88.2"), (5, "Elderpond", None, True, "3.1")]  # fmt: skip
    write("lakes", "lake_id lake_name region is_protected depth_m", lakes)
    write("lake_wardens", "lake_id warden shift from_at until_at", [
        (1, "Ulla", "day", "2023-05-01 00:00:00", "2025-02-10 00:00:00"),
        (1, "Viggo", "day", "2025-02-10 00:00:00", "2025-04-15 12:00:00"),
        (1, "Wendla", "night", "2025-04-15 12:00:00", None),
        (2, "Xaver", "day", "2024-01-01 00:00:00", None),
        (3, "Ylva", "night", "2025-01-20 00:00:00", "2025-03-01 00:00:00"),
        (3, "Ulla", "day", "2025-03-20 06:30:00", None),  # nobody from 1 to 20 March
        (4, "Zeno", None, "2025-02-01 00:00:00", "2025-05-01 00:00:00"),
    ])  # fmt: skip
    piers = [(1, "AMB-1", "Old Jetty", "jetty", 1, True, 12, "2009-04-01"), (2, "AMB-2", "Heron Slip", "slipway", 1, False, 6, "2016-07-15"),
             (3, "BRA-1", "Mill Quay", "quay", 2, True, 20, "2011-05-02"), (4, "COL-1", "South Steps", "jetty", 3, None, 4, None),
             (5, "DUN-1", "Lantern Quay", "quay", 4, False, 15, "2019-06-30"), (6, "DUN-2", "Reed Slip", None, 4, True, 8, "2021-03-03"),
             (7, "XXX-1", "Lost Pier", "raft", 99, False, 2, "2022-02-02"), (8, "YYY-1", "Dry Pier", "jetty", None, True, 3, "2023-08-20")]  # fmt: skip
    write("piers", "pier_id pier_code pier_name kind lake_id has_cafe berths opened_on", piers)
    names = ["Ada", "Bo", "Cleo", "Dov", "Esra", "Finn", "Gus", "Hana", "Ivo", "Jun"]
    members = []
    for n in range(1, 41):
        members.append((n, f"{names[n % 10]} {chr(65 + n % 7)}.", pick(["basic", "plus", "gold", None], [5, 3, 2, 1]), maybe(pick([1, 2, 3, 4, 5, 6, 42]), 1.2),
                        (date(2023, 1, 1) + timedelta(days=R.randrange(870))).isoformat(), R.randint(1950, 2007), maybe(R.random() < 0.5, 1)))  # fmt: skip
    write("members", "member_id full_name tier home_pier_id joined_on birth_year newsletter", members)
    cards = [(n, pick(["blue", "red", "green"]), maybe(money(50, 400), 2), (date(2024, 1, 1) + timedelta(days=R.randrange(480))).isoformat())
             for n in range(1, 41) if R.random() < 0.75]  # fmt: skip
    write("member_cards", "member_id card_colour card_limit issued_on", cards)
    boats = [(n, f"H{n:03d}", pick(["kayak", "canoe", "rowboat", "pedalo"]), pick([1, 2, 2, 4, 6]), (date(2015, 1, 1) + timedelta(days=R.randrange(3300))).isoformat())
             for n in range(1, 16)]  # fmt: skip
    write("boats", "boat_id hull_code kind seats built_on", boats)
    write("workshops", "workshop_id town region", [(1, "Alder", "North"), (2, "Birch", "South"), (3, "Cedar", None)])
    bands = []
    for n in range(1, 15):  # boat 15 has no band at all
        if n % 5 == 0:
            bands.append((n, pick(["A", "B", "C"]), pick([1, 2, 3]), "2023-01-01", None))
            continue
        first = START + timedelta(days=R.randrange(10, 70))
        second = first + timedelta(days=R.randrange(20, 60))
        bands.append(
            (n, pick(["A", "B"]), pick([1, 2, None]), "2023-01-01" if n % 3 else "2025-01-15", first.isoformat())
        )
        bands.append(
            (
                n,
                pick(["B", "C", None]),
                pick([2, 3, 77]),
                (first + timedelta(days=7 if n % 4 == 0 else 0)).isoformat(),
                second.isoformat(),
            )
        )
        if n % 7:
            bands.append((n, pick(["A", "D"]), pick([1, 3]), second.isoformat(), None))
    write("boat_bands", "boat_id band workshop_id valid_from valid_to", bands)

    hires = []
    older = [
        date(2024, 2, 26) + timedelta(days=n) for n in (0, 1, 3, 3, 4, 5, 9, 12, 20, 33, 34, 36)
    ]  # 29 February twice, 31 March
    ends = [date(2025, 1, 29), date(2025, 1, 30), date(2025, 1, 31), date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 29), date(2025, 3, 31), date(2025, 3, 31),
            date(2025, 4, 30), date(2025, 5, 30), date(2025, 5, 31)]  # fmt: skip
    when = sorted(older + ends + [open_day() for _ in range(310)])
    for n, day in enumerate(when, 1):
        hires.append((1000 + n, day.isoformat(), maybe((day + timedelta(days=R.randrange(40))).isoformat(), 1), maybe(R.randint(1, 16), 0.4), maybe(pick([*range(1, 41), 777]), 1.5),
                      maybe(pick([1, 2, 3, 4, 5, 6, 7, 8, 555], [8, 5, 8, 4, 6, 3, 1, 1, 1]), 0.6), maybe(R.randint(1, 6), 1), pick(CHANNELS, [6, 4, 2, 2, 1]),
                      pick(WEATHER, [6, 4, 3, 2, 1]), pick([None, "late_start", "50% off", "it's wet", "VIP"], [8, 1, 1, 1, 1]), maybe(R.randint(1, 6), 0.5),
                      f"{R.randint(2, 32) / 4:.2f}", maybe(money(8, 140), 0.8), maybe(pick(["10.00", "25.00", "50.00"]), 4), maybe(R.random() < 0.25, 1)))  # fmt: skip
    hires.extend(
        (1400 + n, *hires[n * 31][1:]) for n in range(1, 8)
    )  # the same hire written twice, under a number of its own
    write(
        "hires",
        "hire_id hired_on paid_on boat_id member_id pier_id return_pier_id channel_code weather note party_size hours price deposit was_late",
        hires,
    )

    sales = []
    for n in range(1, 281):
        day = open_day(date(2025, 1, 10), 140)
        at = datetime(day.year, day.month, day.day, R.randint(7, 21), R.randrange(60), R.randrange(60))
        if n % 40 == 0:
            at = datetime(day.year, day.month, day.day, 0, 0, 0)
        if n % 45 == 0:
            at = datetime(day.year, day.month, day.day, 23, 59, 59)
        sales.append((5000 + n, at, maybe(pick([1, 2, 3, 4, 5, 6, 8, 321]), 0.5), maybe(pick([*range(1, 41), 901]), 4), pick(CHANNELS, [1, 7, 0, 1, 1]),
                      pick(["ice", "tea", "map", "rope"], [5, 4, 2, 1]), pick([0, 1, 1, 2, 3, None], [1, 6, 4, 3, 1, 1]), maybe(money(1, 30), 0.6), maybe(R.random() < 0.1, 0.5)))  # fmt: skip
    sales.sort(key=lambda row: row[1])
    write("kiosk_sales", "sale_id sold_at pier_id member_id channel_code item quantity amount refunded", sales)

    counts = []
    for pier in range(1, 7):
        for week in range(21):
            day = START + timedelta(days=7 * week + (pier % 3))
            if day in CLOSED or R.random() < 0.12:
                continue
            counts.append(
                (day.isoformat(), pier, maybe(R.randint(0, 14), 0.7), maybe(R.randint(0, 5), 0.7), pick(["Ole", "Pia"]))
            )
    counts += [
        ("2025-02-28", None, 3, 1, "Pia"),
        ("2025-05-31", 88, 5, 0, "Ole"),
        ("2025-05-31", 1, 9, 2, "Ole"),
        ("2025-05-31", 1, 2, 1, "Pia"),
    ]
    write(
        "stock_counts",
        "counted_on pier_id afloat broken counter",
        sorted(counts, key=lambda row: (row[0], row[1] or 0, row[4])),
    )

    seen, visits = set(), []
    while len(visits) < 240:
        day, member = open_day(date(2025, 1, 6), 145), maybe(pick([*range(1, 46)]), 1.2)
        if member is not None and (day, member) in seen:
            continue  # one visit a member and day: nothing for a conversion to choose between
        seen.add((day, member))
        visits.append((day, member, pick(CHANNELS, [6, 1, 2, 2, 1]), pick(WEATHER, [6, 4, 3, 2, 1]), R.randint(1, 20)))
    visits.sort(key=lambda row: (row[0], row[1] or 0, row[4]))
    write(
        "visits",
        "visit_id visited_on member_id channel_code weather pages",
        [(9000 + n, day.isoformat(), *rest) for n, (day, *rest) in enumerate(visits, 1)],
    )

    reports = []
    for n in range(1, 13):
        hire = hires[R.randrange(15, 320)]
        reports.append((n, (date.fromisoformat(hire[1]) + timedelta(days=R.randrange(4))).isoformat(), hire[0] if n not in (4, 9) else (None if n == 4 else 31),
                        pick(["scratch", "hole", None]), maybe(money(20, 300), 1)))  # fmt: skip
    write("damage_reports", "report_id reported_on hire_id severity cost", reports)
    write("pier_targets", "target_month pier_id target", [(f"2025-{month:02d}-01", pier, maybe(f"{R.randint(3, 30) * 100}.00", 0.5))
                                                           for month in range(1, 7) for pier in (1, 2, 3, 4, 5, 70) if R.random() < 0.9])  # fmt: skip

    spine, day = [], date(2023, 12, 1)
    while day <= date(2025, 12, 31):
        shifted = (day.month - 2) % 12 // 3  # fiscal quarters start in February, May, August, November
        month = 2 + shifted * 3
        year = day.year - 1 if day.month == 1 else day.year
        saturday = day - timedelta(days=(day.weekday() - 5) % 7)  # sales weeks start on Saturday
        first = date(saturday.year, 1, 1)
        spine.append(
            (
                day.isoformat(),
                date(year, month, 1).isoformat(),
                f"{saturday.year}-S{(saturday - first).days // 7 + 1:02d}",
            )
        )
        day += timedelta(days=1)
    write("calendar_days", "day fiscal_quarter_start sales_week", spine)


main()

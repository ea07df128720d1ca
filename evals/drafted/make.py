# ruff: noqa: INP001, S311, T201, DTZ001, TID251, E731 - a script of its own, without nlq: random but the same, and days without zones
"""A made-up bicycle hire as a DuckDB file, the same on every run: stations, bikes, plans, members, trips, repairs.

python evals/drafted/make.py build/bikes.duckdb
"""

from __future__ import annotations

import random
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

FIRST, LAST = date(2024, 11, 16), date(2026, 11, 15)
TABLES = """
CREATE TABLE station (
    station_id INTEGER PRIMARY KEY, station_name VARCHAR NOT NULL, district VARCHAR NOT NULL, docks INTEGER NOT NULL, opened_on DATE NOT NULL);
CREATE TABLE bike (
    bike_id INTEGER PRIMARY KEY, bike_type VARCHAR NOT NULL, maker VARCHAR NOT NULL, bought_on DATE NOT NULL, price DECIMAL(8, 2) NOT NULL);
CREATE TABLE plan (plan_id INTEGER PRIMARY KEY, plan_name VARCHAR NOT NULL, monthly_fee DECIMAL(8, 2) NOT NULL);
CREATE TABLE member (
    member_id INTEGER PRIMARY KEY, member_name VARCHAR NOT NULL, plan_id INTEGER NOT NULL REFERENCES plan (plan_id), joined_on DATE NOT NULL,
    birth_year INTEGER NOT NULL, home_town VARCHAR NOT NULL);
CREATE TABLE trip (
    trip_id INTEGER PRIMARY KEY, started_at TIMESTAMP NOT NULL, bike_id INTEGER NOT NULL REFERENCES bike (bike_id),
    member_id INTEGER NOT NULL REFERENCES member (member_id), start_station_id INTEGER NOT NULL REFERENCES station (station_id),
    end_station_id INTEGER NOT NULL REFERENCES station (station_id), duration_minutes INTEGER NOT NULL, distance_km DECIMAL(6, 2) NOT NULL,
    fare DECIMAL(8, 2) NOT NULL, weather VARCHAR NOT NULL);
CREATE TABLE repair (
    repair_id INTEGER PRIMARY KEY, bike_id INTEGER NOT NULL REFERENCES bike (bike_id), reported_on DATE NOT NULL, fixed_on DATE,
    problem VARCHAR NOT NULL, cost DECIMAL(8, 2) NOT NULL);
"""
DISTRICTS = {"Harbour": 7, "Old Town": 6, "University": 5, "Northgate": 4, "Riverside": 4}
PLACES = (
    "Quay",
    "Market",
    "Bridge",
    "Mill",
    "Tower",
    "Garden",
    "Chapel",
    "Foundry",
    "Lock",
    "Museum",
    "Library",
    "Stadium",
    "Square",
)
SIDES = ("East", "West")
TOWNS = ("Ashford", "Brampton", "Colby", "Dunmere", "Eastleigh")
FIRST_NAMES = ("Ada", "Ben", "Cleo", "Dev", "Edda", "Finn", "Gita", "Hugo", "Ines", "Jonas", "Kira", "Leo", "Maya", "Nils", "Olga", "Pia", "Quin",
               "Rosa", "Sven", "Tara")  # fmt: skip
LAST_NAMES = ("Abbot", "Baker", "Carver", "Dyer", "Eaton", "Fisher", "Glover", "Hunter", "Iles", "Joyner", "Keller", "Lister", "Mason", "Naylor",
              "Osler", "Potter", "Quill", "Reeve", "Sawyer", "Tyler")  # fmt: skip
PROBLEMS = {"flat tyre": (8, 25), "brakes": (15, 60), "chain": (12, 45), "battery": (80, 320), "lights": (5, 30)}


def rows() -> dict[str, list[tuple]]:
    """Every table's rows."""
    rng = random.Random(20261126)
    some_day = lambda first, last: first + timedelta(days=rng.randrange((last - first).days + 1))
    names = [f"{place} {side}" for place in PLACES for side in SIDES]
    rng.shuffle(names)
    districts = [name for name, many in DISTRICTS.items() for _ in range(many)]
    stations = [(n + 1, names[n], district, rng.choice((10, 12, 16, 20, 24)), some_day(date(2022, 3, 1), date(2025, 6, 30)))
                for n, district in enumerate(districts)]  # fmt: skip
    bikes = []
    for n in range(120):
        kind = rng.choices(("classic", "electric", "cargo"), (60, 30, 10))[0]
        price = {"classic": 480, "electric": 1650, "cargo": 2400}[kind] + rng.randrange(0, 200)
        bikes.append(
            (
                n + 1,
                kind,
                rng.choice(("Veloce", "Pedalo", "Nordrad")),
                some_day(date(2023, 1, 1), date(2026, 9, 30)),
                price,
            )
        )
    plans = [(1, "Basic", 0), (2, "Plus", 9), (3, "Student", 4.5), (4, "Business", 19)]
    pairs = [f"{one} {two}" for one in FIRST_NAMES for two in LAST_NAMES]
    rng.shuffle(pairs)
    members = [(n + 1, pairs[n], rng.choices((1, 2, 3, 4), (40, 30, 20, 10))[0], some_day(date(2023, 1, 1), LAST - timedelta(days=5)),
                rng.randrange(1950, 2009), rng.choice(TOWNS)) for n in range(380)]  # fmt: skip
    trips = []
    riders = members[:330]  # the others never ride
    pull = [rng.paretovariate(1.6) for _ in riders]
    busy = [rng.uniform(0.4, 2.5) for _ in stations]
    for _ in range(7200):
        while True:
            day = some_day(FIRST, LAST)
            season = 1.0 - 0.55 * abs(day.month - 7) / 6
            if rng.random() < season * (0.8 + 0.2 * (day - FIRST).days / 730):
                break
        member = rng.choices(riders, pull)[0]
        while member[3] > day:
            member = rng.choices(riders, pull)[0]
        bike = rng.choice([one for one in bikes if one[3] <= day])
        start, end = (rng.choices(stations, busy)[0] for _ in range(2))
        while start[4] > day:
            start = rng.choices(stations, busy)[0]
        while end[4] > day:
            end = rng.choices(stations, busy)[0]
        hour = rng.choices(range(5, 24), (1, 3, 8, 10, 5, 4, 4, 5, 5, 4, 5, 8, 10, 8, 5, 4, 3, 2, 1))[0]
        minutes = max(2, min(240, round(rng.lognormvariate(2.9, 0.6))))
        speed = {"classic": 0.2, "electric": 0.28, "cargo": 0.17}[bike[1]] * rng.uniform(0.7, 1.2)
        free = {1: 0, 2: 30, 3: 20, 4: 45}[member[2]]
        fare = round(
            max(0, minutes - free) * (0.18 if bike[1] == "electric" else 0.1) + (1.0 if member[2] == 1 else 0), 2
        )
        weather = rng.choices(("dry", "rain", "snow"), (75, 22, 3) if day.month in (11, 12, 1, 2) else (80, 20, 0))[0]
        at = datetime(day.year, day.month, day.day, hour, rng.randrange(60))
        trips.append((at, bike[0], member[0], start[0], end[0], minutes, round(minutes * speed, 2), fare, weather))
    trips.sort()
    repairs = []
    for _ in range(640):
        bike = rng.choice(bikes[:112])  # the others never broke
        problem = rng.choices(list(PROBLEMS), (35, 20, 20, 10 if bike[1] == "electric" else 0, 15))[0]
        low, high = PROBLEMS[problem]
        reported = some_day(max(FIRST, bike[3]), LAST)
        fixed = reported + timedelta(days=rng.randrange(0, 15))
        repairs.append((reported, bike[0], fixed if fixed <= LAST else None, problem, round(rng.uniform(low, high), 2)))
    repairs.sort(key=lambda one: (one[0], one[1], one[3], one[4]))
    return {
        "station": stations, "bike": bikes, "plan": plans, "member": members,
        "trip": [(n + 1, *one) for n, one in enumerate(trips)],
        "repair": [(n + 1, bike, reported, fixed, problem, cost) for n, (reported, bike, fixed, problem, cost) in enumerate(repairs)],
    }  # fmt: skip


def main(path: Path) -> None:
    """Write the file, in place of an older one."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(path))
    connection.execute(TABLES)
    connection.execute("BEGIN")
    for name, held in rows().items():
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(held[0]))})", held)
    connection.execute("COMMIT")
    connection.close()
    print({name: len(held) for name, held in rows().items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))

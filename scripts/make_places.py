"""Make semantic_layer/regions/places.json from the gazetteer's own files (regions, provinces, cities, ambiguous names).

    scripts/make_places.py DIR        DIR holds regions.json, provinces.json, cities.json, ambiguous.json

Run by hand when the gazetteer changes; the result is committed. Codes and names: PSGC Q1 2026, credit the Philippine
Statistics Authority.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

# The codes of the region column, by PSGC.
CODES = {
    "1300000000": "NCR", "1400000000": "CAR", "0100000000": "R01", "0200000000": "R02", "0300000000": "R03",
    "0400000000": "R04A", "1700000000": "R04B", "0500000000": "R05", "0600000000": "R06", "1800000000": "NIR",
    "0700000000": "R07", "0800000000": "R08", "0900000000": "R09", "1000000000": "R10", "1100000000": "R11",
    "1200000000": "R12", "1600000000": "R13", "1900000000": "BARMM",
}  # fmt: skip
# Written like an English word, or too short to be taken for a place in lower case.
CAPITALS_ONLY = {"CAR", "MM", "WV", "EV", "R1", "R2", "R3", "PPC", "ZC", "MNL", "Tac", "Pang", "Manda"}
# Names that mean the region (or the province) unless more is said: the gazetteer's own advice.
NO_NEED_TO_ASK = {"Ilocos", "Leyte", "Samar", "CAR"}


def main(folder: Path) -> None:
    """Write the file."""
    read = lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))  # noqa: E731
    places: list[dict[str, object]] = []
    by_psgc: dict[str, str] = {}
    island_of: dict[str, str] = {}
    for region in read("regions"):
        code = CODES[region["psgc"]]
        island_of[code] = region["island_group"]
        names = [region["name"], region["short"], code, *region["aliases"]]
        if region["roman"]:
            names.append(f"Region {region['roman']}")
        add(places, by_psgc, region["psgc"], "region", code, names, label=region["short"], code=code, province=None,
            island=region["island_group"])  # fmt: skip
    for province in read("provinces"):
        if province["kind"] != "province":
            continue
        code = CODES[province["region_psgc"]]
        add(places, by_psgc, province["psgc"], "province", province["name"], [province["name"], *province["aliases"]],
            label=province["name"], code=code, province=None, island=island_of[code])  # fmt: skip
    for city in read("cities"):
        code = CODES[city["region_psgc"]]
        province = city["province"] or ("Metro Manila" if code == "NCR" else None)
        names = [city["name"], city["official_name"], *city["aliases"]]
        label = city["official_name"] if city["official_name"].endswith("City") else city["name"]
        # "Quezon City" is never plain Quezon; "City of Cebu" often is plain Cebu.
        weak = [city["name"]] if city["official_name"] == f"{city['name']} City" else []
        add(places, by_psgc, city["psgc"], "city", city["name"], names, label=label, code=code, province=province,
            island=island_of[code], weak=weak)  # fmt: skip
    ask = {}
    for term in read("ambiguous"):
        ids = [by_psgc[one["psgc"]] for one in term["candidates"] if one.get("psgc") in by_psgc]
        if term["kind"] == "cross_level" and len(ids) > 1 and term["term"] not in NO_NEED_TO_ASK:
            ask[term["term"]] = ids
    target = Path(__file__).parents[1] / "semantic_layer" / "regions" / "places.json"
    lines = ",\n  ".join(json.dumps(place, ensure_ascii=False) for place in places)
    asks = ",\n  ".join(f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(v)}" for k, v in ask.items())
    target.write_text(f'{{"places": [\n  {lines}\n],\n"ask": {{\n  {asks}\n}}}}\n', encoding="utf-8")
    print(f"{target}: {len(places)} places, {len(ask)} names to ask about")


def add(
    places: list[dict[str, object]], by_psgc: dict[str, str], psgc: str, level: str, value: str, names: list[str], *,
    label: str, code: str, province: str | None, island: str, weak: list[str] | None = None,
) -> None:  # fmt: skip
    """Append one place, its names without repetition."""
    ident = f"{level}:{psgc}"
    by_psgc[psgc] = ident
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.casefold(), name)
    place: dict[str, object] = {"id": ident, "level": level, "value": value, "label": label,
                                "names": list(seen.values()), "region": code, "province": province,
                                "island_group": island}  # fmt: skip
    capitals = [name for name in seen.values() if name in CAPITALS_ONLY]
    if capitals:
        place["capitals"] = capitals
    if weak:
        place["weak"] = weak
    places.append(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

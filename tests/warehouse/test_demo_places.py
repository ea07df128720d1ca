"""Where the stores are: every region, the ambiguous cities, points inside the region's outline (by hand, from the outlines)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

OUTLINES = Path(__file__).with_name(
    "regions.topojson"
)  # PSA and NAMRIA boundaries of 2023; see docs on the data's origin


@pytest.fixture(scope="module")
def outlines():
    """psgc code -> polygons -> rings -> points, decoded from the delta-coded arcs."""
    topology = json.loads(OUTLINES.read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)

    def ring(indices):
        points = []
        for index in indices:
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            points += arc[1:] if points else arc
        return points

    return {
        shape["properties"]["psgc"]: [
            [ring(indices) for indices in polygon]
            for polygon in (shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]])
        ]
        for shape in topology["objects"]["regions"]["geometries"]
    }


def in_ring(points, x, y):
    inside = False
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def inside(polygons, x, y):
    return any(in_ring(rings[0], x, y) and not any(in_ring(hole, x, y) for hole in rings[1:]) for rings in polygons)


def test_every_store_lies_inside_its_region(demo, outlines):
    rows = demo.execute(
        "SELECT store_id, psgc_code, longitude, latitude, geography FROM scout.dim_store JOIN scout.regions ON region_code = region"
    ).fetchall()
    assert len(rows) == 355
    for store, psgc, longitude, latitude, geography in rows:
        assert inside(outlines[psgc], longitude, latitude), store
        assert geography == f"POINT({longitude:.5f} {latitude:.5f})"


def test_stores_of_one_city_do_not_share_a_point(one):
    assert (
        one("SELECT count(*) FROM (SELECT 1 FROM scout.dim_store GROUP BY latitude, longitude HAVING count(*) > 1)")
        == 0
    )


def test_every_region_has_tingi_and_another(demo):
    found = dict(demo.execute("SELECT region, list(DISTINCT org_id) FROM scout.dim_store GROUP BY 1").fetchall())
    assert len(found) == 18
    for region, tenants in found.items():
        assert "tingi" in tenants, region
        assert len(tenants) >= 2, region


def test_each_tenant_has_an_old_store_that_stays_in_each_of_its_regions(one):
    """A tenant's first store in a region is older than the data and never closes, so no region is ever without it."""
    first = "SELECT min(opened_on) AS opened FROM scout.dim_store WHERE closed_on IS NULL GROUP BY org_id, region"
    assert one(f"SELECT count(*) FROM ({first}) WHERE opened >= DATE '2024-01-01'") == 0


@pytest.mark.parametrize(
    ("city", "province", "region"),
    [
        ("San Fernando", "La Union", "R01"),
        ("San Fernando", "Pampanga", "R03"),
        ("San Carlos", "Pangasinan", "R01"),
        ("San Carlos", "Negros Occidental", "NIR"),
        ("Cebu City", "Cebu", "R07"),
        ("Mandaue", "Cebu", "R07"),
        ("Lapu-Lapu", "Cebu", "R07"),
        ("Quezon City", "Metro Manila", "NCR"),
        ("Lucena", "Quezon", "R04A"),
        ("Iloilo City", "Iloilo", "R06"),
    ],
)
def test_tingi_and_another_are_where_names_are_ambiguous(demo, city, province, region):
    found = demo.execute(
        "SELECT DISTINCT org_id FROM scout.dim_store WHERE city = ? AND province = ? AND region = ?",
        [city, province, region],
    ).fetchall()
    assert ("tingi",) in found
    assert len(found) >= 2


@pytest.mark.parametrize(
    ("city", "province", "region"),
    [
        ("Isabela City", "Basilan", "R09"),
        ("Cotabato City", "Maguindanao del Norte", "BARMM"),
        ("Tayabas", "Quezon", "R04A"),
    ],
)
def test_places_that_are_easily_misfiled(one, city, province, region):
    query = f"SELECT count(*) FROM scout.dim_store WHERE city = '{city}' AND (province <> '{province}' OR region <> '{region}')"
    assert one(query) == 0
    assert one(f"SELECT count(*) FROM scout.dim_store WHERE city = '{city}'") > 0


def test_a_city_lies_in_one_province_and_a_province_in_one_region_but_for_basilan(demo):
    """Isabela City stands on Basilan island, and is counted in Region IX where the province is in BARMM."""
    rows = demo.execute(
        "SELECT province, list_sort(list(DISTINCT region)) FROM scout.dim_store GROUP BY 1 HAVING count(DISTINCT region) > 1"
    )
    assert rows.fetchall() == [("Basilan", ["BARMM", "R09"])]


def test_each_tenant_has_its_own_mix_of_types(demo):
    most = dict(demo.execute("SELECT org_id, mode(store_type) FROM scout.dim_store GROUP BY 1").fetchall())
    assert most == {"tingi": "sari-sari", "suki": "convenience", "bodega": "supermarket"}


def test_some_stores_of_one_tenant_share_a_name(one):
    shared = "SELECT 1 FROM scout.dim_store GROUP BY org_id, store_name HAVING count(*) > 1"
    assert 1 <= one(f"SELECT count(*) FROM ({shared})") <= 12


def test_the_data_banks_keep_one_row_a_city(data):
    lines = (data / "cities.csv").read_text(encoding="utf-8").splitlines()[1:]
    places = [tuple(line.split(",")[:3]) for line in lines]
    assert len(places) == len(set(places)) == 107

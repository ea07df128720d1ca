"""`nlq model draft` of databases that are not like the demo's: names in capitals, few keys, rows that may not count, people."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nlq.drivers.duckdb import connect

NLQ = str(Path(sys.executable).with_name("nlq"))
SHOP = """
CREATE SCHEMA n;
CREATE TABLE n."Customers"("CustomerID" INTEGER PRIMARY KEY, "CompanyName" VARCHAR, "ContactName" VARCHAR, "Country" VARCHAR, "Phone" VARCHAR);
INSERT INTO n."Customers" SELECT i, 'Company ' || i, 'Person ' || i, ['PH', 'JP', 'US'][i % 3 + 1], '555-' || i FROM range(40) t(i);
CREATE TABLE n."Products"("ProductID" INTEGER PRIMARY KEY, "ProductName" VARCHAR, "CategoryName" VARCHAR, "UnitPrice" DECIMAL(10, 2));
INSERT INTO n."Products" SELECT i, 'P ' || i, ['Drinks', 'Food'][i % 2 + 1], i + 0.5 FROM range(20) t(i);
CREATE TABLE n."Orders"("OrderID" INTEGER PRIMARY KEY, "CustomerID" INTEGER REFERENCES n."Customers"("CustomerID"), "OrderDate" DATE,
  "Freight" DECIMAL(10, 2), "SalesRepName" VARCHAR, "Cancelled_At" TIMESTAMP);
INSERT INTO n."Orders" SELECT i, i % 40, DATE '2025-01-01' + (i % 300)::INTEGER, (i % 17) + 0.25, 'Rep ' || i % 9,
  CASE WHEN i % 10 = 0 THEN TIMESTAMP '2025-12-01' END FROM range(500) t(i);
CREATE TABLE n."OrderDetails"("OrderID" INTEGER REFERENCES n."Orders"("OrderID"), "ProductID" INTEGER REFERENCES n."Products"("ProductID"),
  "UnitPrice" DECIMAL(10, 2), "Quantity" INTEGER, PRIMARY KEY("OrderID", "ProductID"));
INSERT INTO n."OrderDetails" SELECT i, (i + k) % 20, (i + k) % 20 + 0.5, 1 + i % 5 FROM range(500) t(i), range(3) u(k);
CREATE TABLE n."Payments"("PaymentID" INTEGER PRIMARY KEY, "CustomerID" INTEGER REFERENCES n."Customers"("CustomerID"), "PaymentDate" DATE,
  "Amount" DECIMAL(10, 2), "Deleted_At" TIMESTAMP);
INSERT INTO n."Payments" SELECT i, i % 40, DATE '2025-02-01' + (i % 100)::INTEGER, i % 7 + 1, CASE WHEN i % 5 = 0 THEN TIMESTAMP '2025-12-01' END FROM range(200) t(i);
"""


@pytest.fixture(scope="module")
def drafted(tmp_path_factory, home):
    """The draft's parts by name, what the command said, and a way to run nlq over it."""
    place = tmp_path_factory.mktemp("shop")
    with connect(str(place / "shop.duckdb")) as connection:
        connection.execute(SHOP)

    def run(*arguments):
        env = {**home, "NLQ_DUCKDB_PATH": str(place / "shop.duckdb")}
        return subprocess.run([NLQ, *arguments], env=env, cwd=place, capture_output=True, text=True, check=False)

    (place / "nlq.toml").write_text(
        'demo = true\nsemantic_layer = "layer"\nduckdb_path = "shop.duckdb"\nas_of = "2025-10-27"\ndefault_principal = "a"\n'
        '[principals.a]\nsub = "a"\norg_id = "x"\nregions = "*"\n'
    )
    done = run("model", "draft", "--from", str(place / "shop.duckdb"), "--schema", "n", "--out", str(place / "layer"),
               "--policy", "shared", "--currency", "USD", "--format", "json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    content = {}
    for path in (place / "layer").glob("*.yml"):
        content |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return content, json.loads(done.stdout), run


def named(content, section):
    return {one["name"]: one for one in content[section]}


def test_names_in_capitals_are_carried_as_the_database_takes_them(drafted):
    content, _, run = drafted
    assert list(named(content, "tables")["orders"]["columns"])[:3] == ["orderid", "customerid", "orderdate"]
    assert ("orders", "customers") in {(one["from"], one["to"]) for one in content["joins"]}
    checked = run("model", "check")
    assert (checked.returncode, "no problems" in checked.stdout) == (0, True), checked.stdout + checked.stderr


def test_a_table_that_names_one_other_and_has_lines_has_figures(drafted):
    """It is named by its lines: that makes it no mere list of things."""
    content, _, run = drafted
    assert named(content, "tables")["orders"]["time"] == "orderdate"
    assert named(content, "metrics")["freight"]["agg"] == {"function": "sum", "table": "orders", "column": "freight"}
    answered = run("ask", "freight by country", "--format", "csv")
    with connect() as connection:
        connection.execute(SHOP)
        by_hand = connection.execute(
            'SELECT "Country", sum("Freight") FROM n."Orders" JOIN n."Customers" USING ("CustomerID") '
            "WHERE \"OrderDate\" > DATE '2025-10-27' - 30 GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
    shown = [line.split(",") for line in answered.stdout.splitlines()[1:]]
    assert [(country, float(freight)) for country, freight in shown] == [
        (country, float(freight)) for country, freight in by_hand
    ]


def test_what_was_deleted_is_left_out_and_said_and_what_was_cancelled_counts(drafted):
    content, said, _ = drafted
    tables = named(content, "tables")
    assert (tables["payments"]["valid"], tables["payments"]["review"]) == ("deleted_at IS NULL", True)
    assert "valid" not in tables["orders"]
    assert [one["where"] for one in said["issues"] if one["code"] == "review"] == ["table payments"]


def test_what_is_somebodys_alone_is_masked_wherever_it_stands(drafted):
    tables = named(drafted[0], "tables")
    masked = {
        (name, column) for name, one in tables.items() for column, spec in one["columns"].items() if "mask" in spec
    }
    assert {("customers", "contactname"), ("customers", "phone"), ("orders", "salesrepname")} <= masked
    assert not {("products", "productname"), ("products", "categoryname"), ("customers", "country")} & masked

"""`nlq model export --to trino-rules`: its rules alone, with no guard, show each asker their own rows on a real Trino, masks applied.

The test writes the rules and the groups of the running server, which reads them anew each second, and puts back what was there.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from guard import twins
from guard.tables import fill_postgres
from guard.test_differential import ASKERS, EVERYTHING, MODEL
from helpers import ROOT

from nlq import Principal
from nlq.drivers.trino import Trino
from nlq.engines.base import Limits
from nlq.engines.trino import TrinoEngine
from nlq.exports.trino_rules import FILE, export
from nlq.policy.scope import draft_statement, scope
from nlq.values.pipeline import SqlDraft

SCHEMA = "twins_rules"
HERE = replace(MODEL, header=replace(MODEL.header, schema_=SCHEMA))
ETC = ROOT / ".servers" / "etc"
PATIENCE_S = 20.0


def user(asker):
    """As the service names an asker there: organisation and sub."""
    return f"{asker.org_id}/asker-{ASKERS.index(asker)}"


def groups():
    """Who is in which group: one user for each asker."""
    found = {}
    for asker in ASKERS:
        names = [f"org/{asker.org_id}", *(f"role/{role}" for role in asker.roles)]
        names += ["region/*"] if asker.regions == "*" else [f"region/{one}" for one in asker.regions]
        for name in names:
            found.setdefault(name, []).append(user(asker))
    return "".join(f"{name}:{','.join(users)}\n" for name, users in found.items())


@pytest.fixture(scope="module")
def trino(urls):
    """Runs a text as a user; the three tenants' tables are in a schema of PostgreSQL's that anybody may read there."""
    import asyncpg
    import trino

    loop = asyncio.new_event_loop()
    owner = loop.run_until_complete(asyncpg.connect(urls["SERVERS_OWNER_URL"]))

    def run(text):
        loop.run_until_complete(owner.execute(text))

    loop.run_until_complete(fill_postgres(owner, MODEL, EVERYTHING, SCHEMA))
    run(f"CREATE TABLE {SCHEMA}.raw AS SELECT 1 AS secret")
    run(f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC")
    run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO PUBLIC")
    parts = urlsplit(urls["NLQ_TRINO_URL"])

    def ask(name, text):
        connection = trino.dbapi.connect(host=parts.hostname, port=parts.port, user=name, catalog="hot", schema=SCHEMA)
        try:
            cursor = connection.cursor()
            cursor.execute(text)
            return cursor.fetchall()
        finally:
            connection.close()

    kept = {name: (ETC / name).read_text(encoding="utf-8") for name in ("rules.json", "groups.txt")}
    try:
        (ETC / "groups.txt").write_text(groups(), encoding="utf-8")
        (ETC / "rules.json").write_text(export(HERE, "trino").files[FILE], encoding="utf-8")
        wait(lambda: refused(ask, user(ASKERS[0]), f"SELECT * FROM hot.{SCHEMA}.raw"))
        wait(lambda: ask(user(ASKERS[0]), "SELECT count(*) FROM dim_store")[0][0] > 0)
        yield ask
    finally:
        for name, text in kept.items():
            (ETC / name).write_text(text, encoding="utf-8")
    wait(lambda: not refused(ask, "anybody", "SELECT count(*) FROM hot.scout.dim_product"))
    run(f"DROP SCHEMA {SCHEMA} CASCADE")
    loop.run_until_complete(owner.close())
    loop.close()


def refused(ask, name, text):
    try:
        ask(name, text)
    except Exception as problem:  # noqa: BLE001 - of the driver's, by what it says
        return "Access Denied" in str(problem)
    return False


def wait(holds):
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "Trino did not read its rules anew"
        time.sleep(0.5)


def plain(rows):
    """Rows in an order of their own, whichever types a driver has for decimals, zones and lists."""

    def cell(value):
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        return float(value) if isinstance(value, Decimal) else tuple(value) if isinstance(value, list) else value

    return sorted(repr([cell(value) for value in row]) for row in rows)


def expected(asker, name):
    """By hand, over all three tenants, with masks: the rules know nothing of rows that do not count."""
    own = [row for row in EVERYTHING[name] if row.get("org_id", asker.org_id) == asker.org_id]
    if asker.regions != "*" and name in twins.WITH_REGION:
        own = [row for row in own if row["region"] in asker.regions]
    elif asker.regions != "*" and name not in twins.SHARED:
        parent, key = {
            "silver_transaction_items": ("silver_transactions_cleaned", "transaction_id"),
            "dim_customer": ("silver_transactions_cleaned", "customer_id"),
            "gold_business_metrics": ("dim_store", "store_id"),
        }[name]
        kept = {
            row[key] for row in EVERYTHING[parent] if row["org_id"] == asker.org_id and row["region"] in asker.regions
        }
        own = [row for row in own if row[key] in kept]
    return own if name != "dim_customer" or "pii" in asker.roles else [twins.masked(row) for row in own]


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_each_asker_sees_their_own_rows_alone(trino, asker):
    for name in EVERYTHING:
        columns = MODEL.tables[name].stored
        found = trino(user(asker), f"SELECT {', '.join(columns)} FROM {name}")
        assert plain(found) == plain([[row[one] for one in columns] for row in expected(asker, name)]), name


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_the_service_asks_as_its_askers_so_both_locks_hold(trino, urls, asker):
    """Through the guard and the rules at once: what each alone gives; one whom no group knows gets nothing, whatever the guard says."""
    del trino  # whose rules hold meanwhile
    cluster = TrinoEngine(Trino(urls["NLQ_TRINO_URL"]))

    def found(sub, text):
        principal = Principal(sub, asker.org_id, asker.roles, asker.regions)
        statement = draft_statement(SqlDraft(text, "caller"), HERE, date(2020, 1, 1))  # since when all is hot
        return asyncio.run(cluster.run(scope(statement, principal, HERE), Limits())).rows

    names = ["dim_store", "silver_transaction_items", "silver_transactions_cleaned"]
    for name in [*names, "dim_customer"] if asker.regions == "*" else names:  # else seen by way of sales, of both tiers
        since = " WHERE date_key >= DATE '2026-01-01'" if MODEL.tables[name].time else ""
        text = f"SELECT {', '.join(MODEL.tables[name].key)} FROM {name}{since}"
        mine = found(user(asker).partition("/")[2], text)
        valid = [row for row in expected(asker, name) if counts(row, name)]
        assert plain(mine) == plain([[row[one] for one in MODEL.tables[name].key] for row in valid]), name
        assert found("stranger", text) == (), name
    asyncio.run(cluster.close())


def counts(row, name):
    """Whether a row counts, by hand: a deleted sale does not, nor do its lines."""
    if name == "silver_transaction_items":
        row = next(one for one in EVERYTHING["silver_transactions_cleaned"]
                   if (one["org_id"], one["transaction_id"]) == (row["org_id"], row["transaction_id"]))  # fmt: skip
    return row.get("deleted_at") is None


def test_a_user_of_no_group_sees_no_row(trino):
    for name in EVERYTHING:
        assert bool(trino("stranger", f"SELECT count(*) FROM {name}")[0][0]) == (name in twins.SHARED), name


@pytest.mark.parametrize("text", ["SELECT * FROM raw", "SELECT * FROM tpch.tiny.nation", "DELETE FROM dim_store", "CREATE TABLE x (a INTEGER)",
                                  "SELECT * FROM TABLE(hot.system.query(query => 'SELECT 1'))", "SELECT * FROM system.runtime.queries"])  # fmt: skip
def test_what_no_model_has_is_closed(trino, text):
    assert refused(trino, user(ASKERS[1]), text)


def test_hashes_are_said_to_be_redacted():
    table = MODEL.tables["dim_customer"]
    columns = {**table.columns, "email": replace(table.columns["email"], mask="hash")}
    model = replace(MODEL, tables={**MODEL.tables, "dim_customer": replace(table, columns=columns)})
    made = export(model, "trino")
    assert ("otherwise", "table dim_customer") in {(one.code, one.where) for one in made.issues}
    shown = [
        one
        for rule in json.loads(made.files[FILE])["tables"]
        for one in rule.get("columns", [])
        if one["name"] == "email"
    ]
    assert shown
    assert all("(hidden)" in one["mask"] for one in shown)

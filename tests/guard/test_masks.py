"""Masks by hash and by year: the same on every engine, a tenant's own, and nothing else of what is hidden."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from guard.test_differential import EVERYTHING, MODEL, database
from nlq.errors import NotPermitted
from nlq.policy.scope import draft_statement, fingerprint, scope
from nlq.semantics.tables import TableColumn
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

KEYS = {"tingi": "a" * 64, "suki": "b" * 64}
SHOWN = "SELECT customer_id, email, full_name, joined_on FROM dim_customer"


def masked(**masks):
    """The model with other masks on the customers."""
    table = MODEL.tables["dim_customer"]
    columns = {
        **table.columns,
        **{
            name: TableColumn(type=table.columns[name].type, mask=mask, unmask=("pii",)) for name, mask in masks.items()
        },
    }
    return replace(MODEL, tables={**MODEL.tables, "dim_customer": replace(table, columns=columns)}, hash="masked")


HASHED = masked(email="hash", full_name="hash", joined_on="year")


def expected(org, key):
    """By hand: the first digits of the key and the value's SHA-256; the first day of the year."""
    digest = lambda value: value and hashlib.sha256(f"{key}{value}".encode()).hexdigest()[:16]  # noqa: E731
    return sorted((row["customer_id"], digest(row["email"]), digest(row["full_name"]), row["joined_on"].replace(month=1, day=1))
                  for row in EVERYTHING["dim_customer"] if row["org_id"] == org)  # fmt: skip


def shown(org, *, key="", text=SHOWN, roles=(), model=HASHED, dialect="duckdb"):
    asker = Principal("a", org, roles=roles, regions="*", mask_key=key)
    return scope(draft_statement(SqlDraft(text, "caller"), model), asker, model).sql(dialect)


def on_duckdb(text, values):
    return sorted(database("all").execute(text, values or None).fetchall(), key=repr)


def test_a_hash_is_a_tenants_own_and_a_date_is_its_year():
    for org, key in KEYS.items():
        text, values = shown(org, key=key)
        assert key not in text
        assert on_duckdb(text, values) == sorted(expected(org, key), key=repr)


def test_without_a_key_what_is_to_be_hashed_is_redacted():
    found = on_duckdb(*shown("tingi"))
    assert {row[1] for row in found} == {"(hidden)"}
    assert len(found) == len(expected("tingi", ""))


def test_who_may_see_it_sees_it():
    found = {row[1] for row in on_duckdb(*shown("tingi", key=KEYS["tingi"], roles=("pii",)))}
    assert found == {row["email"] for row in EVERYTHING["dim_customer"] if row["org_id"] == "tingi"}


@pytest.mark.parametrize(
    "use",
    [
        "WHERE joined_on > DATE '2020-01-01'",
        "WHERE email = 'x'",
        "ORDER BY joined_on",
        "GROUP BY customer_id, email, full_name, joined_on",
    ],
)
def test_a_hashed_value_and_a_year_are_shown_and_nothing_else(use):
    with pytest.raises(NotPermitted):
        shown("tingi", key=KEYS["tingi"], text=f"{SHOWN} {use}")


def test_another_key_is_another_scope():
    """What was kept under one key is nothing to somebody of another."""
    one, other = (fingerprint(Principal("a", "tingi", regions="*", mask_key=key), HASHED) for key in KEYS.values())
    assert one != other
    assert "a" * 64 not in repr(Principal("a", "tingi", mask_key="a" * 64))


def test_the_deployments_key_makes_each_tenants(home, tmp_path):
    """The command line hides what the model says by hash, under a key that is long enough."""
    nlq = str(Path(sys.executable).with_name("nlq"))

    def ask(key):
        env = {**home, "NLQ_MASK_KEY": key}
        return subprocess.run([nlq, "sql", "SELECT customer_id, email FROM dim_customer ORDER BY customer_id LIMIT 1", "--format", "csv"],
                              env=env, cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip

    short = ask("too short")
    assert (short.returncode, "32 bytes" in short.stderr) == (2, True), short.stderr
    assert ask("k" * 40).returncode == 0

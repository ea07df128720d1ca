"""`nlq model check` over servers: what differs in PostgreSQL, or in either of the catalogs that Trino reads, is found there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers import ROOT

pytestmark = pytest.mark.slow
NLQ = str(Path(sys.executable).with_name("nlq"))


@pytest.fixture
def check(loaded, home, tmp_path):
    """Runs it over a copy of the demo's model in which a text was replaced."""

    def run(before="", after="", *, owner=True):
        layer = tmp_path / "layer"
        shutil.copytree(ROOT / "semantic_layer", layer)
        path = layer / "scout" / "tables.yml"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        env = {**{key: value for key, value in home.items() if key != "NLQ_DUCKDB_PATH"}, "NLQ_POSTGRES_URL": loaded["NLQ_POSTGRES_URL"],
               "NLQ_TRINO_URL": loaded["NLQ_TRINO_URL"], "NLQ_SEMANTIC_LAYER": str(layer / "scout")}  # fmt: skip
        if owner:
            env["NLQ_POSTGRES_OWNER_URL"] = loaded["SERVERS_OWNER_URL"]
        return subprocess.run([NLQ, "model", "check", "--config", str(ROOT / "nlq.toml")], env={**os.environ, **env}, capture_output=True, text=True, check=False)  # fmt: skip

    return run


def test_the_demos_model_fits_the_servers(check):
    done = check()
    assert (done.returncode, "no problems" in done.stdout) == (0, True), done.stderr + done.stdout


def test_a_column_that_is_in_none_of_them_is_named_in_each(check):
    done = check("basket_size: {type: integer}", "basket_size: {type: integer}\n      mood: {type: string}")
    assert done.returncode == 2
    for database in ("postgres", "trino hot", "trino cold"):
        assert re.search(rf"tables\.yml:\d+:\d+, {database}$", done.stderr, re.MULTILINE), done.stderr


def test_a_type_that_is_another_is_named(check):
    done = check("payment_method: {type: string}", "payment_method: {type: integer}")
    assert done.returncode == 2
    assert 'the column "payment_method" is text in the database, and integer in the model' in done.stderr
    assert 'the column "payment_method" is varchar in the database, and integer in the model' in done.stderr


def test_rows_that_this_account_does_not_see_are_not_taken_for_unique_ones(check):
    done = check(owner=False)
    assert "its keys were not counted" in done.stdout


@pytest.mark.parametrize("database", ["postgres", "trino"])
def test_a_draft_of_a_server_finds_what_a_draft_of_the_file_finds(loaded, home, tmp_path, warehouse, database):
    """The silver tables are on all of them; gold is behind views that show an account without claims nothing."""
    url = {"postgres": loaded["SERVERS_OWNER_URL"], "trino": f"{loaded['NLQ_TRINO_URL'].rstrip('/').replace('http://', 'trino://')}/cold"}[database]  # fmt: skip
    found = {}
    for name, source in (("file", str(warehouse)), ("server", url)):
        out = tmp_path / name
        done = subprocess.run([NLQ, "model", "draft", "--from", source, "--schema", "scout", "--out", str(out), "--tenant", "org_id", "--regions", "region",
                               "--policy", "shared"], env=home, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        tables, joins = (
            yaml.safe_load((out / "tables.yml").read_text(encoding="utf-8")).get(part, [])
            for part in ("tables", "joins")
        )
        silver = {"silver_transactions_cleaned", "silver_transaction_items"}
        keys = {
            one["name"]: sorted(one["key"]) for one in tables if one["name"] in silver or one["name"].startswith("dim_")
        }
        ways = {
            (one["from"], one["to"], tuple(sorted(one.get("on") or one[True])))
            for one in joins
            if one["from"] in silver
        }
        metrics = {one["name"] for one in yaml.safe_load((out / "metrics.yml").read_text(encoding="utf-8"))["metrics"]}
        found[name] = keys, ways, metrics
    assert found["server"] == found["file"]

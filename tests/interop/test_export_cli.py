"""`nlq model export` as a person uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

NLQ = str(Path(sys.executable).with_name("nlq"))
FILES = {
    "dbt": "models/dim_store.yml",
    "dbt-legacy": "models/dim_store.yml",
    "ossie": "scout.yaml",
    "snowflake": "scout.yaml",
    "cube": "model/cubes/dim_store.yml",
}


@pytest.fixture
def nlq(tmp_path, home):
    def run(*arguments):
        return subprocess.run(
            [NLQ, *map(str, arguments)], env=home, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("kind", FILES)
def test_a_model_is_exported_and_what_is_lost_is_said(nlq, tmp_path, kind):
    out = tmp_path / "out"
    done = nlq("model", "export", ROOT / "semantic_layer" / "scout", "--to", kind, "--out", out)
    assert done.returncode == 0, done.stderr
    assert (out / FILES[kind]).is_file()
    assert "13 metrics" in done.stdout or "14 metrics" in done.stdout
    assert "whoever reaches the database there reads all of it\n  table dim_store" in done.stdout
    assert not list(out.rglob("*.draft"))
    again = nlq("model", "export", ROOT / "semantic_layer" / "scout", "--to", kind, "--out", out)
    assert again.returncode == 2
    assert "already" in again.stderr
    assert "--force" in again.stderr
    assert (
        nlq("model", "export", ROOT / "semantic_layer" / "scout", "--to", kind, "--out", out, "--force").returncode == 0
    )


def test_json_and_another_dialect(nlq, tmp_path):
    done = nlq(
        "model",
        "export",
        ROOT / "semantic_layer" / "scout",
        "--to",
        "dbt",
        "--out",
        tmp_path / "a",
        "--sql",
        "postgres",
        "--format",
        "json",
    )
    said = json.loads(done.stdout)
    assert (done.returncode, said["counts"]["semantic models"]) == (0, 7)
    assert {"open", "aggregation", "left_out"} <= {one["code"] for one in said["issues"]}
    assert set(said["files"]) == {
        str(path.relative_to(tmp_path / "a")) for path in (tmp_path / "a").rglob("*") if path.is_file()
    }


def test_a_dialect_or_a_folder_that_is_none_is_said(nlq, tmp_path):
    done = nlq(
        "model", "export", ROOT / "semantic_layer" / "scout", "--to", "dbt", "--out", tmp_path / "a", "--sql", "duckbd"
    )
    assert (done.returncode, "did you mean duckdb" in done.stderr) == (2, True)
    done = nlq("model", "export", tmp_path, "--to", "dbt", "--out", tmp_path / "a")
    assert (done.returncode, "there is no semantic layer" in done.stderr) == (2, True)
    assert not (tmp_path / "a").exists()

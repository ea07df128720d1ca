"""The wheel: installed in a fresh environment, in an empty folder, it answers."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


def test_it_carries_its_files(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = ("nlq.toml", "semantic_layer/scout/tables.yml", "semantic_layer/regions/places.json")
    assert not [name for name in wanted if f"nlq/_data/{name}" not in names]
    assert not [name for name in names if name.startswith("tests/")]
    assert any(name.startswith("nlq/warehouse/transform/") and name.endswith(".sql") for name in names)
    assert "nlq/language/english.toml" in names
    assert {
        "nlq/surfaces/chat/index.html",
        "nlq/surfaces/chat/chat.js",
        "nlq/store/sqlite.sql",
        "nlq/_data/prompts/plan.j2",
    } <= names


def test_it_answers_from_an_empty_folder(wheel, tmp_path):
    """A fresh environment; its dependencies are those of this one, as a path: a test calls no registry."""
    fresh, empty = tmp_path / "venv", tmp_path / "empty"
    empty.mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(fresh)], check=True, capture_output=True)
    site = next(fresh.glob("lib/python*/site-packages"))
    mine = next(path for path in sys.path if path.endswith("site-packages"))
    subprocess.run(
        [fresh / "bin" / "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )
    # A plain path line only: this environment's own .pth files (nlq as editable among them) are not followed.
    (site / "dependencies.pth").write_text(f"{mine}\n", encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}

    def run(*words):
        return subprocess.run(words, check=False, cwd=empty, env=env, capture_output=True, text=True, timeout=300)

    done = run(fresh / "bin" / "nlq", "demo", "--scale", "0.02", "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "store,revenue"
    assert str(fresh) in run(fresh / "bin" / "python", "-c", "import nlq; print(nlq.__file__)").stdout

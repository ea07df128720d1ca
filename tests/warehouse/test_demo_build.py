"""Building: the same seed gives the same rows, and a build that fails leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nlq.drivers.duckdb import connect
from nlq.errors import BadRequest, WarehouseError
from nlq.warehouse.demo import build, checksums

RECORDED = Path(__file__).with_name("demo_checksums.json")
SCRIPT = "import sys; from pathlib import Path; from nlq.warehouse.demo import build; build(Path(sys.argv[1]), scale=float(sys.argv[2]), progress={progress})"


def sums_of(path):
    with connect(str(path), read_only=True) as connection:
        return checksums(connection)


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_rows_are_those_recorded(demo):
    """After a wanted change of the data: delete the file, run the tests twice, and say in the commit what changed."""
    found = checksums(demo)
    if not RECORDED.exists():
        RECORDED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{RECORDED.name} was missing and has been written: look at it and run again")
    assert found == json.loads(RECORDED.read_text(encoding="utf-8"))


def test_same_seed_same_rows_and_another_seed_other_rows(tmp_path):
    first = build(tmp_path / "a.duckdb", scale=0.02)
    again = build(tmp_path / "b.duckdb", scale=0.02)
    other = build(tmp_path / "c.duckdb", scale=0.02, seed=7)
    assert sums_of(first.path) == sums_of(again.path)
    assert first.rows == again.rows
    shared = {"regions", "dim_calendar", "dim_product", "bronze_dead_letters"}  # nothing in them is drawn
    a, c = sums_of(first.path), sums_of(other.path)
    assert {table for table in a if a[table] == c[table]} == shared
    assert left_in(tmp_path) == ["a.duckdb", "b.duckdb", "c.duckdb"]


def test_how_the_months_are_cut_does_not_change_the_rows(tmp_path, monkeypatch):
    whole = build(tmp_path / "whole.duckdb", scale=0.01)
    monkeypatch.setattr("nlq.warehouse.demo.generate._SALES_HELD", 1200)  # two months at a time; scale 10 does one
    cut = build(tmp_path / "cut.duckdb", scale=0.01)
    assert sums_of(whole.path) == sums_of(cut.path)


def test_checksums_see_a_changed_row_and_not_an_order():
    with connect() as connection:
        connection.execute("CREATE SCHEMA scout; CREATE TABLE scout.t (a INT, b TIMESTAMPTZ)")
        connection.execute("INSERT INTO scout.t VALUES (1, '2026-01-01 00:00:00+08'), (2, NULL), (2, NULL)")
        before = checksums(connection)
        connection.execute("SET TimeZone = 'America/Lima'")
        connection.execute("CREATE OR REPLACE TABLE scout.t AS FROM scout.t ORDER BY a DESC")
        assert checksums(connection) == before
        connection.execute("DELETE FROM scout.t WHERE a = 2")
        assert checksums(connection) != before


def test_summary_says_what_was_built(demo_summary, demo):
    assert demo_summary.bytes == demo_summary.path.stat().st_size
    assert demo_summary.seconds > 0
    for table, rows in demo_summary.rows.items():
        assert demo.execute(f"SELECT count(*) FROM scout.{table}").fetchone()[0] == rows
    assert len(demo_summary.rows) == 15


def test_file_says_what_it_is(demo):
    scale, seed, version, generator = demo.execute("SELECT * FROM nlq.demo").fetchone()
    assert (scale, seed, version) == (0.05, 2026, 1)
    assert len(generator) == 16


def test_progress_is_told_in_order_up_to_the_end(tmp_path):
    told = []
    build(tmp_path / "demo.duckdb", scale=0.02, progress=lambda label, done: told.append((label, done)))
    parts = [done for _, done in told]
    assert parts == sorted(parts)
    assert parts[0] == 0.0
    assert parts[-1] == 1.0
    assert len(told) > 50


def test_ctrl_c_in_the_middle_passes_and_leaves_what_was_there(tmp_path):
    target = tmp_path / "demo.duckdb"
    target.write_bytes(b"the file of before")

    def stop(_label, done):
        if done > 0.4:
            assert len(left_in(tmp_path)) > 1  # there is something half-built to clean up
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(target, scale=0.02, progress=stop)
    assert left_in(tmp_path) == ["demo.duckdb"]
    assert target.read_bytes() == b"the file of before"


@pytest.mark.parametrize("label", ["preparing", "sales from", "gold_daily_aggregates", "raw records"])
def test_a_signal_while_duckdb_works_cleans_up(tmp_path, label):
    script = SCRIPT.format(progress="lambda label, done: print(label, flush=True)")
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "demo.duckdb"), "0.3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A program that was started in the background ignores Ctrl-C, and so do its children: not so this one.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    ) as process:
        for line in process.stdout:
            if line.startswith(label):
                process.send_signal(signal.SIGINT)
                break
        _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert errors.splitlines()[-1].startswith("KeyboardInterrupt")
    assert left_in(tmp_path) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000)); "
    done = subprocess.run(
        [sys.executable, "-c", limit + SCRIPT.format(progress=None), str(tmp_path / "demo.duckdb"), "0.05"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "nlq.errors.WarehouseError: the disk is full" in done.stderr
    assert "fix  free some space" in done.stderr
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("place", ["file/demo.duckdb", "file", "folder", "locked"])
def test_a_path_that_cannot_be_written_is_said(tmp_path, place):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "locked.wal").write_text("x", encoding="utf-8")
    path = tmp_path / place / "x.duckdb" if place == "file" else tmp_path / place
    before = left_in(tmp_path)
    with pytest.raises(WarehouseError) as caught:
        build(path, scale=0.02)
    assert caught.value.where
    assert caught.value.fix
    assert left_in(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(WarehouseError, match="cannot write here"):
        build(tmp_path / "demo.duckdb", scale=0.02)


def test_two_builds_at_once_do_not_meet(tmp_path):
    target = tmp_path / "demo.duckdb"
    failed = []

    def run(seed):
        try:
            build(target, scale=0.02, seed=seed)
        except Exception as error:  # noqa: BLE001  (whatever it is, the test must see it)
            failed.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert left_in(tmp_path) == ["demo.duckdb"]
    with connect(str(target), read_only=True) as connection:
        assert connection.execute("SELECT seed FROM nlq.demo").fetchone()[0] in (1, 2)


@pytest.mark.parametrize(
    "wrong", [{"scale": 0}, {"scale": float("nan")}, {"scale": 101}, {"seed": -1}, {"seed": 2**31}]
)
def test_scale_and_seed_have_bounds(tmp_path, wrong):
    with pytest.raises(BadRequest):
        build(tmp_path / "demo.duckdb", **wrong)
    assert left_in(tmp_path) == []

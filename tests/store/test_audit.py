"""The audit log: every question has its line, no line holds a row's value, and what is changed is seen."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers import ROOT

from nlq.errors import BadRequest
from nlq.store.audit import FILE, AuditLog

NLQ = str(Path(sys.executable).with_name("nlq"))
ENTRY = {"org_id": "a", "sub": "x", "question": "₱?"}


@pytest.fixture
def written(tmp_path):
    """Five lines of two organisations, and the file that holds them."""
    log = AuditLog(tmp_path)
    lines = [log.append({**ENTRY, "org_id": "ab"[number % 2], "number": number}) for number in range(5)]
    log.close()
    return tmp_path, lines


def spoil(folder, *statements):
    """As somebody who can write the file: the triggers that keep others from it are no lock against them."""
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("drop trigger audit_stays")
        connection.execute("drop trigger audit_is_kept")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def verdict(folder, known=None):
    log = AuditLog(folder)
    try:
        return log.verify(known)
    finally:
        log.close()


def test_what_was_written_holds(written):
    folder, lines = written
    found = verdict(folder, (3, lines[2].hash))
    assert (found.lines, found.head, found.problem) == (5, lines[-1].hash, "")
    assert [line.seq for line in lines] == [1, 2, 3, 4, 5]
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE audit SET entry = replace(entry, '\"number\":2', '\"number\":7') WHERE seq = 3", 3),
        ("UPDATE audit SET org_id = 'c' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET seq = -seq WHERE seq IN (2, 3)", 1),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("INSERT INTO audit SELECT 6, org_id, entry, hash FROM audit WHERE seq = 5", 6),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 4", 4),
    ],
)
def test_what_is_changed_is_seen_at_its_line(written, statement, line):
    folder, _ = written
    spoil(folder, statement)
    found = verdict(folder)
    assert f"line {line} " in found.problem
    assert found.lines == line - 1


def test_an_end_that_was_cut_off_is_seen_by_who_kept_the_head(written):
    folder, lines = written
    spoil(folder, "DELETE FROM audit WHERE seq > 3")
    assert verdict(folder).problem == ""
    assert "ends before line 5" in verdict(folder, (5, lines[4].hash)).problem


def test_a_log_that_was_written_anew_is_seen_by_who_kept_the_head(written, tmp_path_factory):
    folder, lines = written
    other = tmp_path_factory.mktemp("other")
    log = AuditLog(other)
    for number in range(6):
        log.append({**ENTRY, "number": number})
    log.close()
    assert "line 5 is not the one that was known" in verdict(other, (5, lines[4].hash)).problem
    assert verdict(folder, (5, lines[4].hash)).problem == ""


@pytest.mark.parametrize("statement", ["UPDATE audit SET entry = '{}' WHERE seq = 1", "DELETE FROM audit"])
def test_the_file_itself_takes_no_change(written, statement):
    folder, _ = written
    with sqlite3.connect(folder / FILE) as connection, pytest.raises(sqlite3.Error, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_many_who_write_at_once_make_one_chain(tmp_path):
    def write(name):
        log = AuditLog(tmp_path)
        for number in range(25):
            log.append({**ENTRY, "sub": name, "number": number})
        log.close()

    threads = [threading.Thread(target=write, args=(str(n),)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = verdict(tmp_path)
    assert (found.lines, found.problem) == (100, "")


def test_an_organisations_lines_are_its_own(written):
    folder, _ = written
    log = AuditLog(folder)
    assert [line.entry["number"] for line in log.last(10, "b")] == [3, 1]
    assert [line.seq for line in log.last(2)] == [5, 4]
    log.close()


# What is written of a question.


@pytest.fixture
def cli(home, tmp_path):
    """The command line with a state of its own; gives the entries, the newest last."""
    env = {**home, "NLQ_STATE": str(tmp_path / "state")}

    def run(*arguments, **more):
        return subprocess.run(
            [NLQ, *arguments], env={**env, **more}, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    def entries():
        told = run("audit", "show", "--last", "100", "--format", "json").stdout
        return [json.loads(line) for line in reversed(told.splitlines())]

    return run, entries


def test_every_outcome_has_its_line(cli):
    run, entries = cli
    assert "no audit log yet" in run("audit", "verify").stderr
    run("ask", "top 3 stores in NCR last month", "--format", "json")
    run(
        "query",
        '{"metrics": ["revenue"], "where": [{"field": "region", "op": "=", "values": ["R07"]}]}',
        "--as",
        "ncr-analyst@tingi",
    )
    run("sql", "SELECT count(*) FROM dim_customer WHERE full_name LIKE 'A%'")
    run("query", '{"metrics": ["nope"]}')
    run("ask", "top stores in NCR", "--explain")
    run(
        "sql",
        "SELECT full_name, phone FROM dim_customer ORDER BY customer_id LIMIT 5",
        "--as",
        "manager@tingi",
        "--format",
        "csv",
    )
    asked, refused, hidden, wrong, explained, unmasked = entries()
    assert (asked["status"], asked["kind"], asked["rows"], asked["surface"]) == ("answered", "ask", 3, "cli")
    assert asked["question"] == "top 3 stores in NCR last month"
    assert {"dim_store", "gold_daily_aggregates"} & set(asked["tables"])
    assert any("rows of tingi" in rule for rule in asked["rules"])
    assert "nlq_org_id" in asked["sql"]
    assert (refused["status"], refused["reason"], refused["sub"], refused["regions"]) == (
        "declined",
        "not_permitted",
        "ncr-analyst@tingi",
        ["NCR"],
    )
    assert (hidden["reason"], hidden["rows"], hidden["tables"]) == ("not_permitted", 0, [])
    assert (wrong["status"], wrong["reason"], wrong["query"]["metrics"]) == ("refused", "bad_request", ["nope"])
    assert (explained["explain"], explained["rows"], explained["tables"], explained["sql"]) == (True, 0, [], "")
    assert (unmasked["unmasked"], unmasked["rows"], unmasked["roles"]) == (True, 5, ["pii"])
    found = run("audit", "verify")
    assert (found.returncode, "6 lines hold" in found.stdout) == (0, True)
    head = found.stdout.split()[-1]
    assert run("audit", "verify", "--head", head).returncode == 0
    assert run("audit", "verify", "--head", f"7:{head.partition(':')[2]}").returncode == 1
    assert run("audit", "verify", "--head", "x").returncode == 2


def test_no_line_holds_a_value_of_a_row(cli, raw):
    run, entries = cli
    run(
        "sql",
        "SELECT full_name, phone, email FROM dim_customer ORDER BY customer_id LIMIT 50",
        "--as",
        "manager@tingi",
        "--format",
        "csv",
    )
    run("ask", "top 10 stores last month")
    text = json.dumps(entries(), ensure_ascii=False)
    names = [
        row[0] for row in raw.execute("SELECT full_name FROM scout.dim_customer WHERE org_id = 'tingi'").fetchall()
    ]
    stores = [row[0] for row in raw.execute("SELECT store_name FROM scout.dim_store WHERE org_id = 'tingi'").fetchall()]
    assert not [name for name in (*names, *stores) if name and name in text]


def test_it_can_be_left_out_and_a_demo_answers_where_it_cannot_be_written(cli, tmp_path):
    run, _ = cli
    run("ask", "top stores", NLQ_AUDIT="off")
    assert not (tmp_path / "state" / FILE).exists()
    assert run("ask", "top stores", NLQ_AUDIT="loud").returncode == 2
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / FILE).mkdir()
    done = run("ask", "top stores", "--format", "csv")
    assert (done.returncode, len(done.stdout.splitlines()) > 3) == (0, True), done.stderr
    assert "audit log" in done.stderr


def test_where_askers_are_held_to_it_no_line_means_no_answer(tmp_path, home):
    """Not a demo: a principal from a token, here as the service hands it in."""
    from dataclasses import replace

    from nlq import Principal
    from nlq.api import Assistant, SyncAssistant
    from nlq.errors import SettingsError
    from nlq.settings import load

    state = tmp_path / "state"
    state.mkdir()
    (state / FILE).mkdir()
    env = {"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"], "NLQ_STATE": str(state), "NLQ_AUDIT": "on"}
    settings = replace(load(ROOT / "nlq.toml", env=env), demo=False, development=False)
    asker = Principal("a", "tingi", regions="*")
    with SyncAssistant(Assistant(settings, blocking=True)) as assistant, pytest.raises(SettingsError, match="audit"):
        assistant.query({"metrics": ["stores"]}, asker)


def test_a_question_that_is_left_is_written_down(tmp_path, home):
    from nlq import Principal
    from nlq.api import Assistant
    from nlq.settings import load

    env = {"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"], "NLQ_STATE": str(tmp_path), "NLQ_AUDIT": "on"}

    async def leave():
        async with Assistant(load(ROOT / "nlq.toml", env=env)) as assistant:
            steps = assistant.steps("top stores in NCR", Principal("a", "tingi", regions="*"))
            async for step in steps:
                if type(step).__name__ == "ScopedQuery":
                    break
            await steps.aclose()
            with pytest.raises(BadRequest):
                await assistant.query({"metrics": ["nope"]}, Principal("a", "tingi", regions="*"))

    asyncio.run(leave())
    log = AuditLog(tmp_path)
    wrong, left = log.last(5)
    log.close()
    assert (left.entry["status"], left.entry["rows"]) == ("abandoned", 0)
    assert "gold_daily_aggregates" in left.entry["tables"]
    assert wrong.entry["reason"] == "bad_request"

"""What is made of a run's verdicts: rates, reports, comparisons; runs that are stopped; sets that others have published."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from helpers import ROOT
from judged import answer, case

from nlq.errors import BadRequest
from nlq.evals import cases, compare, page, public, report, stats
from nlq.evals.run import Journal, Outcome, beyond
from nlq.evals.score import judge, offers
from nlq.surfaces.cli.evals import interrupts
from nlq.values.answer import Option
from nlq.values.query import SemanticQuery

NLQ = str(Path(sys.executable).parent / "nlq")


def outcome(
    number, verdict, *, question="", level="high", status="answered", language="en", agreement=None, kind="", **more
):
    one = cases.Case(f"c{number}", question or f"question {'abcdefghijklmnopqrstuvwxyz'[number]}", language, "f", "analyst@tingi", "answered", sql="x", **more)  # fmt: skip
    return Outcome(one, verdict, status, "read", "text", 10.0 * (number + 1), level, agreement, kind)


# Wilson's intervals as they are tabulated: R's binom::binom.wilson(x, n).
@pytest.mark.parametrize(("hits", "of", "low", "high"), [(8, 10, 0.4901625, 0.9433178), (0, 20, 0.0, 0.1611252), (20, 20, 0.8388748, 1.0), (95, 100, 0.8882495, 0.9784563), (0, 0, 0.0, 1.0)])  # fmt: skip
def test_a_rates_interval(hits, of, low, high):
    assert stats.wilson(hits, of) == pytest.approx((low, high), abs=1e-6)


def test_cases_that_differ_in_a_number_count_once_with_the_worst():
    found = [outcome(0, "right", question="top 5 stores"), outcome(1, "wrong", question="Top 10 stores?"), outcome(2, "right", question="top brands")]  # fmt: skip
    told = stats.summary(found)
    assert (told["cases"], told["counted"], told["verdicts"]["wrong"], told["verdicts"]["right"]) == (3, 2, 1, 1)
    other = outcome(3, "right", question="top 5 stores", turns=("sales in 2025",))
    assert stats.summary([*found, other])["counted"] == 3


def test_risk_coverage_and_calibration_are_of_the_answers():
    found = [outcome(0, "right", level="verified"), outcome(1, "right"), outcome(2, "wrong"), outcome(3, "right", level="low"),
             outcome(4, "declined", status="declined", level="low"), outcome(5, "wrong", level="low", agreement=True)]  # fmt: skip
    told = stats.summary(found)
    by_level = {one["from"]: (one["answered"], one["coverage"], one["risk"]) for one in told["coverage"]}
    assert by_level == {
        "verified": (1, 1 / 6, 0.0),
        "high": (3, 0.5, 1 / 3),
        "medium": (3, 0.5, 1 / 3),
        "low": (5, 5 / 6, 0.4),
    }
    assert {one["level"]: (one["right"], one["answered"]) for one in told["calibration"]} == {"verified": (1, 1), "high": (1, 2), "medium": (0, 0), "low": (1, 2)}  # fmt: skip
    assert told["kinds"] == []
    assert told["agreed_and_wrong"] == 1
    assert told["latency_ms"] == {"p50": 40.0, "p95": 60.0}


def test_kinds_of_readings_are_counted_where_there_was_an_answer():
    found = [outcome(0, "right", kind="plain"), outcome(1, "wrong", kind="plain"), outcome(2, "right", kind="assumed"),
             outcome(3, "asked", status="clarify", kind="plain"), outcome(4, "right")]  # fmt: skip
    told = stats.summary(found)
    assert [(one["kind"], one["right"], one["answered"]) for one in told["kinds"]] == [
        ("assumed", 1, 1),
        ("plain", 1, 2),
    ]
    assert "1 of 2 answers right where the reading is plain (95 %: from 9.5%)" in report.as_text(found)
    assert "kind of reading" in page.as_html(found, {})


def test_rates_are_held_to_what_is_wanted():
    told = stats.summary([outcome(number, "right" if number < 9 else "wrong") for number in range(10)])
    assert beyond(told, {"right": 0.9}, {"wrong": 0.1}) == []
    assert beyond(told, {"right": 0.95}, {"wrong": 0.05}) == ["90.0% right, under 95.0%", "10.0% wrong, over 5.0%"]


@pytest.mark.parametrize(("expected", "given", "verdict"), [
    (case("told", mentions=("revenue", "pesos|php")), "Revenue is in PHP.", "right"), (case("told", mentions=("revenue", "pesos|php")), "Revenue.", "wrong"),
    (case("explained", sql="x"), [(5, 4, 1)], "right"), (case("explained", sql="x"), [("a", 2, 2, 0), ("all", 5, 4, 1)], "right"), (case("explained", sql="x"), [(5, 4, 2)], "wrong"),
    (case("answered", sql="x", exact=True), [(5, 4, 1, 9)], "wrong"), (case("answered", sql="x"), [(5, 4, 1, 9)], "right"),
])  # fmt: skip
def test_verdicts_on_words_and_explanations(expected, given, verdict):
    from dataclasses import replace

    told = answer("answered", given if isinstance(given, list) else [])
    told = replace(told, text=given) if isinstance(given, str) else told
    assert judge(expected, told, [(5, 4, 1)] if expected.sql else None) == verdict


def test_a_question_back_has_to_offer_what_may_be_meant():
    from dataclasses import replace

    asked = replace(answer("clarify"), options=tuple(Option(label, SemanticQuery()) for label in ("sales in Cebu City", "sales in Cebu, the province")))  # fmt: skip
    assert judge(case("clarify", between=("Cebu province", "Cebu City")), asked, None) == "right"
    assert judge(case("clarify", between=("Cebu City", "Cebu island")), asked, None) == "asked"
    assert offers(["a b", "a"], ["a", "a b"])  # whichever fits the other
    assert not offers(["a b"], ["a", "b"])


def test_reports_can_be_read_by_what_reads_them():
    found = [outcome(0, "right"), outcome(1, "wrong", question="a | <b>\x07"), outcome(2, "failed", status="failed"), outcome(3, "declined", status="declined")]  # fmt: skip
    suite = ET.fromstring(report.as_junit(found)).find("testsuite")
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}  # fmt: skip
    assert [len(one) for one in suite] == [0, 1, 1, 1]
    text = report.as_markdown(found, {"planner": "reader"})
    assert "| wrong | c1 | a \\| &lt;b>\x07 | read |" in text
    html = page.as_html(found, {})
    assert html.count("<svg") == 3
    assert "http" not in html.replace("http-equiv", "")


def test_runs_are_compared_case_by_case(tmp_path):
    for name, verdicts in (("a", ("right", "declined", "wrong")), ("b", ("wrong", "right", "wrong", "right"))):
        (tmp_path / name).mkdir()
        found = [outcome(number, verdict) for number, verdict in enumerate(verdicts)]
        (tmp_path / name / "report.json").write_text(report.as_json(found, {"planner": "reader"}))
    found = compare.changes(compare.read(tmp_path / "a"), compare.read(tmp_path / "b" / "report.json"))
    assert [(one.id, one.before, one.now, one.worse) for one in found] == [
        ("c0", "right", "wrong", True), ("c1", "declined", "right", False), ("c3", None, "right", False),
    ]  # fmt: skip
    done = subprocess.run([NLQ, "eval", "compare", str(tmp_path / "a"), str(tmp_path / "b"), "--format", "json"], check=False, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 1
    assert [one["id"] for one in json.loads(done.stdout)["changes"]] == ["c0", "c1", "c3"]
    with pytest.raises(BadRequest):
        compare.read(tmp_path)


def test_a_journal_keeps_what_is_as_it_was(tmp_path):
    one, other = outcome(0, "right"), outcome(1, "wrong")
    journal = Journal(tmp_path / "o.jsonl", {"planner": "reader"})
    journal.start([])
    for each in (one, other):
        journal.add(each)
    with journal.path.open("a") as file:
        file.write('{"key": "cut off')
    changed = cases.Case(other.case.id, "another question", "en", "f", "analyst@tingi", "answered", sql="x")
    assert journal.begun([one.case, changed]) == {one.case.key: one}
    assert Journal(journal.path, {"planner": "model"}).begun([one.case]) == {}


def some_cases(path, many):
    found = [{"id": f"n{number}", "question": f"total sales last month {'and ' * number}", "language": "en", "family": "x",
              "as": "analyst@tingi", "expect": "declined"} for number in range(many)]  # fmt: skip
    path.write_text(yaml.safe_dump(found))
    return path


def test_a_run_that_is_stopped_is_taken_up_again(home, tmp_path):
    one, out = some_cases(tmp_path / "cases.yaml", 40), tmp_path / "out"
    found = yaml.safe_load(one.read_text())
    found[20] |= {
        "expect": "answered",
        "sql": "SELECT sum(a.range % 7 * b.range) FROM range(40000) a, range(40000) b",
    }  # some seconds
    one.write_text(yaml.safe_dump(found))
    running = subprocess.Popen([NLQ, "eval", "run", str(one), "--out", str(out), "--jobs", "1"], cwd=ROOT, env=home, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)  # fmt: skip
    journal = out / "outcomes.jsonl"
    for _ in range(600):
        if journal.exists() and len(journal.read_text().splitlines()) > 10:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "--resume" in said
    kept = journal.read_text().splitlines()[1:-1]
    done = subprocess.run([NLQ, "eval", "run", str(one), "--out", str(out), "--resume"], check=False, cwd=ROOT, env=home, capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert journal.read_text().splitlines()[1 : 1 + len(kept)] == kept
    assert json.loads((out / "report.json").read_text())["cases"] == 40


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_ctrl_c_that_comes_while_something_is_collected_is_not_lost():
    class Collected:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with interrupts() as noted:
        one = Collected()
        del one  # the interrupt is raised in there, where it is only printed
        assert noted == [signal.SIGINT]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_warehouse_that_is_missing_is_said_by_its_name(home, tmp_path):
    one = some_cases(tmp_path / "cases.yaml", 2)
    env = {**home, "NLQ_DUCKDB_PATH": str(tmp_path / "none.duckdb")}
    done = subprocess.run([NLQ, "eval", "run", str(one), "--out", str(tmp_path / "out"), "--jobs", "2"], check=False, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 1
    assert "none.duckdb" in done.stderr
    assert "went wrong on our side" not in done.stderr


def test_what_is_asked_for_wrongly_is_said(home, tmp_path):
    one = some_cases(tmp_path / "cases.yaml", 1)
    for options in (["--fail-under", "right=2"], ["--fail-over", "bad=0.1"], ["--resume"], ["--family", "nothing"]):
        done = subprocess.run([NLQ, "eval", "run", str(one), *options], check=False, cwd=ROOT, env=home, capture_output=True, text=True, timeout=60)  # fmt: skip
        assert done.returncode == 2
        assert "fix" in done.stderr
    done = subprocess.run([NLQ, "eval", "run", str(one), "--fail-over", "wrong=0.5"], check=False, cwd=ROOT, env=home, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert "over 50.0%" in done.stderr or done.returncode == 0


SPIDER = [
    {"db_id": "shop", "question": "How many?", "query": "SELECT count(*) FROM t"},
    {"db_id": "zoo", "question": "Who?", "query": "SELECT 1"},
]
BIRD = [{"question_id": 1, "db_id": "shop", "question": "Best?", "evidence": "best: most sales", "SQL": "SELECT a FROM t ORDER BY IFNULL(b, 0) DESC LIMIT 1", "difficulty": "simple"},
        {"question_id": 2, "db_id": "shop", "question": "Broken?", "evidence": "", "SQL": "SELECT FROM WHERE (", "difficulty": "simple"}]  # fmt: skip
DEFOG = 'question,query,db_name,query_category\n"Which, then?","SELECT {t.a, max(t.b, 1)} FROM t ORDER BY a","shop","group_by"\n'


@pytest.mark.parametrize(("form", "text", "sql", "ordered", "left_out"), [
    ("spider", json.dumps(SPIDER), "SELECT COUNT(*) FROM t", False, 0), ("bird", json.dumps(BIRD), "SELECT a FROM t ORDER BY COALESCE(b, 0) DESC", True, 1),
    ("defog", DEFOG, "SELECT t.a FROM t ORDER BY a", True, 0),
])  # fmt: skip
def test_published_sets_become_cases(tmp_path, form, text, sql, ordered, left_out):
    (tmp_path / "file").write_text(text)
    found, skipped = public.read(tmp_path / "file", form, "shop", "analyst")
    assert len(skipped) == left_out
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(found))
    (one,) = cases.read(tmp_path / "cases.yaml")
    assert " ".join(one.sql.split()).startswith(sql)
    assert one.ordered is ordered
    assert one.question == {"spider": "How many?", "bird": "Best? (best: most sales)", "defog": "Which, then?"}[form]


def test_what_is_no_published_set_is_refused(tmp_path):
    path = Path(tmp_path, "file")
    for text, form in (
        ("{}", "spider"),
        ("[{}]", "bird"),
        ("[", "spider"),
        ("a,b\n1,2\n", "defog"),
        (json.dumps(SPIDER), "bird"),
    ):
        path.write_text(text)
        with pytest.raises(BadRequest):
            public.read(path, form, "shop", "analyst")
    path.write_text(json.dumps(SPIDER))
    with pytest.raises(BadRequest, match="no question of a database 'none'") as caught:
        public.read(path, "spider", "none", "analyst")
    assert "shop, zoo" in caught.value.fix


def test_the_command_writes_cases(tmp_path):
    Path(tmp_path, "dev.json").write_text(json.dumps(BIRD))
    done = subprocess.run([NLQ, "eval", "import", "bird", str(tmp_path / "dev.json"), "--database", "shop", "--out", str(tmp_path / "made" / "cases.yaml")],
                          check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 cases are in" in done.stdout
    assert "left out  2" in done.stderr

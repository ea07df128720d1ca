"""The command line as another program sees it: codes, streams, and what bad input gets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

NLQ = str(Path(sys.executable).parent / "nlq")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def nlq(home):
    def run(*words, env=None, stdin=None, cwd=ROOT):
        return subprocess.run(
            [NLQ, *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            input=stdin,
            cwd=cwd,
            env={**home, **(env or {})},
        )

    return run


def test_json_is_the_answer_and_nothing_else(nlq):
    done = nlq("ask", "Show me top performing stores in NCR", "--as", "analyst@tingi", "--format", "json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["status"], done.stderr) == (0, "answered", "")


def test_the_first_answer_by_hand(nlq, raw):
    answer = json.loads(nlq("ask", "Show me top performing stores in NCR", "--format", "json").stdout)
    by_hand = raw.execute(
        "SELECT s.store_name, sum(t.peso_value) FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s "
        "ON s.org_id = t.org_id AND s.store_id = t.store_id WHERE t.org_id = 'tingi' AND t.region = 'NCR' AND t.deleted_at IS NULL "
        "AND t.date_key BETWEEN DATE '2026-10-17' AND DATE '2026-11-15' GROUP BY s.store_id, s.store_name ORDER BY 2 DESC LIMIT 10"
    ).fetchall()
    assert answer["rows"] == [[name, float(value)] for name, value in by_hand]


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "a" * 100_000, "top\x07stores", "\x1b[31mred"])
def test_a_question_that_is_no_text_is_a_usage_error(nlq, text):
    done = nlq("ask", text)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("nlq: the question")


def test_binary_questions_come_through_lines_as_errors(nlq):
    done = nlq("ask", "--lines", "-", stdin='{"id": "1", "question": "total sales"}\nnot json\n')
    assert done.returncode == 2
    assert json.loads(done.stdout)["id"] == "1"
    assert "-:2" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ask", "what is the weather in Manila tomorrow"), 4),
        (("ask", "sales in San Fernando"), 3),
        (("sql", "SELECT * FROM not_there"), 4),
        (("sql", "DROP TABLE dim_store"), 4),
        (("query", '{"metrics": ["revenu"]}'), 2),
        (("query", "{not json"), 2),
        (("query", "no-such-file.json"), 2),
        (("query", '{"metrics": ["revenue"], "period": {"start": "2026-02-01", "end": "2026-01-01"}}'), 2),
        (("ask", "total sales", "--as", "nobody"), 2),
        (("ask", "total sales", "--as-of", "31 February"), 2),
        (("ask", "total sales", "--engine", "trino"), 1),
        (("ask",), 2),
        (("no-such-command",), 2),
    ],
)
def test_codes_and_sentences(nlq, words, code):
    done = nlq(*words)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout or done.stderr


def test_an_unknown_metric_names_the_nearest(nlq):
    done = nlq("query", '{"metrics": ["revenu"]}')
    assert "did you mean revenue" in done.stderr


def test_a_missing_warehouse_says_what_to_do(nlq, tmp_path):
    done = nlq("ask", "total sales", "--format", "json", env={"NLQ_DUCKDB_PATH": str(tmp_path / "none.duckdb")})
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["status"], answer["reason"]["code"]) == (1, "failed", "engine_down")


def test_a_file_that_is_no_warehouse(nlq, tmp_path):
    (tmp_path / "text.duckdb").write_text("this is no database" * 1000)
    done = nlq("ask", "total sales", "--format", "json", env={"NLQ_DUCKDB_PATH": str(tmp_path / "text.duckdb")})
    assert done.returncode == 1
    assert json.loads(done.stdout)["reason"]["code"] == "engine_down"


def test_a_locked_warehouse(nlq, tmp_path):
    from nlq.drivers.duckdb import connect

    path = tmp_path / "locked.duckdb"
    with connect(str(path)) as writer:
        writer.execute("CREATE TABLE t (i INTEGER)")
        done = nlq("ask", "total sales", "--format", "json", env={"NLQ_DUCKDB_PATH": str(path)})
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["reason"]["code"]) == (1, "engine_down")
    assert "locked" in answer["reason"]["text"]


def test_a_broken_model_names_file_line_and_fix(nlq, tmp_path):
    import shutil

    folder = tmp_path / "layer" / "scout"
    shutil.copytree(ROOT / "semantic_layer" / "scout", folder)
    shutil.copytree(ROOT / "semantic_layer" / "regions", tmp_path / "layer" / "regions")
    text = (folder / "metrics.yml").read_text()
    (folder / "metrics.yml").write_text(text.replace("growth: revenue\n", "growth: revenu\n"))
    done = nlq("model", "check", str(folder))
    assert done.returncode == 2
    assert 'did you mean "revenue"?' in done.stderr
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "name: revenue_growth" in row)
    assert f"metrics.yml:{line}:" in done.stderr
    (folder / "metrics.yml").write_text("metrics: [\n  - {name: x\n")
    done = nlq("ask", "total sales", env={"NLQ_SEMANTIC_LAYER": str(folder)})
    assert done.returncode == 2
    assert "metrics.yml:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_model_is_sound_and_agrees_with_the_data(nlq):
    done = nlq("model", "check")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_setting_is_named(nlq):
    done = nlq("ask", "total sales", env={"NLQ_MAX_ROW": "7"})
    assert done.returncode == 2
    assert "NLQ_MAX_ROW" in done.stderr


def test_csv_guards_formulas_and_markdown_guards_markup(nlq):
    done = nlq("sql", "SELECT '=1+1' AS f, '<b>|x|</b>' AS m FROM dim_store LIMIT 1", "--format", "csv")
    assert done.stdout.splitlines()[1].startswith("'=1+1")
    done = nlq("sql", "SELECT '<b>|x|</b>' AS m FROM dim_store LIMIT 1", "--format", "md")
    assert "<b>" not in done.stdout


def interruptible():
    """A program started in the background, as CI may start this one, ignores Ctrl-C and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_stops_a_build_and_leaves_nothing(home, tmp_path):
    path = tmp_path / "half.duckdb"
    with subprocess.Popen(
        [NLQ, "warehouse", "demo", "--out", str(path)],
        env=home,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,  # noqa: PLW1509 - no threads here
    ) as process:
        for line in process.stderr:
            if "sales" in line or "store" in line:
                break
        time.sleep(1)
        os.kill(process.pid, signal.SIGINT)
        rest = process.stderr.read()
        code = process.wait(timeout=60)
    assert code == 130
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_a_query(home):
    slow = "SELECT count(*) FROM silver_transactions_cleaned a, silver_transactions_cleaned b WHERE a.peso_value * b.peso_value > 7"
    with subprocess.Popen(
        [NLQ, "sql", slow],
        env={**home, "NLQ_MAX_CELLS": str(10**18), "NLQ_DAILY_CELLS": str(10**18)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,  # noqa: PLW1509 - no threads here
    ) as process:
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_doctor_says_what_is_there(nlq):
    done = nlq("doctor", "--format", "json")
    states = {one["name"]: one["state"] for one in json.loads(done.stdout)}
    assert (done.returncode, states["warehouse"], states["semantic layer"]) == (0, "ok", "ok")


def test_compile_prints_sql_alone_and_scoped_holds_the_policy(nlq):
    query = '{"metrics": ["revenue"], "dimensions": ["region"]}'
    plain, scoped = nlq("compile", query), nlq("compile", query, "--scoped", "--dialect", "duckdb")
    assert "nlq_org_id" not in plain.stdout
    assert "$nlq_org_id_0" in scoped.stdout


@pytest.mark.parametrize("engine", ["auto", "duckdb"])
def test_an_answer_from_a_file_starts_without_an_event_loop_or_a_server(home, engine):
    """They are slow to import, and the file needs none of them, whatever servers the settings name."""
    env = {**home, "NLQ_REDIS_URL": "redis://127.0.0.1:1/0"}
    if engine == "duckdb":
        env |= {"NLQ_POSTGRES_URL": "postgresql://nobody@127.0.0.1:1/none"}
    program = (
        "import sys; from nlq.surfaces.cli.main import run\n"
        f"sys.argv = ['nlq', 'ask', 'total sales', '--engine', '{engine}', '--format', 'json']\n"
        "try: run()\n"
        "finally: print(sorted({'asyncio', 'asyncpg', 'trino', 'redis', 'pyiceberg', 'mcp', 'jwt'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "answered"
    assert done.stderr.strip().endswith("[]")


def test_doctor_looks_at_the_language_model_and_the_services(home):
    def found(**env):
        done = subprocess.run([NLQ, "doctor", "--format", "json"], check=False, cwd=ROOT, env={**home, **env}, capture_output=True,
                              text=True, timeout=60)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return {one["name"]: one for one in json.loads(done.stdout)}

    bare = found()
    assert {bare[name]["state"] for name in ("language model", "tokens", "slack")} == {"optional"}
    replies = ROOT / "evals" / "replayed" / "replies"
    full = found(NLQ_MODEL=f"replay:{replies}", NLQ_JWT_SECRET="x" * 32)
    assert "recorded replies" in full["language model"]["detail"]
    assert full["tokens"]["state"] == "ok"
    away = found(NLQ_MODEL="openai:x", OPENAI_BASE_URL="http://127.0.0.1:1/v1")["language model"]
    assert away["state"] == "optional"
    assert "the reader answers alone" in away["detail"]
    assert found(NLQ_MODEL="nonsense")["language model"]["state"] == "optional"


def test_a_later_call_goes_on_from_a_conversation(nlq):
    assert nlq("ask", "sales by region in Luzon last month", "--conversation", "north", "--explain").returncode == 0
    followed = json.loads(nlq("ask", "how about Visayas?", "--conversation", "north", "--format", "json").stdout)
    assert (followed["query"]["dimensions"], followed["query"]["where"][0]["values"]) == (["region"], ["Visayas"])
    assert nlq("ask", "how about Visayas?", "--conversation", "south").returncode != 0


def test_lines_say_what_was_asked_before(nlq):
    line = {"id": "1", "question": "how about Visayas?", "turns": ["sales by region in Luzon last month"]}
    done = nlq("ask", "--lines", "-", stdin=f"{json.dumps(line)}\n{json.dumps({**line, 'id': '2', 'turns': []})}\n")
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["status"], first["query"]["where"][0]["values"]) == ("answered", ["Visayas"])
    assert second["status"] != "answered"
    assert nlq("ask", "--lines", "-", stdin='{"id": "1", "question": "x", "turns": "y"}\n').returncode == 2

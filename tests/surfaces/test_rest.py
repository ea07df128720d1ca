"""The service over HTTP: the contract's shapes, who may see what, what goes wrong, and what happens when a client goes away."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import jwt
import pytest
from helpers import ROOT, listening, settings_for
from prometheus_client.parser import text_string_to_metric_families

SECRET = "0123456789abcdef0123456789abcdef"
NLQ = str(Path(sys.executable).parent / "nlq")
OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}
QUERY = {"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER}
SLOW = "SELECT COUNT(*) FROM silver_transactions_cleaned a JOIN silver_transactions_cleaned b ON a.region = b.region"


def token(sub="ana", org_id="tingi", regions="*", key=SECRET, **more):
    return jwt.encode(
        {"sub": sub, "org_id": org_id, "regions": regions, "exp": time.time() + 86_400, **more}, key, "HS256"
    )


def client(address, *, given=None, **claims):
    headers = {"Authorization": f"Bearer {token(**claims) if given is None else given}"} if given != "" else {}
    return httpx.Client(base_url=address, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def address(home):
    with listening(settings_for(home, NLQ_JWT_SECRET=SECRET, NLQ_REQUESTS_PER_MINUTE="1000")) as found:
        yield found


@pytest.fixture
def ana(address):
    with client(address) as found:
        yield found


def ask(one, question, **more):
    response = one.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return response.json()


def events(one, body):
    found = []
    with one.stream("POST", "/v1/ask", json=body, headers={"Accept": "text/event-stream"}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for block in "".join(response.iter_text()).strip().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines())
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


def is_problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == response.json()["title"] == code
    assert response.json()["detail"]


# Answers.


def test_a_question_gives_the_same_answer_as_the_command_line(ana, assistant, analyst):
    found = ask(ana, "top 5 stores in NCR last month")
    other = json.loads(assistant.ask("top 5 stores in NCR last month", analyst).to_json_text())
    for name in ("status", "query", "columns", "rows", "reading", "sql", "text", "chart", "assumptions", "as_of"):
        assert found[name] == other[name], name
    assert found.keys() == other.keys()


@pytest.mark.parametrize(
    ("question", "status"), [("sales in San Fernando", "clarify"), ("profit last month", "declined")]
)
def test_every_answer_is_200_whatever_its_status(ana, question, status):
    assert ask(ana, question)["status"] == status


def test_queries_sql_and_compile(ana, assistant, analyst):
    rows = json.loads(assistant.query(QUERY, analyst).to_json_text())["rows"]
    assert ana.post("/v1/query", json=QUERY).json()["rows"] == rows
    compiled = ana.post("/v1/compile", json=QUERY).json()
    assert (compiled["status"], compiled["rows"], compiled["timings_ms"]["execute"]) == ("answered", [], None)
    counted = ana.post("/v1/sql", json={"sql": "SELECT COUNT(*) AS n FROM dim_store"}).json()
    assert counted["rows"] == [[assistant.sql("SELECT COUNT(*) AS n FROM dim_store", analyst).rows[0][0]]]
    refused = ana.post("/v1/sql", json={"sql": "DROP TABLE dim_store"}).json()
    assert (refused["status"], refused["reason"]["code"]) == ("declined", "unsafe_sql")


def test_money_as_exact_text(ana):
    cell = ana.post("/v1/query?decimals=string", json={"metrics": ["revenue"], "period": OCTOBER}).json()["rows"][0][0]
    number = ana.post("/v1/query", json={"metrics": ["revenue"], "period": OCTOBER}).json()["rows"][0][0]
    assert isinstance(cell, str)
    assert cell.partition(".")[2].isdigit()
    assert float(cell) == number


def test_events_come_in_order_and_end_with_the_whole_answer(ana):
    found = events(ana, {"question": "revenue by island group last month"})
    names = [name for _, name, _ in found]
    assert [number for number, _, _ in found] == list(range(1, len(found) + 1))
    wanted = ["status", "reading", "sql", "columns", "rows", "chart", "text", "done"]
    assert [name for name in wanted if name in names] == wanted == sorted(set(names) & set(wanted), key=names.index)
    said = {name: data for _, name, data in found}
    whole = said["done"]
    assert (said["rows"]["rows"], said["columns"]["columns"], said["text"]["text"]) == (
        whole["rows"],
        whole["columns"],
        whole["text"],
    )
    assert said["reading"]["text"] == whole["reading"]
    assert whole == ana.get(f"/v1/answers/{whole['id']}").json()


@pytest.mark.parametrize(
    ("question", "name"), [("sales in San Fernando", "clarify"), ("profit last month", "declined")]
)
def test_events_of_what_is_not_answered(ana, question, name):
    names = [event for _, event, _ in events(ana, {"question": question})]
    assert names[-1] == "done"
    assert set(names[names.index(name) + 1 : -1]) <= {
        "suggestions"
    }  # the contract's order: what else could be asked is last
    assert not {"rows", "text", "clarify", "declined"} & set(names) - {name}


def test_a_wrong_request_is_a_problem_and_not_a_stream(ana):
    response = ana.post("/v1/ask", json={"question": " "}, headers={"Accept": "text/event-stream"})
    is_problem(response, 400, "bad_request")


def test_an_option_is_chosen_by_its_index(ana):
    first = ask(ana, "sales in San Fernando last month")
    for index, option in enumerate(first["options"]):
        asked = ask(ana, "sales in San Fernando last month")
        found = ask(ana, "sales in San Fernando last month", conversation_id=asked["conversation_id"], choice=index)
        assert (found["status"], found["query"]) == ("answered", option["query"])
        assert found["rows"] == ana.post("/v1/query", json=option["query"]).json()["rows"]
    is_problem(
        ana.post("/v1/ask", json={"question": "x", "conversation_id": first["id"], "choice": 9}), 400, "bad_request"
    )
    is_problem(ana.post("/v1/ask", json={"question": "x", "choice": 0}), 400, "bad_request")


def test_another_day_is_asked_for(ana):
    assert ask(ana, "revenue last month", as_of="2026-06-15")["query"]["period"] == {
        "start": "2026-05-01",
        "end": "2026-05-31",
    }


# What was answered before.


def test_csv_holds_the_rows_and_no_formula(ana):
    made = ask(ana, "top 5 stores in NCR last month")
    response = ana.get(f"/v1/answers/{made['id']}.csv")
    rows = list(csv.reader(io.StringIO(response.text)))
    assert response.headers["content-type"].startswith("text/csv")
    assert rows[0] == [column["name"] for column in made["columns"]]
    assert [[row[0], float(row[1])] for row in rows[1:]] == made["rows"]


def test_the_chart_is_a_picture(ana):
    made = ask(ana, "revenue by island group last month")
    picture = ana.get(f"/v1/answers/{made['id']}.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG\r\n")
    assert len(picture.content) > 4_000
    single = ask(ana, "total revenue last month")
    is_problem(ana.get(f"/v1/answers/{single['id']}.png"), 404, "not_found")


@pytest.mark.parametrize("kind", ["", ".csv", ".png"])
@pytest.mark.parametrize("other", [{"sub": "ben"}, {"org_id": "suki"}, {"sub": "ben", "org_id": "suki"}])
def test_an_answer_of_somebody_else_is_not_there(address, ana, kind, other):
    made = ask(ana, "revenue by island group last month")
    with client(address, **other) as stranger:
        foreign = stranger.get(f"/v1/answers/{made['id']}{kind}")
        missing = stranger.get(f"/v1/answers/00000000-0000-4000-8000-000000000000{kind}")
        is_problem(foreign, 404, "not_found")
        assert foreign.json() == missing.json()
        is_problem(stranger.post(f"/v1/answers/{made['id']}/feedback", json={"rating": "up"}), 404, "not_found")
        is_problem(
            stranger.post("/v1/ask", json={"question": "x", "conversation_id": made["id"], "choice": 0}),
            400,
            "bad_request",
        )


def test_an_answer_under_another_scope_is_run_anew_and_says_so(address, ana):
    made = ask(ana, "revenue by region last month")
    with client(address, regions=["NCR"]) as less:  # the same person, who may see less by now
        again = less.get(f"/v1/answers/{made['id']}").json()
        assert [row[0] for row in again["rows"]] == ["NCR"] != [row[0] for row in made["rows"]]
        assert any("run anew" in line for line in again["provenance"]["warnings"])
        assert len(less.get(f"/v1/answers/{made['id']}.csv").text.splitlines()) == 2
        typed = ana.post("/v1/sql", json={"sql": "SELECT region, COUNT(*) AS n FROM dim_store GROUP BY region"}).json()
        shown = less.get(f"/v1/answers/{typed['id']}").json()
        assert (shown["status"], shown["reason"]["code"], shown["rows"]) == ("declined", "not_permitted", [])
        assert not any(str(cell) in json.dumps(shown["columns"]) for row in typed["rows"] for cell in row)


def test_rows_that_are_masked_for_others_are_not_written_down(address, home):
    sql = "SELECT full_name FROM dim_customer WHERE full_name IS NOT NULL ORDER BY customer_id LIMIT 3"
    with client(address, roles=["pii"]) as manager:
        made = manager.post("/v1/sql", json={"sql": sql}).json()
    names = [row[0] for row in made["rows"]]
    assert len(names) == 3
    files = [path for path in Path(home["XDG_STATE_HOME"]).rglob("*") if path.is_file()]
    assert files
    import sqlite3
    import zlib

    kept = sqlite3.connect(f"file:{Path(home['XDG_STATE_HOME']) / 'nlq.sqlite3'}?mode=ro", uri=True)
    content = zlib.decompress(
        kept.execute("select content from answers where id = ?", (made["id"],)).fetchone()[0]
    ).decode()
    kept.close()
    assert not any(name in content for name in names)


def test_feedback_is_kept_once(ana):
    made = ask(ana, "total revenue last month")
    for rating in ("up", "up", "down"):
        response = ana.post(f"/v1/answers/{made['id']}/feedback", json={"rating": rating, "comment": "<b>"})
        assert (response.status_code, response.json()) == (201, {"id": made["id"], "rating": rating})
    is_problem(ana.post(f"/v1/answers/{made['id']}/feedback", json={"rating": "meh"}), 422, "bad_request")


# Who asks, and what they may see.


def test_each_tenant_gets_their_own_rows(address, raw):
    for org_id in ("tingi", "suki", "bodega"):
        with client(address, org_id=org_id) as one:
            found = ask(one, "total revenue last month")["rows"]
        by_hand = raw.execute(f"""select sum(peso_value) from scout.silver_transactions_cleaned where org_id = '{org_id}'
            and deleted_at is null and date_key between date '2026-10-01' and date '2026-10-31'""").fetchall()
        assert found == [[float(by_hand[0][0])]]


def test_values_are_those_of_the_askers_rows(address, ana):
    mine = {one["label"] for one in ana.get("/v1/catalog/values?dimension=store&q=").json()["values"]}
    with client(address, org_id="suki") as other:
        theirs = {one["label"] for one in other.get("/v1/catalog/values?dimension=store&q=").json()["values"]}
    with client(address, regions=[]) as nobody:
        assert nobody.get("/v1/catalog/values?dimension=store").json() == {"values": []}
    assert mine
    assert theirs
    assert mine.isdisjoint(theirs)


BAD = {
    "none": "", "nonsense": "abc", "another key": token(key="x" * 32), "expired": token(exp=time.time() - 3_600),
    "nobody": token(sub=""), "unsigned": jwt.encode({"sub": "ana", "org_id": "tingi", "exp": 9_999_999_999}, None, "none"),
    "long": "x" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("path", ["/v1/catalog", "/v1/answers/x", "/v1/me"])
def test_without_a_token_that_holds_there_is_nothing(address, name, path):
    with client(address, given=BAD[name]) as one:
        response = one.get(path)
    is_problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"] == "Bearer"
    assert "signature" not in response.text.lower()


def test_nobody_says_who_they_are_where_tokens_are_verified(address):
    response = httpx.get(f"{address}/v1/catalog", headers={"X-NLQ-As": "manager@tingi"})
    is_problem(response, 401, "unauthenticated")


# The catalog.


def test_the_catalog_says_what_can_be_asked(ana, assistant):
    found = ana.get("/v1/catalog").json()
    assert {one["name"] for one in found["metrics"]} == set(assistant.model.public_metrics())
    assert found["examples"]
    for question in found["examples"]:
        assert ask(ana, question)["status"] == "answered"
    one = ana.get("/v1/catalog/metrics/revenue").json()
    assert "store" in {entry["name"] for entry in one["dimensions"]}
    is_problem(ana.get("/v1/catalog/metrics/item_revenue"), 404, "not_found")
    assert ana.get("/v1/catalog/values?dimension=region&q=ncr").json()["values"] == [{"value": "NCR", "label": "NCR"}]
    assert ana.get("/v1/suggestions").json()["suggestions"] == found["examples"]


# What goes wrong.


@pytest.mark.parametrize(("path", "body", "status", "code"), [
    ("/v1/ask", {}, 422, "bad_request"),
    ("/v1/ask", {"question": "x", "more": 1}, 422, "bad_request"),
    ("/v1/ask", {"question": "x" * 2_001}, 400, "bad_request"),
    ("/v1/ask", {"question": "top stores", "planner": "model"}, 400, "bad_request"),
    ("/v1/query", {"metrics": ["nothing"]}, 400, "bad_request"),
    ("/v1/query", {"metrik": []}, 400, "bad_request"),
    ("/v1/query", [], 422, "bad_request"),
    ("/v1/sql", {"sql": 5}, 422, "bad_request"),
    ("/v1/nothing", {}, 404, "not_found"),
])  # fmt: skip
def test_what_is_wrong_is_a_problem(ana, path, body, status, code):
    is_problem(ana.post(path, json=body), status, code)


def test_a_body_that_is_no_json_or_too_large(ana):
    is_problem(ana.post("/v1/ask", content=b"{", headers={"Content-Type": "application/json"}), 422, "bad_request")
    is_problem(ana.post("/v1/ask", json={"question": "x" * 300_000}), 413, "too_large")

    def drip():
        for _ in range(40):
            yield b" " * 10_000

    is_problem(ana.post("/v1/ask", content=drip(), headers={"Content-Type": "application/json"}), 413, "too_large")
    assert ask(ana, "total revenue last month")["status"] == "answered"


def test_who_asks_too_often_waits(home):
    with listening(settings_for(home, NLQ_JWT_SECRET=SECRET, NLQ_REQUESTS_PER_MINUTE="3")) as address:
        with client(address) as one:
            codes = [one.get("/v1/suggestions").status_code for _ in range(4)]
            last = one.get("/v1/suggestions")
        with client(address, sub="ben") as other:
            assert other.get("/v1/suggestions").status_code == 200
    assert codes == [200, 200, 200, 429]
    is_problem(last, 429, "rate_limited")
    assert 1 <= int(last.headers["retry-after"]) <= 60


def open_requests(address):
    families = text_string_to_metric_families(httpx.get(f"{address}/metrics").text)
    return next(one.samples[0].value for one in families if one.name == "nlq_requests_open") - 1


def test_a_client_that_goes_away_ends_its_query(home):
    """The statement would take minutes; it is gone seconds after the client is."""
    with (
        listening(
            settings_for(
                home,
                NLQ_JWT_SECRET=SECRET,
                NLQ_STATEMENT_TIMEOUT_S="120",
                NLQ_MAX_CELLS="1000000000000000",
                NLQ_DAILY_CELLS="1000000000000000",
            )
        ) as address,
        client(address) as one,
    ):
        ask(one, "total revenue last month")
        with pytest.raises(httpx.ReadTimeout):
            one.post("/v1/sql", json={"sql": SLOW}, timeout=1.5)
        until = time.monotonic() + 10
        while open_requests(address) and time.monotonic() < until:
            time.sleep(0.1)
        assert open_requests(address) == 0
        assert ask(one, "total revenue last month")["status"] == "answered"


# For those who run it.


def test_health_readiness_and_metrics_need_no_token_and_name_nobody(address, ana):
    ask(ana, "total revenue last month")
    assert httpx.get(f"{address}/healthz").json() == httpx.get(f"{address}/readyz").json() == {"status": "ok"}
    text = httpx.get(f"{address}/metrics").text
    families = {one.name: one for one in text_string_to_metric_families(text)}
    assert sum(one.value for one in families["nlq_answers"].samples if one.name == "nlq_answers_total") >= 1
    assert not any(word in text for word in ("tingi", "suki", "ana", "revenue"))
    assert "/v1/answers/{ident}" in text or "/v1/ask" in text


def test_a_warehouse_that_is_away_is_not_ready(home, tmp_path):
    settings = settings_for(home, NLQ_JWT_SECRET=SECRET)
    from dataclasses import replace

    gone = replace(settings, duckdb_path=str(tmp_path / "none.duckdb"))
    with listening(gone) as address, client(address) as one:
        assert httpx.get(f"{address}/readyz").status_code == 503
        found = ask(one, "total revenue last month")
        assert (found["status"], found["reason"]["code"]) == ("failed", "engine_down")


def test_the_api_describes_itself(ana):
    paths = ana.get("/openapi.json").json()["paths"]
    assert {"/v1/ask", "/v1/query", "/v1/sql", "/v1/compile", "/v1/catalog", "/v1/answers/{ident}"} <= set(paths)


# Starting.


def serve(home, *arguments, **env):
    return subprocess.run([NLQ, "serve", "--port", "0", *arguments], check=False, cwd=ROOT, env={**home, **env}, capture_output=True,
                          text=True, timeout=60)  # fmt: skip


def test_it_does_not_start_without_a_way_to_verify_tokens(home):
    done = serve(home)
    assert done.returncode == 2
    assert "NLQ_JWT_SECRET" in done.stderr


def test_a_demo_is_for_this_machine_alone(home, tmp_path):
    assert serve(home, "--demo", "--host", "0.0.0.0").returncode == 2
    config = tmp_path / "nlq.toml"
    config.write_text("")
    assert serve(home, "--demo", "--config", str(config)).returncode == 2


def test_a_demo_answers_no_other_name(home):
    with listening(settings_for(home), demo=True) as address:
        assert httpx.get(f"{address}/v1/me").json()["as"] == "analyst@tingi"
        is_problem(httpx.get(f"{address}/v1/me", headers={"Host": "evil.example"}), 400, "bad_request")
        chosen = httpx.get(f"{address}/v1/me", headers={"X-NLQ-As": "analyst@suki"}).json()
        assert chosen["org_id"] == "suki"


def test_the_process_starts_answers_and_stops(home):
    import signal
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([NLQ, "serve", "--demo", "--port", str(port)], cwd=ROOT, env={**os.environ, **home}, stderr=subprocess.PIPE,
                          text=True) as process:  # fmt: skip
        try:
            assert f"127.0.0.1:{port}" in process.stderr.readline()
            for _ in range(200):
                try:
                    assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            process.wait(20)
        finally:
            process.kill()
    assert process.returncode in (0, 130)


def test_the_audit_log_is_for_an_organisations_auditors(address, ana):
    asked = ask(ana, "top 2 stores in october")
    assert ana.get("/v1/audit").status_code == 404
    with (
        client(address, sub="aud", roles=["auditor"]) as auditor,
        client(address, sub="b", org_id="suki", roles=["auditor"]) as other,
    ):
        assert ana.get(f"/v1/answers/{asked['id']}").status_code == 200
        lines = auditor.get("/v1/audit", params={"last": 5}).json()["lines"]
        assert (lines[0]["kind"], lines[0]["answer"], lines[0]["sub"]) == ("read", asked["id"], "ana")
        mine = next(line for line in lines if line["answer"] == asked["id"] and line["kind"] == "ask")
        assert (mine["sub"], mine["org_id"], mine["surface"], mine["rows"]) == ("ana", "tingi", "rest", 2)
        assert {line["org_id"] for line in other.get("/v1/audit", params={"last": 1000}).json()["lines"]} <= {"suki"}
        assert auditor.get("/v1/audit", params={"last": 0}).status_code == 422

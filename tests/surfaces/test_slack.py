"""The Slack bot over HTTP and in socket mode, against a loopback Slack with real signatures."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from helpers import ROOT, serving, settings_for
from slack_api import BOT, SIGNING, TEAM, buttons, click, command, event, send, signed, slack, table, words

from nlq.surfaces.slack.app import over_http, over_socket
from nlq.values import Principal

NLQ = str(Path(sys.executable).parent / "nlq")
PEOPLE = {
    f"{TEAM}/U1": Principal("ana@tingi", "tingi", regions="*", roles=("pii",)),
    f"{TEAM}/U2": Principal("ben@suki", "suki", regions="*"),
    f"{TEAM}/U3": Principal("cora@tingi", "tingi", regions=["NCR"]),
}
numbers = itertools.count()


def fresh():
    """An id that was never used: whatever is told twice with one is told once."""
    return f"Ev{time.time_ns()}-{next(numbers)}"


def bot_settings(home, api, **changed):
    env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": f"{api.url}/api/", "SLACK_SIGNING_SECRET": SIGNING, **changed}
    return replace(settings_for(home, **env), slack_users=PEOPLE)


@contextmanager
def started(home, **changed):
    with slack() as api, serving(over_http(bot_settings(home, api, **changed), "auto")) as address:
        yield api, address


@pytest.fixture
def bot(home):
    with started(home) as found:
        yield found


def money(rows):
    return [[name, f"₱{value:,.2f}"] for name, value in rows]


# Asking.


def test_a_direct_message_is_answered_with_a_table_and_a_chart(bot, assistant, analyst):
    api, address = bot
    response, took = send(address, event("top 3 stores in NCR last month", ident=fresh()))
    assert (response.status_code, took < 3) == (200, True)
    message = api.said(1)[-1]
    answer = assistant.ask("top 3 stores in NCR last month", analyst)
    assert table(message) == money(answer.rows)
    assert message["channel"] == "D1"
    assert answer.text in words(message)
    assert answer.reading in words(message)
    for _ in range(100):
        if any(method == "files.completeUploadExternal" for method, _ in api.calls):
            break
        time.sleep(0.1)
    assert any(b"\x89PNG" in file for file in api.files)


@pytest.mark.parametrize("payload", [
    lambda: (event(f"<@{BOT}> top 3 stores in NCR last month", kind="app_mention", channel="C1", ident=fresh()), False),
    lambda: (command("top 3 stores in NCR last month", trigger=fresh()), True),
], ids=["mention", "command"])  # fmt: skip
def test_in_a_channel_the_answer_is_for_the_asker_alone(bot, payload, assistant, analyst):
    api, address = bot
    body, form = payload()
    response, took = send(address, body, form=form)
    assert (response.status_code, took < 3) == (200, True)
    message = api.said(1)[-1]
    assert [method for method, _ in api.calls if method.startswith("chat.")] == ["chat.postEphemeral"]
    assert (message["user"], message["channel"]) == ("U1", "C1")
    assert table(message) == money(assistant.ask("top 3 stores in NCR last month", analyst).rows)
    assert api.files == []


def test_a_mention_is_answered_in_its_thread(bot):
    api, address = bot
    send(
        address, event(f"<@{BOT}> total revenue last month", kind="app_mention", channel="C1", ident=fresh(), ts="5.5")
    )
    assert api.said(1)[-1]["thread_ts"] == "5.5"
    send(
        address,
        event(
            f"<@{BOT}> total revenue last year",
            kind="app_mention",
            channel="C1",
            ident=fresh(),
            ts="5.7",
            thread_ts="5.5",
        ),
    )
    assert api.said(2)[-1]["thread_ts"] == "5.5"


@pytest.mark.parametrize(
    ("user", "asker"), [("U1", "analyst@tingi"), ("U2", "analyst@suki"), ("U3", "ncr-analyst@tingi")]
)
def test_each_person_sees_their_own_rows(bot, assistant, user, asker):
    api, address = bot
    send(address, event("top 3 stores last month", user=user, ident=fresh()))
    assert table(api.said(1)[-1]) == money(
        assistant.ask("top 3 stores last month", assistant.settings.principal(asker)).rows
    )


@pytest.mark.parametrize("who", [{"user": "U9"}, {"user": "U1", "team": "T2"}, {"user": ""}])
def test_who_is_not_mapped_gets_no_data(bot, who):
    api, address = bot
    send(address, event("top 3 stores last month", ident=fresh(), **who))
    message = api.said(1)[-1]
    assert "do not know who you are" in words(message)
    assert "₱" not in words(message)
    send(address, click({"action_id": "nlq_sql", "value": "x"}, user="U9", at=fresh()), form=True)
    assert "not an answer of yours" in words(api.said(2)[-1])


def test_masks_hold_in_slack_whatever_the_role(bot, assistant, analyst):
    api, address = bot
    send(address, event("top 3 customers last month", ident=fresh()))
    seen = assistant.ask("top 3 customers last month", analyst)  # who has no role
    shown = table(api.said(1)[-1])
    assert shown == money(seen.rows)
    manager = assistant.ask("top 3 customers last month", assistant.settings.principal("manager@tingi"))
    assert not {row[0] for row in manager.rows} & {row[0] for row in shown}


# Buttons.


def test_a_question_back_is_answered_by_a_button(bot, assistant, analyst):
    api, address = bot
    send(address, event("sales in San Fernando last month", ident=fresh()))
    asked = assistant.ask("sales in San Fernando last month", analyst)
    found = buttons(api.said(1)[-1])
    assert list(found) == [option.label for option in asked.options]
    for index, one in enumerate(found.values()):
        send(address, click(one, channel="D1", at=fresh()), form=True)
        expected = assistant.query(asked.options[index].query, analyst)
        assert expected.text in words(api.said(index + 2)[-1])


def test_the_sql_is_shown_to_the_one_who_asked(bot):
    api, address = bot
    send(address, command("total revenue last month", trigger=fresh()), form=True)
    one = buttons(api.said(1)[-1])["SQL"]
    send(address, click(one, at=fresh()), form=True)
    assert "SELECT" in words(api.said(2)[-1])
    send(address, click(one, user="U2", at=fresh()), form=True)
    last = api.said(3)[-1]
    assert "not an answer of yours" in words(last)
    assert "SELECT" not in words(last)


def test_an_answer_is_shown_to_the_others_when_the_asker_says_so(bot, assistant, analyst):
    api, address = bot
    send(address, command("top 3 stores in NCR last month", trigger=fresh()), form=True)
    one = buttons(api.said(1)[-1])["Show to everyone here"]
    send(address, click(one, user="U2", at=fresh()), form=True)
    assert "not an answer of yours" in words(api.said(2)[-1])
    send(address, click(one, at=fresh()), form=True)
    message = api.said(3)[-1]
    assert "user" not in message
    assert table(message) == money(assistant.ask("top 3 stores in NCR last month", analyst).rows)
    assert "Show to everyone here" not in buttons(message)


# What Slack says twice, or not at all.


def test_what_is_said_twice_is_answered_once(bot):
    api, address = bot
    body = event("total revenue last month", ident=fresh())
    send(address, body)
    api.said(1)
    for attempt in ("1", "2"):
        response, _ = send(
            address, body, headers={"X-Slack-Retry-Num": attempt, "X-Slack-Retry-Reason": "http_timeout"}
        )
        assert response.status_code == 200
    api.quiet(1)
    assert len(api.notes()) <= 1


def test_a_slow_question_is_acknowledged_at_once(home):
    """The model takes four seconds and then fails; Slack hears back long before, and the person is told of the wait."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Late(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            time.sleep(4)
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Late)
    Thread(target=server.serve_forever, daemon=True).start()
    model = {
        "NLQ_MODEL": "openai:m",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{server.server_port}/v1",
        "NLQ_MODEL_TIMEOUT_S": "4.5",
    }
    with started(home, **model) as (api, address):
        _, took = send(address, event("total revenue last month", ident=fresh()))
        assert took < 3
        (last,) = api.said(1)
        assert len(api.notes()) == 1
        assert "ts" in last  # the note itself becomes the answer
        assert "₱" in words(last)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("inner", [
    {"bot_id": "B1"}, {"subtype": "message_changed"}, {"channel_type": "channel", "channel": "C1"},
])  # fmt: skip
def test_what_is_not_for_the_bot_is_passed_over(bot, inner):
    api, address = bot
    send(address, event("total revenue last month", ident=fresh(), **inner))
    api.quiet(0)


def test_a_limit_of_slacks_is_waited_for(bot):
    api, address = bot
    api.limited = 1
    send(address, event("total revenue last month", ident=fresh()))
    assert "₱" in words(api.said(1)[-1])


# Who may send.


@pytest.mark.parametrize("signing", [{"secret": "another"}, {"at": time.time() - 3_600}], ids=["forged", "old"])
def test_a_request_that_slack_did_not_sign_is_refused(bot, signing):
    api, address = bot
    response, _ = send(address, event("total revenue last month", ident=fresh()), **signing)
    assert response.status_code == 401
    bare = httpx.post(f"{address}/slack/events", json=event("total revenue last month", ident=fresh()))
    assert bare.status_code == 401
    api.quiet(0)


def test_a_body_that_is_too_large_is_refused(bot):
    _, address = bot
    body = json.dumps(event("x" * 400_000))
    response = httpx.post(
        f"{address}/slack/events", content=body, headers={"Content-Type": "application/json", **signed(body)}
    )
    assert response.status_code == 413


# Text is text.


@pytest.mark.parametrize("typed", ["<!channel> &lt;b&gt;", "*bold* <@U2> <http://x|y>", "   ", "x" * 2_500])
def test_what_is_typed_is_never_mark_up(bot, typed):
    api, address = bot
    send(address, event(typed, ident=fresh()))
    message = api.said(1)[-1]
    kinds = {one["type"] for one in walk(message["blocks"]) if "type" in one}
    assert "mrkdwn" not in kinds
    assert not any(mark in message["text"] for mark in ("<!channel>", "<@U2>", "<http"))


def walk(node):
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(part)


# Socket mode.


def test_socket_mode_answers_without_an_address(home):
    from aiohttp import WSMsgType, web

    async def scenario(api):
        acknowledged = asyncio.Queue()

        async def door(request):
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.send_json({"type": "hello", "num_connections": 1})
            envelope = {"envelope_id": "e1", "type": "events_api", "accepts_response_payload": False,
                        "payload": event("total revenue last month", ident=fresh())}  # fmt: skip
            await socket.send_json(envelope)
            async for message in socket:
                if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                    await acknowledged.put(json.loads(message.data))
            return socket

        server = web.Application()
        server.router.add_get("/link", door)
        runner = web.AppRunner(server)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        api.socket = f"http://127.0.0.1:{runner.addresses[0][1]}/link"
        bot = asyncio.create_task(over_socket(bot_settings(home, api, SLACK_APP_TOKEN="xapp-1"), "auto"))
        try:
            assert (await asyncio.wait_for(acknowledged.get(), 10))["envelope_id"] == "e1"
            return await asyncio.to_thread(api.said, 1)
        finally:
            bot.cancel()
            await asyncio.gather(bot, return_exceptions=True)
            await runner.cleanup()

    with slack() as api:
        assert "₱" in words(asyncio.run(scenario(api))[-1])


# Starting.


@pytest.mark.parametrize(("env", "said"), [
    ({}, "bot token"), ({"SLACK_BOT_TOKEN": "xoxb-1"}, "verified"),
    ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, "slack_users"),
])  # fmt: skip
def test_it_says_what_it_needs_to_start(home, env, said):
    done = subprocess.run(
        [NLQ, "slack"], check=False, cwd=ROOT, env={**home, **env}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert said in done.stderr

"""A loopback Slack: its Web API as far as the bot needs it, and requests signed as Slack signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode

import httpx

from nlq.surfaces.slack.bot import WORKING

SIGNING = "a-signing-secret-of-slack-apps"
TEAM, BOT = "T1", "U0BOT"


class Slack:
    """What the bot said, in order; `said(n)` waits until there are n answers.

    The note that a question is being worked on (a slow one's, and on a busy machine any one's) is no answer; `notes` has it.
    """

    def __init__(self):
        self.calls, self.files = [], []
        self.limited = 0  # how many calls are still answered with 429
        self._more = threading.Condition()

    def note(self, method, body):
        with self._more:
            self.calls.append((method, body))
            self._more.notify_all()

    def messages(self):
        return [body for body in self._said() if body.get("text") != WORKING]

    def notes(self):
        return [body for body in self._said() if body.get("text") == WORKING]

    def _said(self):
        return [
            body for method, body in self.calls if method in ("chat.postMessage", "chat.postEphemeral", "chat.update")
        ]

    def said(self, count, timeout=15):
        with self._more:
            assert self._more.wait_for(lambda: len(self.messages()) >= count, timeout), self.calls
        return self.messages()

    def quiet(self, count, seconds=1.0):
        """Nothing more is said."""
        time.sleep(seconds)
        assert len(self.messages()) == count, self.messages()
        assert count or not self.notes(), self.notes()


class Handler(BaseHTTPRequestHandler):
    """Slack's side: every method is noted, and found to be good."""

    slack: Slack

    def log_message(self, *_):
        pass

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        method = self.path.partition("?")[0].rsplit("/", 1)[-1]
        if self.path.startswith("/upload"):
            self.slack.files.append(raw)
            return self.reply(b"OK", "text/plain")
        if self.slack.limited and method.startswith("chat."):
            self.slack.limited -= 1
            return self.reply(b"", "text/plain", 429)
        kind = self.headers.get("Content-Type", "")
        body = (
            json.loads(raw or b"{}")
            if "json" in kind
            else {key: values[0] for key, values in parse_qs(raw.decode()).items()}
        )
        for key in ("blocks", "files"):
            if isinstance(body.get(key), str):
                body[key] = json.loads(body[key])
        self.slack.note(method, body)
        found = {
            "ok": True,
            "ts": f"{time.time():.6f}",
            "user_id": BOT,
            "bot_id": "B1",
            "team_id": TEAM,
            "team": "t",
            "user": "nlq",
            "url": "x",
        }
        if method == "files.getUploadURLExternal":
            found |= {"upload_url": f"{self.slack.url}/upload/1", "file_id": "F1"}
        if method == "files.completeUploadExternal":
            found |= {"files": [{"id": "F1"}]}
        if method == "apps.connections.open":
            found |= {"url": self.slack.socket}
        return self.reply(json.dumps(found).encode(), "application/json")

    def reply(self, data, kind, status=200):
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def slack():
    one = Slack()

    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"slack": one}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    one.url = f"http://127.0.0.1:{server.server_port}"
    one.socket = ""
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()


def signed(body, *, secret=SIGNING, at=None):
    """The headers of a request of Slack's."""
    at = str(int(time.time() if at is None else at))
    base = f"v0:{at}:{body}".encode()
    return {
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest(),
    }


def send(address, payload, *, form=False, **signing):
    """One request to the bot; gives the response and the seconds until it came."""
    more = signing.pop("headers", {})
    body = urlencode(payload) if form else json.dumps(payload)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    begun = time.monotonic()
    response = httpx.post(
        f"{address}/slack/events", content=body, headers={"Content-Type": kind, **signed(body, **signing), **more}
    )
    return response, time.monotonic() - begun


def event(text, *, user="U1", kind="message", channel="D1", ident="Ev1", team=TEAM, **more):
    """An event: a direct message, or a mention."""
    inner = {
        "type": kind,
        "user": user,
        "text": text,
        "channel": channel,
        "ts": "1700000000.000100",
        "team": team,
        **more,
    }
    if kind == "message":
        inner = {"channel_type": "im", **inner}
    return {"type": "event_callback", "team_id": team, "api_app_id": "A1", "event_id": ident, "event_time": 1700000000, "event": inner,
            "authorizations": [{"team_id": team, "user_id": BOT, "is_bot": True}]}  # fmt: skip


def command(text, *, user="U1", channel="C1", trigger="1.2.3"):
    """/ask, as Slack's form."""
    return {"command": "/ask", "text": text, "user_id": user, "team_id": TEAM, "channel_id": channel, "trigger_id": trigger,
            "response_url": "http://127.0.0.1:1/none", "api_app_id": "A1"}  # fmt: skip


def click(button, *, user="U1", channel="C1", at="9.1", thread=""):
    """A click on a button of a message."""
    payload = {
        "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM}, "channel": {"id": channel},
        "container": {"type": "message", "channel_id": channel, "message_ts": "8.1", "thread_ts": thread}, "api_app_id": "A1",
        "actions": [{"type": "button", "action_id": button["action_id"], "block_id": "b", "value": button["value"], "action_ts": at}],
        "trigger_id": "1.9", "response_url": "http://127.0.0.1:1/none",
    }  # fmt: skip
    return {"payload": json.dumps(payload)}


def buttons(message):
    """The buttons of a message, by what stands on them."""
    return {
        one["text"]["text"]: one
        for block in message["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    }


def table(message):
    """The cells of a message's table, without its head."""
    found = next(block for block in message["blocks"] if block["type"] == "table")
    return [[cell["text"] for cell in row] for row in found["rows"]][1:]


def words(message):
    """Every text of a message."""
    return json.dumps(message["blocks"], ensure_ascii=False)

"""What tests share: the project's folder, a lock between processes, assistants over servers, and doors that can be shut."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]


@contextmanager
def one_at_a_time(path: Path):
    """A lock between processes, so that parallel workers build the warehouse once."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def at_most_calls(most):
    """What stands within makes at most so many calls (and returns): work that grows without bounds fails here, on however slow a machine.

    Gives a list of one number, which says how many were made.
    """
    made = [0]

    def count(*_):
        made[0] += 1
        if made[0] > most:
            sys.setprofile(None)
            raise AssertionError(f"more than {most:,} calls")

    sys.setprofile(count)
    try:
        yield made
    finally:
        sys.setprofile(None)


@contextmanager
def served(urls, home, *, engine="auto", cache=False, **changed):
    """A synchronous assistant over the servers; `changed` replaces settings."""
    from nlq.api import Assistant, SyncAssistant
    from nlq.settings import load

    env = {"NLQ_POSTGRES_URL": urls["NLQ_POSTGRES_URL"], "NLQ_TRINO_URL": urls["NLQ_TRINO_URL"], "NLQ_DUCKDB_PATH": "",
           "NLQ_REDIS_URL": urls["NLQ_REDIS_URL"] if cache else ""}  # fmt: skip
    before = dict(os.environ)
    os.environ.update({name: home[name] for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")})
    try:
        settings = load(ROOT / "nlq.toml", env=env | changed)
        with SyncAssistant(Assistant(settings, blocking=True, engine=engine)) as opened:
            yield opened
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def listening(settings, *, demo=False, engine="auto"):
    """The service on a port of this machine; gives its address."""
    from nlq.surfaces.rest.app import build

    with serving(build(settings, demo=demo, engine=engine)) as address:
        yield address


@contextmanager
def serving(app):
    """Any ASGI application on a port of this machine."""
    import uvicorn

    config = uvicorn.Config(app, port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the service did not start")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def settings_for(home, **changed):
    """The demo's settings over the test warehouse; `changed` are NLQ_ variables."""
    from nlq.settings import load

    return load(
        ROOT / "nlq.toml",
        env={"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"], "NLQ_STATE": home["XDG_STATE_HOME"], **changed},
    )


class Door:
    """A port of this machine that leads to a server; shut, it refuses and drops whoever is inside."""

    def __init__(self, url):
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{self._listener.getsockname()[1]}")
        self._open, self._inside = True, []
        threading.Thread(target=self._welcome, daemon=True).start()

    def shut(self):
        self._open = False
        for one in self._inside:
            with suppress(OSError):  # it left before
                one.shutdown(socket.SHUT_RDWR)
        self._inside = []

    def open(self):
        self._open = True

    def _welcome(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._open:
                near.close()
                continue
            far = socket.create_connection(self._target)
            self._inside += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def _carry(source, sink):
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def assert_read_as(assistant, question, query):
    """A question gives what the query that is written out gives: rows, in their order, and columns."""
    asker = assistant.settings.principal(None)
    answer, by_hand = assistant.ask(question, asker), assistant.query(query, asker)
    assert answer.status == by_hand.status == "answered", answer.text
    assert answer.rows == by_hand.rows
    assert [one.name for one in answer.columns] == [one.name for one in by_hand.columns]


def held(read, not_read):
    """Two tests for a module: each question of `read` is the query that is written out for it, and none of `not_read` is answered."""
    import pytest

    @pytest.mark.parametrize(("question", "query"), read.items())
    def as_written_out(assistant, question, query):
        assert_read_as(assistant, question, query)

    @pytest.mark.parametrize("question", not_read)
    def not_answered(assistant, question):
        assert_not_answered(assistant, question)

    return as_written_out, not_answered


def assert_not_answered(assistant, question):
    """A question is asked back about, or declined."""
    answer = assistant.ask(question, assistant.settings.principal(None), explain=True)
    assert answer.status != "answered", answer.reading


def talk(assistant, asker, *turns):
    """The answer to the last turn of a conversation of its own."""
    conversation = str(uuid.uuid4())
    return [assistant.ask(turn, asker, conversation_id=conversation) for turn in turns][-1]


def assert_as_by_hand(answer, raw, sql, at=-1):
    """An answer gives the figures that SQL written by hand does, in whatever order; there are some."""
    import pytest

    assert answer.status == "answered", answer.text
    expected = sorted(float(row[0]) for row in raw.execute(sql).fetchall() if row[0] is not None)
    assert sorted(float(row[at]) for row in answer.rows) == pytest.approx(expected), answer.reading
    assert expected

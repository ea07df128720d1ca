"""What every test has: a demo warehouse that is built once, settings of its own, and no network beyond this machine."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest
from helpers import ROOT, one_at_a_time

_connect = socket.socket.connect
SERVERS = "tests/servers/"


def pytest_collection_modifyitems(items):
    """What shares the servers comes first: it takes longest, and one process runs all of it."""
    items.sort(key=lambda item: _shares(item.nodeid) != SERVERS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Where several processes run the tests, one runs all of a file's, and one all that share the servers."""
    from xdist.scheduler import LoadScopeScheduling

    class ByWhatTheyShare(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return _shares(nodeid)

    return ByWhatTheyShare(config, log)


def _shares(nodeid):
    path = nodeid.partition("::")[0]
    return SERVERS if path.startswith(SERVERS) else path


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A test that calls out fails; loopback is allowed."""

    def connect(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def warehouse() -> Path:
    """The demo warehouse at scale 1; kept between runs under a name that changes with the generator."""
    from nlq.warehouse.demo import build, is_current

    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nlq-tests"
    path = folder / "demo.duckdb"
    with one_at_a_time(folder / "lock"):
        if not is_current(path, scale=1.0, seed=2026):
            build(path)
    return path


@pytest.fixture(scope="session")
def home(warehouse):
    """A place for caches and state, and the environment that points a deployment at the warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NLQ_")}
        env = {
            **kept,
            "NLQ_DUCKDB_PATH": str(warehouse),
            "XDG_CACHE_HOME": f"{folder}/cache",
            "XDG_STATE_HOME": f"{folder}/state",
        }
        env["XDG_DATA_HOME"] = f"{folder}/data"
        yield env


@pytest.fixture(scope="session")
def assistant(home):
    """The demo's assistant over the test warehouse."""
    from nlq.api import Assistant, SyncAssistant
    from nlq.settings import load

    before = dict(os.environ)
    os.environ.update({name: home[name] for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")})
    settings = load(ROOT / "nlq.toml", env={"NLQ_DUCKDB_PATH": home["NLQ_DUCKDB_PATH"]})
    with SyncAssistant(Assistant(settings, blocking=True)) as opened:
        yield opened
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def raw(warehouse):
    """A connection to the file itself: no guard, for hand-written SQL."""
    from nlq.drivers.duckdb import connect

    connection = connect()
    connection.execute(f"ATTACH '{warehouse}' AS warehouse (READ_ONLY)")
    connection.execute("USE warehouse")
    connection.execute("SET TimeZone = 'Asia/Manila'")
    yield connection
    connection.close()


@pytest.fixture
def analyst(assistant):
    """Who asks, unless a test says otherwise."""
    return assistant.settings.principal(None)

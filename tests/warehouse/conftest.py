"""One small demo warehouse for all tests of this folder: scale 0.05, the usual seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlq.drivers.duckdb import connect
from nlq.warehouse import demo as warehouse

SCALE = 0.05


@pytest.fixture(scope="session")
def demo_summary(tmp_path_factory):
    return warehouse.build(tmp_path_factory.mktemp("demo") / "demo.duckdb", scale=SCALE)


@pytest.fixture(scope="session")
def demo(demo_summary):
    with connect(str(demo_summary.path), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def data():
    """The data banks of the generator."""
    return Path(warehouse.__file__).parent / "data"


@pytest.fixture
def one(demo):
    """The single cell that a query gives."""
    return lambda sql: demo.execute(sql).fetchone()[0]

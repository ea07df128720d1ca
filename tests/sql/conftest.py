"""What tests of the compiler share: Scout's model over the demo."""

from __future__ import annotations

import pytest
from helpers import ROOT

from nlq.semantics.load import load


@pytest.fixture(scope="module")
def demo(warehouse):
    """Scout's model, the state of the demo's tables, and a connection that reads them."""
    from nlq.api import drive
    from nlq.drivers.duckdb import connect
    from nlq.engines.duckdb import DuckDBEngine

    model = load(ROOT / "semantic_layer" / "scout")
    engine = DuckDBEngine(warehouse, model, memory_limit="1GB", threads=2, blocking=True)
    snapshot = drive(engine.snapshot("tingi"))
    drive(engine.close())
    with connect() as connection:
        connection.execute(f"ATTACH '{warehouse}' AS demo (READ_ONLY)")
        connection.execute("USE demo")
        yield model, snapshot, connection

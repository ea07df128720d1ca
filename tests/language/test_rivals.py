"""Words that can be parted in two ways: the runner-up's margin decides between answering and asking back.

The model is Scout's with synonyms that overlap: "corner wallet" is GCash and "kiosk" the sari-sari stores, "corner" the minimarts and "wallet
kiosk" Maya. "Corner wallet kiosk" is therefore both, and nothing in it says which.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nlq.api import Assistant, SyncAssistant
from nlq.settings import load

ROOT = Path(__file__).resolve().parents[2]
SAID = {
    "value: gcash, label: GCash": "corner wallet",
    "value: sari-sari, label: Sari-sari": "kiosk",
    "value: minimart, label: Minimart": "corner",
    "value: maya, label: Maya": "wallet kiosk",
}
FIRST = {"payment_method": "gcash", "store_type": "sari-sari"}
SECOND = {"store_type": "minimart", "payment_method": "maya"}


@pytest.fixture(scope="module")
def asked(warehouse, tmp_path_factory):
    layer = tmp_path_factory.mktemp("overlapping")
    shutil.copytree(ROOT / "semantic_layer", layer, dirs_exist_ok=True)
    path = layer / "scout" / "dimensions.yml"
    text = path.read_text(encoding="utf-8")
    for value, phrase in SAID.items():
        head, tail = text.split(value, 1)
        text = f"{head}{value}{tail.replace('en: [', f'en: [{phrase}, ', 1)}"
    path.write_text(text, encoding="utf-8")
    settings = load(
        ROOT / "nlq.toml", env={"NLQ_DUCKDB_PATH": str(warehouse), "NLQ_SEMANTIC_LAYER": str(layer / "scout")}
    )
    with SyncAssistant(Assistant(settings, blocking=True)) as assistant:
        yield assistant


def ask(asked, text, **more):
    return asked.ask(text, asked.settings.principal(None), explain=True, **more)


def conditions(query):
    return {one.field: one.values[0] for one in query.where}


def figure(asked, where):
    where = [{"field": name, "op": "=", "values": [value]} for name, value in where.items()]
    period = {"start": "2026-10-01", "end": "2026-10-31"}
    return asked.query({"metrics": ["revenue"], "where": where, "period": period}, asked.settings.principal(None)).rows


def test_two_ways_that_cost_the_same_are_asked_about(asked):
    answer = ask(asked, "sales corner wallet kiosk in October 2026")
    assert answer.status == "clarify", (answer.status, answer.reading)
    assert [conditions(one.query) for one in answer.options] in ([FIRST, SECOND], [SECOND, FIRST])
    assert "GCash" in answer.text
    assert "Maya" in answer.text


@pytest.mark.parametrize("place", [1, 2])
def test_either_can_be_chosen_and_is_then_the_figure_of_its_query(asked, place):
    answer = ask(asked, "sales corner wallet kiosk in October 2026", conversation_id=f"rivals{place}")
    wanted = conditions(answer.options[place - 1].query)
    chosen = asked.ask(str(place), asked.settings.principal(None), conversation_id=f"rivals{place}")
    assert chosen.rows == figure(asked, wanted)
    assert chosen.rows != figure(asked, SECOND if wanted == FIRST else FIRST)


@pytest.mark.parametrize(
    ("text", "where"),
    [("sales corner wallet in October 2026", {"payment_method": "gcash"}),
     ("sales corner, wallet kiosk in October 2026", SECOND),
     ("sales corner wallet, kiosk in October 2026", FIRST),
     ("sales kiosk, corner wallet in October 2026", FIRST)],
)  # fmt: skip
def test_nothing_is_asked_where_one_way_costs_less_or_a_comma_parts_the_words(asked, text, where):
    answer = ask(asked, text)
    assert answer.status == "answered", answer.text
    assert conditions(answer.query) == where


@pytest.mark.parametrize(
    ("text", "metric"),
    [("anong oras pinakamaraming bumibili ng beverages nung summer 2026", "transactions"),
     ("sales per store format last month", "revenue")],
)  # fmt: skip
def test_of_two_ways_the_one_that_passes_over_and_adds_less_is_taken(assistant, text, metric):
    answer = assistant.ask(text, assistant.settings.principal(None), explain=True)
    assert answer.status == "answered", answer.text
    assert answer.query.metrics == (metric,)

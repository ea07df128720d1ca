"""Loading a semantic layer: the cache gives the same model, and nothing but a model."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

from nlq.errors import ModelError
from nlq.semantics.load import load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def layer(tmp_path):
    shutil.copytree(ROOT / "semantic_layer", tmp_path / "layer")
    return tmp_path / "layer" / "scout"


def test_the_cache_gives_the_same_model(layer, tmp_path):
    first = load(layer, cache=tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 1
    assert load(layer, cache=tmp_path / "cache") == first == load(layer)


def test_an_edit_is_seen(layer, tmp_path):
    first = load(layer, cache=tmp_path / "cache")
    path = layer / "metrics.yml"
    path.write_text(path.read_text().replace("label: Revenue growth", "label: Growth"))
    second = load(layer, cache=tmp_path / "cache")
    assert second.metrics["revenue_growth"].label == "Growth"
    assert second.hash != first.hash


class Boom:
    """Would create a file if it were unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("kind", ["attack", "garbage", "other"])
def test_a_cache_file_is_not_trusted(layer, tmp_path, kind):
    first = load(layer, cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    made = tmp_path / "made"
    kept.write_bytes(
        {"attack": pickle.dumps(Boom(made)), "garbage": b"\x80\x05garbage", "other": pickle.dumps([1])}[kind]
    )
    assert load(layer, cache=tmp_path / "cache") == first
    assert not made.exists()


BROKEN = {
    "policy: shared\n    columns:\n      region_code": ("columns:\n      region_code", "has no policy"),
    "      org_id: {column: org_id}\n      regions: {column: region}\n    columns:\n      store_id": (
        "      org_id: {column: org_id}\n    columns:\n      store_id",
        "says nothing about regions",
    ),
    "{from: silver_transactions_cleaned, to: dim_store, on: {org_id: org_id, store_id: store_id}}": (
        "{from: silver_transactions_cleaned, to: dim_store, on: {store_id: store_id}}",
        "is not on the key of dim_store",
    ),
    "key: [date_key]": ("key: [date_kee]", 'the column "date_kee"'),
    "description: Products, shared by all tenants.": ("descripton: Products.", "'descripton'"),
    "      date_key: {type: date}\n      occurred_at: {type: timestamp}": (
        "      date_key: {type: string}\n      occurred_at: {type: timestamp}",
        'the time of "silver_transactions_cleaned" (date_key) is string',
    ),
    "    valid: deleted_at IS NULL": ("    valid: gone IS NULL", 'names "gone"'),
    "time: date_key\n    valid: deleted_at IS NULL": (
        "time: date_kye\n    valid: deleted_at IS NULL",
        'did you mean "date_key"?',
    ),
}


@pytest.mark.parametrize("said", ["1 fortnight", "month", "0 day", "-1 month", "1 month ago"])
def test_a_length_of_time_is_a_number_and_a_unit(layer, said):
    """A grain that the calendar does not have is none."""
    (layer / "more.yml").write_text(f"""metrics:
  - {{name: before, label: Before, description: Before., unit: PHP,
     derived: {{expr: revenue - earlier, inputs: {{earlier: {{metric: revenue, offset: {said}}}}}}}}}
  - {{name: then, label: Then, description: Then., unit: PHP, change: {{of: revenue, against: {said}}}}}
""")
    with pytest.raises(ModelError) as caught:
        load(layer)
    assert [one.where.rpartition("/")[2].partition(":")[0] for one in caught.value.problems] == ["more.yml", "more.yml"]
    assert all(f'the length "{said}"' in str(one) and "1 month" in one.fix for one in caught.value.problems)


def test_a_key_that_stands_twice_is_told(layer):
    """The parser keeps the last: all metrics of the first list would be gone in silence."""
    path = layer / "metrics.yml"
    path.write_text(path.read_text() + "\nmetrics: []\n")
    with pytest.raises(ModelError, match="'metrics' stands twice") as caught:
        load(layer)
    assert "metrics.yml:" in caught.value.problems[0].where


@pytest.mark.parametrize("old", BROKEN)
def test_what_is_wrong_is_named_with_its_place(layer, old):
    new, said = BROKEN[old]
    path = layer / "tables.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ModelError) as caught:
        load(layer)
    assert said in str(caught.value)
    assert all("tables.yml:" in one.where and one.fix for one in caught.value.problems)

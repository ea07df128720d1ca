"""The names of a scope's values: what is in the data is found as it is written and with one slip; nothing else is."""

from __future__ import annotations

import os
import random
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nlq.api import Assistant, SyncAssistant
from nlq.drivers.duckdb import connect
from nlq.engines import kept_values
from nlq.language.tokens import phrase
from nlq.settings import load
from nlq.values import KnownValue, Principal

OURS, THEIRS = Principal("ana", "ours", regions="*"), Principal("ben", "theirs", regions="*")
POLICY = {"org_id": {"column": "org_id"}, "regions": {"not_applicable": "there are none"}}
MODEL = {
    "model": {"name": "shops", "description": "shops", "schema": "main", "timezone": "UTC", "default_period": "last 30 days", "default_metric": "takings"},
    "tables": [
        {"name": "sales", "description": "sales", "grain": "one row a sale", "key": ["org_id", "id"], "time": "day", "policy": POLICY,
         "columns": {"org_id": {"type": "string"}, "id": {"type": "integer"}, "store_id": {"type": "integer"}, "day": {"type": "date"}, "amount": {"type": "decimal"}}},
        {"name": "stores", "description": "stores", "grain": "one row a store", "key": ["org_id", "id"], "policy": POLICY,
         "columns": {"org_id": {"type": "string"}, "id": {"type": "integer"}, "name": {"type": "string"}}},
    ],
    "joins": [{"from": "sales", "to": "stores", "on": {"org_id": "org_id", "store_id": "id"}}],
    "dimensions": [
        {"name": "date", "label": "Date", "description": "the day", "time": True},
        {"name": "store", "label": "Store", "description": "a store", "table": "stores", "key": ["org_id", "id"], "id": "id", "show": "name",
         "values": "from_data", "synonyms": {"en": ["store", "stores"]}},
    ],
    "metrics": [{"name": "takings", "label": "Takings", "description": "a sum", "unit": "PHP", "synonyms": {"en": ["takings"]},
                 "agg": {"function": "sum", "table": "sales", "column": "amount"}}],
}  # fmt: skip
FIRST = "Maria Jose Juan Antonio Rosa Pedro Carmen Manuel Teresita Ramon Gloria Ricardo Corazon Eduardo Lourdes Ernesto Marites Rogelio Rowena June".split()  # noqa: SIM905 - easier to read
LAST = "Santos Reyes Bautista Ocampo Garcia Mendoza Torres Castillo Villanueva Aquino Navarro Salazar Mercado Fernandez Pascual Soriano Tolentino Pangilinan".split()  # noqa: SIM905 - easier to read
KIND = "Sari-Sari Trading Superstore Bodega Marketplace Variety".split()  # noqa: SIM905 - easier to read
APART = ["SM", "SM Mall", "SM Mall Annex", "12345", "7 Once 11", "Xylographia", "Kuya's Kapé", "Santo Niño Botica", "May Santos Market", "Batch Q7K9", "Batch Q7K8",
         "Karla Botica", "Karma Botica", "Bituin"]  # fmt: skip
NAMES = [f"{first} {last} {kind}" for first in FIRST for last in LAST for kind in KIND] + APART
SIGNS = "& + #3 No.5 (Main) - / 's Inc. 24/7 24H 7pm May Sunday Q3 2019 100k ₱99 II Ñandu Café by last of 3rd %".split()  # noqa: SIM905 - easier to read


def odd(draw):
    """A name of signs, numbers and words that mean something else alone, between two that are its own."""
    inside = draw.sample(SIGNS, draw.randint(1, 3))
    return " ".join(
        [draw.choice(FIRST), *inside, f"{draw.choice(LAST)}{draw.choice(['', '-Uy', '.', ' Jr.', ', Inc.'])}"]
    )


NAMES += sorted({odd(draw) for draw in [random.Random(3)] for _ in range(300)})
ELSEWHERE = "Wilhelmina Oosterhuis Winkel"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A file of two tenants' stores, each with two sales, and the layer over it."""
    made = tmp_path_factory.mktemp("names")
    (made / "layer").mkdir()
    (made / "layer" / "shops.yml").write_text(yaml.safe_dump(MODEL), encoding="utf-8")
    with connect(str(made / "shops.duckdb")) as connection:
        connection.execute("CREATE TABLE stores (org_id VARCHAR, id INTEGER, name VARCHAR)")
        connection.execute("INSERT INTO stores SELECT 'ours', generate_subscripts($1, 1), unnest($1)", [NAMES])
        connection.execute("INSERT INTO stores VALUES ('theirs', 1, $1)", [ELSEWHERE])
        connection.execute("CREATE TABLE sales AS SELECT org_id, id, id AS store_id, unnest([DATE '2026-01-10', DATE '2026-11-10']) AS day, 1.50::DECIMAL(12, 2) AS amount FROM stores")  # fmt: skip
    return made


def opened(folder, cache):
    """An assistant over that file whose caches lie in that folder."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(cache)
    try:
        env = {
            "NLQ_DUCKDB_PATH": str(folder / "shops.duckdb"),
            "NLQ_SEMANTIC_LAYER": str(folder / "layer"),
            "NLQ_AS_OF": "2026-11-15",
        }
        return SyncAssistant(Assistant(load(None, env=env), blocking=True))
    finally:
        os.environ.pop("XDG_CACHE_HOME") if before is None else os.environ.update(XDG_CACHE_HOME=before)


@pytest.fixture(scope="module")
def shops(folder, tmp_path_factory):
    with opened(folder, tmp_path_factory.mktemp("cache")) as assistant:
        yield assistant


def found(assistant, said, principal=OURS, question="takings of {} last month"):
    """The names of the stores that a question was read as being about; None where it was not read."""
    answer = assistant.ask(question.format(said), principal, explain=True)
    if answer.status != "answered":
        return None
    return sorted(NAMES[int(value) - 1] for one in answer.query.where for value in one.values)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    name=st.sampled_from([one for one in NAMES if not one.isdecimal()]),
    cased=st.sampled_from([str, str.lower, str.upper]),
)
def test_a_name_is_found_as_it_is_written(shops, name, cased):
    read = found(shops, cased(name)) or []
    assert name in read
    assert {phrase(one) for one in read} == {phrase(name)}  # others only where they are the same words


@pytest.mark.parametrize("sign", SIGNS)
def test_every_word_of_another_meaning_is_read_within_a_name(shops, sign):
    within = [name for name in NAMES if sign in name.split()[1:-1]]
    assert within
    for name in within:
        assert name in (found(shops, name) or []), name


def slips(name, draw):
    """One slip within a word of that name: a letter changed for one beside it, left out, doubled, or two swapped."""
    at = draw.choice([place for place in range(1, len(name) - 1) if name[place - 1 : place + 2].isalpha()])
    return draw.choice([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + name[at + 1] + name[at] + name[at + 2 :],
                        name[:at] + {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "r": "t"}.get(name[at].lower(), name[at] * 2) + name[at + 1 :]])  # fmt: skip


def test_most_names_are_found_with_one_slip_and_each_is_said(shops):
    """A name that another one comes to be by a slip is that one's."""
    draw = random.Random(11)
    sample = [(name, slips(name, draw)) for name in draw.sample(NAMES[: NAMES.index(APART[0])], 200)]
    sample = [(name, typed) for name, typed in sample if typed.lower() != name.lower()]
    read = [found(shops, typed.lower()) for _, typed in sample]
    right = sum(one == [name] for one, (name, _) in zip(read, sample, strict=True))
    wrong = [(typed, one) for one, (name, typed) in zip(read, sample, strict=True) if one not in (None, [name])]
    assert right >= 0.93 * len(sample), [pair for one, pair in zip(read, sample, strict=True) if one != [pair[0]]]
    assert not wrong
    answer = shops.ask("takings of maria satnos trading last month", OURS, explain=True)
    assert answer.confidence.level == "low"
    assert '"maria satnos trading" read as "Maria Santos Trading"' in {one.text for one in answer.assumptions}


def test_another_tenants_name_is_as_unknown_as_one_that_is_made_up(shops):
    for said in (ELSEWHERE, ELSEWHERE.lower(), ELSEWHERE.replace("Winkel", "Winkle")):
        reasons = []
        for name in (said, "Philomena Vandersteen Laden"):
            answer = shops.ask(f"takings of {name} last month", OURS, explain=True)
            assert answer.status == "declined"
            reasons.append((answer.reason.code, re.sub(r'"[^"]*"', "…", answer.reason.text), answer.suggestions))
        assert reasons[0] == reasons[1]
    assert shops.ask(f"takings of {ELSEWHERE} last month", THEIRS, explain=True).query.where[0].values == ("1",)
    assert shops.ask(f"takings of {NAMES[0]} last month", THEIRS, explain=True).status == "declined"


def test_a_name_inside_a_longer_one_is_the_longer_one_where_that_stands(shops):
    for name in ("SM", "SM Mall", "SM Mall Annex"):
        assert found(shops, name) == [name]


def test_a_number_is_never_a_name_and_a_name_that_holds_numbers_is(shops):
    assert found(shops, "12345") != ["12345"]
    assert found(shops, "7 once 11") == ["7 Once 11"]


def test_codes_are_never_corrected(shops):
    assert found(shops, "batch q7k8") == ["Batch Q7K8"]
    assert found(shops, "batch q7k7") is None


def test_a_month_within_a_name_is_no_month(shops):
    assert found(shops, "June Santos Trading") == ["June Santos Trading"]
    assert found(shops, "june snatos trading") == ["June Santos Trading"]
    assert found(shops, "May Santos Market", question="takings ng {} noong nakaraang buwan") == ["May Santos Market"]
    read = shops.ask("takings of Maria Santos Trading in June", OURS, explain=True).query
    assert (read.period.start.month, read.period.end.month) == (6, 6)


def test_of_two_names_that_are_as_near_neither_is_taken_and_of_two_the_likelier_slip_is(shops):
    assert found(shops, "karwa botica") is None
    assert found(shops, "karna botica") == ["Karma Botica"]  # n and m lie beside each other


def test_a_short_word_by_itself_is_corrected_for_a_slip_of_the_fingers_alone(shops):
    """Once "sarado" was read as "sabado", and a wrong figure was said."""
    assert found(shops, "bitpin") is None
    for slip in ("bityin", "bituuin", "biutin", "btuin"):
        assert found(shops, slip) == ["Bituin"], slip
    assert found(shops, "xylobraphia") == ["Xylographia"]
    assert found(shops, "zylobraphia") is None


def test_what_would_be_a_name_with_another_word_is_none(shops):
    assert found(shops, "marua santos") is None  # six kinds of store are called so, none by these two words alone


def test_a_slip_that_makes_another_known_word_is_seen_by_the_name_it_breaks(shops):
    assert found(shops, "karma torres trading") is None
    assert found(shops, "santo nino botika") == ["Santo Niño Botica"]
    assert found(shops, "joseg arcia bodega") == ["Jose Garcia Bodega"]  # the space a letter late


def test_names_without_a_folder_that_can_be_written_are_found_too(folder, tmp_path):
    (tmp_path / "nlq").write_text("a file where the folder would be", encoding="utf-8")
    with opened(folder, tmp_path) as assistant:
        assert found(assistant, NAMES[3]) == [NAMES[3]]


def kept(cache):
    return sorted((cache / "nlq").glob("names-*.bin")) + sorted((cache / "nlq").glob("values-*.bin"))


def test_what_is_kept_is_its_owners_alone_and_read_by_the_next_start(folder, tmp_path):
    for _ in range(2):
        with opened(folder, tmp_path) as assistant:
            assert found(assistant, NAMES[5]) == [NAMES[5]]
        files = {path: path.stat() for path in kept(tmp_path)}
        assert len(files) == 2
        assert {stat.S_IMODE(one.st_mode) for one in files.values()} == {0o600}
    assert all("Maria" not in path.name for path in files)
    assert {path.stat().st_mtime_ns for path in files} == {one.st_mtime_ns for one in files.values()}


def cut(raw):
    return raw[: len(raw) // 2]


def flipped(raw):
    return raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:]


@pytest.mark.parametrize("damage", [cut, flipped, lambda raw: raw[:0], lambda raw: raw[:8], lambda raw: b"{}" + raw, lambda raw: bytes(len(raw))])  # fmt: skip
def test_a_damaged_file_is_built_anew(folder, tmp_path, damage):
    for _ in range(2):
        with opened(folder, tmp_path) as assistant:
            assert found(assistant, NAMES[7]) == [NAMES[7]]
        whole = {path: path.read_bytes() for path in kept(tmp_path)}
        for path, raw in whole.items():
            path.write_bytes(damage(raw))
    with opened(folder, tmp_path) as assistant:
        assert found(assistant, NAMES[7]) == [NAMES[7]]
    assert {path: path.read_bytes() for path in kept(tmp_path)} == whole


def test_another_scopes_file_under_this_ones_name_is_not_read(folder, tmp_path):
    for principal, cache in ((OURS, tmp_path / "a"), (THEIRS, tmp_path / "b")):
        with opened(folder, cache) as assistant:
            assistant.ask("takings last month", principal, explain=True)
    for mine, other in zip(kept(tmp_path / "a"), kept(tmp_path / "b"), strict=True):
        assert mine.name != other.name
        mine.write_bytes(other.read_bytes())
    with opened(folder, tmp_path / "a") as assistant:
        assert found(assistant, ELSEWHERE) is None
        assert found(assistant, NAMES[9]) == [NAMES[9]]


def test_two_that_build_at_once_both_find_what_there_is(folder, tmp_path):
    program = "import sys; sys.path[:0] = [{!r}]; from test_names_index import *; print(found(opened(Path({!r}), {!r}), NAMES[11]))"
    program = "from pathlib import Path; " + program.format(str(Path(__file__).parent), str(folder), str(tmp_path))
    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [one.communicate(timeout=120)[0].strip() for one in running] == [str([NAMES[11]])] * 2
    assert not [path for path in (tmp_path / "nlq").iterdir() if path.suffix not in (".bin", ".pickle")]


@pytest.mark.parametrize(
    "text",
    [
        "Maria Clara Santos",
        "  Two  Spaces ",
        "sari sari stores",
        "Cruz",
        "glass boxes cities",
        "P Mil w W",
        "B\u00e9b\u00e9 A",
    ],
)
def test_a_name_of_letters_alone_has_the_words_that_any_has(text):
    """They are found by a shorter way; a point at the end makes it the longer one."""
    assert phrase(text) == phrase(f"{text} .")


def test_values_are_the_same_read_together_as_one_by_one():
    labels = [
        "plain",
        "two\nlines",
        'a "quoted", [one]',
        "\u00e9 \u2028 \U0001f600",
        "",
        *(f"n{at}" for at in range(9_000)),
    ]
    known = [KnownValue(f"i{at}", label, {"region": f"r{at % 7}"}) for at, label in enumerate(labels)]
    packing = kept_values.Packing()
    packing.add("store", known)
    lines = kept_values.opened("these", packing.content("these"))["store"]
    assert list(lines) == known
    assert [lines[at] for at in range(len(lines))] == known
